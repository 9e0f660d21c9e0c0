//! The Chinese font of the papers: where it is, which of its faces, and how wide its letters are.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use krilla::text::{Font, Tag};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

/// Folders where systems keep fonts.
const FOLDERS: &[&str] = &["/usr/share/fonts", "/usr/local/share/fonts"];

/// Folders in folders that are looked into.
const DEPTH: usize = 4;

/// Fonts by the beginning of their file's name, the best first: 宋体 as official papers have it, then 黑体.
const KNOWN: &[&str] = &[
    "notoserifcjk-regular",
    "notoserifcjksc-regular",
    "notoserifsc-regular",
    "sourcehanserifsc-regular",
    "sourcehanserifcn-regular",
    "sourcehanserif-regular",
    "notoserifcjk-vf",
    "notoserifsc",
    "simsun",
    "notosanscjk-regular",
    "notosanscjksc-regular",
    "notosanssc-regular",
    "sourcehansanssc-regular",
    "sourcehansanscn-regular",
    "sourcehansans-regular",
    "notosanscjk-vf",
    "notosanssc",
    "wqy-zenhei",
    "wqy-microhei",
];

/// Letters that a font for our papers has.
const NEEDED: [char; 4] = ['会', '签', '销', '〔'];

/// Stands for letters that the font lacks, as printers have always marked them.
const LACKING: char = '〓';

/// Why there is no font.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFont {
    /// No setting names one, and none was found.
    #[error("no Chinese font was found")]
    Found,
    /// What the setting names cannot be used.
    #[error("{0} is no font with Chinese letters")]
    Unusable(String),
}

/// The file of the font: the one that the setting names, or else the best of those that are installed.
///
/// # Errors
/// [`NoFont::Found`] where nothing is named and nothing installed.
pub fn find(named: Option<&Path>) -> Result<PathBuf, NoFont> {
    if let Some(named) = named {
        return match named.is_file() {
            true => Ok(named.to_owned()),
            false => Err(NoFont::Unusable(named.display().to_string())),
        };
    }
    let mut best: Option<(usize, PathBuf)> = None;
    for folder in FOLDERS {
        look_into(Path::new(folder), DEPTH, &mut best);
    }
    best.map(|(_, path)| path).ok_or(NoFont::Found)
}

/// Whether there is a font; one that a setting names is read for it, of one that is installed its name is enough.
///
/// # Errors
/// As [`find`] and [`Face::open`].
pub fn usable(named: Option<&Path>) -> Result<(), NoFont> {
    let path = find(named)?;
    match named {
        Some(_) => Face::open(&path).map(|_| ()),
        None => Ok(()),
    }
}

fn look_into(folder: &Path, depth: usize, best: &mut Option<(usize, PathBuf)>) {
    // A folder that is not there or not ours to read has no font for us.
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if 0 < depth {
                look_into(&path, depth - 1, best);
            }
            continue;
        }
        let rank = rank(&entry.file_name().to_string_lossy());
        let better = |rank: &usize| best.as_ref().is_none_or(|(known, _)| rank < known);
        if let Some(rank) = rank.filter(better) {
            *best = Some((rank, path));
        }
    }
}

fn rank(file_name: &str) -> Option<usize> {
    let name = file_name.to_lowercase();
    let is_font = [".ttf", ".otf", ".ttc", ".otc"]
        .iter()
        .any(|end| name.ends_with(end));
    let known = || KNOWN.iter().position(|known| name.starts_with(known));
    is_font.then(known).flatten()
}

/// A face of a font, read into memory.
pub struct Face {
    data: Arc<Vec<u8>>,
    index: u32,
    weighted: bool,
    /// The same for the writer of the PDF.
    pub font: Font,
}

/// The face that papers are being made with. Fonts are large (26 MB), so papers made at the same time share it, and it
/// goes with the last of them.
static OPEN: Mutex<Option<(PathBuf, Weak<Face>)>> = Mutex::new(None);

impl Face {
    /// Reads the font's face for simplified Chinese.
    ///
    /// # Errors
    /// [`NoFont::Unusable`] where the file is no font or lacks Chinese letters.
    pub fn open(path: &Path) -> Result<Arc<Self>, NoFont> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.as_ref().filter(|(opened, _)| opened == path);
        if let Some(face) = known.and_then(|(_, face)| face.upgrade()) {
            return Ok(face);
        }
        let face = Self::read(path).ok_or_else(|| NoFont::Unusable(path.display().to_string()))?;
        let face = Arc::new(face);
        *open = Some((path.to_owned(), Arc::downgrade(&face)));
        Ok(face)
    }

    fn read(path: &Path) -> Option<Self> {
        let data = match std::fs::read(path) {
            Ok(data) => Arc::new(data),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a font cannot be read");
                return None;
            }
        };
        let index = simplified(&data)?;
        let weighted = {
            let font = FontRef::from_index(&data, index).ok()?;
            let letters = font.charmap();
            if !NEEDED.iter().all(|letter| letters.map(*letter).is_some()) {
                return None;
            }
            font.axes().get_by_tag(skrifa::Tag::new(b"wght")).is_some()
        };
        // A font with all weights in one begins with the thinnest.
        let weights: &[(Tag, f32)] = match weighted {
            true => &[(Tag::new(b"wght"), REGULAR)],
            false => &[],
        };
        let font = Font::new_variable(Arc::clone(&data).into(), index, weights)?;
        Some(Self {
            data,
            index,
            weighted,
            font,
        })
    }

    /// Calls `with` with the measures of its letters.
    ///
    /// # Errors
    /// [`NoFont::Unusable`]: not after it was opened.
    pub fn measured<T>(&self, with: impl FnOnce(&Letters<'_>) -> T) -> Result<T, NoFont> {
        let font = FontRef::from_index(&self.data, self.index)
            .map_err(|error| NoFont::Unusable(error.to_string()))?;
        let location = match self.weighted {
            true => font.axes().location([("wght", REGULAR)]),
            false => skrifa::instance::Location::default(),
        };
        let letters = Letters {
            charmap: font.charmap(),
            metrics: font.glyph_metrics(Size::unscaled(), LocationRef::from(&location)),
            em: self.font.units_per_em(),
        };
        Ok(with(&letters))
    }
}

const REGULAR: f32 = 400.0;

/// The face of a collection that is for simplified Chinese; the first where none says so.
fn simplified(data: &[u8]) -> Option<u32> {
    let FileRef::Collection(collection) = FileRef::new(data).ok()? else {
        return Some(0);
    };
    let is_simplified = |index: &u32| {
        let Ok(font) = collection.get(*index) else {
            return false;
        };
        let name = font.localized_strings(StringId::FAMILY_NAME);
        let name: String = name
            .english_or_first()
            .map(|name| name.chars().collect())
            .unwrap_or_default();
        name.ends_with(" SC") || name.ends_with(" CN")
    };
    Some((0..collection.len()).find(is_simplified).unwrap_or(0))
}

/// The letters of a face.
pub struct Letters<'f> {
    charmap: skrifa::charmap::Charmap<'f>,
    metrics: GlyphMetrics<'f>,
    em: f32,
}

/// One letter as the font draws it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// Its number in the font.
    pub id: u32,
    /// What is read there: itself, or 〓 where the font lacks it.
    pub reads: char,
    /// How wide it is, in ems.
    pub advance: f32,
}

impl Letters<'_> {
    /// The letter, or the mark for one that the font lacks.
    #[must_use]
    pub fn letter(&self, wanted: char) -> Letter {
        let found = [wanted, LACKING, '?']
            .into_iter()
            .find_map(|letter| Some((letter, self.charmap.map(letter)?)));
        let (reads, id) = found.unwrap_or((wanted, skrifa::GlyphId::NOTDEF));
        let advance = self.metrics.advance_width(id).unwrap_or(self.em);
        Letter {
            id: id.to_u32(),
            reads,
            advance: advance / self.em,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_typeface_comes_before_a_sans_and_other_files_do_not_count() {
        let ranks = ["NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc"].map(rank);

        assert!(ranks[0] < ranks[1], "{ranks:?}");
        assert_eq!(rank("NotoSerifCJK-Regular.txt"), None);
        assert_eq!(rank("DejaVuSans.ttf"), None);
    }

    #[test]
    fn a_file_that_is_no_font_or_not_there_is_named() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");

        let refused = Face::open(&here).err();
        let missing = find(Some(Path::new("/nowhere/song.ttf")));

        assert_eq!(refused, Some(NoFont::Unusable(here.display().to_string())));
        assert_eq!(missing, Err(NoFont::Unusable("/nowhere/song.ttf".into())));
    }
}
