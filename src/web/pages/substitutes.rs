//! `/settings/substitutes`: who acts for me and for whom I act; naming a substitute and ending it early.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web;
use chrono::NaiveDate;

use super::answer::Answer;
use super::failure::Failure;
use super::posted::{Body, Posted};
use super::words::Names;
use crate::calendar::{Instant, day_of};
use crate::directory::{DepartmentCode, Person, PersonId, Post, RoleCode, is_administrator};
use crate::engine::Channel;
use crate::messages::text;
use crate::services::Error;
use crate::services::cases::By;
use crate::services::substitutes::{self, Naming, State};
use crate::storage::substitutes::StoredSubstitution;
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    Choice, EditView, ErrorLink, Nav, Problem, SubstituteForm, SubstituteRow, SubstitutesView, Tag,
    Tone,
};
use crate::web::{format, problem};

const ADDRESS: &str = "/settings/substitutes";

/// `GET /settings/substitutes`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let of = visit.param("for").unwrap_or_default();
            let view = Desk::of(visit, &reader, of).view(&Posted::default(), None)?;
            visit.page(&reader, Nav::Substitutes, &view)
        })
        .await
}

/// `POST /settings/substitutes`
pub async fn name(visit: Visit, body: Body) -> Answer {
    visit
        .take(body, |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            let of = posted.get("for").unwrap_or_default().to_owned();
            let desk = Desk::of(visit, &reader, &of);
            let named = match desk.naming(&posted) {
                Ok(naming) => {
                    let by = By::person(reader.viewer.person.id, Channel::Page);
                    substitutes::name(&visit.app, &by, naming).map_err(|error| match error {
                        Error::Unfit(why) => {
                            let words = problem::sentence(&error, visit.language, None);
                            Ok((why.about(), words))
                        }
                        other => Err(other),
                    })
                }
                Err(wrong) => Err(Ok(wrong)),
            };
            match named {
                Ok(_) => Ok(visit.said(&desk.address(), "substitute_named")),
                Err(Ok(wrong)) => {
                    let view = desk.view(&posted, Some(wrong))?;
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    visit.page_as(status, &reader, Nav::Substitutes, &view)
                }
                Err(Err(error)) => Err(error.into()),
            }
        })
        .await
}

/// `POST /settings/substitutes/{id}/end`
pub async fn end(visit: Visit, path: web::Path<String>, body: Body) -> Answer {
    visit
        .take(body, move |visit, posted| {
            let (reader, _) = visit.short_form(posted)?;
            let id = path.parse().map_err(|_| Problem::NotFound)?;
            let by = By::person(reader.viewer.person.id, Channel::Page);
            substitutes::end(&visit.app, &by, id)?;
            Ok(visit.said(ADDRESS, "substitute_ended"))
        })
        .await
}

/// Which field is wrong, and why.
type Wrong = (&'static str, String);

/// The page of one reader, for themselves or, by an administrator, for somebody else.
struct Desk<'a> {
    visit: &'a Visit,
    reader: &'a Reader,
    /// The login of somebody else, as typed.
    of: &'a str,
    now: Instant,
}

impl<'a> Desk<'a> {
    fn of(visit: &'a Visit, reader: &'a Reader, of: &'a str) -> Self {
        let administers = substitutes::administers(&reader.viewer);
        Self {
            visit,
            reader,
            of: if administers { of.trim() } else { "" },
            now: visit.app.now(),
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.visit.language, key, values)
    }

    fn names(&self) -> Names<'_> {
        Names {
            directory: &self.reader.viewer.directory,
            language: self.visit.language,
        }
    }

    fn address(&self) -> String {
        match self.of {
            "" => ADDRESS.to_owned(),
            login => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                let query = query.append_pair("for", login).finish();
                format!("{ADDRESS}?{query}")
            }
        }
    }

    /// For whom a substitute would be named.
    fn holder(&self) -> Option<&Person> {
        match self.of {
            "" => Some(&self.reader.viewer.person),
            login => self.reader.viewer.directory.by_login(login),
        }
    }

    /// The posts that the reader may give to somebody for a while.
    fn posts(&self, holder: PersonId) -> Vec<Post> {
        let viewer = &self.reader.viewer;
        let mut posts = viewer.directory.posts_of(holder, day_of(self.now));
        posts.retain(|post| {
            !is_administrator(&post.role) && substitutes::may_change(viewer, holder, post)
        });
        posts
    }

    /// What was posted, when it can be read at all.
    fn naming(&self, posted: &Posted) -> Result<Naming, Wrong> {
        let get = |name: &str| posted.get(name).unwrap_or_default().trim().to_owned();
        let day = |name: &'static str| -> Result<NaiveDate, Wrong> {
            let wrong = || (name, self.say("pages.substitutes.no_day", &[]));
            get(name).parse().map_err(|_| wrong())
        };
        let substitute = get("substitute");
        if substitute.is_empty() {
            let words = self.say("pages.substitutes.no_substitute", &[]);
            return Err(("substitute", words));
        }
        Ok(Naming {
            holder: (!self.of.is_empty()).then(|| self.of.to_owned()),
            post: get("post").split_once('@').map(|(role, department)| Post {
                role: RoleCode(role.to_owned()),
                department: DepartmentCode(department.to_owned()),
            }),
            substitute,
            from: day("from")?,
            until: day("until")?,
        })
    }

    fn view(&self, posted: &Posted, wrong: Option<Wrong>) -> Result<SubstitutesView, Failure> {
        let me = self.reader.viewer.person.id;
        let mut view = SubstitutesView {
            administers: substitutes::administers(&self.reader.viewer),
            of: self.of.to_owned(),
            of_error: match self.holder() {
                Some(_) => String::new(),
                None => self.say("pages.substitutes.nobody", &[]),
            },
            form: self.form(posted, wrong.as_ref()),
            ..SubstitutesView::default()
        };
        for stored in substitutes::visible(&self.visit.app, &self.reader.viewer)? {
            let row = self.row(&stored);
            let list = match row.lasts {
                false => &mut view.earlier,
                true if stored.substitution.holder == me => &mut view.mine,
                true if stored.substitution.substitute == me => &mut view.for_others,
                true => &mut view.managed,
            };
            list.push(row);
        }
        if let Some((field, words)) = wrong {
            view.errors = vec![ErrorLink::new(format!("#substitute-{field}"), words)];
            view.error_heading = EditView::count_errors(1, self.visit.language);
        }
        Ok(view)
    }

    fn form(&self, posted: &Posted, wrong: Option<&Wrong>) -> Option<SubstituteForm> {
        let holder = self.holder()?;
        let posts = self.posts(holder.id);
        if posts.is_empty() {
            return None;
        }
        let typed = |name: &str| posted.get(name).unwrap_or_default().to_owned();
        let error = |name: &str| match wrong {
            Some((field, words)) if *field == name => words.clone(),
            _ => String::new(),
        };
        let full = self.names().full(holder.id);
        Some(SubstituteForm {
            heading: match self.of {
                "" => self.say("pages.substitutes.form", &[]),
                _ => self.say("pages.substitutes.form_for", &[("holder", &full)]),
            },
            posts: self.post_choices(&posts, &typed("post")),
            post_error: error("post"),
            people: self.people(holder.id, &posts, &typed("substitute")),
            substitute_error: error("substitute"),
            from: typed("from"),
            from_error: error("from"),
            until: typed("until"),
            until_error: error("until"),
            today: day_of(self.now).to_string(),
        })
    }

    fn post_choices(&self, posts: &[Post], chosen: &str) -> Vec<Choice> {
        let all = self.say("pages.substitutes.all_posts", &[]);
        let each = posts.iter().map(|post| {
            let key = post.to_string();
            let is_chosen = key == chosen;
            Choice::new(key, self.names().post(post), is_chosen)
        });
        std::iter::once(Choice::new("", all, chosen.is_empty()))
            .chain(each)
            .collect()
    }

    /// Everybody who could act on one of the posts.
    fn people(&self, holder: PersonId, posts: &[Post], chosen: &str) -> Vec<Choice> {
        let (directory, today) = (&self.reader.viewer.directory, day_of(self.now));
        let found: BTreeMap<PersonId, &Person> = posts
            .iter()
            .flat_map(|post| directory.possible_substitutes((holder, post), today))
            .map(|person| (person.id, person))
            .collect();
        let choose = Choice::new(
            "",
            self.say("pages.substitutes.choose", &[]),
            chosen.is_empty(),
        );
        let people = found.into_values().map(|person| {
            let words = self.names().full(person.id);
            Choice::new(&person.login, words, person.login == chosen)
        });
        std::iter::once(choose).chain(people).collect()
    }

    fn row(&self, stored: &StoredSubstitution) -> SubstituteRow {
        let (substitution, names) = (&stored.substitution, self.names());
        let day = |day| format::day(day, self.now, self.visit.language);
        let (from, until) = (day(substitution.from), day(substitution.until));
        let state = State::of(stored, day_of(self.now));
        let (key, by, at) = match stored.ended {
            Some((by, at)) => ("pages.substitutes.ended_by", by, at),
            None => (
                "pages.substitutes.named_by",
                stored.named_by,
                stored.named_at,
            ),
        };
        let when = format::moment(at, self.now, self.visit.language);
        let who = names.person(by);
        let tone = match state {
            State::Current => Tone::Run,
            State::Coming | State::Past | State::Ended => Tone::Hold,
        };
        let words = self.say(&format!("pages.substitutes.state.{}", state.word()), &[]);
        SubstituteRow {
            id: stored.ulid.to_string(),
            post: names.post(&substitution.post),
            holder: names.person(substitution.holder),
            substitute: names.person(substitution.substitute),
            days: self.say(
                "pages.substitutes.days",
                &[("from", &from), ("until", &until)],
            ),
            state: Tag::new(tone, words),
            by: self.say(key, &[("person", &who), ("when", &when)]),
            lasts: state.lasts(),
        }
    }
}
