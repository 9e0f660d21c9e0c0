//! Keys of rows that are still to be written. Rows that point to each other can be written as one statement when their keys
//! are known before.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::Kept;
use super::{Connection, StorageError};

/// A table whose keys are drawn before its rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `cases`.
    Cases,
    /// `tasks`.
    Tasks,
    /// `outbox`.
    Outbox,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Tasks => "tasks",
            Self::Outbox => "outbox",
        }
    }
}

/// Keys of one table that were drawn and are not used yet.
#[derive(Debug)]
pub struct Keys(std::vec::IntoIter<i64>);

impl Keys {
    /// The next one.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] when fewer were drawn.
    pub fn take(&mut self) -> Result<i64, StorageError> {
        self.0.next().ok_or_else(|| StorageError::Corrupt {
            what: "too few keys were drawn".to_owned(),
        })
    }
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = BigInt)]
    key: i64,
}

/// Draws so many keys of each table. None of them is given again, except where SQLite undoes the transaction.
///
/// # Errors
/// The database's own failure.
pub fn draw<const TABLES: usize>(
    conn: &mut Connection,
    wanted: [(Table, usize); TABLES],
) -> Result<[Keys; TABLES], StorageError> {
    let drawn = match conn {
        // All in one statement: each is a round trip.
        #[cfg(feature = "postgres")]
        Connection::Pg(conn) => from_sequences(conn, &wanted)?,
        Connection::Sqlite(conn) => from_counters(conn, &wanted)?,
    };
    let mut drawn = drawn.into_iter();
    Ok(wanted.map(|(_, count)| Keys(drawn.by_ref().take(count).collect::<Vec<i64>>().into_iter())))
}

#[cfg(feature = "postgres")]
fn from_sequences(
    conn: &mut diesel::PgConnection,
    wanted: &[(Table, usize)],
) -> Result<Vec<i64>, StorageError> {
    use diesel::sql_types::Array;

    let sequences: Vec<String> = wanted
        .iter()
        .flat_map(|(table, count)| std::iter::repeat_n(format!("{}_id_seq", table.name()), *count))
        .collect();
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    let query = diesel::sql_query(
        "SELECT nextval(CAST(name AS regclass)) AS key FROM unnest($1) AS wanted (name)",
    )
    .bind::<Array<Text>, _>(sequences);
    let keys: Vec<Key> = Kept(query).load(conn)?;
    Ok(keys.into_iter().map(|row| row.key).collect())
}

/// SQLite counts the keys of each table in a table of its own, which it reads again at each insert.
fn from_counters(
    conn: &mut diesel::SqliteConnection,
    wanted: &[(Table, usize)],
) -> Result<Vec<i64>, StorageError> {
    let mut keys = Vec::new();
    for (table, count) in wanted.iter().filter(|(_, count)| 0 < *count) {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        let last = match count_up(conn, *table, count)? {
            Some(last) => last,
            None => {
                // Before its first row the table is not there.
                diesel::sql_query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
                    .bind::<Text, _>(table.name())
                    .bind::<BigInt, _>(count)
                    .execute(conn)?;
                count
            }
        };
        keys.extend(last - count + 1..=last);
    }
    Ok(keys)
}

fn count_up(
    conn: &mut diesel::SqliteConnection,
    table: Table,
    count: i64,
) -> Result<Option<i64>, StorageError> {
    let query = diesel::sql_query(
        "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? RETURNING seq AS key",
    )
    .bind::<BigInt, _>(count)
    .bind::<Text, _>(table.name());
    let last: Option<Key> = Kept(query).get_result(conn).optional()?;
    Ok(last.map(|row| row.key))
}
