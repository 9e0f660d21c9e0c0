//! Rows on a page: the rows of a table, what was chosen from the catalogue, and what a search found.

use serde_json::{Value as Json, json};

use super::super::cells::Cell;
use super::super::display::{heading, level, sharing};
use super::super::fault::element;
use super::super::fields::resources;
use super::super::{ChosenResource, Field, Pick, Shape, limits, values};
use super::{FieldView, Place, ResourceView, RowView, Viewing};
use crate::expression::Value;

impl Viewing<'_> {
    pub(super) fn rows(&mut self, view: &mut FieldView, cell: &Cell<'_>) {
        let field = cell.field;
        let chosen = field.kind.0.shape() == Shape::Chosen;
        let fixed = field.rows.is_some();
        let columns: Vec<&Field> = field.columns.iter().collect();
        for (position, line) in cell.lines().iter().enumerate() {
            self.scope.variables.insert("row".to_owned(), line.record());
            let name = format!("{}.{position}", view.name);
            let place = Place {
                prefix: &format!("{name}."),
                variable: "row",
                base: &line.base,
                row: Some(position + 1),
                beside: &columns,
            };
            let facts = values::json_of(&Value::Record(line.base.clone()));
            view.rows.push(RowView {
                number: position + 1,
                element: element(&name),
                heading: fixed.then(|| heading(&facts)),
                resource: chosen.then(|| self.chosen(&facts, field.pick, &name)),
                cells: line
                    .cells
                    .iter()
                    .map(|cell| self.field(cell, &place))
                    .collect(),
                remove: (!fixed).then(|| format!("remove:{}:{position}", view.name)),
                error: self
                    .problem(&name)
                    .map(|problem| problem.sentence(self.page.words)),
                name,
            });
        }
        self.scope.variables.remove("row");
        let full = limits::most(field).is_some_and(|most| most <= view.rows.len());
        if !chosen && !fixed && !full {
            view.add = Some(format!("add:{}", view.name));
        }
        if chosen {
            self.search(view, field);
        }
    }

    fn search(&self, view: &mut FieldView, field: &Field) {
        view.query = self.page.searches.get(&view.name).cloned();
        let Some(query) = view.query.as_deref().map(str::trim) else {
            return;
        };
        if query.is_empty() {
            return;
        }
        let mut found = self.page.lookup.search(query, field.pick);
        found.retain(|one| {
            let token = resources::token(&one.resource, one.item.as_deref());
            let known = |row: &RowView| row.resource.as_ref().is_some_and(|row| row.token == token);
            !view.rows.iter().any(known)
        });
        view.found = found
            .into_iter()
            .enumerate()
            .map(|(position, one)| {
                self.chosen(
                    &facts(&one),
                    field.pick,
                    &format!("{}.found.{position}", view.name),
                )
            })
            .collect();
    }

    fn chosen(&self, facts: &Json, pick: Pick, name: &str) -> ResourceView {
        let text = |part: &str| facts.get(part).and_then(Json::as_str);
        let provider = text("provider").unwrap_or_default();
        let department = self.page.lookup.department(provider);
        let resource = text("resource").unwrap_or_default();
        let class = text("sharing").unwrap_or_default();
        ResourceView {
            token: resources::token(resource, text("item").filter(|_| pick == Pick::Item)),
            element: element(name),
            title: resources::title(facts),
            code: resource.to_owned(),
            provider: department
                .map_or_else(|| provider.to_owned(), |department| department.short_name),
            sharing: class.to_owned(),
            sharing_label: sharing(class, self.page.words),
            level: level(facts, self.page.words),
        }
    }
}

fn facts(one: &ChosenResource) -> Json {
    json!({
        "resource": one.resource,
        "item": one.item,
        "title": one.title,
        "item_title": one.item_title,
        "provider": one.provider,
        "sharing": one.sharing,
        "level": one.level,
    })
}
