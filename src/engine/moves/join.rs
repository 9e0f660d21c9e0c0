//! Coming together: what the branches of a block, closed and open, make of it.

use super::Halt;
use crate::engine::event::{LeftAs, Move};
use crate::engine::parts;
use crate::engine::run::Run;
use crate::engine::task::CancelReason;
use crate::workflow::place::{branch_of, keys_of};
use crate::workflow::{Id, Join, JoinPass, Kind};

/// Where a branch stands, as its block sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Open, sent back, or not begun.
    Open,
    /// It passed.
    Passed,
    /// It was refused.
    Refused,
    /// It does not count.
    Void,
}

impl Run<'_> {
    /// Leaves a block whose branches have come together. What there is to be and was not opened is opened; in a sequence
    /// when its turn has come.
    pub(super) fn join(&mut self, id: &str) -> Result<Vec<Move>, Halt> {
        let Some(node) = self.workflow.node(id) else {
            return Ok(Vec::new());
        };
        let (join, in_turn, unopened) = match &node.kind {
            Kind::Parallel(parallel) => (&parallel.join, false, Vec::new()),
            Kind::Foreach(foreach) => {
                let mut wanted = parts::parts(foreach, &self.scope(id))?;
                wanted.retain(|part| self.is_unopened(id, &node.branch_place(id, &part.key)));
                (&foreach.join, foreach.in_turn, wanted)
            }
            _ => return Ok(Vec::new()),
        };
        let mut standings = self.standings(id);
        standings.extend(
            unopened
                .iter()
                .map(|part| (part.key.clone(), Standing::Open)),
        );
        if let Some(how) = verdict(join, &standings) {
            return Ok(vec![self.leave_for(id, how, CancelReason::Decided)]);
        }
        let open = |(branch, _): (&String, &_)| self.case.position(branch).is_some();
        let busy = parts::branches_of(&self.case, id).any(open) || !self.sent_back(id).is_empty();
        let at_once = match (in_turn, busy) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => usize::MAX,
        };
        let opened = unopened.into_iter().take(at_once);
        Ok(opened
            .map(|part| self.open_part(node.branch_place(id, &part.key), &part))
            .collect())
    }

    /// The branches of a block's present round, by name or key. Those of a foreach that have passed in an earlier one stay
    /// so.
    fn standings(&self, id: &str) -> Vec<(Id, Standing)> {
        let round = self.case.stage(id).rounds;
        parts::branches_of(&self.case, id)
            .filter_map(|(branch, record)| {
                let name = branch_of(branch);
                let earlier = record.round != round;
                if earlier && (name.is_some() || !self.case.stage(branch).done) {
                    return None;
                }
                let key = name.or_else(|| keys_of(branch).last()).unwrap_or_default();
                Some((key.to_owned(), self.standing(branch)?))
            })
            .collect()
    }

    fn standing(&self, branch: &str) -> Option<Standing> {
        if self.case.position(branch).is_some() {
            return Some(Standing::Open);
        }
        match self.case.stage(branch).how {
            Some(LeftAs::Passed) => Some(Standing::Passed),
            Some(LeftAs::Refused) => Some(Standing::Refused),
            Some(LeftAs::Void | LeftAs::Gone) => Some(Standing::Void),
            Some(LeftAs::Returned) => Some(Standing::Open),
            // Cancelled with an earlier round of its block.
            Some(LeftAs::Abandoned | LeftAs::Undecided) | None => None,
        }
    }
}

/// What the branches make of their block; `None` while it is open. Pure, and decided as soon as no open branch can change
/// it, unless the rest is waited for.
pub(super) fn verdict(join: &Join, branches: &[(Id, Standing)]) -> Option<LeftAs> {
    let counted: Vec<Standing> = match &join.pass {
        JoinPass::Named(names) => {
            let named = branches.iter().filter(|(name, _)| names.contains(name));
            let named: Vec<Standing> = counting(named);
            match named.is_empty() {
                // Those who were to decide are not there: then everyone does.
                true => counting(branches.iter()),
                false => named,
            }
        }
        JoinPass::All | JoinPass::Share(_) => counting(branches.iter()),
    };
    if counted.is_empty() {
        return Some(LeftAs::Void);
    }
    let count = |standing| counted.iter().filter(|other| **other == standing).count();
    let (open, passed) = (count(Standing::Open), count(Standing::Passed));
    let need = match &join.pass {
        JoinPass::All | JoinPass::Named(_) => counted.len(),
        JoinPass::Share(share) => share.of(counted.len()),
    };
    let decided = match (need <= passed, passed + open < need) {
        (true, _) => LeftAs::Passed,
        (false, true) => LeftAs::Refused,
        (false, false) => return None,
    };
    (!join.wait || open == 0).then_some(decided)
}

fn counting<'b>(branches: impl Iterator<Item = &'b (Id, Standing)>) -> Vec<Standing> {
    branches
        .map(|(_, standing)| *standing)
        .filter(|standing| *standing != Standing::Void)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::workflow::Share;

    fn standing() -> impl Strategy<Value = Standing> {
        prop_oneof![
            Just(Standing::Open),
            Just(Standing::Passed),
            Just(Standing::Refused),
            Just(Standing::Void)
        ]
    }

    fn join() -> impl Strategy<Value = Join> {
        let pass = prop_oneof![
            Just(JoinPass::All),
            (1_u32..4).prop_map(|count| JoinPass::Share(Share::Count(count))),
            (1_u32..4).prop_map(|part| JoinPass::Share(Share::Of(part, 3))),
            Just(JoinPass::Named(vec!["b0".into(), "b1".into()])),
        ];
        (pass, any::<bool>()).prop_map(|(pass, wait)| Join { pass, wait })
    }

    fn named(standings: Vec<Standing>) -> Vec<(Id, Standing)> {
        let name = |(index, standing)| (format!("b{index}"), standing);
        standings.into_iter().enumerate().map(name).collect()
    }

    /// Every way in which the open branches can close by passing or being refused.
    fn completions(branches: &[(Id, Standing)]) -> Vec<Vec<(Id, Standing)>> {
        let mut all = vec![Vec::new()];
        for (name, standing) in branches {
            let ways = match standing {
                Standing::Open => vec![Standing::Passed, Standing::Refused],
                other => vec![*other],
            };
            all = all
                .into_iter()
                .flat_map(|done: Vec<(Id, Standing)>| {
                    let with = |way: &Standing| [done.clone(), vec![(name.clone(), *way)]].concat();
                    ways.iter().map(with).collect::<Vec<_>>()
                })
                .collect();
        }
        all
    }

    proptest! {
        #[test]
        fn no_later_branch_reverses_what_was_decided(
            join in join(),
            standings in proptest::collection::vec(standing(), 1..6),
        ) {
            let branches = named(standings);

            if let Some(decided) = verdict(&join, &branches) {
                for completed in completions(&branches) {
                    prop_assert_eq!(verdict(&join, &completed), Some(decided));
                }
            }
        }

        #[test]
        fn closed_branches_always_decide(
            join in join(),
            standings in proptest::collection::vec(standing(), 1..6),
        ) {
            for completed in completions(&named(standings)) {
                prop_assert!(verdict(&join, &completed).is_some());
            }
        }
    }
}
