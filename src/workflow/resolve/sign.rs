//! `sign`: what makes a verdict of several signatures.

use crate::expression::Words;
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Share, Sign, Vote};

use super::Reader;

pub(in crate::workflow) const VOTE: &[&str] = &[
    "pass", "of", "quorum", "must", "veto", "casting", "until", "abstain",
];

impl<'t> Reader<'t> {
    pub fn sign(&mut self, tree: &'t Tree) -> Option<Sign> {
        if matches!(tree.kind, Kind::Map(_)) {
            return self.vote(tree).map(Sign::Vote);
        }
        let words = [("any", 0_u8), ("all", 1), ("sequence", 2)];
        Some(match self.word(tree, &words)? {
            0 => Sign::Any,
            1 => Sign::All,
            _ => Sign::Sequence,
        })
    }

    fn vote(&mut self, tree: &'t Tree) -> Option<Vote> {
        let keys = self.keys(tree, VOTE)?;
        let pass = match keys.get("pass") {
            Some(pass) => self.share(pass),
            None => {
                self.missing(tree, "pass");
                None
            }
        };
        let of_voted = keys
            .get("of")
            .and_then(|of| self.word(of, &[("asked", false), ("voted", true)]));
        let quorum = keys.get("quorum").and_then(|quorum| self.share(quorum));
        let must = keys
            .get("must")
            .map_or_else(Vec::new, |list| self.ids(list));
        let veto = keys
            .get("veto")
            .map_or_else(Vec::new, |list| self.ids(list));
        let casting = self.scalar_at(&keys, "casting").map(str::to_owned);
        let until_due = keys
            .get("until")
            .and_then(|until| self.word(until, &[("due", true)]));
        let abstain = self.switch_at(&keys, "abstain");
        Some(Vote {
            pass: pass?,
            of_voted: of_voted.unwrap_or(false),
            quorum,
            must,
            veto,
            casting,
            until_due: until_due.unwrap_or(false),
            abstain: abstain.unwrap_or(false),
        })
    }

    /// A list of ids or names.
    pub fn ids(&mut self, tree: &'t Tree) -> Vec<String> {
        self.items(tree)
            .iter()
            .filter_map(|item| self.scalar(item).map(str::to_owned))
            .collect()
    }

    /// `3`, `2/3`, `60%`.
    pub fn share(&mut self, tree: &'t Tree) -> Option<Share> {
        let text = self.scalar(tree)?.trim();
        let share = if let Some(percent) = text.strip_suffix('%') {
            percent.trim().parse().ok().map(|part| Share::Of(part, 100))
        } else if let Some((part, whole)) = text.split_once('/') {
            part.trim()
                .parse()
                .ok()
                .zip(whole.trim().parse().ok())
                .map(|(part, whole)| Share::Of(part, whole))
        } else {
            text.parse().ok().map(Share::Count)
        };
        let sound = |share: &Share| match share {
            Share::Count(count) => 0 < *count,
            Share::Of(part, whole) => 0 < *part && part <= whole,
        };
        let share = share.filter(sound);
        if share.is_none() {
            self.unreadable(
                tree,
                text,
                &Words::new("票数", "a number of votes"),
                Some(Words::new("写成 3、2/3、60%", "write 3, 2/3 or 60%")),
            );
        }
        share
    }
}
