//! Runs one test on every database that there is.

use huiqian::storage::Db;
use tempfile::TempDir;

#[cfg(feature = "postgres")]
use super::postgres::Postgres;

/// A fresh database of one test.
pub struct TestDatabase {
    /// `SQLite` or `PostgreSQL`.
    pub kind: &'static str,
    /// Its address, for those who open it once more.
    pub url: String,
    /// The database, opened.
    pub db: Db,
    _folder: Option<TempDir>,
}

/// Runs the test on SQLite and, where it is installed, on PostgreSQL, each time on a fresh database with all tables.
pub fn on_each_database(test: impl Fn(&TestDatabase)) {
    on_each_empty_database(|database| {
        database.db.migrate().expect("the migrations run");
        test(database);
    });
}

/// Like [`on_each_database`], without tables.
pub fn on_each_empty_database(test: impl Fn(&TestDatabase)) {
    for database in [Some(sqlite()), postgres()].into_iter().flatten() {
        // Shown when the test fails: which of the two it was.
        println!("on {}", database.kind);
        test(&database);
    }
}

/// A fresh SQLite file.
pub fn sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Db::open(&url, 8).expect("SQLite opens");
    TestDatabase {
        kind: "SQLite",
        url,
        db,
        _folder: Some(folder),
    }
}

/// A fresh database of the shared PostgreSQL; `None` where there is none.
#[cfg(feature = "postgres")]
pub fn postgres() -> Option<TestDatabase> {
    let url = Postgres::shared()?.new_database();
    let db = Db::open(&url, 8).expect("PostgreSQL opens");
    Some(TestDatabase {
        kind: "PostgreSQL",
        url,
        db,
        _folder: None,
    })
}

/// A program built without PostgreSQL has none to test.
#[cfg(not(feature = "postgres"))]
pub fn postgres() -> Option<TestDatabase> {
    None
}
