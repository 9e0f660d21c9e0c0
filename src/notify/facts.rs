//! What a mail may know: values and names, no sentences, and nothing that must not be in a mail.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Duration, Instant};
use crate::messages::Language;

/// When time runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At 24:00 of this day: budgets in days.
    EndOf(NaiveDate),
    /// At this instant: budgets in hours and minutes.
    At(Instant),
}

/// A task that somebody is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    /// What is asked.
    pub asked: Asked,
    /// The stage's title, with its branch unless mails are to say less: 业务审核（省公安厅）.
    pub stage: String,
    /// When it is due.
    pub due: Option<Due>,
    /// The budget: 10 working days.
    pub budget: Option<Duration>,
    /// The buttons that act; none if this person must log in first.
    pub links: Vec<ActionLink>,
}

/// What is asked of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A verdict.
    Sign,
    /// A piece of work.
    Work,
    /// To take note.
    Acknowledge,
    /// Whether somebody gets more time.
    Extension,
    /// To advise whoever has the task.
    Advise,
}

/// A button that opens the confirm page of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionLink {
    /// What it says: 同意.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

/// Why the mail is sent, with the facts of its own kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A task is yours.
    Assigned(TaskFacts),
    /// Its deadline comes near.
    Reminder {
        /// The task.
        task: TaskFacts,
        /// What is left.
        left: Duration,
    },
    /// What the case waits for comes to its end, and you may say what becomes of it.
    WaitEnds {
        /// The stage that waits.
        stage: String,
        /// What is left.
        left: Duration,
        /// Until when it stands.
        due: Due,
    },
    /// Somebody who waits for it urges.
    Urged(TaskFacts),
    /// Its deadline has passed.
    Overdue {
        /// The task.
        task: TaskFacts,
        /// By how much.
        late: Duration,
        /// Who has been told.
        told: Option<String>,
    },
    /// Somebody else's deadline has passed, and you are to see to it.
    Escalated {
        /// The task.
        task: TaskFacts,
        /// By how much.
        late: Duration,
        /// The department that is late, by its short name.
        department: String,
        /// The person it waits for.
        waiting_for: Option<String>,
    },
    /// Advice that you asked for has come; the task is still yours.
    Advised(TaskFacts),
    /// Your request came back to be changed.
    Returned {
        /// The stage that sent it back.
        stage: String,
        /// The department that did, by its short name.
        department: String,
        /// Where it is changed.
        edit_url: String,
    },
    /// Your request needs more material, and the clock has stopped.
    Supplement {
        /// The stage that asks.
        stage: String,
        /// The department that asks, by its short name.
        department: String,
        /// Until when.
        due: Option<Due>,
        /// The budget for it.
        budget: Option<Duration>,
        /// Whether the clock stands still meanwhile.
        paused: bool,
        /// Where it is supplied.
        edit_url: String,
    },
    /// Your request was approved.
    Approved {
        /// From when until when the approval holds, if it is limited.
        valid: Option<(NaiveDate, NaiveDate)>,
        /// How many conditions it has.
        conditions: usize,
    },
    /// Your request was refused.
    Rejected {
        /// Who decided, by its short name.
        department: String,
        /// When.
        on: NaiveDate,
    },
    /// A case stands still until somebody in charge mends it.
    Stuck {
        /// The stage that it stands at, if it is one.
        stage: Option<String>,
        /// Why it stands.
        cause: Cause,
    },
    /// You need not do it any more.
    NoLongerNeeded(Moot),
    /// The case was ended without a decision.
    Closed(Closing),
    /// A deadline was moved.
    Extended {
        /// The stage.
        stage: String,
        /// By how much.
        by: Duration,
        /// To when; `None` while the clock stands still.
        due: Option<Due>,
    },
    /// The time that you asked for was not granted.
    ExtensionRefused {
        /// The stage.
        stage: String,
        /// The old date.
        due: Option<Due>,
    },
    /// A program that was told of changes wants to be told no more.
    WebhookGone {
        /// What it is called.
        target: String,
        /// Where it is looked after.
        url: String,
    },
    /// You are to act for somebody.
    SubstituteNamed(SubstituteFacts),
    /// You act for them no more.
    SubstituteEnded(SubstituteFacts),
    /// A day in an entry of a register.
    Entry(EntryFacts),
    /// You were given a copy to read.
    Copied {
        /// Who gave it.
        by: Option<String>,
    },
}

/// Somebody acts for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstituteFacts {
    /// For whom.
    pub holder: String,
    /// On which post: 省公安厅科室负责人.
    pub post: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// The page to look at.
    pub url: String,
}

/// A day in an entry of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFacts {
    /// What the register is called.
    pub register: String,
    /// What comes then.
    pub what: String,
    /// What there is to say of it.
    pub said: EntrySaid,
    /// The page to open.
    pub url: String,
}

/// What there is to say of a day in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntrySaid {
    /// It comes on this day, in so many entries of the case.
    Due(NaiveDate, usize),
    /// It has started a draft, which you are to file.
    Started,
    /// It has started a case in your name.
    Filed,
    /// It is to start a case, and this is in the way.
    Unstarted(Hindrance),
}

/// Why a case could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hindrance {
    /// Nobody holds a post by which it is filed.
    Nobody,
    /// No version of the workflow is in force.
    NotInForce,
    /// What it is to begin with cannot be read from the entry.
    Unreadable,
}

/// Why a case stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No one can hold a task; somebody has to be named.
    NoHolder,
    /// The definition asks something that cannot be answered.
    Definition,
}

/// Why a task need not be done any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moot {
    /// Another holder of the post did it.
    DoneByOther,
    /// It was given to somebody else.
    Reassigned,
    /// Whoever was before took their verdict back.
    TakenBack,
    /// They had been added as a signer, and were taken out again.
    Removed,
    /// The applicant took the request back.
    Withdrawn,
    /// The case ended otherwise.
    Ended,
}

/// How a case ended without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The applicant took it back.
    Withdrawn,
    /// Somebody in charge ended it.
    Terminated,
    /// Its approval was undone.
    Voided,
    /// It ended by the rules of its workflow.
    Ended,
}

/// Why this person gets the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They sign this stage.
    Signer,
    /// The task is theirs to work on.
    Handler,
    /// They act for somebody who signs it or works on it.
    Substitute,
    /// They were asked for their advice.
    Adviser,
    /// They are in charge of the department that is late.
    Overseer,
    /// They filed the request.
    Applicant,
    /// They were asked to act on it.
    Asked,
    /// They were copied on it.
    Copied,
    /// They look after the system.
    Administrator,
    /// They were named to act for somebody.
    Named,
    /// They look after an entry of a register.
    Register,
}

/// Who the mail is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Their name.
    pub name: String,
    /// Their department's short name.
    pub department: String,
}

/// The data that is asked for, as far as a mail may name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFacts {
    /// The title of the resource, or of the first with how many more there are.
    pub title: String,
    /// Its provider's short name.
    pub provider: String,
}

/// What every mail about a case knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFacts {
    /// The reader's language.
    pub language: Language,
    /// Today in Beijing; decides where a year is written.
    pub today: NaiveDate,
    /// The product's name.
    pub product: String,
    /// Who the mail is for.
    pub recipient: Recipient,
    /// Why they get it.
    pub why: Why,
    /// For whom they act, by name.
    pub acts_for: Option<String>,
    /// The case's number.
    pub number: String,
    /// The workflow's title: 政务数据共享申请.
    pub workflow: String,
    /// The applicant's department, by its short name.
    pub applicant: String,
    /// The data that is asked for, if the workflow is about data.
    pub data: Option<DataFacts>,
    /// The case's page.
    pub case_url: String,
    /// Whom to ask when the mail went astray.
    pub contact: Option<String>,
    /// Leave out data and departments.
    pub hide_details: bool,
}
