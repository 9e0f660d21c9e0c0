//! What a catalogue file may say, and how each fault is answered.

use super::super::{Item, Sharing};
use super::*;

const HEADER: &str = "信息资源代码,信息资源名称,提供方代码,信息资源摘要,共享类型,共享条件,更新周期,数据级别,\
是否向社会开放,涉密属性,数据项代码,数据项名称,数据项级别,是否个人信息,是否敏感个人信息,数据项共享类型,数据项共享条件\n";

const ROWS: &str = "\
R1,人口基础信息,police,\"户籍,人口\",有条件共享,仅用于本部门法定职责；不得转供,2,3,否,非涉密,xm,姓名,2,是,否,,
,,,,,,,,,,sfz,公民身份号码,3,是,否,,
R1,人口基础信息,,,,,,,,,zp,人像,3,是,是,3,依法不予提供
,,,,,,,,,,,,,,,,
R2,行政区划代码,civil,,1,,每年,1,是,,dm,代码,,,,,
";

fn read(text: &str) -> Result<Vec<Resource>, Vec<Fault>> {
    from_csv(text, None)
}

fn good() -> String {
    format!("{HEADER}{ROWS}")
}

/// The faults of the good file after one replacement.
fn faults(from: &str, to: &str) -> Vec<Fault> {
    let text = good();
    assert!(text.contains(from), "{from}");
    read(&text.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn lines_below_belong_to_the_resource_above() {
    let resources = read(&good()).expect("reads");

    assert_eq!(resources.len(), 2);
    let first = &resources[0];
    assert_eq!(first.items.len(), 3);
    assert_eq!(first.summary, "户籍,人口");
    assert_eq!(first.cycle, "每日");
    assert_eq!(first.conditions, ["仅用于本部门法定职责", "不得转供"]);
    let codes: Vec<&str> = first.items.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(codes, ["xm", "sfz", "zp"]);
}

#[test]
fn an_item_inherits_class_conditions_and_level() {
    let resources = read(&good()).expect("reads");
    let id: &Item = &resources[0].items[1];
    let face: &Item = &resources[0].items[2];

    assert_eq!(id.sharing, Sharing::Conditional);
    assert_eq!(id.conditions.len(), 2);
    assert_eq!(face.sharing, Sharing::None);
    assert_eq!(face.conditions, ["依法不予提供"]);
    assert_eq!(resources[1].items[0].level, 1);
    assert!(resources[1].open);
}

#[test]
fn every_fault_names_line_column_and_remedy() {
    for (from, to, line, column, words) in [
        ("有条件共享", "部分共享", 2, "共享类型", "2 有条件共享"),
        (
            "仅用于本部门法定职责；不得转供",
            "",
            2,
            "共享条件",
            "共享范围",
        ),
        ("有条件共享", "1", 2, "共享条件", "不写条件"),
        (",2,3,否", ",10,3,否", 2, "更新周期", "每季度"),
        (",2,3,否", ",2,7,否", 2, "数据级别", "核心"),
        (",2,3,否", ",2,2,否", 3, "数据项级别", "就高"),
        ("非涉密", "秘密", 2, "涉密属性", "非涉密系统"),
        ("是,是,3", "否,是,3", 4, "是否个人信息", "也是个人信息"),
        (
            "是,是,3,依法不予提供",
            "是,是,3,",
            4,
            "数据项共享条件",
            "国务院决定",
        ),
        (
            "R1,人口基础信息,,",
            "R1,人口信息,,",
            4,
            "信息资源名称",
            "第 2 行",
        ),
        (",sfz,", ",xm,", 3, "数据项代码", "已经写过"),
        ("R2,行政", "Ｒ2,行政", 6, "信息资源代码", "全角"),
        ("dm,代码", ",", 6, "数据项代码", "没有数据项"),
        ("dm,代码", "dm,", 6, "数据项名称", "必须填写"),
        ("每年,1,是", "每年,1,有", 6, "是否向社会开放", "“是”"),
        (",sfz,公民身份号码,3,是,否,,", ",sfz", 3, "", "双引号"),
        ("提供方代码", "提供方编码", 1, "", "是不是“提供方代码”"),
        ("提供方代码", "共享方式", 1, "", "缺少列：提供方代码"),
        ("信息资源摘要", "共享类型", 1, "", "两次"),
    ] {
        let faults = faults(from, to);

        assert!(
            faults.iter().any(|fault| fault.line == line
                && fault.column == column
                && fault.message.zh.contains(words)),
            "{from} to {to}: {faults:?}"
        );
    }
}

#[test]
fn a_resource_is_written_in_one_place() {
    let text = format!(
        "{}{}",
        good(),
        "R1,人口基础信息,police,,2,x,1,3,,,a,甲,,,,,\n"
    );
    let faults = read(&text).expect_err("again");

    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].message.zh.contains("第 2 行"), "{}", faults[0]);
}

#[test]
fn unknown_providers_are_named_with_the_nearest() {
    let department = crate::directory::Department {
        code: crate::directory::DepartmentCode("police".to_owned()),
        name: "公安".to_owned(),
        short_name: "公安".to_owned(),
        parent: None,
        region: "410000".to_owned(),
        level: crate::directory::Level::Province,
        authority: None,
        active: true,
    };
    let directory = Directory::new(1, [department], [], [], []);
    let text = good().replace("R2,行政区划代码,civil", "R2,行政区划代码,polise");
    let faults = from_csv(&text, Some(&directory)).expect_err("unknown");

    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].line, faults[0].column), (6, "提供方代码"));
    assert!(faults[0].message.zh.contains("“police”"), "{}", faults[0]);
}

#[test]
fn other_encodings_are_refused_with_the_way_to_save() {
    let gbk = b"\xd0\xc5\xcf\xa2,a\n1,2\n";

    for bytes in [&gbk[..], b"\xff\xfe1\0"] {
        let faults = from_bytes(bytes, None).expect_err("refused");
        assert!(faults[0].message.zh.contains("CSV UTF-8"), "{}", faults[0]);
    }
    let with_mark = format!("\u{feff}{}", good());
    assert!(from_bytes(with_mark.as_bytes(), None).is_ok());
}

#[test]
fn empty_files_say_what_to_write() {
    for text in ["", HEADER] {
        assert_eq!(read(text).expect_err("empty").len(), 1);
    }
}

#[test]
fn other_columns_of_the_template_do_no_harm() {
    let text = good().replace("信息资源摘要", "发布日期");
    assert!(read(&text).is_ok());
}

#[test]
fn a_fault_reads_as_a_sentence() {
    let fault = Fault {
        line: 3,
        column: "共享类型",
        message: said("是空的", "it is empty"),
    };

    assert_eq!(fault.to_string(), "第 3 行，共享类型：是空的");
    assert_eq!(fault.english(), "line 3, 共享类型: it is empty");
}

#[test]
fn the_demo_catalogue_has_sixty_resources_of_all_classes() {
    let resources = read(include_str!("../../demo/catalogue.csv")).expect("reads");

    assert_eq!(resources.len(), 60);
    assert!(
        resources
            .iter()
            .all(|one| (3..=8).contains(&one.items.len()))
    );
    for sharing in [Sharing::Unconditional, Sharing::Conditional, Sharing::None] {
        assert!(
            resources.iter().any(|one| one.sharing == sharing),
            "{sharing:?}"
        );
    }
    for level in 1..=4 {
        assert!(resources.iter().any(|one| one.level == level), "{level}");
    }
    let department = |one: &Resource| format!("{{code: {},", one.provider);
    assert!(
        resources
            .iter()
            .all(|one| include_str!("../../demo/directory.yaml").contains(&department(one)))
    );
}
