//! What users of other engines report as faults, each guarded against by a test that bears the report's name.

use huiqian::engine::{Actor, Answer, Case, Channel, Command, Context, Input, TaskState, handle};
use serde_json::json;

use crate::support::definitions::{asked_of, for_each, reviewed};
use crate::support::world::{
    PEOPLE, World, answering, at, back_to, because, missing, naming, with_form, with_stages,
};

/// A check, two reviews at once, one of them by several signers, then the head.
fn several_at_once(more: &str) -> World {
    let mut world = World::filed(&with_stages(&format!(
        "  - {{stage: check, title: 初审, who: section_head@applicant}}
  - parallel: reviews
    title: 会审
    branches:
      many:
        - {{stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant], sign: all, return: {{to: [check]}}{more}}}
      one:
        - {{stage: first, title: 分管, who: dept_leader@applicant}}
        - {{stage: second, title: 主管, who: share_office_head@applicant, return: {{to: [check]}}}}
  - {{stage: head, title: 负责人, who: dept_leader@applicant}}
"
    )));
    world.on("bob", "approve", "check").unwrap();
    world
}

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

/// flowable#2124, #1741, cibseven#234: two who completed at the same time got an optimistic locking error, and joins fired
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

/// yudao#867: no return inside parallel branches.
#[test]
fn yudao_867_a_branch_of_a_parallel_returns_within_itself_and_the_other_goes_on() {
    let mut world = World::filed(&with_stages(
        "  - parallel: reviews
    title: 会审
    branches:
      one:
        - {stage: first, title: 分管, who: dept_leader@applicant}
        - {stage: second, title: 主管, who: share_office_head@applicant}
      two:
        - {stage: other, title: 安全, who: data_security_officer@applicant}
",
    ));
    world.on("eve", "approve", "first").unwrap();

    world
        .on_with("cat", "return", "second", back_to("first"))
        .unwrap();

    assert_eq!(world.tasks(), ["other", "first"]);
}

/// yudao#668: a return by one of several signers lost the others' tasks, and with them the stage.
#[test]
fn yudao_668_a_return_by_one_of_several_signers_asks_all_of_them_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: many, title: 会签, who: [data_security_officer@applicant, dept_leader@applicant], sign: all}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.on("dan", "approve", "many").unwrap();
    world
        .on_with("eve", "return", "many", back_to("check"))
        .unwrap();

    world.on("bob", "approve", "check").unwrap();

    assert_eq!(world.asked(), ["many: dan", "many: eve"]);
}

/// yudao#727: a stage with several signers could not be returned to.
#[test]
fn yudao_727_a_stage_with_several_signers_can_be_returned_to() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant], sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("bob", "approve", "many").unwrap();
    world.on("dan", "approve", "many").unwrap();

    world
        .on_with("cat", "return", "head", back_to("many"))
        .unwrap();

    assert_eq!(world.asked(), ["many: bob bea", "many: dan"]);
}

/// yudao#1018: after a return and re-entry the reminder was gone.
#[test]
fn yudao_1018_reminders_are_armed_again_when_a_stage_is_entered_again() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, due: {in: 2wd, remind: [1wd before]}}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world.wait_until("2026-03-04 10:00");
    assert_eq!(world.steps(), ["head#0@1 remind:0"]);

    world
        .on_with("cat", "return", "head", back_to("check"))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();
    world.wait_until("2026-03-06 10:00");

    assert_eq!(world.steps(), ["head#0@1 remind:0", "head#0@2 remind:0"]);
}

/// yudao#1018 in a branch that was sent back: the branch's own reminders come again, the others' only once.
#[test]
fn yudao_1018_reminders_of_a_branch_are_armed_again_when_it_comes_back() {
    let yaml = for_each(
        "",
        "      - {stage: answer, title: 答复, who: share_office_head@part, due: {in: 2wd, remind: [1wd before]}, return: {to: [applicant], resume: here}}\n",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    world.wait_until("2026-03-04 10:00");
    assert_eq!(world.steps(), ["answer[Q]#0@1 remind:0"]);

    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();
    world.wait_until("2026-03-06 10:00");

    assert!(world.steps().contains(&"answer[P]#0@2 remind:0".to_owned()));
}

/// yudao#1128: back to whoever filed.
#[test]
fn yudao_1128_the_applicant_gets_the_request_back_and_files_it_again() {
    let mut world = World::filed(&reviewed());
    world
        .on_with("bob", "return", "review", back_to("applicant"))
        .unwrap();
    assert_eq!(world.asked(), ["applicant: ann"]);

    world.act("ann", "submit", Input::default()).unwrap();

    assert_eq!(world.tasks(), ["review"]);
}

/// yudao#167: a refusal did nothing but end.
#[test]
fn yudao_167_a_refusal_goes_where_the_definition_says() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, refused: check}
",
    ));
    world.on("bob", "approve", "check").unwrap();
    world
        .on_with("cat", "reject", "head", because("重审"))
        .unwrap();
    assert_eq!(world.tasks(), ["check"]);
}

/// yudao#917, #1061: stages that any or all must sign did not start where several people were meant.
#[test]
fn yudao_917_any_and_all_start_with_whoever_is_there() {
    for (sign, asked) in [("any", "bob bea"), ("all", "bob bea")] {
        let world = World::filed(&with_stages(&format!(
            "  - {{stage: many, title: 会签, who: [section_head@applicant, legal_reviewer@applicant], sign: {sign}}}
"
        )));
        // Nobody holds the second post: an administrator is to name somebody.
        assert_eq!(world.asked(), [format!("many: {asked}"), "many: ".into()]);
        assert!(world.actions("adm").contains(&"reassign"));
    }
}

/// yudao#788: what was approved automatically left no record.
#[test]
fn yudao_788_an_automatic_approval_is_on_record_with_its_reason() {
    let world = {
        let mut world = World::filed(&with_stages(
            "  - {stage: check, title: 初审, who: share_office_head@applicant}
  - {stage: second, title: 复审, who: share_office_head@applicant, same_person: skip}
  - {stage: last, title: 归档, who: dept_leader@applicant}
",
        ));
        world.on("cat", "approve", "check").unwrap();
        world
    };
    assert_eq!(world.tasks(), ["last"]);

    let task = world.case.round("second", 1).next().expect("a task");
    let TaskState::Settled {
        answer, automatic, ..
    } = &task.state
    else {
        panic!("{task:?}");
    };
    assert_eq!((answer, automatic), (&Answer::Approved, &true));
}

/// yudao#806: after a delay the candidates of the next stage were not found.
#[test]
fn yudao_806_after_a_wait_the_next_people_are_those_who_hold_the_post_then() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - {wait: pause, title: 等待, until: form.until}
  - {stage: check, title: 审核, who: section_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-04"}));
    let mut people = PEOPLE.to_vec();
    people.retain(|(login, ..)| *login != "bob" && *login != "bea");
    people.push(("bea", "A", &["section_head"]));
    world.staff(&people);

    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.asked(), ["check: bea"]);
}

/// jeecg#7460: a return wrote the signatures of a stage into its history twice.
#[test]
fn jeecg_7460_after_a_return_the_history_holds_each_signature_once() {
    let mut world = several_at_once("");
    world.on("dan", "approve", "many").unwrap();
    world
        .on_with("bob", "return", "many", back_to("check"))
        .unwrap();
    world.on("bea", "approve", "check").unwrap();

    let first: Vec<&TaskState> = world
        .case
        .round("many", 1)
        .map(|task| &task.state)
        .collect();
    assert_eq!(first.len(), 2);
    let answers = first.iter().filter_map(|state| match state {
        TaskState::Settled { answer, .. } => Some(answer),
        _ => None,
    });
    assert_eq!(
        answers.collect::<Vec<_>>(),
        [&Answer::Returned, &Answer::Approved]
    );
}

/// viewflow#193: the person for a task could not be found out at run time.
#[test]
fn viewflow_193_who_is_asked_is_read_from_the_answers() {
    let yaml = with_form(
        "{id: handler, type: person, label: 经办人, required: true}",
        "  - {stage: handle, title: 办理, kind: work, who: form.handler}
",
    );
    let world = World::submitted(&yaml, json!({"handler": "dan"}));
    assert_eq!(world.asked(), ["handle: dan"]);
}

/// spiff-arena#678: a task that was given to somebody else disappeared later.
#[test]
fn spiff_678_a_reassigned_task_stays_where_it_is_through_supplements_and_deadlines() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: legal_reviewer@applicant, supplement: {times: 1}, due: {in: 1wd, remind: [50%]}}
",
    ));
    world
        .on_with("adm", "reassign", "review", naming("dan"))
        .unwrap();

    world
        .on_with("dan", "supplement", "review", missing(&["amount"]))
        .unwrap();
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 3})))
        .unwrap();
    world.wait_until("2026-03-09 09:00");

    assert_eq!(world.asked(), ["review: dan"]);
}

/// spiff-arena#1961: an activity was passed over although the run should have come to it.
#[test]
fn spiff_1961_nothing_between_two_stages_is_passed_over_without_a_record() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - {stage: one, title: 一, who: section_head@applicant}
  - {stage: two, title: 二, when: form.amount > 5, who: share_office_head@applicant}
  - {stage: three, title: 三, who: dept_leader@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 1}));
    world.on("bob", "approve", "one").unwrap();

    assert!(world.kinds().contains(&"skipped"));
    assert!(world.case.stage("two").skipped.is_some());
}

/// steedos#1531: time moves the case on by itself, and says so where there is no single way.
#[test]
fn steedos_1531_a_deadline_moves_the_case_on() {
    let mut world = World::filed(&with_stages(
        "  - {stage: opinion, title: 征求意见, who: section_head@applicant, due: {in: 1wd, overdue: [{after: 0wd, next: head}]}}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.wait_until("2026-03-04 00:00");
    assert_eq!(world.tasks(), ["head"]);
}

/// steedos#1965: several sign one after another.
#[test]
fn steedos_1965_signers_are_asked_in_their_order() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [dept_leader@applicant, section_head@applicant], sign: sequence}
",
    ));
    assert_eq!(world.asked(), ["many: eve"]);
    world.on("eve", "approve", "many").unwrap();
    assert_eq!(world.asked(), ["many: bob bea"]);
}

/// steedos-platform#6998: a refusal took the copies away from those who had been given one.
#[test]
fn steedos_6998_a_refusal_leaves_the_copies() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 初审, who: section_head@applicant, copy: {entered: [dept_leader@applicant]}}
",
    ));
    let involved = world.case.involved.clone();
    world
        .on_with("bob", "reject", "check", because("不行"))
        .unwrap();

    assert_eq!(world.end(), Some("rejected".into()));
    assert!(world.case.involved.is_superset(&involved));
}

/// StarByte#99: a stage that all must sign was left before all had signed.
#[test]
fn starbyte_99_a_stage_that_all_must_sign_is_not_left_before() {
    let mut world = World::filed(&with_stages(
        "  - {stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant, dept_leader@applicant], sign: all}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    ));
    world.on("dan", "approve", "many").unwrap();
    world.on("eve", "approve", "many").unwrap();
    assert_eq!(world.tasks(), ["many"]);

    world.on("bob", "approve", "many").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

/// StarByte#99: an inclusive gateway forgot a branch whose condition held.
#[test]
fn starbyte_99_every_branch_whose_guard_holds_is_opened_and_waited_for() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - parallel: reviews
    title: 会审
    branches:
      small:
        when: form.amount < 3
        stages:
          - {stage: small, title: 小, who: section_head@applicant}
      middle:
        when: form.amount > 1
        stages:
          - {stage: middle, title: 中, who: data_security_officer@applicant}
      large:
        when: form.amount > 5
        stages:
          - {stage: large, title: 大, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 2}));
    assert_eq!(world.tasks(), ["small", "middle"]);
    world.on("bob", "approve", "small").unwrap();
    assert_eq!(world.tasks(), ["middle"]);
    world.on("dan", "approve", "middle").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

/// openregister#3272, #3350, open-zaak#885: pauses were not on the ledger of the deadline.
#[test]
fn openregister_3272_a_pause_is_on_the_ledger_and_moves_the_deadline_by_its_length() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, due: 48h, supplement: {times: 1}}
",
    ));
    world.sleep_until("2026-03-02 19:00");
    world
        .on_with("bob", "supplement", "review", missing(&["amount"]))
        .unwrap();
    world.sleep_until("2026-03-05 19:00");
    world
        .on_with("ann", "supply", "review", answering(json!({"amount": 1})))
        .unwrap();

    let clock = &world.case.clocks["review#0@1"];
    assert_eq!(
        clock.deadline(&world.calendar),
        Some(at("2026-03-07 09:00"))
    );
    assert!(world.kinds().contains(&"clock_paused"));
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
