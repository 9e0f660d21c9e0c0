//! Small workflows at random, as text that the check accepts, out of a tape of numbers: zeros give the plainest one.

use huiqian::workflow::{self, Surroundings, Workflow};

use crate::support::world::with_form;

/// Numbers to decide by; past its end everything is 0, the plainest choice.
pub struct Tape<'a> {
    numbers: &'a [u8],
    at: usize,
}

impl<'a> Tape<'a> {
    pub fn new(numbers: &'a [u8]) -> Self {
        Self { numbers, at: 0 }
    }

    /// One of `0..most`.
    pub fn below(&mut self, most: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % most.max(1)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Whether everything has been decided.
    pub fn is_over(&self) -> bool {
        self.numbers.len() <= self.at
    }
}

pub const FORM: &str = "{id: amount, type: integer, label: 数量, required: true}
{id: note, type: text, label: 说明}
{id: until, type: date, label: 截止}";

const GUARDS: &[&str] = &[
    "form.amount < 5",
    "form.amount >= 5",
    "form.amount > 2 && form.amount < 8",
    "rounds(\"s0\") < 2",
    "10 / form.amount > 1",
];

const POSTS: &[&str] = &[
    "section_head@applicant",
    "share_office_head@applicant",
    "dept_leader@applicant",
    "legal_reviewer@applicant",
];

/// A workflow that the check accepts, and its text; first with routes of its own, where that is refused without.
pub fn workflow(numbers: &[u8]) -> Option<(Workflow, String)> {
    [true, false].into_iter().find_map(|routes| {
        let yaml = definition(&mut Tape::new(numbers), routes);
        let read = workflow::read("random.yaml", &yaml, &Surroundings::standard());
        read.workflow.map(|workflow| (workflow, yaml))
    })
}

struct Draft {
    routes: bool,
    stages: usize,
    text: String,
}

fn definition(tape: &mut Tape<'_>, routes: bool) -> String {
    let mut draft = Draft {
        routes,
        stages: 0,
        text: String::new(),
    };
    // What stands where is decided first, so that routes can name what comes later.
    let shape: Vec<usize> = (0..=tape.below(3))
        .map(|_| {
            if tape.once_in(3) {
                1 + tape.below(2)
            } else {
                0
            }
        })
        .collect();
    let mut next = 0;
    let mut top: Vec<String> = Vec::new();
    let mut inside: Vec<Vec<String>> = Vec::new();
    for (index, size) in shape.iter().enumerate() {
        let members: Vec<String> = (next..next + (*size).max(1))
            .map(|stage| format!("s{stage}"))
            .collect();
        next += (*size).max(1);
        match *size {
            0 => {
                top.push(members[0].clone());
                inside.push(Vec::new());
            }
            _ => {
                top.push(format!("g{index}"));
                inside.push(members);
            }
        }
    }
    for (index, id) in top.clone().iter().enumerate() {
        if inside[index].is_empty() {
            draft.stage(tape, id, "  ", &top, &[]);
        } else {
            draft.group(tape, id, &top, &inside[index]);
        }
    }
    with_form(FORM, &draft.text)
}

impl Draft {
    fn line(&mut self, indent: &str, text: &str) {
        self.text.push_str(&format!("{indent}{text}\n"));
    }

    fn group(&mut self, tape: &mut Tape<'_>, id: &str, top: &[String], members: &[String]) {
        self.line("  ", &format!("- group: {id}"));
        self.line("    ", "title: 块");
        if tape.once_in(3) {
            self.line("    ", "distinct: true");
        }
        self.common(tape, "    ", id, top, &[]);
        self.line("    ", "stages:");
        for member in members {
            self.stage(tape, member, "      ", members, top);
        }
    }

    fn stage(
        &mut self,
        tape: &mut Tape<'_>,
        id: &str,
        indent: &str,
        list: &[String],
        outer: &[String],
    ) {
        self.stages += 1;
        let within = format!("{indent}  ");
        self.line(indent, &format!("- stage: {id}"));
        self.line(&within, "title: 环节");
        let kind = tape.one_of(&["sign", "sign", "sign", "work", "notice"]);
        self.line(&within, &format!("kind: {kind}"));
        let named = self.who(tape, &within, kind);
        self.sign(tape, &within, &named);
        self.common(tape, &within, id, list, outer);
        if kind == "notice" {
            return;
        }
        if tape.once_in(4) {
            self.line(
                &within,
                "choices: {good: 可, part: {title: 部分, comment: required}, bad: {title: 否, verdict: refused}}",
            );
        }
        if tape.once_in(3) {
            let clock = tape.one_of(&["pause", "run", "restart"]);
            let due = tape.one_of(&[
                "",
                ", due: 2wd",
                ", due: {in: 1wd, remind: [50%], overdue: [{after: 1wd, next: rejected}]}",
                ", due: {in: 2d, overdue: [{after: 1d, next: again}]}",
            ]);
            let times = 1 + tape.below(2);
            self.line(
                &within,
                &format!("supplement: {{times: {times}, clock: {clock}{due}}}"),
            );
        }
        if tape.once_in(3) {
            let to = self.target(tape, list, outer, &["applicant"]);
            let resume = tape.one_of(&["again", "here"]);
            self.line(
                &within,
                &format!("return: {{to: [{to}, applicant], resume: {resume}}}"),
            );
        }
        if kind == "sign" && tape.once_in(3) {
            self.line(&within, "same_person: skip");
        }
        if tape.once_in(3) {
            let offer = tape.one_of(&["turn", "fewest", "same"]);
            self.line(&within, &format!("offer: {offer}"));
        }
        if tape.once_in(5) {
            self.line(&within, "not: [actor(s0)]");
        }
        if self.routes && tape.once_in(3) {
            let to = self.target(
                tape,
                list,
                outer,
                &["applicant", "again", "rejected", "refused"],
            );
            self.line(&within, &format!("refused: {to}"));
        }
    }

    /// Who is asked; answers with the names of the seats.
    fn who(&mut self, tape: &mut Tape<'_>, indent: &str, kind: &str) -> Vec<&'static str> {
        let (one, two) = (tape.one_of(POSTS), tape.one_of(POSTS));
        let who = match tape.below(7) {
            0 | 1 => one.to_owned(),
            2 => format!("each {one}"),
            3 => format!("[{one}, {two}]"),
            4 => format!("[{one}, {two}, 'user:dan']"),
            5 if kind != "sign" => "applicant".to_owned(),
            _ => {
                let when = tape.one_of(GUARDS);
                self.line(
                    indent,
                    &format!(
                        "who: {{a: {one}, b: [{two}, {one}], c: {{who: 'user:dan', when: '{when}'}}}}"
                    ),
                );
                return vec!["a", "b"];
            }
        };
        self.line(indent, &format!("who: {who}"));
        Vec::new()
    }

    fn sign(&mut self, tape: &mut Tape<'_>, indent: &str, seats: &[&str]) {
        let mut sign = match tape.below(5) {
            0 => return,
            1 => "any".to_owned(),
            2 => "all".to_owned(),
            3 => "sequence".to_owned(),
            _ => {
                let mut vote = format!("pass: {}", tape.one_of(&["1", "1/2", "2/3", "60%"]));
                if tape.once_in(2) {
                    vote += ", of: voted";
                }
                if tape.once_in(3) {
                    vote += ", quorum: 50%";
                }
                if tape.once_in(2) {
                    vote += ", abstain: true";
                }
                if tape.once_in(3) {
                    vote += ", until: due";
                }
                format!("{{{vote}")
            }
        };
        if sign.starts_with('{') {
            if !seats.is_empty() {
                sign += tape.one_of(&["", ", veto: [a]", ", must: [b]", ", casting: a"]);
            }
            sign += "}";
        }
        self.line(indent, &format!("sign: {sign}"));
    }

    /// The keys of stages and blocks alike.
    fn common(
        &mut self,
        tape: &mut Tape<'_>,
        indent: &str,
        id: &str,
        list: &[String],
        outer: &[String],
    ) {
        if tape.once_in(3) {
            let when = tape.one_of(GUARDS);
            self.line(indent, &format!("when: '{when}'"));
        }
        if tape.once_in(2) {
            self.due(tape, indent, list, outer);
        }
        let following = list
            .iter()
            .position(|known| known == id)
            .and_then(|at| list.get(at + 1));
        if self.routes && tape.once_in(3) && (outer.is_empty() || following.is_some()) {
            let last = following.map_or("approved", String::as_str).to_owned();
            let to = self.target(
                tape,
                list,
                outer,
                &["applicant", "again", "approved", "passed"],
            );
            let when = tape.one_of(GUARDS);
            self.line(
                indent,
                &format!("next: [{{when: '{when}', goto: {to}}}, {{goto: {last}}}]"),
            );
        }
        if tape.once_in(4) {
            self.line(
                indent,
                "copy: {entered: [applicant], passed: [dept_leader@applicant], overdue: [authority_handler@authority]}",
            );
        }
    }

    fn due(&mut self, tape: &mut Tape<'_>, indent: &str, list: &[String], outer: &[String]) {
        let budget = tape.one_of(&[
            "in: 1wd",
            "in: 3wd",
            "in: 4wh",
            "in: 2d",
            "in: [{when: 'form.amount < 5', then: 1wd}, {then: 4wd}]",
            "in: [{when: '10 / form.amount > 1', then: 1wd}, {then: 2wd}]",
        ]);
        let law = tape.one_of(&[
            "",
            "",
            ", law: 第一条",
            ", law: 第一条, from: case.submitted",
        ]);
        let remind = tape.one_of(&[
            "",
            ", remind: [50%]",
            ", remind: [1wd before, every 1wd after]",
        ]);
        let overdue = match tape.below(5) {
            0 | 1 => String::new(),
            2 => ", overdue: [{after: 0wd, escalate: dept_leader@applicant}, {after: 1wd, escalate: legal_reviewer@applicant}]".to_owned(),
            3 => format!(", overdue: [{{after: 1wd, assign: {}}}]", tape.one_of(POSTS)),
            _ if self.routes => {
                let to = self.target(tape, list, outer, &["again", "applicant", "rejected", "refused", "stay"]);
                format!(", overdue: [{{after: 1wd, next: {to}}}]")
            }
            _ => ", overdue: [{after: 1wd, next: rejected}]".to_owned(),
        };
        // More time is counted in the unit of the budget.
        let extend = match (budget.contains("wd"), law.is_empty(), tape.below(4)) {
            (true, true, 0) => ", extend: {max: 3wd, times: 2}".to_owned(),
            (true, _, 1) => format!(
                ", extend: {{max: 5wd, by: {}, due: {{in: 1wd, overdue: [{{after: 1wd, escalate: dept_leader@applicant}}]}}}}",
                tape.one_of(POSTS)
            ),
            _ => String::new(),
        };
        self.line(
            indent,
            &format!("due: {{{budget}{law}{remind}{extend}{overdue}}}"),
        );
    }

    fn target(
        &self,
        tape: &mut Tape<'_>,
        list: &[String],
        outer: &[String],
        words: &[&str],
    ) -> String {
        let mut all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        all.extend(list.iter().chain(outer).cloned());
        tape.one_of(&all)
    }
}
