//! Votes: that they can be won, and are counted.

use std::collections::BTreeSet;

use super::Lint;
use crate::workflow::{Node, Share, Stage, Vote, Who};

impl Lint<'_> {
    pub fn vote(&mut self, node: &Node, stage: &Stage, vote: &Vote) {
        let id = node.id.as_str();
        if let Some(most) = most_tasks(stage) {
            for (share, key) in [(Some(&vote.pass), "pass"), (vote.quorum.as_ref(), "quorum")] {
                if let Some(Share::Count(need)) = share.filter(|share| beyond(share, most)) {
                    let at = self.of_node(id, &["sign", key]);
                    self.note(
                        "too-many-passes",
                        at,
                        format!("要 {need} 票，却最多只有 {most} 个席位"),
                        format!("{need} votes are needed, but there are at most {most} seats"),
                    );
                }
            }
        }
        let seats: BTreeSet<&str> = stage
            .seats
            .iter()
            .filter_map(|seat| seat.name.as_deref())
            .collect();
        let named = [
            ("must", vote.must.as_slice()),
            ("veto", vote.veto.as_slice()),
            ("casting", vote.casting.as_slice()),
        ];
        for (key, names) in named {
            for (index, name) in names.iter().enumerate() {
                if !seats.contains(name.as_str()) {
                    let at = self.of_node(id, &["sign", key, &index.to_string()]);
                    self.note(
                        "unknown-id",
                        at,
                        format!("这里没有席位 `{name}`"),
                        format!("there is no seat `{name}` here"),
                    );
                }
            }
        }
        if vote.until_due && !self.is_timed(node) {
            let at = self.of_node(id, &["sign", "until"]);
            self.note(
                "vote-without-due",
                at,
                "`until: due` 要有 `due`，否则永远不计票".to_owned(),
                "`until: due` needs a `due`, or the votes are never counted".to_owned(),
            );
        }
    }
}

/// How many tasks there can be; `None` when only the case tells.
fn most_tasks(stage: &Stage) -> Option<u32> {
    let each = stage.seats.iter().flat_map(|seat| &seat.who).any(|who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    });
    if each {
        return None;
    }
    // Someone named twice signs once.
    let different: BTreeSet<String> = stage
        .seats
        .iter()
        .enumerate()
        .map(|(index, seat)| match seat.who.as_slice() {
            [person @ (Who::User(_) | Who::Applicant)] => format!("{person:?}"),
            _ => index.to_string(),
        })
        .collect();
    u32::try_from(different.len()).ok()
}

fn beyond(share: &Share, most: u32) -> bool {
    matches!(share, Share::Count(need) if most < *need)
}
