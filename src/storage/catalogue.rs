//! Tables `resources`, `resource_items` and `resource_terms`: the data directory (政务数据目录), and finding in it.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use serde_json::Value;

use super::columns::one_more;
use super::connection::{MultiBackend, OnConflict, json, on_backend};
use super::schema::{resource_items, resource_terms, resources};
use super::search_terms::{self, Range};
use super::{Connection, Page, StorageError};
use crate::directory::DepartmentCode;

/// An entry of the data directory with its items.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// What the directory says of the whole.
    pub entry: Entry,
    /// Its items, in the directory's order.
    pub items: Vec<Item>,
}

/// What the directory says of a resource as a whole.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = resources, check_for_backend(MultiBackend))]
pub struct Entry {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The department that provides it.
    pub provider: DepartmentCode,
    /// What it holds.
    pub summary: String,
    /// The sharing class (共享属性).
    pub sharing: String,
    /// The conditions of sharing.
    pub conditions: Value,
    /// How it is shared (共享方式).
    pub method: String,
    /// How often it changes.
    pub cycle: String,
    /// Its format.
    pub format: String,
    /// The data level, 1–6.
    #[diesel(deserialize_as = i32)]
    pub level: u8,
    /// The opening class (开放属性).
    pub open: String,
    /// Whether it can be asked for.
    pub active: bool,
    /// The rest of the directory's columns.
    pub document: Value,
}

/// A data item (数据项) of a resource.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = resource_items, check_for_backend(MultiBackend))]
pub struct Item {
    /// Its code within the resource.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its type.
    pub kind: String,
    /// Its length.
    pub length: Option<i32>,
    /// The data level, 1–6.
    #[diesel(deserialize_as = i32)]
    pub level: u8,
    /// Whether it is about a person.
    pub personal: bool,
    /// Whether it is sensitive personal information.
    pub sensitive: bool,
    /// Its own sharing class.
    pub sharing: String,
    /// Its own conditions.
    pub conditions: Value,
}

/// What to look for; nothing asked for finds everything that is active.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words in titles, summaries, codes or items.
    pub text: String,
    /// Of this provider only.
    pub provider: Option<DepartmentCode>,
    /// Of this sharing class only.
    pub sharing: Option<String>,
    /// Of this data level only.
    pub level: Option<u8>,
}

/// Adds the resource, or replaces it and all its items.
///
/// # Errors
/// The database's own failure.
pub fn save(conn: &mut Connection, resource: &Resource) -> Result<(), StorageError> {
    let id = save_entry(conn, &resource.entry)?;
    diesel::delete(resource_items::table.filter(resource_items::resource_id.eq(id)))
        .execute(conn)?;
    for (item, position) in resource.items.iter().zip(0i64..) {
        insert_item(conn, id, item, position)?;
    }
    let entry = &resource.entry;
    let texts = [&entry.title, &entry.summary, &entry.code];
    save_terms(
        conn,
        id,
        texts
            .into_iter()
            .chain(resource.items.iter().map(|item| &item.title)),
    )
}

/// Takes a resource out of the directory, or back into it. Answers whether there is one.
///
/// # Errors
/// The database's own failure.
pub fn set_active(conn: &mut Connection, code: &str, active: bool) -> Result<bool, StorageError> {
    let touched = diesel::update(resources::table.filter(resources::code.eq(code)))
        .set(resources::active.eq(active))
        .execute(conn)?;
    Ok(touched == 1)
}

/// The resource with this code, whether it is active or not.
///
/// # Errors
/// The database's own failure.
pub fn get(conn: &mut Connection, code: &str) -> Result<Option<Resource>, StorageError> {
    Ok(get_many(conn, &[code.to_owned()])?.pop())
}

/// The resources with these codes, in the order of the codes; unknown ones are left out.
///
/// # Errors
/// The database's own failure.
pub fn get_many(conn: &mut Connection, codes: &[String]) -> Result<Vec<Resource>, StorageError> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let entries = resources::table
        .filter(resources::code.eq_any(codes))
        .order(resources::code)
        .select((resources::id, Entry::as_select()))
        .load(conn)?;
    with_items(conn, entries)
}

/// Which of these codes stand for a resource, active or not, and who provides it.
///
/// # Errors
/// The database's own failure.
pub fn providers(
    conn: &mut Connection,
    codes: &[String],
) -> Result<Vec<(String, DepartmentCode)>, StorageError> {
    let mut found = Vec::new();
    for some in codes.chunks(1000) {
        let rows: Vec<(String, DepartmentCode)> = resources::table
            .filter(resources::code.eq_any(some.to_vec()))
            .order(resources::code)
            .select((resources::code, resources::provider))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// A page of the active resources that fit, by code, after the code `after`.
///
/// # Errors
/// The database's own failure.
pub fn search(
    conn: &mut Connection,
    wanted: &Search,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Resource, String>, StorageError> {
    let mut query = resources::table
        .filter(resources::active.eq(true))
        .order(resources::code)
        .limit(one_more(limit))
        .select((resources::id, Entry::as_select()))
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(resources::code.gt(after.to_owned()));
    }
    if let Some(provider) = &wanted.provider {
        query = query.filter(resources::provider.eq(provider.clone()));
    }
    if let Some(sharing) = &wanted.sharing {
        query = query.filter(resources::sharing.eq(sharing.clone()));
    }
    if let Some(level) = wanted.level {
        query = query.filter(resources::level.eq(i32::from(level)));
    }
    for Range { from, to } in search_terms::wanted(&wanted.text) {
        query = query.filter(exists(
            resource_terms::table
                .filter(resource_terms::resource_id.eq(resources::id))
                .filter(resource_terms::term.between(from, to)),
        ));
    }
    let entries = query.load(conn)?;
    let resources = with_items(conn, entries)?;
    Ok(Page::cut(resources, limit, |resource| {
        resource.entry.code.clone()
    }))
}

fn save_entry(conn: &mut Connection, entry: &Entry) -> Result<i64, StorageError> {
    let insert = diesel::insert_into(resources::table).values((
        resources::code.eq(&entry.code),
        resources::title.eq(&entry.title),
        resources::provider.eq(&entry.provider),
        resources::summary.eq(&entry.summary),
        resources::sharing.eq(&entry.sharing),
        resources::conditions.eq(json(&entry.conditions)),
        resources::method.eq(&entry.method),
        resources::cycle.eq(&entry.cycle),
        resources::format.eq(&entry.format),
        resources::level.eq(i32::from(entry.level)),
        resources::open.eq(&entry.open),
        resources::active.eq(entry.active),
        resources::document.eq(json(&entry.document)),
    ));
    let update = "(code) DO UPDATE SET title = excluded.title, provider = excluded.provider, \
                  summary = excluded.summary, sharing = excluded.sharing, conditions = excluded.conditions, \
                  method = excluded.method, cycle = excluded.cycle, format = excluded.format, \
                  level = excluded.level, open = excluded.open, active = excluded.active, \
                  document = excluded.document";
    OnConflict(insert, update).execute(conn)?;
    Ok(resources::table
        .filter(resources::code.eq(&entry.code))
        .select(resources::id)
        .first(conn)?)
}

fn insert_item(
    conn: &mut Connection,
    resource: i64,
    item: &Item,
    position: i64,
) -> Result<(), StorageError> {
    diesel::insert_into(resource_items::table)
        .values((
            resource_items::resource_id.eq(resource),
            resource_items::code.eq(&item.code),
            resource_items::title.eq(&item.title),
            resource_items::kind.eq(&item.kind),
            resource_items::length.eq(item.length),
            resource_items::level.eq(i32::from(item.level)),
            resource_items::personal.eq(item.personal),
            resource_items::sensitive.eq(item.sensitive),
            resource_items::sharing.eq(&item.sharing),
            resource_items::conditions.eq(json(&item.conditions)),
            resource_items::position.eq(position),
        ))
        .execute(conn)?;
    Ok(())
}

fn save_terms<'a>(
    conn: &mut Connection,
    resource: i64,
    texts: impl Iterator<Item = &'a String>,
) -> Result<(), StorageError> {
    diesel::delete(resource_terms::table.filter(resource_terms::resource_id.eq(resource)))
        .execute(conn)?;
    let rows: Vec<_> = search_terms::of(texts.map(String::as_str))
        .into_iter()
        .map(|term| {
            (
                resource_terms::term.eq(term),
                resource_terms::resource_id.eq(resource),
            )
        })
        .collect();
    // PostgreSQL takes 65,535 values in one statement.
    for some in rows.chunks(1000) {
        on_backend!(conn, |conn| diesel::insert_into(resource_terms::table)
            .values(some)
            .execute(conn))?;
    }
    Ok(())
}

fn with_items(
    conn: &mut Connection,
    entries: Vec<(i64, Entry)>,
) -> Result<Vec<Resource>, StorageError> {
    let ids: Vec<i64> = entries.iter().map(|(id, _)| *id).collect();
    let mut items: HashMap<i64, Vec<Item>> = HashMap::new();
    let rows: Vec<(i64, Item)> = resource_items::table
        .filter(resource_items::resource_id.eq_any(ids))
        .order((resource_items::resource_id, resource_items::position))
        .select((resource_items::resource_id, Item::as_select()))
        .load(conn)?;
    for (resource, item) in rows {
        items.entry(resource).or_default().push(item);
    }
    Ok(entries
        .into_iter()
        .map(|(id, entry)| Resource {
            entry,
            items: items.remove(&id).unwrap_or_default(),
        })
        .collect())
}
