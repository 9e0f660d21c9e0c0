//! A sentence for people, in both languages.

use std::fmt;

/// A sentence in Chinese and in English. It shows itself in Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Both at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh)
    }
}

/// The name among `known` that was probably meant by `written`, if one is near enough.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// The help «did you mean …», or the list of what there is when nothing is near and the list is short.
pub fn suggestion<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<Words> {
    if let Some(name) = nearest(written, known.clone()) {
        return Some(Words::new(
            format!("是否想写 `{name}`?"),
            format!("did you mean `{name}`?"),
        ));
    }
    let names: Vec<&str> = known.into_iter().collect();
    if names.is_empty() || 16 < names.len() {
        return None;
    }
    Some(Words::new(
        format!("可用的有: {}", names.join("、")),
        format!("there are: {}", names.join(", ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name_that_was_meant() {
        assert_eq!(
            nearest("requred", ["required", "request"]),
            Some("required")
        );
    }

    #[test]
    fn a_name_far_from_all_others_finds_none() {
        assert_eq!(nearest("colour", ["required", "title"]), None);
    }
}
