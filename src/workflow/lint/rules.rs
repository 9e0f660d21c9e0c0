//! The table of rules.

use crate::workflow::Severity;

/// A rule of the check.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// Whether breaking it stops publishing.
    pub severity: Severity,
    /// Its name, in Chinese.
    pub title: &'static str,
    /// Why it is there, in Chinese.
    pub explanation: &'static str,
}

const fn error(code: &'static str, title: &'static str, explanation: &'static str) -> Rule {
    Rule {
        code,
        severity: Severity::Error,
        title,
        explanation,
    }
}

const fn warning(code: &'static str, title: &'static str, explanation: &'static str) -> Rule {
    Rule {
        code,
        severity: Severity::Warning,
        title,
        explanation,
    }
}

/// All of them: what keeps a file from being read, what keeps it from being understood, what would go wrong when it runs.
pub const RULES: &[Rule] = &[
    error("yaml", "YAML 写法有误", "文件读不出来，其余检查无从谈起。"),
    error(
        "yaml-limit",
        "文件过大或过深",
        "上限：256 KB、3 万个值、32 层。",
    ),
    error(
        "yaml-feature",
        "不支持的 YAML 特性",
        "锚点、别名、标签、合并键和多个文档都会让读者看不出实际内容。",
    ),
    error(
        "duplicate-key",
        "键重复",
        "同一个键写两次，只有一个会起作用。",
    ),
    error(
        "shape",
        "值的形式不对",
        "这里要的是另一种值：列表、若干个键或文本。",
    ),
    error("missing-key", "缺少必需的键", "没有它就不知道怎样办理。"),
    error("missing-value", "键没有值", "空着的键多半是没有写完。"),
    error(
        "unknown-key",
        "没有这个键",
        "写错的键不会起作用，所以不放过。",
    ),
    error(
        "quote-guard",
        "表达式没有加引号",
        "含逗号、括号或以 ! 开头的表达式会被 YAML 拆开。",
    ),
    error(
        "reserved-key",
        "键名容易被误读",
        "on、off、yes、no 等在别的程序里是真假值。",
    ),
    error(
        "bad-id",
        "id 写法不对",
        "id 用于地址、台账和接口，只用小写字母、数字和下划线。",
    ),
    error("bad-value", "值不对", "写的值不在可用范围内。"),
    error("bad-duration", "时长写法不对", "时限要写明数量和单位。"),
    error("bad-who", "没有指明是谁", "每项任务都要有人可以承办。"),
    error("not-for-kind", "这类环节没有这个键", "写了也不会起作用。"),
    error("not-for-type", "这类字段没有这个键", "写了也不会起作用。"),
    error(
        "duplicate-id",
        "id 重复",
        "去向、函数和台账按 id 查找，重复就分不清。",
    ),
    error(
        "unknown-id",
        "没有这个环节",
        "引用的环节、席位或结果不存在。",
    ),
    error(
        "unknown-role",
        "没有这个角色",
        "没有人能担任的角色会让事项停住。",
    ),
    error("unknown-field", "没有这个字段", "引用的字段不在表单里。"),
    error(
        "unknown-name",
        "没有这个值",
        "表达式引用了不存在的值，运行时会出错。",
    ),
    error(
        "unknown-option",
        "没有这个选项",
        "与不存在的选项比较，结果永远不变。",
    ),
    error(
        "unknown-function",
        "没有这个函数",
        "表达式调用了不存在的函数。",
    ),
    error(
        "unknown-list",
        "没有这个选项列表",
        "引用的列表不在 lists 里。",
    ),
    error("unknown-register", "没有这个台账", "引用的台账不存在。"),
    error(
        "register-field",
        "台账没有这一栏",
        "写进不存在的栏，查台账时看不到。",
    ),
    error(
        "unknown-branch",
        "没有这个分支",
        "汇合时等一个不存在的分支，永远等不到。",
    ),
    error(
        "unknown-part",
        "元素没有这一部分",
        "foreach 的 by 要用元素有的内容来分组。",
    ),
    error(
        "name-taken",
        "名称已另有所指",
        "同一个名称在表达式里指两样东西，读者和系统都会弄错。",
    ),
    error(
        "unknown-calendar",
        "没有这个日历",
        "没有日历就算不出工作日。",
    ),
    error("unknown-workflow", "没有这个流程", "引用的流程不存在。"),
    error("unknown-type", "没有这个字段类型", "不知道怎样填写和检查。"),
    error(
        "unknown-fills",
        "没有这个部分或字段",
        "要填写的内容不在表单里。",
    ),
    error(
        "unknown-action",
        "没有这个操作",
        "禁止或要求一个不存在的操作不会起作用。",
    ),
    error("guard-syntax", "表达式写法有误", "表达式读不出来。"),
    error(
        "guard-cost",
        "表达式计算量太大",
        "表达式在每次办理时都要计算，必须很快。",
    ),
    error(
        "guard-type",
        "表达式的类型不对",
        "类型不合的比较要么出错，要么永远是同一个结果。",
    ),
    error(
        "guard-has",
        "has() 总是成立",
        "未填的值是 null，不是没有；要与 null 比较。",
    ),
    warning(
        "guard-null",
        "没有处理空值",
        "未填或未显示的值是 null，条件因此无法判断时，事项会停在流程管理员处。",
    ),
    error(
        "list-without-default",
        "列表没有缺省项",
        "条件都不成立时没有去处。",
    ),
    error(
        "unreachable-alternative",
        "有一项永远轮不到",
        "前面已有一项总是成立。",
    ),
    warning(
        "overlapping-guards",
        "条件重复",
        "与前面的条件相同，永远轮不到。",
    ),
    error("unreachable", "到不了的环节", "没有任何去向通到这里。"),
    error("no-end", "走不到结果", "从这里出发永远办不完。"),
    warning("unused-end", "到不了的结果", "没有任何去向通到这个结果。"),
    error(
        "target-outside",
        "去向在区域之外",
        "只能去同一列表或外层列表中的环节，否则会从块的中间进出。",
    ),
    error(
        "leaves-foreach",
        "离开了 foreach",
        "一个分支去外层的环节会取消其他分支；只有退回可以写在 return.to 里。",
    ),
    error(
        "await-unreached",
        "等在到不了的环节前",
        "await 的环节要在后面、在同一列表或外层列表中，否则等待不起作用。",
    ),
    error(
        "endless-every",
        "没有尽头的重复",
        "every 要有 while，或者在由别的分支、事件结束的块里。",
    ),
    error(
        "wait-forever",
        "没有等待的对象",
        "wait 既没有时间也没有事件，事项会永远停在这里。",
    ),
    error(
        "signal-nobody",
        "没有人可以发出的事件",
        "有权发出的人全部被 not 排除，事件永远不会发生。",
    ),
    error(
        "starts-itself",
        "自动发起自己",
        "自动提交同一个流程的新事项会无穷无尽。",
    ),
    warning(
        "single-branch",
        "只有一个分支",
        "一个分支不需要 parallel，多半是漏写了别的分支。",
    ),
    error(
        "endless-cycle",
        "没有停顿的循环",
        "循环中要有人、时限或等待，否则会空转。",
    ),
    error(
        "return-target",
        "不能退回到那里",
        "退回只能到前面的环节或申请人。",
    ),
    warning(
        "denied-offer",
        "提供了又禁止",
        "写了怎样做，却在 deny 里禁止了它。",
    ),
    error(
        "law-skipped",
        "法定环节可以被跳过",
        "法定环节不能因申请人自己的回答而跳过。",
    ),
    error(
        "silent-pass",
        "法定时限到期自动通过",
        "法定环节的沉默不等于同意。",
    ),
    error(
        "extend-unit",
        "延长的单位和时限不同",
        "延长多少要用时限的单位写，例如工作日的时限用 wd。",
    ),
    warning(
        "extend-alone",
        "承办人可自行延长法定时限",
        "法定时限的延长一般要由别人批准，写明 by。",
    ),
    warning(
        "skip-law",
        "法定环节不会自动通过",
        "same_person: skip 对法定环节不起作用。",
    ),
    error("law-twice", "有两个法定时限", "一个环节最多一个法定时限。"),
    error(
        "reminder-outside",
        "提醒超出时限",
        "比任何一种时限都早的提醒永远不会发出。",
    ),
    error(
        "vote-without-due",
        "表决没有截止时间",
        "until: due 要等时限到期才计票。",
    ),
    error(
        "too-many-passes",
        "票数超过席位",
        "要的票比席位多，永远不能通过。",
    ),
    error(
        "nobody-left",
        "没有人可以办理",
        "回避和不得兼任之后没有人剩下。",
    ),
    error(
        "private-read",
        "私密内容外泄",
        "私密内容加密单独保存，不能出现在条件、编号、标题、邮件或台账里。",
    ),
    error(
        "number-pattern",
        "编号样式不对",
        "编号要靠 {year} 和 {seq} 才不会重复。",
    ),
    error(
        "policy",
        "低于法定或者规定的要求",
        "政策文件写明法律和单位制度对各类流程的要求，见 policies.md；改流程不能改到要求以下。",
    ),
    error("keep-short", "保存年限不足", "保存年限不能低于最低年限。"),
    error(
        "per-branch",
        "没有分支",
        "per: branch 的内容属于 foreach 的分支，要在分支里填写。",
    ),
    error(
        "per-task",
        "没有任务",
        "per: task 的内容每项任务一份，要由环节填写，不能在提交时或随事件填写。",
    ),
    error(
        "branch-local",
        "在分支外读分支的内容",
        "每个分支各有一份，在分支外不知道是哪一份；可以从 form.FOREACH 的各分支里读。",
    ),
    error(
        "task-local",
        "把每项任务的内容当作一个值",
        "每项任务各有一份，要用 answers(\"环节\") 读成列表。",
    ),
    warning(
        "policy-advice",
        "与政策的建议不符",
        "政策文件里只作提醒的要求，见 policies.md。",
    ),
    warning(
        "link-sensitive",
        "邮件链接可办理高级别数据",
        "三级以上数据的事项，邮件链接最好只作提示或要求登录。",
    ),
    warning(
        "unused-name",
        "没有用到",
        "没有用到的选项列表或设置，多半是写错了名称。",
    ),
    warning("no-deadline", "没有时限", "没有时限就不会提醒和督办。"),
    warning(
        "named-user",
        "指定了个人",
        "人员变动后要重新发布；岗位不用。",
    ),
    warning("no-title", "没有标题", "页面上只能显示 id。"),
    warning("no-english", "没有英文标题", "英文页面会显示中文。"),
];
