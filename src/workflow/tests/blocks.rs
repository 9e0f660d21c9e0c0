//! Reading blocks.

use super::super::testing::{BLOCKS, check};
use super::super::*;
use super::wd;

#[test]
fn a_sound_definition_with_every_kind_of_block_has_no_findings() {
    assert_eq!(check(BLOCKS).findings, []);
}

#[test]
fn blocks_are_read_as_they_are_written() {
    let workflow = check(BLOCKS).workflow.expect("a sound definition");
    let node = |id: &str| workflow.node(id).expect(id);

    let Kind::Foreach(providers) = &node("providers").kind else {
        panic!("a foreach");
    };
    assert_eq!(providers.over.source(), "form.chosen");
    assert_eq!(providers.by, ["provider", "sharing"]);
    assert_eq!(providers.name, "part");
    let one_waits = Join {
        pass: JoinPass::Share(Share::Count(1)),
        wait: true,
    };
    assert_eq!((providers.in_turn, &providers.join), (false, &one_waits));
    let Kind::Parallel(reviews) = &node("reviews").kind else {
        panic!("a parallel");
    };
    let names: Vec<&str> = reviews
        .branches
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["panel", "urgent"]);
    assert!(reviews.branches[1].when.is_some());
    assert_eq!(reviews.branches[0].title.zh, "专家");
    assert_eq!(reviews.join.pass, JoinPass::Named(vec!["panel".to_owned()]));
    let Kind::Wait(in_use) = &node("in_use").kind else {
        panic!("a wait");
    };
    let until = in_use.until.as_ref().expect("a time");
    assert!(matches!(&until.budget, Budget::At(at) if at.source() == "form.until"));
    assert_eq!(until.remind.len(), 1);
    let Kind::Start(destroy) = &node("destroy").kind else {
        panic!("a start");
    };
    assert_eq!(destroy.workflow, "data-destruction");
    assert_eq!(
        (destroy.applicant.clone(), destroy.submit),
        (Who::Applicant, false)
    );
    assert!(matches!(&node("repair").kind, Kind::Aside { stages } if stages.len() == 1));
}

#[test]
fn what_all_kinds_have_is_read_with_its_defaults() {
    let workflow = check(BLOCKS).workflow.expect("a sound definition");
    let node = |id: &str| workflow.node(id).expect(id);

    let extend = node("reviews").due[0]
        .extend
        .as_ref()
        .expect("an extension");
    assert_eq!((extend.max, extend.times, extend.due.len()), (wd(10), 1, 1));
    let [signal] = node("reviews").signals.as_slice() else {
        panic!("one signal");
    };
    assert_eq!((signal.name.as_str(), signal.fills.len()), ("change", 1));
    assert_eq!(signal.next[1], (None, Target::Stay));
    assert_eq!(node("notice").awaits, Await::Before("decide".to_owned()));
    assert_eq!(node("destroy").awaits, Await::End);
    assert_eq!(node("decide").awaits, Await::Here);
    let every = node("report").every.as_ref().expect("rounds");
    assert_eq!(every.clock.budget, Budget::In(vec![(None, wd(5))]));
    let [record] = node("answer").record.as_slice() else {
        panic!("one record");
    };
    assert_eq!(
        (record.register.as_str(), record.at),
        ("grants", RecordAt::Passed)
    );
    assert_eq!(record.set.len(), 3);
}

#[test]
fn branches_come_together_in_every_way_that_can_be_written() {
    for (written, pass, wait) in [
        ("all", JoinPass::All, false),
        ("any", JoinPass::Share(Share::Count(1)), false),
        ("2", JoinPass::Share(Share::Count(2)), false),
        ("60%", JoinPass::Share(Share::Of(60, 100)), false),
        (
            "{pass: 1/2, rest: wait}",
            JoinPass::Share(Share::Of(1, 2)),
            true,
        ),
        (
            "{pass: any, rest: cancel}",
            JoinPass::Share(Share::Count(1)),
            false,
        ),
        ("{pass: all}", JoinPass::All, false),
    ] {
        let text = BLOCKS.replacen("{pass: 1, rest: wait}", written, 1);
        let workflow = check(&text).workflow.expect(written);

        let Some(Kind::Foreach(read)) = workflow.node("providers").map(|node| &node.kind) else {
            panic!("a foreach");
        };
        assert_eq!(read.join, Join { pass, wait }, "{written}");
    }
}
