//! 签署情况: every signature that was given, is awaited, or will be asked for.

use super::{Sight, cards};
use crate::engine::{Task, TaskAsks, TaskState};
use crate::web::format;
use crate::web::pages::words;
use crate::web::views::{Signature, Signatures, Tag, Tone};
use crate::workflow::{Node, Stage};

/// In the order of the stages, then of the rounds.
pub fn of(sight: &Sight<'_>) -> Signatures {
    let mut rows = vec![filed(sight)];
    let mut not_begun = 0;
    collect(
        sight,
        &sight.seen.running.workflow.stages,
        &mut rows,
        &mut not_begun,
    );
    let signed = rows
        .iter()
        .filter(|row| !row.until && !row.when.is_empty())
        .count();
    let open = rows.iter().filter(|row| row.now).count();
    let numbers = [signed, open, not_begun].map(|number| number.to_string());
    let values = [
        ("signed", &*numbers[0]),
        ("open", &*numbers[1]),
        ("rest", &*numbers[2]),
    ];
    Signatures {
        summary: sight.say("case.signatures", &values),
        rows,
    }
}

fn filed(sight: &Sight<'_>) -> Signature {
    let case = &sight.seen.running.case;
    Signature {
        stage: sight.say("case.flow.filing", &[]),
        person: person(sight, case.applicant),
        department: sight.names.department_of(case.applicant),
        opinion: Tag::new(Tone::Ok, sight.say("case.answer.submitted", &[])),
        comment: String::new(),
        when: format::moment(
            sight.seen.summary.submitted_at,
            sight.seen.now,
            sight.language,
        ),
        until: false,
        now: false,
    }
}

fn collect(sight: &Sight<'_>, nodes: &[Node], rows: &mut Vec<Signature>, not_begun: &mut usize) {
    for node in nodes {
        let Some(stage) = node.stage() else {
            for list in node.lists() {
                collect(sight, list, rows, not_begun);
            }
            continue;
        };
        let case = &sight.seen.running.case;
        let record = case.stage(&node.id);
        let asked = case.tasks.iter().filter(|task| {
            task.stage == node.id
                && matches!(
                    task.asks,
                    TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice | TaskAsks::Advise
                )
                && !matches!(task.state, TaskState::Cancelled { .. })
        });
        rows.extend(asked.map(|task| signature(sight, task, stage)));
        if case.is_open() && record.rounds == 0 && record.skipped.is_none() {
            *not_begun += 1;
            rows.push(to_come(sight, node, stage));
        }
    }
}

/// 王建国（您）
fn person(sight: &Sight<'_>, id: crate::directory::PersonId) -> String {
    let name = sight.names.person(id);
    if id == sight.seen.viewer.person.id {
        return sight.say("case.you", &[("person", &name)]);
    }
    name
}

fn signature(sight: &Sight<'_>, task: &Task, stage: &Stage) -> Signature {
    match &task.state {
        TaskState::Settled {
            answer,
            by,
            at,
            comment,
            automatic,
        } => Signature {
            stage: sight.stage(task),
            person: person(sight, *by),
            department: sight.names.department_of(*by),
            opinion: words::answer(answer, Some(stage), *automatic, sight.language),
            comment: comment.clone().unwrap_or_default(),
            when: format::moment(*at, sight.seen.now, sight.language),
            until: false,
            now: false,
        },
        TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => awaited(sight, task),
    }
}

fn awaited(sight: &Sight<'_>, task: &Task) -> Signature {
    let eligible = sight.seen.eligible(task);
    let (name, department) = match (task.holder, eligible.as_slice()) {
        (Some(holder), _) => (person(sight, holder), sight.names.department_of(holder)),
        (None, [only]) => (person(sight, *only), sight.names.department_of(*only)),
        _ => (sight.awaited(task), String::new()),
    };
    let open = sight
        .seen
        .running
        .case
        .awaited()
        .any(|one| one.id == task.id);
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
        stage: sight.stage(task),
        person: name,
        department,
        opinion: Tag::running(sight.say(key, &[])),
        comment: String::new(),
        until: !when.is_empty(),
        when,
        now: open,
    }
}

fn to_come(sight: &Sight<'_>, node: &Node, stage: &Stage) -> Signature {
    Signature {
        stage: sight.title(&node.id),
        person: sight
            .names
            .seats(stage, &sight.seen.running.case, &sight.seen.scope()),
        department: String::new(),
        opinion: Tag::plain(Tone::Line, sight.say("case.not_begun", &[])),
        comment: String::new(),
        when: String::new(),
        until: false,
        now: false,
    }
}
