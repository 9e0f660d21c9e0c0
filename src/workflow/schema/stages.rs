//! `stages` and `ends`: what each kind of stage or block has.

use serde_json::{Map, Value as Json, json};

use super::{list, named, object, one_or_list, refer, some, values, words};
use crate::workflow::resolve::{KINDS, keys_of};

type Keys = Vec<(&'static str, &'static str, Json)>;

pub(super) fn all() -> Vec<(&'static str, Json)> {
    let mut all = vec![
        ("stages", some(one_kind())),
        ("end", end()),
        ("seat", seat()),
        ("vote", vote()),
        ("record", record(true)),
        ("end_record", record(false)),
        ("signal", signal()),
        ("branch", branch()),
        ("join", join()),
    ];
    all.extend(KINDS.iter().map(|kind| (*kind, node(kind))));
    all
}

/// A stage or block: the key that names its kind says which others it has. Written as conditions, so that an editor
/// tells what is wrong with this kind, and not that it is none of seven.
fn one_kind() -> Json {
    let keys = KINDS
        .iter()
        .map(|kind| (*kind, id_of(kind), refer("id")))
        .collect();
    let mut one = object(&[], keys);
    if let Some(one) = one.as_object_mut() {
        one.remove("additionalProperties");
    }
    one["oneOf"] = KINDS
        .iter()
        .map(|kind| json!({"required": [kind]}))
        .collect();
    one["allOf"] = KINDS
        .iter()
        .map(|kind| json!({"if": {"required": [kind]}, "then": refer(kind)}))
        .collect();
    one
}

/// One kind: its own keys and those that it shares.
fn node(kind: &'static str) -> Json {
    let known = keys_of(kind);
    let mut keys: Keys = vec![(kind, id_of(kind), refer("id"))];
    keys.extend(
        everything()
            .into_iter()
            .chain(rules())
            .filter(|(key, _, _)| known.contains(key)),
    );
    let needed: &[&str] = match kind {
        "stage" => &["stage", "who"],
        "group" => &["group", "stages"],
        "parallel" => &["parallel", "branches"],
        "foreach" => &["foreach", "over", "as", "stages"],
        "aside" => &["aside", "stages", "next"],
        "start" => &["start", "workflow"],
        _ => &["wait"],
    };
    let mut node = object(needed, keys);
    if known.contains(&"while") {
        node["dependentRequired"] = json!({"while": ["every"]});
    }
    node
}

fn id_of(kind: &str) -> &'static str {
    match kind {
        "stage" => "环节：请人办理",
        "group" => "一组环节，共用时限、规则或事件",
        "parallel" => "几个分支同时进行",
        "foreach" => "每个元素一个分支，运行时展开",
        "aside" => "平时经过不进，由去向指名进入，按 next 离开",
        "start" => "发起另一个流程的事项",
        _ => "等待时间或事件",
    }
}

/// The keys of all kinds; which kind has which is said by the reader.
fn everything() -> Keys {
    let mut all = shared();
    all.extend(of_stage());
    all.extend(of_blocks());
    all
}

fn shared() -> Keys {
    vec![
        ("title", "标题", refer("text")),
        ("about", "给办理人的一句话", refer("text")),
        ("basis", "法律依据，只印在页面上", refer("text")),
        ("when", "成立时才进入，否则越过并记录", refer("expression")),
        ("next", "通过以后去哪里，缺省下一个", refer("next")),
        (
            "refused",
            "不同意以后去哪里，缺省外层的块也不通过",
            refer("next"),
        ),
        (
            "law",
            "法律要求这个环节的条款：不能跳过",
            json!({"type": "string"}),
        ),
        ("due", "时限", refer("due")),
        (
            "await",
            "here 等它办完（缺省）；end 先往下走，结束前要办完；never 不等；或者在哪个环节之前要办完",
            json!({"anyOf": [{"enum": ["here", "end", "never"]}, refer("id")]}),
        ),
        (
            "every",
            "每隔多久一轮，第一轮在一个周期以后",
            refer("duration"),
        ),
        ("while", "成立时才有下一轮", refer("expression")),
        ("record", "写进台账", refer("records")),
        (
            "copy",
            "抄送：列表是通过时，或者分 entered、passed、refused、overdue",
            json!({"anyOf": [refer("whos"), object(&[], vec![
                ("entered", "进入时", refer("whos")),
                ("passed", "通过时", refer("whos")),
                ("refused", "不同意时", refer("whos")),
                ("overdue", "超期时", refer("whos")),
            ])]}),
        ),
        (
            "distinct",
            "里面的每个人都不能相同",
            json!({"type": "boolean"}),
        ),
    ]
}

fn of_stage() -> Keys {
    vec![
        (
            "kind",
            "sign 签批（缺省），work 办理，notice 阅知",
            words(&["sign", "work", "notice"]),
        ),
        (
            "who",
            "谁办理：一个、列表（各一项任务），或者席位 {名称: 谁}",
            json!({"anyOf": [refer("who"), some(refer("who")), named(refer("seat"))]}),
        ),
        (
            "offer",
            "任务怎样落到人：claim 签收（缺省），turn 轮流，fewest 待办最少，random 随机，experienced 办得最多，same 上次的人",
            words(&["claim", "turn", "fewest", "random", "experienced", "same"]),
        ),
        (
            "sign",
            "any 一人即可，all 全部，sequence 依次，或者表决",
            json!({"anyOf": [{"enum": ["any", "all", "sequence"]}, refer("vote")]}),
        ),
        (
            "choices",
            "同意、不同意以外的选择：{id: 名称} 或 {id: {title, verdict, comment}}",
            named(json!({"anyOf": [refer("text"), object(&["title"], vec![
                ("title", "名称", refer("text")),
                ("verdict", "算通过（缺省）还是不同意", words(&["passed", "refused"])),
                ("comment", "要写意见", words(&["required"])),
            ])]})),
        ),
        ("fills", "在这里填写的部分或字段", list(refer("id"))),
        ("checks", "通过之前要成立的条件", list(refer("check"))),
        ("undecided", "没有结论时去哪里，缺省再来一轮", refer("next")),
        (
            "supplement",
            "可以要求补正",
            object(
                &[],
                vec![
                    (
                        "times",
                        "几次，缺省一次",
                        json!({"type": "integer", "minimum": 0}),
                    ),
                    ("from", "由谁补正，缺省申请人", refer("who")),
                    (
                        "clock",
                        "补正期间时限：pause 暂停（缺省），run 照走，restart 重新计算",
                        words(&["pause", "run", "restart"]),
                    ),
                    ("due", "补正的时限", refer("due")),
                ],
            ),
        ),
        (
            "return",
            "可以退回到哪里，缺省同一列表中前面的环节和申请人",
            object(
                &[],
                vec![
                    ("to", "可以退回的地方", some(refer("target"))),
                    (
                        "resume",
                        "again 从退回处重走（缺省），here 办完直接回到这里",
                        words(&["again", "here"]),
                    ),
                ],
            ),
        ),
    ]
}

fn of_blocks() -> Keys {
    vec![
        ("stages", "里面的环节", refer("stages")),
        (
            "branches",
            "分支：{名称: 环节列表} 或 {名称: {title, when, stages}}",
            named(refer("branch")),
        ),
        ("signals", "块开着时可以发生的事件", named(refer("signal"))),
        ("join", "怎样算全部通过，缺省 all", refer("join")),
        ("over", "对哪个列表的元素", refer("expression")),
        (
            "by",
            "按哪几项分组，各组一个分支；不写就是每个元素一个",
            list(refer("id")),
        ),
        (
            "as",
            "分支在表达式里的名称，如 part：part.字段、part.items、part.form、part.verdict",
            refer("id"),
        ),
        (
            "order",
            "together 同时（缺省），sequence 一个接一个",
            words(&["together", "sequence"]),
        ),
        ("until", "等到什么时间", refer("expression")),
        ("remind", "到时间之前的提醒", list(refer("remind"))),
        (
            "clock",
            "外层的时限在等待期间：run 照走（缺省），pause 暂停",
            words(&["run", "pause"]),
        ),
        ("workflow", "哪个流程", refer("key")),
        (
            "with",
            "预先填好的字段：{字段: 表达式}",
            json!({
                "type": "object",
                "propertyNames": {"pattern": values::ID},
                "additionalProperties": refer("expression"),
            }),
        ),
        ("for", "以谁的名义，缺省本事项的申请人", refer("who")),
        ("submit", "直接提交，缺省是草稿", json!({"type": "boolean"})),
    ]
}

/// The keys that `defaults`, blocks and stages share.
pub(super) fn rules() -> Keys {
    vec![
        ("not", "不得在这里办理的人，无论以什么途径", refer("whos")),
        ("nobody", "没有人能办理时交给谁指定承办人", refer("who")),
        ("deny", "不提供的操作", list(refer("action"))),
        (
            "comment",
            "要写意见的操作：{reject: required}",
            json!({
                "type": "object",
                "propertyNames": refer("action"),
                "additionalProperties": {"enum": ["required"]},
            }),
        ),
        (
            "email_link",
            "邮件链接：never，或者 {actions, valid, auth}",
            json!({"anyOf": [{"enum": ["never"]}, object(&[], vec![
                ("actions", "链接可以做的操作", list(refer("action"))),
                ("valid", "有效多久，缺省 3wd", refer("duration")),
                (
                    "auth",
                    "confirm 确认即可（缺省），code 验证码，login 登录",
                    words(&["confirm", "code", "login"]),
                ),
            ])]}),
        ),
        (
            "same_person",
            "刚同意过的人：ask 再问（缺省），skip 自动通过并记录",
            words(&["ask", "skip"]),
        ),
    ]
}

fn end() -> Json {
    object(
        &["title"],
        vec![
            ("title", "名称", refer("text")),
            (
                "outcome",
                "对别的系统意味着什么，缺省与 id 相同",
                words(&["approved", "rejected", "withdrawn", "lapsed", "closed"]),
            ),
            ("copy", "告知谁", refer("whos")),
            ("record", "写进台账", one_or_list(refer("end_record"))),
        ],
    )
}

fn seat() -> Json {
    let whos = || one_or_list(refer("who"));
    json!({"anyOf": [
        refer("who"),
        some(refer("who")),
        object(&["who"], vec![
            ("who", "谁；列表是一项任务，提供给所有人", whos()),
            ("when", "成立时才要这个席位", refer("expression")),
            ("title", "名称", refer("text")),
            ("fills", "只由这个席位填写的部分或字段", list(refer("id"))),
        ]),
    ]})
}

fn vote() -> Json {
    object(
        &["pass"],
        vec![
            ("pass", "要多少票同意", refer("share")),
            (
                "of",
                "在被征询的人中（asked，缺省）还是投票的人中（voted）",
                words(&["asked", "voted"]),
            ),
            ("quorum", "至少多少人投票", refer("share")),
            ("must", "必须同意的席位", list(refer("id"))),
            ("veto", "一票否决的席位", list(refer("id"))),
            ("casting", "平票时决定的席位", refer("id")),
            ("until", "到时限才计票", words(&["due"])),
            ("abstain", "可以弃权", json!({"type": "boolean"})),
        ],
    )
}

fn record(of_node: bool) -> Json {
    let mut keys: Keys = vec![
        ("register", "哪个台账", refer("id")),
        (
            "each",
            "每个元素一条；元素在 set 里是 row",
            refer("expression"),
        ),
        ("status", "新的状态", json!({"type": "string"})),
        (
            "set",
            "各栏的值：{栏: 表达式}",
            json!({
                "type": "object",
                "propertyNames": {"pattern": values::ID},
                "additionalProperties": refer("expression"),
            }),
        ),
    ];
    if of_node {
        keys.push((
            "at",
            "通过时（passed，缺省）还是进入时（entered）",
            words(&["passed", "entered"]),
        ));
    }
    object(&["register"], keys)
}

fn signal() -> Json {
    object(
        &["title", "by", "next"],
        vec![
            ("title", "名称", refer("text")),
            ("by", "谁可以发出", one_or_list(refer("who"))),
            ("fills", "一并填写的部分或字段", list(refer("id"))),
            ("next", "去哪里；stay 不动", refer("next")),
        ],
    )
}

fn branch() -> Json {
    json!({"anyOf": [
        refer("stages"),
        object(&["stages"], vec![
            ("title", "名称", refer("text")),
            ("when", "成立时才开这个分支；答案变动后重新判断", refer("expression")),
            ("stages", "里面的环节", refer("stages")),
        ]),
    ]})
}

fn join() -> Json {
    let pass = json!({"anyOf": [{"enum": ["all", "any"]}, refer("share")]});
    let mut described = Map::new();
    described.insert(
        "anyOf".to_owned(),
        json!([
            pass,
            object(
                &["pass"],
                vec![
                    ("pass", "要通过多少", pass.clone()),
                    (
                        "rest",
                        "其余的分支：cancel 取消（缺省），wait 等它们办完",
                        words(&["cancel", "wait"]),
                    ),
                ]
            ),
            some(refer("id")),
        ]),
    );
    Json::Object(described)
}
