//! What an event makes of where a case stands.

use super::{EDITING, PARKED};
use crate::engine::case::{Position, PositionState, Region, Resume, Status};
use crate::engine::event::Onward;
use crate::engine::task::TaskState;
use crate::engine::{Answer, Case, LeftAs, NewTask, Party, Stamp, Task, TaskAsks};

impl Case {
    pub(super) fn enter(
        &mut self,
        path: &[String],
        id: &str,
        (resume, detour): (Vec<Onward>, bool),
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
        record.skipped = None;
        let position = Position {
            id: id.to_owned(),
            round: record.rounds,
            resume,
            state: PositionState::Asked,
        };
        if let Some(region) = self.region_at(path) {
            region.open.push(position);
        }
    }

    /// The region at a path. The blocks on the way become open blocks: the first stage inside turns «asked» into «inside».
    fn region_at(&mut self, path: &[String]) -> Option<&mut Region> {
        let Status::Open { at } = &mut self.status else {
            return None;
        };
        for id in path {
            if let Some(block) = at.find_mut(id)
                && !matches!(block.state, PositionState::Inside(_))
            {
                block.state = PositionState::Inside(Region::default());
            }
        }
        at.at_mut(path)
    }

    pub(super) fn leave(&mut self, id: &str, how: LeftAs, stamp: &Stamp) {
        let choice = self.last_choice(id, how);
        let record = self.stages.entry(id.to_owned()).or_default();
        record.done = how == LeftAs::Passed;
        match how {
            LeftAs::Passed | LeftAs::Refused | LeftAs::Undecided => record.left = Some(stamp.at),
            LeftAs::Returned | LeftAs::Abandoned => {}
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
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => return None,
        };
        let counted = self.round(id, round).filter(|task| !task.is_beside());
        let answered = counted.filter_map(|task| match &task.state {
            TaskState::Settled { answer, .. } => word(answer, passed).map(|word| (task, word)),
            TaskState::Waiting | TaskState::Open | TaskState::Cancelled { .. } => None,
        });
        let last = answered.max_by_key(|(task, _): &(&Task, _)| (task.changed, task.id));
        last.map(|(_, word)| word.to_owned())
    }

    pub(super) fn ask_edit(&mut self, from: &str, resume: bool, then: Vec<Onward>, stamp: &Stamp) {
        let resume = if resume {
            Resume::Here(from.to_owned())
        } else {
            Resume::Again
        };
        self.enter(&[], EDITING, (then, true), stamp);
        self.set_position(EDITING, PositionState::Editing(resume));
        let applicant = vec![Party::Person(self.applicant)];
        self.open_task(EDITING, &task_for(TaskAsks::Edit, &applicant, &[]), stamp);
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
        path: &[String],
        state: PositionState,
        by: &[Party],
        stamp: &Stamp,
    ) {
        self.enter(path, PARKED, (Vec::new(), true), stamp);
        self.set_position(PARKED, state);
        self.involve_all(by, crate::engine::Why::Manages);
        self.open_task(PARKED, &task_for(TaskAsks::Repair, by, &[]), stamp);
    }

    pub(super) fn set_position(&mut self, id: &str, state: PositionState) {
        if let Status::Open { at } = &mut self.status
            && let Some(position) = at.find_mut(id)
        {
            position.state = state;
        }
    }

    pub(super) fn remove_position(&mut self, id: &str) {
        if let Status::Open { at } = &mut self.status {
            at.remove(id);
        }
    }
}

/// A task that no seat of a definition asks for.
fn task_for(asks: TaskAsks, of: &[Party], nobody: &[Party]) -> NewTask {
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
        | Answer::Advised => None,
    }
}
