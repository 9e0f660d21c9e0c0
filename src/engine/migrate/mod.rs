//! Moving a running case to another version of its definition along a stage map. Stages are matched by their ids, not by
//! where the run happens to be, so that nothing open is lost, whatever stands side by side and however often it is done.

mod answers;
mod clocks;
mod obstacle;
mod open;
mod way;

use std::collections::BTreeMap;

pub use clocks::CarriedClock;
pub use obstacle::Obstacle;

use super::evolve::PARKED;
use super::run::Run;
use super::scope::scope;
use super::{Actor, Case, Context, Decision, Event, PositionState, Rejection, TaskId};
use super::{event::Move, place_of_clock};
use crate::expression::Scope;
use crate::workflow::place::id_of;
use crate::workflow::stage_map::{renamed, retire};
use crate::workflow::{Id, Node, Place, StageMap, Workflow};

/// Moves a case from one version to another, or says everything that is in the way. `reason` has been looked at by
/// [`reason_given`](super::reason_given). Open tasks stay with their holders.
///
/// # Errors
/// Every obstacle that there is; the case stays as it was.
pub fn migrate(
    old: &Workflow,
    new: &Workflow,
    map: &StageMap,
    case: &Case,
    reason: &str,
    context: &Context<'_>,
) -> Result<Decision, Vec<Obstacle>> {
    if !case.is_open() {
        return Err(vec![Obstacle::NotOpen]);
    }
    // Nobody manages a case of their own.
    if context.actor == Actor::Person(case.applicant) {
        return Err(vec![Obstacle::OwnCase]);
    }
    let passage = Passage::new(old, new, map, case, context);
    let mut found = passage.open();
    found.extend(passage.ways_back());
    found.extend(passage.statutes());
    found.extend(passage.answers());
    let (clocks, stuck) = passage.clocks(context);
    found.extend(stuck);
    if !found.is_empty() {
        return Err(found);
    }
    let migrated = Event::Migrated {
        from: map.from,
        to: map.to,
        stages: passage.names.clone(),
        seats: passage.seats(),
        clocks,
        comment: reason.to_owned(),
    };
    go_on(new, case, migrated, context).map_err(|obstacle| vec![obstacle])
}

/// The stages of the new version that lie before where the case stands and that it has not gone through: it will not
/// come by them any more.
#[must_use]
pub fn gone_past(
    old: &Workflow,
    new: &Workflow,
    map: &StageMap,
    case: &Case,
    context: &Context<'_>,
) -> Vec<Id> {
    let passage = Passage::new(old, new, map, case, context);
    passage
        .gone_past(|node| node.stage().is_some())
        .into_iter()
        .map(|node| node.id.clone())
        .collect()
}

/// Records the move, then reads again what hangs on the definition: budgets, clocks that are new, verdicts. A guard that
/// fails on the way keeps the case where it was; the case is not parked for it.
fn go_on(
    new: &Workflow,
    case: &Case,
    migrated: Event,
    context: &Context<'_>,
) -> Result<Decision, Obstacle> {
    let mut run = Run::begin(new, case, context);
    run.record(migrated);
    let parked = parked(&run.case);
    run.go(Move::Budgets).map_err(Obstacle::Rejected)?;
    start_new_clocks(&mut run).map_err(Obstacle::Guard)?;
    let asked: Vec<Place> = run
        .case
        .region()
        .map(|region| region.all())
        .into_iter()
        .flatten()
        .filter(|position| position.state == PositionState::Asked)
        .map(|position| position.id.clone())
        .collect();
    for place in asked {
        run.settle(&place, false).map_err(Obstacle::Rejected)?;
    }
    match self::parked(&run.case) {
        Some((round, reason)) if parked.is_none_or(|(before, _)| before < round) => {
            Err(Obstacle::Guard(reason))
        }
        _ => Ok(run.finish()),
    }
}

/// How often the case was parked, and why it is now.
fn parked(case: &Case) -> Option<(u32, String)> {
    let position = case.position(PARKED)?;
    match &position.state {
        PositionState::Parked { reason, .. } => Some((position.round, reason.clone())),
        _ => None,
    }
}

/// Clocks that the old version did not have begin now: what was entered earlier was not under them.
fn start_new_clocks(run: &mut Run<'_>) -> Result<(), String> {
    let open: Vec<(Place, bool)> = run
        .case
        .region()
        .map(|region| region.all())
        .into_iter()
        .flatten()
        .map(|position| {
            let supplement = matches!(position.state, PositionState::Supplement { .. });
            (position.id.clone(), supplement)
        })
        .collect();
    for (place, supplement) in open {
        run.start_missing_clocks(&place)?;
        if supplement {
            run.start_missing_clocks(&super::clocks::supplement_of(&place))?;
        }
    }
    Ok(())
}

/// A case on its way from one version to another.
struct Passage<'a> {
    old: &'a Workflow,
    new: &'a Workflow,
    map: &'a StageMap,
    case: &'a Case,
    /// What is called otherwise in the new version; what the case knows and the new version does not have gets a name of
    /// its own, lest a later version use the old one for something else.
    names: BTreeMap<Id, Id>,
    /// What guards of the new version read.
    scope: Scope,
}

impl<'a> Passage<'a> {
    fn new(
        old: &'a Workflow,
        new: &'a Workflow,
        map: &'a StageMap,
        case: &'a Case,
        context: &'a Context<'a>,
    ) -> Self {
        let names = names(old, new, map, case);
        let mut moved = case.clone();
        moved.rename(&names);
        Self {
            scope: scope(new, &moved, context),
            old,
            new,
            map,
            case,
            names,
        }
    }

    /// What a place is called in the new version; `None` when there is nothing like it.
    fn there(&self, place: &str) -> Option<Place> {
        let bare = place.split('[').next().unwrap_or(place);
        let called = self.map.counterpart(bare)?;
        self.new.node(id_of(&called))?;
        Some(renamed(place, &self.names))
    }

    /// A stage or block with its counterpart.
    fn both(&self, place: &str) -> Option<(&'a Node, &'a Node)> {
        let there = self.there(place)?;
        Some((self.old.node(place)?, self.new.node(&there)?))
    }

    /// Open tasks whose seat stands elsewhere in its stage's list.
    fn seats(&self) -> Vec<(TaskId, u16)> {
        let live = self.case.tasks.iter().filter(|task| task.is_live());
        live.filter(|task| task.is_seat())
            .filter_map(|task| {
                let (old, new) = self.both(&task.stage)?;
                let place = open::seat_of(old.stage()?, task.place, new.stage()?)?;
                (place != task.place).then_some((task.id, place))
            })
            .collect()
    }
}

/// The names that differ, see [`Passage::names`].
fn names(old: &Workflow, new: &Workflow, map: &StageMap, case: &Case) -> BTreeMap<Id, Id> {
    let after = new.names();
    let known = |name: &str| {
        case.stages
            .keys()
            .chain(case.clocks.values().map(|clock| &clock.node))
            .map(|place| place_of_clock(place))
            .any(|place| place.split('[').next() == Some(name))
    };
    let mut names = BTreeMap::new();
    for name in old.names() {
        match map
            .counterpart(&name)
            .filter(|called| after.contains(called))
        {
            // Of a branch, the name of its block may say it already.
            Some(called) if called == renamed(&name, &names) => {}
            Some(called) => {
                names.insert(name, called);
            }
            None if known(&name) => {
                let retired = retire(&name, map.from);
                names.insert(name, retired);
            }
            None => {}
        }
    }
    names
}

/// The reason of a migration, trimmed; one must be given.
pub fn reason_given(text: &str) -> Result<String, Rejection> {
    let input = super::Input {
        comment: Some(text.to_owned()),
        ..super::Input::default()
    };
    super::actions::reason_for("migrate", &input)
}
