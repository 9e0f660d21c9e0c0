//! Action links in mail: a signed token that names person, task and round. It opens a page; the database decides.

use chrono::DateTime;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, TokenData, Validation};
use serde::{Deserialize, Serialize};

use super::keys::{Key, Keys};
use super::{NoRandomness, random, tokens};
use crate::calendar::Instant;

const TYPE: &str = "huiqian-action+jwt";
const AUDIENCE: &str = "huiqian/action-link";
// The one algorithm that is accepted; what the token's own header says is only compared with it.
const ALGORITHM: Algorithm = Algorithm::HS256;
// Longer than any token that we issue; more is not worth hashing.
const LONGEST: usize = 2048;

/// What a link says. No names and no titles: the mail may be forwarded, the address logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The link's random name; the database keeps its hash.
    pub id: String,
    /// The person the mail went to.
    pub person: String,
    /// The task it is about.
    pub task: String,
    /// The round of that task.
    pub round: u32,
    /// What the page may offer: `approve`, `reject` …
    pub actions: Vec<String>,
    /// Not before.
    pub not_before: Instant,
    /// Not at or after.
    pub expires: Instant,
}

impl Claims {
    /// A fresh random name for a link.
    pub fn new_id() -> Result<String, NoRandomness> {
        Ok(hex::encode(random::<16>()?))
    }

    /// What the database keeps of [`Claims::id`].
    #[must_use]
    pub fn id_hash(&self) -> String {
        tokens::hash(&self.id)
    }
}

/// The link name of a mail, the same however often the mail is built: nothing that could act need be stored, and a mail
/// that is sent twice carries the same link twice.
#[must_use]
pub fn id_of_mail(key: &Key, mail: &str) -> String {
    key.mac(&["mail", mail])
}

/// Why a token is not accepted. A stranger is told none of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Damaged, forged, made for another purpose, or by a key that is no longer ours.
    #[error("the link is not one of ours")]
    Invalid,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// Its time has not come.
    #[error("the link is not valid yet")]
    NotYet,
}

/// The link could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("an action link could not be signed: {0}")]
pub struct SigningError(#[from] jsonwebtoken::errors::Error);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    aud: String,
    jti: String,
    sub: String,
    task: String,
    round: u32,
    actions: Vec<String>,
    nbf: i64,
    exp: i64,
}

/// The token for `claims`, signed with the current key.
pub fn issue(keys: &Keys, claims: &Claims) -> Result<String, SigningError> {
    issue_with(keys.current(), claims)
}

/// The token for `claims`, signed with this key; the same claims make the same token.
pub fn issue_with(key: &Key, claims: &Claims) -> Result<String, SigningError> {
    let mut header = Header::new(ALGORITHM);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id());
    let wire = Wire {
        aud: AUDIENCE.to_owned(),
        jti: claims.id.clone(),
        sub: claims.person.clone(),
        task: claims.task.clone(),
        round: claims.round,
        actions: claims.actions.clone(),
        nbf: claims.not_before.timestamp(),
        exp: claims.expires.timestamp(),
    };
    let signing = EncodingKey::from_secret(key.bytes());
    Ok(jsonwebtoken::encode(&header, &wire, &signing)?)
}

/// What `token` says, if we signed it as an action link and `now` is within its time.
pub fn verify(keys: &Keys, token: &str, now: Instant) -> Result<Claims, LinkError> {
    let claims = read(keys, token)?;
    in_time(&claims, now)?;
    Ok(claims)
}

/// What `token` says, if we signed it as an action link, whatever the time: to tell its owner why it acts no more.
pub fn read(keys: &Keys, token: &str) -> Result<Claims, LinkError> {
    if LONGEST < token.len() {
        return Err(LinkError::Invalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| LinkError::Invalid)?;
    if header.typ.as_deref() != Some(TYPE) || header.alg != ALGORITHM {
        return Err(LinkError::Invalid);
    }
    let key = header
        .kid
        .as_deref()
        .and_then(|kid| keys.find(kid))
        .ok_or(LinkError::Invalid)?;
    let TokenData { claims: wire, .. } =
        jsonwebtoken::decode::<Wire>(token, &DecodingKey::from_secret(key.bytes()), &validation())
            .map_err(|_| LinkError::Invalid)?;
    claims_of(wire)
}

/// Signature, algorithm, audience and the presence of every claim are the library's business; the times are compared
/// with the deployment's clock in [`in_time`], because the library only knows the machine's.
fn validation() -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "sub"]);
    validation.leeway = 0;
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

fn in_time(claims: &Claims, now: Instant) -> Result<(), LinkError> {
    if now.timestamp() < claims.not_before.timestamp() {
        return Err(LinkError::NotYet);
    }
    if claims.expires.timestamp() <= now.timestamp() {
        return Err(LinkError::Expired);
    }
    Ok(())
}

fn claims_of(wire: Wire) -> Result<Claims, LinkError> {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(LinkError::Invalid);
    Ok(Claims {
        not_before: at(wire.nbf)?,
        expires: at(wire.exp)?,
        id: wire.jti,
        person: wire.sub,
        task: wire.task,
        round: wire.round,
        actions: wire.actions,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone, Utc};
    use serde_json::json;

    use super::*;
    use crate::auth::keys::{Key, Purpose};
    use crate::config::Secret;

    fn secret() -> Secret {
        Secret::new("0123456789abcdef0123456789abcdef")
    }

    fn keys() -> Keys {
        Keys::derive(&secret(), &[], Purpose::ActionLinks)
    }

    fn now() -> Instant {
        Utc.with_ymd_and_hms(2026, 10, 13, 4, 0, 0)
            .single()
            .expect("a date")
    }

    fn claims() -> Claims {
        Claims {
            id: "7f".repeat(16),
            person: "42".into(),
            task: "01K7".into(),
            round: 2,
            actions: vec!["approve".into(), "reject".into()],
            not_before: now(),
            expires: now() + Duration::days(3),
        }
    }

    /// Signs whatever it is given, the way a forger with some key would.
    fn forged(header: &Header, body: &serde_json::Value, key: &[u8]) -> String {
        jsonwebtoken::encode(header, body, &EncodingKey::from_secret(key)).expect("signs")
    }

    fn header() -> Header {
        Header {
            typ: Some(TYPE.into()),
            kid: Some(keys().current().id()),
            ..Header::new(ALGORITHM)
        }
    }

    fn body() -> serde_json::Value {
        json!({
            "aud": AUDIENCE, "jti": "7f", "sub": "42", "task": "01K7", "round": 2, "actions": ["approve"],
            "nbf": now().timestamp(), "exp": now().timestamp() + 100,
        })
    }

    fn without(name: &str) -> serde_json::Value {
        let mut body = body();
        body.as_object_mut().expect("an object").remove(name);
        body
    }

    fn with(name: &str, value: serde_json::Value) -> serde_json::Value {
        let mut body = body();
        body[name] = value;
        body
    }

    fn try_with(header: &Header, body: &serde_json::Value) -> Result<Claims, LinkError> {
        verify(
            &keys(),
            &forged(header, body, keys().current().bytes()),
            now(),
        )
    }

    #[test]
    fn a_link_says_what_was_put_in() {
        let token = issue(&keys(), &claims()).expect("signs");

        assert_eq!(verify(&keys(), &token, now()), Ok(claims()));
    }

    #[test]
    fn the_same_claims_make_the_same_token_and_an_expired_one_can_still_be_read() {
        let key = keys();
        let token = issue_with(key.current(), &claims()).expect("signs");

        assert_eq!(issue(&keys(), &claims()).expect("signs"), token);
        assert_eq!(
            verify(&keys(), &token, now() + Duration::days(9)),
            Err(LinkError::Expired)
        );
        assert_eq!(read(&keys(), &token), Ok(claims()));
    }

    #[test]
    fn a_link_holds_between_its_first_and_its_last_second_without_leeway() {
        let token = issue(&keys(), &claims()).expect("signs");
        let at = |seconds| verify(&keys(), &token, now() + Duration::seconds(seconds));

        assert_eq!(at(-1), Err(LinkError::NotYet));
        assert!(at(0).is_ok());
        assert!(at(3 * 86_400 - 1).is_ok());
        assert_eq!(at(3 * 86_400), Err(LinkError::Expired));
    }

    #[test]
    fn the_template_of_the_forgeries_is_itself_accepted() {
        assert!(try_with(&header(), &body()).is_ok());
    }

    #[test]
    fn ten_thousand_mutated_tokens_are_refused() {
        let token = issue(&keys(), &claims()).expect("signs");
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
        let mut tried = 0;
        let mut seed = 1_u64;
        let mut pick = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(seed >> 33).expect("fits") % below
        };
        while tried < 10_000 {
            let mut bytes = token.clone().into_bytes();
            let at = pick(bytes.len());
            match pick(4) {
                0 => {
                    bytes.remove(at);
                }
                1 => bytes.insert(at, alphabet[pick(alphabet.len())]),
                2 => bytes.truncate(at),
                _ => bytes[at] = alphabet[pick(alphabet.len())],
            }
            let mutated = String::from_utf8(bytes).expect("ASCII");
            if mutated == token {
                continue;
            }
            assert_eq!(
                verify(&keys(), &mutated, now()),
                Err(LinkError::Invalid),
                "{mutated}"
            );
            tried += 1;
        }
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        let token = issue(&keys(), &claims()).expect("signs");
        let payload = token.split('.').nth(1).expect("a payload");
        // {"alg":"none","typ":"huiqian-action+jwt"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiaHVpcWlhbi1hY3Rpb24rand0In0";

        for forged in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}"),
            format!("{}.", token.rsplit_once('.').expect("a signature").0),
            String::new(),
            ".".into(),
            "..".into(),
        ] {
            assert_eq!(verify(&keys(), &forged, now()), Err(LinkError::Invalid));
        }
    }

    #[test]
    fn the_keys_of_another_purpose_sign_no_links() {
        let other = Key::derive(&secret(), Purpose::Forms);
        let mut own_kid = header();
        own_kid.kid = Some(other.id());

        for header in [header(), own_kid] {
            let token = forged(&header, &body(), other.bytes());
            assert_eq!(verify(&keys(), &token, now()), Err(LinkError::Invalid));
        }
        let raw = forged(&header(), &body(), secret().reveal().as_bytes());
        assert_eq!(verify(&keys(), &raw, now()), Err(LinkError::Invalid));
    }

    #[test]
    fn a_stronger_algorithm_with_the_right_key_is_still_another_algorithm() {
        let mut stronger = header();
        stronger.alg = Algorithm::HS512;

        assert_eq!(try_with(&stronger, &body()), Err(LinkError::Invalid));
    }

    #[test]
    fn tokens_of_another_type_or_audience_are_refused() {
        let mut plain = header();
        plain.typ = Some("JWT".into());
        let mut untyped = header();
        untyped.typ = None;
        let mut nameless = header();
        nameless.kid = None;

        assert_eq!(try_with(&plain, &body()), Err(LinkError::Invalid));
        assert_eq!(try_with(&untyped, &body()), Err(LinkError::Invalid));
        assert_eq!(try_with(&nameless, &body()), Err(LinkError::Invalid));
        assert_eq!(
            try_with(&header(), &with("aud", json!("other"))),
            Err(LinkError::Invalid)
        );
    }

    #[test]
    fn every_claim_is_required() {
        for name in [
            "aud", "jti", "sub", "task", "round", "actions", "nbf", "exp",
        ] {
            assert_eq!(
                try_with(&header(), &without(name)),
                Err(LinkError::Invalid),
                "{name}"
            );
        }
    }

    #[test]
    fn an_older_key_still_opens_its_links_until_it_is_removed() {
        let token = issue(&keys(), &claims()).expect("signs");
        let new = Secret::new("another secret of at least 32 bytes");
        let rotated = Keys::derive(&new, &[secret()], Purpose::ActionLinks);
        let revoked = Keys::derive(&new, &[], Purpose::ActionLinks);

        assert!(verify(&rotated, &token, now()).is_ok());
        assert_eq!(verify(&revoked, &token, now()), Err(LinkError::Invalid));
    }
}
