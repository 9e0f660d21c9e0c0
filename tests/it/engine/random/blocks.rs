//! Blocks at random: groups, branches and how they come together, asides, waits, started cases.

use super::{Around, Draft, Freedom, Item, Kind, Tape};

const JOINS: &[&str] = &[
    "all",
    "any",
    "2",
    "50%",
    "{pass: 1, rest: wait}",
    "{pass: 60%, rest: wait}",
    "{pass: all, rest: wait}",
];

/// What a foreach runs over.
const LISTS: &[&str] = &[
    "form.providers",
    "form.kinds",
    "form.rows",
    "form.rows\n{indent}by: [name]",
    "form.rows\n{indent}by: [name, size]",
];

impl Draft {
    pub(super) fn block(
        &mut self,
        tape: &mut Tape<'_>,
        item: &Item,
        indent: &str,
        around: &Around,
    ) {
        let within = format!("{indent}  ");
        let word = match &item.kind {
            Kind::Group(_) => "group",
            Kind::Aside(_) => "aside",
            Kind::Foreach(_) => "foreach",
            _ => "parallel",
        };
        self.line(indent, &format!("- {word}: {}", item.id));
        self.line(&within, "title: 块");
        if self.may(tape, Freedom::NoRoutes, 10) {
            self.line(&within, "distinct: true");
        }
        match &item.kind {
            Kind::Aside(_) => self.left_by_next(tape, &item.id, &within, around),
            _ => {
                if tape.once_in(3) {
                    self.due(tape, &within, around);
                }
                self.common(tape, &within, &item.id, around);
            }
        }
        if self.may(tape, Freedom::NoRoutes, 4) {
            self.signals(tape, &item.id, &within, around);
        }
        match &item.kind {
            Kind::Group(list) | Kind::Aside(list) => {
                self.list(tape, item, list, &within, around);
            }
            Kind::Foreach(list) => {
                let over = tape.one_of(LISTS).replace("{indent}", &within);
                self.line(&within, &format!("over: {over}"));
                let name = part_of(around, &item.id);
                self.line(&within, &format!("as: {name}"));
                if tape.once_in(3) {
                    self.line(&within, "order: sequence");
                }
                self.line(&within, &format!("join: {}", tape.one_of(JOINS)));
                let mut here = around.clone();
                here.replies = *self.replies.get_or_insert_with(|| item.id.clone()) == item.id;
                if over == "form.providers" {
                    here.department = Some(name);
                }
                self.list(tape, item, list, &within, &here);
            }
            Kind::Parallel(branches) => self.branches(tape, item, branches, &within, around),
            Kind::Stage | Kind::Wait | Kind::Start => {}
        }
    }

    fn list(
        &mut self,
        tape: &mut Tape<'_>,
        item: &Item,
        list: &[Item],
        indent: &str,
        around: &Around,
    ) {
        self.line(indent, "stages:");
        let inside = around.inside(list, item);
        for inner in list {
            self.item(tape, inner, &format!("{indent}  "), &inside);
        }
    }

    fn branches(
        &mut self,
        tape: &mut Tape<'_>,
        item: &Item,
        branches: &[Vec<Item>],
        indent: &str,
        around: &Around,
    ) {
        let join = match tape.below(JOINS.len() + 2) {
            0 => "[b0]",
            1 => "[b0, b1]",
            other => JOINS[other - 2],
        };
        self.line(indent, &format!("join: {join}"));
        self.line(indent, "branches:");
        for (index, list) in branches.iter().enumerate() {
            self.line(indent, &format!("  b{index}:"));
            if tape.once_in(3) {
                let when = around.guard(tape);
                self.line(indent, &format!("    when: '{when}'"));
            }
            self.list(tape, item, list, &format!("{indent}    "), around);
        }
    }

    /// An aside is left by its `next` alone.
    fn left_by_next(&mut self, tape: &mut Tape<'_>, id: &str, indent: &str, around: &Around) {
        let words: &[&str] = match around.in_foreach {
            true => &["passed", "refused"],
            false => &["refused", "approved", "applicant"],
        };
        let target = match around.following(id) {
            Some(following) if tape.once_in(2) => following.clone(),
            _ => around.target(tape, words),
        };
        self.line(indent, &format!("next: {target}"));
    }

    fn signals(&mut self, tape: &mut Tape<'_>, id: &str, indent: &str, around: &Around) {
        let by = tape.one_of(&["applicant", "section_head@applicant"]);
        let fills = tape.one_of(&["", ", fills: [note]"]);
        let next = match self.freedom {
            Freedom::All => around.target(tape, &["stay", "again", "passed", "applicant"]),
            Freedom::NoRoutes | Freedom::Plain => "stay".to_owned(),
        };
        let leaving = match (around.in_foreach, around.following(id)) {
            (true, _) => "passed",
            (false, _) => "refused",
        };
        self.line(
            indent,
            &format!(
                "signals: {{go: {{title: 通知, by: [{by}]{fills}, next: {next}}}, leave: {{title: 离开, by: [applicant], next: {leaving}}}}}"
            ),
        );
    }

    pub(super) fn wait(&mut self, tape: &mut Tape<'_>, id: &str, indent: &str, around: &Around) {
        let within = format!("{indent}  ");
        self.line(indent, &format!("- wait: {id}"));
        self.line(&within, "title: 等待");
        let until = !tape.once_in(3);
        if until {
            let until = tape.one_of(&["form.until", "case.submitted"]);
            self.line(&within, &format!("until: {until}"));
            if tape.once_in(2) {
                self.line(&within, "remind: [1d before]");
            }
        }
        if tape.once_in(3) {
            self.line(&within, "clock: pause");
        }
        if tape.once_in(2) || !until {
            self.signals(tape, id, &within, around);
        }
        if tape.once_in(3) {
            let when = around.guard(tape);
            self.line(&within, &format!("when: '{when}'"));
        }
        self.next(tape, &within, id, around);
    }

    pub(super) fn start(&mut self, tape: &mut Tape<'_>, id: &str, indent: &str, around: &Around) {
        let within = format!("{indent}  ");
        self.line(indent, &format!("- start: {id}"));
        self.line(&within, "title: 发起");
        self.line(&within, "workflow: trial");
        self.line(&within, "with: {amount: form.amount}");
        let applicant = tape.one_of(&["applicant", "section_head@applicant"]);
        self.line(&within, &format!("for: {applicant}"));
        if tape.once_in(3) {
            self.due(tape, &within, around);
        }
        self.common(tape, &within, id, around);
        self.recurring(tape, &within, around);
    }
}

/// The outermost part has the name that guards read.
fn part_of(around: &Around, id: &str) -> String {
    match around.in_foreach {
        true => format!("part_{id}"),
        false => "part".to_owned(),
    }
}
