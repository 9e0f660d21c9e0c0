//! What the server has done since it started, counted for those who watch it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::engine::actions;

/// Counts of actions. Whatever is counted here is one of a few words: nothing that somebody sends becomes a label.
#[derive(Debug, Default)]
pub struct Counters {
    actions: Mutex<BTreeMap<(&'static str, bool), u64>>,
}

impl Counters {
    /// An action was asked for, and taken or refused.
    pub fn acted(&self, action: &str, taken: bool) {
        let name = actions::find(action).map_or("unknown", |rule| rule.name());
        let mut counts = self.actions.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((name, taken)).or_default() += 1;
    }

    /// Every action that was asked for, whether it was taken, and how often.
    #[must_use]
    pub fn actions(&self) -> Vec<(&'static str, bool, u64)> {
        let counts = self.actions.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((name, taken), count)| (*name, *taken, *count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_and_refused_are_counted_apart_and_made_up_actions_together() {
        let counters = Counters::default();

        counters.acted("approve", true);
        counters.acted("approve", true);
        counters.acted("approve", false);
        counters.acted("x\n", false);
        counters.acted("y", false);

        assert_eq!(
            counters.actions(),
            [
                ("approve", false, 1),
                ("approve", true, 2),
                ("unknown", false, 2)
            ]
        );
    }
}
