//! The rules of a stage or block in a few words each: who acts, how they sign, by when, how branches come together.

use crate::workflow::{
    Await, Branch, ClockRule, Foreach, Join, JoinPass, Kind, Node, Seat, Share, Sign, Stage, Vote,
    Who,
};

use super::read::Reader;
use super::sketch::{Chip, ChipKind, Join as Together, Step};

impl Reader<'_> {
    /// What belongs to its kind.
    pub(super) fn rules(&self, step: &mut Step, node: &Node) {
        match &node.kind {
            Kind::Stage(stage) => self.stage(step, stage),
            Kind::Wait(wait) => {
                if let Some(until) = &wait.until {
                    step.about.push(self.lexicon.budget(until));
                }
                if wait.pauses {
                    step.chips.push(self.rule("wait_pauses", &[]));
                }
            }
            Kind::Start(start) => {
                let called = self.lexicon.other_workflow(&start.workflow);
                let values = [("workflow", called.as_str())];
                step.about.push(self.lexicon.say("starts", &values));
                step.calls = Some(start.workflow.clone());
                if start.submit {
                    step.chips.push(self.rule("submits", &[]));
                }
            }
            Kind::Foreach(foreach) => self.foreach(step, foreach),
            Kind::Parallel(parallel) => {
                step.join = Some(self.join(&parallel.join, &parallel.branches));
            }
            Kind::Group { .. } | Kind::Aside { .. } => {}
        }
        if let Some(every) = &node.every {
            step.recurs = true;
            let span = self.lexicon.budget(&every.clock);
            step.chips.push(self.rule("every", &[("span", &span)]));
        }
        match &node.awaits {
            Await::Here => {}
            Await::End => step.chips.push(self.rule("await_end", &[])),
            Await::Never => step.chips.push(self.rule("await_never", &[])),
            Await::Before(id) => {
                let before = self.lexicon.title_of(id);
                let chip = self.rule("await_before", &[("before", &before)]);
                step.chips.push(chip);
            }
        }
        if node.distinct {
            step.chips.push(self.rule("distinct", &[]));
        }
    }

    fn stage(&self, step: &mut Step, stage: &Stage) {
        let who = self.lexicon.seats(&stage.seats);
        if !who.is_empty() {
            step.about.push(who);
        }
        if let Some(sign) = self.sign(stage) {
            step.chips.insert(
                0,
                Chip {
                    about: ChipKind::Rule,
                    text: sign,
                },
            );
        }
        if let Some(supplement) = &stage.supplement {
            let times = supplement.times.to_string();
            step.chips.push(self.rule("supplement", &[("n", &times)]));
        }
    }

    /// The sign rule, where more than one task can be asked.
    fn sign(&self, stage: &Stage) -> Option<String> {
        let several = 1 < stage.seats.len() || stage.seats.iter().any(asks_each);
        match &stage.sign {
            Sign::Vote(vote) => Some(self.vote(vote)),
            _ if !several => None,
            Sign::Any => Some(self.say("sign.any")),
            Sign::All => Some(self.say("sign.all")),
            Sign::Sequence => Some(self.say("sign.sequence")),
        }
    }

    fn vote(&self, vote: &Vote) -> String {
        let pass = self.share(vote.pass);
        self.lexicon.say("sign.vote", &[("pass", &pass)])
    }

    fn share(&self, share: Share) -> String {
        match share {
            Share::Count(count) => {
                let n = count.to_string();
                self.lexicon.say("share.count", &[("n", &n)])
            }
            Share::Of(part, 100) => format!("{part}%"),
            Share::Of(part, whole) => format!("{part}/{whole}"),
        }
    }

    fn foreach(&self, step: &mut Step, foreach: &Foreach) {
        let each = self.lexicon.each(foreach);
        step.about
            .push(self.lexicon.say("each", &[("each", &each)]));
        step.in_turn = foreach.in_turn;
        if foreach.in_turn {
            step.chips.push(self.rule("in_turn", &[]));
        }
        step.join = Some(self.join(&foreach.join, &[]));
    }

    fn join(&self, join: &Join, branches: &[Branch]) -> Together {
        let one = Share::Count(1);
        let words = match &join.pass {
            JoinPass::All => self.say("join.all"),
            JoinPass::Share(share) if *share == one => self.say("join.any"),
            JoinPass::Share(share) => {
                let pass = self.share(*share);
                self.lexicon.say("join.share", &[("pass", &pass)])
            }
            JoinPass::Named(names) => {
                let called = |name: &String| {
                    let branch = branches.iter().find(|branch| branch.name == *name);
                    branch.map_or_else(|| name.clone(), |branch| self.branch_title(branch))
                };
                let named = self.lexicon.list(names.iter().map(called).collect());
                self.lexicon.say("join.named", &[("branches", &named)])
            }
        };
        Together {
            words: match join.wait {
                true => self.lexicon.say("join.wait", &[("join", &words)]),
                false => words,
            },
            all: join.pass == JoinPass::All,
        }
    }

    /// A branch without a title of its own is called after its only step.
    fn branch_title(&self, branch: &Branch) -> String {
        let own = self.lexicon.pick(&branch.title);
        match (own.is_empty() || own == branch.name, branch.stages.first()) {
            (true, Some(first)) => self.lexicon.title_of(&first.id),
            (true, None) => branch.name.clone(),
            (false, _) => own,
        }
    }

    fn rule(&self, key: &str, values: &[(&str, &str)]) -> Chip {
        Chip {
            about: ChipKind::Rule,
            text: self.lexicon.say(&format!("chip.{key}"), values),
        }
    }

    pub(super) fn deadlines(&self, clocks: &[ClockRule]) -> Vec<Chip> {
        clocks.iter().map(|clock| self.deadline(clock)).collect()
    }

    fn deadline(&self, clock: &ClockRule) -> Chip {
        let span = self.lexicon.budget(clock);
        let title = clock.title.as_ref().map(|title| self.lexicon.pick(title));
        let (about, key) = match (&clock.law, &title) {
            (Some(_), _) => (ChipKind::Law, "due.law"),
            (None, Some(_)) => (ChipKind::Due, "due.titled"),
            (None, None) => (ChipKind::Due, "due.internal"),
        };
        let title = title.unwrap_or_default();
        let values = [("span", span.as_str()), ("title", title.as_str())];
        Chip {
            about,
            text: self.lexicon.say(key, &values),
        }
    }
}

fn asks_each(seat: &Seat) -> bool {
    let each = |who: &Who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    };
    seat.who.iter().any(each)
}
