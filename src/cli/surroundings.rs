//! What stands around the definitions that a command is given: what is shipped, and the registers that lie beside them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::imports;
use crate::workflow::Surroundings;

/// The folder beside a definition in which an administrator's own registers lie.
const REGISTERS: &str = "registers";

/// The names around these files. A register beside them goes before a shipped one of the same id.
pub(super) fn around<'f>(
    files: impl IntoIterator<Item = &'f Path>,
) -> Result<Surroundings, Failure> {
    let mut surroundings = Surroundings::standard();
    let folders: BTreeSet<PathBuf> = files
        .into_iter()
        .filter_map(|file| Some(file.parent()?.join(REGISTERS)))
        .collect();
    for folder in folders {
        for file in registers(&folder) {
            surroundings.learn(&imports::text(&file)?);
        }
    }
    Ok(surroundings)
}

/// The files of a folder, by name; none where there is no such folder.
fn registers(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let yaml = |path: &PathBuf| path.extension().is_some_and(|end| end == "yaml");
    paths.filter(yaml).collect()
}
