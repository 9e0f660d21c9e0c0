//! What a page posts, `name=value` pairs, as answers: whatever was typed, even where it will not do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::{Answers, Field, Shape};

/// No page posts more pairs.
pub const MOST_PAIRS: usize = 500;

/// Fixed rows keep their places; beyond this no definition has any.
const MOST_ROWS: usize = 1000;

/// Whether a post has more pairs than pages ever make.
#[must_use]
pub fn too_many_pairs(pairs: &[(String, String)]) -> bool {
    MOST_PAIRS < pairs.len()
}

/// Reads the pairs of a page. The names are the fields' ids; `period.from` is a part, `users.0.name` a cell, a repeated
/// name is a list. `do=add:users` adds a row, `do=remove:users:2` takes one away. A field without any pair was not on the
/// page and is left out; one that was on it and is blank is there, blank.
#[must_use]
pub fn decode<'f>(
    fields: impl IntoIterator<Item = &'f Field>,
    pairs: &[(String, String)],
) -> Answers {
    let posted = Posted(pairs);
    fields
        .into_iter()
        .filter(|field| field.value.is_none())
        .filter_map(|field| Some((field.id.clone(), posted.answer(field, &field.id)?)))
        .collect()
}

/// What was typed into the search boxes of `resources` fields, by field.
#[must_use]
pub fn searches(pairs: &[(String, String)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .filter_map(|(name, words)| Some((name.strip_prefix("find.")?.to_owned(), words.clone())))
        .collect()
}

struct Posted<'p>(&'p [(String, String)]);

impl Posted<'_> {
    fn answer(&self, field: &Field, name: &str) -> Option<Json> {
        match field.kind.0.shape() {
            Shape::One => self.all(name).last().map(|text| Json::from(*text)),
            Shape::Many => self.list(name),
            Shape::Parts(parts) => self.parts(name, parts),
            Shape::Rows => self.rows(field, name),
            Shape::Chosen => self.chosen(field, name),
        }
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(posted, _)| posted == name)
            .map(|(_, text)| &**text)
            .collect()
    }

    /// Pages post an empty value beside check boxes, so that none ticked differs from not asked. Where the choices are too
    /// many for boxes, they are typed one a line.
    fn list(&self, name: &str) -> Option<Json> {
        let all = self.all(name);
        let marked = !all.is_empty();
        let filled = all
            .into_iter()
            .flat_map(str::lines)
            .filter(|text| !text.is_empty());
        marked.then(|| filled.map(Json::from).collect())
    }

    fn parts(&self, name: &str, parts: &[&str]) -> Option<Json> {
        let typed: Map<String, Json> = parts
            .iter()
            .filter_map(|part| {
                let text = *self.all(&format!("{name}.{part}")).last()?;
                Some(((*part).to_owned(), Json::from(text)))
            })
            .collect();
        (!typed.is_empty()).then_some(Json::Object(typed))
    }

    fn rows(&self, field: &Field, name: &str) -> Option<Json> {
        let positions = self.positions(name);
        let added = self.pressed("add").any(|target| target == name);
        if positions.is_empty() && !added && self.all(name).is_empty() {
            return None;
        }
        let mut rows: Vec<Json> = match field.rows {
            Some(_) => (0..positions.last().map_or(0, |last| last + 1).min(MOST_ROWS))
                .map(|position| self.row(field, name, position).into())
                .collect(),
            None => self
                .kept(name, &positions)
                .map(|position| self.row(field, name, position).into())
                .collect(),
        };
        if added && field.rows.is_none() {
            rows.push(Map::new().into());
        }
        Some(Json::Array(rows))
    }

    fn row(&self, field: &Field, name: &str, position: usize) -> Map<String, Json> {
        field
            .columns
            .iter()
            .filter(|column| column.value.is_none())
            .filter_map(|column| {
                let path = format!("{name}.{position}.{}", column.id);
                Some((column.id.clone(), self.answer(column, &path)?))
            })
            .collect()
    }

    /// Rows chosen before, then what was ticked now.
    fn chosen(&self, field: &Field, name: &str) -> Option<Json> {
        let positions = self.positions(name);
        let ticked = self.all(name);
        if positions.is_empty() && ticked.is_empty() {
            return None;
        }
        let mut rows: Vec<Json> = Vec::new();
        for position in self.kept(name, &positions) {
            let mut row = self.row(field, name, position);
            self.name_chosen(&mut row, field, &format!("{name}.{position}"));
            rows.push(row.into());
        }
        for token in ticked.into_iter().filter(|token| !token.is_empty()) {
            let row = token_row(field, token);
            if !rows.iter().any(|known| same_choice(known, &row)) {
                rows.push(row.into());
            }
        }
        Some(Json::Array(rows))
    }

    fn name_chosen(&self, row: &mut Map<String, Json>, field: &Field, path: &str) {
        if let Some(token) = self.all(path).last() {
            row.extend(token_row(field, token));
        }
        for part in ["resource", "item"] {
            if let Some(text) = self.all(&format!("{path}.{part}")).last() {
                row.insert(part.to_owned(), Json::from(*text));
            }
        }
    }

    fn positions(&self, name: &str) -> BTreeSet<usize> {
        self.0
            .iter()
            .filter_map(|(posted, _)| {
                let rest = posted.strip_prefix(name)?.strip_prefix('.')?;
                rest.split('.').next()?.parse().ok()
            })
            .collect()
    }

    fn kept<'a>(
        &'a self,
        name: &'a str,
        positions: &'a BTreeSet<usize>,
    ) -> impl Iterator<Item = usize> + 'a {
        let removed: Vec<String> = self.pressed("remove").map(str::to_owned).collect();
        positions
            .iter()
            .copied()
            .filter(move |position| !removed.contains(&format!("{name}:{position}")))
    }

    /// What buttons `do=VERB:TARGET` were pressed.
    fn pressed(&self, verb: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(name, _)| name == "do")
            .filter_map(move |(_, action)| action.strip_prefix(verb)?.strip_prefix(':'))
    }
}

fn token_row(field: &Field, token: &str) -> Map<String, Json> {
    super::fields::resources::from_token(field.pick, token)
}

fn same_choice(known: &Json, row: &Map<String, Json>) -> bool {
    ["resource", "item"]
        .iter()
        .all(|part| known.get(part) == row.get(*part))
}

#[cfg(test)]
mod tests;
