//! From a definition, and a case if there is one, to what a diagram of it shows.

use std::collections::BTreeSet;

use crate::workflow::{Asks, Choice, Kind, Node, Outcome, Parallel, Workflow};

use super::labels::{Labels, Lexicon};
use super::progress::{FILING, Mark, Progress, Standing};
use super::sketch::{Branch, Exit, Leaving, List, Shape, Sketch, Step, Terms, Tone, Way};
use super::ways::{Level, Ways};

/// What a diagram of `workflow` shows: the definition, or with `progress` a case running through it. Exceptions that a
/// case has nothing to do with are left out: asides that were not entered, ways that were not taken.
#[must_use]
pub fn sketch(workflow: &Workflow, labels: Labels<'_>, progress: Option<&Progress>) -> Sketch {
    let lexicon = Lexicon::new(workflow, labels);
    let reader = Reader {
        lexicon: &lexicon,
        progress,
    };
    let mut level = Level::case(workflow);
    let mut steps = vec![reader.filing()];
    steps.extend(reader.list(&workflow.stages, &mut level, true));
    let exits = reader.ends(&steps);
    let mut list = List { steps, exits };
    if let Some(end) = progress.and_then(|progress| progress.end.as_deref()) {
        reader.lead_to(end, &mut list);
    }
    Sketch {
        key: workflow.key.clone(),
        title: lexicon.pick(&workflow.title),
        list,
        of_case: progress.is_some(),
        terms: terms(&lexicon),
    }
}

fn terms(lexicon: &Lexicon<'_>) -> Terms {
    let title = lexicon.pick(&lexicon.workflow.title);
    let say = |key: &str| lexicon.say(key, &[]);
    let marks = [
        (Mark::Done, "done"),
        (Mark::Now, "now"),
        (Mark::ToCome, "to_come"),
        (Mark::Skipped, "skipped"),
        (Mark::Refused, "refused"),
        (Mark::Void, "void"),
    ];
    Terms {
        heading: lexicon.say("heading", &[("title", &title)]),
        tones: Tone::ALL
            .map(|tone| (tone, say(&format!("tone.{}", tone.word()))))
            .into(),
        marks: marks
            .map(|(mark, key)| (mark, say(&format!("mark.{key}"))))
            .into(),
        only_when: say("only_when"),
        exits: say("exits"),
        branch: say("branch"),
        to: say("to"),
        colon: say("colon"),
        comma: say("comma"),
        and: say("and"),
        open: say("open"),
        close: say("close"),
        stop: say("stop"),
    }
}

/// Reads nodes into steps.
pub(super) struct Reader<'a> {
    pub lexicon: &'a Lexicon<'a>,
    progress: Option<&'a Progress>,
}

impl Reader<'_> {
    pub(super) fn say(&self, key: &str) -> String {
        self.lexicon.say(key, &[])
    }

    /// The first step of every case.
    fn filing(&self) -> Step {
        let who = &self.lexicon.workflow.who;
        let roles = who.iter().map(|role| match role.0.as_str() {
            "any" => self.say("who.anyone"),
            _ => self.lexicon.role(role),
        });
        Step {
            about: vec![self.lexicon.list(roles.collect())],
            falls: true,
            standing: self.standing(FILING),
            ..blank(FILING, Shape::Filing, self.say("kind.filing"))
        }
        .titled(self.say("filing"))
    }

    /// The steps of a list; `own` when it is the list of the level itself and not that of a group within.
    fn list(&self, nodes: &[Node], level: &mut Level<'_>, own: bool) -> Vec<Step> {
        let shown: Vec<&Node> = nodes.iter().filter(|node| self.shows(node)).collect();
        let mut steps = Vec::with_capacity(shown.len());
        for (at, node) in shown.iter().enumerate() {
            let following = shown[at + 1..].iter().find(|node| node.is_on_the_way());
            level.follow(following.map(|node| node.id.as_str()), own);
            let mut step = self.step(node);
            let (ways, falls) = match self.progress {
                None => Ways::of(self, node, level),
                Some(progress) => (self.returned(progress, &node.id), node.is_on_the_way()),
            };
            step.ways = ways;
            self.fill(&mut step, node, level);
            step.falls = falls && (self.progress.is_some() || comes_to_its_end(&step));
            steps.push(step);
        }
        steps
    }

    /// Whether a case has to do with it; of a definition, all is shown.
    fn shows(&self, node: &Node) -> bool {
        let Some(progress) = self.progress else {
            return true;
        };
        let untouched = [Mark::ToCome, Mark::Skipped].contains(&progress.mark(&node.id));
        node.is_on_the_way() || !untouched
    }

    /// How far a node is. Inside a foreach, where there is nothing else to say, in how many branches it is done.
    fn standing(&self, id: &str) -> Option<Standing> {
        let mut known = self.progress?.nodes.get(id).cloned()?;
        if let (true, Some((done, all))) = (known.note.is_empty(), known.branches) {
            let (done, all) = (done.to_string(), all.to_string());
            let values = [("done", done.as_str()), ("all", all.as_str())];
            known.note = self.lexicon.say("branches_done", &values);
        }
        Some(known)
    }

    fn step(&self, node: &Node) -> Step {
        let lexicon = self.lexicon;
        let (shape, kind) = shape(node);
        let mut step = Step {
            when: node.when.as_ref().map(|when| lexicon.condition(when, &[])),
            chips: self.deadlines(&node.due),
            standing: self.standing(&node.id),
            ..blank(&node.id, shape, self.say(&format!("kind.{kind}")))
        }
        .titled(lexicon.title_of(&node.id));
        self.rules(&mut step, node);
        if let Some(progress) = self.progress {
            step.branches = progress.branches.get(&node.id).cloned().unwrap_or_default();
        }
        step
    }

    /// The lists inside a block.
    fn fill(&self, step: &mut Step, node: &Node, level: &mut Level<'_>) {
        step.inside = match &node.kind {
            Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => Vec::new(),
            Kind::Group { stages } | Kind::Aside { stages } => vec![Branch {
                id: node.id.clone(),
                list: List {
                    steps: self.list(stages, level, false),
                    exits: Vec::new(),
                },
                ..Branch::default()
            }],
            Kind::Foreach(foreach) => vec![self.branch(&node.id, &foreach.stages)],
            Kind::Parallel(parallel) => self.parallel(node, parallel),
        };
    }

    fn parallel(&self, node: &Node, parallel: &Parallel) -> Vec<Branch> {
        let branches = parallel.branches.iter().map(|own| {
            let id = format!("{}.{}", node.id, own.name);
            let mut branch = self.branch(&id, &own.stages);
            let when = own.when.as_ref();
            branch.when = when.map(|when| self.lexicon.condition(when, &[]));
            branch.mark = self.progress.map(|progress| progress.mark(&id));
            branch.title = self.lexicon.pick(&own.title);
            // What a single step says does not need to be said around it once more.
            if let [only] = branch.list.steps.as_mut_slice() {
                if branch.title == only.title {
                    branch.title.clear();
                }
                if only.when.is_none() && !only.shape.is_block() {
                    only.when.clone_from(&branch.when);
                }
            }
            if branch.title == own.name {
                branch.title.clear();
            }
            branch
        });
        branches.collect()
    }

    fn branch(&self, id: &str, stages: &[Node]) -> Branch {
        let mut level = Level::branch(id, self.lexicon.workflow);
        let steps = self.list(stages, &mut level, true);
        let exit = |(word, outcome): (&'static str, Leaving)| Exit {
            id: level.exit(word),
            title: self.say(&format!("exit.{word}")),
            outcome,
            mark: None,
        };
        let exits = level.used().map(exit).collect();
        Branch {
            id: id.to_owned(),
            list: List { steps, exits },
            ..Branch::default()
        }
    }

    /// The ends that something leads to, the first of them always.
    fn ends(&self, steps: &[Step]) -> Vec<Exit> {
        let mut goals = BTreeSet::new();
        collect_goals(steps, &mut goals);
        let ends = self.lexicon.workflow.ends.iter().enumerate();
        ends.filter(|(at, end)| *at == 0 || goals.contains(end.id.as_str()))
            .map(|(_, end)| Exit {
                mark: self.progress.map(|_| Mark::ToCome),
                ..self.end(end)
            })
            .collect()
    }

    fn end(&self, end: &crate::workflow::End) -> Exit {
        Exit {
            id: end.id.clone(),
            title: self.lexicon.title_of(&end.id),
            outcome: match end.outcome {
                Outcome::Approved => Leaving::Passed,
                Outcome::Rejected => Leaving::Refused,
                Outcome::Withdrawn | Outcome::Lapsed | Outcome::Closed => Leaving::Other,
            },
            mark: None,
        }
    }

    /// Shows the end that a case has reached, and where it turned there.
    fn lead_to(&self, end: &str, list: &mut List) {
        let Some(end) = self.lexicon.workflow.end(end) else {
            return;
        };
        let reached = Exit {
            mark: Some(match end.outcome {
                Outcome::Rejected => Mark::Refused,
                _ => Mark::Done,
            }),
            ..self.end(end)
        };
        let first = list.exits.first().map(|exit| exit.id.clone());
        if first.as_deref() != Some(end.id.as_str()) {
            let refused = |step: &Step| {
                let mark = step.standing.as_ref().map(|standing| standing.mark);
                mark == Some(Mark::Refused)
            };
            let turned = list.steps.iter().rposition(refused);
            if let Some(last) = list.steps.last_mut() {
                last.falls = false;
            }
            if let Some(turned) = turned {
                list.steps[turned].ways.push(Way {
                    tone: Tone::Refused,
                    text: String::new(),
                    guard: None,
                    goal: Some(end.id.clone()),
                    goal_title: reached.title.clone(),
                });
            }
        }
        list.exits = vec![reached];
    }

    /// The returns that started at a stage.
    fn returned(&self, progress: &Progress, id: &str) -> Vec<Way> {
        let own = progress.returns.iter().filter(|back| back.from == id);
        own.map(|back| Way {
            tone: Tone::Return,
            text: back.text.clone(),
            guard: None,
            goal: Some(back.to.clone()),
            goal_title: match back.to.as_str() {
                FILING => self.say("filing"),
                id => self.lexicon.title_of(id),
            },
        })
        .collect()
    }

    pub(super) fn choices_of<'n>(&self, node: &'n Node) -> &'n [Choice] {
        node.stage().map_or(&[], |stage| stage.choices.as_slice())
    }
}

fn collect_goals<'s>(steps: &'s [Step], goals: &mut BTreeSet<&'s str>) {
    for step in steps {
        goals.extend(step.ways.iter().filter_map(|way| way.goal.as_deref()));
        for branch in &step.inside {
            collect_goals(&branch.list.steps, goals);
        }
    }
}

/// Whether a block can pass by what is inside it coming to its end; where all inside leads elsewhere, it cannot.
fn comes_to_its_end(step: &Step) -> bool {
    let passes = |branch: &Branch| {
        let mut steps = branch.list.steps.iter().rev();
        let last = steps.find(|step| step.shape != Shape::Aside);
        last.is_none_or(|last| last.falls)
    };
    match step.shape {
        Shape::Group | Shape::Parallel => step.inside.iter().any(passes),
        _ => true,
    }
}

fn shape(node: &Node) -> (Shape, &'static str) {
    match &node.kind {
        Kind::Stage(stage) => match stage.asks {
            Asks::Sign => (Shape::Sign, "sign"),
            Asks::Work => (Shape::Work, "work"),
            Asks::Notice => (Shape::Notice, "notice"),
        },
        Kind::Group { .. } => (Shape::Group, "group"),
        Kind::Parallel(_) => (Shape::Parallel, "parallel"),
        Kind::Foreach(_) => (Shape::Foreach, "foreach"),
        Kind::Aside { .. } => (Shape::Aside, "aside"),
        Kind::Wait(_) => (Shape::Wait, "wait"),
        Kind::Start(_) => (Shape::Start, "start"),
    }
}

fn blank(id: &str, shape: Shape, kind: String) -> Step {
    Step {
        id: id.to_owned(),
        shape,
        kind,
        title: String::new(),
        when: None,
        about: Vec::new(),
        chips: Vec::new(),
        ways: Vec::new(),
        falls: false,
        inside: Vec::new(),
        join: None,
        standing: None,
        branches: Vec::new(),
        in_turn: false,
        recurs: false,
        calls: None,
        remark: None,
    }
}

impl Step {
    fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }
}
