//! What holds for any workflow and whatever people do: random definitions, random commands, time passing, posts changing.

use huiqian::engine::{
    Actor, Answer, Case, Event, Input, PositionState, Rejection, Situation, Status, Task, TaskAsks,
    TaskId, TaskState, actions, next_wake,
};
use proptest::prelude::*;
use serde_json::json;

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

/// What does not count as moving a case on either.
const BESIDE: &[&str] = &["extend", "grant_extension", "refuse_extension", "take_back"];

const LOGINS: &[&str] = &[
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
        "submit" => input.answers = Some(answers_of(json!({"amount": tape.below(12)}))),
        "supplement" => input.fields = vec!["amount".into()],
        "supply" => input.answers = Some(answers_of(json!({"amount": tape.below(12)}))),
        "choose" => input.choice = Some(tape.one_of(&["good", "part", "bad"]).into()),
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

/// One step: somebody does something, time passes, or posts change.
pub(super) fn step(world: &mut World, tape: &mut Tape<'_>) -> Result<(), TestCaseError> {
    step_without(world, tape, &[])
}

/// As [`step`], where nobody does this.
pub(super) fn step_without(
    world: &mut World,
    tape: &mut Tape<'_>,
    without: &[&str],
) -> Result<(), TestCaseError> {
    match tape.below(8) {
        0..=4 => {
            let everything: Vec<(&str, &str, Option<TaskId>)> = LOGINS
                .iter()
                .flat_map(|login| {
                    let offered = world.offered(login).into_iter();
                    offered.map(|offered| (*login, offered.action, offered.task))
                })
                // Ending it all is left to chance below.
                .filter(|(_, action, _)| !SELDOM.contains(action) && !without.contains(action))
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
            }
        }
        5 => {
            let hours = tape.one_of(&[1, 7, 30, 200]);
            world.now += chrono::TimeDelta::hours(hours);
            world.tick();
            let next = next_wake(&world.workflow, &world.case, &world.calendar);
            prop_assert!(
                next.is_none_or(|next| world.now < next),
                "a step is left behind"
            );
        }
        6 => {
            let staff = tape.one_of(STAFF);
            world.staff(staff);
            for _ in 0..tape.below(3) {
                let (post, days) = (tape.one_of(POSTS), tape.one_of(DAYS));
                world.substitute(tape.one_of(LOGINS), tape.one_of(LOGINS), post, days);
            }
        }
        _ => {
            let login = tape.one_of(LOGINS);
            let action = tape.one_of(ACTIONS);
            let task = TaskId(u32::try_from(tape.below(world.case.tasks.len() + 1)).expect("few"));
            nothing_else_is_accepted(world, login, action, Some(task), tape)?;
        }
    }
    Ok(())
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

pub(super) fn holds_together(world: &World, yaml: &str) -> Result<(), TestCaseError> {
    let case = &world.case;
    prop_assert_eq!(&world.replayed(), case, "replaying\n{}", yaml);
    let text = serde_json::to_string(case).expect("a case is JSON");
    let read: Case = serde_json::from_str(&text).expect("and back");
    prop_assert_eq!(&read, case, "a snapshot survives being stored");
    one_seat_each(world)?;
    signed_by_nobody_who_must_not(world)?;
    match &case.status {
        Status::Draft => {}
        Status::Ended { .. } => {
            prop_assert!(
                case.tasks.iter().all(|task| !task.is_live()),
                "live after the end"
            );
            prop_assert!(case.clocks.values().all(|clock| clock.stopped));
        }
        Status::Suspended { .. } => {
            let resumes = |login: &&str| {
                let offered = world.offered(login);
                offered.iter().any(|offered| offered.action == "resume")
            };
            prop_assert!(LOGINS.iter().any(resumes), "nobody resumes it");
        }
        Status::Open { .. } => {
            somebody_can_move_it(world, yaml)?;
            tasks_and_places_agree(world, yaml)?;
            clocks_and_places_agree(world, yaml)?;
        }
    }
    Ok(())
}

fn somebody_can_move_it(world: &World, yaml: &str) -> Result<(), TestCaseError> {
    let moves = |login: &str| {
        world
            .offered(login)
            .iter()
            .any(|offered| !SELDOM.contains(&offered.action) && !BESIDE.contains(&offered.action))
    };
    prop_assert!(
        LOGINS.iter().any(|login| moves(login)),
        "nobody can move the case:\n{:#?}\n{}",
        world.case,
        yaml
    );
    Ok(())
}

fn one_seat_each(world: &World) -> Result<(), TestCaseError> {
    let seated = |task: &Task| match &task.state {
        TaskState::Settled { by, on_behalf, .. } => vec![Some(*by), *on_behalf],
        TaskState::Open => vec![task.holder],
        TaskState::Waiting | TaskState::Cancelled { .. } => Vec::new(),
    };
    let seats: Vec<_> = world
        .case
        .tasks
        .iter()
        .filter(|task| task.is_seat())
        .flat_map(|task| {
            let people = seated(task).into_iter().flatten();
            people.map(move |person| (&task.stage, task.round, person))
        })
        .collect();
    for (index, seat) in seats.iter().enumerate() {
        prop_assert!(!seats[..index].contains(seat), "two seats: {seat:?}");
    }
    Ok(())
}

fn signed_by_nobody_who_must_not(world: &World) -> Result<(), TestCaseError> {
    for task in &world.case.tasks {
        let TaskState::Settled {
            by,
            automatic,
            answer,
            on_behalf,
            ..
        } = &task.state
        else {
            continue;
        };
        if task.asks == TaskAsks::Sign {
            prop_assert_ne!(*by, world.case.applicant);
            prop_assert_ne!(*on_behalf, Some(world.case.applicant));
        }
        if on_behalf.is_some() {
            prop_assert_ne!(*by, world.case.applicant, "nobody is their substitute");
        }
        if *automatic {
            let law = world
                .workflow
                .node(&task.stage)
                .and_then(|node| node.law.as_ref());
            prop_assert_eq!(law, None);
            prop_assert_eq!(answer, &Answer::Approved);
        }
    }
    Ok(())
}

fn tasks_and_places_agree(world: &World, yaml: &str) -> Result<(), TestCaseError> {
    let case = &world.case;
    for task in case.tasks.iter().filter(|task| task.is_live()) {
        let position = case.position(&task.stage);
        prop_assert!(
            position.is_some_and(|position| position.round == task.round),
            "{task:?} belongs to no open place\n{yaml}"
        );
    }
    for position in case.region().into_iter().flat_map(|region| region.all()) {
        let wanted = match &position.state {
            PositionState::Inside(region) => {
                prop_assert!(!region.open.is_empty(), "{} is empty\n{yaml}", position.id);
                continue;
            }
            PositionState::Waiting | PositionState::Between | PositionState::Held { .. } => {
                continue;
            }
            PositionState::Started { .. } => Some(TaskAsks::File),
            PositionState::Asked => None,
            PositionState::Supplement { .. } => Some(TaskAsks::Supply),
            PositionState::Editing(_) => Some(TaskAsks::Edit),
            PositionState::Parked { .. } => Some(TaskAsks::Repair),
        };
        let asks = |task: &Task| {
            task.stage == position.id && wanted.is_none_or(|wanted| wanted == task.asks)
        };
        prop_assert!(
            case.open_tasks().any(asks),
            "{} asks nobody\n{yaml}",
            position.id
        );
    }
    Ok(())
}

fn clocks_and_places_agree(world: &World, yaml: &str) -> Result<(), TestCaseError> {
    for (key, clock) in &world.case.clocks {
        if !clock.is_running() {
            continue;
        }
        let place = clock.node.split('/').next().unwrap_or_default();
        let place = world.case.position(place);
        prop_assert!(place.is_some(), "{key} runs for nothing\n{yaml}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_case_of_any_workflow_holds_together(
        definition in proptest::collection::vec(any::<u8>(), 0..120),
        deeds in proptest::collection::vec(any::<u8>(), 0..120),
        amount in 0..12,
    ) {
        let Some((_, yaml)) = random::workflow(&definition) else {
            return Err(TestCaseError::reject("the check refuses it"));
        };
        let mut world = World::submitted(&yaml, json!({"amount": amount}));
        let mut tape = Tape::new(&deeds);
        holds_together(&world, &yaml)?;
        while !tape.is_over() && world.end().is_none() {
            step(&mut world, &mut tape)?;
            holds_together(&world, &yaml)?;
        }
        for (event, _) in &world.log {
            let text = serde_json::to_string(event).expect("an event is JSON");
            let read: Event = serde_json::from_str(&text).expect("and back");
            prop_assert_eq!(&read, event);
        }
    }
}
