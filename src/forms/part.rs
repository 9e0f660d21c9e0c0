//! The part of a form that is asked at one time.

use serde_json::Value as Json;

use super::{Answers, Field, Form, Per, Section};

/// Fields with their sections, in the form's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part<'f> {
    /// The fields.
    pub fields: Vec<(&'f Section, &'f Field)>,
}

impl Form {
    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Part<'_> {
        self.where_field(|_, _| true)
    }

    /// What these ids of sections and fields name: what a stage `fills`, or one page.
    #[must_use]
    pub fn part<S: AsRef<str>>(&self, names: &[S]) -> Part<'_> {
        self.where_field(|section, field| named(names, section, field))
    }

    /// What these ids do not name: asked at the start are the fields that no `fills` names.
    #[must_use]
    pub fn without<S: AsRef<str>>(&self, names: &[S]) -> Part<'_> {
        self.where_field(|section, field| !named(names, section, field))
    }

    /// The field with this id; columns have none of their own.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id == id)
    }

    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// Whose copy of a field's answers there is; of one that is not in the form, the case's.
    #[must_use]
    pub fn per(&self, id: &str) -> Per {
        let own = |section: &&Section| section.fields.iter().any(|field| field.id == id);
        let section = self.sections.iter().find(own);
        section.map_or(Per::Case, |section| section.per)
    }

    fn where_field(&self, wanted: impl Fn(&Section, &Field) -> bool) -> Part<'_> {
        let fields = self
            .sections
            .iter()
            .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
            .filter(|(section, field)| wanted(section, field))
            .collect();
        Part { fields }
    }
}

fn named<S: AsRef<str>>(names: &[S], section: &Section, field: &Field) -> bool {
    names
        .iter()
        .any(|name| name.as_ref() == section.id || name.as_ref() == field.id)
}

impl<'f> Part<'f> {
    /// The fields of this part that stand in one section.
    #[must_use]
    pub fn of_section(&self, id: &str) -> Part<'f> {
        let fields = self
            .fields
            .iter()
            .filter(|(section, _)| section.id == id)
            .copied()
            .collect();
        Part { fields }
    }

    /// The sections of this part with its fields in each.
    #[must_use]
    pub fn sections(&self) -> Vec<(&'f Section, Vec<&'f Field>)> {
        let mut all: Vec<(&Section, Vec<&Field>)> = Vec::new();
        for (section, field) in &self.fields {
            match all.last_mut() {
                Some((last, fields)) if last.id == section.id => fields.push(field),
                _ => all.push((section, vec![field])),
            }
        }
        all
    }

    /// Whether it asks for the field with this id.
    #[must_use]
    pub fn asks(&self, id: &str) -> bool {
        self.fields.iter().any(|(_, field)| field.id == id)
    }

    /// This part's answers: what was posted now, and for fields that were not on the page what was stored before.
    #[must_use]
    pub fn merged(&self, stored: &Answers, posted: Answers) -> Answers {
        let mut all: Answers = stored
            .iter()
            .filter(|(id, _)| self.asks(id))
            .map(|(id, answer)| (id.clone(), answer.clone()))
            .collect();
        all.extend(posted.into_iter().filter(|(id, _)| self.asks(id)));
        all
    }

    /// The stored answers that this part does not ask for.
    #[must_use]
    pub fn others(&self, stored: &Answers) -> Answers {
        stored
            .iter()
            .filter(|(id, _)| !self.asks(id))
            .map(|(id, answer): (&String, &Json)| (id.clone(), answer.clone()))
            .collect()
    }
}
