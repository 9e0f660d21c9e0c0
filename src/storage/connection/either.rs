//! One connection type for both databases. It has a file and a name of its own because what the derive writes imports
//! diesel's trait `Connection`; everybody else knows it as [`Connection`](super::Connection).

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Pg(diesel::PgConnection),
    /// SQLite.
    Sqlite(diesel::SqliteConnection),
}
