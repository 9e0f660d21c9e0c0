//! Refusals, people and posts in the words of pages.

use std::collections::BTreeMap;

use crate::diagram;
use crate::directory::{DepartmentCode, Directory, PersonId, Post, RoleCode};
use crate::engine::{Answer, Party, Rejection, Task};
use crate::expression::Scope;
use crate::forms::Words;
use crate::messages::{Language, has, text};
use crate::web::problem;
use crate::web::session::Visit;
use crate::web::views::{Tag, Tone};
use crate::workflow::{Seat, Stage, Text, Who};

use super::posted::Fault;

/// A text of a definition in the visitor's language.
#[must_use]
pub fn pick(visit: &Visit, words: &Text) -> String {
    visit.language.pick(words).to_owned()
}

/// What is wrong with a form as a whole.
#[must_use]
pub fn form_fault(visit: &Visit, fault: Fault) -> String {
    let limits = &visit.app.settings.limits;
    let (key, most) = match fault {
        Fault::TooLarge => ("pages.form.too_large", limits.form_bytes / 1024),
        Fault::TooMany => ("pages.form.too_many", limits.form_fields),
        Fault::Unreadable => ("pages.form.unreadable", 0),
    };
    text(visit.language, key, &[("most", &most.to_string())])
}

/// A data level.
#[must_use]
pub fn level(language: Language, level: u8) -> String {
    text(language, &format!("forms.levels.l{level}"), &[])
}

/// What somebody lacks who may not do something.
#[must_use]
pub fn forbidden(language: Language, what: &str) -> String {
    let key = format!("pages.forbidden.{what}");
    if has(Language::Zh, &key) {
        text(language, &key, &[])
    } else {
        String::new()
    }
}

/// Why the engine says no. What the API words by its members, pages say by their controls. `directory` is for those who
/// may know names.
#[must_use]
pub fn rejection(
    language: Language,
    rejection: &Rejection,
    directory: Option<&Directory>,
) -> String {
    if let Rejection::Answers(problems) = rejection {
        let sentences: Vec<String> = problems
            .iter()
            .map(|problem| problem.message(&language))
            .collect();
        return sentences.join("\n");
    }
    if let Rejection::Check { message, .. } = rejection {
        return language.pick(message).to_owned();
    }
    let key = format!("pages.refused.{}", rejection.code());
    if has(Language::Zh, &key) {
        return text(language, &key, &[]);
    }
    problem::refusal(rejection, language, directory)
}

/// The names of people, posts and departments, short, as on the screen.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Where they stand.
    pub directory: &'a Directory,
    /// The language around them.
    pub language: Language,
}

/// The same with the titles of other workflows: the names in a diagram.
pub struct DrawnNames<'a> {
    /// Roles and departments.
    pub names: Names<'a>,
    /// By the workflows' keys.
    pub workflows: &'a BTreeMap<String, Text>,
}

impl diagram::Names for DrawnNames<'_> {
    fn role(&self, code: &RoleCode) -> String {
        self.names.role(code)
    }

    fn department(&self, code: &DepartmentCode) -> String {
        self.names.department(code)
    }

    fn workflow(&self, key: &str) -> String {
        let title = self.workflows.get(key);
        title.map_or_else(
            || key.to_owned(),
            |title| self.names.language.pick(title).to_owned(),
        )
    }
}

impl Names<'_> {
    /// 王建国
    #[must_use]
    pub fn person(&self, id: PersonId) -> String {
        self.directory.person(id).map_or_else(
            || text(self.language, "case.somebody", &[]),
            |person| person.name.clone(),
        )
    }

    /// 李娜 代 王建国; only the name, where somebody acts by their own right.
    #[must_use]
    pub fn acting(&self, actor: PersonId, on_behalf: Option<PersonId>) -> String {
        match on_behalf {
            None => self.person(actor),
            Some(holder) => self.for_whom(&self.person(actor), &self.person(holder)),
        }
    }

    /// The same with the departments.
    #[must_use]
    pub fn acting_full(&self, actor: PersonId, on_behalf: Option<PersonId>) -> String {
        match on_behalf {
            None => self.full(actor),
            Some(holder) => self.for_whom(&self.full(actor), &self.full(holder)),
        }
    }

    /// 李娜 代 王建国, of two names.
    #[must_use]
    pub fn for_whom(&self, substitute: &str, holder: &str) -> String {
        let values = [("substitute", substitute), ("holder", holder)];
        text(self.language, "case.on_behalf", &values)
    }

    /// 省公安厅, of a person.
    #[must_use]
    pub fn department_of(&self, id: PersonId) -> String {
        self.directory
            .person(id)
            .map(|person| self.department(&person.department))
            .unwrap_or_default()
    }

    /// 王建国（省公安厅）
    #[must_use]
    pub fn full(&self, id: PersonId) -> String {
        let (person, department) = (self.person(id), self.department_of(id));
        let values = [("person", &*person), ("department", &*department)];
        text(self.language, "case.person_of", &values)
    }

    /// 省公安厅
    #[must_use]
    pub fn department(&self, code: &DepartmentCode) -> String {
        self.directory.department(code).map_or_else(
            || code.0.clone(),
            |department| department.short_name.clone(),
        )
    }

    /// 科室负责人
    #[must_use]
    pub fn role(&self, role: &crate::directory::RoleCode) -> String {
        match (self.directory.role(role), self.language) {
            (Some(role), Language::En) if !role.title_en.is_empty() => role.title_en.clone(),
            (Some(role), _) => role.title.clone(),
            (None, _) => role.0.clone(),
        }
    }

    /// 省公安厅科室负责人
    #[must_use]
    pub fn post(&self, post: &Post) -> String {
        let (department, role) = (self.department(&post.department), self.role(&post.role));
        let values = [("department", &*department), ("role", &*role)];
        text(self.language, "case.post_of", &values)
    }

    /// A person with department, or a post.
    #[must_use]
    pub fn party(&self, party: &Party) -> String {
        match party {
            Party::Person(person) => self.full(*person),
            Party::Post(post) => self.post(post),
            Party::Department(code) => self.department(code),
        }
    }

    /// Several, in a row.
    #[must_use]
    pub fn parties(&self, parties: &[Party]) -> String {
        let all: Vec<String> = parties.iter().map(|party| self.party(party)).collect();
        self.list(&all)
    }

    /// Words in a row.
    #[must_use]
    pub fn list(&self, words: &[String]) -> String {
        words.join(&text(self.language, "case.and", &[]))
    }

    /// Whom a task waits for: by name where it can only be one, else by post.
    #[must_use]
    pub fn awaited(&self, task: &Task, eligible: &[PersonId]) -> String {
        match (task.holder, eligible) {
            (Some(holder), _) => self.full(holder),
            (None, [only]) => self.full(*only),
            (None, []) if !task.nobody.is_empty() => self.parties(&task.nobody),
            _ => self.parties(&task.offered),
        }
    }

    /// All that a stage's seats will ask, but for those that are left out; `meant` tells whom a `who` means at its place.
    #[must_use]
    pub fn asked(
        &self,
        stage: &Stage,
        scope: &Scope,
        meant: impl Fn(&Who) -> Vec<Party>,
    ) -> String {
        let left_out = |seat: &&Seat| {
            let when = seat.when.as_ref();
            when.is_some_and(|when| when.guard(scope) == Ok(false))
        };
        let seats = stage.seats.iter().filter(|seat| !left_out(seat));
        let mut all: Vec<String> = Vec::new();
        for who in seats.flat_map(|seat| &seat.who) {
            let words = match (meant(who).as_slice(), who) {
                ([], who) => self.unknown(who),
                (parties, Who::Post { role, .. }) if 1 < parties.len() => self.role(role),
                (parties, _) => self.parties(parties),
            };
            if !all.contains(&words) {
                all.push(words);
            }
        }
        self.list(&all)
    }

    /// Whom a `who` will mean, where that cannot be told yet.
    fn unknown(&self, who: &Who) -> String {
        match who {
            Who::Post { role, .. } => self.role(role),
            Who::User(login) => login.clone(),
            Who::Applicant => text(self.language, "case.applicant", &[]),
            Who::Actor { .. } => text(self.language, "case.who_acted", &[]),
            Who::Path { .. } => text(self.language, "case.who_named", &[]),
            Who::Any => text(self.language, "case.who_any", &[]),
        }
    }
}

/// An answer as a tag: 同意, 不同意, 退回 …
#[must_use]
pub fn answer(answer: &Answer, stage: Option<&Stage>, automatic: bool, language: Language) -> Tag {
    let say = |key: &str| text(language, key, &[]);
    let (tone, words) = match answer {
        Answer::Approved if automatic => (Tone::Ok, say("case.answer.automatic")),
        Answer::Approved => (Tone::Ok, say("case.answer.approved")),
        Answer::Rejected => (Tone::Bad, say("case.answer.rejected")),
        Answer::Abstained => (Tone::Hold, say("case.answer.abstained")),
        Answer::Chosen { choice, refuses } => {
            let known = stage.and_then(|stage| stage.choices.iter().find(|one| one.id == *choice));
            let words = known.map_or_else(
                || choice.clone(),
                |choice| language.pick(&choice.title).to_owned(),
            );
            (if *refuses { Tone::Bad } else { Tone::Ok }, words)
        }
        Answer::Done => (Tone::Ok, say("case.answer.done")),
        Answer::Acknowledged => (Tone::Ok, say("case.answer.acknowledged")),
        Answer::Returned => {
            return Tag::with_icon(Tone::Warn, "undo-2", say("case.answer.returned"));
        }
        Answer::Submitted => (Tone::Ok, say("case.answer.submitted")),
        Answer::Supplied => (Tone::Ok, say("case.answer.supplied")),
        Answer::Repaired => (Tone::Ok, say("case.answer.repaired")),
        Answer::Granted => (Tone::Ok, say("case.answer.granted")),
        Answer::Declined => (Tone::Bad, say("case.answer.declined")),
        Answer::Advised => (Tone::Ok, say("case.answer.advised")),
        Answer::Filed => (Tone::Ok, say("case.answer.filed")),
    };
    Tag::new(tone, words)
}
