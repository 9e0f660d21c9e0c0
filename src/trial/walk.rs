//! A case walked on paper: everybody agrees, and at every decision it is looked where the other answers would lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{NaiveTime, TimeDelta};

use super::agent::{self, Deed};
use super::office::{Office, Running};
use super::request::Request;
use crate::calendar::{self, Instant, last_day};
use crate::directory::PersonId;
use crate::engine::{
    self, ClockReading, Event, Party, Position, PositionState, Rejection, Task, TaskId,
};
use crate::workflow::{Id, Kind, OverdueAct, Place, Target, Workflow};

/// No sensible case takes more answers.
const MOST_ANSWERS: usize = 300;
/// When people answer on the last day.
const EVENING: Option<NaiveTime> = NaiveTime::from_hms_opt(17, 0, 0);

/// How fast people answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// On the last day of their deadline, in the afternoon; without a deadline at once.
    #[default]
    LastDay,
    /// At once.
    AtOnce,
}

/// A walk.
pub struct Walk {
    /// What the run came by, in order.
    pub visits: Vec<Visit>,
    /// How it ended.
    pub reached: Reached,
    /// Where every other answer leads.
    pub ways: Vec<Way>,
    /// The office as it was left.
    pub office: Office,
}

/// A stage that the run came by.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Which.
    pub place: Place,
    /// When.
    pub at: Instant,
    /// What the run does there.
    pub stop: Stop,
    /// Who is asked.
    pub asked: Vec<Asked>,
    /// By when, the clocks around it too.
    pub due: Vec<Due>,
    /// When it was left.
    pub left: Option<Instant>,
}

/// What the run does at a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It asks people.
    Asks,
    /// It stands until a time or a signal.
    Waits,
    /// It passes over.
    Skips,
}

/// Who is asked for one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// For which seat.
    pub seat: Option<Id>,
    /// The posts and people that it is offered to.
    pub offered: Vec<Party>,
    /// Everyone who may answer.
    pub people: Vec<PersonId>,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The stage or block whose clock it is.
    pub node: Place,
    /// Whether a law sets it.
    pub law: bool,
    /// When it is.
    pub at: Instant,
}

/// How a walk came to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Reached {
    /// At this end.
    End(Id),
    /// It stands: nobody can answer there, or only somebody outside can move it on.
    Stands(Place),
    /// It stands: a guard failed.
    Parked(String),
    /// The answer was refused.
    Refused(Place, Box<Rejection>),
    /// What was applied for is in force there, until somebody says otherwise.
    InForce(Place),
    /// It goes on and on.
    TooLong,
}

/// Another answer, and where it leads when everybody agrees afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The stage; `None`: the case as a whole.
    pub place: Option<Place>,
    /// What is done.
    pub how: How,
    /// The stages that are asked afterwards, in order.
    pub through: Vec<Place>,
    /// How it ends.
    pub reached: Reached,
}

/// What is done otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum How {
    /// Another answer.
    Deed(Box<Deed>),
    /// Nothing, until a deadline moves the run.
    Overdue,
}

/// Walks a case.
///
/// # Errors
/// Why the request cannot be submitted.
pub fn walk(workflow: &Arc<Workflow>, request: &Request, pace: Pace) -> Result<Walk, Rejection> {
    let mut office = Office::new(request.setting.clone(), request.start);
    let index = file(&mut office, workflow, request)?;
    let mut walker = Walker {
        request,
        index,
        pace,
        visits: Vec::new(),
        ways: Vec::new(),
        tried: BTreeSet::new(),
        given: BTreeSet::new(),
        seen: (0, TaskId(0)),
        explores: true,
    };
    let reached = walker.run(&mut office);
    walker.close(&office);
    Ok(Walk {
        visits: walker.visits,
        reached,
        ways: walker.ways,
        office,
    })
}

/// Submits a request.
pub(super) fn file(
    office: &mut Office,
    workflow: &Arc<Workflow>,
    request: &Request,
) -> Result<usize, Rejection> {
    let department = request.department.clone();
    let answers = request.answers.clone();
    let index = office.begin(workflow, request.applicant, department, answers);
    let submit = Deed {
        by: request.applicant,
        action: "submit",
        input: engine::Input {
            confirmed: true,
            ..engine::Input::default()
        },
    };
    submit.take(office, index)?;
    Ok(index)
}

struct Walker<'r> {
    request: &'r Request,
    index: usize,
    pace: Pace,
    visits: Vec<Visit>,
    ways: Vec<Way>,
    /// What was tried already: stage, action, and which.
    tried: BTreeSet<(String, String, String)>,
    /// The signals that were given: place and name.
    given: BTreeSet<(Place, String)>,
    /// How far the log and the tasks have been looked at.
    seen: (usize, TaskId),
    /// Whether the other ways are looked at.
    explores: bool,
}

impl Walker<'_> {
    /// Goes on until the case ends or nobody can move it.
    fn run(&mut self, office: &mut Office) -> Reached {
        for _ in 0..MOST_ANSWERS {
            self.look(office);
            agent::close_started(office, self.index);
            if let Some((end, _)) = office.cases[self.index].ended() {
                return Reached::End(end.to_owned());
            }
            if self.explores {
                self.explore_signals(office);
            }
            let Some((at, task)) = self.soonest(office) else {
                let lasting = self.lasts(&office.cases[self.index]);
                match office.cases[self.index].wake() {
                    Some(wake) if lasting.is_none() => office.pass(wake),
                    // Another way has come to where the walk itself goes on.
                    _ if (self.explores || lasting.is_none()) && self.signal(office) => {}
                    _ => {
                        let stands = || stands(&office.cases[self.index]);
                        return lasting.map_or_else(stands, Reached::InForce);
                    }
                }
                continue;
            };
            office.pass(at);
            let running = &office.cases[self.index];
            let Some(task) = running
                .case
                .task(task)
                .filter(|task| task.is_open())
                .cloned()
            else {
                continue;
            };
            if let Err(rejection) = self.answer(office, &task) {
                return Reached::Refused(task.stage, Box::new(rejection));
            }
        }
        Reached::TooLong
    }

    /// Where the case is in force for good: it waits for nothing but a signal, and what comes again beside that has come once,
    /// of another way not even that. Nothing new would come of waiting.
    fn lasts(&self, running: &Running) -> Option<Place> {
        let region = running.case.region().filter(|region| region.in_force())?;
        let open = region.all();
        let comes_again = |position: &&&Position| position.state == PositionState::Between;
        let mut recurring = open.iter().filter(comes_again).peekable();
        recurring.peek()?;
        let has_come = |place: &str| 0 < running.case.stage(place).rounds;
        if self.explores && !recurring.all(|position| has_come(&position.id)) {
            return None;
        }
        let mut waits = open
            .iter()
            .filter(|position| position.state == PositionState::Waiting);
        let has_time = |position: &Position| {
            let node = running.workflow.node(&position.id);
            node.is_some_and(|node| matches!(&node.kind, Kind::Wait(wait) if wait.until.is_some()))
        };
        let first = waits.next()?;
        let timed = has_time(first) || waits.any(|position| has_time(position));
        (!timed).then(|| first.id.clone())
    }

    /// The task that is answered first, and when; `None` when no task can be passed.
    fn soonest(&self, office: &Office) -> Option<(Instant, TaskId)> {
        let running = &office.cases[self.index];
        let open = running.case.open_tasks();
        let passable =
            open.filter(|task| !agent::passing(office, self.index, task, self.request).is_empty());
        passable
            .map(|task| (self.time_for(office, running, task), task.id))
            .min()
    }

    fn time_for(&self, office: &Office, running: &Running, task: &Task) -> Instant {
        let readings = engine::readings(&running.workflow, &running.case, task, &running.calendar);
        let deadlines = readings.into_iter().filter_map(|reading| reading.deadline);
        let evening = |deadline: Instant| {
            let evening = calendar::at(last_day(deadline), EVENING.unwrap_or_default());
            evening.min(deadline)
        };
        match (self.pace, deadlines.min()) {
            (Pace::LastDay, Some(deadline)) => evening(deadline).max(office.now),
            (Pace::LastDay, None) | (Pace::AtOnce, _) => office.now,
        }
    }

    /// Passes the task; on the way it is looked where the other answers lead.
    fn answer(&mut self, office: &mut Office, task: &Task) -> Result<(), Rejection> {
        let deeds = agent::passing(office, self.index, task, self.request);
        let mut refused = Rejection::NotAsked(task.stage.clone());
        for deed in &deeds {
            if self.explores {
                self.explore(office, task, deed);
            }
            match deed.take(office, self.index) {
                Ok(()) => return Ok(()),
                Err(rejection) => refused = rejection,
            }
        }
        Err(refused)
    }

    fn explore(&mut self, office: &Office, task: &Task, pass: &Deed) {
        for deed in agent::others(office, self.index, task, self.request, pass) {
            let which = deed.which().unwrap_or_default().to_owned();
            if !self.is_new(&task.stage, deed.action, &which) {
                continue;
            }
            let (place, how) = (Some(task.stage.clone()), How::Deed(Box::new(deed.clone())));
            let way = self.way(office, place, how, |there, index| deed.take(there, index));
            self.ways.push(way);
        }
        let applicant = self.request.applicant;
        let offered = office.offered(self.index, applicant);
        let withdraws = offered.iter().any(|offered| offered.action == "withdraw");
        if withdraws && self.is_new("", "withdraw", "") {
            let deed = Deed {
                by: applicant,
                action: "withdraw",
                input: engine::Input::default(),
            };
            let how = How::Deed(Box::new(deed.clone()));
            let way = self.way(office, None, how, |there, index| deed.take(there, index));
            self.ways.push(way);
        }
        self.let_it_lie(office, task);
    }

    /// What happens where a deadline moves the run.
    fn let_it_lie(&mut self, office: &Office, task: &Task) {
        let running = &office.cases[self.index];
        let readings = engine::readings(&running.workflow, &running.case, task, &running.calendar);
        let moving: Vec<(Place, Instant)> = readings
            .iter()
            .flat_map(|reading| {
                let moves = reading.rule.overdue.iter().filter(|overdue| {
                    matches!(&overdue.act, OverdueAct::Next(target) if *target != Target::Stay)
                });
                moves.filter_map(|overdue| {
                    let after = running.calendar.after(reading.deadline?, overdue.after);
                    Some((reading.node.to_owned(), after))
                })
            })
            .collect();
        for (node, at) in moving {
            if self.is_new(&node, "overdue", "") {
                let way = self.way(office, Some(node), How::Overdue, |there, _| {
                    there.pass(at + TimeDelta::seconds(1));
                    Ok(())
                });
                self.ways.push(way);
            }
        }
    }

    fn explore_signals(&mut self, office: &Office) {
        for deed in agent::signals(office, self.index, self.request) {
            let place = deed.input.stage.clone().unwrap_or_default();
            let which = deed.which().unwrap_or_default().to_owned();
            if self.is_new(&place, "signal", &which) {
                let how = How::Deed(Box::new(deed.clone()));
                let way = self.way(office, Some(place), how, |there, index| {
                    deed.take(there, index)
                });
                self.ways.push(way);
            }
        }
    }

    /// Gives a signal where nothing else moves the case, each once.
    fn signal(&mut self, office: &mut Office) -> bool {
        let deeds = agent::signals(office, self.index, self.request);
        let new = deeds.into_iter().find(|deed| {
            let place = deed.input.stage.clone().unwrap_or_default();
            let which = deed.which().unwrap_or_default().to_owned();
            self.given.insert((place, which))
        });
        new.is_some_and(|deed| deed.take(office, self.index).is_ok())
    }

    fn is_new(&mut self, stage: &str, action: &str, which: &str) -> bool {
        let key = (stage.to_owned(), action.to_owned(), which.to_owned());
        self.tried.insert(key)
    }

    /// Where something else leads.
    fn way(
        &self,
        office: &Office,
        place: Option<Place>,
        how: How,
        take: impl FnOnce(&mut Office, usize) -> Result<(), Rejection>,
    ) -> Way {
        let mut there = office.clone();
        let mut walker = Walker {
            request: self.request,
            index: self.index,
            pace: self.pace,
            visits: Vec::new(),
            ways: Vec::new(),
            tried: BTreeSet::new(),
            given: self.given.clone(),
            seen: self.seen,
            explores: false,
        };
        walker.look(&there);
        walker.visits.clear();
        let reached = match take(&mut there, self.index) {
            Ok(()) => walker.run(&mut there),
            Err(rejection) => {
                let at = place.clone().unwrap_or_default();
                Reached::Refused(at, Box::new(rejection))
            }
        };
        let visits = walker.visits.iter();
        let asked = visits.filter(|visit| visit.stop != Stop::Skips);
        let mut through: Vec<Place> = asked.map(|visit| visit.place.clone()).collect();
        through.dedup();
        Way {
            place,
            how,
            through,
            reached,
        }
    }

    /// Notes what has been passed over and whom the new tasks ask.
    fn look(&mut self, office: &Office) {
        let running = &office.cases[self.index];
        for (event, stamp) in &running.log[self.seen.0..] {
            let (id, stop) = match event {
                Event::Skipped { id, .. } => (id, Stop::Skips),
                Event::Waits { id } => (id, Stop::Waits),
                _ => continue,
            };
            self.visits.push(Visit {
                place: id.clone(),
                at: stamp.at,
                stop,
                asked: Vec::new(),
                due: due_of(running, id),
                left: (stop == Stop::Skips).then_some(stamp.at),
            });
        }
        let last = self.seen.1;
        let tasks = running.case.tasks.iter().filter(|task| last < task.id);
        let mut round = None;
        for task in tasks {
            if round != Some((&task.stage, task.round)) {
                round = Some((&task.stage, task.round));
                self.visits.push(Visit {
                    place: task.stage.clone(),
                    at: task.opened,
                    stop: Stop::Asks,
                    asked: Vec::new(),
                    due: due(running, task),
                    left: None,
                });
            }
            if let Some(visit) = self.visits.last_mut() {
                visit.asked.push(Asked {
                    seat: task.seat.clone(),
                    offered: task.offered.clone(),
                    people: office.eligible(self.index, task),
                });
            }
        }
        let task = running.case.tasks.last().map_or(last, |task| task.id);
        self.seen = (running.log.len(), task);
    }

    /// When each stage was left.
    fn close(&mut self, office: &Office) {
        for visit in self.visits.iter_mut().filter(|visit| visit.left.is_none()) {
            let log = office.cases[self.index].log.iter();
            let left = log.filter_map(|(event, stamp)| match event {
                Event::Left { id, .. } if *id == visit.place => Some(stamp.at),
                Event::Resubmitted { id } if *id == visit.place => Some(stamp.at),
                _ => None,
            });
            visit.left = left.filter(|left| visit.at <= *left).min();
        }
    }
}

fn due(running: &Running, task: &Task) -> Vec<Due> {
    let (workflow, case) = (&running.workflow, &running.case);
    dues(engine::readings(workflow, case, task, &running.calendar))
}

/// The deadlines of a `wait`, its own time among them.
fn due_of(running: &Running, place: &str) -> Vec<Due> {
    let (workflow, case) = (&running.workflow, &running.case);
    let mut readings = engine::all_readings(workflow, case, &running.calendar);
    readings.retain(|reading| reading.node == place && !reading.clock.stopped);
    dues(readings)
}

fn dues(readings: Vec<ClockReading<'_>>) -> Vec<Due> {
    let mut all: Vec<Due> = readings
        .into_iter()
        .filter_map(|reading| {
            Some(Due {
                node: reading.node.to_owned(),
                law: reading.clock.law,
                at: reading.deadline?,
            })
        })
        .collect();
    all.sort_by_key(|due| due.at);
    all
}

/// Why nobody can move a case on.
fn stands(running: &Running) -> Reached {
    let region = running.case.region();
    let open = region.map(|region| region.all()).unwrap_or_default();
    let parked = open.iter().find_map(|position| match &position.state {
        PositionState::Parked { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    match (parked, open.last()) {
        (Some(reason), _) => Reached::Parked(reason),
        (None, Some(position)) => Reached::Stands(position.id.clone()),
        (None, None) => Reached::Stands(Place::new()),
    }
}
