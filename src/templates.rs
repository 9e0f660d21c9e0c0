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

static ZH: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(Language::Zh));
static EN: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(Language::En));

/// Renders `templates/NAME.hbs` (`pages/inbox`, `mail/assigned.html`) with `data`. HTML is escaped unless the name ends
/// in `.txt`. In a template `{{t "key" name=value}}` is the sentence for `key`.
pub fn render(
    language: Language,
    name: &str,
    data: &impl Serialize,
) -> Result<String, handlebars::RenderError> {
    match language {
        Language::Zh => ZH.render(name, data),
        Language::En => EN.render(name, data),
    }
}

fn registry(language: Language) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(false);
    registry.register_helper(
        "t",
        Box::new(
            move |helper: &Helper<'_>,
                  _: &Handlebars<'_>,
                  _: &Context,
                  _: &mut RenderContext<'_, '_>,
                  out: &mut dyn Output| translate(language, helper, out),
        ),
    );
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let short = name.trim_end_matches(".hbs");
        if let Err(error) = registry.register_template_string(short, text) {
            tracing::error!(template = short, %error, "a template does not parse");
        }
    }
    registry
}

fn translate(language: Language, helper: &Helper<'_>, out: &mut dyn Output) -> HelperResult {
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
    out.write(&handlebars::html_escape(&sentence))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
