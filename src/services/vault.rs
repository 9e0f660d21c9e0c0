//! Private answers: sealed on their way into a case or a draft, and opened for those who handle it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use ulid::Ulid;

use super::{App, Error};
use crate::auth::sealing::Sealed;
use crate::calendar::Instant;
use crate::engine::{self, Case, Kept, PlainVault, TaskId, Vault};
use crate::forms::Answers;
use crate::storage::Connection;
use crate::storage::personal_values::{self, NewValue, Owner, StoredValue};
use crate::workflow::Place;

/// A vault for one command: what it sealed is written when the command is accepted.
pub struct SealingVault<'a> {
    app: &'a App,
    case: Ulid,
    listed: Vec<Kept>,
    kept: RefCell<Vec<(Ulid, String, Sealed)>>,
    failed: RefCell<Option<Error>>,
}

impl<'a> SealingVault<'a> {
    /// For the case with this public id.
    pub fn new(app: &'a App, case: Ulid) -> Self {
        Self {
            app,
            case,
            listed: Vec::new(),
            kept: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    /// With what there is to be erased.
    pub(super) fn listing(self, values: &Values) -> Self {
        Self {
            listed: kept(values),
            ..self
        }
    }

    /// Writes what was sealed; a value that could not be sealed fails the command.
    pub fn store(self, conn: &mut Connection, case: i64, now: Instant) -> Result<(), Error> {
        if let Some(error) = self.failed.into_inner() {
            return Err(error);
        }
        for (ulid, field, sealed) in self.kept.into_inner() {
            let Sealed {
                key_id,
                salt,
                envelope,
                digest,
            } = sealed;
            let owner = (Owner::Case, case);
            personal_values::insert(
                conn,
                &NewValue {
                    ulid,
                    owner,
                    field,
                    salt,
                    envelope,
                    key_id,
                    digest,
                    created_at: now,
                },
            )?;
        }
        Ok(())
    }
}

impl Vault for SealingVault<'_> {
    fn put(&self, field: &str, value: &Value) -> Value {
        let id = Ulid::new();
        match self
            .app
            .sealer
            .seal(&self.case.to_string(), field, value.to_string().as_bytes())
        {
            Ok(sealed) => {
                let stands = json!({ "sealed": id.to_string(), "digest": sealed.digest });
                self.kept.borrow_mut().push((id, field.to_owned(), sealed));
                stands
            }
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error.into());
                Value::Null
            }
        }
    }

    fn kept(&self) -> Vec<Kept> {
        self.listed.clone()
    }
}

/// Private answers, opened, each by its path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opened {
    /// The case's own.
    pub case: Answers,
    /// Those of its branches.
    pub branches: BTreeMap<Place, Answers>,
    /// Those on its tasks.
    pub tasks: BTreeMap<TaskId, Answers>,
}

/// The private values of a case by what stands for them, of earlier answers too, erased or not.
pub(super) type Values = BTreeMap<String, StoredValue>;

/// Reads them.
pub(super) fn values(conn: &mut Connection, case: i64) -> Result<Values, Error> {
    let stored = personal_values::of_case(conn, case)?;
    let by_key = stored
        .into_iter()
        .map(|value| (value.ulid.to_string(), value));
    Ok(by_key.collect())
}

/// What there is to be erased.
pub(super) fn kept(values: &Values) -> Vec<Kept> {
    let there = values.values().filter(|value| value.erased_at.is_none());
    let kept = there.map(|value| Kept {
        sealed: value.ulid.to_string(),
        path: value.field.clone(),
    });
    kept.collect()
}

/// A vault for readers: takes nothing in, and knows what there is to be erased.
#[derive(Debug, Clone, Default)]
pub struct Listed(pub Vec<Kept>);

impl Vault for Listed {
    fn put(&self, field: &str, value: &Value) -> Value {
        PlainVault.put(field, value)
    }

    fn kept(&self) -> Vec<Kept> {
        self.0.clone()
    }
}

/// The private answers of a case, its branches and its tasks. One that was erased is left out.
pub fn open_case(
    app: &App,
    conn: &mut Connection,
    ulid: Ulid,
    (id, case): (i64, &Case),
) -> Result<Opened, Error> {
    open_all(app, ulid, &values(conn, id)?, case)
}

/// The same of values that were read.
pub(super) fn open_all(
    app: &App,
    ulid: Ulid,
    values: &Values,
    case: &Case,
) -> Result<Opened, Error> {
    let mut opened = Opened {
        case: open(app, ulid, values, &case.private)?,
        ..Opened::default()
    };
    for (place, branch) in &case.branches {
        let own = open(app, ulid, values, &branch.private)?;
        opened.branches.insert(place.clone(), own);
    }
    for task in &case.tasks {
        let own = open(app, ulid, values, &task.private)?;
        opened.tasks.insert(task.id, own);
    }
    Ok(opened)
}

fn open(app: &App, ulid: Ulid, values: &Values, private: &Answers) -> Result<Answers, Error> {
    let mut opened = Answers::new();
    for (path, stands) in private {
        let Some(stored) = engine::sealed_in(stands).and_then(|sealed| values.get(sealed)) else {
            continue;
        };
        if let Some(value) = plain(app, ulid, stored)? {
            opened.insert(path.clone(), value);
        }
    }
    Ok(opened)
}

/// A value in the clear; `None` once it was erased.
pub(super) fn plain(app: &App, ulid: Ulid, value: &StoredValue) -> Result<Option<Value>, Error> {
    let (Some(salt), Some(envelope)) = (value.salt.clone(), value.envelope.clone()) else {
        return Ok(None);
    };
    let sealed = Sealed {
        key_id: value.key_id.clone(),
        salt,
        envelope,
        digest: value.digest.clone(),
    };
    let plain = app.sealer.open(&ulid.to_string(), &value.field, &sealed)?;
    Ok(Some(serde_json::from_slice(&plain)?))
}

/// The private answers of a draft as one envelope; `None` when there are none.
pub fn seal_draft(app: &App, ulid: Ulid, private: &Answers) -> Result<Option<Value>, Error> {
    if private.is_empty() {
        return Ok(None);
    }
    let sealed = app.sealer.seal(
        &ulid.to_string(),
        "draft",
        serde_json::to_string(private)?.as_bytes(),
    )?;
    Ok(Some(
        json!({ "key_id": sealed.key_id, "salt": hex::encode(sealed.salt), "envelope": hex::encode(sealed.envelope), "digest": sealed.digest }),
    ))
}

/// The private answers of a draft.
pub fn open_draft(app: &App, ulid: Ulid, sealed: Option<&Value>) -> Result<Answers, Error> {
    let Some(sealed) = sealed else {
        return Ok(Answers::new());
    };
    let text = |name: &str| {
        sealed
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| Error::Corrupt(format!("a draft's envelope has no `{name}`")))
    };
    let bytes =
        |name: &str| hex::decode(text(name)?).map_err(|error| Error::Corrupt(error.to_string()));
    let envelope = Sealed {
        key_id: text("key_id")?,
        salt: bytes("salt")?,
        envelope: bytes("envelope")?,
        digest: text("digest")?,
    };
    Ok(serde_json::from_slice(&app.sealer.open(
        &ulid.to_string(),
        "draft",
        &envelope,
    )?)?)
}
