//! SVG, Mermaid and words of a definition, and the command that draws them.

use std::path::Path;
use std::time::{Duration, Instant};

use huiqian::diagram::{Canvas, Size};
use huiqian::messages::Language;

use super::{of_all_kinds, sketch, sketch_in};
use crate::drafts::{DRAFTS, surroundings};
use crate::support::shell::Shell;
use crate::support::world::{definition, with_stages, workflow};

const PAGE: Canvas<'_> = Canvas {
    size: Size {
        width: 1040,
        across: true,
    },
    alone: false,
    id: "flow",
};
const FILE: Canvas<'_> = Canvas {
    size: Size {
        width: 326,
        across: false,
    },
    alone: true,
    id: "flow",
};

/// Compares with a file. With `HUIQIAN_GOLDEN` set, the file is written instead, to be looked at before it is kept.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/diagrams/golden")
        .join(name);
    if std::env::var_os("HUIQIAN_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("written");
    }
    let known = std::fs::read_to_string(&path).expect(name);
    assert_eq!(known, text, "{name}");
}

#[test]
fn the_words_say_what_the_drawing_shows() {
    golden("all.txt", &sketch(&of_all_kinds(), None).outline_text());
    let english = sketch_in(Language::En, &of_all_kinds(), None);
    golden("all.en.txt", &english.outline_text());
}

#[test]
fn mermaid_has_blocks_branches_and_ways() {
    golden("all.mmd", &sketch(&of_all_kinds(), None).mermaid());
}

#[test]
fn every_step_end_and_way_is_written_in_the_drawing() {
    let workflow = of_all_kinds();
    for canvas in [PAGE, FILE] {
        let (svg, _) = sketch(&workflow, None).svg(canvas);

        // Titles that are cut in lines are whole in what one reads when pointing at them.
        for node in workflow.nodes() {
            assert!(svg.contains(&node.title.zh), "{}", node.id);
        }
        for words in [
            "1 或 10 个工作日",
            "补正逾期 5 个工作日",
            "不予共享",
            "会签",
            "申请续期",
        ] {
            let plain = svg.replace(' ', "");
            assert!(plain.contains(&words.replace(' ', "")), "{words}");
        }
    }
}

#[test]
fn a_drawing_in_a_page_has_no_style_of_its_own_and_a_file_needs_none_around_it() {
    let workflow = of_all_kinds();

    let (page, _) = sketch(&workflow, None).svg(PAGE);
    let (file, _) = sketch(&workflow, None).svg(FILE);

    assert!(!page.contains("style") && !page.contains("xmlns"));
    assert!(file.contains("<style>") && file.contains("xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(!file.contains("var("));
}

#[test]
fn the_drafts_keep_to_the_width_of_a_phone_and_of_a_page() {
    for (key, text) in DRAFTS {
        let checked = huiqian::workflow::read(key, text, &surroundings());
        let sketch = sketch(&checked.workflow.expect("sound"), None);
        for canvas in [FILE, PAGE] {
            let (svg, _) = sketch.svg(canvas);

            let document = roxmltree::Document::parse(&svg).expect("well-formed");
            let width = document.root_element().attribute("width");
            let width: i32 = width.expect("a width").parse().expect("a number");
            assert!(width <= canvas.size.width, "{key}: {width}");
        }
    }
}

#[test]
fn what_is_written_cannot_become_markup() {
    let title = "'<b>\"甲\" & `乙` #1</b> ]-->{x}'";
    let workflow = workflow(&with_stages(&format!(
        "  - {{stage: look, title: {title}, who: section_head@applicant, refused: [{{when: form.amount == 3, goto: applicant}}, {{goto: rejected}}]}}"
    )));
    let plain = "<b>\"甲\" & `乙` #1</b> ]-->{x}";
    let sketch = sketch(&workflow, None);

    for text in [sketch.svg(FILE).0, sketch.svg(PAGE).0, sketch.bpmn()] {
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let elements: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("b"))
            .collect();
        assert!(elements.is_empty());
        let said = document.descendants().any(|node| {
            let words = node.text().unwrap_or_default();
            words.contains(plain) || node.attribute("name") == Some(plain)
        });
        assert!(said, "{text}");
    }
    let mermaid = sketch.mermaid();
    let line = mermaid.lines().find(|line| line.contains("s_look["));
    let line = line.expect("the stage");
    assert_eq!(line.matches('"').count(), 2, "{line}");
    assert!(!line.contains("<b>") && !line.contains('`'), "{line}");
}

#[test]
fn both_languages_have_the_same_sentences_for_diagrams() {
    let keys = |language: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("templates/messages")
            .join(language)
            .join("diagram.toml");
        let text = std::fs::read_to_string(path).expect("the messages");
        let table: toml::Table = text.parse().expect("a table");
        let mut keys = Vec::new();
        collect("", &table, &mut keys);
        keys
    };

    assert_eq!(keys("zh"), keys("en"));
}

/// The keys, each with the names between its braces.
fn collect(prefix: &str, table: &toml::Table, keys: &mut Vec<(String, Vec<String>)>) {
    for (key, value) in table {
        let path = format!("{prefix}.{key}");
        match value {
            toml::Value::Table(inner) => collect(&path, inner, keys),
            other => {
                let words = other.as_str().unwrap_or_default();
                let mut holes: Vec<String> = words
                    .split('{')
                    .skip(1)
                    .filter_map(|part| part.split_once('}'))
                    .map(|(name, _)| name.to_owned())
                    .collect();
                holes.sort_unstable();
                keys.push((path, holes));
            }
        }
    }
}

#[test]
fn no_sentence_is_missing() {
    for language in [Language::Zh, Language::En] {
        let sketch = sketch_in(language, &of_all_kinds(), None);

        for text in [sketch.outline_text(), sketch.mermaid(), sketch.svg(FILE).0] {
            assert!(!text.contains("diagram."), "{text}");
        }
    }
}

#[test]
fn the_largest_definition_draws_in_a_moment() {
    let mut stages = String::new();
    for number in 0..900 {
        stages.push_str(&format!(
            "  - {{stage: s{number}, title: 需求部门共享工作机构负责人第{number}次审核同意, who: share_office_head@applicant, due: 10wd, refused: s{}}}\n",
            number / 2
        ));
    }
    let text = definition("", "{id: note, type: text, label: 说明}", &stages, "");
    let workflow = workflow(&text);

    let started = Instant::now();
    let sketch = sketch(&workflow, None);
    let length = sketch.svg(FILE).0.len() + sketch.svg(PAGE).0.len() + sketch.bpmn().len();
    let taken = started.elapsed();

    assert!(900 * 500 < length);
    // Three drawings, unoptimised, on a busy machine.
    assert!(taken < Duration::from_secs(10), "{taken:?}");
}

const SMALL: &str = "workflow: trial\ntitle: 试验\nnumber: 试〔{year}〕{seq}号\nwho: applicant\nform:\n  - section: request\n    title: 申请\n    fields:\n      - {id: note, type: text, label: 说明}\nstages:\n  - {stage: look, title: 看, who: section_head@applicant}\nends:\n  approved: {title: 已办结}\n";

#[test]
fn the_command_draws_in_every_format() {
    let shell = Shell::new();
    shell.write("trial.yaml", SMALL);

    for (format, begins) in [
        ("svg", "<svg "),
        ("mermaid", "flowchart TD"),
        ("bpmn", "<?xml "),
        ("text", "流程图：试验"),
    ] {
        let said = shell.run(&["workflow", "diagram", "trial.yaml", "--format", format]);

        assert_eq!((said.code, said.err.as_str()), (0, ""), "{format}");
        assert!(said.out.starts_with(begins), "{}", said.out);
    }
}

#[test]
fn a_definition_with_errors_is_not_drawn() {
    let shell = Shell::new();
    shell.write("trial.yaml", SMALL.replace("section_head@", "sectionhead@"));

    let said = shell.run(&["workflow", "diagram", "trial.yaml"]);

    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("trial.yaml:11"), "{}", said.err);
}

#[test]
fn a_block_that_everything_leads_out_of_does_not_go_on() {
    let workflow = workflow(&with_stages(
        "  - group: both
    title: 两步
    stages:
      - {stage: first, title: 一, who: section_head@applicant, next: last}
  - {stage: middle, title: 中, who: section_head@applicant, when: form.amount == 1}
  - {stage: last, title: 末, who: dept_leader@applicant, refused: middle}",
    ));
    let sketch = sketch(&workflow, None);

    let falls: Vec<(&str, bool)> = sketch
        .steps()
        .skip(1)
        .map(|step| (step.id.as_str(), step.falls))
        .collect();

    assert_eq!(
        falls,
        [
            ("both", false),
            ("first", false),
            ("middle", true),
            ("last", true)
        ]
    );
}
