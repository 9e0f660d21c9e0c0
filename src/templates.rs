//! Handlebars templates, embedded: pages, partials and mails, one registry per language.

use std::sync::LazyLock;

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason,
};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::messages::{self, Language};

#[derive(RustEmbed)]
#[folder = "templates"]
#[include = "*.hbs"]
struct Files;

static ZH: LazyLock<Registries> = LazyLock::new(|| Registries::of(Language::Zh));
static EN: LazyLock<Registries> = LazyLock::new(|| Registries::of(Language::En));

// Escaping is a property of a whole registry, so what is HTML and what is plain text are kept apart.
struct Registries {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
}

/// What becomes of a value on its way into the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Html,
    Nothing,
}

impl Escape {
    fn of(name: &str) -> Self {
        if name.ends_with(".txt") {
            Self::Nothing
        } else {
            Self::Html
        }
    }

    fn apply(self, text: &str) -> String {
        match self {
            Self::Html => handlebars::html_escape(text),
            Self::Nothing => text.to_owned(),
        }
    }
}

impl Registries {
    fn of(language: Language) -> Self {
        Self {
            html: registry(language, Escape::Html),
            text: registry(language, Escape::Nothing),
        }
    }

    fn holding(&self, name: &str) -> &Handlebars<'static> {
        match Escape::of(name) {
            Escape::Html => &self.html,
            Escape::Nothing => &self.text,
        }
    }
}

/// Renders `templates/NAME.hbs` (`pages/inbox`, `mail/assigned.html`) with `data`. HTML is escaped unless the name ends
/// in `.txt`. In a template `{{t "key" name=value}}` is the sentence for `key`.
pub fn render(
    language: Language,
    name: &str,
    data: &impl Serialize,
) -> Result<String, handlebars::RenderError> {
    let registries: &Registries = match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    };
    registries.holding(name).render(name, data)
}

fn registry(language: Language, escape: Escape) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(false);
    registry.register_escape_fn(move |text| escape.apply(text));
    registry.register_helper(
        "t",
        Box::new(
            move |helper: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output| translate(language, escape, helper, out),
        ),
    );
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let short = name.trim_end_matches(".hbs");
        if Escape::of(short) != escape {
            continue;
        }
        if let Err(error) = registry.register_template_string(short, text) {
            tracing::error!(template = short, %error, "a template does not parse");
        }
    }
    registry
}

fn translate(
    language: Language,
    escape: Escape,
    helper: &Helper<'_>,
    out: &mut dyn Output,
) -> HelperResult {
    let key = helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .ok_or(RenderErrorReason::ParamNotFoundForIndex("t", 0))?;
    let values: Vec<(&str, String)> = helper
        .hash()
        .iter()
        .map(|(name, value)| {
            (
                *name,
                value
                    .value()
                    .as_str()
                    .map_or_else(|| value.value().to_string(), str::to_owned),
            )
        })
        .collect();
    let borrowed: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let sentence = messages::text(language, key, &borrowed);
    out.write(&escape.apply(&sentence))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(escape: Escape, template: &str) -> String {
        registry(Language::Zh, escape)
            .render_template(template, &serde_json::json!({"name": "<b>\"A & B\"</b>"}))
            .expect("renders")
    }

    #[test]
    fn html_escapes_values_and_sentences() {
        let page = rendered(Escape::of("mail/letter.html"), "{{name}}|{{t name}}");

        assert!(!page.contains('<'), "{page}");
        assert!(page.contains("&amp;"), "{page}");
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        let text = rendered(Escape::of("mail/letter.txt"), "{{name}}|{{t name}}");

        assert_eq!(text, "<b>\"A & B\"</b>|<b>\"A & B\"</b>");
    }

    #[test]
    fn every_template_parses() {
        for name in Files::iter() {
            let file = Files::get(&name).expect("listed, so there");
            let text = String::from_utf8_lossy(&file.data);
            Handlebars::new()
                .register_template_string(&name, text)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
