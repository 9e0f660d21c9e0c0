//! The static check: names, functions, types, and null that nobody handles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cel::common::ast::{CallExpr, IdedExpr, LiteralValue};

use super::functions::OVER_FACTS;
use super::nulls::answered;
use super::syntax::{Shape, path, shape, span};
use super::{Type, TypeFault, Words, suggestion};

/// What surrounds an expression besides its variables. What all expressions of a definition share is shared here too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surface {
    /// The stages and blocks that `entered("id")` and its like may name.
    pub stages: Arc<BTreeMap<String, KnownStage>>,
    /// The registers that `registered(…)` may name.
    pub registers: Arc<BTreeSet<String>>,
    /// The foreach blocks in whose branch this expression is read.
    pub inside: Vec<String>,
    /// What `form` has elsewhere, by name: why it cannot be read here.
    pub absent: Arc<BTreeMap<String, Absent>>,
    /// By the text of a guard: the paths that are answered whenever it holds.
    pub implied: Arc<BTreeMap<String, Vec<String>>>,
    /// Paths that are answered wherever this expression is read.
    pub answered: Vec<String>,
}

/// What is known of a stage or block that a function may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownStage {
    /// The names of its seats.
    pub seats: Vec<String>,
    /// What `choice("id")` can be, where that is known.
    pub choices: Option<Arc<[String]>>,
    /// What one of `answers("id")` is; `None` when it has none.
    pub answers: Option<Type>,
    /// The foreach blocks around it: outside their branches it is there once for each.
    pub branches: Vec<String>,
}

/// Why a name of `form` cannot be read at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The lint code.
    pub code: &'static str,
    /// What is wrong.
    pub message: Words,
    /// What to write instead.
    pub help: Words,
}

/// Everything wrong with `program`, in the order in which it is written.
pub(super) fn check(
    program: &cel::Program,
    variables: &BTreeMap<String, Type>,
    surface: &Surface,
    expected: &Type,
) -> Vec<TypeFault> {
    let mut checker = Checker::new(program, variables, surface);
    let root = program.expression();
    let found = checker.infer(root);
    checker.result(root, &found, expected);
    checker.faults.sort_by_key(|fault| fault.offset);
    checker.faults
}

/// What `program` gives.
pub(super) fn type_of(
    program: &cel::Program,
    variables: &BTreeMap<String, Type>,
    surface: &Surface,
) -> Type {
    Checker::new(program, variables, surface).infer(program.expression())
}

/// One walk over an expression.
pub(super) struct Checker<'a> {
    program: &'a cel::Program,
    variables: &'a BTreeMap<String, Type>,
    surface: &'a Surface,
    /// Loop variables, innermost last.
    bound: Vec<(String, Type)>,
    /// Paths known to be answered at this point.
    answered: Vec<String>,
    /// Paths whose missing null handling has been told already: once for each is enough.
    told: BTreeSet<String>,
    faults: Vec<TypeFault>,
}

impl<'a> Checker<'a> {
    fn new(
        program: &'a cel::Program,
        variables: &'a BTreeMap<String, Type>,
        surface: &'a Surface,
    ) -> Self {
        Self {
            program,
            variables,
            surface,
            bound: Vec::new(),
            answered: surface.answered.clone(),
            told: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// The type of `expr`; `Any` after a fault, so that one mistake is told once.
    pub(super) fn infer(&mut self, expr: &'a IdedExpr) -> Type {
        match shape(expr) {
            Shape::Literal(literal) => of_literal(literal),
            Shape::Name(name) => self.name(expr, name),
            Shape::Select {
                operand,
                field,
                presence,
            } => self.select(expr, operand, field, presence),
            Shape::Call(call) => self.call(expr, call),
            Shape::List(elements) => self.list(elements),
            Shape::Quantifier {
                range,
                variable,
                body,
            } => {
                let element = self.elements(range);
                self.with(variable, element, |checker| checker.bool(body));
                Type::Bool
            }
            Shape::Collect {
                range,
                variable,
                predicate,
                element,
            } => {
                let of_range = self.elements(range);
                let collected = self.with(variable, of_range, |checker| {
                    let facts = predicate.map_or_else(Vec::new, |predicate| {
                        checker.bool(predicate);
                        checker.facts(predicate, true)
                    });
                    checker.knowing(facts.clone(), |checker| {
                        let found = checker.infer(element);
                        match shape(element) {
                            Shape::Name(name) => with_parts_answered(found, name, &facts),
                            _ => found,
                        }
                    })
                });
                Type::list(collected)
            }
            Shape::Foreign => {
                self.fault(
                    expr,
                    "guard-syntax",
                    Words::new(
                        "表达式里不能写 `{…}` 或字节串",
                        "maps and bytes have no place in an expression here",
                    ),
                    None,
                );
                Type::Any
            }
        }
    }

    /// Infers `expr` as something that must be true or false.
    pub(super) fn bool(&mut self, expr: &'a IdedExpr) {
        let found = self.infer(expr);
        let found = self.not_null(expr, found);
        if !matches!(found, Type::Bool | Type::Any) {
            self.mismatch(expr, &found, &Type::Bool);
        }
    }

    /// What `expr` tells about null when it is `outcome`.
    pub(super) fn facts(&self, expr: &IdedExpr, outcome: bool) -> Vec<String> {
        answered(self.program, self.surface, expr, outcome)
    }

    /// Runs `inner` where `facts` hold as well.
    pub(super) fn knowing<T>(
        &mut self,
        facts: Vec<String>,
        inner: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.answered.len();
        self.answered.extend(facts);
        let result = inner(self);
        self.answered.truncate(before);
        result
    }

    /// The type without null; a warning where null was possible.
    pub(super) fn not_null(&mut self, expr: &IdedExpr, found: Type) -> Type {
        match found {
            Type::Maybe(inner) => {
                self.null_warning(expr);
                *inner
            }
            Type::Null => {
                self.fault(
                    expr,
                    "guard-type",
                    Words::new(
                        "空值只能用 == 和 != 比较",
                        "null can only be compared with == and !=",
                    ),
                    None,
                );
                Type::Any
            }
            other => other,
        }
    }

    pub(super) fn mismatch(&mut self, expr: &IdedExpr, found: &Type, expected: &Type) {
        let (found, expected) = (found.name(), expected.name());
        self.fault(
            expr,
            "guard-type",
            Words::new(
                format!("这里应当是{}，却是{}", expected.zh, found.zh),
                format!("expected {}, found {}", expected.en, found.en),
            ),
            None,
        );
    }

    pub(super) fn fault(
        &mut self,
        expr: &IdedExpr,
        code: &'static str,
        message: Words,
        help: Option<Words>,
    ) {
        let place = span(self.program, expr);
        self.faults.push(TypeFault {
            code,
            message,
            help,
            offset: place.start,
            length: place.len(),
        });
    }

    pub(super) fn surface(&self) -> &'a Surface {
        self.surface
    }

    fn null_warning(&mut self, expr: &IdedExpr) {
        let source = self.program.source_info().source.as_str();
        let text = source.get(span(self.program, expr)).unwrap_or_default();
        let name = path(expr).unwrap_or_else(|| text.to_owned());
        if !self.told.insert(name.clone()) {
            return;
        }
        self.fault(
            expr,
            "guard-null",
            Words::new(
                format!("`{name}` 可能为空（未填或未显示），为空时这个条件无法判断"),
                format!("`{name}` may be null (unanswered or hidden), and then this fails"),
            ),
            Some(Words::new(
                format!("先判断空值，例如 `{name} != null && …` 或 `{name} == null || …`"),
                format!("handle null first: `{name} != null && …` or `{name} == null || …`"),
            )),
        );
    }

    fn name(&mut self, expr: &IdedExpr, name: &str) -> Type {
        if let Some((_, found)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            let found = found.clone();
            return self.narrowed(name, found);
        }
        if let Some(found) = self.variables.get(name) {
            return self.narrowed(name, found.clone());
        }
        let known = self
            .variables
            .keys()
            .map(String::as_str)
            .chain(self.bound.iter().map(|(name, _)| name.as_str()));
        let help = suggestion(name, known.collect::<Vec<_>>());
        self.fault(
            expr,
            "unknown-name",
            Words::new(
                format!("没有名为 `{name}` 的值；文本要加引号"),
                format!("there is no value `{name}`; texts need quotation marks"),
            ),
            help,
        );
        Type::Any
    }

    fn narrowed(&self, path: &str, found: Type) -> Type {
        match found {
            Type::Maybe(inner) if self.answered.iter().any(|known| known == path) => *inner,
            other => other,
        }
    }

    fn select(
        &mut self,
        expr: &IdedExpr,
        operand: &'a IdedExpr,
        field: &str,
        presence: bool,
    ) -> Type {
        let of = self.infer(operand);
        let of = self.not_null(operand, of);
        if presence {
            self.fault(
                expr,
                "guard-has",
                Words::new(
                    "这里的 has() 总是成立，不能判断是否已填",
                    "has() is always true here and cannot tell whether there is an answer",
                ),
                path(operand).map(|path| {
                    Words::new(
                        format!("写 `{path}.{field} != null`"),
                        format!("write `{path}.{field} != null`"),
                    )
                }),
            );
            return Type::Bool;
        }
        match of {
            Type::Any => Type::Any,
            Type::Record(parts) => match parts.get(field) {
                Some(found) => match path(expr) {
                    Some(path) => self.narrowed(&path, found.clone()),
                    None => found.clone(),
                },
                None => self.no_such_part(expr, operand, field, &parts),
            },
            other => {
                let name = other.name();
                self.fault(
                    expr,
                    "guard-type",
                    Words::new(
                        format!("{}没有 `.{field}`", name.zh),
                        format!("{} has no `.{field}`", name.en),
                    ),
                    None,
                );
                Type::Any
            }
        }
    }

    fn no_such_part(
        &mut self,
        expr: &IdedExpr,
        operand: &IdedExpr,
        field: &str,
        parts: &BTreeMap<String, Type>,
    ) -> Type {
        let of = path(operand).unwrap_or_else(|| "…".to_owned());
        if let Some(absent) = self.surface.absent.get(field).filter(|_| of == "form") {
            let (code, message, help) = (absent.code, &absent.message, &absent.help);
            self.fault(expr, code, message.clone(), Some(help.clone()));
            return Type::Any;
        }
        let code = if of == "form" {
            "unknown-field"
        } else {
            "unknown-name"
        };
        self.fault(
            expr,
            code,
            Words::new(
                format!("`{of}` 里没有 `{field}`"),
                format!("`{of}` has no `{field}`"),
            ),
            suggestion(field, parts.keys().map(String::as_str)),
        );
        Type::Any
    }

    fn list(&mut self, elements: &'a [IdedExpr]) -> Type {
        let mut all: Option<Type> = None;
        for element in elements {
            let found = self.infer(element);
            all = Some(match all {
                None => found,
                Some(before) => before.join(&found).unwrap_or_else(|| {
                    self.mismatch(element, &found, &before);
                    Type::Any
                }),
            });
        }
        Type::list(all.unwrap_or(Type::Any))
    }

    /// The type of what a macro runs over.
    fn elements(&mut self, range: &'a IdedExpr) -> Type {
        let found = self.infer(range);
        match self.not_null(range, found) {
            Type::List(element) => *element,
            Type::Any => Type::Any,
            other => {
                self.mismatch(range, &other, &Type::list(Type::Any));
                Type::Any
            }
        }
    }

    fn with<T>(&mut self, variable: &str, of: Type, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.bound.push((variable.to_owned(), of));
        let result = inner(self);
        self.bound.pop();
        result
    }

    fn call(&mut self, expr: &'a IdedExpr, call: &'a CallExpr) -> Type {
        if let Some(found) = self.operator(expr, call) {
            return found;
        }
        let name = call.func_name.as_str();
        if let Some(target) = &call.target {
            return self.method(expr, target, name, &call.args);
        }
        if let Some((_, form, arity)) = OVER_FACTS.iter().find(|(known, _, _)| *known == name) {
            if call.args.len() != *arity {
                return self.wrong_call(expr, form);
            }
            return self.over_facts(name, &call.args);
        }
        self.function(expr, name, &call.args)
    }

    fn result(&mut self, root: &IdedExpr, found: &Type, expected: &Type) {
        let fits = match (found, expected) {
            (_, Type::Any) | (Type::Any, _) => return,
            (Type::Null | Type::Maybe(_), Type::Maybe(inner)) => found.comparable(inner),
            (found, Type::Maybe(inner)) => fits(found, inner),
            (Type::Maybe(_) | Type::Null, expected) => {
                let known = self.not_null(root, found.clone());
                fits(&known, expected)
            }
            (found, expected) => fits(found, expected),
        };
        if !fits {
            self.mismatch(root, found, expected);
        }
    }
}

/// A whole number will do for a number; otherwise as for equality.
fn fits(found: &Type, expected: &Type) -> bool {
    match (found, expected) {
        (Type::Number, Type::Int) => false,
        _ => found.comparable(expected),
    }
}

/// What passed a filter has the parts that the filter asked for: those of `name` among the answered `paths`.
fn with_parts_answered(of: Type, name: &str, paths: &[String]) -> Type {
    let Type::Record(mut parts) = of else {
        return of;
    };
    for path in paths {
        let part = path
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('.'));
        let Some(part) = part.filter(|part| matches!(parts.get(*part), Some(Type::Maybe(_))))
        else {
            continue;
        };
        let parts = Arc::make_mut(&mut parts);
        if let Some(known) = parts.get_mut(part) {
            *known = known.known().clone();
        }
    }
    Type::Record(parts)
}

fn of_literal(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Int,
        LiteralValue::Double(_) => Type::Number,
        LiteralValue::String(_) => Type::Text,
        LiteralValue::Null => Type::Null,
        LiteralValue::Bytes(_) => Type::Any,
    }
}
