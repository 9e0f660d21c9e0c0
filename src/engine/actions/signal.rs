//! Signal (通知事件): an outside event for a block or `wait` that is open, by whom its definition names.

use super::{ActionRule, text_of};
use crate::engine::event::LeftAs;
use crate::engine::run::Run;
use crate::engine::situation::denies;
use crate::engine::task::CancelReason;
use crate::engine::who::parties;
use crate::engine::{Event, Input, Rejection, Right, Situation, TaskId, answers};
use crate::workflow::{Place, Signal as Rule, Target};

pub(super) struct Signal;

/// A signal that somebody may give now.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalOffer<'w> {
    /// The block or `wait` that is open.
    pub place: Place,
    /// What may be signalled.
    pub signal: &'w Rule,
}

impl ActionRule for Signal {
    fn name(&self) -> &'static str {
        "signal"
    }

    fn on_task(&self) -> bool {
        false
    }

    fn may(&self, at: &Situation<'_>, _: Option<TaskId>) -> Result<(), Rejection> {
        at.person()?;
        at.is_running()?;
        match signals(at).is_empty() {
            true => Err(Rejection::NotOffered {
                action: self.name(),
            }),
            false => Ok(()),
        }
    }

    fn right(&self, at: &Situation<'_>, input: &Input) -> Right {
        let given = offers(at)
            .into_iter()
            .find(|(offer, _)| is_meant(offer, input));
        given.map_or(Right::Own, |(_, right)| right)
    }

    fn decide(&self, run: &mut Run<'_>, input: &Input) -> Result<(), Rejection> {
        let comment = text_of(input)?;
        let (place, signal) = {
            let at = run.situation();
            let offers = signals(&at);
            let wanted = input.signal.as_deref().unwrap_or_default();
            let Some(offer) = offers.iter().find(|offer| is_meant(offer, input)) else {
                let names: Vec<&str> = offers
                    .iter()
                    .map(|offer| offer.signal.name.as_str())
                    .collect();
                return Err(Rejection::UnknownSignal(
                    wanted.to_owned(),
                    names.join(", "),
                ));
            };
            (offer.place.clone(), offer.signal.clone())
        };
        let filled = match signal.fills.is_empty() {
            true => Vec::new(),
            false => answers::signalled(run, &place, &signal.fills, input)?,
        };
        run.record(Event::Signalled {
            id: place.clone(),
            signal: signal.name.clone(),
            comment,
        });
        run.change_answers(filled)?;
        let target = run
            .choose(&signal.next, &place, LeftAs::Abandoned)
            .map_err(|error| Rejection::Guard(error.to_string()))?;
        match target {
            None | Some(Target::Stay) => run.settle_down(),
            Some(target) => run.divert(&place, &target, CancelReason::Decided),
        }
    }
}

/// The signals that the actor may give now, in the order of what is open.
#[must_use]
pub fn signals<'w>(at: &Situation<'w>) -> Vec<SignalOffer<'w>> {
    offers(at).into_iter().map(|(offer, _)| offer).collect()
}

/// Whether a signal is the one that was given.
fn is_meant(offer: &SignalOffer<'_>, input: &Input) -> bool {
    let place = input.stage.as_ref();
    Some(offer.signal.name.as_str()) == input.signal.as_deref()
        && place.is_none_or(|place| *place == offer.place)
}

/// The same, each with the right by which.
fn offers<'w>(at: &Situation<'w>) -> Vec<(SignalOffer<'w>, Right)> {
    let open = at
        .case
        .region()
        .map(|region| region.all())
        .unwrap_or_default();
    let mut offers = Vec::new();
    for position in open {
        // A branch's signals are its block's, which stands before it.
        if at.workflow.is_branch(&position.id) {
            continue;
        }
        let Some(node) = at.workflow.node(&position.id) else {
            continue;
        };
        if denies(node, "signal") {
            continue;
        }
        for signal in &node.signals {
            let Some(right) = right_to_give(at, &position.id, signal) else {
                continue;
            };
            let offer = SignalOffer {
                place: position.id.clone(),
                signal,
            };
            offers.push((offer, right));
        }
    }
    offers
}

fn right_to_give(at: &Situation<'_>, place: &str, signal: &Rule) -> Option<Right> {
    let by: Vec<_> = signal
        .by
        .iter()
        .flat_map(|who| parties(who, place, at))
        .collect();
    at.right_of(&by)
}
