//! A policy file: YAML to a checked [`Policy`], with findings at their lines.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::variables;
use super::{Demand, Policy};
use crate::expression::{Expression, Surface, Type, Value, Words, suggestion};
use crate::workflow::finding::Finding;
use crate::workflow::resolve::{Keys, Reader, Site, TOP as OF_WORKFLOW};
use crate::workflow::tree::{self, Tree};
use crate::workflow::{Surroundings, findings, json, with_room};

pub(super) const TOP: &[&str] = &["policy", "title", "about", "law", "applies", "demands"];
pub(super) const DEMAND: &[&str] = &[
    "demand", "that", "each", "given", "at", "law", "level", "message",
];
/// What `at` may begin with besides the keys of a workflow.
const PLACES: &[&str] = &["stages", "fields"];

/// Whether a text is meant as a policy.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    with_room(|| tree::parse(text).is_ok_and(|tree| tree.entry("policy").is_some()))
}

/// Reads and checks a policy file. A demand that cannot be read is left out of the policy and stands among the findings.
#[must_use]
pub fn read(file: &str, text: &str) -> (Option<Policy>, Vec<Finding>) {
    let (policy, notes) = with_room(|| {
        let tree = match tree::parse(text) {
            Ok(tree) => tree,
            Err(note) => return (None, vec![*note]),
        };
        let nothing = Surroundings::default();
        let mut reader = Reader::new(text, &tree, &nothing);
        // What belongs to a definition is not asked of a policy.
        reader.notes.clear();
        let policy = policy(&mut reader, &tree);
        (policy, reader.notes)
    });
    (policy, findings(file, text, notes, &[]))
}

fn policy<'t>(reader: &mut Reader<'t>, tree: &'t Tree) -> Option<Policy> {
    let keys = reader.keys(tree, TOP)?;
    let id = id(reader, &keys, "policy");
    let title = reader.words_needed(&keys, "title");
    let about = reader.words_at(&keys, "about");
    let law = reader.scalar_at(&keys, "law").map(str::to_owned);
    let applies = needed(reader, &keys, "applies", &variables(false));
    let mut demands: Vec<Demand> = Vec::new();
    match keys.get("demands") {
        None => reader.missing(tree, "demands"),
        Some(list) => {
            let mut taken = BTreeSet::new();
            for item in reader.items(list) {
                let Some(demand) = demand(reader, item, law.as_deref()) else {
                    continue;
                };
                if !taken.insert(demand.id.clone()) {
                    reader.note(
                        "duplicate-id",
                        &item.place(&["demand"]),
                        repeated(&demand.id),
                    );
                }
                demands.push(demand);
            }
        }
    }
    Some(Policy {
        id: id?,
        title: title?,
        about,
        law,
        applies: applies?,
        demands,
    })
}

fn demand<'t>(reader: &mut Reader<'t>, tree: &'t Tree, law: Option<&str>) -> Option<Demand> {
    let keys = reader.keys(tree, DEMAND)?;
    let id = id(reader, &keys, "demand");
    let mut known = variables(true);
    let each = keys.get("each").and_then(|each| {
        let list = expression(reader, each, &Type::list(Type::Any), &known)?;
        let of = list.type_in(&known, &Surface::default());
        let row = match of {
            Type::List(row) => *row,
            _ => Type::Any,
        };
        known.insert("row".to_owned(), row);
        Some(list)
    });
    let that = match (&each, keys.get("each")) {
        // Without its list, the guard over `row` would be blamed for what is wrong with the list.
        (None, Some(_)) => None,
        _ => needed(reader, &keys, "that", &known),
    };
    let given = given(reader, &keys);
    let at = keys
        .get("at")
        .and_then(|at| place(reader, at, each.is_none()));
    let warns = reader.word_at(&keys, "level", &[("error", false), ("warning", true)]);
    let article = reader.scalar_at(&keys, "law");
    let message = reader.words_needed(&keys, "message");
    Some(Demand {
        id: id?,
        that: that?,
        each,
        given,
        at,
        law: article.map(|article| in_full(law, article)),
        warns: warns.unwrap_or(false),
        message: message?,
    })
}

/// An article names its law, or stands in the law of the policy.
fn in_full(law: Option<&str>, article: &str) -> String {
    match law {
        Some(law) if !article.starts_with('《') => format!("{law}{article}"),
        _ => article.to_owned(),
    }
}

fn id<'t>(reader: &mut Reader<'t>, keys: &Keys<'t>, key: &str) -> Option<String> {
    let Some(tree) = keys.get(key) else {
        reader.missing(keys.tree, key);
        return None;
    };
    reader.id(tree)
}

fn needed<'t>(
    reader: &mut Reader<'t>,
    keys: &Keys<'t>,
    key: &str,
    known: &BTreeMap<String, Type>,
) -> Option<Expression> {
    let Some(tree) = keys.get(key) else {
        reader.missing(keys.tree, key);
        return None;
    };
    expression(reader, tree, &Type::Bool, known)
}

/// An expression of the expected type; what is wrong with it is noted at its place.
fn expression<'t>(
    reader: &mut Reader<'t>,
    tree: &'t Tree,
    expected: &Type,
    known: &BTreeMap<String, Type>,
) -> Option<Expression> {
    let read = reader.expression(tree, expected.clone(), Site::End)?;
    let begins = reader.uses.pop().and_then(|used| used.begins);
    let faults = read.check(known, &Surface::default(), expected);
    let sound = faults.is_empty();
    for fault in faults {
        let at = begins.map_or_else(
            || tree.at.clone(),
            |begins| begins + fault.offset..begins + fault.offset + fault.length,
        );
        reader.note_with(fault.code, &at, fault.message, fault.help);
    }
    sound.then_some(read)
}

/// Answers by name, in as many levels as the guards of the workflow read.
fn given<'t>(reader: &mut Reader<'t>, keys: &Keys<'t>) -> BTreeMap<String, Value> {
    let Some(tree) = keys.get("given") else {
        return BTreeMap::new();
    };
    let entries = reader.named_entries(tree);
    entries
        .iter()
        .map(|entry| (entry.key.clone(), Value::from(json(&entry.value))))
        .collect()
}

/// A dotted path; one that stands alone begins with a key of the workflow.
fn place<'t>(reader: &mut Reader<'t>, tree: &'t Tree, alone: bool) -> Option<String> {
    let path = reader.scalar(tree)?;
    let first = path.split('.').next().unwrap_or(path);
    let known = || PLACES.iter().chain(OF_WORKFLOW).copied();
    if alone && !known().any(|key| key == first) {
        let message = Words::new(
            format!("`at` 应当以流程的键开头，没有 `{first}`"),
            format!("`at` begins with a key of a workflow, and there is no `{first}`"),
        );
        let help = suggestion(first, known().collect::<Vec<_>>());
        reader.note_with("bad-value", &tree.at, message, help);
        return None;
    }
    Some(path.to_owned())
}

fn repeated(id: &str) -> Words {
    Words::new(
        format!("要求 `{id}` 写了两次"),
        format!("the demand `{id}` is written twice"),
    )
}

/// What is said of a file that would take the place of a shipped policy.
pub(super) fn taken(file: &str, text: &str, id: &str) -> Vec<Finding> {
    let place = tree::parse(text).map_or(0..0, |tree| tree.place(&["policy"]));
    let note = crate::workflow::finding::Note {
        code: "duplicate-id",
        place,
        message: Words::new(
            format!("`{id}` 是随系统提供的政策，不能改写"),
            format!("the policy `{id}` is shipped with the product and cannot be replaced"),
        ),
        help: Some(Words::new(
            "自己的要求写进另一个 id 的政策；以前版本留下的文件请删去",
            "put your own demands into a policy of another id; delete a file that an earlier release left",
        )),
    };
    findings(file, text, vec![note], &[])
}
