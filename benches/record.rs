//! What the benches print is what `docs/benchmarks.md` says: with `--record` a bench writes its tables there itself, between
//! the marks `<!-- measured: NAME -->` and `<!-- end -->`, with the command that did it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

static SAID: Mutex<String> = Mutex::new(String::new());

/// Says a line of Markdown.
pub fn say(line: impl AsRef<str>) {
    println!("{}", line.as_ref());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.push_str(line.as_ref());
    said.push('\n');
}

/// Ends a part: what was said since the last one is written into the page under this name, if that was asked for.
pub fn keep(bench: &str, part: &str) {
    let said = std::mem::take(&mut *SAID.lock().unwrap_or_else(PoisonError::into_inner));
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        // Cargo's own.
        .filter(|argument| argument != "--bench")
        .collect();
    if !arguments.iter().any(|argument| argument == "--record") {
        return;
    }
    let name = [bench, part].join(" ");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/benchmarks.md");
    let text = std::fs::read_to_string(&page).expect("the page of measurements");
    let mark = format!("<!-- measured: {} -->\n", name.trim());
    let (before, rest) = text
        .split_once(&mark)
        .unwrap_or_else(|| panic!("docs/benchmarks.md has no line `{}`", mark.trim()));
    let (_, after) = rest.split_once("<!-- end -->").expect("an end of the part");
    let command = format!("`cargo bench --bench {bench} -- {}`", arguments.join(" "));
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let day = chrono::Utc::now().date_naive();
    let fresh = format!(
        "{before}{mark}\n{command}, {day}, {processors} processors:\n\n{}\n\n<!-- end -->{after}",
        said.trim()
    );
    std::fs::write(&page, fresh).expect("written");
}
