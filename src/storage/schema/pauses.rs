//! The table that says that nothing may leave.

use super::column_types;

diesel::table! {
    use super::column_types::*;

    outbox_pauses (id) {
        id -> Integer,
        since -> Moment,
        backup_at -> Moment,
    }
}
