//! What stands in a parsed expression: the crate's tree with its macros recognised again, and places in the text.

use std::ops::Range;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};

/// A node as it was written.
pub(super) enum Shape<'a> {
    /// A literal.
    Literal(&'a LiteralValue),
    /// A name.
    Name(&'a str),
    /// `operand.field`, or `has(operand.field)`.
    Select {
        operand: &'a IdedExpr,
        field: &'a str,
        presence: bool,
    },
    /// An operator or function.
    Call(&'a CallExpr),
    /// A list written out.
    List(&'a [IdedExpr]),
    /// `range.all(variable, body)`, `exists`, `exists_one`.
    Quantifier {
        range: &'a IdedExpr,
        variable: &'a str,
        body: &'a IdedExpr,
    },
    /// `range.map(variable, element)`, `range.filter(variable, predicate)`.
    Collect {
        range: &'a IdedExpr,
        variable: &'a str,
        predicate: Option<&'a IdedExpr>,
        element: &'a IdedExpr,
    },
    /// Something of CEL that the language does not have.
    Foreign,
}

pub(super) fn shape(expr: &IdedExpr) -> Shape<'_> {
    match &expr.expr {
        Expr::Literal(literal) => Shape::Literal(literal),
        Expr::Ident(name) => Shape::Name(name),
        Expr::Select(select) => Shape::Select {
            operand: &select.operand,
            field: &select.field,
            presence: select.test,
        },
        Expr::Call(call) => Shape::Call(call),
        Expr::List(list) => Shape::List(&list.elements),
        Expr::Comprehension(macro_) => expanded(macro_).unwrap_or(Shape::Foreign),
        Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => Shape::Foreign,
    }
}

/// The macro that the parser expanded into `all`, told by its accumulation step.
fn expanded(all: &ComprehensionExpr) -> Option<Shape<'_>> {
    let (range, variable) = (&all.iter_range, all.iter_var.as_str());
    let Expr::Call(step) = &all.loop_step.expr else {
        return None;
    };
    match (step.func_name.as_str(), step.args.as_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, body]) => Some(Shape::Quantifier {
            range,
            variable,
            body,
        }),
        (operators::ADD, [_, added]) => Some(Shape::Collect {
            range,
            variable,
            predicate: None,
            element: only(added)?,
        }),
        (operators::CONDITIONAL, [predicate, taken, _]) => {
            let Expr::Call(add) = &taken.expr else {
                return None;
            };
            let added = add.args.get(1)?;
            Some(match only(added) {
                Some(element) => Shape::Collect {
                    range,
                    variable,
                    predicate: Some(predicate),
                    element,
                },
                // `exists_one` counts where `filter` collects.
                None => Shape::Quantifier {
                    range,
                    variable,
                    body: predicate,
                },
            })
        }
        _ => None,
    }
}

fn only(list: &IdedExpr) -> Option<&IdedExpr> {
    match &list.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    }
}

/// `form.period.days` for a chain of selections on a name.
pub(super) fn path(expr: &IdedExpr) -> Option<String> {
    match shape(expr) {
        Shape::Name(name) => Some(name.to_owned()),
        Shape::Select {
            operand,
            field,
            presence: false,
        } => path(operand).map(|before| format!("{before}.{field}")),
        _ => None,
    }
}

/// The bytes that `expr` was written in. The parser notes one token for each node, so the rest comes from what is inside.
pub(super) fn span(program: &cel::Program, expr: &IdedExpr) -> Range<usize> {
    let source = program.source_info().source.as_str();
    let token = program
        .source_info()
        .offset_for(expr.id)
        .map_or(0..source.len(), |(start, stop)| {
            start as usize..(stop as usize + 1).min(source.len())
        });
    match shape(expr) {
        Shape::Select {
            operand,
            field,
            presence,
        } => {
            let inside = span(program, operand);
            let end = source
                .get(inside.end..)
                .and_then(|rest| rest.find(field))
                .map_or(token.end, |at| inside.end + at + field.len());
            let start = if presence { token.start } else { inside.start };
            start.min(inside.start)..end
        }
        Shape::Call(call) => {
            let mut all = token.clone();
            if call.target.is_none() && source[..token.start].ends_with(call.func_name.as_str()) {
                all.start -= call.func_name.len();
            }
            for part in call.target.as_deref().into_iter().chain(&call.args) {
                let part = span(program, part);
                all = all.start.min(part.start)..all.end.max(part.end);
            }
            let closes = source.get(token.clone()) == Some("(")
                && source.get(all.end..all.end + 1) == Some(")");
            all.start..all.end + usize::from(closes)
        }
        Shape::Quantifier { range, body, .. } => {
            span(program, range).start..span(program, body).end.max(token.end)
        }
        Shape::Collect { range, element, .. } => {
            span(program, range).start..span(program, element).end.max(token.end)
        }
        Shape::Literal(_) | Shape::Name(_) | Shape::List(_) | Shape::Foreign => token,
    }
}
