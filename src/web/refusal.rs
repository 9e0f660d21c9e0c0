//! Why the engine says no, in words: the sentences of `rejections.toml` with the names of actions, people and posts.

use crate::calendar::{Duration, beijing};
use crate::directory::{DepartmentCode, Directory, PersonId, RoleCode};
use crate::engine::Rejection;
use crate::forms::Words;
use crate::messages::{self, Language};
use crate::workflow::CheckLevel;

/// Why the engine says no, for people.
#[must_use]
pub fn refusal(rejection: &Rejection, language: Language, directory: Option<&Directory>) -> String {
    let names = Names {
        language,
        directory,
    };
    let say = |values: &[(&str, &str)]| {
        let key = format!("rejection.{}", rejection.code());
        messages::text(language, &key, values)
    };
    match rejection {
        Rejection::UnknownAction(action) => say(&[("action", action)]),
        Rejection::TaskMissing(action) | Rejection::NotOffered { action } => {
            say(&[("action", &names.action(action))])
        }
        Rejection::CommentMissing(action) => say(&[("action", &names.action(action))]),
        Rejection::UnknownTask(task)
        | Rejection::TaskClosed(task)
        | Rejection::NotYourTurn(task) => say(&[("task", &task.0.to_string())]),
        Rejection::TakenBy { task, by } => {
            say(&[("task", &task.0.to_string()), ("name", &names.person(*by))])
        }
        Rejection::NotAsked(posts) | Rejection::MissingPost(posts) => {
            say(&[("post", &names.posts(posts))])
        }
        Rejection::NobodyToAsk(posts) => say(&[("post", &names.posts(posts))]),
        Rejection::MayNotFile(roles) => say(&[("roles", &names.posts(roles))]),
        Rejection::Clearance { level, clearance } => say(&[
            ("level", &names.level(*level)),
            ("clearance", &names.level(*clearance)),
        ]),
        Rejection::SupplementUsed(times) => say(&[("times", &times.to_string())]),
        Rejection::CommentTooLong(now, most) => {
            say(&[("now", &now.to_string()), ("most", &most.to_string())])
        }
        Rejection::UnknownChoice(choice, choices) => {
            say(&[("choice", choice), ("choices", choices)])
        }
        Rejection::UnknownTarget(target, targets) => {
            say(&[("target", target), ("targets", targets)])
        }
        Rejection::UnknownSignal(signal, signals) => {
            say(&[("signal", signal), ("signals", signals)])
        }
        Rejection::PastLaw(stage) => say(&[("stage", stage)]),
        Rejection::UnknownField(field) => say(&[("field", field)]),
        Rejection::UnknownClock(clock, clocks) => say(&[("clock", clock), ("clocks", clocks)]),
        Rejection::NoAmount { text, most } => {
            let amount = duration(*most, language);
            say(&[("time", text), ("most", &amount)])
        }
        Rejection::UnknownWay(way, ways) => say(&[("way", way), ("ways", ways)]),
        Rejection::TooManyPeople(now, most) => {
            say(&[("now", &now.to_string()), ("most", &most.to_string())])
        }
        Rejection::UrgedAlready { again } => {
            let time = beijing(*again).format("%Y-%m-%d %H:%M").to_string();
            say(&[("time", &time)])
        }
        Rejection::NothingToErase(field) => say(&[("field", field)]),
        Rejection::UnknownPerson(login) => say(&[("login", login)]),
        Rejection::PersonBarred { person, why } => names.barred(*person, why),
        Rejection::Answers(problems) => say(&[("count", &problems.len().to_string())]),
        Rejection::Check { level, message } => {
            let said = language.pick(message);
            match level {
                CheckLevel::Warning => {
                    messages::text(language, "rejection.confirm", &[("message", said)])
                }
                CheckLevel::Error | CheckLevel::Stop => said.to_owned(),
            }
        }
        Rejection::Guard(reason) => say(&[("reason", reason)]),
        Rejection::ApplicantSigns
        | Rejection::Excluded
        | Rejection::ActedAlready
        | Rejection::WaitingForSupplement
        | Rejection::TooLateToWithdraw
        | Rejection::OnlyApplicant
        | Rejection::CaseClosed
        | Rejection::Suspended
        | Rejection::NotSuspended
        | Rejection::AlreadySubmitted
        | Rejection::CommentUnprintable
        | Rejection::FieldsMissing
        | Rejection::NothingNamed
        | Rejection::EraseUnconfirmed
        | Rejection::ReasonTells
        | Rejection::PeopleMissing
        | Rejection::TooLateToTakeBack
        | Rejection::TooLateToExtend
        | Rejection::ExtensionPending
        | Rejection::ExtensionUsed
        | Rejection::NamesOneself
        | Rejection::LoginFirst
        | Rejection::NumberMissing
        | Rejection::MovedOn { .. } => say(&[]),
    }
}

/// 5 个工作日
#[must_use]
pub fn duration(duration: Duration, language: Language) -> String {
    let key = format!("case.span.{}", duration.unit.symbol());
    messages::text(language, &key, &[("n", &duration.count.to_string())])
}

/// What people call the actions, people and posts in a refusal.
struct Names<'a> {
    language: Language,
    directory: Option<&'a Directory>,
}

impl Names<'_> {
    fn action(&self, action: &str) -> String {
        let key = format!("rejection.action.{action}");
        // A choice of a stage's own has no name here; its id has to do.
        match messages::has(self.language, &key) {
            true => messages::text(self.language, &key, &[]),
            false => action.to_owned(),
        }
    }

    fn person(&self, id: PersonId) -> String {
        let known = self.directory.and_then(|directory| directory.person(id));
        known.map_or_else(
            || messages::text(self.language, "rejection.somebody", &[]),
            |person| person.name.clone(),
        )
    }

    /// Why somebody who was named may not have a task, told to whoever named them.
    fn barred(&self, person: PersonId, why: &Rejection) -> String {
        let name = self.person(person);
        let values = match why {
            Rejection::Clearance { level, clearance } => {
                [self.level(*level), self.level(*clearance)]
            }
            _ => Default::default(),
        };
        let values = [
            ("name", &*name),
            ("level", &*values[0]),
            ("clearance", &*values[1]),
        ];
        let key = format!("rejection.barred.{}", why.code());
        match messages::has(self.language, &key) {
            true => messages::text(self.language, &key, &values),
            false => refusal(why, self.language, self.directory),
        }
    }

    fn level(&self, level: u8) -> String {
        match level {
            0 => "0".to_owned(),
            level => messages::text(self.language, &format!("forms.levels.l{level}"), &[]),
        }
    }

    /// `section_head@hn-police, somebody else` in words.
    fn posts(&self, posts: &str) -> String {
        let words: Vec<String> = posts.split(", ").map(|post| self.post(post)).collect();
        words.join(&messages::text(self.language, "rejection.or", &[]))
    }

    fn post(&self, post: &str) -> String {
        if matches!(post, "somebody else" | "system") {
            return messages::text(self.language, "rejection.somebody", &[]);
        }
        let (role, department) = match post.split_once('@') {
            Some((role, department)) => (role, Some(department)),
            None => (post, None),
        };
        let Some(directory) = self.directory else {
            return post.to_owned();
        };
        let title = directory
            .role(&RoleCode(role.to_owned()))
            .map_or(role, |role| match self.language {
                Language::En if !role.title_en.is_empty() => &role.title_en,
                _ => &role.title,
            });
        let place =
            department.and_then(|code| directory.department(&DepartmentCode(code.to_owned())));
        match place {
            Some(place) => messages::text(
                self.language,
                "rejection.post",
                &[("role", title), ("department", &place.short_name)],
            ),
            None => title.to_owned(),
        }
    }
}
