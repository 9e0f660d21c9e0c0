//! Flowable and Camunda: tokens in a tree, timers, history, migration.

use huiqian::engine::{Actor, Case, Channel, Command, Context, Input, handle, next_wake};
use serde_json::json;

use super::{several, several_at_once};
use crate::support::definitions::reviewed;
use crate::support::world::{World, at, back_to, because, missing, with_form, with_stages};

/// flowable#1222, open since 2018: «need to return to Jack», and the engine has no return.
#[test]
fn flowable_1222_a_case_goes_back_to_a_named_person() {
    let mut world = World::filed(&reviewed());
    world.on("bob", "approve", "review").unwrap();

    world
        .on_with("cat", "return", "head", back_to("review"))
        .unwrap();

    assert_eq!(world.asked(), ["review: bob bea"]);
}

/// flowable#4046: a parallel block and several signers moved to one stage left duplicate tasks behind.
#[test]
fn flowable_4046_a_parallel_with_several_signers_moved_to_one_stage_leaves_no_duplicate_task() {
    let mut world = several_at_once("");
    world.on("dan", "approve", "many").unwrap();

    world
        .on_with("bob", "return", "many", back_to("check"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);

    world.on("bea", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["many", "many", "first"]);
    let asked = |stage: &str| world.case.round(stage, 2).count();
    assert_eq!((asked("many"), asked("first")), (2, 1));
}

/// flowable#2259, #1641, #1122, #1674: leaving from two branches left joins that never fired.
#[test]
fn flowable_2259_returns_from_two_branches_one_after_the_other_leave_no_stuck_join() {
    let mut world = several_at_once("");
    world
        .on_with("dan", "return", "many", back_to("check"))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();
    world.on("eve", "approve", "first").unwrap();
    world
        .on_with("cat", "return", "second", back_to("check"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);

    world.on("bob", "approve", "check").unwrap();
    world.on("dan", "approve", "many").unwrap();
    world.on("eve", "approve", "first").unwrap();
    world.on("bob", "approve", "many").unwrap();
    world.on("cat", "approve", "second").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

/// flowable#1674: moving the run by hand needed to know about parent executions, and left them behind.
#[test]
fn flowable_1674_a_jump_out_of_a_parallel_takes_all_of_it_along() {
    let mut world = several_at_once("");
    world.on("eve", "approve", "first").unwrap();

    world.act("adm", "jump", back_to("head")).unwrap();

    assert_eq!(world.open(), ["head"]);
}

/// flowable#2124, #1487, #1741, cibseven#234: two who completed at the same time got an optimistic locking error, and joins fired
/// twice or never.
#[test]
fn flowable_2124_two_branches_completed_at_the_same_time_join_once() {
    let mut world = several_at_once("");
    world.on("eve", "approve", "first").unwrap();
    world.on("bob", "approve", "many").unwrap();
    let seen = world.case.revision;
    let tasks = [world.task_of("dan", "many"), world.task_of("cat", "second")];

    for (login, task) in ["dan", "cat"].into_iter().zip(tasks) {
        let input = Input {
            task: Some(task),
            ..Input::default()
        };
        // Both saw the same revision; signatures of others do not conflict.
        world
            .act_seeing(login, "approve", input, Some(seen))
            .unwrap();
    }

    assert_eq!(world.tasks(), ["head"]);
    assert_eq!(world.case.stage("head").rounds, 1);
}

/// flowable#2124: of two on one task one wins, and the other is told so.
#[test]
fn flowable_2124_two_on_one_task_do_not_both_win() {
    let mut world = World::filed(&reviewed());
    let seen = world.case.revision;
    let task = Some(world.task_of("bob", "review"));
    let input = || Input {
        task,
        ..Input::default()
    };
    world
        .act_seeing("bob", "approve", input(), Some(seen))
        .unwrap();

    let late = world.act_seeing("bea", "approve", input(), Some(seen));

    assert_eq!(late.unwrap_err().code(), "moved-on");
}

/// flowable#2422: a slow database let a lock expire, and the job ran twice though its owner was alive.
#[test]
fn flowable_2422_a_timer_that_fires_twice_does_its_work_once() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {in: 1wd, remind: [every 1wd after], overdue: [{after: 0wd, escalate: dept_leader@applicant}, {after: 1wd, next: again}]}}
",
    ));
    world.now = at("2026-03-05 00:00");
    let before = world.case.clone();
    world.tick();
    let once = (world.case.clone(), world.log.len());
    world.tick();
    assert_eq!((world.case.clone(), world.log.len()), once);

    // The second of the two had read the case before the first was done: the same work, of which only one is stored.
    assert_eq!(ticked(&world, &before), Some(world.case.clone()));
}

fn ticked(world: &World, case: &Case) -> Option<Case> {
    let context = Context {
        channel: Channel::Timer,
        ..world.context(Actor::System)
    };
    let decision = huiqian::engine::tick(&world.workflow, case, &context).expect("time acts");
    decision.map(|decision| decision.case)
}

/// flowable#3629: a due date that was null failed with «business calendar null does not exist».
#[test]
fn flowable_3629_a_date_that_is_not_there_waits_for_an_administrator_with_the_reason() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止}",
        "  - {stage: review, title: 审核, who: section_head@applicant, due: {at: form.until}, supplement: {times: 1}}
",
    );
    let mut world = World::filed(&yaml);
    assert_eq!(world.tasks(), ["parked-case"]);

    world
        .case
        .answers
        .insert("until".into(), json!("2026-03-09"));
    world.on("adm", "resume", "parked-case").unwrap();
    assert_eq!(world.tasks(), ["review"]);
}

/// camunda-bpm-platform#1155: one calendar for every task of a process.
#[test]
fn camunda_1155_each_clock_counts_in_its_own_way() {
    let world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: [{in: 1wd}, {in: 24h}, {in: 7wh}]}
",
    ));
    let ends: Vec<_> = world
        .case
        .clocks
        .values()
        .map(|clock| clock.deadline(&world.calendar))
        .collect();

    // Filed on a Monday at 09:00.
    let expected = ["2026-03-04 00:00", "2026-03-03 09:00", "2026-03-02 17:30"];
    assert_eq!(ends, expected.map(|end| Some(at(end))));
}

/// camunda#19932, #56080, #57549: suspended instances went on counting.
#[test]
fn camunda_19932_a_suspended_case_keeps_what_is_left_of_every_clock() {
    let mut world = World::filed(&with_stages(
        "  - group: block
    title: 块
    due: 48h
    stages:
      - {stage: review, title: 审核, who: section_head@applicant, due: 24h, supplement: {times: 1, due: 24h}}
",
    ));
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .unwrap();
    let left = |world: &World| -> Vec<_> {
        let clocks = world.case.clocks.values();
        let ends = clocks.filter_map(|clock| clock.deadline(&world.calendar));
        ends.map(|end| end - world.now).collect()
    };
    world.sleep_until("2026-03-02 15:00");
    let before = left(&world);
    assert_eq!(before.len(), 1, "the supplement's: the others are paused");

    world.act("adm", "suspend", because("核实")).unwrap();
    assert!(left(&world).is_empty());
    world.sleep_until("2026-04-02 15:00");
    world.tick();
    world.act("adm", "resume", because("继续")).unwrap();

    assert_eq!(left(&world), before);
}

/// Every engine that keeps tokens in a tree: a command decided on a case that has moved on since changes nothing.
#[test]
fn a_decision_is_made_of_the_case_alone() {
    let world = several_at_once("");
    let command = Command {
        action: "approve".into(),
        input: Input {
            task: Some(world.task_of("eve", "first")),
            ..Input::default()
        },
        seen: None,
    };
    let context = world.context(Actor::Person(world.id("eve")));

    let decide = || handle(&world.workflow, &world.case, &command, &context);

    assert_eq!(decide(), decide());
}

/// flowable#2636: a migration failed on a task with several signers, or lost some of them.
#[test]
fn flowable_2636_a_stage_with_several_signers_is_migrated_with_what_was_signed() {
    let mut world = several_at_once("");
    world.on("dan", "approve", "many").unwrap();
    let other = several("").replace("stage: many", "stage: joint");

    world.migrate(&other, &[("many", "joint")]).expect("moved");

    assert_eq!(world.tasks(), ["joint", "first"]);
    world.on("bob", "approve", "joint").unwrap();
    assert_eq!(world.tasks(), ["first"]);
}

/// camunda#17346, #29260, #47408: a case that had been migrated once could not be migrated again.
#[test]
fn camunda_29260_a_case_in_several_branches_is_migrated_again_and_again() {
    let mut world = several_at_once("");
    let text = several("");
    let other = text.replace("stage: many", "stage: joint");

    for _ in 0..3 {
        world.migrate(&other, &[("many", "joint")]).expect("moved");
        world.migrate(&text, &[("joint", "many")]).expect("back");
    }

    assert_eq!(world.tasks(), ["many", "many", "first"]);
    assert_eq!(world.replayed(), world.case);
}

/// camunda#63103, #48236, #28104: instances that had long ended went on being looked at and filled the disk.
#[test]
fn camunda_63103_an_ended_case_leaves_nothing_that_is_looked_at_again() {
    let mut world = World::filed(&with_stages(
        "  - parallel: both
    title: 并行
    join: any
    due: {in: 5wd, remind: [50%]}
    branches:
      one:
        - {stage: one, title: 一, who: section_head@applicant, due: 3wd}
      two:
        - {stage: two, title: 二, who: dept_leader@applicant, every: 24h, while: 'true'}
",
    ));

    world.on("bob", "approve", "one").unwrap();

    assert!(world.end().is_some());
    assert_eq!(
        next_wake(&world.workflow, &world.case, &world.calendar),
        None
    );
    assert!(!world.case.tasks.iter().any(|task| task.is_live()));
    assert!(world.case.clocks.values().all(|clock| clock.stopped));
    let events = world.log.len();
    world.wait_until("2027-03-02 09:00");
    assert_eq!(world.log.len(), events);
}
