//! Deadlines at random: budgets and dates, reminders, what happens when time is up.

use super::stage::POSTS;
use super::{Around, Draft, Freedom, Tape};

impl Draft {
    /// One clock or several.
    pub(super) fn due(&mut self, tape: &mut Tape<'_>, indent: &str, around: &Around) {
        let first = self.clock(tape, around, true);
        match tape.once_in(3) {
            true => {
                let second = self.clock(tape, around, false);
                self.line(indent, &format!("due: [{{{first}}}, {{{second}}}]"));
            }
            false => self.line(indent, &format!("due: {{{first}}}")),
        }
    }

    fn clock(&mut self, tape: &mut Tape<'_>, around: &Around, first: bool) -> String {
        let budget = tape.one_of(&[
            "in: 1wd",
            "in: 3wd",
            "in: 4wh",
            "in: 2d",
            "in: [{when: 'form.amount < 5', then: 1wd}, {then: 4wd}]",
            "in: [{when: '10 / form.amount > 1', then: 1wd}, {then: 2wd}]",
            "at: form.until",
        ]);
        let law = match first {
            true => tape.one_of(&[
                "",
                "",
                ", law: 第一条",
                ", law: 第一条, from: case.submitted",
            ]),
            false => "",
        };
        let law = match budget.starts_with("at") {
            true => "",
            false => law,
        };
        let remind = tape.one_of(&[
            "",
            ", remind: [50%]",
            ", remind: [1wd before, every 1wd after]",
        ]);
        let overdue = match tape.below(5) {
            0 | 1 => String::new(),
            2 => ", overdue: [{after: 0wd, escalate: dept_leader@applicant}, {after: 1wd, escalate: legal_reviewer@applicant}]".to_owned(),
            3 => format!(", overdue: [{{after: 1wd, assign: {}}}]", tape.one_of(POSTS)),
            _ => {
                // Silence never passes where a law asks for a decision.
                let to = match self.freedom {
                    Freedom::All if law.is_empty() => around.target(tape, &["again", "applicant", "refused", "stay", "passed"]),
                    _ => tape.one_of(&["refused", "stay", "again"]).to_owned(),
                };
                format!(", overdue: [{{after: 1wd, next: {to}}}]")
            }
        };
        let extend = extend(tape, budget, law);
        format!("{budget}{law}{remind}{extend}{overdue}")
    }

    /// Comes again and again.
    pub(super) fn every(&mut self, tape: &mut Tape<'_>, indent: &str, around: &Around) {
        let period = tape.one_of(&["24h", "1wd", "3wh", "1mo"]);
        self.line(indent, &format!("every: {period}"));
        if !self.may(tape, Freedom::All, 4) {
            let guard = around.guard(tape);
            self.line(indent, &format!("while: '{guard}'"));
        }
    }
}

/// More time is counted in the unit of the budget.
fn extend(tape: &mut Tape<'_>, budget: &str, law: &str) -> String {
    match (budget.contains("wd"), law.is_empty(), tape.below(4)) {
        (true, true, 2) => ", extend: {max: 3wd, times: 2}".to_owned(),
        (true, _, 3) => format!(
            ", extend: {{max: 5wd, by: {}, due: {{in: 1wd, overdue: [{{after: 1wd, escalate: dept_leader@applicant}}]}}}}",
            tape.one_of(POSTS)
        ),
        _ => String::new(),
    }
}
