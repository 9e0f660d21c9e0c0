//! What differs in the workflow as a whole, in its settings and its ends.

use super::{Aspect, Change, How, Part, Value, all, differing};
use crate::workflow::model::{End, Setting, Workflow};

const WORKFLOW: &[Aspect<Workflow>] = &[
    ("policy_kind", |workflow| {
        Value::Written(workflow.kind.clone())
    }),
    ("title", |workflow| Value::Words(workflow.title.clone())),
    ("about", |workflow| Value::words(workflow.about.as_ref())),
    ("basis", |workflow| Value::words(workflow.basis.as_ref())),
    ("number", |workflow| Value::Written(workflow.number.clone())),
    ("filing", |workflow| {
        Value::list(workflow.who.iter().map(|role| &role.0))
    }),
    ("calendar", |workflow| {
        Value::Written(workflow.calendar.clone())
    }),
    ("withdraw", |workflow| {
        Value::written(workflow.withdraw_until.as_ref())
    }),
    ("keep", |workflow| {
        Value::Written(workflow.keep.span.to_string())
    }),
    ("keep_law", |workflow| Value::hidden(&workflow.keep)),
    ("checks", |workflow| Value::hidden(&workflow.checks)),
];

const SETTING: &[Aspect<Setting>] = &[
    ("title", |setting| Value::Words(setting.title.clone())),
    ("value", |setting| Value::Written(setting.value.to_string())),
    ("unit", |setting| Value::words(setting.unit.as_ref())),
];

const END: &[Aspect<End>] = &[
    ("title", |end| Value::Words(end.title.clone())),
    ("outcome", |end| Value::hidden(end.outcome)),
    ("copy", |end| Value::list(&end.copy)),
    ("record", |end| Value::hidden(&end.record)),
];

/// The workflow itself, and its settings.
pub(super) fn changes(old: &Workflow, new: &Workflow) -> Vec<Change> {
    let mut found = all(&Part::Workflow, differing(WORKFLOW, old, new, || false));
    // The span says it already.
    if found.iter().any(|change| is_of(change, "keep")) {
        found.retain(|change| !is_of(change, "keep_law"));
    }
    for (name, setting) in &new.settings {
        let of = Part::Setting(name.clone(), setting.title.clone());
        let hows = match old.settings.get(name) {
            None => vec![How::Added],
            Some(before) => differing(SETTING, before, setting, || before != setting),
        };
        found.extend(all(&of, hows));
    }
    let gone = old
        .settings
        .iter()
        .filter(|(name, _)| !new.settings.contains_key(*name));
    found.extend(gone.map(|(name, setting)| Change {
        of: Part::Setting(name.clone(), setting.title.clone()),
        how: How::Removed,
    }));
    found
}

fn is_of(change: &Change, wanted: &str) -> bool {
    matches!(&change.how, How::Changed { aspect, .. } if *aspect == wanted)
}

/// The ends, and which of them is the first.
pub(super) fn ends(old: &Workflow, new: &Workflow) -> Vec<Change> {
    let part = |end: &End| Part::End(end.id.clone(), end.title.clone());
    let mut found = Vec::new();
    for end in &new.ends {
        let hows = match old.end(&end.id) {
            None => vec![How::Added],
            Some(before) => differing(END, before, end, || before != end),
        };
        found.extend(all(&part(end), hows));
    }
    let gone = old.ends.iter().filter(|end| new.end(&end.id).is_none());
    found.extend(gone.map(|end| Change {
        of: part(end),
        how: How::Removed,
    }));
    let first = |workflow: &Workflow| workflow.ends.first().map(|end| end.id.clone());
    if first(old) != first(new) {
        found.extend(new.ends.first().map(|end| Change {
            of: part(end),
            how: How::Moved,
        }));
    }
    found
}

/// The words of the aspects that are looked at.
pub(super) fn words() -> Vec<&'static str> {
    super::words(WORKFLOW)
        .chain(super::words(SETTING))
        .chain(super::words(END))
        .collect()
}
