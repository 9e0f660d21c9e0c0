//! What a mail says: for each kind a subject, a heading, a sentence, a few facts and the buttons. HTML and text are made
//! from the same view, so they cannot differ; a new kind is a variant here and its sentences in `messages/*/mail.toml`.

use chrono::NaiveDate;
use serde::Serialize;

use super::facts::{Asked, Cause, Closing, Due, MailFacts, Moot, Notice, TaskFacts, Why};
use super::words::Words;
use crate::calendar::Duration;
use crate::templates;

/// A mail in its three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
}

/// A template does not render; a fault of the build.
#[derive(Debug, thiserror::Error)]
#[error("a mail could not be written: {0}")]
pub struct WritingError(#[from] handlebars::RenderError);

/// Writes the mail about `notice`.
pub fn write(notice: &Notice, facts: &MailFacts) -> Result<Written, WritingError> {
    let view = Writer::new(facts).view(notice);
    Ok(Written {
        html: templates::render(facts.language, "mail/letter.html", &view)?,
        text: templates::render(facts.language, "mail/letter.txt", &view)?,
        subject: view.subject,
    })
}

/// What both templates show, in their order.
#[derive(Debug, Serialize)]
struct View {
    lang: &'static str,
    product: String,
    subject: String,
    heading: String,
    lead: String,
    rows: Vec<Row>,
    buttons: Vec<Button>,
    notes: Vec<String>,
    case_note: Option<String>,
    case_url: String,
    footer: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    /// Dates stand out; nothing else does.
    strong: String,
    plain: String,
}

#[derive(Debug, Serialize)]
struct Button {
    label: String,
    url: String,
    main: bool,
}

struct Writer<'a> {
    facts: &'a MailFacts,
    words: Words,
}

impl<'a> Writer<'a> {
    fn new(facts: &'a MailFacts) -> Self {
        let words = Words {
            language: facts.language,
            today: facts.today,
        };
        Self { facts, words }
    }

    fn view(&self, notice: &Notice) -> View {
        match notice {
            Notice::Assigned(task) => self.assigned(task),
            Notice::Advised(task) => self.with_task(self.start("advised", &[]), task),
            Notice::Reminder { task, left } => self.reminder(task, *left),
            Notice::WaitEnds { stage, left, due } => self.wait_ends(stage, *left, *due),
            Notice::Urged(task) => self.with_task(self.start("urged", &[]), task),
            Notice::Overdue { task, late, told } => self.overdue(task, *late, told.as_deref()),
            Notice::Escalated {
                task,
                late,
                department,
                waiting_for,
            } => self.escalated(task, *late, department, waiting_for.as_deref()),
            Notice::Returned {
                stage,
                department,
                edit_url,
            } => self.returned(stage, department, edit_url),
            Notice::Supplement {
                stage,
                department,
                due,
                budget,
                paused,
                edit_url,
            } => {
                let rows = vec![
                    self.plain_row("asked_at", stage.clone()),
                    self.due_row("supplement_due", *due, *budget),
                ];
                self.supplement(department, (*budget, *paused), rows, edit_url)
            }
            Notice::Stuck { stage, cause } => self.stuck(stage.as_deref(), *cause),
            Notice::Approved { valid, conditions } => self.approved(*valid, *conditions),
            Notice::Rejected { department, on } => self.rejected(department, *on),
            Notice::NoLongerNeeded(moot) => self.moot(*moot),
            Notice::Closed(closing) => self.closed(*closing),
            Notice::Extended { stage, by, due } => self.extended(stage, *by, *due),
            Notice::ExtensionRefused { stage, due } => {
                let mut view = self.start("extension_refused", &[]);
                self.add_applicant(&mut view);
                view.rows.push(self.plain_row("stage", stage.clone()));
                view.rows.push(self.due_row("due", *due, None));
                view.buttons.push(self.open("case", &self.facts.case_url));
                view
            }
            Notice::Copied { by } => self.copied(by.as_deref()),
            Notice::Entry(entry) => self.entry(entry),
        }
    }

    fn assigned(&self, task: &TaskFacts) -> View {
        let kind = match task.asked {
            Asked::Sign => "sign",
            Asked::Work => "work",
            Asked::Acknowledge => "acknowledge",
            Asked::Extension => "extension",
            Asked::Advise => "advise",
        };
        let mut view = self.start(&format!("assigned.{kind}"), &[]);
        if let Some(due) = &task.due {
            let by = self.words.by(due);
            view.subject = self
                .words
                .say("subject_by", &[("subject", &view.subject), ("by", &by)]);
        }
        self.with_task(view, task)
    }

    fn reminder(&self, task: &TaskFacts, left: Duration) -> View {
        let left = self.words.amount(left);
        let due = task.due.as_ref().map(|due| self.words.deadline(due));
        let key = if due.is_some() {
            "reminder.dated"
        } else {
            "reminder.undated"
        };
        let values = [
            ("left", left.as_str()),
            ("due", due.as_deref().unwrap_or_default()),
        ];
        self.with_task(self.start(key, &values), task)
    }

    fn wait_ends(&self, stage: &str, left: Duration, due: Due) -> View {
        let left = self.words.amount(left);
        let values = [("stage", stage), ("left", left.as_str())];
        let mut view = self.start("reminder.wait", &values);
        self.add_applicant(&mut view);
        self.add_data(&mut view);
        view.rows.push(self.plain_row("stage", stage.to_owned()));
        view.rows.push(self.due_row("due", Some(due), None));
        view.buttons.push(self.open("case", &self.facts.case_url));
        view
    }

    fn overdue(&self, task: &TaskFacts, late: Duration, told: Option<&str>) -> View {
        let late = self.words.amount(late);
        let key = if told.is_some() {
            "overdue.told"
        } else {
            "overdue.untold"
        };
        let values = [("late", late.as_str()), ("told", told.unwrap_or_default())];
        self.with_task(self.start(key, &values), task)
    }

    fn escalated(
        &self,
        task: &TaskFacts,
        late: Duration,
        department: &str,
        waiting_for: Option<&str>,
    ) -> View {
        let late = self.words.amount(late);
        let values = [
            ("late", late.as_str()),
            ("department", department),
            ("stage", &task.stage),
        ];
        let mut view = self.start("escalated", &values);
        self.add_applicant(&mut view);
        view.rows.push(self.plain_row("stage", task.stage.clone()));
        if let Some(name) = waiting_for {
            view.rows
                .push(self.plain_row("waiting_for", name.to_owned()));
        }
        view.rows.push(self.due_row("due", task.due, task.budget));
        view.buttons.push(self.open("login", &self.facts.case_url));
        view.notes.push(self.words.say("note.escalated", &[]));
        view
    }

    fn returned(&self, stage: &str, department: &str, edit_url: &str) -> View {
        let mut view = self.start("returned", &[("department", department)]);
        view.rows
            .push(self.plain_row("returned_at", stage.to_owned()));
        view.buttons.push(self.open("edit", edit_url));
        view.notes.push(self.words.say("note.returned", &[]));
        view
    }

    fn supplement(
        &self,
        department: &str,
        (budget, paused): (Option<Duration>, bool),
        rows: Vec<Row>,
        edit_url: &str,
    ) -> View {
        let within = budget.map(|budget| self.words.amount(budget));
        let key = match (&within, paused) {
            (Some(_), true) => "supplement.within",
            (None, true) => "supplement.open",
            (Some(_), false) => "supplement.within_running",
            (None, false) => "supplement.open_running",
        };
        let values = [
            ("department", department),
            ("within", within.as_deref().unwrap_or_default()),
        ];
        let mut view = self.start(key, &values);
        view.rows.extend(rows);
        view.buttons.push(self.open("supplement", edit_url));
        view.notes.push(self.words.say("note.supplement", &[]));
        view
    }

    fn stuck(&self, stage: Option<&str>, cause: Cause) -> View {
        let kind = match cause {
            Cause::NoHolder => "stuck.no_holder",
            Cause::Definition => "stuck.definition",
        };
        let mut view = self.start(kind, &[]);
        self.add_applicant(&mut view);
        if let Some(stage) = stage {
            view.rows.push(self.plain_row("stage", stage.to_owned()));
        }
        view.buttons.push(self.open("login", &self.facts.case_url));
        view
    }

    fn approved(&self, valid: Option<(NaiveDate, NaiveDate)>, conditions: usize) -> View {
        let mut view = self.start("approved", &[]);
        self.add_data(&mut view);
        if let Some((from, until)) = valid {
            let (from, until) = (self.words.full_day(from), self.words.full_day(until));
            let span = self
                .words
                .say("span", &[("from", &from), ("until", &until)]);
            view.rows.push(self.strong_row("valid", span));
        }
        if 0 < conditions {
            let count = conditions.to_string();
            let text = self.words.say("conditions", &[("count", &count)]);
            view.rows.push(self.plain_row("conditions", text));
        }
        view.buttons.push(self.open("result", &self.facts.case_url));
        view.notes.push(self.words.say("note.approved", &[]));
        view
    }

    fn rejected(&self, department: &str, on: NaiveDate) -> View {
        let mut view = self.start("rejected", &[]);
        if !self.facts.hide_details {
            view.rows
                .push(self.plain_row("decided_by", department.to_owned()));
        }
        view.rows
            .push(self.strong_row("decided_on", self.words.full_day(on)));
        view.buttons
            .push(self.open("reasons", &self.facts.case_url));
        view.notes.push(self.words.say("note.rejected", &[]));
        view
    }

    fn moot(&self, moot: Moot) -> View {
        let kind = match moot {
            Moot::DoneByOther => "done_by_other",
            Moot::Reassigned => "reassigned",
            Moot::TakenBack => "taken_back",
            Moot::Removed => "removed",
            Moot::Withdrawn => "withdrawn",
            Moot::Ended => "ended",
        };
        let mut view = self.start(&format!("moot.{kind}"), &[]);
        self.add_applicant(&mut view);
        view
    }

    fn closed(&self, closing: Closing) -> View {
        let kind = match closing {
            Closing::Withdrawn => "withdrawn",
            Closing::Terminated => "terminated",
            Closing::Voided => "voided",
            Closing::Ended => "ended",
        };
        let mut view = self.start(&format!("closed.{kind}"), &[]);
        view.buttons.push(self.open("case", &self.facts.case_url));
        view
    }

    fn extended(&self, stage: &str, by: Duration, due: Option<Due>) -> View {
        let by = self.words.amount(by);
        let mut view = self.start("extended", &[("by", &by)]);
        self.add_applicant(&mut view);
        view.rows.push(self.plain_row("stage", stage.to_owned()));
        view.rows.push(match due {
            Some(_) => self.due_row("due", due, None),
            None => self.plain_row("due", self.words.say("paused", &[])),
        });
        view.buttons.push(self.open("case", &self.facts.case_url));
        view
    }

    fn copied(&self, by: Option<&str>) -> View {
        let mut view = self.start("copied", &[]);
        self.add_applicant(&mut view);
        if let Some(by) = by {
            view.rows.push(self.plain_row("copied_by", by.to_owned()));
        }
        view.buttons.push(self.open("case", &self.facts.case_url));
        view
    }

    /// Subject, heading, lead and the number: the beginning of every mail.
    fn start(&self, kind: &str, values: &[(&str, &str)]) -> View {
        let facts = self.facts;
        let common = [
            ("number", facts.number.as_str()),
            ("workflow", &facts.workflow),
            ("applicant", &facts.applicant),
        ];
        let values = [&common[..], values].concat();
        let say = |part: &str| {
            let hidden = format!("{kind}.{part}_hidden");
            if facts.hide_details && self.words.has(&hidden) {
                self.words.say(&hidden, &values)
            } else {
                self.words.say(&format!("{kind}.{part}"), &values)
            }
        };
        View {
            lang: facts.language.tag(),
            product: facts.product.clone(),
            subject: say("subject"),
            heading: say("heading"),
            lead: say("lead"),
            rows: vec![
                self.plain_row("number", facts.number.clone()),
                self.plain_row("workflow", facts.workflow.clone()),
            ],
            buttons: Vec::new(),
            notes: Vec::new(),
            case_note: None,
            case_url: facts.case_url.clone(),
            footer: self.footer(&[]),
        }
    }

    /// Facts and buttons of a task that this person is to do.
    fn with_task(&self, mut view: View, task: &TaskFacts) -> View {
        self.add_applicant(&mut view);
        self.add_data(&mut view);
        view.rows
            .push(self.plain_row("your_stage", task.stage.clone()));
        view.rows.push(self.due_row("due", task.due, task.budget));
        if task.links.is_empty() {
            view.buttons.push(self.open("login", &self.facts.case_url));
            view.notes.push(self.words.say("note.pointer", &[]));
            return view;
        }
        view.buttons = task
            .links
            .iter()
            .enumerate()
            .map(|(at, link)| Button {
                label: link.label.clone(),
                url: link.url.clone(),
                main: at == 0,
            })
            .collect();
        view.notes.push(self.words.say("note.confirm", &[]));
        view.case_note = Some(self.words.say("note.case", &[]));
        view.footer = self.footer(&["footer.personal"]);
        view
    }

    fn add_applicant(&self, view: &mut View) {
        if !self.facts.hide_details {
            view.rows
                .push(self.plain_row("applicant", self.facts.applicant.clone()));
        }
    }

    fn add_data(&self, view: &mut View) {
        let Some(data) = self
            .facts
            .data
            .as_ref()
            .filter(|_| !self.facts.hide_details)
        else {
            return;
        };
        let text = self.words.say(
            "data",
            &[("title", &data.title), ("provider", &data.provider)],
        );
        view.rows.push(self.plain_row("data", text));
    }

    fn due_row(&self, label: &str, due: Option<Due>, budget: Option<Duration>) -> Row {
        let Some(due) = due else {
            return self.plain_row(label, self.words.say("no_deadline", &[]));
        };
        let budget = budget.map(|budget| {
            let amount = self.words.amount(budget);
            self.words.say("in_all", &[("amount", &amount)])
        });
        Row {
            plain: budget.unwrap_or_default(),
            ..self.strong_row(label, self.words.deadline(&due))
        }
    }

    fn plain_row(&self, label: &str, plain: String) -> Row {
        Row {
            label: self.words.say(&format!("label.{label}"), &[]),
            strong: String::new(),
            plain,
        }
    }

    fn strong_row(&self, label: &str, strong: String) -> Row {
        Row {
            strong,
            ..self.plain_row(label, String::new())
        }
    }

    /// A button that leads to a page behind the login.
    fn open(&self, label: &str, url: &str) -> Button {
        Button {
            label: self.words.say(&format!("button.{label}"), &[]),
            url: url.to_owned(),
            main: true,
        }
    }

    fn footer(&self, more: &[&str]) -> Vec<String> {
        let facts = self.facts;
        let why = match facts.why {
            Why::Signer => "signer",
            Why::Handler => "handler",
            Why::Substitute => "substitute",
            Why::Adviser => "adviser",
            Why::Overseer => "overseer",
            Why::Applicant => "applicant",
            Why::Asked => "asked",
            Why::Copied => "copied",
            Why::Register => "register",
        };
        let holder = facts.acts_for.as_deref().unwrap_or_default();
        let why = self.words.say(&format!("why.{why}"), &[("holder", holder)]);
        let key = if facts.hide_details {
            "footer.sent_to_hidden"
        } else {
            "footer.sent_to"
        };
        let mut first = self.words.say(
            key,
            &[
                ("name", &facts.recipient.name),
                ("department", &facts.recipient.department),
                ("why", &why),
            ],
        );
        for key in more {
            first.push_str(&self.words.say(key, &[]));
        }
        let mut second = self.words.say("footer.no_password", &[]);
        if let Some(contact) = &facts.contact {
            second.push_str(&self.words.say("footer.contact", &[("contact", contact)]));
        }
        vec![first, second]
    }
}

mod entry;
#[cfg(test)]
mod tests;
