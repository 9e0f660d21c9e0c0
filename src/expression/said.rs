//! How often a guard held and did not: for the coverage of tests. Counting changes nothing about the answer.

use std::sync::atomic::{AtomicU32, Ordering};

/// The answers of a watched guard and of all its clones.
#[derive(Debug, Default)]
pub struct Said {
    yes: AtomicU32,
    no: AtomicU32,
}

impl Said {
    pub(super) fn count(&self, answer: bool) {
        let counter = if answer { &self.yes } else { &self.no };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it held.
    #[must_use]
    pub fn yes(&self) -> u32 {
        self.yes.load(Ordering::Relaxed)
    }

    /// How often it did not.
    #[must_use]
    pub fn no(&self) -> u32 {
        self.no.load(Ordering::Relaxed)
    }
}
