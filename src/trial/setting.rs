//! The setting of a trial: people, catalogue, files and other cases that forms and workflows may ask for.

use crate::catalogue::{Resource, Sharing};
use crate::directory::{Department, DepartmentCode, Directory, Person};
use crate::engine::{Actor, Case, Channel, Context, NoWorkload, PlainVault, Situation};
use crate::forms::{
    CaseFacts, ChosenResource, DepartmentFacts, FileFacts, Lookup, PersonFacts, Pick,
};
use crate::workflow::{Who, Workflow};

use crate::calendar::{Calendar, Instant};

/// What there is around the cases of a trial.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Departments, people and posts.
    pub directory: Directory,
    /// The data catalogue.
    pub resources: Vec<Resource>,
    /// Attachments that answers may name.
    pub files: Vec<FileFacts>,
    /// Cases that answers may name.
    pub cases: Vec<CaseFacts>,
    /// Entries in force of registers: the register, a value, the department.
    pub registered: Vec<(String, String, String)>,
}

/// A case for which somebody may be chosen.
#[derive(Clone, Copy)]
pub(super) struct Chooser<'a> {
    pub workflow: &'a Workflow,
    /// The case, with what is typed just now.
    pub case: &'a Case,
    /// Where in it: whom a field offers may depend on the branch.
    pub place: &'a str,
    pub calendar: &'a Calendar,
    pub now: Instant,
}

/// The setting as forms ask for it; without a chooser nobody can be chosen.
pub(super) struct Facts<'a> {
    pub setting: &'a Setting,
    pub chooser: Option<Chooser<'a>>,
}

impl Facts<'_> {
    fn chosen_from(&self, from: &Who) -> Vec<&Person> {
        let directory = &self.setting.directory;
        let everyone = || directory.people.values().filter(|person| person.active);
        let Some(chooser) = self.chooser.filter(|_| *from != Who::Any) else {
            return everyone().collect();
        };
        let facts = Facts {
            setting: self.setting,
            chooser: None,
        };
        let context = Context {
            actor: Actor::System,
            channel: Channel::Page,
            now: chooser.now,
            directory,
            calendar: chooser.calendar,
            lookup: &facts,
            vault: &PlainVault,
            registered: &[],
            children: &[],
            earlier: None,
            workload: &NoWorkload,
            number: None,
        };
        let situation = Situation::new(chooser.workflow, chooser.case, &context);
        situation
            .people_meant(from, chooser.place)
            .into_iter()
            .filter_map(|person| directory.person(person))
            .collect()
    }

    fn person_facts(&self, person: &Person) -> PersonFacts {
        let department = self.setting.directory.department(&person.department);
        PersonFacts {
            login: person.login.clone(),
            name: person.name.clone(),
            department: department
                .map(|one| one.short_name.clone())
                .unwrap_or_default(),
        }
    }
}

impl Lookup for Facts<'_> {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        let person = self.setting.directory.by_login(login)?;
        person.active.then(|| self.person_facts(person))
    }

    fn may_choose(&self, login: &str, from: &Who) -> bool {
        self.chosen_from(from)
            .iter()
            .any(|person| person.login == login)
    }

    fn people(&self, from: Option<&Who>) -> Vec<PersonFacts> {
        let people = self.chosen_from(from.unwrap_or(&Who::Any));
        people
            .into_iter()
            .map(|person| self.person_facts(person))
            .collect()
    }

    fn department(&self, code: &str) -> Option<DepartmentFacts> {
        let code = DepartmentCode(code.to_owned());
        self.setting.directory.department(&code).map(facts_of)
    }

    fn departments(&self) -> Vec<DepartmentFacts> {
        let all = self.setting.directory.departments.values();
        all.filter(|one| one.active).map(facts_of).collect()
    }

    fn resource(&self, resource: &str, item: Option<&str>) -> Option<ChosenResource> {
        let mut all = self.setting.resources.iter();
        let found = all.find(|known| known.code == resource)?;
        chosen(found, item)
    }

    fn search(&self, words: &str, pick: Pick) -> Vec<ChosenResource> {
        let found = self.setting.resources.iter();
        let found = found.filter(|resource| resource.title.contains(words));
        match pick {
            Pick::Resource => found.filter_map(|one| chosen(one, None)).collect(),
            Pick::Item => found
                .flat_map(|one| {
                    let items = one.items.iter();
                    items.filter_map(move |item| chosen(one, Some(&item.code)))
                })
                .collect(),
        }
    }

    fn attachment(&self, id: &str) -> Option<FileFacts> {
        let mut files = self.setting.files.iter();
        files.find(|file| file.id == id).cloned()
    }

    fn case(&self, id_or_number: &str) -> Option<CaseFacts> {
        let mut cases = self.setting.cases.iter();
        cases
            .find(|case| case.id == id_or_number || case.number == id_or_number)
            .cloned()
    }
}

fn facts_of(department: &Department) -> DepartmentFacts {
    DepartmentFacts {
        code: department.code.0.clone(),
        name: department.name.clone(),
        short_name: department.short_name.clone(),
    }
}

/// An item's own class, level and conditions go before its resource's; `None` when there is no such item.
fn chosen(resource: &Resource, item: Option<&str>) -> Option<ChosenResource> {
    let item = match item {
        Some(code) => Some(resource.items.iter().find(|item| item.code == code)?),
        None => None,
    };
    Some(ChosenResource {
        resource: resource.code.clone(),
        item: item.map(|item| item.code.clone()),
        title: resource.title.clone(),
        item_title: item.map(|item| item.title.clone()),
        provider: resource.provider.0.clone(),
        sharing: word(item.map_or(resource.sharing, |item| item.sharing)).to_owned(),
        level: item.map_or(resource.level, |item| item.level),
        conditions: item
            .map_or(&resource.conditions, |item| &item.conditions)
            .clone(),
    })
}

/// The word that workflows compare with.
fn word(class: Sharing) -> &'static str {
    match class {
        Sharing::Unconditional => "unconditional",
        Sharing::Conditional => "conditional",
        Sharing::None => "none",
    }
}
