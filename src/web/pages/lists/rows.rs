//! Rows of lists, from cases and tasks.

use chrono::NaiveDate;
use serde_json::Value;

use super::narrow::Narrowing;
use crate::calendar::{Calendar, Instant};
use crate::engine::{self, ClockReading, Task, TaskAsks, TaskId, TaskState};
use crate::forms::Words;
use crate::messages::text;
use crate::services::Viewer;
use crate::services::cases::Running;
use crate::services::lists::{CaseRow, Copied, Row};
use crate::services::titles::Titles;
use crate::services::words::status_word;
use crate::storage::cases::CaseSummary;
use crate::storage::copies::Copy;
use crate::storage::drafts::Draft as StoredDraft;
use crate::web::format;
use crate::web::pages::clocks::Reckoning;
use crate::web::pages::words::{self, Names};
use crate::web::session::Visit;
use crate::web::views::{
    CcRow, DoneRow, Draft, DueView, InboxRow, Link, MineRow, Tag, Tone, VacantRow,
};
use crate::workflow::{Outcome, Stage};

/// Of more people than these who are waited for only the first are named.
const MOST_NAMED: usize = 3;

/// Makes rows for one reader.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub visit: &'a Visit,
    pub viewer: &'a Viewer,
    pub now: Instant,
}

impl Rows<'_> {
    fn names(&self) -> Names<'_> {
        Names {
            directory: &self.viewer.directory,
            language: self.visit.language,
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.visit.language, key, values)
    }

    /// Whether today is worked, by the calendar of what waits.
    pub fn is_working_day(&self, rows: &[Row], today: NaiveDate) -> bool {
        match rows.first() {
            Some(row) => row.case.calendar.is_working_day(today),
            None => Calendar::cn_gov().is_working_day(today),
        }
    }

    /// A task of the inbox.
    pub fn inbox(&self, row: &Row) -> InboxRow {
        let running = &row.case;
        let task = running.case.task(TaskId(row.row.task.number));
        let offered = row.row.task.person_id.is_none()
            && task.is_some_and(|task| {
                matches!(task.asks, TaskAsks::Sign | TaskAsks::Work)
                    && 1 < self.eligible(running, task)
            });
        InboxRow {
            href: format!("/c/{}", row.row.case.ulid),
            title: row.row.case.title.clone(),
            number: row.row.case.number.clone().unwrap_or_default(),
            marks: self.marks(&row.row.case),
            tags: task
                .map(|task| self.tags(running, task))
                .unwrap_or_default(),
            asked: task.map_or_else(
                || row.row.task.stage_title.clone(),
                |task| self.asked(running, task),
            ),
            asked_more: task
                .map(|task| self.asked_more(running, task))
                .unwrap_or_default(),
            due: task.and_then(|task| self.due(running, task)),
            offered,
            notice: task
                .filter(|task| task.asks == TaskAsks::Notice)
                .map(|_| row.row.task.ulid.to_string())
                .unwrap_or_default(),
        }
    }

    /// A task that no one can hold.
    pub fn vacant(&self, row: &Row) -> VacantRow {
        let running = &row.case;
        let task = running.case.task(TaskId(row.row.task.number));
        let whom = task.map(|task| match task.holder {
            Some(holder) => self.names().full(holder),
            None => self.names().parties(&task.offered),
        });
        VacantRow {
            href: format!("/c/{}#others-t", row.row.case.ulid),
            title: row.row.case.title.clone(),
            number: row.row.case.number.clone().unwrap_or_default(),
            asked: task.map_or_else(
                || row.row.task.stage_title.clone(),
                |task| self.asked(running, task),
            ),
            whom: whom
                .filter(|whom| !whom.is_empty())
                .map(|whom| self.say("case.meant_for", &[("whom", &whom)]))
                .unwrap_or_default(),
            due: task.and_then(|task| self.due(running, task)),
        }
    }

    fn eligible(&self, running: &Running, task: &Task) -> usize {
        running.eligible(task, self.now).len()
    }

    fn marks(&self, case: &CaseSummary) -> Vec<String> {
        let level = match case.level {
            level @ 3..=6 => Some(self.say(&format!("case.level.l{level}"), &[])),
            _ => None,
        };
        std::iter::once(self.names().department(&case.department))
            .chain(level)
            .collect()
    }

    fn tags(&self, running: &Running, task: &Task) -> Vec<Tag> {
        let stage = running.case.stage(&task.stage);
        let key = match task.asks {
            TaskAsks::Sign | TaskAsks::Work if 0 < stage.supplements => "case.tag.supplied",
            TaskAsks::Sign | TaskAsks::Work if 1 < task.round => "case.tag.again",
            _ => "",
        };
        let state =
            (!key.is_empty()).then(|| Tag::with_icon(Tone::Run, "undo-2", self.say(key, &[])));
        let holder = running.acts_for(task, self.viewer.person.id, self.now);
        let stand_in = holder.map(|holder| {
            let holder = self.names().person(holder);
            Tag::plain(
                Tone::Line,
                self.say("case.acts_for", &[("holder", &holder)]),
            )
        });
        stand_in.into_iter().chain(state).collect()
    }

    fn asked(&self, running: &Running, task: &Task) -> String {
        match task.asks {
            TaskAsks::Edit | TaskAsks::Supply => {
                let key = match task.asks {
                    TaskAsks::Edit => "case.asks.edit",
                    _ => "case.asks.supply",
                };
                let titles = Titles::of(running, self.visit.language);
                titles.in_branch(self.say(key, &[]), &task.stage)
            }
            TaskAsks::Repair => self.say("case.asks.repair", &[]),
            TaskAsks::Extension => {
                let stage = Titles::of(running, self.visit.language).place(&task.stage);
                self.say("case.asks.extension", &[("stage", &stage)])
            }
            TaskAsks::Advise => {
                self.say("case.asks.advise", &[("stage", &self.stage(running, task))])
            }
            TaskAsks::File => self.say("case.asks.file", &[("stage", &self.stage(running, task))]),
            TaskAsks::Notice => {
                self.say("case.asks.notice", &[("stage", &self.stage(running, task))])
            }
            TaskAsks::Sign | TaskAsks::Work => self.stage(running, task),
        }
    }

    /// 答复（省公安厅）
    fn stage(&self, running: &Running, task: &Task) -> String {
        Titles::of(running, self.visit.language).task(task)
    }

    /// 会签 2 人，还差您 1 人; else since when.
    fn asked_more(&self, running: &Running, task: &Task) -> String {
        let round: Vec<&Task> = running.case.round(&task.stage, task.round).collect();
        let signed = round
            .iter()
            .filter(|task| matches!(task.state, TaskState::Settled { .. }))
            .count();
        let all = round
            .iter()
            .filter(|task| !matches!(task.state, TaskState::Cancelled { .. }))
            .count();
        if 1 < all && matches!(task.asks, TaskAsks::Sign) {
            let (all, signed) = (all.to_string(), signed.to_string());
            return self.say("case.together", &[("all", &all), ("signed", &signed)]);
        }
        let when = format::moment(task.opened, self.now, self.visit.language);
        self.say("case.asked_at", &[("when", &when)])
    }

    /// The clock of a task that ends first; one that stands still, when none runs.
    fn due(&self, running: &Running, task: &Task) -> Option<DueView> {
        let readings = engine::readings(&running.workflow, &running.case, task, &running.calendar);
        self.first(running, &readings)
    }

    fn first(&self, running: &Running, readings: &[ClockReading<'_>]) -> Option<DueView> {
        let reckoning = Reckoning {
            titles: Titles::of(running, self.visit.language),
            calendar: &running.calendar,
            now: self.now,
            language: self.visit.language,
        };
        readings
            .iter()
            .min_by_key(|reading| (reading.deadline.is_none(), reading.deadline))
            .map(|reading| reckoning.due(reading))
    }

    /// A task that the reader finished.
    pub fn done(&self, row: &Row) -> DoneRow {
        let running = &row.case;
        let task = running.case.task(TaskId(row.row.task.number));
        let stage = task
            .and_then(|task| running.workflow.node(&task.stage))
            .and_then(|node| node.stage());
        let (mine, at) = task
            .and_then(|task| self.answered(task, stage))
            .unwrap_or_else(|| {
                (
                    Tag::plain(Tone::Hold, String::new()),
                    row.row.task.created_at,
                )
            });
        DoneRow {
            href: format!("/c/{}", row.row.case.ulid),
            title: row.row.case.title.clone(),
            number: row.row.case.number.clone().unwrap_or_default(),
            stage: task.map_or_else(
                || row.row.task.stage_title.clone(),
                |task| self.asked(running, task),
            ),
            mine,
            when: format::moment(at, self.now, self.visit.language),
            machine: format::machine(at),
            result: state_of(self.visit, running),
            result_more: self.waiting(running, &row.row.case),
        }
    }

    fn answered(&self, task: &Task, stage: Option<&Stage>) -> Option<(Tag, Instant)> {
        match &task.state {
            TaskState::Settled {
                answer,
                at,
                automatic,
                ..
            } => Some((
                words::answer(answer, stage, *automatic, self.visit.language),
                *at,
            )),
            _ => None,
        }
    }

    /// Whom a case waits for, or when it ended.
    fn waiting(&self, running: &Running, summary: &CaseSummary) -> String {
        if let Some(ended) = summary.ended_at {
            return format::moment(ended, self.now, self.visit.language);
        }
        let names = self.names();
        let mut whom: Vec<String> = Vec::new();
        for task in running.case.awaited() {
            let words = names.awaited(task, &running.eligible(task, self.now));
            if !whom.contains(&words) {
                whom.push(words);
            }
        }
        let all = whom.len();
        whom.truncate(MOST_NAMED);
        let named = names.list(&whom);
        match (all, running.case.in_force()) {
            // Nothing is asked of anybody: what was applied for is in force, or the case is held up.
            (0, true) => self.say("branch.in_force", &[]),
            (0, false) => String::new(),
            (all, _) if MOST_NAMED < all => {
                let values = [("whom", &*named), ("n", &*all.to_string())];
                self.say("branch.waits_for_many", &values)
            }
            _ => self.say("case.waits_for", &[("whom", &named)]),
        }
    }

    /// A draft of the workflow with this title.
    pub fn draft(&self, draft: &StoredDraft, workflow: &str) -> Draft {
        let when = format::moment(draft.updated_at, self.now, self.visit.language);
        Draft {
            href: format!("/c/{}/edit", draft.ulid),
            discard_href: match draft.from_case {
                None => format!("/c/{}/discard", draft.ulid),
                Some(_) => String::new(),
            },
            title: draft.title.clone(),
            workflow: workflow.to_owned(),
            state: self.say("pages.edit.saved", &[("when", &when)]),
            returned: draft
                .from_case
                .map(|_| Tag::with_icon(Tone::Warn, "undo-2", self.say("case.asks.edit", &[]))),
            number: String::new(),
            due: None,
        }
    }

    /// A case that the reader filed.
    pub fn filed(&self, row: &CaseRow) -> MineRow {
        let running = &row.case;
        let id = row.summary.ulid;
        let mine = running.case.open_tasks().find(|task| {
            running
                .eligible(task, self.now)
                .contains(&self.viewer.person.id)
        });
        let first = mine.or_else(|| running.case.awaited().next());
        let since = first.map_or(row.summary.updated_at, |task| task.opened);
        let when = format::moment(since, self.now, self.visit.language);
        MineRow {
            href: format!("/c/{id}"),
            title: row.summary.title.clone(),
            number: row.summary.number.clone().unwrap_or_default(),
            state: match mine {
                Some(task) => Tag::with_icon(Tone::Warn, "undo-2", self.asked(running, task)),
                None => state_of(self.visit, running),
            },
            waiting: self.waiting(running, &row.summary),
            since: match row.summary.ended_at {
                Some(_) => String::new(),
                None => self.say("case.since", &[("when", &when)]),
            },
            due: first.and_then(|task| self.due(running, task)),
            action: mine.map(|task| match task.asks {
                TaskAsks::Edit => Link::new(format!("/c/{id}/edit"), self.say("case.go.edit", &[])),
                TaskAsks::Supply => Link::new(format!("/c/{id}"), self.say("case.go.supply", &[])),
                _ => Link::new(format!("/c/{id}"), self.say("pages.inbox.go", &[])),
            }),
        }
    }

    /// A case that the reader was sent a copy of.
    pub fn copy(&self, copied: &Copied) -> CcRow {
        let summary = &copied.row.summary;
        CcRow {
            href: format!("/c/{}", summary.ulid),
            title: summary.title.clone(),
            number: summary.number.clone().unwrap_or_default(),
            why: self.why(&copied.row.case, &copied.copy),
            when: format::moment(copied.copy.at, self.now, self.visit.language),
            machine: format::machine(copied.copy.at),
            state: state_of(self.visit, &copied.row.case),
            unread: copied.copy.read_at.is_none(),
        }
    }

    /// The stage at which a copy was given, or who sent it.
    fn why(&self, running: &Running, copy: &Copy) -> String {
        if let Some(by) = copy.sent_by() {
            let who = self.names().full(by);
            return self.say("case.copied_by", &[("who", &who)]);
        }
        let (workflow, reason) = (&running.workflow, copy.reason.as_str());
        match workflow.node(reason).is_some() || workflow.end(reason).is_some() {
            true => {
                let stage = Titles::of(running, self.visit.language).place(reason);
                self.say("case.copied_at", &[("stage", &stage)])
            }
            false => self.say("case.copied", &[]),
        }
    }

    /// What the fields above a list look at.
    pub fn narrowing(&self, row: &Row) -> Narrowing {
        let mut narrowing = self.narrowing_case(&row.row.case, &row.case);
        narrowing.due = row.row.task.due_at;
        narrowing
    }

    /// The same of a case.
    pub fn narrowing_case(&self, summary: &CaseSummary, running: &Running) -> Narrowing {
        let department = self.viewer.directory.department(&summary.department);
        let mut words = vec![
            summary.title.clone(),
            summary.number.clone().unwrap_or_default(),
        ];
        words.extend(
            department
                .into_iter()
                .flat_map(|known| [known.name.clone(), known.short_name.clone()]),
        );
        for answer in running.case.answers.values().filter_map(Value::as_array) {
            words.extend(answer.iter().flat_map(|row| {
                ["title", "item_title", "resource"]
                    .iter()
                    .filter_map(|part| row.get(part)?.as_str().map(str::to_owned))
            }));
        }
        Narrowing {
            words: words.join("\n"),
            workflow: summary.workflow_key.clone(),
            due: summary.due_at,
            status: status_word(&running.case),
            paused: running
                .case
                .clocks
                .values()
                .any(|clock| !clock.stopped && !clock.is_running()),
        }
    }
}

/// Where a case is: running, waiting for more, or how it ended.
pub fn state_of(visit: &Visit, running: &Running) -> Tag {
    let say = |key: &str| text(visit.language, key, &[]);
    let engine::Status::Ended { end, .. } = &running.case.status else {
        if running.case.is_suspended() {
            return Tag::with_icon(Tone::Warn, "circle-pause", say("branch.state.suspended"));
        }
        // While others are asked in other branches, the case as a whole goes on.
        let asks = |wanted: TaskAsks| {
            let mut awaited = running.case.awaited().peekable();
            awaited.peek().is_some() && awaited.all(|task| task.asks == wanted)
        };
        if asks(TaskAsks::Edit) {
            return Tag::with_icon(Tone::Warn, "undo-2", say("case.state.edit"));
        }
        if asks(TaskAsks::Supply) {
            return Tag::with_icon(Tone::Warn, "undo-2", say("case.state.supply"));
        }
        if running.case.in_force() {
            return Tag::new(Tone::Ok, say("branch.state.in_force"));
        }
        return Tag::running(say("case.state.open"));
    };
    let title = running
        .workflow
        .end(end)
        .map(|end| visit.language.pick(&end.title).to_owned())
        .unwrap_or_default();
    if running.case.voided().is_some() {
        return Tag::new(Tone::Bad, say("case.state.voided"));
    }
    match crate::services::words::outcome_of(&running.workflow, end) {
        Outcome::Approved => Tag::new(Tone::Ok, title),
        Outcome::Rejected => Tag::new(Tone::Bad, title),
        Outcome::Withdrawn | Outcome::Lapsed | Outcome::Closed => Tag::plain(Tone::Hold, title),
    }
}
