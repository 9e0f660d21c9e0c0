//! Comparing the sound definition with changes of it.

use proptest::prelude::*;

use super::*;
use crate::calendar::{Duration, Unit};
use crate::workflow::testing::{SOUND, changed, check, sound};

fn after(old: &str, new: &str) -> Vec<Change> {
    let checked = check(&changed(old, new));
    let workflow = checked.workflow;
    let workflow = workflow.unwrap_or_else(|| panic!("{:#?}", checked.findings));
    changes(&sound(), &workflow)
}

/// The id of the part and the word of the difference.
fn told(changes: &[Change]) -> Vec<(String, &'static str)> {
    changes
        .iter()
        .map(|change| {
            let of = match &change.of {
                Part::Workflow => String::new(),
                Part::Setting(id, _)
                | Part::Section(id, _)
                | Part::Field(id, _)
                | Part::Stage(id, _)
                | Part::Block(id, _)
                | Part::End(id, _) => id.clone(),
            };
            let how = match &change.how {
                How::Added => "added",
                How::Removed => "removed",
                How::Renamed { .. } => "renamed",
                How::Moved => "moved",
                How::Changed { aspect, .. } => aspect,
            };
            (of, how)
        })
        .collect()
}

#[test]
fn nothing_differs_from_itself() {
    assert_eq!(changes(&sound(), &sound()), []);
    assert_eq!(hunks(SOUND, SOUND), []);
}

#[test]
fn a_deadline_is_told_with_what_it_was_and_what_it_is() {
    let found = after("    due: 2wd\n", "    due: 5wd\n");

    let days = |count| {
        Value::Clocks(vec![Budgeted {
            title: None,
            law: None,
            spans: vec![Duration {
                count,
                unit: Unit::Wd,
            }],
            at: None,
        }])
    };
    assert_eq!(told(&found), [("intake".to_owned(), "due")]);
    assert_eq!(
        found[0].how,
        How::Changed {
            aspect: "due",
            from: days(2),
            to: days(5)
        }
    );
}

#[test]
fn each_kind_of_difference_is_told_of_its_part() {
    for (old, new, of, how) in [
        ("title: {zh: 数据借用", "title: {zh: 数据借阅", "", "title"),
        (
            "who: applicant\nwithdraw",
            "who: [applicant, section_head]\nwithdraw",
            "",
            "filing",
        ),
        ("for: 10y", "for: 12y", "", "keep"),
        ("value: 500", "value: 800", "limit", "value"),
        ("max_length: 128", "max_length: 64", "subject", "length"),
        (
            "type: money, label",
            "type: number, label",
            "amount",
            "type",
        ),
        (
            "label: {zh: 保管人, en: Keeper}",
            "label: {zh: 保管者, en: Keeper}",
            "items.keeper",
            "label",
        ),
        (
            "title: {zh: 申请, en: Request}",
            "title: {zh: 申报, en: Request}",
            "request",
            "title",
        ),
        (
            "who: provider_intake@form.provider",
            "who: section_head@form.provider",
            "intake",
            "who",
        ),
        (
            "law: 《条例》第二十条\n    fills",
            "law: 《条例》第二十二条\n    fills",
            "approve",
            "law",
        ),
        (
            "sign: {pass: 1, veto: [security]}",
            "sign: all",
            "security",
            "sign",
        ),
        (
            "refused: [{when: rounds(\"approve\") < 3",
            "refused: [{when: rounds(\"approve\") < 2",
            "approve",
            "refused",
        ),
        (
            "supplement: {times: 1",
            "supplement: {times: 2",
            "intake",
            "supplement",
        ),
        (
            "    return: {to: [security, applicant], resume: here}",
            "    return: {to: [applicant], resume: here}",
            "section",
            "return",
        ),
        (
            "remind: [50%, 2wd before",
            "remind: [60%, 2wd before",
            "review",
            "clock_rules",
        ),
        (
            "lapsed: {title: {zh: 失效",
            "lapsed: {title: {zh: 过期",
            "lapsed",
            "title",
        ),
        ("    kind: notice", "    kind: work", "notify", "kind"),
        (
            "then: 1wd}, {then: 10wd}]",
            "then: 2wd}, {then: 10wd}]",
            "review",
            "due",
        ),
    ] {
        assert_eq!(told(&after(old, new)), [(of.to_owned(), how)], "{new}");
    }
}

#[test]
fn stages_and_fields_come_go_and_move() {
    let stage = "ends:\n  approved";
    let more = "  - stage: archive\n    title: {zh: 归档, en: Archive}\n    kind: work\n    who: section_head@applicant\n    due: 3wd\nends:\n  approved";
    assert_eq!(told(&after(stage, more)), [("archive".to_owned(), "added")]);

    let without = after(
        "      - {id: manager, type: person, label: {zh: 负责人, en: Manager}, required: true, party: true}\n",
        "      - {id: handler, type: person, label: {zh: 经办人, en: Handler}}\n      - {id: manager, type: person, label: {zh: 负责人, en: Manager}, required: true, party: true}\n",
    );
    assert_eq!(told(&without), [("handler".to_owned(), "added")]);
    let back = check(&changed(stage, more)).workflow.expect("sound");
    assert_eq!(
        told(&changes(&back, &sound())),
        [("archive".to_owned(), "removed")]
    );
}

#[test]
fn another_id_under_the_same_title_is_a_new_name() {
    let text = SOUND
        .replace("stage: intake", "stage: accept")
        .replace("actor(intake)", "actor(accept)");
    let other = check(&text).workflow.expect("sound");

    let found = changes(&sound(), &other);

    // Those who name it do so by its new name, which goes without saying.
    assert_eq!(told(&found), [("accept".to_owned(), "renamed")]);
    assert_eq!(renames(&sound(), &other)["intake"], "accept");
}

#[test]
fn what_is_handed_down_is_told_where_it_is_written() {
    let default = after(
        "  comment: {reject: required}",
        "  comment: {reject: required, approve: required}",
    );
    assert_eq!(told(&default), [(String::new(), "comment")]);

    let block = after(
        "    deny: [reject]\n    stages:",
        "    deny: [reject]\n    not: [applicant]\n    stages:",
    );
    assert_eq!(told(&block), [("review".to_owned(), "not")]);
}

#[test]
fn what_stands_elsewhere_is_told_once() {
    let mut other = sound();
    other.stages.swap(0, 2);

    let moved = told(&changes(&sound(), &other));

    assert!(moved.iter().all(|(_, how)| *how == "moved"), "{moved:?}");
    assert!(!moved.is_empty() && moved.len() < 5, "{moved:?}");
}

#[test]
fn lines_are_told_with_their_numbers_and_some_around_them() {
    let old: String = (1..=20).map(|line| format!("line {line}\n")).collect();
    let new = old.replace("line 10\n", "line ten\nand more\n");

    let hunks = hunks(&old, &new);

    assert_eq!(hunks.len(), 1);
    let lines = &hunks[0].lines;
    assert_eq!((lines[0].old, lines[0].new), (Some(7), Some(7)));
    let differing: Vec<(LineKind, Option<usize>, Option<usize>, &str)> = lines
        .iter()
        .filter(|line| line.kind != LineKind::Same)
        .map(|line| (line.kind, line.old, line.new, line.text.as_str()))
        .collect();
    assert_eq!(
        differing,
        [
            (LineKind::Gone, Some(10), None, "line 10"),
            (LineKind::Added, None, Some(10), "line ten"),
            (LineKind::Added, None, Some(11), "and more"),
        ]
    );
    assert_eq!(lines.last().map(|line| line.old), Some(Some(13)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_difference_goes_untold(line in 0_usize..90, cut in 1_usize..3) {
        // Definitions with lines left out: most are refused, the others differ from the sound one.
        let lines: Vec<&str> = SOUND.lines().collect();
        let text: String = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| !(line..line + cut).contains(at))
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let Some(workflow) = check(&text).workflow else {
            return Err(TestCaseError::reject("the check refuses it"));
        };
        let mut same = workflow.clone();
        same.source = sound().source;
        same.digest = sound().digest;
        // Of the ends only the first has a place that counts.
        if same.ends[0].id == sound().ends[0].id {
            let place = |id: &str| sound().ends.iter().position(|end| end.id == id);
            same.ends.sort_by_key(|end| place(&end.id));
        }
        prop_assert_eq!(changes(&sound(), &workflow).is_empty(), same == sound());
    }
}
