//! What the entries of an import file must look like, and how they must fit together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::file::{Fault, Place, Refers};
use super::{Directory, DirectoryFile, Holding, PersonId, Post, is_administrator, standard_roles};

/// Marks that turn the direction of text or hide in it.
const INVISIBLE: [std::ops::RangeInclusive<char>; 4] = [
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{2069}',
    '\u{feff}'..='\u{feff}',
];

/// A login: `[a-z0-9._-]`, 2 to 64 characters.
pub(super) fn login(text: &str) -> Result<(), String> {
    if text.chars().any(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c)) {
        return Err(format!("登录名“{text}”里有全角字符，请改用半角"));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if (2..=64).contains(&text.len()) && text.chars().all(allowed) {
        return Ok(());
    }
    Err(format!(
        "登录名“{text}”不合规：用 2 至 64 个小写字母、数字、点、下划线或者连字符"
    ))
}

/// A name of a person, department or role: one line of at most 64 characters, rare ones included.
pub(super) fn name(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || 64 < text.chars().count() {
        return Err("名称不能为空，也不能超过 64 个字".to_owned());
    }
    if text != text.trim() || !is_plain(text) {
        return Err(format!(
            "名称“{}”的前后有空格，或者含有看不见的控制字符，请删去",
            text.escape_debug()
        ));
    }
    Ok(())
}

/// Whether a text is free of control characters and of marks that hide in it or turn its direction.
pub(crate) fn is_plain(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || INVISIBLE.iter().any(|range| range.contains(&c)))
}

pub(super) fn email(text: &str) -> Result<(), String> {
    let local = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
        !part.is_empty() && part.len() <= 64 && part.chars().all(allowed) && dots(part)
    };
    let host = |part: &str| {
        let label = |label: &str| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        part.contains('.') && part.split('.').all(label)
    };
    match text.rsplit_once('@') {
        Some((user, domain)) if text.len() <= 254 && local(user) && host(domain) => Ok(()),
        _ => Err(format!(
            "“{}”不是邮箱地址，请写成 name@example.gov.cn 的样子",
            text.escape_debug()
        )),
    }
}

fn dots(part: &str) -> bool {
    !part.starts_with('.') && !part.ends_with('.') && !part.contains("..")
}

/// A department's code: letters, digits, `-` and `_`; a 统一社会信用代码 is one.
pub(super) fn department_code(text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if first && text.len() <= 64 && text.chars().all(allowed) {
        return Ok(());
    }
    Err(format!(
        "部门代码“{text}”不合规：用字母、数字、连字符或者下划线，最多 64 个"
    ))
}

pub(super) fn role_code(text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let first = text.starts_with(|c: char| c.is_ascii_lowercase());
    if first && text.len() <= 64 && text.chars().all(allowed) {
        return Ok(());
    }
    Err(format!(
        "角色代码“{text}”不合规：以小写字母开头，只用小写字母、数字和下划线"
    ))
}

pub(super) fn region(text: &str) -> Result<(), String> {
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("行政区划代码“{text}”应当是 6 位数字，如 410000"))
}

pub(super) fn password(text: &str) -> Result<(), String> {
    if (12..=128).contains(&text.chars().count()) {
        return Ok(());
    }
    Err("口令要有 12 至 128 个字符".to_owned())
}

pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| (1949..=2200).contains(&date.year()))
        .ok_or_else(|| format!("“{text}”不是日期，请写成 2026-03-01 的样子"))
}

/// `，是不是“x”？` for the nearest of the known names, or nothing if none is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    near(name, known)
        .map(|other| format!("，是不是“{other}”？"))
        .unwrap_or_default()
}

/// The nearest of the known names; `None` if none is near.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = 1.max(name.chars().count() / 3);
    known
        .into_iter()
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, other)| other)
}

/// Whether the file fits together with what is there already; a complete file stands alone.
pub(super) fn across(current: &Directory, file: &DirectoryFile) -> Vec<Fault> {
    let nothing = Directory::default();
    let beside = if file.complete { &nothing } else { current };
    let mut faults = names(beside, file);
    if faults.is_empty() {
        faults.extend(circles(beside, file));
        faults.extend(authorities(beside, file));
        faults.extend(administrators(beside, file));
    }
    faults.sort_by_key(|fault| (fault.line, fault.col));
    faults
}

fn names(beside: &Directory, file: &DirectoryFile) -> Vec<Fault> {
    let standard = standard_roles();
    let roles: BTreeSet<&str> = standard
        .iter()
        .chain(&file.roles)
        .map(|role| role.code.0.as_str())
        .chain(beside.roles.keys().map(|code| code.0.as_str()))
        .collect();
    let departments: BTreeSet<&str> = file
        .departments
        .iter()
        .map(|one| one.code.0.as_str())
        .chain(beside.departments.keys().map(|code| code.0.as_str()))
        .collect();
    let people: BTreeSet<&str> = file
        .people
        .iter()
        .map(|one| one.login.as_str())
        .chain(beside.people.values().map(|one| one.login.as_str()))
        .collect();
    let mut faults = Vec::new();
    for reference in &file.references {
        let (what, known) = match reference.to {
            Refers::Role => ("角色", &roles),
            Refers::Person => ("登录名", &people),
            Refers::Department => ("部门", &departments),
            Refers::Parent => ("上级部门", &departments),
            Refers::Authority => ("主管部门", &departments),
        };
        let name = reference.name.as_str();
        if !known.contains(name) {
            let hint = nearest(name, known.iter().copied());
            let message = format!("没有{what}“{name}”{hint}");
            faults.push(reference.at.fault(message));
        }
    }
    faults
}

fn circles(beside: &Directory, file: &DirectoryFile) -> Vec<Fault> {
    let parents: BTreeMap<&str, &str> = beside
        .departments
        .values()
        .chain(&file.departments)
        .filter_map(|one| Some((one.code.0.as_str(), one.parent.as_ref()?.0.as_str())))
        .collect();
    let mut reported = BTreeSet::new();
    let mut faults = Vec::new();
    for reference in file
        .references
        .iter()
        .filter(|one| one.to == Refers::Parent)
    {
        let start = reference.by.as_str();
        let mut path = vec![start];
        let mut next = parents.get(start);
        while let Some(above) = next {
            path.push(above);
            if *above == start || parents.len() < path.len() {
                break;
            }
            next = parents.get(above);
        }
        let round = 1 < path.len() && path.last() == Some(&start);
        if round && !reported.contains(start) {
            reported.extend(path.iter().copied());
            let message = format!("上级部门绕成了圈：{}", path.join(" → "));
            faults.push(reference.at.fault(message));
        }
    }
    faults
}

fn authorities(beside: &Directory, file: &DirectoryFile) -> Vec<Fault> {
    let under: BTreeMap<&str, bool> = beside
        .departments
        .values()
        .chain(&file.departments)
        .map(|one| (one.code.0.as_str(), one.authority.is_some()))
        .collect();
    file.references
        .iter()
        .filter(|one| one.to == Refers::Authority && under.get(one.name.as_str()) == Some(&true))
        .map(|one| {
            let message = format!(
                "“{}”不是主管部门，因为它自己也写了 authority；主管部门不写 authority",
                one.name
            );
            one.at.fault(message)
        })
        .collect()
}

/// The three administrators exclude one another and every business role, on every single day.
fn administrators(beside: &Directory, file: &DirectoryFile) -> Vec<Fault> {
    let given: BTreeSet<(&str, &Post)> = file
        .posts
        .iter()
        .map(|entry| (entry.person.as_str(), &entry.post))
        .collect();
    let mut held: HashMap<&str, Vec<(&Post, Holding)>> = HashMap::new();
    for person in beside.people.values() {
        let login = person.login.as_str();
        let kept = beside
            .all_held_by(person.id)
            .filter(|(post, _)| !given.contains(&(login, *post)))
            .map(|(post, held)| (post, held.clone()));
        held.insert(login, kept.collect());
    }
    let mut faults = Vec::new();
    for (entry, at) in file.posts.iter().zip(&file.posts_at) {
        let holding = Holding {
            // Only the days matter here.
            person: PersonId(0),
            from: entry.from,
            until: entry.until,
        };
        let others = held.entry(&entry.person).or_default();
        let clash = others.iter().find(|(post, other)| {
            let either = is_administrator(&post.role) || is_administrator(&entry.post.role);
            either && post.role != entry.post.role && other.overlaps(&holding)
        });
        if let Some((post, _)) = clash {
            faults.push(exclusive(*at, &entry.person, &entry.post, post));
        }
        others.push((&entry.post, holding));
    }
    faults
}

fn exclusive(at: Place, person: &str, one: &Post, other: &Post) -> Fault {
    at.fault(format!(
        "“{person}”不能同时担任 {one} 和 {other}：系统、安全、审计管理员互斥，也不兼任业务岗位"
    ))
}
