//! How much of a case its reader sees. Whoever is only asked in a branch of a foreach sees the request and that branch,
//! not what the others answered, who they are and what they say; the applicant's side, the authorities and those who
//! manage the case see all of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cases::Running;
use super::seen::{Happened, called_now};
use super::titles::{branch_at, branch_of_task};
use super::{Viewer, viewer};
use crate::calendar::Instant;
use crate::directory::{DepartmentCode, PersonId};
use crate::engine::{self, About, Case, Event, Involvement, Party, Region, Task, TaskState, Why};
use crate::storage::Addressee;
use crate::storage::attachments::Attachment;
use crate::storage::copies::Copy;
use crate::workflow::Place;

/// How much of a case somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// All of it.
    Whole,
    /// What stands outside every branch of a foreach, and these branches.
    Within(BTreeSet<Place>),
}

/// Somebody, as far as a case may concern them.
struct Reader<'a> {
    person: PersonId,
    home: DepartmentCode,
    posts: BTreeSet<DepartmentCode>,
    addresses: Vec<Addressee>,
    running: &'a Running,
}

impl Visible {
    /// How much this person sees of a case that they may see at all.
    #[must_use]
    pub fn of(viewer: &Viewer, running: &Running) -> Self {
        let reader = Reader {
            person: viewer.person.id,
            home: viewer.person.department.clone(),
            posts: viewer
                .posts
                .iter()
                .chain(viewer.stands_in.iter().map(|(post, _)| post))
                .map(|post| post.department.clone())
                .collect(),
            addresses: viewer.addresses(),
            running,
        };
        reader.sees()
    }

    /// The same of anybody, those who have left too.
    fn of_person(person: PersonId, running: &Running, now: Instant) -> Self {
        if let Some(viewer) = Viewer::of(&running.directory, person, now) {
            return Self::of(&viewer, running);
        }
        let Some(left) = running.directory.person(person) else {
            return Self::Within(BTreeSet::new());
        };
        let reader = Reader {
            person,
            home: left.department.clone(),
            posts: BTreeSet::new(),
            addresses: vec![Addressee::Person(person)],
            running,
        };
        reader.sees()
    }

    /// Whether somebody sees this place: it stands outside every branch, or a branch of theirs is it, around it or in it.
    #[must_use]
    pub fn covers(&self, running: &Running, place: &str) -> bool {
        let branch = branch_at(&running.workflow, &running.case, place);
        branch.is_none_or(|branch| self.has(running, &branch))
    }

    fn has(&self, running: &Running, branch: &Place) -> bool {
        let Self::Within(own) = self else {
            return true;
        };
        let around = |inner: &Place, outer: &Place| running.workflow.around(inner).contains(outer);
        own.iter()
            .any(|mine| mine == branch || around(mine, branch) || around(branch, mine))
    }

    /// Whether two people may know of each other: one of them sees all, or they share a branch.
    fn meets(&self, running: &Running, other: &Self) -> bool {
        match other {
            Self::Whole => true,
            Self::Within(branches) => {
                *self == Self::Whole || branches.iter().any(|branch| self.has(running, branch))
            }
        }
    }

    /// The case without what this reader does not see.
    #[must_use]
    pub fn of_case(&self, running: &Arc<Running>) -> Arc<Running> {
        match self {
            Self::Whole => Arc::clone(running),
            Self::Within(_) => Arc::new(Running {
                case: self.case(running),
                workflow: Arc::clone(&running.workflow),
                calendar: Arc::clone(&running.calendar),
                directory: Arc::clone(&running.directory),
                former: running.former.clone(),
                end: running.end.clone(),
                ..**running
            }),
        }
    }

    fn case(&self, running: &Running) -> Case {
        let mut case = running.case.clone();
        let sees = |place: &str| self.covers(running, place);
        case.stages.retain(|place, _| sees(place));
        case.branches.retain(|place, _| sees(place));
        case.entries
            .retain(|_, entry| entry.branch.as_deref().is_none_or(sees));
        case.tasks.retain(|task| self.task(running, task));
        case.clocks
            .retain(|key, _| sees(engine::place_of_clock(key)));
        case.involved
            .retain(|involved| involved.at.as_deref().is_none_or(sees));
        if let Some(region) = case.region_mut() {
            prune(region, &sees);
        }
        case
    }

    fn task(&self, running: &Running, task: &Task) -> bool {
        let branch = branch_of_task(&running.workflow, &running.case, task);
        branch.is_none_or(|branch| self.has(running, &branch))
    }

    /// What this reader is told of a case's history.
    #[must_use]
    pub fn history(
        &self,
        running: &Running,
        history: Vec<Happened>,
        viewer: &Viewer,
    ) -> Vec<Happened> {
        if *self == Self::Whole {
            return history;
        }
        let told: Vec<bool> = history
            .iter()
            .map(|happened| self.is_told(running, &history, happened, viewer))
            .collect();
        let mut told = told.into_iter();
        let mut history = history;
        history.retain(|_| told.next().unwrap_or(false));
        history
    }

    fn is_told(
        &self,
        running: &Running,
        history: &[Happened],
        happened: &Happened,
        viewer: &Viewer,
    ) -> bool {
        let event = &happened.body.event;
        let sees = |place: &str| self.covers(running, &called_now(history, happened, place));
        match (event, event.about(), happened.actor) {
            (
                Event::Commented { .. } | Event::CopySent { .. } | Event::Urged { .. },
                _,
                Some(author),
            ) => [Some(author), happened.on_behalf]
                .into_iter()
                .flatten()
                .any(|person| self.meets_person(running, person, viewer, happened.at)),
            (_, About::Case, _) => true,
            (_, About::Place(place), _) => sees(place),
            (_, About::Clock(key), _) => sees(engine::place_of_clock(key)),
            (_, About::Task(id), _) => {
                let task = running.case.task(id);
                task.is_none_or(|task| self.task(running, task))
            }
        }
    }

    fn meets_person(
        &self,
        running: &Running,
        person: PersonId,
        viewer: &Viewer,
        now: Instant,
    ) -> bool {
        person == viewer.person.id || self.meets(running, &Self::of_person(person, running, now))
    }

    /// Whether this reader is told of a copy: one that was given where they see, or sent by somebody known to them.
    #[must_use]
    pub fn copy(&self, running: &Running, copy: &Copy, viewer: &Viewer) -> bool {
        *self == Self::Whole
            || copy.person_id == viewer.person.id
            || match copy.sent_by() {
                Some(sender) => self.meets_person(running, sender, viewer, copy.at),
                None => self.covers(running, &copy.reason),
            }
    }

    /// Whether this reader may open a file of the case: one that answers name which they see, or that nothing names and
    /// somebody added who may be known to them.
    #[must_use]
    pub fn file(&self, running: &Running, file: &Attachment, viewer: &Viewer) -> bool {
        if *self == Self::Whole {
            return true;
        }
        let id = file.ulid.to_string();
        let names = |answers: &crate::forms::Answers| {
            answers
                .values()
                .any(|answer| answer.to_string().contains(&id))
        };
        let case = &running.case;
        let of_branches = case
            .branches
            .iter()
            .filter(|(_, record)| names(&record.answers))
            .map(|(branch, _)| self.has(running, branch));
        let on_tasks = case
            .tasks
            .iter()
            .filter(|task| names(&task.answers))
            .map(|task| self.task(running, task));
        let named: Vec<bool> = of_branches.chain(on_tasks).collect();
        if names(&case.answers) || named.contains(&true) {
            return true;
        }
        named.is_empty() && self.meets_person(running, file.uploader_id, viewer, file.created_at)
    }
}

impl Reader<'_> {
    fn sees(&self) -> Visible {
        let case = &self.running.case;
        if !has_branches(case) || self.oversees() {
            return Visible::Whole;
        }
        let mut within = BTreeSet::new();
        for place in self.places() {
            match branch_at(&self.running.workflow, case, &place) {
                Some(branch) => within.insert(branch),
                None => return Visible::Whole,
            };
        }
        Visible::Within(within)
    }

    /// Whether this is the applicant's side, or an authority above it or above a department that is asked.
    fn oversees(&self) -> bool {
        let (case, directory) = (&self.running.case, &self.running.directory);
        if self.person == case.applicant {
            return true;
        }
        let own = directory.authority_of(&case.department);
        // A department that nobody stands above oversees nothing by being asked.
        let above = asked(case).filter_map(|department| {
            let authority = directory.authority_of(department)?;
            (authority != *department).then_some(authority)
        });
        let overseeing: BTreeSet<DepartmentCode> = own
            .into_iter()
            .chain(above)
            .chain([case.department.clone()])
            .collect();
        overseeing.contains(&self.home) || self.posts.iter().any(|post| overseeing.contains(post))
    }

    /// Where this person, a post of theirs or a department that they lead was asked, told or in charge; "" is outside
    /// every branch.
    fn places(&self) -> Vec<Place> {
        let case = &self.running.case;
        let involved = case.involved.iter().filter(|one| self.is_meant(one));
        let told = involved.filter_map(|one| match one.why {
            Why::Asked | Why::Consulted | Why::Copied | Why::Escalated => {
                Some(one.at.clone().unwrap_or_default())
            }
            Why::Applicant | Why::Manages => Some(Place::new()),
            // What was done is told by the tasks; a word in the discussion opens no branch. A copy shows no more than its
            // sender may see, who can be one of the departments.
            Why::Acted | Why::Sent => None,
        });
        let mine = case.tasks.iter().filter(|task| self.had(task));
        told.chain(mine.map(|task| task.stage.clone())).collect()
    }

    fn is_meant(&self, involvement: &Involvement) -> bool {
        let led = |department: &DepartmentCode| {
            self.addresses
                .contains(&Addressee::Department(department.clone()))
        };
        let party = &involvement.party;
        self.addresses.contains(&viewer::address(party))
            || matches!(party, Party::Post(post) if led(&post.department))
    }

    fn had(&self, task: &Task) -> bool {
        let settled = matches!(
            &task.state,
            TaskState::Settled { by, on_behalf, .. }
                if *by == self.person || *on_behalf == Some(self.person)
        );
        let stands_in =
            viewer::held_through(task).is_some_and(|held| self.addresses.contains(&held));
        settled
            || stands_in
            || task.holder == Some(self.person)
            || task.released_by.contains(&self.person)
    }
}

fn has_branches(case: &Case) -> bool {
    case.branches.keys().any(|place| place.contains('['))
}

/// The departments whose posts were asked for something.
fn asked(case: &Case) -> impl Iterator<Item = &DepartmentCode> {
    case.involved.iter().filter_map(|one| match &one.party {
        Party::Post(post) => Some(&post.department),
        Party::Person(_) | Party::Department(_) => None,
    })
}

/// Takes out of a region what is not seen, blocks with all that is inside them.
fn prune(region: &mut Region, sees: &impl Fn(&str) -> bool) {
    region.open.retain(|position| sees(&position.id));
    for position in &mut region.open {
        if let engine::PositionState::Inside(inner) = &mut position.state {
            prune(inner, sees);
        }
    }
}
