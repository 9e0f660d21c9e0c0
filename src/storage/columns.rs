//! The pure floor's names as columns, and small conversions between rows and values.

use super::StorageError;
use super::connection::newtype_column;
use crate::directory::{DepartmentCode, PersonId, RoleCode};

newtype_column!(PersonId, BigInt, i64);
newtype_column!(DepartmentCode, Text, String);
newtype_column!(RoleCode, Text, String);

/// Whether nobody has a claim on a row now: there is none, it has ended, or it was made by a clock that was ahead.
macro_rules! unclaimed {
    ($table:ident, $now:expr) => {
        $table::lease_until
            .is_null()
            .or($table::lease_until.le($crate::storage::connection::moment_or_null(Some($now))))
            .or(
                $table::lease_until.gt($crate::storage::connection::moment_or_null(Some(
                    $now + $crate::storage::LONGEST_LEASE,
                ))),
            )
    };
}
pub(super) use unclaimed;

/// How many rows to ask for, to know whether there is another page.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit)
        .unwrap_or(i64::MAX - 1)
        .saturating_add(1)
}

/// The answer to a guarded update: a row that was not touched had changed meanwhile.
pub(super) fn one_row(touched: usize) -> Result<(), StorageError> {
    if touched == 0 {
        return Err(StorageError::Conflict);
    }
    Ok(())
}
