//! What keeps a case from moving to another version, in words.

use std::collections::BTreeMap;

use crate::engine::{EDITING, HELD, Obstacle, PARKED};
use crate::forms::Words;
use crate::messages::{Language, text};
use crate::services::migration::{Refused, Versions};
use crate::web::problem;
use crate::workflow::place::{id_of, keys_in};
use crate::workflow::{Misfit, Text, Workflow};

/// 正在办理的“受理”（intake）在新版本中没有对应
#[must_use]
pub fn obstacle(
    obstacle: &Obstacle,
    versions: &Versions,
    branches: &BTreeMap<String, Text>,
    language: Language,
) -> String {
    let say = |values: &[(&str, &str)]| {
        text(
            language,
            &format!("versions.obstacle.{}", obstacle.code()),
            values,
        )
    };
    let old = |place: &str| stage_of(&versions.old, place, branches, language);
    let new = |place: &str| stage_of(&versions.new, place, branches, language);
    match obstacle {
        Obstacle::NotOpen | Obstacle::OwnCase => say(&[]),
        Obstacle::NoCounterpart(place)
        | Obstacle::OtherKind(place)
        | Obstacle::OtherBlocks(place)
        | Obstacle::SupplementOut(place)
        | Obstacle::NoWayBack(place)
        | Obstacle::StatutoryClock(place)
        | Obstacle::ExtensionPending(place) => say(&[("stage", &old(place))]),
        Obstacle::StatuteLeftOut(place) => say(&[("stage", &new(place))]),
        Obstacle::SeatGone { stage, seat } | Obstacle::SeatAdded { stage, seat } => {
            say(&[("stage", &old(stage)), ("seat", seat)])
        }
        Obstacle::FieldMissing(field) => {
            say(&[("field", &field_of(&versions.new, field, language))])
        }
        Obstacle::SupplementField(field) | Obstacle::FieldChanged(field) => {
            say(&[("field", &field_of(&versions.old, field, language))])
        }
        Obstacle::Guard(reason) => say(&[("reason", reason)]),
        Obstacle::Rejected(rejection) => {
            say(&[("reason", &problem::refusal(rejection, language, None))])
        }
    }
}

/// A stage, block or end by its title and place: “受理”（intake）; in a branch with what that is called, when it is known:
/// “受理”（intake，省公安厅）.
#[must_use]
pub fn stage_of(
    workflow: &Workflow,
    place: &str,
    branches: &BTreeMap<String, Text>,
    language: Language,
) -> String {
    let beside = match id_of(place) {
        EDITING => Some("versions.obstacle.editing"),
        PARKED => Some("versions.obstacle.parked"),
        HELD => Some("versions.obstacle.held"),
        _ => None,
    };
    if let Some(key) = beside {
        return text(language, key, &[]);
    }
    let node = workflow.node(place).map(|node| &node.title);
    let title = node.or_else(|| workflow.end(place).map(|end| &end.title));
    match title {
        Some(title) => {
            let title = language.pick(title);
            match branches.get(keys_in(place)) {
                Some(branch) => {
                    let branch = language.pick(branch);
                    let values = [("id", id_of(place)), ("title", title), ("branch", branch)];
                    text(language, "versions.obstacle.stage_in", &values)
                }
                None => {
                    let values = [("id", place), ("title", title)];
                    text(language, "versions.obstacle.stage", &values)
                }
            }
        }
        None => place.to_owned(),
    }
}

/// A field by its label; a column by its table's too.
fn field_of(workflow: &Workflow, path: &str, language: Language) -> String {
    let mut names = path.split('.');
    let field = names.next().and_then(|id| workflow.field(id));
    let Some(field) = field else {
        return path.to_owned();
    };
    let label = language.pick(&field.label);
    let column = names.next().and_then(|name| {
        let mut columns = field.columns.iter();
        columns.find(|column| column.id == name)
    });
    match column {
        Some(column) => format!("{label} / {}", language.pick(&column.label)),
        None => label.to_owned(),
    }
}

/// Why a stage map does not fit.
#[must_use]
pub fn misfit(misfit: &Misfit, language: Language) -> String {
    let say = |key: &str, values: &[(&str, &str)]| {
        text(language, &format!("versions.misfit.{key}"), values)
    };
    match misfit {
        Misfit::Unreadable {
            line,
            column,
            reason,
        } => say(
            "unreadable",
            &[
                ("line", &line.to_string()),
                ("column", &column.to_string()),
                ("reason", reason),
            ],
        ),
        Misfit::UnknownOld(name) => say("unknown_old", &[("name", name)]),
        Misfit::UnknownNew(name) => say("unknown_new", &[("name", name)]),
        Misfit::TwoInOne {
            first,
            second,
            name,
        } => say(
            "two_in_one",
            &[("first", first), ("second", second), ("name", name)],
        ),
    }
}

/// Why nothing is moved at all, in as many sentences; an error of the use case comes back as it is.
pub fn refused(
    refused: Refused,
    language: Language,
) -> Result<Vec<String>, crate::services::Error> {
    let say = |key: &str, values: &[(&str, &str)]| {
        vec![text(language, &format!("versions.refused.{key}"), values)]
    };
    Ok(match refused {
        Refused::Service(error) => return Err(error),
        Refused::Map(misfits) => misfits.iter().map(|one| misfit(one, language)).collect(),
        Refused::NoVersion(version) => say("no_version", &[("version", &version.to_string())]),
        Refused::NotInForce { asked, current } => say(
            "not_in_force",
            &[
                ("asked", &asked.to_string()),
                ("current", &current.to_string()),
            ],
        ),
        Refused::Reason(rejection) => vec![problem::refusal(&rejection, language, None)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{Surroundings, read};

    #[test]
    fn a_stage_in_a_branch_is_named_with_what_the_branch_is_called() {
        let yaml = "workflow: w\ntitle: 试\nnumber: 试〔{year}〕{seq}号\nwho: applicant\nform:\n  - section: s\n    title: 申请\n    \
                    fields:\n      - {id: providers, type: departments, label: 部门, required: true}\nstages:\n  \
                    - foreach: replies\n    title: 各部门\n    over: form.providers\n    as: part\n    stages:\n      \
                    - {stage: intake, title: 受理, who: provider_intake@part}\nends:\n  approved: {title: 已办结}\n  \
                    rejected: {title: 不同意}\n  withdrawn: {title: 已撤回}\n";
        let read = read("w.yaml", yaml, &Surroundings::standard());
        let workflow = read.workflow.expect("a sound definition");
        let title = Text {
            zh: "省公安厅".to_owned(),
            en: None,
        };
        let known = BTreeMap::from([("[P]".to_owned(), title)]);
        let said = |place: &str, branches| stage_of(&workflow, place, branches, Language::Zh);

        assert_eq!(said("intake[P]", &known), "“受理”（intake，省公安厅）");
        assert_eq!(said("replies[P]", &known), "“各部门”（replies，省公安厅）");
        assert_eq!(said("intake[Q]", &known), "“受理”（intake[Q]）");
        assert_eq!(said("replies", &known), "“各部门”（replies）");
    }
}
