//! A diagram as Mermaid text, for wikis and chats that draw it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::progress::{FILING, Mark};
use super::sketch::{Branch, List, Shape, Sketch, Step, Tone};

impl Sketch {
    /// The diagram as a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut writer = Writer {
            sketch: self,
            names: names(self),
            text: String::from("flowchart TD\n"),
            runs: String::new(),
            ways: String::new(),
            classes: BTreeMap::new(),
        };
        writer.list(&self.list, 1, true);
        let mut text = writer.text;
        text.push_str(&writer.runs);
        text.push_str(&writer.ways);
        for (mark, names) in writer.classes {
            let (class, style) = look(mark);
            // Writing into a string cannot fail.
            let _ = writeln!(text, "  classDef {class} {style}");
            let _ = writeln!(text, "  class {} {class}", names.join(","));
        }
        text
    }
}

/// What is known of a name that something leads to.
struct Named {
    /// Its name in the text.
    name: String,
    /// The first card inside it; its own name where there is none.
    first: String,
    /// The blocks around it, by their names.
    around: Vec<String>,
}

/// How a mark looks. The colours are those of the pages.
fn look(mark: u8) -> (&'static str, &'static str) {
    match mark {
        0 => ("done", "fill:#e4f2ea,stroke:#17633f"),
        1 => ("now", "fill:#1c4f8f,stroke:#1c4f8f,color:#fff"),
        2 => ("todo", "fill:#f8f9fb,stroke:#7a8694,stroke-dasharray:4 3"),
        3 => ("skipped", "fill:#fff,stroke:#7a8694,stroke-dasharray:1 3"),
        4 => ("bad", "fill:#fbeae8,stroke:#a3241a"),
        _ => ("void", "fill:#e8ecf1,stroke:#495464"),
    }
}

fn number(mark: Mark) -> u8 {
    match mark {
        Mark::Done => 0,
        Mark::Now => 1,
        Mark::ToCome => 2,
        Mark::Skipped => 3,
        Mark::Refused => 4,
        Mark::Void => 5,
    }
}

/// Names that Mermaid takes for nothing else: a letter for the kind before what the definition calls it.
fn names(sketch: &Sketch) -> BTreeMap<String, Named> {
    let mut names = BTreeMap::new();
    collect(&sketch.list, &[], &mut names);
    names
}

fn collect(list: &List, around: &[String], names: &mut BTreeMap<String, Named>) {
    for exit in &list.exits {
        let name = name("x", &exit.id);
        names.insert(
            exit.id.clone(),
            Named {
                first: name.clone(),
                name,
                around: around.to_vec(),
            },
        );
    }
    for step in &list.steps {
        let own = name("s", &step.id);
        names.insert(
            step.id.clone(),
            Named {
                first: first(step),
                name: own.clone(),
                around: around.to_vec(),
            },
        );
        let mut inner = around.to_vec();
        inner.push(own);
        for branch in &step.inside {
            collect(&branch.list, &inner, names);
        }
    }
}

/// The first card of a block.
fn first(step: &Step) -> String {
    let inside = step
        .inside
        .first()
        .and_then(|branch| branch.list.steps.first());
    inside.map_or_else(|| name("s", &step.id), first)
}

fn name(prefix: &str, id: &str) -> String {
    if id == FILING {
        return "filing".to_owned();
    }
    let mut name = format!("{prefix}_");
    for letter in id.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter),
            '_' => name.push('_'),
            // What ids do not have, so that no two names are the same.
            other => {
                let _ = write!(name, "_u{:x}", u32::from(other));
            }
        }
    }
    name
}

/// Words as they may stand in quotes.
fn quoted(words: &str) -> String {
    let mut out = String::from("\"");
    for letter in words.chars() {
        match letter {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\\' => out.push_str("#92;"),
            '\n' | '\r' | '\t' => out.push(' '),
            // Parts lines; becomes markup when all else has been quoted.
            '\u{1}' => out.push('\u{1}'),
            other if other < ' ' => {}
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

struct Writer<'a> {
    sketch: &'a Sketch,
    names: BTreeMap<String, Named>,
    text: String,
    /// All lines, written behind all blocks: a name that a block has not yet claimed would be drawn outside of it.
    runs: String,
    ways: String,
    classes: BTreeMap<u8, Vec<String>>,
}

impl Writer<'_> {
    fn put(&mut self, depth: usize, line: &str) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn run(&mut self, from: &str, words: &str, to: &str) {
        let _ = writeln!(self.runs, "  {from} -->{} {to}", label(words));
    }

    fn mark(&mut self, name: &str, mark: Option<Mark>) {
        if let Some(mark) = mark {
            let names = self.classes.entry(number(mark)).or_default();
            names.push(name.to_owned());
        }
    }

    /// A list, and the run through it. The case's own list ends at its first end.
    fn list(&mut self, list: &List, depth: usize, whole: bool) {
        self.runs(list, whole);
        for step in &list.steps {
            self.step(step, depth);
        }
        for exit in &list.exits {
            let name = name("x", &exit.id);
            self.put(depth, &format!("{name}([{}])", quoted(&exit.title)));
            self.mark(&name, exit.mark);
        }
    }

    fn runs(&mut self, list: &List, whole: bool) {
        let mains: Vec<&Step> = mains(list).collect();
        for pair in mains.windows(2) {
            if pair[0].falls {
                let (from, to) = (name("s", &pair[0].id), name("s", &pair[1].id));
                self.run(&from, "", &to);
            }
        }
        if let (Some(last), Some(end), true) = (mains.last(), list.exits.first(), whole)
            && last.falls
        {
            let (from, to) = (name("s", &last.id), name("x", &end.id));
            self.run(&from, "", &to);
        }
    }

    fn step(&mut self, step: &Step, depth: usize) {
        let own = name("s", &step.id);
        let words = quoted(&self.words(step)).replace('\u{1}', "<br/>");
        let card = match step.shape {
            Shape::Wait => format!("{own}({words})"),
            Shape::Start => format!("{own}[[{words}]]"),
            _ => format!("{own}[{words}]"),
        };
        match step
            .inside
            .iter()
            .any(|branch| !branch.list.steps.is_empty())
        {
            false => self.put(depth, &card),
            true => {
                self.put(depth, &format!("subgraph {own}[{words}]"));
                match step.shape {
                    Shape::Parallel => self.branches(step, depth + 1),
                    _ => {
                        for branch in &step.inside {
                            self.list(&branch.list, depth + 1, false);
                        }
                    }
                }
                self.put(depth, "end");
            }
        }
        self.mark(&own, step.standing.as_ref().map(|standing| standing.mark));
        self.ways(step);
    }

    fn branches(&mut self, step: &Step, depth: usize) {
        let (part, meet) = (name("p", &step.id), name("m", &step.id));
        self.put(depth, &format!("{part}{{{{{}}}}}", quoted(&step.kind)));
        for branch in &step.inside {
            self.branch(branch, (&part, &meet), depth);
        }
        let join = step.join.as_ref().map_or("", |join| join.words.as_str());
        self.put(depth, &format!("{meet}{{{{{}}}}}", quoted(join)));
    }

    fn branch(&mut self, branch: &Branch, (part, meet): (&str, &str), depth: usize) {
        let mains: Vec<&Step> = mains(&branch.list).collect();
        let when = branch.own_condition().map(|when| when.words.clone());
        let words = match (branch.title.as_str(), when) {
            ("", None) => String::new(),
            ("", Some(when)) => format!("{}{when}", self.sketch.terms.only_when),
            (title, None) => title.to_owned(),
            (title, Some(when)) => {
                let terms = &self.sketch.terms;
                format!("{title}{}{}{when}", terms.colon, terms.only_when)
            }
        };
        match mains.first() {
            Some(first) => self.run(part, &words, &name("s", &first.id)),
            None => self.run(part, &words, meet),
        }
        self.list(&branch.list, depth, false);
        if let Some(last) = mains.last().filter(|last| last.falls) {
            self.run(&name("s", &last.id), "", meet);
        }
    }

    /// What a card says, its lines parted by a character that no title has.
    fn words(&self, step: &Step) -> String {
        let mut lines = vec![step.title.clone()];
        if let Some(when) = step.when.as_ref().filter(|_| !self.sketch.of_case) {
            lines.push(format!("{}{}", self.sketch.terms.only_when, when.words));
        }
        match &step.standing {
            Some(standing) if !standing.note.is_empty() => lines.push(standing.note.clone()),
            _ => lines.extend(step.about.iter().cloned()),
        }
        if !self.sketch.of_case {
            let chips: Vec<&str> = step.chips.iter().map(|chip| chip.text.as_str()).collect();
            if !chips.is_empty() {
                lines.push(chips.join(&self.sketch.terms.comma));
            }
        }
        let shown = lines.iter().map(|line| line.replace('\u{1}', " "));
        shown.collect::<Vec<_>>().join("\u{1}")
    }

    fn ways(&mut self, step: &Step) {
        for way in &step.ways {
            let goal = way.goal.as_ref().and_then(|goal| self.names.get(goal));
            let (Some(goal), Some(own)) = (goal, self.names.get(&step.id)) else {
                continue;
            };
            // Mermaid draws no line from a block to what is inside it or back: it begins or ends at the first card.
            let inside = own.around.contains(&goal.name) || own.name == goal.name;
            let to = if inside { &goal.first } else { &goal.name };
            let from = match own.name == goal.name {
                true => &own.first,
                false => &own.name,
            };
            let arrow = match way.tone {
                Tone::Next => "-->",
                Tone::Refused | Tone::Return | Tone::Late | Tone::Signal => "-.->",
            };
            let _ = writeln!(self.ways, "  {from} {arrow}{} {to}", label(&way.text));
        }
    }
}

fn label(words: &str) -> String {
    match words {
        "" => String::new(),
        words => format!("|{}|", quoted(words)),
    }
}

/// The steps on the run's way.
fn mains(list: &List) -> impl Iterator<Item = &Step> {
    list.steps.iter().filter(|step| step.shape != Shape::Aside)
}
