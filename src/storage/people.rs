//! Table `people`: who they are, and what their signing in needs.

use diesel::prelude::*;
use ulid::Ulid;

use super::connection::{MultiBackend, OnConflict, moment, ulid_text};
use super::schema::people;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, Person, PersonId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people, check_for_backend(MultiBackend))]
struct Row {
    id: PersonId,
    login: String,
    name: String,
    email: String,
    department: DepartmentCode,
    #[diesel(deserialize_as = i32)]
    clearance: u8,
    active: bool,
}

/// What signing in and writing to a person needs, beside what the directory knows.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = people, check_for_backend(MultiBackend))]
pub struct Account {
    /// The key.
    pub id: PersonId,
    /// The key that others see.
    pub ulid: Ulid,
    /// The login name.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// The hash of the password; `None`: cannot sign in with one.
    pub password_hash: Option<String>,
    /// The language of pages and mail, such as `zh-CN`.
    pub language: String,
    /// A deactivated person can do nothing.
    pub active: bool,
}

// The hash is a secret, so it is not written here.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// A person as they are added or brought up to date, known by their login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The key that others see; kept as it is where the login is known.
    pub ulid: Ulid,
    /// The login name.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// The department they belong to.
    pub department: DepartmentCode,
    /// The highest data level they are cleared for.
    pub clearance: u8,
    /// The language they begin with.
    pub language: String,
    /// Whether they take part.
    pub active: bool,
    /// When.
    pub created_at: Instant,
}

/// All people, the inactive ones too.
///
/// # Errors
/// The database's own failure.
pub fn all(conn: &mut Connection) -> Result<Vec<Person>, StorageError> {
    let rows: Vec<Row> = people::table.select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// Adds the person, or brings their name, address, department, clearance and activity up to date.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, person: &NewPerson) -> Result<PersonId, StorageError> {
    let insert = diesel::insert_into(people::table).values((
        people::ulid.eq(ulid_text(person.ulid)),
        people::login.eq(&person.login),
        people::name.eq(&person.name),
        people::email.eq(&person.email),
        people::department.eq(&person.department),
        people::clearance.eq(i32::from(person.clearance)),
        people::language.eq(&person.language),
        people::active.eq(person.active),
        people::created_at.eq(moment(person.created_at)),
    ));
    let update = "(login) DO UPDATE SET name = excluded.name, email = excluded.email, \
                  department = excluded.department, clearance = excluded.clearance, active = excluded.active";
    OnConflict(insert, update).execute(conn)?;
    Ok(people::table
        .filter(people::login.eq(&person.login))
        .select(people::id)
        .first(conn)?)
}

/// The account with this login.
///
/// # Errors
/// The database's own failure.
pub fn by_login(conn: &mut Connection, login: &str) -> Result<Option<Account>, StorageError> {
    Ok(people::table
        .filter(people::login.eq(login))
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// The account with this key.
///
/// # Errors
/// The database's own failure.
pub fn account(conn: &mut Connection, id: PersonId) -> Result<Option<Account>, StorageError> {
    Ok(people::table
        .find(id)
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// Sets the hash of the password, or takes it away. Answers whether there is such a person.
///
/// # Errors
/// The database's own failure.
pub fn set_password(
    conn: &mut Connection,
    id: PersonId,
    hash: Option<&str>,
) -> Result<bool, StorageError> {
    Ok(diesel::update(people::table.find(id))
        .set(people::password_hash.eq(hash))
        .execute(conn)?
        == 1)
}

/// Sets the language of pages and mail. Answers whether there is such a person.
///
/// # Errors
/// The database's own failure.
pub fn set_language(
    conn: &mut Connection,
    id: PersonId,
    language: &str,
) -> Result<bool, StorageError> {
    Ok(diesel::update(people::table.find(id))
        .set(people::language.eq(language))
        .execute(conn)?
        == 1)
}

/// Takes the person out of use, or back into it. Answers whether there is such a person.
///
/// # Errors
/// The database's own failure.
pub fn set_active(conn: &mut Connection, id: PersonId, active: bool) -> Result<bool, StorageError> {
    Ok(diesel::update(people::table.find(id))
        .set(people::active.eq(active))
        .execute(conn)?
        == 1)
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            email: row.email,
            department: row.department,
            clearance: row.clearance,
            active: row.active,
        }
    }
}

/// How many people there are.
///
/// # Errors
/// The database's own failure.
pub fn count(conn: &mut Connection) -> Result<i64, StorageError> {
    Ok(people::table.count().get_result(conn)?)
}
