//! Mails that were given up: shown to system administrators without what they say, and sent again by them.

use std::sync::Arc;

use chrono::TimeDelta;
use diesel::RunQueryDsl;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs::{self, Mailer};
use huiqian::notify::message::Prepared;
use huiqian::notify::sender::{self, SendError, Sender};
use huiqian::services::{Error, Viewer, undelivered};
use huiqian::storage::StorageError;
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::resendings::Queue;
use ulid::Ulid;

use crate::support::app::Fixture;
use crate::support::definitions::one_review;
use crate::support::office::request;
use crate::support::smtp::{Fault, Protection, SmtpServer};
use crate::support::visitor::Site;

/// On each database, with a mail server of the test.
fn each(test: impl Fn(&Fixture, &SmtpServer, &Mailer)) {
    let server = SmtpServer::start(Protection::None, "localhost", None);
    let url = format!("smtp://localhost:{}?tls=none", server.port);
    let delivery = Delivery::Smtp {
        server: SmtpUrl::parse(&url).expect("a URL"),
        ca: None,
    };
    Fixture::each_with(
        |settings| settings.mail.delivery = delivery.clone(),
        |fixture| {
            fixture.give_posts("bea", "A", &["sysadmin"]);
            let app = &fixture.app;
            let mailer = Mailer::new(Arc::clone(app), jobs::sender(app).expect("a sender"));
            test(fixture, &server, &mailer);
        },
    );
}

fn send(mailer: &Mailer) {
    while mailer.pass().expect("goes on") {}
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let (app, person) = (&fixture.app, fixture.id(login));
    let viewer = app.db.read(|conn| {
        let directory = app.directory(conn)?;
        Ok::<_, Error>(Viewer::of(&directory, person, fixture.clock_now()))
    });
    viewer.expect("read").expect("somebody")
}

/// A case whose first mail the server has refused for good.
fn refused(fixture: &Fixture, server: &SmtpServer, mailer: &Mailer) -> Ulid {
    server.order(Fault::Recipient("550 5.1.1 no such user"));
    let case = fixture.filed(&one_review());
    send(mailer);
    assert_eq!(fixture.outbox(case)[0].state, OutboxState::Failed);
    case
}

#[test]
fn a_mail_that_was_given_up_is_sent_again_under_its_own_name_and_who_did_so_is_kept() {
    each(|fixture, server, mailer| {
        let case = refused(fixture, server, mailer);
        let bea = viewer(fixture, "bea");
        let before = server.received().len();
        fixture.advance(TimeDelta::days(9));

        let lost = undelivered::overview(&fixture.app, &bea, None, 9).expect("seen");
        let given_up = &lost.mails.rows[0];
        assert_eq!((lost.mails.rows.len(), lost.again.len()), (1, 0));
        undelivered::resend(&fixture.app, &bea, given_up.id).expect("again");
        send(mailer);

        let row = fixture.outbox(case).remove(0);
        assert_eq!(
            (row.state, row.attempts, &row.message_id),
            (OutboxState::Sent, 1, &given_up.message_id)
        );
        assert_eq!(server.received().len(), before + 1);
        let lost = undelivered::overview(&fixture.app, &bea, None, 9).expect("seen");
        assert!(lost.mails.rows.is_empty());
        let again = &lost.again[0];
        assert_eq!(
            (again.queue, again.message, again.person_id, again.at),
            (
                Queue::Mail,
                given_up.ulid,
                bea.person.id,
                fixture.clock_now()
            )
        );
        let twice = undelivered::resend(&fixture.app, &bea, given_up.id);
        assert!(matches!(twice, Err(Error::NotFound)), "{twice:?}");
    });
}

#[test]
fn a_mail_that_is_sent_again_has_its_three_days_once_more() {
    each(|fixture, server, mailer| {
        let case = refused(fixture, server, mailer);
        let bea = viewer(fixture, "bea");
        fixture.advance(TimeDelta::days(9));
        server.order(Fault::Recipient("451 4.7.1 greylisted"));

        assert_eq!(
            undelivered::resend_all(&fixture.app, &bea).expect("again"),
            1
        );
        send(mailer);

        let row = fixture.outbox(case).remove(0);
        assert_eq!((row.state, row.attempts), (OutboxState::Waiting, 1));
        fixture.advance(TimeDelta::minutes(5));
        send(mailer);
        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Sent);
    });
}

#[test]
fn what_is_not_needed_any_more_does_not_go_out() {
    each(|fixture, server, mailer| {
        let case = refused(fixture, server, mailer);
        let bea = viewer(fixture, "bea");
        let stage = fixture
            .case(case)
            .open_tasks()
            .next()
            .expect("a task")
            .stage
            .clone();
        fixture
            .on("cat", case, "approve", &stage)
            .expect("approved from the inbox");
        let before = server.received().len();

        undelivered::resend_all(&fixture.app, &bea).expect("again");
        send(mailer);

        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Cancelled);
        let others = fixture.outbox(case).len() - 1;
        assert_eq!(server.received().len(), before + others);
    });
}

#[test]
fn only_system_administrators_may_and_what_they_did_stays() {
    each(|fixture, server, mailer| {
        let case = refused(fixture, server, mailer);
        let id = fixture.outbox(case)[0].id;

        let adm = viewer(fixture, "adm");
        for refused in [
            undelivered::resend(&fixture.app, &adm, id),
            undelivered::resend_all(&fixture.app, &adm).map(|_| ()),
            undelivered::overview(&fixture.app, &adm, None, 9).map(|_| ()),
        ] {
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        }
        assert_eq!(fixture.outbox(case)[0].state, OutboxState::Failed);

        let bea = viewer(fixture, "bea");
        undelivered::resend(&fixture.app, &bea, id).expect("again");
        for sql in [
            "UPDATE resendings SET queue = 'webhook'",
            "DELETE FROM resendings",
        ] {
            let done = fixture
                .app
                .db
                .write(move |conn| Ok::<_, StorageError>(diesel::sql_query(sql).execute(conn)?));
            assert!(done.is_err(), "{sql}");
        }
    });
}

/// Takes no mail.
struct Refusing;

impl Sender for Refusing {
    fn send(&self, _: &Prepared) -> Result<(), SendError> {
        Err(SendError::Permanent(sender::Fault::Refused(550)))
    }
}

#[test]
fn the_page_names_whom_and_why_and_not_what() {
    let site = Site::open();
    let case = request(serde_json::json!({}));
    site.office.file(case).expect("filed");
    send(&Mailer::new(
        Arc::clone(&site.office.app),
        Box::new(Refusing),
    ));
    let visitor = site.visitor("sun.liping");

    let page = visitor.get("/admin/outbox");

    let words = page.text("section[aria-labelledby='lost-t']");
    for told in ["待办", "张慧敏（省卫健委）", "邮件服务器拒收（550）"] {
        assert!(words.contains(told), "{told}: {words}");
    }
    let main = page.text("main");
    for kept in ["@henan.example", "定点医药机构", "数享申"] {
        assert!(!main.contains(kept), "{kept}: {main}");
    }
    let page = visitor.follow(&visitor.send(&page.form("form[action$='/resend']")));
    assert!(page.text("[role=status]").contains("已安排重新发送"));
    let again = page.text("section[aria-labelledby='again-t']");
    assert!(
        again.contains("孙立平") && again.contains("邮件"),
        "{again}"
    );
    assert_eq!(site.visitor("chen.siyuan").get("/admin/outbox").status, 403);
}
