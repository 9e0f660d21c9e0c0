//! What holds for every page: it is valid, accessible and complete in both languages, and needs no inline code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use scraper::{Html, Selector};

use super::samples::{Sample, all};
use crate::assets;
use crate::messages::{self, Language};

fn select<'a>(html: &'a Html, css: &str) -> Vec<scraper::ElementRef<'a>> {
    let selector = Selector::parse(css).expect("a selector");
    html.select(&selector).collect()
}

fn each_page(check: impl Fn(&Sample, &Html)) {
    for sample in all() {
        let html = Html::parse_document(&sample.html);
        check(&sample, &html);
    }
}

fn label(sample: &Sample) -> String {
    format!("{} ({})", sample.name, sample.language.tag())
}

#[test]
fn every_page_has_one_heading_a_language_and_a_title() {
    each_page(|sample, html| {
        assert_eq!(select(html, "h1").len(), 1, "{}", label(sample));
        let root = select(html, "html");
        assert_eq!(root[0].attr("lang"), Some(sample.language.tag()));
        let title: String = select(html, "title")[0].text().collect();
        let product = messages::text(sample.language, "product.name", &[]);
        assert!(
            title.ends_with(&format!(" - {product}")) && title.len() > product.len() + 3,
            "{}: {title}",
            label(sample)
        );
    });
}

#[test]
fn no_page_has_inline_style_or_code() {
    each_page(|sample, html| {
        assert!(select(html, "style").is_empty(), "{}", label(sample));
        for script in select(html, "script") {
            assert!(script.text().all(str::is_empty), "{}", label(sample));
            assert!(script.attr("src").is_some(), "{}", label(sample));
        }
        for element in select(html, "*") {
            for (name, value) in element.value().attrs() {
                assert!(
                    name != "style" && !name.starts_with("on"),
                    "{}: {name}",
                    label(sample)
                );
                assert!(!value.starts_with("javascript:"), "{}", label(sample));
            }
        }
    });
}

#[test]
fn every_id_is_there_once_and_every_reference_is_met() {
    each_page(|sample, html| {
        let mut ids = BTreeSet::new();
        for element in select(html, "[id]") {
            let id = element.attr("id").unwrap_or_default();
            assert!(ids.insert(id.to_owned()), "{}: {id}", label(sample));
        }
        for attribute in [
            "for",
            "aria-describedby",
            "aria-labelledby",
            "data-count-for",
        ] {
            for element in select(html, &format!("[{attribute}]")) {
                for id in element.attr(attribute).unwrap_or_default().split(' ') {
                    assert!(ids.contains(id), "{}: {attribute}={id}", label(sample));
                }
            }
        }
        for link in select(html, "a[href^='#']") {
            let id = &link.attr("href").unwrap_or_default()[1..];
            assert!(ids.contains(id), "{}: #{id}", label(sample));
        }
    });
}

#[test]
fn every_control_has_a_name() {
    each_page(|sample, html| {
        let labelled: BTreeSet<&str> = select(html, "label[for]")
            .iter()
            .filter_map(|label| label.attr("for"))
            .collect();
        for control in select(html, "input:not([type=hidden]), select, textarea") {
            let by_label = control.attr("id").is_some_and(|id| labelled.contains(id));
            let inside = control
                .ancestors()
                .filter_map(scraper::ElementRef::wrap)
                .any(|parent| parent.value().name() == "label");
            assert!(
                by_label || inside || control.attr("aria-label").is_some(),
                "{}: {}",
                label(sample),
                control.html()
            );
        }
        for button in select(html, "button:not([aria-hidden]), a[href]") {
            let words: String = button.text().collect();
            assert!(
                !words.trim().is_empty(),
                "{}: {}",
                label(sample),
                button.html()
            );
        }
    });
}

#[test]
fn every_form_that_changes_something_sends_the_token() {
    each_page(|sample, html| {
        for form in select(html, "form[method=post]") {
            let token = Selector::parse("input[name=csrf]").expect("a selector");
            let values: Vec<_> = form
                .select(&token)
                .filter_map(|input| input.attr("value"))
                .collect();
            assert_eq!(values.len(), 1, "{}: {}", label(sample), form.html());
            assert!(!values[0].is_empty(), "{}", label(sample));
        }
    });
}

#[test]
fn headings_do_not_skip_a_level() {
    each_page(|sample, html| {
        let mut before = 1;
        for heading in select(html, "main h1, main h2, main h3, main h4") {
            let level = heading.value().name().as_bytes()[1] - b'0';
            assert!(level <= before + 1, "{}: {}", label(sample), heading.html());
            before = level;
        }
    });
}

#[test]
fn every_address_of_an_asset_leads_to_one() {
    each_page(|sample, html| {
        let prefix = format!("/assets/{}/", assets::hash());
        let mut seen = 0;
        for element in select(html, "[href^='/assets/'], [src^='/assets/']") {
            let address = element.attr("href").or(element.attr("src")).unwrap_or("");
            let rest = address.strip_prefix(&prefix).unwrap_or(address);
            let (name, symbol) = rest.split_once('#').unwrap_or((rest, ""));
            let asset = assets::find(name);
            assert!(asset.is_some(), "{}: {address}", label(sample));
            if let (false, Some(asset)) = (symbol.is_empty(), asset) {
                let sprite = String::from_utf8_lossy(&asset.bytes).into_owned();
                let id = format!("id=\"{symbol}\"");
                assert!(sprite.contains(&id), "{}: {symbol}", label(sample));
            }
            seen += 1;
        }
        assert!(seen >= 4, "{}", label(sample));
    });
}

#[test]
fn no_page_shows_a_key_or_a_placeholder() {
    let key = |word: &str| {
        word.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '.' || letter == '_'))
            .any(|part| part.starts_with("pages.") && part.len() > "pages.".len())
    };
    each_page(|sample, html| {
        for words in select(html, "body")[0].text() {
            assert!(!key(words), "{}: {words}", label(sample));
            assert!(
                !words.contains('{') && !words.contains('}'),
                "{}: {words}",
                label(sample)
            );
        }
    });
}

#[test]
fn the_english_frame_of_a_page_has_no_chinese() {
    let english = all()
        .into_iter()
        .find(|sample| sample.name == "login" && sample.language == Language::En);
    let html = Html::parse_document(&english.expect("the login page").html);

    let words: String = select(
        &html,
        "main label, main button, main h1, main .meta:not(.blk)",
    )
    .iter()
    .flat_map(|element| element.text())
    .collect();

    assert!(
        words.chars().all(|letter| u32::from(letter) < 0x3000),
        "{words}"
    );
}

#[test]
fn what_people_typed_is_escaped_and_kept_to_the_letter() {
    use super::{ErrorView, Fact, Problem, Shell, page};
    let typed = "<script>alert('1')</script>\n    {{t \"x\"}} & \"quoted\"";
    let view = ErrorView::new(Problem::Conflict, "1", Language::Zh)
        .kept(vec![Fact::new("意见说明", typed)]);

    let html = page(&Shell::default(), &view).expect("renders");

    assert!(!html.contains("<script>alert"));
    let parsed = Html::parse_document(&html);
    let shown: String = select(&parsed, "dd .keep")[0].text().collect();
    assert_eq!(shown, typed);
}

#[test]
fn a_textarea_keeps_its_lines() {
    use super::{Discussion, Shell, page};
    let typed = "第一行\n  第二行\n\n第四行";
    let sample = super::samples::case_sample(Language::Zh);
    let view = super::CaseView {
        discussion: Discussion {
            value: typed.into(),
            ..sample.discussion.clone()
        },
        ..sample
    };

    let html = page(&Shell::default(), &view).expect("renders");

    let parsed = Html::parse_document(&html);
    let kept: String = select(&parsed, "textarea#talk")[0].text().collect();
    assert_eq!(kept, typed);
}

fn files_under(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

/// The keys used in `text`, after each of `openings`.
fn keys_in(text: &str, openings: &[&str]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for opening in openings {
        for (at, _) in text.match_indices(opening) {
            let rest = &text[at + opening.len()..];
            let key: String = rest.chars().take_while(|letter| *letter != '"').collect();
            keys.insert(key);
        }
    }
    keys
}

#[test]
fn every_key_that_a_template_or_a_view_uses_has_a_sentence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in files_under(&root.join("templates"), ".hbs") {
        let text = fs::read_to_string(&path).expect("a template");
        for key in keys_in(&text, &["{{t \"", "(t \""]) {
            used.insert(key, path.clone());
        }
    }
    let sources = files_under(&root.join("src/web"), ".rs");
    for path in sources
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
    {
        let text = fs::read_to_string(&path).expect("a source file");
        let tables = ["pages.", "workflows."];
        let found = tables.iter().flat_map(|table| {
            let keys = keys_in(&text, &[&format!("\"{table}")]);
            keys.into_iter().map(move |key| format!("{table}{key}"))
        });
        for key in found {
            let is_key = key
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '.' || letter == '_');
            if is_key && !key.ends_with('.') {
                used.insert(key, path.clone());
            }
        }
    }

    assert!(used.len() > 200, "only {} keys found", used.len());
    for (key, path) in used {
        assert!(
            messages::has(Language::Zh, &key),
            "{key}, used in {}",
            path.display()
        );
    }
}

fn leaves(prefix: &str, table: &toml::Table, all: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = format!("{prefix}.{key}");
        match value {
            toml::Value::Table(inner) => leaves(&path, inner, all),
            other => {
                all.insert(path, other.as_str().unwrap_or_default().to_owned());
            }
        }
    }
}

fn sentences(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("templates/messages")
        .join(language);
    let mut all = BTreeMap::new();
    for file in ["pages.toml", "workflows.toml"] {
        let text = fs::read_to_string(folder.join(file)).expect("the messages");
        leaves("", &text.parse().expect("a table"), &mut all);
    }
    all
}

/// The names between braces.
fn holes(sentence: &str) -> BTreeSet<&str> {
    sentence
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn english_has_the_keys_of_chinese_with_the_same_values() {
    let (chinese, english) = (sentences("zh"), sentences("en"));

    assert_eq!(
        chinese.keys().collect::<Vec<_>>(),
        english.keys().collect::<Vec<_>>()
    );
    for (key, sentence) in &chinese {
        assert_eq!(holes(sentence), holes(&english[key]), "{key}");
    }
}

/// With `HUIQIAN_GALLERY=FOLDER` every sample is written there, with the assets beside, to be looked at in a browser.
#[test]
fn the_gallery_is_written_where_it_is_asked_for() {
    let Some(folder) = std::env::var_os("HUIQIAN_GALLERY").map(PathBuf::from) else {
        return;
    };
    fs::create_dir_all(folder.join("assets")).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for path in files_under(&source, "") {
        let name = path.file_name().expect("a file");
        fs::copy(&path, folder.join("assets").join(name)).expect("copied");
    }
    for sample in all() {
        let prefix = format!("/assets/{}/", assets::hash());
        let html = sample.html.replace(&prefix, "assets/");
        let name = match sample.language {
            Language::Zh => format!("{}.html", sample.name),
            Language::En => format!("{}.en.html", sample.name),
        };
        fs::write(folder.join(name), html).expect("written");
    }
}
