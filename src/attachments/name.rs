//! File names: shown to other people and offered for download, so nothing in them may mislead either.

use super::Refusal;

/// Characters that a name may have.
pub(super) const LONGEST: usize = 200;

/// The name as it is kept, if it is harmless.
pub(super) fn check(given: &str) -> Result<String, Refusal> {
    let name = given.trim();
    let count = name.chars().count();
    if LONGEST < count {
        return Err(Refusal::LongName { count });
    }
    let harmless = !name.is_empty()
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.chars().any(is_harmful);
    if !harmless {
        return Err(Refusal::BadName {
            file: name.chars().filter(|c| !is_harmful(*c)).collect(),
        });
    }
    Ok(name.to_owned())
}

/// Separators of paths and drives, what shells and Windows read as something else, and what cannot be seen.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || is_invisible(c)
}

/// Direction overrides and marks, zero-width characters, line and paragraph separators, tags, and U+FFFD, which says
/// that the name was not UTF-8.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fffd}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "申请材料.pdf",
            "安全保障方案（定稿）2026-10-13.docx",
            "𠮷田·买买提.png",
            "a b.c.xlsx",
        ] {
            assert_eq!(check(name).as_deref(), Ok(name));
        }
        assert_eq!(check(" a.pdf ").as_deref(), Ok("a.pdf"));
    }

    #[test]
    fn names_that_lead_elsewhere_or_mislead_are_refused() {
        for name in [
            "",
            "  ",
            "..",
            ".htaccess",
            "../../etc/passwd.pdf",
            "a/b.pdf",
            "C:\\a.pdf",
            "a.pdf:stream",
            "a\0.pdf",
            "a\r\nb.pdf",
            "photo\u{202e}gnp.exe",
            "a\u{200b}.pdf",
            "a\u{2066}.pdf",
            "bad\u{fffd}.pdf",
            "a.pdf.",
        ] {
            assert!(
                matches!(check(name), Err(Refusal::BadName { .. })),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_refused_name_is_shown_without_what_made_it_harmful() {
        assert_eq!(
            check("photo\u{202e}gnp.exe"),
            Err(Refusal::BadName {
                file: "photognp.exe".into()
            })
        );
    }

    #[test]
    fn a_name_has_at_most_two_hundred_characters() {
        assert!(check(&"长".repeat(200)).is_ok());
        assert_eq!(
            check(&"长".repeat(201)),
            Err(Refusal::LongName { count: 201 })
        );
    }
}
