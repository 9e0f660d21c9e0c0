//! The boxes of the form: every opinion in the box of its stage, those in a branch below their branch, and a place for the
//! seal where the head of a department signs.

use super::{Sight, request};
use crate::directory::PersonId;
use crate::engine::{Party, Task, TaskAsks, TaskState};
use crate::forms::Words;
use crate::web::format;
use crate::web::pages::case::{branches, signatures};
use crate::web::pages::words;
use crate::web::views::{Both, Part, SheetBox, SheetBranch, Signed};
use crate::workflow::place::branch_of;
use crate::workflow::{Asks, Kind, Node, Place, Stage, Who};

/// All boxes, in the order of the definition.
pub fn of(sight: &Sight<'_>) -> Vec<Part> {
    let mut filling = Filling {
        sight,
        parts: Vec::new(),
    };
    let is_open = sight.seen.running.case.is_open();
    filling.list(&sight.seen.running.workflow.stages, "", is_open);
    filling.parts
}

struct Filling<'a> {
    sight: &'a Sight<'a>,
    parts: Vec<Part>,
}

impl Filling<'_> {
    /// The nodes of a list, in the branch `around`; `comes` tells whether what was not reached may still be.
    fn list(&mut self, nodes: &[Node], around: &str, comes: bool) {
        for node in nodes {
            let place = self.sight.seen.running.workflow.seen_from(around, &node.id);
            match &node.kind {
                Kind::Stage(stage) => self.stage(node, &place, stage, comes),
                Kind::Group { stages } => self.list(stages, around, comes),
                // Nobody knows whether it will be entered.
                Kind::Aside { stages } => self.list(stages, around, false),
                Kind::Parallel(_) | Kind::Foreach(_) => self.block(node, &place, comes),
                // Nobody signs there.
                Kind::Wait(_) | Kind::Start(_) => {}
            }
        }
    }

    fn stage(&mut self, node: &Node, place: &Place, stage: &Stage, comes: bool) {
        let sight = self.sight;
        let case = &sight.seen.running.case;
        let tasks = case.tasks.iter().filter(|task| task.stage == *place);
        let asked: Vec<&Task> = tasks
            .filter(|task| signatures::is_asked(task) && !task.is_cancelled())
            .collect();
        let record = case.stage(place);
        let coming = comes && record.rounds == 0 && record.skipped.is_none();
        if asked.is_empty() && !coming {
            return;
        }
        let awaited = asked.iter().filter(|task| task.is_live());
        self.parts.push(Part::Stage(SheetBox {
            title: sight.both(|titles| titles.bare(place)),
            law: node.law.clone().unwrap_or_default(),
            opinions: asked
                .iter()
                .filter_map(|task| signed(sight, task))
                .collect(),
            awaited: awaited.map(|task| sight.awaited(task)).collect(),
            blank: asked.is_empty(),
            seal: seals(sight, stage),
        }));
    }

    fn block(&mut self, node: &Node, place: &str, comes: bool) {
        if !branches::was_entered(self.sight, place) {
            if comes {
                self.ahead(place);
            }
            return;
        }
        for branch in branches::shown(self.sight, node, place) {
            let sight = self.sight;
            let block = sight.both(|titles| titles.bare(place));
            let of = sight.both(|titles| match branch_of(&branch) {
                Some(_) => titles.branch(&branch),
                None => titles.list(&titles.words(&branch)),
            });
            self.parts.push(Part::Branch(SheetBranch {
                title: Both::of(sight.language, |language| {
                    let (block, of) = (block.read(language), of.read(language));
                    language.say("print.branch", &[("block", block), ("of", of)])
                }),
                state: branches::state(sight, &branch).text,
            }));
            let sections = request::of_branch(sight, &branch, |_| true);
            self.parts.extend(sections.into_iter().map(Part::Section));
            let is_open = sight.seen.running.case.position(&branch).is_some();
            self.list(branches::inside(node, &branch), &branch, is_open);
        }
    }

    /// A block that was not reached yet: who will be asked in its branches is not known.
    fn ahead(&mut self, place: &str) {
        self.parts.push(Part::Stage(SheetBox {
            title: self.sight.both(|titles| titles.bare(place)),
            blank: true,
            ..SheetBox::default()
        }));
    }
}

/// Whether the department puts its seal to what is signed here: its head is asked for a verdict.
fn seals(sight: &Sight<'_>, stage: &Stage) -> bool {
    let leads = |who: &Who| match who {
        Who::Post { role, .. } => {
            let role = sight.names.directory.role(role);
            role.is_some_and(|role| role.leads)
        }
        Who::Applicant | Who::Actor { .. } | Who::Path { .. } | Who::User(_) | Who::Any => false,
    };
    stage.asks == Asks::Sign && stage.seats.iter().flat_map(|seat| &seat.who).any(leads)
}

/// What somebody said on a task, with their name, post and the time; `None` while they have not.
pub fn signed(sight: &Sight<'_>, task: &Task) -> Option<Signed> {
    let TaskState::Settled {
        answer,
        by,
        on_behalf,
        at,
        comment,
        automatic,
    } = &task.state
    else {
        return None;
    };
    let node = sight.seen.running.workflow.node(&task.stage);
    let stage = node.and_then(Node::stage);
    let said = |language| words::answer(answer, stage, *automatic, language).text;
    Some(Signed {
        seat: seat(sight, task),
        said: Both::of(sight.language, said),
        comment: comment.clone().unwrap_or_default(),
        answers: request::of_task(sight, task),
        name: sight.names.acting(*by, *on_behalf),
        post: post(sight, task, on_behalf.unwrap_or(*by)),
        when: format::full(*at, sight.language),
        machine: format::machine(*at),
    })
}

/// What a task is called besides its stage: its seat, 征求意见, 加签.
fn seat(sight: &Sight<'_>, task: &Task) -> String {
    let titles = sight.titles();
    let (bare, full) = (titles.bare(&task.stage), titles.task_alone(task));
    match bare == full || task.asks == TaskAsks::Extension {
        true => String::new(),
        false => full,
    }
}

/// The post that the task was given to; of a task given to a person, the person's department.
fn post(sight: &Sight<'_>, task: &Task, holder: PersonId) -> Both {
    let offered = task.offered.iter().find_map(|party| match party {
        Party::Post(post) => Some(post),
        Party::Person(_) | Party::Department(_) => None,
    });
    if let Some(post) = task.through.as_ref().or(offered) {
        return sight.post(post);
    }
    let person = sight.names.directory.person(holder);
    Both::plain(person.map_or_else(String::new, |person| sight.department(&person.department)))
}
