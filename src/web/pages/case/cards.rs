//! What is asked of the reader: one card for each task, with every answer that the server will take and no other.

use super::Sight;
use super::fill::Fill;
use super::tried::Tried;
use crate::engine::{self, MOST_COMMENT, Task, TaskAsks, return_targets};
use crate::forms::{SectionView, Words};
use crate::services::opinions::Opinion;
use crate::services::seen::Seen;
use crate::web::format;
use crate::web::pages::check;
use crate::web::pages::clocks::Reckoning;
use crate::web::refusal;
use crate::web::views::{
    ActCard, ActOption, Choice, Claim, CommentField, EditView, ErrorLink, Link, OtherField,
    SupplementForm,
};
use crate::workflow::{Budget, Node, Stage};

/// Answers to a task, in the order in which a card lists them; all others have forms of their own.
const ANSWERS: &[&str] = &[
    "approve",
    "choose",
    "done",
    "acknowledge",
    "advise",
    "supply",
    "resume",
    "grant_extension",
    "refuse_extension",
    "abstain",
    "supplement",
    "return",
    "reject",
];

fn stage_of<'s>(seen: &'s Seen, task: &Task) -> Option<(&'s Node, &'s Stage)> {
    let node = seen.running.workflow.node(&task.stage)?;
    Some((node, node.stage()?))
}

/// The cards of all tasks that the reader is asked for.
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Vec<ActCard> {
    let tasks = sight.seen.running.case.open_tasks();
    tasks
        .filter(|task| sight.is_mine(task))
        .map(|task| Card { sight, task, tried }.view())
        .collect()
}

struct Card<'a> {
    sight: &'a Sight<'a>,
    task: &'a Task,
    tried: &'a Tried,
}

impl Card<'_> {
    fn view(&self) -> ActCard {
        let sight = self.sight;
        let options = self.options();
        let fills = self.fills();
        let errors = self.errors();
        let single = options.len() == 1;
        ActCard {
            task: self.task.id.0.to_string(),
            revision: sight.seen.running.case.revision,
            heading: self.heading(),
            capacity: self.capacity(),
            about: self.about(),
            legend: sight.say("case.legend", &[]),
            button: match options.as_slice() {
                [only] => only.label.clone(),
                _ => sight.say("case.button", &[]),
            },
            comment: self.wants_comment(&options).then(|| self.comment(&options)),
            single,
            error_heading: EditView::count_errors(errors.len(), sight.language),
            errors,
            more: self.more(),
            files: fills.iter().any(|section| section.has_files),
            fills,
            supplement: self.offers("supplement").then(|| self.supplement()),
            return_to: self.return_to(),
            claim: self.claim(),
            link: self.link(),
            begin: match self.task.asks {
                TaskAsks::File => sight.say("branch.file", &[]),
                _ => String::new(),
            },
            may_save: self.offers("save_draft") && !options.is_empty(),
            options,
            saved: self.saved_at(),
            warning: self
                .on_me(|tried| tried.warning.clone())
                .unwrap_or_default(),
        }
    }

    /// What the reader typed here, or in an earlier round, and saved.
    fn saved(&self) -> Option<&Opinion> {
        self.sight.seen.opinion(self.task)
    }

    /// 今天 10:12 暂存，只有您能看到
    fn saved_at(&self) -> String {
        let Some(saved) = self.saved() else {
            return String::new();
        };
        let when = format::moment(saved.saved_at, self.sight.seen.now, self.sight.language);
        self.sight.say("case.opinion_saved", &[("when", &when)])
    }

    fn offers(&self, action: &str) -> bool {
        self.sight.seen.may(action, Some(self.task.id))
    }

    /// Something of what was tried, if it was tried here.
    fn on_me<T>(&self, of: impl Fn(&Tried) -> Option<T>) -> Option<T> {
        of(self.tried).filter(|_| self.tried.is_on(self.task.id))
    }

    fn heading(&self) -> String {
        let stage = self.sight.stage(self.task);
        let say = |key: &str| self.sight.say(key, &[("stage", &stage)]);
        let in_branch = |words: String| {
            let titles = self.sight.titles();
            titles.in_branch(words, &self.task.stage)
        };
        match self.task.asks {
            TaskAsks::Sign | TaskAsks::Work => say("case.card.act"),
            TaskAsks::Notice => say("case.card.notice"),
            TaskAsks::Edit => in_branch(say("case.card.edit")),
            TaskAsks::Supply => in_branch(say("case.card.supply")),
            TaskAsks::Repair => say("case.card.repair"),
            TaskAsks::Advise => say("case.card.advise"),
            TaskAsks::File => say("case.card.file"),
            TaskAsks::Extension => {
                let stage = self.sight.title(&self.task.stage);
                self.sight.say("case.card.extension", &[("stage", &stage)])
            }
        }
    }

    /// 您以 省公安厅科室负责人 的身份办理; 您代理 王建国（省公安厅） 办理
    fn capacity(&self) -> String {
        if let Some(holder) = self.sight.seen.acts_for(self.task) {
            let holder = self.sight.names.full(holder);
            return self.sight.say("case.capacity_for", &[("holder", &holder)]);
        }
        let posts: Vec<String> = self
            .task
            .offered
            .iter()
            .filter_map(|party| match party {
                engine::Party::Post(post) if self.sight.seen.viewer.posts.contains(post) => {
                    Some(self.sight.names.post(post))
                }
                _ => None,
            })
            .collect();
        if posts.is_empty() {
            return String::new();
        }
        let posts = self.sight.names.list(&posts);
        self.sight.say("case.capacity", &[("post", &posts)])
    }

    /// A sentence about the stage; of a supplement or return, what was said; of a parked case, why.
    fn about(&self) -> String {
        let pick = |words: &crate::workflow::Text| self.sight.language.pick(words).to_owned();
        match self.task.asks {
            TaskAsks::Supply | TaskAsks::Edit | TaskAsks::Repair => {
                super::timeline::why_asked(self.sight, self.task)
            }
            TaskAsks::Extension => self.asked_time(),
            TaskAsks::Advise => self.task.question.clone().unwrap_or_default(),
            TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice | TaskAsks::File => {
                stage_of(self.sight.seen, self.task)
                    .and_then(|(node, _)| node.about.as_ref())
                    .map(pick)
                    .unwrap_or_default()
            }
        }
    }

    /// 张慧敏 申请把期限延长 5 个工作日（到 3月16日）：…
    fn asked_time(&self) -> String {
        let case = &self.sight.seen.running.case;
        let asked = case
            .clock_extended_by(self.task.id)
            .and_then(|(_, clock)| clock.pending());
        let Some((_, asked)) = asked else {
            return String::new();
        };
        let (who, by) = (
            self.sight
                .names
                .acting_full(asked.asked_by, asked.asked_for),
            refusal::duration(asked.by, self.sight.language),
        );
        let why = super::timeline::why_asked(self.sight, self.task);
        let values = [("who", &*who), ("by", &*by), ("why", &*why)];
        self.sight.say("case.asked_time", &values)
    }

    /// Less time may be granted than was asked for.
    fn more(&self) -> Vec<OtherField> {
        if !self.offers("grant_extension") {
            return Vec::new();
        }
        let say = |key: &str| self.sight.say(key, &[]);
        vec![OtherField {
            name: "time",
            label: say("case.grant.time"),
            hint: say("case.grant.time_hint"),
            value: self
                .on_me(|tried| Some(tried.time.clone()))
                .unwrap_or_default(),
            error: self
                .on_me(|tried| tried.time_error.clone())
                .unwrap_or_default(),
            ..OtherField::default()
        }]
    }

    fn options(&self) -> Vec<ActOption> {
        let mut options = Vec::new();
        for action in ANSWERS.iter().filter(|action| self.offers(action)) {
            match (*action, stage_of(self.sight.seen, self.task)) {
                ("choose", Some((_, stage))) => {
                    options.extend(stage.choices.iter().map(|choice| {
                        let label = self.sight.language.pick(&choice.title).to_owned();
                        self.option(format!("choose:{}", choice.id), label)
                    }));
                }
                _ => {
                    let label = self.sight.say(&format!("case.option.{action}"), &[]);
                    options.push(self.option((*action).to_owned(), label));
                }
            }
        }
        options
    }

    fn option(&self, value: String, label: String) -> ActOption {
        let chosen = self.on_me(|tried| Some(tried.answer() == value)) == Some(true);
        ActOption {
            hint: self.hint(&value),
            value,
            label,
            chosen,
        }
    }

    /// What follows from an answer, where that can be said for sure.
    fn hint(&self, value: &str) -> String {
        let say = |key: &str| self.sight.say(key, &[]);
        match value {
            "supplement" => say("case.hint.supplement"),
            "return" => say("case.hint.return"),
            "abstain" => say("case.hint.abstain"),
            _ if self.needs_comment(value) => say("case.needs_comment"),
            _ => String::new(),
        }
    }

    fn needs_comment(&self, value: &str) -> bool {
        let Some((node, stage)) = stage_of(self.sight.seen, self.task) else {
            return false;
        };
        let word = value.strip_prefix("choose:").unwrap_or(value);
        let of_choice = stage
            .choices
            .iter()
            .any(|choice| value.starts_with("choose:") && choice.id == word && choice.comment);
        matches!(
            value,
            "return" | "supplement" | "advise" | "refuse_extension"
        ) || of_choice
            || node.rules.comment.iter().any(|needs| needs == word)
    }

    fn wants_comment(&self, options: &[ActOption]) -> bool {
        !options.is_empty() && !matches!(self.task.asks, TaskAsks::Notice)
    }

    fn comment(&self, options: &[ActOption]) -> CommentField {
        let free: Vec<String> = options
            .iter()
            .filter(|option| !self.needs_comment(&option.value))
            .map(|option| option.label.clone())
            .collect();
        let optional = if free.is_empty() {
            String::new()
        } else if free.len() == options.len() {
            self.sight.say("pages.case.may_be_empty", &[])
        } else {
            let answers = self.sight.names.list(&free);
            self.sight
                .say("case.optional_for", &[("answers", &answers)])
        };
        CommentField {
            optional,
            hint: self.sight.say("case.comment_hint", &[]),
            value: self
                .on_me(|tried| Some(tried.comment.clone()))
                .or_else(|| Some(self.saved()?.comment.clone()))
                .unwrap_or_default(),
            error: self
                .on_me(|tried| tried.comment_error.clone())
                .unwrap_or_default(),
            max: u32::try_from(MOST_COMMENT).unwrap_or(u32::MAX),
        }
    }

    /// What is filled in here, with what was typed.
    fn fills(&self) -> Vec<SectionView> {
        let fill = Fill::on_task(self.sight.seen, self.task.id);
        let saved = self.saved().map(|saved| &saved.answers);
        fill.map(|fill| fill.sections(self.sight, saved, self.tried_here()))
            .unwrap_or_default()
    }

    /// What was tried, if it was tried here.
    fn tried_here(&self) -> Option<&Tried> {
        Some(self.tried).filter(|tried| tried.is_on(self.task.id))
    }

    fn errors(&self) -> Vec<ErrorLink> {
        let Some(tried) = self.tried_here() else {
            return Vec::new();
        };
        let task = self.task.id.0;
        let fill = Fill::on_task(self.sight.seen, self.task.id);
        let fields = fill.map_or_else(Vec::new, |fill| fill.errors(self.sight, tried));
        let others = [
            (&tried.error, format!("#act-{task}-t")),
            (&tried.ask_error, format!("#task-{task}-ask")),
            (&tried.comment_error, format!("#task-{task}-comment")),
            (&tried.time_error, format!("#task-{task}-time")),
            (&tried.warning, format!("#act-{task}-confirmed")),
        ];
        fields
            .into_iter()
            .chain(
                others
                    .into_iter()
                    .filter_map(|(sentence, href)| Some(ErrorLink::new(href, sentence.clone()?))),
            )
            .collect()
    }

    /// What can be asked for, once: every question of the start.
    fn supplement(&self) -> SupplementForm {
        let seen = self.sight.seen;
        let asked = engine::asked_at_start(&seen.running.workflow);
        let ticked = self
            .on_me(|tried| Some(tried.ask.clone()))
            .unwrap_or_default();
        SupplementForm {
            hint: self.supplement_hint(),
            items: asked
                .fields
                .iter()
                .map(|(_, field)| *field)
                .filter(|field| field.value.is_none())
                .map(|field| {
                    let label = self.sight.language.pick(&field.label);
                    Choice::new(field.id.clone(), label, ticked.contains(&field.id))
                })
                .collect(),
            error: self
                .on_me(|tried| tried.ask_error.clone())
                .unwrap_or_default(),
        }
    }

    fn supplement_hint(&self) -> String {
        let Some(supplement) =
            stage_of(self.sight.seen, self.task).and_then(|(_, stage)| stage.supplement.as_ref())
        else {
            return String::new();
        };
        let times = supplement.times.to_string();
        let once = self.sight.say("case.supplement_times", &[("n", &times)]);
        let within = supplement.due.first().and_then(|rule| match &rule.budget {
            Budget::In(alternatives) => alternatives
                .first()
                .map(|(_, duration)| check::span(*duration, self.sight.language)),
            Budget::At(_) => None,
        });
        match within {
            Some(span) => {
                let within = self.sight.say("case.supplement_within", &[("span", &span)]);
                format!("{once}{within}")
            }
            None => once,
        }
    }

    /// Where it may be returned to; the usual place is chosen.
    fn return_to(&self) -> Vec<Choice> {
        let seen = self.sight.seen;
        let Some((_, stage)) = stage_of(seen, self.task).filter(|_| self.offers("return")) else {
            return Vec::new();
        };
        let targets = return_targets(
            &seen.running.workflow,
            &seen.running.case,
            &self.task.stage,
            stage,
        );
        let usual = targets.last().cloned().unwrap_or_default();
        let wanted = self
            .on_me(|tried| Some(tried.to.clone()).filter(|to| !to.is_empty()))
            .unwrap_or(usual);
        targets
            .into_iter()
            .map(|target| {
                let words = if target == "applicant" {
                    self.sight.say("case.applicant", &[])
                } else {
                    self.sight.title_alone(&target)
                };
                let chosen = target == wanted;
                Choice::new(target, words, chosen)
            })
            .collect()
    }

    fn claim(&self) -> Option<Claim> {
        let action = ["claim", "release"]
            .into_iter()
            .find(|action| self.offers(action))?;
        Some(Claim {
            action,
            button: self.sight.say(&format!("case.option.{action}"), &[]),
            about: self.sight.say(&format!("case.hint.{action}"), &[]),
        })
    }

    /// A returned request is revised on the pages of its form.
    fn link(&self) -> Option<Link> {
        self.offers("submit").then(|| {
            let id = self.sight.seen.summary.ulid;
            Link::new(format!("/c/{id}/edit"), self.sight.say("case.go.edit", &[]))
        })
    }
}

/// When a task's first clock ends.
pub fn deadline(sight: &Sight<'_>, task: &Task) -> Option<String> {
    let reckoning = Reckoning::of(sight.seen, sight.language);
    sight
        .seen
        .clocks(task)
        .into_iter()
        .filter(|reading| reading.deadline.is_some())
        .min_by_key(|reading| reading.deadline)
        .map(|reading| reckoning.due(&reading).before)
}
