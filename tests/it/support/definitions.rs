//! Small definitions that several tests run on.

use serde_json::json;

use super::world::{Row, World, answering, with_form};

/// These stages behind a form with one text.
pub fn with_stages(stages: &str) -> String {
    with_form("{id: note, type: text, label: 说明}", stages)
}

/// One signature, within ten working days.
pub fn one_review() -> String {
    with_stages("  - {stage: review, title: 业务审核, who: share_office_head@applicant, due: 10wd}")
}

/// A request for data.
pub fn for_data() -> &'static str {
    "workflow: data\ntitle: 政务数据共享申请\nnumber: 数享申〔{year}〕{seq}号\nwho: applicant\nform:\n  - section: request\n    title: 申请\n    fields:\n      - {id: resources, type: resources, label: 数据, pick: item, required: true}\nstages:\n  - {stage: review, title: 审核, who: section_head@applicant}\nends:\n  approved: {title: 已办结}\n  rejected: {title: 不同意}\n  withdrawn: {title: 已撤回}\n"
}

/// bob and bea are asked to review, then cat.
pub fn reviewed() -> String {
    with_stages(
        "  - {stage: review, title: 业务审核, who: section_head@applicant, comment: {reject: required}, due: 10wd}\n  - {stage: head, title: 负责人同意, who: share_office_head@applicant}",
    )
}

/// One branch per provider, `part`, with these stages inside; then the head. `more` holds further keys of the block.
pub fn for_each(more: &str, inside: &str) -> String {
    with_form(
        "{id: providers, type: departments, label: 提供部门, required: true}
{id: note, type: text, label: 说明}",
        &format!(
            "  - foreach: replies
    title: 各部门答复
    over: form.providers
    as: part
{more}    stages:
{inside}  - {{stage: head, title: 负责人, who: share_office_head@applicant}}
"
        ),
    )
}

/// The applicant's department, two that provide data, and the authority.
pub const OFFICES: &[Row<'static>] = &[
    ("ann", "A", &["applicant"]),
    ("cat", "A", &["share_office_head"]),
    ("bob", "A", &["section_head"]),
    ("pat", "P", &["share_office_head"]),
    ("pia", "P", &["provider_intake"]),
    ("qin", "Q", &["share_office_head"]),
    ("qua", "Q", &["provider_intake"]),
    ("adm", "Z", &["workflow_admin"]),
];

/// A case that asks these departments.
pub fn asked_of(yaml: &str, providers: &[&str]) -> World {
    let mut world = World::among(OFFICES, yaml);
    world
        .act("ann", "submit", answering(json!({"providers": providers})))
        .unwrap();
    world
}
