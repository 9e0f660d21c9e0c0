//! The static check of operators, functions and methods.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators as op};

use super::check::Checker;
use super::functions::OVER_FACTS;
use super::syntax::{Shape, shape};
use super::{Type, Words, suggestion};

const FUNCTIONS: &[&str] = &["size", "int", "double", "string", "timestamp", "duration"];
const METHODS: &[&str] = &["size", "contains", "startsWith", "endsWith", "matches"];
const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map"];

impl<'a> Checker<'a> {
    /// The type of an operator; `None` when `call` is a function.
    pub(super) fn operator(&mut self, expr: &'a IdedExpr, call: &'a CallExpr) -> Option<Type> {
        Some(match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND, [one, two]) => self.both(one, two, true),
            (op::LOGICAL_OR, [one, two]) => self.both(one, two, false),
            (op::LOGICAL_NOT, [inner]) => {
                self.bool(inner);
                Type::Bool
            }
            (op::CONDITIONAL, [condition, one, two]) => {
                self.bool(condition);
                let facts = self.facts(condition, true);
                let first = self.knowing(facts, |checker| checker.infer(one));
                let facts = self.facts(condition, false);
                let second = self.knowing(facts, |checker| checker.infer(two));
                first.join(&second).unwrap_or_else(|| {
                    self.mismatch(two, &second, &first);
                    Type::Any
                })
            }
            (op::EQUALS | op::NOT_EQUALS, [one, two]) => self.equality(expr, one, two),
            (op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS, [one, two]) => {
                self.order(expr, one, two)
            }
            (op::IN, [one, list]) => self.membership(one, list),
            (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO, [one, two]) => {
                self.arithmetic(expr, &call.func_name, one, two)
            }
            (op::NEGATE, [inner]) => {
                let found = self.infer(inner);
                match self.not_null(inner, found) {
                    number @ (Type::Int | Type::Number | Type::Any) => number,
                    other => {
                        self.mismatch(inner, &other, &Type::Number);
                        Type::Any
                    }
                }
            }
            (op::INDEX, [of, index]) => self.index(of, index),
            _ => return None,
        })
    }

    /// `a && b` (`outcome` true) or `a || b` (false): each side is read only where the other leaves the question open.
    fn both(&mut self, one: &'a IdedExpr, two: &'a IdedExpr, outcome: bool) -> Type {
        let facts = self.facts(two, outcome);
        self.knowing(facts, |checker| checker.bool(one));
        let facts = self.facts(one, outcome);
        self.knowing(facts, |checker| checker.bool(two));
        Type::Bool
    }

    fn equality(&mut self, expr: &IdedExpr, one: &'a IdedExpr, two: &'a IdedExpr) -> Type {
        let (first, second) = (self.infer(one), self.infer(two));
        if first.comparable(&second) {
            self.option_of(&first, two);
            self.option_of(&second, one);
        } else {
            self.never_equal(expr, &first, &second);
        }
        Type::Bool
    }

    fn never_equal(&mut self, expr: &IdedExpr, one: &Type, two: &Type) {
        let (one, two) = (one.name(), two.name());
        self.fault(
            expr,
            "guard-type",
            Words::new(
                format!("{}与{}不能比较，结果永远是“不等”", one.zh, two.zh),
                format!("{} never equals {}", one.en, two.en),
            ),
            None,
        );
    }

    /// A text compared with a choice must be one of its options.
    fn option_of(&mut self, choice: &Type, written: &IdedExpr) {
        let Type::OneOf(options) = choice.known() else {
            return;
        };
        let Some(text) = text(written) else { return };
        if !options.contains(&text) {
            self.fault(
                written,
                "unknown-option",
                Words::new(
                    format!("没有选项 `{text}`"),
                    format!("there is no option `{text}`"),
                ),
                suggestion(&text, options.iter().map(String::as_str)),
            );
        }
    }

    fn order(&mut self, expr: &IdedExpr, one: &'a IdedExpr, two: &'a IdedExpr) -> Type {
        let (first, second) = (self.infer(one), self.infer(two));
        let (first, second) = (self.not_null(one, first), self.not_null(two, second));
        let ordered = matches!(
            (&first, &second),
            (Type::Any, _)
                | (_, Type::Any)
                | (Type::Int | Type::Number, Type::Int | Type::Number)
                | (Type::Text | Type::OneOf(_), Type::Text | Type::OneOf(_))
                | (Type::Time, Type::Time)
                | (Type::Span, Type::Span)
        );
        if !ordered {
            let (one, two) = (first.name(), second.name());
            self.fault(
                expr,
                "guard-type",
                Words::new(
                    format!("{}与{}不能比较大小", one.zh, two.zh),
                    format!("{} and {} have no order", one.en, two.en),
                ),
                None,
            );
        }
        Type::Bool
    }

    fn membership(&mut self, one: &'a IdedExpr, list: &'a IdedExpr) -> Type {
        let first = self.infer(one);
        let found = self.infer(list);
        match self.not_null(list, found) {
            Type::List(element) if first.comparable(&element) => {
                if let Shape::List(elements) = shape(list) {
                    for element in elements {
                        self.option_of(&first, element);
                    }
                }
                self.option_of(&element, one);
            }
            Type::List(element) => self.never_equal(one, &first, &element),
            Type::Any => {}
            other => self.mismatch(list, &other, &Type::list(Type::Any)),
        }
        Type::Bool
    }

    fn arithmetic(
        &mut self,
        expr: &IdedExpr,
        operator: &str,
        one: &'a IdedExpr,
        two: &'a IdedExpr,
    ) -> Type {
        let (first, second) = (self.infer(one), self.infer(two));
        let (first, second) = (self.not_null(one, first), self.not_null(two, second));
        match (operator, &first, &second) {
            (_, Type::Any, _) | (_, _, Type::Any) => Type::Any,
            (_, Type::Int, Type::Int) => Type::Int,
            (op::MODULO, _, _) => self.no_operator(expr, &first, &second),
            (_, Type::Number, Type::Number) => Type::Number,
            (_, Type::Int, Type::Number) | (_, Type::Number, Type::Int) => {
                self.fault(
                    expr,
                    "guard-type",
                    Words::new(
                        "整数和小数不能直接相加减乘除",
                        "whole numbers and numbers with a fraction do not mix in arithmetic",
                    ),
                    Some(Words::new(
                        "把整数写成 `3.0`，或者用 `double(…)` 转换",
                        "write `3.0`, or convert with `double(…)`",
                    )),
                );
                Type::Number
            }
            (op::ADD, Type::Text | Type::OneOf(_), Type::Text | Type::OneOf(_)) => Type::Text,
            (op::ADD, Type::List(a), Type::List(b)) => Type::list(a.join(b).unwrap_or(Type::Any)),
            (op::ADD, Type::Time, Type::Span)
            | (op::ADD, Type::Span, Type::Time)
            | (op::SUBSTRACT, Type::Time, Type::Span) => Type::Time,
            (op::SUBSTRACT, Type::Time, Type::Time)
            | (op::ADD | op::SUBSTRACT, Type::Span, Type::Span) => Type::Span,
            _ => self.no_operator(expr, &first, &second),
        }
    }

    fn no_operator(&mut self, expr: &IdedExpr, one: &Type, two: &Type) -> Type {
        let (one, two) = (one.name(), two.name());
        self.fault(
            expr,
            "guard-type",
            Words::new(
                format!("{}与{}之间没有这种运算", one.zh, two.zh),
                format!("there is no such operation on {} and {}", one.en, two.en),
            ),
            None,
        );
        Type::Any
    }

    fn index(&mut self, of: &'a IdedExpr, index: &'a IdedExpr) -> Type {
        let found = self.infer(of);
        let at = self.infer(index);
        match (self.not_null(of, found), at.known()) {
            (Type::List(element), Type::Int | Type::Any) => *element,
            (Type::Record(parts), Type::Text | Type::OneOf(_)) => text(index)
                .and_then(|name| parts.get(&name).cloned())
                .unwrap_or(Type::Any),
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (Type::List(_), _) => {
                self.mismatch(index, &at, &Type::Int);
                Type::Any
            }
            (other, _) => {
                self.mismatch(of, &other, &Type::list(Type::Any));
                Type::Any
            }
        }
    }

    pub(super) fn function(
        &mut self,
        expr: &IdedExpr,
        name: &str,
        arguments: &'a [IdedExpr],
    ) -> Type {
        let found: Vec<Type> = arguments
            .iter()
            .map(|argument| self.infer(argument))
            .collect();
        if !FUNCTIONS.contains(&name) {
            return self.unknown_function(expr, name);
        }
        let ([argument], [found]) = (arguments, found.as_slice()) else {
            return self.wrong_call(expr, &format!("{name}(…)"));
        };
        let found = self.not_null(argument, found.clone());
        let (takes, gives): (&[Type], Type) = match name {
            "size" => return self.size(argument, &found),
            "int" => (&[Type::Int, Type::Number, Type::Text], Type::Int),
            "double" => (&[Type::Int, Type::Number, Type::Text], Type::Number),
            "string" => (
                &[Type::Int, Type::Number, Type::Text, Type::Bool],
                Type::Text,
            ),
            "timestamp" => (&[Type::Text], Type::Time),
            _ => (&[Type::Text], Type::Span),
        };
        if found != Type::Any && !takes.iter().any(|take| *take == plain(&found)) {
            self.mismatch(argument, &found, &takes[0]);
        }
        gives
    }

    fn size(&mut self, argument: &IdedExpr, found: &Type) -> Type {
        if !matches!(
            found,
            Type::Any | Type::Text | Type::OneOf(_) | Type::List(_) | Type::Record(_)
        ) {
            self.mismatch(argument, found, &Type::list(Type::Any));
        }
        Type::Int
    }

    pub(super) fn method(
        &mut self,
        expr: &IdedExpr,
        target: &'a IdedExpr,
        name: &str,
        arguments: &'a [IdedExpr],
    ) -> Type {
        let of = self.infer(target);
        for argument in arguments {
            let found = self.infer(argument);
            let found = self.not_null(argument, found);
            if METHODS.contains(&name) && found != Type::Any && plain(&found) != Type::Text {
                self.mismatch(argument, &found, &Type::Text);
            }
        }
        if !METHODS.contains(&name) {
            return self.unknown_function(expr, name);
        }
        let of = self.not_null(target, of);
        match (name, arguments) {
            ("size", []) => self.size(target, &of),
            ("size", _) => self.wrong_call(expr, "x.size()"),
            (_, [argument]) => {
                if of != Type::Any && plain(&of) != Type::Text {
                    self.mismatch(target, &of, &Type::Text);
                }
                if name == "matches" {
                    self.pattern(argument);
                }
                Type::Bool
            }
            _ => self.wrong_call(expr, &format!("x.{name}(\"…\")")),
        }
    }

    /// A pattern that is written out can be tried now.
    fn pattern(&mut self, argument: &IdedExpr) {
        let works = text(argument).is_some_and(|pattern| pattern_works(&pattern));
        if !works {
            self.fault(
                argument,
                "guard-type",
                Words::new(
                    "这里要直接写一个正确的正则表达式",
                    "a regular expression that works must be written out here",
                ),
                None,
            );
        }
    }

    fn unknown_function(&mut self, expr: &IdedExpr, name: &str) -> Type {
        let known: Vec<&str> = OVER_FACTS
            .iter()
            .map(|(name, _, _)| *name)
            .chain(FUNCTIONS.iter().copied())
            .chain(METHODS.iter().copied())
            .chain(MACROS.iter().copied())
            .collect();
        let help = if MACROS.contains(&name) {
            Some(Words::new(
                format!("写成 `list.{name}(x, …)`"),
                format!("write `list.{name}(x, …)`"),
            ))
        } else {
            suggestion(name, known)
        };
        self.fault(
            expr,
            "unknown-function",
            Words::new(
                format!("没有这样调用的函数 `{name}`"),
                format!("there is no function `{name}` to call like this"),
            ),
            help,
        );
        Type::Any
    }

    pub(super) fn wrong_call(&mut self, expr: &IdedExpr, form: &str) -> Type {
        self.fault(
            expr,
            "guard-type",
            Words::new(
                format!("参数个数不对，应当写 {form}"),
                format!("wrong number of arguments: write {form}"),
            ),
            None,
        );
        Type::Any
    }
}

/// Whether the language's own engine takes `pattern`.
fn pattern_works(pattern: &str) -> bool {
    let Ok(program) = cel::Program::compile("''.matches(p)") else {
        return false;
    };
    let mut context = cel::Context::default();
    context.add_variable_from_value("p", pattern);
    program.execute(&context).is_ok()
}

fn plain(found: &Type) -> Type {
    match found {
        Type::OneOf(_) => Type::Text,
        other => other.clone(),
    }
}

pub(super) fn text(expr: &IdedExpr) -> Option<String> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}
