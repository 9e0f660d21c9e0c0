//! A refusal because the case has moved on, told with where it is now and who did what meanwhile.

use ulid::Ulid;

use super::Caller;
use crate::calendar::beijing;
use crate::engine::Rejection;
use crate::messages::text;
use crate::services::seen::{self, Happened, Seen};
use crate::services::{Error, drafts};
use crate::web::problem::{Meanwhile, Problem, status};

/// What people do, as sentences can say it; anything else is only `other`.
const TOLD: &[&str] = &[
    "answered",
    "returned",
    "withdrawn",
    "terminated",
    "voided",
    "taken_back",
    "resubmitted",
    "supplement_asked",
    "supplied",
    "reassigned",
    "transferred",
    "recused",
    "signers_added",
    "consulted",
    "signer_removed",
    "claimed",
    "released",
    "signalled",
    "suspended",
    "continued",
    "jumped",
    "answers_changed",
];

/// The problem of a refused request; with who acted since revision `seen` when that is why. What the caller may not see
/// of the case is not in it.
pub async fn explain(caller: &Caller, id: Ulid, seen: Option<i64>, error: &Error) -> Problem {
    let mut problem = caller.problem(error);
    if status(error) != 409 {
        return problem;
    }
    let by = caller.by("");
    let now = caller
        .run_or_error(move |app, viewer| match seen::see(app, viewer, id) {
            Ok(seen) => Ok(Now::Case(Box::new(seen))),
            Err(Error::NotFound) => {
                let draft = drafts::open(app, &by, id)?.draft;
                Ok(Now::Draft(draft.revision))
            }
            Err(other) => Err(other),
        })
        .await;
    match now {
        Ok(Now::Case(case)) => {
            problem.revision = Some(case.running.case.revision);
            problem.happened = happened(caller, &case, seen);
            let last = problem.happened.last().map(|last| sentence(caller, last));
            match (error, last) {
                (Error::Rejected(Rejection::MovedOn { .. }), Some(last)) => problem.detail = last,
                (Error::Rejected(_), Some(last)) => {
                    problem.detail = format!("{} {last}", problem.detail);
                }
                _ => {}
            }
        }
        Ok(Now::Draft(revision)) => problem.revision = Some(revision),
        // Then the refusal stands without it.
        Err(error) => tracing::warn!(%error, "a conflict could not be explained"),
    }
    problem
}

enum Now {
    Case(Box<Seen>),
    Draft(i64),
}

/// What people did since the revision that the sender saw; without one, the last thing that somebody did.
fn happened(caller: &Caller, case: &Seen, seen: Option<i64>) -> Vec<Meanwhile> {
    let mut all: Vec<(i64, Meanwhile)> = Vec::new();
    for event in case.history.iter().filter(|event| event.actor.is_some()) {
        let revision = event.body.revision;
        if seen.is_some_and(|seen| revision <= seen) {
            continue;
        }
        let told = told(caller, event);
        match all.last_mut() {
            // One command makes many events; the first that says what the person did stands for them.
            Some((known, kept)) if *known == revision => {
                if !TOLD.contains(&&*kept.kind) {
                    *kept = told;
                }
            }
            _ => all.push((revision, told)),
        }
    }
    let mut all = all.into_iter().map(|(_, told)| told);
    match seen {
        Some(_) => all.collect(),
        None => all.next_back().into_iter().collect(),
    }
}

fn told(caller: &Caller, event: &Happened) -> Meanwhile {
    let actor = event
        .actor
        .and_then(|actor| caller.viewer.directory.person(actor));
    Meanwhile {
        kind: event.body.event.kind().to_owned(),
        name: actor.map(|person| person.name.clone()),
        at: event.at,
    }
}

fn sentence(caller: &Caller, last: &Meanwhile) -> String {
    let language = caller.language;
    let kind = if TOLD.contains(&&*last.kind) {
        &last.kind
    } else {
        "other"
    };
    let what = text(language, &format!("meanwhile.{kind}"), &[]);
    let nobody = || text(language, "meanwhile.system", &[]);
    let name = last.name.clone().unwrap_or_else(nobody);
    let time = beijing(last.at).format("%Y-%m-%d %H:%M").to_string();
    let values = [("name", &*name), ("time", &*time), ("what", &*what)];
    text(language, "meanwhile.sentence", &values)
}
