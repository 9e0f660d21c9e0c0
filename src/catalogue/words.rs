//! The words and codes that cells of the catalogue are written in.

use super::Sharing;
use crate::directory::{is_plain, near};
use crate::workflow::Text;

/// 更新周期, by code from 1.
const CYCLES: [&str; 9] = [
    "实时",
    "每日",
    "每周",
    "每月",
    "每季度",
    "每半年",
    "每年",
    "不定期",
    "不更新",
];
const MOST_CONDITIONS: usize = 20;

/// What a cell means, or what is wrong with it and how to mend it.
pub(super) type Read<T> = Result<T, Text>;

/// A sentence, with its English.
pub(super) fn said(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: Some(en.into()),
    }
}

/// A hint at the nearest of the known names, for the end of a sentence; nothing if none is near.
pub(super) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> (String, String) {
    near(name, known).map_or_else(Default::default, |other| {
        (
            format!("，是不是“{other}”？"),
            format!(", do you mean “{other}”?"),
        )
    })
}

pub(super) fn sharing(text: &str) -> Read<Sharing> {
    match text {
        "1" | "无条件共享" | "无条件" => Ok(Sharing::Unconditional),
        "2" | "有条件共享" | "有条件" => Ok(Sharing::Conditional),
        "3" | "不予共享" => Ok(Sharing::None),
        _ => Err(said(
            format!("“{text}”不是共享类型，请写 1 无条件共享、2 有条件共享或者 3 不予共享"),
            format!(
                "“{text}” is no sharing class; write 1 无条件共享 (unconditional), 2 有条件共享 (conditional) or 3 不予共享 (not shared)"
            ),
        )),
    }
}

/// As [`sharing`] reads it.
pub(super) fn sharing_word(class: Sharing) -> &'static str {
    match class {
        Sharing::Unconditional => "无条件共享",
        Sharing::Conditional => "有条件共享",
        Sharing::None => "不予共享",
    }
}

/// As [`truth`] reads it.
pub(super) fn truth_word(truth: bool) -> &'static str {
    match truth {
        true => "是",
        false => "否",
    }
}

pub(super) fn level(text: &str) -> Read<u8> {
    match text {
        "1" | "1级" | "一级" => Ok(1),
        "2" | "2级" | "二级" => Ok(2),
        "3" | "3级" | "三级" => Ok(3),
        "4" | "4级" | "四级" => Ok(4),
        "5" | "重要" | "重要数据" => Ok(5),
        "6" | "核心" | "核心数据" => Ok(6),
        _ => Err(said(
            format!("“{text}”不是数据级别，请写 1 至 4，或者 5 重要、6 核心"),
            format!("“{text}” is no level; write 1 to 4, 5 重要 (important) or 6 核心 (core)"),
        )),
    }
}

pub(super) fn truth(text: &str) -> Read<bool> {
    match text {
        "是" | "1" => Ok(true),
        "否" | "0" => Ok(false),
        _ => Err(said(
            format!("“{text}”看不懂，请写“是”或者“否”"),
            format!("“{text}” cannot be read; write 是 (yes) or 否 (no)"),
        )),
    }
}

pub(super) fn cycle(text: &str) -> Read<String> {
    let by_code = text
        .parse::<usize>()
        .ok()
        .and_then(|code| CYCLES.get(code.checked_sub(1)?));
    if let Some(word) = by_code.or_else(|| CYCLES.iter().find(|word| **word == text)) {
        return Ok((*word).to_owned());
    }
    let (hint, near) = hint(text, CYCLES);
    let cycles = CYCLES.join("、");
    Err(said(
        format!("“{text}”不是更新周期{hint}；请写 1 至 9，或者 {cycles}"),
        format!("“{text}” is no update cycle{near}; write 1 to 9, or {cycles}"),
    ))
}

/// Only what is not secret may be named here.
pub(super) fn not_secret(text: &str) -> Read<()> {
    match text {
        "非涉密" | "不涉密" | "否" | "0" => Ok(()),
        _ => Err(said(
            format!("涉密属性是“{text}”：本系统为非涉密系统，涉密资源不得导入，请删去这一条"),
            format!(
                "its secrecy is “{text}”: this system must hold nothing secret; leave this one out"
            ),
        )),
    }
}

pub(super) fn conditions(text: &str) -> Read<Vec<String>> {
    let all: Vec<String> = text
        .split(['；', ';', '\n'])
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
        .collect();
    if MOST_CONDITIONS < all.len() {
        return Err(said(
            format!("条件太多，最多 {MOST_CONDITIONS} 条"),
            format!("too many conditions, at most {MOST_CONDITIONS}"),
        ));
    }
    for one in &all {
        line(one, 200)?;
    }
    Ok(all)
}

fn unprintable() -> Text {
    said(
        "含有看不见的控制字符，请删去后重新输入",
        "it has control characters that cannot be seen; delete them and type it again",
    )
}

/// One line of text.
pub(super) fn line(text: &str, most: usize) -> Read<String> {
    if !is_plain(text) {
        return Err(unprintable());
    }
    prose(text, most)
}

/// Text that may run over several lines.
pub(super) fn prose(text: &str, most: usize) -> Read<String> {
    let length = text.chars().count();
    if most < length {
        return Err(said(
            format!("有 {length} 个字，最多 {most} 个"),
            format!("{length} characters, at most {most}"),
        ));
    }
    if !text.lines().all(|line| is_plain(&line.replace('\t', " "))) {
        return Err(unprintable());
    }
    Ok(text.to_owned())
}

/// A code of a resource or an item.
pub(super) fn code(text: &str) -> Read<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
    if text.len() <= 64 && text.chars().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(said(
        format!("代码“{text}”不合规：用字母、数字和 / _ . -，最多 64 个，不要用全角字符"),
        format!(
            "the code “{text}” will not do: letters, digits and / _ . -, at most 64, none of them full-width"
        ),
    ))
}
