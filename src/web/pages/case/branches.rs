//! The branches of a case's blocks: what each stands for, how it stands, whom it waits for, who signed and what was
//! filled in in it.

use super::{Sight, signatures, standing, timeline};
use crate::engine::{self, LeftAs, Task};
use crate::forms::{self, SectionDisplay};
use crate::services::titles::branch_at;
use crate::web::pages::clocks::Reckoning;
use crate::web::views::{BlockView, BranchView, DueView, Signatures, Tag, Tone};
use crate::workflow::{Kind, Node, Place};

/// A block with more branches than these shows those that are open to its reader, the others folded.
const UNFOLDED: usize = 3;

/// The blocks with branches that were entered, in the order of the definition.
pub fn of(sight: &Sight<'_>) -> Vec<BlockView> {
    blocks(sight, &sight.seen.running.workflow.stages, "")
}

/// The key of a block on the page.
pub fn key(sight: &Sight<'_>, place: &str) -> String {
    let stages = sight.seen.running.case.stages.keys();
    let number = stages.take_while(|known| known.as_str() != place).count();
    format!("b{number}")
}

/// Whether a block's branches are shown: it was entered.
pub fn was_entered(sight: &Sight<'_>, place: &str) -> bool {
    0 < sight.seen.running.case.stage(place).rounds
}

fn blocks(sight: &Sight<'_>, nodes: &[Node], around: &str) -> Vec<BlockView> {
    let mut views = Vec::new();
    for node in nodes {
        let place = sight.seen.running.workflow.seen_from(around, &node.id);
        match &node.kind {
            Kind::Group { stages } | Kind::Aside { stages } => {
                views.extend(blocks(sight, stages, around));
            }
            Kind::Parallel(_) | Kind::Foreach(_) if was_entered(sight, &place) => {
                views.push(block(sight, node, &place));
            }
            Kind::Parallel(_)
            | Kind::Foreach(_)
            | Kind::Stage(_)
            | Kind::Wait(_)
            | Kind::Start(_) => {}
        }
    }
    views
}

fn block(sight: &Sight<'_>, node: &Node, place: &str) -> BlockView {
    let places = shown(sight, node, place);
    let many = UNFOLDED < places.len();
    let views: Vec<BranchView> = places
        .iter()
        .map(|branch| branch_view(sight, node, branch, many))
        .collect();
    BlockView {
        key: key(sight, place),
        title: sight.title_alone(place),
        summary: summary(sight, &views),
        branches: views,
    }
}

/// The branches that the reader sees: those of a parallel as they are written, those of a foreach in the order of what
/// they stand for, what is gone last.
pub fn shown(sight: &Sight<'_>, node: &Node, place: &str) -> Vec<Place> {
    if let Kind::Parallel(parallel) = &node.kind {
        let names = parallel.branches.iter();
        return names
            .map(|branch| node.branch_place(place, &branch.name))
            .collect();
    }
    let running = &sight.seen.running;
    let coming = sight.seen.coming(place);
    let mut all: Vec<Place> = coming.into_iter().map(|coming| coming.branch).collect();
    let known = running.case.branches.keys().filter(|branch| {
        let block = running.workflow.around(branch).pop();
        block.as_deref() == Some(place)
    });
    for branch in known {
        if !all.contains(branch) {
            all.push(branch.clone());
        }
    }
    all.retain(|branch| running.case.branches.contains_key(branch) || sight.seen.sees_all());
    all
}

fn branch_view(sight: &Sight<'_>, node: &Node, branch: &str, many: bool) -> BranchView {
    let case = &sight.seen.running.case;
    let nodes = inside(node, branch);
    let titles = sight.titles();
    let words = titles.words(branch);
    let title = titles.branch(branch);
    let is_open = case.position(branch).is_some();
    let mine = case.open_tasks().any(|task| {
        sight.is_mine(task) && innermost(sight, &task.stage).as_deref() == Some(branch)
    });
    let known = case.branches.contains_key(branch);
    BranchView {
        key: key(sight, branch),
        more: match words.as_slice() {
            [first, rest @ ..] if *first == title => titles.list(rest),
            _ => String::new(),
        },
        title,
        state: state(sight, branch),
        waiting: waiting(sight, branch),
        dues: dues(sight, branch),
        signatures: match known {
            true => signatures::of_branch(sight, nodes, branch),
            false => Signatures::default(),
        },
        sections: sections(sight, branch),
        blocks: blocks(sight, nodes, branch),
        open: mine || (is_open && !many),
    }
}

/// The nodes in a branch.
pub fn inside<'n>(node: &'n Node, branch: &str) -> &'n [Node] {
    match &node.kind {
        Kind::Foreach(foreach) => &foreach.stages,
        Kind::Parallel(parallel) => {
            let name = crate::workflow::place::branch_of(branch);
            let mut branches = parallel.branches.iter();
            let found = branches.find(|one| Some(one.name.as_str()) == name);
            found.map_or(&[], |found| &found.stages)
        }
        Kind::Stage(_)
        | Kind::Group { .. }
        | Kind::Aside { .. }
        | Kind::Wait(_)
        | Kind::Start(_) => &[],
    }
}

/// The branch, of whatever block, that a place stands in.
pub fn innermost(sight: &Sight<'_>, place: &str) -> Option<Place> {
    let running = &sight.seen.running;
    match running.workflow.node(place) {
        Some(_) => running.workflow.branch_around(place),
        None => branch_at(&running.workflow, &running.case, place),
    }
}

/// How a branch stands.
pub fn state(sight: &Sight<'_>, branch: &str) -> Tag {
    let case = &sight.seen.running.case;
    let say = |key: &str| sight.say(&format!("branch.state.{key}"), &[]);
    if let Some(position) = case.position(branch) {
        return match position.in_force() {
            true => Tag::new(Tone::Ok, say("in_force")),
            false => Tag::running(say("open")),
        };
    }
    if !case.branches.contains_key(branch) {
        let key = match case.is_open() && !branch.contains('.') {
            true => "to_come",
            false => "not_needed",
        };
        return Tag::plain(Tone::Line, say(key));
    }
    left(sight, case.stage(branch).how)
}

/// How something was left, as a tag.
pub fn left(sight: &Sight<'_>, how: Option<LeftAs>) -> Tag {
    let say = |key: &str| sight.say(&format!("branch.state.{key}"), &[]);
    match how {
        Some(LeftAs::Passed) => Tag::new(Tone::Ok, say("passed")),
        Some(LeftAs::Refused) => Tag::new(Tone::Bad, say("refused")),
        Some(LeftAs::Undecided) => Tag::new(Tone::Warn, say("undecided")),
        Some(LeftAs::Void | LeftAs::Gone) => Tag::plain(Tone::Hold, say("void")),
        Some(LeftAs::Returned) => Tag::with_icon(Tone::Warn, "undo-2", say("returned")),
        Some(LeftAs::Abandoned) | None => Tag::plain(Tone::Hold, say("abandoned")),
    }
}

/// Whom or what it waits for, besides what the branches inside it wait for.
fn waiting(sight: &Sight<'_>, branch: &str) -> Vec<String> {
    let case = &sight.seen.running.case;
    let is_here = |place: &str| innermost(sight, place).as_deref() == Some(branch);
    let asked = case.awaited().filter(|task| is_here(&task.stage));
    let told = asked.map(|task| told(sight, task));
    let open = case.region().map(engine::Region::all).unwrap_or_default();
    let standing = open
        .into_iter()
        .filter(|position| is_here(&position.id))
        .filter_map(|position| standing::line(sight, position));
    told.chain(standing).collect()
}

/// 受理：等待 赵明（省公安厅） 签署
fn told(sight: &Sight<'_>, task: &Task) -> String {
    let (stage, waits) = (
        sight.titles().task_alone(task),
        timeline::waits(sight, task),
    );
    sight.say("branch.waits", &[("stage", &stage), ("waits", &waits)])
}

/// The clocks of what is open inside, those set by law first.
fn dues(sight: &Sight<'_>, branch: &str) -> Vec<DueView> {
    let running = &sight.seen.running;
    let reckoning = Reckoning::of(sight.seen, sight.language);
    let mut readings = engine::all_readings(&running.workflow, &running.case, &running.calendar);
    readings.retain(|reading| {
        let own = reading.clock.node == reading.node || reading.supplement;
        let open = running.case.position(reading.node).is_some();
        let here = innermost(sight, reading.node).as_deref() == Some(branch);
        own && open && here && !reading.clock.stopped
    });
    readings.sort_by_key(|reading| {
        (
            !reading.clock.law,
            reading.deadline.is_none(),
            reading.deadline,
        )
    });
    let views = readings.iter().map(|reading| DueView {
        title: reckoning.title_alone(reading),
        ..reckoning.due(reading)
    });
    views.collect()
}

/// The branch's own answers.
fn sections(sight: &Sight<'_>, branch: &str) -> Vec<SectionDisplay> {
    let seen = sight.seen;
    let Some(record) = seen.running.case.branches.get(branch) else {
        return Vec::new();
    };
    let own = seen.private.as_ref().map(|opened| &opened.branches);
    let private = own.and_then(|branches| branches.get(branch));
    forms::display_of(
        &seen.running.workflow.form,
        forms::Owned {
            answers: &record.answers,
            sealed: &record.private,
            erased: &seen.running.case.erased_in(&record.private),
        },
        &seen.facts,
        &sight.language,
        private,
    )
}

/// 1 个已通过，2 个办理中
fn summary(sight: &Sight<'_>, branches: &[BranchView]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for branch in branches {
        let word = branch.state.text.as_str();
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let words: Vec<String> = counts
        .into_iter()
        .map(|(word, count)| {
            let values = [("n", &*count.to_string()), ("state", word)];
            sight.say("branch.count", &values)
        })
        .collect();
    words.join(&sight.say("pages.list.comma", &[]))
}
