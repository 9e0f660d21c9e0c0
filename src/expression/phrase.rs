//! What an expression says, as far as people say such things: comparisons and their combinations.

use cel::common::ast::{CallExpr, IdedExpr, LiteralValue, operators as op};

use super::syntax::{Shape, path, shape};

/// A guard as a sentence could say it. What a sentence could not say is [`Phrase::Other`].
#[derive(Debug, Clone, PartialEq)]
pub enum Phrase {
    /// All of these.
    Every(Vec<Phrase>),
    /// One of these at least.
    Some(Vec<Phrase>),
    /// Not this.
    Not(Box<Phrase>),
    /// One value beside another.
    Compared {
        /// The one.
        left: Term,
        /// How.
        sign: Sign,
        /// The other.
        right: Term,
    },
    /// A value that is one of these.
    OneOf {
        /// The value.
        left: Term,
        /// These.
        of: Vec<Term>,
    },
    /// Something that is true by itself: `form.personal`, `done("intake")`.
    Holds(Term),
    /// Some element of a list is so; paths inside begin with that of the list.
    Among {
        /// The list's path.
        list: String,
        /// How.
        that: Box<Phrase>,
    },
    /// Anything else.
    Other,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// `form.amount`.
    Path(String),
    /// A text.
    Text(String),
    /// A number, as written.
    Number(String),
    /// True or false.
    Bool(bool),
    /// Nothing.
    Null,
    /// A fact about a stage: `done("intake")`.
    Fact(String, String),
    /// Anything else.
    Other,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `==`
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A loop's variable, with the path of what it runs over.
type Bound<'a> = Option<(&'a str, String)>;

/// What `program` says.
pub(super) fn phrase(program: &cel::Program) -> Phrase {
    said(program.expression(), &None)
}

fn said(expr: &IdedExpr, bound: &Bound<'_>) -> Phrase {
    match shape(expr) {
        Shape::Call(call) => called(call, bound),
        Shape::Name(_) | Shape::Select { .. } => match term(expr, bound) {
            Term::Other => Phrase::Other,
            known => Phrase::Holds(known),
        },
        Shape::Quantifier {
            range,
            variable,
            body,
        } if is_exists(expr) => match (bound, path(range)) {
            (None, Some(list)) => Phrase::Among {
                that: Box::new(said(body, &Some((variable, list.clone())))),
                list,
            },
            _ => Phrase::Other,
        },
        _ => Phrase::Other,
    }
}

fn called(call: &CallExpr, bound: &Bound<'_>) -> Phrase {
    match (call.func_name.as_str(), call.args.as_slice()) {
        (op::LOGICAL_AND, [one, two]) => {
            let parts = [said(one, bound), said(two, bound)];
            Phrase::Every(flat(parts, |phrase| match phrase {
                Phrase::Every(inner) => Ok(inner),
                other => Err(other),
            }))
        }
        (op::LOGICAL_OR, [one, two]) => {
            let parts = [said(one, bound), said(two, bound)];
            Phrase::Some(flat(parts, |phrase| match phrase {
                Phrase::Some(inner) => Ok(inner),
                other => Err(other),
            }))
        }
        (op::LOGICAL_NOT, [inner]) => Phrase::Not(Box::new(said(inner, bound))),
        (op::IN, [one, list]) => match shape(list) {
            Shape::List(elements) => Phrase::OneOf {
                left: term(one, bound),
                of: elements
                    .iter()
                    .map(|element| term(element, bound))
                    .collect(),
            },
            _ => Phrase::Other,
        },
        (name, [one, two]) => match sign(name) {
            Some(sign) => Phrase::Compared {
                left: term(one, bound),
                sign,
                right: term(two, bound),
            },
            None => Phrase::Other,
        },
        _ => match fact(call) {
            Term::Other => Phrase::Other,
            known => Phrase::Holds(known),
        },
    }
}

/// Both sides, and in place of a side of the same kind its own parts: `a && b && c` says three things, not two.
fn flat(sides: [Phrase; 2], open: impl Fn(Phrase) -> Result<Vec<Phrase>, Phrase>) -> Vec<Phrase> {
    sides
        .into_iter()
        .flat_map(|side| open(side).unwrap_or_else(|single| vec![single]))
        .collect()
}

fn sign(name: &str) -> Option<Sign> {
    match name {
        op::EQUALS => Some(Sign::Is),
        op::NOT_EQUALS => Some(Sign::IsNot),
        op::LESS => Some(Sign::Less),
        op::LESS_EQUALS => Some(Sign::AtMost),
        op::GREATER => Some(Sign::More),
        op::GREATER_EQUALS => Some(Sign::AtLeast),
        _ => None,
    }
}

fn term(expr: &IdedExpr, bound: &Bound<'_>) -> Term {
    match shape(expr) {
        Shape::Literal(LiteralValue::String(text)) => Term::Text(text.to_string()),
        Shape::Literal(LiteralValue::Int(number)) => Term::Number(number.to_string()),
        Shape::Literal(LiteralValue::Double(number)) => Term::Number(number.to_string()),
        Shape::Literal(LiteralValue::Boolean(value)) => Term::Bool(**value),
        Shape::Literal(LiteralValue::Null) => Term::Null,
        Shape::Name(_) | Shape::Select { .. } => {
            path(expr).map_or(Term::Other, |path| Term::Path(in_list(path, bound)))
        }
        Shape::Call(call) => fact(call),
        _ => Term::Other,
    }
}

/// `i.level` in a loop over `form.items` is `form.items.level`.
fn in_list(path: String, bound: &Bound<'_>) -> String {
    let Some((variable, list)) = bound else {
        return path;
    };
    match path.strip_prefix(variable) {
        Some("") => list.clone(),
        Some(rest) if rest.starts_with('.') => format!("{list}{rest}"),
        _ => path,
    }
}

fn fact(call: &CallExpr) -> Term {
    let (None, [about]) = (&call.target, call.args.as_slice()) else {
        return Term::Other;
    };
    match shape(about) {
        Shape::Literal(LiteralValue::String(about)) => {
            Term::Fact(call.func_name.clone(), about.to_string())
        }
        _ => Term::Other,
    }
}

/// `exists`, told from `all` and `exists_one` by how it puts its answers together.
fn is_exists(expr: &IdedExpr) -> bool {
    use cel::common::ast::Expr;
    let Expr::Comprehension(all) = &expr.expr else {
        return false;
    };
    matches!(&all.loop_step.expr, Expr::Call(step) if step.func_name == op::LOGICAL_OR)
}
