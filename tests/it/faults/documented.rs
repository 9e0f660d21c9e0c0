//! The table of faults names tests that there are.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// The functions of all sources and tests, as one text.
fn functions() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests"), &mut files);
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .map(|path| std::fs::read_to_string(path).expect("a source"))
        .collect()
}

#[test]
fn every_test_that_the_table_of_faults_names_is_there() {
    let page = include_str!("../../../docs/faults.md");
    let (table, _) = page.split_once("## Measured").expect("what was measured");
    let functions = functions();
    let rows: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter(|line| !line.starts_with("| fault "))
        .collect();
    assert!(10 <= rows.len(), "the table was not read");
    for row in rows {
        let cells: Vec<&str> = row.split('|').collect();
        let tests: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test: {row}");
        for test in tests {
            let is_there = functions.contains(&format!("fn {test}()"));
            assert!(is_there, "`{test}` is not there");
        }
    }
}
