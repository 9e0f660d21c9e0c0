//! Differences between two versions in words.

use crate::forms::Words;
use crate::messages::{Language, text};
use crate::web::format;
use crate::workflow::Text;
use crate::workflow::compare::{Budgeted, Change, How, Part, Value};

/// A value longer than this is cut.
const MOST_LETTERS: usize = 60;

/// 环节“受理”（intake）：期限由 10 个工作日 改为 15 个工作日
#[must_use]
pub fn change(change: &Change, language: Language) -> String {
    let part = part(&change.of, language);
    let say = |key: &str, values: &[(&str, &str)]| {
        let mut all = vec![("part", part.as_str())];
        all.extend(values);
        close_up(text(language, &format!("versions.how.{key}"), &all))
    };
    let (aspect, from, to) = match &change.how {
        How::Added => return say("added", &[]),
        How::Removed => return say("removed", &[]),
        How::Moved => {
            let of_end = matches!(change.of, Part::End(..));
            return say(if of_end { "moved_end" } else { "moved" }, &[]);
        }
        How::Renamed { from } => {
            return say("renamed", &[("from", from), ("id", id(&change.of))]);
        }
        How::Changed { aspect, from, to } => (aspect, from, to),
    };
    let aspect = text(language, &format!("versions.aspect.{aspect}"), &[]);
    let told = |value: &Value| value_in_words(value, language);
    match (told(from), told(to)) {
        (Told::Hidden, _) | (_, Told::Hidden) => say("hidden", &[("aspect", &aspect)]),
        (Told::None, Told::Words(to)) => say("set", &[("aspect", &aspect), ("to", &to)]),
        (Told::Words(from), Told::None) => say("unset", &[("aspect", &aspect), ("from", &from)]),
        // What is told in the same words differs in what is not told.
        (Told::Words(from), Told::Words(to)) if from == to => say("hidden", &[("aspect", &aspect)]),
        (Told::None, Told::None) => say("hidden", &[("aspect", &aspect)]),
        (Told::Words(from), Told::Words(to)) => say(
            "changed",
            &[("aspect", &aspect), ("from", &from), ("to", &to)],
        ),
    }
}

/// Full-width marks stand without a space: 设为“第五条”, but 由 10 个工作日.
fn close_up(sentence: String) -> String {
    if !sentence.contains('：') {
        return sentence;
    }
    [(" “", "“"), ("” ", "”"), ("） ", "）")]
        .into_iter()
        .fold(sentence, |sentence, (wide, close)| {
            sentence.replace(wide, close)
        })
}

fn id(part: &Part) -> &str {
    match part {
        Part::Workflow => "",
        Part::Setting(id, _)
        | Part::Section(id, _)
        | Part::Field(id, _)
        | Part::Stage(id, _)
        | Part::Block(id, _)
        | Part::End(id, _) => id,
    }
}

fn part(part: &Part, language: Language) -> String {
    let (key, title) = match part {
        Part::Workflow => return text(language, "versions.part.workflow", &[]),
        Part::Setting(_, title) => ("setting", title),
        Part::Section(_, title) => ("section", title),
        Part::Field(_, title) => ("field", title),
        Part::Stage(_, title) => ("stage", title),
        Part::Block(_, title) => ("block", title),
        Part::End(_, title) => ("end", title),
    };
    let values = [("id", id(part)), ("title", language.pick(title))];
    text(language, &format!("versions.part.{key}"), &values)
}

/// A value as far as it is told.
enum Told {
    None,
    Words(String),
    Hidden,
}

fn value_in_words(value: &Value, language: Language) -> Told {
    let say = |key: &str| text(language, &format!("versions.value.{key}"), &[]);
    Told::Words(match value {
        Value::None => return Told::None,
        Value::Hidden(_) => return Told::Hidden,
        Value::Words(words) => quoted(&in_full(words, language), language),
        Value::Written(written) => quoted(written, language),
        Value::List(all) => quoted(&all.join(&say("comma")), language),
        Value::Switch(true) => say("yes"),
        Value::Switch(false) => say("no"),
        Value::Clocks(clocks) => {
            let all: Vec<String> = clocks.iter().map(|clock| budget(clock, language)).collect();
            all.join(&say("comma"))
        }
    })
}

/// The text in the reader's language, with the other where only that one may differ.
fn in_full(words: &Text, language: Language) -> String {
    match (&words.en, language) {
        (Some(en), Language::Zh) if *en != words.zh => format!("{} / {en}", words.zh),
        (_, _) => language.pick(words).to_owned(),
    }
}

fn quoted(value: &str, language: Language) -> String {
    let mut short: String = value.chars().take(MOST_LETTERS).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    text(language, "versions.value.quoted", &[("value", &short)])
}

fn budget(clock: &Budgeted, language: Language) -> String {
    let say = |key: &str, values: &[(&str, &str)]| {
        text(language, &format!("versions.value.{key}"), values)
    };
    let spans = clock.spans.iter();
    let spans: Vec<String> = spans.map(|span| format::span(*span, language)).collect();
    let mut told = match &clock.at {
        Some(at) => say("date", &[("at", at)]),
        None => spans.join(&say("or", &[])),
    };
    if clock.law.is_some() {
        told = say("law", &[("span", &told)]);
    }
    match &clock.title {
        Some(title) => say(
            "titled",
            &[("title", language.pick(title)), ("span", &told)],
        ),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Duration, Unit};
    use crate::messages::has;

    fn stage() -> Part {
        let title = Text {
            zh: "受理".into(),
            en: Some("Intake".into()),
        };
        Part::Stage("intake".into(), title)
    }

    fn days(count: u32) -> Value {
        Value::Clocks(vec![Budgeted {
            title: None,
            law: Some("第二十一条".into()),
            spans: vec![Duration {
                count,
                unit: Unit::Wd,
            }],
            at: None,
        }])
    }

    #[test]
    fn a_deadline_is_told_in_both_languages() {
        let longer = Change {
            of: stage(),
            how: How::Changed {
                aspect: "due",
                from: days(10),
                to: days(15),
            },
        };

        assert_eq!(
            change(&longer, Language::Zh),
            "环节“受理”（intake）：期限由 10 个工作日（法定）改为 15 个工作日（法定）"
        );
        assert_eq!(
            change(&longer, Language::En),
            "Stage “Intake” (intake): deadline changed from 10 working day(s) (by law) to 15 working day(s) (by law)"
        );
    }

    #[test]
    fn what_comes_goes_or_cannot_be_told_has_its_own_sentence() {
        let changed = |aspect, from, to| Change {
            of: stage(),
            how: How::Changed { aspect, from, to },
        };
        let who = |who: &str| Value::List(vec![who.to_owned()]);

        for (how, told) in [
            (
                changed("law", Value::None, Value::Written("第五条".into())),
                "环节“受理”（intake）：法律依据设为“第五条”",
            ),
            (
                changed("due", days(3), Value::None),
                "环节“受理”（intake）：取消期限，原为 3 个工作日（法定）",
            ),
            (
                changed("who", who("a@applicant"), who("b@applicant")),
                "环节“受理”（intake）：办理人由“a@applicant”改为“b@applicant”",
            ),
            (
                changed(
                    "return",
                    Value::Hidden("1".into()),
                    Value::Hidden("2".into()),
                ),
                "环节“受理”（intake）：退回规则有改动",
            ),
            (
                Change {
                    of: stage(),
                    how: How::Renamed {
                        from: "accept".into(),
                    },
                },
                "环节“受理”（intake）：标识由 accept 改为 intake",
            ),
        ] {
            assert_eq!(change(&how, Language::Zh), told);
        }
    }

    #[test]
    fn every_aspect_has_its_word_in_both_languages() {
        for aspect in crate::workflow::compare::aspects() {
            for language in [Language::Zh, Language::En] {
                assert!(
                    has(language, &format!("versions.aspect.{aspect}")),
                    "{aspect}"
                );
            }
        }
    }
}
