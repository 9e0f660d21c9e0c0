//! Guards, people and deadlines in the words of a diagram.

use huiqian::diagram::Sketch;
use huiqian::messages::Language;

use super::sketch_in;
use crate::support::world::{definition, workflow};

const FIELDS: &str = "{id: resources, type: resources, label: 数据, pick: item, required: true}
    {id: personal, type: yes_no, label: 含个人信息, required: true}
    {id: kind, type: choice, label: 类型, options: {new: 新建, old: 改造}, required: true}
    {id: amount, type: money, label: 金额, required: true}
    {id: expert, type: person, label: 专家, from: expert@any, required: true}
    {id: provider, type: department, label: 提供部门, required: true}";

fn drawn(language: Language, stages: &str) -> Sketch {
    let settings = "settings:\n  limit: {title: {zh: 限额, en: Limit}, value: 500}\n";
    sketch_in(
        language,
        &workflow(&definition(settings, FIELDS, stages, "")),
        None,
    )
}

/// What a condition says in Chinese.
fn when(guard: &str) -> String {
    let stages = format!(
        "  - {{stage: look, title: 看, when: '{guard}', who: section_head@applicant}}\n  - {{stage: sign, title: 签, who: dept_leader@applicant}}"
    );
    let sketch = drawn(Language::Zh, &stages);
    let step = sketch.steps().find(|step| step.id == "look");
    let condition = step
        .and_then(|step| step.when.as_ref())
        .expect("a condition");
    assert_eq!(condition.guard, guard);
    condition.words.clone()
}

#[test]
fn guards_are_said_by_the_labels_of_the_form() {
    for (guard, words) in [
        ("form.personal", "含个人信息：是"),
        ("!form.personal", "含个人信息：否"),
        ("form.kind == \"new\"", "类型：新建"),
        ("form.kind != \"new\"", "类型不是新建"),
        ("form.kind in [\"new\", \"old\"]", "类型：新建或改造"),
        ("form.amount > settings.limit", "金额 > 限额"),
        (
            "form.personal && form.amount >= 3",
            "含个人信息：是，且金额 ≥ 3",
        ),
        (
            "form.kind == \"new\" && (form.personal || form.amount < 3)",
            "类型：新建，且（含个人信息：是，或金额 < 3）",
        ),
        (
            "form.resources.exists(r, r.level >= 3)",
            "数据中有 数据级别 ≥ 3",
        ),
        ("rounds(\"look\") == 1", "“看”第一轮"),
        ("form.resources.all(r, r.level >= 3)", "满足设定的条件"),
    ] {
        assert_eq!(when(guard), words, "{guard}");
    }
}

/// Whom a stage asks.
fn about(language: Language, who: &str) -> String {
    let stages = format!("  - {{stage: look, title: 看, who: {who}}}");
    let sketch = drawn(language, &stages);
    let step = sketch.steps().find(|step| step.id == "look").expect("it");
    step.about.join("；")
}

#[test]
fn people_are_named_by_post_and_a_department_only_once() {
    for (who, words) in [
        ("section_head@applicant", "申请部门科室负责人"),
        ("authority_handler@authority", "主管部门经办人"),
        ("dept_leader@form.provider", "提供部门分管领导"),
        (
            "dept_leader@parent(applicant)",
            "申请部门的上级部门分管领导",
        ),
        (
            "[section_head@applicant, dept_leader@applicant]",
            "申请部门科室负责人、分管领导",
        ),
        ("each section_head@applicant", "每位申请部门科室负责人"),
        ("form.expert", "专家"),
    ] {
        assert_eq!(about(Language::Zh, who), words, "{who}");
    }
    assert_eq!(
        about(Language::En, "section_head@applicant"),
        "Section head, applying department"
    );
}

/// The chips of a stage.
fn chips(rules: &str) -> Vec<String> {
    let stages = format!("  - {{stage: look, title: 看, {rules}}}");
    let sketch = drawn(Language::Zh, &stages);
    let step = sketch.steps().find(|step| step.id == "look").expect("it");
    step.chips.iter().map(|chip| chip.text.clone()).collect()
}

#[test]
fn deadlines_and_sign_rules_are_short() {
    const ONE: &str = "who: section_head@applicant";
    const TWO: &str = "who: [section_head@applicant, dept_leader@applicant]";
    for (rules, words) in [
        (format!("{ONE}, due: 10wd"), vec!["10 个工作日"]),
        (
            format!("{ONE}, due: {{in: 20wd, law: 《条例》第二十二条}}"),
            vec!["20 个工作日 法定"],
        ),
        (
            format!(
                "{ONE}, due: {{in: [{{when: form.personal, then: 1wd}}, {{then: 10wd}}], title: 内部时限}}"
            ),
            vec!["内部时限 1 或 10 个工作日"],
        ),
        (format!("{TWO}, sign: all"), vec!["会签"]),
        (format!("{TWO}, sign: any"), vec!["或签"]),
        (format!("{TWO}, sign: sequence"), vec!["依次签"]),
        (format!("{TWO}, sign: {{pass: 2/3}}"), vec!["票签，2/3同意"]),
        (
            format!("{ONE}, supplement: {{times: 2}}"),
            vec!["可补正 2 次"],
        ),
    ] {
        assert_eq!(chips(&rules), words, "{rules}");
    }
}
