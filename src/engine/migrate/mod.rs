//! Moving a running case to another version of its definition along a stage map. Stages are matched by their ids, not by
//! where the run happens to be, so that nothing open is lost, whatever stands side by side and however often it is done.

mod answers;
mod clocks;
mod obstacle;
mod open;
mod way;

use std::collections::{BTreeMap, BTreeSet};

pub use clocks::CarriedClock;
pub use obstacle::Obstacle;

use super::clocks::{every_of, place_of_clock, supplement_of, until_of};
use super::event::Move;
use super::evolve::{EDITING, HELD, PARKED};
use super::run::Run;
use super::scope::scope_at;
use super::{
    Actor, Case, Context, Decision, Event, Input, Position, PositionState, Rejection, TaskId,
};
use crate::expression::Scope;
use crate::workflow::place::id_of;
use crate::workflow::stage_map::{renamed, retire};
use crate::workflow::{Id, Kind, Node, Place, StageMap, Workflow};

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
    if case.region().is_none() {
        return Err(vec![Obstacle::NotOpen]);
    }
    // Nobody manages a case of their own.
    if context.actor == Actor::Person(case.applicant) {
        return Err(vec![Obstacle::OwnCase]);
    }
    let passage = Passage::new(old, new, map, case, context);
    let mut found = passage.open();
    found.extend(passage.ways());
    found.extend(passage.statutes());
    found.extend(passage.answers());
    let (clocks, stuck) = passage.clocks();
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

/// The reason of a migration, trimmed; one must be given.
pub fn reason_given(text: &str) -> Result<String, Rejection> {
    let input = Input {
        comment: Some(text.to_owned()),
        ..Input::default()
    };
    super::actions::reason_for("migrate", &input)
}

/// Records the move, then reads again what hangs on the definition: budgets, clocks and branches that are new, verdicts. A
/// guard that fails on the way keeps the case where it was; the case is not parked for it.
fn go_on(
    new: &Workflow,
    case: &Case,
    migrated: Event,
    context: &Context<'_>,
) -> Result<Decision, Obstacle> {
    let mut run = Run::begin(new, case, context);
    run.record(migrated);
    run.reread_budgets().map_err(Obstacle::Guard)?;
    for clock_node in clock_nodes(new, &run.case) {
        run.start_missing_clocks(&clock_node)
            .map_err(Obstacle::Guard)?;
    }
    run.go(Move::Budgets).map_err(Obstacle::Rejected)?;
    for (place, branches) in to_be_settled(new, &run.case) {
        let settled = match branches {
            true => run.go(Move::Join { id: place }),
            false => run.settle(&place, false),
        };
        settled.map_err(Obstacle::Rejected)?;
    }
    let parked = run.events.iter().find_map(|event| match event {
        Event::Parked { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    match parked {
        Some(reason) => Err(Obstacle::Guard(reason)),
        None => Ok(run.finish()),
    }
}

/// Everything under which clocks of what is open run; a branch has none of its own.
fn clock_nodes(workflow: &Workflow, case: &Case) -> Vec<String> {
    positions(case)
        .into_iter()
        .filter(|position| !workflow.is_branch(&position.id))
        .flat_map(|position| {
            let place = position.id.clone();
            let own = match &position.state {
                PositionState::Supplement { .. } => Some(supplement_of(&place)),
                PositionState::Waiting => Some(until_of(&place)),
                PositionState::Between => Some(every_of(&place)),
                PositionState::Asked
                | PositionState::Inside(_)
                | PositionState::Started { .. }
                | PositionState::Held { .. }
                | PositionState::Editing(_)
                | PositionState::Parked { .. } => None,
            };
            std::iter::once(place).chain(own)
        })
        .collect()
}

/// Open stages whose people are asked, and open blocks with branches, which come together: the new rules may have decided
/// them. A case that is held up decides nothing.
fn to_be_settled(workflow: &Workflow, case: &Case) -> Vec<(Place, bool)> {
    if !case.is_open() {
        return Vec::new();
    }
    let open = positions(case).into_iter().filter_map(|position| {
        let place = position.id.clone();
        if position.state == PositionState::Asked {
            return Some((place, false));
        }
        let node = workflow.node(&place)?;
        let branches = matches!(node.kind, Kind::Parallel(_) | Kind::Foreach(_));
        (branches && !workflow.is_branch(&place)).then_some((place, true))
    });
    open.collect()
}

/// Everything that is open, blocks before what is inside them.
fn positions(case: &Case) -> Vec<&Position> {
    case.region().map(|region| region.all()).unwrap_or_default()
}

/// Whether a position stands for no stage: a revision, a held step, a parked case.
fn is_aside(place: &str) -> bool {
    [EDITING, HELD, PARKED].contains(&id_of(place))
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
    /// What can be named in the new version.
    after: BTreeSet<Id>,
    /// The case under the new names.
    moved: Case,
    context: &'a Context<'a>,
}

impl<'a> Passage<'a> {
    fn new(
        old: &'a Workflow,
        new: &'a Workflow,
        map: &'a StageMap,
        case: &'a Case,
        context: &'a Context<'a>,
    ) -> Self {
        let after = new.names();
        let names = names(old, &after, map, case);
        let mut moved = case.clone();
        moved.rename(&names);
        Self {
            old,
            new,
            map,
            case,
            names,
            after,
            moved,
            context,
        }
    }

    /// What guards of the new version read at a place of it.
    fn scope(&self, place: &str) -> Scope {
        scope_at(self.new, &self.moved, self.context, place, None)
    }

    /// What a place is called in the new version; `None` when there is nothing like it.
    fn there(&self, place: &str) -> Option<Place> {
        let bare = place.split('[').next().unwrap_or(place);
        let called = self.map.counterpart(bare)?;
        self.after
            .contains(&called)
            .then(|| renamed(place, &self.names))
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
fn names(old: &Workflow, after: &BTreeSet<Id>, map: &StageMap, case: &Case) -> BTreeMap<Id, Id> {
    let clocks = case
        .clocks
        .values()
        .map(|clock| place_of_clock(&clock.node));
    let known: BTreeSet<&str> = case
        .stages
        .keys()
        .map(String::as_str)
        .chain(clocks)
        .map(|place| place.split('[').next().unwrap_or(place))
        .collect();
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
            None if known.contains(name.as_str()) => {
                let retired = retire(&name, map.from);
                names.insert(name, retired);
            }
            None => {}
        }
    }
    names
}
