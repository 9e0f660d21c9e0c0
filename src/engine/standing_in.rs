//! Substitutes (代理): by what right somebody acts, their own or that of a holder whose post they stand in on today, within
//! what both of them may.

use std::collections::BTreeSet;

use super::involve::Why;
use super::people::{self, people_of_all};
use super::situation::describe;
use super::task::TaskState;
use super::{Answer, Context, Party, Rejection, Situation, Task, TaskAsks, naming};
use crate::calendar::day_of;
use crate::directory::{PersonId, StandIn};

/// By what right somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// By their own.
    Own,
    /// As the substitute of this holder.
    For(PersonId),
}

impl Right {
    /// For whom, when a substitute acts.
    #[must_use]
    pub fn on_behalf(self) -> Option<PersonId> {
        match self {
            Self::Own => None,
            Self::For(holder) => Some(holder),
        }
    }
}

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
pub(super) fn people_and_stand_ins(parties: &[Party], context: &Context<'_>) -> BTreeSet<PersonId> {
    let mut people = people_of_all(parties, context);
    people.extend(stand_ins(parties, context).iter().map(|one| one.substitute));
    people
}

impl Situation<'_> {
    /// By what right the actor may act on a task. Nobody who may act by their own does it for somebody else.
    pub(super) fn right_on(&self, task: &Task) -> Result<Right, Rejection> {
        let person = self.person()?;
        let own = self.own_right_on(task, person);
        if own.is_ok() {
            return Ok(Right::Own);
        }
        let mut refused = None;
        for one in self.stand_ins_on(task) {
            if one.substitute != person {
                continue;
            }
            match self.may_stand_in(task, one) {
                Ok(()) => return Ok(Right::For(one.holder)),
                Err(why) => refused.get_or_insert(why),
            };
        }
        match refused {
            Some(why) => Err(why),
            None => own.map(|()| Right::Own),
        }
    }

    /// Whose the task is while the actor acts on it: the holder whose right they use.
    pub(super) fn acts_as(&self, task: &Task) -> Result<PersonId, Rejection> {
        let person = self.person()?;
        Ok(self.right_on(task)?.on_behalf().unwrap_or(person))
    }

    /// Everyone who may act on an open task now: those who are asked and not barred, and those who act for them today.
    pub(super) fn able_on(&self, task: &Task) -> BTreeSet<PersonId> {
        let mut people = people::eligible(self.workflow, self.case, task, self.context);
        let stand_ins = self.stand_ins_on(task);
        let able = stand_ins
            .into_iter()
            .filter(|one| self.may_stand_in(task, *one).is_ok());
        people.extend(able.map(|one| one.substitute));
        people
    }

    /// Whether the actor stands in today for a holder to whom a task was offered.
    pub(super) fn stands_in_on(&self, task: &Task, holder: PersonId) -> bool {
        let stand_ins = self.stand_ins_on(task);
        let mine = stand_ins.iter().find(|one| one.holder == holder);
        mine.is_some_and(|one| Some(one.substitute) == self.context.person())
    }

    /// By what right the actor may do what is for these parties.
    pub(super) fn right_of(&self, parties: &[Party]) -> Option<Right> {
        let person = self.context.person()?;
        if people_of_all(parties, self.context).contains(&person) {
            return Some(Right::Own);
        }
        let stand_ins = stand_ins(parties, self.context);
        let mine = stand_ins.iter().find(|one| one.substitute == person);
        mine.map(|one| Right::For(one.holder))
    }

    /// By what right the actor has to do with the case for one of these reasons.
    pub(super) fn right_by_part(&self, reasons: &[Why]) -> Option<Right> {
        let involved = self.case.involved.iter();
        let parties: Vec<Party> = involved
            .filter(|involvement| reasons.contains(&involvement.why))
            .map(|involvement| involvement.party.clone())
            .collect();
        self.right_of(&parties)
    }

    /// By what right the actor manages what no one can hold at a place. Nobody manages a case of their own.
    pub(super) fn right_to_manage(&self, place: &str) -> Option<Right> {
        let person = self.context.person()?;
        let managers = people::managers(place, self);
        if managers.contains(&person) {
            return Some(Right::Own);
        }
        let stand_ins = stand_ins_of_managers(place, self);
        let mine = stand_ins.iter().find(|one| one.substitute == person);
        mine.map(|one| Right::For(one.holder))
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

    /// Who acts today for those who are asked, whether or not something bars them. What somebody asks for in their own name
    /// is theirs alone.
    fn stand_ins_on(&self, task: &Task) -> BTreeSet<StandIn> {
        let context = self.context;
        let mut parties = task.offered.clone();
        match task.asks {
            TaskAsks::Edit | TaskAsks::File => return BTreeSet::new(),
            TaskAsks::Repair if people_of_all(&task.offered, context).is_empty() => {
                parties = people::nobody_for("", self);
            }
            TaskAsks::Sign
            | TaskAsks::Work
            | TaskAsks::Notice
            | TaskAsks::Supply
            | TaskAsks::Repair
            | TaskAsks::Advise
            | TaskAsks::Extension => parties.extend(task.through.clone().map(Party::Post)),
        }
        let asked = people::asked(self.workflow, self.case, task, context);
        let mut all = stand_ins(&parties, context);
        all.retain(|one| asked.contains(&one.holder));
        all
    }

    /// Neither of the two may be barred, nobody stands in for whoever decides about their own request, and a seat of the
    /// substitute's own is not left to nobody.
    fn may_stand_in(&self, task: &Task, one: StandIn) -> Result<(), Rejection> {
        let bar = |person| people::bar(self.workflow, self.case, task, person, self.context);
        bar(one.holder)?;
        bar(one.substitute)?;
        if one.substitute == self.case.applicant {
            return Err(Rejection::Excluded);
        }
        if !task.is_seat() {
            return Ok(());
        }
        let mut after = self.case.clone();
        after.change_task(task.id, |task| {
            task.state = TaskState::Settled {
                answer: Answer::Done,
                by: one.substitute,
                on_behalf: Some(one.holder),
                at: self.context.now,
                comment: None,
                automatic: false,
            };
        });
        naming::fills_no_gap_with_another(self, &after, task, one.substitute)
            .map_err(|_| Rejection::ActedAlready)
    }
}

/// Who acts today for the managers of a place.
fn stand_ins_of_managers(place: &str, at: &Situation<'_>) -> BTreeSet<StandIn> {
    let managers = people::managers(place, at);
    let mut all = stand_ins(&people::nobody_for(place, at), at.context);
    all.retain(|one| managers.contains(&one.holder) && one.substitute != at.case.applicant);
    all
}

/// The managers of a place and those who act for them: whom a vacancy is told to.
pub(super) fn managers_and_stand_ins(place: &str, at: &Situation<'_>) -> BTreeSet<PersonId> {
    let mut people = people::managers(place, at);
    let stand_ins = stand_ins_of_managers(place, at);
    people.extend(stand_ins.iter().map(|one| one.substitute));
    people
}
