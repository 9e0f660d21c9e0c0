//! What came of a run.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::Plan;
use super::run::Run;
use crate::calendar::Instant;
use crate::engine::{Event, place_of_clock};
use crate::workflow::place::id_of;
use crate::workflow::{Id, Place};

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many cases there were.
    pub cases: usize,
    /// How many reached each end.
    pub ends: BTreeMap<Id, usize>,
    /// How many had not ended.
    pub open: usize,
    /// Half of those that ended took no more, in working days.
    pub median: f64,
    /// Nine in ten took no more.
    pub ninety: f64,
    /// The deadlines of each stage and block.
    pub missed: Vec<Missed>,
    /// What was asked of each post.
    pub loads: Vec<Load>,
    /// Tasks that nobody could answer, by stage.
    pub stuck: BTreeMap<Place, usize>,
    /// When the last thing happened.
    pub until: Instant,
}

/// The deadlines of a stage or block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which.
    pub node: Id,
    /// Whether they are those of its supplement.
    pub supplement: bool,
    /// Whether a law sets them.
    pub law: bool,
    /// How many clocks ran.
    pub of: usize,
    /// How many ran out.
    pub missed: usize,
}

/// What was asked of a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// `role@department`; `applicant`; `#` and the key of a person who was named.
    pub post: String,
    /// How many people could answer.
    pub holders: usize,
    /// How many tasks.
    pub tasks: usize,
    /// Hours of work.
    pub hours: f64,
    /// The share of the working time of its holders, from 0 to 1.
    pub share: f64,
    /// The most tasks that waited at a time.
    pub longest: usize,
}

pub(super) fn summary(plan: &Plan, run: &Run<'_>) -> Summary {
    let mut ends: BTreeMap<Id, usize> = BTreeMap::new();
    let mut days = Vec::new();
    let day = hours(run.calendar.day_length());
    for running in &run.office.cases {
        let Some((end, at)) = running.ended() else {
            continue;
        };
        *ends.entry(end.to_owned()).or_default() += 1;
        let filed = running.case.submitted.unwrap_or(plan.request.start);
        days.push(hours(run.calendar.worked(filed, at)) / day);
    }
    days.sort_by(f64::total_cmp);
    let until = run.office.now;
    let open_for = hours(run.calendar.worked(plan.request.start, until));
    let loads = run.posts.iter().map(|(post, asked)| {
        let worked = hours(asked.worked);
        #[allow(clippy::cast_precision_loss)]
        let there = open_for * asked.holders as f64;
        Load {
            post: post.clone(),
            holders: asked.holders,
            tasks: asked.tasks,
            hours: worked,
            share: if 0.0 < there { worked / there } else { 0.0 },
            longest: asked.longest,
        }
    });
    Summary {
        cases: run.office.cases.len(),
        open: run.office.cases.len() - days.len(),
        median: rank(&days, 50),
        ninety: rank(&days, 90),
        missed: missed(run),
        loads: loads.collect(),
        stuck: run.stuck.clone(),
        ends,
        until,
    }
}

fn hours(time: TimeDelta) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let seconds = time.num_seconds() as f64;
    seconds / 3600.0
}

/// The least value that so many in a hundred do not exceed.
fn rank(sorted: &[f64], percent: usize) -> f64 {
    let position = (sorted.len() * percent).div_ceil(100);
    let at = position.checked_sub(1).and_then(|at| sorted.get(at));
    at.copied().unwrap_or(0.0)
}

/// One clock of one case.
struct Measured {
    /// Which, and whether of a supplement.
    of: (Id, bool),
    law: bool,
    ran_out: bool,
}

fn missed(run: &Run<'_>) -> Vec<Missed> {
    // Of one case a statutory clock is one, however often it goes on.
    let mut clocks: BTreeMap<(usize, &str), Measured> = BTreeMap::new();
    for (case, running) in run.office.cases.iter().enumerate() {
        for (event, _) in &running.log {
            match event {
                Event::ClockStarted { key, node, law, .. } => {
                    if let Some(of) = deadline_of(node) {
                        let known = clocks.get(&(case, key.as_str()));
                        let ran_out = known.is_some_and(|known| known.ran_out);
                        let law = *law;
                        clocks.insert((case, key), Measured { of, law, ran_out });
                    }
                }
                Event::StepCame { key, step, .. } if step == "due" => {
                    if let Some(clock) = clocks.get_mut(&(case, key.as_str())) {
                        clock.ran_out = true;
                    }
                }
                _ => {}
            }
        }
    }
    let mut all: BTreeMap<(Id, bool, bool), Missed> = BTreeMap::new();
    for measured in clocks.into_values() {
        let Measured { of, law, ran_out } = measured;
        let (node, supplement) = of;
        let of_node = all
            .entry((node.clone(), supplement, law))
            .or_insert(Missed {
                node,
                supplement,
                law,
                of: 0,
                missed: 0,
            });
        of_node.of += 1;
        of_node.missed += usize::from(ran_out);
    }
    all.into_values().collect()
}

/// What sets a deadline, if this clock does: a stage or block, in whatever branch, or of the clocks behind it its
/// supplement's.
fn deadline_of(clock: &str) -> Option<(Id, bool)> {
    let place = place_of_clock(clock);
    match &clock[place.len()..] {
        "" => Some((id_of(place).to_owned(), false)),
        "/supplement" => Some((id_of(place).to_owned(), true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{deadline_of, rank};

    #[test]
    fn the_key_of_a_branch_may_hold_a_slash() {
        let branch = "review[hn-medins/unconditional]";
        let review = "review".to_owned();

        assert_eq!(deadline_of(branch), Some((review.clone(), false)));
        assert_eq!(
            deadline_of(&format!("{branch}/supplement")),
            Some((review, true))
        );
        assert_eq!(deadline_of(&format!("{branch}/every")), None);
        assert_eq!(deadline_of("life.open/until"), None);
    }

    #[test]
    fn the_median_and_the_ninetieth_are_values_that_occurred() {
        let days: Vec<f64> = (1..=10).map(f64::from).collect();

        assert_eq!(rank(&days, 50), 5.0);
        assert_eq!(rank(&days, 90), 9.0);
        assert_eq!(rank(&days[..1], 90), 1.0);
        assert_eq!(rank(&[], 50), 0.0);
    }
}
