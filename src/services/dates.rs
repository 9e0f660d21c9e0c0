//! The days in entries of registers: reminders when they come near, and cases that start when they come.
//!
//! Each rule remembers up to which day it was applied, so that a look finds by the index of days what has come due since
//! then, and after a standstill only the latest reminder of each day. What is done about a day of an entry is marked in
//! the transaction that does it, so it is done once, whoever looks and however often.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::cases::{self, Running};
use super::{App, Error, Viewer, registers};
use crate::calendar::{Duration, Instant, day_of};
use crate::directory::PersonId;
use crate::engine::{Actor, Case, Channel, Entry, Party, Situation};
use crate::notify::facts::Hindrance;
use crate::notify::message;
use crate::storage::outbox::{self, NewMessage};
use crate::storage::register_marks::{self as marks, Due, Mark, RuleKey, Span};
use crate::storage::{self, Connection};
use crate::workflow::{Register, RegisterDate, Who};

mod start;

/// A day begins at eight in the morning: nobody gets mail about it at night.
const MORNING: TimeDelta = TimeDelta::hours(8);
/// Entries that are looked at together.
const BATCH: u32 = 200;
/// A mail is given up after so many hours.
const DELIVER_HOURS: i64 = 72;

/// What a mail about a day in an entry is made of, as its outbox row keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// The register.
    pub register: String,
    /// The field that holds the day.
    pub field: String,
    /// What is done about it: the reminder's length, or `start`.
    pub mark: String,
    /// The day in the field.
    pub day: NaiveDate,
    /// The entry, the first of several of one case.
    pub entry: Ulid,
    /// How many there are.
    pub entries: usize,
    /// The draft or case that was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Ulid>,
    /// Why it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hindrance: Option<Hindrance>,
}

/// What such a mail tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// A day comes near.
    Due,
    /// A case was started.
    Started,
    /// One should have been, and could not.
    Unstarted,
}

impl Told {
    const ALL: [Self; 3] = [Self::Due, Self::Started, Self::Unstarted];

    /// Its word in the outbox.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Due => "entry_due",
            Self::Started => "entry_started",
            Self::Unstarted => "entry_unstarted",
        }
    }

    /// What a row of the outbox tells, when it is about an entry.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.word() == word)
    }
}

/// A rule of a register, with what is done by it.
struct Rule<'r> {
    register: &'r Register,
    date: &'r RegisterDate,
    /// `None`: a case is started.
    before: Option<Duration>,
    /// The next shorter reminder of the same day: what that is due for needs no longer one.
    shorter: Option<Duration>,
}

impl Rule<'_> {
    fn key(&self) -> RuleKey {
        RuleKey {
            register: self.register.id.clone(),
            field: self.date.field.clone(),
            mark: match &self.before {
                Some(before) => RegisterDate::mark(before),
                None => RegisterDate::START.to_owned(),
            },
        }
    }

    /// The days that have come due since `done`; `None` beyond the calendar.
    fn span(&self, done: NaiveDate, today: NaiveDate) -> Option<Span> {
        let latest = |before, today| self.date.latest(before, today);
        let after = latest(self.before, done)?;
        let reminded = match self.shorter {
            Some(shorter) => latest(Some(shorter), today)?,
            None => after,
        };
        Some(Span {
            after: after.max(reminded),
            upto: latest(self.before, today)?,
            statuses: self.date.matters.clone(),
        })
    }
}

/// Looks through the days that have come due and does what is to be done about them. Answers whether there may be more.
pub fn pass(app: &Arc<App>) -> Result<bool, Error> {
    let today = today(app.now());
    let done = app.db.read(|conn| Ok::<_, Error>(marks::rounds(conn)?))?;
    let all = app.registers_now()?;
    for rule in all.values().flat_map(|register| rules(register)) {
        let key = rule.key();
        let upto = match done.get(&key) {
            Some(upto) if today <= *upto => continue,
            Some(upto) => *upto,
            None => begin(app, &key, today)?,
        };
        let Some(span) = rule.span(upto, today) else {
            continue;
        };
        if apply(app, &rule, &key, &span)? {
            app.db
                .write(move |conn| Ok::<_, Error>(marks::went(conn, &key, today)?))?;
        }
    }
    start::again(app)?;
    Ok(false)
}

/// The day that it is for reminders.
fn today(now: Instant) -> NaiveDate {
    day_of(now - MORNING)
}

fn rules(register: &Register) -> Vec<Rule<'_>> {
    let mut found = Vec::new();
    for date in &register.dates {
        let rule = |before, shorter| Rule {
            register,
            date,
            before,
            shorter,
        };
        let mut shorter = None;
        for before in &date.remind {
            found.push(rule(Some(*before), shorter.replace(*before)));
        }
        if date.start.is_some() {
            found.push(rule(None, None));
        }
    }
    found
}

/// A rule that is new has nothing to make up for: it begins today.
fn begin(app: &Arc<App>, key: &RuleKey, today: NaiveDate) -> Result<NaiveDate, Error> {
    let before = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let key = key.clone();
    app.db
        .write(move |conn| Ok::<_, Error>(marks::went(conn, &key, before)?))?;
    Ok(before)
}

/// Does what a rule asks for about every entry in a span. Answers whether none of them failed.
fn apply(app: &Arc<App>, rule: &Rule<'_>, key: &RuleKey, span: &Span) -> Result<bool, Error> {
    let (mut seen, mut sound) = ((span.after, i64::MAX), true);
    loop {
        let found = app
            .db
            .read(|conn| Ok::<_, Error>(marks::due(conn, key, span, seen, BATCH)?))?;
        let found = whole(&found);
        let Some(last) = found.last() else {
            return Ok(sound);
        };
        seen = (last.day, last.entry);
        for group in found.chunk_by(same_mail) {
            if let Err(error) = act(app, rule, group) {
                // The others do not wait for it; it is tried again at the next look.
                tracing::error!(register = key.register, field = key.field, case = group[0].case_id, %error, "a day of a register failed");
                sound = false;
            }
        }
    }
}

/// Entries of one case with the same day are told of in one mail.
fn same_mail(a: &Due, b: &Due) -> bool {
    (a.case_id, a.day) == (b.case_id, b.day)
}

/// What was found without the last group, of which there may be more in the next batch; all where it is the only one.
fn whole(found: &[Due]) -> &[Due] {
    let Some(last) = found.last().filter(|_| found.len() == BATCH as usize) else {
        return found;
    };
    let others = found.iter().rposition(|due| !same_mail(due, last));
    others.map_or(found, |others| &found[..=others])
}

fn act(app: &Arc<App>, rule: &Rule<'_>, group: &[Due]) -> Result<(), Error> {
    let (register, date) = (rule.register.clone(), rule.date.clone());
    let (shared, group, mark) = (Arc::clone(app), group.to_vec(), rule.key().mark);
    let reminds = rule.before.is_some();
    app.db.write(move |conn| {
        let day = Day {
            app: &shared,
            register: &register,
            date: &date,
            mark: &mark,
        };
        match reminds {
            true => day.remind(conn, &group),
            false => group.iter().try_for_each(|due| day.start(conn, due)),
        }
    })
}

/// A day in entries, about which something is done within a transaction.
struct Day<'a> {
    app: &'a Arc<App>,
    register: &'a Register,
    date: &'a RegisterDate,
    mark: &'a str,
}

impl Day<'_> {
    /// Reminds of the same day in entries of one case: one mail for each person.
    fn remind(&self, conn: &mut Connection, group: &[Due]) -> Result<(), Error> {
        let Some(first) = group.first() else {
            return Ok(());
        };
        let running = self.case_of(conn, first)?;
        let people = match running.case.entries.get(&first.key) {
            Some(entry) => self.reminded(&running, entry),
            None => BTreeSet::new(),
        };
        let mut fresh = Vec::new();
        for due in group {
            if self.still(conn, due)? && marks::put(conn, &self.marked(due, people.len(), None))? {
                fresh.push(due);
            }
        }
        let Some(first) = fresh.first() else {
            return Ok(());
        };
        let about = self.about(first, fresh.len(), None);
        self.tell(conn, &running, &people, Told::Due, &about)
    }

    /// The entry's case, locked: whoever writes the entry waits.
    fn case_of(&self, conn: &mut Connection, due: &Due) -> Result<Running, Error> {
        let stored = storage::cases::lock_by_id(conn, due.case_id)?.ok_or(Error::NotFound)?;
        cases::running(self.app, conn, stored)
    }

    fn still(&self, conn: &mut Connection, due: &Due) -> Result<bool, Error> {
        let (field, statuses) = (&self.date.field, &self.date.matters);
        Ok(marks::holds(conn, due.entry, field, due.day, statuses)?)
    }

    fn marked(&self, due: &Due, people: usize, started: Option<Ulid>) -> Mark {
        Mark {
            entry_id: due.entry,
            field: self.date.field.clone(),
            day: due.day,
            mark: self.mark.to_owned(),
            at: self.app.now(),
            people: u32::try_from(people).unwrap_or(u32::MAX),
            started: started.map(|ulid| ulid.to_string()),
        }
    }

    fn about(&self, due: &Due, entries: usize, started: Option<Ulid>) -> About {
        About {
            register: self.register.id.clone(),
            field: self.date.field.clone(),
            mark: self.mark.to_owned(),
            day: due.day,
            entry: due.ulid,
            entries,
            started,
            hindrance: None,
        }
    }

    /// Who is reminded: whom the register names, else the applicant while in office and who leads their department;
    /// where nobody is left, the workflow administrators. Who sees neither the entry nor its case is not told of it.
    fn reminded(&self, running: &Running, entry: &Entry) -> BTreeSet<PersonId> {
        let now = self.app.now();
        let seen = |person: &PersonId| {
            let viewer = Viewer::of(&running.directory, *person, now);
            viewer.is_some_and(|viewer| sees(&viewer, running, self.register, entry))
        };
        let mut people = match self.date.to.as_slice() {
            [] => in_charge(running, now),
            to => meant(running, entry, to, now),
        };
        people.retain(seen);
        match people.is_empty() {
            true => managers(running, now),
            false => people,
        }
    }

    fn tell(
        &self,
        conn: &mut Connection,
        running: &Running,
        people: &BTreeSet<PersonId>,
        told: Told,
        about: &About,
    ) -> Result<(), Error> {
        let now = self.app.now();
        for person in people {
            let ulid = Ulid::new();
            let new = NewMessage {
                ulid,
                kind: "mail".into(),
                notice: told.word().to_owned(),
                case_id: Some(running.id),
                task_id: None,
                recipient_id: *person,
                params: serde_json::to_value(about)?,
                message_id: message::message_id(&ulid.to_string(), &self.app.settings.host()),
                available_at: now,
                deliver_until: now + TimeDelta::hours(DELIVER_HOURS),
                created_at: now,
            };
            outbox::enqueue(conn, new)?;
        }
        Ok(())
    }
}

/// Whether somebody may open the entry or its case.
fn sees(viewer: &Viewer, running: &Running, register: &Register, entry: &Entry) -> bool {
    let named = registers::departments(Some(register), entry, &running.case.department);
    viewer
        .authorize(super::viewer::Wish::SeeCase(&running.case))
        .is_ok()
        || super::ledger::would_see(viewer, register, &named, running.case.level())
}

/// The people behind `who` in an entry: its fields stand where a case's answers do.
fn meant(running: &Running, entry: &Entry, who: &[Who], now: Instant) -> BTreeSet<PersonId> {
    let case = Case {
        answers: entry.values.clone(),
        branches: std::collections::BTreeMap::new(),
        ..running.case.clone()
    };
    let context = running.as_seen_by(Actor::System, Channel::Timer, now);
    let situation = Situation::new(&running.workflow, &case, &context);
    who.iter()
        .flat_map(|who| situation.people_meant(who, ""))
        .collect()
}

fn in_charge(running: &Running, now: Instant) -> BTreeSet<PersonId> {
    let context = running.as_seen_by(Actor::System, Channel::Timer, now);
    let situation = Situation::new(&running.workflow, &running.case, &context);
    let (applicant, department) = (running.case.applicant, &running.case.department);
    let posts = running.directory.posts_of(applicant, day_of(now));
    let in_office = posts.iter().any(|post| post.department == *department);
    let led_by = situation.people_of(&Party::Department(department.clone()));
    led_by
        .into_iter()
        .chain(in_office.then_some(applicant))
        .collect()
}

fn managers(running: &Running, now: Instant) -> BTreeSet<PersonId> {
    let context = running.as_seen_by(Actor::System, Channel::Timer, now);
    Situation::new(&running.workflow, &running.case, &context).managers()
}
