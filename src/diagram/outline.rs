//! A diagram in words: nested lists, for those who do not see it.

use super::progress::Mark;
use super::sketch::{Branch, List, Shape, Sketch, Step, Way};

/// An entry of a nested list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// What it says.
    pub text: String,
    /// How far it is: `done now todo bad skipped void`; empty in a definition.
    pub state: &'static str,
    /// What belongs to it.
    pub inside: Vec<Entry>,
}

impl Sketch {
    /// The whole as a nested list.
    #[must_use]
    pub fn outline(&self) -> Vec<Entry> {
        let mut entries = self.list(&self.list);
        let ends: Vec<Entry> = self
            .list
            .exits
            .iter()
            .map(|exit| plain(exit.title.clone()))
            .collect();
        if !ends.is_empty() {
            entries.push(Entry {
                text: self.terms.exits.clone(),
                state: "",
                inside: ends,
            });
        }
        entries
    }

    /// The whole as text, one entry a line, indented.
    #[must_use]
    pub fn outline_text(&self) -> String {
        let mut text = format!("{}\n", self.terms.heading);
        write(&self.outline(), 0, &mut text);
        text
    }

    /// A sentence or two: of a case what is done and what is going on, of a definition the steps in order.
    #[must_use]
    pub fn summary(&self) -> String {
        let titles = |mark: Option<Mark>| {
            let steps = self.list.steps.iter().filter(|step| {
                mark.is_none() || step.standing.as_ref().map(|own| own.mark) == mark
            });
            let titles: Vec<&str> = steps.map(|step| step.title.as_str()).collect();
            titles.join(&self.terms.and)
        };
        if !self.of_case {
            return format!("{}{}", titles(None), self.terms.stop);
        }
        let said = |(mark, word): &(Mark, String)| {
            let titles = titles(Some(*mark));
            let sentence = format!("{word}{}{titles}{}", self.terms.colon, self.terms.stop);
            (!titles.is_empty()).then_some(sentence)
        };
        self.terms.marks.iter().filter_map(said).collect()
    }

    /// What a step says when one points at it: all of it, nothing cut.
    pub(super) fn tooltip(&self, step: &Step) -> String {
        let mut parts = vec![self.headline(step)];
        parts.extend(self.facts(step));
        parts.join(&self.terms.stop)
    }

    /// The same without what it is called.
    pub(super) fn about(&self, step: &Step) -> String {
        self.facts(step).join(&self.terms.stop)
    }

    fn list(&self, list: &List) -> Vec<Entry> {
        list.steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Step) -> Entry {
        let mut inside: Vec<Entry> = self.facts(step).into_iter().map(plain).collect();
        inside.extend(step.branches.iter().map(|branch| Entry {
            text: self.branch_line(step, branch),
            state: state(branch.mark),
            inside: Vec::new(),
        }));
        match (step.shape, step.inside.as_slice()) {
            (Shape::Parallel, branches) => {
                inside.extend(branches.iter().map(|branch| self.branch(branch)));
            }
            (_, lists) => inside.extend(lists.iter().flat_map(|branch| self.list(&branch.list))),
        }
        inside.extend(step.ways.iter().map(|way| plain(self.way(way))));
        Entry {
            text: self.headline(step),
            state: step
                .standing
                .as_ref()
                .map_or("", |standing| state(standing.mark)),
            inside,
        }
    }

    /// 科室审核（签署），已完成
    fn headline(&self, step: &Step) -> String {
        let mut text = format!(
            "{}{}{}{}",
            step.title, self.terms.open, step.kind, self.terms.close
        );
        if let Some(standing) = &step.standing {
            text.push_str(&self.terms.comma);
            text.push_str(self.terms.mark(standing.mark));
        }
        text
    }

    fn facts(&self, step: &Step) -> Vec<String> {
        let mut facts = Vec::new();
        facts.extend(step.remark.iter().map(|remark| remark.text.clone()));
        let noted = step.standing.as_ref().filter(|own| !own.note.is_empty());
        if let Some(when) = step.when.as_ref().filter(|_| !self.of_case) {
            facts.push(self.condition(&when.words, &when.guard));
        }
        match noted {
            Some(standing) => facts.push(standing.note.clone()),
            None => facts.extend(step.about.iter().cloned()),
        }
        if !step.chips.is_empty() && !self.of_case {
            let chips: Vec<&str> = step.chips.iter().map(|chip| chip.text.as_str()).collect();
            facts.push(chips.join(&self.terms.comma));
        }
        if let Some(join) = step.join.as_ref().filter(|_| !self.of_case) {
            facts.push(join.words.clone());
        }
        facts
    }

    fn condition(&self, words: &str, guard: &str) -> String {
        let (open, close) = (&self.terms.open, &self.terms.close);
        format!("{}{words}{open}{guard}{close}", self.terms.only_when)
    }

    fn branch(&self, branch: &Branch) -> Entry {
        // A branch of one step is that step.
        if let ([only], true, None) = (
            branch.list.steps.as_slice(),
            branch.title.is_empty(),
            branch.own_condition(),
        ) {
            let step = self.step(only);
            let (branch, colon) = (&self.terms.branch, &self.terms.colon);
            return Entry {
                text: format!("{branch}{colon}{}", step.text),
                ..step
            };
        }
        let first = branch.list.steps.first().map(|step| step.title.as_str());
        let title = match branch.title.is_empty() {
            true => first.unwrap_or_default(),
            false => &branch.title,
        };
        let mut inside = Vec::new();
        if let Some(when) = branch.own_condition().filter(|_| !self.of_case) {
            inside.push(plain(self.condition(&when.words, &when.guard)));
        }
        inside.extend(self.list(&branch.list));
        Entry {
            text: format!("{}{}{title}", self.terms.branch, self.terms.colon),
            state: branch.mark.map_or("", state),
            inside,
        }
    }

    fn way(&self, way: &Way) -> String {
        let guard = way.guard.as_ref().map_or_else(String::new, |guard| {
            format!("{}{guard}{}", self.terms.open, self.terms.close)
        });
        format!("{}{guard}{}{}", way.text, self.terms.to, way.goal_title)
    }
}

fn plain(text: String) -> Entry {
    Entry {
        text,
        state: "",
        inside: Vec::new(),
    }
}

fn state(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "done",
        Mark::Now => "now",
        Mark::ToCome => "todo",
        Mark::Skipped => "skipped",
        Mark::Refused => "bad",
        Mark::Void => "void",
    }
}

fn write(entries: &[Entry], depth: usize, text: &mut String) {
    for entry in entries {
        text.push_str(&"  ".repeat(depth));
        text.push_str("- ");
        text.push_str(&entry.text);
        text.push('\n');
        write(&entry.inside, depth + 1, text);
    }
}
