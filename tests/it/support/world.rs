//! A small world for the engine: a few people, a workflow in YAML, a clock moved by hand.

use chrono::{TimeZone, Utc};
use huiqian::calendar::{Calendar, Instant};
use huiqian::directory::{
    Department, DepartmentCode, Directory, Holding, Level, Person, PersonId, Post, RoleCode,
};
use huiqian::engine::{
    self, Actor, Case, Channel, Command, Context, Decision, Effect, Event, Input, Offered,
    PlainVault, Rejection, Situation, Stamp, TaskId,
};
use huiqian::forms::{
    Answers, CaseFacts, ChosenResource, DepartmentFacts, FileFacts, Lookup, PersonFacts, Pick,
};
use huiqian::workflow::{self, Surroundings, Who, Workflow};

/// Nothing outside the form.
pub struct Nothing;

impl Lookup for Nothing {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        Some(PersonFacts {
            login: login.into(),
            name: login.into(),
            department: String::new(),
        })
    }
    fn may_choose(&self, _: &str, _: &Who) -> bool {
        true
    }
    fn people(&self, _: Option<&Who>) -> Vec<PersonFacts> {
        Vec::new()
    }
    fn department(&self, _: &str) -> Option<DepartmentFacts> {
        None
    }
    fn departments(&self) -> Vec<DepartmentFacts> {
        Vec::new()
    }
    fn resource(&self, _: &str, _: Option<&str>) -> Option<ChosenResource> {
        None
    }
    fn search(&self, _: &str, _: Pick) -> Vec<ChosenResource> {
        Vec::new()
    }
    fn attachment(&self, _: &str) -> Option<FileFacts> {
        None
    }
    fn case(&self, _: &str) -> Option<CaseFacts> {
        None
    }
}

/// A running case and what has happened to it.
pub struct World {
    pub workflow: Workflow,
    pub directory: Directory,
    pub calendar: Calendar,
    pub now: Instant,
    pub case: Case,
    pub log: Vec<(Event, Stamp)>,
    pub effects: Vec<Effect>,
}

/// An instant of Beijing time, `2026-02-10 09:00`.
pub fn at(text: &str) -> Instant {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
    Utc.from_utc_datetime(&(naive - chrono::TimeDelta::hours(8)))
}

/// Reads a definition that must be free of errors.
pub fn workflow(yaml: &str) -> Workflow {
    let checked = workflow::read("test.yaml", yaml, &Surroundings::standard());
    let shown: Vec<String> = checked
        .findings
        .iter()
        .map(|finding| finding.headline())
        .collect();
    checked
        .workflow
        .unwrap_or_else(|| panic!("{}\n{yaml}", shown.join("\n")))
}

/// The head of a definition with one optional field and these stages.
pub fn with_stages(stages: &str) -> String {
    format!(
        "workflow: trial\ntitle: 试验\nnumber: 试〔{{year}}〕{{seq}}号\nwho: applicant\nform:\n  - section: request\n    title: 申请\n    fields:\n      - {{id: amount, type: integer, label: 数量}}\n      - {{id: note, type: text, label: 说明}}\nstages:\n{stages}\nends:\n  approved: {{title: 已办结}}\n  rejected: {{title: 不同意}}\n  withdrawn: {{title: 已撤回}}\n"
    )
}

impl World {
    /// A case of this workflow, not yet submitted, on 2026-03-02 09:00, a Monday. `ann` files; `bob` and `bea` hold
    /// section_head, `cat` share_office_head, `dan` data_security_officer, `eve` dept_leader, all in A; `adm` and
    /// `adi` administer workflows at Z, A's authority; `pat` is share_office_head of P.
    pub fn new(yaml: &str) -> Self {
        let directory = directory(&[
            ("ann", "A", &["applicant"]),
            ("bob", "A", &["section_head"]),
            ("bea", "A", &["section_head"]),
            ("cat", "A", &["share_office_head"]),
            ("dan", "A", &["data_security_officer"]),
            ("eve", "A", &["dept_leader"]),
            ("pat", "P", &["share_office_head"]),
            ("adm", "Z", &["workflow_admin"]),
            ("adi", "Z", &["workflow_admin", "authority_handler"]),
        ]);
        let applicant = directory.by_login("ann").expect("ann").id;
        let workflow = workflow(yaml);
        Self {
            case: Case::draft(&workflow.key, applicant, DepartmentCode("A".into())),
            workflow,
            directory,
            calendar: Calendar::cn_gov(),
            now: at("2026-03-02 09:00"),
            log: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// As [`Self::new`], and submitted with these answers.
    pub fn submitted(yaml: &str, answers: serde_json::Value) -> Self {
        let mut world = Self::new(yaml);
        world
            .act(
                "ann",
                "submit",
                Input {
                    answers: Some(answers_of(answers)),
                    ..Input::default()
                },
            )
            .expect("submitted");
        world
    }

    pub fn id(&self, login: &str) -> PersonId {
        self.directory
            .by_login(login)
            .unwrap_or_else(|| panic!("no {login}"))
            .id
    }

    pub fn context(&self, actor: Actor) -> Context<'_> {
        Context {
            actor,
            channel: Channel::Api,
            now: self.now,
            directory: &self.directory,
            calendar: &self.calendar,
            lookup: &Nothing,
            vault: &PlainVault,
            number: Some("试〔2026〕1号"),
        }
    }

    pub fn offered(&self, login: &str) -> Vec<Offered> {
        let context = self.context(Actor::Person(self.id(login)));
        Situation::new(&self.workflow, &self.case, &context).offered()
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
        let command = Command {
            action: action.into(),
            input,
            seen,
        };
        let decision = engine::handle(&self.workflow, &self.case, &command, &self.context(actor))?;
        self.take(decision, actor);
        Ok(())
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
        self.act(
            login,
            action,
            Input {
                task: Some(task),
                ..input
            },
        )
    }

    /// The open task of a stage that somebody is asked for; else the first open one.
    pub fn task_of(&self, login: &str, stage: &str) -> TaskId {
        let person = self.id(login);
        let context = self.context(Actor::Person(person));
        let situation = Situation::new(&self.workflow, &self.case, &context);
        let open: Vec<_> = self
            .case
            .open_tasks()
            .filter(|task| task.stage == stage)
            .collect();
        let mine = open
            .iter()
            .find(|task| situation.eligible(task).contains(&person));
        mine.or(open.first())
            .unwrap_or_else(|| panic!("no open task in {stage}: {:?}", self.case.tasks))
            .id
    }

    /// Moves the clock and lets time act.
    pub fn wait_until(&mut self, text: &str) {
        self.now = at(text);
        self.tick();
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

    fn take(&mut self, decision: Decision, actor: Actor) {
        let channel = if actor == Actor::System {
            Channel::Timer
        } else {
            Channel::Api
        };
        let stamp = Stamp {
            actor,
            on_behalf: None,
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

    /// The case that the events make.
    pub fn replayed(&self) -> Case {
        let start = Case::draft(
            &self.workflow.key,
            self.case.applicant,
            self.case.department.clone(),
        );
        engine::replay(start, self.log.iter().map(|(event, stamp)| (event, stamp)))
    }
}

/// Answers from a JSON object.
pub fn answers_of(value: serde_json::Value) -> Answers {
    serde_json::from_value(value).expect("an object")
}

fn directory(people: &[(&str, &str, &[&str])]) -> Directory {
    let departments =
        [("A", Some("Z")), ("P", Some("Z")), ("Z", None)].map(|(code, authority)| Department {
            code: DepartmentCode(code.into()),
            name: code.into(),
            short_name: code.into(),
            parent: None,
            region: "410000".into(),
            level: Level::Province,
            authority: authority.map(|code| DepartmentCode(code.into())),
            active: true,
        });
    let mut holdings = Vec::new();
    let mut known = Vec::new();
    for (index, (login, department, roles)) in people.iter().enumerate() {
        let id = PersonId(index as i64 + 1);
        let department = DepartmentCode((*department).into());
        for role in *roles {
            let post = Post {
                role: RoleCode((*role).into()),
                department: department.clone(),
            };
            holdings.push((
                post,
                Holding {
                    person: id,
                    from: None,
                    until: None,
                },
            ));
        }
        known.push(Person {
            id,
            login: (*login).into(),
            name: (*login).into(),
            email: format!("{login}@henan.example"),
            department,
            clearance: 6,
            active: true,
        });
    }
    Directory::new(1, departments, known, Vec::new(), holdings)
}
