//! Gives every event its place in the log, and signs what the log is from time to time.
//!
//! Cases are written side by side, each with a chain of its own; one chain over all would let them wait for one another
//! (measured: 141 against 474 transactions a second). So the order of all is made here, behind them.

use chrono::TimeDelta;

use super::{App, Error};
use crate::audit::checkpoint::{Checkpoint, Signer};
use crate::audit::merkle::{self, Edge};
use crate::audit::{Algorithm, Hash};
use crate::calendar::Instant;
use crate::storage::Connection;
use crate::storage::checkpoints::{self, StoredCheckpoint};
use crate::storage::log::{self, Horizon, Mark, Node, State};

/// Events that come in together.
const AT_ONCE: usize = 1000;
/// Checkpoints that are written outside at a time.
const ANCHORED_AT_ONCE: u32 = 100;

/// Takes events into the log, and makes a checkpoint where one is due. Answers whether there may be more.
///
/// # Errors
/// The database's own failure; [`Error::Corrupt`] where the log cannot go on from what is stored.
pub fn pass(app: &App) -> Result<bool, Error> {
    let (algorithm, now) = (app.settings.audit.algorithm, app.now());
    let every = TimeDelta::from_std(app.settings.audit.every).unwrap_or(TimeDelta::MAX);
    if !app.db.read(|conn| is_behind(conn, now, every))? {
        return Ok(false);
    }
    let signer = signer(app);
    app.db.write(move |conn| {
        let Some(state) = log::take(conn, algorithm.name())? else {
            return Ok(false);
        };
        let mut edge = edge(&state)?;
        let more = extend(conn, state, &mut edge)?;
        if !more {
            sign(conn, &signer, &edge, now, every)?;
        }
        Ok(more)
    })
}

/// Checkpoints that are not written outside yet, the smallest first.
///
/// # Errors
/// The database's own failure.
pub fn to_anchor(app: &App) -> Result<Vec<StoredCheckpoint>, Error> {
    app.db
        .read(|conn| Ok(checkpoints::to_anchor(conn, ANCHORED_AT_ONCE)?))
}

/// The checkpoint over this many events was written outside.
///
/// # Errors
/// The database's own failure.
pub fn anchored(app: &App, size: i64) -> Result<(), Error> {
    let now = app.now();
    app.db
        .write(move |conn| Ok(checkpoints::anchored(conn, size, now)?))
}

/// Signs for this deployment: its log bears the name of its host.
#[must_use]
pub fn signer(app: &App) -> Signer {
    app.checkpoint_key
        .checkpoint_signer(&format!("{}/huiqian", app.settings.host()))
}

/// Whether there is something to take in, or a checkpoint to be made.
fn is_behind(conn: &mut Connection, now: Instant, every: TimeDelta) -> Result<bool, Error> {
    let Some(state) = log::state(conn)? else {
        return Ok(0 < log::last_event(conn)?);
    };
    if !log::waiting(conn, state.settled_event, 1)?.is_empty() {
        return Ok(true);
    }
    is_due(conn, state.size, now, every)
}

/// Whether a log of this size is to be signed.
fn is_due(conn: &mut Connection, size: i64, now: Instant, every: TimeDelta) -> Result<bool, Error> {
    Ok(match checkpoints::last(conn)? {
        // A clock that was ahead must not keep the log from being signed until its time has come.
        Some(last) => last.size < size && every <= (now - last.at).abs(),
        None => 0 < size,
    })
}

/// The right edge of the tree, from what is kept of it.
pub(super) fn edge(state: &State) -> Result<Edge, Error> {
    let corrupt = || Error::Corrupt("the state of the log".to_owned());
    let algorithm = Algorithm::named(&state.algorithm).ok_or_else(corrupt)?;
    let (peaks, rest) = state.edge.as_chunks::<32>();
    let size = u64::try_from(state.size).map_err(|_| corrupt())?;
    Edge::restored(algorithm, size, peaks.to_vec())
        .filter(|_| rest.is_empty())
        .ok_or_else(corrupt)
}

/// Takes in what waits; answers whether there is more.
fn extend(conn: &mut Connection, mut state: State, edge: &mut Edge) -> Result<bool, Error> {
    // Asked before the events: whatever was over by then has its events among those that are read now.
    let before = log::horizon(conn)?;
    let waiting = log::waiting(conn, state.settled_event, AT_ONCE)?;
    let mut leaves = Vec::with_capacity(waiting.len());
    for event in &waiting {
        let entry = hex::decode(&event.hash)
            .map_err(|_| Error::Corrupt(format!("the hash of event {}", event.event)))?;
        let leaf = merkle::leaf(edge.algorithm(), &entry);
        leaves.push((signed(edge.size())?, event.event, leaf.to_vec()));
        for (subtree, hash) in edge.push(leaf) {
            log::append_node(conn, &node(subtree, &hash)?)?;
        }
    }
    log::append(conn, &leaves)?;
    let more = waiting.len() == AT_ONCE;
    let last = waiting.last().map(|last| last.event);
    settle(conn, &mut state, before, last.filter(|_| more), last)?;
    state.size = signed(edge.size())?;
    state.edge = edge.peaks().concat();
    log::keep(conn, &state)?;
    Ok(more)
}

/// Moves the key up to which nothing can be missing any more. It moves with each step of a long way as well, or the next one
/// would look again at all that came in before it. `reached`: events behind this key may be waiting.
fn settle(
    conn: &mut Connection,
    state: &mut State,
    before: Option<Horizon>,
    reached: Option<i64>,
    last: Option<i64>,
) -> Result<(), Error> {
    let Some(before) = before else {
        state.settled_event = last.unwrap_or(state.settled_event);
        return Ok(());
    };
    if let Mark {
        event: Some(event),
        transaction: Some(transaction),
    } = state.mark
    {
        // A database that was restored into another server has its transactions numbered anew.
        let seen = transaction <= before.oldest;
        let placed = reached.is_none_or(|reached| event <= reached);
        if seen {
            state.settled_event = reached.map_or(event, |reached| event.min(reached));
        }
        if seen && placed || before.next < transaction {
            state.mark = Mark::default();
        }
    }
    if state.mark.event.is_none() {
        // The key first and the transaction after it: a command has the number of its transaction from its case's
        // row before its events have keys, so whoever holds a key up to this one has a number below that one.
        let event = log::last_event(conn)?;
        let next = log::horizon(conn)?.map(|horizon| horizon.next);
        if state.settled_event < event {
            state.mark = Mark {
                event: Some(event),
                transaction: next,
            };
        }
    }
    Ok(())
}

fn sign(
    conn: &mut Connection,
    signer: &Signer,
    edge: &Edge,
    now: Instant,
    every: TimeDelta,
) -> Result<(), Error> {
    let size = signed(edge.size())?;
    if !is_due(conn, size, now, every)? {
        return Ok(());
    }
    let note = signer.sign(Checkpoint {
        origin: signer.name().to_owned(),
        size: edge.size(),
        root: edge.root(),
        algorithm: edge.algorithm(),
        at: now,
    });
    Ok(checkpoints::insert(conn, size, &note.to_string(), now)?)
}

fn node(subtree: merkle::Subtree, hash: &Hash) -> Result<Node, Error> {
    Ok(Node {
        level: i32::try_from(subtree.level).map_err(|_| too_large())?,
        place: signed(subtree.index)?,
        hash: hash.to_vec(),
    })
}

fn signed(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| too_large())
}

fn too_large() -> Error {
    Error::Corrupt("the log is too large".to_owned())
}
