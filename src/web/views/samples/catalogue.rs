//! Samples of the data directory.

use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = |here| shell(Nav::Catalogue, here, language);
    let list = CatalogueView {
        classes: vec![Choice::new("", "全部", true)],
        levels: vec![Choice::new("", "全部", true)],
        rows: vec![resource_row()],
        may_use: true,
        imports: true,
        files: vec![Link::new("/catalogue/export.csv", "导出 CSV")],
        ..CatalogueView::default()
    };
    let nothing = CatalogueView {
        active: true,
        departments: vec![Choice::new("hn-health", "省卫健委", true)],
        rows: Vec::new(),
        ..list.clone()
    };
    let refused = ResourceView {
        refused: true,
        may_use: false,
        gone: true,
        cases: Vec::new(),
        history: Vec::new(),
        conditions: Vec::new(),
        ..resource()
    };
    let faults = ImportView {
        faults: vec!["第 3 行，数据级别：是空的，必须填写".into()],
        plan: None,
    };
    vec![
        ("catalogue", page(&shell("/catalogue"), &list)),
        (
            "catalogue-nothing",
            page(&shell("/catalogue?k=x"), &nothing),
        ),
        (
            "catalogue-empty",
            page(&shell("/catalogue"), &CatalogueView::default()),
        ),
        (
            "catalogue-resource",
            page(&shell("/catalogue/HN-GA-001"), &resource()),
        ),
        (
            "catalogue-refused",
            page(&shell("/catalogue/HN-GA-002"), &refused),
        ),
        (
            "catalogue-import",
            page(&shell("/catalogue/import"), &import()),
        ),
        ("catalogue-faults", page(&shell(""), &faults)),
    ]
}

fn resource_row() -> ResourceRow {
    ResourceRow {
        href: "/catalogue/HN-GA-001".into(),
        title: "人口基础信息".into(),
        code: "HN-GA-001".into(),
        provider: "省公安厅".into(),
        class: Tag::plain(Tone::Warn, "有条件共享"),
        level: "4 级".into(),
        cycle: "更新周期：每日".into(),
        items: "5 个数据项".into(),
        condition: "不得提供给第三方".into(),
        shared: true,
    }
}

fn resource() -> ResourceView {
    ResourceView {
        heading: "人口基础信息".into(),
        code: "HN-GA-001".into(),
        class: Tag::plain(Tone::Warn, "有条件共享"),
        level: Tag::plain(Tone::Line, "4 级"),
        facts: vec![Fact::new("提供部门", "省公安厅")],
        conditions: vec!["不得提供给第三方".into()],
        may_use: true,
        change: "提出变更".into(),
        items: vec![ItemRow {
            title: "姓名".into(),
            code: "HN-GA-001-01".into(),
            kind: "字符型（50）".into(),
            level: "2 级".into(),
            personal: Some(Tag::plain(Tone::Warn, "个人信息")),
            class: Tag::plain(Tone::Warn, "有条件共享"),
            conditions: "只用于核查".into(),
        }],
        cases: vec![Link::new(format!("/c/{CASE}"), NUMBER)],
        more_cases: "只列出最近 10 件。".into(),
        grants: Some(Link::new("/ledger/grants?k=HN-GA-001", "1 条")),
        history: vec![TimelineItem {
            dot: "ok",
            text: "变更".into(),
            machine: format::machine(now()),
            when: "今天 10:00，文件导入".into(),
            comment: "数据级别：3 级 → 4 级".into(),
        }],
        ..ResourceView::default()
    }
}

fn import() -> ImportView {
    ImportView {
        faults: Vec::new(),
        plan: Some(ImportPlan {
            summary: "目录.xlsx：新增 0 个，变更 1 个".into(),
            digest: "0".into(),
            does: true,
            rows: vec![ImportRow {
                code: "HN-GA-001".into(),
                title: "人口基础信息".into(),
                what: Tag::plain(Tone::Warn, "变更"),
                changes: vec!["数据级别：3 级 → 4 级".into()],
            }],
        }),
    }
}
