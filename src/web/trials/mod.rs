//! What is said of trials, on pages and on the command line alike: a walk, and tests that were played.

mod played;
mod walked;

pub use played::{act, differs, missing, parts};
pub use walked::{Leg, Told};

use crate::calendar::{Instant, beijing, day_and_time};
use crate::directory::Directory;
use crate::engine::Rejection;
use crate::messages::Language;
use crate::web::problem;

/// A time as people write it here.
#[must_use]
pub fn moment(at: Instant) -> String {
    beijing(at).format("%Y-%m-%d %H:%M").to_string()
}

/// A deadline: a day, when it is the end of one.
#[must_use]
pub fn deadline(at: Instant) -> String {
    match day_and_time(at) {
        (day, time) if time == "24:00" => day.to_string(),
        (day, time) => format!("{day} {time}"),
    }
}

/// Why the engine says no, with the fields that it is about.
#[must_use]
pub fn refused(rejection: &Rejection, directory: &Directory, language: Language) -> String {
    let Rejection::Answers(problems) = rejection else {
        return problem::refusal(rejection, language, Some(directory));
    };
    let each = problems.iter();
    let each = each.map(|one| format!("{}: {}", one.path, one.message(&language)));
    each.collect::<Vec<_>>().join(" ")
}
