//! `person`: a person of the directory. The answer is a login.

use serde_json::{Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Judging, Offer, Offering, PersonFacts, Private, Showing, Shown, Words,
    reading, values,
};

/// A person.
pub struct Person;

impl FieldType for Person {
    fn name(&self) -> &'static str {
        "person"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        Type::Text
    }

    fn read(&self, _field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        Ok(reading::word(typed)?.map(Json::from))
    }

    fn missing(&self) -> &'static str {
        "choose"
    }

    fn judge(&self, field: &Field, answer: &Json, at: &Judging<'_>) -> Result<(), Fault> {
        known(field, answer.as_str().unwrap_or_default(), at)
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        values::text(answer)
    }

    fn control(&self, offered: usize) -> &'static str {
        match offered {
            0 => "text",
            _ => "select",
        }
    }

    fn offered(&self, field: &Field, at: &Offering<'_>) -> Vec<Offer> {
        offers(field, at)
    }

    fn shown(&self, _field: &Field, answer: &Json, at: &Showing<'_>) -> Shown {
        Shown::Text(name(answer.as_str().unwrap_or_default(), at))
    }

    fn schema(&self, _field: &Field, _words: &dyn Words) -> Json {
        json!({"type": "string"})
    }
}

/// Whether this login may be chosen.
pub(super) fn known(field: &Field, login: &str, at: &Judging<'_>) -> Result<(), Fault> {
    let Some(person) = at.lookup.person(login) else {
        return Err(Fault::new("no_such_person").with("login", login));
    };
    match &field.from {
        Some(from) if !at.lookup.may_choose(login, from) => {
            Err(Fault::new("wrong_person").with("name", person.name))
        }
        _ => Ok(()),
    }
}

/// The people to choose from.
pub(super) fn offers(field: &Field, at: &Offering<'_>) -> Vec<Offer> {
    let people = at.lookup.people(field.from.as_ref());
    let offer = |person: PersonFacts| Offer {
        label: written(&person, at.words),
        value: person.login,
    };
    people.into_iter().map(offer).collect()
}

/// What people call the holder of a login.
pub(super) fn name(login: &str, at: &Showing<'_>) -> String {
    at.lookup
        .person(login)
        .map_or_else(|| login.to_owned(), |person| written(&person, at.words))
}

fn written(person: &PersonFacts, words: &dyn Words) -> String {
    let values = [("name", &*person.name), ("department", &*person.department)];
    words.say("forms.person", &values)
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, shown};
    use serde_json::json;

    #[test]
    fn a_person_of_the_directory_is_chosen_by_login() {
        let manager = field("manager", "person");

        assert_eq!(answer(&manager, json!("liwj")), json!("liwj"));
        assert_eq!(shown(&manager, json!("liwj")), "李文静（省卫生健康委）");
        assert_eq!(code(&manager, json!("ｌiwj")), "no_such_person");
        assert_eq!(code(&manager.required(), json!("")), "choose");
    }

    #[test]
    fn only_those_named_in_from_may_be_chosen() {
        let manager = field("manager", "person").chosen_by("zhaom");

        assert_eq!(code(&manager, json!("liwj")), "wrong_person");
        assert_eq!(answer(&manager, json!("zhaom")), json!("zhaom"));
    }
}
