//! Moving a running case to another version of its definition.

use huiqian::engine::{Input, Stamp, TaskState};
use proptest::prelude::*;
use serde_json::json;

use super::laws::holds_together;
use super::properties::step;
use super::random::{self, Tape};
use crate::support::world::{
    PEOPLE, Row, World, answering, at, back_to, because, definition, missing, with_form,
    with_stages,
};

const OLD: &str = "  - {stage: intake, title: 受理, who: section_head@applicant}
  - group: reply
    title: 答复
    due: {in: 10wd, law: 第二十一条, remind: [50%]}
    stages:
      - {stage: review, title: 审核, who: [share_office_head@applicant, data_security_officer@applicant], sign: all}
      - {stage: answer, title: 批准, who: dept_leader@applicant}";

/// Everything of [`OLD`] called otherwise, and a last stage behind it.
const NEW: &str = "  - {stage: precheck, title: 形式审查, who: section_head@applicant}
  - group: handling
    title: 办理
    due: {in: 10wd, law: 第二十一条, remind: [50%]}
    stages:
      - {stage: joint, title: 会签, who: [share_office_head@applicant, data_security_officer@applicant], sign: all}
      - {stage: decide, title: 批准, who: dept_leader@applicant}
  - {stage: notify, title: 告知, kind: notice, who: applicant}";

const NAMES: &[(&str, &str)] = &[
    ("intake", "precheck"),
    ("reply", "handling"),
    ("review", "joint"),
    ("answer", "decide"),
];

/// Everyone as before, but these.
fn staff_but(others: &[Row<'static>]) -> Vec<Row<'static>> {
    let told = |row: &Row<'_>| others.iter().any(|other| other.0 == row.0);
    let rest = PEOPLE.iter().filter(|row| !told(row));
    rest.chain(others).copied().collect()
}

fn in_review() -> World {
    let mut world = World::filed(&with_stages(OLD));
    world.on("bob", "approve", "intake").expect("approved");
    world
}

#[test]
fn open_tasks_stay_with_their_holders_under_the_new_names() {
    let mut world = in_review();
    world.on("cat", "approve", "review").expect("approved");
    world.staff(&staff_but(&[
        ("dan", "A", &["data_security_officer"]),
        ("bea", "A", &["section_head", "data_security_officer"]),
    ]));
    world.on("dan", "claim", "review").expect("claimed");
    let before = world.case.tasks.clone();

    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    assert_eq!(world.open(), ["handling", "joint"]);
    assert_eq!(world.asked(), ["joint: dan"]);
    assert_eq!(world.case.tasks.len(), before.len());
    let same = |one: &huiqian::engine::Task, two: &huiqian::engine::Task| {
        (one.id, one.round, one.holder, &one.state) == (two.id, two.round, two.holder, &two.state)
    };
    assert!(
        world
            .case
            .tasks
            .iter()
            .zip(&before)
            .all(|(one, two)| same(one, two))
    );
    assert_eq!(world.case.stage("precheck").rounds, 1);
    assert_eq!(world.replayed(), world.case);

    world.on("dan", "approve", "joint").expect("approved");
    world.on("eve", "approve", "decide").expect("approved");
    assert_eq!(
        world.asked(),
        ["notify: ann"],
        "a new stage behind is asked"
    );
    world.on("ann", "acknowledge", "notify").expect("read");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

// What other engines lose: flowable#2559, #2636.
#[test]
fn several_tasks_of_one_round_are_all_there_afterwards() {
    let mut world = in_review();
    assert_eq!(world.asked(), ["review: cat", "review: dan"]);

    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    assert_eq!(world.asked(), ["joint: cat", "joint: dan"]);
    world.on("cat", "approve", "joint").expect("approved");
    assert_eq!(world.asked(), ["joint: dan"], "both must sign still");
}

// What other engines fail at: camunda#17346, #29260.
#[test]
fn a_case_moves_again_and_back() {
    let mut world = in_review();
    world.on("cat", "approve", "review").expect("approved");
    let back: Vec<(&str, &str)> = NAMES.iter().map(|(old, new)| (*new, *old)).collect();

    world.migrate(&with_stages(NEW), NAMES).expect("moved");
    world.migrate(&with_stages(OLD), &back).expect("and back");
    world.migrate(&with_stages(OLD), &[]).expect("once more");
    world.migrate(&with_stages(NEW), NAMES).expect("and again");

    assert_eq!(world.asked(), ["joint: dan"]);
    world.on("dan", "approve", "joint").expect("approved");
    assert_eq!(world.asked(), ["decide: eve"]);
    assert_eq!(world.replayed(), world.case);
}

// What other engines lose: spiff-arena#678.
#[test]
fn a_task_that_was_reassigned_is_still_there() {
    let mut world = in_review();
    world.staff(&staff_but(&[("dan", "A", &[])]));
    let naming = crate::support::world::naming("eve");
    let task = world.case.open_tasks().last().map(|task| task.id);
    world
        .act("adm", "reassign", Input { task, ..naming })
        .expect("named");

    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    assert_eq!(world.asked(), ["joint: cat", "joint: eve"]);
    world.on("eve", "approve", "joint").expect("approved");
}

#[test]
fn the_statutory_clock_goes_on_where_it_stood_and_reminds_once() {
    let mut world = in_review();
    world.told();
    world.wait_until("2026-03-10 10:00");
    assert_eq!(world.told(), ["Reminder: cat", "Reminder: dan"]);

    // The clock is the second one now, and has a reminder more whose time has passed.
    let new = NEW.replace(
        "due: {in: 10wd, law: 第二十一条, remind: [50%]}",
        "due: [{in: 8wd}, {in: 10wd, law: 第二十一条, remind: [20%, 50%, 2wd before]}]",
    );
    world.migrate(&with_stages(&new), NAMES).expect("moved");

    let deadline = |key: &str| world.case.clocks[key].deadline(&world.calendar);
    assert_eq!(deadline("handling#1"), Some(at("2026-03-17 00:00")));
    assert_eq!(
        deadline("handling#0@1"),
        Some(at("2026-03-21 00:00")),
        "a new clock begins with the move"
    );
    assert!(world.told().is_empty());
    world.wait_until("2026-03-12 10:00");
    assert!(world.told().is_empty(), "{:?}", world.steps());
    world.wait_until("2026-03-13 10:00");
    assert_eq!(world.told(), ["Reminder: cat", "Reminder: dan"]);
    assert_eq!(
        world.steps(),
        ["reply#0 remind:0", "handling#1 remind:2"],
        "each reminder comes once, by its name at the time"
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_budget_is_read_again_and_a_clock_without_a_rule_is_gone() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: [{in: 3wd, title: 办理}, {in: 5wd, title: 督办}]}",
    ));

    world
        .migrate(
            &with_stages(
                "  - {stage: review, title: 审核, who: section_head@applicant, due: [{in: 20wd, title: 督办}]}",
            ),
            &[],
        )
        .expect("moved");

    let keys: Vec<&String> = world.case.clocks.keys().collect();
    assert_eq!(keys, ["review#0@1"]);
    assert_eq!(
        world.case.clocks["review#0@1"].deadline(&world.calendar),
        Some(at("2026-03-31 00:00"))
    );
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn the_way_back_to_who_sent_for_it_is_kept() {
    let old = "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, who: share_office_head@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant, return: {to: [first, applicant], resume: here}}";
    let new = old.replace("first", "one").replace("third", "three");
    let names = &[("first", "one"), ("third", "three")];

    let mut world = World::filed(&with_stages(old));
    world.on("bob", "approve", "first").expect("approved");
    world.on("cat", "approve", "second").expect("approved");
    world
        .on_with("eve", "return", "third", back_to("first"))
        .expect("returned");
    world.migrate(&with_stages(&new), names).expect("moved");
    world.on("bob", "approve", "one").expect("approved");
    assert_eq!(world.open(), ["three"]);

    world
        .on_with("eve", "return", "three", back_to("applicant"))
        .expect("returned");
    let back = &[("one", "first"), ("three", "third")];
    world.migrate(&with_stages(old), back).expect("moved");
    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
    assert_eq!(world.open(), ["third"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_supplement_that_is_out_comes_back_to_the_stage() {
    let old = with_stages(
        "  - {stage: intake, title: 受理, who: section_head@applicant, supplement: {times: 1, clock: pause, due: 5wd}, due: 3wd}",
    );
    let new = old.replace("stage: intake", "stage: precheck");
    let mut world = World::filed(&old);
    world
        .on_with("bob", "supplement", "intake", missing(&["amount"]))
        .expect("asked");

    world
        .migrate(&new, &[("intake", "precheck")])
        .expect("moved");

    assert!(world.case.clocks.contains_key("precheck/supplement#0@1"));
    world
        .on_with("ann", "supply", "precheck", answering(json!({"amount": 3})))
        .expect("supplied");
    assert_eq!(world.asked(), ["precheck: bob bea"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_parked_case_is_cured_by_a_version_with_a_sound_guard() {
    let fields = "{id: amount, type: integer, label: 数量, required: true}";
    let stage = |when: &str| {
        let stages = format!(
            "  - {{stage: review, title: 审核, when: {when}, who: section_head@applicant}}"
        );
        with_form(fields, &stages)
    };
    let mut world = World::submitted(&stage("10 / form.amount > 1"), json!({"amount": 0}));
    assert_eq!(world.open(), ["parked-case"]);

    world
        .migrate(&stage("form.amount < 10"), &[])
        .expect("moved");
    world.on("adm", "resume", "parked-case").expect("resumed");

    assert_eq!(world.asked(), ["review: bob bea"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_verdict_that_the_new_rule_decides_is_taken_at_once() {
    let mut world = in_review();
    world.on("cat", "approve", "review").expect("approved");

    let new = OLD.replace("sign: all", "sign: any");
    world.migrate(&with_stages(&new), &[]).expect("moved");

    assert_eq!(world.asked(), ["answer: eve"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_name_that_comes_back_for_another_stage_finds_no_old_signatures_under_it() {
    let line = |ids: &[&str]| {
        let stages: Vec<String> = ids
            .iter()
            .map(|id| format!("  - {{stage: {id}, title: 看, who: section_head@applicant}}"))
            .collect();
        with_stages(&stages.join("\n"))
    };
    let mut world = World::filed(&line(&["look", "check", "sign"]));
    world.on("bob", "approve", "look").expect("approved");

    world
        .migrate(&line(&["check", "sign"]), &[])
        .expect("moved");
    assert_eq!(world.case.stage("look@1").rounds, 1);
    world
        .migrate(&line(&["check", "look", "sign"]), &[])
        .expect("moved");
    world.on("bea", "approve", "check").expect("approved");

    assert_eq!(world.case.stage("look").rounds, 1);
    assert_eq!(world.asked(), ["look: bob bea"]);
    assert_eq!(world.case.round("look", 1).count(), 1);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn seats_are_found_again_by_their_names_wherever_they_stand() {
    let seats = |who: &str| {
        with_form(
            "{id: note, type: text, label: 说明}",
            &format!("  - {{stage: review, title: 会签, sign: all, who: {{{who}}}}}"),
        )
    };
    let office = "office: {who: share_office_head@applicant, fills: [note]}";
    let security = "security: data_security_officer@applicant";
    let mut world = World::filed(&seats(&format!("{office}, {security}")));

    world
        .migrate(&seats(&format!("{security}, {office}")), &[])
        .expect("moved");

    world
        .on_with(
            "cat",
            "approve",
            "review",
            answering(json!({"note": "已核"})),
        )
        .expect("the seat fills what it filled before");
    assert_eq!(world.asked(), ["review: dan"]);
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn whoever_has_the_old_page_open_is_to_look_again() {
    let mut world = in_review();
    let seen = world.case.revision;
    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    let task = Some(world.task_of("cat", "joint"));
    let input = Input {
        task,
        ..because("同意")
    };
    let refused = world.act_seeing("cat", "approve", input.clone(), Some(seen));

    assert_eq!(refused.expect_err("moved on").code(), "moved-on");
    world.act("cat", "approve", input).expect("approved");
}

#[test]
fn the_move_is_recorded_with_its_reason_and_stamped() {
    let mut world = in_review();
    let told = world.log.len();

    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    let (event, Stamp { actor, .. }) = &world.log[told];
    assert_eq!(event.kind(), "migrated");
    assert_eq!(*actor, huiqian::engine::Actor::Person(world.id("adm")));
    let stored = serde_json::to_value(event).expect("JSON");
    assert_eq!(stored["comment"], "条例修订");
    assert_eq!(stored["stages"]["review"], "joint");
    assert_eq!((&stored["from"], &stored["to"]), (&json!(1), &json!(2)));
}

#[test]
fn settled_tasks_keep_their_opinions() {
    let mut world = in_review();
    world
        .on_with("cat", "approve", "review", because("材料齐全"))
        .expect("approved");

    world.migrate(&with_stages(NEW), NAMES).expect("moved");

    let opinions: Vec<&str> = world
        .case
        .tasks
        .iter()
        .filter_map(|task| match &task.state {
            TaskState::Settled { comment, .. } => comment.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(opinions, ["材料齐全"]);
}

#[test]
fn a_new_setting_counts_from_the_move_on() {
    let yaml = |limit: u32| {
        definition(
            &format!("settings:\n  limit: {{title: 上限, value: {limit}}}\n"),
            "{id: amount, type: integer, label: 数量, required: true}",
            "  - {stage: first, title: 一, who: section_head@applicant}
  - {stage: second, title: 二, when: form.amount > settings.limit, who: share_office_head@applicant}
  - {stage: third, title: 三, who: dept_leader@applicant}",
            "",
        )
    };
    let mut world = World::submitted(&yaml(5), json!({"amount": 7}));

    world.migrate(&yaml(10), &[]).expect("moved");
    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(world.open(), ["third"]);
}

/// The same definition with every stage and block called otherwise.
fn called_otherwise(yaml: &str) -> String {
    let mut text = String::with_capacity(yaml.len());
    let mut before = ' ';
    let mut letters = yaml.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_id = !before.is_alphanumeric() && letters.peek().is_some_and(char::is_ascii_digit);
        text.push(match letter {
            's' if is_id => 't',
            'g' if is_id => 'h',
            't' if is_id => 's',
            'h' if is_id => 'g',
            other => other,
        });
        before = letter;
    }
    text
}

proptest! {
    #![proptest_config(random::tried(48))]

    /// Two cases of one definition, to which the same happens; one of them is moved to a version with other names and
    /// back, again and again. Nobody can tell them apart by anything but the names.
    #[test]
    fn a_case_that_was_moved_goes_on_as_one_that_was_not(
        definition in proptest::collection::vec(any::<u8>(), 0..120),
        deeds in proptest::collection::vec(any::<u8>(), 0..100),
        amount in 1..12,
    ) {
        let Some((workflow, yaml)) = random::workflow(&definition) else {
            return Err(TestCaseError::reject("the check refuses it"));
        };
        let other = called_otherwise(&yaml);
        let ids: Vec<String> = workflow.nodes().map(|node| node.id.clone()).collect();
        let pairs: Vec<(String, String)> = ids
            .into_iter()
            .map(|id| (id.clone(), called_otherwise(&id)))
            .collect();
        let mut stays = World::submitted(&yaml, json!({"amount": amount}));
        let mut moves = World::submitted(&yaml, json!({"amount": amount}));
        let (mut one, mut two) = (Tape::new(&deeds), Tape::new(&deeds));
        let mut there = false;
        while !one.is_over() && stays.end().is_none() {
            let names: Vec<(&str, &str)> = pairs
                .iter()
                .map(|(old, new)| if there { (&**new, &**old) } else { (&**old, &**new) })
                .collect();
            let yaml = if there { &yaml } else { &other };
            // An administrator may be missing, or a guard fail that has failed before.
            if moves.migrate(yaml, &names).is_ok() {
                there = !there;
            }
            // What was moved is not taken back to before the move.
            step(&mut stays, &mut one, &["take_back"])?;
            step(&mut moves, &mut two, &["take_back"])?;
            holds_together(&moves)?;
            prop_assert_eq!(shape(&stays, false), shape(&moves, there), "\n{}", yaml);
        }
        prop_assert_eq!(stays.end(), moves.end());
    }
}

/// Everything about a case's tasks and places, under the names of the first version.
fn shape(world: &World, renamed: bool) -> Vec<String> {
    let called = |id: &str| match renamed {
        true => called_otherwise(id),
        false => id.to_owned(),
    };
    let open = world.open();
    let places = open.iter().map(|id| called(id));
    let tasks = world.case.tasks.iter().map(|task| {
        format!(
            "{} {} {} {:?} {:?}",
            called(&task.stage),
            task.round,
            task.place,
            task.holder,
            task.state
        )
    });
    let clocks = world.case.clocks.values().map(|clock| {
        let deadline = clock.deadline(&world.calendar);
        format!(
            "{} {} {deadline:?} {:?}",
            called(&clock.node),
            clock.rule,
            clock.came
        )
    });
    let mut clocks: Vec<String> = clocks.collect();
    clocks.sort();
    places.chain(tasks).chain(clocks).collect()
}
