//! The tables of what other programs are told.

use super::column_types;

diesel::table! {
    use super::column_types::*;

    webhook_messages (id) {
        id -> BigInt,
        ulid -> UlidText,
        target -> Text,
        register -> Text,
        entry_id -> BigInt,
        sequence -> BigInt,
        body -> Text,
        state -> Text,
        available_at -> Moment,
        attempts -> Integer,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Moment>,
        last_error -> Nullable<Text>,
        created_at -> Moment,
        sent_at -> Nullable<Moment>,
        deliver_until -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    webhook_stops (target) {
        target -> Text,
        at -> Moment,
    }
}
