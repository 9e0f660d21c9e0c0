//! 审批表: who asks, what for, every opinion in its box, and what the form can be verified by.

use super::{Sight, opinions, request};
use crate::forms::{Line, Words};
use crate::messages::Language;
use crate::web::format;
use crate::web::pages::lists;
use crate::web::views::{Both, Part, SheetCell, SheetSection, SheetView};

/// The form of the case as its reader sees it.
pub fn of(sight: &Sight<'_>) -> SheetView {
    let mut parts = vec![Part::Section(head(sight))];
    parts.extend(
        request::of_case(sight, |_| true)
            .into_iter()
            .map(Part::Section),
    );
    parts.extend(opinions::of(sight));
    let workflow = &sight.seen.running.workflow;
    SheetView {
        back: sight.back(),
        papers: sight.papers(None),
        pdf: sight.download(None),
        office: sight.office(),
        number: sight.number(),
        heading: Both::of(sight.language, |language| {
            // 政务数据销毁审批 is not 审批审批表.
            let title = language.pick(&workflow.title).trim_end_matches("审批");
            language.say("print.heading", &[("workflow", title)])
        }),
        parts,
        record: sight.record(),
    }
}

/// What every form has: who filed it, for which department, when, and how it stands.
fn head(sight: &Sight<'_>) -> SheetSection {
    let case = &sight.seen.running.case;
    let submitted = sight.seen.summary.submitted_at;
    let state = lists::state_of(sight.visit, &sight.seen.running).text;
    let cells = [
        ("print.department", sight.department(&case.department)),
        ("print.applicant", sight.names.person(case.applicant)),
        ("print.submitted", format::full(submitted, sight.language)),
        ("print.state", state),
    ];
    let cells = cells.map(|(key, text)| said(sight, key, text)).to_vec();
    let mut rows: Vec<Vec<SheetCell>> = cells.chunks(2).map(<[SheetCell]>::to_vec).collect();
    let basis = sight.seen.running.workflow.basis.as_ref();
    rows.extend(basis.map(|basis| {
        let cell = said(sight, "print.basis", Language::Zh.pick(basis).to_owned());
        vec![SheetCell { wide: true, ..cell }]
    }));
    SheetSection {
        title: Both::default(),
        rows,
    }
}

fn said(sight: &Sight<'_>, key: &str, text: String) -> SheetCell {
    SheetCell {
        label: Both::plain(sight.say(key, &[])),
        line: Line {
            text: Some(text),
            ..Line::default()
        },
        ..SheetCell::default()
    }
}
