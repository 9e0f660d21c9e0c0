//! What an expression may read at a place: the names with their types, and which answers are certainly there.

mod asked;
mod branches;
mod stand;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Lint;
use super::blocks::TAKEN;
use crate::expression::{Absent, Expression, KnownStage, Surface, Type};
use crate::forms::{Field, Options, Required};
use crate::workflow::resolve::Site;
use crate::workflow::{Asks, Kind, Node};

use asked::Asked;
pub(super) use branches::{OF_PARTS, fields_of};
use stand::Stand;

/// What all expressions of a definition share.
pub(super) struct Typing<'a> {
    lint: &'a Lint<'a>,
    /// The fields of the form.
    asked: Vec<Asked<'a>>,
    /// By foreach: what one of its parts is.
    parts: BTreeMap<&'a str, Type>,
    /// What is the same everywhere.
    shared: Surface,
    settings: Type,
    /// By section: the foreach blocks around everything that fills it.
    sections: BTreeMap<&'a str, Vec<&'a Node>>,
    /// The form made last: neighbouring places mostly see the same one.
    last: RefCell<Option<(Sight<'a>, View)>>,
}

/// The names and the surface of one place.
pub(super) struct Place {
    pub variables: BTreeMap<String, Type>,
    pub surface: Surface,
}

/// How a field is seen from a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Seen {
    /// It is there, and certainly answered where it is shown.
    Asked,
    /// It is there, but may not have been asked yet.
    Perhaps,
    /// It belongs to a branch or a task that this place does not stand in.
    Elsewhere,
}

/// What is seen of each field, and in which branches.
type Sight<'a> = (Vec<Seen>, Vec<&'a str>);

/// The form as it is seen from some places.
#[derive(Clone)]
struct View {
    form: Type,
    /// By the text of a guard: the fields that it shows and that must be answered then.
    implied: Arc<BTreeMap<String, Vec<String>>>,
}

impl<'a> Typing<'a> {
    pub fn of(lint: &'a Lint<'a>) -> Self {
        let mut typing = Self {
            lint,
            asked: asked::all(lint),
            parts: BTreeMap::new(),
            shared: Surface::default(),
            settings: settings(lint),
            sections: branches::sections(lint),
            last: RefCell::default(),
        };
        typing.shared = typing.shared();
        // Rows may run over parts and parts over rows, so parts are typed with what is known, and again with the rest.
        typing.type_parts(false);
        typing.type_rows();
        typing.type_parts(true);
        typing
    }

    pub fn place(&self, site: &Site) -> Place {
        let stand = Stand::of(self, site);
        let view = self.view(&stand);
        let mut variables = BTreeMap::from([
            ("form".to_owned(), view.form.clone()),
            ("case".to_owned(), case(&stand)),
            ("settings".to_owned(), self.settings.clone()),
            ("now".to_owned(), Type::Time),
        ]);
        for block in &stand.inside {
            if let (Kind::Foreach(foreach), Some(part)) =
                (&block.kind, self.parts.get(block.id.as_str()))
            {
                variables.insert(foreach.name.clone(), part.clone());
            }
        }
        if stand.filed {
            variables.extend(self.started(&stand));
        }
        if let Some(choice) = self.choice(site) {
            variables.insert("choice".to_owned(), Type::OneOf(choice));
        }
        if let Some(row) = self.row(site) {
            variables.insert("row".to_owned(), row);
        }
        let inside = stand.inside.iter().map(|block| block.id.clone());
        let surface = Surface {
            inside: inside.collect(),
            answered: self.assumed(site, &view.implied),
            implied: view.implied,
            ..self.shared.clone()
        };
        Place { variables, surface }
    }

    /// What one element of a list that is read at `site` is.
    fn element(&self, list: &Expression, site: &Site) -> Type {
        let place = self.place(site);
        match list.type_in(&place.variables, &place.surface).known() {
            Type::List(element) => element.as_ref().clone(),
            _ => Type::Any,
        }
    }

    fn view(&self, stand: &Stand<'a>) -> View {
        let seen = self.asked.iter().map(|asked| asked.seen(stand)).collect();
        let inside = stand.inside.iter().map(|block| block.id.as_str());
        let sight = (seen, inside.collect());
        if let Some((known, view)) = self.last.borrow().as_ref()
            && *known == sight
        {
            return view.clone();
        }
        let view = self.make_view(&sight.0, stand);
        self.last.replace(Some((sight, view.clone())));
        view
    }

    /// The fields, and outside its branches each foreach as the list of its parts.
    fn make_view(&self, seen: &[Seen], stand: &Stand<'a>) -> View {
        let outside = self
            .parts
            .iter()
            .filter(|(id, _)| stand.may_read(self, id) && !stand.is_inside(id));
        let mut parts: BTreeMap<String, Type> = BTreeMap::new();
        let mut implied: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (asked, seen) in std::iter::zip(&self.asked, seen) {
            let of = asked.of.clone();
            let of = match seen {
                Seen::Elsewhere => continue,
                Seen::Asked if asked.always_shown() => of,
                Seen::Asked | Seen::Perhaps => of.maybe(),
            };
            parts.insert(asked.field.id.clone(), of);
            if *seen != Seen::Asked {
                continue;
            }
            let columns = asked.field.columns.iter();
            let columns = columns.filter_map(|column| {
                let guards = column.show_when.iter().collect();
                let guard = asked::shown_by(guards, column, always_required(column))?;
                Some((guard, format!("row.{}", column.id)))
            });
            let field = asked
                .shown_by()
                .map(|guard| (guard, format!("form.{}", asked.field.id)));
            for (guard, path) in field.into_iter().chain(columns) {
                let known = implied.entry(guard.source().trim().to_owned()).or_default();
                known.push(path);
            }
        }
        parts.extend(outside.map(|(id, part)| ((*id).to_owned(), Type::list(part.clone()))));
        View {
            form: Type::record(parts),
            implied: Arc::new(implied),
        }
    }

    /// `id.outcome` of each start.
    fn started(&self, stand: &Stand<'a>) -> Vec<(String, Type)> {
        let starts = self
            .lint
            .map
            .all()
            .iter()
            .filter(|standing| matches!(standing.node.kind, Kind::Start(_)))
            .filter(|standing| stand.may_read(self, &standing.node.id))
            .filter(|standing| !TAKEN.contains(&standing.node.id.as_str()));
        starts
            .map(|standing| {
                let outcomes = ["approved", "rejected", "withdrawn", "lapsed", "closed"];
                let outcome = Type::one_of(outcomes).maybe();
                let record = Type::record([("outcome", outcome)]);
                (standing.node.id.clone(), record)
            })
            .collect()
    }

    /// `row` in a column: the element of the table or of the chosen resources; in a record: the element of `each`.
    fn row(&self, site: &Site) -> Option<Type> {
        match site {
            Site::Row { inside, each } => Some(self.element(each, inside)),
            Site::Field { field, .. } => {
                let (table, _) = field.split_once('.')?;
                let asked = self.asked.iter().find(|asked| asked.field.id == table)?;
                match asked.of.known() {
                    Type::List(element) => Some(element.as_ref().clone()),
                    _ => Some(Type::Any),
                }
            }
            _ => None,
        }
    }

    /// `choice`: what the stage's own verdict can be called.
    fn choice(&self, site: &Site) -> Option<Arc<[String]>> {
        match site {
            Site::Verdict(node) | Site::Check(node) => {
                self.shared.stages.get(node)?.choices.clone()
            }
            Site::Row { inside, .. } => self.choice(inside),
            _ => None,
        }
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
        let (own, column) = match field.split_once('.') {
            Some((table, column)) => (table, Some(column)),
            None => (field.as_str(), None),
        };
        let field = self.asked.iter().find(|asked| asked.field.id == own);
        let section = self.lint.workflow.section(section);
        let mut holding: Vec<&Expression> = section
            .and_then(|section| section.show_when.as_ref())
            .into_iter()
            .collect();
        if *shown {
            holding.extend(field.and_then(|asked| asked.field.show_when.as_ref()));
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
            found.extend(column.map(|column| format!("row.{column}")));
        }
        found
    }

    fn shared(&self) -> Surface {
        let lint = self.lint;
        let mut stages: BTreeMap<String, KnownStage> = lint
            .names
            .nodes
            .keys()
            .map(|id| (id.clone(), KnownStage::default()))
            .collect();
        for standing in lint.map.all() {
            let node = standing.node;
            let seats = node.stage().into_iter().flat_map(|stage| &stage.seats);
            let known = KnownStage {
                seats: seats.filter_map(|seat| seat.name.clone()).collect(),
                choices: stage_choices(node),
                answers: self.answers(node),
                branches: standing.foreachs().map(|block| block.id.clone()).collect(),
            };
            stages.insert(node.id.clone(), known);
        }
        let absent: BTreeMap<String, Absent> = self
            .asked
            .iter()
            .filter_map(|asked| Some((asked.field.id.clone(), asked.absent()?)))
            .collect();
        Surface {
            stages: Arc::new(stages),
            registers: Arc::new(lint.surroundings.registers.keys().cloned().collect()),
            absent: Arc::new(absent),
            ..Surface::default()
        }
    }

    /// What one task's copy of the `per: task` sections that a stage fills is.
    fn answers(&self, node: &Node) -> Option<Type> {
        let own = |asked: &&Asked<'a>| asked.tasks.contains(node.id.as_str());
        let mut parts = self.asked.iter().filter(own).peekable();
        parts.peek()?;
        Some(Type::record(parts.map(|asked| {
            let of = asked.of.clone();
            let always = asked.always_shown();
            (asked.field.id.clone(), if always { of } else { of.maybe() })
        })))
    }
}

fn case(stand: &Stand<'_>) -> Type {
    let once_filed = |of: Type| if stand.filed { of } else { of.maybe() };
    Type::record([
        ("number", once_filed(Type::Text)),
        ("submitted", once_filed(Type::Time)),
        ("department", Type::Text),
        ("applicant", Type::Text),
        ("year", Type::Int),
    ])
}

fn settings(lint: &Lint<'_>) -> Type {
    let settings = lint.workflow.settings.iter();
    Type::record(settings.map(|(name, setting)| (name.clone(), of_json(&setting.value))))
}

fn stage_choices(node: &Node) -> Option<Arc<[String]>> {
    let stage = node.stage()?;
    if !stage.choices.is_empty() {
        return Some(
            stage
                .choices
                .iter()
                .map(|choice| choice.id.clone())
                .collect(),
        );
    }
    let standing: &[&str] = match stage.asks {
        Asks::Sign => &["approve", "reject"],
        Asks::Work => &["done"],
        Asks::Notice => &["acknowledge"],
    };
    Some(standing.iter().map(|word| (*word).to_owned()).collect())
}

/// Choices with written options are texts among these.
fn with_options(of: Type, field: &Field) -> Type {
    match (of, &field.options) {
        (Type::Text, Options::Fixed(options)) => Type::one_of(options.iter().map(|(id, _)| id)),
        (Type::List(element), Options::Fixed(_)) => Type::list(with_options(*element, field)),
        (Type::List(element), _) if !field.columns.is_empty() => {
            Type::list(with_options(*element, field))
        }
        (Type::Record(parts), _) => {
            let mut parts = parts.as_ref().clone();
            for column in &field.columns {
                if let Some(part) = parts.get_mut(&column.id) {
                    *part = with_options(part.clone(), column);
                }
            }
            Type::record(parts)
        }
        (Type::Maybe(inner), _) => with_options(*inner, field).maybe(),
        (of, _) => of,
    }
}

fn always_required(column: &Field) -> bool {
    column.required == Required::Yes
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
