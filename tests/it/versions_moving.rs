//! Moving running cases to the version in force: all that can, each by itself, and the records still verify.

use huiqian::engine::{Channel, Input, Obstacle};
use huiqian::services::audit::{self, Which};
use huiqian::services::cases::By;
use huiqian::services::migration::{self, Fate, Order, Outcome, Refused};
use huiqian::services::{Error, Viewer, lists, seen};
use huiqian::storage::outbox::OutboxState;
use huiqian::storage::tasks;
use huiqian::workflow::{Misfit, StageMap};
use serde_json::json;
use ulid::Ulid;

use crate::support::app::{Fixture, reason};
use crate::support::definitions::{for_each, with_stages};

const OLD: &str = "  - {stage: intake, title: 受理, who: section_head@applicant}
  - {stage: review, title: 审核, who: [share_office_head@applicant, data_security_officer@applicant], sign: all, due: {in: 10wd, law: 第二十一条}}";

const NEW: &str = "  - {stage: precheck, title: 形式审查, who: section_head@applicant}
  - {stage: joint, title: 会签, who: [share_office_head@applicant, data_security_officer@applicant], sign: all, due: {in: 10wd, law: 第二十一条}}
  - {stage: leader, title: 批准, who: dept_leader@applicant}";

fn order(fixture: &Fixture, by: &str, from: u32, stages: &[(&str, &str)]) -> Order {
    let names = stages
        .iter()
        .map(|(old, new)| ((*old).to_owned(), Some((*new).to_owned())));
    Order {
        key: "trial".into(),
        map: StageMap {
            stages: names.collect(),
            ..StageMap::same(from, from + 1)
        },
        by: By::person(fixture.id(by), Channel::Page),
    }
}

fn names() -> [(&'static str, &'static str); 2] {
    [("intake", "precheck"), ("review", "joint")]
}

fn carry_out(fixture: &Fixture, order: &Order) -> Outcome {
    let moved = migration::carry_out(&fixture.app, order, "条例修订", 0, 1000, |_| {});
    moved.expect("carried out")
}

fn numbers(fixture: &Fixture, order: &Order) -> (usize, usize) {
    let trial = migration::try_out(&fixture.app, order).expect("tried out");
    let moves = |fate: &Fate| matches!(fate, Fate::Moves { .. });
    let moving = trial.cases.iter().filter(|case| moves(&case.fate)).count();
    (moving, trial.cases.len() - moving)
}

fn all_is_sound(fixture: &Fixture) {
    let report = audit::verify(&fixture.app.db, &Which::All).expect("verified");
    assert_eq!(report.faults, []);
}

fn version(fixture: &Fixture, case: Ulid) -> u32 {
    let directory = fixture.app.directory_now().expect("a directory");
    let viewer = Viewer::of(&directory, fixture.id("ann"), fixture.clock_now()).expect("active");
    seen::see(&fixture.app, &viewer, case)
        .expect("seen")
        .version
}

/// Two cases in the first stage, one in the second with one of two signatures, one that has ended.
fn started(fixture: &Fixture) -> [Ulid; 4] {
    let key = fixture.publish(&with_stages(OLD));
    let cases = [(); 4].map(|()| fixture.file("ann", &key, json!({})));
    fixture
        .on("bob", cases[2], "approve", "intake")
        .expect("approved");
    fixture
        .on("cat", cases[2], "approve", "review")
        .expect("approved");
    fixture
        .act("ann", cases[3], "withdraw", reason("不再需要"))
        .expect("withdrawn");
    fixture.publish(&with_stages(NEW));
    cases
}

// What others do one by one: spiff-arena#1671.
#[test]
fn all_running_cases_move_at_once_and_go_on_under_the_new_version() {
    Fixture::each(|fixture| {
        let [first, _, third, ended] = started(fixture);
        let order = order(fixture, "adm", 1, &names());
        assert_eq!(numbers(fixture, &order), (3, 0));
        assert_eq!(version(fixture, first), 1, "trying out moves nothing");

        let mut told = Vec::new();
        let outcome =
            migration::carry_out(&fixture.app, &order, "条例修订", 0, 1000, |so_far| {
                told.push(so_far.moved);
            })
            .expect("carried out");

        assert_eq!((outcome.moved, outcome.stayed.len()), (3, 0));
        assert_eq!(told, [1, 2, 3]);
        assert_eq!((version(fixture, first), version(fixture, ended)), (2, 1));
        all_is_sound(fixture);
        fixture
            .on("dan", third, "approve", "joint")
            .expect("approved");
        fixture
            .on("eve", third, "approve", "leader")
            .expect("approved");
        assert!(!fixture.case(third).is_open());
        fixture
            .on("bea", first, "approve", "precheck")
            .expect("approved");
        all_is_sound(fixture);
    });
}

#[test]
fn the_tables_follow_what_is_called_otherwise() {
    Fixture::each(|fixture| {
        let [_, _, third, _] = started(fixture);
        let order = order(fixture, "adm", 1, &names());

        carry_out(fixture, &order);

        let id = fixture.case_id(third);
        let rows = fixture.read(move |conn| tasks::of_case(conn, id));
        let told: Vec<(&str, &str)> = rows
            .iter()
            .map(|row| (row.stage.as_str(), row.stage_title.as_str()))
            .collect();
        assert_eq!(
            told,
            [("precheck", "受理"), ("joint", "审核"), ("joint", "会签")],
            "what is closed keeps the title under which it was asked"
        );
        let directory = fixture.app.directory_now().expect("a directory");
        let dan = Viewer::of(&directory, fixture.id("dan"), fixture.clock_now()).expect("active");
        let inbox = lists::inbox(&fixture.app, &dan, None, 10).expect("an inbox");
        assert_eq!(inbox.rows.len(), 1);
        assert!(
            inbox.rows[0].row.task.due_at.is_some(),
            "its deadline runs on"
        );
    });
}

#[test]
fn a_case_that_cannot_move_stays_and_says_why_while_the_others_move() {
    Fixture::each(|fixture| {
        let [first, second, third, _] = started(fixture);
        let order = order(fixture, "adm", 1, &[("review", "joint")]);
        assert_eq!(numbers(fixture, &order), (1, 2));

        let outcome = carry_out(fixture, &order);

        assert_eq!(outcome.moved, 1);
        let stayed: Vec<(Ulid, &Fate)> = outcome
            .stayed
            .iter()
            .map(|case| (case.ulid, &case.fate))
            .collect();
        let why = Fate::Stays(vec![Obstacle::NoCounterpart("intake".into())]);
        assert_eq!(stayed, [(first, &why), (second, &why)]);
        assert_eq!((version(fixture, first), version(fixture, third)), (1, 2));
        fixture
            .on("bob", first, "approve", "intake")
            .expect("it goes on as before");
        all_is_sound(fixture);
    });
}

#[test]
fn cases_move_again_with_the_next_version_those_that_stayed_too() {
    Fixture::each(|fixture| {
        let [first, _, third, _] = started(fixture);
        carry_out(fixture, &order(fixture, "adm", 1, &[("review", "joint")]));
        fixture.publish(&with_stages(&NEW.replace("joint", "jointly")));

        let again = order(fixture, "adm", 2, &[("joint", "jointly")]);
        assert_eq!(carry_out(fixture, &again).moved, 1);
        let mut late = order(
            fixture,
            "adm",
            1,
            &[("intake", "precheck"), ("review", "jointly")],
        );
        late.map.to = 3;
        assert_eq!(carry_out(fixture, &late).moved, 2);

        assert_eq!((version(fixture, first), version(fixture, third)), (3, 3));
        fixture
            .on("dan", third, "approve", "jointly")
            .expect("approved");
        all_is_sound(fixture);
    });
}

#[test]
fn many_move_batch_by_batch() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_stages(OLD));
        for _ in 0..25 {
            fixture.file("ann", &key, json!({}));
        }
        fixture.publish(&with_stages(NEW));
        let order = order(fixture, "adm", 1, &names());

        let (mut after, mut moved, mut batches) = (Some(0), 0, 0);
        while let Some(from) = after {
            let batch = migration::carry_out(&fixture.app, &order, "条例修订", from, 10, |_| {});
            let batch = batch.expect("carried out");
            (after, moved, batches) = (batch.next, moved + batch.moved, batches + 1);
        }

        assert_eq!((moved, batches), (25, 3));
        assert_eq!(numbers(fixture, &order), (0, 0));
        assert_eq!(carry_out(fixture, &order).moved, 0, "twice does no harm");
        all_is_sound(fixture);
    });
}

#[test]
fn only_workflow_administrators_move_cases_with_a_map_that_fits_and_a_reason() {
    Fixture::each(|fixture| {
        started(fixture);
        let tried = |order: &Order| migration::try_out(&fixture.app, order).map(|_| ());

        let by_bob = tried(&order(fixture, "bob", 1, &names()));
        assert!(matches!(
            by_bob,
            Err(Refused::Service(Error::Forbidden("publish")))
        ));
        let unknown = tried(&order(fixture, "adm", 1, &[("intake", "preczeck")]));
        assert!(matches!(&unknown, Err(Refused::Map(misfits))
            if *misfits == [Misfit::UnknownNew("preczeck".into())]));
        let mut not_in_force = order(fixture, "adm", 1, &names());
        not_in_force.map.to = 7;
        assert!(matches!(
            tried(&not_in_force),
            Err(Refused::NotInForce {
                asked: 7,
                current: 2
            })
        ));
        let mut never = order(fixture, "adm", 1, &names());
        never.map.from = 2;
        assert!(
            matches!(tried(&never), Err(Refused::NoVersion(2))),
            "from itself"
        );
        let silent = migration::carry_out(
            &fixture.app,
            &order(fixture, "adm", 1, &names()),
            " ",
            0,
            10,
            |_| {},
        );
        assert!(matches!(silent, Err(Refused::Reason(_))));
    });
}

#[test]
fn whoever_filed_a_case_does_not_move_it() {
    let fixture = Fixture::new();
    let [first, ..] = started(&fixture);
    fixture.give_posts("ann", "A", &["applicant", "workflow_admin"]);

    let outcome = carry_out(&fixture, &order(&fixture, "ann", 1, &names()));

    assert_eq!(outcome.moved, 0);
    assert_eq!(outcome.stayed[0].fate, Fate::Stays(vec![Obstacle::OwnCase]));
    assert_eq!(version(&fixture, first), 1);
}

#[test]
fn a_link_that_was_sent_before_still_acts() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&with_stages(OLD));
        let case = fixture.file("ann", &key, json!({}));
        fixture
            .on("bob", case, "approve", "intake")
            .expect("approved");
        let link = fixture.link("cat");
        fixture.publish(&with_stages(NEW));

        carry_out(fixture, &order(fixture, "adm", 1, &names()));

        crate::links::approve(&fixture.app, &link).expect("approved");
        assert_eq!(
            fixture
                .case(case)
                .round("joint", 1)
                .filter(|task| task.is_open())
                .count(),
            1
        );
        all_is_sound(fixture);
    });
}

#[test]
fn a_mail_that_waits_speaks_of_the_stage_and_the_clock_as_they_are_called_now() {
    Fixture::each(|fixture| {
        let timed = |yaml: &str| yaml.replace("第二十一条}", "第二十一条, remind: [50%]}");
        let key = fixture.publish(&with_stages(&timed(OLD)));
        let case = fixture.file("ann", &key, json!({}));
        fixture
            .on("bob", case, "approve", "intake")
            .expect("approved");
        fixture.deliver();
        fixture.wait_until("2026-03-10 10:00");
        let about = || -> Vec<(serde_json::Value, serde_json::Value)> {
            let waiting = fixture.outbox(case).into_iter();
            waiting
                .filter(|mail| mail.state == OutboxState::Waiting)
                .map(|mail| (mail.params["stage"].clone(), mail.params["clock"].clone()))
                .collect()
        };
        assert_eq!(
            about(),
            [(); 2].map(|()| (json!("review"), json!("review#0")))
        );
        fixture.publish(&with_stages(&timed(NEW)));

        carry_out(fixture, &order(fixture, "adm", 1, &names()));

        assert_eq!(
            about(),
            [(); 2].map(|()| (json!("joint"), json!("joint#0")))
        );
        let mails = fixture.mails_to("cat");
        let last = &mails.last().expect("a reminder").mail;
        assert!(last.subject.contains("提醒"), "{}", last.subject);
        assert!(last.text.contains("会签"), "{}", last.text);
    });
}

#[test]
fn a_version_that_nobody_decided_by_is_found() {
    let fixture = Fixture::new();
    let [first, ..] = started(&fixture);
    let id = fixture.case_id(first);
    fixture.write(move |conn| {
        use diesel::RunQueryDsl;
        let sql = format!("UPDATE cases SET version_id = version_id + 1 WHERE id = {id}");
        diesel::sql_query(sql).execute(conn)?;
        Ok(())
    });

    let report = audit::verify(&fixture.app.db, &Which::All).expect("verified");

    let wrong: Vec<_> = report
        .faults
        .iter()
        .map(|fault| (fault.case, fault.what))
        .collect();
    assert_eq!(wrong, [(first, audit::Wrong::Columns)]);
}

#[test]
fn the_timeline_tells_the_move_and_old_stages_by_their_old_titles() {
    let fixture = Fixture::new();
    let key = fixture.publish(&with_stages(OLD));
    let case = fixture.file("ann", &key, json!({}));
    fixture
        .on("bob", case, "approve", "intake")
        .expect("approved");
    let without = NEW.lines().skip(1).collect::<Vec<_>>().join("\n");
    fixture.publish(&with_stages(&without));

    let outcome = carry_out(&fixture, &order(&fixture, "adm", 1, &[("review", "joint")]));

    assert_eq!(outcome.moved, 1);
    let directory = fixture.app.directory_now().expect("a directory");
    let viewer = Viewer::of(&directory, fixture.id("ann"), fixture.clock_now()).expect("active");
    let seen = seen::see(&fixture.app, &viewer, case).expect("seen");
    let title = seen.running.title("intake@1").expect("kept");
    assert_eq!(title.zh, "受理");
    let kinds: Vec<_> = seen
        .history
        .iter()
        .map(|past| past.body.event.kind())
        .collect();
    assert!(kinds.contains(&"migrated"), "{kinds:?}");
    fixture
        .act(
            "cat",
            case,
            "comment",
            Input {
                comment: Some("好".into()),
                ..Input::default()
            },
        )
        .expect("said");
    all_is_sound(&fixture);
}

#[test]
fn a_dry_run_knows_what_the_branches_of_a_case_are_called() {
    let fixture = Fixture::new();
    let yaml = for_each(
        "",
        "      - {stage: intake, title: 受理, who: provider_intake@part}\n",
    );
    let key = fixture.publish(&yaml);
    fixture.file("ann", &key, json!({"providers": ["P"]}));
    fixture.publish(&yaml.replace("title: 负责人", "title: 负责人同意"));
    let order = Order {
        key,
        map: StageMap::same(1, 2),
        by: By::person(fixture.id("adm"), Channel::Page),
    };

    let trial = migration::try_out(&fixture.app, &order).expect("tried");

    let case = &trial.cases[0];
    assert_eq!(case.at, ["intake[P]"]);
    let title = case.branches.get("[P]").map(|title| title.zh.as_str());
    assert_eq!(title, Some("省公安厅"));
}
