//! `huiqian workflow versions`, `diff`, `withdraw` and `migrate`.

use std::path::Path;
use std::sync::Arc;

use super::failure::{Failure, language, say};
use super::{Answer, database, imports};
use crate::clock::SystemClock;
use crate::config::{Settings, Sources};
use crate::engine::Channel;
use crate::services::cases::By;
use crate::services::migration::{self, Fate, Order, Outlook, Refused, Versions};
use crate::services::workflows::{self, Pair};
use crate::services::{App, Error};
use crate::storage::workflows::{VersionStatus, WorkflowVersion};
use crate::web::{format, versions};
use crate::workflow::StageMap;
use crate::workflow::compare::{self, Hunk, LineKind};

/// Cases that are moved before the next look at how far it has come.
const AT_ONCE: usize = 100;

/// Gives up the proposal of a workflow.
pub(super) fn withdraw(config: Option<&Path>, key: &str, by: &str) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let version = match workflows::withdraw(&db, &SystemClock, key, by, None) {
        Ok(version) => version,
        Err(Error::NotFound) => return Err(nothing("nothing_waits", key)),
        Err(error) => return Err(error.into()),
    };
    let values = [
        ("title", version.title.clone()),
        ("version", version.version.to_string()),
    ];
    println!("{}", say("workflow.withdrawn", &borrowed(&values)));
    Ok(Answer::Fine)
}

/// Lists the versions of a workflow, newest first.
pub(super) fn list(config: Option<&Path>, key: &str) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let (versions, directory) = workflows::history(&db, key)?;
    if versions.is_empty() {
        return Err(nothing("no_workflow", key));
    }
    let login = |person: Option<crate::directory::PersonId>| {
        let person = person.and_then(|person| directory.person(person));
        person.map_or_else(String::new, |person| person.login.clone())
    };
    let when = |at: Option<crate::calendar::Instant>| {
        at.map_or_else(String::new, |at| format::full(at, language()))
    };
    for (version, running) in versions {
        let status = say(&format!("workflow.status.{}", status(&version)), &[]);
        let values = [
            ("version", version.version.to_string()),
            ("status", status),
            ("running", running.to_string()),
            ("proposed_by", login(Some(version.proposed_by))),
            ("proposed_at", when(Some(version.proposed_at))),
            ("by", login(version.confirmed_by.or(version.withdrawn_by))),
            ("at", when(version.confirmed_at.or(version.withdrawn_at))),
        ];
        let key = match (version.confirmed_at, version.withdrawn_at) {
            (Some(_), _) => "workflow.version_confirmed",
            (None, Some(_)) => "workflow.version_withdrawn",
            (None, None) => "workflow.version",
        };
        println!("{}", say(key, &borrowed(&values)));
    }
    Ok(Answer::Fine)
}

fn status(version: &WorkflowVersion) -> &'static str {
    match (version.status, version.confirmed_at) {
        (VersionStatus::Proposed, _) => "proposed",
        (VersionStatus::Current, _) => "current",
        (VersionStatus::Retired, Some(_)) => "retired",
        (VersionStatus::Retired, None) => "withdrawn",
    }
}

/// Tells what differs between two versions: in words, then line by line.
pub(super) fn diff(
    config: Option<&Path>,
    key: &str,
    numbers: Option<(u32, u32)>,
) -> Result<Answer, Failure> {
    let db = database::open(config)?;
    let Some(Pair { old, new }) = workflows::pair(&db, key, numbers)? else {
        return Err(nothing("no_pair", key));
    };
    let values = [
        ("from", old.0.version.to_string()),
        ("to", new.0.version.to_string()),
    ];
    println!("{}", say("workflow.diff", &borrowed(&values)));
    let changes = compare::changes(&old.1, &new.1);
    if changes.is_empty() {
        println!("  {}", say("workflow.same", &[]));
    }
    for change in &changes {
        println!("  {}", versions::change(change, language()));
    }
    for hunk in compare::hunks(&old.0.source, &new.0.source) {
        print_hunk(&hunk);
    }
    Ok(Answer::Fine)
}

fn print_hunk(hunk: &Hunk) {
    let first = |number: fn(&compare::Line) -> Option<usize>| {
        let mut lines = hunk.lines.iter();
        lines.find_map(number).unwrap_or(0)
    };
    println!(
        "@@ -{} +{} @@",
        first(|line| line.old),
        first(|line| line.new)
    );
    for line in &hunk.lines {
        let sign = match line.kind {
            LineKind::Same => ' ',
            LineKind::Gone => '-',
            LineKind::Added => '+',
        };
        println!("{sign}{}", line.text);
    }
}

/// What was typed behind `workflow migrate`.
pub(super) struct Migration<'a> {
    pub key: &'a str,
    pub map: &'a Path,
    pub by: &'a str,
    pub reason: Option<&'a str>,
    pub dry_run: bool,
}

/// Moves the running cases of a version to the one in force, or says what would come of it.
pub(super) fn migrate(config: Option<&Path>, typed: &Migration<'_>) -> Result<Answer, Failure> {
    let map = read_map(typed.map)?;
    let sources = Sources::of_process(config)?;
    let settings = Settings::read(&sources)?;
    let db = database::open_current(&settings.database)?;
    let app = Arc::new(App::new(db, settings, Arc::new(SystemClock), false)?);
    let order = Order {
        key: typed.key.to_owned(),
        map,
        by: By::person(workflows::person(&app.db, typed.by)?, Channel::Cli),
    };
    let stayed = match typed.dry_run {
        true => try_out(&app, &order)?,
        false => carry_out(&app, &order, typed.reason.unwrap_or_default())?,
    };
    Ok(match stayed {
        0 => Answer::Fine,
        _ => Answer::Findings,
    })
}

fn read_map(file: &Path) -> Result<StageMap, Failure> {
    let text = imports::text(file)?;
    StageMap::read(&text).map_err(|misfit| {
        let name = file.display();
        Failure::refused(format!("{name}: {}", versions::misfit(&misfit, language())))
    })
}

fn try_out(app: &Arc<App>, order: &Order) -> Result<usize, Failure> {
    let trial = migration::try_out(app, order).map_err(|refused| failure(&order.key, refused))?;
    let mut stays = 0;
    for case in &trial.cases {
        println!("{}", told(case, &trial.versions));
        stays += usize::from(matches!(case.fate, Fate::Stays(_)));
    }
    let values = [
        ("moves", (trial.cases.len() - stays).to_string()),
        ("stays", stays.to_string()),
    ];
    println!("{}", say("workflow.would_move", &borrowed(&values)));
    Ok(stays)
}

fn carry_out(app: &Arc<App>, order: &Order, reason: &str) -> Result<usize, Failure> {
    let (mut moved, mut stays, mut after) = (0, 0, Some(0));
    while let Some(from) = after {
        let batch = migration::carry_out(app, order, reason, from, AT_ONCE, |_| {})
            .map_err(|refused| failure(&order.key, refused))?;
        for case in &batch.stayed {
            println!("{}", told(case, &batch.versions));
        }
        (moved, stays, after) = (moved + batch.moved, stays + batch.stayed.len(), batch.next);
        if after.is_some() {
            let values = [("moved", moved.to_string()), ("stays", stays.to_string())];
            eprintln!("{}", say("workflow.moving", &borrowed(&values)));
        }
    }
    let values = [("moved", moved.to_string()), ("stays", stays.to_string())];
    println!("{}", say("workflow.moved", &borrowed(&values)));
    Ok(stays)
}

/// A case with what comes of it.
fn told(case: &Outlook, both: &Versions) -> String {
    let stages = |workflow, places: &[String]| {
        let all: Vec<String> = places
            .iter()
            .map(|place| versions::stage_of(workflow, place, &case.branches, language()))
            .collect();
        all.join(&say("workflow.comma", &[]))
    };
    let at = stages(&both.old, &case.at);
    let number = case.number.as_str();
    match &case.fate {
        Fate::Moves { to, past } => {
            let to = stages(&both.new, to);
            let mut line = say(
                "workflow.case_moves",
                &[("case", number), ("at", &at), ("to", &to)],
            );
            if !past.is_empty() {
                let past = stages(&both.new, past);
                line.push_str(&say("workflow.case_past", &[("past", &past)]));
            }
            line
        }
        Fate::Stays(obstacles) => {
            let why: Vec<String> = obstacles
                .iter()
                .map(|obstacle| versions::obstacle(obstacle, both, &case.branches, language()))
                .collect();
            let why = why.join(&say("workflow.semicolon", &[]));
            say(
                "workflow.case_stays",
                &[("case", number), ("at", &at), ("why", &why)],
            )
        }
    }
}

fn failure(key: &str, refused: Refused) -> Failure {
    match versions::refused(refused, language()) {
        Ok(sentences) => Failure::refused(sentences.join("\n")),
        Err(Error::NotFound) => nothing("no_workflow", key),
        Err(error) => error.into(),
    }
}

fn nothing(why: &str, key: &str) -> Failure {
    Failure::refused(say(&format!("workflow.{why}"), &[("key", key)]))
}

fn borrowed<'v>(values: &'v [(&'static str, String)]) -> Vec<(&'v str, &'v str)> {
    values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}
