//! 办到哪一步了: the stages of the definition, each with how far it is in this case.

use super::Sight;
use crate::engine::{Answer, Case, Event, PositionState, Task, TaskAsks, TaskState};
use crate::expression::Scope;
use crate::web::format;
use crate::web::views::{FlowBlock, FlowNode, FlowReturn, FlowView, NodeState};
use crate::workflow::Node;

/// The drawing and the words for it.
pub fn of(sight: &Sight<'_>) -> FlowView {
    let stages = stages(&sight.seen.running.workflow.stages);
    let scope = sight.seen.scope();
    let nodes: Vec<FlowNode> = std::iter::once(filing(sight))
        .chain(stages.iter().map(|node| {
            Step {
                sight,
                scope: &scope,
                node,
            }
            .view()
        }))
        .collect();
    let summary = summary(sight, &nodes);
    let description = description(sight, &nodes);
    let blocks: Vec<FlowBlock> = nodes.into_iter().map(FlowBlock::One).collect();
    FlowView::new(
        &blocks,
        &returns(sight, &stages),
        &sight.say("case.flow.end", &[]),
        summary,
        description,
    )
}

/// The stages in order, blocks opened.
fn stages(nodes: &[Node]) -> Vec<&Node> {
    nodes
        .iter()
        .flat_map(|node| match node.stage() {
            Some(_) => vec![node],
            None => node.lists().flat_map(stages).collect(),
        })
        .collect()
}

/// Whether the applicant is revising the request.
fn edits(case: &Case) -> bool {
    case.open_tasks().any(|task| task.asks == TaskAsks::Edit)
}

/// The first box: the request itself.
fn filing(sight: &Sight<'_>) -> FlowNode {
    let case = &sight.seen.running.case;
    let who = sight.names.person(case.applicant);
    let at = sight.seen.summary.submitted_at;
    let when = format::day(crate::calendar::day_of(at), sight.seen.now, sight.language);
    FlowNode {
        title: sight.say("case.flow.filing", &[]),
        note: format!("{who} {when}"),
        state: if edits(case) {
            NodeState::Now
        } else {
            NodeState::Done
        },
    }
}

struct Step<'a> {
    sight: &'a Sight<'a>,
    scope: &'a Scope,
    node: &'a Node,
}

impl Step<'_> {
    fn view(&self) -> FlowNode {
        let state = self.state();
        FlowNode {
            title: self.sight.title(&self.node.id),
            note: self.note(state),
            state,
        }
    }

    fn state(&self) -> NodeState {
        let case = &self.sight.seen.running.case;
        if let Some(position) = case.position(&self.node.id) {
            return match position.state {
                PositionState::Editing(_) => NodeState::Todo,
                _ => NodeState::Now,
            };
        }
        let record = case.stage(&self.node.id);
        if record.skipped.is_some() {
            return NodeState::Skipped;
        }
        if 0 < record.rounds && self.refused() {
            return NodeState::Bad;
        }
        if record.done {
            return NodeState::Done;
        }
        // What was not reached before the end will not be.
        if case.is_open() {
            NodeState::Todo
        } else {
            NodeState::Skipped
        }
    }

    fn round(&self) -> Vec<&Task> {
        let case = &self.sight.seen.running.case;
        let round = case.stage(&self.node.id).rounds;
        case.round(&self.node.id, round)
            .filter(|task| {
                matches!(
                    task.asks,
                    TaskAsks::Sign | TaskAsks::Work | TaskAsks::Notice
                )
            })
            .collect()
    }

    fn refused(&self) -> bool {
        self.round().iter().any(|task| {
            matches!(
                &task.state,
                TaskState::Settled {
                    answer: Answer::Rejected | Answer::Chosen { refuses: true, .. },
                    ..
                }
            )
        })
    }

    /// Who and when; of several, how many.
    fn note(&self, state: NodeState) -> String {
        match state {
            NodeState::Skipped => self.sight.say("case.flow.skipped", &[]),
            NodeState::Todo => self.expected(),
            NodeState::Now => self.now(),
            NodeState::Done | NodeState::Bad => self.settled(),
        }
    }

    fn expected(&self) -> String {
        let seats = self.node.stage().map(|stage| {
            self.sight
                .names
                .seats(stage, &self.sight.seen.running.case, self.scope)
        });
        seats.unwrap_or_default()
    }

    fn now(&self) -> String {
        let case = &self.sight.seen.running.case;
        if let Some(PositionState::Supplement { .. }) =
            case.position(&self.node.id).map(|position| &position.state)
        {
            return self.sight.say("case.flow.supplement", &[]);
        }
        let round = self.round();
        let live: Vec<&&Task> = round.iter().filter(|task| task.is_live()).collect();
        match (live.as_slice(), round.len()) {
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

    fn settled(&self) -> String {
        let settled: Vec<(String, String)> = self
            .round()
            .into_iter()
            .filter_map(|task| match &task.state {
                TaskState::Settled { by, at, .. } => {
                    let day = crate::calendar::day_of(*at);
                    let when = format::day(day, self.sight.seen.now, self.sight.language);
                    Some((self.sight.names.person(*by), when))
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
fn returns(sight: &Sight<'_>, stages: &[&Node]) -> Vec<FlowReturn> {
    let place = |id: &str| {
        stages
            .iter()
            .position(|node| node.id == id)
            .map(|place| place + 1)
    };
    let history = &sight.seen.history;
    history
        .iter()
        .enumerate()
        .filter_map(|(index, happened)| {
            let Event::Returned { from, to, .. } = &happened.body.event else {
                return None;
            };
            let to = match to {
                Some(stage) => place(stage)?,
                None => 0,
            };
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
            Some(FlowReturn {
                from: place(from)?,
                to,
                text,
            })
        })
        .collect()
}

/// 第 3 步，共 6 步：省公安厅审核
fn summary(sight: &Sight<'_>, nodes: &[FlowNode]) -> String {
    let now = nodes.iter().position(|node| node.state == NodeState::Now);
    match now {
        Some(now) => {
            let (n, all) = ((now + 1).to_string(), nodes.len().to_string());
            let values = [
                ("n", &*n),
                ("total", &*all),
                ("stage", nodes[now].title.as_str()),
            ];
            sight.say("case.flow.summary", &values)
        }
        None => sight.say("case.flow.over", &[]),
    }
}

/// The drawing in a sentence for each state that there is.
fn description(sight: &Sight<'_>, nodes: &[FlowNode]) -> String {
    let of = |state: NodeState, key: &str| {
        let titles: Vec<String> = nodes
            .iter()
            .filter(|node| node.state == state)
            .map(|node| node.title.clone())
            .collect();
        (!titles.is_empty()).then(|| sight.say(key, &[("stages", &sight.names.list(&titles))]))
    };
    [
        of(NodeState::Done, "case.flow.are_done"),
        of(NodeState::Bad, "case.flow.are_refused"),
        of(NodeState::Now, "case.flow.are_now"),
        of(NodeState::Todo, "case.flow.are_todo"),
        of(NodeState::Skipped, "case.flow.are_skipped"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
