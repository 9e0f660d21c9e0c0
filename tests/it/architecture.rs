//! The house: a file uses its own floor or a lower one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floor of each module of the crate. `notify` writes and sends mail and knows nothing of cases, so it stands below
/// `services`, which gather its facts.
const FLOORS: &[(u8, &[&str])] = &[
    (
        1,
        &[
            "workflow",
            "engine",
            "trial",
            "forms",
            "calendar",
            "expression",
            "diagram",
            "directory",
            "catalogue",
        ],
    ),
    (
        2,
        &[
            "config",
            "counters",
            "clock",
            "auth",
            "messages",
            "templates",
            "documents",
            "assets",
            "attachments",
            "audit",
            "notify",
        ],
    ),
    (3, &["storage"]),
    (4, &["services"]),
    (5, &["web", "jobs", "cli"]),
];

fn floors() -> BTreeMap<&'static str, u8> {
    FLOORS
        .iter()
        .flat_map(|(floor, modules)| modules.iter().map(|module| (*module, *floor)))
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module of the crate that a file belongs to.
fn module(path: &Path, source: &Path) -> String {
    let inside = path.strip_prefix(source).expect("inside src");
    let first = inside
        .components()
        .next()
        .expect("a name")
        .as_os_str()
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules that a text names behind `crate::`, tests beside the code left out, alone or in a group.
fn named(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut names = Vec::new();
    for part in code.split("crate::").skip(1) {
        let word: String = part
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        if !word.is_empty() {
            names.push(word);
            continue;
        }
        let group: String = part
            .trim_start_matches('{')
            .chars()
            .take_while(|letter| *letter != '}')
            .collect();
        let members = group.split(',').map(|member| {
            member
                .trim()
                .split("::")
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        names.extend(members.filter(|member| !member.is_empty()));
    }
    names
}

#[test]
fn no_file_reaches_up() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (floors, mut all) = (floors(), Vec::new());
    files(&source, &mut all);
    assert!(100 < all.len(), "the source folder was not read");

    let mut reaching = Vec::new();
    for path in &all {
        let own = module(path, &source);
        let Some(floor) = floors.get(own.as_str()) else {
            continue;
        };
        let text = std::fs::read_to_string(path).expect("a source file");
        for name in named(&text) {
            if floors.get(name.as_str()).is_some_and(|used| floor < used) {
                reaching.push(format!("{} uses {name}", path.display()));
            }
        }
    }

    assert!(
        reaching.is_empty(),
        "files that reach up:\n{}",
        reaching.join("\n")
    );
}

#[test]
fn every_module_has_its_floor() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(source.join("lib.rs")).expect("lib.rs");
    let floors = floors();

    let homeless: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|name| name.trim_end_matches(';'))
        .filter(|name| !floors.contains_key(name))
        .collect();

    assert!(homeless.is_empty(), "modules without a floor: {homeless:?}");
}

#[test]
fn only_storage_speaks_sql_and_only_services_open_transactions() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let code = |path: &Path| {
        std::fs::read_to_string(path)
            .expect("a source file")
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .to_owned()
    };

    let sql: Vec<String> = all
        .iter()
        .filter(|path| module(path, &source) != "storage" && code(path).contains("diesel::"))
        .map(|path| path.display().to_string())
        .collect();
    let transactions: Vec<String> = all
        .iter()
        .filter(|path| !["storage", "services"].contains(&module(path, &source).as_str()))
        .filter(|path| code(path).contains("db.write(") || code(path).contains("db.read("))
        .map(|path| path.display().to_string())
        .collect();

    assert!(sql.is_empty(), "SQL outside of storage: {sql:?}");
    assert!(
        transactions.is_empty(),
        "transactions outside of services: {transactions:?}"
    );
}
