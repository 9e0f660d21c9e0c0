//! The table of rules.

use crate::workflow::Severity;

/// A rule of the check.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// Whether breaking it stops publishing.
    pub severity: Severity,
    /// Its name, in Chinese.
    pub title: &'static str,
    /// Why it is there, in Chinese.
    pub explanation: &'static str,
}

/// All of them.
pub const RULES: &[Rule] = &[];
