//! The directory at one revision, and the questions that rules ask of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::{
    Department, DepartmentCode, Holding, Person, PersonId, Post, Role, RoleCode, Substitution,
};

/// The whole directory at one revision. Built once by [`Directory::new`], which also builds its indexes; afterwards
/// it is only read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Counts up with every change.
    pub revision: i64,
    /// Departments by code.
    pub departments: BTreeMap<DepartmentCode, Department>,
    /// People by key.
    pub people: HashMap<PersonId, Person>,
    /// Roles by code.
    pub roles: BTreeMap<RoleCode, Role>,
    /// Who holds which post, and when.
    pub holdings: HashMap<Post, Vec<Holding>>,
    /// Who acts for whom, and when.
    pub substitutions: Vec<Substitution>,
    logins: HashMap<String, PersonId>,
    posts: HashMap<PersonId, BTreeSet<Post>>,
}

impl Directory {
    /// The directory of these rows; the indexes are built here.
    #[must_use]
    pub fn new(
        revision: i64,
        departments: impl IntoIterator<Item = Department>,
        people: impl IntoIterator<Item = Person>,
        roles: impl IntoIterator<Item = Role>,
        holdings: impl IntoIterator<Item = (Post, Holding)>,
    ) -> Self {
        let mut directory = Self {
            revision,
            ..Self::default()
        };
        for department in departments {
            let code = department.code.clone();
            directory.departments.insert(code, department);
        }
        for role in roles {
            directory.roles.insert(role.code.clone(), role);
        }
        for person in people {
            directory.logins.insert(person.login.clone(), person.id);
            directory.people.insert(person.id, person);
        }
        for (post, holding) in holdings {
            let held = directory.posts.entry(holding.person).or_default();
            held.insert(post.clone());
            directory.holdings.entry(post).or_default().push(holding);
        }
        directory
    }

    /// The active people who hold `post` on `day`, in the order of their keys.
    #[must_use]
    pub fn holders(&self, post: &Post, day: NaiveDate) -> BTreeSet<PersonId> {
        self.holdings
            .get(post)
            .into_iter()
            .flatten()
            .filter(|held| held.covers(day) && self.is_active(held.person))
            .map(|held| held.person)
            .collect()
    }

    /// Whether `person` is active and holds `post` on `day`.
    #[must_use]
    pub fn holds(&self, person: PersonId, post: &Post, day: NaiveDate) -> bool {
        self.is_active(person) && self.covered(person, post, day)
    }

    /// The posts that `person` holds on `day`, sorted; none for somebody who was deactivated.
    #[must_use]
    pub fn posts_of(&self, person: PersonId, day: NaiveDate) -> Vec<Post> {
        if !self.is_active(person) {
            return Vec::new();
        }
        self.posts
            .get(&person)
            .into_iter()
            .flatten()
            .filter(|post| self.covered(person, post, day))
            .cloned()
            .collect()
    }

    /// Whether `person` holds in `department` on `day` a post whose role sees the cases of the whole department.
    #[must_use]
    pub fn leads(&self, person: PersonId, department: &DepartmentCode, day: NaiveDate) -> bool {
        self.posts_of(person, day).iter().any(|post| {
            post.department == *department
                && self.roles.get(&post.role).is_some_and(|role| role.leads)
        })
    }

    /// The person with this key.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// The person with this login.
    #[must_use]
    pub fn by_login(&self, login: &str) -> Option<&Person> {
        self.people.get(self.logins.get(login)?)
    }

    /// The department with this code.
    #[must_use]
    pub fn department(&self, code: &DepartmentCode) -> Option<&Department> {
        self.departments.get(code)
    }

    /// The role with this code.
    #[must_use]
    pub fn role(&self, code: &RoleCode) -> Option<&Role> {
        self.roles.get(code)
    }

    /// Every post that `person` ever held or will hold, active or not, with its days.
    pub(super) fn all_held_by(&self, person: PersonId) -> impl Iterator<Item = (&Post, &Holding)> {
        self.posts
            .get(&person)
            .into_iter()
            .flatten()
            .flat_map(move |post| {
                let holdings = self.holdings.get(post).into_iter().flatten();
                holdings
                    .filter(move |held| held.person == person)
                    .map(move |held| (post, held))
            })
    }

    fn covered(&self, person: PersonId, post: &Post, day: NaiveDate) -> bool {
        self.holdings.get(post).is_some_and(|all| {
            all.iter()
                .any(|held| held.person == person && held.covers(day))
        })
    }

    fn is_active(&self, person: PersonId) -> bool {
        self.person(person).is_some_and(|person| person.active)
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! A small directory for the tests of this module.

    use super::super::{Level, standard_roles};
    use super::*;

    /// A department's code.
    pub fn code(text: &str) -> DepartmentCode {
        DepartmentCode(text.to_owned())
    }

    /// A post from `section_head@police`.
    pub fn post(text: &str) -> Post {
        let (role, department) = text.split_once('@').expect(text);
        Post {
            role: RoleCode(role.to_owned()),
            department: code(department),
        }
    }

    /// A department; `None` for an authority.
    pub fn department(
        name: &str,
        region: &str,
        level: Level,
        authority: Option<&str>,
    ) -> Department {
        Department {
            code: code(name),
            name: name.to_owned(),
            short_name: name.to_owned(),
            parent: None,
            region: region.to_owned(),
            level,
            authority: authority.map(code),
            active: true,
        }
    }

    /// An active person of the police.
    pub fn person(id: i64, login: &str) -> Person {
        Person {
            id: PersonId(id),
            login: login.to_owned(),
            name: login.to_owned(),
            email: format!("{login}@henan.example"),
            department: code("police"),
            clearance: 3,
            active: true,
        }
    }

    /// `person` holds `post` without end.
    pub fn held(id: i64, text: &str) -> (Post, Holding) {
        let holding = Holding {
            person: PersonId(id),
            from: None,
            until: None,
        };
        (post(text), holding)
    }

    /// Police and health of the province, with an authority.
    pub fn directory(people: Vec<Person>, holdings: Vec<(Post, Holding)>) -> Directory {
        let departments = ["police", "health"]
            .map(|name| department(name, "410000", Level::Province, Some("authority")))
            .into_iter()
            .chain([department("authority", "410000", Level::Province, None)]);
        Directory::new(1, departments, people, standard_roles(), holdings)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    #[test]
    fn a_post_is_held_from_its_first_to_its_last_day() {
        let mut held = held(1, "section_head@police");
        held.1.from = Some(day("2026-03-01"));
        held.1.until = Some(day("2026-03-31"));
        let directory = directory(vec![person(1, "wang")], vec![held]);
        let post = post("section_head@police");

        for (on, holds) in [
            ("2026-02-28", false),
            ("2026-03-01", true),
            ("2026-03-31", true),
            ("2026-04-01", false),
        ] {
            assert_eq!(directory.holds(PersonId(1), &post, day(on)), holds, "{on}");
            assert_eq!(
                directory.posts_of(PersonId(1), day(on)).len(),
                usize::from(holds),
                "{on}"
            );
        }
    }

    #[test]
    fn somebody_who_was_deactivated_holds_nothing() {
        let mut gone = person(1, "wang");
        gone.active = false;
        let directory = directory(vec![gone], vec![held(1, "dept_leader@police")]);
        let today = day("2026-03-01");

        assert!(
            directory
                .holders(&post("dept_leader@police"), today)
                .is_empty()
        );
        assert!(directory.posts_of(PersonId(1), today).is_empty());
        assert!(!directory.leads(PersonId(1), &code("police"), today));
    }

    #[test]
    fn only_a_leading_role_in_that_department_leads_it() {
        let directory = directory(
            vec![person(1, "wang"), person(2, "li")],
            vec![
                held(1, "share_office_head@police"),
                held(2, "section_head@police"),
            ],
        );
        let today = day("2026-03-01");

        assert!(directory.leads(PersonId(1), &code("police"), today));
        assert!(!directory.leads(PersonId(1), &code("health"), today));
        assert!(!directory.leads(PersonId(2), &code("police"), today));
    }

    #[test]
    fn people_are_found_by_login() {
        let directory = directory(vec![person(1, "wang"), person(2, "li")], vec![]);

        assert_eq!(directory.by_login("li").map(|li| li.id), Some(PersonId(2)));
        assert_eq!(directory.by_login("zhao"), None);
    }
}
