//! Each rule with a definition that breaks it, and nothing else.

use crate::workflow::testing::{breaks, changed, check, codes};

#[test]
fn a_stage_that_nothing_leads_to() {
    breaks(
        "unreachable",
        "{goto: notify}]",
        "{goto: approved}]",
        "stage: notify",
    );
}

#[test]
fn a_stage_from_which_no_end_is_reached() {
    let text = changed(
        "    next: [{when: choice == \"agree\" && form.decision == \"no_all\", goto: again}, {goto: notify}]\n    refused: [{when: rounds(\"approve\") < 3, goto: review}, {goto: rejected}]",
        "    next: notify\n    refused: again",
    );
    let text = text
        .replacen(
            "    copy: {passed: [form.manager",
            "    next: approve\n    copy: {passed: [form.manager",
            1,
        )
        .replacen(
            "overdue: [{after: 1wd, next: lapsed}]",
            "overdue: [{after: 1wd, next: again}]",
            1,
        );

    let codes: Vec<&str> = check(&text)
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();

    // Every stage before it runs into the same dead end.
    assert!(codes.contains(&"no-end"), "{codes:?}");
    assert!(
        codes
            .iter()
            .all(|code| matches!(*code, "no-end" | "unused-end")),
        "{codes:?}"
    );
}

#[test]
fn an_end_that_nothing_leads_to() {
    breaks(
        "unused-end",
        "overdue: [{after: 1wd, next: lapsed}]",
        "overdue: [{after: 1wd, next: rejected}]",
        "lapsed:",
    );
}

#[test]
fn a_guard_that_is_written_twice() {
    breaks(
        "overlapping-guards",
        "{when: rounds(\"approve\") < 3, goto: review},",
        "{when: rounds(\"approve\") < 3, goto: review}, {when: rounds(\"approve\") < 3, goto: again},",
        "refused:",
    );
}

#[test]
fn null_that_nobody_handles_is_a_warning() {
    let text = changed("form.personal && form.sensitive", "form.sensitive");
    breaks(
        "guard-null",
        "form.personal && form.sensitive",
        "form.sensitive",
        "when:",
    );

    assert!(check(&text).workflow.is_some());
}

#[test]
fn what_a_later_stage_fills_is_null_before_it() {
    let before = "{when: form.decision.contains(\"all\"), goto: again}, ";
    breaks(
        "guard-null",
        "        return: {to: [security, applicant], resume: here}\n",
        &format!(
            "        return: {{to: [security, applicant], resume: here}}\n        next: [{before}{{goto: approve}}]\n"
        ),
        "next:",
    );
    // At the stage that fills it, and after, it is there.
    assert_eq!(
        codes(
            "form.decision == \"no_all\", goto",
            "form.decision.contains(\"no\"), goto"
        ),
        Vec::<&str>::new()
    );
}

#[test]
fn more_votes_than_seats() {
    breaks(
        "too-many-passes",
        "sign: {pass: 1,",
        "sign: {pass: 3,",
        "sign:",
    );
    breaks(
        "too-many-passes",
        "sign: {pass: 1,",
        "sign: {pass: 1, quorum: 3,",
        "sign:",
    );
    assert_eq!(
        codes(
            "who: section_head@applicant\n",
            "who: each form.experts\n        sign: {pass: 30}\n"
        ),
        Vec::<&str>::new()
    );
}

#[test]
fn a_vote_that_is_never_counted() {
    let text = changed("sign: {pass: 1,", "sign: {until: due, pass: 1,");
    let start = text.find("    due: {in: [{when").expect("a clock");
    let end = start + text[start..].find('\n').expect("a line");
    let text = format!("{}{}", &text[..start], &text[end + 1..]);

    let codes: Vec<&str> = check(&text)
        .findings
        .iter()
        .map(|finding| finding.code)
        .filter(|code| *code != "no-deadline")
        .collect();

    assert_eq!(codes, ["vote-without-due"]);
}

#[test]
fn nobody_left_to_act() {
    breaks(
        "nobody-left",
        "who: section_head@applicant\n",
        "who: section_head@applicant\n        not: [section_head@applicant]\n",
        "who: section_head",
    );
    breaks(
        "nobody-left",
        "who: section_head@applicant",
        "who: applicant",
        "who: applicant",
    );
    // A party never signs.
    breaks(
        "nobody-left",
        "who: section_head@applicant",
        "who: form.manager",
        "who: form.manager",
    );
    breaks(
        "nobody-left",
        "who: section_head@applicant\n",
        "distinct: true\n        who: [actor(security), actor(security)]\n",
        "distinct",
    );
}

#[test]
fn a_single_named_person_is_a_warning() {
    breaks(
        "named-user",
        "who: section_head@applicant",
        "who: user:li",
        "user:li",
    );
}

#[test]
fn a_target_inside_another_block() {
    breaks(
        "target-outside",
        "goto: review}",
        "goto: section}",
        "refused:",
    );
    breaks(
        "target-outside",
        "next: lapsed}",
        "next: lapsed}, {after: 2wd, next: void}",
        "due:",
    );
}

#[test]
fn a_clock_of_zero_length_that_leads_back() {
    breaks(
        "endless-cycle",
        "who: section_head@applicant\n",
        "who: section_head@applicant\n        due: {in: 0wd, overdue: [{after: 0wd, next: again}]}\n",
        "due:",
    );
}

#[test]
fn a_return_that_goes_forward_or_is_denied() {
    breaks(
        "return-target",
        "return: {to: [security, applicant]",
        "return: {to: [approve, applicant]",
        "return:",
    );
    breaks(
        "denied-offer",
        "    deny: [reject]\n",
        "    deny: [reject, return]\n",
        "return:",
    );
}

#[test]
fn a_reminder_before_its_clock_begins() {
    breaks("reminder-outside", "2wd before", "11wd before", "remind");
    breaks(
        "reminder-outside",
        "due: {in: 3wd,",
        "due: {in: 3wd, remind: [2mo before],",
        "remind",
    );
    // Inside one of the alternatives will do: it is dropped for the other.
    assert_eq!(codes("2wd before", "9wd before"), Vec::<&str>::new());
}

#[test]
fn silence_that_passes_where_the_law_stands() {
    breaks(
        "silent-pass",
        "next: lapsed}]}",
        "next: lapsed}, {after: 2wd, next: notify}]}",
        "due:",
    );
}

#[test]
fn two_clocks_of_law() {
    breaks(
        "law-twice",
        "due: {in: 3wd, overdue: [{after: 1wd, next: lapsed}]}",
        "due: [{in: 3wd, law: 甲, overdue: [{after: 1wd, next: lapsed}]}, {in: 5wd, law: 乙}]",
        "due:",
    );
}

#[test]
fn a_stage_of_law_that_the_applicant_can_skip() {
    breaks(
        "law-skipped",
        "    law: 《条例》第二十条\n",
        "    law: 《条例》第二十条\n    when: form.personal\n",
        "when: form.personal",
    );
    breaks(
        "law-skipped",
        "    due: 2wd\n",
        "    due: 2wd\n    next: [{when: form.personal, goto: notify}, {goto: review}]\n",
        "next:",
    );
    // What the department's own setting or another person decides is no skipping by the applicant.
    assert_eq!(
        codes(
            "    law: 《条例》第二十条\n",
            "    law: 《条例》第二十条\n    when: settings.limit > 3\n"
        ),
        Vec::<&str>::new()
    );
}

#[test]
fn private_answers_in_guards_numbers_titles_and_sums() {
    breaks(
        "private-read",
        "form.personal && form.sensitive",
        "form.phone == \"1\"",
        "when:",
    );
    breaks(
        "private-read",
        "form.personal && form.sensitive",
        "form.items.exists(i, i.keeper == \"a\")",
        "when:",
    );
    breaks(
        "private-read",
        "〔{year}〕{seq}号",
        "〔{year}〕{seq}号{form.phone}",
        "number:",
    );
    breaks(
        "private-read",
        "{zh: 批准, en: Approve}",
        "{zh: '批准{form.phone}', en: Approve}",
        "title:",
    );
    breaks(
        "private-read",
        "required: true, max_length: 128",
        "required: true, value: form.phone",
        "id: subject",
    );
}

#[test]
fn numbers_that_would_repeat() {
    breaks(
        "number-pattern",
        "〔{year}〕{seq}号",
        "〔{year}〕号",
        "number:",
    );
    breaks("number-pattern", "〔{year}〕{seq}号", "{seq}号", "number:");
    breaks(
        "number-pattern",
        "〔{year}〕{seq}号",
        "〔{year}〕{seq}{month}号",
        "number:",
    );
}

#[test]
fn records_kept_for_less_than_the_least() {
    breaks(
        "keep-short",
        "keep: {for: 10y, min: 3y}",
        "keep: {for: 30mo, min: 3y}",
        "keep:",
    );
}

#[test]
fn answers_of_branches_without_branches() {
    breaks(
        "per-branch",
        "  - section: answer\n",
        "  - section: answer\n    per: branch\n",
        "per: branch",
    );
}

#[test]
fn links_that_may_act_on_data_of_level_three() {
    breaks(
        "link-sensitive",
        "valid: 2wd, auth: login}\nform:\n  - section: request\n    title: {zh: 申请, en: Request}\n    fields:\n",
        "valid: 2wd}\nform:\n  - section: request\n    title: {zh: 申请, en: Request}\n    fields:\n      - {id: chosen, type: resources, label: {zh: 目录, en: Chosen}, pick: item}\n",
        "email_link",
    );
}

#[test]
fn what_is_missing_but_harmless_is_a_warning() {
    breaks("no-deadline", "    due: 2wd\n", "", "stage: intake");
    breaks(
        "no-title",
        "    title: {zh: 受理, en: Intake}\n",
        "",
        "stage: intake",
    );
    breaks(
        "no-english",
        "{zh: 批准, en: Approve}",
        "批准",
        "title: 批准",
    );
}
