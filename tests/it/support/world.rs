//! A small world for the engine: a few people, a workflow in YAML, a clock moved by hand.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};
use huiqian::calendar::{Calendar, Instant};
use huiqian::directory::{DepartmentCode, Directory, PersonId, Post, RoleCode, Substitution};
use huiqian::engine::{
    self, Actor, Case, Channel, Child, Command, Context, Decision, Effect, Event, Input, Notice,
    Obstacle, Offered, Party, PlainVault, Rejection, Situation, Stamp, Task, TaskId, Workload,
};
use huiqian::forms::Answers;
use huiqian::workflow::{self, StageMap, Surroundings, Workflow};
use serde_json::Value;

use super::town::{Everything, directory};

pub use super::town::Row;

/// A running case and what has happened to it.
pub struct World {
    pub workflow: Workflow,
    pub directory: Directory,
    pub calendar: Calendar,
    pub now: Instant,
    pub case: Case,
    pub log: Vec<(Event, Stamp)>,
    pub effects: Vec<Effect>,
    /// The cases that it started, once they were filed.
    pub children: Vec<Child>,
    /// What people have to do in other cases.
    pub work: Work,
}

/// What people have to do in other cases.
#[derive(Debug, Default)]
pub struct Work {
    pub open: BTreeMap<PersonId, usize>,
    pub answered: BTreeMap<(PersonId, &'static str), usize>,
    pub turns: BTreeMap<String, PersonId>,
}

impl Workload for Work {
    fn open(&self, person: PersonId) -> usize {
        self.open.get(&person).copied().unwrap_or(0)
    }
    fn answered(&self, person: PersonId, stage: &str) -> usize {
        let known = self
            .answered
            .iter()
            .find(|((whose, what), _)| *whose == person && *what == stage);
        known.map_or(0, |(_, count)| *count)
    }
    fn last(&self, line: &str) -> Option<PersonId> {
        self.turns.get(line).copied()
    }
}

/// An instant of Beijing time, `2026-02-10 09:00`.
pub fn at(text: &str) -> Instant {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
    Utc.from_utc_datetime(&(naive - chrono::TimeDelta::hours(8)))
}

/// Reads a definition that must be free of errors.
pub fn workflow(yaml: &str) -> Workflow {
    let checked = workflow::read("test.yaml", yaml, &Surroundings::named());
    let shown: Vec<String> = checked
        .findings
        .iter()
        .map(|finding| finding.headline())
        .collect();
    checked
        .workflow
        .unwrap_or_else(|| panic!("{}\n{yaml}", shown.join("\n")))
}

/// A definition with these fields in its first section, and these stages.
pub fn with_form(fields: &str, stages: &str) -> String {
    definition("", fields, stages, "")
}

/// A definition with one optional number and these stages.
pub fn with_stages(stages: &str) -> String {
    with_form("{id: amount, type: integer, label: 数量}", stages)
}

/// A definition from its parts; `form` holds a field a line, `top` and `ends` further keys.
pub fn definition(top: &str, fields: &str, stages: &str, ends: &str) -> String {
    let fields: String = fields
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("      - {line}\n"))
        .collect();
    format!(
        "workflow: trial\ntitle: 试验\nnumber: 试〔{{year}}〕{{seq}}号\nwho: applicant\n{top}form:\n  - section: request\n    title: 申请\n    fields:\n{fields}{stages}\nends:\n  approved: {{title: 已办结}}\n  rejected: {{title: 不同意}}\n  withdrawn: {{title: 已撤回}}\n{ends}",
        stages = stages_of(stages),
    )
}

/// `stages` may begin with further sections of the form; then it has its own `stages:` line.
fn stages_of(stages: &str) -> String {
    match stages.contains("\nstages:\n") {
        true => stages.to_owned(),
        false => format!("stages:\n{stages}"),
    }
}

/// An input with a reason.
pub fn because(reason: &str) -> Input {
    Input {
        comment: Some(reason.into()),
        ..Input::default()
    }
}

/// An input with answers.
pub fn answering(answers: Value) -> Input {
    Input {
        answers: Some(answers_of(answers)),
        ..Input::default()
    }
}

/// An input with a choice, and a reason.
pub fn choosing(choice: &str) -> Input {
    Input {
        choice: Some(choice.into()),
        ..because("理由")
    }
}

/// An input that sends a case back.
pub fn back_to(target: &str) -> Input {
    Input {
        to: Some(target.into()),
        ..because("请补充说明")
    }
}

/// An input that lists what is missing.
pub fn missing(fields: &[&str]) -> Input {
    Input {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        ..because("缺少材料")
    }
}

/// An input that gives a signal.
pub fn signalling(signal: &str) -> Input {
    Input {
        signal: Some(signal.into()),
        ..Input::default()
    }
}

/// An input that names a holder.
pub fn naming(login: &str) -> Input {
    Input {
        person: Some(login.into()),
        ..because("岗位空缺")
    }
}

/// `ann` files; `bob` and `bea` hold section_head, `cat` share_office_head, `dan` data_security_officer, `eve`
/// dept_leader, all in A; `adm` and `adi` administer workflows at Z, A's authority; `pat` is share_office_head of P.
pub const PEOPLE: &[Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("bob", "A", &["section_head"]),
    ("bea", "A", &["section_head"]),
    ("cat", "A", &["share_office_head"]),
    ("dan", "A", &["data_security_officer"]),
    ("eve", "A", &["dept_leader"]),
    ("pat", "P", &["share_office_head"]),
    ("adm", "Z", &["workflow_admin"]),
    ("adi", "Z", &["workflow_admin", "authority_handler"]),
];

impl World {
    /// A case of this workflow among [`PEOPLE`], not yet submitted, on 2026-03-02 09:00, a Monday.
    pub fn new(yaml: &str) -> Self {
        Self::among(PEOPLE, yaml)
    }

    /// As [`Self::new`], among other people; the first of them files.
    pub fn among(people: &[Row<'_>], yaml: &str) -> Self {
        let directory = directory(people);
        let applicant = directory.by_login(people[0].0).expect("applicant").id;
        let workflow = workflow(yaml);
        Self {
            case: Case::draft(&workflow.key, applicant, DepartmentCode("A".into())),
            workflow,
            directory,
            calendar: Calendar::cn_gov(),
            now: at("2026-03-02 09:00"),
            log: Vec::new(),
            effects: Vec::new(),
            work: Work::default(),
            children: Vec::new(),
        }
    }

    /// As [`Self::new`], and submitted with these answers.
    pub fn submitted(yaml: &str, answers: Value) -> Self {
        let mut world = Self::new(yaml);
        world
            .act("ann", "submit", answering(answers))
            .expect("submitted");
        world
    }

    /// As [`Self::new`], and submitted without answers.
    pub fn filed(yaml: &str) -> Self {
        Self::submitted(yaml, serde_json::json!({}))
    }

    /// As [`Self::filed`], among other people.
    pub fn filed_among(people: &[Row<'_>], yaml: &str) -> Self {
        let mut world = Self::among(people, yaml);
        world
            .act(people[0].0, "submit", Input::default())
            .expect("submitted");
        world
    }

    /// From now on these people work here, with the logins that they had.
    pub fn staff(&mut self, people: &[Row<'_>]) {
        let mut rows: Vec<Row<'_>> = PEOPLE
            .iter()
            .map(|(login, department, _)| (*login, *department, &[] as &[&str]))
            .collect();
        for row in people {
            match rows.iter_mut().find(|known| known.0 == row.0) {
                Some(known) => *known = *row,
                None => rows.push(*row),
            }
        }
        self.directory = directory(&rows);
    }

    /// From one day to another somebody acts for the holder of a post, `share_office_head@A`.
    pub fn substitute(&mut self, substitute: &str, holder: &str, post: &str, days: (&str, &str)) {
        let (role, department) = post.split_once('@').expect("a post");
        let day = |text: &str| text.parse().expect("a day");
        let substitution = Substitution {
            post: Post {
                role: RoleCode(role.into()),
                department: DepartmentCode(department.into()),
            },
            holder: self.id(holder),
            substitute: self.id(substitute),
            from: day(days.0),
            until: day(days.1),
        };
        self.directory.substitutions.push(substitution);
    }

    pub fn id(&self, login: &str) -> PersonId {
        self.directory
            .by_login(login)
            .unwrap_or_else(|| panic!("no {login}"))
            .id
    }

    pub fn login(&self, id: PersonId) -> String {
        self.directory.person(id).expect("a person").login.clone()
    }

    pub fn context(&self, actor: Actor) -> Context<'_> {
        Context {
            actor,
            channel: Channel::Api,
            now: self.now,
            directory: &self.directory,
            calendar: &self.calendar,
            lookup: &Everything,
            vault: &PlainVault,
            workload: &self.work,
            registered: &[],
            children: &self.children,
            earlier: None,
            number: Some("试〔2026〕1号"),
        }
    }

    pub fn offered(&self, login: &str) -> Vec<Offered> {
        let context = self.context(Actor::Person(self.id(login)));
        Situation::new(&self.workflow, &self.case, &context).offered()
    }

    /// The names of what somebody may do, each once.
    pub fn actions(&self, login: &str) -> Vec<&'static str> {
        let mut names: Vec<&str> = self
            .offered(login)
            .iter()
            .map(|offered| offered.action)
            .collect();
        names.dedup();
        names
    }

    pub fn act(&mut self, login: &str, action: &str, input: Input) -> Result<(), Rejection> {
        self.act_seeing(login, action, input, None)
    }

    pub fn act_seeing(
        &mut self,
        login: &str,
        action: &str,
        input: Input,
        seen: Option<i64>,
    ) -> Result<(), Rejection> {
        let actor = Actor::Person(self.id(login));
        self.act_in(&self.context(actor), action, input, seen)
            .map(|decision| self.take(decision, actor))
    }

    /// What the engine would answer in these circumstances.
    pub fn act_in(
        &self,
        context: &Context<'_>,
        action: &str,
        input: Input,
        seen: Option<i64>,
    ) -> Result<Decision, Rejection> {
        let command = Command {
            action: action.into(),
            input,
            seen,
        };
        let before = match context.actor {
            Actor::Person(person) => engine::taken_back_from(&self.case, person),
            Actor::System => None,
        };
        let before = before.map(|revision| self.replayed_to(revision));
        let context = Context {
            earlier: before.as_ref(),
            ..*context
        };
        engine::handle(&self.workflow, &self.case, &command, &context)
    }

    /// Acts on the one open task of this stage that the person may act on.
    pub fn on(&mut self, login: &str, action: &str, stage: &str) -> Result<(), Rejection> {
        self.on_with(login, action, stage, Input::default())
    }

    pub fn on_with(
        &mut self,
        login: &str,
        action: &str,
        stage: &str,
        input: Input,
    ) -> Result<(), Rejection> {
        let task = self.task_of(login, stage);
        let task = Some(task);
        self.act(login, action, Input { task, ..input })
    }

    /// The open task of a stage that somebody is asked for; else the first open one.
    pub fn task_of(&self, login: &str, stage: &str) -> TaskId {
        let person = self.id(login);
        let open: Vec<_> = self
            .case
            .open_tasks()
            .filter(|task| task.stage == stage)
            .collect();
        let mine = open
            .iter()
            .find(|task| self.eligible(task).contains(&person));
        mine.or(open.first())
            .unwrap_or_else(|| panic!("no open task in {stage}: {:?}", self.case.tasks))
            .id
    }

    /// Who may act on the one open task of a stage, for somebody else too.
    pub fn able(&self, stage: &str) -> Vec<String> {
        let context = self.context(Actor::System);
        let situation = Situation::new(&self.workflow, &self.case, &context);
        let open = self.case.open_tasks().find(|task| task.stage == stage);
        let able = situation.able(open.expect("an open task"));
        able.into_iter().map(|person| self.login(person)).collect()
    }

    pub fn eligible(&self, task: &Task) -> Vec<PersonId> {
        let context = self.context(Actor::System);
        Situation::new(&self.workflow, &self.case, &context).eligible(task)
    }

    /// The places of the open tasks, in their order.
    pub fn tasks(&self) -> Vec<String> {
        let open = self.case.open_tasks();
        open.map(|task| task.stage.clone()).collect()
    }

    /// Who may act on each open task, as `stage: login login`.
    pub fn asked(&self) -> Vec<String> {
        let line = |task: &Task| {
            let logins: Vec<String> = self
                .eligible(task)
                .into_iter()
                .map(|person| self.login(person))
                .collect();
            format!("{}: {}", task.stage, logins.join(" "))
        };
        self.case.open_tasks().map(line).collect()
    }

    /// Moves the clock and lets time act.
    pub fn wait_until(&mut self, text: &str) {
        self.now = at(text);
        self.tick();
    }

    /// Moves the clock; nothing acts.
    pub fn sleep_until(&mut self, text: &str) {
        self.now = at(text);
    }

    pub fn tick(&mut self) {
        let context = self.context(Actor::System);
        let context = Context {
            channel: Channel::Timer,
            ..context
        };
        if let Some(decision) =
            engine::tick(&self.workflow, &self.case, &context).expect("time acts")
        {
            self.take(decision, Actor::System);
        }
    }

    /// `adm` moves the case to another version of its definition, in which these stages are called otherwise.
    pub fn migrate(&mut self, yaml: &str, stages: &[(&str, &str)]) -> Result<(), Vec<Obstacle>> {
        let new = workflow(yaml);
        let decision = self.migration(&new, stages)?;
        self.take(decision, Actor::Person(self.id("adm")));
        self.workflow = new;
        Ok(())
    }

    /// What the engine would answer to it. An empty name: no counterpart.
    pub fn migration(
        &self,
        new: &Workflow,
        stages: &[(&str, &str)],
    ) -> Result<Decision, Vec<Obstacle>> {
        let map = self.map(stages);
        assert_eq!(map.misfits(&self.workflow, new), [], "the map fits");
        let context = self.context(Actor::Person(self.id("adm")));
        engine::migrate(&self.workflow, new, &map, &self.case, "条例修订", &context)
    }

    /// A stage map from the version that the case runs on to the next.
    pub fn map(&self, stages: &[(&str, &str)]) -> StageMap {
        let moved = self.kinds();
        let moved = moved.iter().filter(|kind| **kind == "migrated").count();
        let from = 1 + u32::try_from(moved).expect("few");
        StageMap {
            stages: stages
                .iter()
                .map(|(old, new)| ((*old).to_owned(), Some((*new).to_owned())))
                .map(|(old, new)| (old, new.filter(|new| !new.is_empty())))
                .collect(),
            ..StageMap::same(from, from + 1)
        }
    }

    fn take(&mut self, decision: Decision, actor: Actor) {
        let channel = if actor == Actor::System {
            Channel::Timer
        } else {
            Channel::Api
        };
        let stamp = Stamp {
            actor,
            on_behalf: decision.on_behalf,
            channel,
            at: self.now,
            revision: decision.case.revision,
        };
        self.log.extend(
            decision
                .events
                .into_iter()
                .map(|event| (event, stamp.clone())),
        );
        self.effects.extend(decision.effects);
        self.case = decision.case;
    }

    /// The stages that are open, blocks included.
    pub fn open(&self) -> Vec<String> {
        self.case
            .region()
            .map(|region| {
                region
                    .all()
                    .iter()
                    .map(|position| position.id.clone())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The end that was reached.
    pub fn end(&self) -> Option<String> {
        match &self.case.status {
            engine::Status::Ended { end, .. } => Some(end.clone()),
            _ => None,
        }
    }

    /// The kinds of the events so far.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.log.iter().map(|(event, _)| event.kind()).collect()
    }

    /// The notices since the last time this was asked, as `Assigned: bob bea`.
    pub fn told(&mut self) -> Vec<String> {
        let effects = std::mem::take(&mut self.effects);
        effects
            .iter()
            .map(|Effect::Notify { notice, to, .. }| self.line(*notice, to))
            .collect()
    }

    fn line(&self, notice: Notice, to: &[Party]) -> String {
        let logins: Vec<String> = to
            .iter()
            .map(|party| match party {
                Party::Person(person) => self.login(*person),
                other => panic!("notices go to people, not to {other:?}"),
            })
            .collect();
        format!("{notice:?}: {}", logins.join(" "))
    }

    /// The steps of clocks that came, as `review#0@1 due`.
    pub fn steps(&self) -> Vec<String> {
        self.log
            .iter()
            .filter_map(|(event, _)| match event {
                Event::StepCame { key, step, .. } => Some(format!("{key} {step}")),
                _ => None,
            })
            .collect()
    }

    /// The case that the events make.
    pub fn replayed(&self) -> Case {
        self.replayed_to(i64::MAX)
    }

    /// The case that the events before a revision make.
    pub fn replayed_to(&self, revision: i64) -> Case {
        let start = Case::draft(
            &self.workflow.key,
            self.case.applicant,
            self.case.department.clone(),
        );
        let events = self
            .log
            .iter()
            .filter(|(_, stamp)| stamp.revision < revision);
        engine::replay(start, events.map(|(event, stamp)| (event, stamp)))
    }
}

/// Answers from a JSON object.
pub fn answers_of(value: Value) -> Answers {
    serde_json::from_value(value).expect("an object")
}
