//! People whom an action names: found by login, and held to every bar of the task that they are to get.

use super::{CalledAs, Case, Party, Rejection, Situation, Task, people};
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
    if advises_already(at, task, person) {
        return Err(barred(person, Rejection::ActedAlready));
    }
    let mut after = at.case.clone();
    if let Some(theirs) = after.tasks.iter_mut().find(|theirs| theirs.id == task.id) {
        theirs.hand_over(&[Party::Person(person)]);
    }
    fills_no_gap_with_another(at, &after, task, person)?;
    Ok(person)
}

/// Whether somebody to whom advice is passed on asked for it, or is asked for it already.
fn advises_already(at: &Situation<'_>, task: &Task, person: PersonId) -> bool {
    let advice = |task: &'_ Task| {
        let called = task.called.as_ref();
        let called = called.filter(|called| called.how == CalledAs::Adviser);
        called.map(|called| (called.from, called.by))
    };
    let Some((from, by)) = advice(task) else {
        return false;
    };
    let mut others = at.case.open_tasks().filter(|other| other.id != task.id);
    let asked = others.any(|other| {
        advice(other).is_some_and(|(same, _)| same == from)
            && other.offered == [Party::Person(person)]
    });
    asked || by == person
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
