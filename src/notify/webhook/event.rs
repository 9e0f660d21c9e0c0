//! A change of a register's entry as a CloudEvents 1.0 event in structured JSON. It tells codes, days and numbers that the
//! register names in `tells`, and no prose: what people wrote may hold anything, and whoever needs it can ask.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use ulid::Ulid;

use crate::calendar::Instant;

/// A change of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'a> {
    /// The change's key.
    pub ulid: Ulid,
    /// The register.
    pub register: &'a str,
    /// The entry.
    pub entry: Ulid,
    /// The case that left it.
    pub case: Ulid,
    /// Its number.
    pub number: Option<&'a str>,
    /// The department whose case it is.
    pub department: &'a str,
    /// The status now.
    pub status: Option<&'a str>,
    /// The status before; `None`: the entry is new, or had none.
    pub previous: Option<&'a str>,
    /// Grows with every change of the entry.
    pub sequence: i64,
    /// The fields that are told.
    pub values: Map<String, Value>,
    /// When it happened.
    pub at: Instant,
}

impl Change<'_> {
    /// The event; `base` is how this installation is reached.
    #[must_use]
    pub fn event(&self, base: &str) -> String {
        let Self {
            ulid,
            register,
            entry,
            case,
            number,
            department,
            status,
            previous,
            sequence,
            values,
            at,
        } = self;
        json!({
            "specversion": "1.0",
            "id": ulid.to_string(),
            "source": format!("{base}/api/v1/registers/{register}"),
            "type": format!("cn.huiqian.register.{register}.changed"),
            "subject": entry.to_string(),
            "time": at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "datacontenttype": "application/json",
            "data": {
                "register": register,
                "entry": entry.to_string(),
                "case": {"id": case.to_string(), "number": number},
                "department": department,
                "status": status,
                "previous_status": previous,
                "sequence": sequence,
                "values": values,
            },
        })
        .to_string()
    }
}
