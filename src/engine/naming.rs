//! People whom an action names: found by login, and held to every bar of the task that they are to get.

use super::{Case, Party, Rejection, Situation, Task, people};
use crate::directory::PersonId;

/// The active person with this login, who is not the one that acts.
pub(super) fn somebody_else(at: &Situation<'_>, login: &str) -> Result<PersonId, Rejection> {
    let login = login.trim();
    let person = at
        .context
        .directory
        .by_login(login)
        .filter(|person| person.active)
        .ok_or_else(|| Rejection::UnknownPerson(login.to_owned()))?;
    if Some(person.id) == at.context.person() {
        return Err(Rejection::NamesOneself);
    }
    Ok(person.id)
}

/// Several people, each once; at least one, and no more than `most`.
pub(super) fn several(
    at: &Situation<'_>,
    logins: &[String],
    most: usize,
) -> Result<Vec<PersonId>, Rejection> {
    let mut people: Vec<PersonId> = Vec::new();
    for login in logins {
        let person = somebody_else(at, login)?;
        if !people.contains(&person) {
            people.push(person);
        }
    }
    match people.len() {
        0 => Err(Rejection::PeopleMissing),
        count if most < count => Err(Rejection::TooManyPeople(count, most)),
        _ => Ok(people),
    }
}

/// Whoever is to take a task over: nothing bars them, and no other seat of the round loses its only candidate to it.
pub(super) fn taker(at: &Situation<'_>, task: &Task, login: &str) -> Result<PersonId, Rejection> {
    let person = somebody_else(at, login)?;
    unbarred(at, task, person)?;
    let mut after = at.case.clone();
    if let Some(theirs) = after.tasks.iter_mut().find(|theirs| theirs.id == task.id) {
        theirs.hand_over(&[Party::Person(person)]);
    }
    fills_no_gap_with_another(at, &after, task, person)?;
    Ok(person)
}

/// Whether nothing bars this person from this task.
pub(super) fn unbarred(at: &Situation<'_>, task: &Task, person: PersonId) -> Result<(), Rejection> {
    people::bar(at.workflow, at.case, task, person, at.context).map_err(|why| barred(person, why))
}

/// Refuses a change of a round after which a seat finds no holder that found one before: whoever is named is wanted there.
pub(super) fn fills_no_gap_with_another(
    at: &Situation<'_>,
    after: &Case,
    task: &Task,
    person: PersonId,
) -> Result<(), Rejection> {
    let unheld = |case: &Case| people::unheld_in_round(at.workflow, case, task, at.context);
    match unheld(after).is_subset(&unheld(at.case)) {
        true => Ok(()),
        false => Err(barred(person, Rejection::ActedAlready)),
    }
}

/// A refusal about somebody who was named.
pub(super) fn barred(person: PersonId, why: Rejection) -> Rejection {
    Rejection::PersonBarred {
        person,
        why: Box::new(why),
    }
}
