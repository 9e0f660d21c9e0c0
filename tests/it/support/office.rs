//! An office to try the product in: the demonstration's directory, catalogue and workflow on an SQLite file, and a clock
//! moved by hand. Nothing has been filed yet.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use huiqian::clock::ManualClock;
use huiqian::config::{
    AuditSettings, DatabaseSettings, Delivery, Limits, MailSettings, PlaceSettings, Secret,
    SessionSettings, Settings, WebhookSettings,
};
use huiqian::directory::PersonId;
use huiqian::engine::{Case, Channel, Command, Input, TaskId};
use huiqian::forms::Answers;
use huiqian::messages::Language;
use huiqian::services::cases::{self, By, Done};
use huiqian::services::viewer::Viewer;
use huiqian::services::{App, Error, demo, drafts, seen, workflows};
use huiqian::storage::{self, Db, Lease};
use serde_json::{Value, json};
use ulid::Ulid;

use super::world;

/// The office.
pub struct Office {
    pub app: Arc<App>,
    pub clock: ManualClock,
    _folder: tempfile::TempDir,
}

/// Settings for a database at `url`, with everything else in `folder`; mail is caught.
pub fn settings(url: &str, folder: &Path) -> Settings {
    Settings {
        database: DatabaseSettings {
            url: Secret::new(url),
            pool_size: 4,
        },
        listen: ([127, 0, 0, 1], 0).into(),
        base_url: "http://127.0.0.1:8080".into(),
        secret_key: Secret::new("5f3a9c1e7b2d8046af91c3e5d7082b64"),
        previous_secret_keys: Vec::new(),
        attachments: folder.join("attachments"),
        mail: MailSettings {
            delivery: Delivery::Mailbox,
            from: "会签 <huiqian@henan.example>".into(),
            hide_details: false,
            contact: None,
        },
        session: SessionSettings {
            idle: Duration::from_secs(15 * 60),
            longest: Duration::from_secs(12 * 3600),
        },
        link_validity: Duration::from_secs(30 * 86_400),
        outbox_days: 90,
        place: PlaceSettings {
            product: "会签".into(),
            name: "河南省".into(),
            authority: "主管部门".into(),
            language: Language::Zh,
        },
        pdf_font: None,
        audit: AuditSettings::default(),
        limits: Limits::default(),
        webhooks: WebhookSettings::default(),
        trusted_proxies: Vec::new(),
    }
}

impl Office {
    /// On 2026-03-02 09:00 in Beijing, a Monday.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// As [`Self::new`], with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("office.db").display());
        let db = Db::open(&url, 4).expect("opens");
        db.migrate().expect("migrates");
        let clock = ManualClock::new(world::at("2026-03-02 09:00"));
        let mut settings = settings(&url, folder.path());
        change(&mut settings);
        let app = App::new(db, settings, Arc::new(clock.clone()), true).expect("an app");
        let app = Arc::new(app);
        demo::furnish(&app, &clock).expect("the demonstration's files are good");
        Self {
            app,
            clock,
            _folder: folder,
        }
    }

    /// Puts one more definition in force and answers with its key.
    #[track_caller]
    pub fn publish(&self, yaml: &str) -> String {
        let key = world::workflow(yaml).key;
        workflows::propose(&self.app.db, &self.clock, "chen.siyuan", "trial.yaml", yaml)
            .expect("proposed");
        workflows::confirm(&self.app.db, &self.clock, &key, "zhou.lan", None).expect("confirmed");
        key
    }

    pub fn person(&self, login: &str) -> PersonId {
        let directory = self.app.db.read(|conn| self.app.directory(conn));
        let directory = directory.expect("a directory");
        directory.by_login(login).expect(login).id
    }

    pub fn by(&self, login: &str) -> By {
        By::person(self.person(login), Channel::Page)
    }

    /// Sets the clock to a time in Beijing and lets the deadlines on the way come.
    pub fn until(&self, time: &str) {
        let to = world::at(time);
        loop {
            let lease = Lease {
                owner: Ulid::new().to_string(),
                until: to + chrono::TimeDelta::minutes(1),
            };
            let claim = lease.clone();
            let due = self.app.db.write(move |conn| {
                storage::timers::claim(conn, &claim, to, u32::MAX, 1).map_err(Error::from)
            });
            let due = due.expect("claimed");
            let Some(timer) = due.first() else { break };
            self.clock.set(timer.fire_at);
            cases::tick(&self.app, timer.case_id, &lease).expect("ticks");
        }
        self.clock.set(to);
    }

    /// Begins a draft and answers with its public id.
    pub fn draft(&self, login: &str, workflow: &str) -> Ulid {
        let by = self.by(login);
        let open = drafts::start(&self.app, &by, workflow, Answers::new());
        open.expect("a draft").draft.ulid
    }

    /// Files a request of 省卫健委 by li.wenjing and answers with its public id.
    pub fn file(&self, answers: Value) -> Result<Ulid, Error> {
        self.file_by("data-sharing", answers)
    }

    /// The same by another workflow.
    pub fn file_by(&self, workflow: &str, answers: Value) -> Result<Ulid, Error> {
        let by = self.by("li.wenjing");
        let open = drafts::start(&self.app, &by, workflow, object(answers))?;
        let ulid = open.draft.ulid;
        self.act(ulid, "li.wenjing", "submit", Input::default())?;
        Ok(ulid)
    }

    /// Puts a definition in force, and files a case of it by li.wenjing with no answers.
    pub fn filed_by(&self, yaml: &str) -> Ulid {
        let key = self.publish(yaml);
        self.file_by(&key, json!({})).expect("filed")
    }

    /// Somebody acts on the first open task that is theirs.
    pub fn act(&self, ulid: Ulid, login: &str, action: &str, input: Input) -> Result<Done, Error> {
        let mine = self.task_of(ulid, login);
        let command = Command {
            action: action.into(),
            input: Input {
                task: input.task.or(mine),
                ..input
            },
            seen: None,
        };
        cases::perform(&self.app, &self.by(login), ulid, command)
    }

    /// As [`Self::act`], which must succeed, with a comment.
    #[track_caller]
    pub fn does(&self, ulid: Ulid, login: &str, action: &str) {
        let input = Input {
            comment: Some("同意。".into()),
            ..Input::default()
        };
        if let Err(error) = self.act(ulid, login, action, input) {
            panic!("{action} by {login}: {error} {error:?}");
        }
    }

    fn task_of(&self, ulid: Ulid, login: &str) -> Option<TaskId> {
        let person = self.person(login);
        let stored = self
            .app
            .db
            .read(|conn| storage::cases::get(conn, ulid).map_err(Error::from));
        stored.expect("read")?;
        let directory = self.app.db.read(|conn| self.app.directory(conn));
        let viewer = Viewer::of(&directory.expect("read"), person, self.app.now())?;
        let seen = seen::see(&self.app, &viewer, ulid).ok()?;
        let mine = seen
            .running
            .case
            .open_tasks()
            .find(|task| seen.eligible(task).contains(&person))?;
        Some(mine.id)
    }

    /// Somebody is deactivated.
    pub fn leaves(&self, login: &str) {
        let id = self.person(login);
        let left = self.app.db.write(move |conn| {
            storage::people::set_active(conn, id, false)?;
            storage::directory::changed(conn)?;
            Ok::<_, Error>(())
        });
        left.expect("written");
    }

    /// The case as it is stored.
    pub fn case(&self, ulid: Ulid) -> Case {
        let stored = self
            .app
            .db
            .read(|conn| storage::cases::get(conn, ulid).map_err(Error::from));
        let stored = stored.expect("read").expect("filed");
        serde_json::from_value(stored.snapshot).expect("a case")
    }

    /// The stages of the open tasks.
    pub fn waits_at(&self, ulid: Ulid) -> Vec<String> {
        let case = self.case(ulid);
        case.open_tasks().map(|task| task.stage.clone()).collect()
    }
}

/// A whole request for two items of 定点医药机构 (level 1, unconditional), with these answers over it.
pub fn request(over: Value) -> Value {
    let mut answers = json!({
        "state_secret": false, "work_secret": false,
        "subject": "申请使用定点医药机构名录", "office": "医政医管处", "phone": "13800000001",
        "resources": [
            {"resource": "HN-YB-003", "item": "HN-YB-003-01", "use": "核对"},
            {"resource": "HN-YB-003", "item": "HN-YB-003-02", "use": "核对"},
        ],
        "basis": "依据本部门职责申请共享。",
        "purpose": "在医疗机构年度校验环节，将执业登记信息与定点医药机构名录逐条比对，发现不一致的由属地核实更正。",
        "scope": "仅限医政医管处使用。", "period": {"from": "2026-04-01", "to": "2027-03-31"},
        "method": "batch", "frequency": "periodic", "storage": "省政务云，到期清除。",
        "users": [{"name": "张三", "post": "数据管理员"}],
        "personal": false, "third_party": false, "measures": ["audit"], "masking": "full",
        "afterwards": "destroy", "promise": true,
    });
    if let (Value::Object(answers), Value::Object(over)) = (&mut answers, over) {
        answers.extend(over);
    }
    answers
}

/// Answers from JSON.
pub fn object(value: Value) -> Answers {
    serde_json::from_value(value).expect("an object")
}
