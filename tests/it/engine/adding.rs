//! Signers added before, after and with somebody (加签), and taken out again (减签).

use huiqian::engine::{
    Actor, CalledAs, Channel, Context, Input, MOST_ADDED, Rejection, TaskId, TaskState,
};
use serde_json::json;

use crate::support::world::{
    PEOPLE, Row, World, answering, back_to, because, choosing, naming, with_form, with_stages,
};

const ONE: &str = "  - {stage: review, title: 审核, who: share_office_head@applicant}";
const TWO: &str = "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all}";
const EITHER: &str = "  - {stage: panel, title: 或签, who: [share_office_head@applicant, dept_leader@applicant], sign: any}";

fn adding(how: &str, people: &[&str]) -> Input {
    Input {
        how: Some(how.into()),
        people: people.iter().map(|login| (*login).to_owned()).collect(),
        ..Input::default()
    }
}

fn add(world: &mut World, login: &str, stage: &str, how: &str, people: &[&str]) {
    world
        .on_with(login, "add_signer", stage, adding(how, people))
        .unwrap_or_else(|refused| panic!("{login} adds {people:?} {how}: {refused}"));
}

fn on_task(task: u32, input: Input) -> Input {
    Input {
        task: Some(TaskId(task)),
        ..input
    }
}

fn barred(world: &World, login: &str, why: Rejection) -> Result<(), Rejection> {
    Err(Rejection::PersonBarred {
        person: world.id(login),
        why: Box::new(why),
    })
}

#[test]
fn who_is_added_before_signs_first_and_then_it_comes_back() {
    let mut world = World::filed(&with_stages(ONE));
    world.told();

    add(&mut world, "cat", "review", "before", &["dan"]);

    assert_eq!(world.asked(), ["review: dan"]);
    assert_eq!(world.told(), ["Assigned: dan"]);
    assert_eq!(
        world.act("cat", "approve", on_task(1, Input::default())),
        Err(Rejection::NotYourTurn(TaskId(1)))
    );
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.asked(), ["review: cat"]);
    assert_eq!(world.told(), ["Assigned: cat"]);
    assert_eq!(world.end(), None);
    world.on("cat", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn who_is_added_after_signs_once_the_other_has_and_before_the_stage_ends() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "after", &["dan"]);
    assert_eq!(world.asked(), ["review: cat"]);
    world.told();

    world.on("cat", "approve", "review").expect("approved");

    assert_eq!(
        world.end(),
        None,
        "the verdict stands, the stage does not end"
    );
    assert_eq!(world.asked(), ["review: dan"]);
    assert_eq!(world.told(), ["Assigned: dan"]);
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_no_of_who_must_agree_besides_refuses_the_stage() {
    for how in ["before", "after"] {
        let mut world = World::filed(&with_stages(EITHER));
        add(&mut world, "cat", "panel", how, &["dan"]);
        if how == "after" {
            world.on("cat", "approve", "panel").expect("approved");
        }

        world
            .on_with("dan", "reject", "panel", because("不行"))
            .expect("rejected");

        assert_eq!(world.end().as_deref(), Some("rejected"), "{how}");
    }
}

#[test]
fn under_any_the_signature_of_another_does_not_pass_over_who_was_added_before() {
    let mut world = World::filed(&with_stages(EITHER));
    add(&mut world, "cat", "panel", "before", &["dan"]);

    world.on("eve", "approve", "panel").expect("approved");

    assert_eq!(world.end(), None);
    assert_eq!(world.asked(), ["panel: dan"], "cat need not sign any more");
    world.on("dan", "approve", "panel").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn who_is_added_with_somebody_counts_under_the_rule_of_the_stage() {
    let mut all = World::filed(&with_stages(TWO));
    add(&mut all, "cat", "panel", "with", &["dan"]);
    assert_eq!(all.asked(), ["panel: cat", "panel: eve", "panel: dan"]);
    all.on("cat", "approve", "panel").expect("approved");
    all.on("eve", "approve", "panel").expect("approved");
    assert_eq!(all.end(), None);
    all.on("dan", "approve", "panel").expect("approved");
    assert_eq!(all.end().as_deref(), Some("approved"));

    let mut any = World::filed(&with_stages(EITHER));
    add(&mut any, "cat", "panel", "with", &["dan"]);
    any.on("dan", "approve", "panel").expect("approved");
    assert_eq!(any.end().as_deref(), Some("approved"), "the first decides");
}

#[test]
fn who_is_added_with_the_only_signer_must_agree_as_well() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "with", &["dan"]);

    world.on("dan", "approve", "review").expect("approved");

    assert_eq!(world.end(), None, "cat has not signed");
    world
        .on_with("cat", "reject", "review", because("不行"))
        .expect("rejected");
    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn a_share_is_recomputed_with_who_was_added_and_without_who_was_removed() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: [share_office_head@applicant, dept_leader@applicant, section_head@applicant], sign: {pass: 2/3}}",
    ));
    world.on("cat", "approve", "panel").expect("approved");
    add(&mut world, "eve", "panel", "with", &["dan"]);
    world.on("eve", "approve", "panel").expect("approved");
    assert_eq!(world.end(), None, "three of four are needed now");

    let removed = on_task(4, because("不用了"));
    world.act("eve", "remove_signer", removed).expect("removed");

    assert_eq!(world.end().as_deref(), Some("approved"), "two of three are");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn who_was_added_has_no_veto() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: {head: share_office_head@applicant, one: dept_leader@applicant}, sign: {pass: 2, veto: [head]}}",
    ));
    add(&mut world, "cat", "panel", "with", &["dan"]);

    world
        .on_with("dan", "reject", "panel", because("不行"))
        .expect("rejected");
    world.on("cat", "approve", "panel").expect("approved");
    world.on("eve", "approve", "panel").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_sequence_goes_on_once_everybody_behind_a_seat_has_signed() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: sequence}",
    ));
    add(&mut world, "cat", "panel", "before", &["dan"]);
    assert_eq!(world.asked(), ["panel: dan"], "not yet the next one");
    world.on("dan", "approve", "panel").expect("approved");
    assert_eq!(world.asked(), ["panel: cat"]);
    add(&mut world, "cat", "panel", "after", &["bob"]);
    world.on("cat", "approve", "panel").expect("approved");
    assert_eq!(world.asked(), ["panel: bob"]);
    world.on("bob", "approve", "panel").expect("approved");
    assert_eq!(world.asked(), ["panel: eve"]);
    world.on("eve", "approve", "panel").expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn a_vote_until_the_deadline_waits_for_nobody_besides() {
    let vote = "  - {stage: panel, title: 表决, who: [share_office_head@applicant, dept_leader@applicant], sign: {pass: 1, until: due}, due: 1wd}";
    let mut world = World::filed(&with_stages(vote));
    add(&mut world, "cat", "panel", "after", &["dan"]);
    world.on("cat", "approve", "panel").expect("approved");

    world.wait_until("2026-03-05 09:00");

    assert_eq!(
        world.end().as_deref(),
        Some("rejected"),
        "who must agree besides has not"
    );
}

#[test]
fn several_can_be_added_and_all_of_them_must_sign() {
    let mut world = World::filed(&with_stages(ONE));
    add(
        &mut world,
        "cat",
        "review",
        "before",
        &["dan", "eve", "dan"],
    );

    assert_eq!(world.asked(), ["review: dan", "review: eve"]);
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.asked(), ["review: eve"]);
    world.on("eve", "approve", "review").expect("approved");
    assert_eq!(world.asked(), ["review: cat"]);
}

#[test]
fn adding_to_an_offered_task_takes_it() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    world.told();

    add(&mut world, "bob", "review", "before", &["dan"]);

    assert_eq!(world.told(), ["NoLongerNeeded: bea", "Assigned: dan"]);
    world.on("dan", "approve", "review").expect("approved");
    assert_eq!(world.asked(), ["review: bob"], "it comes back to who asked");
}

#[test]
fn whoever_is_added_passes_every_bar_of_a_seat() {
    let people: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("cat", "A", &["share_office_head"]),
        ("eve", "A", &["dept_leader"]),
        ("dan", "A", &[]),
        ("low2", "A", &[]),
    ];
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, required: true}",
        "  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all, not: ['user:dan']}",
    );
    let mut world = World::among(people, &yaml);
    world
        .act(
            "ann",
            "submit",
            answering(json!({"data": [{"resource": "R3"}]})),
        )
        .expect("submitted");

    let mut refused =
        |login: &str| world.on_with("cat", "add_signer", "panel", adding("with", &[login]));
    let [applicant, excluded, low, seated, oneself, unknown] =
        ["ann", "dan", "low2", "eve", "cat", "zoe"].map(&mut refused);
    assert_eq!(applicant, barred(&world, "ann", Rejection::ApplicantSigns));
    assert_eq!(excluded, barred(&world, "dan", Rejection::Excluded));
    let clearance = Rejection::Clearance {
        level: 3,
        clearance: 2,
    };
    assert_eq!(low, barred(&world, "low2", clearance));
    assert_eq!(
        seated,
        barred(&world, "eve", Rejection::ActedAlready),
        "the only one for the other seat"
    );
    assert_eq!(oneself, Err(Rejection::NamesOneself));
    assert_eq!(unknown, Err(Rejection::UnknownPerson("zoe".into())));
}

#[test]
fn adding_says_how_and_whom() {
    let mut world = World::filed(&with_stages(ONE));

    let mut refused = |input| world.on_with("cat", "add_signer", "review", input);
    assert_eq!(
        refused(adding("before", &[])),
        Err(Rejection::PeopleMissing)
    );
    let unknown = Rejection::UnknownWay("beside".into(), "before, after, with".into());
    assert_eq!(refused(adding("beside", &["dan"])), Err(unknown));
}

#[test]
fn a_signer_who_was_added_may_ask_for_one_more_before_and_that_one_for_none() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);
    assert_eq!(
        world.on_with("dan", "add_signer", "review", adding("with", &["eve"])),
        Err(Rejection::UnknownWay("with".into(), "before".into()))
    );

    add(&mut world, "dan", "review", "before", &["eve"]);

    assert_eq!(world.asked(), ["review: eve"]);
    assert!(!world.actions("eve").contains(&"add_signer"));
    world.on("eve", "approve", "review").expect("approved");
    world.on("dan", "approve", "review").expect("approved");
    world.on("cat", "approve", "review").expect("approved");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_round_has_so_many_added_signers_and_no_more() {
    let names: Vec<String> = (0..=MOST_ADDED).map(|n| format!("p{n}-6")).collect();
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people.extend(
        names
            .iter()
            .map(|name| (name.as_str(), "A", &[] as &[&str])),
    );
    let mut world = World::filed_among(&people, &with_stages(ONE));
    let all: Vec<&str> = names.iter().map(String::as_str).collect();

    assert_eq!(
        world.on_with("cat", "add_signer", "review", adding("with", &all)),
        Err(Rejection::TooManyPeople(MOST_ADDED + 1, MOST_ADDED))
    );
    add(&mut world, "cat", "review", "with", &all[..MOST_ADDED]);

    assert!(!world.actions("cat").contains(&"add_signer"));
}

#[test]
fn only_who_was_added_and_has_not_signed_can_be_removed() {
    let mut world = World::filed(&with_stages(TWO));
    add(&mut world, "cat", "panel", "with", &["dan", "bob"]);
    world.on("dan", "approve", "panel").expect("approved");
    let mut refused = |login: &str, task: u32| {
        world.act(login, "remove_signer", on_task(task, because("不用了")))
    };

    let not_offered = Err(Rejection::NotOffered {
        action: "remove_signer",
    });
    assert_eq!(refused("cat", 1), not_offered, "a seat of the definition");
    assert_eq!(refused("cat", 3), Err(Rejection::TaskClosed(TaskId(3))));
    assert_eq!(
        refused("eve", 4),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
    assert_eq!(
        refused("bob", 4),
        Err(Rejection::MissingPost("workflow_admin".into()))
    );
    refused("adm", 4).expect("by an administrator");
    assert_eq!(world.replayed(), world.case);
}

#[test]
fn who_was_removed_is_told_and_the_turn_comes_back() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);
    add(&mut world, "dan", "review", "before", &["eve"]);
    world.told();

    let waiting = on_task(2, because("不用了"));
    world.act("cat", "remove_signer", waiting).expect("removed");

    assert_eq!(
        world.asked(),
        ["review: cat"],
        "and whom they had added goes with them"
    );
    assert_eq!(world.told(), ["NoLongerNeeded: eve", "Assigned: cat"]);
}

#[test]
fn removing_needs_a_reason() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "with", &["dan"]);

    assert_eq!(
        world.act("cat", "remove_signer", on_task(2, Input::default())),
        Err(Rejection::CommentMissing("remove_signer".into()))
    );
}

#[test]
fn a_task_can_be_handed_over_after_signers_were_added_to_it() {
    // 飞书: after 前加签 or 后加签 a later 转交 of the same task fails. Here each of them keeps its task.
    for how in ["before", "after", "with"] {
        let mut world = World::filed(&with_stages(ONE));
        add(&mut world, "cat", "review", how, &["dan"]);

        world
            .act("cat", "transfer", on_task(1, naming("eve")))
            .unwrap_or_else(|refused| panic!("{how}: {refused}"));

        for login in ["dan", "eve", "dan"] {
            let asked = world.asked().contains(&format!("review: {login}"));
            if asked && world.end().is_none() {
                world.on(login, "approve", "review").expect("approved");
            }
        }
        assert_eq!(world.end().as_deref(), Some("approved"), "{how}");
        assert_eq!(world.replayed(), world.case);
    }
}

#[test]
fn who_was_added_may_hand_the_task_over() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);

    world
        .on_with("dan", "transfer", "review", naming("eve"))
        .expect("handed over");
    world
        .on_with("eve", "reject", "review", because("不行"))
        .expect("rejected");

    assert_eq!(
        world.end().as_deref(),
        Some("rejected"),
        "and it weighs the same in other hands"
    );
}

#[test]
fn who_was_added_and_may_not_sign_leaves_and_the_rest_goes_on() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);

    world
        .on_with("dan", "recuse", "review", because("回避"))
        .expect("recused");

    assert_eq!(world.asked(), ["review: cat"]);
}

#[test]
fn whom_somebody_added_leaves_with_them_when_they_are_recused() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: section_head@applicant}",
    ));
    add(&mut world, "bob", "review", "with", &["dan"]);

    world
        .on_with("bob", "recuse", "review", because("回避"))
        .expect("recused");

    assert_eq!(world.asked(), ["review: bea"]);
}

#[test]
fn a_person_takes_one_seat_even_while_their_own_waits() {
    let mut world = World::filed(&with_stages(TWO));
    add(&mut world, "cat", "panel", "before", &["dan"]);

    assert_eq!(
        world.on_with("eve", "add_signer", "panel", adding("with", &["cat"])),
        barred(&world, "cat", Rejection::ActedAlready)
    );
    assert_eq!(
        world.on_with("eve", "add_signer", "panel", adding("with", &["dan"])),
        barred(&world, "dan", Rejection::ActedAlready)
    );
}

#[test]
fn a_stage_may_keep_its_signers_as_they_are() {
    let mut world = World::filed(&with_stages(
        "  - {stage: review, title: 审核, who: share_office_head@applicant, deny: [add_signer]}
  - {stage: work, title: 办理, kind: work, who: share_office_head@applicant}",
    ));
    assert_eq!(
        world.on_with("cat", "add_signer", "review", adding("with", &["dan"])),
        Err(Rejection::NotOffered {
            action: "add_signer"
        })
    );
    world.on("cat", "approve", "review").expect("approved");
    assert!(
        !world.actions("cat").contains(&"add_signer"),
        "work is not signed"
    );
}

#[test]
fn a_link_in_a_mail_adds_nobody() {
    let world = World::filed(&with_stages(ONE));
    let by_link = Context {
        channel: Channel::Link,
        ..world.context(Actor::Person(world.id("cat")))
    };

    let refused = world.act_in(
        &by_link,
        "add_signer",
        on_task(1, adding("with", &["dan"])),
        None,
    );

    assert_eq!(refused.map(drop), Err(Rejection::LoginFirst));
}

#[test]
fn a_return_cancels_the_added_and_the_next_round_begins_without_them() {
    let mut world = World::filed(&with_stages(
        "  - {stage: first, title: 初审, who: section_head@applicant}
  - {stage: panel, title: 会签, who: [share_office_head@applicant, dept_leader@applicant], sign: all}",
    ));
    world.on("bob", "approve", "first").expect("approved");
    add(&mut world, "cat", "panel", "before", &["dan"]);
    world
        .on_with("eve", "return", "panel", back_to("first"))
        .expect("returned");
    assert_eq!(world.asked(), ["first: bob bea"]);

    world.on("bob", "approve", "first").expect("approved");

    assert_eq!(world.asked(), ["panel: cat", "panel: eve"]);
    let live = |task: &huiqian::engine::Task| task.called.is_some() && task.is_live();
    assert!(!world.case.tasks.iter().any(live));
}

#[test]
fn guards_and_later_stages_mean_the_definitions_own_seats() {
    let mut world = World::filed(&with_stages(
        "  - stage: review
    title: 审核
    who: share_office_head@applicant
    choices: {fast: 快, slow: 慢}
    next: [{when: choice == \"fast\", goto: follow}, {goto: approved}]
  - {stage: follow, title: 落实, kind: work, who: actor(review)}",
    ));
    add(&mut world, "cat", "review", "after", &["dan"]);
    world
        .on_with("cat", "choose", "review", choosing("fast"))
        .expect("chosen");

    world
        .on_with("dan", "choose", "review", choosing("slow"))
        .expect("chosen");

    assert_eq!(world.asked(), ["follow: cat"]);
}

#[test]
fn who_is_added_before_need_not_fill_in_what_the_seat_fills_in() {
    let yaml = "  - section: answer
    title: 答复
    fields:
      - {id: reply, type: text, label: 答复, required: true}
stages:
  - stage: review
    title: 审核
    who: share_office_head@applicant
    fills: [answer]
    checks: [{that: 'form.reply == \"可\"', message: 答复不对}]
";
    let mut world = World::filed(&with_form("{id: note, type: text, label: 说明}", yaml));
    add(&mut world, "cat", "review", "before", &["dan"]);

    world.on("dan", "approve", "review").expect("approved");
    assert!(world.on("cat", "approve", "review").is_err());
    world
        .on_with(
            "cat",
            "approve",
            "review",
            answering(json!({"reply": "可"})),
        )
        .expect("approved");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn abstaining_is_for_those_who_vote() {
    let mut world = World::filed(&with_stages(
        "  - {stage: panel, title: 表决, who: [share_office_head@applicant, dept_leader@applicant], sign: {pass: 1, abstain: true}}",
    ));
    add(&mut world, "cat", "panel", "before", &["dan"]);
    add(&mut world, "eve", "panel", "with", &["bob"]);

    assert!(!world.actions("dan").contains(&"abstain"));
    assert!(world.actions("bob").contains(&"abstain"));
}

#[test]
fn an_added_signer_who_leaves_the_house_can_be_replaced_or_removed() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people[4] = ("dan", "-A", &["data_security_officer"]);
    world.staff(&people);

    assert_eq!(world.asked(), ["review: "]);
    assert!(world.actions("adm").contains(&"reassign"));
    world
        .act("cat", "remove_signer", on_task(2, because("已离职")))
        .expect("removed");
    assert_eq!(world.asked(), ["review: cat"]);
}

#[test]
fn the_turn_comes_back_to_the_post_when_its_holder_has_left_it_meanwhile() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);
    world.staff(&[
        ("ann", "A", &["applicant"]),
        ("eve", "A", &["share_office_head"]),
        ("dan", "A", &["data_security_officer"]),
    ]);
    world.told();

    world.on("dan", "approve", "review").expect("approved");

    assert_eq!(world.asked(), ["review: eve"]);
    assert_eq!(world.told(), ["Assigned: eve"]);
    let revisions = world.log.len();
    world.tick();
    assert_eq!(world.log.len(), revisions, "nothing was left to do");
}

#[test]
fn the_record_says_by_whom_and_how_somebody_was_added() {
    let mut world = World::filed(&with_stages(ONE));
    add(&mut world, "cat", "review", "before", &["dan"]);

    let called = world.case.tasks[1].called.clone().expect("called");
    assert_eq!(called.by, world.id("cat"));
    assert_eq!((called.from, called.how), (TaskId(1), CalledAs::Before));
    assert_eq!(world.case.tasks[0].state, TaskState::Waiting);
    assert!(world.kinds().ends_with(&["signers_added"]));
}
