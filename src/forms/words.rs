//! The words of pages, as forms need them: which language of a text, and the sentence behind a key.

use crate::workflow::Text;

/// A language to speak in. The message files are a floor above; their `Language` implements this.
pub trait Words {
    /// The text in this language.
    fn pick<'t>(&self, text: &'t Text) -> &'t str;

    /// The sentence behind a key of the message files, with each `{name}` replaced by its value.
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String;
}

/// A text that reads the same in every language: a number, a name.
pub(super) fn plain(text: impl ToString) -> Text {
    Text {
        zh: text.to_string(),
        en: None,
    }
}
