//! Ends of statements that diesel cannot say for both databases at once.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

use super::{Connection, MultiBackend};

/// The columns of `T`, for `returning`: `as_returning` does not work on two databases.
pub(crate) fn cols<T: Selectable<MultiBackend>>() -> T::SelectExpression {
    T::construct_selection()
}

/// A select whose rows are locked until the transaction ends, passing over those that others have locked. On SQLite a
/// write transaction is alone anyway.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SkipLocked<Q>(pub(crate) Q);

/// A select whose rows are locked until the transaction ends, waiting for those that others have locked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForUpdate<Q>(pub(crate) Q);

/// An insert and what to do where the row is there already: `ON CONFLICT` reads the same on both databases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnConflict<Q>(pub(crate) Q, pub(crate) &'static str);

/// A statement of which nothing varies but its values. Databases plan it once and keep the plan, which diesel leaves out for
/// updates and for inserts of several rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<Q>(pub(crate) Q);

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, Conn> RunQueryDsl<Conn> for Kept<Q> {}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Kept<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

macro_rules! ends_with {
    ($name:ident, |$this:ident, $out:ident| $end:expr) => {
        impl<Q: Query> Query for $name<Q> {
            type SqlType = Q::SqlType;
        }

        impl<Q> QueryId for $name<Q> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<Q> RunQueryDsl<Connection> for $name<Q> {}

        impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for $name<Q> {
            fn walk_ast<'b>(&'b self, mut $out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
                let $this = self;
                $this.0.walk_ast($out.reborrow())?;
                $end;
                Ok(())
            }
        }
    };
}

ends_with!(SkipLocked, |this, out| if has_row_locks(&out) {
    out.push_sql(" FOR UPDATE SKIP LOCKED");
});
// The key stays: whoever only writes a row that points to this one need not wait, and cannot be waited for in a circle.
ends_with!(ForUpdate, |this, out| if has_row_locks(&out) {
    out.push_sql(" FOR NO KEY UPDATE");
});
ends_with!(OnConflict, |this, out| {
    out.push_sql(" ON CONFLICT ");
    out.push_sql(this.1);
});

fn has_row_locks(out: &AstPass<'_, '_, MultiBackend>) -> bool {
    !matches!(out.backend(), MultiBackend::Sqlite(_))
}
