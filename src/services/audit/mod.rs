//! Checking the records: every case's chain of events, and that replaying it gives the case that is stored and what it has
//! left in registers.

pub mod export;
pub mod log;
pub mod prove;
mod record;
mod registers;

use ulid::Ulid;

use super::Error;
use super::cases::Running;
use super::projection::{self, Body};
use crate::audit::{Algorithm, GENESIS, Link};
use crate::engine::{self, Actor, Case, Channel, Event, Stamp};
use crate::storage::cases::{CaseFilter, StoredCase, Whose};
use crate::storage::events::{EventRow, StoredEvent};
use crate::storage::{self, Connection, Db, register_kept};

/// Cases that are looked up at once.
const AT_ONCE: usize = 500;

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
            check(db, id, &mut report)?;
        }
        Which::All => {
            let mut before = None;
            loop {
                let filter = CaseFilter::of(Whose::All);
                let page = db.read(|conn| {
                    Ok::<_, Error>(storage::cases::list(conn, &filter, before, AT_ONCE)?)
                })?;
                for case in &page.rows {
                    check(db, case.id, &mut report)?;
                }
                match page.next {
                    Some(next) => before = Some(next),
                    None => break,
                }
            }
            report.strays = db.read(|conn| Ok::<_, Error>(register_kept::strays(conn)?))?;
        }
    }
    Ok(report)
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

/// One case in one view of the database, so that work going on beside is no fault.
fn check(db: &Db, id: i64, report: &mut Report) -> Result<(), Error> {
    let read = db.read(|conn| {
        let stored = storage::cases::get_by_id(conn, id)?;
        let events = storage::events::of_case(conn, id)?;
        Ok::<_, Error>((stored, events, register_kept::of_case(conn, id)?))
    })?;
    let (Some(stored), events, kept) = read else {
        return Ok(());
    };
    report.cases += 1;
    report.events += events.len();
    let fault = match sound(&stored, &events) {
        Ok((case, recorded)) => match registers::sound(&kept, &case, &recorded) {
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

/// The case that its events make, and these, where nothing is wrong with chain, snapshot and columns.
fn sound(
    stored: &StoredCase,
    events: &[StoredEvent],
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
