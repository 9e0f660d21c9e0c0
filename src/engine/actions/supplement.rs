//! Supplement (补正): everything missing is listed once, the clock pauses and says so, the case resumes at the same task.

use super::{ActionRule, reason_for};
use crate::engine::run::Run;
use crate::engine::who::parties;
use crate::engine::{
    Event, Input, Rejection, Situation, TaskAsks, TaskId, answers, clocks, people,
};

pub(super) struct Supplement;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

impl ActionRule for Supplement {
    fn name(&self) -> &'static str {
        "supplement"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (task, _, stage) = at.my_answer(self.name(), task, KINDS)?;
        let Some(supplement) = &stage.supplement else {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        };
        let used = at.case.stage(&task.stage).supplements;
        if supplement.times <= used {
            return Err(Rejection::SupplementUsed(used));
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = reason_for(self.name(), input)?;
        let (id, supplement) = {
            let at = run.situation();
            let (task, _, stage) = at.my_answer(self.name(), input.task, KINDS)?;
            let supplement = stage.supplement.clone().ok_or(Rejection::NotOffered {
                action: self.name(),
            })?;
            (task.stage.clone(), supplement)
        };
        if input.fields.is_empty() {
            return Err(Rejection::FieldsMissing);
        }
        let fields = listed(run, &input.fields)?;
        let of = parties(&supplement.from, &id, &run.situation());
        let nobody = match people::people_of_all(&of, run.context).is_empty() {
            true => people::nobody_for(&id, &run.situation()),
            false => Vec::new(),
        };
        run.record(Event::SupplementAsked {
            id: id.clone(),
            fields,
            comment,
            of,
            nobody,
        });
        run.adjust_clocks();
        run.start_clocks(&clocks::supplement_of(&id))
            .map_err(Rejection::Guard)
    }
}

/// The listed fields, each once: what was asked at the start and is not computed.
fn listed(run: &Run<'_>, names: &[String]) -> Result<Vec<String>, Rejection> {
    let asked = answers::asked_at_start(run.workflow);
    let mut fields: Vec<String> = Vec::new();
    for name in names {
        let field = run.workflow.form.field(name);
        if !asked.asks(name) || field.is_none_or(|field| field.value.is_some()) {
            return Err(Rejection::UnknownField(name.clone()));
        }
        if !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    Ok(fields)
}
