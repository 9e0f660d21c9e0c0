//! Choose (选择): one of the stage's own answers; it counts as a yes unless its `verdict` says refused.

use super::{ActionRule, answer, comment_for, needs_comment};
use crate::engine::run::Run;
use crate::engine::{Answer, Input, Rejection, Situation, TaskAsks, TaskId};

pub(super) struct Choose;

const KINDS: &[TaskAsks] = &[TaskAsks::Sign, TaskAsks::Work];

impl ActionRule for Choose {
    fn name(&self) -> &'static str {
        "choose"
    }

    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection> {
        let (_, _, stage) = at.my_answer(self.name(), task, KINDS)?;
        if stage.choices.is_empty() {
            return Err(Rejection::NotOffered {
                action: self.name(),
            });
        }
        Ok(())
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let (chosen, comment) = {
            let at = run.situation();
            let (_, node, stage) = at.my_answer(self.name(), input.task, KINDS)?;
            let wanted = input.choice.as_deref().unwrap_or_default();
            let offered = || {
                stage
                    .choices
                    .iter()
                    .map(|choice| choice.id.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let chosen = stage
                .choices
                .iter()
                .find(|choice| choice.id == wanted)
                .ok_or_else(|| Rejection::UnknownChoice(wanted.to_owned(), offered()))?;
            let required = chosen.comment || needs_comment(node, self.name());
            (
                chosen.clone(),
                comment_for(node, &chosen.id, required, input)?,
            )
        };
        // The checks of a stage speak of the choice, a refusing one too: they hold for every answer that fills the form.
        let answered = Answer::Chosen {
            choice: chosen.id,
            refuses: chosen.refuses,
        };
        answer(run, input, self.name(), answered, true, comment)
    }
}
