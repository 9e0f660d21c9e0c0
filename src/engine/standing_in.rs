//! Substitutes (代理): who acts for the holders of posts today, within what both of them may.

use std::collections::BTreeSet;

use super::people::{self, people_of_all};
use super::situation::describe;
use super::{Case, Context, Party, Rejection, Situation, Task, TaskAsks};
use crate::calendar::day_of;
use crate::directory::{PersonId, StandIn};
use crate::workflow::Workflow;

/// Who acts today for the people behind these parties, as far as they are meant by a post.
pub(super) fn stand_ins(parties: &[Party], context: &Context<'_>) -> BTreeSet<StandIn> {
    let (directory, day) = (context.directory, day_of(context.now));
    parties
        .iter()
        .flat_map(|party| match party {
            Party::Person(_) => BTreeSet::new(),
            Party::Post(post) => directory.stand_ins(post, day),
            Party::Department(code) => directory.stand_ins_of_leaders(code, day),
        })
        .collect()
}

/// The active people behind several parties today, and those who act for them.
pub(super) fn people_and_stand_ins(
    parties: &[Party],
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    let mut people = people_of_all(parties, context);
    people.extend(stand_ins(parties, context).iter().map(|one| one.substitute));
    people
}

/// Who acts today for those to whom a task is offered, whether or not something bars them.
fn on_task(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    context: &Context<'_>,
) -> BTreeSet<StandIn> {
    let mut parties = task.offered.clone();
    parties.extend(task.through.clone().map(Party::Post));
    if task.asks == TaskAsks::Repair && people_of_all(&task.offered, context).is_empty() {
        parties = people::nobody_for("", &Situation::new(workflow, case, context));
    }
    let mut all = stand_ins(&parties, context);
    let asked = people::asked(workflow, case, task, context);
    all.retain(|one| asked.contains(&one.holder));
    all
}

/// Those who may act on a task for one of the people who may act on it themselves.
pub(super) fn able(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    holders: &BTreeSet<PersonId>,
    context: &Context<'_>,
) -> BTreeSet<PersonId> {
    on_task(workflow, case, task, context)
        .into_iter()
        .filter(|one| holders.contains(&one.holder))
        .map(|one| one.substitute)
        .filter(|person| people::bar(workflow, case, task, *person, context).is_ok())
        .collect()
}

/// For whom `person` may act on a task that is not theirs: neither of the two may be barred. `None` when they stand in for
/// nobody who is asked.
pub(super) fn for_whom(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    person: PersonId,
    context: &Context<'_>,
) -> Option<Result<PersonId, Rejection>> {
    let bar = |person| people::bar(workflow, case, task, person, context);
    let mut refused = None;
    for one in on_task(workflow, case, task, context) {
        if one.substitute != person {
            continue;
        }
        match bar(one.holder).and_then(|()| bar(person)) {
            Ok(()) => return Some(Ok(one.holder)),
            Err(why) => refused.get_or_insert(why),
        };
    }
    refused.map(Err)
}

/// Whether `person` acts today for this holder, as one of those to whom a task was offered.
pub(super) fn stands_in_on(
    workflow: &Workflow,
    case: &Case,
    task: &Task,
    (person, holder): (PersonId, PersonId),
    context: &Context<'_>,
) -> bool {
    on_task(workflow, case, task, context).contains(&StandIn {
        substitute: person,
        holder,
    })
}

impl Situation<'_> {
    /// By what right the actor may act on a task: their own, or (`Some`) as the substitute of its holder.
    pub(super) fn right_on(&self, task: &Task) -> Result<Option<PersonId>, Rejection> {
        let person = self.person()?;
        let own = self.own_right_on(task, person);
        if own.is_ok() {
            return Ok(None);
        }
        let (workflow, case, context) = (self.workflow, self.case, self.context);
        match for_whom(workflow, case, task, person, context) {
            Some(for_whom) => for_whom.map(Some),
            None => own.map(|()| None),
        }
    }

    fn own_right_on(&self, task: &Task, person: PersonId) -> Result<(), Rejection> {
        let (workflow, case, context) = (self.workflow, self.case, self.context);
        if !people::offered_to(workflow, case, task, context).contains(&person) {
            return Err(Rejection::NotAsked(describe(&task.offered)));
        }
        let holder = people::holder(workflow, case, task, context);
        if let Some(by) = holder.filter(|holder| *holder != person) {
            return Err(Rejection::TakenBy { task: task.id, by });
        }
        people::bar(workflow, case, task, person, context)
    }

    /// By what right the actor may do what is for these parties: their own, or as somebody's substitute; `None` without one.
    pub(super) fn right_of(&self, parties: &[Party]) -> Option<Option<PersonId>> {
        let person = self.context.person()?;
        if people_of_all(parties, self.context).contains(&person) {
            return Some(None);
        }
        let stands_in = stand_ins(parties, self.context)
            .into_iter()
            .find(|one| one.substitute == person);
        stands_in.map(|one| Some(one.holder))
    }

    /// By what right the actor manages what no one can hold at a place. Nobody manages a case of their own, nor for its
    /// applicant.
    pub(super) fn right_to_manage(&self, place: &str) -> Option<Option<PersonId>> {
        let person = self.context.person()?;
        let managers = people::managers(place, self);
        if managers.contains(&person) {
            return Some(None);
        }
        if person == self.case.applicant {
            return None;
        }
        let stands_in = stand_ins(&people::nobody_for(place, self), self.context)
            .into_iter()
            .find(|one| one.substitute == person && managers.contains(&one.holder));
        stands_in.map(|one| Some(one.holder))
    }
}

/// The managers of a place and those who act for them: whom a vacancy is told to.
pub(super) fn managers_and_stand_ins(place: &str, at: &Situation<'_>) -> BTreeSet<PersonId> {
    let mut people = people::managers(place, at);
    let standing_in = stand_ins(&people::nobody_for(place, at), at.context)
        .into_iter()
        .filter(|one| people.contains(&one.holder) && one.substitute != at.case.applicant)
        .map(|one| one.substitute);
    let standing_in: Vec<PersonId> = standing_in.collect();
    people.extend(standing_in);
    people
}
