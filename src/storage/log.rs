//! Tables `log_state`, `log_leaves` and `log_nodes`: every event's place in one log without gaps, and the tree over it.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use ulid::Ulid;

use super::columns::one_more;
use super::connection::{MultiBackend, OnConflict, SkipLocked, on_backend};
use super::events::EventRow;
use super::schema::{cases, events, log_leaves, log_nodes, log_state};
use super::{Connection, Page, StorageError};

/// There is one row of state.
const ONE: i32 = 1;

/// How far the log reaches.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = log_state, check_for_backend(MultiBackend))]
pub struct State {
    /// The name of the tree's function.
    pub algorithm: String,
    /// How many events are in it.
    pub size: i64,
    /// The roots of the tree's complete subtrees, the largest first, 32 bytes each.
    pub edge: Vec<u8>,
    /// All events up to this key are in the log; of later ones some may be.
    pub settled_event: i64,
    /// See [`Horizon`].
    #[diesel(embed)]
    pub mark: Mark,
}

/// Events up to `event` had their keys before transaction `transaction` began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = log_state, check_for_backend(MultiBackend))]
pub struct Mark {
    /// The key of an event.
    #[diesel(column_name = mark_event)]
    pub event: Option<i64>,
    /// The number of a transaction.
    #[diesel(column_name = mark_transaction)]
    pub transaction: Option<i64>,
}

/// Which transactions of PostgreSQL are over. An event may become visible after one with a higher key, so the log may
/// forget about keys only when no transaction that was under way with one of them is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Horizon {
    /// All transactions before this one are over.
    #[diesel(sql_type = BigInt)]
    pub oldest: i64,
    /// The next one to begin.
    #[diesel(sql_type = BigInt)]
    pub next: i64,
}

/// An event that is not in the log yet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Waiting {
    /// The event's key.
    pub event: i64,
    /// Its hash, in hex.
    pub hash: String,
}

/// A place of the log; the event is `None` when it is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Counts from 0.
    pub position: i64,
    /// The hash of the leaf.
    pub hash: Vec<u8>,
    /// The case's public id, the event's place in its case, and its hash in hex.
    pub event: Option<(Ulid, i64, String)>,
}

/// The root of a complete subtree.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = log_nodes, check_for_backend(MultiBackend))]
pub struct Node {
    /// Over 2^level leaves.
    pub level: i32,
    /// Counts from 0 on its level.
    pub place: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// How the log stands; `None` before the first event came in.
///
/// # Errors
/// The database's own failure.
pub fn state(conn: &mut Connection) -> Result<Option<State>, StorageError> {
    Ok(log_state::table
        .find(ONE)
        .select(State::as_select())
        .first(conn)
        .optional()?)
}

/// Takes the log for this transaction, and begins one with this function where there is none. `None` while another has it.
///
/// # Errors
/// The database's own failure.
pub fn take(conn: &mut Connection, algorithm: &str) -> Result<Option<State>, StorageError> {
    let start = diesel::insert_into(log_state::table).values((
        log_state::id.eq(ONE),
        log_state::algorithm.eq(algorithm),
        log_state::size.eq(0i64),
        log_state::edge.eq(Vec::<u8>::new()),
        log_state::settled_event.eq(0i64),
    ));
    if state(conn)?.is_none() {
        OnConflict(start, "(id) DO NOTHING").execute(conn)?;
    }
    let row = log_state::table.find(ONE).select(State::as_select());
    Ok(SkipLocked(row).load(conn)?.pop())
}

/// Keeps how the log stands.
///
/// # Errors
/// The database's own failure.
pub fn keep(conn: &mut Connection, state: &State) -> Result<(), StorageError> {
    diesel::update(log_state::table.find(ONE))
        .set((
            log_state::size.eq(state.size),
            log_state::edge.eq(&state.edge),
            log_state::settled_event.eq(state.settled_event),
            log_state::mark_event.eq(state.mark.event),
            log_state::mark_transaction.eq(state.mark.transaction),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which transactions are over. `None` on SQLite, where they come one after the other and keys with them.
///
/// # Errors
/// The database's own failure.
pub fn horizon(conn: &mut Connection) -> Result<Option<Horizon>, StorageError> {
    match conn {
        Connection::Sqlite(_) => Ok(None),
        #[cfg(feature = "postgres")]
        Connection::Pg(conn) => {
            let sql = "SELECT pg_snapshot_xmin(seen)::text::bigint AS oldest, \
                       pg_snapshot_xmax(seen)::text::bigint AS next FROM pg_current_snapshot() seen";
            Ok(Some(diesel::sql_query(sql).get_result(conn)?))
        }
    }
}

/// Events behind this key that are not in the log, by key.
///
/// # Errors
/// The database's own failure.
pub fn waiting(
    conn: &mut Connection,
    settled: i64,
    limit: usize,
) -> Result<Vec<Waiting>, StorageError> {
    Ok(unplaced(settled)
        .order(events::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((events::id, events::hash))
        .load(conn)?)
}

/// How many events are not in the log. Only those behind the settled key are looked at.
///
/// # Errors
/// The database's own failure.
pub fn lag(conn: &mut Connection) -> Result<i64, StorageError> {
    let settled = state(conn)?.map_or(0, |state| state.settled_event);
    Ok(unplaced(settled).count().get_result(conn)?)
}

/// Events behind this key without a place. The key is said of both tables, so that neither is read from its start; and not
/// by a join, for which SQLite would read all places first where it knows that there are many events (measured: 136 ms
/// instead of 0.4 among five million).
#[diesel::dsl::auto_type(no_type_alias)]
fn unplaced(settled: i64) -> _ {
    let place = log_leaves::table
        .filter(log_leaves::event_id.eq(events::id))
        .filter(log_leaves::event_id.gt(settled));
    events::table
        .filter(events::id.gt(settled))
        .filter(diesel::dsl::not(diesel::dsl::exists(place)))
}

/// The highest key of an event that can be seen.
///
/// # Errors
/// The database's own failure.
pub fn last_event(conn: &mut Connection) -> Result<i64, StorageError> {
    let last: Option<i64> = events::table
        .order(events::id.desc())
        .select(events::id)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// Adds events to the log: their places, keys and hashes.
///
/// # Errors
/// The database's own failure.
pub fn append(conn: &mut Connection, leaves: &[(i64, i64, Vec<u8>)]) -> Result<(), StorageError> {
    let rows: Vec<_> = leaves
        .iter()
        .map(|(position, event, hash)| {
            (
                log_leaves::position.eq(position),
                log_leaves::event_id.eq(event),
                log_leaves::hash.eq(hash),
            )
        })
        .collect();
    // PostgreSQL takes 65,535 values in one statement.
    for some in rows.chunks(1000) {
        on_backend!(conn, |conn| diesel::insert_into(log_leaves::table)
            .values(some)
            .execute(conn))?;
    }
    Ok(())
}

/// Adds the root of a subtree.
///
/// # Errors
/// The database's own failure.
pub fn append_node(conn: &mut Connection, node: &Node) -> Result<(), StorageError> {
    diesel::insert_into(log_nodes::table)
        .values((
            log_nodes::level.eq(node.level),
            log_nodes::place.eq(node.place),
            log_nodes::hash.eq(&node.hash),
        ))
        .execute(conn)?;
    Ok(())
}

/// A page of the log from the place `from` on.
///
/// # Errors
/// The database's own failure.
pub fn leaves(
    conn: &mut Connection,
    from: i64,
    limit: usize,
) -> Result<Page<Leaf, i64>, StorageError> {
    type Row = (i64, Vec<u8>, Option<(Ulid, i64, String)>);
    let rows: Vec<Row> = log_leaves::table
        .left_join(events::table)
        // Each by itself: SQLite would put a join within a join together for all events first.
        .left_join(cases::table.on(cases::id.eq(events::case_id)))
        .filter(log_leaves::position.ge(from))
        .order(log_leaves::position)
        .limit(one_more(limit))
        .select((
            log_leaves::position,
            log_leaves::hash,
            (cases::ulid, events::seq, events::hash).nullable(),
        ))
        .load(conn)?;
    let leaves = rows
        .into_iter()
        .map(|(position, hash, event)| Leaf {
            position,
            hash,
            event,
        })
        .collect();
    Ok(Page::cut(leaves, limit, |leaf: &Leaf| leaf.position + 1))
}

/// A place of the log with its hash, and the event that stands there, with its case.
pub type Full = (i64, Vec<u8>, Option<(Ulid, EventRow)>);

/// A page of the log from the place `from` on, with all of each event.
///
/// # Errors
/// The database's own failure.
pub fn events(
    conn: &mut Connection,
    from: i64,
    limit: usize,
) -> Result<Page<Full, i64>, StorageError> {
    type Row = (i64, Vec<u8>, Option<Ulid>, Option<EventRow>);
    let rows: Vec<Row> = log_leaves::table
        .left_join(events::table)
        .left_join(cases::table.on(cases::id.eq(events::case_id)))
        .filter(log_leaves::position.ge(from))
        .order(log_leaves::position)
        .limit(one_more(limit))
        .select((
            log_leaves::position,
            log_leaves::hash,
            cases::ulid.nullable(),
            Option::<EventRow>::as_select(),
        ))
        .load(conn)?;
    let rows = rows
        .into_iter()
        .map(|(position, hash, case, event)| (position, hash, case.zip(event)))
        .collect();
    Ok(Page::cut(rows, limit, |(position, ..)| position + 1))
}

/// Events behind the key `after` that have no place below `size`, by key, each with its case.
///
/// # Errors
/// The database's own failure.
pub fn unlogged(
    conn: &mut Connection,
    size: i64,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Ulid, EventRow)>, StorageError> {
    let logged = log_leaves::table
        .filter(log_leaves::event_id.eq(events::id))
        .filter(log_leaves::position.lt(size));
    Ok(events::table
        .inner_join(cases::table)
        .filter(events::id.gt(after))
        .filter(not(exists(logged)))
        .order(events::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((events::id, cases::ulid, EventRow::as_select()))
        .load(conn)?)
}

/// The hashes of `count` leaves from the place `from` on, in order.
///
/// # Errors
/// The database's own failure.
pub fn hashes(conn: &mut Connection, from: i64, count: i64) -> Result<Vec<Vec<u8>>, StorageError> {
    Ok(log_leaves::table
        .filter(log_leaves::position.ge(from))
        .filter(log_leaves::position.lt(from + count))
        .order(log_leaves::position)
        .select(log_leaves::hash)
        .load(conn)?)
}

/// `count` nodes of a level from `from` on, in order.
///
/// # Errors
/// The database's own failure.
pub fn nodes(
    conn: &mut Connection,
    level: i32,
    from: i64,
    count: i64,
) -> Result<Vec<Node>, StorageError> {
    Ok(log_nodes::table
        .filter(log_nodes::level.eq(level))
        .filter(log_nodes::place.ge(from))
        .filter(log_nodes::place.lt(from.saturating_add(count)))
        .order(log_nodes::place)
        .select(Node::as_select())
        .load(conn)?)
}

/// The place of an event; `None` when it is not in the log yet.
///
/// # Errors
/// The database's own failure.
pub fn position(conn: &mut Connection, event: i64) -> Result<Option<i64>, StorageError> {
    Ok(log_leaves::table
        .filter(log_leaves::event_id.eq(event))
        .select(log_leaves::position)
        .first(conn)
        .optional()?)
}
