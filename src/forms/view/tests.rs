//! What pages show, and that nothing typed is lost on the way there and back.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::testing::*;
use super::super::*;
use crate::expression::Scope;

fn viewed(form: &Form, typed: Json) -> Vec<FieldView> {
    let checked = checked(form, typed.clone(), Strictness::Submit);
    viewed_with(form, &answers(typed), &checked.problems, &BTreeMap::new())
}

fn viewed_with(
    form: &Form,
    answers: &Answers,
    problems: &[Problem],
    searches: &BTreeMap<String, String>,
) -> Vec<FieldView> {
    let page = Page {
        form,
        answers,
        scope: &Scope::default(),
        lookup: &World,
        problems,
        words: &Spoken::zh(),
        searches,
    };
    view(&form.whole(), &page).remove(0).fields
}

#[test]
fn an_error_stands_at_its_control_with_hint_and_error_named() {
    let purpose = field("purpose", "paragraph")
        .label("使用场景")
        .required()
        .lengths(30, 1000)
        .with(|field| field.help = Some(super::super::words::plain("说明用在哪里。")));

    let shown = &viewed(&form(vec![purpose]), json!({"purpose": "核验"}))[0];

    assert_eq!(shown.value, "核验");
    assert!(shown.invalid && shown.required);
    assert_eq!(
        shown.error.as_deref(),
        Some("使用场景至少写 30 个字，现在是 2 个字")
    );
    assert_eq!(shown.described_by.as_deref(), Some("h-purpose e-purpose"));
    assert_eq!(shown.partial, "fields/paragraph");
}

#[test]
fn only_the_part_that_is_wrong_is_marked() {
    let form = form(vec![field("period", "period").required()]);

    let shown = &viewed(
        &form,
        json!({"period": {"from": "2026-11-01", "to": "abc"}}),
    )[0];

    let marks: Vec<(&str, &str, bool)> = shown
        .parts
        .iter()
        .map(|part| (&*part.name, &*part.value, part.invalid))
        .collect();
    assert_eq!(
        marks,
        [
            ("period.from", "2026-11-01", false),
            ("period.to", "abc", true)
        ]
    );
    assert_eq!(shown.parts[1].element, "f-period-to");
}

#[test]
fn hidden_fields_are_hidden_and_those_they_depend_on_offer_an_update() {
    let form = form(vec![
        field("secret", "yes_no"),
        field("measures", "text").show_when("form.secret == true"),
        field("secretive", "yes_no"),
    ]);

    let shown = viewed(&form, json!({"secret": false}));

    assert!(shown[1].hidden);
    assert_eq!(
        shown.iter().map(|view| view.refresh).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert!(!viewed(&form, json!({"secret": true}))[1].hidden);
}

#[test]
fn options_are_marked_as_chosen() {
    let form = form(vec![
        field("method", "choice").options(&[("api", "接口"), ("batch", "交换")]),
        field("measures", "choices").options(&[("mask", "脱敏"), ("audit", "审计")]),
        field("manager", "person"),
        field("secret", "yes_no"),
    ]);

    let shown = viewed(
        &form,
        json!({"method": "batch", "measures": ["audit"], "manager": "liwj", "secret": "true"}),
    );

    let chosen = |view: &FieldView| -> Vec<String> {
        let all = view.options.iter().filter(|option| option.selected);
        all.map(|option| option.label.clone()).collect()
    };
    assert_eq!(chosen(&shown[0]), ["交换"]);
    assert_eq!(chosen(&shown[1]), ["审计"]);
    assert_eq!(chosen(&shown[2]), ["李文静（省卫生健康委）"]);
    assert_eq!(chosen(&shown[3]), ["是"]);
    assert_eq!(shown[0].options[0].element, "f-method");
    assert_eq!(shown[0].options[1].element, "f-method-1");
}

#[test]
fn what_may_stay_open_can_be_taken_back() {
    let asked = || field("secret", "yes_no");

    let shown = viewed(
        &form(vec![
            asked(),
            asked().with(|field| field.id = "b".into()).required(),
        ]),
        json!({}),
    );

    assert_eq!(shown[0].partial, "fields/select");
    assert_eq!(shown[1].partial, "fields/radio");
}

#[test]
fn a_default_is_filled_in_until_something_was_typed() {
    let form = form(vec![field("calls", "integer").default("5")]);

    assert_eq!(viewed(&form, json!({}))[0].value, "5");
    assert_eq!(viewed(&form, json!({"calls": ""}))[0].value, "");
}

#[test]
fn a_computed_field_is_read_only() {
    let form = form(vec![
        field("a", "integer"),
        field("b", "integer").computed("form.a * 1000"),
    ]);

    let shown = viewed(&form, json!({"a": "7"}));

    assert!(shown[1].read_only);
    assert_eq!(shown[1].shown, ["7000"]);
    assert!(viewed(&form, json!({}))[1].shown.is_empty());
}

#[test]
fn rows_have_cells_buttons_and_their_own_errors() {
    let form =
        form(vec![field("users", "table").bounds(1.0, 2.0).columns(
            vec![field("name", "text").label("姓名").required()],
        )]);

    let one = &viewed(&form, json!({"users": [{"name": "\u{7}"}]}))[0];
    let two = &viewed(&form, json!({"users": [{"name": "a"}, {"name": "b"}]}))[0];
    let none = &viewed(&form, json!({}))[0];

    let cell = &one.rows[0].cells[0];
    assert_eq!(
        (&*cell.name, &*cell.element),
        ("users.0.name", "f-users-0-name")
    );
    assert_eq!(cell.value, "\u{7}");
    assert!(cell.invalid);
    assert_eq!(cell.aria_label.as_deref(), Some("第 1 行：姓名"));
    assert_eq!(one.rows[0].remove.as_deref(), Some("remove:users:0"));
    assert_eq!(one.add.as_deref(), Some("add:users"));
    assert_eq!(two.add, None, "full");
    assert_eq!(none.rows.len(), 1, "a first row to fill in");
}

#[test]
fn the_catalogue_is_searched_and_what_is_chosen_is_not_offered_again() {
    let form = form(vec![field("resources", "resources").pick_items()]);
    let answers = answers(json!({"resources": ["3107/000012/name"]}));
    let search = [("resources".to_owned(), "人口".to_owned())].into();

    let shown = &viewed_with(&form, &answers, &[], &search)[0];

    let chosen = shown.rows[0].resource.as_ref().unwrap();
    assert_eq!(chosen.title, "人口基础信息：姓名");
    assert_eq!(chosen.provider, "省公安厅");
    assert_eq!(chosen.sharing_label, "有条件共享");
    let found: Vec<&str> = shown.found.iter().map(|one| &*one.token).collect();
    assert_eq!(found, ["3107/000012/id%2Fnumber"]);
}

#[test]
fn attachments_are_listed_and_the_page_is_told() {
    let form = form(vec![field("proofs", "files")]);
    let page_answers = answers(json!({"proofs": [FILE]}));
    let page = Page {
        form: &form,
        answers: &page_answers,
        scope: &Scope::default(),
        lookup: &World,
        problems: &[],
        words: &Spoken::zh(),
        searches: &BTreeMap::new(),
    };

    let section = view(&form.whole(), &page).remove(0);

    assert!(section.has_files);
    assert_eq!(section.fields[0].files[0].name, "依据.pdf");
}

#[test]
fn readers_see_answers_in_words_and_private_ones_only_when_opened() {
    let form = form(vec![
        field("method", "choice")
            .label("方式")
            .options(&[("api", "接口")]),
        field("phone", "phone").private(),
        field("matter", "text"),
        field("users", "table")
            .columns(vec![field("name", "text").private(), field("post", "text")]),
        field("resources", "resources").pick_items(),
    ]);
    let all = submitted(
        &form,
        json!({
            "method": "api",
            "phone": "13803711234",
            "users": [{"name": "甲", "post": "科员"}],
            "resources": ["3107/000012/name"],
        }),
    )
    .answers;
    let (open, private) = split_private(&form, &all);

    let kept = display(&form, &open, &World, &Spoken::zh(), None);
    let opened = display(&form, &open, &World, &Spoken::zh(), Some(&private));

    let ids: Vec<&str> = kept[0].lines.iter().map(|line| &*line.id).collect();
    assert_eq!(ids, ["method", "phone", "users", "resources"]);
    assert_eq!(kept[0].lines[0].text.as_deref(), Some("接口"));
    assert!(kept[0].lines[1].kept);
    let users = kept[0].lines[2].table.as_ref().unwrap();
    assert!(users.rows[0][0].kept);
    assert_eq!(users.rows[0][1].text.as_deref(), Some("科员"));
    let resources = kept[0].lines[3].table.as_ref().unwrap();
    assert_eq!(resources.rows[0][1].text.as_deref(), Some("省公安厅"));
    assert_eq!(opened[0].lines[1].text.as_deref(), Some("13803711234"));
    let users = opened[0].lines[2].table.as_ref().unwrap();
    assert_eq!(users.rows[0][0].text.as_deref(), Some("甲"));
}

/// The form with every control, as a browser would post what is shown.
fn posted(views: &[FieldView]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for view in views.iter().filter(|view| !view.hidden) {
        pairs.extend(
            view.parts
                .iter()
                .map(|part| (part.name.clone(), part.value.clone())),
        );
        if view.parts.is_empty() && view.rows.is_empty() {
            pairs.push((view.name.clone(), view.value.clone()));
        }
        for row in &view.rows {
            let token = row.resource.as_ref().map(|chosen| chosen.token.clone());
            pairs.push((row.name.clone(), token.unwrap_or_default()));
            pairs.extend(posted(&row.cells));
        }
    }
    pairs
}

fn round_trip_form() -> Form {
    let columns = vec![
        field("text", "text"),
        field("number", "number"),
        field("date", "date"),
    ];
    form(vec![
        field("text", "text"),
        field("paragraph", "paragraph"),
        field("number", "number"),
        field("money", "money"),
        field("date", "date"),
        field("time", "time"),
        field("phone", "phone"),
        field("period", "period"),
        field("contact", "contact"),
        field("table", "table").columns(columns.clone()),
        field("resources", "resources")
            .pick_items()
            .columns(columns),
    ])
}

proptest! {
    #[test]
    fn what_was_typed_is_shown_again_and_posts_the_same(
        typed in prop::collection::vec("[^\u{0}]{0,12}|[0-9/:T -]{0,12}", 19),
    ) {
        let form = round_trip_form();
        let names = [
            "text", "paragraph", "number", "money", "date", "time", "phone", "period.from",
            "period.to", "contact.name", "contact.phone", "contact.email", "table.0.text",
            "table.0.number", "table.0.date", "resources.0.text", "resources.0.number",
            "resources.0.date",
        ];
        let mut first: Vec<(String, String)> =
            names.iter().map(|name| (*name).to_owned()).zip(typed).collect();
        first.push(("resources.0".to_owned(), "3107/000012/name".to_owned()));
        let fields: Vec<&Field> = form.fields().collect();
        let context = CheckContext {
            form: &form,
            scope: &Scope::default(),
            lookup: &World,
            others: &Answers::new(),
        };
        let decoded = decode(fields.iter().copied(), &first);
        let draft = check(&form.whole(), decoded, &context, Strictness::Draft);

        let views = viewed_with(&form, &draft.answers, &draft.problems, &BTreeMap::new());
        let again = decode(fields, &posted(&views));
        let second = check(&form.whole(), again, &context, Strictness::Draft);

        prop_assert_eq!(&draft.problems, &second.problems);
        prop_assert_eq!(&draft.answers, &second.answers);
        // What will not do is shown letter for letter.
        for problem in draft.problems.iter().filter(|problem| problem.row.is_none()) {
            let shown = posted(&views);
            let own = first.iter().filter(|(name, _)| name.starts_with(&problem.path));
            for pair in own {
                prop_assert!(shown.contains(pair), "{:?} is lost", pair);
            }
        }
    }
}
