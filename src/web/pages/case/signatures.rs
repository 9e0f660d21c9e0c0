//! 签署情况: every signature that was given, is awaited, or will be asked for.

use super::{Sight, branches, cards, standing};
use crate::directory::PersonId;
use crate::engine::{PositionState, Status, Task, TaskAsks, TaskState};
use crate::forms::{self, SectionDisplay};
use crate::web::format;
use crate::web::pages::words;
use crate::web::views::{Signature, Signatures, Tag, Tone};
use crate::workflow::{Kind, Node, Stage};

/// In the order of the stages, then of the rounds; those in branches stand with their branch.
pub fn of(sight: &Sight<'_>) -> Signatures {
    let case = &sight.seen.running.case;
    let mut collecting = Collecting {
        sight,
        around: "",
        goes_on: case.is_open(),
        rows: vec![filed(sight)],
        to_come: 0,
    };
    collecting.list(&sight.seen.running.workflow.stages, false);
    let given = case
        .tasks
        .iter()
        .filter(|task| is_asked(task) && matches!(task.state, TaskState::Settled { .. }));
    let open = case.awaited().filter(|task| is_asked(task)).count();
    let numbers = [given.count() + 1, open, collecting.to_come].map(|number| number.to_string());
    let values = [
        ("signed", &*numbers[0]),
        ("open", &*numbers[1]),
        ("rest", &*numbers[2]),
    ];
    Signatures {
        summary: match collecting.to_come {
            // What is still to come in branches is told with them.
            0 => sight.say("branch.signatures", &values),
            _ => sight.say("case.signatures", &values),
        },
        rows: collecting.rows,
    }
}

/// Those of the stages in a branch.
pub fn of_branch(sight: &Sight<'_>, nodes: &[Node], branch: &str) -> Signatures {
    let case = &sight.seen.running.case;
    let mut collecting = Collecting {
        sight,
        around: branch,
        goes_on: case.is_open() && case.position(branch).is_some(),
        rows: Vec::new(),
        to_come: 0,
    };
    collecting.list(nodes, false);
    Signatures {
        summary: String::new(),
        rows: collecting.rows,
    }
}

/// Whether an opinion, work or a reading is asked for.
pub fn is_asked(task: &Task) -> bool {
    task.is_seat() || task.asks == TaskAsks::Advise
}

struct Collecting<'a> {
    sight: &'a Sight<'a>,
    /// The branch; "" outside.
    around: &'a str,
    /// Whether what was not reached may still come.
    goes_on: bool,
    rows: Vec<Signature>,
    to_come: usize,
}

impl Collecting<'_> {
    fn list(&mut self, nodes: &[Node], aside: bool) {
        for node in nodes {
            let place = self
                .sight
                .seen
                .running
                .workflow
                .seen_from(self.around, &node.id);
            match &node.kind {
                Kind::Stage(stage) => self.stage(node, &place, stage, aside),
                Kind::Group { stages } => self.list(stages, aside),
                Kind::Aside { stages } => self.list(stages, true),
                Kind::Parallel(_) | Kind::Foreach(_) => self.block(node, &place, aside),
                Kind::Wait(_) | Kind::Start(_) => self.standing(node, &place, aside),
            }
        }
    }

    fn stage(&mut self, node: &Node, place: &str, stage: &Stage, aside: bool) {
        let case = &self.sight.seen.running.case;
        let asked = case.tasks.iter().filter(|task| {
            task.stage == place
                && is_asked(task)
                && !matches!(task.state, TaskState::Cancelled { .. })
        });
        self.rows
            .extend(asked.map(|task| signature(self.sight, task, stage)));
        let stands = case.position(place).map(|position| &position.state);
        if stands == Some(&PositionState::Between) {
            self.rows.extend(standing::row(self.sight, node, place));
        } else if self.comes(place, aside) {
            self.to_come += 1;
            self.rows.push(to_come(self.sight, node, place, stage));
        }
    }

    /// Whether it was not reached yet and lies on the way.
    fn comes(&self, place: &str, aside: bool) -> bool {
        let record = self.sight.seen.running.case.stage(place);
        self.goes_on && !aside && record.rounds == 0 && record.skipped.is_none()
    }

    fn standing(&mut self, node: &Node, place: &str, aside: bool) {
        if let Some(row) = standing::row(self.sight, node, place) {
            self.rows.push(row);
        } else if self.comes(place, aside) {
            self.not_begun(node);
        }
    }

    fn not_begun(&mut self, node: &Node) {
        self.to_come += 1;
        self.rows.push(Signature {
            stage: self.sight.title_alone(&node.id),
            opinion: Tag::plain(Tone::Line, self.sight.say("case.not_begun", &[])),
            ..Signature::default()
        });
    }

    /// A block stands for its branches, which are shown by themselves.
    fn block(&mut self, node: &Node, place: &str, aside: bool) {
        if branches::was_entered(self.sight, place) {
            let key = branches::key(self.sight, place);
            let case = &self.sight.seen.running.case;
            let (tag, now) = match case.position(place) {
                Some(_) => {
                    let words = self.sight.say("branch.state.open", &[]);
                    (Tag::running(words), true)
                }
                None => (branches::left(self.sight, case.stage(place).how), false),
            };
            self.rows.push(Signature {
                stage: self.sight.title_alone(&node.id),
                href: format!("#block-{key}-t"),
                opinion: tag,
                now,
                ..Signature::default()
            });
        } else if self.comes(place, aside) {
            self.not_begun(node);
        }
    }
}

fn filed(sight: &Sight<'_>) -> Signature {
    let case = &sight.seen.running.case;
    Signature {
        stage: sight.say("case.flow.filing", &[]),
        person: person(sight, case.applicant),
        department: sight.names.department_of(case.applicant),
        opinion: Tag::new(Tone::Ok, sight.say("case.answer.submitted", &[])),
        when: format::moment(
            sight.seen.summary.submitted_at,
            sight.seen.now,
            sight.language,
        ),
        ..Signature::default()
    }
}

/// 王建国（您）
fn person(sight: &Sight<'_>, id: PersonId) -> String {
    let name = sight.names.person(id);
    if id == sight.seen.viewer.person.id {
        return sight.say("case.you", &[("person", &name)]);
    }
    name
}

/// 李娜 代 王建国
fn signer(sight: &Sight<'_>, by: PersonId, on_behalf: Option<PersonId>) -> String {
    let name = person(sight, by);
    match on_behalf {
        None => name,
        Some(holder) => sight.names.for_whom(&name, &person(sight, holder)),
    }
}

fn signature(sight: &Sight<'_>, task: &Task, stage: &Stage) -> Signature {
    match &task.state {
        TaskState::Settled {
            answer,
            by,
            on_behalf,
            at,
            comment,
            automatic,
        } => Signature {
            stage: sight.titles().task_alone(task),
            person: signer(sight, *by, *on_behalf),
            department: sight.names.department_of(*by),
            opinion: words::answer(answer, Some(stage), *automatic, sight.language),
            comment: comment.clone().unwrap_or_default(),
            when: format::moment(*at, sight.seen.now, sight.language),
            answers: answers(sight, task),
            ..Signature::default()
        },
        TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => awaited(sight, task),
    }
}

/// What was filled in on the task alone.
pub fn answers(sight: &Sight<'_>, task: &Task) -> Vec<SectionDisplay> {
    let own = sight.seen.private.as_ref().map(|opened| &opened.tasks);
    forms::display_of(
        &sight.seen.running.workflow.form,
        forms::Owned {
            answers: &task.answers,
            sealed: &task.private,
            erased: &sight.seen.running.case.erased_in(&task.private),
        },
        &sight.seen.facts,
        &sight.language,
        own.and_then(|tasks| tasks.get(&task.id)),
    )
}

fn awaited(sight: &Sight<'_>, task: &Task) -> Signature {
    let eligible = sight.seen.eligible(task);
    let (name, department) = match (task.holder, eligible.as_slice()) {
        (Some(holder), _) => (person(sight, holder), sight.names.department_of(holder)),
        (None, [only]) => (person(sight, *only), sight.names.department_of(*only)),
        _ => (sight.awaited(task), String::new()),
    };
    let mut awaited_now = sight.seen.running.case.awaited();
    let open = awaited_now.any(|one| one.id == task.id);
    let when = cards::deadline(sight, task)
        .filter(|_| open)
        .unwrap_or_default();
    let key = match (open, task.asks) {
        (false, _) if task.is_open() => "case.to_wait_for_supplement",
        (false, _) => "case.to_wait",
        (true, TaskAsks::Sign) => "case.to_sign",
        (true, TaskAsks::Notice) => "case.to_read",
        (true, TaskAsks::Advise) => "case.to_advise",
        (true, _) => "case.to_do",
    };
    Signature {
        stage: sight.titles().task_alone(task),
        person: name,
        department,
        opinion: Tag::running(sight.say(key, &[])),
        until: !when.is_empty(),
        when,
        now: open && !matches!(sight.seen.running.case.status, Status::Suspended { .. }),
        ..Signature::default()
    }
}

fn to_come(sight: &Sight<'_>, node: &Node, place: &str, stage: &Stage) -> Signature {
    Signature {
        stage: sight.title_alone(&node.id),
        person: sight.expected(stage, place),
        opinion: Tag::plain(Tone::Line, sight.say("case.not_begun", &[])),
        ..Signature::default()
    }
}
