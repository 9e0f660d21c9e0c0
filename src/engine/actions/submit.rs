//! Submit (提交): a draft becomes a case, or a returned request comes back revised.

use super::{ActionRule, text_of};
use crate::calendar::day_of;
use crate::directory::Post;
use crate::engine::run::Run;
use crate::engine::{
    Answer, Case, Event, Input, Rejection, Situation, Status, TaskAsks, TaskId, answers,
};

pub(super) struct Submit;

impl ActionRule for Submit {
    fn name(&self) -> &'static str {
        "submit"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        if at.person()? != at.case.applicant {
            return Err(Rejection::OnlyApplicant);
        }
        match at.case.status {
            Status::Draft => may_file(at),
            Status::Ended { .. } => Err(Rejection::CaseClosed),
            Status::Open { .. } => {
                let task = task
                    .or_else(|| edit_task(at.case))
                    .ok_or(Rejection::AlreadySubmitted)?;
                let task = at.my_task(self.name(), Some(task))?;
                if task.asks == TaskAsks::Edit {
                    Ok(())
                } else {
                    Err(Rejection::NotOffered {
                        action: self.name(),
                    })
                }
            }
        }
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let filled = answers::request(run, input)?;
        if run.is_draft() {
            let (applicant, department) = (run.case.applicant, run.case.department.clone());
            let number = run.context.number.unwrap_or_default().to_owned();
            run.record(Event::Submitted {
                applicant,
                department,
                number,
                answers: filled.answers,
                private: filled.private,
            });
            let checks = &run.workflow.checks;
            run.hold(checks, None, input.confirmed)?;
            return run.start();
        }
        let task = input
            .task
            .or_else(|| edit_task(&run.case))
            .ok_or(Rejection::AlreadySubmitted)?;
        let resume = run.editing().ok_or(Rejection::AlreadySubmitted)?;
        run.record(Event::Answered {
            task,
            answer: Answer::Submitted,
            comment,
            automatic: None,
        });
        run.change_answers(answers::replacing(&run.case, run.workflow, filled))?;
        let checks = &run.workflow.checks;
        run.hold(checks, None, input.confirmed)?;
        run.record(Event::Resubmitted);
        run.resume_after_editing(&resume)
    }
}

fn edit_task(case: &Case) -> Option<TaskId> {
    case.open_tasks()
        .find(|task| task.asks == TaskAsks::Edit)
        .map(|task| task.id)
}

/// Filing needs one of the workflow's roles in the applicant's own department.
fn may_file(at: &Situation<'_>) -> Result<(), Rejection> {
    let day = day_of(at.context.now);
    let holds = at.workflow.who.iter().any(|role| {
        at.context.directory.holds(
            at.case.applicant,
            &Post {
                role: role.clone(),
                department: at.case.department.clone(),
            },
            day,
        )
    });
    if holds {
        return Ok(());
    }
    let roles: Vec<&str> = at.workflow.who.iter().map(|role| role.0.as_str()).collect();
    Err(Rejection::MayNotFile(roles.join(", ")))
}
