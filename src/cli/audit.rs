//! `huiqian audit verify`.

use std::path::Path;

use super::failure::{Failure, say};
use super::{Answer, database};
use crate::services::Error;
use crate::services::audit::{self, Fault, Which};

/// Checks the records.
pub(super) fn verify(config: Option<&Path>, case: Option<String>) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let which = case.clone().map_or(Which::All, Which::Case);
    let report = match audit::verify(&db, &which) {
        Ok(report) => report,
        Err(Error::NotFound) => {
            let named = case.unwrap_or_default();
            return Err(Failure::refused(say("audit.no_case", &[("case", &named)])));
        }
        Err(error) => return Err(error.into()),
    };
    for fault in &report.faults {
        println!("{}", told(fault));
    }
    let values = [
        ("cases", report.cases.to_string()),
        ("events", report.events.to_string()),
        ("faults", report.faults.len().to_string()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    if report.faults.is_empty() {
        println!("{}", say("audit.sound", &values));
        return Ok(Answer::Fine);
    }
    println!("{}", say("audit.bad", &values));
    Ok(Answer::Findings)
}

fn told(fault: &Fault) -> String {
    let what = say(&format!("audit.wrong.{}", fault.what.code()), &[]);
    let case = match &fault.number {
        Some(number) => format!("{number}（{}）", fault.case),
        None => fault.case.to_string(),
    };
    match fault.seq {
        Some(seq) => say(
            "audit.event",
            &[("case", &case), ("seq", &seq.to_string()), ("what", &what)],
        ),
        None => say("audit.case", &[("case", &case), ("what", &what)]),
    }
}
