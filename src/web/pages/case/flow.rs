//! 办到哪一步了: the diagram of this case, with who and when in it.

use super::Sight;
use crate::diagram::{self, FILING, Happened, Labels, Mark, Progress, Sketch, Step};
use crate::engine::{Event, PositionState, Task, TaskAsks, TaskState};
use crate::web::format;
use crate::web::pages::words;
use crate::web::views::FlowView;
use crate::workflow::place::id_of;
use crate::workflow::{Node, Place};

/// The drawings and the words for them.
pub fn of(sight: &Sight<'_>) -> FlowView {
    let running = &sight.seen.running;
    let mut progress = Progress::of(&running.workflow, &running.case);
    progress.note(FILING, filed(sight));
    for node in running.workflow.nodes() {
        let noted = Noted { sight, node };
        progress.note(&node.id, noted.note(progress.mark(&node.id)));
    }
    for branches in progress.branches.values_mut() {
        for branch in branches {
            branch.label = sight.titles().branch(&branch.place);
        }
    }
    progress.returns = returns(sight);
    let labels = Labels {
        words: &sight.language,
        names: &words::DrawnNames {
            names: sight.names,
            workflows: &sight.seen.starts,
        },
    };
    let sketch = diagram::sketch(&running.workflow, labels, Some(&progress));
    let summary = summary(sight, &sketch);
    FlowView::new(&sketch, summary)
}

/// Who filed the request, and when.
fn filed(sight: &Sight<'_>) -> String {
    let who = sight.names.person(sight.seen.running.case.applicant);
    let at = sight.seen.summary.submitted_at;
    let when = format::day(crate::calendar::day_of(at), sight.seen.now, sight.language);
    format!("{who} {when}")
}

/// What is noted at one node.
struct Noted<'a> {
    sight: &'a Sight<'a>,
    node: &'a Node,
}

impl Noted<'_> {
    /// Who and when; of several, how many. Empty where the diagram has its own words for it.
    fn note(&self, mark: Mark) -> String {
        let Some(place) = self.place() else {
            return match mark {
                Mark::ToCome => self.expected(),
                _ => String::new(),
            };
        };
        match mark {
            Mark::Skipped => self.sight.say("case.flow.skipped", &[]),
            Mark::Void => String::new(),
            Mark::ToCome => self.expected(),
            Mark::Now => self.now(&place),
            Mark::Done | Mark::Refused => self.settled(&place),
        }
    }

    /// The one place at which the case knows the node; `None` where there are several, or none yet.
    fn place(&self) -> Option<Place> {
        let stages = &self.sight.seen.running.case.stages;
        let mut own = stages.keys().filter(|place| id_of(place) == self.node.id);
        let first = own.next()?;
        own.next().is_none().then(|| first.clone())
    }

    fn round<'s>(&'s self, place: &'s str) -> Vec<&'s Task> {
        let case = &self.sight.seen.running.case;
        case.round(place, case.stage(place).rounds)
            .filter(|task| {
                matches!(
                    task.asks,
                    TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice
                )
            })
            .collect()
    }

    fn expected(&self) -> String {
        let stage = self.node.stage();
        stage
            .map(|stage| self.sight.expected(stage, &self.node.id))
            .unwrap_or_default()
    }

    fn now(&self, place: &str) -> String {
        let case = &self.sight.seen.running.case;
        let state = case.position(place).map(|position| &position.state);
        if let Some(PositionState::Supplement { .. }) = state {
            return self.sight.say("case.flow.supplement", &[]);
        }
        let round = self.round(place);
        let live: Vec<&&Task> = round.iter().filter(|task| task.is_live()).collect();
        match (live.as_slice(), round.len()) {
            (_, 0) => String::new(),
            ([only], 1) => {
                let whom = self.whom(only);
                self.sight.say("case.flow.waits", &[("whom", &whom)])
            }
            (live, all) => {
                let (open, signed) = (live.len().to_string(), (all - live.len()).to_string());
                let values = [("signed", &*signed), ("open", &*open)];
                self.sight.say("case.flow.some", &values)
            }
        }
    }

    /// A name where it can only be one, for there is little room in a box.
    fn whom(&self, task: &Task) -> String {
        let eligible = self.sight.seen.eligible(task);
        match (task.holder, eligible.as_slice()) {
            (Some(holder), _) => self.sight.names.person(holder),
            (None, [only]) => self.sight.names.person(*only),
            _ => self.sight.awaited(task),
        }
    }

    fn settled(&self, place: &str) -> String {
        let settled: Vec<(String, String)> = self
            .round(place)
            .into_iter()
            .filter_map(|task| match &task.state {
                TaskState::Settled {
                    by, on_behalf, at, ..
                } => {
                    let day = crate::calendar::day_of(*at);
                    let when = format::day(day, self.sight.seen.now, self.sight.language);
                    Some((self.sight.names.acting(*by, *on_behalf), when))
                }
                _ => None,
            })
            .collect();
        match settled.as_slice() {
            [] => String::new(),
            [(who, when)] => format!("{who} {when}"),
            all => {
                let count = all.len().to_string();
                self.sight.say("case.flow.all", &[("n", &count)])
            }
        }
    }
}

/// Returns that happened, with when the request came back.
fn returns(sight: &Sight<'_>) -> Vec<Happened> {
    let history = &sight.seen.history;
    history
        .iter()
        .enumerate()
        .filter_map(|(index, happened)| {
            let Event::Returned { from, to, .. } = &happened.body.event else {
                return None;
            };
            let now = |stage: &str| sight.seen.called_now(happened, stage);
            let day = |at| {
                let day = crate::calendar::day_of(at);
                format::day(day, sight.seen.now, sight.language)
            };
            let back = history[index..]
                .iter()
                .find(|later| matches!(later.body.event, Event::Resubmitted { .. }));
            let when = day(happened.at);
            let text = match back {
                Some(back) => {
                    let again = day(back.at);
                    let values = [("when", &*when), ("again", &*again)];
                    sight.say("case.flow.returned_again", &values)
                }
                None => sight.say("case.flow.returned", &[("when", &when)]),
            };
            Some(Happened {
                from: id_of(&now(from)).to_owned(),
                to: match to {
                    Some(stage) => id_of(&now(stage)).to_owned(),
                    None => FILING.to_owned(),
                },
                text,
            })
        })
        .collect()
}

/// 第 3 步，共 6 步：省公安厅审核
fn summary(sight: &Sight<'_>, sketch: &Sketch) -> String {
    let steps: Vec<&Step> = sketch
        .steps()
        .filter(|step| !step.shape.is_block())
        .collect();
    let open = |step: &&Step| {
        let standing = step.standing.as_ref();
        standing.is_some_and(|standing| standing.mark == Mark::Now)
    };
    let Some(now) = steps.iter().position(open) else {
        return sight.say("case.flow.over", &[]);
    };
    let titles: Vec<String> = steps
        .iter()
        .copied()
        .filter(open)
        .map(|step| step.title.clone())
        .collect();
    let (n, all) = ((now + 1).to_string(), steps.len().to_string());
    let stages = sight.names.list(&titles);
    let values = [("n", &*n), ("total", &*all), ("stage", &*stages)];
    sight.say("case.flow.summary", &values)
}
