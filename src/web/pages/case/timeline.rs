//! 办件进度: what is awaited, then what happened, the newest first, in words.

use super::{Sight, standing};
use crate::engine::{
    Answer, Event, LeftAs, NewTask, Party, Reweighed, Task, TaskAsks, TaskId, place_of_clock,
};
use crate::services::seen::Happened;
use crate::services::titles::branch_at;
use crate::web::format;
use crate::web::pages::words;
use crate::web::refusal;
use crate::web::views::{Timeline, TimelineItem, Tone};
use crate::workflow::{Offer, Place, Stage};

/// More than these are not told one by one: each stands with its branch as well.
const MOST_AWAITED: usize = 5;

/// What is awaited and what happened.
pub fn of(sight: &Sight<'_>) -> Timeline {
    let mut events: Vec<TimelineItem> = Vec::new();
    let mut last = None;
    for happened in sight.seen.history.iter().rev() {
        let Some(item) = (Telling { sight, happened }).item() else {
            continue;
        };
        // A command may do the same to many: every entry of a register, every branch.
        let told = Some((happened.body.revision, item.text.clone()));
        if told != last {
            events.push(item);
        }
        last = told;
    }
    Timeline::folded(now(sight), events, sight.language)
}

/// What happened in a command, in a sentence: that of the first event of its that has words.
pub fn told(sight: &Sight<'_>, revision: i64) -> Option<String> {
    let events = sight.seen.history.iter();
    let mut events = events.filter(|happened| happened.body.revision == revision);
    let told = events.find_map(|happened| (Telling { sight, happened }).words());
    told.map(|(_, sentence, _)| sentence)
}

/// What is awaited, the reader's own first, and what stands until its time.
fn now(sight: &Sight<'_>) -> Vec<TimelineItem> {
    let case = &sight.seen.running.case;
    if case.is_suspended() {
        return Vec::new();
    }
    let mut tasks: Vec<&Task> = case.awaited().collect();
    tasks.sort_by_key(|task| !sight.is_mine(task));
    let mut items: Vec<TimelineItem> = tasks.iter().map(|task| awaited(sight, task)).collect();
    let open = case.region().map(|region| region.all()).unwrap_or_default();
    let standing = open.into_iter().filter_map(|position| {
        let text = standing::line(sight, position)?;
        Some(waiting(
            text,
            sight.titles().in_branch(String::new(), &position.id),
        ))
    });
    items.extend(standing);
    if MOST_AWAITED < items.len() {
        let rest = (items.len() - MOST_AWAITED).to_string();
        items.truncate(MOST_AWAITED);
        items.push(waiting(
            sight.say("branch.more_awaited", &[("n", &rest)]),
            String::new(),
        ));
    }
    items
}

fn waiting(text: String, when: String) -> TimelineItem {
    TimelineItem {
        dot: "now",
        text,
        machine: String::new(),
        when,
        comment: String::new(),
    }
}

fn awaited(sight: &Sight<'_>, task: &Task) -> TimelineItem {
    waiting(waits(sight, task), sight.stage(task))
}

/// 等待 赵明（省公安厅） 签署
pub fn waits(sight: &Sight<'_>, task: &Task) -> String {
    let whom = sight.awaited(task);
    let key = match task.asks {
        TaskAsks::Sign => "case.awaits.sign",
        TaskAsks::Work => "case.awaits.work",
        TaskAsks::Notice => "case.awaits.notice",
        TaskAsks::Edit => "case.awaits.edit",
        TaskAsks::Supply => "case.awaits.supply",
        TaskAsks::Repair => "case.awaits.repair",
        TaskAsks::Advise => "case.awaits.advise",
        TaskAsks::File => "case.awaits.file",
        TaskAsks::Extension => "case.awaits.extension",
    };
    sight.say(key, &[("whom", &whom)])
}

/// What somebody wrote when the task came: why it was returned, what is missing, why it is parked, why more time is needed.
pub fn why_asked(sight: &Sight<'_>, task: &Task) -> String {
    let running = &sight.seen.running;
    let branch = |place: &str| branch_at(&running.workflow, &running.case, place);
    let extended = running.case.clock_extended_by(task.id);
    let said = |event: &Event| match (event, task.asks) {
        (Event::SupplementAsked { id, comment, .. }, TaskAsks::Supply) if *id == task.stage => {
            Some(comment.clone())
        }
        (Event::Returned { from, comment, .. }, TaskAsks::Edit)
            if branch(from) == branch(&task.stage) || branch(&task.stage).is_none() =>
        {
            Some(comment.clone())
        }
        (Event::Parked { id, reason, .. }, TaskAsks::Repair) if *id == task.stage => {
            Some(reason.clone())
        }
        (Event::ExtensionAsked { key, comment, .. }, TaskAsks::Extension)
            if extended.is_some_and(|(clock, _)| clock == key) =>
        {
            Some(comment.clone())
        }
        _ => None,
    };
    let newest = sight.seen.history.iter().rev();
    let mut found = newest.filter_map(|happened| said(&happened.body.event));
    found.next().unwrap_or_default()
}

/// 周岚 于 10月9日 10:20 挂起了这一件：…; `None` while it is not.
pub fn suspended(sight: &Sight<'_>) -> Option<String> {
    if !sight.seen.running.case.is_suspended() {
        return None;
    }
    let newest = sight.seen.history.iter().rev();
    let mut found = newest.filter_map(|happened| match &happened.body.event {
        Event::Suspended { comment } => Some((happened, comment)),
        _ => None,
    });
    let (happened, comment) = found.next()?;
    let on_behalf = happened.on_behalf;
    let who = happened
        .actor
        .map(|actor| sight.names.acting(actor, on_behalf));
    let when = format::moment(happened.at, sight.seen.now, sight.language);
    let values = [
        ("who", &*who.unwrap_or_default()),
        ("when", &*when),
        ("why", comment),
    ];
    Some(sight.say("branch.suspended", &values))
}

/// 赵明 刚提交了意见，请看后再办: what others did since the page was made.
pub fn meanwhile(sight: &Sight<'_>, seen: Option<i64>) -> Option<String> {
    let seen = seen?;
    let reader = sight.seen.viewer.person.id;
    let last = sight
        .seen
        .history
        .iter()
        .rev()
        .filter(|happened| seen < happened.body.revision)
        .find(|happened| {
            happened.actor.is_some_and(|actor| actor != reader)
                && Telling { sight, happened }.words().is_some()
        })?;
    let person = sight.names.acting(last.actor?, last.on_behalf);
    let key = match last.body.event {
        Event::Answered { .. } => "case.meanwhile.answered",
        Event::Returned { .. } => "case.meanwhile.returned",
        Event::Claimed { .. } => "case.meanwhile.claimed",
        Event::Withdrawn { .. } => "case.meanwhile.withdrawn",
        _ => "case.meanwhile.other",
    };
    Some(sight.say(key, &[("person", &person)]))
}

struct Telling<'a> {
    sight: &'a Sight<'a>,
    happened: &'a Happened,
}

/// That the level of an open case's data rose.
pub fn risen(sight: &Sight<'_>) -> Option<String> {
    let case = &sight.seen.running.case;
    let (from, to) = case.reweighed.filter(|(from, to)| from < to)?;
    case.region()?;
    let level = |level| words::level(sight.language, level);
    let (from, to) = (level(from), level(to));
    Some(sight.say("case.reweighed", &[("from", &from), ("to", &to)]))
}

/// The dot, the sentence, and the words that were given with it.
type Told = (&'static str, String, String);

impl Telling<'_> {
    fn item(&self) -> Option<TimelineItem> {
        let (dot, text, comment) = self.words()?;
        let at = self.happened.at;
        let moment = format::moment(at, self.sight.seen.now, self.sight.language);
        let when = match self.happened.channel.as_str() {
            "link" => self.say("case.by_link", &[("when", &moment)]),
            "api" => self.say("case.by_api", &[("when", &moment)]),
            _ => moment,
        };
        Some(TimelineItem {
            dot,
            text,
            machine: format::machine(at),
            when,
            comment,
        })
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.sight.say(key, values)
    }

    fn level(&self, level: u8) -> String {
        words::level(self.sight.language, level)
    }

    /// A resource or item that weighs otherwise.
    fn reweighed(&self, one: &Reweighed) -> String {
        let data = match &one.item {
            Some(item) => format!("{} / {item}", one.resource),
            None => one.resource.clone(),
        };
        let (from, to) = (self.level(one.level.0), self.level(one.level.1));
        let values = [("data", &*data), ("from", &*from), ("to", &*to)];
        let words = self.say("case.reweighed_level", &values);
        if one.sharing.0 == one.sharing.1 {
            return words;
        }
        let class = |word: &str| self.say(&format!("forms.sharing.{word}"), &[]);
        let (from, to) = (class(&one.sharing.0), class(&one.sharing.1));
        let values = [("from", &*from), ("to", &*to)];
        words + &self.say("case.reweighed_class", &values)
    }

    /// What a place is called now: the case may have moved to other versions since.
    fn now(&self, place: &str) -> Place {
        self.sight.seen.called_now(self.happened, place)
    }

    fn title(&self, place: &str) -> String {
        self.sight.title(&self.now(place))
    }

    /// Who did it: 李娜 代 王建国.
    fn who(&self) -> String {
        let Some(actor) = self.happened.actor else {
            return self.say("case.by_itself", &[]);
        };
        self.sight.names.acting(actor, self.happened.on_behalf)
    }

    fn task(&self, id: TaskId) -> Option<&Task> {
        self.sight.seen.running.case.task(id)
    }

    fn stage_of(&self, id: TaskId) -> String {
        self.task(id)
            .map(|task| self.sight.stage(task))
            .unwrap_or_default()
    }

    fn definition(&self, id: TaskId) -> Option<&Stage> {
        let node = self
            .sight
            .seen
            .running
            .workflow
            .node(&self.task(id)?.stage)?;
        node.stage()
    }

    /// The sentence; `None` for what only the machinery cares about, or what another event says better.
    fn words(&self) -> Option<Told> {
        let who = self.who();
        let told = |dot, key: &str, more: &[(&str, &str)], comment: &str| {
            let mut values = vec![("who", who.as_str())];
            values.extend(more);
            Some((dot, self.say(key, &values), comment.to_owned()))
        };
        match &self.happened.body.event {
            Event::Submitted { .. } => told("ok", "case.event.submitted", &[], ""),
            Event::Resubmitted { .. } => told("", "case.event.resubmitted", &[], ""),
            Event::Answered {
                task,
                answer,
                comment,
                automatic,
            } => self.answered(*task, answer, comment.as_deref(), automatic.is_some()),
            Event::Claimed { task } => {
                let stage = self.stage_of(*task);
                told("", "case.event.claimed", &[("stage", &stage)], "")
            }
            Event::Allotted { task, person, how } => {
                let (stage, to) = (self.stage_of(*task), self.sight.names.full(*person));
                let way = match how {
                    Offer::Claim | Offer::Turn => "case.offer.turn",
                    Offer::Fewest => "case.offer.fewest",
                    Offer::Random => "case.offer.random",
                    Offer::Experienced => "case.offer.experienced",
                    Offer::Same => "case.offer.same",
                };
                let way = self.say(way, &[]);
                let values = [("stage", &*stage), ("to", &*to), ("way", &*way)];
                told("", "case.event.allotted", &values, "")
            }
            Event::Released { task } => {
                let stage = self.stage_of(*task);
                told("", "case.event.released", &[("stage", &stage)], "")
            }
            Event::ClaimLost { task } => {
                let stage = self.stage_of(*task);
                told("", "case.event.claim_lost", &[("stage", &stage)], "")
            }
            Event::Reassigned { task, to, comment } => {
                let (stage, to) = (self.stage_of(*task), self.sight.names.parties(to));
                let values = [("stage", &*stage), ("to", &*to)];
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.reassigned", &values, comment)
            }
            Event::Transferred {
                task,
                person,
                comment,
            } => {
                let (stage, to) = (self.stage_of(*task), self.sight.names.full(*person));
                let values = [("stage", &*stage), ("to", &*to)];
                told("", "case.event.transferred", &values, comment)
            }
            Event::SignersAdded {
                task,
                how,
                tasks,
                comment,
            } => {
                let (stage, to) = (self.stage_of(*task), self.offered(tasks));
                let way = self.say(&format!("case.added.{}", how.word()), &[]);
                let values = [("stage", &*stage), ("to", &*to), ("way", &*way)];
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.signers_added", &values, comment)
            }
            Event::Consulted {
                task,
                tasks,
                question,
            } => {
                let (stage, to) = (self.stage_of(*task), self.offered(tasks));
                let values = [("stage", &*stage), ("to", &*to)];
                told("", "case.event.consulted", &values, question)
            }
            Event::SignerRemoved { task, comment } => {
                let whom = self.task(*task).map(|task| task.offered.as_slice());
                let whom = self.sight.names.parties(whom.unwrap_or_default());
                let stage = self.stage_of(*task);
                let values = [("stage", &*stage), ("whom", &*whom)];
                told("", "case.event.signer_removed", &values, comment)
            }
            Event::Recused { task, comment, .. } => {
                let stage = self.stage_of(*task);
                told("warn", "case.event.recused", &[("stage", &stage)], comment)
            }
            Event::Returned { from, to, comment } => {
                let to = match to {
                    Some(stage) => self.sight.title_alone(&self.now(stage)),
                    None => self.say("case.applicant", &[]),
                };
                let (dot, text, comment) =
                    told("warn", "case.event.returned", &[("to", &to)], comment)?;
                Some((
                    dot,
                    self.sight.titles().in_branch(text, &self.now(from)),
                    comment,
                ))
            }
            Event::SupplementAsked {
                id,
                fields,
                comment,
                ..
            } => {
                let fields = self.fields(fields);
                let fields = self.sight.titles().in_branch(fields, &self.now(id));
                told(
                    "warn",
                    "case.event.supplement",
                    &[("fields", &fields)],
                    comment,
                )
            }
            Event::Supplied { comment, .. } => {
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.supplied", &[], comment)
            }
            Event::Escalated { to, .. } => {
                let to = self.sight.names.parties(to);
                told("bad", "case.event.escalated", &[("to", &to)], "")
            }
            Event::StepCame { key, step, .. } if step == "due" => {
                let title = self.clock(key);
                told("bad", "case.event.due", &[("stage", &title)], "")
            }
            Event::Copied { to, .. } => {
                let to = self.sight.names.parties(to);
                told("", "case.event.copied", &[("to", &to)], "")
            }
            Event::TakenBack { task, comment, .. } => {
                let stage = self.stage_of(*task);
                let comment = comment.as_deref().unwrap_or_default();
                told(
                    "warn",
                    "case.event.taken_back",
                    &[("stage", &stage)],
                    comment,
                )
            }
            Event::ExtensionAsked {
                key, by, comment, ..
            } => {
                let (stage, by) = (self.clock(key), refusal::duration(*by, self.sight.language));
                let values = [("stage", &*stage), ("by", &*by)];
                told("warn", "case.event.extension_asked", &values, comment)
            }
            Event::Extended {
                key, by, comment, ..
            } => {
                let (stage, by) = (self.clock(key), refusal::duration(*by, self.sight.language));
                let values = [("stage", &*stage), ("by", &*by)];
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.extended", &values, comment)
            }
            Event::ExtensionRefused { key, comment, .. } => {
                let stage = self.clock(key);
                let values = [("stage", &*stage)];
                told("warn", "case.event.extension_refused", &values, comment)
            }
            Event::CopySent { to, comment } => {
                let to = self.sight.names.parties(to);
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.copy_sent", &[("to", &to)], comment)
            }
            Event::Urged { comment } => {
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.urged", &[], comment)
            }
            Event::Reweighed { data, from, to } => {
                let (from, to) = (self.level(*from), self.level(*to));
                let values = [("from", &*from), ("to", &*to)];
                let changes: Vec<String> = data.iter().map(|one| self.reweighed(one)).collect();
                told("warn", "case.event.reweighed", &values, &changes.join("\n"))
            }
            Event::ClockPaused { .. } | Event::ClockResumed { .. } => None,
            Event::Parked { reason, .. } => told("bad", "case.event.parked", &[], reason),
            Event::Unparked { .. } => told("", "case.event.unparked", &[], ""),
            Event::Withdrawn { comment } => {
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.withdrawn", &[], comment)
            }
            Event::Terminated { comment } => told("bad", "case.event.terminated", &[], comment),
            Event::Voided { comment } => told("bad", "case.event.voided", &[], comment),
            Event::Erased {
                values, comment, ..
            } => {
                let fields = self.sight.erased(values);
                told("warn", "case.event.erased", &[("fields", &fields)], comment)
            }
            Event::Migrated {
                from, to, comment, ..
            } => {
                let (from, to) = (from.to_string(), to.to_string());
                let values = [("from", &*from), ("to", &*to)];
                told("", "case.event.migrated", &values, comment)
            }
            Event::Ended { id } => {
                let end = self.title(id);
                told(self.end_dot(id), "case.event.ended", &[("end", &end)], "")
            }
            Event::Signalled {
                id,
                signal,
                comment,
            } => {
                let what = self.sight.signal(&self.now(id), signal);
                let what = self.sight.titles().in_branch(what, &self.now(id));
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.signalled", &[("what", &what)], comment)
            }
            Event::Recorded { id, register, .. } => {
                let register = super::entries::register(self.sight, register);
                let register = self.sight.titles().in_branch(register, &self.now(id));
                told("", "case.event.recorded", &[("register", &register)], "")
            }
            Event::CaseStarted { id, .. } => {
                let stage = self.title(id);
                told("", "case.event.case_started", &[("stage", &stage)], "")
            }
            Event::CaseFiled { id, number, .. } => {
                let stage = self.title(id);
                let number = number.as_deref().unwrap_or_default();
                let values = [("stage", stage.as_str()), ("number", number)];
                told("", "case.event.case_filed", &values, "")
            }
            Event::CaseClosed { id, .. } => {
                let stage = self.title(id);
                told("", "case.event.case_closed", &[("stage", &stage)], "")
            }
            Event::Suspended { comment } => told("warn", "case.event.suspended", &[], comment),
            Event::Continued { comment } => {
                let comment = comment.as_deref().unwrap_or_default();
                told("", "case.event.continued", &[], comment)
            }
            Event::Jumped { to, comment, .. } => {
                let to = self.title(to);
                told("warn", "case.event.jumped", &[("to", &to)], comment)
            }
            Event::Waits { id } => {
                let stage = self.title(id);
                told("ok", "branch.event.waits", &[("stage", &stage)], "")
            }
            Event::Left { id, how } => self.left(id, *how),
            Event::BranchOpened { id, .. } => self.opened(id),
            Event::Commented { .. }
            | Event::Stands { .. }
            | Event::Held { .. }
            | Event::Unheld { .. }
            | Event::ComesBack { .. }
            | Event::AnswersChanged { .. }
            | Event::Skipped { .. }
            | Event::Entered { .. }
            | Event::TasksOpened { .. }
            | Event::TurnCame { .. }
            | Event::TaskCancelled { .. }
            | Event::EditAsked { .. }
            | Event::ClockStarted { .. }
            | Event::ClockStopped { .. }
            | Event::ClockBudgeted { .. }
            | Event::StepCame { .. } => None,
        }
    }

    /// What became of a branch; of a stage its signatures tell.
    fn left(&self, place: &str, how: LeftAs) -> Option<Told> {
        let (dot, key) = match how {
            LeftAs::Passed => ("ok", "passed"),
            LeftAs::Refused => ("bad", "refused"),
            LeftAs::Void | LeftAs::Gone => ("", "void"),
            LeftAs::Undecided | LeftAs::Returned | LeftAs::Abandoned => return None,
        };
        let branch = self.branch(place)?;
        let key = format!("branch.event.{key}");
        Some((dot, self.say(&key, &[("branch", &branch)]), String::new()))
    }

    /// A branch that begins once more; the first time the tasks of all of them tell.
    fn opened(&self, place: &str) -> Option<Told> {
        let history = self.sight.seen.history.iter();
        let mut earlier = history.filter(|past| past.seq < self.happened.seq);
        let before = earlier
            .any(|past| matches!(&past.body.event, Event::BranchOpened { id, .. } if id == place));
        let branch = self.branch(place).filter(|_| before)?;
        let words = self.say("branch.event.opened_again", &[("branch", &branch)]);
        Some(("", words, String::new()))
    }

    /// 数据提供部门办理（省公安厅）, 安全; `None` of what is no branch.
    fn branch(&self, place: &str) -> Option<String> {
        let workflow = &self.sight.seen.running.workflow;
        workflow
            .is_branch(place)
            .then(|| self.title(place))
            .filter(|_| workflow.node(place).is_some())
    }

    /// An opinion. Returning, revising and supplying have events of their own.
    fn answered(
        &self,
        task: TaskId,
        answer: &Answer,
        comment: Option<&str>,
        automatic: bool,
    ) -> Option<Told> {
        if matches!(
            answer,
            Answer::Returned | Answer::Submitted | Answer::Supplied | Answer::Repaired
        ) {
            return None;
        }
        let tag = words::answer(
            answer,
            self.definition(task),
            automatic,
            self.sight.language,
        );
        let dot = match tag.tone {
            Tone::Bad => "bad",
            Tone::Warn => "warn",
            _ => "ok",
        };
        let (who, stage) = (self.who(), self.stage_of(task));
        let values = [("who", &*who), ("stage", &*stage), ("answer", &*tag.text)];
        Some((
            dot,
            self.say("case.event.answered", &values),
            comment.unwrap_or_default().to_owned(),
        ))
    }

    /// To whom new tasks were offered.
    fn offered(&self, tasks: &[NewTask]) -> String {
        let all: Vec<Party> = tasks.iter().flat_map(|task| task.offered.clone()).collect();
        self.sight.names.parties(&all)
    }

    /// The labels of fields.
    fn fields(&self, ids: &[String]) -> String {
        use crate::forms::Words;
        let workflow = &self.sight.seen.running.workflow;
        let labels: Vec<String> = ids
            .iter()
            .map(|id| {
                workflow.field(id).map_or_else(
                    || id.clone(),
                    |field| self.sight.language.pick(&field.label).to_owned(),
                )
            })
            .collect();
        self.sight.names.list(&labels)
    }

    /// The stage or block of a clock.
    fn clock(&self, key: &str) -> String {
        self.title(place_of_clock(key))
    }

    fn end_dot(&self, end: &str) -> &'static str {
        use crate::workflow::Outcome;
        let workflow = &self.sight.seen.running.workflow;
        match crate::services::words::outcome_of(workflow, end) {
            Outcome::Approved => "ok",
            Outcome::Rejected => "bad",
            Outcome::Withdrawn | Outcome::Lapsed | Outcome::Closed => "",
        }
    }
}
