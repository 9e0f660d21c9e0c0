//! Words into lines that fit a box: SVG does not wrap.

/// Breaks `text` into as few lines of at most `most` full-width characters as it takes, all about equally long.
pub(super) fn wrap(text: &str, most: f32) -> Vec<String> {
    let pieces = pieces(text, most);
    let widest = fill(&pieces, most);
    if widest.len() < 2 {
        return widest;
    }
    let steps = (0u16..).map(|step| width(text) / len(&widest) + 0.5 * f32::from(step));
    steps
        .take_while(|limit| *limit < most)
        .map(|limit| fill(&pieces, limit))
        .find(|lines| lines.len() == widest.len())
        .unwrap_or(widest)
}

/// As [`wrap`], but of at most `lines` lines; what does not fit is cut, with an ellipsis.
pub(super) fn wrap_in(text: &str, most: f32, lines: usize) -> Vec<String> {
    let all = wrap(text, most);
    if all.len() <= lines {
        return all;
    }
    let mut kept = fill(&pieces(text, most), most);
    kept.truncate(lines);
    if let Some(last) = kept.last_mut() {
        while most < width(last) + 1.0 && last.pop().is_some() {}
        last.push('…');
    }
    kept
}

fn len(lines: &[String]) -> f32 {
    // A box has a handful of lines.
    f32::from(u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX))
}

fn fill(pieces: &[String], most: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for piece in pieces {
        if !line.is_empty() && most < used + width(piece.trim_end()) {
            lines.push(line.trim().to_owned());
            line.clear();
            used = 0.0;
        }
        line.push_str(piece);
        used += width(piece);
    }
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// What may not be broken: a Chinese character with the punctuation behind it, or a word of letters. A word longer than
/// a line is broken all the same.
fn pieces(text: &str, most: f32) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut used = 0.0;
    for letter in text.chars() {
        let own = width_of(letter);
        let sticks = pieces
            .last()
            .is_some_and(|piece| used + own <= most && sticks_to(piece, letter));
        match pieces.last_mut() {
            Some(piece) if sticks => {
                piece.push(letter);
                used += own;
            }
            _ => {
                pieces.push(letter.to_string());
                used = own;
            }
        }
    }
    pieces
}

fn sticks_to(piece: &str, letter: char) -> bool {
    let first = piece.chars().next().is_some_and(is_wide);
    let last = piece.chars().last().unwrap_or(' ');
    let opens = "（《“〔".contains(last);
    let glued = !is_wide(letter) && !" -/".contains(last) && !is_wide(last) && !first;
    // A number keeps its unit: 1 人, 10月.
    let unit = is_wide(letter) && piece.trim_end().ends_with(|end: char| end.is_ascii_digit());
    opens || glued || unit || letter == ' ' || "，。、；：）》”〕".contains(letter)
}

/// The width of a text, in full-width characters.
pub(super) fn width(text: &str) -> f32 {
    text.chars().map(width_of).sum()
}

fn width_of(letter: char) -> f32 {
    match letter {
        ' ' => 0.3,
        _ if is_wide(letter) => 1.0,
        'A'..='Z' | '%' | '@' | 'm' | 'w' => 0.7,
        _ => 0.56,
    }
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

    #[test]
    fn a_word_longer_than_a_line_is_broken_all_the_same() {
        let lines = wrap(&"x".repeat(100), 9.0);

        assert!(lines.iter().all(|line| width(line) <= 9.0), "{lines:?}");
        assert_eq!(lines.concat().len(), 100);
    }

    #[test]
    fn what_is_cut_says_so() {
        let lines = wrap_in("数据级别为三级以上或者涉及个人信息或者涉及第三方", 8.0, 2);

        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| width(line) <= 8.0), "{lines:?}");
    }
}
