//! Forms inside a case: what a task or a signal fills in, with the answers, the guards and the people of its place.

use std::collections::BTreeMap;

use super::Sight;
use super::tried::Tried;
use crate::engine::{self, Task, TaskId};
use crate::forms::{self, Answers, Page, Part, SectionView};
use crate::services::seen::Seen;
use crate::web::views::ErrorLink;
use crate::workflow::{Place, Signal};

/// Something that is filled in on the page of a case.
pub struct Fill<'s> {
    seen: &'s Seen,
    place: Place,
    task: Option<&'s Task>,
    part: Part<'s>,
    /// Before the ids of its controls: the page may have several forms with the same fields.
    prefix: String,
}

impl<'s> Fill<'s> {
    /// What a task fills in; `None` when that is nothing.
    pub fn on_task(seen: &'s Seen, task: TaskId) -> Option<Self> {
        let running = &seen.running;
        let task = running.case.task(task).filter(|task| task.is_open())?;
        let part = engine::filled_on(&running.workflow, &running.case, task);
        let filled = Self {
            seen,
            place: task.stage.clone(),
            task: Some(task),
            part,
            prefix: format!("t{}-", task.id.0),
        };
        (!filled.part.fields.is_empty()).then_some(filled)
    }

    /// What goes with a signal, the `number`th of the page; `None` when that is nothing.
    pub fn with_signal(
        seen: &'s Seen,
        place: &str,
        signal: &Signal,
        number: usize,
    ) -> Option<Self> {
        let filled = Self {
            seen,
            place: place.to_owned(),
            task: None,
            part: seen.running.workflow.form.part(&signal.fills),
            prefix: format!("s{number}-"),
        };
        (!filled.part.fields.is_empty()).then_some(filled)
    }

    /// What was filled in with what was tried.
    pub fn of(seen: &'s Seen, tried: &Tried) -> Option<Self> {
        if let Some(task) = tried.task {
            return Self::on_task(seen, task);
        }
        let offers = seen.signals();
        let mut numbered = offers.iter().enumerate();
        let (number, offer) = numbered.find(|(_, offer)| tried.is_signal(offer))?;
        Self::with_signal(seen, &offer.place, offer.signal, number)
    }

    /// The fields that it asks.
    pub fn fields(&self) -> Vec<&'s forms::Field> {
        self.part.fields.iter().map(|(_, field)| *field).collect()
    }

    /// The controls, with what was saved here and what was typed when it was tried here.
    pub fn sections(
        &self,
        sight: &Sight<'_>,
        saved: Option<&Answers>,
        tried: Option<&Tried>,
    ) -> Vec<SectionView> {
        let (seen, form) = (self.seen, &self.seen.running.workflow.form);
        let mut answers = seen.answers_at(&self.place, self.task);
        answers.extend(saved.cloned().unwrap_or_default());
        let (mut problems, mut searches) = (&[][..], &BTreeMap::new());
        if let Some(tried) = tried {
            answers.extend(tried.answers.clone());
            (problems, searches) = (&tried.problems, &tried.searches);
        }
        let scope = seen.scope_at(&self.place, self.task);
        let page = Page {
            form,
            answers: &answers,
            scope: &scope,
            lookup: &seen.facts.at(&self.place, &answers),
            problems,
            words: &sight.language,
            searches,
        };
        let sections = forms::view(&self.part, &page).into_iter();
        sections
            .filter(|section| !section.hidden)
            .map(|section| section.with_prefix(&self.prefix))
            .collect()
    }

    /// The problems of what was typed, each with its control.
    pub fn errors(&self, sight: &Sight<'_>, tried: &Tried) -> Vec<ErrorLink> {
        let problems = tried.problems.iter();
        problems
            .map(|problem| {
                let href = format!("#{}{}", self.prefix, problem.element());
                ErrorLink::new(href, problem.message(&sight.language))
            })
            .collect()
    }
}
