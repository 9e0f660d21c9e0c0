//! What stands around the definitions that a command is given: what is shipped, and the registers that lie beside them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::imports;
use crate::workflow::Surroundings;

/// The folder beside a definition in which an administrator's own registers lie.
const REGISTERS: &str = "registers";

/// The names around these files: those that are `shipped`, and the registers beside the files. One of these goes before a
/// shipped one with its id.
pub(super) fn around<'f>(
    shipped: Surroundings,
    files: impl IntoIterator<Item = &'f Path>,
) -> Result<Surroundings, Failure> {
    let mut surroundings = shipped;
    let folders: BTreeSet<PathBuf> = files
        .into_iter()
        .filter_map(|file| Some(file.parent()?.join(REGISTERS)))
        .filter(|folder| folder.is_dir())
        .collect();
    for folder in folders {
        for file in imports::yaml_in(&folder)? {
            surroundings.learn(&imports::text(&file)?);
        }
    }
    Ok(surroundings)
}
