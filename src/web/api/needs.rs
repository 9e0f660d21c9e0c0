//! The actions that somebody may take now, and what each of them needs.

use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::{self, Offered, PositionState, Task, return_targets};
use crate::forms::{self, Part, Words};
use crate::messages::{self, Language};
use crate::services::drafts::Open;
use crate::services::seen::Seen;
use crate::services::titles::Titles;
use crate::web::refusal;
use crate::workflow::{Node, Stage};

/// An action that the reader may take now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OfferedBody {
    /// Its name: `approve`.
    pub action: &'static str,
    /// What people call it.
    pub title: String,
    /// On which task, by its number.
    pub task: Option<u32>,
    /// That task's id.
    pub task_id: Option<String>,
    /// What may, or must, be sent along.
    pub needs: Vec<Need>,
}

/// A member of the request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Need {
    /// `comment`, `choice`, `to`, `signal`, `stage`, `fields`, `answers`, `person`, `people`, `clock`, `time`, `how`.
    pub member: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be: choices, stages to return or jump to, signals, fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<NeedOption>,
}

/// One of the things that a member may be.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NeedOption {
    /// What is sent.
    pub value: String,
    /// What people call it.
    pub title: String,
    /// Whether it needs a comment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub comment: bool,
    /// Of a signal: the place where it is given, to be sent as `stage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Of a signal: the fields that are filled in with it, to be sent in `answers`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fills: Vec<String>,
}

impl NeedOption {
    fn new(value: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            title: title.into(),
            comment: false,
            place: None,
            fills: Vec::new(),
        }
    }
}

/// What the reader may do now.
pub fn offered(seen: &Seen, language: Language) -> Vec<OfferedBody> {
    let all = seen.offered.iter();
    all.map(|offered| OfferedBody {
        action: offered.action,
        title: title(offered.action, language),
        task: offered.task.map(|task| task.0),
        task_id: offered
            .task
            .and_then(|task| seen.row(task))
            .map(|row| row.ulid.to_string()),
        needs: needs(seen, offered, language),
    })
    .collect()
}

/// What the author of a draft may do.
pub fn offered_on_draft(open: &Open, language: Language) -> Vec<OfferedBody> {
    let asked = engine::asked_at_start(&open.workflow);
    vec![OfferedBody {
        action: "submit",
        title: title("submit", language),
        task: None,
        task_id: None,
        needs: vec![answers(&asked, false, language)],
    }]
}

fn title(action: &str, language: Language) -> String {
    messages::text(language, &format!("rejection.action.{action}"), &[])
}

fn needs(seen: &Seen, offered: &Offered, language: Language) -> Vec<Need> {
    let task = offered.task.and_then(|id| seen.running.case.task(id));
    let stage = task.and_then(|task| stage_of(seen, task));
    let mut needs = Vec::new();
    match (offered.action, task, stage) {
        ("choose", _, Some((_, stage))) => needs.push(choice(stage, language)),
        ("return", Some(task), Some((_, stage))) => {
            needs.push(to(seen, &task.stage, stage, language));
        }
        ("erase", _, _) => needs.extend(erased(seen, language)),
        ("supplement", _, _) => needs.push(fields(seen, language)),
        ("supply", Some(task), _) => needs.extend(supplied(seen, task, language)),
        ("extend", Some(task), _) => needs.extend(more_time(seen, task, language)),
        ("grant_extension", _, _) => needs.push(bare("time", false)),
        ("copy", _, _) => needs.push(bare("people", true)),
        ("submit", _, _) => {
            let asked = engine::asked_at_start(&seen.running.workflow);
            needs.push(answers(&asked, false, language));
        }
        ("reassign" | "transfer", _, _) => needs.push(bare("person", true)),
        ("consult", _, _) => needs.push(bare("people", true)),
        ("add_signer", Some(task), _) => {
            needs.push(bare("people", true));
            needs.push(ways(seen, task, language));
        }
        ("signal", _, _) => needs.push(signal(seen, language)),
        ("jump", _, _) => needs.push(jump(seen, language)),
        _ => {}
    }
    if let ("save_draft", Some(task)) = (offered.action, task) {
        let running = &seen.running;
        let part = engine::filled_on(&running.workflow, &running.case, task);
        if !part.fields.is_empty() {
            needs.push(answers(&part, false, language));
        }
    }
    if let (true, Some(task), Some((_, stage))) = (passes(offered.action), task, stage) {
        let part = engine::filled_by(&seen.running.workflow, stage, task);
        if !part.fields.is_empty() {
            needs.push(answers(&part, true, language));
        }
    }
    needs.extend(comment(offered.action, stage.map(|(node, _)| node)));
    needs
}

/// A refusal fills in nothing.
fn passes(action: &str) -> bool {
    matches!(action, "approve" | "choose" | "done" | "acknowledge")
}

fn stage_of<'s>(seen: &'s Seen, task: &Task) -> Option<(&'s Node, &'s Stage)> {
    let node = seen.running.workflow.node(&task.stage)?;
    Some((node, node.stage()?))
}

fn comment(action: &str, node: Option<&Node>) -> Option<Need> {
    match action {
        "claim" | "release" | "resubmit" => None,
        "return" | "supplement" | "reassign" | "transfer" | "recuse" | "remove_signer"
        | "consult" | "advise" | "suspend" | "jump" | "terminate" | "void" | "erase" | "extend"
        | "refuse_extension" | "comment" => Some(bare("comment", true)),
        _ => {
            let required =
                node.is_some_and(|node| node.rules.comment.iter().any(|needs| needs == action));
            Some(bare("comment", required))
        }
    }
}

fn bare(member: &'static str, required: bool) -> Need {
    Need {
        member,
        required,
        options: Vec::new(),
    }
}

fn choice(stage: &Stage, language: Language) -> Need {
    let options = stage.choices.iter().map(|choice| NeedOption {
        comment: choice.comment,
        ..NeedOption::new(&choice.id, language.pick(&choice.title))
    });
    Need {
        member: "choice",
        required: true,
        options: options.collect(),
    }
}

fn to(seen: &Seen, place: &str, stage: &Stage, language: Language) -> Need {
    let workflow = &seen.running.workflow;
    let targets = return_targets(workflow, &seen.running.case, place, stage);
    let options = targets.into_iter().map(|target| {
        let title = workflow.node(&target).map_or_else(
            || messages::text(language, "rejection.applicant", &[]),
            |node| language.pick(&node.title).to_owned(),
        );
        NeedOption::new(target, title)
    });
    Need {
        member: "to",
        required: false,
        options: options.collect(),
    }
}

fn signal(seen: &Seen, language: Language) -> Need {
    let form = &seen.running.workflow.form;
    let options = seen.signals().into_iter().map(|offer| {
        let part = form.part(&offer.signal.fills);
        let fills = part.fields.iter().map(|(_, field)| field.id.clone());
        NeedOption {
            fills: fills.collect(),
            place: Some(offer.place),
            ..NeedOption::new(&offer.signal.name, language.pick(&offer.signal.title))
        }
    });
    Need {
        member: "signal",
        required: true,
        options: options.collect(),
    }
}

fn jump(seen: &Seen, language: Language) -> Need {
    let titles = Titles::of(&seen.running, language);
    let targets = seen.jump_targets().into_iter();
    let options = targets.map(|target| {
        let title = titles.place(&target.to);
        NeedOption::new(target.to, title)
    });
    Need {
        member: "to",
        required: true,
        options: options.collect(),
    }
}

/// Which clock, where there are several, and how much, with the most that is left.
fn more_time(seen: &Seen, task: &Task, language: Language) -> Vec<Need> {
    let clocks = seen.more_time(task.id);
    let keys = clocks
        .iter()
        .map(|clock| NeedOption::new(&clock.clock, refusal::duration(clock.left, language)));
    vec![
        Need {
            member: "clock",
            required: 1 < clocks.len(),
            options: keys.collect(),
        },
        bare("time", true),
    ]
}

/// How signers can be added.
fn ways(seen: &Seen, task: &Task, language: Language) -> Need {
    let options = seen.ways_to_add(task).iter().map(|way| {
        let title = messages::text(language, &format!("case.way.{}", way.word()), &[]);
        NeedOption::new(way.word(), title)
    });
    Need {
        member: "how",
        required: true,
        options: options.collect(),
    }
}

fn fields(seen: &Seen, language: Language) -> Need {
    let asked = engine::asked_at_start(&seen.running.workflow);
    Need {
        member: "fields",
        ..answers(&asked, true, language)
    }
}

/// The private answers that can be erased; a name without a row means all of a table.
fn erased(seen: &Seen, language: Language) -> Vec<Need> {
    let form = &seen.running.workflow.form;
    let standing = seen.running.case.standing().into_iter();
    let standing = standing.map(|one| (one.key(), one.path));
    let earlier = seen.left_behind().into_iter();
    let earlier = earlier.map(|path| (path.clone(), path));
    let options = standing.chain(earlier).map(|(key, path)| {
        let label = forms::label_of(form, &path, &language);
        NeedOption::new(&key, &label)
    });
    let fields = Need {
        member: "fields",
        required: true,
        options: options.collect(),
    };
    vec![fields, bare("confirmed", true)]
}

fn supplied(seen: &Seen, task: &Task, language: Language) -> Option<Need> {
    let position = seen.running.case.position(&task.stage)?;
    let PositionState::Supplement { fields } = &position.state else {
        return None;
    };
    let part = seen.running.workflow.form.part(fields);
    Some(answers(&part, true, language))
}

fn answers(part: &Part<'_>, required: bool, language: Language) -> Need {
    let options = part
        .fields
        .iter()
        .map(|(_, field)| NeedOption::new(&field.id, language.pick(&field.label)));
    Need {
        member: "answers",
        required,
        options: options.collect(),
    }
}
