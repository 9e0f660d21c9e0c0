//! Webhooks: another program is told of each change of a register's entry, signed, in order, until it has taken it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use diesel::RunQueryDsl;
use hmac::{Hmac, KeyInit, Mac};
use huiqian::config::{Network, Settings, SigningSecret, WebhookSettings, WebhookTarget};
use huiqian::engine::{Channel, Command, Input};
use huiqian::jobs::Courier;
use huiqian::notify::webhook::{Call, Caller};
use huiqian::services::cases::{self, By};
use huiqian::services::{App, Error, Viewer, drafts, pauses, queues, webhooks};
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::webhook_messages::{self, StoredMessage};
use huiqian::storage::{Lease, StorageError, webhook_stops};
use huiqian::workflow::{Surroundings, read_register};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::registers::{TO_FORCE, asked_for, granted, grants};
use crate::support::app::{Fixture, reason};
use crate::support::receiver::{Receiver, Reply, Told};
use crate::support::visitor::Site;
use crate::support::world::answers_of;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLDER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Long enough on a busy machine; what is to time out waits for less.
const PATIENCE: Duration = Duration::from_secs(20);

fn target(url: &str, secrets: &[&str]) -> WebhookTarget {
    let secrets = secrets.iter().map(|secret| SigningSecret::parse(secret));
    WebhookTarget {
        name: "exchange".into(),
        url: url.parse().expect("a URL"),
        secrets: secrets.map(|secret| secret.expect("a secret")).collect(),
        ca: None,
        registers: vec!["grants".into()],
    }
}

fn telling(settings: &mut Settings, url: &str) {
    settings.webhooks = WebhookSettings {
        targets: vec![target(url, &[SECRET])],
        networks: vec![Network::parse("127.0.0.0/8").expect("a network")],
    };
}

fn courier(app: &Arc<App>, patience: Duration) -> Courier {
    Courier::new(app, &app.settings.webhooks.targets[0], patience).expect("a courier")
}

fn deliver(app: &Arc<App>) {
    let courier = courier(app, PATIENCE);
    while courier.pass().expect("goes on") {}
}

/// On each database, with a receiver of its own.
fn each(test: impl Fn(&Fixture, &Receiver)) {
    let receiver = Receiver::start();
    let url = receiver.url();
    Fixture::each_with(
        |settings| telling(settings, &url),
        |fixture| {
            receiver.take();
            test(fixture, &receiver);
        },
    );
}

fn messages(fixture: &Fixture) -> Vec<StoredMessage> {
    fixture.read(|conn| webhook_messages::of_target(conn, "exchange"))
}

fn statuses(told: &[Told]) -> Vec<String> {
    let status = |told: &Told| told.event()["data"]["status"].clone();
    let statuses = told.iter().map(status);
    statuses
        .map(|status| status.as_str().unwrap_or_default().to_owned())
        .collect()
}

/// As the specification says, with nothing of the product's.
fn signature(told: &Told, secret: &str) -> String {
    let key = secret.strip_prefix("whsec_").expect("its prefix");
    let key = STANDARD.decode(key).expect("Base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(told.headers["webhook-id"].as_bytes());
    mac.update(b".");
    mac.update(told.headers["webhook-timestamp"].as_bytes());
    mac.update(b".");
    mac.update(told.body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

#[test]
fn each_change_of_a_grant_is_told_once_in_order_and_signed() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", TO_FORCE);

        deliver(&fixture.app);
        deliver(&fixture.app);

        let told = receiver.told();
        assert_eq!(statuses(&told), ["agreed", "provided", "in_force"]);
        for told in &told {
            let headers = &told.headers;
            assert_eq!(headers["webhook-signature"], signature(told, SECRET));
            assert!(headers["content-type"].starts_with("application/cloudevents+json"));
            let now = fixture.clock_now().timestamp().to_string();
            assert_eq!(headers["webhook-timestamp"], now);
            assert_eq!(told.event()["id"], headers["webhook-id"].as_str());
            assert!(!told.body.contains("医保待遇核验"), "{}", told.body);
        }
        let (first, last) = (told[0].event(), told[2].event());
        assert_eq!(first["data"]["previous_status"], Value::Null);
        let number = fixture.case(case).number;
        let sequence = |event: &Value| event["data"]["sequence"].as_i64().expect("a number");
        assert!(sequence(&first) < sequence(&last));
        assert_eq!(
            last,
            json!({
                "specversion": "1.0",
                "id": last["id"],
                "source": "https://share.henan.example/api/v1/registers/grants",
                "type": "cn.huiqian.register.grants.changed",
                "subject": last["data"]["entry"],
                "time": "2026-03-02T01:00:00.000000Z",
                "datacontenttype": "application/json",
                "data": {
                    "register": "grants",
                    "entry": last["subject"],
                    "case": {"id": case.to_string(), "number": number},
                    "department": "A",
                    "status": "in_force",
                    "previous_status": "provided",
                    "sequence": sequence(&last),
                    "values": {
                        "resource": "pop", "item": "name", "requester": "A",
                        "provider": "P", "until": "2026-12-31",
                    },
                },
            })
        );
        assert!(
            messages(fixture)
                .iter()
                .all(|row| row.state == OutboxState::Sent)
        );
    });
}

#[test]
fn a_suspension_and_a_void_are_written_with_the_change_and_not_without_it() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", TO_FORCE);
        let rename = |from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            fixture.write(move |conn| {
                diesel::sql_query(sql).execute(conn)?;
                Ok::<_, StorageError>(())
            });
        };
        let before = messages(fixture).len();

        rename("outbox", "away");
        fixture
            .on("bob", case, "done", "suspend")
            .expect_err("no mail can be written");
        rename("away", "outbox");
        assert_eq!(messages(fixture).len(), before);

        fixture
            .on("bob", case, "done", "suspend")
            .expect("suspended");
        fixture
            .act("adi", case, "void", reason("误批"))
            .expect("voided");
        assert_eq!(messages(fixture).len(), before + 2);
        deliver(&fixture.app);
        let told = statuses(&receiver.told());
        assert_eq!(told[before..], ["suspended", "voided"]);
    });
}

#[test]
fn a_target_that_fails_is_told_again_under_the_same_id_when_it_wants() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", &TO_FORCE[..1]);
        receiver.order(Reply::Status(503, "Retry-After: 600\r\n"));

        deliver(&fixture.app);
        let row = messages(fixture).remove(0);
        assert_eq!((row.state, row.attempts), (OutboxState::Waiting, 1));
        assert_eq!(row.last_error.as_deref(), Some("status 503"));
        fixture.advance(TimeDelta::seconds(599));
        deliver(&fixture.app);
        assert_eq!(receiver.told().len(), 1, "it asked for ten minutes");
        fixture.advance(TimeDelta::seconds(1));
        deliver(&fixture.app);

        let told = receiver.told();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].headers["webhook-id"], told[1].headers["webhook-id"]);
        assert_eq!(told[0].body, told[1].body);
        let times = [0, 1].map(|at| told[at].headers["webhook-timestamp"].clone());
        assert_ne!(times[0], times[1], "each try is signed anew");
        assert_eq!(
            told[1].headers["webhook-signature"],
            signature(&told[1], SECRET)
        );
        let row = messages(fixture).remove(0);
        assert_eq!((row.state, row.last_error), (OutboxState::Sent, None));
    });
}

#[test]
fn silence_redirects_and_forbidden_addresses_are_no_answer() {
    let receiver = Receiver::start();
    let elsewhere = Receiver::start();
    let fixture = Fixture::with(|settings| telling(settings, &receiver.url()));
    let key = fixture.publish(&grants());
    granted(&fixture, &key, "name", &TO_FORCE[..1]);
    let fault = || messages(&fixture).remove(0).last_error;
    let late = || fixture.advance(TimeDelta::hours(1));

    receiver.order(Reply::Silence);
    courier(&fixture.app, Duration::from_millis(300))
        .pass()
        .expect("goes on");
    assert_eq!(fault().as_deref(), Some("timeout"));

    late();
    receiver.order(Reply::Elsewhere(elsewhere.url()));
    courier(&fixture.app, PATIENCE).pass().expect("goes on");
    assert_eq!(fault().as_deref(), Some("status 307"));
    assert!(elsewhere.told().is_empty(), "nothing is followed");

    late();
    let before = receiver.told().len();
    let named = format!("http://localhost:{}/hooks", receiver.port);
    let careful = fixture.another(|settings| {
        telling(settings, &named);
        settings.webhooks.networks.clear();
    });
    courier(&careful, PATIENCE).pass().expect("goes on");
    assert_eq!(fault().as_deref(), Some("address"));
    assert_eq!(receiver.told().len(), before, "a name that leads inside");

    late();
    let nobody = fixture.another(|settings| telling(settings, "http://127.0.0.1:9/"));
    courier(&nobody, PATIENCE).pass().expect("goes on");
    assert_eq!(fault().as_deref(), Some("network"));
}

#[test]
fn a_certificate_must_be_trusted_and_for_the_host() {
    let (receiver, certificate) = Receiver::encrypted("localhost");
    let url = |host: &str| format!("https://{host}:{}/hooks", receiver.port);
    let fixture = Fixture::new();
    let key = fixture.publish(&grants());
    let with = |host: &str, ca: Option<&str>| {
        fixture.another(|settings| {
            telling(settings, &url(host));
            settings
                .webhooks
                .networks
                .push(Network::parse("::1").expect("an address"));
            settings.webhooks.targets[0].ca = ca.map(str::to_owned);
        })
    };
    let app = with("localhost", Some(&certificate));
    let by = By::person(fixture.id("ann"), Channel::Page);
    let draft = drafts::start(&app, &by, &key, answers_of(asked_for("name"))).expect("a draft");
    let submit = Command {
        action: "submit".into(),
        ..Command::default()
    };
    let case = cases::perform(&app, &by, draft.draft.ulid, submit)
        .expect("filed")
        .ulid;
    let by = By::person(fixture.id("bob"), Channel::Page);
    let approve = Command {
        action: "approve".into(),
        input: Input {
            task: Some(fixture.task("bob", case, "agree")),
            ..Input::default()
        },
        seen: None,
    };
    cases::perform(&app, &by, case, approve).expect("agreed");
    let try_with = |app: &Arc<App>| {
        courier(app, PATIENCE).pass().expect("goes on");
        fixture.advance(TimeDelta::hours(1));
        messages(&fixture).remove(0).last_error
    };

    assert_eq!(try_with(&with("localhost", None)).as_deref(), Some("tls"));
    assert_eq!(
        try_with(&with("127.0.0.1", Some(&certificate))).as_deref(),
        Some("tls")
    );
    assert!(receiver.told().is_empty());
    assert_eq!(try_with(&app), None);

    let told = receiver.told().remove(0);
    assert_eq!(told.headers["webhook-signature"], signature(&told, SECRET));
    let mut nonsense = target(&url("localhost"), &[SECRET]);
    nonsense.ca = Some("-----BEGIN CERTIFICATE-----".into());
    assert!(Caller::new(&nonsense, &[], PATIENCE).is_err());
}

#[test]
fn what_left_before_a_server_died_is_told_again_under_the_same_id() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", &TO_FORCE[..1]);
        let lease = Lease {
            owner: "dead".into(),
            until: fixture.clock_now() + TimeDelta::seconds(30),
        };
        let claimed = webhooks::claim(&fixture.app, "exchange", &lease, 5).expect("claims");
        let settings = &fixture.app.settings.webhooks;
        let caller = Caller::new(&settings.targets[0], &settings.networks, PATIENCE);
        let call = Call {
            id: &claimed[0].ulid.to_string(),
            body: &claimed[0].body,
            at: fixture.clock_now(),
        };
        caller.expect("a caller").post(&call).expect("taken");

        deliver(&fixture.app);
        assert_eq!(receiver.told().len(), 1, "it may be under way");
        fixture.advance(TimeDelta::seconds(31));
        deliver(&fixture.app);

        let told = receiver.told();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].headers["webhook-id"], told[1].headers["webhook-id"]);
        // Whoever comes back late has nothing to settle any more.
        let late = webhooks::settle(&fixture.app, &lease, &claimed[0], &webhooks::End::Sent);
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    });
}

#[test]
fn while_a_secret_is_replaced_both_sign() {
    let receiver = Receiver::start();
    let fixture = Fixture::with(|settings| {
        telling(settings, &receiver.url());
        settings.webhooks.targets = vec![target(&receiver.url(), &[SECRET, OLDER])];
    });
    let key = fixture.publish(&grants());
    granted(&fixture, &key, "name", &TO_FORCE[..1]);

    deliver(&fixture.app);

    let told = receiver.told().remove(0);
    let both = format!("{} {}", signature(&told, SECRET), signature(&told, OLDER));
    assert_eq!(told.headers["webhook-signature"], both);
}

#[test]
fn two_servers_tell_each_change_once() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        for number in 0..12 {
            granted(fixture, &key, &format!("item-{number}"), &TO_FORCE[..2]);
        }
        let url = receiver.url();
        let servers = [0, 1].map(|_| fixture.another(|settings| telling(settings, &url)));

        thread::scope(|scope| {
            for app in &servers {
                scope.spawn(|| {
                    let courier = courier(app, PATIENCE);
                    for _ in 0..20 {
                        courier.pass().expect("goes on");
                    }
                });
            }
        });
        deliver(&fixture.app);

        let told = receiver.told();
        let ids: BTreeSet<&String> = told
            .iter()
            .map(|told| &told.headers["webhook-id"])
            .collect();
        assert_eq!((told.len(), ids.len()), (24, 24));
        let mut last: std::collections::BTreeMap<String, i64> = Default::default();
        for event in told.iter().map(Told::event) {
            let entry = event["subject"].as_str().expect("an entry").to_owned();
            let sequence = event["data"]["sequence"].as_i64().expect("a number");
            let before = last.insert(entry, sequence).unwrap_or(0);
            assert!(before < sequence, "of an entry in order");
        }
    });
}

#[test]
fn later_changes_wait_for_earlier_ones_but_not_for_days() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", &TO_FORCE[..1]);
        for _ in 0..3 {
            receiver.order(Reply::Status(422, ""));
        }
        deliver(&fixture.app);
        fixture
            .on("bob", case, "done", "provide")
            .expect("provided");
        deliver(&fixture.app);
        assert_eq!(statuses(&receiver.told()), ["agreed"]);

        for _ in 0..2 {
            fixture.advance(TimeDelta::minutes(3));
            deliver(&fixture.app);
        }

        // The third try failed as well, and what came after it went past; that it was taken shows that the target is there.
        let told = statuses(&receiver.told());
        assert_eq!(told, ["agreed", "agreed", "agreed", "provided", "agreed"]);
        assert!(
            messages(fixture)
                .iter()
                .all(|row| row.state == OutboxState::Sent)
        );
    });
}

#[test]
fn a_target_that_is_gone_is_told_no_more_until_an_administrator_says_so() {
    each(|fixture, receiver| {
        fixture.give_posts("bea", "A", &["sysadmin"]);
        let key = fixture.publish(&grants());
        let case = granted(fixture, &key, "name", &TO_FORCE[..1]);
        receiver.order(Reply::Status(410, ""));
        deliver(&fixture.app);
        fixture
            .on("bob", case, "done", "provide")
            .expect("provided");
        fixture.advance(TimeDelta::hours(2));
        deliver(&fixture.app);
        assert_eq!(receiver.told().len(), 1);

        let mails = fixture.mails_to("bea");
        let told = mails
            .iter()
            .filter(|mail| mail.mail.subject.contains("exchange"));
        assert_eq!(told.count(), 1, "{mails:?}");
        assert!(mails[0].mail.text.contains("/admin/webhooks"), "{mails:?}");
        let (bea, bob) = (viewer(fixture, "bea"), viewer(fixture, "bob"));
        let overview = webhooks::overview(&fixture.app, &bea, None, 10).expect("looks");
        let stopped = &overview.targets[0];
        assert_eq!((stopped.waiting, stopped.stopped.is_some()), (2, true));
        let refused = webhooks::resume(&fixture.app, &bob, "exchange");
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let unknown = webhooks::resume(&fixture.app, &bea, "elsewhere");
        assert!(matches!(unknown, Err(Error::NotFound)));
        webhooks::resume(&fixture.app, &bea, "exchange").expect("resumed");
        deliver(&fixture.app);

        assert_eq!(statuses(&receiver.told()), ["agreed", "agreed", "provided"]);
    });
}

#[test]
fn what_was_given_up_after_three_days_can_be_sent_again() {
    each(|fixture, receiver| {
        fixture.give_posts("bea", "A", &["sysadmin"]);
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", &TO_FORCE[..1]);
        let down = fixture.another(|settings| telling(settings, "http://127.0.0.1:9/"));
        let down = courier(&down, PATIENCE);
        for _ in 0..75 {
            down.pass().expect("goes on");
            fixture.advance(TimeDelta::hours(1));
        }
        let bea = viewer(fixture, "bea");
        let failed = || {
            webhooks::overview(&fixture.app, &bea, None, 10)
                .expect("looks")
                .failed
                .rows
        };
        let given_up = failed().remove(0);
        assert_eq!(given_up.last_error.as_deref(), Some("network"));

        webhooks::resend(&fixture.app, &bea, given_up.id).expect("again");
        deliver(&fixture.app);

        assert_eq!(
            receiver.told()[0].headers["webhook-id"],
            given_up.ulid.to_string()
        );
        assert!(failed().is_empty());
        let twice = webhooks::resend(&fixture.app, &bea, given_up.id);
        assert!(matches!(twice, Err(Error::Stale)), "{twice:?}");
    });
}

#[test]
fn what_no_target_takes_any_more_is_given_up_by_housekeeping() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", &TO_FORCE[..1]);
        let now = fixture.clock_now();
        fixture.write(move |conn| webhook_stops::stop(conn, "exchange", now));
        fixture.advance(TimeDelta::hours(73));

        let cleared = queues::clear_away(&fixture.app).expect("clears");

        assert_eq!(cleared.webhooks, 1);
        assert_eq!(messages(fixture)[0].last_error.as_deref(), Some("unsent"));
        deliver(&fixture.app);
        assert!(receiver.told().is_empty());
    });
}

#[test]
fn after_days_with_nobody_there_a_target_is_still_told_what_waits_for_it() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", &TO_FORCE[..1]);
        fixture.advance(TimeDelta::days(5));

        let cleared = queues::clear_away(&fixture.app).expect("clears");
        deliver(&fixture.app);

        assert_eq!(cleared.webhooks, 0);
        assert_eq!(receiver.told().len(), 1);
    });
}

#[test]
fn only_named_registers_are_told_and_only_changes_of_what_is_told() {
    let receiver = Receiver::start();
    let fixture = Fixture::with(|settings| {
        telling(settings, &receiver.url());
        settings.webhooks.targets[0].registers = vec!["open_data".into()];
    });
    let key = fixture.publish(&grants());
    granted(&fixture, &key, "name", TO_FORCE);
    assert!(messages(&fixture).is_empty());

    let fixture = Fixture::with(|settings| telling(settings, &receiver.url()));
    let quiet = grants().replace("status: provided", "set: {usage: '\"x\"'}");
    let key = fixture.publish(&quiet.replace("status: in_force}", "set: {item: '\"other\"'}}"));
    granted(&fixture, &key, "name", TO_FORCE);
    let told = messages(&fixture);
    let items = told.iter().map(|row| {
        let event: Value = serde_json::from_str(&row.body).expect("JSON");
        event["data"]["values"]["item"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    });
    assert_eq!(items.collect::<Vec<_>>(), ["name", "other"]);
}

#[test]
fn a_register_does_not_tell_prose_or_people() {
    let register = "register: grants
title: 台账
statuses: {agreed: {title: 已同意}}
sees: [any]
fields:
  - {id: item, type: text, label: 数据项}
  - {id: purpose, type: paragraph, label: 用途}
  - {id: user, type: person, label: 使用人}
tells: [item, purpose, user, itme]
";
    let read = read_register("r.yaml", register, &Surroundings::standard());
    let complaints: Vec<String> = read
        .findings
        .iter()
        .map(|finding| finding.show(register))
        .collect();

    assert_eq!(complaints.len(), 3, "{complaints:?}");
    for (complaint, word) in complaints.iter().zip(["purpose", "user", "itme"]) {
        assert!(
            complaint.contains(word) && complaint.contains("9:"),
            "{complaint}"
        );
    }
}

#[test]
fn a_system_administrator_sees_what_was_not_taken_and_sends_it_again() {
    let receiver = Receiver::start();
    let site = Site::with(|settings| telling(settings, &receiver.url()));
    let key = site.office.publish(&grants());
    let answers = json!({"resource": "pop", "item": "name", "purpose": "核验", "provider": "hn-police", "until": "2026-12-31"});
    let case = site.office.file_by(&key, answers).expect("filed");
    receiver.order(Reply::Status(500, ""));
    site.office.does(case, "zhang.huimin", "approve");
    deliver(&site.office.app);
    receiver.order(Reply::Status(410, ""));

    let refused = site.visitor("zhang.huimin").get("/admin/webhooks");
    assert_eq!(refused.status, 403);
    let visitor = site.visitor("sun.liping");
    let page = visitor.get("/admin/webhooks");
    assert_eq!(page.status, 200);
    let words = page.text("main");
    for wanted in [
        "exchange",
        "127.0.0.1",
        "共享台账",
        "试过 1 次",
        "对方应答 500",
    ] {
        assert!(words.contains(wanted), "{wanted}\n{words}");
    }
    let form = page.form("form[action$='/resend']");
    let sent = visitor.send(&form);
    assert_eq!(visitor.follow(&sent).status, 200);
    deliver(&site.office.app);

    let page = visitor.get("/admin/webhooks");
    assert!(
        page.text("main").contains("已停用"),
        "{}",
        page.text("main")
    );
    let resumed = visitor.send(&page.form("form[action$='/resume']"));
    let page = visitor.follow(&resumed);
    assert!(
        page.text("body").contains("已恢复发送"),
        "{}",
        page.text("body")
    );
    deliver(&site.office.app);
    assert_eq!(statuses(&receiver.told()), ["agreed", "agreed", "agreed"]);
    let page = visitor.get("/admin/webhooks");
    assert!(
        page.text("main").contains("变化都已送到"),
        "{}",
        page.text("main")
    );
}

#[test]
fn after_a_restore_nothing_is_told_and_nothing_given_up_until_the_pause_ends() {
    each(|fixture, receiver| {
        let key = fixture.publish(&grants());
        granted(fixture, &key, "name", TO_FORCE);
        crate::backup::pause(&fixture.app.db);

        fixture.advance(TimeDelta::days(4));
        queues::clear_away(&fixture.app).expect("cleared away");
        deliver(&fixture.app);
        assert_eq!(receiver.told().len(), 0);

        let ended = pauses::resume(&fixture.app.db, fixture.clock_now());
        assert!(ended.expect("ended"));
        queues::clear_away(&fixture.app).expect("cleared away");
        deliver(&fixture.app);
        assert_eq!(
            statuses(&receiver.told()),
            ["agreed", "provided", "in_force"]
        );
    });
}

#[test]
fn a_server_that_is_to_tell_of_a_register_that_there_is_not_does_not_start() {
    let fixture = Fixture::new();
    let shell = crate::support::shell::Shell::new();
    let environment = [
        ("HUIQIAN_DATABASE_URL", fixture.url()),
        ("HUIQIAN_SECRET_KEY", crate::support::app::SECRET),
        ("HUIQIAN_BASE_URL", "https://share.henan.example"),
        ("HUIQIAN_SMTP_URL", "smtp://localhost:9?tls=none"),
        ("HUIQIAN_MAIL_FROM", "会签 <huiqian@henan.example>"),
        ("HUIQIAN_ATTACHMENTS", "files"),
        ("HUIQIAN_LISTEN", "127.0.0.1:0"),
        ("HUIQIAN_WEBHOOK_HOSTS", "exchange.henan.example"),
        (
            "HUIQIAN_WEBHOOK_EXCHANGE_URL",
            "https://exchange.henan.example/",
        ),
        ("HUIQIAN_WEBHOOK_EXCHANGE_SECRET", SECRET),
        ("HUIQIAN_WEBHOOK_EXCHANGE_REGISTERS", "grants, gants"),
    ];

    let said = shell.run_with(&["serve"], &environment);

    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.err.contains("exchange") && said.err.contains("gants"),
        "{said:?}"
    );
}
