//! Which notices of a decision are worth a mail: to whoever can act once it is complete, each person once.

use std::collections::BTreeSet;

use super::run::Run;
use super::standing_in::managers_and_stand_ins;
use super::{ClockKey, Effect, Notice, Party, Task, people};
use crate::directory::PersonId;
use crate::workflow::Id;

/// The effects of a decision without those that it has overtaken itself.
pub(super) fn worth_sending(run: &Run<'_>) -> Vec<Effect> {
    let live: Vec<Effect> = run
        .effects
        .iter()
        .filter_map(|effect| addressed(run, effect))
        .collect();
    let asked_anew = told(&live, |notice| {
        !matches!(notice, Notice::NoLongerNeeded | Notice::Escalated)
    });
    let mut sent = BTreeSet::new();
    live.into_iter()
        .filter_map(|effect| once(effect, &asked_anew, &mut sent))
        .collect()
}

/// The effect with the people it goes to; `None` when it has nobody to go to, or is about a task that came and went.
fn addressed(run: &Run<'_>, effect: &Effect) -> Option<Effect> {
    let Effect::Notify {
        notice,
        to,
        except,
        task,
        stage,
        clock,
    } = effect.clone();
    if notice == Notice::Reminder && is_past(run, clock.as_ref()) {
        return None;
    }
    let (notice, to) = match (notice, task) {
        (Notice::NoLongerNeeded, Some(task)) if run.last_task < task => return None,
        (Notice::NoLongerNeeded, _) | (_, None) => (notice, to),
        (_, Some(task)) => {
            let task = run.case.task(task).filter(|task| task.is_open())?;
            about_task(run, notice, task, except)
        }
    };
    (!to.is_empty()).then_some(Effect::Notify {
        notice,
        to,
        except,
        task,
        stage,
        clock,
    })
}

/// After a downtime the reminder and the deadline come together: then only the latter is true.
fn is_past(run: &Run<'_>, clock: Option<&ClockKey>) -> bool {
    let Some(clock) = clock.and_then(|key| run.case.clocks.get(key)) else {
        return false;
    };
    let deadline = clock.deadline(run.context.calendar);
    clock.stopped || deadline.is_some_and(|deadline| deadline <= run.context.now)
}

/// Whom a notice about an open task goes to; what no one can hold, or no one is left for, is told to who names a holder.
fn about_task(
    run: &Run<'_>,
    notice: Notice,
    task: &Task,
    except: Option<PersonId>,
) -> (Notice, Vec<Party>) {
    let (workflow, case, context) = (run.workflow, &run.case, run.context);
    if people::is_unheld(workflow, case, task, context) {
        let managers = managers_and_stand_ins(&task.stage, &run.situation());
        return (
            Notice::Escalated,
            managers.into_iter().map(Party::Person).collect(),
        );
    }
    let mut people = run.situation().able_on(task);
    if let Some(person) = except {
        people.remove(&person);
    }
    (notice, people.into_iter().map(Party::Person).collect())
}

/// Everyone who is told something of this kind.
fn told(effects: &[Effect], kind: impl Fn(Notice) -> bool) -> BTreeSet<PersonId> {
    effects
        .iter()
        .filter_map(|Effect::Notify { notice, to, .. }| kind(*notice).then_some(to))
        .flatten()
        .filter_map(person)
        .collect()
}

/// Leaves out who was told the same already, and spares who has something new to do the news that the old is gone.
fn once(
    effect: Effect,
    asked_anew: &BTreeSet<PersonId>,
    sent: &mut BTreeSet<(Notice, PersonId, Option<Id>)>,
) -> Option<Effect> {
    let Effect::Notify {
        notice,
        mut to,
        except,
        task,
        stage,
        clock,
    } = effect;
    to.retain(|party| {
        let Some(person) = person(party) else {
            return true;
        };
        let spared = notice == Notice::NoLongerNeeded && asked_anew.contains(&person);
        // Of several seats of a stage a person takes one.
        !spared && sent.insert((notice, person, stage.clone()))
    });
    (!to.is_empty()).then_some(Effect::Notify {
        notice,
        to,
        except,
        task,
        stage,
        clock,
    })
}

fn person(party: &Party) -> Option<PersonId> {
    match party {
        Party::Person(person) => Some(*person),
        Party::Post(_) | Party::Department(_) => None,
    }
}
