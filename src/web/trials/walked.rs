//! A case walked on paper, in words.

use std::collections::BTreeMap;

use super::{deadline, moment, refused};
use crate::engine::Party;
use crate::forms::Words as _;
use crate::messages::{Language, text};
use crate::trial::{Asked, Deed, How, Pace, Reached, Request, Stop, Visit, Walk, Way, words};
use crate::workflow::Workflow;

/// Of the stages behind another answer so many are named.
const MOST_SHOWN: usize = 2;

/// A walk with what it was walked in.
pub struct Told<'a> {
    /// The definition.
    pub workflow: &'a Workflow,
    /// The request.
    pub request: &'a Request,
    /// The walk.
    pub walk: &'a Walk,
    /// How fast people answer in it.
    pub pace: Pace,
    /// The reader's language.
    pub language: Language,
}

/// A stage of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// 受理
    pub title: String,
    /// `intake[p1]`
    pub place: String,
    /// Whether it was passed over; then there is nothing else to say.
    pub skipped: bool,
    /// When, by when, who is asked.
    pub facts: Vec<String>,
    /// Where the other answers lead.
    pub ways: Vec<String>,
}

impl Told<'_> {
    /// 李文静 2026-03-02 09:00 提交。假定每个环节都…
    #[must_use]
    pub fn opening(&self) -> String {
        let directory = &self.request.setting.directory;
        let applicant = Party::Person(self.request.applicant);
        let who = words::party(directory, &applicant, &self.language);
        let when = moment(self.request.start);
        let mut said = self.say("opening", &[("who", &who), ("when", &when)]);
        said.push_str(&self.say(
            match self.pace {
                Pace::LastDay => "last_day",
                Pace::AtOnce => "at_once",
            },
            &[],
        ));
        if self.request.made_up {
            said.push_str(&self.say("made_up", &[]));
        }
        said
    }

    /// What the case comes by, in order.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let visits = self.walk.visits.iter();
        visits.map(|visit| self.leg(visit)).collect()
    }

    fn leg(&self, visit: &Visit) -> Leg {
        let leg = Leg {
            title: self.place(&visit.place),
            place: visit.place.clone(),
            skipped: visit.stop == Stop::Skips,
            facts: Vec::new(),
            ways: Vec::new(),
        };
        match visit.stop {
            Stop::Skips => leg,
            Stop::Asks | Stop::Waits => Leg {
                facts: self.facts(visit),
                ways: self.ways(visit),
                ..leg
            },
        }
    }

    fn facts(&self, visit: &Visit) -> Vec<String> {
        let from = moment(visit.at);
        let left = visit.left.map(moment).unwrap_or_default();
        let mut facts = vec![self.say("when", &[("from", &from), ("until", &left)])];
        for due in &visit.due {
            let kind = self.say(if due.law { "law" } else { "internal" }, &[]);
            let (when, node) = (deadline(due.at), self.place(&due.node));
            let own = due.node == visit.place;
            let key = if own { "due" } else { "due_of" };
            let values = [("when", &*when), ("kind", &*kind), ("node", &*node)];
            facts.push(self.say(key, &values));
        }
        if visit.stop == Stop::Waits {
            facts.push(self.say("waits", &[]));
        }
        facts.extend(visit.asked.iter().map(|asked| self.asked(visit, asked)));
        facts
    }

    fn asked(&self, visit: &Visit, asked: &Asked) -> String {
        let directory = &self.request.setting.directory;
        let name = |party: &Party| words::party(directory, party, &self.language);
        let offered: Vec<String> = asked.offered.iter().map(name).collect();
        let people = asked.people.iter();
        let people: Vec<String> = people.map(|person| name(&Party::Person(*person))).collect();
        let (offered, people) = (offered.join("、"), people.join("、"));
        let stage = self.workflow.node(&visit.place);
        let seats = stage.and_then(|node| node.stage()).into_iter();
        let seat = seats
            .flat_map(|stage| &stage.seats)
            .filter(|seat| asked.seat.is_some() && seat.name == asked.seat)
            .find_map(|seat| seat.title.as_ref());
        let seat = seat.map(|title| format!("{}：", self.language.pick(title)));
        let key = match (people.is_empty(), self.request.made_up || people == offered) {
            (true, _) => "nobody",
            (false, true) => "asks",
            (false, false) => "asks_people",
        };
        let seat = seat.unwrap_or_default();
        self.say(
            key,
            &[("seat", &seat), ("posts", &offered), ("people", &people)],
        )
    }

    fn ways(&self, visit: &Visit) -> Vec<String> {
        let ways = self.walk.ways.iter();
        let own = ways.filter(|way| way.place.as_deref() == Some(&visit.place));
        own.map(|way| {
            let (how, leads) = (self.how(way), self.leads(way));
            self.say("or", &[("how", &how), ("leads", &leads)])
        })
        .collect()
    }

    /// Another answer in words.
    fn how(&self, way: &Way) -> String {
        let How::Deed(deed) = &way.how else {
            return self.say("overdue", &[]);
        };
        let key = format!("rejection.action.{}", deed.action);
        let action = self.language.say(&key, &[]);
        let target = deed.input.to.as_deref().map(|to| self.place(to));
        if let Some(title) = self.signal(way, deed) {
            return self.say("signalled", &[("signal", &title)]);
        }
        match (self.choice(way, deed), target) {
            (Some(choice), _) => choice,
            (None, Some(target)) => self.say("to", &[("action", &action), ("target", &target)]),
            (None, None) => action,
        }
    }

    fn signal(&self, way: &Way, deed: &Deed) -> Option<String> {
        let wanted = deed.input.signal.as_deref()?;
        let node = self.workflow.node(way.place.as_deref()?)?;
        let signal = node.signals.iter().find(|signal| signal.name == wanted)?;
        Some(self.language.pick(&signal.title).to_owned())
    }

    fn choice(&self, way: &Way, deed: &Deed) -> Option<String> {
        let wanted = deed.input.choice.as_deref()?;
        let node = self.workflow.node(way.place.as_deref()?)?;
        let mut choices = node.stage()?.choices.iter();
        let choice = choices.find(|choice| choice.id == wanted)?;
        Some(self.language.pick(&choice.title).to_owned())
    }

    /// Where another answer leads: the stages behind it and the end.
    fn leads(&self, way: &Way) -> String {
        let shown = match way.reached {
            Reached::Refused(..) => &[][..],
            _ => &way.through[..],
        };
        let mut stages: Vec<String> = shown.iter().map(|place| self.place(place)).collect();
        if MOST_SHOWN < stages.len() {
            stages.truncate(MOST_SHOWN);
            stages.push("…".to_owned());
        }
        stages.push(self.reached(&way.reached));
        stages.join(" → ")
    }

    /// How it comes to its end: 已办结.
    #[must_use]
    pub fn reached(&self, reached: &Reached) -> String {
        match reached {
            Reached::End(end) => {
                let known = self.workflow.end(end);
                let title = known.map(|end| self.language.pick(&end.title).to_owned());
                title.unwrap_or_else(|| end.clone())
            }
            Reached::Stands(place) => self.say("stands", &[("stage", &self.place(place))]),
            Reached::InForce(place) => self.say("in_force", &[("stage", &self.place(place))]),
            Reached::Parked(reason) => self.say("parked", &[("reason", reason)]),
            Reached::Refused(place, rejection) => {
                let directory = &self.request.setting.directory;
                let cause = refused(rejection, directory, self.language);
                let stage = self.place(place);
                self.say("refused", &[("stage", &stage), ("cause", &cause)])
            }
            Reached::TooLong => self.say("too_long", &[]),
        }
    }

    /// How it ends when everybody agrees, and how many working days that takes.
    #[must_use]
    pub fn result(&self) -> Vec<String> {
        let reached = self.reached(&self.walk.reached);
        let mut lines = vec![self.say("ends", &[("reached", &reached)])];
        let running = self.walk.office.cases.first();
        if let Some((running, (_, at))) = running.and_then(|one| Some((one, one.ended()?))) {
            let worked = running.calendar.worked(self.request.start, at);
            let days = worked.num_minutes() / running.calendar.day_length().num_minutes().max(1);
            let (when, days) = (moment(at), days.to_string());
            lines.push(self.say("took", &[("when", &when), ("days", &days)]));
        }
        lines
    }

    /// Every end that is reached, and by which answers.
    #[must_use]
    pub fn ends(&self) -> Vec<(String, Vec<String>)> {
        let mut ends: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut reach = |reached: &Reached, how: String| {
            if let Reached::End(end) = reached {
                let end = format!("{} ({end})", self.reached(reached));
                ends.entry(end).or_default().push(how);
            }
        };
        reach(&self.walk.reached, self.say("everybody_agrees", &[]));
        for way in &self.walk.ways {
            let how = match &way.place {
                Some(place) => format!("{} {}", self.place(place), self.how(way)),
                None => self.how(way),
            };
            reach(&way.reached, how);
        }
        ends.into_iter().collect()
    }

    /// A stage by its title.
    #[must_use]
    pub fn place(&self, place: &str) -> String {
        words::place(self.workflow, place, &self.language)
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        text(self.language, &format!("trial.simulate.{key}"), values)
    }
}
