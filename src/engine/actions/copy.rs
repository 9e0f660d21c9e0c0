//! Copy (抄送): people who are named may read the case, and their reading is noted. It asks nothing of them.

use super::{ActionRule, text_of};
use crate::directory::PersonId;
use crate::engine::involve::Why;
use crate::engine::run::Run;
use crate::engine::{
    Event, Input, Party, Rejection, Right, Situation, Status, TaskId, naming, people,
};

/// The most people of one copy.
pub const MOST_COPIED: usize = 50;

/// A copy is not passed on by those who only got one.
const TAKING_PART: &[Why] = &[Why::Applicant, Why::Asked, Why::Acted, Why::Manages];

pub(super) struct Copy;

impl ActionRule for Copy {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.person()?;
        let takes_part = at.is_involved(TAKING_PART);
        if at.case.status == Status::Draft || at.is_denied(self.name()) || !takes_part {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn right(&self, at: &Situation<'_>, _: &Input) -> Right {
        at.right_by_part(TAKING_PART).unwrap_or(Right::Own)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let to = readers(&run.situation(), &input.people)?;
        run.record(Event::CopySent {
            to: to.into_iter().map(Party::Person).collect(),
            comment,
        });
        Ok(())
    }
}

/// The people named, each once; the data must not be above their clearance.
fn readers(at: &Situation<'_>, logins: &[String]) -> Result<Vec<PersonId>, Rejection> {
    let mut readers: Vec<PersonId> = Vec::new();
    for login in logins {
        let person = naming::somebody_else(at, login)?;
        people::clearance(at.case, person, at.context)
            .map_err(|why| naming::barred(person, why))?;
        if !readers.contains(&person) {
            readers.push(person);
        }
    }
    match readers.len() {
        0 => Err(Rejection::PeopleMissing),
        named if MOST_COPIED < named => Err(Rejection::TooManyPeople(named, MOST_COPIED)),
        _ => Ok(readers),
    }
}
