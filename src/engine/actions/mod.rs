//! The actions. Each one's right, precondition and refusal stand in one place, its own file; what a case offers to its
//! reader comes from the same `may` that accepts or refuses.

mod abstain;
mod acknowledge;
mod add_signer;
mod advise;
mod approve;
mod choose;
mod claim;
mod comment;
mod consult;
mod copy;
mod done;
mod erase;
mod extend;
mod grant_extension;
mod jump;
mod reassign;
mod recuse;
mod refuse_extension;
mod reject;
mod release;
mod remove_signer;
mod resubmit;
mod resume;
mod r#return;
mod save_draft;
mod signal;
mod submit;
mod supplement;
mod supply;
mod suspend;
mod take_back;
mod terminate;
mod transfer;
mod urge;
mod void;
mod withdraw;

pub use add_signer::{MOST_ADDED, ways};
pub use consult::MOST_CONSULTED;
pub(in crate::engine) use extend::extendable;
pub use jump::{JumpTarget, jump_targets};
pub use r#return::targets;
pub use signal::{SignalOffer, signals};
pub use take_back::taken_back_from;

use super::run::Run;
use super::situation::Situation;
use super::{Answer, Event, Input, Rejection, Right, TaskId};
use crate::workflow::Node;

/// The most characters of an opinion, reason or comment.
pub const MOST_COMMENT: usize = 4_000;

/// What one action knows.
pub trait ActionRule: Sync {
    /// Its name in the API: `approve`.
    fn name(&self) -> &'static str;

    /// Whether it is done on a task.
    fn on_task(&self) -> bool {
        true
    }

    /// Whether it is done on tasks that wait for their turn as well.
    fn on_waiting(&self) -> bool {
        false
    }

    /// The right and the precondition; for an action on a task, `task` is which.
    fn may(&self, at: &Situation<'_>, task: Option<TaskId>) -> Result<(), Rejection>;

    /// By what right it is done; `may` has been asked.
    fn right(&self, at: &Situation<'_>, input: &Input) -> Right {
        let id = input.task.filter(|_| self.on_task());
        let task = id.and_then(|id| at.case.task(id));
        let right = task.and_then(|task| at.right_on(task).ok());
        right.unwrap_or(Right::Own)
    }

    /// What happens; `may` has been asked.
    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection>;
}

/// Every action, in the order in which pages offer them.
pub const ALL: &[&dyn ActionRule] = &[
    &submit::Submit,
    &approve::Approve,
    &choose::Choose,
    &done::Done,
    &acknowledge::Acknowledge,
    &advise::Advise,
    &abstain::Abstain,
    &supplement::Supplement,
    &supply::Supply,
    &r#return::Return,
    &reject::Reject,
    &grant_extension::GrantExtension,
    &refuse_extension::RefuseExtension,
    &extend::Extend,
    &save_draft::SaveDraft,
    &claim::Claim,
    &release::Release,
    &consult::Consult,
    &transfer::Transfer,
    &recuse::Recuse,
    &add_signer::AddSigner,
    &remove_signer::RemoveSigner,
    &reassign::Reassign,
    &resume::Resume,
    &take_back::TakeBack,
    &urge::Urge,
    &copy::Copy,
    &signal::Signal,
    &comment::Comment,
    &withdraw::Withdraw,
    &suspend::Suspend,
    &jump::Jump,
    &resubmit::Resubmit,
    &terminate::Terminate,
    &void::Void,
    &erase::Erase,
];

/// The action of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn ActionRule> {
    ALL.iter().copied().find(|rule| rule.name() == name)
}

/// The comment of an action on a stage, when the stage requires one or one was given.
fn comment_for(
    node: &Node,
    action: &str,
    required: bool,
    input: &Input,
) -> Result<Option<String>, Rejection> {
    let required = required || needs_comment(node, action);
    let comment = text_of(input)?;
    if required && comment.is_none() {
        return Err(Rejection::CommentMissing(action.to_owned()));
    }
    Ok(comment)
}

/// Whether the stage requires a comment with this action.
fn needs_comment(node: &Node, action: &str) -> bool {
    node.rules.comment.iter().any(|needs| needs == action)
}

/// The comment of an action that always needs one.
pub(in crate::engine) fn reason_for(action: &str, input: &Input) -> Result<String, Rejection> {
    text_of(input)?.ok_or_else(|| Rejection::CommentMissing(action.to_owned()))
}

/// The comment, trimmed; `None` when blank.
fn text_of(input: &Input) -> Result<Option<String>, Rejection> {
    let Some(comment) = input
        .comment
        .as_deref()
        .map(str::trim)
        .filter(|comment| !comment.is_empty())
    else {
        return Ok(None);
    };
    let length = comment.chars().count();
    if MOST_COMMENT < length {
        return Err(Rejection::CommentTooLong(length, MOST_COMMENT));
    }
    if comment.chars().any(unprintable) {
        return Err(Rejection::CommentUnprintable);
    }
    Ok(Some(comment.replace("\r\n", "\n")))
}

/// Control characters and direction overrides, which can make a text show other than it reads.
fn unprintable(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
        || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

/// Takes filled-in answers, records one answer on the task and goes on if the stage is decided.
fn answer(
    run: &mut Run<'_>,
    input: &Input,
    action: &'static str,
    answer: Answer,
    passing: bool,
    comment: Option<String>,
) -> Result<(), Rejection> {
    let id = input.task.ok_or(Rejection::TaskMissing(action))?;
    let task = run
        .case
        .task(id)
        .cloned()
        .ok_or(Rejection::UnknownTask(id))?;
    let (_, stage) = run
        .stage(&task.stage)
        .ok_or(Rejection::NotOffered { action })?;
    super::answers::fill(run, stage, &task, input, passing)?;
    // Who was added before or after somebody fills in nothing, so what must be filled in is not held against them.
    if passing && !task.is_beside() {
        let choice = input.choice.as_deref().unwrap_or(action);
        run.hold(&stage.checks, Some(id), Some(choice), input.confirmed)?;
    }
    run.record(Event::Answered {
        task: id,
        answer,
        comment,
        automatic: None,
    });
    run.cancel_advice(id);
    run.settle(&task.stage, false)
}
