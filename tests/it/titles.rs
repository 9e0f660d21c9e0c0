//! What branches are called: by what they stand for, told as far as it takes.

use huiqian::forms::Answers;
use huiqian::messages::Language;
use huiqian::services::titles::Titles;
use serde_json::{Value, json};

use crate::support::world::{World, answering, with_form};

const PEOPLE: &[crate::support::world::Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("bob", "A", &["section_head"]),
    ("adm", "Z", &["workflow_admin"]),
];

fn titles<T>(world: &World, language: Language, ask: impl FnOnce(&Titles<'_>) -> T) -> T {
    ask(&Titles {
        workflow: &world.workflow,
        case: &world.case,
        directory: &world.directory,
        language,
        former: None,
    })
}

/// A branch for each element of a field, with one stage in it.
fn over(field: &str, foreach: &str, answers: Value) -> World {
    let yaml = with_form(
        field,
        &format!(
            "  - foreach: parts\n    title: 分头办理\n    {foreach}\n    as: part\n    stages:\n      - {{stage: look, title: {{zh: 核对, en: Look}}, who: section_head@applicant}}\n"
        ),
    );
    let mut world = World::among(PEOPLE, &yaml);
    world.act("ann", "submit", answering(answers)).unwrap();
    world
}

fn tasks(world: &World, language: Language) -> Vec<String> {
    titles(world, language, |titles| {
        let open = world.case.open_tasks();
        open.map(|task| titles.task(task)).collect()
    })
}

#[test]
fn people_choices_and_rows_are_called_by_what_people_read() {
    let people = over(
        "{id: helpers, type: people, label: 人员, required: true}",
        "over: form.helpers",
        json!({"helpers": ["bob"]}),
    );
    let name = &people.directory.by_login("bob").expect("bob").name;
    assert_eq!(tasks(&people, Language::Zh), [format!("核对（{name}）")]);
    assert_eq!(tasks(&people, Language::En), [format!("Look ({name})")]);

    let choices = over(
        "{id: kinds, type: choices, label: 类型, options: {a: {zh: 甲类, en: Kind A}, b: 乙类}, required: true}",
        "over: form.kinds",
        json!({"kinds": ["a", "b"]}),
    );
    assert_eq!(
        tasks(&choices, Language::Zh),
        ["核对（甲类）", "核对（乙类）"]
    );
    assert_eq!(
        tasks(&choices, Language::En),
        ["Look (Kind A)", "Look (乙类)"]
    );

    let rows = over(
        "{id: systems, type: table, label: 系统, min: 1, columns: [{id: title, type: text, label: 系统名称, required: true}, {id: note, type: text, label: 说明}]}",
        "over: form.systems",
        json!({"systems": [{"title": "门户", "note": "x"}, {"title": "专网"}]}),
    );
    assert_eq!(tasks(&rows, Language::Zh), ["核对（门户）", "核对（专网）"]);
}

fn chosen(provider: &str, sharing: &str, item: &str) -> Value {
    json!({"resource": "pop", "item": item, "title": "人口基础信息", "item_title": item, "provider": provider, "sharing": sharing, "level": 1})
}

/// A case with chosen data, as it is copied at submission.
fn data(rows: Vec<Value>, foreach: &str) -> World {
    let mut world = over(
        "{id: resources, type: resources, label: 数据, pick: item}\n{id: note, type: text, label: 说明}",
        foreach,
        json!({"note": "x"}),
    );
    let answers = Answers::from([("resources".to_owned(), Value::Array(rows))]);
    world.case.answers.extend(answers);
    world
}

#[test]
fn as_many_of_the_parts_are_told_as_tell_a_branch_from_the_others() {
    let by = "over: form.resources\n    by: [provider, sharing]";
    let mut world = data(Vec::new(), by);
    let part = |provider: &str, sharing: &str| json!({"provider": provider, "sharing": sharing});
    for (provider, sharing) in [("A", "conditional"), ("Z", "conditional")] {
        let place = format!("parts[{provider}/{sharing}]");
        let record = world.case.branches.entry(place).or_default();
        record.part = part(provider, sharing);
    }
    let named =
        |world: &World, place: &str| titles(world, Language::Zh, |titles| titles.branch(place));
    let short = |world: &World, code: &str| {
        let code = huiqian::directory::DepartmentCode(code.into());
        let known = world.directory.department(&code).expect("a department");
        known.short_name.clone()
    };
    assert_eq!(named(&world, "parts[A/conditional]"), short(&world, "A"));

    let record = world.case.branches.entry("parts[A/unconditional]".into());
    record.or_default().part = part("A", "unconditional");

    let (a, z) = (short(&world, "A"), short(&world, "Z"));
    assert_eq!(
        named(&world, "parts[A/conditional]"),
        format!("{a}，有条件共享")
    );
    assert_eq!(
        named(&world, "parts[A/unconditional]"),
        format!("{a}，无条件共享")
    );
    assert_eq!(named(&world, "parts[Z/conditional]"), z);
}

#[test]
fn chosen_data_is_called_by_its_title_even_where_only_its_code_tells_it() {
    let mut world = data(
        vec![chosen("A", "conditional", "姓名")],
        "over: form.resources\n    by: [resource]",
    );
    let record = world.case.branches.entry("parts[pop]".into());
    record.or_default().part = json!({"resource": "pop"});

    let named = titles(&world, Language::Zh, |titles| titles.branch("parts[pop]"));

    assert_eq!(named, "人口基础信息");
}

#[test]
fn a_stage_within_branches_within_branches_names_them_outermost_first() {
    let nested = with_form(
        "{id: kinds, type: choices, label: 类型, options: {a: 甲类, b: 乙类}, required: true}\n{id: more, type: choices, label: 更多, options: {p: 其一, q: 其二}, required: true}",
        "  - foreach: outer
    title: 外层
    over: form.kinds
    as: kind
    stages:
      - foreach: inner
        title: 内层
        over: form.more
        as: one
        stages:
          - {stage: look, title: 核对, who: section_head@applicant}
",
    );
    let mut world = World::among(PEOPLE, &nested);
    world
        .act(
            "ann",
            "submit",
            answering(json!({"kinds": ["b"], "more": ["p", "q"]})),
        )
        .unwrap();

    assert_eq!(
        tasks(&world, Language::Zh),
        ["核对（乙类，其一）", "核对（乙类，其二）"]
    );
}
