//! The run: what happens next happens, until nothing is to come.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use chrono::TimeDelta;

use super::Plan;
use super::desks::{Desks, Key};
use super::dice::Dice;
use super::estimates::{Estimate, Time};
use crate::calendar::{Calendar, Instant};
use crate::directory::{Directory, Holding, Person, PersonId, Post};
use crate::engine::{
    Case, EDITING, Party, PositionState, Rejection, Task, TaskAsks, TaskId, readings,
};
use crate::trial::agent::{self, Deed};
use crate::trial::office::{Office, calendar_named};
use crate::trial::walk;
use crate::workflow::place::id_of;
use crate::workflow::{Place, Workflow};

/// What is not over after so many days counts as never.
const LONGEST: TimeDelta = TimeDelta::days(10 * 366);

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Coming {
    /// The next case arrives.
    Arrival,
    /// A deadline of a case.
    Wake(usize),
    /// Somebody is done with a task.
    Done(Key, PersonId),
}

/// A task that has been asked and not answered.
struct Work {
    post: String,
    asked: Vec<PersonId>,
    due: Option<Instant>,
    opened: Instant,
    /// The revision that changed it last.
    changed: i64,
    /// Who works on it since when.
    with: Option<(PersonId, Instant)>,
    /// Whether its person is kept from other work meanwhile.
    keeps: bool,
}

/// What was asked of a post.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Asked {
    pub tasks: usize,
    pub worked: TimeDelta,
    pub waiting: usize,
    pub longest: usize,
    pub holders: usize,
}

/// A run.
pub(super) struct Run<'p> {
    plan: &'p Plan,
    workflow: Arc<Workflow>,
    pub office: Office,
    pub calendar: Calendar,
    queue: BinaryHeap<Reverse<(Instant, u64, Coming)>>,
    order: u64,
    works: BTreeMap<Key, Work>,
    desks: Desks,
    dice: Vec<Dice>,
    wakes: Vec<Option<Instant>>,
    signalled: BTreeSet<(usize, Option<Place>, Option<String>)>,
    pub posts: BTreeMap<String, Asked>,
    /// Tasks that nobody could answer, by stage.
    pub stuck: BTreeMap<Place, usize>,
}

impl<'p> Run<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut setting = plan.request.setting.clone();
        for (post, holders) in &plan.estimates.staff {
            setting.directory = with_holders(&setting.directory, post, *holders);
        }
        Self {
            plan,
            workflow: Arc::new(without_reminders(&plan.workflow)),
            calendar: calendar_named(&plan.workflow.calendar),
            office: Office::new(setting, plan.request.start),
            queue: BinaryHeap::new(),
            order: 0,
            works: BTreeMap::new(),
            desks: Desks::default(),
            dice: Vec::new(),
            wakes: Vec::new(),
            signalled: BTreeSet::new(),
            posts: BTreeMap::new(),
            stuck: BTreeMap::new(),
        }
    }

    /// Runs until every case has ended or stands.
    pub fn run(&mut self) -> Result<(), Rejection> {
        let start = self.plan.request.start;
        for case in 0..self.plan.cases {
            self.come(self.arrival(case), Coming::Arrival);
        }
        while let Some(Reverse((at, _, coming))) = self.queue.pop() {
            if start + LONGEST < at {
                break;
            }
            self.office.now = self.office.now.max(at);
            match coming {
                Coming::Arrival => self.arrive()?,
                Coming::Wake(case) => self.wake(case, at),
                Coming::Done(key, person) => self.done(key, person),
            }
        }
        Ok(())
    }

    fn come(&mut self, at: Instant, coming: Coming) {
        // What comes at the same time comes in the order in which it was known.
        self.order += 1;
        self.queue.push(Reverse((at, self.order, coming)));
    }

    /// Evenly over the working day.
    fn arrival(&self, case: usize) -> Instant {
        let start = self.plan.request.start;
        let Some(per_day) = self.plan.per_day.filter(|per_day| 0 < *per_day) else {
            return start;
        };
        let each = self.calendar.day_length() / i32::try_from(per_day).unwrap_or(i32::MAX);
        let until = each * i32::try_from(case).unwrap_or(i32::MAX);
        self.calendar.after_work(start, until)
    }

    fn arrive(&mut self) -> Result<(), Rejection> {
        let case = walk::file(&mut self.office, &self.workflow, &self.plan.request)?;
        self.dice.push(Dice::new(self.plan.seed, case));
        self.wakes.push(None);
        self.look(case);
        Ok(())
    }

    fn wake(&mut self, case: usize, at: Instant) {
        if self.wakes[case] != Some(at) {
            return;
        }
        self.wakes[case] = None;
        // A step that is refused stays to come; it is looked at again when the case has changed.
        if self.office.tick(case) {
            self.look(case);
        }
    }

    /// After a case has changed: what is not asked any more leaves the desks, what is new is put there.
    fn look(&mut self, case: usize) {
        agent::close_started(&mut self.office, case);
        let running = &self.office.cases[case];
        let open: BTreeMap<TaskId, Task> = running
            .case
            .open_tasks()
            .filter(|task| !waits_for_supplement(&running.case, task))
            .map(|task| (task.id, task.clone()))
            .collect();
        let known = (case, TaskId(0))..=(case, TaskId(u32::MAX));
        let gone: Vec<Key> = self
            .works
            .range(known)
            .filter(|(key, work)| {
                let task = open.get(&key.1);
                let moved = |task: &Task| task.changed != work.changed && work.with.is_none();
                task.is_none_or(moved)
            })
            .map(|(key, _)| *key)
            .collect();
        let mut freed = Vec::new();
        for key in gone {
            if let (true, Some(work)) = (open.contains_key(&key.1), self.works.get(&key)) {
                // It is asked anew, and counts once.
                let post = work.post.clone();
                self.post(&post).tasks -= 1;
            }
            freed.extend(self.close(key));
        }
        for task in open.into_values() {
            if !self.works.contains_key(&(case, task.id)) {
                self.ask((case, task.id), &task);
            }
        }
        for person in freed {
            self.take_up(person);
        }
        let wake = self.office.cases[case].wake();
        let asked = self
            .works
            .range((case, TaskId(0))..=(case, TaskId(u32::MAX)));
        if wake.is_none() && asked.count() == 0 && self.signal(case) {
            return self.look(case);
        }
        if self.wakes[case] != wake {
            self.wakes[case] = wake;
            if let Some(at) = wake {
                self.come(at.max(self.office.now), Coming::Wake(case));
                self.wakes[case] = Some(at.max(self.office.now));
            }
        }
    }

    /// A case that only a signal moves on gets one, each once.
    fn signal(&mut self, case: usize) -> bool {
        let deeds = agent::signals(&self.office, case, &self.plan.request);
        let new = deeds.into_iter().find(|deed| {
            let (place, name) = (deed.input.stage.clone(), deed.input.signal.clone());
            self.signalled.insert((case, place, name))
        });
        new.is_some_and(|deed| deed.take(&mut self.office, case).is_ok())
    }

    /// Takes a task off the desks; answers who is free again.
    fn close(&mut self, key: Key) -> Option<PersonId> {
        let work = self.works.remove(&key)?;
        let Some((person, since)) = work.with else {
            self.desks.withdraw(&work.asked, key, work.due, work.opened);
            self.queued(&work.post, false);
            return None;
        };
        if !work.keeps {
            return None;
        }
        let worked = self.calendar.worked(since, self.office.now);
        self.desks.end(person, worked);
        self.post(&work.post).worked += worked;
        Some(person)
    }

    fn ask(&mut self, key: Key, task: &Task) {
        let asked = self.office.eligible(key.0, task);
        if asked.is_empty() {
            *self.stuck.entry(task.stage.clone()).or_default() += 1;
            return;
        }
        let running = &self.office.cases[key.0];
        let clocks = readings(&running.workflow, &running.case, task, &running.calendar);
        let due = clocks.into_iter().filter_map(|clock| clock.deadline).min();
        let post = post_of(task, running.case.applicant);
        let elapses = matches!(self.estimate(task).time, Time::Elapsed(_));
        // Everybody files for themselves, so the applicant of one case does not wait for that of another.
        let own = asked == [running.case.applicant];
        let work = Work {
            post: post.clone(),
            asked: asked.clone(),
            due,
            opened: self.office.now,
            changed: task.changed,
            with: None,
            keeps: !(elapses || own),
        };
        let first = asked[0];
        let keeps = work.keeps;
        let opened = work.opened;
        self.works.insert(key, work);
        self.holders(&post, &asked);
        let of_post = self.post(&post);
        of_post.tasks += 1;
        self.queued(&post, true);
        if !keeps {
            return self.begin(key, first);
        }
        self.desks.offer(&asked, key, due, opened);
        if let Some(person) = self.desks.free(&asked) {
            self.take_up(person);
        }
    }

    fn holders(&mut self, post: &str, asked: &[PersonId]) {
        let of_post = self.post(post);
        of_post.holders = of_post.holders.max(asked.len());
    }

    fn post(&mut self, post: &str) -> &mut Asked {
        self.posts.entry(post.to_owned()).or_default()
    }

    fn queued(&mut self, post: &str, joins: bool) {
        let of_post = self.post(post);
        match joins {
            true => of_post.waiting += 1,
            false => of_post.waiting = of_post.waiting.saturating_sub(1),
        }
        of_post.longest = of_post.longest.max(of_post.waiting);
    }

    /// Somebody who is free takes up what waits for them, unless they may not any more.
    fn take_up(&mut self, person: PersonId) {
        while let Some(key) = self.desks.next(person) {
            let task = self.office.cases[key.0].case.task(key.1).cloned();
            let may = task.is_some_and(|task| self.office.eligible(key.0, &task).contains(&person));
            match may {
                true => return self.begin(key, person),
                false => self.excuse(key, person),
            }
        }
    }

    /// Takes a task off one desk; on none it is stuck.
    fn excuse(&mut self, key: Key, person: PersonId) {
        let Some(work) = self.works.get_mut(&key) else {
            return;
        };
        work.asked.retain(|asked| *asked != person);
        let (due, opened, alone) = (work.due, work.opened, work.asked.is_empty());
        self.desks.withdraw(&[person], key, due, opened);
        if alone && let Some(task) = self.office.cases[key.0].case.task(key.1) {
            *self.stuck.entry(task.stage.clone()).or_default() += 1;
        }
    }

    fn begin(&mut self, key: Key, person: PersonId) {
        let Some(task) = self.office.cases[key.0].case.task(key.1).cloned() else {
            return;
        };
        let time = self.estimate(&task).time.clone();
        let takes = self.dice[key.0].time(&time);
        let now = self.office.now;
        let Some(work) = self.works.get_mut(&key) else {
            return;
        };
        work.with = Some((person, now));
        let (asked, due, opened) = (work.asked.clone(), work.due, work.opened);
        let (post, keeps) = (work.post.clone(), work.keeps);
        if keeps {
            self.desks.withdraw(&asked, key, due, opened);
            self.desks.begin(person, key);
        }
        self.queued(&post, false);
        let done = self.calendar.after_work(now, takes);
        self.come(done, Coming::Done(key, person));
    }

    fn done(&mut self, key: Key, person: PersonId) {
        let with = self.works.get(&key).and_then(|work| work.with);
        if with.map(|(with, _)| with) != Some(person) {
            return;
        }
        let Some(task) = self.office.cases[key.0].case.task(key.1).cloned() else {
            return;
        };
        let answered = self.answer(key, &task, person);
        if !answered {
            *self.stuck.entry(task.stage.clone()).or_default() += 1;
        }
        let freed = self.close(key);
        if answered {
            self.look(key.0);
        }
        if let Some(person) = freed {
            self.take_up(person);
        }
    }

    /// Answers as the dice fall; where that is refused, with a yes.
    fn answer(&mut self, key: Key, task: &Task, person: PersonId) -> bool {
        let (case, request) = (key.0, &self.plan.request);
        let pass = agent::pass_by(&self.office, case, task, request, person);
        let Some(pass) = pass else {
            return false;
        };
        let other = self.other(key, task, &pass);
        let drawn = other.is_some_and(|deed| deed.take(&mut self.office, case).is_ok());
        drawn || pass.take(&mut self.office, case).is_ok()
    }

    fn other(&mut self, key: Key, task: &Task, pass: &Deed) -> Option<Deed> {
        let estimate = self.plan.estimates.of(stage_of(task));
        let wanted = self.draw(key.0, estimate)?;
        let others = agent::others(&self.office, key.0, task, &self.plan.request, pass);
        // Of several targets of a return the last is the farthest: the applicant.
        others.into_iter().rev().find(|deed| match &wanted {
            Drawn::Refusal => agent::refuses(&self.workflow, task, deed),
            Drawn::Action(action) => deed.action == *action,
            Drawn::Choice(choice) => deed.input.choice.as_ref() == Some(choice),
        })
    }

    fn draw(&mut self, case: usize, estimate: &Estimate) -> Option<Drawn> {
        let dice = &mut self.dice[case];
        if dice.happens(estimate.supplement) {
            return Some(Drawn::Action("supplement"));
        }
        if dice.happens(estimate.back) {
            return Some(Drawn::Action("return"));
        }
        if dice.happens(estimate.refuse) {
            return Some(Drawn::Refusal);
        }
        if estimate.choices.is_empty() {
            return None;
        }
        let chances = estimate.choices.iter().map(|(id, chance)| (id, *chance));
        let choice = dice.pick(chances)?;
        Some(Drawn::Choice(choice.to_owned()))
    }

    fn estimate(&self, task: &Task) -> &'p Estimate {
        self.plan.estimates.of(stage_of(task))
    }
}

/// Whether a task cannot be answered before the applicant has supplied what is missing.
fn waits_for_supplement(case: &Case, task: &Task) -> bool {
    let position = case.position(&task.stage).map(|position| &position.state);
    matches!(position, Some(PositionState::Supplement { .. })) && task.asks != TaskAsks::Supply
}

/// How a task is answered otherwise than with a yes.
enum Drawn {
    Refusal,
    Action(&'static str),
    Choice(String),
}

/// The stage whose estimate holds: what the applicant is asked for besides has its own.
fn stage_of(task: &Task) -> &str {
    match task.asks {
        TaskAsks::Edit | TaskAsks::Supply => EDITING,
        TaskAsks::Sign
        | TaskAsks::Work
        | TaskAsks::Notice
        | TaskAsks::Repair
        | TaskAsks::File
        | TaskAsks::Advise
        | TaskAsks::Extension => id_of(&task.stage),
    }
}

/// Under which name the load is counted: the post, or the person.
fn post_of(task: &Task, applicant: PersonId) -> String {
    match task.offered.first() {
        Some(Party::Post(post)) => post.to_string(),
        Some(Party::Person(person)) if *person == applicant => EDITING.to_owned(),
        Some(Party::Person(person)) => format!("#{person}"),
        Some(Party::Department(code)) => code.to_string(),
        None => String::new(),
    }
}

/// Nobody reads the mails of a simulation, and reminders are most of what time does.
fn without_reminders(workflow: &Workflow) -> Workflow {
    fn quiet(nodes: &mut [crate::workflow::Node]) {
        for node in nodes {
            for rule in &mut node.due {
                rule.remind.clear();
            }
            for list in node.lists_mut() {
                quiet(list);
            }
        }
    }
    let mut workflow = workflow.clone();
    quiet(&mut workflow.stages);
    workflow
}

/// The directory with colleagues, until the post has so many holders.
fn with_holders(directory: &Directory, post: &Post, holders: u32) -> Directory {
    let held = directory.holdings.get(post).map_or(0, Vec::len);
    let wanted = usize::try_from(holders).unwrap_or(usize::MAX);
    let mut people: Vec<Person> = directory.people.values().cloned().collect();
    let mut holdings: Vec<(Post, Holding)> = directory
        .holdings
        .iter()
        .flat_map(|(post, all)| all.iter().map(|held| (post.clone(), held.clone())))
        .collect();
    let last = people.iter().map(|person| person.id.0).max().unwrap_or(0);
    for (number, id) in (held..wanted).zip(last + 1..) {
        let id = PersonId(id);
        people.push(Person {
            id,
            login: format!("{post}-{}", number + 1),
            name: format!("{post}-{}", number + 1),
            email: String::new(),
            department: post.department.clone(),
            clearance: 6,
            active: true,
        });
        let holding = Holding {
            person: id,
            from: None,
            until: None,
        };
        holdings.push((post.clone(), holding));
    }
    let (departments, roles) = (&directory.departments, &directory.roles);
    let (departments, roles) = (departments.values().cloned(), roles.values().cloned());
    Directory::new(directory.revision, departments, people, roles, holdings)
}
