//! Extend (延期): whoever holds a task asks for more time before its clock runs out; the named post decides, or they do
//! themselves where the definition names none. A request stops nothing.

use super::{ActionRule, reason_for};
use crate::calendar::Duration;
use crate::engine::extension::{self, Extendable, NoExtension};
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::who::parties;
use crate::engine::{
    Channel, Event, Input, Rejection, Situation, Task, TaskAsks, TaskId, clocks, people,
};

pub(super) struct Extend;

impl ActionRule for Extend {
    fn name(&self) -> &'static str {
        "extend"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        extendable(at, task).map(drop)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (key, by, clock, extend, askers) = {
            let at = run.situation();
            let clock = chosen(extendable(&at, input.task)?, input.clock.as_deref())?;
            let by = amount(input.time.as_deref().unwrap_or_default(), clock.left)?;
            let task = input.task.and_then(|id| at.case.task(id));
            let whose = task.and_then(|task| at.acts_as(task).ok());
            let askers: Vec<_> = whose.into_iter().chain(at.context.person()).collect();
            let extend = clock.extend.clone();
            (clock.key.clone(), by, clock.clock.clone(), extend, askers)
        };
        let place = clocks::node_of(&clock.node).to_owned();
        let Some(who) = &extend.by else {
            run.extend(&key, None, by, Some(comment));
            return Ok(());
        };
        let of = parties(who, &place, &run.situation());
        let decides = |person| people::decides(person, &askers, &run.situation()).is_ok();
        let nobody = match people::people_of_all(&of, run.context)
            .into_iter()
            .any(decides)
        {
            true => Vec::new(),
            false => people::nobody_for(&place, &run.situation()),
        };
        run.record(Event::ExtensionAsked {
            key,
            id: place,
            by,
            comment,
            of,
            nobody,
        });
        run.start_clocks(&clocks::extension_of(&clock.node, clock.rule))
            .map_err(Rejection::Guard)
    }
}

/// The clocks of my task for which I may ask for more time now.
pub(in crate::engine) fn extendable<'a>(
    at: &Situation<'a>,
    task: Option<TaskId>,
) -> Result<Vec<Extendable<'a>>, Rejection> {
    const EXTEND: &str = "extend";
    let not_offered = || Rejection::NotOffered { action: EXTEND };
    let task: &Task = at.my_task(EXTEND, task)?;
    let denied = at
        .workflow
        .node(&task.stage)
        .is_some_and(|node| denies(node, EXTEND));
    if denied || matches!(task.asks, TaskAsks::Extension | TaskAsks::Repair) {
        return Err(not_offered());
    }
    if at.context.channel == Channel::Link {
        return Err(Rejection::LoginFirst);
    }
    let mut why = None;
    let mut open = Vec::new();
    for clock in extension::of_task(at, task) {
        match clock {
            Ok(clock) => open.push(clock),
            Err(reason) => why = Some(reason),
        }
    }
    match (open.is_empty(), why) {
        (false, _) => Ok(open),
        (true, None) => Err(not_offered()),
        (true, Some(NoExtension::Pending)) => Err(Rejection::ExtensionPending),
        (true, Some(NoExtension::Used)) => Err(Rejection::ExtensionUsed),
        (true, Some(NoExtension::Late)) => Err(Rejection::TooLateToExtend),
    }
}

/// The clock that is meant; it need not be named where there is only one.
fn chosen<'a>(
    mut clocks: Vec<Extendable<'a>>,
    wanted: Option<&str>,
) -> Result<Extendable<'a>, Rejection> {
    let keys: Vec<&str> = clocks.iter().map(|clock| clock.key.as_str()).collect();
    let index = match wanted {
        None if keys.len() == 1 => Some(0),
        None => None,
        Some(wanted) => keys.iter().position(|key| *key == wanted),
    };
    match index {
        Some(index) => Ok(clocks.swap_remove(index)),
        None => Err(Rejection::UnknownClock(
            wanted.unwrap_or_default().to_owned(),
            keys.join(", "),
        )),
    }
}

/// How much: `5wd`, or a number of the unit in which it is counted; at least one, and no more than is left.
pub(super) fn amount(text: &str, left: Duration) -> Result<Duration, Rejection> {
    let text = text.trim();
    let wrong = || Rejection::NoAmount {
        text: text.to_owned(),
        most: left,
    };
    let by = match text.parse::<u32>() {
        Ok(count) => Duration::new(count, left.unit),
        Err(_) => text.parse().map_err(|_| wrong())?,
    };
    if by.unit != left.unit || by.count == 0 || left.count < by.count {
        return Err(wrong());
    }
    Ok(by)
}
