//! How the database finds rows: every list by an index, in the index's order.

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use huiqian::storage::cases::{CaseFilter, Whose};
use huiqian::storage::catalogue::{self, Search};
use huiqian::storage::register_marks::{self, RuleKey, Span};
use huiqian::storage::register_search::{self, Wanted, Within};
use huiqian::storage::{
    Addressee, Connection, Lease, StorageError, action_links, at_once, case_resources, cases,
    copies, drafts, events, logins, mailbox, outbox, resource_versions, revisions, tasks, timers,
    webhook_messages, workflows,
};

use crate::storage_lists::{fill_cases, fill_inbox, post};
use crate::support::databases::sqlite;
use crate::support::seed::{Seed, at, bureau, seed};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite tells how it would answer each statement without being given any values. Pages are neither scanned for nor
/// sorted; a statement for no rows at all (`1=0`) is never run.
#[test]
fn every_list_is_read_by_an_index() {
    let database = sqlite();
    database.db.migrate().unwrap();
    let seed = seed(&database.db);

    let asked: Vec<String> = database
        .db
        .write(move |conn| {
            // Some statements are asked only when others have found something.
            fill_inbox(conn, seed)?;
            fill_cases(conn, seed)?;
            asked_by_lists(conn, seed)
        })
        .unwrap();

    assert!(20 < asked.len(), "{asked:?}");
    for sql in asked.iter().filter(|sql| !sql.contains("(1=0)")) {
        let plan: Vec<Step> = database
            .db
            .read(|conn| {
                Ok::<_, StorageError>(
                    diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?,
                )
            })
            .unwrap();
        for step in plan {
            // Of the few calendars every revision is wanted.
            let scans = step.detail.starts_with("SCAN")
                && !step.detail.contains("INDEX")
                && step.detail != "SCAN calendars";
            let sorts = sql.contains("LIMIT") && step.detail.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!scans && !sorts, "{}\n{sql}", step.detail);
        }
    }
}

fn asked_by_lists(conn: &mut Connection, seed: Seed) -> Result<Vec<String>, StorageError> {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = Arc::clone(&heard);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text
                .split(" -- binds")
                .next()
                .unwrap_or_default()
                .to_owned();
            ears.lock().unwrap().push(sql);
        }
    });

    let place = Some("1767578400000000.5".parse().unwrap());
    let lease = Lease {
        owner: "a".into(),
        until: at(9),
    };
    let me = [Addressee::Person(seed.wang), post("section_head")];
    for whose in [
        Whose::FiledBy(seed.li),
        Whose::VisibleTo(me.to_vec()),
        Whose::All,
    ] {
        cases::list(conn, &CaseFilter::of(whose.clone()), Some(9), 9)?;
        let mut filter = CaseFilter::of(whose);
        filter.text = "共享申请".into();
        cases::list(conn, &filter, None, 9)?;
        filter.status = Some("open".into());
        filter.workflow = Some("data-sharing".into());
        cases::list(conn, &filter, None, 9)?;
        filter.resource = Some("a".into());
        cases::list(conn, &filter, None, 9)?;
    }
    tasks::inbox(conn, &me, place, 9)?;
    tasks::inbox_counts(conn, &me, at(0))?;
    tasks::done_by(conn, seed.wang, place, 9)?;
    tasks::open_of_case(conn, 1)?;
    copies::of_person(conn, seed.wang, place, 9)?;
    drafts::by_author(conn, seed.li, Some(9), 9)?;
    events::of_case(conn, 1)?;
    outbox::of_case(conn, 1)?;
    outbox::counts(conn)?;
    outbox::longest_waiting(conn)?;
    timers::stuck_count(conn, 3, at(0))?;
    timers::longest_waiting(conn, 3)?;
    outbox::claim(conn, &lease, at(0), 9)?;
    at_once(conn, |writes| outbox::cancel_for_task(writes, 1))?;
    timers::claim(conn, &lease, at(0), 3, 9)?;
    webhook_messages::claim(conn, "a", &lease, at(0), 3, 9)?;
    webhook_messages::counts(conn)?;
    webhook_messages::longest_waiting(conn)?;
    webhook_messages::give_longer(conn, at(0))?;
    webhook_messages::given_up(conn, Some(9), 9)?;
    webhook_messages::late(conn, 9)?;
    webhook_messages::waiting_for(conn, "a")?;
    webhook_messages::bring_forward(conn, "a", at(0))?;
    webhook_messages::give_up_old(conn, &["a".to_owned()], at(0))?;
    outbox::set_right(conn, at(9), at(0))?;
    webhook_messages::set_right(conn, at(9), at(0))?;
    timers::set_right(conn, at(9))?;
    webhook_messages::extend(conn, "a", &lease)?;
    action_links::by_hash(conn, "a")?;
    action_links::revoke_for_person(conn, seed.wang, "left", at(0))?;
    mailbox::list(conn, Some(9), 9)?;
    let everything = Search {
        text: "出生".into(),
        provider: Some(bureau()),
        sharing: Some("conditional".into()),
        level: Some(3),
    };
    catalogue::search(conn, &everything, Some("a"), 9)?;
    for one in [
        Search::default(),
        Search {
            level: Some(3),
            ..Search::default()
        },
        Search {
            provider: Some(bureau()),
            ..Search::default()
        },
    ] {
        catalogue::search(conn, &one, None, 9)?;
    }
    resource_versions::of(conn, "a", 9)?;
    resource_versions::left_by(conn, 1)?;
    case_resources::open_with(conn, "a")?;
    case_resources::asked(conn, 0, 9)?;
    let day = |text: &str| text.parse().unwrap();
    let wanted = Wanted {
        register: "grants".into(),
        within: Within::Departments(vec![bureau()], 4),
        status: Some("in_force".into()),
        department: Some(bureau()),
        text: "人口".into(),
        dates: Some(("until".into(), day("2026-01-01"), day("2026-12-31"))),
    };
    let all = Wanted {
        within: Within::All,
        status: None,
        department: None,
        text: String::new(),
        dates: None,
        ..wanted.clone()
    };
    for wanted in [all, wanted] {
        register_search::search(conn, &wanted, Some(9), 9)?;
    }
    register_search::with_value(conn, "grants", &bureau(), "R1")?;
    register_search::history(conn, 1)?;
    let rule = RuleKey {
        register: "grants".into(),
        field: "until".into(),
        mark: "30d".into(),
    };
    let span = Span {
        after: day("2026-01-01"),
        upto: day("2026-12-31"),
        statuses: vec!["in_force".into()],
    };
    register_marks::due(conn, &rule, &span, (day("2026-01-01"), 9), 9)?;
    register_marks::holds(conn, 1, "until", day("2026-01-01"), &span.statuses)?;
    register_marks::of_entry(conn, 1)?;
    register_marks::unstarted(conn, 0, 9)?;
    register_marks::entry_of(conn, ulid::Ulid::nil())?;
    revisions::look(conn, Some(1))?;
    revisions::look(conn, None)?;
    logins::look(conn, "0")?;
    workflows::current_with(conn, "policy:")?;

    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let heard = heard.lock().unwrap().clone();
    Ok(heard)
}
