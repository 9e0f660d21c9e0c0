//! What an event makes of where a case stands.

use serde_json::Value as Json;

use super::EDITING;
use crate::calendar::Instant;
use crate::engine::case::{Position, PositionState, Region, Resume, Status};
use crate::engine::event::{Move, Onward};
use crate::engine::task::TaskState;
use crate::engine::{Answer, Case, LeftAs, NewTask, Party, Stamp, Task, TaskAsks};
use crate::forms::Answers;
use crate::workflow::place::{self, Place, keys_of};

impl Case {
    pub(super) fn enter(
        &mut self,
        path: &[Place],
        id: &str,
        (resume, detour, beside): (Vec<Onward>, bool, bool),
        stamp: &Stamp,
    ) {
        let revision = self.revision;
        let record = self.stages.entry(id.to_owned()).or_default();
        record.rounds += 1;
        record.entered = Some(stamp.at);
        record.changed = revision;
        if !detour {
            record.reached = revision;
        }
        record.done = false;
        record.how = None;
        record.skipped = None;
        let position = Position {
            id: id.to_owned(),
            round: record.rounds,
            beside,
            resume,
            state: PositionState::Asked,
        };
        self.remove_position(id);
        self.place(path, position);
    }

    pub(super) fn open_branch(&mut self, path: &[Place], id: &str, part: &Json, stamp: &Stamp) {
        self.enter(path, id, (Vec::new(), false, false), stamp);
        self.set_position(id, PositionState::Inside(Region::default()));
        let block = path.last().and_then(|block| self.stages.get(block));
        let round = block.map_or(1, |block| block.rounds);
        let record = self.branches.entry(id.to_owned()).or_default();
        record.round = round;
        record.part = part.clone();
        record.back = None;
    }

    /// A recurring stage between its rounds; its record stays that of the last round.
    pub(super) fn stand(
        &mut self,
        path: &[Place],
        id: &str,
        (resume, beside): (Vec<Onward>, bool),
    ) {
        let record = self.stages.entry(id.to_owned()).or_default();
        record.skipped = None;
        let position = Position {
            id: id.to_owned(),
            round: record.rounds,
            beside,
            resume,
            state: PositionState::Between,
        };
        self.remove_position(id);
        self.place(path, position);
    }

    pub(super) fn hold(&mut self, path: &[Place], id: &str, step: &Move) {
        let position = Position {
            id: id.to_owned(),
            round: 1,
            beside: false,
            resume: Vec::new(),
            state: PositionState::Held { step: step.clone() },
        };
        self.place(path, position);
    }

    /// Puts a position where its path leads: into the innermost block on it that is open. A stage that the run has gone on
    /// from outlives the blocks around it.
    fn place(&mut self, path: &[Place], position: Position) {
        let Some(root) = self.region_mut() else {
            return;
        };
        let innermost = path.iter().rev().find(|id| root.find(id).is_some());
        let region = match innermost.and_then(|id| root.find_mut(id)) {
            None => root,
            Some(block) => {
                // The first stage inside turns «asked» into «inside».
                if !matches!(block.state, PositionState::Inside(_)) {
                    block.state = PositionState::Inside(Region::default());
                }
                match &mut block.state {
                    PositionState::Inside(region) => region,
                    _ => return,
                }
            }
        };
        region.open.push(position);
    }

    pub(super) fn suspend(&mut self, since: Instant) {
        if let Status::Open { at } = &mut self.status {
            let at = std::mem::take(at);
            self.status = Status::Suspended { at, since };
        }
    }

    pub(super) fn go_on(&mut self) {
        if let Status::Suspended { at, .. } = &mut self.status {
            let at = std::mem::take(at);
            self.status = Status::Open { at };
        }
    }

    pub(super) fn leave(&mut self, id: &str, how: LeftAs, stamp: &Stamp) {
        let choice = self.last_choice(id, how);
        let record = self.stages.entry(id.to_owned()).or_default();
        record.done = how == LeftAs::Passed;
        record.how = Some(how);
        match how {
            LeftAs::Passed | LeftAs::Refused | LeftAs::Undecided => record.left = Some(stamp.at),
            LeftAs::Void | LeftAs::Gone | LeftAs::Returned | LeftAs::Abandoned => {}
        }
        record.choice = choice.or(record.choice.take());
        self.remove_position(id);
    }

    /// What was chosen last among the answers that made the verdict.
    fn last_choice(&self, id: &str, how: LeftAs) -> Option<String> {
        let round = self.stages.get(id)?.rounds;
        let passed = match how {
            LeftAs::Passed => true,
            LeftAs::Refused => false,
            LeftAs::Undecided
            | LeftAs::Void
            | LeftAs::Gone
            | LeftAs::Returned
            | LeftAs::Abandoned => return None,
        };
        let counted = self.round(id, round).filter(|task| !task.is_beside());
        let answered = counted.filter_map(|task| match &task.state {
            TaskState::Settled { answer, .. } => word(answer, passed).map(|word| (task, word)),
            TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => None,
        });
        let last = answered.max_by_key(|(task, _): &(&Task, _)| (task.changed, task.id));
        last.map(|(_, word)| word.to_owned())
    }

    pub(super) fn ask_edit(
        &mut self,
        from: &str,
        branch: Option<&Place>,
        (resume, then): (bool, Vec<Onward>),
        stamp: &Stamp,
    ) {
        let back = match (resume, branch) {
            (true, _) => Resume::Here(from.to_owned()),
            (false, Some(branch)) => Resume::Branch(branch.clone()),
            (false, None) => Resume::Again,
        };
        let id = self.editing_of(branch);
        self.enter(&[], &id, (then, true, false), stamp);
        self.set_position(&id, PositionState::Editing(back));
        let applicant = vec![Party::Person(self.applicant)];
        self.open_task(&id, &task_for(TaskAsks::Edit, &applicant, &[]), stamp);
    }

    /// Under which name a revision by the applicant stands: one for the case, one for each branch that waits for it.
    /// Branches of different blocks may have the same keys.
    fn editing_of(&self, branch: Option<&Place>) -> Place {
        let keys: Vec<&str> = branch
            .map(|branch| keys_of(branch).collect())
            .unwrap_or_default();
        self.free_name(&place::at(EDITING, &keys))
    }

    /// A name for a position that is no stage: several may be open at a time.
    pub(in crate::engine) fn free_name(&self, name: &str) -> Place {
        let names = (2_u32..).map(|number| place::at(name, &[number.to_string()]));
        std::iter::once(name.to_owned())
            .chain(names)
            .find(|name| self.position(name).is_none())
            .unwrap_or_else(|| name.to_owned())
    }

    pub(super) fn start_case(
        &mut self,
        id: &str,
        with: &Answers,
        (offered, nobody): (&[Party], &[Party]),
        stamp: &Stamp,
    ) {
        let with = with.clone();
        self.set_position(id, PositionState::Started { with });
        if let Some(record) = self.stages.get_mut(id) {
            record.outcome = None;
        }
        self.open_task(id, &task_for(TaskAsks::File, offered, nobody), stamp);
    }

    pub(super) fn ask_supplement(
        &mut self,
        id: &str,
        fields: &[String],
        of: &[Party],
        nobody: &[Party],
        stamp: &Stamp,
    ) {
        let fields = fields.to_vec();
        self.set_position(id, PositionState::Supplement { fields });
        let revision = self.revision;
        let record = self.stages.entry(id.to_owned()).or_default();
        record.supplements += 1;
        record.changed = revision;
        self.open_task(id, &task_for(TaskAsks::Supply, of, nobody), stamp);
    }

    pub(super) fn park(
        &mut self,
        path: &[Place],
        id: &str,
        (state, by): (PositionState, &[Party]),
        stamp: &Stamp,
    ) {
        self.enter(path, id, (Vec::new(), true, false), stamp);
        self.set_position(id, state);
        self.involve_all(by, crate::engine::Why::Manages, "");
        self.open_task(id, &task_for(TaskAsks::Repair, by, &[]), stamp);
    }

    pub(super) fn set_position(&mut self, id: &str, state: PositionState) {
        let position = self.region_mut().and_then(|region| region.find_mut(id));
        if let Some(position) = position {
            position.state = state;
        }
    }

    pub(super) fn remove_position(&mut self, id: &str) {
        if let Some(region) = self.region_mut() {
            region.remove(id);
        }
    }
}

/// A task that no seat of a definition asks for.
pub(super) fn task_for(asks: TaskAsks, of: &[Party], nobody: &[Party]) -> NewTask {
    NewTask {
        seat: None,
        place: 0,
        asks,
        offered: of.to_vec(),
        through: None,
        nobody: nobody.to_vec(),
        waits: false,
        called: None,
    }
}

/// The word by which guards know an answer that counts for this verdict.
fn word(answer: &Answer, passed: bool) -> Option<&str> {
    match answer {
        Answer::Chosen { choice, refuses } if *refuses != passed => Some(choice),
        Answer::Approved if passed => Some("approve"),
        Answer::Done if passed => Some("done"),
        Answer::Acknowledged if passed => Some("acknowledge"),
        Answer::Rejected if !passed => Some("reject"),
        Answer::Chosen { .. }
        | Answer::Approved
        | Answer::Done
        | Answer::Acknowledged
        | Answer::Rejected
        | Answer::Abstained
        | Answer::Returned
        | Answer::Submitted
        | Answer::Supplied
        | Answer::Repaired
        | Answer::Granted
        | Answer::Declined
        | Answer::Advised
        | Answer::Filed => None,
    }
}
