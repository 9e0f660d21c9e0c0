//! The page of a case, put together.

use actix_web::http::StatusCode;

use super::tried::Tried;
use super::{
    Sight, attachments, branches, cards, entries, flow, jump, others, signals, signatures, timeline,
};
use crate::engine::{ClockReading, Task, TaskState};
use crate::forms::{self, Words};
use crate::services::lists as services;
use crate::services::seen::Seen;
use crate::storage::attachments::Attachment;
use crate::storage::copies::Copy;
use crate::web::format;
use crate::web::pages::answer::Answer;
use crate::web::pages::clocks::Reckoning;
use crate::web::pages::failure::Failure;
use crate::web::pages::lists;
use crate::web::session::{Reader, Visit};
use crate::web::views::{
    AttachmentRow, CaseView, Content, CopyReceipt, DueView, Link, Nav, Notice, Tag, Tone, Upload,
};

/// Shows it, with what was tried.
pub fn show(
    visit: &Visit,
    reader: &Reader,
    status: StatusCode,
    seen: &Seen,
    tried: &Tried,
) -> Result<Answer, Failure> {
    let sight = Sight::new(visit, seen);
    let acts = cards::of(&sight, tried);
    let others = others::of(&sight, tried);
    let next = match acts.is_empty() {
        true => next(&sight)?,
        false => None,
    };
    let (nav, crumb) = crumb(&sight, !acts.is_empty());
    let view = CaseView {
        id: seen.summary.ulid.to_string(),
        heading: seen.summary.title.clone(),
        number: seen.summary.number.clone().unwrap_or_default(),
        state: lists::state_of(visit, &seen.running),
        workflow: lists::workflow_version(
            visit,
            visit.language.pick(&seen.running.workflow.title),
            seen.version,
        ),
        submitted: submitted(&sight),
        crumb,
        print_href: Some(format!("/c/{}/print", seen.summary.ulid)),
        meanwhile: meanwhile(&sight, tried),
        next,
        flow: flow::of(&sight),
        acts,
        dues: dues(&sight),
        timeline: timeline::of(&sight),
        signatures: signatures::of(&sight),
        content: content(&sight),
        attachments: seen
            .files
            .iter()
            .map(|file| attachment(&sight, file))
            .collect(),
        upload: attachments::may_attach(&sight).then(|| upload(&sight, tried)),
        copies: seen
            .copies
            .iter()
            .map(|copy| receipt(&sight, copy))
            .collect(),
        discussion: others::discussion(&sight, tried),
        erase_href: seen
            .may("erase", None)
            .then(|| format!("/c/{}/erase", seen.summary.ulid)),
        people: others::people(&sight, &others),
        others,
        signals: signals::of(&sight, tried),
        jump: jump::of(&sight, tried),
        blocks: branches::of(&sight),
        entries: entries::of(&sight),
    };
    visit.page_as(status, reader, nav, &view)
}

/// Another case that waits for the reader at the stage where they acted last in this one.
fn next(sight: &Sight<'_>) -> Result<Option<Link>, Failure> {
    let (seen, reader) = (sight.seen, sight.seen.viewer.person.id);
    let mine = |task: &&Task| matches!(&task.state, TaskState::Settled { by, .. } if *by == reader);
    let answered = seen.running.case.tasks.iter().filter(mine);
    let Some(last) = answered.max_by_key(|task| (task.changed, task.id)) else {
        return Ok(None);
    };
    let next = services::next_like(&sight.visit.app, &seen.viewer, &seen.summary, &last.stage)?;
    Ok(next.map(|case| {
        let words = sight.say("case.next", &[("title", &case.title)]);
        Link::new(format!("/c/{}", case.ulid), words)
    }))
}

/// The list that the reader came from, as far as one can tell.
fn crumb(sight: &Sight<'_>, asked: bool) -> (Nav, Link) {
    let case = &sight.seen.running.case;
    let reader = sight.seen.viewer.person.id;
    let acted = sight
        .seen
        .history
        .iter()
        .any(|happened| happened.actor == Some(reader));
    let (nav, href, key) = if reader == case.applicant {
        (Nav::Mine, "/mine", "pages.nav.mine")
    } else if asked || !acted {
        (Nav::Inbox, "/inbox", "pages.nav.inbox")
    } else {
        (Nav::Done, "/done", "pages.nav.done")
    };
    (nav, Link::new(href, sight.say(key, &[])))
}

/// 李文静（省卫健委）9月28日 09:12 提交
fn submitted(sight: &Sight<'_>) -> String {
    let who = sight.names.full(sight.seen.running.case.applicant);
    let when = format::moment(
        sight.seen.summary.submitted_at,
        sight.seen.now,
        sight.language,
    );
    sight.say("case.submitted", &[("who", &who), ("when", &when)])
}

/// What happened meanwhile, or what stands in the way of deciding.
fn meanwhile(sight: &Sight<'_>, tried: &Tried) -> Option<Notice> {
    if let Some(words) = &tried.meanwhile {
        return Some(Notice::new(Tone::Warn, words.clone()));
    }
    if let Some(words) = timeline::suspended(sight) {
        return Some(Notice::new(Tone::Warn, words));
    }
    if let Some(words) = timeline::risen(sight) {
        return Some(Notice::new(Tone::Warn, words));
    }
    let person = &sight.seen.viewer.person;
    let case = &sight.seen.running.case;
    // Who filed a case may see it above their clearance.
    let too_high = person.clearance < case.level() && person.id != case.applicant;
    too_high.then(|| Notice::new(Tone::Warn, sight.say("case.too_high", &[])))
}

/// The clocks of what is open, the earliest first, each once: those of the reader's own tasks and those outside every
/// branch, for a branch shows its own; where there are none of these, the nearest.
fn dues(sight: &Sight<'_>) -> Vec<DueView> {
    let seen = sight.seen;
    let mut readings: Vec<ClockReading<'_>> = Vec::new();
    let mut own: Vec<&str> = Vec::new();
    for task in seen.running.case.open_tasks() {
        let mine = sight.is_mine(task);
        for reading in seen.clocks(task) {
            own.extend(mine.then_some(reading.key));
            if !readings.iter().any(|known| known.key == reading.key) {
                readings.push(reading);
            }
        }
    }
    readings.sort_by_key(|reading| (reading.deadline.is_none(), reading.deadline));
    let belongs = |reading: &ClockReading<'_>| {
        own.contains(&reading.key) || branches::innermost(sight, reading.node).is_none()
    };
    match readings.iter().any(belongs) {
        true => readings.retain(belongs),
        false => readings.truncate(1),
    }
    let reckoning = Reckoning::of(seen, sight.language);
    readings
        .iter()
        .map(|reading| reckoning.explained(reading))
        .collect()
}

fn content(sight: &Sight<'_>) -> Content {
    let seen = sight.seen;
    let case = &seen.running.case;
    Content {
        version: String::new(),
        sections: forms::display_of(
            &seen.running.workflow.form,
            forms::Owned {
                answers: &case.answers,
                sealed: &case.private,
                erased: &case.erased_in(&case.private),
            },
            &seen.facts,
            &sight.language,
            seen.private.as_ref().map(|opened| &opened.case),
        ),
    }
}

fn attachment(sight: &Sight<'_>, file: &Attachment) -> AttachmentRow {
    let who = sight.names.person(file.uploader_id);
    let when = format::moment(file.created_at, sight.seen.now, sight.language);
    let late = sight.seen.summary.submitted_at < file.created_at;
    AttachmentRow {
        href: Some(format!("/files/{}", file.ulid)),
        name: file.file_name.clone(),
        uploaded: sight.say("case.uploaded", &[("who", &who), ("when", &when)]),
        tag: late.then(|| Tag::plain(Tone::Run, sight.say("case.added_later", &[]))),
        size: format::file_size(u64::try_from(file.size).unwrap_or(0)),
    }
}

fn receipt(sight: &Sight<'_>, copy: &Copy) -> CopyReceipt {
    let moment = |at| format::moment(at, sight.seen.now, sight.language);
    let why = match copy.sent_by() {
        Some(by) => sight.say("case.copied_by", &[("who", &sight.names.person(by))]),
        None => sight.say("case.copied_at", &[("stage", &sight.title(&copy.reason))]),
    };
    CopyReceipt {
        person: sight.names.full(copy.person_id),
        why,
        when: moment(copy.at),
        read: match copy.read_at {
            Some(at) => Tag::new(
                Tone::Ok,
                sight.say("case.read_at", &[("when", &moment(at))]),
            ),
            None => Tag::plain(Tone::Line, sight.say("case.unread", &[])),
        },
    }
}

fn upload(sight: &Sight<'_>, tried: &Tried) -> Upload {
    let kinds = crate::attachments::Kind::extensions();
    let limits = &sight.visit.app.settings.limits;
    let megabytes = (limits.attachment_bytes / (1024 * 1024)).to_string();
    let names: Vec<String> = kinds.iter().map(|kind| kind.to_uppercase()).collect();
    let values = [
        ("kinds", &*names.join(&sight.say("case.and", &[]))),
        ("size", &*megabytes),
    ];
    let accept: Vec<String> = kinds.iter().map(|kind| format!(".{kind}")).collect();
    Upload {
        hint: sight.say("case.upload_hint", &values),
        accept: accept.join(","),
        error: tried.upload_error.clone().unwrap_or_default(),
    }
}
