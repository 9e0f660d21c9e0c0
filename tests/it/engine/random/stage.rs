//! Stages at random: who is asked, what makes a verdict, where it may be sent back.

use super::{Around, Draft, Freedom, Tape};

pub(super) const POSTS: &[&str] = &[
    "section_head@applicant",
    "share_office_head@applicant",
    "dept_leader@applicant",
    "legal_reviewer@applicant",
];

impl Draft {
    pub(super) fn stage(&mut self, tape: &mut Tape<'_>, id: &str, indent: &str, around: &Around) {
        let within = format!("{indent}  ");
        self.line(indent, &format!("- stage: {id}"));
        self.line(&within, "title: 环节");
        let kind = tape.one_of(&["sign", "sign", "sign", "work", "notice"]);
        self.line(&within, &format!("kind: {kind}"));
        let named = self.who(tape, &within, kind, around);
        let timed = tape.once_in(2);
        self.sign(tape, &within, &named, timed);
        if timed {
            self.due(tape, &within, around);
        }
        self.common(tape, &within, id, around);
        self.recurring(tape, &within, around);
        if kind == "notice" {
            return;
        }
        self.filled(tape, &within, around);
        if tape.once_in(4) {
            self.line(
                &within,
                "choices: {good: 可, part: {title: 部分, comment: required}, bad: {title: 否, verdict: refused}}",
            );
        }
        self.supplement(tape, &within, around);
        self.sent_back(tape, &within, id, around);
        if kind == "sign" && tape.once_in(3) {
            self.line(&within, "same_person: skip");
        }
        if tape.once_in(3) {
            let offer = tape.one_of(&["turn", "fewest", "same"]);
            self.line(&within, &format!("offer: {offer}"));
        }
        if let Some(stage) = around.stage.as_ref().filter(|_| tape.once_in(5)) {
            self.line(&within, &format!("not: [actor({stage})]"));
        }
    }

    fn filled(&mut self, tape: &mut Tape<'_>, indent: &str, around: &Around) {
        let fills = match (tape.below(6), around.replies) {
            (5, true) => "[reply, seen]",
            (4, true) => "[reply]",
            (5, false) => "[seen]",
            _ => return,
        };
        self.line(indent, &format!("fills: {fills}"));
    }

    fn supplement(&mut self, tape: &mut Tape<'_>, indent: &str, around: &Around) {
        if !tape.once_in(3) {
            return;
        }
        let clock = tape.one_of(&["pause", "run", "restart"]);
        let due = tape.one_of(&[
            "",
            ", due: 2wd",
            ", due: {in: 1wd, remind: [50%], overdue: [{after: 1wd, next: refused}]}",
            ", due: {in: 2d, overdue: [{after: 1d, next: again}]}",
            ", due: {in: 2d, overdue: [{after: 1d, next: void}]}",
        ]);
        let due = match around.in_branch {
            true => due.to_owned(),
            false => due.replace("void", "refused"),
        };
        let times = 1 + tape.below(2);
        self.line(
            indent,
            &format!("supplement: {{times: {times}, clock: {clock}{due}}}"),
        );
    }

    fn sent_back(&mut self, tape: &mut Tape<'_>, indent: &str, id: &str, around: &Around) {
        if self.may(tape, Freedom::NoRoutes, 2) {
            let to = around.earlier(tape, id);
            let resume = tape.one_of(&["again", "here"]);
            let to = match to.as_str() {
                "applicant" => "applicant".to_owned(),
                other => format!("{other}, applicant"),
            };
            self.line(indent, &format!("return: {{to: [{to}], resume: {resume}}}"));
        }
        if self.may(tape, Freedom::All, 3) {
            let to = around.target(tape, &["applicant", "again", "refused", "passed"]);
            self.line(indent, &format!("refused: {to}"));
        }
        if self.may(tape, Freedom::All, 5) {
            let to = around.target(tape, &["again", "refused"]);
            self.line(indent, &format!("undecided: {to}"));
        }
    }

    /// Who is asked; answers with the names of the seats.
    fn who(
        &mut self,
        tape: &mut Tape<'_>,
        indent: &str,
        kind: &str,
        around: &Around,
    ) -> Vec<&'static str> {
        let (one, two) = (self.post(tape, around), tape.one_of(POSTS));
        let who = match tape.below(7) {
            0 | 1 => one,
            2 => format!("each {one}"),
            3 => format!("[{one}, {two}]"),
            4 => format!("[{one}, {two}, 'user:dan']"),
            5 if kind != "sign" => "applicant".to_owned(),
            _ => {
                let when = around.guard(tape);
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

    /// A post of the applicant's department, or of the branch's.
    fn post(&self, tape: &mut Tape<'_>, around: &Around) -> String {
        match &around.department {
            Some(part) if tape.once_in(2) => format!("share_office_head@{part}"),
            Some(_) | None => tape.one_of(POSTS).to_owned(),
        }
    }

    fn sign(&mut self, tape: &mut Tape<'_>, indent: &str, seats: &[&str], timed: bool) {
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
                if timed && tape.once_in(2) {
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
    pub(super) fn common(&mut self, tape: &mut Tape<'_>, indent: &str, id: &str, around: &Around) {
        if tape.once_in(3) {
            let when = around.guard(tape);
            self.line(indent, &format!("when: '{when}'"));
        }
        self.next(tape, indent, id, around);
        if self.may(tape, Freedom::NoRoutes, 5) {
            let following = around.following(id).map_or("end", String::as_str);
            let awaits = tape.one_of(&["end", "never", following]);
            self.line(indent, &format!("await: {awaits}"));
        }
        if tape.once_in(5) {
            let record = tape.one_of(&[
                "{register: grants, status: agreed, set: {requester: case.department}}",
                "{register: grants, at: entered, each: form.rows, set: {item: row.name}}",
            ]);
            self.line(indent, &format!("record: {record}"));
        }
        if tape.once_in(5) {
            self.line(
                indent,
                "copy: {entered: [applicant], passed: [dept_leader@applicant], overdue: [authority_handler@authority]}",
            );
        }
    }

    /// Comes again and again, with a `while` or where something else closes its block.
    pub(super) fn recurring(&mut self, tape: &mut Tape<'_>, indent: &str, around: &Around) {
        if self.may(tape, Freedom::NoRoutes, 8) {
            self.every(tape, indent, around);
        }
    }
}
