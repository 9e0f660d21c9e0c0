//! What holds for any workflow and whatever people do: random definitions, random commands, time passing, posts changing.

use huiqian::engine::{
    Actor, Channel, Child, Context, Event, Input, PositionState, Rejection, Situation, TaskAsks,
    TaskId, actions, filled_by, next_wake, tick,
};
use huiqian::forms::Answers;
use huiqian::workflow::Outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::drawing::draws;
use super::laws::holds_together;
use super::random::{self, Tape};
use crate::support::world::{Row, World, answers_of};

const ACTIONS: &[&str] = &[
    "approve",
    "reject",
    "choose",
    "done",
    "acknowledge",
    "abstain",
    "supplement",
    "supply",
    "signal",
    "suspend",
    "jump",
    "return",
    "claim",
    "release",
    "transfer",
    "take_back",
    "recuse",
    "add_signer",
    "remove_signer",
    "save_draft",
    "consult",
    "advise",
    "reassign",
    "resume",
    "submit",
    "comment",
    "urge",
    "copy",
    "extend",
    "grant_extension",
    "refuse_extension",
    "withdraw",
    "terminate",
    "void",
    "resubmit",
];

/// What leaves a case where it stands, or only ends it: chosen only now and then.
const SELDOM: &[&str] = &["comment", "urge", "copy", "withdraw", "terminate", "void"];

pub(super) const LOGINS: &[&str] = &[
    "ann", "bob", "bea", "cat", "dan", "eve", "pat", "adm", "adi",
];

/// Who holds what: the second list is short of people, the third gives one person every post.
const STAFF: &[&[Row<'static>]] = &[
    crate::support::world::PEOPLE,
    &[
        ("ann", "A", &["applicant", "section_head"]),
        ("cat", "A", &["share_office_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ],
    &[
        ("ann", "A", &["applicant"]),
        (
            "bob",
            "A",
            &[
                "section_head",
                "share_office_head",
                "dept_leader",
                "legal_reviewer",
            ],
        ),
        ("adi", "Z", &["workflow_admin"]),
    ],
    &[
        ("ann", "-A", &["applicant"]),
        ("bob", "A", &["section_head", "dept_leader"]),
        ("bea", "A", &["section_head"]),
        ("adm", "Z", &["workflow_admin"]),
    ],
];

/// What is asked at the start.
const ASKED: &[&str] = &["amount", "providers", "kinds", "rows", "until"];

/// A request at random.
fn request(tape: &mut Tape<'_>) -> Answers {
    let rows = |count: usize| -> Value {
        let names = ["m", "n", "o"];
        let row = |index: usize| json!({"name": names[index % 3], "size": index % 2});
        (0..count).map(row).collect()
    };
    answers_of(json!({
        "amount": tape.below(12),
        "providers": tape.one_of(&[json!(["P"]), json!(["P", "Q"]), json!(["Q", "A", "P"]), Value::Null]),
        "kinds": tape.one_of(&[json!(["a"]), json!(["a", "b"]), json!(["c", "b"]), Value::Null]),
        "rows": rows(tape.below(4)),
        "until": tape.one_of(&[json!("2026-03-04"), json!("2026-03-20"), Value::Null]),
    }))
}

/// What a task fills in, if it fills in anything.
fn filled(world: &World, task: TaskId, tape: &mut Tape<'_>) -> Option<Answers> {
    let task = world.case.task(task)?;
    let stage = world.workflow.node(&task.stage)?.stage()?;
    let part = filled_by(&world.workflow, stage, task);
    let fields = part
        .fields
        .iter()
        .map(|(_, field)| (field.id.clone(), json!(tape.below(7))));
    Some(fields.collect())
}

/// On which somebody acts for somebody else.
const POSTS: &[&str] = &[
    "section_head@A",
    "share_office_head@A",
    "dept_leader@A",
    "workflow_admin@Z",
];

/// When: always, and for the first days only.
const DAYS: &[(&str, &str)] = &[("2026-01-01", "2026-12-31"), ("2026-03-02", "2026-03-04")];

/// What goes with an action that makes it fail for no other reason than the rules.
fn plausible(
    world: &World,
    login: &str,
    action: &str,
    task: Option<TaskId>,
    tape: &mut Tape<'_>,
) -> Input {
    let mut input = Input {
        task,
        comment: Some("理由".into()),
        confirmed: true,
        ..Input::default()
    };
    match action {
        "submit" => input.answers = Some(request(tape)),
        "supplement" => input.fields = vec![tape.one_of(ASKED).into()],
        "supply" => {
            let missing = task
                .and_then(|id| world.case.task(id))
                .map(|task| &task.stage);
            let state = missing.and_then(|stage| Some(&world.case.position(stage)?.state));
            if let Some(PositionState::Supplement { fields }) = state {
                let mut answers = request(tape);
                answers.retain(|field, _| fields.contains(field));
                input.answers = Some(answers);
            }
        }
        "approve" | "done" | "choose" => {
            if action == "choose" {
                input.choice = Some(tape.one_of(&["good", "part", "bad"]).into());
            }
            input.answers = task.and_then(|id| filled(world, id, tape));
        }
        "reassign" | "transfer" => input.person = Some(tape.one_of(LOGINS).into()),
        "extend" => {
            let may = |login: &&str| {
                let context = world.context(Actor::Person(world.id(login)));
                let at = Situation::new(&world.workflow, &world.case, &context);
                task.map(|task| at.more_time(task)).unwrap_or_default()
            };
            let clocks = LOGINS.iter().map(may).find(|all| !all.is_empty());
            input.clock = clocks.map(|all| tape.one_of(&all).clock);
            input.time = Some("1".into());
        }
        "add_signer" => {
            input.how = Some(tape.one_of(&["before", "after", "with"]).into());
            input.people = (0..=tape.below(2))
                .map(|_| tape.one_of(LOGINS).into())
                .collect();
        }
        "consult" => {
            input.people = (0..=tape.below(2))
                .map(|_| tape.one_of(LOGINS).into())
                .collect();
        }
        "copy" => input.people = vec![tape.one_of(LOGINS).into()],
        "return" => {
            let targets = task
                .and_then(|id| world.case.task(id))
                .and_then(|task| {
                    let stage = world.workflow.node(&task.stage)?.stage()?;
                    Some((task.stage.as_str(), stage))
                })
                .map(|(place, stage)| {
                    huiqian::engine::return_targets(&world.workflow, &world.case, place, stage)
                })
                .unwrap_or_default();
            input.to = targets.get(tape.below(targets.len())).cloned();
        }
        "signal" => {
            let context = world.context(Actor::Person(world.id(login)));
            let at = Situation::new(&world.workflow, &world.case, &context);
            let signals = huiqian::engine::signals(&at);
            if let Some(offer) = signals.get(tape.below(signals.len())) {
                input.signal = Some(offer.signal.name.clone());
                input.stage = Some(offer.place.clone());
                if !offer.signal.fills.is_empty() {
                    input.answers = Some(answers_of(json!({"note": "说明"})));
                }
            }
        }
        "jump" => {
            let context = world.context(Actor::Person(world.id(login)));
            let at = Situation::new(&world.workflow, &world.case, &context);
            let targets = huiqian::engine::jump_targets(&at);
            input.to = targets
                .get(tape.below(targets.len()))
                .map(|target| target.to.clone());
        }
        _ => {}
    }
    input
}

/// A refusal that plausible input may meet all the same.
fn is_about_the_input(action: &str, rejection: &Rejection) -> bool {
    match rejection {
        // The person named at random may be barred.
        Rejection::Excluded
        | Rejection::ApplicantSigns
        | Rejection::ActedAlready
        | Rejection::UnknownPerson(_)
        | Rejection::NamesOneself
        | Rejection::PersonBarred { .. } => {
            matches!(action, "reassign" | "transfer" | "add_signer" | "consult")
        }
        // One who was added adds before only.
        Rejection::UnknownWay(..) => action == "add_signer",
        Rejection::TooManyPeople(..) => matches!(action, "add_signer" | "consult"),
        _ => false,
    }
}

/// One step: somebody does something but what is named, time passes, a started case moves, or posts change.
pub(super) fn step(
    world: &mut World,
    tape: &mut Tape<'_>,
    without: &[&str],
) -> Result<(), TestCaseError> {
    match tape.below(10) {
        0..=4 => act_as_offered(world, tape, without),
        5 => {
            let hours = tape.one_of(&[1, 7, 30, 200]);
            world.now += chrono::TimeDelta::hours(hours);
            time_acts(world)
        }
        6 => {
            // Exactly when the case wants to be looked at, something comes.
            let wake = next_wake(&world.workflow, &world.case, &world.calendar);
            let Some(wake) = wake.filter(|wake| world.now < *wake) else {
                return Ok(());
            };
            world.now = wake;
            let before = world.log.len();
            time_acts(world)?;
            prop_assert!(before < world.log.len(), "it woke for nothing");
            Ok(())
        }
        7 => {
            let staff = tape.one_of(STAFF);
            world.staff(staff);
            for _ in 0..tape.below(3) {
                let (post, days) = (tape.one_of(POSTS), tape.one_of(DAYS));
                world.substitute(tape.one_of(LOGINS), tape.one_of(LOGINS), post, days);
            }
            Ok(())
        }
        8 => {
            child_moves(world, tape);
            time_acts(world)
        }
        _ => {
            let login = tape.one_of(LOGINS);
            let action = tape.one_of(ACTIONS);
            let task = TaskId(u32::try_from(tape.below(world.case.tasks.len() + 1)).expect("few"));
            nothing_else_is_accepted(world, login, action, Some(task), tape)
        }
    }
}

fn act_as_offered(
    world: &mut World,
    tape: &mut Tape<'_>,
    without: &[&str],
) -> Result<(), TestCaseError> {
    let everything: Vec<(&str, &str, Option<TaskId>)> = LOGINS
        .iter()
        .flat_map(|login| {
            let offered = world.offered(login).into_iter();
            offered.map(|offered| (*login, offered.action, offered.task))
        })
        // Ending it all is left to chance below.
        .filter(|(_, action, _)| !SELDOM.contains(action) && !without.contains(action))
        // What holds everything up comes less often than what moves.
        .filter(|(_, action, _)| !matches!(*action, "suspend" | "jump") || tape.once_in(4))
        .collect();
    if everything.is_empty() {
        return Ok(());
    }
    let (login, action, task) = tape.one_of(&everything);
    let input = plausible(world, login, action, task, tape);
    if let Err(rejection) = world.act(login, action, input) {
        prop_assert!(
            is_about_the_input(action, &rejection),
            "{login} was offered {action} on {task:?}, but: {rejection}"
        );
        return Ok(());
    }
    is_settled(world)
}

fn time_acts(world: &mut World) -> Result<(), TestCaseError> {
    world.tick();
    let next = next_wake(&world.workflow, &world.case, &world.calendar);
    prop_assert!(
        next.is_none_or(|next| world.now < next),
        "a step is left behind"
    );
    is_settled(world)
}

/// Nothing more happens by itself at the same time: what could go on has gone on.
fn is_settled(world: &World) -> Result<(), TestCaseError> {
    let next = next_wake(&world.workflow, &world.case, &world.calendar);
    if next.is_some_and(|next| next <= world.now) {
        return Ok(());
    }
    let context = Context {
        channel: Channel::Timer,
        ..world.context(Actor::System)
    };
    let more = tick(&world.workflow, &world.case, &context).expect("time acts");
    let more: Vec<Event> = more.map(|more| more.events).unwrap_or_default();
    prop_assert!(more.is_empty(), "something was left undone: {more:?}");
    Ok(())
}

/// A case that this one asked for is filed, or ends.
fn child_moves(world: &mut World, tape: &mut Tape<'_>) {
    let asked: Vec<TaskId> = world
        .case
        .open_tasks()
        .filter(|task| task.asks == TaskAsks::File)
        .map(|task| task.id)
        .collect();
    if let Some(task) = asked.get(tape.below(asked.len())) {
        world.children.push(Child {
            task: *task,
            number: Some("试〔2026〕2号".into()),
            by: world.id("ann"),
            outcome: None,
        });
    } else if !world.children.is_empty() {
        let at = tape.below(world.children.len());
        world.children[at].outcome = Some(tape.one_of(&[Outcome::Approved, Outcome::Rejected]));
    }
}

/// What is not offered is refused, whatever comes with it; and a refusal changes nothing, since the case is only read.
fn nothing_else_is_accepted(
    world: &World,
    login: &str,
    action: &str,
    task: Option<TaskId>,
    tape: &mut Tape<'_>,
) -> Result<(), TestCaseError> {
    let offered = world.offered(login);
    let on_task = actions::find(action).is_none_or(|rule| rule.on_task());
    // A suspended case is resumed as a whole, a parked one by its task.
    let without_task = action == "submit" || !on_task || world.case.is_suspended();
    let is_offered = offered
        .iter()
        .any(|offered| offered.action == action && (without_task || offered.task == task));
    if is_offered {
        return Ok(());
    }
    let input = plausible(world, login, action, task, tape);
    let context = world.context(Actor::Person(world.id(login)));
    let answer = world.act_in(&context, action, input, None);
    prop_assert!(
        answer.is_err(),
        "{login} was not offered {action} on {task:?}"
    );
    Ok(())
}

fn run(world: &mut World, tape: &mut Tape<'_>) -> Result<(), TestCaseError> {
    let filed = Input {
        answers: Some(request(tape)),
        ..Input::default()
    };
    let filed = world.act("ann", "submit", filed);
    prop_assert_eq!(filed, Ok(()));
    holds_together(world)?;
    while !tape.is_over() && world.end().is_none() {
        step(world, tape, &[])?;
        holds_together(world)?;
    }
    Ok(())
}

/// The failure with all that led to it.
fn told(error: TestCaseError, world: &World, yaml: &str) -> TestCaseError {
    let TestCaseError::Fail(reason) = error else {
        return error;
    };
    let events = world.log.iter();
    let events: String = events
        .map(|(event, stamp)| format!("{} {event:?}\n", stamp.revision))
        .collect();
    TestCaseError::fail(format!("{reason}\n{yaml}\n{events}"))
}

proptest! {
    #![proptest_config(random::tried(256))]

    #[test]
    fn any_case_of_any_workflow_holds_together(
        definition in proptest::collection::vec(any::<u8>(), 0..200),
        deeds in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let Some((_, yaml)) = random::workflow(&definition) else {
            return Err(TestCaseError::reject("the check refuses it"));
        };
        let mut tape = Tape::new(&deeds);
        let mut world = World::new(&yaml);
        run(&mut world, &mut tape).map_err(|error| told(error, &world, &yaml))?;
        draws(&world).map_err(|error| told(error, &world, &yaml))?;
        for (event, _) in &world.log {
            let text = serde_json::to_string(event).expect("an event is JSON");
            let read: Event = serde_json::from_str(&text).expect("and back");
            prop_assert_eq!(&read, event);
        }
    }
}
