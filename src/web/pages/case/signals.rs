//! What the reader may signal (通知事件): one form for each signal of what is open.

use super::Sight;
use super::fill::Fill;
use super::tried::Tried;
use crate::engine::{MOST_COMMENT, SignalOffer};
use crate::forms::Words;
use crate::web::views::{CommentField, EditView, ErrorLink, SignalForm, SignalGroup};

/// The signals, by the block or `wait` that they belong to.
pub fn of(sight: &Sight<'_>, tried: &Tried) -> Vec<SignalGroup> {
    let mut groups: Vec<(String, SignalGroup)> = Vec::new();
    for (number, offer) in sight.seen.signals().into_iter().enumerate() {
        let form = form(sight, tried, &offer, number);
        match groups.last_mut() {
            Some((place, group)) if *place == offer.place => group.forms.push(form),
            _ => {
                let group = SignalGroup {
                    title: sight.title(&offer.place),
                    forms: vec![form],
                };
                groups.push((offer.place, group));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn form(sight: &Sight<'_>, tried: &Tried, offer: &SignalOffer<'_>, number: usize) -> SignalForm {
    let key = format!("signal-{number}");
    let here = Some(tried).filter(|tried| tried.is_signal(offer));
    let fill = Fill::with_signal(sight.seen, &offer.place, offer.signal, number);
    let fills = fill
        .as_ref()
        .map(|fill| fill.sections(sight, None, here))
        .unwrap_or_default();
    let errors = here.map_or_else(Vec::new, |tried| errors(sight, tried, fill.as_ref(), &key));
    SignalForm {
        action: format!("signal:{}", offer.signal.name),
        stage: offer.place.clone(),
        title: sight.language.pick(&offer.signal.title).to_owned(),
        files: fills.iter().any(|section| section.has_files),
        fills,
        comment: CommentField {
            optional: sight.say("pages.case.may_be_empty", &[]),
            value: here.map(|tried| tried.comment.clone()).unwrap_or_default(),
            error: here
                .and_then(|tried| tried.comment_error.clone())
                .unwrap_or_default(),
            max: u32::try_from(MOST_COMMENT).unwrap_or(u32::MAX),
            ..CommentField::default()
        },
        error_heading: EditView::count_errors(errors.len(), sight.language),
        errors,
        revision: sight.seen.running.case.revision,
        open: here.is_some(),
        key,
    }
}

fn errors(sight: &Sight<'_>, tried: &Tried, fill: Option<&Fill<'_>>, key: &str) -> Vec<ErrorLink> {
    let mut errors = fill.map_or_else(Vec::new, |fill| fill.errors(sight, tried));
    let others = [
        (&tried.error, format!("#{key}-t")),
        (&tried.warning, format!("#{key}-t")),
        (&tried.comment_error, format!("#task-{key}-comment")),
    ];
    errors.extend(
        others
            .into_iter()
            .filter_map(|(sentence, href)| Some(ErrorLink::new(href, sentence.clone()?))),
    );
    errors
}
