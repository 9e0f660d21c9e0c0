//! `form`: sections and fields.

use serde_json::{Value as Json, json};

use super::{list, object, refer, words};
use crate::workflow::resolve::{NEEDED, ONLY};

pub(super) fn all() -> Vec<(&'static str, Json)> {
    vec![
        ("section", section()),
        ("field", field(true)),
        ("column", field(false)),
    ]
}

fn section() -> Json {
    object(
        &["section", "title", "fields"],
        vec![
            ("section", "这一部分的 id", refer("id")),
            ("title", "标题", refer("text")),
            ("about", "标题下的一句话", refer("text")),
            ("show_when", "成立时才显示", refer("expression")),
            (
                "per",
                "每个事项一份（缺省），foreach 的每个分支一份，或者每项任务一份",
                words(&["case", "branch", "task"]),
            ),
            ("fields", "字段", list(refer("field"))),
        ],
    )
}

/// A field, or without `whole` a column.
fn field(whole: bool) -> Json {
    let kinds: Vec<&str> = crate::forms::ALL
        .iter()
        .map(|kind| kind.name())
        .filter(|name| whole || !matches!(*name, "table" | "resources"))
        .collect();
    let count = || json!({"type": "integer", "minimum": 0});
    let bound = || {
        json!({"anyOf": [
            {"type": "number"},
            {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        ]})
    };
    let mut field = object(
        &["id", "type", "label"],
        vec![
            ("id", "字段的 id，表达式里写 form.id", refer("id")),
            ("type", "字段类型", words(&kinds)),
            ("label", "问什么", refer("text")),
            ("help", "怎样填", refer("text")),
            (
                "required",
                "必填，或者成立时必填；只在显示时算",
                refer("expression"),
            ),
            ("show_when", "成立时才显示", refer("expression")),
            ("check", "填得对的条件，要配 message", refer("expression")),
            ("message", "check 不成立时说的话", refer("text")),
            ("default", "预先填好的值", refer("expression")),
            ("value", "算出的值，不能填写", refer("expression")),
            (
                "options",
                "选项：{代码: 名称}、共用列表的名称，或者带点的取值",
                json!({"anyOf": [refer("options"), {"type": "string"}]}),
            ),
            ("min", "最小的数、行数、文件数或日期", bound()),
            ("max", "最大的数、行数、文件数或日期", bound()),
            ("min_length", "最少字数", count()),
            ("max_length", "最多字数", count()),
            (
                "pattern",
                "整个文本要符合的正则表达式",
                json!({"type": "string"}),
            ),
            ("unit", "单位", refer("text")),
            (
                "columns",
                "列；resources 的列逐项填写",
                list(refer("column")),
            ),
            (
                "rows",
                "每个元素固定一行；列里可以读 row.元素的内容",
                refer("expression"),
            ),
            (
                "pick",
                "resources 选资源（缺省）还是数据项",
                words(&["resource", "item"]),
            ),
            ("from", "可以选谁，缺省任何人", refer("who")),
            ("workflow", "引用哪个流程的事项", refer("key")),
            (
                "party",
                "是当事人：收到申请人的邮件，不能签批",
                json!({"type": "boolean"}),
            ),
            (
                "private",
                "加密保存，只给办理这个事项的人看",
                json!({"type": "boolean"}),
            ),
        ],
    );
    field["allOf"] = kinds.iter().filter_map(|kind| of_kind(kind)).collect();
    field["dependentRequired"] = json!({"check": ["message"]});
    field
}

/// What a field of one type must have, and what it cannot have.
fn of_kind(kind: &str) -> Option<Json> {
    let needed: Vec<&str> = NEEDED
        .iter()
        .filter(|(_, kinds)| kinds.contains(&kind))
        .map(|(key, _)| *key)
        .collect();
    let barred: serde_json::Map<String, Json> = ONLY
        .iter()
        .filter(|(_, kinds)| !kinds.contains(&kind))
        .map(|(key, _)| ((*key).to_owned(), json!(false)))
        .collect();
    if needed.is_empty() && barred.is_empty() {
        return None;
    }
    Some(json!({
        "if": {"properties": {"type": {"const": kind}}},
        "then": {"required": needed, "properties": barred},
    }))
}
