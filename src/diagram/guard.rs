//! Guards as people would say them: 数据级别 ≥ 3 或 涉及个人信息：是.

use crate::expression::{Expression, Phrase, Sign, Term};
use crate::workflow::Choice;

use super::labels::Lexicon;

/// A condition, said and as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// In words; a general sentence where the guard says more than words can.
    pub words: String,
    /// The guard itself.
    pub guard: String,
}

impl Lexicon<'_> {
    /// A guard in words. `choices` are those of the stage that it stands at.
    pub fn condition(&self, guard: &Expression, choices: &[Choice]) -> Condition {
        let said = Sayer {
            lexicon: self,
            choices,
        }
        .phrase(&guard.phrase());
        Condition {
            words: said.unwrap_or_else(|| self.say("guard.other", &[])),
            guard: guard.source().to_owned(),
        }
    }
}

struct Sayer<'a> {
    lexicon: &'a Lexicon<'a>,
    choices: &'a [Choice],
}

impl Sayer<'_> {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        Some(self.lexicon.say(&format!("guard.{key}"), values))
    }

    fn phrase(&self, phrase: &Phrase) -> Option<String> {
        match phrase {
            Phrase::Every(parts) => self.every(parts),
            Phrase::Some(parts) => {
                let parts: Vec<&Phrase> = parts.iter().collect();
                self.joined(&parts, "or", |part| matches!(part, Phrase::Every(_)))
            }
            Phrase::Not(inner) => self.not(inner),
            Phrase::Holds(term) => self.holds(term, true),
            Phrase::Compared { left, sign, right } => self.compared(left, *sign, right),
            Phrase::OneOf { left, of } => {
                let options: Option<Vec<String>> =
                    of.iter().map(|value| self.value(value, left)).collect();
                let options = options?.join(&self.say("or_option", &[])?);
                self.pair("is", left, &options)
            }
            Phrase::Among { list, that } => {
                let list = self.lexicon.path(list)?;
                let that = self.phrase(that)?;
                self.say("among", &[("list", &list), ("that", &that)])
            }
            Phrase::Other => None,
        }
    }

    /// That something was answered goes without saying where the answer is asked about beside it.
    fn every(&self, parts: &[Phrase]) -> Option<String> {
        let answered = |part: &&Phrase| {
            matches!(
                part,
                Phrase::Compared {
                    sign: Sign::IsNot,
                    right: Term::Null,
                    ..
                }
            )
        };
        let mut said: Vec<&Phrase> = parts.iter().filter(|part| !answered(part)).collect();
        if said.is_empty() {
            said = parts.iter().collect();
        }
        self.joined(&said, "and", |part| matches!(part, Phrase::Some(_)))
    }

    /// Parts in a row; those that `loose` would tear apart stand in brackets.
    fn joined(&self, parts: &[&Phrase], key: &str, loose: fn(&Phrase) -> bool) -> Option<String> {
        let said: Option<Vec<String>> = parts
            .iter()
            .map(|part| {
                let said = self.phrase(part)?;
                match loose(part) && 1 < parts.len() {
                    true => self.say("bracket", &[("that", &said)]),
                    false => Some(said),
                }
            })
            .collect();
        Some(said?.join(&self.say(key, &[])?))
    }

    fn not(&self, inner: &Phrase) -> Option<String> {
        match inner {
            Phrase::Holds(term) => self.holds(term, false),
            Phrase::Not(twice) => self.phrase(twice),
            other => {
                let that = self.phrase(other)?;
                self.say("not", &[("that", &that)])
            }
        }
    }

    fn holds(&self, term: &Term, yes: bool) -> Option<String> {
        if let Term::Fact(name, id) = term {
            let key = match (name.as_str(), yes) {
                ("done", true) => "done",
                ("done", false) => "not_done",
                _ => return None,
            };
            let stage = self.lexicon.title_of(id);
            return self.say(key, &[("stage", &stage)]);
        }
        let answer = self.say(if yes { "yes" } else { "no" }, &[])?;
        self.pair("is", term, &answer)
    }

    fn compared(&self, left: &Term, sign: Sign, right: &Term) -> Option<String> {
        if let (Term::Path(path), Term::Text(option)) = (left, right)
            && path == "choice"
        {
            return self.chosen(option, sign);
        }
        if let (Term::Fact(name, id), Term::Null) = (left, right)
            && name == "entered"
        {
            let key = match sign {
                Sign::Is => "not_entered",
                _ => "entered",
            };
            let stage = self.lexicon.title_of(id);
            return self.say(key, &[("stage", &stage)]);
        }
        if let (Term::Fact(name, id), Sign::Is, Term::Number(one)) = (left, sign, right)
            && name == "rounds"
            && one == "1"
        {
            let stage = self.lexicon.title_of(id);
            return self.say("first_round", &[("stage", &stage)]);
        }
        match (sign, right) {
            (Sign::Is, Term::Null) => self.pair("is", left, &self.say("unanswered", &[])?),
            (Sign::IsNot, Term::Null) => self.pair("is", left, &self.say("answered", &[])?),
            (Sign::Is, Term::Bool(yes)) => self.holds(left, *yes),
            (Sign::IsNot, Term::Bool(yes)) => self.holds(left, !yes),
            (Sign::Is, Term::Text(_)) => self.pair("is", left, &self.value(right, left)?),
            (Sign::IsNot, Term::Text(_)) => self.pair("is_not", left, &self.value(right, left)?),
            _ => {
                let (one, two) = (self.operand(left)?, self.operand(right)?);
                Some(format!("{one} {} {two}", mark(sign)))
            }
        }
    }

    fn chosen(&self, option: &str, sign: Sign) -> Option<String> {
        let own = self.choices.iter().find(|choice| choice.id == option);
        let title = match own {
            Some(choice) => self.lexicon.pick(&choice.title),
            None => self.lexicon.say(&format!("choice.{option}"), &[]),
        };
        match sign {
            Sign::Is => Some(title),
            Sign::IsNot => self.say("not_chosen", &[("choice", &title)]),
            _ => None,
        }
    }

    fn pair(&self, key: &str, left: &Term, right: &str) -> Option<String> {
        let left = self.operand(left)?;
        self.say(key, &[("left", &left), ("right", right)])
    }

    fn operand(&self, term: &Term) -> Option<String> {
        match term {
            Term::Path(path) => self.lexicon.path(path),
            Term::Text(text) => Some(text.clone()),
            Term::Number(number) => Some(number.clone()),
            Term::Fact(name, id) => {
                let key = match name.as_str() {
                    "rounds" => "rounds",
                    "late" => "late",
                    "entered" => "when_entered",
                    "left" => "when_left",
                    _ => return None,
                };
                let stage = self.lexicon.title_of(id);
                self.say(key, &[("stage", &stage)])
            }
            Term::Bool(_) | Term::Null | Term::Other => None,
        }
    }

    /// What `value` is called as an answer to the question `of`.
    fn value(&self, value: &Term, of: &Term) -> Option<String> {
        match (value, of) {
            (Term::Text(text), Term::Path(path)) => Some(
                self.lexicon
                    .option(path, text)
                    .unwrap_or_else(|| text.clone()),
            ),
            _ => self.operand(value),
        }
    }
}

fn mark(sign: Sign) -> &'static str {
    match sign {
        Sign::Is => "=",
        Sign::IsNot => "≠",
        Sign::Less => "<",
        Sign::AtMost => "≤",
        Sign::More => ">",
        Sign::AtLeast => "≥",
    }
}
