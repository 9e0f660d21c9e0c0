//! The language as a JSON Schema, with which an editor completes and checks a definition.
//!
//! A schema knows the shape of a definition and nothing of its meaning: what a name refers to and whether a guard makes
//! sense is said by the check alone.

mod clocks;
mod form;
mod stages;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod validator;
mod values;

use serde_json::{Map, Value as Json, json};

/// The schema, draft 2020-12, with descriptions in Chinese.
#[must_use]
pub fn json_schema() -> Json {
    let mut schema = top();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("会签流程定义");
    let mut all: Map<String, Json> = Map::new();
    for (name, one) in [values::all(), clocks::all(), form::all(), stages::all()].concat() {
        all.insert(name.to_owned(), one);
    }
    schema["$defs"] = Json::Object(all);
    schema
}

fn top() -> Json {
    object(
        super::resolve::REQUIRED,
        vec![
            (
                "workflow",
                "流程的键，如 data-sharing；发布后不变",
                refer("key"),
            ),
            ("title", "名称", refer("text")),
            (
                "kind",
                "属于哪一类流程，政策按它适用；缺省是流程的键",
                json!({"type": "string"}),
            ),
            ("about", "说明，只供阅读", refer("text")),
            ("basis", "法律依据，只印在页面上，没有约束力", refer("text")),
            (
                "number",
                "编号样式，要有 {year} 和 {seq}，如 数享申〔{year}〕{seq}号",
                json!({"type": "string", "pattern": "\\{seq\\}"}),
            ),
            (
                "who",
                "可以申请的角色，在自己的部门；any 是所有人",
                one_or_list(refer("role")),
            ),
            (
                "calendar",
                "工作日历，缺省 cn-gov；always 只按自然时间",
                json!({"type": "string"}),
            ),
            (
                "withdraw",
                "申请人可以撤回到哪个环节为止；缺省到第一个结论",
                object(&["until"], vec![("until", "环节的 id", refer("id"))]),
            ),
            (
                "keep",
                "保存年限，缺省十年",
                object(
                    &["for"],
                    vec![
                        ("for", "从办结起算", refer("duration")),
                        ("min", "不得低于", refer("duration")),
                        ("law", "依据的条款", json!({"type": "string"})),
                    ],
                ),
            ),
            (
                "settings",
                "标准和开关，表达式里写 settings.名称；改动要发布新版本",
                named(object(
                    &["title", "value"],
                    vec![
                        ("title", "名称", refer("text")),
                        (
                            "value",
                            "值",
                            json!({"type": ["number", "string", "boolean"]}),
                        ),
                        ("unit", "单位", refer("text")),
                    ],
                )),
            ),
            ("lists", "几个字段共用的选项", named(refer("options"))),
            (
                "defaults",
                "各环节的缺省规则；块和环节自己写的优先，not 和 deny 累加",
                object(&[], stages::rules()),
            ),
            ("form", "表单：若干部分", list(refer("section"))),
            ("checks", "提交时的检查", list(refer("check"))),
            ("stages", "环节和块，按顺序办理", refer("stages")),
            (
                "ends",
                "结果；走完列表到第一个；approved、rejected、withdrawn 总是有",
                named(refer("end")),
            ),
        ],
    )
}

/// The schema with this name among the definitions.
fn refer(name: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A map with these keys and no others, each with what it is for.
fn object(required: &[&str], keys: Vec<(&'static str, &'static str, Json)>) -> Json {
    let mut properties = Map::new();
    for (key, description, mut schema) in keys {
        schema["description"] = json!(description);
        properties.insert(key.to_owned(), schema);
    }
    let mut object = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// A map whose keys the author chooses.
fn named(of: Json) -> Json {
    json!({
        "type": "object",
        "propertyNames": {"pattern": values::ID},
        "additionalProperties": of,
        "minProperties": 1,
    })
}

fn list(of: Json) -> Json {
    json!({"type": "array", "items": of})
}

/// A list that is not empty.
fn some(of: Json) -> Json {
    json!({"type": "array", "items": of, "minItems": 1})
}

fn one_or_list(of: Json) -> Json {
    json!({"anyOf": [of, some(of)]})
}

fn words(words: &[&str]) -> Json {
    json!({ "enum": words })
}
