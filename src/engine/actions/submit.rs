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
        match at.case.status {
            Status::Draft if at.person()? != at.case.applicant => Err(Rejection::OnlyApplicant),
            Status::Draft => may_file(at),
            Status::Ended { .. } => Err(Rejection::CaseClosed),
            Status::Suspended { .. } => Err(Rejection::Suspended),
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
            let filled = filled.into_iter().next().unwrap_or_default();
            let (applicant, department) = (run.case.applicant, run.case.department.clone());
            let number = run.context.number.ok_or(Rejection::NumberMissing)?;
            run.record(Event::Submitted {
                applicant,
                department,
                number: number.to_owned(),
                answers: filled.answers,
                private: filled.private,
            });
            let checks = &run.workflow.checks;
            run.hold(checks, None, None, input.confirmed)?;
            return run.start();
        }
        let task = input
            .task
            .or_else(|| edit_task(&run.case))
            .ok_or(Rejection::AlreadySubmitted)?;
        let id = run.case.task(task).map(|task| task.stage.clone());
        let id = id.ok_or(Rejection::UnknownTask(task))?;
        let (resume, then) = run.editing(&id).ok_or(Rejection::AlreadySubmitted)?;
        run.record(Event::Answered {
            task,
            answer: Answer::Submitted,
            comment,
            automatic: None,
        });
        run.change_answers(filled)?;
        let checks = &run.workflow.checks;
        run.hold(checks, None, None, input.confirmed)?;
        run.record(Event::Resubmitted { id });
        run.resume_after_editing(resume, then)
    }
}

fn edit_task(case: &Case) -> Option<TaskId> {
    case.open_tasks()
        .find(|task| task.asks == TaskAsks::Edit)
        .map(|task| task.id)
}

/// Filing needs one of the workflow's roles in the applicant's own department.
pub(super) fn may_file(at: &Situation<'_>) -> Result<(), Rejection> {
    let day = day_of(at.context.now);
    let directory = at.context.directory;
    let active = directory
        .person(at.case.applicant)
        .is_some_and(|person| person.active);
    let holds = at.workflow.who.iter().any(|role| {
        // `any` stands for everyone who can log in.
        if role.0 == "any" {
            return active;
        }
        directory.holds(
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
