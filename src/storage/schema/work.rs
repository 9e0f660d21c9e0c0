//! The tables about who works on what besides the tasks themselves.

diesel::table! {
    turns (workflow_key, line) {
        workflow_key -> Text,
        line -> Text,
        person_id -> BigInt,
    }
}
