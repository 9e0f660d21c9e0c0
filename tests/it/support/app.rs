//! The whole application on a database of the test's own, with a clock moved by hand and mails that are caught.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use huiqian::calendar::Instant;
use huiqian::clock::ManualClock;
use huiqian::config::{
    AuditSettings, DatabaseSettings, Delivery, Limits, MailSettings, PlaceSettings, Secret,
    SessionSettings, Settings, WebhookSettings,
};
use huiqian::directory::{
    Department, DepartmentCode, Holding, Level, PersonId, Post, RoleCode, standard_roles,
};
use huiqian::engine::{Case, Channel, Command, Input, TaskId};
use huiqian::jobs::{self, Mailer};
use huiqian::messages::Language;
use huiqian::services::cases::{self, By, Done};
use huiqian::services::sessions::{self, LoggedIn};
use huiqian::services::{App, Error, drafts};
use huiqian::storage::catalogue::{self, Entry, Item, Resource};
use huiqian::storage::mailbox::StoredMail;
use huiqian::storage::outbox::{self, StoredMessage};
use huiqian::storage::people::NewPerson;
use huiqian::storage::workflows::NewVersion;
use huiqian::storage::{
    self, Connection, Db, StorageError, departments, directory, mailbox, people, posts, roles,
    workflows,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use ulid::Ulid;

use super::databases::{self, TestDatabase};
use super::world::{answers_of, at};

/// The password of everybody who logs in.
pub const PASSWORD: &str = "correct horse battery staple";
/// The key that signs and seals.
pub const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";

/// Login, department, roles there.
type Somebody = (&'static str, &'static str, &'static [&'static str]);

/// `ann` files; all but `pat` (P) and the administrators (Z, the authority) are in A.
const PEOPLE: &[Somebody] = &[
    ("ann", "A", &["applicant"]),
    ("bob", "A", &["section_head"]),
    ("bea", "A", &["section_head"]),
    ("cat", "A", &["share_office_head"]),
    ("dan", "A", &["data_security_officer"]),
    ("eve", "A", &["dept_leader"]),
    ("pat", "P", &["share_office_head", "provider_intake"]),
    ("adm", "Z", &["workflow_admin"]),
    ("adi", "Z", &["workflow_admin", "authority_handler"]),
];

/// The application, running on nobody's time but the test's.
pub struct Fixture {
    /// The application.
    pub app: Arc<App>,
    /// Its clock, at first 2026-03-02 09:00 in Beijing, a Monday.
    pub clock: ManualClock,
    /// `SQLite` or `PostgreSQL`.
    pub kind: &'static str,
    database: TestDatabase,
    folder: TempDir,
    mailer: Mailer,
}

impl Fixture {
    /// On SQLite.
    pub fn new() -> Self {
        Self::made(databases::sqlite(), |_| {})
    }

    /// On PostgreSQL, where it is installed.
    pub fn on_postgres() -> Option<Self> {
        Some(Self::made(databases::postgres()?, |_| {}))
    }

    /// The address of its database.
    pub fn url(&self) -> &str {
        &self.database.url
    }

    /// On every database that there is.
    pub fn each(test: impl Fn(&Self)) {
        Self::each_with(|_| {}, test);
    }

    /// As [`Self::each`], with other settings.
    pub fn each_with(change: impl Fn(&mut Settings), test: impl Fn(&Self)) {
        let databases = [Some(databases::sqlite()), databases::postgres()];
        for database in databases.into_iter().flatten() {
            let fixture = Self::made(database, &change);
            // Shown when the test fails: which of the two it was.
            println!("on {}", fixture.kind);
            test(&fixture);
        }
    }

    /// On SQLite, with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(databases::sqlite(), change)
    }

    /// On PostgreSQL, where it is installed, with other settings.
    pub fn on_postgres_with(change: impl FnOnce(&mut Settings)) -> Option<Self> {
        Some(Self::made(databases::postgres()?, change))
    }

    fn made(database: TestDatabase, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = settings(&database.url, &folder);
        change(&mut settings);
        database.db.migrate().expect("the migrations run");
        database
            .db
            .write(people_and_data)
            .expect("the directory is stored");
        let clock = ManualClock::new(at("2026-03-02 09:00"));
        let app = app(&database.db, settings, &clock);
        let mailer = Mailer::new(Arc::clone(&app), jobs::sender(&app).expect("a sender"));
        Self {
            app,
            clock,
            kind: database.kind,
            database,
            folder,
            mailer,
        }
    }

    /// Another server on the same database, with its own settings.
    pub fn another(&self, change: impl FnOnce(&mut Settings)) -> Arc<App> {
        let mut settings = settings(&self.database.url, &self.folder);
        change(&mut settings);
        let db = Db::open(settings.database.url.reveal(), 8).expect("opens");
        app(&db, settings, &self.clock)
    }

    /// A person's key.
    pub fn id(&self, login: &str) -> PersonId {
        let login = login.to_owned();
        self.read(move |conn| people::by_login(conn, &login))
            .expect("somebody of the directory")
            .id
    }

    /// Puts a definition in force and answers with its key.
    pub fn publish(&self, yaml: &str) -> String {
        let workflow = super::world::workflow(yaml);
        let (by, confirmed_by, at) = (self.id("adm"), self.id("adi"), self.clock_now());
        let new = NewVersion {
            key: workflow.key.clone(),
            digest: workflow.digest.clone(),
            title: workflow.title.zh.clone(),
            source: yaml.to_owned(),
            by,
            at,
        };
        self.write(move |conn| {
            let proposed = workflows::propose(conn, &new)?;
            workflows::confirm(conn, proposed.id, confirmed_by, at)
        });
        workflow.key
    }

    /// Files a case and answers with its public id.
    pub fn file(&self, login: &str, workflow: &str, answers: Value) -> Ulid {
        self.try_file(login, workflow, answers).expect("filed")
    }

    /// As [`Self::file`], where it may be refused.
    pub fn try_file(&self, login: &str, workflow: &str, answers: Value) -> Result<Ulid, Error> {
        let by = By::person(self.id(login), Channel::Page);
        let draft = drafts::start(&self.app, &by, workflow, answers_of(answers))?;
        let submit = Command {
            action: "submit".into(),
            ..Command::default()
        };
        Ok(cases::perform(&self.app, &by, draft.draft.ulid, submit)?.ulid)
    }

    /// A case of a definition that is published for it, filed by `ann` with no answers.
    pub fn filed(&self, yaml: &str) -> Ulid {
        let key = self.publish(yaml);
        self.file("ann", &key, json!({}))
    }

    /// Takes an action after login.
    pub fn act(&self, login: &str, case: Ulid, action: &str, input: Input) -> Result<Done, Error> {
        self.act_by(&self.by(login), case, action, input)
    }

    /// Somebody who has logged in.
    pub fn by(&self, login: &str) -> By {
        By::person(self.id(login), Channel::Page)
    }

    /// As [`Self::act`], by somebody who is known already.
    pub fn act_by(&self, by: &By, case: Ulid, action: &str, input: Input) -> Result<Done, Error> {
        let command = Command {
            action: action.into(),
            input,
            seen: None,
        };
        cases::perform(&self.app, by, case, command)
    }

    /// Takes an action on the open task of a stage that this person may act on, else on the first.
    pub fn on(&self, login: &str, case: Ulid, action: &str, stage: &str) -> Result<Done, Error> {
        self.on_with(login, case, action, stage, Input::default())
    }

    /// As [`Self::on`], with more than the action.
    pub fn on_with(
        &self,
        login: &str,
        case: Ulid,
        action: &str,
        stage: &str,
        input: Input,
    ) -> Result<Done, Error> {
        let task = Some(self.task(login, case, stage));
        self.act(login, case, action, Input { task, ..input })
    }

    /// The open task of a stage that this person may act on, else the first.
    pub fn task(&self, login: &str, ulid: Ulid, stage: &str) -> TaskId {
        let person = self.id(login);
        let viewer = self.app.db.read(|conn| {
            let directory = self.app.directory(conn)?;
            Ok::<_, Error>(huiqian::services::Viewer::of(
                &directory,
                person,
                self.clock_now(),
            ))
        });
        let case = self.case(ulid);
        let open: Vec<_> = case
            .open_tasks()
            .filter(|task| task.stage == stage)
            .collect();
        let viewer = viewer.expect("reads").expect("active");
        let mine = huiqian::services::seen::see(&self.app, &viewer, ulid)
            .ok()
            .and_then(|seen| {
                open.iter()
                    .find(|task| seen.eligible(task).contains(&person))
                    .map(|task| task.id)
            });
        mine.or(open.first().map(|task| task.id))
            .unwrap_or_else(|| panic!("no open task in {stage}"))
    }

    /// The case as it stands.
    pub fn case(&self, ulid: Ulid) -> Case {
        let stored = self.read(move |conn| storage::cases::get(conn, ulid));
        serde_json::from_value(stored.expect("a case").snapshot).expect("a snapshot")
    }

    /// The inner key of a case.
    pub fn case_id(&self, ulid: Ulid) -> i64 {
        let stored = self.read(move |conn| storage::cases::get(conn, ulid));
        stored.expect("a case").summary.id
    }

    /// What the outbox holds about a case, oldest first.
    pub fn outbox(&self, case: Ulid) -> Vec<StoredMessage> {
        let id = self.case_id(case);
        self.read(move |conn| outbox::of_case(conn, id))
    }

    /// Sends all mails that may be sent now; they are caught.
    pub fn deliver(&self) {
        while self.mailer.pass().expect("mails go out") {}
    }

    /// Sends what is due, and answers with what this person has got, oldest first.
    pub fn mails_to(&self, login: &str) -> Vec<StoredMail> {
        self.deliver();
        let address = format!("{login}@henan.example");
        let page = self.read(move |conn| mailbox::list_to(conn, Some(&address), None, 1000));
        page.rows.into_iter().rev().collect()
    }

    /// The token in the last mail of this person that has one.
    pub fn link(&self, login: &str) -> String {
        let mails = self.mails_to(login);
        mails
            .iter()
            .rev()
            .find_map(|mail| token_in(&mail.mail.text))
            .unwrap_or_else(|| panic!("no link for {login} in {mails:?}"))
    }

    /// Moves the clock forward to a time of Beijing and lets time act.
    pub fn wait_until(&self, text: &str) {
        self.clock.set(at(text));
        self.let_time_act();
    }

    /// Lets every timer act that is due.
    pub fn let_time_act(&self) {
        while jobs::timer_pass(&self.app, &cases::tick).expect("timers act") {}
    }

    /// Moves the clock.
    pub fn advance(&self, step: TimeDelta) {
        self.clock.advance(step);
    }

    /// Now.
    pub fn clock_now(&self) -> Instant {
        self.app.now()
    }

    /// Takes a person out of use.
    pub fn deactivate(&self, login: &str) {
        let id = self.id(login);
        self.write(move |conn| {
            people::set_active(conn, id, false)?;
            directory::changed(conn).map(drop)
        });
    }

    /// Takes all posts from a person.
    pub fn take_posts(&self, login: &str) {
        self.give_posts(login, "A", &[]);
    }

    /// Gives a person these posts instead of those they had.
    pub fn give_posts(&self, login: &str, department: &str, given: &[&str]) {
        let id = self.id(login);
        let held: Vec<_> = given.iter().map(|role| held(role, department)).collect();
        self.write(move |conn| {
            posts::replace(conn, id, &held)?;
            directory::changed(conn).map(drop)
        });
    }

    /// Logs a person in, with a password that is set for it.
    pub fn login(&self, login: &str) -> LoggedIn {
        let hash = self.app.passwords.hash(PASSWORD).expect("a hash");
        let id = self.id(login);
        self.write(move |conn| people::set_password(conn, id, Some(&hash)).map(drop));
        sessions::log_in(&self.app, login, PASSWORD, "127.0.0.1").expect("logs in")
    }

    /// Reads from the database.
    pub fn read<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, StorageError>) -> T {
        self.app.db.read(f).expect("reads")
    }

    /// Writes to the database.
    pub fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> T {
        self.app.db.write(f).expect("writes")
    }
}

/// A comment and nothing else.
pub fn reason(text: &str) -> Input {
    Input {
        comment: Some(text.into()),
        ..Input::default()
    }
}

/// The token of the first action link in a mail's text.
pub fn token_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("/a/")?;
    rest.split_once("?d=").map(|(token, _)| token.to_owned())
}

fn app(db: &Db, settings: Settings, clock: &ManualClock) -> Arc<App> {
    let catches = settings.mail.delivery == Delivery::Mailbox;
    let clock = Arc::new(clock.clone());
    Arc::new(App::new(db.clone(), settings, clock, catches).expect("the application"))
}

fn settings(url: &str, folder: &TempDir) -> Settings {
    Settings {
        database: DatabaseSettings {
            url: Secret::new(url),
            pool_size: 8,
        },
        listen: ([127, 0, 0, 1], 0).into(),
        base_url: "https://share.henan.example".into(),
        secret_key: Secret::new(SECRET),
        previous_secret_keys: Vec::new(),
        attachments: folder.path().join("attachments"),
        mail: MailSettings {
            delivery: Delivery::Mailbox,
            from: "会签 <noreply@share.henan.example>".into(),
            hide_details: false,
            contact: None,
        },
        session: SessionSettings {
            idle: Duration::from_secs(15 * 60),
            longest: Duration::from_secs(12 * 60 * 60),
        },
        link_validity: Duration::from_secs(30 * 24 * 60 * 60),
        outbox_days: 90,
        place: PlaceSettings {
            product: "会签".into(),
            name: "河南省".into(),
            authority: "河南省数据局".into(),
            language: Language::Zh,
        },
        pdf_font: None,
        audit: AuditSettings::default(),
        limits: Limits::default(),
        webhooks: WebhookSettings::default(),
        trusted_proxies: Vec::new(),
    }
}

fn held(role: &str, department: &str) -> (Post, Holding) {
    let post = Post {
        role: RoleCode(role.into()),
        department: DepartmentCode(department.into()),
    };
    let holding = Holding {
        person: PersonId(0),
        from: None,
        until: None,
    };
    (post, holding)
}

fn people_and_data(conn: &mut Connection) -> Result<(), StorageError> {
    for (code, name, authority) in [
        ("Z", "省数据局", None),
        ("A", "省卫健委", Some("Z")),
        ("P", "省公安厅", Some("Z")),
    ] {
        let department = Department {
            code: DepartmentCode(code.into()),
            name: name.into(),
            short_name: name.into(),
            parent: None,
            region: "410000".into(),
            level: Level::Province,
            authority: authority.map(|code: &str| DepartmentCode(code.into())),
            active: true,
        };
        departments::save(conn, &department)?;
    }
    for role in standard_roles() {
        roles::save(conn, &role)?;
    }
    for (login, department, held_roles) in PEOPLE {
        let person = NewPerson {
            ulid: Ulid::new(),
            login: (*login).into(),
            name: format!("{login}先生"),
            email: format!("{login}@henan.example"),
            department: DepartmentCode((*department).into()),
            clearance: 6,
            language: "zh-CN".into(),
            active: true,
            created_at: at("2026-01-05 09:00"),
        };
        let id = people::save(conn, &person)?;
        let held: Vec<_> = held_roles
            .iter()
            .map(|role| held(role, department))
            .collect();
        posts::replace(conn, id, &held)?;
    }
    directory::changed(conn)?;
    for (code, title, level) in [("pop", "人口基础信息", 2), ("health", "健康档案", 3)] {
        catalogue::save(conn, &resource(code, title, level))?;
    }
    Ok(())
}

fn resource(code: &str, title: &str, level: u8) -> Resource {
    let item = |code: &str, title: &str| Item {
        code: code.into(),
        title: title.into(),
        kind: "字符型".into(),
        length: None,
        level,
        personal: true,
        sensitive: false,
        sharing: "conditional".into(),
        conditions: json!([]),
    };
    Resource {
        entry: Entry {
            code: code.into(),
            title: title.into(),
            provider: DepartmentCode("P".into()),
            summary: String::new(),
            sharing: "conditional".into(),
            conditions: json!(["不得转给第三方"]),
            method: "接口".into(),
            cycle: "每日".into(),
            format: "库表".into(),
            level,
            open: "不开放".into(),
            active: true,
            document: json!({}),
        },
        items: vec![item("name", "姓名"), item("id", "公民身份号码")],
    }
}
