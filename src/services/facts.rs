//! Facts that answers refer to, read before a decision so that the decision itself touches no database.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;
use ulid::Ulid;

use super::cases::NoFacts;
use super::{App, Error, Viewer};
use crate::calendar::{Calendar, Instant};
use crate::directory::{Department, Directory, Person, PersonId};
use crate::engine::{Actor, Case, Channel, Context, NoWorkload, PlainVault, Situation};
use crate::forms::{
    Answers, CaseFacts, ChosenResource, DepartmentFacts, FileFacts, Lookup, PersonFacts, Pick,
};
use crate::storage::attachments::{self, AttachedTo, Attachment};
use crate::storage::catalogue::{self, Item, Resource, Search};
use crate::storage::{self, Connection};
use crate::workflow::{Place, Who, Workflow};

/// The most people or departments that a page lists to choose from.
const MOST_LISTED: usize = 200;
/// The most resources or items that a search in the form shows.
const MOST_FOUND: usize = 50;

/// What a form may ask of the directory, the catalogue, the attachments and other cases.
#[derive(Clone)]
pub struct Facts {
    directory: Arc<Directory>,
    workflow: Arc<Workflow>,
    /// The case that the form belongs to or will, and where in it the form stands; "" is outside every branch.
    case: Arc<Case>,
    place: Place,
    now: Instant,
    resources: Arc<HashMap<String, Resource>>,
    found: Arc<HashMap<String, Vec<Resource>>>,
    files: Arc<HashMap<String, FileFacts>>,
    cases: Arc<HashMap<String, CaseFacts>>,
}

/// Whose form it is.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// A draft's.
    Draft(i64),
    /// A case's.
    Case(i64),
    /// Something's whose files were read already.
    Of(&'a [Attachment]),
}

impl Facts {
    /// Reads all that the answers of a case and these others refer to. `viewer` fills them in: other cases count only where
    /// they may see them.
    pub fn read(
        app: &App,
        conn: &mut Connection,
        viewer: &Viewer,
        (workflow, case): (&Arc<Workflow>, &Case),
        owner: Option<Owner<'_>>,
        others: &[&Answers],
    ) -> Result<Self, Error> {
        let mut named = Named::default();
        case.all_answers().for_each(|answers| named.take(answers));
        let held = named.resources.clone();
        others.iter().for_each(|answers| named.take(answers));
        let codes: Vec<String> = named.resources.into_iter().collect();
        // What was taken out of the directory is not chosen any more; a case that has it keeps it.
        let resources = catalogue::get_many(conn, &codes)?
            .into_iter()
            .filter(|resource| resource.entry.active || held.contains(&resource.entry.code))
            .map(|resource| (resource.entry.code.clone(), resource))
            .collect();
        Ok(Self {
            directory: Arc::clone(&viewer.directory),
            workflow: Arc::clone(workflow),
            case: Arc::new(case.clone()),
            place: Place::new(),
            now: app.now(),
            resources: Arc::new(resources),
            found: Arc::default(),
            files: Arc::new(files(conn, owner.filter(|_| takes_files(workflow)))?),
            cases: Arc::new(cases(conn, viewer, &named.texts)?),
        })
    }

    /// Looks in the catalogue for each of these words, as a page's search boxes ask.
    pub fn search_for<'w>(
        self,
        conn: &mut Connection,
        searches: impl IntoIterator<Item = &'w String>,
    ) -> Result<Self, Error> {
        let mut found = HashMap::new();
        for words in searches {
            let wanted = Search {
                text: words.clone(),
                ..Search::default()
            };
            found.insert(
                words.clone(),
                catalogue::search(conn, &wanted, None, MOST_FOUND)?.rows,
            );
        }
        Ok(Self {
            found: Arc::new(found),
            ..self
        })
    }

    /// The same for a form at a place of the case, with what is typed in it: whom a field offers may depend on the branch
    /// and on what was answered there.
    #[must_use]
    pub fn at(&self, place: &str, typed: &Answers) -> Self {
        let mut case = Case::clone(&self.case);
        let branch = self.workflow.part_around(place);
        let record = branch.and_then(|branch| case.branches.get_mut(&branch));
        // What stands in the branch is read first there.
        let read_first = record.map_or(&mut case.answers, |record| &mut record.answers);
        read_first.extend(typed.clone());
        Self {
            case: Arc::new(case),
            place: place.to_owned(),
            ..self.clone()
        }
    }

    fn eligible_by(&self, from: &Who) -> BTreeSet<PersonId> {
        if *from == Who::Any {
            let active = self
                .directory
                .people
                .values()
                .filter(|person| person.active);
            return active.map(|person| person.id).collect();
        }
        // Who is meant does not depend on the calendar.
        let calendar = Calendar::always();
        let context = Context {
            actor: Actor::System,
            channel: Channel::Page,
            now: self.now,
            directory: &self.directory,
            calendar: &calendar,
            lookup: &NoFacts,
            vault: &PlainVault,
            registered: &[],
            children: &[],
            earlier: None,
            workload: &NoWorkload,
            number: None,
        };
        Situation::new(&self.workflow, &self.case, &context).people_meant(from, &self.place)
    }
}

/// What answers name.
#[derive(Default)]
struct Named {
    resources: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Named {
    fn take(&mut self, answers: &Answers) {
        answers.values().for_each(|answer| self.collect(answer));
    }

    fn collect(&mut self, answer: &Value) {
        match answer {
            Value::String(text) if text.chars().count() <= 64 => {
                self.texts.insert(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(parts) => {
                if let Some(code) = parts.get("resource").and_then(Value::as_str) {
                    self.resources.insert(code.to_owned());
                }
                parts.values().for_each(|part| self.collect(part));
            }
            _ => {}
        }
    }
}

/// Whether any field asks for files, or may in its columns.
fn takes_files(workflow: &Workflow) -> bool {
    let mut fields = workflow.form.fields();
    fields.any(|field| matches!(field.kind.0.name(), "file" | "files" | "table"))
}

fn files(
    conn: &mut Connection,
    owner: Option<Owner<'_>>,
) -> Result<HashMap<String, FileFacts>, Error> {
    let facts = |file: &Attachment| {
        let id = file.ulid.to_string();
        (
            id.clone(),
            FileFacts {
                id,
                name: file.file_name.clone(),
                size: u64::try_from(file.size).unwrap_or(0),
            },
        )
    };
    let to = match owner {
        None => return Ok(HashMap::new()),
        Some(Owner::Of(files)) => return Ok(files.iter().map(facts).collect()),
        Some(Owner::Draft(id)) => AttachedTo::Draft(id),
        Some(Owner::Case(id)) => AttachedTo::Case(id),
    };
    Ok(attachments::of(conn, to)?.iter().map(facts).collect())
}

/// The cases that answers name by id, as far as the viewer may see them.
fn cases(
    conn: &mut Connection,
    viewer: &Viewer,
    texts: &BTreeSet<String>,
) -> Result<HashMap<String, CaseFacts>, Error> {
    let mut found = HashMap::new();
    for ulid in texts
        .iter()
        .filter_map(|text| text.parse::<Ulid>().ok())
        .take(MOST_LISTED)
    {
        let Some(stored) = storage::cases::get(conn, ulid)? else {
            continue;
        };
        let case: Case = serde_json::from_value(stored.snapshot)?;
        if viewer
            .authorize(super::viewer::Wish::SeeCase(&case))
            .is_err()
        {
            continue;
        }
        let facts = CaseFacts {
            id: ulid.to_string(),
            number: stored.summary.number.unwrap_or_default(),
            title: stored.summary.title,
            workflow: stored.summary.workflow_key,
        };
        found.insert(facts.id.clone(), facts);
    }
    Ok(found)
}

impl Lookup for Facts {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        let person = self
            .directory
            .by_login(login)
            .filter(|person| person.active)?;
        Some(person_facts(&self.directory, person))
    }

    fn may_choose(&self, login: &str, from: &Who) -> bool {
        self.directory
            .by_login(login)
            .is_some_and(|person| self.eligible_by(from).contains(&person.id))
    }

    fn people(&self, from: Option<&Who>) -> Vec<PersonFacts> {
        let people = self.eligible_by(from.unwrap_or(&Who::Any));
        if MOST_LISTED < people.len() {
            return Vec::new();
        }
        people
            .iter()
            .filter_map(|id| self.directory.person(*id))
            .map(|person| person_facts(&self.directory, person))
            .collect()
    }

    fn department(&self, code: &str) -> Option<DepartmentFacts> {
        let found = self
            .directory
            .department(&crate::directory::DepartmentCode(code.to_owned()))?;
        Some(department_facts(found))
    }

    fn departments(&self) -> Vec<DepartmentFacts> {
        if MOST_LISTED < self.directory.departments.len() {
            return Vec::new();
        }
        self.directory
            .departments
            .values()
            .filter(|department| department.active)
            .map(department_facts)
            .collect()
    }

    fn resource(&self, resource: &str, item: Option<&str>) -> Option<ChosenResource> {
        let found = self.resources.get(resource)?;
        match item {
            None => Some(chosen(found, None)),
            Some(code) => Some(chosen(
                found,
                Some(found.items.iter().find(|item| item.code == code)?),
            )),
        }
    }

    fn search(&self, words: &str, pick: Pick) -> Vec<ChosenResource> {
        let found = self.found.get(words).into_iter().flatten();
        match pick {
            Pick::Resource => found.map(|resource| chosen(resource, None)).collect(),
            Pick::Item => found
                .flat_map(|resource| {
                    resource
                        .items
                        .iter()
                        .map(move |item| chosen(resource, Some(item)))
                })
                .collect(),
        }
    }

    fn attachment(&self, id: &str) -> Option<FileFacts> {
        self.files.get(id).cloned()
    }

    fn case(&self, id_or_number: &str) -> Option<CaseFacts> {
        self.cases
            .get(id_or_number)
            .or_else(|| self.cases.values().find(|case| case.number == id_or_number))
            .cloned()
    }
}

fn person_facts(directory: &Directory, person: &Person) -> PersonFacts {
    let department = directory
        .department(&person.department)
        .map(|department| department.short_name.clone());
    PersonFacts {
        login: person.login.clone(),
        name: person.name.clone(),
        department: department.unwrap_or_default(),
    }
}

fn department_facts(department: &Department) -> DepartmentFacts {
    DepartmentFacts {
        code: department.code.0.clone(),
        name: department.name.clone(),
        short_name: department.short_name.clone(),
    }
}

/// An item's own class, level and conditions go before its resource's.
fn chosen(resource: &Resource, item: Option<&Item>) -> ChosenResource {
    let entry = &resource.entry;
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let own_conditions = item
        .map(|item| texts(&item.conditions))
        .filter(|conditions| !conditions.is_empty());
    ChosenResource {
        resource: entry.code.clone(),
        item: item.map(|item| item.code.clone()),
        title: entry.title.clone(),
        item_title: item.map(|item| item.title.clone()),
        provider: entry.provider.0.clone(),
        sharing: item.map_or(&entry.sharing, |item| &item.sharing).clone(),
        level: item.map_or(entry.level, |item| item.level),
        conditions: own_conditions.unwrap_or_else(|| texts(&entry.conditions)),
    }
}
