//! A mail server with every fault at once: nothing is lost, and what comes twice is the same mail.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use huiqian::config::{Delivery, SmtpUrl};
use huiqian::jobs::{self, Mailer};
use huiqian::storage::outbox::OutboxState;
use serde_json::json;

use super::long;
use crate::support::app::{Fixture, SECRET};
use crate::support::definitions::one_review;
use crate::support::invariants::{self, Told};
use crate::support::smtp::{Fault, Protection, SmtpServer};

/// In this order, again and again. Whatever ends a connection stands before what happens to a new one.
const FAULTS: &[Fault] = &[
    Fault::Slow(Duration::from_millis(200)),
    Fault::Recipient("451 4.7.1 greylisted, come back later"),
    Fault::Content("452 4.3.1 no room"),
    Fault::DropAfterData,
    Fault::Greeting("421 4.3.2 too busy"),
    Fault::Recipient("450 4.2.1 busy"),
    Fault::DropAfterData,
];

#[test]
fn a_mail_server_with_every_fault_loses_nothing_and_repeats_only_what_it_dropped() {
    Fixture::each(|fixture| {
        let server = SmtpServer::start(Protection::None, "localhost", None);
        let app = fixture.another(|settings| {
            let url = format!("smtp://localhost:{}?tls=none", server.port);
            let server = SmtpUrl::parse(&url).expect("a URL");
            settings.mail.delivery = Delivery::Smtp { server, ca: None };
        });
        let rounds = if long() { 30 } else { 3 };
        let key = fixture.publish(&one_review());
        let cases: Vec<_> = (0..rounds * 8)
            .map(|_| fixture.file("ann", &key, json!({})))
            .collect();
        for fault in FAULTS.iter().cycle().take(rounds * FAULTS.len()) {
            server.order(*fault);
        }

        let mailer = Mailer::new(Arc::clone(&app), jobs::sender(&app).expect("a sender"));
        // A day of tries.
        for _ in 0..24 * 6 {
            while mailer.pass().expect("goes on") {}
            fixture.advance(TimeDelta::minutes(10));
        }

        for case in &cases {
            for row in fixture.outbox(*case) {
                assert_eq!(row.state, OutboxState::Sent, "{row:?}");
            }
        }
        let arrived = invariants::arrived(&server.received());
        println!("{arrived:?}");
        assert_eq!(arrived.mails, cases.len());
        assert!(arrived.repeated <= rounds * 2, "{arrived:?}");
        invariants::hold(&fixture.app.db, SECRET, &Told::new());
    });
}
