//! What people, posts and places are called.

use crate::directory::{DepartmentCode, Directory, RoleCode};
use crate::engine::Party;
use crate::forms::Words;
use crate::workflow::place::{branch_of, id_of, keys_of};
use crate::workflow::{Kind, Text, Workflow};

/// A person by name; a post by its department and role.
#[must_use]
pub fn party(directory: &Directory, party: &Party, words: &dyn Words) -> String {
    match party {
        Party::Person(id) => {
            let person = directory.person(*id);
            person.map(|person| person.name.clone()).unwrap_or_default()
        }
        Party::Post(post) => format!(
            "{}{}",
            department(directory, &post.department),
            role(directory, &post.role, words)
        ),
        Party::Department(code) => department(directory, code),
    }
}

fn department(directory: &Directory, code: &DepartmentCode) -> String {
    let known = directory.department(code);
    known.map_or_else(|| code.to_string(), |one| one.short_name.clone())
}

fn role(directory: &Directory, code: &RoleCode, words: &dyn Words) -> String {
    let Some(role) = directory.role(code) else {
        return code.to_string();
    };
    let title = Text {
        zh: role.title.clone(),
        en: Some(role.title_en.clone()).filter(|en| !en.is_empty()),
    };
    words.pick(&title).to_owned()
}

/// A stage, block, branch or end by its title, with the keys of its branches.
#[must_use]
pub fn place(workflow: &Workflow, place: &str, words: &dyn Words) -> String {
    let node = workflow.node(place);
    let branch = node
        .zip(branch_of(place))
        .and_then(|(node, name)| match &node.kind {
            Kind::Parallel(parallel) => parallel.branches.iter().find(|one| one.name == name),
            _ => None,
        });
    let title = branch.map(|branch| &branch.title);
    let title = title.or(node.map(|node| &node.title));
    let Some(title) = title.or_else(|| workflow.end(place).map(|end| &end.title)) else {
        return match place {
            "" => String::new(),
            other => words.say(&format!("trial.place.{}", id_of(other)), &[]),
        };
    };
    let keys: Vec<&str> = keys_of(place).collect();
    let title = words.pick(title);
    match keys.is_empty() {
        true => title.to_owned(),
        false => format!("{title} [{}]", keys.join(", ")),
    }
}
