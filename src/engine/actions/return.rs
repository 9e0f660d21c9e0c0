//! Return (退回): one person's decision, not a vote. It cancels what is open and opens a new round where it goes.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::{Answer, Case, Event, Input, Rejection, Situation, TaskAsks, TaskId};
use crate::workflow::place::id_of;
use crate::workflow::{Stage, Target, Workflow};

pub(super) struct Return;

/// Work is sent back only where the definition says so: the applicant may be the one who does it.
const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

/// The word for a return to the applicant.
const APPLICANT: &str = "applicant";

impl ActionRule for Return {
    fn name(&self) -> &'static str {
        "return"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (task, _, stage) = at.my_answer(self.name(), task, KINDS)?;
        let offered = task.asks == TaskAsks::Sign || stage.return_to.is_some();
        if !offered || targets(at.workflow, at.case, &task.stage, stage).is_empty() {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let id = input.task.ok_or(Rejection::TaskMissing(self.name()))?;
        let (from, to, resume) = {
            let at = run.situation();
            let (task, _, stage) = at.my_answer(self.name(), input.task, KINDS)?;
            let offered = targets(at.workflow, at.case, &task.stage, stage);
            let wanted = input
                .to
                .as_deref()
                .or(offered.last().map(String::as_str))
                .unwrap_or(APPLICANT);
            if !offered.iter().any(|target| target == wanted) {
                return Err(Rejection::UnknownTarget(
                    wanted.to_owned(),
                    offered.join(", "),
                ));
            }
            (task.stage.clone(), wanted.to_owned(), stage.resume_here)
        };
        run.record(Event::Answered {
            task: id,
            answer: Answer::Returned,
            comment: Some(comment.clone()),
            automatic: None,
        });
        let stage = (to != APPLICANT).then(|| run.workflow.seen_from(&from, &to));
        run.record(Event::Returned {
            from: from.clone(),
            to: stage.clone(),
            comment,
        });
        match stage {
            Some(stage) => run.return_to(&from, &stage, resume),
            None => run.return_to_applicant(&from, resume),
        }
    }
}

/// Where this stage may return to now: what the definition says, else earlier stages of its list that the run went
/// through, and the applicant, who stands last. Out of a branch of a foreach only to what the definition says.
#[must_use]
pub fn targets(workflow: &Workflow, case: &Case, place: &str, stage: &Stage) -> Vec<String> {
    let node = workflow.node(place);
    if node.is_none_or(|node| denies(node, "return")) {
        return Vec::new();
    }
    if let Some(declared) = &stage.return_to {
        return declared
            .iter()
            .filter_map(|target| match target {
                Target::Node(id) => {
                    is_open(workflow, case, &workflow.seen_from(place, id)).then(|| id.clone())
                }
                Target::Applicant => Some(APPLICANT.to_owned()),
                _ => None,
            })
            .collect();
    }
    let own = id_of(place);
    let open = is_open(workflow, case, place);
    let earlier = workflow
        .list_of(own)
        .iter()
        .take_while(|other| open && other.id != own)
        .filter(|other| 0 < case.stage(&workflow.seen_from(place, &other.id)).rounds);
    let applicant = workflow.part_around(place).is_none();
    earlier
        .map(|other| other.id.clone())
        .chain(applicant.then(|| APPLICANT.to_owned()))
        .collect()
}

/// Whether the list that a stage stands in is open: a stage with `await` may outlive its block.
fn is_open(workflow: &Workflow, case: &Case, place: &str) -> bool {
    let around = workflow.around(place);
    let list = around.last();
    list.is_none_or(|block| case.position(block).is_some())
}
