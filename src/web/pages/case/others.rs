//! What the reader may do besides their task, and the discussion.

use super::Sight;
use super::tried::Tried;
use crate::engine::{Event, MOST_COMMENT, MoreTime, Offered, Task, TaskId};
use crate::forms::Lookup;
use crate::web::pages::clocks::Reckoning;
use crate::web::views::{Choice, Comment, Discussion, Named, Needed, OtherAction, OtherField};
use crate::web::{format, refusal};

/// What the form of an action asks for.
struct Shape {
    action: &'static str,
    reason: Needed,
    irreversible: bool,
    /// The field for whoever is to be named.
    names: Option<&'static str>,
}

/// The actions that have a form of their own, in the order in which it stands on the page.
const SHAPES: &[Shape] = &[
    shape("consult", Needed::Must, Some("people")),
    shape("transfer", Needed::Must, Some("person")),
    shape("recuse", Needed::Must, None),
    shape("add_signer", Needed::May, Some("people")),
    shape("remove_signer", Needed::Must, None),
    shape("reassign", Needed::Must, Some("person")),
    shape("take_back", Needed::May, None),
    shape("extend", Needed::Must, None),
    shape("urge", Needed::May, None),
    shape("copy", Needed::May, Some("people")),
    shape("suspend", Needed::Must, None),
    shape("resume", Needed::May, None),
    shape("resubmit", Needed::No, None),
    Shape {
        irreversible: true,
        ..shape("withdraw", Needed::May, None)
    },
    Shape {
        irreversible: true,
        ..shape("terminate", Needed::Must, None)
    },
    Shape {
        irreversible: true,
        ..shape("void", Needed::Must, None)
    },
];

const fn shape(action: &'static str, reason: Needed, names: Option<&'static str>) -> Shape {
    Shape {
        action,
        reason,
        irreversible: false,
        names,
    }
}

/// The forms besides the opinion: transfer, reassign, withdraw, terminate …
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Vec<OtherAction> {
    let offers = |shape: &'static Shape| {
        let offered = sight.seen.offered.iter();
        offered
            .filter(|offered| offered.action == shape.action)
            // A parked case is set going again on its own card.
            .filter(|offered| offered.action != "resume" || offered.task.is_none())
            .map(move |offered| other(sight, tried, offered, shape))
    };
    let offered = SHAPES.iter().flat_map(offers);
    offered.chain(quiet(sight, tried)).collect()
}

/// Nobody urges twice within two hours: the page says from when on.
fn quiet(sight: &Sight<'_>, tried: &Tried) -> Option<OtherAction> {
    let time = format::moment(sight.seen.urged_until?, sight.seen.now, sight.language);
    let urge = Offered {
        action: "urge",
        task: None,
    };
    Some(OtherAction {
        about: sight.say("case.other.urge.quiet", &[("time", &time)]),
        button: String::new(),
        ..other(sight, tried, &urge, &shape("urge", Needed::No, None))
    })
}

/// The people whom the forms of a page can name.
pub fn people(sight: &Sight<'_>, others: &[OtherAction]) -> Vec<Choice> {
    if others.iter().all(|other| other.named.is_none()) {
        return Vec::new();
    }
    let people = sight.seen.facts.people(None).into_iter();
    people
        .map(|person| {
            let values = [
                ("person", &*person.name),
                ("department", &*person.department),
            ];
            let words = sight.say("case.person_of", &values);
            Choice::new(person.login, words, false)
        })
        .collect()
}

fn other(sight: &Sight<'_>, tried: &Tried, offered: &Offered, shape: &Shape) -> OtherAction {
    let action = offered.action;
    let here = tried.is(action, offered.task);
    let mine = |words: &str| {
        if here {
            words.to_owned()
        } else {
            String::new()
        }
    };
    let error = |error: &Option<String>| mine(error.as_deref().unwrap_or_default());
    let task = offered
        .task
        .and_then(|task| sight.seen.running.case.task(task));
    let stage = task.map(|task| sight.stage(task)).unwrap_or_default();
    let whom = task
        .map(|task| sight.names.parties(&task.offered))
        .unwrap_or_default();
    let values = [("stage", &*stage), ("whom", &*whom)];
    let say = |part: &str| sight.say(&format!("case.other.{action}.{part}"), &values);
    let ways = task.filter(|_| action == "add_signer");
    OtherAction {
        key: match offered.task {
            Some(task) => format!("{action}-{}", task.0),
            None => action.to_owned(),
        },
        action: action.to_owned(),
        task: offered.task.map(|task| task.0.to_string()),
        named: shape.names.map(|field| Named {
            field,
            label: say("named"),
            hint: say("named_hint"),
            value: match field {
                "people" => mine(&tried.people),
                _ => mine(&tried.person),
            },
            error: error(&tried.person_error),
        }),
        ways: ways
            .map(|task| self::ways(sight, task, &mine(&tried.how)))
            .unwrap_or_default(),
        ways_error: error(&tried.how_error),
        fields: match offered.task.filter(|_| action == "extend") {
            Some(task) => more_time(sight, here.then_some(tried), task),
            None => Vec::new(),
        },
        title: say("title"),
        about: say("about"),
        reason: shape.reason,
        value: mine(&tried.comment),
        error: match error(&tried.comment_error) {
            words if words.is_empty() => error(&tried.error),
            words => words,
        },
        button: say("button"),
        irreversible: shape.irreversible,
        revision: sight.seen.running.case.revision,
        open: here,
    }
}

/// Which clock, where there are several, and how much more time.
fn more_time(sight: &Sight<'_>, tried: Option<&Tried>, task: TaskId) -> Vec<OtherField> {
    let clocks = sight.seen.more_time(task);
    let task = sight.seen.running.case.task(task);
    let readings = task.map(|task| sight.seen.clocks(task)).unwrap_or_default();
    let reckoning = Reckoning::of(sight.seen, sight.language);
    let words = |clock: &MoreTime| {
        let reading = readings.iter().find(|reading| reading.key == clock.clock);
        let title = reading.map(|reading| reckoning.title(reading));
        let left = refusal::duration(clock.left, sight.language);
        let values = [
            ("clock", title.as_deref().unwrap_or(&clock.clock)),
            ("most", &left),
        ];
        sight.say("case.other.extend.clock_most", &values)
    };
    let chosen = tried.map(|tried| tried.clock.as_str()).unwrap_or_default();
    let several = OtherField {
        name: "clock",
        label: sight.say("case.other.extend.clock", &[]),
        options: clocks
            .iter()
            .map(|clock| Choice::new(clock.clock.clone(), words(clock), clock.clock == chosen))
            .collect(),
        ..OtherField::default()
    };
    let amount = OtherField {
        name: "time",
        label: sight.say("case.other.extend.time", &[]),
        hint: match clocks.as_slice() {
            [only] => words(only),
            _ => String::new(),
        },
        value: tried.map(|tried| tried.time.clone()).unwrap_or_default(),
        error: tried
            .and_then(|tried| tried.time_error.clone())
            .unwrap_or_default(),
        ..OtherField::default()
    };
    match clocks.len() {
        1 => vec![amount],
        _ => vec![several, amount],
    }
}

/// How signers can be added; the first is chosen unless another was.
fn ways(sight: &Sight<'_>, task: &Task, tried: &str) -> Vec<Choice> {
    let ways = sight.seen.ways_to_add(task).iter().map(|way| way.word());
    let known: Vec<&str> = ways.collect();
    let chosen = known
        .iter()
        .find(|way| **way == tried)
        .or(known.first())
        .copied();
    let choice = |way: &&str| {
        let words = sight.say(&format!("case.way.{way}"), &[]);
        Choice::new(*way, words, Some(*way) == chosen)
    };
    known.iter().map(choice).collect()
}

/// What was said outside the record of opinions, oldest first.
pub fn discussion(sight: &Sight<'_>, tried: &Tried) -> Discussion {
    let said = sight
        .seen
        .history
        .iter()
        .filter_map(|happened| match &happened.body.event {
            Event::Commented { text } => Some((happened, text)),
            _ => None,
        });
    let here = tried.is("comment", None);
    let mine = |words: &str| {
        if here {
            words.to_owned()
        } else {
            String::new()
        }
    };
    Discussion {
        comments: said
            .map(|(happened, words)| {
                let person = happened
                    .actor
                    .map(|actor| sight.names.acting(actor, happened.on_behalf))
                    .unwrap_or_default();
                let department = happened
                    .actor
                    .map(|actor| sight.names.department_of(actor))
                    .unwrap_or_default();
                let when = format::moment(happened.at, sight.seen.now, sight.language);
                let values = [("department", &*department), ("when", &*when)];
                Comment {
                    initial: format::initial(&person),
                    about: sight.say("case.said_at", &values),
                    person,
                    text: words.clone(),
                }
            })
            .collect(),
        may_write: sight.seen.may("comment", None),
        value: mine(&tried.comment),
        error: mine(
            tried
                .comment_error
                .as_ref()
                .or(tried.error.as_ref())
                .map_or("", String::as_str),
        ),
        revision: sight.seen.running.case.revision,
        max: u32::try_from(MOST_COMMENT).unwrap_or(u32::MAX),
    }
}
