//! Queries, read strictly: no parameter twice, none that is unknown.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::HttpRequest;
use url::form_urlencoded;

use super::Caller;
use crate::auth::places::Places;
use crate::web::problem::Problem;

/// Rows of a page when nobody asks for more or fewer.
const USUAL_ROWS: usize = 50;
/// The most characters of a parameter that is a text.
const LONGEST: usize = 200;

/// The parameters of a list.
pub struct Query<'c> {
    caller: &'c Caller,
    list: &'static str,
    given: BTreeMap<String, String>,
}

impl<'c> Query<'c> {
    /// Reads them; `list` is the list's name, `known` the parameters it has.
    pub fn read(
        caller: &'c Caller,
        request: &HttpRequest,
        list: &'static str,
        known: &[&str],
    ) -> Result<Self, Problem> {
        let mut given = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
            let shown: String = name
                .chars()
                .filter(|one| !one.is_control())
                .take(100)
                .collect();
            if !known.contains(&&*name) {
                let values = [("name", &*shown), ("known", &known.join(", "))];
                return Err(refuse(caller, "unknown-parameter", &shown, &values));
            }
            if LONGEST < value.chars().count() || value.chars().any(char::is_control) {
                let most = LONGEST.to_string();
                let values = [("name", &*shown), ("most", &*most)];
                return Err(refuse(caller, "text-parameter", &shown, &values));
            }
            if given
                .insert(name.into_owned(), value.into_owned())
                .is_some()
            {
                return Err(refuse(
                    caller,
                    "duplicate-parameter",
                    &shown,
                    &[("name", &shown)],
                ));
            }
        }
        Ok(Self {
            caller,
            list,
            given,
        })
    }

    /// A text; empty ones count as missing.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.given
            .get(name)
            .filter(|value| !value.trim().is_empty())
            .cloned()
    }

    /// One of a few words.
    pub fn word(
        &self,
        name: &str,
        words: &[&'static str],
        code: &str,
    ) -> Result<Option<&'static str>, Problem> {
        let Some(given) = self.text(name) else {
            return Ok(None);
        };
        match words.iter().find(|word| **word == given) {
            Some(word) => Ok(Some(word)),
            None => Err(refuse(self.caller, code, name, &[])),
        }
    }

    /// How many rows.
    pub fn limit(&self) -> Result<usize, Problem> {
        let most = self.caller.app.settings.limits.page_size;
        let Some(given) = self.given.get("limit") else {
            return Ok(USUAL_ROWS.min(most));
        };
        match given.parse::<usize>() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(refuse(
                self.caller,
                "limit",
                "limit",
                &[("most", &most.to_string())],
            )),
        }
    }

    /// Where the page begins.
    pub fn cursor<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let Some(given) = self.given.get("cursor") else {
            return Ok(None);
        };
        let place = self
            .places()
            .read(self.list, self.caller.viewer.person.id.0, given)
            .and_then(|place| place.parse().ok());
        match place {
            Some(place) => Ok(Some(place)),
            None => Err(refuse(self.caller, "cursor", "cursor", &[])),
        }
    }

    /// Where the next page begins, as its reader carries it.
    pub fn next<T: ToString>(&self, place: Option<T>) -> Option<String> {
        let person = self.caller.viewer.person.id.0;
        place.map(|place| self.places().write(self.list, person, &place.to_string()))
    }

    fn places(&self) -> Places {
        Places::new(&self.caller.app.settings.secret_key)
    }
}

fn refuse(caller: &Caller, code: &str, name: &str, values: &[(&str, &str)]) -> Problem {
    Problem::plain(422, code, caller.language, values).flawed(name, name)
}
