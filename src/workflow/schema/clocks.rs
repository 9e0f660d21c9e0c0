//! `due`: clocks, extensions, what follows when time is up.

use serde_json::{Value as Json, json};

use super::{list, object, refer, some};

pub(super) fn all() -> Vec<(&'static str, Json)> {
    vec![
        (
            "due",
            json!({
                "description": "时限：时长、一个计时或者几个计时（都在走）",
                "anyOf": [refer("duration"), refer("clock"), some(json!({"anyOf": [refer("duration"), refer("clock")]}))],
            }),
        ),
        ("clock", clock()),
        ("overdue", overdue()),
        ("extend", extend()),
    ]
}

fn clock() -> Json {
    let mut clock = object(
        &[],
        vec![
            (
                "in",
                "多长时间，或者按条件：[{when: 条件, then: 时长}, {then: 时长}]",
                json!({"anyOf": [
                    refer("duration"),
                    some(object(&["then"], vec![
                        ("when", "条件", refer("expression")),
                        ("then", "时长", refer("duration")),
                    ])),
                ]}),
            ),
            ("at", "到什么时间为止", refer("expression")),
            (
                "from",
                "从什么时间起算，缺省进入时；可以在过去",
                refer("expression"),
            ),
            ("title", "名称，缺省“内部时限”", refer("text")),
            ("law", "法定时限所依据的条款", json!({"type": "string"})),
            ("extend", "可以申请延期", refer("extend")),
            ("remind", "提醒", list(refer("remind"))),
            ("overdue", "超期后怎样", list(refer("overdue"))),
        ],
    );
    clock["oneOf"] = json!([{"required": ["in"]}, {"required": ["at"]}]);
    clock
}

fn overdue() -> Json {
    let mut overdue = object(
        &["after"],
        vec![
            ("after", "超期多久以后，0wd 是一超期", refer("duration")),
            ("escalate", "报告谁，并让其看到事项", refer("who")),
            ("assign", "把任务交给谁", refer("who")),
            (
                "next",
                "事项去哪里；法定时限不能去通过的地方",
                refer("target"),
            ),
        ],
    );
    let acts = ["escalate", "assign", "next"];
    overdue["oneOf"] = acts.map(|act| json!({"required": [act]})).into();
    overdue
}

fn extend() -> Json {
    object(
        &["max"],
        vec![
            ("max", "合计最多延长多久", refer("duration")),
            (
                "times",
                "几次，缺省一次",
                json!({"type": "integer", "minimum": 0}),
            ),
            ("by", "由谁决定；不写就是承办人自己", refer("who")),
            ("due", "决定的时限", refer("due")),
            ("copy", "告知谁", refer("whos")),
            ("law", "依据的条款", json!({"type": "string"})),
        ],
    )
}
