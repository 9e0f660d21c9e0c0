//! What keeps an expression cheap: limits before it is parsed, and a bound on its cost after.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use super::syntax::{Shape, shape};
use super::{CompileError, Words};

/// Longest text, in bytes.
const MAX_BYTES: usize = 2048;
/// The parser needs up to 150 kB of stack for each level, and threads have 2 MB.
const MAX_BRACKETS: usize = 6;
/// Each `?` is one more level for the parser.
const MAX_CONDITIONALS: usize = 6;
/// Longest chain of operators or selections.
const MAX_DEPTH: usize = 64;
/// Longest list written out.
const MAX_ELEMENTS: usize = 200;
/// How long a list of answers is taken to be: a table has at most some hundred rows.
const ROWS: usize = 500;
/// Steps, by the bound below: well under a millisecond.
const MAX_COST: usize = 100_000;

/// Refuses what must not reach the parser.
pub(super) fn before(source: &str) -> Result<(), CompileError> {
    if MAX_BYTES < source.len() {
        return Err(fault(
            0,
            Words::new(
                format!("表达式太长：{} 字节，最多 {MAX_BYTES} 字节", source.len()),
                format!(
                    "the expression is too long: {} bytes, at most {MAX_BYTES}",
                    source.len()
                ),
            ),
        ));
    }
    let (mut open, mut conditionals, mut quote) = (0_usize, 0_usize, None);
    let mut escaped = false;
    for (at, byte) in source.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(mark), _) if mark == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => open += 1,
            (None, b')' | b']' | b'}') => open = open.saturating_sub(1),
            (None, b'?') => conditionals += 1,
            (None, _) => {}
        }
        if MAX_BRACKETS < open || MAX_CONDITIONALS < conditionals {
            return Err(fault(
                at,
                Words::new(
                    format!(
                        "表达式嵌套太深：括号最多 {MAX_BRACKETS} 层，`? :` 最多 {MAX_CONDITIONALS} 个"
                    ),
                    format!(
                        "nested too deeply: at most {MAX_BRACKETS} levels of brackets and {MAX_CONDITIONALS} `? :`"
                    ),
                ),
            ));
        }
    }
    Ok(())
}

/// Refuses what would be too much work to evaluate.
pub(super) fn after(program: &cel::Program) -> Result<(), CompileError> {
    let root = program.expression();
    let at = |expr: &IdedExpr| {
        program
            .source_info()
            .offset_for(expr.id)
            .map_or(0, |(start, _)| start as usize)
    };
    if MAX_DEPTH < depth(root) {
        return Err(fault(
            0,
            Words::new(
                format!("表达式的运算链太长，最多 {MAX_DEPTH} 步"),
                format!("the chain of operators is too long, at most {MAX_DEPTH}"),
            ),
        ));
    }
    if let Some(inner) = nested(root, false) {
        return Err(fault(
            at(inner),
            Words::new(
                "all、exists、filter、map 等不能互相嵌套，最多一层",
                "all, exists, filter, map … may not stand inside one another: one deep at most",
            ),
        ));
    }
    if let Some(list) = long_list(root) {
        return Err(fault(
            at(list),
            Words::new(
                format!("列表太长，最多 {MAX_ELEMENTS} 项"),
                format!("the list is too long, at most {MAX_ELEMENTS} elements"),
            ),
        ));
    }
    let cost = cost(root);
    if MAX_COST < cost {
        return Err(fault(
            0,
            Words::new(
                format!("表达式计算量太大：{cost} 步，最多 {MAX_COST} 步"),
                format!("the expression is too costly: {cost} steps, at most {MAX_COST}"),
            ),
        ));
    }
    Ok(())
}

fn fault(offset: usize, message: Words) -> CompileError {
    CompileError {
        code: "guard-cost",
        message,
        offset,
    }
}

fn children(expr: &IdedExpr) -> Vec<&IdedExpr> {
    match &expr.expr {
        Expr::Select(select) => vec![&select.operand],
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Comprehension(all) => vec![
            &all.iter_range,
            &all.accu_init,
            &all.loop_cond,
            &all.loop_step,
            &all.result,
        ],
        Expr::Map(map) => entries(&map.entries),
        Expr::Struct(record) => entries(&record.entries),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn entries(entries: &[cel::common::ast::IdedEntryExpr]) -> Vec<&IdedExpr> {
    entries
        .iter()
        .flat_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
            EntryExpr::StructField(field) => vec![&field.value],
        })
        .collect()
}

fn depth(expr: &IdedExpr) -> usize {
    1 + children(expr).into_iter().map(depth).max().unwrap_or(0)
}

fn nested(expr: &IdedExpr, inside: bool) -> Option<&IdedExpr> {
    match &expr.expr {
        Expr::Comprehension(_) if inside => Some(expr),
        Expr::Comprehension(all) => {
            nested(&all.iter_range, inside).or_else(|| nested(&all.loop_step, true))
        }
        _ => children(expr)
            .into_iter()
            .find_map(|child| nested(child, inside)),
    }
}

fn long_list(expr: &IdedExpr) -> Option<&IdedExpr> {
    match shape(expr) {
        Shape::List(elements) if MAX_ELEMENTS < elements.len() => Some(expr),
        _ => children(expr).into_iter().find_map(long_list),
    }
}

fn cost(expr: &IdedExpr) -> usize {
    match &expr.expr {
        Expr::Comprehension(all) => {
            1 + cost(&all.iter_range) + ROWS * (cost(&all.loop_step) + cost(&all.loop_cond))
        }
        _ => 1 + children(expr).into_iter().map(cost).sum::<usize>(),
    }
}
