//! Notices, certificates and lists, from what their page shows.

use super::columns::Item;
use super::flow::{Band, Column, WIDTH};
use super::lines::{Paragraph, Side};
use super::marks::{Look, Mark, Slice};
use super::setter::{Setter, TEXT, both, plain};
use super::{Paper, Told};
use crate::forms::Line;
use crate::web::views::{Both, PaperFact, PaperView, Reason, SheetCell};

/// A fact of up to so many letters has room beside another.
const SHORT: usize = 18;

impl Paper for PaperView {
    fn told(&self) -> Told<'_> {
        Told {
            heading: &self.heading,
            number: &self.number,
            office: &self.office,
        }
    }

    fn bands(&self, setter: &Setter<'_>) -> Vec<Band> {
        let mut all = setter.heading(&self.office, &self.number, &self.heading);
        if !self.addressee.is_empty() {
            let to = format!("{}{}", self.addressee, setter.say("print.colon", &[]));
            all.push(setter.band(&[line(&Both::plain(to), Side::Left)], 4.0));
        }
        all.push(sentence(setter, &self.lead));
        for reason in &self.reasons {
            all.extend(why(setter, reason));
        }
        all.extend(facts(setter, &self.facts));
        if !self.columns.is_empty() {
            gap(&mut all);
            all.push(setter.band(&[setter.list(&self.columns, &self.rows)], 0.0));
        }
        gap(&mut all);
        if !self.close.zh.is_empty() {
            all.push(sentence(setter, &self.close));
        }
        all.extend(self.signs.chunks(2).map(|pair| by_hand(setter, pair)));
        let end = [&self.sender, &self.day].map(|words| line(&Both::plain(words), Side::Right));
        let mut end = setter.band(&[&[setter.seal()], &end[..]].concat(), 10.0);
        end.columns[0]
            .slices
            .iter_mut()
            .for_each(|slice| slice.keep = true);
        all.push(Band { keep: true, ..end });
        all.push(setter.foot(&self.record));
        all
    }
}

fn line(words: &Both, side: Side) -> Item {
    Item::Text(Paragraph {
        runs: both(words, plain(TEXT)),
        side,
        indent: 0.0,
    })
}

/// Two short facts share a row.
fn facts(setter: &Setter<'_>, facts: &[PaperFact]) -> Vec<Band> {
    let short = |fact: &PaperFact| fact.value.zh.chars().count() <= SHORT;
    let rows = facts.chunk_by(|one, next| short(one) && short(next));
    let rows = rows.flat_map(|alike| alike.chunks(2));
    let cell = |fact: &PaperFact| SheetCell {
        label: fact.label.clone(),
        line: Line {
            text: Some(fact.value.zh.clone()),
            ..Line::default()
        },
        en: fact.value.en.clone(),
        ..SheetCell::default()
    };
    rows.map(|row| setter.row(&row.iter().map(cell).collect::<Vec<_>>()))
        .collect()
}

/// A paragraph that stands in by two letters; English stands below it.
fn sentence(setter: &Setter<'_>, words: &Both) -> Band {
    let chinese = Item::Text(Paragraph {
        runs: vec![(words.zh.clone(), plain(TEXT))],
        side: Side::Left,
        indent: 2.0 * TEXT,
    });
    let english = line(&Both::plain(&words.en), Side::Left);
    let items = match words.en.is_empty() {
        true => vec![chinese],
        false => vec![chinese, english],
    };
    setter.band(&items, 10.0)
}

fn why(setter: &Setter<'_>, reason: &Reason) -> Vec<Band> {
    let mut said = setter.signed(&reason.signed);
    said.extend(setter.law(&reason.law));
    let mut all = vec![setter.beside(&reason.stage, &said, 0.0)];
    all.extend(
        reason
            .sections
            .iter()
            .flat_map(|section| setter.section(section)),
    );
    gap(&mut all);
    all
}

fn gap(bands: &mut [Band]) {
    if let Some(last) = bands.last_mut() {
        last.below = 12.0;
    }
}

/// Two lines to sign on, beside each other.
fn by_hand(setter: &Setter<'_>, who: &[Both]) -> Band {
    const HIGH: f32 = 34.0;
    let width = WIDTH / 2.0 - 16.0;
    let sign = |(at, who): (usize, &Both)| {
        let words = setter.colon(who);
        let long: f32 = setter.width(&words);
        let mut slices = super::lines::set(setter.letters, &words, width);
        let line = Slice {
            height: 0.0,
            marks: vec![Mark::Box {
                x: long.min(width),
                y: -2.0,
                width: (width - long).max(0.0),
                height: 0.0,
                look: Look::Lined(0.6),
            }],
            ..Slice::default()
        };
        slices.insert(
            0,
            Slice {
                height: HIGH - TEXT * 1.55,
                keep: true,
                ..Slice::default()
            },
        );
        slices.push(line);
        Column {
            x: (width + 32.0) * at as f32,
            width,
            slices,
            ..Column::default()
        }
    };
    Band {
        columns: who.iter().enumerate().map(sign).collect(),
        keep: true,
        ..Band::default()
    }
}
