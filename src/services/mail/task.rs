//! Mails about a task: given, due soon, overdue, told to others, missing something.

use super::{Scene, notices};
use crate::auth::links::{self, Claims};
use crate::calendar::{Duration, Instant, Unit, day_and_time};
use crate::engine::{self, Case, Clock, ExtensionState, Measure, Task, TaskAsks};
use crate::forms::Words;
use crate::messages;
use crate::notify::facts::{ActionLink, Asked, Cause, Due, Notice, TaskFacts};
use crate::services::{App, Error};
use crate::storage::Connection;
use crate::storage::action_links::{LinkState, StoredLink};
use crate::storage::outbox::{self, OutboxState};
use crate::workflow::{Choice, Stage, SupplementClock};

/// A mail has no more buttons than these; with more choices one button leads to all of them.
const MOST_BUTTONS: usize = 4;

impl Scene<'_> {
    pub(super) fn assigned(&self) -> Result<Option<Notice>, Error> {
        let Some(task) = self.my_task() else {
            return Ok(None);
        };
        Ok(Some(Notice::Assigned(self.task_facts(task)?)))
    }

    pub(super) fn urged(&self) -> Result<Option<Notice>, Error> {
        let Some(task) = self.my_task() else {
            return Ok(None);
        };
        Ok(Some(Notice::Urged(self.task_facts(task)?)))
    }

    pub(super) fn reminder(&self) -> Result<Option<Notice>, Error> {
        let Some(clock) = self.clock() else {
            return Ok(None);
        };
        let calendar = &self.running.calendar;
        // Once the deadline has passed, the mail that says so is on its way, and this one would be wrong.
        let Some(deadline) = clock.deadline(calendar).filter(|at| self.now < *at) else {
            return Ok(None);
        };
        let left = match &clock.measure {
            Measure::Budget(ledger) => ledger.left(calendar, self.now),
            Measure::Fixed { .. } => span(deadline - self.now),
        };
        if self.params.task.is_none() {
            let stage = self.stage_of_clock();
            let due = due(deadline);
            return Ok((!clock.stopped).then_some(Notice::WaitEnds { stage, left, due }));
        }
        let Some(task) = self.my_task() else {
            return Ok(None);
        };
        let task = self.task_facts(task)?;
        Ok(Some(Notice::Reminder { task, left }))
    }

    pub(super) fn overdue(&self, conn: &mut Connection) -> Result<Option<Notice>, Error> {
        let (Some(task), Some(late)) = (self.my_task(), self.late()) else {
            return Ok(None);
        };
        let told = self.told(conn)?;
        let task = self.task_facts(task)?;
        Ok(Some(Notice::Overdue { task, late, told }))
    }

    /// For those in charge: somebody is late, or nobody can go on.
    pub(super) fn escalated(&self) -> Option<Notice> {
        if self.params.task.is_some() {
            let task = self.open_task()?;
            let (stage, cause) = match task.asks {
                TaskAsks::Repair => (None, Cause::Definition),
                // Somebody was named meanwhile.
                _ if !self.is_unheld(task) => return None,
                _ => (Some(self.place_title(&task.stage)), Cause::NoHolder),
            };
            return Some(Notice::Stuck { stage, cause });
        }
        let late = self.late()?;
        let waiting = self.waiting();
        let first = *waiting.first()?;
        let people: Vec<&str> = waiting
            .iter()
            .flat_map(|task| self.eligible(task))
            .filter_map(|id| self.running.directory.person(id))
            .map(|person| person.name.as_str())
            .collect();
        let mark = messages::text(self.language, "mail.names", &[]);
        let facts = self.facts_of(first);
        // Of several only what is common to all of them is named.
        let stage = match (waiting.len(), &self.params.stage) {
            (1, _) | (_, None) => facts.stage.clone(),
            (_, Some(place)) => self.place_title(place),
        };
        Some(Notice::Escalated {
            task: TaskFacts { stage, ..facts },
            late,
            department: self.department_of(first).unwrap_or_default(),
            waiting_for: (!people.is_empty()).then(|| people.join(&mark)),
        })
    }

    /// For who asked for advice, while they have not decided without it.
    pub(super) fn advised(&self) -> Option<Notice> {
        let task = self.my_task()?;
        Some(Notice::Advised(self.facts_of(task)))
    }

    pub(super) fn returned(&self) -> Option<Notice> {
        self.open_task()?;
        let from = self.params.stage.as_deref().unwrap_or_default();
        Some(Notice::Returned {
            stage: self.place_title(from),
            department: self.department_that_answered(Some(from)),
            edit_url: self.edit_url(),
        })
    }

    pub(super) fn supplement(&self) -> Option<Notice> {
        let task = self.open_task()?;
        let facts = self.facts_of(task);
        let asking = self
            .running
            .case
            .open_tasks()
            .find(|other| other.stage == task.stage && other.asks != TaskAsks::Supply);
        let paused = self.stage(task).is_some_and(|stage| {
            let clock = stage.supplement.as_ref().map(|supplement| supplement.clock);
            clock != Some(SupplementClock::Run)
        });
        Some(Notice::Supplement {
            stage: self.place_title(&task.stage),
            department: asking
                .and_then(|task| self.department_of(task))
                .unwrap_or_default(),
            due: facts.due,
            budget: facts.budget,
            paused,
            edit_url: self.edit_url(),
        })
    }

    fn task_facts(&self, task: &Task) -> Result<TaskFacts, Error> {
        Ok(TaskFacts {
            links: self.links(task)?,
            ..self.facts_of(task)
        })
    }

    /// What a mail says of a task, without buttons. Its deadline is that of the clock that caused the mail, else the
    /// nearest.
    fn facts_of(&self, task: &Task) -> TaskFacts {
        let running = self.running;
        let readings = engine::readings(&running.workflow, &running.case, task, &running.calendar);
        let reading = readings
            .iter()
            .find(|reading| Some(reading.key) == self.params.clock.as_deref())
            .or_else(|| {
                readings
                    .iter()
                    .filter(|reading| reading.deadline.is_some())
                    .min_by_key(|reading| reading.deadline)
            });
        let budget = reading.and_then(|reading| match &reading.clock.measure {
            Measure::Budget(ledger) => Some(ledger.budget),
            Measure::Fixed { .. } => None,
        });
        TaskFacts {
            asked: match task.asks {
                TaskAsks::Sign => Asked::Sign,
                TaskAsks::Extension => Asked::Extension,
                TaskAsks::Notice => Asked::Acknowledge,
                TaskAsks::Advise => Asked::Advise,
                TaskAsks::Work
                | TaskAsks::Edit
                | TaskAsks::Supply
                | TaskAsks::Repair
                | TaskAsks::File => Asked::Work,
            },
            stage: self.stage_title(task),
            due: reading.and_then(|reading| reading.deadline).map(due),
            budget,
            links: Vec::new(),
        }
    }

    /// The buttons, while the link of this mail still acts.
    fn links(&self, task: &Task) -> Result<Vec<ActionLink>, Error> {
        let Some((link, of_task)) = &self.link else {
            return Ok(Vec::new());
        };
        let live = link.state == LinkState::Live && self.now < link.link.expires_at;
        let allowed = notices::link_actions(self.running, &self.running.case, task);
        let actions: Vec<String> =
            serde_json::from_value::<Vec<String>>(link.link.actions.clone())?
                .into_iter()
                .filter(|action| allowed.contains(action))
                .collect();
        if !live || actions.is_empty() {
            return Ok(Vec::new());
        }
        let (mail, of_task) = (self.row.ulid.to_string(), of_task.to_string());
        let Some(token) = token(self.app, &mail, &of_task, link)? else {
            return Ok(Vec::new());
        };
        let url = |answer: &str| format!("{}/a/{token}?d={answer}", self.app.settings.base_url);
        Ok(self
            .buttons(task, &actions)
            .into_iter()
            .map(|(answer, label)| ActionLink {
                label,
                url: url(&answer),
            })
            .collect())
    }

    /// What the buttons answer, and what they say.
    fn buttons(&self, task: &Task, actions: &[String]) -> Vec<(String, String)> {
        let say =
            |action: &str| messages::text(self.language, &format!("mail.action.{action}"), &[]);
        let choices: &[Choice] = self.stage(task).map_or(&[], |stage| &stage.choices);
        let chooses = actions.iter().any(|action| action == "choose");
        if chooses && choices.len() <= MOST_BUTTONS {
            return choices
                .iter()
                .map(|choice| {
                    let label = self.language.pick(&choice.title).to_owned();
                    (format!("choose:{}", choice.id), label)
                })
                .collect();
        }
        actions
            .iter()
            .take(MOST_BUTTONS)
            .map(|action| (action.clone(), say(action)))
            .collect()
    }

    /// A deadline was moved: by how much, and to when; `None` once the stage is over.
    pub(super) fn extended(&self) -> Option<Notice> {
        let clock = self.clock().filter(|clock| !clock.stopped)?;
        let by = clock.extensions.iter().rev().find_map(|asked| {
            matches!(asked.state, ExtensionState::Granted(_)).then_some(asked.by)
        })?;
        Some(Notice::Extended {
            stage: self.stage_of_clock(),
            by,
            due: clock.deadline(&self.running.calendar).map(due),
        })
    }

    pub(super) fn extension_refused(&self) -> Notice {
        let deadline = self
            .clock()
            .and_then(|clock| clock.deadline(&self.running.calendar));
        Notice::ExtensionRefused {
            stage: self.stage_of_clock(),
            due: deadline.map(due),
        }
    }

    /// Whether this person asked for the clock's time.
    pub(super) fn asked_for_time(&self) -> bool {
        let clock = self.clock();
        clock.is_some_and(|clock| {
            let mut asked = clock.extensions.iter();
            asked.any(|asked| {
                asked.asked_by == self.person.id || asked.asked_for == Some(self.person.id)
            })
        })
    }

    fn stage_of_clock(&self) -> String {
        self.place_title(self.params.stage.as_deref().unwrap_or_default())
    }

    fn stage(&self, task: &Task) -> Option<&Stage> {
        self.running.workflow.node(&task.stage)?.stage()
    }

    /// The clock that caused the mail.
    fn clock(&self) -> Option<&Clock> {
        let case: &Case = &self.running.case;
        case.clocks.get(self.params.clock.as_deref()?)
    }

    /// By how much that clock is late, while it runs.
    fn late(&self) -> Option<Duration> {
        let clock = self.clock().filter(|clock| clock.is_running())?;
        let days = clock.late(&self.running.calendar, self.now);
        let working = match &clock.measure {
            Measure::Budget(ledger) => ledger.budget.unit.is_working_time(),
            Measure::Fixed { .. } => false,
        };
        let count = u32::try_from(days).ok()?;
        let unit = if working { Unit::Wd } else { Unit::D };
        let over = clock
            .deadline(&self.running.calendar)
            .is_some_and(|deadline| deadline <= self.now);
        over.then(|| Duration::new(count.max(1), unit))
    }

    /// The open tasks that the clock of the mail times.
    fn waiting(&self) -> Vec<&Task> {
        let running = self.running;
        let timed = |task: &&Task| {
            let readings =
                engine::readings(&running.workflow, &running.case, task, &running.calendar);
            readings
                .iter()
                .any(|reading| Some(reading.key) == self.params.clock.as_deref())
        };
        running.case.open_tasks().filter(timed).collect()
    }

    /// Who has been told that this clock is late.
    fn told(&self, conn: &mut Connection) -> Result<Option<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for row in outbox::of_case(conn, self.running.id)? {
            let params: notices::Params = serde_json::from_value(row.params.clone())?;
            let tells = notices::of_word(&row.notice)? == engine::Notice::Escalated
                && params.clock == self.params.clock
                && matches!(row.state, OutboxState::Waiting | OutboxState::Sent)
                && row.recipient_id != self.person.id;
            let person = self.running.directory.person(row.recipient_id);
            if let Some(person) = person.filter(|person| tells && !names.contains(&person.name)) {
                names.push(person.name.clone());
            }
        }
        let mark = messages::text(self.language, "mail.names", &[]);
        Ok((!names.is_empty()).then(|| names.join(&mark)))
    }
}

/// The token of a mail's link, the same however often the mail is built; `None` when its key is no longer ours.
fn token(app: &App, mail: &str, task: &str, link: &StoredLink) -> Result<Option<String>, Error> {
    let Some(key) = app.link_keys.find(&link.link.key_id) else {
        return Ok(None);
    };
    let claims = Claims {
        id: links::id_of_mail(key, mail),
        person: link.link.person_id.to_string(),
        task: task.to_owned(),
        round: link.link.round,
        actions: serde_json::from_value(link.link.actions.clone())?,
        not_before: link.link.created_at,
        expires: link.link.expires_at,
    };
    links::issue_with(key, &claims)
        .map(Some)
        .map_err(|error| Error::Fault(error.to_string()))
}

/// A deadline as people read it: the end of a day, or a time of it.
pub(super) fn due(deadline: Instant) -> Due {
    let (day, time) = day_and_time(deadline);
    if time == "24:00" {
        Due::EndOf(day)
    } else {
        Due::At(deadline)
    }
}

/// What is left until a date, in days or else in hours.
fn span(left: chrono::TimeDelta) -> Duration {
    let count = |number: i64| u32::try_from(number).unwrap_or(0);
    match left.num_days() {
        0 => Duration::new(count(left.num_hours()).max(1), Unit::H),
        days => Duration::new(count(days), Unit::D),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone, Utc};

    use super::*;

    #[test]
    fn a_deadline_at_midnight_is_the_end_of_a_day_and_any_other_a_time() {
        let midnight = Utc.with_ymd_and_hms(2026, 10, 22, 16, 0, 0).unwrap();

        assert!(matches!(due(midnight), Due::EndOf(day) if day.to_string() == "2026-10-22"));
        assert_eq!(
            due(midnight + TimeDelta::hours(1)),
            Due::At(midnight + TimeDelta::hours(1))
        );
    }

    #[test]
    fn what_is_left_until_a_date_is_told_in_days_and_at_last_in_hours() {
        assert_eq!(span(TimeDelta::hours(50)), Duration::new(2, Unit::D));
        assert_eq!(span(TimeDelta::hours(5)), Duration::new(5, Unit::H));
        assert_eq!(span(TimeDelta::minutes(5)), Duration::new(1, Unit::H));
    }
}
