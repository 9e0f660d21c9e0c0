//! `huiqian audit`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use super::arguments::Audit;
use super::failure::{Failure, say};
use super::{Answer, database};
use crate::audit::anchor::Anchors;
use crate::audit::checkpoint::Verifier;
use crate::audit::scan::{Fault as LogFault, Findings};
use crate::auth::keys::{Key, Purpose};
use crate::config::{KeySettings, Sources};
use crate::services::Error;
use crate::services::audit::export::{self, Unreadable};
use crate::services::audit::log::{self, Witness};
use crate::services::audit::prove::{self, NoProof, Proof, Shown};
use crate::services::audit::{self, Fault, Report, Which};

/// Runs one of the commands.
pub(super) fn run(config: Option<&Path>, command: Audit) -> Result<Answer, Failure> {
    match command {
        Audit::Verify {
            case: Some(case), ..
        } => verify_case(config, case),
        Audit::Verify {
            against,
            export,
            proof,
            keys,
            ..
        } => {
            let witness = witness(config, against.as_deref(), &keys)?;
            match (export, proof) {
                (Some(path), _) => verify_export(&path, &witness),
                (None, Some(path)) => verify_proof(&path, &witness),
                (None, None) => verify(config, &witness),
            }
        }
        Audit::Prove { event } => prove(config, &event),
        Audit::Export => export(config),
        Audit::Key => key(config),
    }
}

fn verify_case(config: Option<&Path>, case: String) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    match audit::verify(&db, &Which::Case(case.clone())) {
        Ok(report) => Ok(tell(&report)),
        Err(Error::NotFound) => Err(no_case(&case)),
        Err(error) => Err(error.into()),
    }
}

fn verify(config: Option<&Path>, witness: &Witness) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let cases = tell(&audit::verify(&db, &Which::All)?);
    let log = tell_log(&log::verify(&db, witness)?, witness);
    Ok(worse(cases, log))
}

fn verify_export(path: &Path, witness: &Witness) -> Result<Answer, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    match export::verify(BufReader::new(file), witness) {
        Ok((report, findings)) => Ok(worse(tell(&report), tell_log(&findings, witness))),
        Err(Unreadable::Io(error)) => Err(unreadable(path, &error)),
        Err(Unreadable::Line(line)) => Err(Failure::refused(say(
            "audit.no_export",
            &[
                ("path", &path.display().to_string()),
                ("line", &line.to_string()),
            ],
        ))),
    }
}

fn verify_proof(path: &Path, witness: &Witness) -> Result<Answer, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let proof: Option<Proof> = serde_json::from_str(&text).ok();
    let Some(shown) = proof.and_then(|proof| proof.check(witness)) else {
        let path = path.display().to_string();
        return Err(Failure::refused(say("audit.no_proof", &[("path", &path)])));
    };
    let (word, answer) = match shown {
        Shown::Holds => ("holds", Answer::Fine),
        Shown::Untried => ("untried", Answer::Findings),
        Shown::Event => ("event", Answer::Findings),
        Shown::Path => ("path", Answer::Findings),
        Shown::Signature => ("signature", Answer::Findings),
    };
    println!("{}", say(&format!("audit.proof.{word}"), &[]));
    Ok(answer)
}

fn prove(config: Option<&Path>, event: &str) -> Result<Answer, Failure> {
    let named = event
        .rsplit_once('#')
        .and_then(|(case, seq)| Some((case, seq.parse::<i64>().ok()?)));
    let Some((case, seq)) = named else {
        return Err(Failure::refused(say("audit.no_place", &[("event", event)])));
    };
    let db = database::open(config)?;
    match prove::prove(&db, case, seq) {
        Ok(proof) => {
            println!(
                "{}",
                serde_json::to_string_pretty(&proof).map_err(Error::from)?
            );
            Ok(Answer::Fine)
        }
        Err(NoProof::Unknown) => Err(Failure::refused(say("audit.no_event", &[("event", event)]))),
        Err(NoProof::TooNew) => Err(Failure::refused(say("audit.too_new", &[("event", event)]))),
        Err(NoProof::Failed(error)) => Err(error.into()),
    }
}

fn export(config: Option<&Path>) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let count = export::write(&db, &mut out)?;
    out.flush()
        .map_err(|error| Failure::trouble(error.to_string()))?;
    eprintln!(
        "{}",
        say("audit.exported", &[("events", &count.to_string())])
    );
    Ok(Answer::Fine)
}

fn key(config: Option<&Path>) -> Result<Answer, Failure> {
    let settings = KeySettings::read(&Sources::of_process(config)?)?;
    let (Some(secret), Some(host)) = (settings.current, settings.host) else {
        return Err(Failure::trouble(say("audit.no_key", &[])));
    };
    let key = Key::derive(&secret, Purpose::Checkpoints);
    println!(
        "{}",
        key.checkpoint_signer(&format!("{host}/huiqian")).verifier()
    );
    Ok(Answer::Fine)
}

/// What the log is held to: the file, the keys that were named, and the deployment's own where they are set.
fn witness(
    config: Option<&Path>,
    against: Option<&Path>,
    keys: &[String],
) -> Result<Witness, Failure> {
    let mut anchors = match against {
        None => Anchors::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
            let anchors = Anchors::read(&text);
            if anchors.notes.is_empty() {
                let path = path.display().to_string();
                return Err(Failure::refused(say("audit.no_notes", &[("path", &path)])));
            }
            anchors
        }
    };
    for key in keys {
        let verifier: Verifier = key
            .parse()
            .map_err(|_| Failure::refused(say("audit.bad_key", &[("key", key)])))?;
        anchors.keys.push(verifier);
    }
    let settings = KeySettings::read(&Sources::of_process(config)?)?;
    Ok(Witness::new(anchors, &settings))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let (path, cause) = (path.display().to_string(), error.to_string());
    Failure::trouble(say(
        "audit.unreadable",
        &[("path", &path), ("cause", &cause)],
    ))
}

fn no_case(case: &str) -> Failure {
    Failure::refused(say("audit.no_case", &[("case", case)]))
}

fn worse(one: Answer, other: Answer) -> Answer {
    match (one, other) {
        (Answer::Fine, Answer::Fine) => Answer::Fine,
        _ => Answer::Findings,
    }
}

fn tell(report: &Report) -> Answer {
    for fault in &report.faults {
        println!("{}", told(fault));
    }
    let (cases, events) = (report.cases.to_string(), report.events.to_string());
    if 0 < report.strays {
        let count = report.strays.to_string();
        println!("{}", say("audit.strays", &[("count", &count)]));
    }
    let faults = report.faults.len().to_string();
    let values: [(&str, &str); 3] = [("cases", &cases), ("events", &events), ("faults", &faults)];
    if report.is_sound() {
        println!("{}", say("audit.sound", &values));
        return Answer::Fine;
    }
    println!("{}", say("audit.bad", &values));
    Answer::Findings
}

fn told(fault: &Fault) -> String {
    let entry = fault.entry.as_deref().unwrap_or_default();
    let what = say(
        &format!("audit.wrong.{}", fault.what.code()),
        &[("entry", entry)],
    );
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

fn tell_log(found: &Findings, witness: &Witness) -> Answer {
    for fault in &found.faults {
        println!("{}", told_of_log(fault));
    }
    if 0 < found.more {
        println!(
            "{}",
            say("audit.more", &[("count", &found.more.to_string())])
        );
    }
    for line in &witness.anchors.unreadable {
        println!("{}", say("audit.skipped", &[("line", &line.to_string())]));
    }
    if 0 < found.untried {
        let count = found.untried.to_string();
        println!("{}", say("audit.untried", &[("count", &count)]));
    }
    let (size, checkpoints) = (found.size.to_string(), found.checkpoints.to_string());
    let values: [(&str, &str); 2] = [("events", &size), ("checkpoints", &checkpoints)];
    if found.faults.is_empty() {
        println!("{}", say("audit.log_sound", &values));
        return Answer::Fine;
    }
    println!("{}", say("audit.log_bad", &values));
    Answer::Findings
}

fn told_of_log(fault: &LogFault) -> String {
    let number = |number: u64| number.to_string();
    match fault {
        LogFault::Gap { from } => say("audit.log.gap", &[("from", &number(*from))]),
        LogFault::Missing { position } => {
            say("audit.log.missing", &[("position", &number(*position))])
        }
        LogFault::Replaced { position, event } => say(
            "audit.log.replaced",
            &[
                ("position", &number(*position)),
                ("case", &event.case),
                ("seq", &event.seq.to_string()),
            ],
        ),
        LogFault::Node { from, to } => say(
            "audit.log.node",
            &[("from", &number(*from)), ("to", &number(to - 1))],
        ),
        LogFault::Edge => say("audit.log.edge", &[]),
        LogFault::Signature { size } => say("audit.log.signature", &[("size", &number(*size))]),
        LogFault::Root { from, to } => say(
            "audit.log.root",
            &[("from", &number(*from)), ("to", &number(to - 1))],
        ),
        LogFault::Short { size, covered } => say(
            "audit.log.short",
            &[("size", &number(*size)), ("covered", &number(*covered))],
        ),
    }
}
