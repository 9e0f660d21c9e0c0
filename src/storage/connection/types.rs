//! Column types that read the same on both databases: instants, documents, ULIDs, and names over text and numbers.

use chrono::NaiveDateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::internal::derives::as_expression::Bound;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, Nullable, SqlOrd, SqlType, Text};
use diesel::sqlite::Sqlite;
use serde_json::Value;
use ulid::Ulid;

use super::MultiBackend;
use crate::calendar::Instant;

#[cfg(feature = "postgres")]
use diesel::pg::Pg;

/// An instant: TIMESTAMPTZ, or text that sorts as time does.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(name = "timestamptz", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Moment;

/// A document: JSONB, or text.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(name = "jsonb", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Text"))]
pub struct JsonDoc;

/// A ULID as text of 26 characters.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(name = "text", schema = "pg_catalog"))]
#[diesel(sqlite_type(name = "Text"))]
pub struct UlidText;

impl SqlOrd for Moment {}

// The SQL types are ours, so that the plain types of chrono, serde_json and ulid can be read without a wrapper. To be
// written they are bound by the functions below.
macro_rules! column_type {
    ($rust:ty, $sql:ty) => {
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                MultiBackend::lookup_sql_type::<$sql>(lookup)
            }
        }

        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(
                value: <MultiBackend as Backend>::RawValue<'_>,
            ) -> deserialize::Result<Self> {
                value.from_sql::<$rust, $sql>()
            }
        }

        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(IsNull::No)
            }
        }
    };
}

column_type!(Instant, Moment);
column_type!(Value, JsonDoc);
column_type!(Ulid, UlidText);

impl<DB> Queryable<UlidText, DB> for Ulid
where
    DB: Backend,
    Ulid: FromSql<UlidText, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// An instant as a value in a statement.
pub(crate) fn moment(at: Instant) -> Bound<Moment, Instant> {
    Bound::new(at)
}

/// What [`moment_or_null`] makes.
pub(crate) type MaybeMoment = Bound<Nullable<Moment>, Option<Instant>>;

/// An instant that may be missing.
pub(crate) fn moment_or_null(at: Option<Instant>) -> MaybeMoment {
    Bound::new(at)
}

/// A document as a value in a statement.
pub(crate) fn json<D: std::borrow::Borrow<Value>>(document: D) -> Bound<JsonDoc, D> {
    Bound::new(document)
}

/// A document that may be missing.
pub(crate) fn json_or_null(document: Option<&Value>) -> Bound<Nullable<JsonDoc>, Option<&Value>> {
    Bound::new(document)
}

/// A ULID as a value in a statement.
pub(crate) fn ulid_text(ulid: Ulid) -> Bound<UlidText, Ulid> {
    Bound::new(ulid)
}

const ON_SQLITE: &str = "%Y-%m-%d %H:%M:%S%.6f";

impl FromSql<Moment, Sqlite> for Instant {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f")?.and_utc())
    }
}

impl ToSql<Moment, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.naive_utc().format(ON_SQLITE).to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<JsonDoc, Sqlite> for Value {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(serde_json::from_str(&text)?)
    }
}

impl ToSql<JsonDoc, Sqlite> for Value {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<UlidText, Sqlite> for Ulid {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Ulid::from_string(
            &<String as FromSql<Text, Sqlite>>::from_sql(value)?,
        )?)
    }
}

impl ToSql<UlidText, Sqlite> for Ulid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::sql_types::{Jsonb, Timestamptz};

    use super::*;

    impl FromSql<Moment, Pg> for Instant {
        fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
            FromSql::<Timestamptz, Pg>::from_sql(value)
        }
    }

    impl ToSql<Moment, Pg> for Instant {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            ToSql::<Timestamptz, Pg>::to_sql(self, out)
        }
    }

    impl FromSql<JsonDoc, Pg> for Value {
        fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
            FromSql::<Jsonb, Pg>::from_sql(value)
        }
    }

    impl ToSql<JsonDoc, Pg> for Value {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            ToSql::<Jsonb, Pg>::to_sql(self, out)
        }
    }

    impl FromSql<UlidText, Pg> for Ulid {
        fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
            Ok(Ulid::from_string(
                &<String as FromSql<Text, Pg>>::from_sql(value)?,
            )?)
        }
    }

    impl ToSql<UlidText, Pg> for Ulid {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.to_string().as_bytes())?;
            Ok(IsNull::No)
        }
    }
}

/// Lets a name over one value, such as `PersonId(i64)`, be a column.
macro_rules! newtype_column {
    ($name:ident, $sql:ident, $inner:ty) => {
        $crate::storage::connection::as_column!($name, $sql);

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::$sql, DB> for $name
        where
            DB: diesel::backend::Backend,
            $inner: diesel::deserialize::FromSql<diesel::sql_types::$sql, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self(<$inner>::from_sql(value)?))
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::$sql, DB> for $name
        where
            DB: diesel::backend::Backend,
            $inner: diesel::serialize::ToSql<diesel::sql_types::$sql, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.0.to_sql(out)
            }
        }
    };
}

/// A closed set of words in a text column: the enum, its words, and its place in a row.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
        }

        impl $name {
            /// The word in the table.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The word as a literal. A database uses a partial index only where it can read the condition in the
            /// statement itself.
            #[allow(dead_code, reason = "not every table has such an index")]
            pub(super) fn literal(self) -> diesel::expression::SqlLiteral<diesel::sql_types::Text> {
                diesel::dsl::sql(match self {
                    $(Self::$variant => concat!("'", $word, "'"),)+
                })
            }
        }

        $crate::storage::connection::as_column!($name, Text);

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                match String::from_sql(value)?.as_str() {
                    $($word => Ok(Self::$variant),)+
                    other => Err(format!("`{other}` is no {}", stringify!($name)).into()),
                }
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }
    };
}

/// What every type of ours needs to stand in an expression and in a row.
macro_rules! as_column {
    ($name:ident, $sql:ident) => {
        impl diesel::expression::AsExpression<diesel::sql_types::$sql> for $name {
            type Expression =
                diesel::internal::derives::as_expression::Bound<diesel::sql_types::$sql, Self>;

            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }

        impl<'a> diesel::expression::AsExpression<diesel::sql_types::$sql> for &'a $name {
            type Expression =
                diesel::internal::derives::as_expression::Bound<diesel::sql_types::$sql, Self>;

            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }

        impl<DB> diesel::deserialize::Queryable<diesel::sql_types::$sql, DB> for $name
        where
            DB: diesel::backend::Backend,
            $name: diesel::deserialize::FromSql<diesel::sql_types::$sql, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> diesel::deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

pub(crate) use {as_column, newtype_column, text_enum};
