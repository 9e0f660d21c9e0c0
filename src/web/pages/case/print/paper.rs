//! The papers beside the form: notices, certificates and lists, as their kinds say (`crate::documents`).

use serde_json::Value;

use super::{Left, Sight, opinions, outcome, request};
use crate::calendar::{Instant, day_of};
use crate::directory::{DepartmentCode, PersonId};
use crate::documents::{Document, Told, ValueKind};
use crate::engine::{Answer, Entry, Status, Task, TaskState};
use crate::forms::{Field, Options, Words};
use crate::messages::{Language, fill};
use crate::services::titles::Titles;
use crate::web::format;
use crate::web::views::{Both, PaperFact, PaperView, Reason, SheetSection};
use crate::workflow::{Node, Outcome, Text};

/// The paper as its reader sees it.
pub fn of(sight: &Sight<'_>, paper: &Left) -> PaperView {
    let document = paper.document;
    let case = &sight.seen.running.case;
    let entries: Vec<&Entry> = case.entries.values().collect();
    let entries: Vec<&Entry> = in_order(entries)
        .into_iter()
        .filter(|entry| document.tells_of(entry))
        .collect();
    let reasons = match document.reasons {
        true => reasons(sight, paper.branch.as_deref()),
        false => Vec::new(),
    };
    PaperView {
        back: sight.back(),
        papers: sight.papers(Some(paper)),
        pdf: sight.download(Some(paper)),
        office: sender(sight, &reasons),
        number: sight.number(),
        heading: titled(sight, paper),
        addressee: match document.addressed {
            true => sight.department(&case.department),
            false => String::new(),
        },
        lead: words(sight, paper, &document.lead),
        facts: facts(sight, document, &entries),
        columns: columns(sight, document),
        rows: rows(sight, document, &entries),
        close: document
            .close
            .as_ref()
            .map(|close| words(sight, paper, close))
            .unwrap_or_default(),
        signs: document
            .signs
            .iter()
            .map(|sign| words(sight, paper, sign))
            .collect(),
        sender: sender(sight, &reasons),
        day: day(sight, paper, &entries, &reasons),
        reasons: reasons.into_iter().map(|given| given.reason).collect(),
        record: sight.record(),
    }
}

/// Its heading, with the case's words in it.
pub fn titled(sight: &Sight<'_>, paper: &Left) -> Both {
    words(sight, paper, &paper.document.title)
}

/// A text of a kind with what it says of the case.
fn words(sight: &Sight<'_>, paper: &Left, pattern: &Text) -> Both {
    let running = &sight.seen.running;
    let number = sight.number();
    let department = sight.department(&running.case.department);
    Both::of(sight.language, |language| {
        let end = match (&paper.branch, &running.case.status) {
            // What the workflow calls it where everything is refused.
            (Some(_), _) => {
                let mut ends = running.workflow.ends.iter();
                ends.find(|end| end.outcome == Outcome::Rejected)
            }
            (None, Status::Ended { end, .. }) => running.workflow.end(end),
            (None, Status::Draft | Status::Open { .. } | Status::Suspended { .. }) => None,
        };
        let branch = paper.branch.as_ref();
        let branch = branch.map(|branch| Titles::of(running, language).branch(branch));
        let submitted = day_of(sight.seen.summary.submitted_at);
        let values = [
            ("workflow", language.pick(&running.workflow.title)),
            ("end", end.map_or("", |end| language.pick(&end.title))),
            ("number", &*number),
            ("department", &*department),
            ("branch", branch.as_deref().unwrap_or_default()),
            ("day", &*format::long_day(submitted, language)),
        ];
        fill(language.pick(pattern), &values)
    })
}

fn label(sight: &Sight<'_>, told: &Told) -> Both {
    Both::of(sight.language, |language| {
        language.pick(&told.label).to_owned()
    })
}

/// The refusing opinions that stand: those of the last round of each stage. Where a choice led to the end that counts as no
/// refusal itself, the last opinion is the reason.
fn reasons(sight: &Sight<'_>, branch: Option<&str>) -> Vec<Given> {
    let running = &sight.seen.running;
    let case = &running.case;
    let is_of = |task: &Task| {
        let mut around = running.workflow.around(&task.stage).into_iter();
        branch.is_none_or(|branch| around.any(|place| place == branch))
    };
    let stands = |task: &&Task| {
        task.is_seat() && task.round == case.stage(&task.stage).rounds && is_of(task)
    };
    let given = case.tasks.iter().filter(stands);
    let refusing: Vec<Given> = given
        .clone()
        .filter(|task| refuses(task))
        .filter_map(|task| reason(sight, task))
        .collect();
    if !refusing.is_empty() {
        return refusing;
    }
    let settled = given.filter(|task| matches!(task.state, TaskState::Settled { .. }));
    let last = settled.max_by_key(|task| (task.changed, task.id));
    last.and_then(|task| reason(sight, task))
        .into_iter()
        .collect()
}

fn refuses(task: &Task) -> bool {
    match &task.state {
        TaskState::Settled { answer, .. } => match answer {
            Answer::Rejected => true,
            Answer::Chosen { refuses, .. } => *refuses,
            _ => false,
        },
        TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => false,
    }
}

/// A reason, with who gave it and when.
struct Given {
    by: PersonId,
    at: Instant,
    reason: Reason,
}

fn reason(sight: &Sight<'_>, task: &Task) -> Option<Given> {
    let TaskState::Settled { by, at, .. } = &task.state else {
        return None;
    };
    let node = sight.seen.running.workflow.node(&task.stage);
    let reason = Reason {
        stage: sight.both(|titles| titles.place(&task.stage)),
        signed: opinions::signed(sight, task)?,
        sections: answered(sight, task, node),
        law: node.map(|node| article(sight, node)).unwrap_or_default(),
    };
    Some(Given {
        by: *by,
        at: *at,
        reason,
    })
}

/// What the stage had filled in with the refusal, of the branch or of the case.
fn answered(sight: &Sight<'_>, task: &Task, node: Option<&Node>) -> Vec<SheetSection> {
    let stage = node.and_then(Node::stage);
    let fills = stage
        .map(|stage| stage.fills.as_slice())
        .unwrap_or_default();
    let wanted = |section: &str| fills.iter().any(|filled| filled == section);
    let mut sections = match sight.seen.running.workflow.branch_around(&task.stage) {
        Some(branch) => request::of_branch(sight, &branch, wanted),
        None => Vec::new(),
    };
    if sections.is_empty() {
        sections = request::of_case(sight, wanted);
    }
    sections
}

/// The article that the definition names for a stage, or for the block around it.
fn article(sight: &Sight<'_>, node: &Node) -> String {
    let around = sight.seen.running.workflow.path_to(&node.id);
    let around = around.unwrap_or_default().into_iter();
    let named = |node: &Node| {
        let basis = node.basis.as_ref().map(|basis| basis.zh.clone());
        let clock = node.due.iter().find_map(|rule| rule.law.clone());
        node.law.clone().or(basis).or(clock)
    };
    let mut innermost_first = around.chain([node]).rev();
    innermost_first.find_map(named).unwrap_or_default()
}

/// The department of whoever refused last; of other papers, the one that filed the case.
fn sender(sight: &Sight<'_>, reasons: &[Given]) -> String {
    let refused = reasons
        .last()
        .and_then(|given| sight.names.directory.person(given.by));
    let filed = &sight.seen.running.case.department;
    sight.department(refused.map_or(filed, |person| &person.department))
}

/// When the case ended, or a branch was refused; before that, when the entries were opened.
fn day(sight: &Sight<'_>, paper: &Left, entries: &[&Entry], reasons: &[Given]) -> String {
    let opened = entries.iter().map(|entry| entry.opened).max();
    let refused = reasons.iter().map(|given| given.at).max();
    let at = match (&sight.seen.running.case.status, outcome(sight)) {
        _ if paper.branch.is_some() => refused,
        (Status::Ended { at, .. }, Some(_)) => Some(*at),
        _ => opened,
    };
    at.map_or_else(String::new, |at| {
        format::long_day(day_of(at), sight.language)
    })
}

/// Rows of a table by their numbers, which as texts would stand 1, 10, 2.
fn in_order(mut entries: Vec<&Entry>) -> Vec<&Entry> {
    entries.sort_by_key(|entry| {
        let number = entry.element.parse::<u32>().unwrap_or(u32::MAX);
        (entry.branch.clone(), number, entry.element.clone())
    });
    entries
}

/// Each value once, whatever the number of entries; what none of them has is left out.
fn facts(sight: &Sight<'_>, document: &Document, entries: &[&Entry]) -> Vec<PaperFact> {
    let told = document.facts.iter().filter_map(|told| {
        let mut values: Vec<Both> = Vec::new();
        for entry in entries {
            let value = value(sight, told, entry);
            if !value.zh.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() {
            return None;
        }
        let joined = Both::of(sight.language, |language| {
            let words: Vec<&str> = values.iter().map(|value| value.read(language)).collect();
            words.join(&language.say("case.and", &[]))
        });
        Some(PaperFact {
            label: label(sight, told),
            value: joined,
        })
    });
    told.collect()
}

/// The headings of the list, the row's number first; none where there is no list.
fn columns(sight: &Sight<'_>, document: &Document) -> Vec<Both> {
    if document.columns.is_empty() {
        return Vec::new();
    }
    let number = Both::plain(sight.say("print.row", &[]));
    let labels = document.columns.iter().map(|told| label(sight, told));
    std::iter::once(number).chain(labels).collect()
}

fn rows(sight: &Sight<'_>, document: &Document, entries: &[&Entry]) -> Vec<Vec<Both>> {
    let numbered = (1..).zip(entries);
    let row = |(number, entry): (usize, &&Entry)| {
        let cells = document.columns.iter();
        let cells = cells.map(|told| value(sight, told, entry));
        std::iter::once(Both::plain(number.to_string()))
            .chain(cells)
            .collect()
    };
    numbered.map(row).collect()
}

fn value(sight: &Sight<'_>, told: &Told, entry: &Entry) -> Both {
    let text = match entry.values.get(&told.value) {
        None | Some(Value::Null) => return Both::default(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match told.is {
        ValueKind::Text => Both::plain(text),
        ValueKind::Option => option(sight, &told.value, &text),
        ValueKind::Person => {
            let person = sight.names.directory.by_login(&text);
            Both::plain(person.map_or(text, |person| person.name.clone()))
        }
        ValueKind::Department => Both::plain(sight.department(&DepartmentCode(text))),
        ValueKind::Time => Both::plain(time(&text, sight.language)),
    }
}

/// A date or a time, as registers keep them.
fn time(text: &str, language: Language) -> String {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return format::full(at.to_utc(), language);
    }
    match text.parse::<chrono::NaiveDate>() {
        Ok(day) => format::long_day(day, language),
        Err(_) => text.to_owned(),
    }
}

/// The title of an option of the field or column that has the value's name.
fn option(sight: &Sight<'_>, name: &str, chosen: &str) -> Both {
    let form = &sight.seen.running.workflow.form;
    let fields = form.sections.iter().flat_map(|section| &section.fields);
    let mut all = fields.flat_map(|field| std::iter::once(field).chain(&field.columns));
    let title = all.find_map(|field| titled_option(field, name, chosen));
    match title {
        Some(title) => Both::of(sight.language, |language| language.pick(title).to_owned()),
        None => Both::plain(chosen),
    }
}

fn titled_option<'f>(field: &'f Field, name: &str, chosen: &str) -> Option<&'f Text> {
    let Options::Fixed(options) = &field.options else {
        return None;
    };
    let mut options = options.iter().filter(|_| field.id == name);
    options.find(|(id, _)| id == chosen).map(|(_, title)| title)
}
