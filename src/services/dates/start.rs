//! Cases that a day in an entry starts: a draft for whoever is to file it, or submitted at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{About, BATCH, Day, Told, managers, meant};
use crate::calendar::Instant;
use crate::directory::PersonId;
use crate::engine::{self, Entry};
use crate::expression::{Scope, Value};
use crate::forms::{self, Answers};
use crate::notify::facts::Hindrance;
use crate::services::cases::Running;
use crate::services::{App, Error, Viewer, drafts, started};
use crate::storage::register_marks::{self as marks, Due, Mark};
use crate::storage::{self, Connection};
use crate::workflow::{Register, RegisterDate, RegisterStart};

/// A case as it is to be started.
struct Beginning {
    by: Viewer,
    with: Answers,
}

impl Day<'_> {
    /// Starts the case of a day, once. Where it cannot be started, its mark waits and the workflow administrators are told
    /// why.
    pub(super) fn start(&self, conn: &mut Connection, due: &Due) -> Result<(), Error> {
        let Some(start) = &self.date.start else {
            return Ok(());
        };
        let running = self.case_of(conn, due)?;
        if !self.still(conn, due)? {
            return Ok(());
        }
        let found = self.beginning(conn, &running, due, start)?;
        let told = match &found {
            Ok(beginning) => BTreeSet::from([beginning.by.person.id]),
            Err(_) => managers(&running, self.app.now()),
        };
        if !marks::put(conn, &self.marked(due, told.len(), None))? {
            return Ok(());
        }
        match found {
            Ok(beginning) => self.begin(conn, &running, due, start, beginning),
            Err(why) => {
                tracing::warn!(
                    case = due.case_id,
                    register = self.register.id,
                    ?why,
                    "a case could not be started"
                );
                let about = About {
                    hindrance: Some(why),
                    ..self.about(due, 1, None)
                };
                self.tell(conn, &running, &told, Told::Unstarted, &about)
            }
        }
    }

    /// Starts it for whoever can file it by now.
    fn start_late(&self, conn: &mut Connection, mark: &Mark, due: &Due) -> Result<(), Error> {
        let Some(start) = &self.date.start else {
            return Ok(());
        };
        let running = self.case_of(conn, due)?;
        let waits = marks::of_entry(conn, due.entry)?.contains(mark);
        if !waits {
            return Ok(());
        }
        if !self.still(conn, due)? {
            return Ok(marks::remove(conn, mark)?);
        }
        match self.beginning(conn, &running, due, start)? {
            Ok(beginning) => self.begin(conn, &running, due, start, beginning),
            Err(_) => Ok(()),
        }
    }

    fn begin(
        &self,
        conn: &mut Connection,
        running: &Running,
        due: &Due,
        start: &RegisterStart,
        Beginning { by, with }: Beginning,
    ) -> Result<(), Error> {
        let opened = drafts::start_from(self.app, conn, &by, &start.workflow, with)?;
        marks::started(conn, &self.marked(due, 1, Some(opened)))?;
        if start.submit {
            started::submit(self.app, conn, &by, opened)?;
        }
        let people = BTreeSet::from([by.person.id]);
        let about = self.about(due, 1, Some(opened));
        self.tell(conn, running, &people, Told::Started, &about)
    }

    /// Who files it with what, or what is in the way.
    fn beginning(
        &self,
        conn: &mut Connection,
        running: &Running,
        due: &Due,
        start: &RegisterStart,
    ) -> Result<Result<Beginning, Hindrance>, Error> {
        let Some(entry) = running.case.entries.get(&due.key) else {
            return Ok(Err(Hindrance::Unreadable));
        };
        let Some(version) = storage::workflows::current(conn, &start.workflow)? else {
            return Ok(Err(Hindrance::NotInForce));
        };
        let (workflow, now) = (self.app.workflow(conn, version.id)?, self.app.now());
        let named = meant(running, entry, &start.by, now);
        let by = first(&named, running.case.applicant)
            .filter_map(|person| Viewer::of(&running.directory, person, now))
            .find(|viewer| drafts::may_file(viewer, &workflow).is_ok());
        let Some(by) = by else {
            return Ok(Err(Hindrance::Nobody));
        };
        match engine::handed_over(&start.with, &scope(self.register, running, entry, now)) {
            Ok(with) => Ok(Ok(Beginning { by, with })),
            Err(error) => {
                tracing::warn!(register = self.register.id, %error, "what a started case begins with cannot be read");
                Ok(Err(Hindrance::Unreadable))
            }
        }
    }
}

/// The applicant of the entry's case before the others.
fn first(named: &BTreeSet<PersonId>, applicant: PersonId) -> impl Iterator<Item = PersonId> {
    let own = named.get(&applicant).copied();
    own.into_iter()
        .chain(named.iter().copied().filter(move |one| *one != applicant))
}

/// What the expressions of `with` read: the entry, its case, and the time.
fn scope(register: &Register, running: &Running, entry: &Entry, now: Instant) -> Scope {
    let case = &running.case;
    let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.to_owned()));
    let applicant = running.directory.person(case.applicant);
    let about = BTreeMap::from([
        ("number".to_owned(), text(case.number.as_deref())),
        ("department".to_owned(), text(Some(&case.department.0))),
        (
            "applicant".to_owned(),
            text(applicant.map(|person| person.login.as_str())),
        ),
    ]);
    let values = forms::fields_value(register.fields.iter(), &entry.values);
    Scope {
        variables: BTreeMap::from([
            ("entry".to_owned(), values),
            ("case".to_owned(), Value::Record(about)),
            ("now".to_owned(), Value::Time(now)),
        ]),
        ..Scope::default()
    }
}

/// Tries again to start what could not be started.
pub(super) fn again(app: &Arc<App>) -> Result<(), Error> {
    let registers = app.registers_now()?;
    let mut after = 0;
    loop {
        let waiting = app
            .db
            .read(|conn| Ok::<_, Error>(marks::unstarted(conn, after, BATCH)?))?;
        let Some((last, _)) = waiting.last() else {
            return Ok(());
        };
        after = last.entry_id;
        for (mark, register) in waiting {
            let found = registers.get(&register).cloned();
            let date = found.as_ref().and_then(|register| rule_of(register, &mark));
            let (Some(register), Some(date)) = (&found, date) else {
                continue;
            };
            if is_hopeless(app, register, date, &mark)? {
                continue;
            }
            let (shared, register, date) = (Arc::clone(app), Arc::clone(register), date.clone());
            app.db.write(move |conn| {
                let Some(due) = marks::due_of(conn, &mark)? else {
                    return Ok(());
                };
                let day = Day {
                    app: &shared,
                    register: &register,
                    date: &date,
                    mark: RegisterDate::START,
                };
                day.start_late(conn, &mark, &due)
            })?;
        }
    }
}

fn rule_of<'r>(register: &'r Register, mark: &Mark) -> Option<&'r RegisterDate> {
    let mut dates = register.dates.iter();
    dates.find(|date| date.field == mark.field && date.start.is_some())
}

/// Whether it cannot be started still; looked up without keeping anybody waiting.
fn is_hopeless(
    app: &Arc<App>,
    register: &Register,
    date: &RegisterDate,
    mark: &Mark,
) -> Result<bool, Error> {
    app.db.read(|conn| {
        let (Some(start), Some(due)) = (&date.start, marks::due_of(conn, mark)?) else {
            return Ok(true);
        };
        let day = Day {
            app,
            register,
            date,
            mark: RegisterDate::START,
        };
        if !day.still(conn, &due)? {
            return Ok(false);
        }
        let stored = storage::cases::get_by_id(conn, due.case_id)?.ok_or(Error::NotFound)?;
        let running = crate::services::cases::running(app, conn, stored)?;
        Ok(day.beginning(conn, &running, &due, start)?.is_err())
    })
}
