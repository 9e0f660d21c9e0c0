//! `/admin/workflows`: every workflow, what is in force, what waits for a second person, and how many cases run.

use crate::messages::text;
use crate::services::definitions::{self, Definition, NEW, Overview};
use crate::storage::workflow_drafts::WorkflowDraft;
use crate::web::pages::answer::Answer;
use crate::web::session::Visit;
use crate::web::views::{Nav, Tag, Tone, WaitingRow, WorkflowRow, WorkflowsView};

use super::Sheet;

/// `GET /admin/workflows`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            let Overview {
                definitions,
                others,
                drafts,
            } = definitions::overview(&visit.app, &reader.viewer)?;
            let sheets = definitions
                .into_iter()
                .map(|found| Sheet::of(visit, &reader, found))
                .collect::<Result<Vec<_>, _>>()?;
            let others = others
                .into_iter()
                .map(|found| Sheet::of(visit, &reader, found))
                .collect::<Result<Vec<_>, _>>()?;
            let empty = Sheet::of(visit, &reader, Definition::default())?;
            let view = WorkflowsView {
                writes: empty.writes(),
                waiting: sheets.iter().chain(&others).filter_map(waiting).collect(),
                others: others.iter().map(|sheet| row(sheet, None)).collect(),
                rows: sheets
                    .iter()
                    .map(|sheet| row(sheet, drafts.get(&sheet.found.key)))
                    .collect(),
                fresh: saved(&empty, drafts.get(NEW)),
            };
            visit.page(&reader, Nav::Workflows, &view)
        })
        .await
}

fn waiting(sheet: &Sheet<'_>) -> Option<WaitingRow> {
    let row = &sheet.found.proposed()?.row;
    let (who, when) = (
        sheet.names().full(row.proposed_by),
        sheet.when(row.proposed_at),
    );
    let decides = sheet.writes() && row.proposed_by != sheet.reader.viewer.person.id;
    let look = match decides {
        true => "workflows.list.review",
        false => "workflows.list.look",
    };
    Some(WaitingRow {
        href: format!("{}/versions/{}", sheet.base(), row.version),
        title: sheet.title.clone(),
        version: Tag::plain(Tone::Warn, sheet.version(row.version)),
        who: sheet.say("workflows.list.proposed", &[("who", &who), ("when", &when)]),
        look: sheet.say(look, &[]),
        decides,
    })
}

fn row(sheet: &Sheet<'_>, draft: Option<&WorkflowDraft>) -> WorkflowRow {
    let current = sheet.found.current();
    let not_yet = || text(sheet.visit.language, "workflows.list.not_yet", &[]);
    WorkflowRow {
        href: super::home(&sheet.found.key),
        title: sheet.title.clone(),
        key: sheet.found.key.clone(),
        state: match current {
            Some(version) => Tag::new(Tone::Ok, sheet.version(version.row.version)),
            None => Tag::plain(Tone::Hold, not_yet()),
        },
        since: current
            .and_then(|version| sheet.settled(&version.row))
            .map(|deed| sheet.by(&deed))
            .unwrap_or_default(),
        running: running(sheet),
        draft: saved(sheet, draft),
    }
}

/// 第 4 版在办 46 件, one for each version with running cases.
fn running(sheet: &Sheet<'_>) -> Vec<String> {
    let versions = sheet.found.versions.iter();
    let lines: Vec<String> = versions
        .filter(|version| 0 < version.running)
        .map(|version| {
            let name = sheet.version(version.row.version);
            let running = version.running.to_string();
            sheet.say("workflows.running", &[("version", &name), ("n", &running)])
        })
        .collect();
    match lines.is_empty() {
        true => vec![sheet.say("workflows.none_running", &[])],
        false => lines,
    }
}

fn saved(sheet: &Sheet<'_>, draft: Option<&WorkflowDraft>) -> String {
    draft
        .map(|draft| {
            let when = sheet.when(draft.saved_at);
            sheet.say("workflows.writing", &[("when", &when)])
        })
        .unwrap_or_default()
}
