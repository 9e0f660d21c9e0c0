//! What an import file may say, and how each fault is answered.

use super::*;

const GOOD: &str = "\
complete: true
roles:
  - {code: data_steward, title: 数据管家}
departments:
  - {code: hn-data, name: 河南省数据局, short: 省数据局, region: '410000', level: province}
  - {code: hn-police, name: 河南省公安厅, short: 省公安厅, region: 410000, level: province, authority: hn-data}
people:
  - {login: wang.jianguo, name: 王建国, email: wang.jianguo@henan.example, department: hn-police, clearance: 3}
  - {login: zhao, name: 赵𠮷·明, email: zhao@henan.example, department: hn-data, active: false, password: a-long-password}
posts:
  - {person: wang.jianguo, role: section_head, department: hn-police, from: 2026-01-01, until: 2026-12-31}
  - {person: wang.jianguo, role: data_steward, department: hn-police}
";

/// The faults of the good file after one replacement.
fn faults(from: &str, to: &str) -> Vec<Fault> {
    assert!(GOOD.contains(from), "{from}");
    DirectoryFile::parse(&GOOD.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn a_good_file_is_read_whole() {
    let file = DirectoryFile::parse(GOOD).expect("reads");

    assert_eq!(file.departments.len(), 2);
    assert_eq!(file.departments[1].region, "410000");
    assert_eq!(file.people[0].clearance, 3);
    assert_eq!(file.people[1].clearance, 1, "the least by default");
    assert!(!file.people[1].active);
    assert_eq!(
        file.posts[0].until,
        Some("2026-12-31".parse().expect("a date"))
    );
    assert_eq!(file.posts[1].from, None);
}

#[test]
fn every_fault_names_its_place_and_the_remedy() {
    for (from, to, line, words) in [
        ("wang.jianguo, name", "Wang, name", 8, "小写"),
        ("wang.jianguo, name", "ｗａｎｇ, name", 8, "全角"),
        ("wang.jianguo, name", "w, name", 8, "2 至 64"),
        ("wang.jianguo@henan.example", "wang@henan", 8, "邮箱"),
        (
            "wang.jianguo@henan.example",
            "\"a@b.cn\\r\\nBcc: x\"",
            8,
            "邮箱",
        ),
        ("login: zhao,", "login: wang.jianguo,", 9, "第 8 行"),
        ("code: hn-police,", "code: hn-data,", 6, "第 5 行"),
        (
            "hn-police, clearance",
            "hn-polce, clearance",
            8,
            "是不是“hn-police”",
        ),
        (
            "authority: hn-data",
            "authority: hn-dada",
            6,
            "是不是“hn-data”",
        ),
        (
            "role: section_head",
            "role: sectoin_head",
            11,
            "是不是“section_head”",
        ),
        (
            "person: wang.jianguo, role: d",
            "person: wang.jiango, role: d",
            12,
            "是不是“wang.jianguo”",
        ),
        ("from: 2026-01-01", "from: 2026-02-30", 11, "2026-02-30"),
        ("until: 2026-12-31", "until: 2025-12-31", 11, "早于"),
        ("clearance: 3", "clearance: 7", 8, "1 至 6"),
        ("password: a-long-password", "password: short", 9, "12"),
        ("region: 410000", "region: 41", 6, "6 位"),
        ("role: data_steward", "role: section_head", 12, "两次"),
        ("role: data_steward", "role: auditadmin", 12, "互斥"),
        (
            "level: province}",
            "level: provinse}",
            5,
            "是不是“province”",
        ),
        ("short: 省数据局", "shrt: 省数据局", 5, "是不是“short”"),
        ("email: zhao@henan.example, ", "", 9, "email"),
        ("name: 王建国", "name: \"王\\u202e建国\"", 8, "控制字符"),
        ("short: 省数据局", "authority: hn-data", 5, "不是主管部门"),
    ] {
        let faults = faults(from, to);

        assert!(
            faults
                .iter()
                .any(|fault| fault.line == line && fault.message.contains(words)),
            "{to}: {faults:?}"
        );
    }
}

#[test]
fn all_faults_come_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("clearance: 3", "clearance: 9")
        .replace("from: 2026-01-01", "from: soon")
        .replace("region: '410000'", "region: x");
    let lines: Vec<_> = DirectoryFile::parse(&text)
        .expect_err("three faults")
        .iter()
        .map(|fault| fault.line)
        .collect();

    assert_eq!(lines, [5, 8, 11]);
}

#[test]
fn departments_may_not_stand_above_themselves() {
    let text = "\
complete: true
departments:
  - {code: a, name: 甲, region: '410000', level: province, parent: b}
  - {code: b, name: 乙, region: '410000', level: province, parent: a}
  - {code: c, name: 丙, region: '410000', level: province, parent: a}
";
    let faults = DirectoryFile::parse(text).expect_err("a circle");

    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].message.contains("a → b → a"), "{}", faults[0]);
}

#[test]
fn broken_yaml_and_bombs_are_one_fault_with_a_place() {
    let bomb = "departments: &a [x, x]\npeople: [*a, *a]\n";
    for text in [
        "",
        "complete: true\n",
        "people: [",
        "people:\n\t- x",
        "- a",
        "people: 3",
        bomb,
        "a: 1\na: 2\n",
    ] {
        let faults = DirectoryFile::parse(text).expect_err(text);

        assert_eq!(faults.len(), 1, "{text:?}");
        assert!(1 <= faults[0].line && 1 <= faults[0].col, "{text:?}");
    }
}

#[test]
fn a_password_never_shows() {
    let file = DirectoryFile::parse(GOOD).expect("reads");

    assert!(!format!("{file:?}").contains("a-long-password"));
}
