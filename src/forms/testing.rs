//! A small world for the tests of forms: people, departments, a catalogue, and the shipped sentences.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::expression::{Expression, Scope, Value};
use crate::workflow::{Text, Who};

use super::words::plain;
use super::*;

pub(super) const FILE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
pub(super) const CASE: &str = "01BX5ZZKBKACTAV9WEVGEMMVRZ";

/// The shipped message file of one language, read as it stands.
pub(super) struct Spoken {
    table: &'static LazyLock<toml::Table>,
    english: bool,
}

static ZH: LazyLock<toml::Table> = LazyLock::new(|| {
    include_str!("../../templates/messages/zh/forms.toml")
        .parse()
        .unwrap()
});
static EN: LazyLock<toml::Table> = LazyLock::new(|| {
    include_str!("../../templates/messages/en/forms.toml")
        .parse()
        .unwrap()
});

impl Spoken {
    pub fn zh() -> Self {
        Self {
            table: &ZH,
            english: false,
        }
    }

    pub fn en() -> Self {
        Self {
            table: &EN,
            english: true,
        }
    }
}

impl Words for Spoken {
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        match (&text.en, self.english) {
            (Some(text), true) => text,
            _ => &text.zh,
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let path: Vec<&str> = key.split('.').collect();
        let (last, folders) = path.split_last().unwrap();
        let mut table: &toml::Table = self.table;
        for folder in folders {
            match table.get(*folder).and_then(toml::Value::as_table) {
                Some(inside) => table = inside,
                None => return key.to_owned(),
            }
        }
        let Some(pattern) = table.get(*last).and_then(toml::Value::as_str) else {
            return key.to_owned();
        };
        values
            .iter()
            .fold(pattern.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
    }
}

pub(super) struct World;

impl Lookup for World {
    fn person(&self, login: &str) -> Option<PersonFacts> {
        self.people(None)
            .into_iter()
            .find(|person| person.login == login)
    }

    fn may_choose(&self, login: &str, from: &Who) -> bool {
        *from == Who::User(login.to_owned())
    }

    fn people(&self, from: Option<&Who>) -> Vec<PersonFacts> {
        [
            ("liwj", "李文静", "省卫生健康委"),
            ("zhaom", "赵明", "省公安厅"),
        ]
        .into_iter()
        .filter(|(login, ..)| from.is_none_or(|from| self.may_choose(login, from)))
        .map(|(login, name, department)| PersonFacts {
            login: login.into(),
            name: name.into(),
            department: department.into(),
        })
        .collect()
    }

    fn department(&self, code: &str) -> Option<DepartmentFacts> {
        self.departments()
            .into_iter()
            .find(|department| department.code == code)
    }

    fn departments(&self) -> Vec<DepartmentFacts> {
        [("410000-ga", "省公安厅"), ("410000-wj", "省卫生健康委")]
            .map(|(code, short)| DepartmentFacts {
                code: code.into(),
                name: format!("河南{short}"),
                short_name: short.into(),
            })
            .into()
    }

    fn resource(&self, resource: &str, item: Option<&str>) -> Option<ChosenResource> {
        let level = match (resource, item) {
            ("3107/000012", None) => 3,
            ("3107/000012", Some("name")) => 2,
            ("3107/000012", Some("id/number")) => 4,
            _ => return None,
        };
        Some(ChosenResource {
            resource: resource.into(),
            item: item.map(str::to_owned),
            title: "人口基础信息".into(),
            item_title: item.map(|item| match item {
                "name" => "姓名".into(),
                _ => "公民身份号码".to_owned(),
            }),
            provider: "410000-ga".into(),
            sharing: "conditional".into(),
            level,
            conditions: vec!["仅限核验".into()],
        })
    }

    fn search(&self, words: &str, pick: Pick) -> Vec<ChosenResource> {
        let items = match pick {
            Pick::Resource => vec![None],
            Pick::Item => vec![Some("name"), Some("id/number")],
        };
        items
            .into_iter()
            .filter_map(|item| self.resource("3107/000012", item))
            .filter(|one| one.title.contains(words))
            .collect()
    }

    fn attachment(&self, id: &str) -> Option<FileFacts> {
        (id == FILE).then(|| FileFacts {
            id: id.into(),
            name: "依据.pdf".into(),
            size: 1024,
        })
    }

    fn case(&self, id_or_number: &str) -> Option<CaseFacts> {
        let number = "数享申〔2026〕1号";
        [CASE, number].contains(&id_or_number).then(|| CaseFacts {
            id: CASE.into(),
            number: number.into(),
            title: "人口基础信息".into(),
            workflow: "data-sharing".into(),
        })
    }
}

pub(super) fn kind(name: &str) -> &'static dyn FieldType {
    field_type(name).unwrap_or_else(|| panic!("no field type {name}"))
}

pub(super) fn field(id: &str, kind_name: &str) -> Field {
    Field {
        id: id.into(),
        kind: FieldKind(kind(kind_name)),
        label: plain(id),
        help: None,
        required: Required::No,
        show_when: None,
        check: None,
        message: None,
        default: None,
        value: None,
        options: Options::None,
        min: None,
        max: None,
        min_length: None,
        max_length: None,
        pattern: None,
        unit: None,
        columns: Vec::new(),
        rows: None,
        pick: Pick::Resource,
        from: None,
        workflow: None,
        party: false,
        private: false,
    }
}

pub(super) fn cel(text: &str) -> Expression {
    Expression::compile(text).unwrap()
}

/// Builds fields as definitions write them.
pub(super) trait Ask: Sized {
    fn with(self, change: impl FnOnce(&mut Field)) -> Self;

    fn label(self, label: &str) -> Self {
        self.with(|field| field.label = plain(label))
    }
    fn required(self) -> Self {
        self.with(|field| field.required = Required::Yes)
    }
    fn required_when(self, guard: &str) -> Self {
        self.with(|field| field.required = Required::When(cel(guard)))
    }
    fn show_when(self, guard: &str) -> Self {
        self.with(|field| field.show_when = Some(cel(guard)))
    }
    fn check(self, guard: &str, message: &str) -> Self {
        self.with(|field| {
            field.check = Some(cel(guard));
            field.message = Some(plain(message));
        })
    }
    fn default(self, value: &str) -> Self {
        self.with(|field| field.default = Some(cel(value)))
    }
    fn computed(self, value: &str) -> Self {
        self.with(|field| field.value = Some(cel(value)))
    }
    fn lengths(self, least: u32, most: u32) -> Self {
        self.with(|field| {
            field.min_length = Some(least);
            field.max_length = Some(most);
        })
    }
    fn bounds(self, least: f64, most: f64) -> Self {
        self.with(|field| {
            field.min = Some(Bound::Number(least));
            field.max = Some(Bound::Number(most));
        })
    }
    fn days(self, first: &str, last: &str) -> Self {
        self.with(|field| {
            field.min = Some(Bound::Date(first.parse().unwrap()));
            field.max = Some(Bound::Date(last.parse().unwrap()));
        })
    }
    fn pattern(self, pattern: &str) -> Self {
        self.with(|field| field.pattern = Some(pattern.into()))
    }
    fn unit(self, unit: &str) -> Self {
        self.with(|field| field.unit = Some(plain(unit)))
    }
    fn options(self, options: &[(&str, &str)]) -> Self {
        self.with(|field| {
            let options = options.iter().map(|(id, text)| ((*id).into(), plain(text)));
            field.options = Options::Fixed(options.collect());
        })
    }
    fn options_from(self, value: &str) -> Self {
        self.with(|field| field.options = Options::From(cel(value)))
    }
    fn columns(self, columns: Vec<Field>) -> Self {
        self.with(|field| field.columns = columns)
    }
    fn rows(self, value: &str) -> Self {
        self.with(|field| field.rows = Some(cel(value)))
    }
    fn pick_items(self) -> Self {
        self.with(|field| field.pick = Pick::Item)
    }
    fn chosen_by(self, login: &str) -> Self {
        self.with(|field| field.from = Some(Who::User(login.into())))
    }
    fn workflow(self, key: &str) -> Self {
        self.with(|field| field.workflow = Some(key.into()))
    }
    fn party(self) -> Self {
        self.with(|field| field.party = true)
    }
    fn private(self) -> Self {
        self.with(|field| field.private = true)
    }
}

impl Ask for Field {
    fn with(mut self, change: impl FnOnce(&mut Field)) -> Self {
        change(&mut self);
        self
    }
}

pub(super) fn section(id: &str, fields: Vec<Field>) -> Section {
    Section {
        id: id.into(),
        title: plain(id),
        about: None,
        per: Per::Case,
        show_when: None,
        fields,
    }
}

pub(super) fn form(fields: Vec<Field>) -> Form {
    Form {
        sections: vec![section("request", fields)],
    }
}

pub(super) fn answers(json: Json) -> Answers {
    match json {
        Json::Object(parts) => parts.into_iter().collect(),
        other => panic!("no answers: {other}"),
    }
}

pub(super) fn checked(form: &Form, typed: Json, strictness: Strictness) -> Checked {
    checked_in(form, typed, &Scope::default(), strictness)
}

pub(super) fn checked_in(
    form: &Form,
    typed: Json,
    scope: &Scope,
    strictness: Strictness,
) -> Checked {
    let context = CheckContext {
        form,
        scope,
        lookup: &World,
        others: &Answers::new(),
    };
    check(&form.whole(), answers(typed), &context, strictness)
}

pub(super) fn submitted(form: &Form, typed: Json) -> Checked {
    checked(form, typed, Strictness::Submit)
}

/// The paths and codes of what is wrong.
pub(super) fn wrong(checked: &Checked) -> Vec<(&str, &str)> {
    checked
        .problems
        .iter()
        .map(|problem| (&*problem.path, problem.code))
        .collect()
}

fn alone(asked: &Field, typed: Json) -> Checked {
    let form = form(vec![asked.clone()]);
    let mut all = serde_json::Map::new();
    all.insert(asked.id.clone(), typed);
    submitted(&form, all.into())
}

/// What becomes of one answer at submission; null when it is none.
pub(super) fn answer(asked: &Field, typed: Json) -> Json {
    alone(asked, typed)
        .answers
        .remove(&asked.id)
        .unwrap_or_default()
}

/// The code of what is wrong with one answer.
pub(super) fn code(asked: &Field, typed: Json) -> &'static str {
    alone(asked, typed)
        .problems
        .first()
        .map_or("", |problem| problem.code)
}

/// Where one answer is wrong.
pub(super) fn path(asked: &Field, typed: Json) -> String {
    alone(asked, typed).problems.remove(0).path
}

/// What is said about one answer.
pub(super) fn sentence(asked: &Field, typed: Json) -> String {
    alone(asked, typed)
        .problems
        .remove(0)
        .message(&Spoken::zh())
}

/// What expressions see of one answer.
pub(super) fn value(asked: &Field, typed: Json) -> Value {
    let form = form(vec![asked.clone()]);
    match scope_value(&form, &alone(asked, typed).answers) {
        Value::Record(mut parts) => parts.remove(&asked.id).unwrap(),
        other => panic!("no record: {other:?}"),
    }
}

/// How one answer is read.
pub(super) fn shown(asked: &Field, canonical: Json) -> String {
    let showing = Showing {
        lookup: &World,
        words: &Spoken::zh(),
    };
    match asked.kind.0.shown(asked, &canonical, &showing) {
        Shown::Text(text) | Shown::Paragraph(text) => text,
        Shown::List(all) => all.join("、"),
        Shown::Files(files) => files.into_iter().map(|file| file.name).collect(),
    }
}

/// A scope with these variables.
pub(super) fn scope(variables: &[(&str, Value)]) -> Scope {
    let variables: BTreeMap<String, Value> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    Scope {
        variables,
        ..Scope::default()
    }
}

/// A form with a field of every type, and columns of most.
pub(super) fn every_field() -> Form {
    let columns = || {
        ALL.iter()
            .map(|kind| kind.name())
            .filter(|name| !["table", "resources"].contains(name))
            .map(|name| shaped(field(name, name)))
            .collect::<Vec<_>>()
    };
    let fields = ALL
        .iter()
        .map(|kind| match kind.name() {
            name @ "table" => field(name, name).columns(columns()),
            name @ "resources" => field(name, name).pick_items().columns(columns()),
            name => shaped(field(name, name)),
        })
        .collect();
    form(fields)
}

fn shaped(asked: Field) -> Field {
    match asked.kind.0.name() {
        "choice" | "choices" => asked.options(&[("a", "甲"), ("b", "乙")]),
        _ => asked,
    }
}

pub(super) fn every_answer() -> Answers {
    let mut all = answers(json!({
        "text": "一", "paragraph": "一\n二", "number": 1.5, "integer": 2, "money": 3.25,
        "date": "2026-11-01", "time": "2026-11-01T09:30", "yes_no": true, "choice": "a",
        "period": {"from": "2026-11-01", "to": "2026-11-02"}, "choices": ["a", "b"],
        "person": "liwj", "people": ["liwj"], "department": "410000-ga",
        "departments": ["410000-ga"], "contact": {"name": "甲", "phone": "13803711234"},
        "phone": "13803711234", "file": FILE, "files": [FILE], "case": CASE, "promise": true,
    }));
    let row: serde_json::Map<String, Json> = all.clone().into_iter().collect();
    let mut chosen = row.clone();
    chosen.insert("resource".into(), json!("3107/000012"));
    chosen.insert("item".into(), json!("name"));
    all.insert("table".into(), json!([row]));
    all.insert("resources".into(), json!([chosen]));
    all
}
