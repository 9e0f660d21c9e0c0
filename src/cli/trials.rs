//! `huiqian workflow test`: plays the tests beside definitions and says what of the definitions they go through.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::{Failure, language};
use super::{Answer, imports, print};
use crate::catalogue::Resource;
use crate::directory::Directory;
use crate::messages;
use crate::services::demo;
use crate::trial::coverage::{self, Coverage};
use crate::trial::script::{self, Script, Shelf};
use crate::trial::{Failed, Played, play, timeline};
use crate::web::trials;
use crate::workflow::{self, Finding, Spot, Surroundings, Workflow};

/// What the name of a file of tests ends with.
const TEST: &str = ".test.yaml";
/// How the demonstration's own directory and catalogue are called.
const DEMO: &str = "demo";

/// Plays the tests of these definitions; either file of a pair stands for both.
pub(super) fn test(files: &[PathBuf], min: Option<u8>) -> Result<Answer, Failure> {
    let mut answer = Answer::Fine;
    for definition in definitions(files) {
        if !test_one(&definition, min)? {
            answer = Answer::Findings;
        }
    }
    Ok(answer)
}

/// The definitions of these files, each once.
fn definitions(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let definition = match name.strip_suffix(TEST) {
            Some(stem) => PathBuf::from(format!("{stem}.yaml")),
            None => file.clone(),
        };
        if !all.contains(&definition) {
            all.push(definition);
        }
    }
    all
}

/// Answers whether the definition and its tests are sound, all tests pass and enough is covered.
fn test_one(path: &Path, min: Option<u8>) -> Result<bool, Failure> {
    let name = path.display().to_string();
    let text = imports::text(path)?;
    let Some(mut workflow) = sound(&name, &text) else {
        print(&told("not_sound", &[("path", &name)]));
        return Ok(false);
    };
    let tests = PathBuf::from(format!(
        "{}{TEST}",
        name.strip_suffix(".yaml").unwrap_or(&name)
    ));
    let test_name = tests.display().to_string();
    if !tests.exists() {
        print(&told("untested", &[("path", &name), ("test", &test_name)]));
        return Ok(min.is_none_or(|min| min == 0));
    }
    let guards = coverage::watch(&mut workflow);
    let workflow = Arc::new(workflow);
    let text = imports::text(&tests)?;
    let beside = Beside::new(&tests);
    let script = match script::read(&test_name, &text, &workflow, &beside) {
        Ok(script) => script,
        Err(findings) => {
            show(&findings, &text);
            return Ok(false);
        }
    };
    print(&format!("{name}：{}", workflow.title.zh));
    let played = play_all(&workflow, &script, &test_name);
    let covered = coverage::coverage(&workflow, &guards, &played);
    show_coverage(&covered);
    let enough = min.is_none_or(|min| usize::from(min) <= covered.percent());
    if let Some(min) = min.filter(|_| !enough) {
        let (percent, min) = (covered.percent().to_string(), min.to_string());
        let values = [("path", &*name), ("percent", &*percent), ("min", &*min)];
        print(&told("too_low", &values));
    }
    Ok(enough && played.iter().all(|played| played.failed.is_none()))
}

/// The definition; what is wrong with it is shown. How it runs is asked here, not whether it does what policies demand.
pub(super) fn sound(name: &str, text: &str) -> Option<Workflow> {
    let checked = workflow::read(name, text, &Surroundings::named());
    if checked.workflow.is_none() {
        show(&checked.findings, text);
    }
    checked.workflow
}

/// Findings with the lines that they are about.
pub(super) fn show(findings: &[Finding], text: &str) {
    for finding in findings {
        print(&format!("{}\n", finding.show(text)));
    }
}

fn play_all(workflow: &Arc<Workflow>, script: &Script, file: &str) -> Vec<Played> {
    let mut all = Vec::new();
    for test in &script.tests {
        let played = play(workflow, &script.setting, test);
        let mark = if played.failed.is_none() {
            "✓"
        } else {
            "✗"
        };
        print(&format!(
            "  {}",
            told("case", &[("mark", mark), ("name", &played.name)])
        ));
        if let Some(failed) = &played.failed {
            show_failure(&played, failed, file);
        }
        all.push(played);
    }
    let failed = all.iter().filter(|played| played.failed.is_some()).count();
    let counts = [all.len(), all.len() - failed, failed].map(|count| count.to_string());
    let [every, passed, failed] = &counts;
    let values = [
        ("all", &**every),
        ("passed", &**passed),
        ("failed", &**failed),
    ];
    print(&format!("  {}", told("summary", &values)));
    all
}

/// The step with what is otherwise than expected, and what had happened before.
fn show_failure(played: &Played, failed: &Failed, file: &str) {
    let step = trials::act(failed, &at(file, failed.spot), language());
    print(&format!("      {step}"));
    for difference in &failed.differences {
        let place = at(file, difference.spot);
        let words = trials::differs(played, difference, &place, language());
        print(&format!("      {words}"));
    }
    for running in &played.office.cases {
        let lines = timeline(&played.office, running, &language());
        if lines.is_empty() {
            print(&format!("      {}", told("nothing_before", &[])));
            continue;
        }
        print(&format!("      {}", told("before", &[])));
        for line in lines {
            print(&format!("        {line}"));
        }
    }
}

fn show_coverage(covered: &Coverage) {
    let (percent, parts) = (
        covered.percent().to_string(),
        trials::parts(covered, language()).join("，"),
    );
    print(&format!(
        "  {}",
        told("covered", &[("percent", &percent), ("parts", &parts)])
    ));
    for (heading, items) in trials::missing(covered, language()) {
        print(&format!("    {heading}"));
        for item in items {
            print(&format!("      {item}"));
        }
    }
}

fn at(file: &str, spot: Spot) -> String {
    format!("{file}:{}:{}", spot.line, spot.column)
}

fn told(key: &str, values: &[(&str, &str)]) -> String {
    messages::text(language(), &format!("trial.test.{key}"), values)
}

/// Files beside the one that names them; `demo` is the demonstration's.
pub(super) struct Beside {
    folder: PathBuf,
}

impl Beside {
    pub fn new(file: &Path) -> Self {
        Self {
            folder: file.parent().map(Path::to_path_buf).unwrap_or_default(),
        }
    }

    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(self.folder.join(name)).map_err(|error| error.to_string())
    }
}

impl Shelf for Beside {
    fn directory(&self, name: &str) -> Result<Directory, String> {
        match name {
            DEMO => script::read_directory(demo::DIRECTORY),
            path => script::read_directory(&self.read(path)?),
        }
    }

    fn catalogue(&self, name: &str) -> Result<Vec<Resource>, String> {
        match name {
            DEMO => script::read_catalogue(demo::CATALOGUE),
            path => script::read_catalogue(&self.read(path)?),
        }
    }
}
