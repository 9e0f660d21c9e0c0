//! Importing departments, people and posts: all of a file or nothing, and never so that an open task loses its last holder.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ulid::Ulid;

use super::open_cases::{self, OpenCase};
use super::titles::Titles;
use super::{Error, links, viewer};
use crate::auth::passwords::{self, PasswordError, Passwords};
use crate::calendar::{Instant, day_of};
use crate::clock::Clock;
use crate::directory::{
    Change, Directory, DirectoryFile, Fault, Holding, PersonEntry, PersonId, Plan, Post, PostEntry,
    standard_roles,
};
use crate::engine::{Party, Task, TaskAsks};
use crate::messages::{self, Language};
use crate::storage::people::NewPerson;
use crate::storage::{self, Connection, Db};

/// How many were added, changed and ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New ones.
    pub added: usize,
    /// Brought up to date.
    pub changed: usize,
    /// Deactivated, or with a last day now.
    pub ended: usize,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Departments.
    pub departments: Counts,
    /// People.
    pub people: Counts,
    /// Posts.
    pub posts: Counts,
    /// Roles beside the standard ones.
    pub roles: Counts,
}

impl Report {
    /// Whether everything was as the file says already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Imports a file; `name` is how it is called in faults.
///
/// # Errors
/// [`Error::Import`] with every fault of the file, or every open task that would be left without anybody.
pub fn import(
    db: &Db,
    clock: &dyn Clock,
    passwords: &Passwords,
    name: &str,
    text: &str,
) -> Result<Report, Error> {
    import_with(db, clock, name, text, |password| {
        passwords.hash(password).map_err(unhashed)
    })
}

pub(super) fn unhashed(error: PasswordError) -> Error {
    Error::Fault(error.to_string())
}

/// As [`import`], with another way to hash: a demonstration need not hash one password forty times.
pub(super) fn import_with(
    db: &Db,
    clock: &dyn Clock,
    name: &str,
    text: &str,
    hash: impl FnMut(&str) -> Result<String, Error>,
) -> Result<Report, Error> {
    let located = |fault: &Fault| format!("{name}:{}:{}: {}", fault.line, fault.col, fault.message);
    import_file(db, clock, text, hash, located)
}

/// As [`import_with`], for a text that the program made itself: its faults show no places.
pub(super) fn import_made(
    db: &Db,
    clock: &dyn Clock,
    text: &str,
    hash: impl FnMut(&str) -> Result<String, Error>,
) -> Result<Report, Error> {
    import_file(db, clock, text, hash, |fault| fault.message.clone())
}

fn import_file(
    db: &Db,
    clock: &dyn Clock,
    text: &str,
    hash: impl FnMut(&str) -> Result<String, Error>,
    show: impl Fn(&Fault) -> String,
) -> Result<Report, Error> {
    let refuse = |faults: Vec<Fault>| Error::Import(faults.iter().map(&show).collect());
    let file = DirectoryFile::parse(text).map_err(refuse)?;
    // Hashing is slow on purpose, so it is done before anybody has to wait for the transaction.
    let hashes = hashes(db, &file, hash)?;
    let now = clock.now();
    let written = db.write(move |conn| {
        add_standard_roles(conn)?;
        let before = storage::directory::load(conn)?;
        let plan = match file.plan(&before, day_of(now)) {
            Ok(plan) => plan,
            Err(faults) => return Ok(Err(faults)),
        };
        if plan.is_empty() {
            return Ok(Ok(Report::default()));
        }
        let report = Importing::new(conn, &before, &hashes, now).run(&plan)?;
        let after = storage::directory::load(conn)?;
        end_what_was_lost(conn, &before, &after, now)?;
        storage::directory::changed(conn)?;
        Ok::<_, Error>(Ok(report))
    })?;
    written.map_err(refuse)
}

/// The roles that come with the program must be there before anybody can hold them.
fn add_standard_roles(conn: &mut Connection) -> Result<(), Error> {
    let known: BTreeSet<_> = storage::roles::all(conn)?
        .into_iter()
        .map(|role| role.code)
        .collect();
    let missing: Vec<_> = standard_roles()
        .into_iter()
        .filter(|role| !known.contains(&role.code))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for role in &missing {
        storage::roles::save(conn, role)?;
    }
    storage::directory::changed(conn)?;
    Ok(())
}

/// The hashes of the passwords of those who are new, by login; a password that is too weak is a fault of the file.
fn hashes(
    db: &Db,
    file: &DirectoryFile,
    mut hash: impl FnMut(&str) -> Result<String, Error>,
) -> Result<HashMap<String, String>, Error> {
    let given = || {
        let people = file.people.iter();
        people.filter_map(|one| Some((&one.login, one.password.as_ref()?)))
    };
    if given().next().is_none() {
        return Ok(HashMap::new());
    }
    let known = db.read(|conn| Ok::<_, Error>(storage::directory::load(conn)?))?;
    let new = || given().filter(|(login, _)| known.by_login(login).is_none());
    let weak: Vec<String> = new()
        .filter_map(|(login, password)| {
            let weak = passwords::check(login, &password.0).err()?;
            Some(format!("{login}：{}", sentence(&weak)))
        })
        .collect();
    if !weak.is_empty() {
        return Err(Error::Import(weak));
    }
    new()
        .map(|(login, password)| Ok((login.clone(), hash(&password.0)?)))
        .collect()
}

/// Why a password will not do.
pub(super) fn sentence(weak: &passwords::Weak) -> String {
    let (key, values) = weak.message();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    messages::text(Language::Zh, key, &values)
}

/// A plan on its way into the tables.
struct Importing<'a> {
    conn: &'a mut Connection,
    before: &'a Directory,
    hashes: &'a HashMap<String, String>,
    now: Instant,
    added: HashMap<String, PersonId>,
    /// The posts of those whose posts change, as they shall be.
    posts: BTreeMap<PersonId, Vec<(Post, Holding)>>,
    report: Report,
}

impl<'a> Importing<'a> {
    fn new(
        conn: &'a mut Connection,
        before: &'a Directory,
        hashes: &'a HashMap<String, String>,
        now: Instant,
    ) -> Self {
        Self {
            conn,
            before,
            hashes,
            now,
            added: HashMap::new(),
            posts: BTreeMap::new(),
            report: Report::default(),
        }
    }

    fn run(mut self, plan: &Plan) -> Result<Report, Error> {
        for change in &plan.changes {
            self.change(change)?;
        }
        for (person, held) in &self.posts {
            storage::posts::replace(self.conn, *person, held)?;
        }
        Ok(self.report)
    }

    fn change(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::AddRole(role) => {
                storage::roles::save(self.conn, role)?;
                self.report.roles.added += 1;
            }
            Change::ChangeRole(role) => {
                storage::roles::save(self.conn, role)?;
                self.report.roles.changed += 1;
            }
            Change::AddDepartment(department) => {
                storage::departments::save(self.conn, department)?;
                self.report.departments.added += 1;
            }
            Change::ChangeDepartment(department) => {
                storage::departments::save(self.conn, department)?;
                self.report.departments.changed += 1;
            }
            Change::DeactivateDepartment(code) => {
                storage::departments::set_active(self.conn, code, false)?;
                self.report.departments.ended += 1;
            }
            Change::AddPerson(entry) => {
                self.add_person(entry)?;
                self.report.people.added += 1;
            }
            Change::ChangePerson(_, entry) => {
                storage::people::save(self.conn, &new_person(entry, self.now))?;
                self.report.people.changed += 1;
            }
            Change::DeactivatePerson(person) => {
                storage::people::set_active(self.conn, *person, false)?;
                self.report.people.ended += 1;
            }
            Change::AddPost(entry) => {
                let person = self.person(&entry.person)?;
                self.posts_of(person)
                    .push((entry.post.clone(), holding(person, entry)));
                self.report.posts.added += 1;
            }
            Change::ChangePost { post, was } => {
                self.replace_post(&post.post, was, holding(was.person, post));
                self.report.posts.changed += 1;
            }
            Change::EndPost { post, was, until } => {
                let ended = Holding {
                    until: Some(*until),
                    ..was.clone()
                };
                self.replace_post(post, was, ended);
                self.report.posts.ended += 1;
            }
        }
        Ok(())
    }

    fn add_person(&mut self, entry: &PersonEntry) -> Result<(), Error> {
        let id = storage::people::save(self.conn, &new_person(entry, self.now))?;
        if let Some(hash) = self.hashes.get(&entry.login) {
            storage::people::set_password(self.conn, id, Some(hash))?;
        }
        self.added.insert(entry.login.clone(), id);
        Ok(())
    }

    fn person(&self, login: &str) -> Result<PersonId, Error> {
        let known = self.before.by_login(login).map(|person| person.id);
        known
            .or_else(|| self.added.get(login).copied())
            .ok_or_else(|| Error::Fault(format!("a post for `{login}`, whom nothing adds")))
    }

    fn posts_of(&mut self, person: PersonId) -> &mut Vec<(Post, Holding)> {
        let before = self.before;
        self.posts.entry(person).or_insert_with(|| {
            let mut held: Vec<(Post, Holding)> = before
                .holdings
                .iter()
                .flat_map(|(post, all)| all.iter().map(move |one| (post.clone(), one.clone())))
                .filter(|(_, one)| one.person == person)
                .collect();
            held.sort_by(|a, b| (&a.0, a.1.from).cmp(&(&b.0, b.1.from)));
            held
        })
    }

    fn replace_post(&mut self, post: &Post, was: &Holding, now: Holding) {
        let held = self.posts_of(was.person);
        if let Some(row) = held
            .iter_mut()
            .find(|(known, one)| known == post && one == was)
        {
            row.1 = now;
        }
    }
}

fn holding(person: PersonId, entry: &PostEntry) -> Holding {
    Holding {
        person,
        from: entry.from,
        until: entry.until,
    }
}

fn new_person(entry: &PersonEntry, now: Instant) -> NewPerson {
    NewPerson {
        ulid: Ulid::new(),
        login: entry.login.clone(),
        name: entry.name.clone(),
        email: entry.email.clone(),
        department: entry.department.clone(),
        clearance: entry.clearance,
        language: Language::Zh.tag().to_owned(),
        active: entry.active,
        created_at: now,
    }
}

/// Refuses what would leave an open task to nobody; ends the sessions, tokens and links of those who lost them.
fn end_what_was_lost(
    conn: &mut Connection,
    before: &Directory,
    after: &Directory,
    now: Instant,
) -> Result<(), Error> {
    let mut orphans = Vec::new();
    open_cases::each(conn, |conn, open| {
        for task in open.case.open_tasks() {
            let could = open.eligible(task, before, now);
            let can = open.eligible(task, after, now);
            // Advice that nobody can give holds nothing up.
            let needed = task.asks != TaskAsks::Advise;
            if needed && can.is_empty() && !open.can_be_given(task, after, now) {
                let lost = !could.is_empty() || open.can_be_given(task, before, now);
                orphans.extend(lost.then(|| orphan(open, task, &could, before)));
            }
            end_links(conn, open, task, &open.able(task, after, now), now)?;
        }
        Ok(())
    })?;
    if !orphans.is_empty() {
        return Err(Error::Import(orphans));
    }
    let gone = before.people.values().filter(|person| {
        person.active && !after.person(person.id).is_some_and(|after| after.active)
    });
    for person in gone {
        storage::sessions::remove_of(conn, person.id)?;
        storage::api_tokens::revoke_of(conn, person.id, now)?;
        storage::action_links::revoke_for_person(conn, person.id, links::DEACTIVATED, now)?;
    }
    Ok(())
}

/// The links to a task die that are with people who cannot act on it any more.
fn end_links(
    conn: &mut Connection,
    open: &OpenCase,
    task: &Task,
    can: &BTreeSet<PersonId>,
    now: Instant,
) -> Result<(), Error> {
    let Some(row) = storage::tasks::by_number(conn, open.id, task.id.0)? else {
        return Ok(());
    };
    let lost: BTreeSet<PersonId> = storage::action_links::live_of_task(conn, row.id)?
        .into_iter()
        .map(|link| link.link.person_id)
        .filter(|person| !can.contains(person))
        .collect();
    for person in lost {
        storage::action_links::revoke_siblings(conn, row.id, person, links::LOST_POST, now)?;
    }
    Ok(())
}

/// One sentence for an administrator: which case and stage, who it waits for, and what to do first.
fn orphan(open: &OpenCase, task: &Task, could: &BTreeSet<PersonId>, before: &Directory) -> String {
    let person = |id: &PersonId| {
        before.person(*id).map_or_else(
            || id.to_string(),
            |one| format!("{}（{}）", one.name, one.login),
        )
    };
    let asked: Vec<String> = task
        .offered
        .iter()
        .map(|party| match party {
            Party::Person(id) => person(id),
            Party::Post(_) | Party::Department(_) => viewer::address(party).to_string(),
        })
        .collect();
    let people: Vec<String> = could.iter().map(person).collect();
    let titles = Titles {
        workflow: &open.workflow,
        case: &open.case,
        directory: before,
        language: Language::Zh,
        former: None,
    };
    format!(
        "事项 {} 的环节“{}”正等 {} 办理，能办的只有 {}，导入后就没有人了；请先让其办完，或者为这个岗位安排别的人",
        open.number,
        titles.task(task),
        asked.join("、"),
        people.join("、"),
    )
}
