//! The policies that lie beside the definitions to be checked, in a folder `policies`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::imports;

/// Adds the policies of the folders of `files` to those that were named, each once.
pub(super) fn beside(files: &[PathBuf], named: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let same = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut known: BTreeSet<PathBuf> = files.iter().map(|file| same(file)).collect();
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| Some(file.parent()?.join("policies")))
        .filter(|folder| folder.is_dir())
        .collect();
    for folder in folders {
        let entries =
            std::fs::read_dir(&folder).map_err(|error| imports::unreadable(&folder, &error))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(
                entry
                    .map_err(|error| imports::unreadable(&folder, &error))?
                    .path(),
            );
        }
        paths.sort();
        for path in paths {
            let is_yaml = path
                .extension()
                .is_some_and(|extension| extension == "yaml");
            if is_yaml && known.insert(same(&path)) {
                named.push((path.display().to_string(), imports::text(&path)?));
            }
        }
    }
    Ok(())
}
