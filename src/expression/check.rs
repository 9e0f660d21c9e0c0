//! The static check: names, functions, types, and null that nobody handles.

use std::collections::{BTreeMap, BTreeSet};

use cel::common::ast::{CallExpr, IdedExpr, LiteralValue};

use super::functions::OVER_FACTS;
use super::nulls::answered;
use super::syntax::{Shape, path, shape, span};
use super::{Type, TypeFault, Words, suggestion};

/// What surrounds an expression besides its variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surface {
    /// The stages and blocks that `entered("id")` and its like may name, with the names of their seats.
    pub stages: BTreeMap<String, Vec<String>>,
    /// The options of `choice("id")`, where the stage has its own.
    pub choices: BTreeMap<String, Vec<String>>,
    /// The registers that `registered(…)` may name.
    pub registers: BTreeSet<String>,
    /// By the text of a guard: the paths that are answered whenever it holds.
    pub implied: BTreeMap<String, Vec<String>>,
    /// Paths that are answered wherever this expression is read.
    pub answered: Vec<String>,
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
                    checker.knowing(facts, |checker| checker.infer(element))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Expression;

    fn record<const N: usize>(parts: [(&str, Type); N]) -> Type {
        Type::Record(parts.map(|(name, of)| (name.to_owned(), of)).into())
    }

    fn variables() -> BTreeMap<String, Type> {
        let level = Type::OneOf(vec!["l1".to_owned(), "l3".to_owned()]);
        let form = record([
            ("level", level.clone()),
            ("amount", Type::Number),
            ("count", Type::Int.maybe()),
            ("personal", Type::Bool),
            ("sensitive", Type::Bool.maybe()),
            ("found", Type::Time),
            ("files", Type::list(Type::Text).maybe()),
            (
                "items",
                Type::list(record([("level", level), ("name", Type::Text)])),
            ),
        ]);
        BTreeMap::from([("form".to_owned(), form), ("now".to_owned(), Type::Time)])
    }

    fn surface() -> Surface {
        Surface {
            stages: BTreeMap::from([("verify".to_owned(), vec!["witness".to_owned()])]),
            choices: BTreeMap::from([("verify".to_owned(), vec!["agree".to_owned()])]),
            registers: BTreeSet::from(["grants".to_owned()]),
            implied: BTreeMap::from([(
                "form.personal".to_owned(),
                vec!["form.sensitive".to_owned()],
            )]),
            answered: Vec::new(),
        }
    }

    fn faults(source: &str) -> Vec<TypeFault> {
        Expression::compile(source)
            .expect(source)
            .check(&variables(), &surface(), &Type::Bool)
    }

    fn codes(source: &str) -> Vec<&'static str> {
        faults(source).iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn sound_guards_have_no_faults() {
        for source in [
            "form.level == \"l3\" && form.amount > 3",
            "form.level in [\"l1\", \"l3\"]",
            "form.items.exists(i, i.level == \"l3\") || form.personal",
            "form.items.filter(i, i.level == \"l3\").map(i, i.name).size() > 1",
            "form.items.exists_one(i, i.name.startsWith(\"甲\"))",
            "form.count == null || form.count > 3",
            "form.count > 3 || form.count == null",
            "form.count != null && form.count > 3",
            "!(form.count == null) && form.count > 3",
            "form.count == null ? true : form.count > 3",
            "form.count == 3",
            "form.personal && form.sensitive",
            "!form.personal || form.sensitive",
            "form.found + duration(\"24h\") > now && now - form.found < duration(\"1h\")",
            "entered(\"verify\") == null && done(\"verify\") && rounds(\"verify\") == 1",
            "choice(\"verify\") == \"agree\" && actor(\"verify.witness\") != null",
            "registered(\"grants\", form.level, \"x\")",
            "form.files != null && form.files.size() > 0",
        ] {
            assert_eq!(faults(source), [], "{source}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let faults = faults("form.levl == \"l3\"");

        assert_eq!(faults[0].code, "unknown-field");
        assert_eq!((faults[0].offset, faults[0].length), (0, 9));
        let help = faults[0].help.as_ref().expect("a suggestion");
        assert!(help.en.contains("`level`"), "{help:?}");
    }

    #[test]
    fn unknown_names_functions_ids_and_options_are_faults() {
        assert_eq!(codes("level == \"l3\""), ["unknown-name"]);
        assert_eq!(codes("enterd(\"verify\") == null"), ["unknown-function"]);
        assert_eq!(codes("done(\"verfy\")"), ["unknown-id"]);
        assert_eq!(codes("actor(\"verify.head\") == null"), ["unknown-id"]);
        assert_eq!(codes("form.level == \"l5\""), ["unknown-option"]);
        assert_eq!(codes("form.level in [\"l1\", \"l5\"]"), ["unknown-option"]);
        assert_eq!(
            codes("form.items.exists(i, i.level == \"l5\")"),
            ["unknown-option"]
        );
        assert_eq!(
            codes("registered(\"grant\", form.level, \"x\")"),
            ["unknown-register"]
        );
    }

    #[test]
    fn types_that_do_not_meet_are_faults() {
        for source in [
            "form.amount == \"3\"",
            "form.level > 3",
            "form.amount + 1 > 2.0",
            "form.personal + 1 == 2",
            "form.items == 3",
            "form.amount in [\"a\"]",
            "form.level",
            "!form.amount",
            "form.amount.size() == 1",
            "form.found > 3",
            "form.items.all(i, i.name)",
            "done(\"verify\", 1)",
            "form.level.contains(3)",
            "form.amount ? true : false",
            "form.level.matches(\"(\")",
            "sum(form.items.map(i, i.name)) > 1",
        ] {
            assert_eq!(codes(source), ["guard-type"], "{source}");
        }
    }

    #[test]
    fn null_that_nobody_handles_is_told_once_for_each_name() {
        assert_eq!(codes("form.count > 3 && form.count < 9"), ["guard-null"]);
        assert_eq!(codes("form.sensitive"), ["guard-null"]);
        assert_eq!(codes("form.sensitive || form.personal"), ["guard-null"]);
        assert_eq!(codes("form.files.size() > 0"), ["guard-null"]);
        assert_eq!(codes("entered(\"verify\") < now"), ["guard-null"]);
    }

    #[test]
    fn has_is_refused_because_it_is_always_true() {
        assert_eq!(codes("has(form.count)"), ["guard-has"]);
    }
}
