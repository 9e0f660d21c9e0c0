//! Who and what there is around the small world: people, posts, resources.

use huiqian::directory::{
    Department, DepartmentCode, Directory, Holding, Level, Person, PersonId, Post, RoleCode,
};
use huiqian::forms::{
    CaseFacts, ChosenResource, DepartmentFacts, FileFacts, Lookup, PersonFacts, Pick,
};
use huiqian::workflow::Who;

/// Everybody and everything that is asked for exists; the code `R3` is a resource of level 3 that P provides.
pub struct Everything;

impl Lookup for Everything {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        Some(PersonFacts {
            login: login.into(),
            name: login.into(),
            department: String::new(),
        })
    }
    fn may_choose(&self, _: &str, _: &Who) -> bool {
        true
    }
    fn people(&self, _: Option<&Who>) -> Vec<PersonFacts> {
        Vec::new()
    }
    fn department(&self, code: &str) -> Option<DepartmentFacts> {
        Some(DepartmentFacts {
            code: code.into(),
            name: code.into(),
            short_name: code.into(),
        })
    }
    fn departments(&self) -> Vec<DepartmentFacts> {
        Vec::new()
    }
    fn resource(&self, code: &str, _: Option<&str>) -> Option<ChosenResource> {
        let level = code.strip_prefix('R')?.parse().ok()?;
        Some(ChosenResource {
            resource: code.into(),
            item: None,
            title: code.into(),
            item_title: None,
            provider: "P".into(),
            sharing: "conditional".into(),
            level,
            conditions: Vec::new(),
        })
    }
    fn search(&self, _: &str, _: Pick) -> Vec<ChosenResource> {
        Vec::new()
    }
    fn attachment(&self, _: &str) -> Option<FileFacts> {
        None
    }
    fn case(&self, _: &str) -> Option<CaseFacts> {
        None
    }
}

/// Who works where: `login`, department, roles.
pub type Row<'a> = (&'a str, &'a str, &'a [&'a str]);

/// People with a clearance of 6; one whose login ends in a digit has that clearance, and one in a department that begins
/// with `-` has left.
pub fn directory(people: &[Row<'_>]) -> Directory {
    let departments =
        [("A", Some("Z")), ("P", Some("Z")), ("Z", None)].map(|(code, authority)| Department {
            code: DepartmentCode(code.into()),
            name: code.into(),
            short_name: code.into(),
            parent: None,
            region: "410000".into(),
            level: Level::Province,
            authority: authority.map(|code| DepartmentCode(code.into())),
            active: true,
        });
    let mut holdings = Vec::new();
    let mut known = Vec::new();
    for (index, (login, department, roles)) in people.iter().enumerate() {
        let id = PersonId(i64::try_from(index).expect("few people") + 1);
        let active = !department.starts_with('-');
        let department = DepartmentCode(department.trim_start_matches('-').into());
        for role in *roles {
            let post = Post {
                role: RoleCode((*role).into()),
                department: department.clone(),
            };
            holdings.push((
                post,
                Holding {
                    person: id,
                    from: None,
                    until: None,
                },
            ));
        }
        let clearance = login.chars().last().and_then(|last| last.to_digit(10));
        known.push(Person {
            id,
            login: (*login).into(),
            name: (*login).into(),
            email: format!("{login}@henan.example"),
            department,
            clearance: clearance.map_or(6, |level| u8::try_from(level).expect("a digit")),
            active,
        });
    }
    Directory::new(1, departments, known, Vec::new(), holdings)
}
