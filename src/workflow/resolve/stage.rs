//! The keys of a `stage` alone.

use crate::expression::Words;
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{Asks, Offer, Seat, Sign, Stage, Supplement, SupplementClock, Target, Who};

use super::keys::Keys;
use super::{Reader, Site};

pub(super) const STAGE_KEYS: &[&str] = &[
    "kind",
    "who",
    "distinct",
    "offer",
    "sign",
    "choices",
    "fills",
    "checks",
    "undecided",
    "supplement",
    "return",
];

const ASKS: &[(&str, Asks)] = &[
    ("sign", Asks::Sign),
    ("work", Asks::Work),
    ("notice", Asks::Notice),
];

const OFFERS: &[(&str, Offer)] = &[
    ("claim", Offer::Claim),
    ("turn", Offer::Turn),
    ("fewest", Offer::Fewest),
    ("random", Offer::Random),
    ("experienced", Offer::Experienced),
    ("same", Offer::Same),
];

impl<'t> Reader<'t> {
    pub fn stage(&mut self, id: &str, keys: &Keys<'t>) -> Stage {
        let asks = self.word_at(keys, "kind", ASKS).unwrap_or_default();
        let seats = match keys.get("who") {
            Some(who) => self.seats(who, id),
            None => {
                self.missing(keys.tree, "who");
                Vec::new()
            }
        };
        let offer = self.word_at(keys, "offer", OFFERS).unwrap_or_default();
        let sign = keys.get("sign").and_then(|sign| self.sign(sign));
        let choices = keys
            .get("choices")
            .map_or_else(Vec::new, |choices| self.choices(choices));
        let fills = self.fills_at(keys, "fills");
        let verdict = Site::Verdict(id.to_owned());
        let check = Site::Check(id.to_owned());
        let checks = keys
            .get("checks")
            .map_or_else(Vec::new, |checks| self.checks(checks, &check));
        let undecided = self.next_at(keys, "undecided", &verdict);
        let supplement = keys
            .get("supplement")
            .and_then(|supplement| self.supplement(supplement, id));
        let (return_to, resume_here) = keys
            .get("return")
            .map_or((None, false), |tree| self.returning(tree));
        self.only_for(keys, asks);
        Stage {
            asks,
            sign: sign.unwrap_or_else(|| default_sign(&seats)),
            seats,
            offer,
            choices,
            fills,
            checks,
            undecided,
            supplement,
            return_to,
            resume_here,
        }
    }

    /// A notice is only read, so nothing that belongs to an answer goes with it.
    fn only_for(&mut self, keys: &Keys<'t>, asks: Asks) {
        if asks != Asks::Notice {
            return;
        }
        for key in [
            "choices",
            "fills",
            "checks",
            "undecided",
            "supplement",
            "return",
            "refused",
        ] {
            if let Some(entry) = keys.entry(key) {
                self.note(
                    "not-for-kind",
                    &entry.at,
                    Words::new(
                        format!("`kind: notice` 只是阅知，不能有 `{key}`"),
                        format!("`kind: notice` is only read and has no `{key}`"),
                    ),
                );
            }
        }
    }

    fn supplement(&mut self, tree: &'t Tree, node: &str) -> Option<Supplement> {
        let keys = self.keys(tree, &["times", "from", "clock", "due"])?;
        let times = self.count_at(&keys, "times");
        let from = self.who_at(&keys, "from");
        let clock = keys.get("clock").and_then(|clock| {
            self.word(
                clock,
                &[
                    ("pause", SupplementClock::Pause),
                    ("run", SupplementClock::Run),
                    ("restart", SupplementClock::Restart),
                ],
            )
        });
        let due = keys
            .get("due")
            .map_or_else(Vec::new, |due| self.due(due, node));
        Some(Supplement {
            times: times.unwrap_or(1),
            from: from.unwrap_or(Who::Applicant),
            clock: clock.unwrap_or_default(),
            due,
        })
    }

    fn returning(&mut self, tree: &'t Tree) -> (Option<Vec<Target>>, bool) {
        let Some(keys) = self.keys(tree, &["to", "resume"]) else {
            return (None, false);
        };
        let to = keys.get("to").map(|to| {
            let items = self.items(to);
            if items.is_empty() && matches!(to.kind, Kind::List(_)) {
                self.note_with(
                    "bad-value",
                    &to.at,
                    Words::new("没有可以退回的地方", "there is nowhere to return to"),
                    Some(Words::new(
                        "不许退回请写 `deny: [return]`",
                        "to forbid returning, write `deny: [return]`",
                    )),
                );
            }
            items.iter().filter_map(|item| self.target(item)).collect()
        });
        let resume = keys
            .get("resume")
            .and_then(|resume| self.word(resume, &[("again", false), ("here", true)]));
        (to, resume.unwrap_or(false))
    }
}

/// Any if there is one task, else all; `each` and people fields make several.
fn default_sign(seats: &[Seat]) -> Sign {
    let several = |who: &Who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    };
    match seats {
        [only] if !only.who.iter().any(several) => Sign::Any,
        _ => Sign::All,
    }
}
