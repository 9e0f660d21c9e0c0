//! A walk in words, and for other programs.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{deadline, moment, refused, told};
use crate::cli::failure::language;
use crate::engine::Party;
use crate::forms::Words as _;
use crate::trial::{Asked, Deed, How, Pace, Reached, Request, Stop, Visit, Walk, Way, words};
use crate::workflow::Workflow;

/// Of the stages behind another answer so many are named.
const MOST_SHOWN: usize = 2;

/// A walk with what it was walked in.
pub(super) struct Shown<'a> {
    pub workflow: &'a Workflow,
    pub request: &'a Request,
    pub walk: &'a Walk,
    pub pace: Pace,
}

impl Shown<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let mut lines = vec![
            self.workflow.title.zh.clone(),
            self.opening(),
            String::new(),
        ];
        let mut number = 0;
        for visit in &self.walk.visits {
            if visit.stop == Stop::Skips {
                lines.push(format!(
                    "   {}",
                    told("skipped", &[("stage", &self.place(&visit.place))])
                ));
                continue;
            }
            number += 1;
            lines.push(format!(
                "{number:>2} {} ({})",
                self.place(&visit.place),
                visit.place
            ));
            lines.extend(
                self.visit(visit)
                    .into_iter()
                    .map(|line| format!("   {line}")),
            );
        }
        lines.push(String::new());
        lines.push(told(
            "ends",
            &[("reached", &self.reached(&self.walk.reached))],
        ));
        if let Some((_, at)) = self
            .walk
            .office
            .cases
            .first()
            .and_then(|running| running.ended())
        {
            let running = &self.walk.office.cases[0];
            let worked = running.calendar.worked(self.request.start, at);
            let days = worked.num_minutes() / running.calendar.day_length().num_minutes().max(1);
            let values = [("when", moment(at)), ("days", days.to_string())];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            lines.push(told("took", &values));
        }
        lines.push(told("all_ends", &[]));
        for (end, how) in self.ends() {
            lines.push(format!("  {end}: {}", how.join("；")));
        }
        lines.join("\n")
    }

    fn opening(&self) -> String {
        let directory = &self.request.setting.directory;
        let applicant = Party::Person(self.request.applicant);
        let values = [
            ("who", words::party(directory, &applicant, &language())),
            ("when", moment(self.request.start)),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let mut said = told("opening", &values);
        said.push_str(&told(
            match self.pace {
                Pace::LastDay => "last_day",
                Pace::AtOnce => "at_once",
            },
            &[],
        ));
        if self.request.made_up {
            said.push_str(&told("made_up", &[]));
        }
        said
    }

    fn visit(&self, visit: &Visit) -> Vec<String> {
        let mut lines = Vec::new();
        let from = moment(visit.at);
        let left = visit.left.map(moment).unwrap_or_default();
        lines.push(told("when", &[("from", &from), ("until", &left)]));
        for due in &visit.due {
            let kind = told(if due.law { "law" } else { "internal" }, &[]);
            let (when, node) = (deadline(due.at), self.place(&due.node));
            let own = due.node == visit.place;
            let key = if own { "due" } else { "due_of" };
            lines.push(told(
                key,
                &[("when", &when), ("kind", &kind), ("node", &node)],
            ));
        }
        if visit.stop == Stop::Waits {
            lines.push(told("waits", &[]));
        }
        lines.extend(visit.asked.iter().map(|asked| self.asked(visit, asked)));
        let ways = self.walk.ways.iter();
        for way in ways.filter(|way| way.place.as_deref() == Some(&visit.place)) {
            lines.push(told(
                "or",
                &[("how", &self.how(way)), ("leads", &self.leads(way))],
            ));
        }
        lines
    }

    fn asked(&self, visit: &Visit, asked: &Asked) -> String {
        let directory = &self.request.setting.directory;
        let name = |party: &Party| words::party(directory, party, &language());
        let offered = asked
            .offered
            .iter()
            .map(name)
            .collect::<Vec<_>>()
            .join("、");
        let people = asked
            .people
            .iter()
            .map(|person| name(&Party::Person(*person)));
        let people = people.collect::<Vec<_>>().join("、");
        let stage = self
            .workflow
            .node(&visit.place)
            .and_then(|node| node.stage());
        let seats = stage.into_iter().flat_map(|stage| &stage.seats);
        let seat = seats
            .filter(|seat| asked.seat.is_some() && seat.name == asked.seat)
            .find_map(|seat| seat.title.as_ref());
        let seat = seat.map(|title| format!("{}：", language().pick(title)));
        let key = match (people.is_empty(), self.request.made_up || people == offered) {
            (true, _) => "nobody",
            (false, true) => "asks",
            (false, false) => "asks_people",
        };
        let seat = seat.unwrap_or_default();
        told(
            key,
            &[("seat", &seat), ("posts", &offered), ("people", &people)],
        )
    }

    /// Another answer in words.
    fn how(&self, way: &Way) -> String {
        let How::Deed(deed) = &way.how else {
            return told("overdue", &[]);
        };
        let action = language().say(&format!("rejection.action.{}", deed.action), &[]);
        let target = deed.input.to.as_deref().map(|to| self.place(to));
        if let Some(title) = self.signal(way, deed) {
            return told("signalled", &[("signal", &title)]);
        }
        match (self.choice(way, deed), target) {
            (Some(choice), _) => choice,
            (None, Some(target)) => told("to", &[("action", &action), ("target", &target)]),
            (None, None) => action,
        }
    }

    fn signal(&self, way: &Way, deed: &Deed) -> Option<String> {
        let wanted = deed.input.signal.as_deref()?;
        let node = self.workflow.node(way.place.as_deref()?)?;
        let signal = node.signals.iter().find(|signal| signal.name == wanted)?;
        Some(language().pick(&signal.title).to_owned())
    }

    fn choice(&self, way: &Way, deed: &Deed) -> Option<String> {
        let wanted = deed.input.choice.as_deref()?;
        let node = self.workflow.node(way.place.as_deref()?)?;
        let mut choices = node.stage()?.choices.iter();
        let choice = choices.find(|choice| choice.id == wanted)?;
        Some(language().pick(&choice.title).to_owned())
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

    fn reached(&self, reached: &Reached) -> String {
        match reached {
            Reached::End(end) => {
                let known = self.workflow.end(end);
                known.map_or_else(|| end.clone(), |end| language().pick(&end.title).to_owned())
            }
            Reached::Stands(place) => told("stands", &[("stage", &self.place(place))]),
            Reached::Parked(reason) => told("parked", &[("reason", reason)]),
            Reached::Refused(place, rejection) => {
                let (stage, cause) = (self.place(place), refused(rejection, self.request));
                told("refused", &[("stage", &stage), ("cause", &cause)])
            }
            Reached::TooLong => told("too_long", &[]),
        }
    }

    /// Every end that is reached, and by which answers.
    fn ends(&self) -> BTreeMap<String, Vec<String>> {
        let mut ends: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut reach = |reached: &Reached, how: String| {
            if let Reached::End(end) = reached {
                let end = format!("{} ({end})", self.reached(reached));
                ends.entry(end).or_default().push(how);
            }
        };
        reach(&self.walk.reached, told("everybody_agrees", &[]));
        for way in &self.walk.ways {
            let how = match &way.place {
                Some(place) => format!("{} {}", self.place(place), self.how(way)),
                None => self.how(way),
            };
            reach(&way.reached, how);
        }
        ends
    }

    fn place(&self, place: &str) -> String {
        words::place(self.workflow, place, &language())
    }

    /// For other programs.
    pub fn json(&self) -> Json {
        let directory = &self.request.setting.directory;
        let login = |person| directory.person(person).map(|person| person.login.clone());
        let visits = self.walk.visits.iter().map(|visit| {
            let asked = visit.asked.iter().map(|asked| {
                let people = asked.people.iter().filter_map(|person| login(*person));
                json!({
                    "seat": asked.seat,
                    "offered": asked.offered.iter().map(|party| match party {
                        Party::Person(person) => login(*person).unwrap_or_default(),
                        Party::Post(post) => post.to_string(),
                        Party::Department(code) => code.to_string(),
                    }).collect::<Vec<_>>(),
                    "people": people.collect::<Vec<_>>(),
                })
            });
            let due = visit
                .due
                .iter()
                .map(|due| json!({"node": due.node, "law": due.law, "at": due.at.to_rfc3339()}));
            json!({
                "stage": visit.place,
                "title": self.place(&visit.place),
                "skipped": visit.stop == Stop::Skips,
                "waits": visit.stop == Stop::Waits,
                "from": visit.at.to_rfc3339(),
                "until": visit.left.map(|left| left.to_rfc3339()),
                "asked": asked.collect::<Vec<_>>(),
                "due": due.collect::<Vec<_>>(),
            })
        });
        let ways = self.walk.ways.iter().map(|way| {
            let (action, which) = match &way.how {
                How::Deed(deed) => (deed.action, deed.which()),
                How::Overdue => ("overdue", None),
            };
            json!({
                "stage": way.place,
                "action": action,
                "which": which,
                "through": way.through,
                "reached": self.reached_json(&way.reached),
            })
        });
        json!({
            "workflow": self.workflow.key,
            "applicant": login(self.request.applicant),
            "start": self.request.start.to_rfc3339(),
            "stages": visits.collect::<Vec<_>>(),
            "reached": self.reached_json(&self.walk.reached),
            "others": ways.collect::<Vec<_>>(),
        })
    }

    fn reached_json(&self, reached: &Reached) -> Json {
        let said = self.reached(reached);
        match reached {
            Reached::End(end) => json!({"end": end, "title": said}),
            Reached::Stands(place) | Reached::Refused(place, _) => {
                json!({"end": null, "stage": place, "reason": said})
            }
            Reached::Parked(_) | Reached::TooLong => json!({"end": null, "reason": said}),
        }
    }
}
