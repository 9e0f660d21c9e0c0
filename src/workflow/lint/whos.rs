//! Everyone that a definition names: that the seat, the answer or the branch they come from is there.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Lint;
use super::typing::{Place, Typing};
use crate::expression::{Expression, Type, Words, suggestion};
use crate::workflow::finding::Note;
use crate::workflow::resolve::Site;
use crate::workflow::{ClockRule, Kind, Node, OverdueAct, Where, Who};

/// Someone named at a node, with the keys that lead there.
struct Named<'a> {
    who: &'a Who,
    path: Vec<String>,
}

impl<'a> Lint<'a> {
    /// Who is named where, against what can be read there.
    pub(super) fn whos(&self, typing: &Typing<'a>) -> Vec<Note> {
        let mut found = Vec::new();
        // The same few are named again and again, and the parser takes its time.
        let mut compiled = BTreeMap::new();
        for standing in self.map.all() {
            let node = standing.node;
            let mut place: Option<Place> = None;
            for Named { who, path } in self.named(node) {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                self.actor(node, who, &path, &mut found);
                for (text, expected) in read_by(who) {
                    let place =
                        place.get_or_insert_with(|| typing.place(&Site::Open(node.id.clone())));
                    let text = single(text, place);
                    let expression = compiled
                        .entry(text)
                        .or_insert_with_key(|text| Expression::compile(text).ok());
                    let Some(expression) = expression else {
                        continue;
                    };
                    let at = self.of_node(&node.id, &path);
                    found.extend(readable(expression, &expected, place, at));
                }
            }
            self.signals(node, &mut found);
        }
        found
    }

    /// `actor(stage.seat)`: the seat is there, and in a branch that is read from inside.
    fn actor(&self, node: &Node, who: &Who, path: &[&str], found: &mut Vec<Note>) {
        let Who::Actor { stage, seat } = who else {
            return;
        };
        let (Some(own), Some(other)) = (self.map.get(&node.id), self.map.get(stage)) else {
            return;
        };
        let place = self.of_node(&node.id, path);
        let outside = other
            .foreachs()
            .find(|block| !own.around.iter().any(|around| around.id == block.id));
        if let Some(block) = outside {
            found.push(Note {
                code: "branch-local",
                place: place.clone(),
                message: Words::new(
                    format!("`{stage}` 在 `{}` 的分支里，每个分支各有一个办理人", block.id),
                    format!(
                        "`{stage}` is in the branches of `{}`: each of them has an actor of its own",
                        block.id
                    ),
                ),
                help: None,
            });
        }
        let Some(seat) = seat else { return };
        let seats: Vec<&str> = other
            .node
            .stage()
            .into_iter()
            .flat_map(|stage| &stage.seats)
            .filter_map(|seat| seat.name.as_deref())
            .collect();
        if !seats.contains(&seat.as_str()) {
            found.push(Note {
                code: "unknown-id",
                place,
                message: Words::new(
                    format!("环节 `{stage}` 没有席位 `{seat}`"),
                    format!("stage `{stage}` has no seat `{seat}`"),
                ),
                help: suggestion(seat, seats),
            });
        }
    }

    /// A signal that nobody can give.
    fn signals(&self, node: &Node, found: &mut Vec<Note>) {
        for signal in &node.signals {
            let barred = |who: &Who| {
                let mut not = node.rules.not.iter();
                not.any(|not| super::people::same_person_or_post(not, who))
            };
            if signal.by.iter().all(barred) {
                found.push(Note {
                    code: "signal-nobody",
                    place: self.of_node(&node.id, &["signals", &signal.name, "by"]),
                    message: Words::new(
                        format!("没有人可以发出 `{}`：`not` 排除了所有人", signal.name),
                        format!("nobody can give `{}`: `not` bars everyone", signal.name),
                    ),
                    help: None,
                });
            }
        }
    }

    /// Everyone named at a node. Inherited rules are looked at where they are written.
    fn named(&self, node: &'a Node) -> Vec<Named<'a>> {
        let mut found = Vec::new();
        let mut list = |whos: &'a [Who], path: &[&str]| {
            for (index, who) in whos.iter().enumerate() {
                let index = index.to_string();
                let path = path.iter().copied().chain([index.as_str()]);
                found.push(Named {
                    who,
                    path: path.map(str::to_owned).collect(),
                });
            }
        };
        let tree = self.trees.nodes.get(&node.id);
        let written = |key: &str| tree.is_some_and(|tree| tree.get(key).is_some());
        if written("not") {
            list(&node.rules.not, &["not"]);
        }
        if written("nobody") {
            list(node.rules.nobody.as_slice(), &["nobody"]);
        }
        for (key, whos) in [
            ("entered", &node.copy.entered),
            ("passed", &node.copy.passed),
            ("refused", &node.copy.refused),
            ("overdue", &node.copy.overdue),
        ] {
            list(whos, &["copy", key]);
        }
        for signal in &node.signals {
            list(&signal.by, &["signals", &signal.name, "by"]);
        }
        let mut clocks = vec![(vec!["due"], &node.due)];
        match &node.kind {
            Kind::Stage(stage) => {
                for (index, seat) in stage.seats.iter().enumerate() {
                    let index = index.to_string();
                    list(&seat.who, &["who", seat.name.as_deref().unwrap_or(&index)]);
                }
                if let Some(supplement) = &stage.supplement {
                    list(
                        std::slice::from_ref(&supplement.from),
                        &["supplement", "from"],
                    );
                    clocks.push((vec!["supplement", "due"], &supplement.due));
                }
            }
            Kind::Start(start) => list(std::slice::from_ref(&start.applicant), &["for"]),
            Kind::Group { .. }
            | Kind::Parallel(_)
            | Kind::Foreach(_)
            | Kind::Aside { .. }
            | Kind::Wait(_) => {}
        }
        for (path, clocks) in clocks {
            for (index, clock) in clocks.iter().enumerate() {
                let index = index.to_string();
                let path = [path.as_slice(), &[index.as_str()]].concat();
                for (who, rest) in named_by(clock) {
                    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
                    list(
                        std::slice::from_ref(who),
                        &[path.as_slice(), &rest].concat(),
                    );
                }
            }
        }
        found
    }
}

/// A part whose element is no more than a value stands for that value.
fn single(text: String, place: &Place) -> String {
    match place.variables.get(&text) {
        Some(Type::Record(parts)) if parts.contains_key("value") => format!("{text}.value"),
        _ => text,
    }
}

/// A value that says who or which department, read like an expression; null is what `nobody` is for.
fn readable(
    expression: &Expression,
    expected: &Type,
    place: &Place,
    at: Range<usize>,
) -> Option<Note> {
    // A contact is somebody, too, and a record.
    let of = expression.type_in(&place.variables, &place.surface);
    let contact = *expected == Type::Text && matches!(of.known(), Type::Record(_));
    let expected = if contact { &Type::Any } else { expected };
    let fault = expression
        .check(&place.variables, &place.surface, expected)
        .into_iter()
        .find(|fault| fault.code != "guard-null")?;
    Some(Note {
        code: fault.code,
        place: at,
        message: fault.message,
        help: fault.help,
    })
}

/// Who a clock tells, asks or gives the task to.
fn named_by(clock: &ClockRule) -> Vec<(&Who, Vec<String>)> {
    let overdue = clock.overdue.iter().enumerate();
    let by_overdue = overdue.filter_map(|(step, overdue)| {
        let (key, who) = match &overdue.act {
            OverdueAct::Escalate(who) => ("escalate", who),
            OverdueAct::Assign(who) => ("assign", who),
            OverdueAct::Next(_) => return None,
        };
        Some((
            who,
            vec!["overdue".to_owned(), step.to_string(), key.to_owned()],
        ))
    });
    let extend = clock.extend.iter();
    let by_extend = extend.flat_map(|extend| {
        let by = extend.by.iter().map(|who| (who, "by"));
        let copy = extend.copy.iter().map(|who| (who, "copy"));
        by.chain(copy)
            .map(|(who, key)| (who, vec!["extend".to_owned(), key.to_owned()]))
    });
    by_overdue.chain(by_extend).collect()
}

/// The values that are read to know who it is, each with what it should be.
fn read_by(who: &Who) -> Vec<(String, Type)> {
    match who {
        Who::Path { path, each: true } => vec![(path.clone(), Type::list(Type::Text))],
        // Of a people field, everyone in it is offered the task.
        Who::Path { path, each: false } if path.starts_with("form.") => {
            vec![(path.clone(), Type::Any)]
        }
        Who::Path { path, each: false } => vec![(path.clone(), Type::Text)],
        Who::Post { at, .. } => departments(at)
            .into_iter()
            .map(|path| (path, Type::Text))
            .collect(),
        Who::Applicant | Who::Actor { .. } | Who::User(_) | Who::Any => Vec::new(),
    }
}

fn departments(at: &Where) -> Vec<String> {
    match at {
        Where::Path(path) => vec![path.clone()],
        Where::Parent(of) => departments(of),
        Where::Common(one, two) => [departments(one), departments(two)].concat(),
        Where::Applicant | Where::Authority | Where::Region | Where::Code(_) | Where::Any => {
            Vec::new()
        }
    }
}
