//! The data directory's history, files that wait for a yes, and which cases name which resources.

use super::column_types;

diesel::table! {
    use super::column_types::*;

    resource_versions (resource_id, version) {
        resource_id -> BigInt,
        version -> BigInt,
        source -> Text,
        person_id -> Nullable<BigInt>,
        case_id -> Nullable<BigInt>,
        at -> Moment,
        was -> Nullable<JsonDoc>,
        document -> JsonDoc,
    }
}

diesel::table! {
    use super::column_types::*;

    resource_imports (person_id) {
        person_id -> BigInt,
        digest -> Text,
        name -> Text,
        document -> JsonDoc,
        at -> Moment,
    }
}

diesel::table! {
    case_resources (resource, case_id) {
        resource -> Text,
        case_id -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    rechecks (case_id) {
        case_id -> BigInt,
        since -> Moment,
    }
}
