//! What an expression may read at a place: the names with their types, and which answers are certainly there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Lint;
use crate::expression::{Expression, Surface, Type};
use crate::forms::{Field, Options, Required, Section};
use crate::workflow::resolve::Site;
use crate::workflow::{Asks, Kind, Node, Stage};

/// What all expressions of a definition share.
pub(super) struct Typing<'a> {
    lint: &'a Lint<'a>,
    /// Position of each node in the definition.
    order: BTreeMap<&'a str, usize>,
    /// By node: its own id and those of the blocks around it, where these have a `when`.
    conditional: BTreeMap<&'a str, Vec<&'a str>>,
    /// By field: the stages that fill it, by position, each with the ids of what may be passed over on the way to it.
    fillings: BTreeMap<&'a str, Vec<(usize, Vec<&'a str>)>>,
    /// Tables with one fixed row per element: the elements' type.
    rows: BTreeMap<&'a str, Type>,
    /// What is the same everywhere.
    shared: Surface,
}

/// The names and the surface of one place.
pub(super) struct Place {
    pub variables: BTreeMap<String, Type>,
    pub surface: Surface,
}

impl<'a> Typing<'a> {
    pub fn of(lint: &'a Lint<'a>) -> Self {
        let order: BTreeMap<&str, usize> = lint
            .workflow
            .nodes()
            .enumerate()
            .map(|(at, node)| (node.id.as_str(), at))
            .collect();
        let mut typing = Self {
            lint,
            conditional: BTreeMap::new(),
            fillings: BTreeMap::new(),
            order,
            rows: BTreeMap::new(),
            shared: shared(lint),
        };
        conditions(&lint.workflow.stages, &[], &mut typing.conditional);
        typing.fillings = typing.all_fillings();
        typing.rows = typing.row_types();
        typing
    }

    pub fn place(&self, site: &Site) -> Place {
        let mut variables = BTreeMap::from([
            ("form".to_owned(), Type::Record(self.form(site))),
            ("case".to_owned(), self.case(site)),
            ("settings".to_owned(), self.settings()),
            ("now".to_owned(), Type::Time),
        ]);
        for node in self.lint.workflow.nodes() {
            if let Kind::Foreach(foreach) = &node.kind {
                variables.insert(foreach.name.clone(), Type::Any);
            }
        }
        if let Some(choice) = self.choice(site) {
            variables.insert("choice".to_owned(), choice);
        }
        let row = match site {
            Site::Field { field, .. } => self.row(field),
            Site::Row { inside, each } => Some(self.element(each, inside)),
            _ => None,
        };
        if let Some(row) = row {
            variables.insert("row".to_owned(), row);
        }
        Place {
            variables,
            surface: self.surface(site),
        }
    }

    fn sections(&self) -> impl Iterator<Item = (&'a Section, &'a Field)> {
        self.lint
            .workflow
            .form
            .sections
            .iter()
            .flat_map(|section| section.fields.iter().map(move |field| (section, field)))
    }

    fn form(&self, site: &Site) -> BTreeMap<String, Type> {
        let own = own_section(site);
        self.sections()
            .map(|(section, field)| {
                let of = self.answered_type(field);
                let always = always_shown(section, field) && self.asked_by(section, field, site);
                (field.id.clone(), if always { of } else { of.maybe() })
            })
            .chain(
                // After a foreach its id is the list of its parts, which is not typed before it runs.
                self.lint
                    .workflow
                    .nodes()
                    .filter(|node| own.is_none() && matches!(node.kind, Kind::Foreach(_)))
                    .map(|node| (node.id.clone(), Type::Any)),
            )
            .collect()
    }

    /// The type of an answer, the options of a choice included.
    fn answered_type(&self, field: &'a Field) -> Type {
        match self.rows.get(field.id.as_str()) {
            Some(element) => Type::list(row_of(element, field)),
            None => with_options(field.kind.0.expression_type(field), field),
        }
    }

    /// Whether a field that is always shown has been asked, and so answered, where `site` is read.
    fn asked_by(&self, section: &Section, field: &Field, site: &Site) -> bool {
        let later = self.filled_later(section, field);
        match site {
            Site::Submission => !later,
            Site::Section(own) | Site::Field { section: own, .. } => {
                !later || *own == section.id || self.lint.names.filled.contains_key(own)
            }
            Site::Row { inside, .. } => self.asked_by(section, field, inside),
            Site::End => !later,
            Site::Entry(node)
            | Site::Open(node)
            | Site::Verdict(node)
            | Site::Signal { node, .. } => {
                let Some(at) = self.order.get(node.as_str()) else {
                    return true;
                };
                let own = matches!(site, Site::Verdict(_));
                let entered = self.conditional(node);
                let filled = |(from, through): &(usize, Vec<&str>)| {
                    let before = from < at || (own && from == at);
                    before && through.iter().all(|id| entered.contains(id))
                };
                match self.fillings.get(field.id.as_str()) {
                    Some(fillings) => fillings.iter().any(filled),
                    None => !later,
                }
            }
        }
    }

    fn filled_later(&self, section: &Section, field: &Field) -> bool {
        let filled = &self.lint.names.filled;
        filled.contains_key(&field.id) || filled.contains_key(&section.id)
    }

    fn all_fillings(&self) -> BTreeMap<&'a str, Vec<(usize, Vec<&'a str>)>> {
        let mut found: BTreeMap<&str, Vec<(usize, Vec<&str>)>> = BTreeMap::new();
        for node in self.lint.workflow.nodes() {
            let Kind::Stage(stage) = &node.kind else {
                continue;
            };
            let at = self.order.get(node.id.as_str()).copied().unwrap_or(0);
            let through = self.conditional(&node.id).to_vec();
            let filled: BTreeSet<&str> = always_filled(stage);
            for (section, field) in self.sections() {
                if filled.contains(field.id.as_str()) || filled.contains(section.id.as_str()) {
                    let fillings = found.entry(field.id.as_str()).or_default();
                    fillings.push((at, through.clone()));
                }
            }
        }
        found
    }

    /// A node and the blocks around it, as far as they have a `when`: where it is read, these have been entered.
    fn conditional(&self, id: &str) -> &[&'a str] {
        self.conditional.get(id).map_or(&[], Vec::as_slice)
    }

    fn row_types(&self) -> BTreeMap<&'a str, Type> {
        let mut found = BTreeMap::new();
        for (section, field) in self.sections() {
            let Some(rows) = &field.rows else { continue };
            let element = self.element(rows, &Site::Section(section.id.clone()));
            found.insert(field.id.as_str(), element);
        }
        found
    }

    /// `row` in a column: the element of the table or of the chosen resources.
    fn row(&self, full: &str) -> Option<Type> {
        let (table, _) = full.split_once('.')?;
        let (_, field) = self.sections().find(|(_, field)| field.id == table)?;
        match self.answered_type(field).known() {
            Type::List(element) => Some(element.as_ref().clone()),
            _ => Some(Type::Any),
        }
    }

    /// What one element of a list that is read at `site` is.
    fn element(&self, list: &Expression, site: &Site) -> Type {
        let place = self.place(site);
        match list.type_in(&place.variables, &place.surface).known() {
            Type::List(element) => element.as_ref().clone(),
            _ => Type::Any,
        }
    }

    fn case(&self, site: &Site) -> Type {
        let filed = !matches!(
            site,
            Site::Submission | Site::Section(_) | Site::Field { .. }
        );
        let once_filed = |of: Type| if filed { of } else { of.maybe() };
        Type::Record(
            [
                ("number", once_filed(Type::Text)),
                ("submitted", once_filed(Type::Time)),
                ("department", Type::Text),
                ("applicant", Type::Text),
                ("year", Type::Int),
            ]
            .map(|(name, of)| (name.to_owned(), of))
            .into(),
        )
    }

    fn settings(&self) -> Type {
        Type::Record(
            self.lint
                .workflow
                .settings
                .iter()
                .map(|(name, setting)| (name.clone(), of_json(&setting.value)))
                .collect(),
        )
    }

    /// `choice`: what the stage's own verdict can be called.
    fn choice(&self, site: &Site) -> Option<Type> {
        let node = match site {
            Site::Verdict(node) => node,
            Site::Row { inside, .. } => return self.choice(inside),
            _ => return None,
        };
        stage_choices(self.lint.workflow.node(node)?).map(Type::OneOf)
    }

    fn surface(&self, site: &Site) -> Surface {
        let mut surface = Surface {
            implied: self.implied(site),
            ..self.shared.clone()
        };
        surface.answered = self.assumed(site, &surface.implied);
        surface
    }

    /// Guards that show required fields tell that these are answered.
    fn implied(&self, site: &Site) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (section, field) in self.sections() {
            if !self.asked_by(section, field, site) {
                continue;
            }
            // Of the guards that must hold for an answer to be asked for, all are the same one.
            let mut guards: Vec<&Expression> = section
                .show_when
                .iter()
                .chain(field.show_when.iter())
                .collect();
            match &field.required {
                Required::Yes => {}
                Required::When(guard) => guards.push(guard),
                Required::No => continue,
            }
            guards.dedup();
            let [guard] = guards.as_slice() else { continue };
            found
                .entry(guard.source().trim().to_owned())
                .or_default()
                .push(format!("form.{}", field.id));
        }
        found
    }

    /// A field's own guards hold wherever its other keys are read.
    fn assumed(&self, site: &Site, implied: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let Site::Field {
            section,
            field,
            shown,
        } = site
        else {
            return Vec::new();
        };
        let section = self.lint.workflow.section(section);
        let own = field.split('.').next().unwrap_or(field);
        let field = self.lint.workflow.field(own);
        let mut holding: Vec<&Expression> = section
            .and_then(|section| section.show_when.as_ref())
            .into_iter()
            .collect();
        if *shown {
            holding.extend(field.and_then(|field| field.show_when.as_ref()));
        }
        let mut found: Vec<String> = holding
            .into_iter()
            .filter_map(|guard| implied.get(guard.source().trim()))
            .flatten()
            .cloned()
            .collect();
        // A check is read once there is an answer.
        if *shown {
            found.push(format!("form.{own}"));
        }
        found
    }
}

fn conditions<'a>(
    list: &'a [Node],
    around: &[&'a str],
    found: &mut BTreeMap<&'a str, Vec<&'a str>>,
) {
    for node in list {
        let mut through = around.to_vec();
        if node.when.is_some() {
            through.push(&node.id);
        }
        for list in node.lists() {
            conditions(list, &through, found);
        }
        found.insert(&node.id, through);
    }
}

fn shared(lint: &Lint<'_>) -> Surface {
    let mut stages: BTreeMap<String, Vec<String>> = lint
        .names
        .nodes
        .keys()
        .map(|id| (id.clone(), Vec::new()))
        .collect();
    let mut choices = BTreeMap::new();
    for node in lint.workflow.nodes() {
        if let Kind::Stage(stage) = &node.kind {
            let seats = stage.seats.iter().filter_map(|seat| seat.name.clone());
            stages.insert(node.id.clone(), seats.collect());
        }
        if let Some(own) = stage_choices(node) {
            choices.insert(node.id.clone(), own);
        }
    }
    Surface {
        stages: Arc::new(stages),
        choices: Arc::new(choices),
        registers: Arc::new(lint.registers.clone()),
        ..Surface::default()
    }
}

fn own_section(site: &Site) -> Option<&str> {
    match site {
        Site::Section(section) | Site::Field { section, .. } => Some(section),
        _ => None,
    }
}

/// Required or computed, and never hidden.
fn always_shown(section: &Section, field: &Field) -> bool {
    section.show_when.is_none()
        && field.show_when.is_none()
        && (field.required == Required::Yes || field.value.is_some())
}

fn always_filled(stage: &Stage) -> BTreeSet<&str> {
    stage
        .fills
        .iter()
        .chain(
            stage
                .seats
                .iter()
                .filter(|seat| seat.when.is_none())
                .flat_map(|seat| &seat.fills),
        )
        .map(String::as_str)
        .collect()
}

fn stage_choices(node: &Node) -> Option<Vec<String>> {
    let Kind::Stage(stage) = &node.kind else {
        return None;
    };
    let standing: &[&str] = match stage.asks {
        _ if !stage.choices.is_empty() => {
            return Some(
                stage
                    .choices
                    .iter()
                    .map(|choice| choice.id.clone())
                    .collect(),
            );
        }
        Asks::Sign => &["approve", "reject"],
        Asks::Work => &["done"],
        Asks::Notice => &["acknowledge"],
    };
    Some(standing.iter().map(|word| (*word).to_owned()).collect())
}

/// Choices with written options are texts among these.
fn with_options(of: Type, field: &Field) -> Type {
    match (of, &field.options) {
        (Type::Text, Options::Fixed(options)) => {
            Type::OneOf(options.iter().map(|(id, _)| id.clone()).collect())
        }
        (Type::List(element), Options::Fixed(_)) => Type::list(with_options(*element, field)),
        (Type::List(element), _) if !field.columns.is_empty() => {
            Type::list(with_options(*element, field))
        }
        (Type::Record(mut parts), _) => {
            for column in &field.columns {
                if let Some(part) = parts.get_mut(&column.id) {
                    *part = with_options(part.clone(), column);
                }
            }
            Type::Record(parts)
        }
        (Type::Maybe(inner), _) => with_options(*inner, field).maybe(),
        (of, _) => of,
    }
}

/// What the element of a fixed row has, and the columns beside it.
fn row_of(element: &Type, field: &Field) -> Type {
    let mut parts = match element {
        Type::Any => return Type::Any,
        Type::Record(parts) => parts.clone(),
        other => BTreeMap::from([("value".to_owned(), other.clone())]),
    };
    for column in &field.columns {
        let of = with_options(crate::forms::field_type_of(column), column);
        parts.insert(column.id.clone(), of);
    }
    Type::Record(parts)
}

fn of_json(value: &serde_json::Value) -> Type {
    match value {
        serde_json::Value::Bool(_) => Type::Bool,
        serde_json::Value::Number(number) if number.is_i64() => Type::Int,
        serde_json::Value::Number(_) => Type::Number,
        serde_json::Value::String(_) => Type::Text,
        _ => Type::Any,
    }
}
