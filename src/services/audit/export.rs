//! The log as JSON Lines, and checking it without a database: first what the log is, then its checkpoints, then every
//! event in the order of the log, then events that are not in it yet.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::log::{self as logged, Witness};
use super::record::Record;
use super::{Error, Fault, Report, Wrong, linked, read};
use crate::audit::checkpoint::Note;
use crate::audit::scan::{Entry, Findings, Logged, Scan};
use crate::audit::{Algorithm, GENESIS, Hash};
use crate::storage::Db;
use crate::storage::events::EventRow;
use crate::storage::log;

/// The format of the lines.
const FORMAT: u32 = 1;
/// Events that are read at once.
const AT_ONCE: usize = 2000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    /// The first line.
    Log {
        format: u32,
        algorithm: String,
        size: i64,
    },
    /// A checkpoint.
    Note(String),
    /// A place of the log; without an event where that was removed.
    Leaf {
        position: u64,
        hash: String,
        event: Option<Record>,
    },
    /// An event that has no place yet.
    Waiting(Record),
}

/// A file that is no export, or not all of one.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A line that cannot be read.
    #[error("line {0}")]
    Line(usize),
    /// The file itself.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Writes the log as it stands now. Answers how many events went out.
///
/// # Errors
/// The database's own failure, or that of `out`.
pub fn write(db: &Db, out: &mut dyn Write) -> Result<usize, Error> {
    let (state, notes) =
        db.read(|conn| Ok::<_, Error>((log::state(conn)?, logged::notes(conn)?)))?;
    let (algorithm, size) = state.map_or_else(
        || (Algorithm::default().name().to_owned(), 0),
        |state| (state.algorithm, state.size),
    );
    let format = FORMAT;
    put(
        out,
        &Line::Log {
            format,
            algorithm,
            size,
        },
    )?;
    for note in notes {
        put(out, &Line::Note(note.to_string()))?;
    }
    let logged = write_leaves(db, out, size)?;
    Ok(logged + write_waiting(db, out, size)?)
}

fn write_leaves(db: &Db, out: &mut dyn Write, size: i64) -> Result<usize, Error> {
    let (mut from, mut count) = (Some(0), 0);
    while let Some(start) = from {
        let page = db.read(|conn| Ok::<_, Error>(log::events(conn, start, AT_ONCE)?))?;
        from = page.next;
        for (position, hash, event) in page.rows {
            if size <= position {
                return Ok(count);
            }
            count += usize::from(event.is_some());
            put(
                out,
                &Line::Leaf {
                    position: position.unsigned_abs(),
                    hash: hex::encode(hash),
                    event: event.map(|(case, row)| Record::new(case, row)),
                },
            )?;
        }
    }
    Ok(count)
}

/// Events that are in no place below `size`, by key; those that get one meanwhile go out all the same.
fn write_waiting(db: &Db, out: &mut dyn Write, size: i64) -> Result<usize, Error> {
    let (mut after, mut count) = (0, 0);
    loop {
        let some = db.read(|conn| Ok::<_, Error>(log::unlogged(conn, size, after, AT_ONCE)?))?;
        let Some((last, ..)) = some.last() else {
            return Ok(count);
        };
        after = *last;
        for (_, case, row) in some {
            count += 1;
            put(out, &Line::Waiting(Record::new(case, row)))?;
        }
    }
}

fn put(out: &mut dyn Write, line: &Line) -> Result<(), Error> {
    let written = |error: std::io::Error| Error::Fault(error.to_string());
    let text = serde_json::to_string(line)?;
    writeln!(out, "{text}").map_err(written)
}

/// Checks an export as [`super::verify`] and [`logged::verify`] check a database; whether cases are what their events
/// make is not in it.
///
/// # Errors
/// The first line that cannot be read.
pub fn verify(input: impl BufRead, witness: &Witness) -> Result<(Report, Findings), Unreadable> {
    let mut lines = (1..).zip(input.lines());
    let Some((_, first)) = lines.next() else {
        return Err(Unreadable::Line(1));
    };
    let Ok(Line::Log {
        format: FORMAT,
        algorithm,
        size,
    }) = serde_json::from_str(&first?)
    else {
        return Err(Unreadable::Line(1));
    };
    let algorithm = Algorithm::named(&algorithm).ok_or(Unreadable::Line(1))?;
    let mut reading = Reading::new(witness, algorithm);
    for (number, line) in lines {
        let line = serde_json::from_str(&line?).map_err(|_| Unreadable::Line(number))?;
        reading.take(line).ok_or(Unreadable::Line(number))?;
    }
    Ok(reading.finish(size.unsigned_abs()))
}

/// A reading under way: checkpoints come first, and the scan begins with the first event.
struct Reading<'a> {
    witness: &'a Witness,
    algorithm: Algorithm,
    notes: Vec<Note>,
    scan: Option<Scan>,
    ends: HashMap<Ulid, (i64, String)>,
    bad: HashSet<Ulid>,
    report: Report,
}

impl<'a> Reading<'a> {
    fn new(witness: &'a Witness, algorithm: Algorithm) -> Self {
        Self {
            witness,
            algorithm,
            notes: Vec::new(),
            scan: None,
            ends: HashMap::new(),
            bad: HashSet::new(),
            report: Report::default(),
        }
    }

    fn take(&mut self, line: Line) -> Option<()> {
        match line {
            Line::Log { .. } => return None,
            Line::Note(text) => self.notes.push(text.parse().ok()?),
            Line::Waiting(record) => self.chain(record.case, record.into_row()),
            Line::Leaf {
                position,
                hash,
                event,
            } => {
                let leaf = Hash::try_from(hex::decode(hash).ok()?).ok()?;
                let (case, row) = event.map(|record| (record.case, record.into_row())).unzip();
                let entry = Entry {
                    position,
                    leaf,
                    event: case.zip(row.as_ref()).map(|(case, row)| Logged {
                        case: case.to_string(),
                        seq: row.seq,
                        hash: row.hash.clone(),
                    }),
                };
                self.scan().push(entry);
                if let Some((case, row)) = case.zip(row) {
                    self.chain(case, row);
                }
            }
        }
        Some(())
    }

    fn scan(&mut self) -> &mut Scan {
        let (witness, algorithm) = (self.witness, self.algorithm);
        let notes = &mut self.notes;
        self.scan
            .get_or_insert_with(|| witness.scan(algorithm, std::mem::take(notes)))
    }

    /// Holds an event to the one before it in its case; only the first fault of a case is told.
    fn chain(&mut self, case: Ulid, row: EventRow) {
        self.report.events += 1;
        let (place, previous) = match self.ends.get(&case) {
            Some((seq, hash)) => (seq + 1, hash.as_str()),
            None => (1, GENESIS),
        };
        let held = linked(&case.to_string(), place, previous, &row)
            .and_then(|()| read(&row).map(|_| ()).ok_or(Wrong::Unreadable));
        if let Err(what) = held
            && self.bad.insert(case)
        {
            self.report.faults.push(Fault {
                case,
                number: None,
                seq: Some(row.seq),
                entry: None,
                what,
            });
        }
        self.ends.insert(case, (row.seq, row.hash));
    }

    fn finish(mut self, size: u64) -> (Report, Findings) {
        self.report.cases = self.ends.len();
        self.scan();
        let mut found = self.scan.map(Scan::finish).unwrap_or_default();
        if found.size != size {
            found.faults.push(crate::audit::scan::Fault::Short {
                size: found.size,
                covered: size,
            });
        }
        (self.report, found)
    }
}
