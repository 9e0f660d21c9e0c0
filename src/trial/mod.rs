//! Trials of a definition: an office on paper in which its cases run on a clock moved by hand.
//!
//! On it stand the tests beside a definition ([`script`], [`play`], [`coverage`]), the walk of one case ([`walk`]) and the
//! run of many ([`crowd`]). All of it is pure: files are read and answers are printed by whoever asks.

mod compare;
pub mod coverage;
mod office;
mod play;
pub mod script;
mod setting;
mod timeline;

pub use office::{By, Office, Running, calendar_named};
pub use play::{Difference, Failed, Played, Seen, Taken, play};
pub use setting::Setting;
pub use timeline::timeline;
