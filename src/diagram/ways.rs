//! The ways out of a stage or block that are written down, and those that everyone expects: 不同意.

use std::collections::BTreeSet;

use crate::expression::{Expression, Phrase, Sign, Term};
use crate::workflow::{Asks, Await, ClockRule, Kind, Node, OverdueAct, Stage, Target, Workflow};

use super::labels::Lexicon;
use super::progress::FILING;
use super::read::Reader;
use super::sketch::{Leaving, Tone, Way};

/// The case, or a branch: what `passed`, `refused` and `void` are about.
pub(super) struct Level<'a> {
    workflow: &'a Workflow,
    /// The branch's name; `None` is the case itself.
    branch: Option<String>,
    /// The exits that something leads to.
    used: BTreeSet<&'static str>,
    /// The step that comes next in the list being read.
    following: Option<String>,
    /// Whether the list being read is that of the level itself.
    own: bool,
}

impl<'a> Level<'a> {
    pub fn case(workflow: &'a Workflow) -> Self {
        Self {
            workflow,
            branch: None,
            used: BTreeSet::new(),
            following: None,
            own: true,
        }
    }

    pub fn branch(id: &str, workflow: &'a Workflow) -> Self {
        Self {
            branch: Some(id.to_owned()),
            ..Self::case(workflow)
        }
    }

    pub fn follow(&mut self, following: Option<&str>, own: bool) {
        self.following = following.map(str::to_owned);
        self.own = own;
    }

    /// The name of an exit: `providers!refused`.
    pub fn exit(&self, word: &str) -> String {
        format!("{}!{word}", self.branch.as_deref().unwrap_or_default())
    }

    /// The exits that something leads to, refusals first.
    pub fn used(&self) -> impl Iterator<Item = (&'static str, Leaving)> + '_ {
        [
            ("passed", Leaving::Passed),
            ("refused", Leaving::Refused),
            ("void", Leaving::Other),
        ]
        .into_iter()
        .filter(|(word, _)| self.used.contains(word))
    }

    /// Where `passed`, `refused` or `void` leads.
    fn leaves(&mut self, word: &'static str) -> String {
        if self.branch.is_some() {
            self.used.insert(word);
            return self.exit(word);
        }
        match word {
            "refused" => "rejected".to_owned(),
            "void" => "withdrawn".to_owned(),
            _ => self.first_end(),
        }
    }

    fn first_end(&self) -> String {
        let first = self.workflow.ends.first();
        first.map_or_else(String::new, |end| end.id.clone())
    }

    /// Whether a target is where the run comes by itself.
    fn falls_to(&self, target: &Target) -> bool {
        match (target, &self.following) {
            (Target::Node(id), Some(following)) => id == following,
            (Target::Passed, None) => self.own,
            (Target::End(id), None) => self.own && self.branch.is_none() && *id == self.first_end(),
            _ => false,
        }
    }
}

/// Collects the ways of one node.
pub(super) struct Ways<'a, 'l, 'w> {
    reader: &'a Reader<'a>,
    node: &'a Node,
    level: &'l mut Level<'w>,
    found: Vec<Way>,
}

impl<'a, 'l, 'w> Ways<'a, 'l, 'w> {
    /// The ways out of `node`, and whether it goes on with the following one.
    pub fn of(
        reader: &'a Reader<'a>,
        node: &'a Node,
        level: &'l mut Level<'w>,
    ) -> (Vec<Way>, bool) {
        let mut ways = Self {
            reader,
            node,
            level,
            found: Vec::new(),
        };
        let falls = ways.next();
        ways.refused();
        if let Some(stage) = node.stage() {
            ways.undecided(stage);
            ways.returned(stage);
        }
        ways.late();
        ways.signals();
        (ways.found, falls)
    }

    fn lexicon(&self) -> &'a Lexicon<'a> {
        self.reader.lexicon
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.lexicon().say(&format!("way.{key}"), values)
    }

    fn add(&mut self, tone: Tone, text: String, guard: Option<String>, target: &Target) {
        let (goal, goal_title) = self.goal(target);
        self.found.push(Way {
            tone,
            text,
            guard,
            goal,
            goal_title,
        });
    }

    fn goal(&mut self, target: &Target) -> (Option<String>, String) {
        let titled = |lexicon: &Lexicon<'_>, id: &str| lexicon.title_of(id);
        let lexicon = self.lexicon();
        let leaves = |level: &mut Level<'_>, word: &'static str| {
            let id = level.leaves(word);
            let title = match level.branch {
                Some(_) => lexicon.say(&format!("exit.{word}"), &[]),
                None => titled(lexicon, &id),
            };
            (Some(id), title)
        };
        match target {
            Target::Node(id) | Target::End(id) => (Some(id.clone()), titled(lexicon, id)),
            Target::Passed => leaves(self.level, "passed"),
            Target::Refused => leaves(self.level, "refused"),
            Target::Void => leaves(self.level, "void"),
            Target::Again => (Some(self.node.id.clone()), titled(lexicon, &self.node.id)),
            Target::Stay => (None, self.say("stay", &[])),
            Target::Applicant => (Some(FILING.to_owned()), lexicon.say("filing", &[])),
        }
    }

    /// What is written of passing; true when it can go on with the following one.
    fn next(&mut self) -> bool {
        let node = self.node;
        if node.next.is_empty() {
            return goes_on(node);
        }
        let mut falls = false;
        let mut taken = Vec::new();
        for (when, target) in &node.next {
            if let Some(when) = when {
                taken.push(when);
            }
            if node.is_on_the_way() && self.level.falls_to(target) {
                falls = true;
                continue;
            }
            let (text, guard) = match when {
                Some(when) => self.condition(when),
                None => (self.otherwise(&taken), None),
            };
            self.add(Tone::Next, text, guard, target);
        }
        falls
    }

    fn condition(&self, when: &Expression) -> (String, Option<String>) {
        let choices = self.reader.choices_of(self.node);
        let said = self.lexicon().condition(when, choices);
        (said.words, Some(said.guard))
    }

    /// What is left when none of `taken` holds: the other choices, where choices are all that they ask for.
    fn otherwise(&self, taken: &[&Expression]) -> String {
        if taken.is_empty() {
            return self.say("passed", &[]);
        }
        let chosen: Option<Vec<String>> = taken.iter().map(|when| choice_of(when)).collect();
        let choices = self.reader.choices_of(self.node);
        let Some(chosen) = chosen.filter(|_| !choices.is_empty()) else {
            return self.say("otherwise", &[]);
        };
        let left = choices
            .iter()
            .filter(|choice| !choice.refuses && !chosen.contains(&choice.id));
        let left: Vec<String> = left
            .map(|choice| self.lexicon().pick(&choice.title))
            .collect();
        match left.is_empty() {
            true => self.say("otherwise", &[]),
            false => self.lexicon().list(left),
        }
    }

    fn refused(&mut self) {
        let node = self.node;
        let text = self.refusal();
        let many = 1 < node.refused.len();
        for (when, target) in &node.refused {
            let (text, guard) = match when {
                Some(when) => self.condition(when),
                None if many => (self.say("otherwise", &[]), None),
                None => (text.clone(), None),
            };
            self.add(Tone::Refused, text, guard, target);
        }
        // A refusal inside a block is the block's own matter; only where it ends the case it is drawn.
        let ends = self.level.own && self.level.branch.is_none();
        if ends && node.refused.is_empty() && can_be_refused(node) {
            self.add(Tone::Refused, text, None, &Target::Refused);
        }
    }

    /// 不同意, or what the choices that refuse are called.
    fn refusal(&self) -> String {
        let Some(stage) = self.node.stage() else {
            return self.say("block_refused", &[]);
        };
        let refusing = stage.choices.iter().filter(|choice| choice.refuses);
        let titles: Vec<String> = refusing
            .map(|choice| self.lexicon().pick(&choice.title))
            .collect();
        match titles.is_empty() {
            true => self.say("refused", &[]),
            false => self.lexicon().list(titles),
        }
    }

    fn undecided(&mut self, stage: &'a Stage) {
        for (when, target) in &stage.undecided {
            let (text, guard) = match when {
                Some(when) => self.condition(when),
                None => (self.say("undecided", &[]), None),
            };
            self.add(Tone::Return, text, guard, target);
        }
    }

    fn returned(&mut self, stage: &'a Stage) {
        for target in stage.return_to.iter().flatten() {
            let key = match stage.resume_here {
                true => "returned_here",
                false => "returned",
            };
            self.add(Tone::Return, self.say(key, &[]), None, target);
        }
    }

    /// What running out of time does to the run; who is told is not drawn.
    fn late(&mut self) {
        let node = self.node;
        self.overdue(&node.due, "late");
        if let Some(every) = &node.every {
            self.overdue(std::slice::from_ref(&every.clock), "late");
        }
        match &node.kind {
            Kind::Stage(stage) => {
                let supplement = stage.supplement.as_ref();
                let due = supplement.map_or(&[][..], |supplement| &supplement.due);
                self.overdue(due, "supplement_late");
            }
            Kind::Wait(wait) => self.overdue(wait.until.as_slice(), "late"),
            _ => {}
        }
    }

    fn overdue(&mut self, clocks: &'a [ClockRule], key: &str) {
        for clock in clocks {
            for overdue in &clock.overdue {
                let OverdueAct::Next(target) = &overdue.act else {
                    continue;
                };
                let text = match overdue.after.count {
                    0 => self.say(key, &[]),
                    _ => {
                        let after = self.lexicon().span(overdue.after);
                        self.say(&format!("{key}_by"), &[("after", &after)])
                    }
                };
                self.add(Tone::Late, text, None, target);
            }
        }
    }

    fn signals(&mut self) {
        for signal in &self.node.signals {
            let title = self.lexicon().pick(&signal.title);
            for (when, target) in &signal.next {
                let (text, guard) = match when {
                    Some(when) => {
                        let (words, guard) = self.condition(when);
                        let values = [("signal", title.as_str()), ("when", &words)];
                        (self.say("signal_when", &values), guard)
                    }
                    None => (title.clone(), None),
                };
                self.add(Tone::Signal, text, guard, target);
            }
            if signal.next.is_empty() {
                self.add(Tone::Signal, title.clone(), None, &Target::Stay);
            }
        }
    }
}

/// Whether a node without a word about it goes on with the following one. A wait without a time ends only by a signal,
/// which says where to.
fn goes_on(node: &Node) -> bool {
    match &node.kind {
        Kind::Wait(wait) => wait.until.is_some(),
        _ => node.is_on_the_way(),
    }
}

/// `agree` of `choice == "agree"`.
fn choice_of(guard: &Expression) -> Option<String> {
    match guard.phrase() {
        Phrase::Compared {
            left: Term::Path(path),
            sign: Sign::Is,
            right: Term::Text(choice),
        } if path == "choice" => Some(choice),
        _ => None,
    }
}

/// Whether somebody can refuse here so that the refusal is this node's: by a verdict, or in a block by one inside that
/// leads nowhere else.
fn can_be_refused(node: &Node) -> bool {
    if node.awaits != Await::Here {
        return false;
    }
    match &node.kind {
        Kind::Stage(stage) if stage.choices.is_empty() => {
            let denied = node.rules.deny.iter().any(|action| action == "reject");
            stage.asks == Asks::Sign && !denied
        }
        Kind::Stage(stage) => stage.choices.iter().any(|choice| choice.refuses),
        Kind::Wait(_) | Kind::Start(_) => false,
        Kind::Group { .. } | Kind::Parallel(_) | Kind::Foreach(_) | Kind::Aside { .. } => {
            node.inside().any(refuses_outward)
        }
    }
}

fn refuses_outward(node: &Node) -> bool {
    let says_so =
        |next: &crate::workflow::Next| next.iter().any(|(_, target)| *target == Target::Refused);
    let own = node.refused.is_empty() && can_be_refused(node);
    own || says_so(&node.refused) || says_so(&node.next)
}
