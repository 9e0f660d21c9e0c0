//! The templates of `templates/fields/`, rendered: what a browser would get.

use std::collections::BTreeMap;
use std::path::Path;

use handlebars::{Handlebars, Helper, HelperResult, Output};
use serde_json::{Value as Json, json};

use super::super::testing::*;
use super::super::*;
use crate::expression::Scope;

fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_prevent_indent(true);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/fields");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("fields/{}", path.file_stem().unwrap().to_str().unwrap());
        registry.register_template_file(&name, &path).unwrap();
    }
    registry
        .register_partial("icon", "<svg class=\"ic\"></svg>")
        .unwrap();
    registry.register_helper(
        "t",
        Box::new(
            |helper: &Helper<'_>,
             _: &Handlebars<'_>,
             _: &handlebars::Context,
             _: &mut handlebars::RenderContext<'_, '_>,
             out: &mut dyn Output|
             -> HelperResult {
                let key = helper
                    .param(0)
                    .unwrap()
                    .value()
                    .as_str()
                    .unwrap()
                    .to_owned();
                let values: Vec<(&str, String)> = helper
                    .hash()
                    .iter()
                    .map(|(name, value)| (*name, super::super::values::typed(value.value())))
                    .collect();
                let values: Vec<(&str, &str)> = values
                    .iter()
                    .map(|(name, value)| (*name, &**value))
                    .collect();
                let sentence = Spoken::zh().say(&key, &values);
                assert_ne!(sentence, key, "no sentence");
                assert!(!sentence.contains('{'), "{sentence}");
                out.write(&handlebars::html_escape(&sentence))?;
                Ok(())
            },
        ),
    );
    registry
}

fn rendered(form: &Form, typed: Json, strictness: Strictness) -> String {
    let checked = checked(form, typed, strictness);
    let page = Page {
        form,
        answers: &checked.answers,
        scope: &Scope::default(),
        lookup: &World,
        problems: &checked.problems,
        words: &Spoken::zh(),
        searches: &[("resources".to_owned(), "人口".to_owned())].into(),
    };
    let registry = registry();
    view(&form.whole(), &page)
        .iter()
        .flat_map(|section| &section.fields)
        .map(|field| registry.render("fields/field", field).unwrap())
        .collect()
}

/// A form with every type, each wrong, and each again in a row.
fn everything() -> Form {
    let asked = |name: &str| {
        let asked = field(name, name).required().label(&format!("标签{name}"));
        match name {
            "choice" | "choices" => asked.options(&[("a", "甲"), ("b", "乙")]),
            _ => asked,
        }
    };
    let simple = || {
        ALL.iter()
            .map(|kind| kind.name())
            .filter(|name| !["table", "resources"].contains(name))
            .map(asked)
            .collect::<Vec<_>>()
    };
    let mut fields = simple();
    fields.push(asked("table").columns(simple()));
    fields.push(asked("resources").pick_items().columns(simple()));
    form(fields)
}

/// Every `attribute="…"` of a page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[test]
fn every_control_names_elements_that_are_there_once() {
    let typed = json!({
        "table": [{"text": "x"}],
        "resources": [{"resource": "3107/000012", "item": "name"}],
        "files": [FILE],
    });

    let html = rendered(&everything(), typed, Strictness::Submit);

    let ids = attributes(&html, "id");
    let mut seen = BTreeMap::new();
    for id in &ids {
        *seen.entry(*id).or_insert(0) += 1;
    }
    let twice: Vec<_> = seen.iter().filter(|(_, count)| 1 < **count).collect();
    assert!(twice.is_empty(), "{twice:?}");
    for name in ["for", "aria-describedby"] {
        for target in attributes(&html, name)
            .iter()
            .flat_map(|ids| ids.split(' '))
        {
            assert!(ids.contains(&target), "{name} names {target}");
        }
    }
}

#[test]
fn every_problem_links_to_an_element_of_the_page() {
    let form = everything();
    let typed = json!({
        "period": {"from": "2026-11-01"},
        "contact": {"phone": "1"},
        "table": [{"text": "x"}],
        "resources": [
            {"resource": "3107/000012", "item": "name"},
            {"resource": "gone", "item": "x"},
        ],
    });
    let problems = submitted(&form, typed.clone()).problems;

    let html = rendered(&form, typed, Strictness::Submit);

    let ids = attributes(&html, "id");
    assert!(30 < problems.len());
    for problem in problems {
        let element = problem.element();
        assert!(ids.contains(&&*element), "no {element}");
        let said = handlebars::html_escape(&problem.sentence(&Spoken::zh()));
        assert!(html.contains(&said), "{said} is not said");
    }
}

#[test]
fn markup_in_answers_is_shown_as_text() {
    let html = rendered(
        &everything(),
        json!({
            "text": "\"><script>alert(1)</script>",
            "paragraph": "</textarea>{{t \"x\"}}",
            "table": [{"text": "<b>"}],
        }),
        Strictness::Draft,
    );

    assert!(
        !html.contains("<script>") && !html.contains("<b>\""),
        "{html}"
    );
    assert!(html.contains("&lt;script&gt;"));
    assert!(html.contains("&lt;/textarea&gt;{{t &quot;x&quot;}}"));
}

#[test]
fn no_control_needs_a_script_or_a_style() {
    let html = rendered(&everything(), json!({}), Strictness::Submit);

    for forbidden in [" style=", "<script", " onclick=", " onchange="] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_paragraph_is_shown_letter_for_letter() {
    let html = rendered(
        &form(vec![field("purpose", "paragraph")]),
        json!({"purpose": "一\n  二"}),
        Strictness::Draft,
    );

    // Browsers take off the first line break of a textarea, so the template gives one of its own.
    assert!(html.contains(">\n一\n  二</textarea>"), "{html}");
}

#[test]
fn answers_are_rendered_for_readers() {
    let form = form(vec![
        field("purpose", "paragraph").label("使用场景"),
        field("phone", "phone").label("电话").private(),
        field("proofs", "files"),
        field("resources", "resources").pick_items(),
    ]);
    let answers = submitted(
        &form,
        json!({"purpose": "<一>", "phone": "13803711234", "proofs": [FILE],
            "resources": ["3107/000012/name"]}),
    )
    .answers;
    let (open, _) = split_private(&form, &answers);
    let sections = display(&form, &open, &World, &Spoken::zh(), None);

    let html = registry().render("fields/display", &sections[0]).unwrap();

    assert!(html.contains("&lt;一&gt;"));
    assert!(html.contains("仅办理人可见") && !html.contains("138"));
    assert!(html.contains("依据.pdf") && html.contains("人口基础信息：姓名"));
}
