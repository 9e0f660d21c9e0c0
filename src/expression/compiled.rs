//! A CEL text, compiled: `compile`, `guard` (true or false) and `value`.

use std::sync::Arc;

use super::{Scope, Value};

/// A guard or value of the workflow language. Two are equal when their texts are.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    program: Arc<cel::Program>,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// What is wrong and how to mend it.
    pub message: String,
    /// Where in the text, in bytes.
    pub offset: usize,
}

/// Why an expression gave no answer for these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` failed: {message}")]
pub struct EvaluationError {
    /// The text.
    pub expression: String,
    /// The reason.
    pub message: String,
}

impl Expression {
    /// Compiles a text within the limits of the language (length, nesting, literal lists).
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        let program = cel::Program::compile(source).map_err(|error| CompileError {
            message: error.to_string(),
            offset: 0,
        })?;
        Ok(Self {
            source: source.into(),
            program: Arc::new(program),
        })
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// True or false; anything else, null included, is an error.
    pub fn guard(&self, scope: &Scope) -> Result<bool, EvaluationError> {
        match self.value(scope)? {
            Value::Bool(answer) => Ok(answer),
            other => Err(EvaluationError {
                expression: self.source.to_string(),
                message: format!("expected true or false, got {other:?}"),
            }),
        }
    }

    /// Whatever the expression gives.
    pub fn value(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let _ = (&self.program, scope);
        Err(EvaluationError {
            expression: self.source.to_string(),
            message: "not written yet".into(),
        })
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}
