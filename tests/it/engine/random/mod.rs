//! Workflows at random, with blocks nested in blocks, as text that the check accepts, out of a tape of numbers: zeros give
//! the plainest one.

mod blocks;
mod clocks;
mod stage;
mod tape;

pub use tape::Tape;

use huiqian::workflow::{self, Surroundings, Workflow};
use proptest::test_runner::{Config, RngSeed};

use crate::support::world::with_form;

/// How a property is tried. `cargo test` tries a few cases, the same ones each time, so that it fails only for what was
/// changed; `PROPTEST_CASES=20000` tries that many, and others each time.
pub fn tried(cases: u32) -> Config {
    let many = std::env::var_os("PROPTEST_CASES").is_some();
    let few = Config {
        cases,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    };
    Config {
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..if many { Config::default() } else { few }
    }
}

/// What is asked; `reply` belongs to a branch, `seen` to a task.
const FORM: &str = "{id: amount, type: integer, label: 数量, required: true}
{id: note, type: text, label: 说明}
{id: until, type: date, label: 截止}
{id: providers, type: departments, label: 提供部门}
{id: kinds, type: choices, label: 类别, options: {a: 甲, b: 乙, c: 丙}}
{id: rows, type: table, label: 清单, columns: [{id: name, type: text, label: 名称}, {id: size, type: integer, label: 数量}]}";

/// What only some definitions fill in: a section, and the word by which it is known that they do.
const SECTIONS: &[(&str, &str)] = &[
    (
        "[reply",
        "  - section: answer
    title: 答复
    per: branch
    fields:
      - {id: reply, type: integer, label: 答复}
",
    ),
    (
        "seen]",
        "  - section: reading
    title: 阅读
    per: task
    fields:
      - {id: seen, type: integer, label: 已阅}
",
    ),
];

/// What may stand anywhere.
const GUARDS: &[&str] = &[
    "form.amount < 5",
    "form.amount >= 5",
    "form.amount > 2 && form.amount < 8",
    "rounds(\"{first}\") < 2",
    "!done(\"{first}\")",
    "form.providers != null",
    "form.kinds == null",
    "10 / form.amount > 1",
];

/// What may stand in a branch of a foreach as well; the last two only where the branch's own answers are.
const BRANCH_GUARDS: &[&str] = &[
    "part.key != \"Q\"",
    "part.verdict == null",
    "form.reply == null",
    "form.reply > 3",
];

/// A workflow that the check accepts, and its text: the first of ever plainer ones.
pub fn workflow(numbers: &[u8]) -> Option<(Workflow, String)> {
    [Freedom::All, Freedom::NoRoutes, Freedom::Plain]
        .into_iter()
        .find_map(|freedom| {
            let yaml = definition(&mut Tape::new(numbers), freedom);
            let read = workflow::read("random.yaml", &yaml, &Surroundings::standard());
            read.workflow.map(|workflow| (workflow, yaml))
        })
}

/// How much a definition may say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Freedom {
    /// Stages and blocks as they come.
    Plain,
    /// Whatever is accepted by itself.
    NoRoutes,
    /// Targets of its own.
    All,
}

/// What stands where is decided first, so that targets can name what comes later.
struct Item {
    id: String,
    kind: Kind,
}

enum Kind {
    Stage,
    Group(Vec<Item>),
    Aside(Vec<Item>),
    Foreach(Vec<Item>),
    Parallel(Vec<Vec<Item>>),
    Wait,
    Start,
}

/// The words around an item.
#[derive(Clone, Default)]
struct Around {
    /// The ids of its own list.
    list: Vec<String>,
    /// Those of the lists around it, up to the next foreach.
    outer: Vec<String>,
    /// What stands before the blocks around it, beyond a foreach too: only a return goes there.
    before: Vec<String>,
    /// By what name the branch's department goes.
    department: Option<String>,
    in_foreach: bool,
    in_branch: bool,
    /// Whether the branch has answers of its own.
    replies: bool,
    /// What stands first of all, and the first stage outside every foreach.
    first: String,
    stage: Option<String>,
}

impl Around {
    /// The words around what is inside a block.
    fn inside(&self, list: &[Item], block: &Item) -> Self {
        let mut inside = self.clone();
        inside.list = ids(list);
        inside.before.extend(self.preceding(&block.id));
        match block.kind {
            Kind::Foreach(_) => {
                inside.outer.clear();
                inside.in_foreach = true;
                inside.in_branch = true;
            }
            Kind::Parallel(_) => {
                inside.outer.extend(self.list.iter().cloned());
                inside.in_branch = true;
            }
            _ => inside.outer.extend(self.list.iter().cloned()),
        }
        inside
    }

    /// Guards that can be read here.
    fn guard(&self, tape: &mut Tape<'_>) -> String {
        let guard = match (self.in_foreach && tape.once_in(2), self.replies) {
            (true, true) => tape.one_of(BRANCH_GUARDS),
            (true, false) => tape.one_of(&BRANCH_GUARDS[..2]),
            (false, _) => tape.one_of(GUARDS),
        };
        guard.replace("{first}", &self.first)
    }

    /// Where the run may go from here; `words` besides.
    fn target(&self, tape: &mut Tape<'_>, words: &[&str]) -> String {
        let mut all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        all.extend(self.list.iter().chain(&self.outer).cloned());
        if self.in_branch {
            all.push("void".into());
        }
        if !self.in_foreach {
            all.push("rejected".into());
        }
        tape.one_of(&all)
    }

    /// Where a stage may be returned to: what stands before it, out of a foreach too.
    fn earlier(&self, tape: &mut Tape<'_>, id: &str) -> String {
        let mut all = self.before.clone();
        all.extend(self.preceding(id));
        all.push("applicant".into());
        tape.one_of(&all)
    }

    fn preceding(&self, id: &str) -> impl Iterator<Item = String> {
        let own = self.list.iter().take_while(move |other| *other != id);
        own.filter(|other| !other.starts_with('a')).cloned()
    }

    /// Where it goes when nothing else is said.
    fn otherwise(&self, id: &str) -> String {
        match (self.following(id), self.in_branch) {
            (Some(following), _) => following.clone(),
            (None, true) => "passed".to_owned(),
            (None, false) => "approved".to_owned(),
        }
    }

    /// What follows an item in its list.
    fn following(&self, id: &str) -> Option<&String> {
        let at = self.list.iter().position(|known| known == id)?;
        self.list[at + 1..]
            .iter()
            .find(|next| !next.starts_with('a'))
    }
}

fn first_stage(list: &[Item]) -> Option<String> {
    list.iter().find_map(|item| match &item.kind {
        Kind::Stage => Some(item.id.clone()),
        Kind::Group(inside) => first_stage(inside),
        _ => None,
    })
}

fn ids(list: &[Item]) -> Vec<String> {
    list.iter().map(|item| item.id.clone()).collect()
}

fn definition(tape: &mut Tape<'_>, freedom: Freedom) -> String {
    let mut names = 0;
    let items = shape(tape, &mut names, (0, 4));
    let mut draft = Draft {
        freedom,
        replies: None,
        led_to: Vec::new(),
        text: String::new(),
    };
    let around = Around {
        list: ids(&items),
        first: items[0].id.clone(),
        stage: first_stage(&items),
        ..Around::default()
    };
    for item in &items {
        draft.item(tape, item, "  ", &around);
    }
    let filled = SECTIONS
        .iter()
        .filter(|(word, _)| draft.text.contains(word));
    let sections: String = filled.map(|(_, section)| *section).collect();
    let mut text = draft.text;
    if !sections.contains("reply") {
        for guard in &BRANCH_GUARDS[2..] {
            text = text.replace(guard, BRANCH_GUARDS[0]);
        }
    }
    with_form(FORM, &format!("{sections}\nstages:\n{text}"))
}

/// One list of stages and blocks; the deeper, the fewer. What is entered by name only does not stand first.
fn shape(tape: &mut Tape<'_>, names: &mut usize, (depth, most): (usize, usize)) -> Vec<Item> {
    let count = 1 + tape.below(most);
    (0..count)
        .map(|index| item(tape, names, depth, index == 0))
        .collect()
}

fn item(tape: &mut Tape<'_>, names: &mut usize, depth: usize, first: bool) -> Item {
    let blocks = if depth < 3 { 12 } else { 7 };
    let (letter, kind) = match tape.below(blocks) {
        0..=4 => ("s", Kind::Stage),
        5 => ("w", Kind::Wait),
        6 => ("c", Kind::Start),
        8 if !first => ("a", Kind::Aside(Vec::new())),
        7 | 8 => ("g", Kind::Group(Vec::new())),
        9 => ("p", Kind::Parallel(Vec::new())),
        _ => ("f", Kind::Foreach(Vec::new())),
    };
    let id = format!("{letter}{names}");
    *names += 1;
    let mut list = |tape: &mut Tape<'_>| shape(tape, names, (depth + 1, 2));
    let kind = match kind {
        Kind::Group(_) => Kind::Group(list(tape)),
        Kind::Aside(_) => Kind::Aside(list(tape)),
        Kind::Foreach(_) => Kind::Foreach(list(tape)),
        Kind::Parallel(_) => {
            let branches = 2 + tape.below(2);
            Kind::Parallel((0..branches).map(|_| list(tape)).collect())
        }
        Kind::Stage | Kind::Wait | Kind::Start => kind,
    };
    Item { id, kind }
}

/// The text so far.
struct Draft {
    freedom: Freedom,
    /// The foreach whose branches have answers of their own.
    replies: Option<String>,
    /// The asides that something leads to.
    led_to: Vec<String>,
    text: String,
}

impl Draft {
    fn line(&mut self, indent: &str, text: &str) {
        self.text.push_str(&format!("{indent}{text}\n"));
    }

    /// Whether something that the check may refuse is written here.
    fn may(&self, tape: &mut Tape<'_>, least: Freedom, times: usize) -> bool {
        tape.once_in(times) && least <= self.freedom
    }

    /// Where it goes after passing: sometimes elsewhere; always to an aside that nothing leads to yet.
    fn next(&mut self, tape: &mut Tape<'_>, indent: &str, id: &str, around: &Around) {
        let asides = around.list.iter().filter(|other| other.starts_with('a'));
        let forgotten: Vec<String> = asides
            .filter(|aside| !self.led_to.contains(aside))
            .cloned()
            .collect();
        let mut ways = Vec::new();
        for aside in &forgotten {
            ways.push((around.guard(tape), aside.clone()));
        }
        self.led_to.extend(forgotten);
        if self.may(tape, Freedom::All, 4) {
            let to = around.target(tape, &["applicant", "again", "passed"]);
            ways.push((around.guard(tape), to));
        }
        if ways.is_empty() {
            return;
        }
        let ways: String = ways
            .iter()
            .map(|(when, to)| format!("{{when: '{when}', goto: {to}}}, "))
            .collect();
        let last = around.otherwise(id);
        self.line(indent, &format!("next: [{ways}{{goto: {last}}}]"));
    }

    fn item(&mut self, tape: &mut Tape<'_>, item: &Item, indent: &str, around: &Around) {
        match &item.kind {
            Kind::Stage => self.stage(tape, &item.id, indent, around),
            Kind::Wait => self.wait(tape, &item.id, indent, around),
            Kind::Start => self.start(tape, &item.id, indent, around),
            Kind::Group(_) | Kind::Aside(_) | Kind::Foreach(_) | Kind::Parallel(_) => {
                self.block(tape, item, indent, around);
            }
        }
    }
}

#[test]
fn most_tapes_give_a_workflow_and_every_kind_of_block_comes() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let numbers = proptest::collection::vec(proptest::num::u8::ANY, 200..201);
    let tried = 100;
    let mut accepted = Vec::new();
    for _ in 0..tried {
        let numbers = proptest::strategy::Strategy::new_tree(&numbers, &mut runner).expect("bytes");
        accepted.extend(workflow(&proptest::strategy::ValueTree::current(&numbers)));
    }

    assert!(
        tried * 6 < accepted.len() * 10,
        "{} of {tried}",
        accepted.len()
    );
    for word in [
        "group:",
        "parallel:",
        "foreach:",
        "aside:",
        "wait:",
        "start:",
        "await:",
        "every:",
        "signals:",
        "order: sequence",
        "return:",
        "record:",
        "refused:",
        "next:",
    ] {
        let with = accepted.iter().filter(|(_, yaml)| yaml.contains(word));
        assert!(4 < with.count(), "hardly any with `{word}`");
    }
}
