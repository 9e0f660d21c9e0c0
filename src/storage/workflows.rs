//! Table `workflow_versions`: definitions as proposed, in force and retired. A version never changes.

use diesel::dsl::max;
use diesel::prelude::*;

use super::columns::one_row;
use super::connection::{MultiBackend, cols, moment, moment_or_null, text_enum};
use super::schema::workflow_versions as versions;
use super::{Connection, StorageError};
use crate::calendar::Instant;
use crate::directory::PersonId;

/// Registers and policies have versions as well, under keys with a colon, which no workflow has.
const OTHERS: &str = "%:%";

text_enum! {
    /// Where a version stands.
    VersionStatus {
        /// Waiting for a second person.
        Proposed = "proposed",
        /// New cases start on it.
        Current = "current",
        /// Only cases that started on it still run on it.
        Retired = "retired",
    }
}

/// A version of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = versions, check_for_backend(MultiBackend))]
pub struct WorkflowVersion {
    /// The key.
    pub id: i64,
    /// The workflow's key, such as `data-sharing`.
    pub key: String,
    /// Counts from 1 for each workflow.
    #[diesel(deserialize_as = i64)]
    pub version: u32,
    /// Names the content.
    pub digest: String,
    /// The workflow's name in Chinese.
    pub title: String,
    /// The YAML.
    pub source: String,
    /// Where it stands.
    pub status: VersionStatus,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Instant,
    /// Who put it in force.
    pub confirmed_by: Option<PersonId>,
    /// When.
    pub confirmed_at: Option<Instant>,
    /// Who gave up the proposal, by withdrawing it or by proposing another.
    pub withdrawn_by: Option<PersonId>,
    /// When.
    pub withdrawn_at: Option<Instant>,
}

/// A version to be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// The workflow's key.
    pub key: String,
    /// Names the content.
    pub digest: String,
    /// The workflow's name in Chinese.
    pub title: String,
    /// The YAML.
    pub source: String,
    /// Who proposes it.
    pub by: PersonId,
    /// When.
    pub at: Instant,
}

/// Stores a proposal; an earlier one of the same workflow is given up.
///
/// # Errors
/// [`StorageError::Duplicate`] when somebody else proposes at the same moment.
pub fn propose(conn: &mut Connection, new: &NewVersion) -> Result<WorkflowVersion, StorageError> {
    give_up(conn, &new.key, new.by, new.at)?;
    let last: Option<i64> = versions::table
        .filter(versions::key.eq(&new.key))
        .select(max(versions::version))
        .first(conn)?;
    Ok(diesel::insert_into(versions::table)
        .values((
            versions::key.eq(&new.key),
            versions::version.eq(last.unwrap_or(0) + 1),
            versions::digest.eq(&new.digest),
            versions::title.eq(&new.title),
            versions::source.eq(&new.source),
            versions::status.eq(VersionStatus::Proposed),
            versions::proposed_by.eq(new.by),
            versions::proposed_at.eq(moment(new.at)),
        ))
        .returning(cols::<WorkflowVersion>())
        .get_result(conn)?)
}

/// Gives up the proposal of a workflow. Answers whether there was one.
///
/// # Errors
/// The database's own failure.
pub fn give_up(
    conn: &mut Connection,
    key: &str,
    by: PersonId,
    at: Instant,
) -> Result<bool, StorageError> {
    let touched = diesel::update(with_status(key, VersionStatus::Proposed))
        .set((
            versions::status.eq(VersionStatus::Retired),
            versions::withdrawn_by.eq(Some(by)),
            versions::withdrawn_at.eq(moment_or_null(Some(at))),
        ))
        .execute(conn)?;
    Ok(0 < touched)
}

/// Puts a proposal in force; the version in force until now retires. That a second person does it is the caller's rule.
///
/// # Errors
/// [`StorageError::Conflict`] when it is no proposal any more.
pub fn confirm(
    conn: &mut Connection,
    id: i64,
    by: PersonId,
    at: Instant,
) -> Result<(), StorageError> {
    let key: String = versions::table.find(id).select(versions::key).first(conn)?;
    diesel::update(with_status(&key, VersionStatus::Current))
        .set(versions::status.eq(VersionStatus::Retired))
        .execute(conn)?;
    let touched = diesel::update(
        versions::table
            .find(id)
            .filter(versions::status.eq(VersionStatus::Proposed)),
    )
    .set((
        versions::status.eq(VersionStatus::Current),
        versions::confirmed_by.eq(Some(by)),
        versions::confirmed_at.eq(moment_or_null(Some(at))),
    ))
    .execute(conn)?;
    one_row(touched)
}

/// The version in force.
///
/// # Errors
/// The database's own failure.
pub fn current(conn: &mut Connection, key: &str) -> Result<Option<WorkflowVersion>, StorageError> {
    Ok(with_status(key, VersionStatus::Current)
        .select(WorkflowVersion::as_select())
        .first(conn)
        .optional()?)
}

/// The version that waits for a second person.
///
/// # Errors
/// The database's own failure.
pub fn proposed(conn: &mut Connection, key: &str) -> Result<Option<WorkflowVersion>, StorageError> {
    Ok(with_status(key, VersionStatus::Proposed)
        .select(WorkflowVersion::as_select())
        .first(conn)
        .optional()?)
}

/// The version with this key.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, id: i64) -> Result<Option<WorkflowVersion>, StorageError> {
    Ok(versions::table
        .find(id)
        .select(WorkflowVersion::as_select())
        .first(conn)
        .optional()?)
}

/// The version of a workflow with this number.
///
/// # Errors
/// The database's own failure.
pub fn numbered(
    conn: &mut Connection,
    key: &str,
    version: u32,
) -> Result<Option<WorkflowVersion>, StorageError> {
    Ok(versions::table
        .filter(versions::key.eq(key))
        .filter(versions::version.eq(i64::from(version)))
        .select(WorkflowVersion::as_select())
        .first(conn)
        .optional()?)
}

/// The keys of all workflows, whatever became of their versions.
///
/// # Errors
/// The database's own failure.
pub fn keys(conn: &mut Connection) -> Result<Vec<String>, StorageError> {
    Ok(versions::table
        .filter(versions::key.not_like(OTHERS))
        .select(versions::key)
        .distinct()
        .order(versions::key)
        .load(conn)?)
}

/// The keys that begin with a prefix that ends with a colon: of registers, of policies.
///
/// # Errors
/// The database's own failure.
pub fn keys_with(conn: &mut Connection, prefix: &str) -> Result<Vec<String>, StorageError> {
    Ok(versions::table
        .filter(versions::key.gt(prefix))
        .filter(versions::key.lt(past(prefix)))
        .select(versions::key)
        .distinct()
        .order(versions::key)
        .load(conn)?)
}

/// The versions in force whose keys begin with a prefix that ends with a colon.
///
/// # Errors
/// The database's own failure.
pub fn current_with(
    conn: &mut Connection,
    prefix: &str,
) -> Result<Vec<WorkflowVersion>, StorageError> {
    Ok(versions::table
        .filter(versions::key.gt(prefix))
        .filter(versions::key.lt(past(prefix)))
        .filter(versions::status.eq(VersionStatus::Current))
        .order(versions::key)
        .select(WorkflowVersion::as_select())
        .load(conn)?)
}

/// The least text beyond all that begin with a prefix: a semicolon follows the colon.
fn past(prefix: &str) -> String {
    prefix.replace(':', ";")
}

/// All versions in force, by workflow.
///
/// # Errors
/// The database's own failure.
pub fn all_current(conn: &mut Connection) -> Result<Vec<WorkflowVersion>, StorageError> {
    Ok(versions::table
        .filter(versions::key.not_like(OTHERS))
        .filter(versions::status.eq(VersionStatus::Current))
        .order(versions::key)
        .select(WorkflowVersion::as_select())
        .load(conn)?)
}

/// All versions of a workflow, newest first.
///
/// # Errors
/// The database's own failure.
pub fn versions(conn: &mut Connection, key: &str) -> Result<Vec<WorkflowVersion>, StorageError> {
    Ok(versions::table
        .filter(versions::key.eq(key))
        .order(versions::version.desc())
        .select(WorkflowVersion::as_select())
        .load(conn)?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_status<'a>(key: &'a str, status: VersionStatus) -> _ {
    versions::table
        .filter(versions::key.eq(key))
        .filter(versions::status.eq(status))
}
