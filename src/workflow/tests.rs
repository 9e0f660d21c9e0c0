//! Reading whole definitions.

mod blocks;

use proptest::prelude::*;

use super::testing::{BLOCKS, SOUND, changed, check, codes, sound};
use super::*;
use crate::calendar::{Duration, Unit};
use crate::forms::{Options, Required};

fn wd(count: u32) -> Duration {
    Duration {
        count,
        unit: Unit::Wd,
    }
}

fn stage<'a>(workflow: &'a Workflow, id: &str) -> (&'a Node, &'a Stage) {
    let node = workflow.node(id).expect("a stage");
    let Kind::Stage(stage) = &node.kind else {
        panic!("{id} is a block");
    };
    (node, stage)
}

#[test]
fn a_sound_definition_has_no_findings() {
    assert_eq!(check(SOUND).findings, []);
}

#[test]
fn the_shipped_definitions_have_no_errors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows");
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        if path.is_dir() || path.to_string_lossy().ends_with(".test.yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");

        let checked = read("shipped.yaml", &text, &Surroundings::standard());

        assert!(
            checked.workflow.is_some(),
            "{path:?}: {:#?}",
            checked.findings
        );
    }
}

#[test]
fn the_workflow_has_what_was_written() {
    let workflow = sound();

    assert_eq!(workflow.key, "data-loan");
    assert_eq!(workflow.title.en.as_deref(), Some("Data loan"));
    assert_eq!(workflow.calendar, "cn-gov");
    assert_eq!(workflow.withdraw_until.as_deref(), Some("approve"));
    assert_eq!(workflow.settings["limit"].value, 500);
    assert_eq!(workflow.ends.len(), 4);
    assert_eq!(
        workflow.end("lapsed").map(|end| end.outcome),
        Some(Outcome::Lapsed)
    );
    assert_eq!(&*workflow.source, SOUND);
    assert_eq!(workflow.digest.len(), 64);
}

#[test]
fn shared_lists_are_copied_into_their_fields_in_order() {
    let workflow = sound();

    let Options::Fixed(options) = &workflow.field("level").expect("a field").options else {
        panic!("no options");
    };
    let ids: Vec<&str> = options.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["l1", "l3"]);
    assert_eq!(
        workflow.field("subject").expect("a field").required,
        Required::Yes
    );
}

#[test]
fn not_and_deny_add_up_and_the_rest_is_replaced() {
    let workflow = sound();

    let (intake, _) = stage(&workflow, "intake");
    let (section, _) = stage(&workflow, "section");
    let (approve, _) = stage(&workflow, "approve");
    assert_eq!(intake.rules.not.len(), 2);
    assert_eq!(section.rules.deny, ["transfer", "reject"]);
    assert_eq!(section.rules.comment, ["reject"]);
    assert_eq!(approve.rules.email_link, EmailLink::Never);
    assert!(matches!(
        &section.rules.email_link,
        EmailLink::Offered { auth: LinkAuth::Login, valid, .. } if *valid == wd(2)
    ));
    assert!(matches!(
        &section.rules.nobody,
        Some(Who::Post { role, at: Where::Authority, .. }) if role.0 == "workflow_admin"
    ));
}

#[test]
fn seats_votes_and_defaults_of_sign_are_read() {
    let workflow = sound();

    let (_, security) = stage(&workflow, "security");
    let (_, section) = stage(&workflow, "section");
    assert_eq!(security.seats.len(), 2);
    assert_eq!(security.seats[1].who.len(), 2);
    assert!(matches!(
        &security.sign,
        Sign::Vote(vote) if vote.pass == Share::Count(1) && vote.veto == ["security"]
    ));
    assert_eq!(section.sign, Sign::Any);
    assert_eq!(
        section.return_to,
        Some(vec![Target::Node("security".to_owned()), Target::Applicant])
    );
    assert!(section.resume_here);
}

#[test]
fn clocks_are_read_with_budgets_reminders_and_what_follows() {
    let workflow = sound();

    let review = &workflow.node("review").expect("a group").due[0];
    let approve = &workflow.node("approve").expect("a stage").due[0];
    let Budget::In(alternatives) = &review.budget else {
        panic!("no budget");
    };
    assert_eq!(alternatives.len(), 2);
    assert_eq!(alternatives[1].1, wd(10));
    assert_eq!(
        review.remind,
        [
            Remind::Share(50),
            Remind::Before(wd(2)),
            Remind::EveryAfter(wd(1))
        ]
    );
    assert_eq!(
        approve.overdue[0].act,
        OverdueAct::Next(Target::End("lapsed".to_owned()))
    );
}

#[test]
fn departments_nest() {
    let workflow = sound();

    let (_, approve) = stage(&workflow, "approve");
    let parent = Where::Parent(Box::new(Where::Path("form.provider".to_owned())));
    assert!(matches!(
        &approve.seats[0].who[0],
        Who::Post { at, each: false, .. } if *at == parent
    ));
    let common = changed(
        "dept_leader@parent(form.provider)",
        "'dept_leader@common(applicant, parent(dept:HN01))'",
    );
    let workflow = check(&common).workflow.expect("sound");
    let (_, approve) = stage(&workflow, "approve");
    assert!(matches!(
        &approve.seats[0].who[0],
        Who::Post { at: Where::Common(one, _), .. } if **one == Where::Applicant
    ));
}

#[test]
fn one_finds_ones_way_in_a_workflow() {
    let workflow = sound();

    let ids: Vec<&str> = workflow.nodes().map(|node| node.id.as_str()).collect();
    let path: Vec<&str> = workflow
        .path_to("section")
        .expect("a path")
        .iter()
        .map(|node| node.id.as_str())
        .collect();
    let (siblings, at) = workflow.siblings("section").expect("siblings");
    assert_eq!(
        ids,
        [
            "intake", "review", "security", "section", "approve", "notify"
        ]
    );
    assert_eq!(path, ["review"]);
    assert_eq!((siblings.len(), at), (2, 1));
    assert!(workflow.node("nothing").is_none());
    assert_eq!(workflow.filled_later().collect::<Vec<_>>(), ["answer"]);
    assert!(workflow.section("answer").is_some());
}

#[test]
fn ends_that_nobody_wrote_are_there_all_the_same() {
    let text = changed("  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}\n", "");

    let workflow = check(&text).workflow.expect("sound");

    assert_eq!(
        workflow.end("withdrawn").map(|end| end.outcome),
        Some(Outcome::Withdrawn)
    );
}

#[test]
fn a_version_that_was_in_force_runs_on_whatever_rules_come_later() {
    let later = changed("goto: review}", "goto: section}");
    let gone = changed("who: section_head@applicant", "who: section_haed@applicant");

    assert!(check(&later).workflow.is_none());
    assert!(pinned(&later, &Surroundings::standard()).is_some());
    assert!(pinned(&gone, &Surroundings::standard()).is_some());
    assert!(pinned("workflow: [", &Surroundings::standard()).is_none());
}

#[test]
fn files_that_cannot_be_read_are_one_finding_with_a_place() {
    let deep = "a: ".to_owned() + &"[".repeat(50_000);
    let large = format!("workflow: a\n# {}\n", "x".repeat(300 * 1024));
    let many = format!("a: [{}]", "1,".repeat(30_000));
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n";
    for (text, code, line) in [
        ("workflow: a\n\ttitle: x\n", "yaml", 2),
        ("workflow: a\ntitle: x\ntitle: y\n", "duplicate-key", 3),
        ("workflow: a\ntitle: *x\n", "yaml-feature", 2),
        ("workflow: a\ntitle: !text x\n", "yaml-feature", 2),
        ("workflow: !!str a\n", "yaml-feature", 1),
        ("workflow: a\n<<: {b: c}\n", "yaml-feature", 2),
        ("a: 1\n---\nb: 2\n", "yaml-feature", 2),
        ("a: b: c\n", "yaml", 1),
        ("a: \"x\n", "yaml", 1),
        ("? [a]\n: b\n", "yaml", 1),
        ("", "shape", 1),
        ("- a\n", "shape", 1),
        (deep.as_str(), "yaml-limit", 1),
        (large.as_str(), "yaml-limit", 1),
        (many.as_str(), "yaml-limit", 1),
        (bomb, "yaml-feature", 1),
    ] {
        let checked = check(text);
        let start: String = text.chars().take(40).collect();

        assert!(checked.workflow.is_none(), "{start}");
        let [finding] = checked.findings.as_slice() else {
            panic!("{start}: {:#?}", checked.findings);
        };
        assert_eq!((finding.code, finding.line), (code, line), "{start}");
        assert!(0 < finding.column, "{start}");
    }
}

#[test]
fn an_expression_that_falls_apart_into_yaml_is_answered_with_a_hint_to_quote() {
    for guard in [
        "!form.personal",
        "form.level in [\"l1\", \"l3\"]",
        "size(form.items, 3)",
    ] {
        let text = changed("'!form.items.exists(i, i.name == \"\")'", guard);

        let findings = check(&text).findings;

        let hinted = findings.iter().any(|finding| {
            finding
                .help
                .as_ref()
                .is_some_and(|help| help.en.contains("quote this guard"))
        });
        assert!(hinted, "{guard}: {findings:#?}");
    }
}

#[test]
fn every_kind_of_wrong_value_is_a_finding_and_never_a_panic() {
    let wrong = ["3", "[a]", "{a: b}", "true", "''", "x"];
    for key in [
        "title", "number", "who", "withdraw", "keep", "settings", "lists", "defaults", "form",
        "checks", "stages", "ends", "calendar", "kind",
    ] {
        for value in wrong {
            let text = format!("workflow: a\n{key}: {value}\n");

            let checked = check(&text);

            assert!(checked.workflow.is_none());
            assert!(!checked.findings.is_empty());
        }
    }
}

#[test]
fn a_misspelt_key_is_answered_with_the_nearest() {
    let text = changed("    law: 《条例》第二十条", "    lwa: 《条例》第二十条");

    let findings = check(&text).findings;

    assert_eq!(findings[0].code, "unknown-key");
    assert!(
        findings[0]
            .help
            .as_ref()
            .expect("a hint")
            .zh
            .contains("`law`")
    );
}

#[test]
fn an_error_in_a_guard_is_marked_inside_the_guard() {
    let text = changed(
        "form.personal && form.sensitive",
        "form.personal && form.sensitiv",
    );

    let findings = check(&text).findings;

    assert_eq!(findings[0].code, "unknown-field");
    assert_eq!(&text[findings[0].place.clone()], "form.sensitiv");
    assert!(findings[0].headline().starts_with(&format!(
        "a.yaml:{}:{}: error[unknown-field]: ",
        findings[0].line, findings[0].column
    )));
}

#[test]
fn a_finding_knows_the_innermost_stage_or_block_that_it_is_in() {
    for (sound, wrong, node) in [
        (
            "who: applicant, every: 5wd",
            "who: chef@applicant, every: 5wd",
            Some("report"),
        ),
        (
            "who: share_office_head@part.provider",
            "who: chef@part.provider",
            Some("answer"),
        ),
        (
            "by: [provider, sharing]",
            "by: [provider, shring]",
            Some("providers"),
        ),
        ("until: form.until", "until: form.untl", Some("in_use")),
        (
            "defaults: {email_link: never}",
            "defaults: {email_link: nver}",
            None,
        ),
    ] {
        assert!(BLOCKS.contains(sound), "{sound}");
        let found = check(&BLOCKS.replacen(sound, wrong, 1)).findings;
        let first = found.first().expect("a finding");
        assert_eq!(
            first.node.as_deref(),
            node,
            "{}: {}",
            wrong,
            first.headline()
        );
    }
}

#[test]
fn a_definition_of_the_largest_size_is_checked_in_no_time() {
    let stages: String = (0..1080)
        .map(|n| {
            format!(
                "  - stage: s{n}\n    title: {{zh: 环节, en: Stage}}\n    who: section_head@applicant\n    due: 1wd\n    when: form.personal && form.amount > {n}.0\n    about: 一句说明文字一句说明文字一句说明文字一句\n"
            )
        })
        .collect();
    let text = changed("ends:\n", &format!("{stages}ends:\n"));
    assert!(
        (220 * 1024..256 * 1024).contains(&text.len()),
        "{}",
        text.len()
    );

    let checked = check(&text);

    assert_eq!(checked.findings, []);
}

#[test]
fn every_code_that_is_found_is_in_the_table_once() {
    let mut known: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let all = known.len();
    known.sort_unstable();
    known.dedup();

    assert_eq!(known.len(), all);
    assert_eq!(
        codes("who: applicant\n", "who: aplicant\n"),
        ["unknown-role"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_file_never_panics(
        at in 0..SOUND.len(),
        cut in 0_usize..200,
        put in prop_oneof![
            "[ -~\n\t]{0,12}",
            Just("{".to_owned()),
            Just("[".repeat(40)),
            Just("  - ".to_owned()),
            Just("\u{0}数据\u{2028}".to_owned()),
            Just("&a *a !b".to_owned()),
        ],
    ) {
        let floor = |mut at: usize| {
            while !SOUND.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(at);
        let end = floor((at + cut).min(SOUND.len())).max(start);
        let text = format!("{}{put}{}", &SOUND[..start], &SOUND[end..]);

        let checked = check(&text);

        for finding in &checked.findings {
            prop_assert!(0 < finding.line && 0 < finding.column);
            prop_assert!(finding.show(&text).contains(finding.code));
            prop_assert!(RULES.iter().any(|rule| rule.code == finding.code), "{}", finding.code);
        }
        prop_assert_eq!(
            checked.workflow.is_some(),
            checked.findings.iter().all(|finding| finding.severity == Severity::Warning)
        );
    }
}
