//! The tables of the log over all events.

use super::column_types;

diesel::table! {
    log_state (id) {
        id -> Integer,
        algorithm -> Text,
        size -> BigInt,
        edge -> Binary,
        settled_event -> BigInt,
        mark_event -> Nullable<BigInt>,
        mark_transaction -> Nullable<BigInt>,
    }
}

diesel::table! {
    log_leaves (position) {
        position -> BigInt,
        event_id -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    log_nodes (level, place) {
        level -> Integer,
        place -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use super::column_types::*;

    checkpoints (size) {
        size -> BigInt,
        note -> Text,
        at -> Moment,
        anchored_at -> Nullable<Moment>,
    }
}
