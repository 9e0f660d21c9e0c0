//! `contact`: somebody outside the directory. The answer is `{"name", "phone", "email"}`; the name and one way to reach
//! them are there, of a party the e-mail address.

use serde_json::{Map, Value as Json, json};

use crate::expression::{Type, Value};
use crate::forms::{
    Fault, Field, FieldType, Private, Shape, Showing, Shown, Words, reading, values,
};

/// Somebody outside the directory.
pub struct Contact;

const PARTS: &[&str] = &["name", "phone", "email"];

impl FieldType for Contact {
    fn name(&self) -> &'static str {
        "contact"
    }

    fn expression_type(&self, _field: &Field) -> Type {
        let maybe = Type::Maybe(Box::new(Type::Text));
        let parts = [
            ("name", Type::Text),
            ("phone", maybe.clone()),
            ("email", maybe),
        ];
        Type::record(parts)
    }

    fn shape(&self) -> Shape {
        Shape::Parts(PARTS)
    }

    fn read(&self, field: &Field, typed: &Json) -> Result<Option<Json>, Fault> {
        if typed.is_null() {
            return Ok(None);
        }
        let parts = typed.as_object().ok_or_else(|| Fault::new("not_contact"))?;
        let part = |name: &str| parts.get(name).unwrap_or(&Json::Null);
        let name = reading::word(part("name")).map_err(|fault| fault.at("name"))?;
        let phone = super::phone::read(part("phone")).map_err(|fault| fault.at("phone"))?;
        let email = email(part("email")).map_err(|fault| fault.at("email"))?;
        if name.is_none() && phone.is_none() && email.is_none() {
            return Ok(None);
        }
        let name = name.ok_or_else(|| Fault::new("no_name").at("name"))?;
        if email.is_none() && (field.party || phone.is_none()) {
            let code = match field.party {
                true => Fault::new("no_email"),
                false => Fault::new("unreachable"),
            };
            return Err(code.at("email"));
        }
        let mut answer = Map::new();
        answer.insert("name".to_owned(), name.into());
        answer.extend(phone.map(|phone| ("phone".to_owned(), phone)));
        answer.extend(email.map(|email| ("email".to_owned(), email.into())));
        Ok(Some(answer.into()))
    }

    fn value(&self, _field: &Field, answer: &Json, _private: Private) -> Value {
        let part = |name: &&str| {
            let part = answer.get(*name).map_or(Value::Null, values::text);
            ((*name).to_owned(), part)
        };
        Value::Record(PARTS.iter().map(part).collect())
    }

    fn control(&self, _offered: usize) -> &'static str {
        "contact"
    }

    fn shown(&self, _field: &Field, answer: &Json, _at: &Showing<'_>) -> Shown {
        let parts = PARTS.iter().filter_map(|part| answer.get(*part)?.as_str());
        Shown::List(parts.map(str::to_owned).collect())
    }

    fn schema(&self, field: &Field, _words: &dyn Words) -> Json {
        let required = match field.party {
            true => ["name", "email"].as_slice(),
            false => &["name"],
        };
        json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "phone": {"type": "string"},
                "email": {"type": "string", "format": "email"},
            },
            "required": required,
            "additionalProperties": false,
        })
    }
}

/// An e-mail address that a mail server can take. Letters beyond ASCII are refused: look-alikes go to strangers.
fn email(typed: &Json) -> Result<Option<String>, Fault> {
    let Some(text) = reading::word(typed)? else {
        return Ok(None);
    };
    let address = reading::half_width(&text);
    let well_formed = address.len() <= 254
        && address
            .split_once('@')
            .is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
    match well_formed {
        true => Ok(Some(address)),
        false => Err(Fault::new("not_email")),
    }
}

fn is_local(local: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    (1..=64).contains(&local.len())
        && local.bytes().all(allowed)
        && local.split('.').all(|piece| !piece.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use crate::forms::testing::{Ask, answer, code, field, path, shown};
    use serde_json::json;

    #[test]
    fn a_contact_has_a_name_and_a_way_to_be_reached() {
        let contact = field("contact", "contact");

        let kept = answer(
            &contact,
            json!({"name": " 买买提·吐尔逊 ", "phone": "138 0371 1234", "email": "ａ@b.cn"}),
        );

        assert_eq!(
            kept,
            json!({"name": "买买提·吐尔逊", "phone": "13803711234", "email": "a@b.cn"})
        );
        assert_eq!(shown(&contact, kept), "买买提·吐尔逊、13803711234、a@b.cn");
        assert_eq!(code(&contact, json!({"name": "甲"})), "unreachable");
        assert_eq!(
            path(&contact, json!({"phone": "13803711234"})),
            "contact.name"
        );
    }

    #[test]
    fn a_party_has_an_address_for_mail() {
        let party = field("holder", "contact").party();

        assert_eq!(
            code(&party, json!({"name": "甲", "phone": "13803711234"})),
            "no_email"
        );
    }

    #[test]
    fn addresses_that_no_mail_reaches_are_refused() {
        let long = format!("{}@b.cn", "a".repeat(65));
        for email in [
            "a",
            "a@b",
            "@b.cn",
            "a@b..cn",
            "a b@c.cn",
            "a@b.cn@c.cn",
            "а@b.cn",
            &*long,
        ] {
            let typed = json!({"name": "甲", "email": email});
            assert_eq!(
                code(&field("contact", "contact"), typed),
                "not_email",
                "{email}"
            );
        }
        let injected = json!({"name": "甲", "email": "a@b.cn\r\nBcc: c@d.cn"});
        assert_eq!(code(&field("contact", "contact"), injected), "line_break");
    }

    #[test]
    fn blank_parts_are_no_contact() {
        let contact = field("contact", "contact").required();

        assert_eq!(
            code(&contact, json!({"name": "", "phone": " ", "email": ""})),
            "fill"
        );
        assert_eq!(code(&contact, json!([])), "not_contact");
    }
}
