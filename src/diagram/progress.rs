//! How far a case has come, as a diagram shows it.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Case, LeftAs, Position, PositionState, Region, Status, TaskAsks};
use crate::workflow::place::{id_of, keys_of};
use crate::workflow::{Id, Kind, Node, Place, Workflow};

/// Under which name the filing of the request stands among the nodes.
pub const FILING: &str = "!filing";

/// How far one stage, block or branch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Passed.
    Done,
    /// Open.
    Now,
    /// To come, as far as the run comes by.
    ToCome,
    /// Passed over, or not reached before the end.
    Skipped,
    /// Refused.
    Refused,
    /// Does not count.
    Void,
}

/// What a diagram says of a stage or block in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How far it is.
    pub mark: Mark,
    /// Who and when, short: 李文静 9月28日. Empty: what the definition says.
    pub note: String,
    /// Inside a foreach: in how many branches it is done, of how many.
    pub branches: Option<(usize, usize)>,
}

/// A branch of a foreach in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchMark {
    /// Its place.
    pub place: Place,
    /// 省公安厅
    pub label: String,
    /// How far it is.
    pub mark: Mark,
    /// The stages that are open in it.
    pub at: Vec<Id>,
}

/// A return that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The stage that returned.
    pub from: Id,
    /// Where to; [`FILING`] for the applicant.
    pub to: Id,
    /// 10月9日 退回
    pub text: String,
}

/// How far a case has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// By node id, for a branch of a parallel `life.open`, and [`FILING`].
    pub nodes: BTreeMap<Id, Standing>,
    /// The branches of each foreach.
    pub branches: BTreeMap<Id, Vec<BranchMark>>,
    /// What was returned.
    pub returns: Vec<Happened>,
    /// The end that was reached.
    pub end: Option<Id>,
}

impl Progress {
    /// The progress of a case, without notes and returns: those need names and days.
    #[must_use]
    pub fn of(workflow: &Workflow, case: &Case) -> Self {
        let reader = Reader::new(case);
        let mut found = Self {
            nodes: BTreeMap::from([(FILING.to_owned(), standing(filing(case)))]),
            ..Self::default()
        };
        reader.list(&workflow.stages, 0, 0, &mut found);
        if let Status::Ended { end, .. } = &case.status {
            found.end = Some(end.clone());
        }
        found
    }

    /// How far a node is; one that is not known is to come.
    #[must_use]
    pub fn mark(&self, id: &str) -> Mark {
        self.nodes.get(id).map_or(Mark::ToCome, |known| known.mark)
    }

    /// Says who and when, or whatever there is to say, of a node.
    pub fn note(&mut self, id: &str, note: String) {
        if let Some(known) = self.nodes.get_mut(id) {
            known.note = note;
        }
    }
}

fn standing(mark: Mark) -> Standing {
    Standing {
        mark,
        note: String::new(),
        branches: None,
    }
}

fn filing(case: &Case) -> Mark {
    let edits = |asks| matches!(asks, TaskAsks::Edit);
    match &case.status {
        Status::Draft => Mark::Now,
        _ if case.open_tasks().any(|task| edits(task.asks)) => Mark::Now,
        _ => Mark::Done,
    }
}

/// Where a case stands, by the ids of the definition.
struct Reader<'a> {
    case: &'a Case,
    /// The places that were entered or passed over, by id; of a branch `life.open`, too.
    places: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Reader<'a> {
    fn new(case: &'a Case) -> Self {
        let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let open = case.region().map(Region::all).unwrap_or_default();
        let open = open.iter().map(|position| position.id.as_str());
        for place in case.stages.keys().map(String::as_str).chain(open) {
            places.entry(named(place)).or_default().insert(place);
        }
        Self { case, places }
    }

    /// All nodes of a list inside `depth` foreach blocks, the innermost of which has so many `parts`.
    fn list(&self, nodes: &[Node], depth: usize, parts: usize, found: &mut Progress) {
        for node in nodes {
            // With an aside only the branches that were sent there have to do.
            let parts = if node.is_on_the_way() { parts } else { 0 };
            let own = self.over(&node.id, depth, parts);
            found.nodes.insert(node.id.clone(), own);
            match &node.kind {
                Kind::Parallel(parallel) => {
                    for branch in &parallel.branches {
                        let id = format!("{}.{}", node.id, branch.name);
                        let own = self.over(&id, depth, parts);
                        found.nodes.insert(id, own);
                        self.list(&branch.stages, depth, parts, found);
                    }
                }
                Kind::Foreach(foreach) => {
                    let branches = self.branches(&node.id, depth + 1);
                    self.list(&foreach.stages, depth + 1, branches.len(), found);
                    found.branches.insert(node.id.clone(), branches);
                }
                Kind::Group { stages } | Kind::Aside { stages } => {
                    self.list(stages, depth, parts, found);
                }
                Kind::Stage(_) | Kind::Wait(_) | Kind::Start(_) => {}
            }
        }
    }

    /// The places of an id with so many keys: of a foreach, those of one more are its branches.
    fn places(&self, id: &str, keys: usize) -> impl Iterator<Item = &'a str> {
        let all = self.places.get(id).into_iter().flatten();
        all.copied()
            .filter(move |place| keys_of(place).count() == keys)
    }

    /// What the places of one id come to.
    fn over(&self, id: &str, depth: usize, parts: usize) -> Standing {
        let places = self.places(id, depth);
        let marks: Vec<Mark> = places.map(|place| self.mark(place)).collect();
        let done = marks.iter().filter(|mark| **mark == Mark::Done).count();
        let all = parts.max(marks.len());
        Standing {
            mark: match marks.is_empty() {
                true => self.unreached(),
                false => together(&marks, all),
            },
            note: String::new(),
            branches: (1 < all).then_some((done, all)),
        }
    }

    fn branches(&self, foreach: &str, depth: usize) -> Vec<BranchMark> {
        self.places(foreach, depth)
            .map(|place| BranchMark {
                place: place.to_owned(),
                label: keys_of(place).last().unwrap_or_default().to_owned(),
                mark: self.mark(place),
                at: self.open_in(place),
            })
            .collect()
    }

    /// The stages open in a branch, blocks around them left out.
    fn open_in(&self, branch: &str) -> Vec<Id> {
        let inside = self.case.position(branch).and_then(Position::inside);
        let open = inside.map(Region::all).unwrap_or_default();
        open.iter()
            .filter(|position| position.inside().is_none())
            .map(|position| id_of(&position.id).to_owned())
            .collect()
    }

    fn mark(&self, place: &str) -> Mark {
        let position = self.case.position(place).map(|position| &position.state);
        match position {
            // It stands before the door, or between two rounds.
            Some(PositionState::Held { .. }) => return Mark::ToCome,
            None | Some(PositionState::Between) => {}
            Some(
                PositionState::Asked
                | PositionState::Supplement { .. }
                | PositionState::Inside(_)
                | PositionState::Waiting
                | PositionState::Started { .. }
                | PositionState::Editing(_)
                | PositionState::Parked { .. },
            ) => return Mark::Now,
        }
        let record = self.case.stage(place);
        if record.skipped.is_some() {
            return Mark::Skipped;
        }
        match record.how {
            _ if record.done => Mark::Done,
            Some(LeftAs::Passed) => Mark::Done,
            Some(LeftAs::Refused) => Mark::Refused,
            Some(LeftAs::Void | LeftAs::Gone) => Mark::Void,
            Some(LeftAs::Abandoned) => Mark::Skipped,
            Some(LeftAs::Returned | LeftAs::Undecided) | None => self.unreached(),
        }
    }

    /// What was not reached before the end will not be.
    fn unreached(&self) -> Mark {
        match &self.case.status {
            Status::Ended { .. } => Mark::Skipped,
            _ => Mark::ToCome,
        }
    }
}

/// The name of a place within the definition: `review` of `review[340000]`, `life.open` of `life.open[340000]`.
fn named(place: &str) -> &str {
    place.split('[').next().unwrap_or(place)
}

/// What several branches come to, of `all` that there are.
fn together(marks: &[Mark], all: usize) -> Mark {
    let any = |mark: Mark| marks.contains(&mark);
    if any(Mark::Now) {
        return Mark::Now;
    }
    if marks.len() < all || any(Mark::ToCome) {
        return Mark::ToCome;
    }
    [Mark::Done, Mark::Refused, Mark::Skipped]
        .into_iter()
        .find(|mark| any(*mark))
        .unwrap_or(Mark::Void)
}
