//! `/admin/workflows/{key}/migrate`: running cases to the version in force. First tried out on paper, then done in steps.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::{Sheet, key_of};
use crate::engine::Channel;
use crate::forms::Words;
use crate::services::cases::By;
use crate::services::definitions;
use crate::services::migration::{self, Fate, Order, Outlook, Refused, Versions};
use crate::storage::workflows::WorkflowVersion;
use crate::web::pages::answer::Answer;
use crate::web::pages::failure::Failure;
use crate::web::pages::posted::{Body, Posted};
use crate::web::session::Visit;
use crate::web::versions;
use crate::web::views::{
    Choice, Done, EditView, ErrorLink, FateRow, MigrationView, StageRow, Tag, Tone, Tried,
};
use crate::workflow::{Id, Kind, StageMap, Workflow, compare};

/// Cases that are moved with one press of the button.
const AT_ONCE: usize = 200;
/// Cases that are listed one by one.
const LISTED: usize = 200;
/// What stands before the id of a stage in the names of fields.
const STAGE: &str = "stage.";

/// `GET /admin/workflows/{key}/migrate?from=3`
pub async fn show(visit: Visit, request: HttpRequest) -> Answer {
    let key = key_of(&request);
    visit
        .show(move |visit| {
            let reader = visit.reader()?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let asked = visit.param("from").and_then(|from| from.parse().ok());
            match Passage::open(&sheet, asked)? {
                Some(passage) => passage.page(StatusCode::OK, &BTreeMap::new(), Shown::default()),
                None => nothing(&sheet),
            }
        })
        .await
}

/// `POST /admin/workflows/{key}/migrate`
pub async fn order(visit: Visit, request: HttpRequest, body: Body) -> Answer {
    let key = key_of(&request);
    visit
        .take(body, move |visit, posted| {
            let (reader, posted) = visit.short_form(posted)?;
            definitions::may_write(&reader.viewer)?;
            let sheet = Sheet::open(visit, &reader, &key)?;
            let asked = posted.number("from").and_then(|from| from.try_into().ok());
            let Some(passage) = Passage::open(&sheet, asked)? else {
                return nothing(&sheet);
            };
            let chosen = chosen(&posted);
            let order = passage.order(&chosen, &posted);
            match posted.get("do") {
                Some("move") => passage.carry_out(&order, &chosen, &posted),
                _ => passage.try_out(&order, &chosen, StatusCode::OK, Reason::default()),
            }
        })
        .await
}

fn nothing(sheet: &Sheet<'_>) -> Result<Answer, Failure> {
    let view = MigrationView {
        crumb: sheet.crumb(),
        heading: sheet.say("workflows.editor.migrate", &[]),
        lead: sheet.say("workflows.migrate.nothing", &[]),
        ..MigrationView::default()
    };
    sheet.page(StatusCode::OK, &view)
}

/// What was chosen for each stage of the old version; empty where it has no counterpart.
type Chosen = BTreeMap<Id, String>;

fn chosen(posted: &Posted) -> Chosen {
    let pairs = posted.pairs.iter();
    pairs
        .filter_map(|(name, value)| Some((name.strip_prefix(STAGE)?.to_owned(), value.clone())))
        .collect()
}

/// The reason as typed, and what is wrong with it.
#[derive(Default)]
struct Reason {
    typed: String,
    error: String,
}

/// What the page shows beside the map.
#[derive(Default)]
struct Shown {
    errors: Vec<String>,
    tried: Option<Tried>,
    done: Option<Done>,
}

/// The way from one version to the one in force.
struct Passage<'a> {
    sheet: &'a Sheet<'a>,
    from: &'a WorkflowVersion,
    to: &'a WorkflowVersion,
    old: std::sync::Arc<Workflow>,
    new: std::sync::Arc<Workflow>,
    running: i64,
}

impl<'a> Passage<'a> {
    /// From this version, else from the newest on which cases run; none when there is nothing to move.
    fn open(sheet: &'a Sheet<'a>, asked: Option<u32>) -> Result<Option<Self>, Failure> {
        let asked = asked.and_then(|number| sheet.found.numbered(number));
        let found = asked
            .filter(|version| version.row.confirmed_at.is_some())
            .or_else(|| sheet.outrun().next());
        let (Some(from), Some(to)) = (found, sheet.found.current()) else {
            return Ok(None);
        };
        if from.row.id == to.row.id {
            return Ok(None);
        }
        let app = &sheet.visit.app;
        Ok(Some(Self {
            sheet,
            from: &from.row,
            to: &to.row,
            old: definitions::workflow_of(app, &from.row)?,
            new: definitions::workflow_of(app, &to.row)?,
            running: from.running,
        }))
    }

    fn order(&self, chosen: &Chosen, posted: &Posted) -> Order {
        // What the page was made for: the service refuses when another version is in force by now.
        let to = posted.number("to").and_then(|to| to.try_into().ok());
        let mut map = StageMap::same(self.from.version, to.unwrap_or(self.to.version));
        for (name, _) in names(&self.old, self.sheet) {
            let wanted = self.counterpart(&name, chosen);
            if map.counterpart(&name) != wanted {
                map.stages.insert(name, wanted);
            }
        }
        Order {
            key: self.sheet.found.key.clone(),
            map,
            by: By::person(self.sheet.reader.viewer.person.id, Channel::Page),
        }
    }

    /// What a stage of the old version becomes: as chosen, else the same id, else what has the same title.
    fn counterpart(&self, name: &Id, chosen: &Chosen) -> Option<Id> {
        if let Some(chosen) = chosen.get(name) {
            return Some(chosen.clone()).filter(|chosen| !chosen.is_empty());
        }
        if self.new.names().contains(name) {
            return Some(name.clone());
        }
        compare::renames(&self.old, &self.new).remove(name)
    }

    fn try_out(
        &self,
        order: &Order,
        chosen: &Chosen,
        status: StatusCode,
        reason: Reason,
    ) -> Result<Answer, Failure> {
        let trial = match migration::try_out(&self.sheet.visit.app, order) {
            Ok(trial) => trial,
            Err(refused) => return self.refused(refused, chosen),
        };
        let (mut stay, mut move_on) = (Vec::new(), Vec::new());
        for case in &trial.cases {
            match case.fate {
                Fate::Stays(_) => stay.push(case),
                Fate::Moves { .. } => move_on.push(case),
            }
        }
        let say = |key: &str, number: usize| self.sheet.say(key, &[("n", &number.to_string())]);
        let tried = Tried {
            lead: self.lead(stay.len(), move_on.len()),
            none: move_on.is_empty(),
            more: match trial.cases.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => say("workflows.migrate.more", more),
            },
            button: say("workflows.migrate.button", move_on.len()),
            rows: stay
                .into_iter()
                .chain(move_on)
                .take(LISTED)
                .map(|case| self.row(case, &trial.versions))
                .collect(),
            map: order.map.yaml(),
            hidden: self.hidden(&order.map),
            reason: reason.typed,
            reason_error: reason.error,
        };
        let shown = Shown {
            tried: Some(tried),
            ..Shown::default()
        };
        self.page(status, chosen, shown)
    }

    fn lead(&self, stay: usize, moves: usize) -> String {
        let numbers = [stay + moves, moves, stay].map(|number| number.to_string());
        let values = [
            ("all", numbers[0].as_str()),
            ("moves", numbers[1].as_str()),
            ("stays", numbers[2].as_str()),
        ];
        let key = match (moves, stay) {
            (_, 0) => "workflows.migrate.would_all",
            (0, _) => "workflows.migrate.would_none",
            _ => "workflows.migrate.would",
        };
        self.sheet.say(key, &values)
    }

    /// Moves as many as one press of the button moves. `moved`, `stayed` and `after` tell what the presses before have done.
    fn carry_out(
        &self,
        order: &Order,
        chosen: &Chosen,
        posted: &Posted,
    ) -> Result<Answer, Failure> {
        let reason = posted.get("reason").unwrap_or_default();
        let before = |name: &str| posted.number(name).unwrap_or(0).max(0);
        let app = &self.sheet.visit.app;
        let outcome = migration::carry_out(app, order, reason, before("after"), AT_ONCE, |_| {});
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(Refused::Reason(rejection)) => {
                let reason = Reason {
                    typed: reason.to_owned(),
                    error: crate::web::problem::refusal(
                        &rejection,
                        self.sheet.visit.language,
                        None,
                    ),
                };
                return self.try_out(order, chosen, StatusCode::UNPROCESSABLE_ENTITY, reason);
            }
            Err(refused) => return self.refused(refused, chosen),
        };
        let sum = |name: &str, more: usize| before(name) + i64::try_from(more).unwrap_or(i64::MAX);
        let moved = sum("moved", outcome.moved).to_string();
        let stayed = sum("stayed", outcome.stayed.len()).to_string();
        let key = match (&outcome.next, stayed.as_str()) {
            (Some(_), _) => "workflows.migrate.going",
            (None, "0") => "workflows.migrate.done_all",
            (None, _) => "workflows.migrate.done",
        };
        let hidden = outcome.next.map(|next| {
            let mut hidden = self.hidden(&order.map);
            let numbers = [
                ("after", next.to_string()),
                ("moved", moved.clone()),
                ("stayed", stayed.clone()),
                ("reason", reason.to_owned()),
            ];
            hidden.extend(numbers.map(|(name, value)| Choice::new(name, value, false)));
            hidden
        });
        let done = Done {
            lead: self
                .sheet
                .say(key, &[("moved", &moved), ("stays", &stayed)]),
            rows: outcome
                .stayed
                .iter()
                .map(|case| self.row(case, &outcome.versions))
                .collect(),
            hidden: hidden.unwrap_or_default(),
        };
        let shown = Shown {
            done: Some(done),
            ..Shown::default()
        };
        self.page(StatusCode::OK, chosen, shown)
    }

    /// A map as hidden fields, every stage named, so that what is carried out is what was looked at.
    fn hidden(&self, map: &StageMap) -> Vec<Choice> {
        names(&self.old, self.sheet)
            .into_iter()
            .map(|(name, _)| {
                let called = map.counterpart(&name).unwrap_or_default();
                Choice::new(format!("{STAGE}{name}"), called, false)
            })
            .collect()
    }

    fn refused(&self, refused: Refused, chosen: &Chosen) -> Result<Answer, Failure> {
        let language = self.sheet.visit.language;
        let errors = versions::refused(refused, language).map_err(Failure::Service)?;
        let shown = Shown {
            errors,
            ..Shown::default()
        };
        self.page(StatusCode::UNPROCESSABLE_ENTITY, chosen, shown)
    }

    fn row(&self, case: &Outlook, both: &Versions) -> FateRow {
        let language = self.sheet.visit.language;
        let (state, notes) = match &case.fate {
            Fate::Moves { to, past } => {
                let mut notes = vec![match case.at == *to {
                    true => self.sheet.say("workflows.migrate.same_stage", &[]),
                    false => self.told("workflows.migrate.moved_to", &both.new, case, to),
                }];
                if !past.is_empty() {
                    notes.push(self.told("workflows.migrate.past", &both.new, case, past));
                }
                let words = self.sheet.say("workflows.migrate.moves", &[]);
                (Tag::new(Tone::Ok, words), notes)
            }
            Fate::Stays(obstacles) => {
                let obstacles = obstacles.iter();
                let notes =
                    obstacles.map(|one| versions::obstacle(one, both, &case.branches, language));
                let words = self.sheet.say("workflows.migrate.stays", &[]);
                (Tag::new(Tone::Bad, words), notes.collect())
            }
        };
        FateRow {
            number: case.number.clone(),
            href: match case.visible {
                true => format!("/c/{}", case.ulid),
                false => String::new(),
            },
            at: self.stages(&both.old, case, &case.at),
            state,
            notes,
        }
    }

    fn told(&self, key: &str, workflow: &Workflow, case: &Outlook, places: &[String]) -> String {
        let stages = self.stages(workflow, case, places);
        self.sheet.say(key, &[("stages", &stages)])
    }

    fn stages(&self, workflow: &Workflow, case: &Outlook, places: &[String]) -> String {
        let language = self.sheet.visit.language;
        let places = places.iter();
        let all: Vec<String> = places
            .map(|place| versions::stage_of(workflow, place, &case.branches, language))
            .collect();
        all.join(&self.sheet.say("workflows.migrate.comma", &[]))
    }

    fn page(&self, status: StatusCode, chosen: &Chosen, shown: Shown) -> Result<Answer, Failure> {
        let sheet = self.sheet;
        let (from, to) = (self.from.version, self.to.version);
        let numbers = [from.to_string(), to.to_string(), self.running.to_string()];
        let values = [
            ("from", numbers[0].as_str()),
            ("n", numbers[0].as_str()),
            ("to", numbers[1].as_str()),
            ("cases", numbers[2].as_str()),
        ];
        let errors: Vec<ErrorLink> = shown
            .errors
            .into_iter()
            .map(|words| ErrorLink::new("#map", words))
            .chain(shown.tried.as_ref().and_then(|tried| {
                let error = &tried.reason_error;
                (!error.is_empty()).then(|| ErrorLink::new("#reason", error))
            }))
            .collect();
        let view = MigrationView {
            crumb: sheet.crumb(),
            heading: sheet.say("workflows.migrate.heading", &values),
            // What has been moved does not run on the old version any more.
            lead: match shown.done {
                Some(_) => String::new(),
                None => sheet.say("workflows.migrate.lead", &values),
            },
            from,
            to,
            versions: self.versions(),
            stages: match shown.done {
                Some(_) => Vec::new(),
                None => self.rows(chosen),
            },
            error_heading: EditView::count_errors(errors.len(), sheet.visit.language),
            errors,
            tried: shown.tried,
            done: shown.done,
        };
        sheet.page(status, &view)
    }

    fn versions(&self) -> Vec<Choice> {
        let sheet = self.sheet;
        let all: Vec<Choice> = sheet
            .outrun()
            .map(|version| {
                let name = sheet.version(version.row.version);
                let running = version.running.to_string();
                let values = [("version", name.as_str()), ("n", running.as_str())];
                let words = sheet.say("workflows.running", &values);
                let chosen = version.row.id == self.from.id;
                Choice::new(version.row.version.to_string(), words, chosen)
            })
            .collect();
        match all.len() {
            0 | 1 => Vec::new(),
            _ => all,
        }
    }

    fn rows(&self, chosen: &Chosen) -> Vec<StageRow> {
        let after = names(&self.new, self.sheet);
        names(&self.old, self.sheet)
            .into_iter()
            .map(|(id, title)| {
                let wanted = self.counterpart(&id, chosen);
                let none = self.sheet.say("workflows.migrate.none", &[]);
                let choices = after.iter().map(|(id, title)| {
                    let values = [("id", id.as_str()), ("title", title.as_str())];
                    let words = self.sheet.say("workflows.migrate.same", &values);
                    Choice::new(id, words, wanted.as_ref() == Some(id))
                });
                StageRow {
                    choices: std::iter::once(Choice::new("", none, wanted.is_none()))
                        .chain(choices)
                        .collect(),
                    id,
                    title,
                }
            })
            .collect()
    }
}

/// Everything that a stage map can name, in the order of the definition, with its title.
fn names(workflow: &Workflow, sheet: &Sheet<'_>) -> Vec<(Id, String)> {
    let language = sheet.visit.language;
    let mut all = Vec::new();
    for node in workflow.nodes() {
        all.push((node.id.clone(), language.pick(&node.title).to_owned()));
        if let Kind::Parallel(parallel) = &node.kind {
            all.extend(parallel.branches.iter().map(|branch| {
                let title = language.pick(&branch.title).to_owned();
                (format!("{}.{}", node.id, branch.name), title)
            }));
        }
    }
    all
}
