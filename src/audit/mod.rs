//! The log that shows tampering: each case's chain of hashes, the Merkle tree over all events, and signed checkpoints.

pub mod anchor;
pub mod chain;
pub mod checkpoint;
mod digest;
pub mod merkle;
pub mod scan;

pub use chain::{GENESIS, Link};
pub use digest::{Algorithm, Hash};
