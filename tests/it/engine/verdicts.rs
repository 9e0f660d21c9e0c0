//! What the sign rules make of several signatures.

use huiqian::engine::{Input, Rejection, TaskId};

use crate::support::world::{World, because, with_stages};

fn stage(who: &str, sign: &str) -> World {
    World::filed(&with_stages(&format!(
        "  - {{stage: panel, title: 会签, who: {who}, sign: {sign}}}"
    )))
}

const THREE: &str = "[section_head@applicant, share_office_head@applicant, dept_leader@applicant]";
const SEATS: &str =
    "{one: section_head@applicant, two: share_office_head@applicant, three: dept_leader@applicant}";

fn no(world: &mut World, login: &str) {
    world
        .on_with(login, "reject", "panel", because("不同意"))
        .expect("rejected");
}

fn yes(world: &mut World, login: &str) {
    world.on(login, "approve", "panel").expect("approved");
}

#[test]
fn all_pass_with_everyone_and_one_no_decides_at_once() {
    let mut all = stage(THREE, "all");
    yes(&mut all, "bob");
    yes(&mut all, "cat");
    assert_eq!(all.end(), None);
    yes(&mut all, "eve");
    assert_eq!(all.end().as_deref(), Some("approved"));

    let mut one = stage(THREE, "all");
    no(&mut one, "cat");
    assert_eq!(one.end().as_deref(), Some("rejected"));
    assert!(one.case.open_tasks().next().is_none());
}

#[test]
fn under_any_the_first_decides() {
    let mut passed = stage(THREE, "any");
    yes(&mut passed, "eve");
    assert_eq!(passed.end().as_deref(), Some("approved"));

    let mut refused = stage(THREE, "any");
    no(&mut refused, "eve");
    assert_eq!(refused.end().as_deref(), Some("rejected"));
}

#[test]
fn a_sequence_asks_one_after_another() {
    let mut world = stage(THREE, "sequence");
    assert_eq!(world.asked(), ["panel: bob bea"]);
    let second = Input {
        task: Some(TaskId(2)),
        ..Input::default()
    };
    assert_eq!(
        world.act("cat", "approve", second),
        Err(Rejection::NotYourTurn(TaskId(2)))
    );

    yes(&mut world, "bob");
    assert_eq!(world.asked(), ["panel: cat"]);
    yes(&mut world, "cat");
    assert_eq!(world.asked(), ["panel: eve"]);
    yes(&mut world, "eve");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_no_stops_a_sequence() {
    let mut world = stage(THREE, "sequence");
    yes(&mut world, "bob");
    no(&mut world, "cat");

    assert_eq!(world.end().as_deref(), Some("rejected"));
    assert_eq!(world.case.open_tasks().count(), 0);
}

#[test]
fn a_vote_is_decided_as_soon_as_no_open_vote_can_change_it() {
    let mut two = stage(THREE, "{pass: 2}");
    yes(&mut two, "bob");
    assert_eq!(two.end(), None);
    yes(&mut two, "eve");
    assert_eq!(two.end().as_deref(), Some("approved"), "two of three");

    let mut lost = stage(THREE, "{pass: 2/3}");
    no(&mut lost, "bob");
    assert_eq!(lost.end(), None);
    no(&mut lost, "cat");
    assert_eq!(lost.end().as_deref(), Some("rejected"));
}

#[test]
fn a_veto_decides_whatever_the_others_say() {
    let mut world = stage(SEATS, "{pass: 1, veto: [three]}");
    no(&mut world, "eve");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn a_vote_waits_for_the_seat_with_a_veto() {
    let mut world = stage(SEATS, "{pass: 1, veto: [three]}");
    yes(&mut world, "bob");
    yes(&mut world, "cat");
    assert_eq!(world.end(), None);

    yes(&mut world, "eve");
    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_seat_that_must_agree_refuses_by_its_no() {
    let mut world = stage(SEATS, "{pass: 2, must: [one]}");
    yes(&mut world, "cat");
    yes(&mut world, "eve");
    assert_eq!(world.end(), None);
    no(&mut world, "bea");

    assert_eq!(world.end().as_deref(), Some("rejected"));
}

#[test]
fn the_casting_seat_decides_a_tie() {
    let two = "{one: section_head@applicant, two: share_office_head@applicant}";
    let mut world = stage(two, "{pass: 2, casting: two}");
    no(&mut world, "bob");
    yes(&mut world, "cat");
    assert_eq!(world.end().as_deref(), Some("approved"));

    let mut other = stage(two, "{pass: 2, casting: two}");
    yes(&mut other, "bob");
    no(&mut other, "cat");
    assert_eq!(other.end().as_deref(), Some("rejected"));
}

#[test]
fn a_tie_is_undecided_and_asks_again() {
    let two = "[section_head@applicant, share_office_head@applicant]";
    let mut world = stage(two, "{pass: 2}");
    no(&mut world, "bob");
    yes(&mut world, "cat");

    assert_eq!(world.case.stage("panel").rounds, 2);
    assert_eq!(world.asked(), ["panel: bob bea", "panel: cat"]);
}

#[test]
fn undecided_goes_where_the_definition_says() {
    let mut world = World::filed(&with_stages(
        "  - stage: panel
    title: 表决
    who: [section_head@applicant, share_office_head@applicant]
    sign: {pass: 2}
    undecided: head
    next: approved
  - {stage: head, title: 裁定, who: dept_leader@applicant}",
    ));
    no(&mut world, "bob");
    yes(&mut world, "cat");

    assert_eq!(world.open(), ["head"]);
}

#[test]
fn of_voted_counts_those_who_voted_once_the_deadline_comes() {
    let mut world = World::filed(&with_stages(
        "  - stage: panel
    title: 表决
    who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant]
    sign: {pass: 60%, of: voted, quorum: 2, until: due}
    due: 2wd",
    ));
    yes(&mut world, "bob");
    world.wait_until("2026-03-04 23:59");
    assert_eq!(
        world.end(),
        None,
        "counted when the deadline comes, not before"
    );
    yes(&mut world, "cat");

    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn without_a_quorum_the_vote_is_held_again() {
    let mut world = World::filed(&with_stages(
        "  - stage: panel
    title: 表决
    who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant]
    sign: {pass: 1, quorum: 2, until: due}
    due: 2wd",
    ));
    yes(&mut world, "bob");

    world.wait_until("2026-03-05 00:00");

    assert_eq!(world.case.stage("panel").rounds, 2);
    assert_eq!(world.open(), ["panel"]);
}

#[test]
fn a_vote_until_the_deadline_ends_early_when_everyone_has_voted() {
    let mut world = World::filed(&with_stages(
        "  - stage: panel
    title: 表决
    who: [section_head@applicant, share_office_head@applicant]
    sign: {pass: 2, until: due}
    due: 2wd",
    ));
    yes(&mut world, "bob");
    yes(&mut world, "cat");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn a_vote_without_a_deadline_of_its_own_is_counted_at_its_blocks() {
    let mut world = World::filed(&with_stages(
        "  - group: decision
    title: 审定
    due: 1wd
    stages:
      - stage: panel
        title: 表决
        who: [section_head@applicant, share_office_head@applicant]
        sign: {pass: 1, until: due}",
    ));
    yes(&mut world, "bob");

    world.wait_until("2026-03-04 00:00");

    assert_eq!(world.end().as_deref(), Some("approved"));
}

#[test]
fn the_last_choice_of_the_winning_side_stands() {
    let mut world = World::filed(&with_stages(
        "  - stage: panel
    title: 表决
    who: [section_head@applicant, share_office_head@applicant, dept_leader@applicant]
    sign: {pass: 2}
    choices: {agree: 同意, partly: 部分同意, refuse: {title: 不同意, verdict: refused}}
    next: [{when: choice == \"partly\", goto: closing}, {goto: approved}]
  - {stage: closing, title: 结论, who: dept_leader@applicant}",
    ));
    let choose = |world: &mut World, login: &str, choice: &str| {
        let input = crate::support::world::choosing(choice);
        world
            .on_with(login, "choose", "panel", input)
            .expect(choice);
    };
    choose(&mut world, "bob", "partly");
    choose(&mut world, "cat", "refuse");
    assert_eq!(world.open(), ["panel"]);
    choose(&mut world, "eve", "partly");

    assert_eq!(world.open(), ["closing"]);
}
