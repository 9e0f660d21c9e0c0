//! What an import would change: pure, so that it can be shown before it is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::check;
use super::file::{Fault, PersonEntry, PostEntry};
use super::{
    Department, DepartmentCode, Directory, DirectoryFile, Holding, Person, PersonId, Post, Role,
};

/// One change to the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new role.
    AddRole(Role),
    /// Another title, or whether it leads.
    ChangeRole(Role),
    /// A new department; its parent was added before it.
    AddDepartment(Department),
    /// Something about a department.
    ChangeDepartment(Department),
    /// A new person.
    AddPerson(PersonEntry),
    /// Something about a person, but never the password.
    ChangePerson(PersonId, PersonEntry),
    /// A new post for somebody, by login.
    AddPost(PostEntry),
    /// Other days for a post that somebody has; `was` tells which of its rows.
    ChangePost {
        /// The days as they shall be.
        post: PostEntry,
        /// The row as it is.
        was: Holding,
    },
    /// A post that a complete file no longer lists: its last day becomes `until`.
    EndPost {
        /// Which.
        post: Post,
        /// The row as it is.
        was: Holding,
        /// The last day.
        until: NaiveDate,
    },
    /// Somebody whom a complete file no longer lists.
    DeactivatePerson(PersonId),
    /// A department that a complete file no longer lists.
    DeactivateDepartment(DepartmentCode),
}

/// What an import would change, in an order in which it can be done. Empty when the file was imported before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
}

impl DirectoryFile {
    /// What importing this file on `today` would change, or the names in it that exist neither here nor there and the
    /// rules that would be broken together with what is there.
    pub fn plan(&self, current: &Directory, today: NaiveDate) -> Result<Plan, Vec<Fault>> {
        let faults = check::across(current, self);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut changes = Vec::new();
        changes.extend(
            self.roles
                .iter()
                .filter_map(|role| role_change(current, role)),
        );
        changes.extend(
            parents_first(&self.departments)
                .into_iter()
                .filter_map(|one| department_change(current, one)),
        );
        changes.extend(
            self.people
                .iter()
                .filter_map(|one| person_change(current, one)),
        );
        changes.extend(
            self.posts
                .iter()
                .filter_map(|one| post_change(current, one)),
        );
        if self.complete {
            changes.extend(self.ended_posts(current, today));
            changes.extend(self.missing_people(current));
            changes.extend(self.missing_departments(current));
        }
        Ok(Plan { changes })
    }

    fn ended_posts(&self, current: &Directory, today: NaiveDate) -> Vec<Change> {
        let listed: BTreeSet<(&str, &Post)> = self
            .posts
            .iter()
            .map(|entry| (entry.person.as_str(), &entry.post))
            .collect();
        let yesterday = today.pred_opt().unwrap_or(today);
        let mut ended: Vec<(&Post, &Holding)> = current
            .holdings
            .iter()
            .flat_map(|(post, all)| all.iter().map(move |held| (post, held)))
            .filter(|(_, held)| held.until.is_none_or(|until| today <= until))
            .filter(|(post, held)| {
                let login = current.person(held.person).map(|one| one.login.as_str());
                login.is_none_or(|login| !listed.contains(&(login, *post)))
            })
            .collect();
        ended.sort_by_key(|(post, held)| (*post, held.person));
        ended
            .into_iter()
            .map(|(post, was)| Change::EndPost {
                post: post.clone(),
                was: was.clone(),
                until: yesterday,
            })
            .collect()
    }

    fn missing_people(&self, current: &Directory) -> Vec<Change> {
        let listed: BTreeSet<&str> = self.people.iter().map(|one| one.login.as_str()).collect();
        let mut missing: Vec<PersonId> = current
            .people
            .values()
            .filter(|one| one.active && !listed.contains(one.login.as_str()))
            .map(|one| one.id)
            .collect();
        missing.sort();
        missing.into_iter().map(Change::DeactivatePerson).collect()
    }

    fn missing_departments(&self, current: &Directory) -> Vec<Change> {
        let listed: BTreeSet<&DepartmentCode> =
            self.departments.iter().map(|one| &one.code).collect();
        current
            .departments
            .values()
            .filter(|one| one.active && !listed.contains(&one.code))
            .map(|one| Change::DeactivateDepartment(one.code.clone()))
            .collect()
    }
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn role_change(current: &Directory, role: &Role) -> Option<Change> {
    match current.role(&role.code) {
        None => Some(Change::AddRole(role.clone())),
        Some(now) if now != role => Some(Change::ChangeRole(role.clone())),
        Some(_) => None,
    }
}

fn department_change(current: &Directory, one: &Department) -> Option<Change> {
    match current.department(&one.code) {
        None => Some(Change::AddDepartment(one.clone())),
        Some(now) if now != one => Some(Change::ChangeDepartment(one.clone())),
        Some(_) => None,
    }
}

fn person_change(current: &Directory, entry: &PersonEntry) -> Option<Change> {
    let Some(now) = current.by_login(&entry.login) else {
        return Some(Change::AddPerson(entry.clone()));
    };
    let wanted = Person {
        id: now.id,
        login: entry.login.clone(),
        name: entry.name.clone(),
        email: entry.email.clone(),
        department: entry.department.clone(),
        clearance: entry.clearance,
        active: entry.active,
    };
    (*now != wanted).then(|| Change::ChangePerson(now.id, entry.clone()))
}

fn post_change(current: &Directory, entry: &PostEntry) -> Option<Change> {
    let rows: Vec<&Holding> = current
        .by_login(&entry.person)
        .and_then(|person| Some((person.id, current.holdings.get(&entry.post)?)))
        .into_iter()
        .flat_map(|(id, all)| all.iter().filter(move |held| held.person == id))
        .collect();
    let same = |held: &&&Holding| held.from == entry.from && held.until == entry.until;
    if rows.iter().find(same).is_some() {
        return None;
    }
    // Somebody may have held a post before and got it again: the file speaks of the last time.
    let last = rows
        .into_iter()
        .max_by_key(|held| (held.until.is_none(), held.until, held.from));
    Some(match last {
        None => Change::AddPost(entry.clone()),
        Some(was) => Change::ChangePost {
            post: entry.clone(),
            was: was.clone(),
        },
    })
}

/// The departments so that a parent comes before its children.
fn parents_first(departments: &[Department]) -> Vec<&Department> {
    let by_code: BTreeMap<&DepartmentCode, &Department> =
        departments.iter().map(|one| (&one.code, one)).collect();
    let mut depths: HashMap<&DepartmentCode, usize> = HashMap::new();
    for one in departments {
        let mut depth = 0;
        let mut above = one.parent.as_ref().and_then(|code| by_code.get(code));
        // There are no circles left, but the count is bounded all the same.
        while let Some(parent) = above.filter(|_| depth < departments.len()) {
            depth += 1;
            above = parent.parent.as_ref().and_then(|code| by_code.get(code));
        }
        depths.insert(&one.code, depth);
    }
    let mut sorted: Vec<&Department> = departments.iter().collect();
    // Of the same depth, an authority goes before those that name it.
    sorted.sort_by_key(|one| (depths.get(&one.code).copied(), one.authority.is_some()));
    sorted
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
