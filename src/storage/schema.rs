//! Tables and columns as diesel sees them, the same for both databases; a test reads every column on each.

#![allow(missing_docs)]

mod archive;
mod catalogue;
mod log;
mod pauses;
mod registers;
mod webhooks;
mod work;

pub use archive::outbox_archive;
pub use catalogue::{case_resources, rechecks, resource_imports, resource_versions};
pub use log::{checkpoints, log_leaves, log_nodes, log_state};
pub use pauses::outbox_pauses;
pub use registers::{
    register_dates, register_departments, register_entries, register_history, register_marks,
    register_rounds, register_terms, register_values,
};
pub use webhooks::{webhook_messages, webhook_stops};
pub use work::{opinions, turns};

/// Diesel's types and ours, for the tables that have both.
mod column_types {
    pub(super) use crate::storage::connection::{JsonDoc, Moment, UlidText};
    pub(super) use diesel::sql_types::*;
}

diesel::table! {
    roles (code) {
        code -> Text,
        title -> Text,
        title_en -> Text,
        leads -> Bool,
        region -> Bool,
    }
}

diesel::table! {
    departments (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        short_name -> Text,
        parent -> Nullable<Text>,
        region -> Text,
        level -> Text,
        authority -> Nullable<Text>,
        active -> Bool,
    }
}

diesel::table! {
    use super::column_types::*;

    people (id) {
        id -> BigInt,
        ulid -> UlidText,
        login -> Text,
        name -> Text,
        email -> Text,
        department -> Text,
        clearance -> Integer,
        password_hash -> Nullable<Text>,
        language -> Text,
        active -> Bool,
        created_at -> Moment,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        person_id -> BigInt,
        role -> Text,
        department -> Text,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    use super::column_types::*;

    substitutes (id) {
        id -> BigInt,
        ulid -> UlidText,
        person_id -> BigInt,
        substitute_id -> BigInt,
        role -> Text,
        department -> Text,
        valid_from -> Date,
        valid_until -> Date,
        named_by -> BigInt,
        named_at -> Moment,
        ended_by -> Nullable<BigInt>,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    directory_state (id) {
        id -> Integer,
        revision -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    resources (id) {
        id -> BigInt,
        code -> Text,
        title -> Text,
        provider -> Text,
        summary -> Text,
        sharing -> Text,
        conditions -> JsonDoc,
        method -> Text,
        cycle -> Text,
        format -> Text,
        level -> Integer,
        open -> Text,
        active -> Bool,
        document -> JsonDoc,
    }
}

diesel::table! {
    use super::column_types::*;

    resource_items (id) {
        id -> BigInt,
        resource_id -> BigInt,
        code -> Text,
        title -> Text,
        kind -> Text,
        length -> Nullable<Integer>,
        level -> Integer,
        personal -> Bool,
        sensitive -> Bool,
        sharing -> Text,
        conditions -> JsonDoc,
        position -> BigInt,
    }
}

diesel::table! {
    resource_terms (term, resource_id) {
        term -> Text,
        resource_id -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    workflow_versions (id) {
        id -> BigInt,
        key -> Text,
        version -> BigInt,
        digest -> Text,
        title -> Text,
        source -> Text,
        status -> Text,
        proposed_by -> BigInt,
        proposed_at -> Moment,
        confirmed_by -> Nullable<BigInt>,
        confirmed_at -> Nullable<Moment>,
        withdrawn_by -> Nullable<BigInt>,
        withdrawn_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use super::column_types::*;

    workflow_drafts (key, author_id) {
        key -> Text,
        author_id -> BigInt,
        source -> Text,
        revision -> BigInt,
        saved_at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    cases (id) {
        id -> BigInt,
        ulid -> UlidText,
        number -> Nullable<Text>,
        workflow_key -> Text,
        version_id -> BigInt,
        status -> Text,
        outcome -> Nullable<Text>,
        end_id -> Nullable<Text>,
        title -> Text,
        applicant_id -> BigInt,
        department -> Text,
        authority -> Text,
        snapshot -> JsonDoc,
        revision -> BigInt,
        level -> Integer,
        due_at -> Nullable<Moment>,
        awaiting -> Nullable<Text>,
        submitted_at -> Moment,
        updated_at -> Moment,
        ended_at -> Nullable<Moment>,
        hold -> Bool,
        keep_until -> Nullable<Date>,
    }
}

diesel::table! {
    use super::column_types::*;

    drafts (id) {
        id -> BigInt,
        ulid -> UlidText,
        workflow_key -> Text,
        author_id -> BigInt,
        department -> Text,
        title -> Text,
        answers -> JsonDoc,
        sealed -> Nullable<JsonDoc>,
        from_case -> Nullable<BigInt>,
        revision -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        submitted_case -> Nullable<BigInt>,
    }
}

diesel::table! {
    use super::column_types::*;

    events (id) {
        id -> BigInt,
        case_id -> BigInt,
        seq -> BigInt,
        kind -> Text,
        body -> Text,
        actor_id -> Nullable<BigInt>,
        on_behalf_id -> Nullable<BigInt>,
        channel -> Text,
        at -> Moment,
        version_id -> BigInt,
        algorithm -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    use super::column_types::*;

    participants (case_id, addressee, reason) {
        case_id -> BigInt,
        addressee -> Text,
        reason -> Text,
        since -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    copies (case_id, person_id, reason) {
        case_id -> BigInt,
        person_id -> BigInt,
        reason -> Text,
        at -> Moment,
        read_at -> Nullable<Moment>,
    }
}

diesel::table! {
    search_terms (term, case_id) {
        term -> Text,
        case_id -> BigInt,
    }
}

diesel::table! {
    number_counters (workflow_key, authority, year) {
        workflow_key -> Text,
        authority -> Text,
        year -> Integer,
        next -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    tasks (id) {
        id -> BigInt,
        ulid -> UlidText,
        case_id -> BigInt,
        number -> BigInt,
        stage -> Text,
        stage_title -> Text,
        round -> BigInt,
        seat -> Nullable<Text>,
        asks -> Text,
        state -> Text,
        person_id -> Nullable<BigInt>,
        post -> Nullable<Text>,
        due_at -> Nullable<Moment>,
        law -> Bool,
        level -> Integer,
        created_at -> Moment,
        settled_at -> Nullable<Moment>,
        settled_by -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        revision -> BigInt,
    }
}

diesel::table! {
    use super::column_types::*;

    task_offers (task_id, addressee) {
        task_id -> BigInt,
        addressee -> Text,
        due_sort -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    timers (case_id) {
        case_id -> BigInt,
        fire_at -> Moment,
        available_at -> Moment,
        attempts -> Integer,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Moment>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use super::column_types::*;

    calendars (name) {
        name -> Text,
        revision -> BigInt,
        imported_at -> Moment,
    }
}

diesel::table! {
    calendar_days (calendar, day) {
        calendar -> Text,
        day -> Date,
        kind -> Text,
        name -> Text,
    }
}

diesel::table! {
    use super::column_types::*;

    outbox (id) {
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

    action_links (id) {
        id -> BigInt,
        token_hash -> Text,
        person_id -> BigInt,
        case_id -> BigInt,
        task_id -> BigInt,
        round -> BigInt,
        actions -> JsonDoc,
        mail_id -> Nullable<BigInt>,
        key_id -> Text,
        expires_at -> Moment,
        state -> Text,
        used_at -> Nullable<Moment>,
        revoked_at -> Nullable<Moment>,
        revoked_why -> Nullable<Text>,
        created_at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    mailbox (id) {
        id -> BigInt,
        message_id -> Text,
        recipient -> Text,
        subject -> Text,
        headers -> Text,
        html -> Text,
        text -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    sessions (id_hash) {
        id_hash -> Text,
        person_id -> BigInt,
        csrf -> Text,
        created_at -> Moment,
        seen_at -> Moment,
        expires_at -> Moment,
        source -> Text,
    }
}

diesel::table! {
    use super::column_types::*;

    api_tokens (hash) {
        hash -> Text,
        person_id -> BigInt,
        name -> Text,
        created_at -> Moment,
        expires_at -> Moment,
        revoked_at -> Nullable<Moment>,
        last_used -> Nullable<Moment>,
    }
}

diesel::table! {
    use super::column_types::*;

    login_attempts (id) {
        id -> BigInt,
        key -> Text,
        failures -> Integer,
        day -> Date,
        last_at -> Moment,
        blocked_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use super::column_types::*;

    idempotency_keys (person_id, key) {
        person_id -> BigInt,
        key -> Text,
        digest -> Text,
        status -> Nullable<Integer>,
        case_id -> Nullable<BigInt>,
        ulid -> Nullable<Text>,
        revision -> Nullable<BigInt>,
        created_at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    resendings (id) {
        id -> BigInt,
        queue -> Text,
        message -> UlidText,
        person_id -> BigInt,
        at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    personal_values (id) {
        id -> BigInt,
        ulid -> UlidText,
        owner -> Text,
        case_id -> Nullable<BigInt>,
        draft_id -> Nullable<BigInt>,
        field -> Text,
        salt -> Nullable<Binary>,
        envelope -> Nullable<Binary>,
        key_id -> Text,
        digest -> Text,
        created_at -> Moment,
        erased_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use super::column_types::*;

    attachments (id) {
        id -> BigInt,
        ulid -> UlidText,
        case_id -> Nullable<BigInt>,
        draft_id -> Nullable<BigInt>,
        uploader_id -> BigInt,
        file_name -> Text,
        media_type -> Text,
        size -> BigInt,
        digest -> Text,
        stored_as -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use super::column_types::*;

    started_cases (parent_id, task) {
        parent_id -> BigInt,
        task -> BigInt,
        ulid -> UlidText,
    }
}

diesel::allow_tables_to_appear_in_same_query!(directory_state, sessions, api_tokens);
diesel::allow_tables_to_appear_in_same_query!(action_links, tasks);
diesel::joinable!(participants -> cases (case_id));
diesel::joinable!(tasks -> cases (case_id));
diesel::joinable!(register_entries -> cases (case_id));
diesel::allow_tables_to_appear_in_same_query!(
    cases,
    participants,
    search_terms,
    tasks,
    task_offers,
    copies,
    started_cases
);
diesel::allow_tables_to_appear_in_same_query!(
    cases,
    register_entries,
    register_departments,
    register_terms,
    register_dates,
    register_marks,
    register_values,
    register_history
);
diesel::joinable!(log_leaves -> events (event_id));
diesel::joinable!(events -> cases (case_id));
diesel::allow_tables_to_appear_in_same_query!(log_leaves, events, cases);
diesel::allow_tables_to_appear_in_same_query!(resources, resource_terms, resource_items);
diesel::allow_tables_to_appear_in_same_query!(case_resources, cases);
diesel::allow_tables_to_appear_in_same_query!(case_resources, participants);
diesel::allow_tables_to_appear_in_same_query!(resources, resource_versions);
