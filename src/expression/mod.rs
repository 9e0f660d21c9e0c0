//! Guards and values: CEL texts, compiled once, type-checked when the definition is checked, evaluated against a [`Scope`].
//!
//! The only module that knows the `cel` crate. Two things differ from plain CEL: whole numbers and numbers with a
//! fraction compare with each other (`form.amount > 3` holds for 3.5) but do not mix in arithmetic, where the check asks
//! for `3.0` or `double(…)`; and `has(…)` is refused, because records are complete here and null means unanswered.

mod check;
mod compiled;
mod convert;
mod facts;
mod functions;
mod limits;
mod nulls;
mod operators;
mod phrase;
mod reads;
mod said;
mod scope;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
mod value;
mod words;

pub use check::{Absent, KnownStage, Surface};
pub use compiled::{CompileError, EvaluationError, Expression};
pub use phrase::{Phrase, Sign, Term};
pub use reads::Read;
pub use said::Said;
pub use scope::{Facts, Scope, StageFacts};
pub use types::{Type, TypeFault};
pub use value::Value;
pub use words::{Words, nearest, suggestion};
