//! QR codes as one path of an inline picture, which the policy of our pages allows.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// The white frame that readers need around the code, in modules.
const FRAME: usize = 4;

/// A QR code, in units of its modules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Qr {
    /// Its width with the frame.
    pub size: usize,
    /// The dark modules, as the path of an SVG.
    pub path: String,
    /// The same for a page that is drawn: from the left, from the top, how many beside each other.
    #[serde(skip)]
    pub runs: Vec<(usize, usize, usize)>,
}

impl Qr {
    /// The code of a text; `None` where the text is too long for one, of which the caller says it in letters as well.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = match QrCode::with_error_correction_level(text, EcLevel::M) {
            Ok(code) => code,
            Err(error) => {
                tracing::warn!(%error, length = text.len(), "no QR code could be made");
                return None;
            }
        };
        let width = code.width();
        let runs: Vec<_> = code
            .to_colors()
            .chunks(width)
            .enumerate()
            .flat_map(|(row, modules)| runs(row + FRAME, modules))
            .collect();
        let path = runs.iter().map(|(left, row, length)| {
            // Each run of dark modules is a rectangle.
            format!("M{left} {row}h{length}v1h-{length}z")
        });
        Some(Self {
            size: width + 2 * FRAME,
            path: path.collect(),
            runs,
        })
    }
}

/// The dark runs of one row.
fn runs(row: usize, modules: &[Color]) -> Vec<(usize, usize, usize)> {
    let mut all = Vec::new();
    let mut column = 0;
    for run in modules.chunk_by(|one, next| one == next) {
        if run.first() == Some(&Color::Dark) {
            all.push((column + FRAME, row, run.len()));
        }
        column += run.len();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_draws_every_dark_module_and_no_other() {
        let text = "https://share.henan.example/verify/01K7A4V0M7Q9H3Z8X2B5C6D7E8";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("short enough");

        let drawn = Qr::of(text).expect("short enough");

        let dark = code.to_colors().into_iter();
        let dark = dark.filter(|color| *color == Color::Dark).count();
        let lengths = drawn.path.split('h').skip(1).step_by(2).map(|part| {
            let number: String = part.chars().take_while(char::is_ascii_digit).collect();
            number.parse::<usize>().expect("a length")
        });
        assert_eq!(lengths.sum::<usize>(), dark);
        assert_eq!(drawn.size, code.width() + 8);
        // The corner of the first finder pattern stands right inside the frame.
        assert!(drawn.path.starts_with("M4 4h7v1h-7z"), "{}", drawn.path);
    }

    #[test]
    fn what_is_too_long_for_a_code_gives_none() {
        assert_eq!(Qr::of(&"x".repeat(5000)), None);
    }
}
