//! JSON bodies, read strictly: of a limited size and depth, no member twice, none that is unknown, each of its type.

use std::cell::RefCell;
use std::fmt;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use chrono::NaiveDate;
use futures_util::StreamExt;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

use crate::config::Limits;
use crate::forms::Answers;
use crate::messages::{self, Language};
use crate::web::problem::{Flaw, Problem};

/// A body that is too large is read to its end as far as this, so that its sender hears the answer.
const MOST_DRAINED: usize = 16 * 1024 * 1024;

/// A body's members, taken out one by one; what is wrong is collected and told together by [`Members::finish`].
pub struct Members {
    members: Map<String, Value>,
    /// SHA-256 of the body, in hex.
    pub digest: String,
    language: Language,
    known: Vec<&'static str>,
    wrong: Vec<(&'static str, Flaw)>,
}

/// Reads the body of a request.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limits: &Limits,
    language: Language,
) -> Result<Members, Problem> {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|media| media.trim().to_lowercase())
        .is_some_and(|media| media == "application/json" || media.ends_with("+json"));
    let bytes = collect(payload, limits.json_bytes, language).await?;
    if !is_json {
        return Err(Problem::plain(415, "not-json", language, &[]));
    }
    Members::parse(&bytes, limits.depth, language)
}

/// The bytes of a body, at most `limit`.
async fn collect(
    mut payload: web::Payload,
    limit: usize,
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| malformed(language, 0, 0))?;
        seen += chunk.len();
        if seen <= limit {
            bytes.extend_from_slice(&chunk);
        } else if MOST_DRAINED < seen {
            break;
        }
    }
    if limit < seen {
        let kilobytes = (limit / 1024).to_string();
        return Err(Problem::plain(
            413,
            "body-too-large",
            language,
            &[("limit", &kilobytes)],
        ));
    }
    Ok(bytes)
}

fn malformed(language: Language, line: usize, column: usize) -> Problem {
    let (line, column) = (line.to_string(), column.to_string());
    Problem::plain(
        400,
        "malformed-json",
        language,
        &[("line", &line), ("column", &column)],
    )
}

impl Members {
    fn parse(bytes: &[u8], depth: usize, language: Language) -> Result<Self, Problem> {
        let fault = RefCell::new(None);
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let strict = Strict {
            depth: 1,
            most: depth,
            fault: &fault,
        };
        let parsed = strict
            .deserialize(&mut reader)
            .and_then(|value| reader.end().map(|()| value));
        let value = match (parsed, fault.into_inner()) {
            (Ok(value), _) => value,
            (Err(_), Some(fault)) => return Err(fault.problem(depth, language)),
            (Err(error), None) => return Err(malformed(language, error.line(), error.column())),
        };
        let Value::Object(members) = value else {
            return Err(Problem::plain(422, "not-an-object", language, &[]));
        };
        Ok(Self {
            members,
            digest: hex::encode(Sha256::digest(bytes)),
            language,
            known: Vec::new(),
            wrong: Vec::new(),
        })
    }

    /// A text.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.typed(name, "text", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A text that must be there.
    pub fn needed_text(&mut self, name: &'static str) -> String {
        self.need(name);
        self.text(name).unwrap_or_default()
    }

    /// A day that must be there.
    pub fn needed_day(&mut self, name: &'static str) -> NaiveDate {
        self.need(name);
        let day = self.typed(name, "day", |value| value.as_str()?.parse().ok());
        day.unwrap_or_default()
    }

    /// Something that must be there, whatever it is.
    pub fn need(&mut self, name: &'static str) {
        if self.members.get(name).is_none_or(Value::is_null) {
            self.blame("missing-member", name, &[("member", name)]);
        }
    }

    /// A whole number.
    pub fn whole(&mut self, name: &'static str) -> Option<i64> {
        self.typed(name, "whole", |value| value.as_i64())
    }

    /// Yes or no; no when it is missing.
    pub fn flag(&mut self, name: &'static str) -> bool {
        self.typed(name, "yes_no", |value| value.as_bool())
            .unwrap_or(false)
    }

    /// Answers by field.
    pub fn answers(&mut self, name: &'static str) -> Option<Answers> {
        self.typed(name, "object", |value| match value {
            Value::Object(members) => Some(members.into_iter().collect()),
            _ => None,
        })
    }

    /// Answers that must be there.
    pub fn needed_answers(&mut self, name: &'static str) -> Answers {
        self.need(name);
        self.answers(name).unwrap_or_default()
    }

    /// A list of texts; empty when it is missing.
    pub fn texts(&mut self, name: &'static str) -> Vec<String> {
        let found = self.typed(name, "texts", |value| match value {
            Value::Array(all) => all
                .into_iter()
                .map(|one| one.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Anything that `read` makes sense of; `expected` names what that is.
    pub fn typed<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let value = self.members.remove(name).filter(|value| !value.is_null())?;
        let found = read(value);
        if found.is_none() {
            let key = format!("error.expected.{expected}");
            let expected = messages::text(self.language, &key, &[]);
            self.blame(
                "wrong-type",
                name,
                &[("member", name), ("expected", &expected)],
            );
        }
        found
    }

    fn blame(&mut self, code: &'static str, member: &str, values: &[(&str, &str)]) {
        let flaw = Flaw {
            field: member.to_owned(),
            label: member.to_owned(),
            message: messages::text(self.language, &format!("error.{code}"), values),
        };
        self.wrong.push((code, flaw));
    }

    /// Refuses the body when something about it was wrong, or nobody asked for one of its members.
    pub fn finish(mut self) -> Result<(), Problem> {
        let known = self.known.join(", ");
        let unknown: Vec<String> = self.members.keys().cloned().collect();
        for member in unknown {
            let shown: String = member.chars().take(100).collect();
            self.blame(
                "unknown-member",
                &shown,
                &[("member", &shown), ("known", &known)],
            );
        }
        let Some((code, first)) = self.wrong.first() else {
            return Ok(());
        };
        let mut problem = Problem::worded(422, code, self.language, first.message.clone());
        problem.errors = self.wrong.into_iter().map(|(_, flaw)| flaw).collect();
        Err(problem)
    }
}

/// What the parser itself does not mind.
enum Fault {
    Deep,
    Twice(String),
    Nul(String),
}

impl Fault {
    fn problem(self, depth: usize, language: Language) -> Problem {
        let about = |code: &str, member: String| {
            let shown: String = member
                .chars()
                .filter(|one| *one != '\0')
                .take(100)
                .collect();
            Problem::plain(422, code, language, &[("member", &shown)]).flawed(&shown, &shown)
        };
        match self {
            Self::Deep => {
                Problem::plain(422, "too-deep", language, &[("limit", &depth.to_string())])
            }
            Self::Twice(member) => about("duplicate-member", member),
            Self::Nul(member) => about("unprintable-member", member),
        }
    }
}

/// Reads a value, and stops at what must not be there.
#[derive(Clone, Copy)]
struct Strict<'f> {
    depth: usize,
    most: usize,
    fault: &'f RefCell<Option<Fault>>,
}

impl Strict<'_> {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.most < self.depth {
            return Err(self.stop(Fault::Deep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    fn stop<E: serde::de::Error>(self, fault: Fault) -> E {
        self.fault.replace(Some(fault));
        E::custom("stopped")
    }

    /// A fault inside a member is told with the member's name.
    fn name(self, member: &str) {
        if let Some(Fault::Nul(name)) = self.fault.borrow_mut().as_mut()
            && name.is_empty()
        {
            member.clone_into(name);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        // PostgreSQL keeps none, in no column.
        if value.contains('\0') {
            return Err(self.stop(Fault::Nul(String::new())));
        }
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut all = Vec::new();
        while let Some(value) = list.next_element_seed(inside)? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(member) = map.next_key::<String>()? {
            if member.contains('\0') {
                return Err(self.stop(Fault::Nul(member)));
            }
            if members.contains_key(&member) {
                return Err(self.stop(Fault::Twice(member)));
            }
            let value = map
                .next_value_seed(inside)
                .inspect_err(|_| self.name(&member))?;
            members.insert(member, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Members, Problem> {
        Members::parse(text.as_bytes(), 4, Language::En)
    }

    fn code(text: &str) -> String {
        match parse(text) {
            Ok(_) => "good".to_owned(),
            Err(problem) => problem.code.clone(),
        }
    }

    #[test]
    fn what_a_plain_parser_lets_through_is_stopped() {
        for (text, expected) in [
            (r#"{"a": {"b": [1, 2.5, null, true, "x"]}}"#, "good"),
            (r#"{"a": 1, "a": 2}"#, "duplicate-member"),
            (r#"{"a": {"b": 1, "b": 2}}"#, "duplicate-member"),
            (r#"{"a": [[[1]]]}"#, "good"),
            (r#"{"a": [[[[1]]]]}"#, "too-deep"),
            (r#"{"a": {"b": {"c": {"d": {}}}}}"#, "too-deep"),
            ("{\"a\": \"\\u0000\"}", "unprintable-member"),
            ("{\"a\\u0000\": 1}", "unprintable-member"),
            (r#"{"a": 1e999}"#, "malformed-json"),
            (r#"{"a": NaN}"#, "malformed-json"),
            (r#"{"a": "\ud800"}"#, "malformed-json"),
            (r#"{"a": 1} {"#, "malformed-json"),
            ("", "malformed-json"),
            ("[1]", "not-an-object"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        assert!(Members::parse(b"{\"a\": \"\xff\"}", 4, Language::En).is_err());
    }

    #[test]
    fn a_member_with_a_nul_is_named() {
        let problem = parse("{\"a\": {\"purpose\": [\"x\\u0000\"]}}")
            .err()
            .unwrap();

        assert_eq!(problem.errors[0].field, "purpose");
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_name() {
        let mut members = parse(r#"{"submit": "yes", "extra": 1}"#).unwrap();
        members.needed_text("workflow");
        members.flag("submit");

        let problem = members.finish().err().unwrap();

        let fields: Vec<&str> = problem.errors.iter().map(|flaw| &*flaw.field).collect();
        assert_eq!(fields, ["workflow", "submit", "extra"]);
        assert_eq!(problem.code, "missing-member");
        assert_eq!(problem.status, 422);
    }
}
