//! The page of one section: its controls, what is wrong, how far the others are, and who asked for changes.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;

use crate::engine::{self, Answer as TaskAnswer, Case, TaskAsks, TaskState};
use crate::forms::{self, Answers, Line, Page, Problem, SectionView};
use crate::messages::text;
use crate::services::desk::Desk;
use crate::services::titles::Titles;
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::clocks::Reckoning;
use crate::web::pages::failure::Failure;
use crate::web::pages::words::{self, Names};
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    self, Asked, Conflict, ConflictRow, EditView, ErrorLink, Nav, Step, StepState,
};

/// What one page shows of a desk.
pub struct Sheet<'a> {
    pub desk: &'a Desk,
    pub section: &'a str,
    pub searches: &'a BTreeMap<String, String>,
    /// What is said to be wrong.
    pub problems: Vec<Problem>,
    /// What is wrong with the form as a whole.
    pub whole: Option<String>,
    /// Whether somebody saved meanwhile.
    pub conflict: bool,
}

impl<'a> Sheet<'a> {
    pub fn new(desk: &'a Desk, section: &'a str, searches: &'a BTreeMap<String, String>) -> Self {
        Self {
            desk,
            section,
            searches,
            problems: Vec::new(),
            whole: None,
            conflict: false,
        }
    }
}

/// Shows it.
pub fn show(
    visit: &Visit,
    reader: &Reader,
    status: StatusCode,
    sheet: &Sheet<'_>,
) -> Result<Answer, Failure> {
    let desk = sheet.desk;
    let section = sections(visit, desk, &sheet.problems, sheet.searches)
        .into_iter()
        .find(|section| section.id == sheet.section && !section.hidden)
        .ok_or(views::Problem::NotFound)?;
    let mut steps = steps(visit, desk, Some(sheet.section));
    // A section that was tried is no longer one that was not begun.
    if let Some(step) = steps.iter_mut().find(|step| step.current)
        && !sheet.problems.is_empty()
    {
        let n = sheet.problems.len().to_string();
        step.state = StepState::Bad;
        step.note = text(visit.language, "pages.edit.step_bad", &[("n", &n)]);
    }
    let mut errors: Vec<ErrorLink> = sheet
        .problems
        .iter()
        .map(|problem| {
            ErrorLink::new(
                format!("#{}", problem.element()),
                problem.message(&visit.language),
            )
        })
        .collect();
    errors.extend(
        sheet
            .whole
            .iter()
            .map(|sentence| ErrorLink::new("#section-t", sentence.clone())),
    );
    let draft = &desk.open.draft;
    let id = draft.ulid;
    let view = EditView {
        id: id.to_string(),
        heading: draft.title.clone(),
        lead: text(
            visit.language,
            "pages.edit.lead",
            &[("workflow", &words::pick(visit, &desk.open.workflow.title))],
        ),
        saved: saved(visit, desk),
        progress: EditView::progress(&steps, visit.language),
        steps,
        error_heading: EditView::count_errors(errors.len(), visit.language),
        errors,
        section,
        revision: draft.revision,
        conflict: sheet.conflict.then(|| conflict(visit, sheet)),
        asked: desk
            .open
            .case
            .as_ref()
            .and_then(|case| asked(visit, desk, case)),
        discard_href: draft
            .from_case
            .is_none()
            .then(|| format!("/c/{id}/discard")),
        back_href: before(desk, sheet.section).map(|section| format!("/c/{id}/edit/{section}")),
    };
    visit.page_as(status, reader, Nav::Mine, &view)
}

/// Every section of the form that is asked, with its controls.
fn sections(
    visit: &Visit,
    desk: &Desk,
    problems: &[Problem],
    searches: &BTreeMap<String, String>,
) -> Vec<SectionView> {
    let page = Page {
        form: &desk.open.workflow.form,
        answers: &desk.answers,
        scope: &desk.scope,
        lookup: &desk.facts,
        problems,
        words: &visit.language,
        searches,
    };
    forms::view(&desk.part(), &page)
}

/// The sections that there are for these answers.
fn shown(desk: &Desk) -> Vec<&str> {
    let page = Page {
        form: &desk.open.workflow.form,
        answers: &desk.answers,
        scope: &desk.scope,
        lookup: &desk.facts,
        problems: &[],
        words: &crate::messages::Language::Zh,
        searches: &BTreeMap::new(),
    };
    let views = forms::view(&desk.part(), &page);
    desk.part()
        .sections()
        .into_iter()
        .filter(|(section, _)| {
            views
                .iter()
                .any(|view| view.id == section.id && !view.hidden)
        })
        .map(|(section, _)| section.id.as_str())
        .collect()
}

/// The section to begin with: the first that is not done, else the first.
pub fn begin_with(desk: &Desk) -> Option<&str> {
    let shown = shown(desk);
    shown
        .iter()
        .copied()
        .find(|section| desk.problems_of(section).next().is_some())
        .or(shown.first().copied())
}

/// The section behind this one.
pub fn after<'d>(desk: &'d Desk, section: &str) -> Option<&'d str> {
    let shown = shown(desk);
    let place = shown.iter().position(|known| *known == section)?;
    shown.get(place + 1).copied()
}

fn before<'d>(desk: &'d Desk, section: &str) -> Option<&'d str> {
    let shown = shown(desk);
    let place = shown.iter().position(|known| *known == section)?;
    shown.get(place.checked_sub(1)?).copied()
}

/// How far each section is, and checking behind them. `current` is `None` on the page that checks.
pub fn steps(visit: &Visit, desk: &Desk, current: Option<&str>) -> Vec<Step> {
    let id = desk.open.draft.ulid;
    let part = desk.part();
    let shown = shown(desk);
    let mut steps: Vec<Step> = part
        .sections()
        .into_iter()
        .filter(|(section, _)| shown.contains(&section.id.as_str()))
        .enumerate()
        .map(|(index, (section, fields))| {
            let begun = fields
                .iter()
                .any(|field| field.value.is_none() && is_answered(&desk.answers, &field.id));
            let (state, note) = state(visit, begun, desk.problems_of(&section.id).count());
            Step {
                number: index + 1,
                title: words::pick(visit, &section.title),
                href: Some(format!("/c/{id}/edit/{}", section.id)),
                state,
                note,
                current: current == Some(section.id.as_str()),
            }
        })
        .collect();
    let ready = steps.iter().all(|step| step.state == StepState::Ok);
    let note = if ready {
        "pages.edit.ready"
    } else {
        "pages.edit.not_ready"
    };
    steps.push(Step {
        number: steps.len() + 1,
        title: text(visit.language, "pages.check.title", &[]),
        href: Some(format!("/c/{id}/check")),
        state: StepState::Todo,
        note: text(visit.language, note, &[]),
        current: current.is_none(),
    });
    steps
}

fn is_answered(answers: &Answers, field: &str) -> bool {
    answers.get(field).is_some_and(|answer| match answer {
        serde_json::Value::Null => false,
        serde_json::Value::String(text) => !text.trim().is_empty(),
        serde_json::Value::Array(all) => !all.is_empty(),
        serde_json::Value::Object(parts) => parts
            .values()
            .any(|part| part.as_str() != Some("") && !part.is_null()),
        _ => true,
    })
}

fn state(visit: &Visit, begun: bool, problems: usize) -> (StepState, String) {
    let n = problems.to_string();
    let (state, key) = match (problems, begun) {
        (0, _) => (StepState::Ok, "pages.edit.step_done"),
        (_, false) => (StepState::Todo, "pages.edit.step_todo"),
        (_, true) => (StepState::Bad, "pages.edit.step_bad"),
    };
    (state, text(visit.language, key, &[("n", &n)]))
}

/// 草稿，今天 10:32 已保存
pub fn saved(visit: &Visit, desk: &Desk) -> String {
    let when = format::moment(desk.open.draft.updated_at, desk.now, visit.language);
    text(visit.language, "pages.edit.saved", &[("when", &when)])
}

/// The fields that differ between what was typed here and what was saved elsewhere.
fn conflict(visit: &Visit, sheet: &Sheet<'_>) -> Conflict {
    let desk = sheet.desk;
    let lines = |answers: &Answers| -> BTreeMap<String, Line> {
        let opened = Answers::new();
        let form = &desk.open.workflow.form;
        forms::display(form, answers, &desk.facts, &visit.language, Some(&opened))
            .into_iter()
            .filter(|section| section.id == sheet.section)
            .flat_map(|section| section.lines)
            .map(|line| (line.id.clone(), line))
            .collect()
    };
    let (mine, theirs) = (lines(&desk.answers), lines(&desk.open.answers));
    let part = desk.part().of_section(sheet.section);
    let rows = part
        .fields
        .iter()
        .filter(|(_, field)| {
            desk.answers.get(&field.id) != desk.open.answers.get(&field.id)
                && plain(mine.get(&field.id)) != plain(theirs.get(&field.id))
        })
        .map(|(_, field)| ConflictRow {
            label: words::pick(visit, &field.label),
            mine: plain(mine.get(&field.id)),
            theirs: plain(theirs.get(&field.id)),
        })
        .collect();
    let when = format::moment(desk.open.draft.updated_at, desk.now, visit.language);
    Conflict {
        text: text(
            visit.language,
            "pages.edit.conflict_when",
            &[("when", &when)],
        ),
        rows,
    }
}

/// An answer as plain text.
fn plain(line: Option<&Line>) -> String {
    let Some(line) = line else {
        return String::new();
    };
    let files = line.files.iter().map(|file| file.name.clone());
    let cells = line.table.iter().flat_map(|table| {
        table.rows.iter().map(|row| {
            let cells: Vec<String> = row.iter().map(|cell| plain(Some(cell))).collect();
            cells.join(" ")
        })
    });
    line.text
        .iter()
        .chain(&line.paragraph)
        .chain(&line.items)
        .cloned()
        .chain(files)
        .chain(cells)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Who sent the request back, and why.
fn asked(visit: &Visit, desk: &Desk, case: &Case) -> Option<Asked> {
    let names = Names {
        directory: &desk.open.viewer.directory,
        language: visit.language,
    };
    let (person, at, comment) = case.tasks.iter().rev().find_map(|task| match &task.state {
        TaskState::Settled {
            answer: TaskAnswer::Returned,
            by,
            on_behalf,
            at,
            comment,
            ..
        } => Some((names.acting_full(*by, *on_behalf), *at, comment.clone())),
        _ => None,
    })?;
    let when = format::moment(at, desk.now, visit.language);
    let values = [("person", &*person), ("when", &*when)];
    Some(Asked {
        heading: text(visit.language, "pages.edit.returned", &values),
        comment: comment.unwrap_or_default(),
        items: Vec::new(),
        due: due(visit, desk, case),
    })
}

fn due(visit: &Visit, desk: &Desk, case: &Case) -> String {
    let reckoning = Reckoning {
        titles: Titles {
            workflow: &desk.open.workflow,
            case,
            directory: &desk.open.viewer.directory,
            language: visit.language,
            former: None,
        },
        calendar: &desk.calendar,
        now: desk.now,
        language: visit.language,
    };
    let edit = case.open_tasks().find(|task| task.asks == TaskAsks::Edit);
    let ends = edit
        .map(|task| engine::readings(&desk.open.workflow, case, task, &desk.calendar))
        .unwrap_or_default();
    ends.iter()
        .filter(|reading| reading.deadline.is_some())
        .map(|reading| reckoning.due(reading).before)
        .next()
        .map(|before| {
            text(
                visit.language,
                "pages.edit.returned_due",
                &[("before", &before)],
            )
        })
        .unwrap_or_default()
}
