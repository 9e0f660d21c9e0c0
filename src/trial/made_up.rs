//! People for a request without a directory: one for each post that its definition may ask for.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::script::roles;
use crate::catalogue::Resource;
use crate::directory::{
    Department, DepartmentCode, Directory, Holding, Level, Person, PersonId, Post, RoleCode,
    is_administrator,
};
use crate::forms::Answers;
use crate::workflow::{OverdueAct, Where, Who, Workflow};

/// The applicant's department, its authority, and the one body of its region.
const OWN: &str = "applicant";
const AUTHORITY: &str = "authority";
const REGION: &str = "region";

/// Invented people.
pub(super) struct MadeUp {
    pub directory: Directory,
    pub applicant: PersonId,
    pub department: DepartmentCode,
}

/// One person for each standard role in the applicant's department, its authority, the body of its region, and every
/// department that the answers or the catalogue name.
pub(super) fn staff(workflow: &Workflow, answers: &Answers, resources: &[Resource]) -> MadeUp {
    let of_region = roles_of_region(workflow);
    let mut codes = BTreeSet::from([OWN, AUTHORITY, REGION].map(str::to_owned));
    codes.extend(resources.iter().map(|resource| resource.provider.0.clone()));
    codes.extend(named_departments(workflow, answers));
    let mut people = Vec::new();
    let mut holdings = Vec::new();
    for code in &codes {
        for role in roles() {
            let at_region = of_region.contains(&role.code);
            if is_administrator(&role.code) || (at_region && code != REGION) {
                continue;
            }
            let login = format!("{}@{code}", role.code);
            people.push(person(people.len(), &login, &role.title, code));
            let post = Post {
                role: role.code,
                department: DepartmentCode(code.clone()),
            };
            holdings.push((post, held_by(people.len())));
        }
    }
    for login in named_people(workflow, answers) {
        people.push(person(people.len(), &login, &login, OWN));
    }
    people.push(person(people.len(), "applicant", "申请人", OWN));
    let applicant = people.len();
    for role in workflow.who.iter().filter(|role| role.0 != "any") {
        let post = Post {
            role: role.clone(),
            department: DepartmentCode(OWN.to_owned()),
        };
        holdings.push((post, held_by(applicant)));
    }
    let departments = codes.iter().map(|code| department(code));
    MadeUp {
        directory: Directory::new(1, departments, people, roles(), holdings),
        applicant: id(applicant),
        department: DepartmentCode(OWN.to_owned()),
    }
}

fn id(number: usize) -> PersonId {
    PersonId(i64::try_from(number).unwrap_or(i64::MAX))
}

fn person(before: usize, login: &str, name: &str, department: &str) -> Person {
    Person {
        id: id(before + 1),
        login: login.to_owned(),
        name: name.to_owned(),
        email: String::new(),
        department: DepartmentCode(department.to_owned()),
        clearance: 6,
        active: true,
    }
}

fn held_by(number: usize) -> Holding {
    Holding {
        person: id(number),
        from: None,
        until: None,
    }
}

fn department(code: &str) -> Department {
    let name = match code {
        OWN => "申请部门",
        AUTHORITY => "主管部门",
        REGION => "本区域",
        other => other,
    };
    Department {
        code: DepartmentCode(code.to_owned()),
        name: name.to_owned(),
        short_name: name.to_owned(),
        parent: None,
        region: "410000".to_owned(),
        level: Level::Province,
        authority: (code != AUTHORITY).then(|| DepartmentCode(AUTHORITY.to_owned())),
        active: true,
    }
}

/// Roles that one body of the region holds: nobody else does.
fn roles_of_region(workflow: &Workflow) -> BTreeSet<RoleCode> {
    let asked = workflow.nodes().flat_map(|node| {
        let stage = node.stage();
        let seats = stage.into_iter().flat_map(|stage| &stage.seats);
        let overdue = node.due.iter().flat_map(|rule| &rule.overdue);
        let overdue = overdue.filter_map(|overdue| match &overdue.act {
            OverdueAct::Escalate(who) | OverdueAct::Assign(who) => Some(who),
            OverdueAct::Next(_) => None,
        });
        let copies = node.copy.entered.iter().chain(&node.copy.passed);
        seats
            .flat_map(|seat| &seat.who)
            .chain(overdue)
            .chain(copies)
    });
    asked
        .filter_map(|who| match who {
            Who::Post {
                role,
                at: Where::Region,
                ..
            } => Some(role.clone()),
            _ => None,
        })
        .collect()
}

fn named_departments(workflow: &Workflow, answers: &Answers) -> BTreeSet<String> {
    texts(workflow, answers, &["department", "departments"])
}

fn named_people(workflow: &Workflow, answers: &Answers) -> BTreeSet<String> {
    texts(workflow, answers, &["person", "people"])
}

/// The texts in answers to fields of these types.
fn texts(workflow: &Workflow, answers: &Answers, types: &[&str]) -> BTreeSet<String> {
    let fields = workflow.form.fields();
    let fields = fields.filter(|field| types.contains(&field.kind.0.name()));
    fields
        .filter_map(|field| answers.get(&field.id))
        .flat_map(|answer| match answer {
            Json::Array(all) => all.clone(),
            one => vec![one.clone()],
        })
        .filter_map(|answer| answer.as_str().map(str::to_owned))
        .collect()
}
