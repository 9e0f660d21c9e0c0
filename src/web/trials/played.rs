//! Tests that were played, in words: the step that failed, what is otherwise, and what of the definition they went through.

use super::refused;
use crate::messages::{Language, text};
use crate::trial::coverage::{Coverage, Item, Missing, Part};
use crate::trial::{Difference, Failed, Played, Seen};

/// 第 3 步（car.test.yaml:12:9）bob approve
#[must_use]
pub fn act(failed: &Failed, place: &str, language: Language) -> String {
    let act = failed.act.as_ref();
    let act = act.map_or_else(String::new, |(who, action)| format!("{who} {action}"));
    let number = failed.number.to_string();
    let values = [("number", &*number), ("place", place), ("act", &*act)];
    told("step", &values, language).trim_end().to_owned()
}

/// open（car.test.yaml:13:15）：应为 head，实为 leader
#[must_use]
pub fn differs(
    played: &Played,
    difference: &Difference,
    place: &str,
    language: Language,
) -> String {
    let expected = seen(played, &difference.expected, language);
    let got = seen(played, &difference.got, language);
    let values = [
        ("what", &*difference.what),
        ("place", place),
        ("expected", &*expected),
        ("got", &*got),
    ];
    told("differs", &values, language)
}

fn seen(played: &Played, seen: &Seen, language: Language) -> String {
    match seen {
        Seen::Value(value) => format!(" {value}"),
        Seen::Nothing => told("seen.nothing", &[], language),
        Seen::Accepted => told("seen.accepted", &[], language),
        Seen::Code(code) => told("seen.code", &[("code", code)], language),
        Seen::Task => told("seen.task", &[], language),
        Seen::SeveralTasks(stages) => told("seen.several", &[("stages", stages)], language),
        Seen::Later => told("seen.later", &[], language),
        Seen::Refused(rejection) => {
            let directory = &played.office.setting.directory;
            let sentence = refused(rejection, directory, language);
            let values = [("code", rejection.code()), ("sentence", &sentence)];
            told("seen.refused", &values, language)
        }
    }
}

/// 环节 7/9, for each part that there is something of.
#[must_use]
pub fn parts(covered: &Coverage, language: Language) -> Vec<String> {
    let parts = Part::ALL.into_iter().filter_map(|part| {
        let (met, all) = covered.count(part);
        let name = told(&format!("parts.{}", part.word()), &[], language);
        let (met, every) = (met.to_string(), all.to_string());
        let values = [("part", &*name), ("met", &*met), ("all", &*every)];
        (0 < all).then(|| told("part", &values, language))
    });
    parts.collect()
}

/// What was not gone through: a heading for each part, and what is lacking of it.
#[must_use]
pub fn missing(covered: &Coverage, language: Language) -> Vec<(String, Vec<String>)> {
    let parts = Part::ALL.into_iter().map(|part| {
        let heading = told(&format!("missing.{}", part.word()), &[], language);
        let items = covered.missing(part).map(|item| lacking(item, language));
        (heading, items.collect::<Vec<_>>())
    });
    parts.filter(|(_, items)| !items.is_empty()).collect()
}

/// A thing that was not gone through; of a guard, which answer is missing.
fn lacking(item: &Item, language: Language) -> String {
    let word = match (item.part, item.missing) {
        (Part::Guards | Part::Form, Missing::Everything) => "said.everything",
        (_, Missing::Yes) => "said.yes",
        (_, Missing::No) => "said.no",
        (_, Missing::Nothing | Missing::Everything) => return item.name.clone(),
    };
    format!("{} — {}", item.name, told(word, &[], language))
}

fn told(key: &str, values: &[(&str, &str)], language: Language) -> String {
    text(language, &format!("trial.test.{key}"), values)
}
