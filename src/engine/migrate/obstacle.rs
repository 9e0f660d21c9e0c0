//! Why a case cannot move to another version: values with words, told by the dry run.

use crate::engine::Rejection;
use crate::workflow::{Id, Place};

/// Something in the way. Places are those of the version that the case runs on, unless said otherwise.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Obstacle {
    /// Only a running case moves.
    #[error("the case is closed")]
    NotOpen,
    /// Nobody manages a case of their own.
    #[error("whoever filed the case does not move it")]
    OwnCase,
    /// What is open has nothing to go on in.
    #[error("`{0}` is open and has no counterpart")]
    NoCounterpart(Place),
    /// It is something else in the new version: a block, or a stage that asks for something else.
    #[error("`{0}` is open and of another kind in the new version")]
    OtherKind(Place),
    /// It stands in other blocks.
    #[error("`{0}` is open and stands in other blocks in the new version")]
    OtherBlocks(Place),
    /// Somebody is asked for a seat that is gone.
    #[error("the seat {seat} of `{stage}` waits for an answer and is gone")]
    SeatGone {
        /// The stage.
        stage: Place,
        /// Its name, or its number from 1.
        seat: String,
    },
    /// The open stage asks for a seat that nobody was asked for.
    #[error("`{stage}` is open and was not asked for the new seat {seat}")]
    SeatAdded {
        /// The stage.
        stage: Place,
        /// Its name, or its number from 1.
        seat: String,
    },
    /// A supplement is out, and the new version does not know any at this stage.
    #[error("a supplement to `{0}` is out")]
    SupplementOut(Place),
    /// A supplement is out for a field that is gone.
    #[error("a supplement is out for the field `{0}`, which is gone")]
    SupplementField(String),
    /// The run is to come back to what has no counterpart.
    #[error("the run is to come back to `{0}`, which has no counterpart")]
    NoWayBack(Place),
    /// A stage of the new version, required by law, lies behind the case.
    #[error("`{0}` is required by law and would be left out")]
    StatuteLeftOut(Id),
    /// A statutory clock runs, and the new version sets none there.
    #[error("the statutory clock of `{0}` has no counterpart")]
    StatutoryClock(Place),
    /// Somebody is to decide about more time for a clock, which the new version does not extend.
    #[error("more time was asked for at `{0}`, which the new version does not give")]
    ExtensionPending(Place),
    /// A field that had to be answered by now is not.
    #[error("the new version asks for `{0}`, which was not answered")]
    FieldMissing(String),
    /// An answered field is kept in another way.
    #[error("the answer to `{0}` is of another type or kept in another way")]
    FieldChanged(String),
    /// A guard of the new version fails.
    #[error("a guard fails: {0}")]
    Guard(String),
    /// The engine refuses to go on.
    #[error(transparent)]
    Rejected(Rejection),
}

impl Obstacle {
    /// A word for messages.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOpen => "not_open",
            Self::OwnCase => "own_case",
            Self::NoCounterpart(_) => "no_counterpart",
            Self::OtherKind(_) => "other_kind",
            Self::OtherBlocks(_) => "other_blocks",
            Self::SeatGone { .. } => "seat_gone",
            Self::SeatAdded { .. } => "seat_added",
            Self::SupplementOut(_) => "supplement_out",
            Self::SupplementField(_) => "supplement_field",
            Self::NoWayBack(_) => "no_way_back",
            Self::StatuteLeftOut(_) => "statute_left_out",
            Self::StatutoryClock(_) => "statutory_clock",
            Self::ExtensionPending(_) => "extension_pending",
            Self::FieldMissing(_) => "field_missing",
            Self::FieldChanged(_) => "field_changed",
            Self::Guard(_) => "guard",
            Self::Rejected(_) => "rejected",
        }
    }
}
