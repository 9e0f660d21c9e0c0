//! Tasks: rules 6 to 10.

use huiqian::engine::Actor;
use serde_json::json;

use crate::support::definitions::{OFFICES, asked_of, for_each};
use crate::support::world::{PEOPLE, Row, World, answering, missing, with_form, with_stages};

#[test]
fn rule_06_a_task_of_a_post_belongs_to_whoever_holds_it_at_each_request() {
    let inside = "      - {stage: answer, title: 答复, who: share_office_head@part}\n";
    let mut world = asked_of(&for_each("", inside), &["P"]);
    assert_eq!(world.asked(), ["answer[P]: pat"]);

    let mut people: Vec<Row<'_>> = OFFICES.to_vec();
    people.retain(|(login, ..)| *login != "pat");
    people.push(("new", "P", &["share_office_head"]));
    people.push(("pat", "P", &[]));
    world.staff(&people);

    assert_eq!(world.asked(), ["answer[P]: new"]);
    assert_eq!(
        world.on("pat", "approve", "answer[P]").unwrap_err().code(),
        "not-asked"
    );
    world.on("new", "approve", "answer[P]").unwrap();
}

#[test]
fn rule_06_acting_claims_a_claim_takes_the_task_from_the_others_and_a_release_gives_it_back() {
    let mut world = World::filed(&with_stages(
        "  - {stage: check, title: 审核, who: section_head@applicant, supplement: {times: 1}}\n",
    ));
    world.on("bob", "claim", "check").unwrap();
    assert_eq!(world.asked(), ["check: bob"]);
    assert_eq!(
        world.on("bea", "approve", "check").unwrap_err().code(),
        "taken"
    );

    world.on("bob", "release", "check").unwrap();
    assert_eq!(world.asked(), ["check: bob bea"]);
    world.on("bea", "approve", "check").unwrap();
}

#[test]
fn rule_07_a_person_takes_one_seat_per_round_and_with_distinct_one_in_the_whole_block() {
    let one_person: &[Row<'_>] = &[
        ("ann", "A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("cat", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ];
    let stages = |distinct: &str| {
        with_stages(&format!(
            "  - parallel: both
    title: 同时
{distinct}    branches:
      one:
        - {{stage: one, title: 一, who: section_head@applicant}}
      two:
        - {{stage: two, title: 二, who: dept_leader@applicant}}
"
        ))
    };
    let mut free = World::filed_among(one_person, &stages(""));
    free.on("bob", "approve", "one").unwrap();
    free.on("bob", "approve", "two").unwrap();

    let mut distinct = World::filed_among(one_person, &stages("    distinct: true\n"));
    distinct.on("bob", "approve", "two").unwrap();
    assert_eq!(
        distinct.on("bob", "approve", "one").unwrap_err().code(),
        "acted-already"
    );
    distinct.on("cat", "approve", "one").unwrap();

    let seats = "  - {stage: many, title: 会签, who: {first: section_head@applicant, second: [section_head@applicant, dept_leader@applicant]}, sign: all}\n";
    let mut seats = World::filed_among(one_person, &with_stages(seats));
    seats.on("bob", "approve", "many").unwrap();
    assert_eq!(seats.asked(), ["many: cat"], "bob has signed");
}

#[test]
fn rule_08_the_applicant_and_parties_never_sign_not_in_a_branch_either() {
    let people: Vec<Row<'_>> = OFFICES
        .iter()
        .map(|row| match row.0 {
            "ann" => ("ann", "A", &["applicant", "share_office_head"] as &[&str]),
            _ => *row,
        })
        .collect();
    let yaml = with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}
{id: partner, type: person, label: 合作人, party: true}",
        "  - foreach: replies
    title: 答复
    over: form.providers
    as: part
    stages:
      - {stage: work, title: 办理, kind: work, who: share_office_head@part}
      - {stage: answer, title: 答复, who: share_office_head@part}
",
    );
    let mut world = World::among(&people, &yaml);
    let answers = json!({"providers": ["A", "P"], "partner": "pat"});
    world.act("ann", "submit", answering(answers)).unwrap();

    assert_eq!(world.asked(), ["work[A]: ann cat", "work[P]: pat"]);
    world.on("ann", "done", "work[A]").unwrap();
    world.on("pat", "done", "work[P]").unwrap();

    assert_eq!(world.asked(), ["answer[A]: cat", "answer[P]: "]);
    assert_eq!(
        world.on("ann", "approve", "answer[A]").unwrap_err().code(),
        "applicant-signs"
    );
    assert_eq!(
        world.on("pat", "approve", "answer[P]").unwrap_err().code(),
        "applicant-signs"
    );
}

#[test]
fn rule_08_not_binds_whoever_it_names_in_every_branch() {
    let yaml = with_form(
        "{id: kinds, type: choices, label: 类别, required: true, options: {a: 甲, b: 乙}}",
        "  - {stage: check, title: 审核, who: section_head@applicant}
  - foreach: reviews
    title: 分别审查
    over: form.kinds
    as: part
    not: [actor(check)]
    stages:
      - {stage: review, title: 审查, who: section_head@applicant}
",
    );
    let mut world = World::submitted(&yaml, json!({"kinds": ["a", "b"]}));
    world.on("bob", "approve", "check").unwrap();

    assert_eq!(world.asked(), ["review[a]: bea", "review[b]: bea"]);
}

#[test]
fn rule_09_a_substitute_has_the_holders_right_on_the_post_between_two_dates_and_no_more() {
    let mut people: Vec<Row<'_>> = PEOPLE.to_vec();
    people.push(("low2", "A", &["archivist"]));
    let yaml = with_form(
        "{id: data, type: resources, label: 数据, required: true}",
        "  - {stage: head, title: 负责人, who: share_office_head@applicant}",
    );
    let mut world = World::among(&people, &yaml);
    let chosen = answering(json!({"data": [{"resource": "R3"}]}));
    world.act("ann", "submit", chosen).unwrap();
    let days = ("2026-03-03", "2026-03-04");
    for (substitute, holder, post) in [
        ("dan", "cat", "share_office_head@A"),
        ("low2", "cat", "share_office_head@A"),
        ("eve", "dan", "share_office_head@A"),
    ] {
        world.substitute(substitute, holder, post, days);
    }
    assert_eq!(world.able("head"), ["cat"], "it has not begun");

    world.sleep_until("2026-03-03 09:00");

    assert_eq!(world.able("head"), ["cat", "dan"], "an open task too");
    let refused = world.on("low2", "approve", "head").unwrap_err();
    assert_eq!(refused.code(), "clearance");
    let refused = world.on("eve", "approve", "head").unwrap_err();
    assert_eq!(refused.code(), "not-asked", "it is not passed on");
    world.sleep_until("2026-03-05 00:00");
    assert_eq!(world.able("head"), ["cat"], "it is over");
    world.sleep_until("2026-03-04 23:00");
    world.on("dan", "approve", "head").unwrap();
    let (_, stamp) = world.log.last().unwrap();
    let both = (stamp.actor, stamp.on_behalf);
    let expected = (Actor::Person(world.id("dan")), Some(world.id("cat")));
    assert_eq!(both, expected);
}

#[test]
fn rule_10_skip_passes_nobody_where_a_law_wants_the_signature_or_after_the_answers_changed() {
    let yaml = |second: &str| {
        with_form(
            "{id: note, type: text, label: 说明}",
            &format!(
                "  - {{stage: first, title: 一, who: share_office_head@applicant, supplement: {{times: 1}}}}
  - group: block
    title: 块
    stages:
      - {{stage: second, title: 二, who: share_office_head@applicant, same_person: skip{second}}}
  - {{stage: third, title: 三, who: dept_leader@applicant}}
"
            ),
        )
    };
    let mut skipped = World::filed(&yaml(""));
    skipped.on("cat", "approve", "first").unwrap();
    assert_eq!(skipped.tasks(), ["third"]);

    let mut lawful = World::among(PEOPLE, &yaml(", law: 《条例》第二十条"));
    lawful.act("ann", "submit", answering(json!({}))).unwrap();
    lawful.on("cat", "approve", "first").unwrap();
    assert_eq!(lawful.tasks(), ["second"]);

    // What is supplied after the signature is not what was agreed to.
    let both = "  - parallel: both
    title: 同时
    branches:
      one:
        - {stage: first, title: 一, who: share_office_head@applicant}
      two:
        - {stage: other, title: 另, who: section_head@applicant, supplement: {times: 1}}
  - {stage: second, title: 二, who: share_office_head@applicant, same_person: skip}
  - {stage: third, title: 三, who: dept_leader@applicant}
";
    let mut changed = World::filed(&with_form("{id: note, type: text, label: 说明}", both));
    changed
        .on_with("bob", "supplement", "other", missing(&["note"]))
        .unwrap();
    changed.on("cat", "approve", "first").unwrap();
    changed
        .on_with("ann", "supply", "other", answering(json!({"note": "补"})))
        .unwrap();
    changed.on("bob", "approve", "other").unwrap();
    assert_eq!(changed.tasks(), ["second"]);
}
