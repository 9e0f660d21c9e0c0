//! `huiqian demo`: everything in one folder, filled at the first start.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::arguments::Demo;
use super::failure::{Failure, say};
use super::{Answer, logging, serve};
use crate::auth::tokens::Token;
use crate::clock::{Clock, ManualClock, SystemClock};
use crate::config::{
    Anchor, AuditSettings, DatabaseSettings, Delivery, Limits, LogFormat, LogSettings,
    MailSettings, PlaceSettings, Secret, SessionSettings, Settings, WebhookSettings,
};
use crate::jobs::{self, Mailer};
use crate::services::{App, demo};
use crate::storage::Db;
use crate::storage::connection::Lock;

const DATABASE: &str = "huiqian.db";
const SECRET: &str = "secret.key";
const ATTACHMENTS: &str = "attachments";
/// What the log was, written outside the database.
const CHECKPOINTS: &str = "checkpoints.jsonl";
/// Is there while the folder is being filled: a start that was cut short begins anew.
const UNFINISHED: &str = "unfinished";

/// Starts the demonstration.
pub(super) fn run(options: &Demo) -> Result<Answer, Failure> {
    logging::start(&LogSettings {
        format: LogFormat::Text,
        filter: "warn,huiqian=warn".to_owned(),
    })?;
    let listener = serve::bind(
        SocketAddr::from(([127, 0, 0, 1], options.port)),
        "demo.port_used",
    )?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::trouble(error.to_string()))?;
    let data = &options.data;
    in_folder(data, fs::create_dir_all(data))?;
    let settings = settings(data, address)?;
    let (db, _claim) = open(data, &settings)?;
    let app = Arc::new(App::new(db, settings, Arc::new(SystemClock), true)?);
    welcome(&app, data)?;
    serve::run(&app, listener, true)?;
    Ok(Answer::Fine)
}

fn in_folder<T>(path: &Path, done: std::io::Result<T>) -> Result<T, Failure> {
    done.map_err(|error| {
        Failure::trouble(say(
            "file.unwritable",
            &[
                ("path", &path.display().to_string()),
                ("cause", &error.to_string()),
            ],
        ))
    })
}

/// The database of the folder, filled if it is new.
fn open(data: &Path, settings: &Settings) -> Result<(Db, Lock), Failure> {
    let mut db = Db::open(settings.database.url.reveal(), settings.database.pool_size)?;
    let claim = db.exclusive()?;
    let unfinished = data.join(UNFINISHED);
    if unfinished.exists() {
        drop(db);
        for file in [DATABASE, "huiqian.db-wal", "huiqian.db-shm"] {
            let path = data.join(file);
            if path.exists() {
                in_folder(&path, fs::remove_file(&path))?;
            }
        }
        db = Db::open(settings.database.url.reveal(), settings.database.pool_size)?;
    }
    let new = !db.migrate()?.is_empty() && is_empty(&db)?;
    if new {
        in_folder(&unfinished, fs::write(&unfinished, b""))?;
        fill(&db, settings)?;
        in_folder(&unfinished, fs::remove_file(&unfinished))?;
    }
    Ok((db, claim))
}

fn is_empty(db: &Db) -> Result<bool, Failure> {
    Ok(demo::is_empty(db)?)
}

/// Plays the last weeks with a clock of their own.
fn fill(db: &Db, settings: &Settings) -> Result<(), Failure> {
    let now = SystemClock.now();
    let clock = ManualClock::new(now);
    let app = App::new(db.clone(), settings.clone(), Arc::new(clock.clone()), true)?;
    let app = Arc::new(app);
    let mailer = Mailer::new(Arc::clone(&app), jobs::sender(&app)?);
    demo::fill(&app, &clock, now, &|| {
        while mailer.pass()? {}
        Ok(())
    })?;
    Ok(())
}

fn settings(data: &Path, address: SocketAddr) -> Result<Settings, Failure> {
    Ok(Settings {
        database: DatabaseSettings {
            url: Secret::new(format!("sqlite:{}", data.join(DATABASE).display())),
            pool_size: 8,
        },
        listen: address,
        base_url: format!("http://{address}"),
        secret_key: secret(data)?,
        previous_secret_keys: Vec::new(),
        attachments: data.join(ATTACHMENTS),
        mail: MailSettings {
            delivery: Delivery::Mailbox,
            from: "会签演示 <huiqian@henan.example>".to_owned(),
            hide_details: false,
            contact: None,
        },
        session: SessionSettings {
            idle: Duration::from_secs(60 * 60),
            longest: Duration::from_secs(12 * 60 * 60),
        },
        link_validity: Duration::from_secs(30 * 86_400),
        outbox_days: crate::config::OUTBOX_DAYS,
        place: PlaceSettings {
            product: "会签".to_owned(),
            name: "河南省".to_owned(),
            authority: "河南省行政审批政务信息局".to_owned(),
            language: super::failure::language(),
        },
        pdf_font: None,
        audit: AuditSettings {
            anchor: Some(Anchor::File(data.join(CHECKPOINTS))),
            ..AuditSettings::default()
        },
        limits: Limits::default(),
        webhooks: WebhookSettings::default(),
        trusted_proxies: Vec::new(),
    })
}

/// The folder's own secret, made at the first start and readable by its owner only.
fn secret(data: &Path) -> Result<Secret, Failure> {
    let path = data.join(SECRET);
    if path.exists() {
        return Ok(Secret::new(in_folder(&path, fs::read_to_string(&path))?));
    }
    let token = Token::generate()
        .map_err(|error| Failure::trouble(say("fault", &[("cause", &error.to_string())])))?;
    let opened = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = in_folder(&path, opened)?;
    in_folder(&path, file.write_all(token.as_str().as_bytes()))?;
    in_folder(&path, file.sync_all())?;
    Ok(Secret::new(token.as_str()))
}

/// What somebody needs who has just started it.
fn welcome(app: &App, data: &Path) -> Result<(), Failure> {
    let accounts = demo::accounts(app)?;
    let columns = |account: &demo::Account| {
        [
            account.login.clone(),
            account.name.clone(),
            account.department.clone(),
        ]
    };
    let mut widths = [0; 3];
    for account in &accounts {
        for (widest, text) in widths.iter_mut().zip(columns(account)) {
            *widest = width(&text).max(*widest);
        }
    }
    let rows: Vec<String> = accounts
        .iter()
        .map(|account| {
            let cells = columns(account).into_iter().zip(widths);
            let cells: Vec<String> = cells.map(|(text, width)| padded(&text, width)).collect();
            format!("  {}  {}", cells.join("  "), account.posts.join("、"))
        })
        .collect();
    let said = say(
        "demo.welcome",
        &[
            ("address", &app.settings.base_url),
            ("data", &data.display().to_string()),
            ("password", demo::PASSWORD),
            ("accounts", &rows.join("\n")),
        ],
    );
    let mut out = std::io::stdout().lock();
    // Nobody may be reading, and the server is worth starting all the same.
    if writeln!(out, "{said}").and_then(|()| out.flush()).is_err() {
        tracing::warn!("the welcome could not be printed");
    }
    Ok(())
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Columns on a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| 1 + usize::from(('\u{1100}'..).contains(&c)))
        .sum()
}
