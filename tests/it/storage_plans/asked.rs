//! Every read of a list, of a queue and of a number that a page shows, as one person of many asks for it.

use chrono::TimeDelta;
use huiqian::storage::attachments::AttachedTo;
use huiqian::storage::cases::{CaseFilter, Whose};
use huiqian::storage::catalogue::{self, Search};
use huiqian::storage::register_marks::{self, RuleKey, Span};
use huiqian::storage::register_search::{self, Wanted, Within};
use huiqian::storage::{
    Addressee, Connection, Lease, StorageError, action_links, api_tokens, at_once, attachments,
    case_resources, cases, checkpoints, copies, drafts, events, idempotency_keys, log,
    login_attempts, logins, mailbox, opinions, outbox, outbox_archive, participants,
    personal_values, register_entries, register_kept, resendings, resource_versions, revisions,
    sessions, substitutes, tasks, timers, webhook_messages, workflows,
};

use crate::storage_lists::post;
use crate::support::seed::{Seed, at, bureau};

/// Asks for everything once.
pub fn everything(conn: &mut Connection, seed: Seed) -> Result<(), StorageError> {
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
        filter.text = "罕见".into();
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
    outbox::given_up(conn, Some(9), 9)?;
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
    cases::look(conn, ulid::Ulid::nil())?;
    workflows::current_with(conn, "policy:")?;
    outbox::extend(conn, &lease)?;
    outbox_archive::of_case(conn, 1)?;
    outbox_archive::take(conn, at(0) - TimeDelta::days(3600), 9)?;
    resendings::latest(conn, 9)?;
    webhook_messages::forget(conn, at(0) - TimeDelta::days(3600), 9)?;
    outbox::held(conn, 1, "a", at(0))?;
    outbox::bring_forward(conn, &["network".into()], at(0))?;
    webhook_messages::is_held(conn, 1, "a", at(0))?;
    timers::due_count(conn, at(0))?;
    timers::stuck(conn, 3)?;
    cases::running_on(conn, seed.version, 0, 9)?;
    cases::is_visible(conn, 1, &me)?;
    participants::of_case(conn, 1)?;
    tasks::of_case(conn, 1)?;
    tasks::open_of(conn, &[seed.wang])?;
    tasks::answered_by(conn, "data-sharing", &[seed.wang], at(0))?;
    copies::of_case(conn, 1)?;
    copies::unread(conn, seed.wang)?;
    opinions::of(conn, 1, seed.wang)?;
    at_once(conn, |writes| {
        timers::wake_parent(writes, ulid::Ulid::nil(), at(0))
    })?;
    personal_values::of_case(conn, 1)?;
    attachments::of(conn, AttachedTo::Case(1))?;
    substitutes::newest(conn, None, 9)?;
    register_entries::known(conn, &bureau(), &["R1".into()])?;
    register_search::statuses(conn, "grants")?;
    register_search::departments_of(conn, 1)?;
    mailbox::list_to(conn, Some("p@example.cn"), Some(9), 9)?;
    api_tokens::of_person(conn, seed.wang)?;
    sessions::remove_of(conn, seed.wang)?;
    sessions::remove_expired(conn, at(0))?;
    login_attempts::remove_old(conn, at(0))?;
    idempotency_keys::remove_old(conn, at(0))?;
    revisions::look(conn, Some(1))?;
    revisions::look(conn, None)?;
    logins::look(conn, "0")?;
    cases::of_ids(conn, &(100..=119).collect())?;
    personal_values::between(conn, &(100..=119))?;
    register_kept::between(conn, &(100..=119))?;
    events::last(conn, 1)?;
    events::between(conn, &(100..=119))?;
    cases::between(conn, &(100..=119))?;
    cases::last(conn)?;
    events::all(conn, Some(9), 9)?;
    log::state(conn)?;
    log::waiting(conn, 49_900, 9)?;
    log::lag(conn)?;
    log::last_event(conn)?;
    log::leaves(conn, 9, 9)?;
    log::events(conn, 9, 9)?;
    log::hashes(conn, 9, 9)?;
    log::nodes(conn, 0, 9, 9)?;
    log::position(conn, 9)?;
    checkpoints::last(conn)?;
    checkpoints::over(conn, 9)?;
    checkpoints::to_anchor(conn, 9)?;
    checkpoints::unanchored(conn)?;
    Ok(())
}
