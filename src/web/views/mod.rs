//! What each page shows, as a value: handlers fill it in, templates only lay it out.

mod access;
mod branches;
mod case;
mod catalogue;
mod due;
mod erase;
mod errors;
mod filing;
mod flow;
mod ledger;
mod links;
mod lists;
mod mail;
mod outbox;
mod print;
mod shell;
mod substitutes;
mod webhooks;
mod workflows;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use access::{DemoAccount, LoginView, LogoutView};
pub use branches::{BlockView, BranchView, EntryRow, JumpForm, SignalForm, SignalGroup};
pub use case::{
    ActCard, ActOption, AttachmentRow, CaseView, Claim, Comment, CommentField, Content,
    CopyReceipt, Discussion, Named, Needed, OtherAction, OtherField, Signature, Signatures,
    SupplementForm, Timeline, TimelineItem, Upload,
};
pub use catalogue::{
    CatalogueView, ImportPlan, ImportRow, ImportView, ItemRow, ResourceRow, ResourceView,
};
pub use due::{ClockFacts, DayCell, DayScale, DueView};
pub use erase::{ErasableRow, EraseView};
pub use errors::{ErrorView, Problem, StopView};
pub use filing::{
    AskView, Asked, CheckSection, CheckView, Conflict, ConflictRow, EditView, NewView, PreviewStep,
    Step, StepState, SubmittedView, WarningRow, WorkflowCard,
};
pub use flow::FlowView;
pub use ledger::{
    Cell, EntryView, GrantRow, GrantsAnswer, GrantsView, LedgerRow, LedgerView, RegisterRow,
    RegisterView,
};
pub use links::{ConfirmDoneView, ConfirmView, DeadLinkView};
pub use lists::{
    BatchRow, BatchView, CcRow, CcView, DoneRow, DoneView, Draft, Filter, InboxGroup, InboxRow,
    InboxView, MineRow, MineView, Pager, VacantRow, VacantView,
};
pub use mail::{MailHeader, MailListView, MailRow, MailView};
pub use outbox::{LostMailRow, OutboxView, ResentRow};
pub use print::{
    Both, Download, PaperFact, PaperView, Part, Reason, Record, SheetBox, SheetBranch, SheetCell,
    SheetSection, SheetTable, SheetView, Signed, VerifyView,
};
pub use shell::{Counts, Nav, Reader, Shell};
pub use substitutes::{SubstituteForm, SubstituteRow, SubstitutesView};
pub use webhooks::{WebhookRow, WebhookTargetRow, WebhooksView};
pub use workflows::{
    Checks, Comparison, Conflicting, Crumb, Deed, DefinitionView, DiffLine, DiffView,
    DifferenceRow, Done, EndRow, FateRow, FindingRow, LegRow, MigrationView, MissingRow, Picture,
    PlayedTests, Pointer, PolicyRow, ProposeView, RuleRow, RulesView, SourceLine, StageRow,
    TestRow, TrialView, Tried, VersionRow, VersionView, VersionsView, WaitingRow, Walked,
    WorkflowRow, WorkflowsView,
};

use handlebars::RenderError;
use serde::Serialize;

use crate::messages::{Language, text};
use crate::templates;

/// A page's content: what its template reads.
pub trait View: Serialize {
    /// The template: `pages/inbox`.
    const TEMPLATE: &'static str;

    /// The page's title, without the product's name.
    fn title(&self, language: Language) -> String;
}

#[derive(Serialize)]
struct Page<'a, V> {
    title: String,
    shell: shell::Layout,
    #[serde(flatten)]
    view: &'a V,
}

/// The page as HTML, in the language of its reader.
pub fn page<V: View>(shell: &Shell, view: &V) -> Result<String, RenderError> {
    let data = Page {
        title: view.title(shell.language),
        shell: shell.layout(),
        view,
    };
    templates::render(shell.language, V::TEMPLATE, &data)
}

/// What a colour says; there are always words beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Grey: a fact.
    #[default]
    Hold,
    /// White with a thin line: a label.
    Line,
    /// Blue: in progress.
    Run,
    /// Green: finished well.
    Ok,
    /// Amber: soon, or to be supplemented.
    Warn,
    /// Red: late, wrong or refused, and nothing else.
    Bad,
}

/// A short label that cannot be clicked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// Its colour.
    pub tone: Tone,
    /// Its icon's name in the sprite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<&'static str>,
    /// Its words.
    pub text: String,
}

impl Tag {
    /// A tag with the icon that its tone usually has.
    #[must_use]
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        let icon = match tone {
            Tone::Run => Some("hourglass"),
            Tone::Ok => Some("circle-check"),
            Tone::Warn => Some("triangle-alert"),
            Tone::Bad => Some("circle-x"),
            Tone::Hold | Tone::Line => None,
        };
        Self {
            tone,
            icon,
            text: text.into(),
        }
    }

    /// A tag with this icon.
    #[must_use]
    pub fn with_icon(tone: Tone, icon: &'static str, text: impl Into<String>) -> Self {
        Self {
            tone,
            icon: Some(icon),
            text: text.into(),
        }
    }

    /// A label without icon.
    #[must_use]
    pub fn plain(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            icon: None,
            text: text.into(),
        }
    }
}

/// A link with its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// The words.
    pub text: String,
}

impl Link {
    /// A link.
    #[must_use]
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// A sentence to all of a page: what was just done, or what to know first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its colour.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

impl Notice {
    /// A notice; `Ok` for what was done, `Warn` for what differs from what was asked.
    #[must_use]
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
        }
    }
}

/// A label and what stands beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// 使用场景
    pub label: String,
    /// The value; line breaks are kept.
    pub value: String,
    /// A second line, small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
    /// Whether it stands out.
    #[serde(skip_serializing_if = "is_false")]
    pub strong: bool,
    /// Whether it is a code, to be read letter by letter.
    #[serde(skip_serializing_if = "is_false")]
    pub mono: bool,
}

impl Fact {
    /// A label with one text.
    #[must_use]
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    /// With a second, small line.
    #[must_use]
    pub fn more(mut self, more: impl Into<String>) -> Self {
        self.more = Some(more.into());
        self
    }
}

/// A mistake in a form, and the control that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorLink {
    /// `#f-purpose`, or the section's page with it.
    pub href: String,
    /// What is wrong and how to mend it.
    pub text: String,
}

impl ErrorLink {
    /// A link to the control.
    #[must_use]
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// An option of a select or a group of boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub text: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// An option.
    #[must_use]
    pub fn new(value: impl Into<String>, text: impl Into<String>, chosen: bool) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
            chosen,
        }
    }
}

// Signature given by serde's `skip_serializing_if`.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The title of a page whose form came back with mistakes begins with 错误：, so that it is heard first.
fn error_title(language: Language, title: String, errors: &[ErrorLink]) -> String {
    if errors.is_empty() {
        return title;
    }
    text(language, "pages.title.error", &[("title", &title)])
}
