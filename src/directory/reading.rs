//! From YAML to the entries of an import file, with the place of everything that may turn out wrong.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Deserialize;
use serde_saphyr::{Error, Spanned};

use super::check;
use super::file::{Fault, Password, PersonEntry, Place, PostEntry, Reference, Refers};
use super::{Department, DepartmentCode, DirectoryFile, Level, Post, Role, RoleCode};

/// A file may be this long, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const EMPTY: &str = "文件里什么都没有；至少写 departments、people 或者 posts";

/// Reads the shape of a file; faults of its contents are left to [`Reading`].
pub(super) fn read(text: &str) -> Result<RawFile, Fault> {
    if MOST_BYTES < text.len() {
        let most = MOST_BYTES / 1024 / 1024;
        return Err(
            Place { line: 1, col: 1 }.fault(format!("文件超过 {most} MB，请分成几个文件导入"))
        );
    }
    // Anchors would allow a small file to grow without end; a directory has no use for them.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 1_000_000,
            max_events: 3_000_000,
            max_depth: 8,
            max_anchors: 0,
            max_aliases: 0,
            max_merge_keys: 0,
            max_documents: 1,
            max_total_scalar_bytes: MOST_BYTES,
        },
        with_snippet: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
    };
    let raw: RawFile =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| unreadable(&error))?;
    if raw.is_empty() {
        // Above all a complete one, which would deactivate everybody.
        return Err(Place { line: 1, col: 1 }.fault(EMPTY.to_owned()));
    }
    Ok(raw)
}

fn unreadable(error: &Error) -> Fault {
    let at = error
        .location()
        .map_or(Place { line: 1, col: 1 }, |at| Place {
            line: at.line().max(1),
            col: at.column().max(1),
        });
    let message = match error.without_snippet() {
        Error::SerdeUnknownField {
            field, expected, ..
        } => {
            let hint = check::nearest(field, expected.iter().copied());
            format!(
                "没有“{field}”这一项{hint}；这里可以写 {}",
                expected.join("、")
            )
        }
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            let hint = check::nearest(variant, expected.iter().copied());
            format!(
                "“{variant}”不在可选值里{hint}；可以写 {}",
                expected.join("、")
            )
        }
        Error::SerdeMissingField { field, .. } => format!("缺少“{field}”，请补上"),
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or_default();
            format!("“{key}”写了两次，请只留一个")
        }
        Error::Budget { .. } => {
            "文件太大、嵌套太深，或者用了锚点（& 和 *）；请展开或者拆分".to_owned()
        }
        Error::Eof { .. } => EMPTY.to_owned(),
        other => format!("YAML 读不懂：{other}"),
    };
    at.fault(message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    roles: Vec<RawRole>,
    #[serde(default)]
    departments: Vec<RawDepartment>,
    #[serde(default)]
    people: Vec<RawPerson>,
    #[serde(default)]
    posts: Vec<RawPost>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    code: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    leads: bool,
    #[serde(default)]
    region: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDepartment {
    code: Spanned<String>,
    name: Spanned<String>,
    short: Option<Spanned<String>>,
    parent: Option<Spanned<String>>,
    region: Spanned<String>,
    level: Level,
    authority: Option<Spanned<String>>,
    #[serde(default = "active")]
    active: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    login: Spanned<String>,
    name: Spanned<String>,
    email: Spanned<String>,
    department: Spanned<String>,
    clearance: Option<Spanned<u8>>,
    password: Option<Spanned<String>>,
    #[serde(default = "active")]
    active: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPost {
    person: Spanned<String>,
    role: Spanned<String>,
    department: Spanned<String>,
    from: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
}

impl RawFile {
    fn is_empty(&self) -> bool {
        self.roles.is_empty()
            && self.departments.is_empty()
            && self.people.is_empty()
            && self.posts.is_empty()
    }
}

fn active() -> bool {
    true
}

fn place<T>(spanned: &Spanned<T>) -> Place {
    Place {
        line: spanned.referenced.line(),
        col: spanned.referenced.column(),
    }
}

/// Turns what was read into entries and collects what is wrong on the way.
#[derive(Default)]
pub(super) struct Reading {
    pub faults: Vec<Fault>,
    references: Vec<Reference>,
    posts_at: Vec<Place>,
}

impl Reading {
    pub fn file(&mut self, raw: RawFile) -> DirectoryFile {
        self.unique("角色", raw.roles.iter().map(|role| &role.code));
        self.unique("部门代码", raw.departments.iter().map(|one| &one.code));
        self.unique("登录名", raw.people.iter().map(|one| &one.login));
        let roles = raw.roles.into_iter().map(|one| self.role(one)).collect();
        let departments = raw
            .departments
            .into_iter()
            .map(|one| self.department(one))
            .collect();
        let people = raw.people.into_iter().map(|one| self.person(one)).collect();
        let posts: Vec<PostEntry> = raw.posts.into_iter().map(|one| self.post(one)).collect();
        self.once(&posts);
        DirectoryFile {
            complete: raw.complete,
            roles,
            departments,
            people,
            posts,
            references: std::mem::take(&mut self.references),
            posts_at: std::mem::take(&mut self.posts_at),
        }
    }

    fn role(&mut self, raw: RawRole) -> Role {
        self.checked(&raw.code, check::role_code);
        self.checked(&raw.title, check::name);
        Role {
            code: RoleCode(raw.code.value),
            title: raw.title.value,
            title_en: raw.title_en,
            leads: raw.leads,
            region: raw.region,
        }
    }

    fn department(&mut self, raw: RawDepartment) -> Department {
        self.checked(&raw.code, check::department_code);
        self.checked(&raw.name, check::name);
        self.checked(&raw.region, check::region);
        if let Some(short) = &raw.short {
            self.checked(short, check::name);
        }
        let by = raw.code.value.clone();
        let parent = raw.parent.map(|one| self.refer(Refers::Parent, &by, one));
        let authority = raw
            .authority
            .map(|one| self.refer(Refers::Authority, &by, one));
        let short_name = raw
            .short
            .map_or_else(|| raw.name.value.clone(), |short| short.value);
        Department {
            code: DepartmentCode(raw.code.value),
            name: raw.name.value,
            short_name,
            parent: parent.map(DepartmentCode),
            region: raw.region.value,
            level: raw.level,
            authority: authority.map(DepartmentCode),
            active: raw.active,
        }
    }

    fn person(&mut self, raw: RawPerson) -> PersonEntry {
        self.checked(&raw.login, check::login);
        self.checked(&raw.name, check::name);
        self.checked(&raw.email, check::email);
        if let Some(clearance) = &raw.clearance
            && !(1..=6).contains(&clearance.value)
        {
            let message = "clearance 写 1 至 6：1–4 级，5 重要，6 核心".to_owned();
            self.faults.push(place(clearance).fault(message));
        }
        if let Some(password) = &raw.password {
            self.checked(password, check::password);
        }
        PersonEntry {
            login: raw.login.value,
            name: raw.name.value,
            email: raw.email.value,
            department: DepartmentCode(self.refer(Refers::Department, "", raw.department)),
            clearance: raw.clearance.map_or(1, |clearance| clearance.value),
            password: raw.password.map(|password| Password(password.value)),
            active: raw.active,
        }
    }

    fn post(&mut self, raw: RawPost) -> PostEntry {
        self.posts_at.push(place(&raw.person));
        let from = raw.from.and_then(|day| self.date(&day));
        let until = raw.until.as_ref().and_then(|day| self.date(day));
        if let (Some(first), Some(last), Some(at)) = (from, until, &raw.until)
            && last < first
        {
            let message = format!("until（{last}）早于 from（{first}）");
            self.faults.push(place(at).fault(message));
        }
        PostEntry {
            person: self.refer(Refers::Person, "", raw.person),
            post: Post {
                role: RoleCode(self.refer(Refers::Role, "", raw.role)),
                department: DepartmentCode(self.refer(Refers::Department, "", raw.department)),
            },
            from,
            until,
        }
    }

    fn checked(&mut self, text: &Spanned<String>, check: fn(&str) -> Result<(), String>) {
        if let Err(message) = check(&text.value) {
            self.faults.push(place(text).fault(message));
        }
    }

    fn refer(&mut self, to: Refers, by: &str, name: Spanned<String>) -> String {
        self.references.push(Reference {
            to,
            name: name.value.clone(),
            by: by.to_owned(),
            at: place(&name),
        });
        name.value
    }

    fn date(&mut self, text: &Spanned<String>) -> Option<NaiveDate> {
        match check::date(&text.value) {
            Ok(date) => Some(date),
            Err(message) => {
                self.faults.push(place(text).fault(message));
                None
            }
        }
    }

    fn unique<'a>(&mut self, what: &str, codes: impl Iterator<Item = &'a Spanned<String>>) {
        let mut seen = HashMap::new();
        for code in codes {
            let at = place(code);
            if let Some(line) = seen.insert(code.value.clone(), at.line) {
                let message = format!("{what}“{}”在第 {line} 行已经写过，请只留一个", code.value);
                self.faults.push(at.fault(message));
            }
        }
    }

    fn once(&mut self, posts: &[PostEntry]) {
        let mut seen = HashSet::new();
        for (entry, at) in posts.iter().zip(&self.posts_at) {
            let PostEntry { person, post, .. } = entry;
            if !seen.insert((person, post)) {
                let message = format!("“{person}”的岗位 {post} 写了两次，请只留一个");
                self.faults.push(at.fault(message));
            }
        }
    }
}
