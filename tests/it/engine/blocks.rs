//! Blocks: several ways at once, a branch for each element, waits, asides, what the run goes on from, what comes again.

use huiqian::engine::{Input, LeftAs};
use serde_json::json;

use crate::support::definitions::{asked_of, for_each};
use crate::support::world::{
    World, answering, at, back_to, because, definition, missing, signalling, with_form, with_stages,
};

/// Two reviews at once, then the head.
fn together(join: &str) -> String {
    with_stages(&format!(
        "  - parallel: reviews
    title: 会审
    join: {join}
    branches:
      security:
        - {{stage: check, title: 安全, who: data_security_officer@applicant}}
      business:
        - {{stage: first, title: 科室, who: section_head@applicant}}
        - {{stage: second, title: 分管, who: dept_leader@applicant}}
  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
    ))
}

#[test]
fn every_branch_of_a_parallel_runs_by_itself_until_they_come_together() {
    let mut world = World::filed(&together("all"));
    assert_eq!(world.tasks(), ["check", "first"]);

    world.on("bob", "approve", "first").unwrap();
    assert_eq!(world.tasks(), ["check", "second"]);

    world.on("dan", "approve", "check").unwrap();
    world.on("eve", "approve", "second").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn with_any_the_first_branch_that_passes_cancels_the_rest() {
    let mut world = World::filed(&together("any"));

    world.on("dan", "approve", "check").unwrap();

    assert_eq!(world.tasks(), ["head"]);
    assert_eq!(world.case.stage("first").how, Some(LeftAs::Abandoned));
}

#[test]
fn with_rest_wait_the_block_is_decided_once_every_branch_is_closed() {
    let mut world = World::filed(&together("{pass: 1, rest: wait}"));

    world.on("dan", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["first"]);
    world
        .on_with("bob", "reject", "first", because("不行"))
        .unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_refused_branch_refuses_a_block_that_all_must_pass() {
    let mut world = World::filed(&together("all"));

    world
        .on_with("dan", "reject", "check", because("不行"))
        .unwrap();

    assert_eq!(world.end(), Some("rejected".into()));
}

#[test]
fn a_return_out_of_a_parallel_cancels_every_branch_and_opinions_stay_visible() {
    let mut world = World::filed(&with_stages(
        "  - {stage: before, title: 初审, who: section_head@applicant}
  - parallel: reviews
    title: 会审
    branches:
      security:
        - {stage: check, title: 安全, who: data_security_officer@applicant}
      business:
        - {stage: lead, title: 分管, who: dept_leader@applicant, return: {to: [before]}}
",
    ));
    world.on("bob", "approve", "before").unwrap();
    world.on("dan", "approve", "check").unwrap();

    world
        .on_with("eve", "return", "lead", back_to("before"))
        .unwrap();
    assert_eq!(world.tasks(), ["before"]);
    assert!(
        world
            .case
            .tasks
            .iter()
            .any(|task| task.stage == "check" && !task.is_live())
    );

    world.on("bob", "approve", "before").unwrap();
    assert_eq!(world.tasks(), ["check", "lead"], "each once");
}

#[test]
fn every_element_has_a_branch_with_its_own_people() {
    let inside = "      - {stage: intake, title: 受理, who: provider_intake@part}
      - {stage: answer, title: 答复, who: share_office_head@part}
";
    let mut world = asked_of(&for_each("", inside), &["P", "Q"]);
    assert_eq!(world.asked(), ["intake[P]: pia", "intake[Q]: qua"]);

    world.on("pia", "approve", "intake[P]").unwrap();
    assert_eq!(world.asked(), ["intake[Q]: qua", "answer[P]: pat"]);
    world.on("pat", "approve", "answer[P]").unwrap();
    world.on("qua", "approve", "intake[Q]").unwrap();
    world.on("qin", "approve", "answer[Q]").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn branches_in_sequence_open_one_after_another() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part}\n";
    let mut world = asked_of(&for_each("    order: sequence\n", inside), &["P", "Q"]);
    assert_eq!(world.tasks(), ["answer[P]"]);

    world.on("pat", "approve", "answer[P]").unwrap();
    assert_eq!(world.tasks(), ["answer[Q]"]);
    world.on("qin", "approve", "answer[Q]").unwrap();

    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_return_out_of_a_branch_cancels_that_branch_only_and_it_waits() {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    stages:
      - {stage: intake, title: 受理, who: provider_intake@part}
      - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [check]}}
",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world.on("bob", "approve", "check").unwrap();
    world.on("pia", "approve", "intake[P]").unwrap();

    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();
    assert_eq!(world.tasks(), ["intake[Q]", "check"]);

    world.on("bob", "approve", "check").unwrap();
    assert_eq!(
        world.tasks(),
        ["intake[Q]", "intake[P]"],
        "the branch begins again"
    );
}

#[test]
fn a_returned_branch_comes_straight_back_with_resume_here() {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    stages:
      - {stage: intake, title: 受理, who: provider_intake@part}
      - {stage: answer, title: 答复, who: share_office_head@part, return: {to: [check, applicant], resume: here}}
",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    world.on("bob", "approve", "check").unwrap();
    world.on("pia", "approve", "intake[P]").unwrap();

    world
        .on_with("pat", "return", "answer[P]", back_to("check"))
        .unwrap();
    world.on("bob", "approve", "check").unwrap();
    assert_eq!(world.tasks(), ["intake[Q]", "answer[P]"]);

    world
        .on_with("pat", "return", "answer[P]", back_to("applicant"))
        .unwrap();
    assert_eq!(world.tasks(), ["intake[Q]", "applicant[P]"]);
    world
        .on_with(
            "ann",
            "submit",
            "applicant[P]",
            answering(json!({"providers": ["P", "Q"]})),
        )
        .unwrap();
    assert_eq!(world.tasks(), ["intake[Q]", "answer[P]"]);
}

#[test]
fn a_provider_that_appears_opens_a_branch_and_one_that_disappears_voids_its_own() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part, supplement: {times: 2}}\n";
    let mut world = asked_of(&for_each("", inside), &["P"]);
    world
        .on_with("pat", "supplement", "answer[P]", missing(&["providers"]))
        .unwrap();

    let task = world.case.open_tasks().last().map(|task| task.id);
    world
        .act(
            "ann",
            "supply",
            Input {
                task,
                ..answering(json!({"providers": ["Q"]}))
            },
        )
        .unwrap();

    assert_eq!(world.tasks(), ["answer[Q]"]);
    assert_eq!(world.case.stage("replies[P]").how, Some(LeftAs::Gone));
}

#[test]
fn a_wait_stands_until_its_time_and_a_signal_may_end_it_sooner() {
    let yaml = with_form(
        "{id: until, type: date, label: 截止, required: true}",
        "  - wait: in_use
    title: 使用期
    until: form.until
    remind: [1d before]
    signals:
      finish: {title: 不再需要, by: [applicant], next: closing}
  - {stage: after, title: 归档, who: section_head@applicant, next: approved}
  - {stage: closing, title: 收尾, who: share_office_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"until": "2026-03-10"}));
    assert!(world.case.in_force());
    assert!(world.actions("ann").contains(&"signal"));
    assert!(!world.actions("bob").contains(&"signal"));

    let mut signalled = World::submitted(&yaml, json!({"until": "2026-03-10"}));
    signalled
        .act("ann", "signal", signalling("finish"))
        .unwrap();
    assert_eq!(signalled.tasks(), ["closing"]);

    world.wait_until("2026-03-09 12:00");
    assert!(world.case.in_force());
    world.wait_until("2026-03-11 00:00");
    assert_eq!(world.tasks(), ["after"]);
}

#[test]
fn an_aside_is_passed_over_entered_by_name_and_left_by_its_next() {
    let yaml = with_stages(
        "  - {stage: check, title: 审核, who: section_head@applicant, refused: talks}
  - aside: talks
    title: 协商
    next: check
    stages:
      - {stage: talk, title: 协商, kind: work, who: dept_leader@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut passing = World::filed(&yaml);
    passing.on("bob", "approve", "check").unwrap();
    assert_eq!(passing.tasks(), ["head"]);

    let mut world = World::filed(&yaml);
    world
        .on_with("bob", "reject", "check", because("不行"))
        .unwrap();
    assert_eq!(world.tasks(), ["talk"]);
    world.on("eve", "done", "talk").unwrap();
    assert_eq!(world.tasks(), ["check"]);
}

#[test]
fn the_run_goes_on_from_what_it_does_not_wait_for_and_the_case_ends_only_after_it() {
    let yaml = with_stages(
        "  - {stage: filing, title: 备案, kind: work, who: data_security_officer@applicant, await: end}
  - {stage: check, title: 审核, who: section_head@applicant}
",
    );
    let mut world = World::filed(&yaml);
    assert_eq!(world.tasks(), ["filing", "check"]);

    world.on("bob", "approve", "check").unwrap();
    assert_eq!(world.end(), None, "the filing is not closed");
    world.on("dan", "done", "filing").unwrap();

    assert_eq!(world.end(), Some("approved".into()));
}

#[test]
fn a_stage_that_is_awaited_is_entered_once_the_other_is_closed() {
    let yaml = with_stages(
        "  - parallel: both
    title: 同时
    branches:
      plan:
        - {stage: plan, title: 预案, who: dept_leader@applicant, await: closing}
      handle:
        - {stage: handle, title: 处置, kind: work, who: section_head@applicant}
  - {stage: closing, title: 结案, who: share_office_head@applicant}
",
    );
    let mut world = World::filed(&yaml);
    world.on("bob", "done", "handle").unwrap();
    assert_eq!(world.tasks(), ["plan"], "the plan outlives its block");

    world.on("eve", "approve", "plan").unwrap();
    assert_eq!(world.tasks(), ["closing"]);
}

#[test]
fn a_recurring_stage_opens_a_round_each_period_while_its_guard_holds() {
    let yaml = with_stages(
        "  - parallel: response
    title: 处置
    branches:
      reports:
        - {stage: report, title: 续报, kind: work, who: data_security_officer@applicant, every: 24h, while: '!done(\"contain\")'}
      work:
        - {stage: contain, title: 处置, kind: work, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant}
",
    );
    let mut world = World::filed(&yaml);
    assert_eq!(world.tasks(), ["contain"]);

    world.wait_until("2026-03-03 09:00");
    assert_eq!(world.tasks(), ["contain", "report"]);
    world.on("dan", "done", "report").unwrap();
    world.wait_until("2026-03-04 09:00");
    assert_eq!(world.tasks(), ["contain", "report"]);
    assert_eq!(world.case.stage("report").rounds, 2);

    world.on("bob", "done", "contain").unwrap();
    assert_eq!(world.tasks(), ["report"], "an open round is finished first");
    world.on("dan", "done", "report").unwrap();
    assert_eq!(world.tasks(), ["head"]);
}

#[test]
fn a_pause_stops_a_block_around_branches_only_when_every_branch_is_paused() {
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    due: {in: 10wd, law: 《条例》第二十一条}
    stages:
      - {stage: answer, title: 答复, who: share_office_head@part, supplement: {times: 2}}
",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);
    let runs = |world: &World| world.case.clocks["replies#0"].is_running();

    world
        .on_with("pat", "supplement", "answer[P]", missing(&["providers"]))
        .unwrap();
    assert!(runs(&world));
    world
        .on_with("qin", "supplement", "answer[Q]", missing(&["providers"]))
        .unwrap();
    assert!(!runs(&world));
}

#[test]
fn suspending_stops_the_clocks_and_resuming_keeps_what_is_left() {
    let yaml =
        with_stages("  - {stage: check, title: 审核, who: section_head@applicant, due: 5wd}\n");
    let mut world = World::filed(&yaml);
    let due = |world: &World| {
        world
            .case
            .clocks
            .values()
            .next()
            .unwrap()
            .deadline(&world.calendar)
    };
    let before = due(&world);

    world.now = at("2026-03-04 09:00");
    world.act("adm", "suspend", because("等待核实")).unwrap();
    assert_eq!(due(&world), None);
    assert_eq!(
        world.on("bob", "approve", "check").unwrap_err().code(),
        "suspended"
    );

    world.now = at("2026-03-11 09:00");
    world.act("adm", "resume", Input::default()).unwrap();
    assert!(before < due(&world));
    world.on("bob", "approve", "check").unwrap();
}

#[test]
fn a_jump_never_passes_a_stage_required_by_law() {
    let yaml = with_stages(
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - {stage: head, title: 负责人, who: share_office_head@applicant, law: 《条例》第二十条}
  - {stage: last, title: 归档, who: dept_leader@applicant}
",
    );
    let mut world = World::filed(&yaml);

    let past = world.act("adm", "jump", back_to("last")).unwrap_err();
    assert_eq!(past.code(), "past-law");
    world.act("adm", "jump", back_to("head")).unwrap();
    assert_eq!(world.tasks(), ["head"]);
    world.on("cat", "approve", "head").unwrap();
    world.act("adm", "jump", back_to("check")).unwrap();
    assert_eq!(world.tasks(), ["check"]);
}

#[test]
fn records_open_and_change_entries_per_branch_and_element() {
    let yaml = definition(
        "",
        "{id: providers, type: departments, label: 提供部门, required: true}",
        "  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
    stages:
      - {stage: answer, title: 答复, who: share_office_head@part, record: {register: grants, status: agreed, set: {requester: case.department}}}
      - {stage: provide, title: 提供, kind: work, who: share_office_head@part, record: {register: grants, status: provided}}
",
        "",
    );
    let mut world = asked_of(&yaml, &["P", "Q"]);

    world.on("pat", "approve", "answer[P]").unwrap();
    let entry = &world.case.entries["grants/replies[P]/"];
    assert_eq!(entry.status.as_deref(), Some("agreed"));
    assert_eq!(entry.values["requester"], json!("A"));

    world.on("pat", "done", "provide[P]").unwrap();
    assert_eq!(
        world.case.entries["grants/replies[P]/"].status.as_deref(),
        Some("provided")
    );
    assert_eq!(world.case.entries.len(), 1);
}
