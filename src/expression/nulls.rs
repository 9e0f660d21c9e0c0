//! Which paths are certainly answered where a part of an expression is read, because another part says so.
//!
//! CEL's `&&` and `||` settle on the side that decides, in either order: `x == null || 3 < x` and `3 < x || x == null`
//! are both sound. So each side may rely on the other, but only on parts of it that cannot fail themselves.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use super::Surface;
use super::syntax::{path, span};

/// The paths that are not null when `expr` is `outcome`, as far as `expr` can tell without failing on null.
pub(super) fn answered(
    program: &cel::Program,
    surface: &Surface,
    expr: &IdedExpr,
    outcome: bool,
) -> Vec<String> {
    let mut found = if outcome {
        implied(program, surface, expr)
    } else {
        Vec::new()
    };
    let Expr::Call(call) = &expr.expr else {
        return found;
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::LOGICAL_NOT, [inner]) => {
            found.extend(answered(program, surface, inner, !outcome));
        }
        (operators::LOGICAL_AND, [one, two]) if outcome => {
            found.extend(answered(program, surface, one, true));
            found.extend(answered(program, surface, two, true));
        }
        (operators::LOGICAL_OR, [one, two]) if !outcome => {
            found.extend(answered(program, surface, one, false));
            found.extend(answered(program, surface, two, false));
        }
        (operators::NOT_EQUALS, [one, two]) if outcome => found.extend(compared(one, two, true)),
        (operators::NOT_EQUALS, [one, two]) => found.extend(compared(one, two, false)),
        (operators::EQUALS, [one, two]) if outcome => found.extend(compared(one, two, false)),
        (operators::EQUALS, [one, two]) => found.extend(compared(one, two, true)),
        (operators::IN, [one, list]) if outcome && literal_list(list) => found.extend(path(one)),
        _ => {}
    }
    found
}

/// `x` of `x != null` (`with_null`), or of `x == "a"`.
fn compared(one: &IdedExpr, two: &IdedExpr, with_null: bool) -> Option<String> {
    let says = |literal: &IdedExpr| match &literal.expr {
        Expr::Literal(LiteralValue::Null) => with_null,
        Expr::Literal(_) => !with_null,
        _ => false,
    };
    if says(two) {
        path(one)
    } else if says(one) {
        path(two)
    } else {
        None
    }
}

fn literal_list(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::List(list) => list.elements.iter().all(|element| {
            matches!(&element.expr, Expr::Literal(literal) if *literal != LiteralValue::Null)
        }),
        _ => false,
    }
}

/// A guard that shows fields tells that the required ones among them are answered.
fn implied(program: &cel::Program, surface: &Surface, expr: &IdedExpr) -> Vec<String> {
    let source = program.source_info().source.as_str();
    source
        .get(span(program, expr))
        .and_then(|text| surface.implied.get(text.trim()))
        .cloned()
        .unwrap_or_default()
}
