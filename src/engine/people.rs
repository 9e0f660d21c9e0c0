//! The people behind parties and tasks: who is asked, who is barred, who manages what no one can hold.

use std::collections::{BTreeMap, BTreeSet};

use super::extension;
use super::who::{self, parties};
use super::{Case, Context, Party, Rejection, Situation, Task, TaskAsks, TaskId, TaskState};
use crate::calendar::day_of;
use crate::directory::{PersonId, RoleCode};
use crate::workflow::{Place, Where, Who, Workflow};

/// The active people behind a party today.
pub(super) fn people_of(party: &Party, context: &Context<'_>) -> BTreeSet<PersonId> {
    let directory = context.directory;
    match party {
        Party::Person(person) => directory
            .person(*person)
            .filter(|person| person.active)
            .map(|person| person.id)
            .into_iter()
            .collect(),
        Party::Post(post) => directory.holders(post, day_of(context.now)),
        Party::Department(code) => directory
            .people
            .values()
            .filter(|person| person.active && directory.leads(person.id, code, day_of(context.now)))
            .map(|person| person.id)
            .collect(),
    }
}

/// Everyone behind several parties.
pub(super) fn people_of_all(parties: &[Party], context: &Context<'_>) -> BTreeSet<PersonId> {
    parties
        .iter()
        .flat_map(|party| people_of(party, context))
        .collect()
}

/// Those to whom a task is offered today, whether or not somebody has claimed it or something bars them. Who loses the
/// post is not among them any more.
pub(super) fn offered_to(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    let mut people = people_of_all(&task.offered, context);
    if let Some(post) = &task.through {
        let holders = context.directory.holders(post, day_of(context.now));
        people.retain(|person| holders.contains(person));
    }
    if task.asks == TaskAsks::Repair && people.is_empty() {
        return managers("", &Situation::new(workflow, case, context));
    }
    people
}

/// Who has claimed a task and is still asked for it.
pub(super) fn holder(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> Option<PersonId> {
    task.holder
        .filter(|holder| offered_to(workflow, case, task, context).contains(holder))
}

/// Who is asked for a task today: whoever has claimed it, else all to whom it is offered.
pub(super) fn asked(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    match holder(workflow, case, task, context) {
        Some(holder) => BTreeSet::from([holder]),
        None => offered_to(workflow, case, task, context),
    }
}

/// Everyone who may act on a task now in their own right: asked, and not barred.
pub(super) fn eligible(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    asked(workflow, case, task, context)
        .into_iter()
        .filter(|person| bar(workflow, case, task, *person, context).is_ok())
        .collect()
}

/// The workflow administrators who are given what no one can hold at a place: those that the stage names, else the
/// applicant's authority's, else any. Nobody manages a case of their own.
pub(super) fn nobody_for(place: &str, at: &Situation<'_>) -> Vec<Party> {
    let role = RoleCode("workflow_admin".into());
    let at_authority = Who::Post {
        role: role.clone(),
        at: Where::Authority,
        each: false,
    };
    let anywhere = Who::Post {
        role,
        at: Where::Any,
        each: false,
    };
    let node = at.workflow.node(place);
    let named = node.and_then(|node| node.rules.nobody.as_ref());
    [named, Some(&at_authority), Some(&anywhere)]
        .into_iter()
        .flatten()
        .map(|who| parties(who, place, at))
        .find(|found| {
            people_of_all(found, at.context)
                .iter()
                .any(|person| *person != at.case.applicant)
        })
        .unwrap_or_default()
}

/// The people behind [`nobody_for`].
pub(super) fn managers(place: &str, at: &Situation<'_>) -> BTreeSet<PersonId> {
    let mut people = people_of_all(&nobody_for(place, at), at.context);
    people.remove(&at.case.applicant);
    people
}

/// Whether `person` may act on `task`, besides being asked: the bars that hold by whatever path.
pub(super) fn bar(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    match task.asks {
        TaskAsks::Edit | TaskAsks::Supply | TaskAsks::File => return Ok(()),
        TaskAsks::Repair if person == case.applicant => return Err(Rejection::Excluded),
        TaskAsks::Repair => return Ok(()),
        TaskAsks::Sign | TaskAsks::Advise
            if on_the_applicants_side(workflow, case, person, context) =>
        {
            return Err(Rejection::ApplicantSigns);
        }
        TaskAsks::Extension => {
            let at = Situation::new(workflow, case, context);
            return decides(person, &extension::asked_by(case, task), &at);
        }
        TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice | TaskAsks::Advise => {}
    }
    if excluded(workflow, case, task, person, context) || has_recused(case, task, person) {
        return Err(Rejection::Excluded);
    }
    // Advice takes no seat.
    let takes_a_seat = task.is_seat();
    if takes_a_seat
        && (sits_elsewhere(workflow, case, task, person, context)
            || acted_where_all_differ(workflow, case, task, person, context))
    {
        return Err(Rejection::ActedAlready);
    }
    clearance(case, person, context)
}

/// Whether `person` may decide about more time that the `askers` asked for: not the applicant's side, nor whoever asked.
pub(super) fn decides(
    person: PersonId,
    askers: &[PersonId],
    at: &Situation<'_>,
) -> Result<(), Rejection> {
    let applicants = on_the_applicants_side(at.workflow, at.case, person, at.context);
    if askers.contains(&person) || applicants {
        return Err(Rejection::Excluded);
    }
    clearance(at.case, person, at.context)
}

/// The applicant, a party, or whoever revised the request in the applicant's place.
fn on_the_applicants_side(
    workflow: &Workflow,
    case: &Case,
    person: PersonId,
    context: &Context<'_>,
) -> bool {
    let revised = || {
        let mut edits = case.tasks.iter().filter(|task| task.asks == TaskAsks::Edit);
        edits.any(|edit| acted_on(edit, person))
    };
    person == case.applicant || revised() || is_party(workflow, case, person, context)
}

/// A party is named by login, or as a contact by the address of their mail.
fn is_party(workflow: &Workflow, case: &Case, person: PersonId, context: &Context<'_>) -> bool {
    let Some(person) = context.directory.person(person) else {
        return false;
    };
    let at = Situation::new(workflow, case, context);
    let fields = workflow.form.fields().filter(|field| field.party);
    fields
        .map(|field| format!("form.{}", field.id))
        .any(|path| {
            let contact = who::answer_at(&path, "", &at).and_then(|answer| answer.get("email"));
            let mail = contact.and_then(serde_json::Value::as_str);
            who::logins_at(&path, "", &at).contains(&person.login)
                || mail.is_some_and(|mail| mail.eq_ignore_ascii_case(&person.email))
        })
}

/// Whether `not` names this person.
fn excluded(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> bool {
    let Some(node) = workflow.node(&task.stage) else {
        return false;
    };
    let at = Situation::new(workflow, case, context);
    node.rules.not.iter().any(|who| match who {
        // Whoever acted there at any time, not the last one only.
        Who::Actor { stage, seat } => acted_in(&at, &task.stage, stage, seat.as_deref(), person),
        Who::Any => true,
        who => parties(who, &task.stage, &at)
            .iter()
            .any(|party| people_of(party, context).contains(&person)),
    })
}

/// Who may not sign at a stage and said so is not asked there again.
fn has_recused(case: &Case, task: &Task, person: PersonId) -> bool {
    let record = case.stages.get(&task.stage);
    record.is_some_and(|record| record.recused.contains(&person))
}

/// Whether the person acted in a stage, seen from a place: in the same branches, and in every branch of a foreach that the
/// place stands outside of.
fn acted_in(
    at: &Situation<'_>,
    place: &str,
    stage: &str,
    seat: Option<&str>,
    person: PersonId,
) -> bool {
    let seen = at.workflow.seen_from(place, stage);
    at.case
        .tasks
        .iter()
        .filter(|task| task.is_seat() && is_within(&task.stage, &seen))
        .filter(|task| seat.is_none() || task.seat.as_deref() == seat)
        .any(|task| acted_on(task, person))
}

/// Whether a place is another one, or the same stage in a branch further inside.
fn is_within(place: &str, outer: &str) -> bool {
    place
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// A person takes one seat per round.
fn sits_elsewhere(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> bool {
    case.round(&task.stage, task.round)
        .filter(|other| other.id != task.id && other.is_seat())
        .any(|other| sits_on(workflow, case, other, person, context))
}

/// With `distinct`, a person keeps to one seat in the whole stage or block; coming back to the same seat in a later round
/// is no second one.
fn acted_where_all_differ(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> bool {
    let around = workflow.around(&task.stage);
    let distinct: Vec<Place> = around
        .into_iter()
        .chain([task.stage.clone()])
        .filter(|id| workflow.node(id).is_some_and(|node| node.distinct))
        .collect();
    if distinct.is_empty() {
        return false;
    }
    let inside = |stage: &str| {
        distinct
            .iter()
            .any(|id| id == stage || workflow.around(stage).contains(id))
    };
    case.tasks
        .iter()
        .filter(|other| other.is_seat() && (&other.stage, other.place) != (&task.stage, task.place))
        .any(|other| sits_on(workflow, case, other, person, context) && inside(&other.stage))
}

/// Who filed a case knows what they asked for; everyone else needs the clearance.
pub(super) fn clearance(
    case: &Case,
    person: PersonId,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let level = case.level();
    let clearance = context
        .directory
        .person(person)
        .map_or(0, |person| person.clearance);
    if clearance < level && person != case.applicant {
        return Err(Rejection::Clearance { level, clearance });
    }
    Ok(())
}

/// Whether somebody sits on a task: its holder, or whoever answered it.
fn sits_on(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> bool {
    match &task.state {
        TaskState::Open | TaskState::Waiting => {
            holder(workflow, case, task, context) == Some(person)
        }
        TaskState::Settled { .. } | TaskState::Cancelled { .. } => acted_on(task, person),
    }
}

/// Whether somebody answered a task, or had it answered by a substitute: what bars the one bars the other.
pub(super) fn acted_on(task: &Task, person: PersonId) -> bool {
    match &task.state {
        TaskState::Settled { by, on_behalf, .. } => *by == person || *on_behalf == Some(person),
        TaskState::Open | TaskState::Waiting | TaskState::Cancelled { .. } => false,
    }
}

/// Whose answer a task has: the holder's, also where their substitute gave it.
pub(super) fn answered_for(task: &Task) -> Option<PersonId> {
    match &task.state {
        TaskState::Settled { by, on_behalf, .. } => Some(on_behalf.unwrap_or(*by)),
        TaskState::Open | TaskState::Waiting | TaskState::Cancelled { .. } => None,
    }
}

/// The tasks among these that no one can hold, given that nobody takes two of them.
pub(super) fn unheld(
    workflow: &Workflow,
    case: &Case,
    tasks: &[&Task],
    context: &Context<'_>,
) -> BTreeSet<TaskId> {
    let candidates: Vec<BTreeSet<PersonId>> = tasks
        .iter()
        .map(|task| eligible(workflow, case, task, context))
        .collect();
    tasks
        .iter()
        .zip(matched(&candidates))
        .filter(|(_, held)| !held)
        .map(|(task, _)| task.id)
        .collect()
}

/// Whether no one can hold this open task now: nobody is left for it, or those who are have another seat to take.
pub(super) fn is_unheld(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> bool {
    // Advice that nobody can give holds nothing up.
    if task.asks == TaskAsks::Advise {
        return false;
    }
    if !task.is_seat() {
        return eligible(workflow, case, task, context).is_empty();
    }
    unheld_in_round(workflow, case, task, context).contains(&task.id)
}

/// Whether nobody is left for a seat once the other seats of its round have their people.
pub(super) fn is_left_without(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> bool {
    let others = case
        .round(&task.stage, task.round)
        .filter(|other| other.is_seat() && other.is_live() && other.id != task.id);
    let last = case.task(task.id);
    let seats: Vec<&Task> = others.chain(last).collect();
    unheld(workflow, case, &seats, context).contains(&task.id)
}

/// The seats of a task's round that no one can hold now.
pub(super) fn unheld_in_round(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<TaskId> {
    let live: Vec<&Task> = case
        .round(&task.stage, task.round)
        .filter(|other| other.is_seat() && other.is_live())
        .collect();
    unheld(workflow, case, &live, context)
}

/// Which seats get a person when nobody takes two: a matching of seats with candidates, by augmenting paths.
fn matched(candidates: &[BTreeSet<PersonId>]) -> Vec<bool> {
    let mut seat_of: BTreeMap<PersonId, usize> = BTreeMap::new();
    (0..candidates.len())
        .map(|seat| place(seat, candidates, &mut seat_of, &mut BTreeSet::new()))
        .collect()
}

fn place(
    seat: usize,
    candidates: &[BTreeSet<PersonId>],
    seat_of: &mut BTreeMap<PersonId, usize>,
    tried: &mut BTreeSet<PersonId>,
) -> bool {
    for person in &candidates[seat] {
        if !tried.insert(*person) {
            continue;
        }
        let free = match seat_of.get(person).copied() {
            None => true,
            Some(other) => place(other, candidates, seat_of, tried),
        };
        if free {
            seat_of.insert(*person, seat);
            return true;
        }
    }
    false
}
