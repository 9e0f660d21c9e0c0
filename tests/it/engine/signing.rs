//! Signing, working and reading: each action, and whom it is refused.

use huiqian::engine::{Actor, Input, Rejection, TaskId};
use serde_json::json;

use crate::support::world::{World, because, choosing, with_form, with_stages};

const ONE: &str = "  - {stage: review, title: 审核, who: section_head@applicant}";

#[test]
fn a_yes_of_the_only_stage_approves_the_case() {
    let mut world = World::filed(&with_stages(ONE));

    world.on("bob", "approve", "review").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_no_needs_a_reason_and_rejects_the_case() {
    let mut world = World::filed(&with_stages(ONE));

    let without = world.on("bob", "reject", "review");
    assert_eq!(without, Err(Rejection::CommentMissing("reject".into())));
    assert_eq!(world.end(), None);

    world
        .on_with("bob", "reject", "review", because("依据不足"))
        .expect("rejected");
    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn only_who_is_asked_may_act() {
    let mut world = World::filed(&with_stages(ONE));

    let refused = world.on("cat", "approve", "review");

    assert_eq!(refused, Err(Rejection::NotAsked("section_head@A".into())));
    assert!(!world.actions("cat").contains(&"approve"));
}

#[test]
fn a_task_is_answered_once() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: [section_head@applicant, share_office_head@applicant]}",
    ));
    world.on("bob", "approve", "review").expect("approved");
    let first = Some(TaskId(1));

    let task = Input {
        task: first,
        ..Input::default()
    };
    assert_eq!(
        world.act("bea", "approve", task),
        Err(Rejection::TaskClosed(TaskId(1)))
    );
}

#[test]
fn an_action_on_a_task_names_it() {
    let mut world = World::filed(&with_stages(ONE));

    assert_eq!(
        world.act("bob", "approve", Input::default()),
        Err(Rejection::TaskMissing("approve"))
    );
    let unknown = Input {
        task: Some(TaskId(9)),
        ..Input::default()
    };
    assert_eq!(
        world.act("bob", "approve", unknown),
        Err(Rejection::UnknownTask(TaskId(9)))
    );
    assert_eq!(
        world.act("bob", "bless", Input::default()),
        Err(Rejection::UnknownAction("bless".into()))
    );
}

#[test]
fn nothing_is_done_on_a_case_that_is_over() {
    let mut world = World::filed(&with_stages(ONE));
    world.on("bob", "approve", "review").expect("approved");

    let late = Input {
        task: Some(TaskId(1)),
        ..Input::default()
    };
    assert_eq!(
        world.act("bob", "approve", late),
        Err(Rejection::CaseClosed)
    );
    assert_eq!(
        world.act("ann", "withdraw", Input::default()),
        Err(Rejection::CaseClosed)
    );
    assert_eq!(
        world.act("ann", "submit", Input::default()),
        Err(Rejection::CaseClosed)
    );
    assert_eq!(
        world.actions("bob"),
        ["copy"],
        "it may still be read by others"
    );
}

#[test]
fn abstaining_is_offered_under_a_vote_that_allows_it() {
    let vote = |abstain| {
        World::filed(&with_stages(&format!(
            "  - {{stage: panel, title: 表决, who: each section_head@applicant, sign: {{pass: 1, abstain: {abstain}}}}}"
        )))
    };

    let mut allowed = vote(true);
    allowed.on("bob", "abstain", "panel").expect("abstained");
    allowed.on("bea", "approve", "panel").expect("approved");
    assert_eq!(allowed.end().as_deref(), Some("approved"));

    let mut denied = vote(false);
    assert_eq!(
        denied.on("bob", "abstain", "panel"),
        Err(Rejection::NotOffered { action: "abstain" })
    );
}

#[test]
fn a_choice_of_the_stage_stands_in_for_yes_and_no() {
    let yaml = with_stages(
        "  - stage: review
    title: 审核
    who: section_head@applicant
    choices:
      agree: {title: 同意}
      partly: {title: 部分同意, comment: required}
      refuse: {title: 不同意, verdict: refused, comment: required}",
    );

    let mut world = World::filed(&yaml);
    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::NotOffered { action: "approve" })
    );
    let unknown = world.on_with("bob", "choose", "review", choosing("perhaps"));
    assert_eq!(
        unknown,
        Err(Rejection::UnknownChoice(
            "perhaps".into(),
            "agree, partly, refuse".into()
        ))
    );
    let silent = Input {
        choice: Some("partly".into()),
        ..Input::default()
    };
    assert_eq!(
        world.on_with("bob", "choose", "review", silent),
        Err(Rejection::CommentMissing("partly".into()))
    );
    world
        .on_with("bob", "choose", "review", choosing("partly"))
        .expect("chosen");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.case.stage("review").choice.as_deref(), Some("partly"));

    let mut refused = World::filed(&yaml);
    refused
        .on_with("bob", "choose", "review", choosing("refuse"))
        .expect("chosen");
    assert_eq!(refused.end().as_deref(), Some("rejected"));
}

#[test]
fn work_is_done_and_a_notice_is_acknowledged() {
    let mut world = World::filed(&with_stages(
        "  - {stage: collect, title: 领取, kind: work, who: applicant}
  - {stage: inform, title: 阅知, kind: notice, who: share_office_head@applicant}",
    ));

    assert_eq!(
        world.on("ann", "approve", "collect"),
        Err(Rejection::NotOffered { action: "approve" })
    );
    world.on("ann", "done", "collect").expect("done");
    assert_eq!(
        world.on("cat", "done", "inform"),
        Err(Rejection::NotOffered { action: "done" })
    );
    world.on("cat", "acknowledge", "inform").expect("read");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(
        world.case.stage("collect").choice.as_deref(),
        Some("done"),
        "guards know what was answered"
    );
}

#[test]
fn what_a_stage_denies_is_not_offered() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, deny: [reject, return, claim, comment, withdraw, urge, copy]}",
    ));

    let offered = world.actions("bob");
    assert!(offered.contains(&"approve"));
    for denied in ["reject", "return", "claim", "comment"] {
        assert!(!offered.contains(&denied), "{offered:?}");
    }
    assert_eq!(
        world.on_with("bob", "reject", "review", because("不行")),
        Err(Rejection::NotOffered { action: "reject" })
    );
    assert!(world.actions("ann").is_empty());
}

#[test]
fn comments_are_kept_short_and_showable() {
    let mut world = World::filed(&with_stages(ONE));

    let long = because(&"长".repeat(4_001));
    assert_eq!(
        world.on_with("bob", "approve", "review", long),
        Err(Rejection::CommentTooLong(4_001, 4_000))
    );
    let hidden = because("同意\u{202E}见意");
    assert_eq!(
        world.on_with("bob", "approve", "review", hidden),
        Err(Rejection::CommentUnprintable)
    );
    let blank = because("  \n ");
    assert_eq!(
        world.on_with("bob", "reject", "review", blank),
        Err(Rejection::CommentMissing("reject".into()))
    );
}

#[test]
fn the_reason_can_be_asked_for_with_other_actions() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant, comment: {approve: required}}",
    ));

    assert_eq!(
        world.on("bob", "approve", "review"),
        Err(Rejection::CommentMissing("approve".into()))
    );
    world
        .on("bob", "reject", "review")
        .expect("a no needs none where only a yes is named");
}

#[test]
fn checks_of_a_stage_hold_before_a_yes_not_before_a_no() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - stage: review
    title: 审核
    who: section_head@applicant
    checks: [{that: form.amount < 10, message: 数量太大}]",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 20}));

    let refused = world.on("bob", "approve", "review").expect_err("checked");
    assert_eq!(refused.code(), "check");
    assert_eq!(refused.to_string(), "数量太大");

    world
        .on_with("bob", "reject", "review", because("太多"))
        .expect("rejected");
}

#[test]
fn a_warning_can_be_confirmed() {
    let yaml = with_form(
        "{id: amount, type: integer, label: 数量, required: true}",
        "  - stage: review
    title: 审核
    who: section_head@applicant
    checks: [{that: form.amount < 10, message: 数量很大, level: warning}]",
    );
    let mut world = World::submitted(&yaml, json!({"amount": 20}));

    assert!(world.on("bob", "approve", "review").is_err());
    let confirmed = Input {
        confirmed: true,
        ..Input::default()
    };
    world
        .on_with("bob", "approve", "review", confirmed)
        .expect("confirmed");
}

#[test]
fn filing_needs_the_role_in_the_applicants_own_department() {
    let mut world = World::new(&with_stages(ONE));
    world.staff(&[("ann", "P", &["applicant"])]);

    assert_eq!(
        world.act("ann", "submit", Input::default()),
        Err(Rejection::MayNotFile("applicant".into()))
    );
    assert_eq!(
        world.act("bob", "submit", Input::default()),
        Err(Rejection::OnlyApplicant)
    );
    assert!(world.offered("ann").is_empty());
}

#[test]
fn a_draft_offers_to_be_submitted_and_gets_its_number_then() {
    let mut world = World::new(&with_stages(ONE));
    assert_eq!(world.actions("ann"), ["submit"]);

    let without = huiqian::engine::Context {
        number: None,
        ..world.context(Actor::Person(world.id("ann")))
    };
    assert_eq!(
        world
            .act_in(&without, "submit", Input::default(), None)
            .map(|_| ()),
        Err(Rejection::NumberMissing)
    );

    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
    assert_eq!(world.case.number.as_deref(), Some("试〔2026〕1号"));
    assert_eq!(
        world.act("ann", "submit", Input::default()),
        Err(Rejection::AlreadySubmitted)
    );
}

#[test]
fn anyone_may_file_where_the_workflow_says_any() {
    let yaml = with_stages(ONE).replace("who: applicant\n", "who: any\n");
    let mut world = World::new(&yaml);
    world.staff(&[("ann", "A", &[]), ("bob", "A", &["section_head"])]);

    world
        .act("ann", "submit", Input::default())
        .expect("submitted");
}
