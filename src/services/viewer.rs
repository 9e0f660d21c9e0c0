//! Who is looking: a person with the posts they hold at this moment, and what they may see and do.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Error;
use crate::calendar::{Instant, day_of};
use crate::directory::{Directory, Person, PersonId, Post};
use crate::engine::{Case, Party, Task, Why};
use crate::storage::Addressee;

/// A logged-in person, read anew at every request: no right is kept in a token.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub person: Person,
    /// The posts they hold today.
    pub posts: Vec<Post>,
    /// The posts of others on which they act today, with whose they are.
    pub stands_in: Vec<(Post, PersonId)>,
    /// The directory that says so.
    pub directory: Arc<Directory>,
}

/// Why somebody may not see or do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deny {
    /// They have nothing to do with it.
    NoRelation,
    /// The data is above their clearance.
    Clearance,
    /// It needs a post that they do not hold.
    Post,
}

/// What somebody wants.
#[derive(Debug, Clone, Copy)]
pub enum Wish<'a> {
    /// To see a case, its answers and its history.
    SeeCase(&'a Case),
    /// To see the private answers of a case: for those who handle it, and who filed it.
    SeePrivate(&'a Case),
    /// To import people, posts, catalogues and calendars.
    Administer,
    /// To publish a workflow, and to move cases to another version of it.
    Publish,
    /// To look at definitions, their versions, and who published them.
    SeeDefinitions,
}

impl Viewer {
    /// The person with this key, when active.
    #[must_use]
    pub fn of(directory: &Arc<Directory>, person: PersonId, now: Instant) -> Option<Self> {
        let found = directory
            .person(person)
            .filter(|person| person.active)?
            .clone();
        let (posts, stands_in) = (
            directory.posts_of(person, day_of(now)),
            directory.stands_in(person, day_of(now)),
        );
        Some(Self {
            person: found,
            posts,
            stands_in,
            directory: Arc::clone(directory),
        })
    }

    /// The addresses under which cases reach this person: themselves, their posts and those they stand in on, the
    /// departments that these lead.
    #[must_use]
    pub fn addresses(&self) -> Vec<Addressee> {
        let stood_in_on = self.stands_in.iter().map(|(post, _)| post);
        let led = self
            .posts
            .iter()
            .chain(stood_in_on)
            .filter(|post| self.leads(post))
            .map(|post| Addressee::Department(post.department.clone()));
        let all: BTreeSet<Addressee> = self.inboxes().into_iter().chain(led).collect();
        all.into_iter().collect()
    }

    /// Where tasks reach this person: as themselves, under their posts, and where those they act for have them.
    #[must_use]
    pub fn inboxes(&self) -> Vec<Addressee> {
        let own = self.posts.iter().cloned().map(Addressee::Post);
        let stood_in_on = self.stands_in.iter().flat_map(|(post, holder)| {
            [
                Addressee::Post(post.clone()),
                Addressee::Held(*holder, post.clone()),
            ]
        });
        let all: BTreeSet<Addressee> = std::iter::once(Addressee::Person(self.person.id))
            .chain(own)
            .chain(stood_in_on)
            .collect();
        all.into_iter().collect()
    }

    /// A leading post sees its department's cases; the workflow administrator's sees those of the authority, to name
    /// holders and to mend.
    pub(super) fn leads(&self, post: &Post) -> bool {
        post.role.0 == "workflow_admin"
            || self
                .directory
                .role(&post.role)
                .is_some_and(|role| role.leads)
    }

    /// Whether this person holds the role anywhere.
    #[must_use]
    pub fn holds(&self, role: &str) -> bool {
        self.posts.iter().any(|post| post.role.0 == role)
    }

    /// The one decision about rights: denied unless something permits it.
    pub fn authorize(&self, wish: Wish<'_>) -> Result<(), Deny> {
        match wish {
            Wish::SeeCase(case) => self.may_see(case),
            Wish::SeePrivate(case) => {
                self.may_see(case)?;
                if self.handles(case) {
                    Ok(())
                } else {
                    Err(Deny::NoRelation)
                }
            }
            Wish::Administer => self.needs("sysadmin"),
            Wish::Publish => self.needs("workflow_admin"),
            // The audit administrator reads what was done, and changes nothing.
            Wish::SeeDefinitions => self
                .needs("workflow_admin")
                .or_else(|_| self.needs("auditadmin")),
        }
    }

    /// For the pages of system administrators.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for anybody else.
    pub fn must_administer(&self) -> Result<(), Error> {
        self.authorize(Wish::Administer)
            .map_err(|_| Error::Forbidden("administer"))
    }

    fn needs(&self, role: &str) -> Result<(), Deny> {
        if self.holds(role) {
            Ok(())
        } else {
            Err(Deny::Post)
        }
    }

    /// Who was only told of a case handles nothing of it.
    fn handles(&self, case: &Case) -> bool {
        // Who advised on a case or was told of it has not handled it.
        let handles = |why: Why| match why {
            Why::Applicant | Why::Asked | Why::Manages => true,
            Why::Consulted | Why::Acted | Why::Copied | Why::Sent | Why::Escalated => false,
        };
        let mine = self.inboxes();
        let involved = case.involved.iter();
        involved
            .filter(|involvement| handles(involvement.why))
            .map(|involvement| address(&involvement.party))
            .chain(case.tasks.iter().filter_map(held_through))
            .any(|address| mine.contains(&address))
    }

    fn may_see(&self, case: &Case) -> Result<(), Deny> {
        let mine = self.addresses();
        if !concerned(case, &self.directory)
            .iter()
            .any(|(address, _)| mine.contains(address))
        {
            return Err(Deny::NoRelation);
        }
        // Who filed a case knows what they asked for.
        if self.person.id != case.applicant && self.person.clearance < case.level() {
            return Err(Deny::Clearance);
        }
        Ok(())
    }
}

/// Everyone whom a case concerns, with the reason: what lists, searches and [`Viewer::authorize`] go by.
#[must_use]
pub fn concerned(case: &Case, directory: &Directory) -> BTreeSet<(Addressee, &'static str)> {
    let asked = case
        .involved
        .iter()
        .filter_map(|involvement| match &involvement.party {
            Party::Post(post) => Some(&post.department),
            Party::Person(_) | Party::Department(_) => None,
        });
    let departments: BTreeSet<_> = std::iter::once(&case.department).chain(asked).collect();
    let authorities = departments
        .iter()
        .filter_map(|code| directory.authority_of(code));
    let oversight = departments
        .iter()
        .map(|code| (*code).clone())
        .chain(authorities)
        .map(|code| (Addressee::Department(code), "oversight"));
    let involved = case
        .involved
        .iter()
        .map(|involvement| (address(&involvement.party), involvement.why.code()));
    let through = case.tasks.iter().filter_map(held_through);
    let through = through.map(|address| (address, Why::Asked.code()));
    oversight.chain(involved).chain(through).collect()
}

/// Of a task that asks one of a post's holders by name, that holder: whoever acts for them finds it there.
#[must_use]
pub fn held_through(task: &Task) -> Option<Addressee> {
    let post = task.through.as_ref()?;
    match task.offered.as_slice() {
        [Party::Person(person)] => Some(Addressee::Held(*person, post.clone())),
        _ => None,
    }
}

/// A party as tables name it.
#[must_use]
pub fn address(party: &Party) -> Addressee {
    match party {
        Party::Person(person) => Addressee::Person(*person),
        Party::Post(post) => Addressee::Post(post.clone()),
        Party::Department(code) => Addressee::Department(code.clone()),
    }
}
