//! Handlebars templates, embedded: pages, partials and mails, one registry per language.

use std::sync::LazyLock;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::assets;
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
/// in `.txt`. In a template `{{t "key" name=value}}` is the sentence for `key`, `{{asset "app.css"}}` the address of an
/// asset, `{{coded text}}` a text with its `names` as code, and `{{> icon name="clock"}}` a partial:
/// `templates/partials/icon.hbs`.
pub fn render(
    language: Language,
    name: &str,
    data: &impl Serialize,
) -> Result<String, RenderError> {
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
    // Otherwise every line of a partial takes over the indentation of its call, even the lines typed into a textarea.
    registry.set_prevent_indent(true);
    registry.register_helper("t", Box::new(Translate(language)));
    registry.register_helper("asset", Box::new(AssetPath));
    if escape == Escape::Html {
        registry.register_helper("coded", Box::new(Coded));
    }
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let short = short_name(&name);
        if Escape::of(short) != escape {
            continue;
        }
        if let Err(error) = registry.register_template_string(short, text) {
            tracing::error!(template = short, %error, "a template does not parse");
        }
    }
    registry
}

/// `pages/inbox.hbs` is `pages/inbox`, `partials/icon.hbs` just `icon`.
fn short_name(file: &str) -> &str {
    file.trim_end_matches(".hbs")
        .trim_start_matches("partials/")
}

/// `{{t "key" name=value}}`: a value like any other, so that it is escaped where it is shown, and can be given on.
struct Translate(Language);

impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = text_param(helper, "t")?;
        let values: Vec<(&str, String)> = helper
            .hash()
            .iter()
            .map(|(name, value)| {
                let value = value.value();
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                (*name, text)
            })
            .collect();
        let borrowed: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let sentence = messages::text(self.0, key, &borrowed);
        Ok(ScopedJson::Derived(sentence.into()))
    }
}

/// `{{asset "app.css"}}`.
struct AssetPath;

impl HelperDef for AssetPath {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let path = assets::asset(text_param(helper, "asset")?);
        Ok(ScopedJson::Derived(path.into()))
    }
}

/// `{{coded message}}`: what stands between backticks is shown as code.
struct Coded;

impl HelperDef for Coded {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = text_param(helper, "coded")?;
        out.write(&with_code(text))?;
        Ok(())
    }
}

fn with_code(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(handlebars::html_escape).collect();
    if parts.len().is_multiple_of(2) {
        // A backtick without its counterpart is one.
        return handlebars::html_escape(text);
    }
    let mark = |(at, part): (usize, String)| match at % 2 {
        0 => part,
        _ => format!("<code>{part}</code>"),
    };
    parts.into_iter().enumerate().map(mark).collect()
}

fn text_param<'a>(
    helper: &'a Helper<'_>,
    name: &'static str,
) -> Result<&'a str, RenderErrorReason> {
    helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_all_of_it_is_escaped() {
        assert_eq!(
            with_code("no role `<b>`, `x`"),
            "no role <code>&lt;b&gt;</code>, <code>x</code>"
        );
        assert_eq!(with_code("a ` and <"), "a &#x60; and &lt;");
        assert_eq!(with_code(""), "");
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
