//! Reading the registers (台账): who sees which entries, a page of them, one with its history.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use ulid::Ulid;

use super::rulebook::Registers;
use super::{App, Error, Viewer};
use crate::directory::{DepartmentCode, Directory, Post, Role};
use crate::forms::{
    self, CaseFacts, ChosenResource, DepartmentFacts, Field, FileFacts, PersonFacts, Pick, Showing,
    Shown, Words,
};
use crate::storage::register_marks::{self, Mark};
use crate::storage::register_search::{self, Found, Step, StoredEntry, Wanted, Within};
use crate::storage::{self, Addressee, Connection, Page};
use crate::workflow::{Register, Who};

/// A register with whose entries a reader sees in it.
#[derive(Debug, Clone)]
pub struct Readable {
    /// The register.
    pub register: Arc<Register>,
    /// Whose entries.
    pub within: Within,
}

/// How a page of entries is narrowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// With this status only.
    pub status: Option<String>,
    /// With this department in it only.
    pub department: Option<DepartmentCode>,
    /// With all of these words in it.
    pub text: String,
    /// With a day between these in a field, both included.
    pub dates: Option<(String, NaiveDate, NaiveDate)>,
}

/// An entry as somebody sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its register.
    pub register: Arc<Register>,
    /// The entry with its case.
    pub found: Found,
    /// The statuses that it took, the first one first.
    pub history: Vec<Step>,
    /// What was done about the days in it.
    pub marks: Vec<Marked>,
    /// Whether its case may be opened, too.
    pub case_seen: bool,
}

/// What was done about a day in an entry.
#[derive(Debug, Clone)]
pub struct Marked {
    /// What, and when.
    pub mark: Mark,
    /// The case that it has started, with its number, where the reader may open it.
    pub case: Option<(Ulid, String)>,
}

/// The registers that a reader sees something of, by id.
pub fn readable(app: &App, viewer: &Viewer) -> Result<Vec<Readable>, Error> {
    let all = app.registers_now()?;
    let readable = all.values().filter_map(|register| {
        Some(Readable {
            within: within(viewer, register)?,
            register: Arc::clone(register),
        })
    });
    Ok(readable.collect())
}

/// A register that a reader sees something of.
pub fn of(app: &App, viewer: &Viewer, id: &str) -> Result<Readable, Error> {
    let all = app.registers_now()?;
    let register = all.get(id).ok_or(Error::NotFound)?;
    Ok(Readable {
        within: within(viewer, register).ok_or(Error::NotFound)?,
        register: Arc::clone(register),
    })
}

/// A page of the entries that a reader sees, newest first, before the key `before`.
pub fn page(
    app: &Arc<App>,
    readable: &Readable,
    narrowing: &Narrowing,
    before: Option<i64>,
    limit: usize,
) -> Result<Page<Found, i64>, Error> {
    let wanted = wanted(readable, narrowing);
    app.db
        .read(move |conn| Ok::<_, Error>(register_search::search(conn, &wanted, before, limit)?))
}

/// The entry whose date has started a case, with its register, for a reader who sees it.
pub(super) fn origin(
    conn: &mut Connection,
    registers: &Registers,
    viewer: &Viewer,
    entry: Ulid,
) -> Result<Option<(Arc<Register>, StoredEntry)>, Error> {
    let Some((entry, case)) = register_search::get(conn, entry)? else {
        return Ok(None);
    };
    let named = register_search::departments_of(conn, entry.id)?;
    let named = named.into_iter().collect();
    Ok(registers
        .get(&entry.register)
        .filter(|register| would_see(viewer, register, &named, case.level))
        .map(|register| (Arc::clone(register), entry)))
}

/// What is asked of the database.
pub(super) fn wanted(readable: &Readable, narrowing: &Narrowing) -> Wanted {
    Wanted {
        register: readable.register.id.clone(),
        within: readable.within.clone(),
        status: narrowing.status.clone(),
        department: narrowing.department.clone(),
        text: narrowing.text.clone(),
        dates: narrowing.dates.clone(),
    }
}

/// An entry of a register, for a reader who sees it.
pub fn entry(app: &Arc<App>, viewer: &Viewer, register: &str, ulid: Ulid) -> Result<Seen, Error> {
    let (readable, addresses) = (of(app, viewer, register)?, viewer.addresses());
    let clearance = viewer.person.clearance;
    app.db.read(move |conn| {
        let found = register_search::get(conn, ulid)?.ok_or(Error::NotFound)?;
        if found.0.register != readable.register.id || !is_within(conn, &readable.within, &found)? {
            return Err(Error::NotFound);
        }
        let case_seen = found.1.level <= clearance
            && storage::cases::is_visible(conn, found.0.case_id, &addresses)?;
        let all = register_marks::of_entry(conn, found.0.id)?;
        let marks: Result<_, Error> = all
            .into_iter()
            .map(|mark| marked(conn, mark, clearance, &addresses))
            .collect();
        Ok(Seen {
            history: register_search::history(conn, found.0.id)?,
            marks: marks?,
            register: readable.register,
            found,
            case_seen,
        })
    })
}

fn marked(
    conn: &mut Connection,
    mark: Mark,
    clearance: u8,
    addresses: &[Addressee],
) -> Result<Marked, Error> {
    let started = mark.started.as_deref().map(str::parse).transpose();
    let started: Option<Ulid> = started.map_err(|_| Error::Corrupt("a mark's case".into()))?;
    let found = match started {
        Some(ulid) => storage::cases::get(conn, ulid)?,
        None => None,
    };
    let case = match found.map(|stored| stored.summary) {
        Some(case)
            if case.level <= clearance && storage::cases::is_visible(conn, case.id, addresses)? =>
        {
            Some((case.ulid, case.number.unwrap_or(case.title)))
        }
        Some(_) | None => None,
    };
    Ok(Marked { mark, case })
}

fn is_within(conn: &mut Connection, within: &Within, found: &Found) -> Result<bool, Error> {
    let Within::Departments(departments, level) = within else {
        return Ok(true);
    };
    let named = register_search::departments_of(conn, found.0.id)?;
    Ok(found.1.level <= *level && named.iter().any(|one| departments.contains(one)))
}

/// Whether a reader would see an entry in which these departments stand, of a case with data up to this level.
pub(super) fn would_see(
    viewer: &Viewer,
    register: &Register,
    named: &BTreeSet<DepartmentCode>,
    data: u8,
) -> bool {
    match within(viewer, register) {
        None => false,
        Some(Within::All) => true,
        Some(Within::Departments(departments, level)) => {
            data <= level && departments.iter().any(|one| named.contains(one))
        }
    }
}

/// Whose entries a reader sees; `None`: nobody's.
fn within(viewer: &Viewer, register: &Register) -> Option<Within> {
    if register.sees.iter().any(|role| role.0 == "any") {
        return Some(Within::All);
    }
    let stood_in_on = viewer.stands_in.iter().map(|(post, _)| post);
    let mut departments = BTreeSet::new();
    for post in viewer.posts.iter().chain(stood_in_on) {
        if register.sees.contains(&post.role) {
            departments.extend(under(&viewer.directory, post));
        } else if viewer.leads(post) && post.role.0 != "workflow_admin" {
            departments.insert(post.department.clone());
        }
    }
    if departments.is_empty() {
        return None;
    }
    let departments = departments.into_iter().collect();
    Some(Within::Departments(departments, viewer.person.clearance))
}

/// The post's own department, those whose authority it is, and for a body that signs for a region all of that.
fn under(directory: &Directory, post: &Post) -> Vec<DepartmentCode> {
    let own = directory.department(&post.department);
    let of_region = |role: &Role| role.region;
    let region = own
        .filter(|_| directory.role(&post.role).is_some_and(of_region))
        .map(|own| own.region.as_str());
    let departments = directory.departments.values();
    departments
        .filter(|department| {
            department.code == post.department
                || department.authority.as_ref() == Some(&post.department)
                || Some(department.region.as_str()) == region
        })
        .map(|department| department.code.clone())
        .collect()
}

/// The values in an entry, by field.
#[must_use]
pub fn values(entry: &StoredEntry) -> Option<&Map<String, Value>> {
    entry.document.get("values").and_then(Value::as_object)
}

/// What a status is called.
#[must_use]
pub fn status(register: &Register, status: Option<&str>, words: &dyn Words) -> String {
    match status {
        None => String::new(),
        Some(Register::VOIDED) => words.say("registers.voided", &[]),
        Some(id) => register
            .status(id)
            .map_or_else(|| id.to_owned(), |title| words.pick(title).to_owned()),
    }
}

/// What stands in a field of an entry, as people read it; nothing where nothing was written.
#[must_use]
pub fn shown(
    field: &Field,
    entry: &StoredEntry,
    directory: &Directory,
    words: &dyn Words,
) -> String {
    let value = values(entry).and_then(|values| values.get(&field.id));
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return String::new();
    };
    let lookup = Known(directory);
    let at = Showing {
        lookup: &lookup,
        words,
    };
    match field.kind.0.shown(field, value, &at) {
        Shown::Text(text) | Shown::Paragraph(text) => text,
        Shown::List(texts) => texts.join("、"),
        Shown::Files(files) => files
            .into_iter()
            .map(|file| file.name)
            .collect::<Vec<_>>()
            .join("、"),
    }
}

/// The directory alone: who left is still called by their name.
struct Known<'d>(&'d Directory);

impl forms::Lookup for Known<'_> {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        let person = self.0.by_login(login)?;
        let department = self.0.department(&person.department);
        Some(PersonFacts {
            login: person.login.clone(),
            name: person.name.clone(),
            department: department.map_or_else(String::new, |known| known.short_name.clone()),
        })
    }

    fn may_choose(&self, _: &str, _: &Who) -> bool {
        false
    }

    fn people(&self, _: Option<&Who>) -> Vec<PersonFacts> {
        Vec::new()
    }

    fn department(&self, code: &str) -> Option<DepartmentFacts> {
        let found = self.0.department(&DepartmentCode(code.to_owned()))?;
        Some(DepartmentFacts {
            code: found.code.0.clone(),
            name: found.name.clone(),
            short_name: found.short_name.clone(),
        })
    }

    fn departments(&self) -> Vec<DepartmentFacts> {
        Vec::new()
    }

    fn resource(&self, _: &str, _: Option<&str>) -> Option<ChosenResource> {
        None
    }

    fn search(&self, _: &str, _: Pick) -> Vec<ChosenResource> {
        Vec::new()
    }

    fn attachment(&self, _: &str) -> Option<FileFacts> {
        None
    }

    fn case(&self, _: &str) -> Option<CaseFacts> {
        None
    }
}
