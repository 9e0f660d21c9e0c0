//! Telling other programs of changes: the event that they are told, what signs it, and the request that brings it.

mod call;
mod event;
mod signature;

pub use call::{Call, Caller, Fault, PATIENCE, Unusable};
pub use event::Change;
pub use signature::sign;
