//! The table of mails that were settled long ago.

use super::column_types;

diesel::table! {
    use super::column_types::*;

    outbox_archive (id) {
        id -> BigInt,
        ulid -> UlidText,
        kind -> Text,
        notice -> Text,
        case_id -> Nullable<BigInt>,
        task_id -> Nullable<BigInt>,
        recipient_id -> BigInt,
        params -> JsonDoc,
        message_id -> Text,
        state -> Text,
        available_at -> Moment,
        attempts -> Integer,
        last_error -> Nullable<Text>,
        created_at -> Moment,
        sent_at -> Nullable<Moment>,
        deliver_until -> Moment,
    }
}
