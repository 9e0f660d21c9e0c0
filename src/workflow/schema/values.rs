//! The values of the language: texts, durations, expressions, who, where the run goes.

use serde_json::{Value as Json, json};

use super::{list, object, one_or_list, refer, some};
use crate::calendar::Unit;
use crate::workflow::resolve::{ACTIONS, TARGET_WORDS};

/// What an id looks like.
pub(super) const ID: &str = "^[a-z][a-z0-9_]*$";

pub(super) fn all() -> Vec<(&'static str, Json)> {
    let units: Vec<&str> = Unit::ALL.into_iter().map(Unit::symbol).collect();
    let duration = format!("[0-9]+({})", units.join("|"));
    let remind = format!("^([1-9][0-9]?%|{duration} before|every {duration} after)$");
    vec![
        ("id", json!({"type": "string", "pattern": ID})),
        (
            "key",
            json!({"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"}),
        ),
        ("role", json!({"type": "string", "pattern": ID})),
        (
            "text",
            json!({
                "description": "文本，或者 {zh: 中文, en: English}",
                "anyOf": [
                    {"type": ["string", "number", "boolean"]},
                    object(&["zh"], vec![
                        ("zh", "中文", json!({"type": ["string", "number", "boolean"]})),
                        ("en", "英文", json!({"type": ["string", "number", "boolean"]})),
                    ]),
                ],
            }),
        ),
        (
            "duration",
            json!({
                "type": "string",
                "pattern": format!("^{duration}$"),
                "description": "10wd 工作日、4wh 工作小时、30d 日、24h 小时、30min 分钟、1mo 月、1y 年",
            }),
        ),
        (
            "remind",
            json!({
                "type": "string",
                "pattern": remind,
                "description": "50%、2wd before、every 1wd after",
            }),
        ),
        (
            "expression",
            json!({
                "type": ["string", "number", "boolean"],
                "description": "表达式（CEL）：form.字段、case、settings、now、choice、foreach 的 as 名称、row；\
                    含逗号、括号、冒号或以 ! 开头的要加引号",
            }),
        ),
        (
            "who",
            json!({
                "type": "string",
                "pattern": "^((each +)?[a-z][a-z0-9_]*@.+|(each +)?[a-z][a-z0-9_.]*|actor\\([a-z0-9_. ]+\\)|user:.+)$",
                "description": "角色@部门、each 角色@部门、applicant、actor(环节.席位)、form.字段、each form.字段、\
                    as 名称、user:登录名、any；部门：applicant authority region form.字段 part.provider dept:代码 \
                    parent(D) common(D, D) any",
            }),
        ),
        ("whos", list(refer("who"))),
        (
            "target",
            json!({
                "description": "同一列表或外层列表中的环节、结果，或者 passed refused void again stay applicant",
                "anyOf": [{"enum": TARGET_WORDS}, refer("id")],
            }),
        ),
        (
            "next",
            json!({
                "description": "去向，或者 [{when: 条件, goto: 去向}, …, {goto: 去向}]：第一个成立的，最后一项没有 when",
                "anyOf": [
                    refer("target"),
                    some(object(&["goto"], vec![
                        ("when", "条件", refer("expression")),
                        ("goto", "去向", refer("target")),
                    ])),
                ],
            }),
        ),
        (
            "options",
            json!({
                "type": "object",
                "additionalProperties": refer("text"),
                "minProperties": 1,
                "description": "选项：代码: 名称",
            }),
        ),
        ("action", json!({ "enum": ACTIONS })),
        (
            "share",
            json!({
                "description": "票数：3、2/3、60%",
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": "^[0-9]+( */ *[0-9]+| *%)?$"},
                ],
            }),
        ),
        (
            "check",
            object(
                &["that", "message"],
                vec![
                    ("that", "应当成立的条件", refer("expression")),
                    ("message", "不成立时说的话", refer("text")),
                    (
                        "level",
                        "error 不予接受（缺省），warning 请确认，stop 不予接受也不保存已填内容（只用于提交时）",
                        super::words(&["error", "warning", "stop"]),
                    ),
                ],
            ),
        ),
        ("records", one_or_list(refer("record"))),
    ]
}
