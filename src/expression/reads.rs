//! What an expression reads: the dotted paths of its free names.

use std::ops::Range;

use cel::common::ast::IdedExpr;

use super::syntax::{Shape, path, shape, span};

/// One path that an expression reads: `form.period.days`, `settings.small_amount`. A loop's variable stands for the
/// elements of what it runs over: `form.items.exists(i, i.level == "l3")` reads `form.items.level`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// As dotted names.
    pub path: String,
    /// Where it is written, in bytes.
    pub place: Range<usize>,
}

/// All of them, in the order in which they are written.
pub(super) fn reads(program: &cel::Program) -> Vec<Read> {
    walked(program).found
}

/// The names of the functions and operators that it calls.
pub(super) fn calls(program: &cel::Program) -> Vec<&str> {
    walked(program).called
}

fn walked(program: &cel::Program) -> Walk<'_> {
    let mut walk = Walk {
        program,
        bound: Vec::new(),
        found: Vec::new(),
        called: Vec::new(),
    };
    walk.visit(program.expression());
    walk
}

struct Walk<'a> {
    program: &'a cel::Program,
    /// Loop variables, with the path of what they run over where it has one.
    bound: Vec<(&'a str, Option<String>)>,
    found: Vec<Read>,
    called: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, expr: &'a IdedExpr) {
        if let Some(path) = path(expr) {
            if let Some(path) = self.free(&path) {
                self.found.push(Read {
                    path,
                    place: span(self.program, expr),
                });
            }
            return;
        }
        match shape(expr) {
            Shape::Select { operand, .. } => self.visit(operand),
            Shape::Call(call) => {
                self.called.push(&call.func_name);
                let parts = call.target.as_deref().into_iter().chain(&call.args);
                parts.for_each(|part| self.visit(part));
            }
            Shape::List(elements) => elements.iter().for_each(|part| self.visit(part)),
            Shape::Quantifier {
                range,
                variable,
                body,
            } => self.inside(range, variable, &[body]),
            Shape::Collect {
                range,
                variable,
                predicate,
                element,
            } => match predicate {
                Some(predicate) => self.inside(range, variable, &[predicate, element]),
                None => self.inside(range, variable, &[element]),
            },
            Shape::Literal(_) | Shape::Name(_) | Shape::Foreign => {}
        }
    }

    fn inside(&mut self, range: &'a IdedExpr, variable: &'a str, bodies: &[&'a IdedExpr]) {
        self.visit(range);
        self.bound.push((variable, self.elements_of(range)));
        for body in bodies {
            // The bare variable, as in `filter(r, …)`, reads no more than the list itself.
            if !matches!(shape(body), Shape::Name(name) if name == variable) {
                self.visit(body);
            }
        }
        self.bound.pop();
    }

    /// The path of the list that `range` gives elements of, through `filter`.
    fn elements_of(&self, range: &IdedExpr) -> Option<String> {
        match shape(range) {
            Shape::Collect { range, .. } => self.elements_of(range),
            _ => self.free(&path(range)?),
        }
    }

    fn free(&self, path: &str) -> Option<String> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        if root.starts_with('@') {
            return None;
        }
        match self.bound.iter().rev().find(|(name, _)| *name == root) {
            None => Some(path.to_owned()),
            Some((_, list)) => list.as_ref().map(|list| match rest {
                "" => list.clone(),
                rest => format!("{list}.{rest}"),
            }),
        }
    }
}
