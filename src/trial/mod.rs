//! Trials of a definition: an office on paper in which its cases run on a clock moved by hand.
//!
//! On it stand the tests beside a definition ([`script`], [`play`], [`coverage`]), the walk of one case ([`walk`]) and the
//! run of many ([`crowd`]). All of it is pure: files are read and answers are printed by whoever asks.

mod agent;
mod compare;
pub mod coverage;
pub mod crowd;
mod made_up;
mod office;
mod play;
mod request;
pub mod script;
mod setting;
mod timeline;
mod walk;
pub mod words;

pub use agent::Deed;
pub use office::{By, Office, Running, calendar_named};
pub use play::{Difference, Failed, Played, Seen, Taken, play};
pub use request::{Request, Wanted, read_request};
pub use setting::Setting;
pub use timeline::timeline;
pub use walk::{Asked, Due, How, Pace, Reached, Stop, Visit, Walk, Way, walk};
