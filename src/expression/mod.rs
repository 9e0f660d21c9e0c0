//! Guards and values: CEL texts, compiled once, type-checked when the definition is checked, evaluated against a [`Scope`].

mod compiled;
mod scope;
mod types;
mod value;

pub use compiled::{CompileError, EvaluationError, Expression};
pub use scope::{Facts, Scope, StageFacts};
pub use types::{Type, TypeFault};
pub use value::Value;
