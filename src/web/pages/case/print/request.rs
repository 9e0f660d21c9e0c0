//! The answers as the form's table: short ones beside each other, long ones over the whole width.

use super::Sight;
use crate::engine::Task;
use crate::forms::{self, Answers, Line, SectionDisplay, TableDisplay};
use crate::messages::Language;
use crate::web::views::{Both, SheetCell, SheetSection, SheetTable};

/// Up to so many letters two answers fit beside each other.
const SHORT: usize = 18;

/// A label of more letters is a sentence and stands above its answer.
const SENTENCE: usize = 24;

/// A table of more columns wants the whole width.
const COLUMNS: usize = 3;

/// What the case was asked at the start, and what was filled in for all of it since, of the sections that are wanted.
pub fn of_case(sight: &Sight<'_>, wanted: impl Fn(&str) -> bool) -> Vec<SheetSection> {
    let case = &sight.seen.running.case;
    let private = sight.seen.private.as_ref().map(|opened| &opened.case);
    sections(sight, (&case.answers, &case.private), private, wanted)
}

/// The branch's own answers, of the sections that are wanted.
pub fn of_branch(
    sight: &Sight<'_>,
    branch: &str,
    wanted: impl Fn(&str) -> bool,
) -> Vec<SheetSection> {
    let Some(record) = sight.seen.running.case.branches.get(branch) else {
        return Vec::new();
    };
    let opened = sight.seen.private.as_ref();
    let private = opened.and_then(|opened| opened.branches.get(branch));
    sections(sight, (&record.answers, &record.private), private, wanted)
}

/// What was filled in on a task alone.
pub fn of_task(sight: &Sight<'_>, task: &Task) -> Vec<SheetCell> {
    let opened = sight.seen.private.as_ref();
    let private = opened.and_then(|opened| opened.tasks.get(&task.id));
    let sections = sections(sight, (&task.answers, &task.private), private, |_| true);
    let rows = sections.into_iter().flat_map(|section| section.rows);
    rows.flatten().collect()
}

fn sections(
    sight: &Sight<'_>,
    (answers, sealed): (&Answers, &Answers),
    private: Option<&Answers>,
    wanted: impl Fn(&str) -> bool,
) -> Vec<SheetSection> {
    let form = &sight.seen.running.workflow.form;
    let owned = forms::Owned {
        answers,
        sealed,
        erased: &sight.seen.running.case.erased_in(sealed),
    };
    let shown =
        |language: Language| forms::display_of(form, owned, &sight.seen.facts, &language, private);
    let chinese = shown(Language::Zh);
    let english = match sight.language {
        Language::Zh => chinese.clone(),
        Language::En => shown(Language::En),
    };
    // Both are of the same answers, so they have the same sections and lines.
    let pairs = chinese.into_iter().zip(english);
    let pairs = pairs.filter(|(section, _)| wanted(&section.id));
    pairs
        .map(|(zh, en)| section(sight.language, zh, en))
        .collect()
}

fn section(reader: Language, zh: SectionDisplay, en: SectionDisplay) -> SheetSection {
    let cells = zh.lines.into_iter().zip(en.lines);
    let cells = cells.map(|(line, english)| cell(reader, line, &english));
    SheetSection {
        title: beside(reader, zh.title, &en.title),
        rows: rows(cells.collect()),
    }
}

fn cell(reader: Language, mut line: Line, english: &Line) -> SheetCell {
    let label = beside(reader, line.label.clone(), &english.label);
    let en = in_english(&line, english);
    let letters = |words: &str| words.chars().count();
    let short = line.table.is_none()
        && line.paragraph.is_none()
        && line.items.is_empty()
        && line.files.is_empty()
        && line.text.as_deref().map_or(0, letters) + letters(&en) / 2 <= SHORT
        && letters(&label.zh) <= SHORT;
    let table = line.table.take();
    let columns = table.as_ref().map_or(0, |table| table.columns.len());
    SheetCell {
        whole: SENTENCE < letters(&label.zh) || COLUMNS < columns,
        label,
        en,
        wide: !short,
        table: table.map(|table| tabled(reader, table, english.table.as_ref())),
        line,
    }
}

/// The words of the definition in an answer, in English; nothing where they are the same.
fn in_english(line: &Line, english: &Line) -> String {
    let words = |line: &Line| match &line.text {
        Some(text) => text.clone(),
        None => line.items.join("; "),
    };
    let en = words(english);
    if en == words(line) { String::new() } else { en }
}

fn tabled(reader: Language, zh: TableDisplay, en: Option<&TableDisplay>) -> SheetTable {
    // Both are of the same answer, so they have the same columns and rows.
    let en = en.unwrap_or(&zh).clone();
    let columns = zh.columns.into_iter().zip(&en.columns);
    let rows = zh.rows.into_iter().zip(&en.rows);
    SheetTable {
        columns: columns.map(|(zh, en)| beside(reader, zh, en)).collect(),
        rows: rows
            .map(|(zh, en)| {
                let cells = zh.into_iter().zip(en);
                cells.map(|(zh, en)| cell(reader, zh, en)).collect()
            })
            .collect(),
    }
}

/// Two short answers share a row; one that stays alone fills it.
fn rows(cells: Vec<SheetCell>) -> Vec<Vec<SheetCell>> {
    let mut rows: Vec<Vec<SheetCell>> = Vec::new();
    for cell in cells {
        match rows.last_mut().map(Vec::as_mut_slice) {
            Some([alone]) if !alone.wide && !cell.wide => {
                if let Some(row) = rows.last_mut() {
                    row.push(cell);
                }
            }
            _ => rows.push(vec![cell]),
        }
    }
    for row in &mut rows {
        if let [alone] = row.as_mut_slice() {
            alone.wide = true;
        }
    }
    rows
}

fn beside(reader: Language, zh: String, en: &str) -> Both {
    Both::of(reader, |language| match language {
        Language::Zh => zh.clone(),
        Language::En => en.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> SheetCell {
        let line = Line {
            label: "使用范围".into(),
            text: Some(text.into()),
            ..Line::default()
        };
        cell(Language::Zh, line.clone(), &line)
    }

    #[test]
    fn two_short_answers_share_a_row_and_a_long_one_has_its_own() {
        let long = "仅限省卫生健康委医政医管处和信息中心两名工作人员使用，覆盖全省。";

        let rows = rows(vec![
            answer("有条件共享"),
            answer("接口核验"),
            answer("每季度"),
            answer(long),
        ]);

        let shape: Vec<usize> = rows.iter().map(Vec::len).collect();
        assert_eq!(shape, [2, 1, 1]);
        assert!(rows[1][0].wide && rows[2][0].wide && !rows[0][0].wide);
    }

    #[test]
    fn a_sentence_and_a_table_of_many_columns_have_the_whole_width() {
        let promise = Line {
            label: "对本申请的真实性、合法性、必要性负责，不超范围使用，未经同意不提供给第三方"
                .into(),
            text: Some("已确认".into()),
            ..Line::default()
        };
        let table = |columns: usize| Line {
            table: Some(TableDisplay {
                columns: vec![String::new(); columns],
                rows: Vec::new(),
            }),
            ..Line::default()
        };
        let whole = |line: Line| cell(Language::Zh, line.clone(), &line).whole;

        assert!(whole(promise) && whole(table(4)));
        assert!(!whole(table(3)) && !answer("接口核验").whole);
    }

    #[test]
    fn english_stands_beside_only_where_it_is_read_and_differs() {
        let zh = Line {
            text: Some("接口".into()),
            label: "方式".into(),
            ..Line::default()
        };
        let en = Line {
            text: Some("Interface".into()),
            label: "Method".into(),
            ..Line::default()
        };

        let read = cell(Language::En, zh.clone(), &en);
        let same = cell(Language::En, zh.clone(), &zh);

        assert_eq!(
            (read.label.en.as_str(), read.en.as_str()),
            ("Method", "Interface")
        );
        assert_eq!((same.label.en.as_str(), same.en.as_str()), ("", ""));
    }

    #[test]
    fn a_table_has_english_beside_its_headings_and_its_options() {
        let table = |heading: &str, option: &str| Line {
            table: Some(TableDisplay {
                columns: vec![heading.into()],
                rows: vec![vec![Line {
                    text: Some(option.into()),
                    ..Line::default()
                }]],
            }),
            ..Line::default()
        };

        let read = cell(
            Language::En,
            table("载体", "磁带"),
            &table("Medium", "Tape"),
        );

        let table = read.table.expect("rows");
        assert_eq!(table.columns[0].en, "Medium");
        assert_eq!(table.rows[0][0].en, "Tape");
        assert_eq!(table.rows[0][0].line.text.as_deref(), Some("磁带"));
    }
}
