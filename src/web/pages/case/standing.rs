//! What stands without waiting for a signature: a period of use, the next round, another case, a step that is held back.

use super::Sight;
use crate::calendar::{Instant, day_of};
use crate::engine::{self, Event, Measure, Move, Position, PositionState, TaskAsks};
use crate::web::format;
use crate::web::views::{Signature, Tag, Tone};
use crate::workflow::place::id_of;
use crate::workflow::{Await, Node};

/// 使用期至 2027年3月1日; `None` where somebody is asked, which is told with their task.
pub fn line(sight: &Sight<'_>, position: &Position) -> Option<String> {
    let stage = sight.titles().bare(&position.id);
    let say = |key: &str, more: &[(&str, &str)]| {
        let values = [&[("stage", stage.as_str())], more].concat();
        Some(sight.say(&format!("branch.standing.{key}"), &values))
    };
    match &position.state {
        PositionState::Waiting => match date(sight, &position.id) {
            Some(until) => say("until", &[("date", &until)]),
            None => say("waits", &[]),
        },
        PositionState::Between => match date(sight, &position.id) {
            Some(next) => say("next", &[("date", &next)]),
            None => say("between", &[]),
        },
        PositionState::Started { .. } => match child(sight, &position.id) {
            Some(number) => say("started", &[("number", &number)]),
            // Its filing is a task of somebody.
            None => None,
        },
        PositionState::Held { step } => say("held", &[("what", &holding(sight, step))]),
        PositionState::Asked
        | PositionState::Supplement { .. }
        | PositionState::Inside(_)
        | PositionState::Editing(_)
        | PositionState::Parked { .. } => None,
    }
}

/// A `wait` or `start` among the signatures; `None` before it was entered.
pub fn row(sight: &Sight<'_>, node: &Node, place: &str) -> Option<Signature> {
    let case = &sight.seen.running.case;
    let record = case.stage(place);
    let position = case.position(place);
    if record.rounds == 0 && position.is_none() {
        return None;
    }
    let (tag, when) = match position.map(|position| &position.state) {
        Some(PositionState::Waiting) => {
            let tag = Tag::new(Tone::Ok, sight.say("branch.state.in_force", &[]));
            (tag, date(sight, place).unwrap_or_default())
        }
        Some(PositionState::Between) => {
            let tag = Tag::running(sight.say("branch.state.between", &[]));
            (tag, date(sight, place).unwrap_or_default())
        }
        Some(_) => (
            Tag::running(sight.say("branch.state.started", &[])),
            String::new(),
        ),
        None => {
            let left = record.left.map(|at| day(sight, at));
            (
                super::branches::left(sight, record.how),
                left.unwrap_or_default(),
            )
        }
    };
    let until = position.is_some() && !when.is_empty();
    Some(Signature {
        stage: sight.title_alone(&node.id),
        opinion: tag,
        comment: child(sight, place)
            .map(|number| sight.say("branch.child", &[("number", &number)]))
            .unwrap_or_default(),
        when,
        until,
        now: position.is_some(),
        ..Signature::default()
    })
}

/// The time until which it stands, or at which it comes again.
fn date(sight: &Sight<'_>, place: &str) -> Option<String> {
    let running = &sight.seen.running;
    let readings = engine::all_readings(&running.workflow, &running.case, &running.calendar);
    let own = readings.iter().find(|reading| {
        let beside = reading.clock.node != reading.node && !reading.supplement;
        reading.node == place && beside && !reading.clock.stopped
    })?;
    let at = match &own.clock.measure {
        Measure::Fixed { at, .. } => *at,
        Measure::Budget(_) => own.deadline?,
    };
    Some(day(sight, at))
}

fn day(sight: &Sight<'_>, at: Instant) -> String {
    format::day(day_of(at), sight.seen.now, sight.language)
}

/// The number of the case that was started last at a place, once it was filed.
fn child(sight: &Sight<'_>, place: &str) -> Option<String> {
    let waits = |task: &&engine::Task| task.asks == TaskAsks::File && task.stage == place;
    if sight
        .seen
        .running
        .case
        .open_tasks()
        .any(|task| waits(&task))
    {
        return None;
    }
    let history = sight.seen.history.iter().rev();
    let filed = history.filter_map(|happened| match &happened.body.event {
        Event::CaseFiled { id, number, .. } if id == place => Some(number.clone()),
        _ => None,
    });
    filed.flatten().next()
}

/// What a step that is held back waits for.
fn holding(sight: &Sight<'_>, step: &Move) -> String {
    let (case, workflow) = (&sight.seen.running.case, &sight.seen.running.workflow);
    let open = case.region().map(|region| region.all()).unwrap_or_default();
    let holds = |node: &Node| match (&node.awaits, step) {
        (Await::Before(id), Move::Enter { id: to, .. }) => id == id_of(to),
        (Await::End, Move::End { .. }) => true,
        _ => false,
    };
    let waiting = open.iter().filter(|position| {
        let node = workflow.node(&position.id);
        !workflow.is_branch(&position.id) && node.is_some_and(holds)
    });
    let titles: Vec<String> = waiting.map(|position| sight.title(&position.id)).collect();
    sight.names.list(&titles)
}
