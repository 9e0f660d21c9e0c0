//! The tables about who works on what besides the tasks themselves.

use super::column_types;

diesel::table! {
    turns (workflow_key, line) {
        workflow_key -> Text,
        line -> Text,
        person_id -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    opinions (case_id, person_id, stage, asks) {
        case_id -> BigInt,
        person_id -> BigInt,
        stage -> Text,
        asks -> Text,
        comment -> Nullable<Text>,
        answers -> JsonDoc,
        sealed -> Nullable<JsonDoc>,
        saved_at -> Moment,
    }
}
