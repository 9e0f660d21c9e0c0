//! The people of a file: a directory by name, and departments and people written in the file itself.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;

use super::Shelf;
use crate::directory::{
    Department, DepartmentCode, Directory, DirectoryFile, Holding, Level, Person, PersonId, Post,
    Role, RoleCode, standard_roles,
};
use crate::expression::Words;
use crate::workflow::{Entry, Sheet, Surroundings, Tree};

/// Whoever is made up for a test may see everything, unless it says otherwise.
const CLEARANCE: u8 = 6;

/// The directory of a file.
pub(super) fn directory<'t>(sheet: &mut Sheet<'t>, tree: &'t Tree, shelf: &dyn Shelf) -> Directory {
    let mut staff = Staff {
        roles: roles(),
        ..Staff::default()
    };
    if let Some(name) = tree.get("directory") {
        staff.take_file(sheet, name, shelf);
    }
    if let Some(departments) = tree.get("departments") {
        for entry in sheet.entries(departments) {
            staff.department(sheet, entry);
        }
    }
    if let Some(people) = tree.get("people") {
        for entry in sheet.entries(people) {
            staff.person(sheet, entry);
        }
    }
    staff.directory()
}

/// The standard roles, and those that definitions may name besides.
pub(in crate::trial) fn roles() -> Vec<Role> {
    let mut all = standard_roles();
    for code in Surroundings::standard().roles {
        if all.iter().all(|role| role.code.0 != code) {
            all.push(Role {
                code: RoleCode(code.clone()),
                title: code,
                title_en: String::new(),
                leads: false,
                region: false,
            });
        }
    }
    all
}

#[derive(Default)]
struct Staff {
    roles: Vec<Role>,
    departments: Vec<Department>,
    people: Vec<Person>,
    holdings: Vec<(Post, Holding)>,
}

impl Staff {
    fn directory(self) -> Directory {
        Directory::new(1, self.departments, self.people, self.roles, self.holdings)
    }

    fn take_file<'t>(&mut self, sheet: &mut Sheet<'t>, tree: &'t Tree, shelf: &dyn Shelf) {
        let Some(name) = sheet.text(tree) else {
            return;
        };
        match shelf.directory(name) {
            Ok(directory) => self.take(directory),
            Err(cause) => sheet.note("bad-value", &tree.at, unreadable(name, &cause), None),
        }
    }

    /// People are known by login; here their keys count from 1.
    fn take(&mut self, directory: Directory) {
        self.roles.extend(directory.roles.into_values());
        self.departments.extend(directory.departments.into_values());
        let mut people: Vec<Person> = directory.people.into_values().collect();
        people.sort_by_key(|person| person.id);
        let mut keys = BTreeMap::new();
        for person in people {
            let id = self.next_id();
            keys.insert(person.id, id);
            self.people.push(Person { id, ..person });
        }
        for (post, holdings) in directory.holdings {
            let known = holdings.into_iter().filter_map(|holding| {
                let person = *keys.get(&holding.person)?;
                Some((post.clone(), Holding { person, ..holding }))
            });
            self.holdings.extend(known);
        }
    }

    fn next_id(&self) -> PersonId {
        PersonId(i64::try_from(self.people.len()).unwrap_or(i64::MAX) + 1)
    }

    fn department<'t>(&mut self, sheet: &mut Sheet<'t>, entry: &'t Entry) {
        let keys = ["name", "authority", "parent", "region", "level"];
        if !sheet.keys(&entry.value, &keys) {
            return;
        }
        let mut text = |key: &str| {
            let written = entry.value.get(key).and_then(|one| sheet.text(one));
            written.map(str::to_owned)
        };
        let name = text("name").unwrap_or_else(|| entry.key.clone());
        let (authority, parent) = (text("authority"), text("parent"));
        let region = text("region").unwrap_or_else(|| "410000".to_owned());
        let levels = [
            ("province", Level::Province),
            ("city", Level::City),
            ("county", Level::County),
        ];
        let level = entry.value.get("level");
        let level = level.and_then(|one| sheet.word(one, &levels));
        for key in ["authority", "parent"] {
            if let Some(other) = entry.value.get(key) {
                self.known_department(sheet, other, &[&entry.key]);
            }
        }
        self.departments.push(Department {
            code: DepartmentCode(entry.key.clone()),
            short_name: name.clone(),
            name,
            parent: parent.map(DepartmentCode),
            region,
            level: level.unwrap_or(Level::Province),
            authority: authority.map(DepartmentCode),
            active: true,
        });
    }

    /// An authority is written before those that name it.
    fn known_department<'t>(
        &self,
        sheet: &mut Sheet<'t>,
        tree: &'t Tree,
        besides: &[&str],
    ) -> Option<DepartmentCode> {
        let code = sheet.text(tree)?;
        let known = self.departments.iter().map(|one| one.code.0.as_str());
        let known: Vec<&str> = known.chain(besides.iter().copied()).collect();
        self.known(sheet, (code, &tree.at), "部门", "department", &known)
            .then(|| DepartmentCode(code.to_owned()))
    }

    fn known(
        &self,
        sheet: &mut Sheet<'_>,
        (name, at): (&str, &Range<usize>),
        zh: &str,
        en: &str,
        known: &[&str],
    ) -> bool {
        let there = known.contains(&name);
        if !there {
            let what = Words::new(zh, en);
            sheet.unknown("unknown-name", at, (&what, name), known.iter().copied());
        }
        there
    }

    /// `ann: applicant@a`, `bob: [section_head@a, dept_leader@a]` or a map.
    fn person<'t>(&mut self, sheet: &mut Sheet<'t>, entry: &'t Entry) {
        let id = self.next_id();
        let keys = ["name", "department", "posts", "clearance", "active"];
        let details = (!entry.value.entries().is_empty()).then_some(&entry.value);
        if details.is_some_and(|details| !sheet.keys(details, &keys)) {
            return;
        }
        let key = |key: &str| details.and_then(|details| details.get(key));
        let posts = match details {
            Some(_) => key("posts"),
            None => Some(&entry.value),
        };
        let posts = posts.map_or_else(Vec::new, |posts| self.posts(sheet, posts));
        let department = match key("department") {
            Some(written) => self.known_department(sheet, written, &[]),
            None => posts.first().map(|post| post.department.clone()),
        };
        let Some(department) = department else {
            return sheet.missing(&entry.value, "department");
        };
        let name = key("name").and_then(|one| sheet.text(one));
        let clearance = key("clearance").and_then(|one| sheet.count(one));
        let active = key("active").and_then(|one| sheet.switch(one));
        self.people.push(Person {
            id,
            login: entry.key.clone(),
            name: name.unwrap_or(&entry.key).to_owned(),
            email: format!("{}@henan.example", entry.key),
            department,
            clearance: clearance
                .map_or(CLEARANCE, |level| u8::try_from(level).unwrap_or(CLEARANCE)),
            active: active.unwrap_or(true),
        });
        let held = posts.into_iter().map(|post| {
            let holding = Holding {
                person: id,
                from: None,
                until: None,
            };
            (post, holding)
        });
        self.holdings.extend(held);
    }

    fn posts<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Vec<Post> {
        let items = sheet.one_or_more(tree);
        items
            .iter()
            .filter_map(|item| self.post(sheet, item))
            .collect()
    }

    fn post<'t>(&self, sheet: &mut Sheet<'t>, tree: &'t Tree) -> Option<Post> {
        let written = sheet.text(tree)?;
        let Some((role, department)) = written.split_once('@') else {
            sheet.expected(
                tree,
                &Words::new("岗位，如 section_head@a", "a post such as section_head@a"),
            );
            return None;
        };
        let roles: Vec<&str> = self.roles.iter().map(|known| &*known.code.0).collect();
        let departments = self.departments.iter();
        let departments: Vec<&str> = departments.map(|known| &*known.code.0).collect();
        let sound = self.known(sheet, (role, &tree.at), "角色", "role", &roles)
            && self.known(
                sheet,
                (department, &tree.at),
                "部门",
                "department",
                &departments,
            );
        sound.then(|| Post {
            role: RoleCode(role.to_owned()),
            department: DepartmentCode(department.to_owned()),
        })
    }
}

/// The directory of a file as `directory import` reads it.
///
/// # Errors
/// The first fault.
pub fn read_directory(text: &str) -> Result<Directory, String> {
    let file = DirectoryFile::parse(text).map_err(|faults| told(&faults))?;
    let nobody = Directory::new(0, [], [], roles(), []);
    // Names that exist nowhere are found while the import is planned.
    file.plan(&nobody, NaiveDate::default())
        .map_err(|faults| told(&faults))?;
    let mut staff = Staff {
        roles: roles(),
        departments: file.departments,
        ..Staff::default()
    };
    staff.roles.extend(file.roles);
    for entry in file.people {
        let id = staff.next_id();
        staff.people.push(Person {
            id,
            login: entry.login,
            name: entry.name,
            email: entry.email,
            department: entry.department,
            clearance: entry.clearance,
            active: entry.active,
        });
    }
    for entry in file.posts {
        let Some(person) = staff.people.iter().find(|one| one.login == entry.person) else {
            continue;
        };
        let holding = Holding {
            person: person.id,
            from: entry.from,
            until: entry.until,
        };
        staff.holdings.push((entry.post, holding));
    }
    Ok(staff.directory())
}

/// Why a file that is named cannot be used.
pub(super) fn unreadable(name: &str, cause: &str) -> Words {
    Words::new(
        format!("“{name}”不能用：{cause}"),
        format!("`{name}` cannot be used: {cause}"),
    )
}

/// The first of several faults.
fn told(faults: &[crate::directory::Fault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}
