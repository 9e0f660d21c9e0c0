//! What an event makes of a case's tasks.

use crate::directory::PersonId;
use crate::engine::involve::Why;
use crate::engine::task::TaskState;
use crate::engine::{Actor, Answer, Case, NewTask, Party, Stamp, Task, TaskId};
use crate::forms::Answers;

impl Case {
    pub(super) fn open_task(&mut self, stage: &str, new: &NewTask, stamp: &Stamp) {
        // A case never has four billion tasks.
        let id = TaskId(self.tasks.len() as u32 + 1);
        self.involve_all(&new.offered, Why::Asked, stage);
        self.involve_all(&new.nobody, Why::Manages, "");
        self.tasks.push(Task {
            id,
            stage: stage.to_owned(),
            round: self.stages.get(stage).map_or(1, |record| record.rounds),
            seat: new.seat.clone(),
            place: new.place,
            asks: new.asks,
            offered: new.offered.clone(),
            through: new.through.clone(),
            nobody: new.nobody.clone(),
            holder: None,
            released_by: Vec::new(),
            state: if new.waits {
                TaskState::Waiting
            } else {
                TaskState::Open
            },
            opened: stamp.at,
            changed: self.revision,
            answers: Answers::new(),
            private: Answers::new(),
        });
    }

    pub(super) fn change_task(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
        let revision = self.revision;
        let Some(task) = (id.0 as usize)
            .checked_sub(1)
            .and_then(|index| self.tasks.get_mut(index))
        else {
            return;
        };
        change(task);
        task.changed = revision;
    }

    pub(super) fn hand_over(&mut self, id: TaskId, to: &[Party]) {
        self.change_task(id, |task| {
            task.offered = to.to_vec();
            task.through = None;
            task.nobody.clear();
            task.holder = None;
        });
        let stage = self.task(id).map(|task| task.stage.clone());
        self.involve_all(to, Why::Asked, &stage.unwrap_or_default());
    }

    pub(super) fn answer(
        &mut self,
        id: TaskId,
        answer: &Answer,
        comment: Option<String>,
        automatic: Option<PersonId>,
        stamp: &Stamp,
    ) {
        let by = match (automatic, stamp.actor) {
            (Some(person), _) | (None, Actor::Person(person)) => person,
            (None, Actor::System) => return,
        };
        let state = TaskState::Settled {
            answer: answer.clone(),
            by,
            at: stamp.at,
            comment,
            automatic: automatic.is_some(),
        };
        self.change_task(id, |task| task.state = state);
        let Some(task) = self.task(id).filter(|task| task.is_seat()) else {
            return;
        };
        let (stage, seat) = (task.stage.clone(), task.seat.clone());
        let record = self.stages.entry(stage).or_default();
        record.actors.insert(String::new(), by);
        if let Some(seat) = seat {
            record.actors.insert(seat, by);
        }
    }

    /// Whoever filed the case that was asked for: at whichever time this one heard of it.
    pub(super) fn case_filed(&mut self, id: TaskId, by: PersonId, stamp: &Stamp) {
        self.change_task(id, |task| {
            task.state = TaskState::Settled {
                answer: Answer::Filed,
                by,
                at: stamp.at,
                comment: None,
                automatic: false,
            }
        });
        self.involve(Party::Person(by), Why::Acted, "");
    }
}
