//! Checking the records: every case's chain of events, and that replaying it gives the case that is stored and what it has
//! left in registers.

pub mod export;
pub mod log;
mod private;
pub mod prove;
mod record;
mod registers;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use ulid::Ulid;

use super::Error;
use super::cases::Running;
use super::projection::{self, Body};
use crate::audit::{Algorithm, GENESIS, Link};
use crate::engine::{self, Actor, Case, Channel, Event, Stamp};
use crate::storage::cases::{CaseFilter, StoredCase, Whose};
use crate::storage::events::{EventRow, StoredEvent};
use crate::storage::personal_values::{self, StoredValue};
use crate::storage::{self, Connection, Db, register_kept};

/// Keys of cases that are looked up at once.
const AT_ONCE: i64 = 200;
/// Cases are checked side by side by at most so many threads.
const SIDE_BY_SIDE: usize = 4;

/// Which cases to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// The one with this number or public id.
    Case(String),
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many cases were checked.
    pub cases: usize,
    /// How many events.
    pub events: usize,
    /// The first thing that is wrong in each case that is not sound.
    pub faults: Vec<Fault>,
    /// How many rows of registers belong to no case.
    pub strays: i64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.strays == 0
    }
}

/// The first thing that is wrong in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The case's public id.
    pub case: Ulid,
    /// Its number.
    pub number: Option<String>,
    /// The place of the first bad event; `None` when it is the case itself.
    pub seq: Option<i64>,
    /// The key of the entry in a register that is wrong.
    pub entry: Option<String>,
    /// What is wrong.
    pub what: Wrong,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// An event is missing before this one, or it stands twice.
    Gap,
    /// It does not name the hash of the event before.
    Previous,
    /// Its own hash is not that of its content.
    Hash,
    /// It was hashed in a way that this program does not know.
    Algorithm,
    /// Its content cannot be read.
    Unreadable,
    /// There are no events.
    NoEvents,
    /// The stored case is not what its events make.
    Snapshot,
    /// The columns that lists show are not those of the case.
    Columns,
    /// An entry in a register is not what the events have written.
    Register,
    /// A private answer is gone or another one, and no event tells that it was erased; or it was erased and is there.
    Private,
}

impl Wrong {
    /// A word for messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Previous => "previous",
            Self::Hash => "hash",
            Self::Algorithm => "algorithm",
            Self::Unreadable => "unreadable",
            Self::NoEvents => "no_events",
            Self::Snapshot => "snapshot",
            Self::Columns => "columns",
            Self::Register => "register",
            Self::Private => "private",
        }
    }
}

/// Checks the records; what is wrong is in the report, and nothing is changed.
///
/// # Errors
/// [`Error::NotFound`] when there is no such case, and the database's own failure.
pub fn verify(db: &Db, which: &Which) -> Result<Report, Error> {
    let mut report = Report::default();
    match which {
        Which::Case(named) => {
            let id = db.read(|conn| find(conn, named))?;
            check(db, id..=id, &mut report)?;
        }
        Which::All => {
            let last = db.read(|conn| Ok::<_, Error>(storage::cases::last(conn)?))?;
            // Reading and hashing take about as long: what waits for the database lets others work.
            let (threads, next) = (thread::available_parallelism(), AtomicI64::new(1));
            let threads = threads.map_or(1, NonZero::get).min(SIDE_BY_SIDE);
            let parts: Vec<Result<Report, Error>> = thread::scope(|scope| {
                let working: Vec<_> = (0..threads)
                    .map(|_| scope.spawn(|| check_all(db, &next, last)))
                    .collect();
                let ended = working.into_iter().map(|thread| {
                    let panicked = |_| Err(Error::Fault("a check ended with a panic".into()));
                    thread.join().unwrap_or_else(panicked)
                });
                ended.collect()
            });
            for part in parts {
                let part = part?;
                report.cases += part.cases;
                report.events += part.events;
                report.faults.extend(part.faults);
            }
            // The newest first.
            report.faults.sort_by_key(|fault| Reverse(fault.case));
            report.strays = db.read(|conn| Ok::<_, Error>(register_kept::strays(conn)?))?;
        }
    }
    Ok(report)
}

/// Takes the next keys until there are none left.
fn check_all(db: &Db, next: &AtomicI64, last: i64) -> Result<Report, Error> {
    let mut report = Report::default();
    loop {
        let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
        if last < from {
            return Ok(report);
        }
        check(db, from..=from + AT_ONCE - 1, &mut report)?;
    }
}

/// The inner key of the case with this public id or number.
pub(super) fn find(conn: &mut Connection, named: &str) -> Result<i64, Error> {
    if let Ok(ulid) = named.parse::<Ulid>()
        && let Some(stored) = storage::cases::get(conn, ulid)?
    {
        return Ok(stored.summary.id);
    }
    let filter = CaseFilter {
        number: Some(named.to_owned()),
        ..CaseFilter::of(Whose::All)
    };
    let found = storage::cases::list(conn, &filter, None, 1)?;
    found
        .rows
        .first()
        .map(|case| case.id)
        .ok_or(Error::NotFound)
}

fn by_case<T>(rows: impl IntoIterator<Item = (i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut all: HashMap<i64, Vec<T>> = HashMap::new();
    for (case, row) in rows {
        all.entry(case).or_default().push(row);
    }
    all
}

fn of<T>(all: &HashMap<i64, Vec<T>>, case: i64) -> &[T] {
    all.get(&case).map_or(&[], Vec::as_slice)
}

/// Cases with these keys in one view of the database, so that work going on beside is no fault.
fn check(db: &Db, ids: RangeInclusive<i64>, report: &mut Report) -> Result<(), Error> {
    let (cases, events, values, kept) = db.read(|conn| {
        let cases = storage::cases::between(conn, &ids)?;
        let events = storage::events::between(conn, &ids)?;
        let events = events.into_iter().map(|event| (event.case_id, event));
        let values = personal_values::between(conn, &ids)?;
        let kept = register_kept::between(conn, &ids)?;
        Ok::<_, Error>((cases, by_case(events), by_case(values), by_case(kept)))
    })?;
    for stored in cases {
        let id = stored.summary.id;
        let events = of(&events, id);
        report.cases += 1;
        report.events += events.len();
        let fault = match sound(&stored, events, of(&values, id)) {
            Ok((case, recorded)) => match registers::sound(of(&kept, id), &case, &recorded) {
                Ok(()) => None,
                Err(entry) => Some((None, Some(entry), Wrong::Register)),
            },
            Err((seq, what)) => Some((seq, None, what)),
        };
        if let Some((seq, entry, what)) = fault {
            report.faults.push(Fault {
                case: stored.summary.ulid,
                number: stored.summary.number,
                seq,
                entry,
                what,
            });
        }
    }
    Ok(())
}

/// A case as it was before a revision, made from its events.
pub(super) fn before(
    conn: &mut Connection,
    running: &Running,
    revision: i64,
) -> Result<Case, Error> {
    let mut recorded: Vec<(Event, Stamp)> = Vec::new();
    for stored in storage::events::of_case(conn, running.id)? {
        let (event, stamp) = read(&stored.event).ok_or_else(|| {
            Error::Corrupt(format!(
                "event {} of case {}",
                stored.event.seq, running.ulid
            ))
        })?;
        if revision <= stamp.revision {
            break;
        }
        recorded.push((event, stamp));
    }
    let case = &running.case;
    let start = Case::draft(&case.workflow, case.applicant, case.department.clone());
    Ok(engine::replay(
        start,
        recorded.iter().map(|(event, stamp)| (event, stamp)),
    ))
}

/// Events, the first one first.
type History = Vec<(Event, Stamp)>;

/// The case that its events make, and these, where nothing is wrong with chain, snapshot, columns and private answers.
fn sound(
    stored: &StoredCase,
    events: &[StoredEvent],
    values: &[StoredValue],
) -> Result<(Case, History), (Option<i64>, Wrong)> {
    let summary = &stored.summary;
    if events.is_empty() {
        return Err((None, Wrong::NoEvents));
    }
    let case = summary.ulid.to_string();
    let mut recorded: History = Vec::with_capacity(events.len());
    let mut previous = GENESIS;
    for (place, row) in (1..).zip(events.iter().map(|stored| &stored.event)) {
        linked(&case, place, previous, row).map_err(|what| (Some(row.seq), what))?;
        recorded.push(read(row).ok_or((Some(row.seq), Wrong::Unreadable))?);
        previous = &row.hash;
    }
    let start = Case::draft(
        &summary.workflow_key,
        summary.applicant_id,
        summary.department.clone(),
    );
    let replayed = engine::replay(start, recorded.iter().map(|(event, stamp)| (event, stamp)));
    match serde_json::from_value::<Case>(stored.snapshot.clone()) {
        Ok(snapshot) if snapshot == replayed => {}
        Ok(_) | Err(_) => return Err((None, Wrong::Snapshot)),
    }
    private::kept_or_erased(&recorded, &replayed, values)
        .map_err(|place| (events.get(place).map(|row| row.event.seq), Wrong::Private))?;
    let as_shown = (
        summary.number.as_ref(),
        summary.status.as_str(),
        summary.applicant_id,
        &summary.department,
        summary.level,
        Some(summary.version_id),
    );
    let as_made = (
        replayed.number.as_ref(),
        super::words::status_word(&replayed),
        replayed.applicant,
        &replayed.department,
        replayed.level(),
        // What decides next is what decided last: another version comes with an event of its own.
        events.last().map(|last| last.event.version_id),
    );
    if as_shown != as_made {
        return Err((None, Wrong::Columns));
    }
    Ok((replayed, recorded))
}

fn linked(case: &str, place: i64, previous: &str, row: &EventRow) -> Result<(), Wrong> {
    if row.seq != place {
        return Err(Wrong::Gap);
    }
    let algorithm = Algorithm::named(&row.algorithm).ok_or(Wrong::Algorithm)?;
    if row.previous_hash != previous {
        return Err(Wrong::Previous);
    }
    let link = Link {
        algorithm,
        case,
        seq: row.seq,
        previous,
        body: &row.body,
        actor: row.actor_id.map(|person| person.0),
        on_behalf: row.on_behalf_id.map(|person| person.0),
        channel: &row.channel,
        at: row.at,
        version: row.version_id,
    };
    if link.hash() == row.hash {
        Ok(())
    } else {
        Err(Wrong::Hash)
    }
}

/// The event and its stamp; `None` when they cannot be read.
fn read(row: &EventRow) -> Option<(Event, Stamp)> {
    let Body { revision, event } = projection::read_body(row).ok()?;
    let channel = [
        Channel::Page,
        Channel::Link,
        Channel::Api,
        Channel::Cli,
        Channel::Timer,
    ]
    .into_iter()
    .find(|channel| super::words::channel(*channel) == row.channel)?;
    let stamp = Stamp {
        actor: row.actor_id.map_or(Actor::System, Actor::Person),
        on_behalf: row.on_behalf_id,
        channel,
        at: row.at,
        revision,
    };
    (event.kind() == row.kind).then_some((event, stamp))
}
