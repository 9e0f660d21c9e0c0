//! `huiqian workflow simulate`: one case walked on paper, or many run on a clock of their own.

mod crowd;
mod walk;

use std::path::Path;
use std::sync::Arc;

use super::arguments::{Format, Simulate};
use super::failure::{Failure, language};
use super::trials::{Beside, show, sound};
use super::{Answer, database, imports, print};
use crate::engine::Rejection;
use crate::messages;
use crate::services::trials;
use crate::trial::crowd::{Estimates, Plan, read_estimates};
use crate::trial::{Pace, Request, read_request};
use crate::web::trials::{Told, moment, refused};
use crate::workflow::Workflow;

/// Simulates; what is wrong with a file is a finding.
pub(super) fn run(config: Option<&Path>, options: &Simulate) -> Result<Answer, Failure> {
    let text = imports::text(&options.file)?;
    let Some(workflow) = sound(&options.file, &text)?.map(Arc::new) else {
        return Ok(Answer::Findings);
    };
    let Some(request) = request(&workflow, &options.answers)? else {
        return Ok(Answer::Findings);
    };
    let done = match options.cases {
        None => walk_one(&workflow, &request, options),
        Some(cases) => {
            let Some(estimates) = estimates(config, &workflow, &request, options)? else {
                return Ok(Answer::Findings);
            };
            run_many(
                Plan {
                    workflow,
                    request: request.clone(),
                    estimates,
                    cases: usize::try_from(cases).unwrap_or(usize::MAX),
                    per_day: options.per_day,
                    seed: options.seed,
                },
                options.format,
            )
        }
    };
    match done {
        Ok(shown) => {
            print(&shown);
            Ok(Answer::Fine)
        }
        Err(rejection) => {
            let directory = &request.setting.directory;
            let cause = refused(&rejection, directory, language());
            print(&told("not_filed", &[("cause", &cause)]));
            Ok(Answer::Findings)
        }
    }
}

fn request(workflow: &Workflow, file: &Path) -> Result<Option<Request>, Failure> {
    let text = imports::text(file)?;
    let name = file.display().to_string();
    match read_request(&name, &text, workflow, &Beside::new(file)) {
        Ok(request) => Ok(Some(request)),
        Err(findings) => {
            show(&findings, &text);
            Ok(None)
        }
    }
}

/// What the database remembers, and over it what the file says.
fn estimates(
    config: Option<&Path>,
    workflow: &Workflow,
    request: &Request,
    options: &Simulate,
) -> Result<Option<Estimates>, Failure> {
    let mut all = Estimates::default();
    if options.from_database {
        let db = database::open(config)?;
        all.stages = trials::estimates(&db, &workflow.key, &workflow.calendar)?;
    }
    let Some(file) = &options.estimates else {
        return Ok(Some(all));
    };
    let text = imports::text(file)?;
    let name = file.display().to_string();
    match read_estimates(&name, &text, workflow, &request.setting.directory) {
        Ok(estimates) => {
            all.default = estimates.default;
            all.stages.extend(estimates.stages);
            all.staff = estimates.staff;
            Ok(Some(all))
        }
        Err(findings) => {
            show(&findings, &text);
            Ok(None)
        }
    }
}

fn walk_one(
    workflow: &Arc<Workflow>,
    request: &Request,
    options: &Simulate,
) -> Result<String, Rejection> {
    let pace = if options.at_once {
        Pace::AtOnce
    } else {
        Pace::LastDay
    };
    let walked = crate::trial::walk(workflow, request, pace)?;
    let told = Told {
        workflow,
        request,
        walk: &walked,
        pace,
        language: language(),
    };
    Ok(match options.format {
        Format::Text => walk::text(&told),
        Format::Json => format!("{:#}", walk::json(&told)),
    })
}

fn run_many(plan: Plan, format: Format) -> Result<String, Rejection> {
    let summary = crate::trial::crowd::crowd(&plan)?;
    Ok(match format {
        Format::Text => crowd::text(&plan, &summary),
        Format::Json => format!("{:#}", crowd::json(&plan, &summary)),
    })
}

fn told(key: &str, values: &[(&str, &str)]) -> String {
    messages::text(language(), &format!("trial.simulate.{key}"), values)
}

/// Columns of a table, as wide as they need to be; Chinese characters take two columns.
fn table(rows: &[Vec<String>]) -> String {
    let width = |text: &str| -> usize {
        text.chars()
            .map(|c| 1 + usize::from(('\u{1100}'..).contains(&c)))
            .sum()
    };
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, widest)| {
            format!("{cell}{}", " ".repeat(widest.saturating_sub(width(cell))))
        });
        format!("  {}", cells.collect::<Vec<_>>().join("  "))
            .trim_end()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}
