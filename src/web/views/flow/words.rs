//! Words into lines that fit a box: SVG does not wrap.

/// Breaks `text` into as few lines of at most `most` full-width characters as it takes, all about equally long.
pub(super) fn wrap(text: &str, most: f32) -> Vec<String> {
    let pieces = pieces(text);
    let widest = fill(&pieces, most);
    let steps = (0u8..).map(|step| width(text) / len(&widest) + 0.5 * f32::from(step));
    steps
        .take_while(|limit| *limit < most)
        .map(|limit| fill(&pieces, limit))
        .find(|lines| lines.len() == widest.len())
        .unwrap_or(widest)
}

fn len(lines: &[String]) -> f32 {
    // A box has a handful of lines.
    f32::from(u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX))
}

fn fill(pieces: &[String], most: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() && most < width(line.trim_end()) + width(piece.trim_end()) {
            lines.push(line.trim().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// What may not be broken: a Chinese character with the punctuation behind it, or a word of letters.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for letter in text.chars() {
        let sticks = pieces.last().is_some_and(|piece: &String| {
            let glued = !is_wide(letter) && !piece.ends_with(' ') && !piece.chars().any(is_wide);
            // A number keeps its unit: 1 人, 10月.
            let unit =
                is_wide(letter) && piece.trim_end().ends_with(|end: char| end.is_ascii_digit());
            glued || unit || letter == ' ' || "，。、；：）》”〕".contains(letter)
        });
        match pieces.last_mut() {
            Some(piece) if sticks => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

fn width(text: &str) -> f32 {
    text.chars()
        .map(|letter| match letter {
            ' ' => 0.3,
            _ if is_wide(letter) => 1.0,
            _ => 0.56,
        })
        .sum()
}

fn is_wide(letter: char) -> bool {
    u32::from(letter) >= 0x2000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_are_wrapped_and_never_cut() {
        let title = "需求部门共享工作机构负责人同意";

        let lines = wrap(title, 9.0);

        assert_eq!(lines, ["需求部门共享工作", "机构负责人同意"]);
        assert!(lines.iter().all(|line| width(line) <= 9.0), "{lines:?}");
    }

    #[test]
    fn a_number_keeps_its_unit() {
        let lines = wrap("已签 1 人，待签并等待会办 12 人", 7.0);

        assert!(
            lines.iter().all(|line| !line.starts_with('人')),
            "{lines:?}"
        );
    }

    #[test]
    fn words_of_letters_are_not_broken() {
        assert_eq!(
            wrap("Business review", 9.0),
            vec!["Business review".to_owned()]
        );
        assert_eq!(
            wrap("Integrated approval step", 9.0),
            vec!["Integrated".to_owned(), "approval step".to_owned()]
        );
    }
}
