//! The tables of registers.

use super::column_types;

diesel::table! {
    use super::column_types::*;

    register_entries (id) {
        id -> BigInt,
        ulid -> UlidText,
        register -> Text,
        case_id -> BigInt,
        entry -> Text,
        department -> Text,
        status -> Nullable<Text>,
        document -> JsonDoc,
        opened_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    register_values (entry_id, value) {
        entry_id -> BigInt,
        register -> Text,
        department -> Text,
        value -> Text,
    }
}

diesel::table! {
    register_departments (entry_id, department) {
        entry_id -> BigInt,
        register -> Text,
        department -> Text,
    }
}

diesel::table! {
    register_terms (term, entry_id) {
        term -> Text,
        entry_id -> BigInt,
    }
}

diesel::table! {
    register_dates (entry_id, field) {
        entry_id -> BigInt,
        field -> Text,
        register -> Text,
        day -> Date,
    }
}

diesel::table! {
    use super::column_types::*;

    register_history (entry_id, event) {
        entry_id -> BigInt,
        event -> BigInt,
        status -> Text,
        person_id -> Nullable<BigInt>,
        at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    register_marks (entry_id, field, day, mark) {
        entry_id -> BigInt,
        field -> Text,
        day -> Date,
        mark -> Text,
        at -> Moment,
        people -> BigInt,
        started -> Nullable<Text>,
    }
}

diesel::table! {
    register_rounds (register, field, mark) {
        register -> Text,
        field -> Text,
        mark -> Text,
        upto -> Date,
    }
}
