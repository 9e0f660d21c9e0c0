//! What a policy may read of a definition: each name with its type and its meaning.

use std::collections::BTreeMap;

use crate::expression::Type;

/// The type of one part.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// A text.
    Text,
    /// A text or null.
    MaybeText,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Several texts.
    Texts,
    /// [`EXTEND`], or null where no extension is offered.
    MaybeExtend,
}

/// One part of a record.
#[derive(Debug)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub of: Of,
    /// What it means, in Chinese.
    pub about: &'static str,
}

/// One variable.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a list of such records.
    pub many: bool,
    /// What it is, in Chinese.
    pub about: &'static str,
    /// What one has.
    pub parts: &'static [Part],
}

const fn part(name: &'static str, of: Of, about: &'static str) -> Part {
    Part { name, of, about }
}

/// Days and hours of a clock that has none: longer than any that is asked for.
pub(super) const UNBOUNDED: i64 = 999_999;

/// All of them; `applies` reads the first only.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "workflow",
        many: false,
        about: "流程本身",
        parts: &[
            part("key", Of::Text, "流程的键"),
            part("kind", Of::Text, "属于哪一类流程，没有写的是流程的键"),
            part("calendar", Of::Text, "日历"),
            part("withdraw_until", Of::MaybeText, "可以撤回到哪个环节"),
            part("keep_years", Of::Int, "保存年限，不足一年的舍去"),
            part("keep_min_years", Of::Int, "最低保存年限，没有写的为 0"),
            part(
                "required",
                Of::Texts,
                "总要填写的字段（表格的列写成 `表格.列`）",
            ),
            part("registers", Of::Texts, "写入的台账"),
            part("starts", Of::Texts, "启动的其他流程"),
        ],
    },
    Variable {
        name: "stages",
        many: true,
        about: "环节和区块，依定义的顺序",
        parts: &[
            part("id", Of::Text, "id"),
            part("place", Of::Text, "写在哪里，用于 `at`"),
            part(
                "kind",
                Of::Text,
                "`sign` `work` `notice`，或者 `group` `parallel` `foreach` `aside` `wait` `start`",
            ),
            part("order", Of::Int, "第几个"),
            part("inside", Of::Texts, "外面的各层区块"),
            part("law", Of::MaybeText, "法定依据"),
            part(
                "sure",
                Of::Bool,
                "在 `given` 的情形下一定会进入：自身和外面各层、分支都没有不成立或者说不准的 `when`，也不在 `aside` 里",
            ),
            part(
                "unavoidable",
                Of::Bool,
                "不经过它，事项不可能办成；foreach 分支里的，不经过它该分支不可能了结",
            ),
            part(
                "who",
                Of::Texts,
                "所有被要求办理的人；foreach 的元素一律写成 `part`",
            ),
            part(
                "signed_by",
                Of::Texts,
                "没有他们就不能通过的人，一个席位一项",
            ),
            part("departments", Of::Texts, "办理岗位所在的部门"),
            part("distinct", Of::Bool, "办理人是否必须互不相同"),
            part("barred", Of::Texts, "不得办理的人（`not`）"),
            part("bars", Of::Texts, "这些环节的办理人不得在这里办理"),
            part("deny", Of::Texts, "不提供的操作"),
            part("reasoned", Of::Bool, "不同意一定要写理由（或者不能不同意）"),
            part("refusable", Of::Bool, "可以不同意"),
            part("supplement", Of::Int, "可以要求补正几次"),
            part("fills", Of::Texts, "在这里填写的部分和字段"),
            part("every", Of::Int, "每隔多少天再来一轮，0 为不重复"),
            part("registers", Of::Texts, "在这里写入的台账"),
            part("told", Of::Texts, "通过后告知谁（`copy`）"),
            part("starts", Of::MaybeText, "启动的流程"),
        ],
    },
    Variable {
        name: "clocks",
        many: true,
        about: "环节和区块的计时",
        parts: &[
            part("stage", Of::Text, "写在哪个环节"),
            part("place", Of::Text, "写在哪里，用于 `at`"),
            part("kind", Of::Text, "该环节的 `kind`"),
            part("law", Of::MaybeText, "法定依据，没有的是内部时限"),
            part("days", Of::Int, "在 `given` 的情形下最长多少个工作日"),
            part(
                "hours",
                Of::Int,
                "同样情形下最长多少个自然小时；一个工作日按 12 天计，因为前面可能有长假",
            ),
            part("at_entry", Of::Bool, "从进入该环节时起算"),
            part("extend", Of::MaybeExtend, "延期"),
            part("silent", Of::Bool, "到期后是否不经任何人就当作通过"),
            part("covers", Of::Texts, "计时覆盖的环节"),
            part("who", Of::Texts, "这些环节的 `who`"),
            part("signed_by", Of::Texts, "这些环节的 `signed_by`"),
            part("departments", Of::Texts, "这些环节的 `departments`"),
        ],
    },
    Variable {
        name: "signals",
        many: true,
        about: "事项办理中可以发出的事件",
        parts: &[
            part("stage", Of::Text, "在哪个环节"),
            part("place", Of::Text, "写在哪里，用于 `at`"),
            part("name", Of::Text, "名称"),
            part("by", Of::Texts, "谁可以发出"),
            part("fills", Of::Texts, "随事件填写的部分和字段"),
        ],
    },
    Variable {
        name: "checks",
        many: true,
        about: "对填写内容的检查",
        parts: &[
            part("stage", Of::MaybeText, "在哪个环节，空为提交时"),
            part("place", Of::Text, "写在哪里，用于 `at`"),
            part("level", Of::Text, "`error` `warning` `stop`"),
            part("reads", Of::Texts, "读取的值"),
        ],
    },
    Variable {
        name: "fields",
        many: true,
        about: "表单的字段，表格的列写成 `表格.列`",
        parts: &[
            part("id", Of::Text, "id"),
            part("place", Of::Text, "写在哪里，用于 `at`"),
            part("section", Of::Text, "所在的部分"),
            part("type", Of::Text, "类型"),
            part("required", Of::Bool, "显示时总要填写"),
            part("needed", Of::Bool, "总要填写，或者在某种情形下要填写"),
            part(
                "options_from",
                Of::MaybeText,
                "选项取自哪里，没有的是写在定义里",
            ),
            part("checked", Of::Bool, "有 `check`"),
        ],
    },
    Variable {
        name: "options",
        many: true,
        about: "各字段写在定义里的选项",
        parts: &[
            part("field", Of::Text, "字段"),
            part("id", Of::Text, "id"),
            part("title", Of::Text, "名称"),
        ],
    },
];

/// The parts of `extend`.
pub const EXTEND: &[Part] = &[
    part("days", Of::Int, "最多延长多少个工作日"),
    part("times", Of::Int, "可以延长几次"),
    part("by", Of::MaybeText, "由谁决定，空为办理人自行延长"),
    part("copy", Of::Texts, "告知谁"),
    part("law", Of::MaybeText, "法定依据"),
];

/// The variables with their types, those that `applies` may read or all of them.
pub(super) fn variables(all: bool) -> BTreeMap<String, Type> {
    let count = if all { VARIABLES.len() } else { 1 };
    let known = VARIABLES.iter().take(count);
    known
        .map(|variable| {
            let one = record(variable.parts);
            let of = if variable.many { Type::list(one) } else { one };
            (variable.name.to_owned(), of)
        })
        .collect()
}

fn record(parts: &[Part]) -> Type {
    Type::record(parts.iter().map(|part| (part.name, type_of(part.of))))
}

fn type_of(of: Of) -> Type {
    match of {
        Of::Text => Type::Text,
        Of::MaybeText => Type::Text.maybe(),
        Of::Bool => Type::Bool,
        Of::Int => Type::Int,
        Of::Texts => Type::list(Type::Text),
        Of::MaybeExtend => record(EXTEND).maybe(),
    }
}
