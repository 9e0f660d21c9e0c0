//! Moving the run (跳转): where a workflow administrator may move it to, and why.

use super::Sight;
use super::tried::Tried;
use crate::web::views::{Choice, JumpForm};

/// The form; `None` for everyone else.
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Option<JumpForm> {
    if !sight.seen.may("jump", None) {
        return None;
    }
    let here = tried.is("jump", None);
    let mine = |words: &Option<String>| words.clone().filter(|_| here).unwrap_or_default();
    let targets = sight.seen.jump_targets().into_iter().map(|target| {
        let (from, to) = (sight.title(&target.from), sight.title(&target.to));
        let words = sight.say("branch.jump", &[("from", &from), ("to", &to)]);
        let chosen = here && tried.to == target.to;
        Choice::new(target.to, words, chosen)
    });
    Some(JumpForm {
        targets: targets.collect(),
        error: mine(&tried.error),
        value: match here {
            true => tried.comment.clone(),
            false => String::new(),
        },
        comment_error: mine(&tried.comment_error),
        revision: sight.seen.running.case.revision,
        open: here,
    })
}
