//! What an event makes of a case's tasks.

use crate::directory::PersonId;
use crate::engine::involve::Why;
use crate::engine::task::TaskState;
use crate::engine::{
    Actor, Answer, CalledAs, CancelReason, Case, NewTask, Party, Stamp, Task, TaskAsks, TaskId,
};
use crate::forms::Answers;

impl Case {
    pub(super) fn open_task(&mut self, stage: &str, new: &NewTask, stamp: &Stamp) -> TaskId {
        // A case never has four billion tasks.
        let id = TaskId(self.tasks.len() as u32 + 1);
        let why = match new.asks {
            TaskAsks::Advise => Why::Consulted,
            TaskAsks::Sign
            | TaskAsks::Work
            | TaskAsks::Notice
            | TaskAsks::Edit
            | TaskAsks::Supply
            | TaskAsks::Repair
            | TaskAsks::File
            | TaskAsks::Extension => Why::Asked,
        };
        self.involve_all(&new.offered, why, stage);
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
            called: new.called.clone(),
            question: None,
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
        id
    }

    pub(super) fn cancel_task(&mut self, id: TaskId, why: CancelReason, stamp: &Stamp) {
        let at = stamp.at;
        self.change_task(id, |task| task.state = TaskState::Cancelled { why, at });
        self.lapse_request(id, stamp);
    }

    pub(in crate::engine) fn change_task(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
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
        let advises = self
            .task(id)
            .is_some_and(|task| task.asks == TaskAsks::Advise);
        self.change_task(id, |task| task.hand_over(to));
        let stage = self.task(id).map(|task| task.stage.clone());
        let why = match advises {
            true => Why::Consulted,
            false => Why::Asked,
        };
        self.involve_all(to, why, &stage.unwrap_or_default());
    }

    /// Where they sign before it, the task itself waits for them.
    pub(super) fn add_signers(
        &mut self,
        from: TaskId,
        how: CalledAs,
        tasks: &[NewTask],
        stamp: &Stamp,
    ) {
        let Some(stage) = self.task(from).map(|task| task.stage.clone()) else {
            return;
        };
        for task in tasks {
            self.open_task(&stage, task, stamp);
        }
        if how == CalledAs::Before {
            self.change_task(from, |task| task.state = TaskState::Waiting);
        }
    }

    pub(super) fn consult(
        &mut self,
        from: TaskId,
        tasks: &[NewTask],
        question: &str,
        stamp: &Stamp,
    ) {
        let Some(stage) = self.task(from).map(|task| task.stage.clone()) else {
            return;
        };
        for task in tasks {
            self.open_task(&stage, task, stamp);
            if let Some(opened) = self.tasks.last_mut() {
                opened.question = Some(question.to_owned());
            }
        }
    }

    pub(super) fn recuse(&mut self, id: TaskId, nobody: &[Party], stamp: &Stamp) {
        let (Actor::Person(person), Some(task)) = (stamp.actor, self.task(id)) else {
            return;
        };
        let stage = task.stage.clone();
        self.change_task(id, |task| {
            task.holder = task.holder.filter(|holder| *holder != person);
            task.nobody = nobody.to_vec();
        });
        self.involve_all(nobody, Why::Manages, "");
        let record = self.stages.entry(stage).or_default();
        record.recused.insert(person);
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
            on_behalf: stamp.on_behalf.filter(|_| automatic.is_none()),
            at: stamp.at,
            comment,
            automatic: automatic.is_some(),
        };
        self.change_task(id, |task| task.state = state);
        // Guards and later stages mean the definition's own seats when they ask who acted.
        let own = |task: &&Task| task.is_seat() && task.called.is_none();
        let Some(task) = self.task(id).filter(own) else {
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
                on_behalf: None,
                at: stamp.at,
                comment: None,
                automatic: false,
            }
        });
        self.involve(Party::Person(by), Why::Acted, "");
    }
}
