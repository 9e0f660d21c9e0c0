//! The static check of the functions over the facts of a case: `entered("id")` and its like.

use cel::common::ast::IdedExpr;

use super::check::Checker;
use super::operators::text;
use super::{KnownStage, Type, Words, suggestion};

impl<'a> Checker<'a> {
    pub(super) fn over_facts(&mut self, name: &str, arguments: &'a [IdedExpr]) -> Type {
        let found: Vec<Type> = arguments
            .iter()
            .map(|argument| self.infer(argument))
            .collect();
        match name {
            "sum" => return self.sum(&arguments[0], found.into_iter().next().unwrap_or(Type::Any)),
            "registered" => {
                self.register(&arguments[0]);
                return Type::Bool;
            }
            _ => {}
        }
        let known = self.stage(name, &arguments[0]);
        match name {
            "entered" | "left" => Type::Time.maybe(),
            "done" => Type::Bool,
            "choice" => known
                .and_then(|known| known.choices.clone())
                .map_or(Type::Text, Type::OneOf)
                .maybe(),
            "actor" => Type::Text.maybe(),
            "answers" => Type::list(self.answers(&arguments[0], known)),
            _ => Type::Int,
        }
    }

    fn sum(&mut self, argument: &IdedExpr, found: Type) -> Type {
        match self.not_null(argument, found) {
            Type::Any => Type::Any,
            Type::List(element) => match element.known() {
                number @ (Type::Int | Type::Number | Type::Any) => number.clone(),
                other => {
                    self.mismatch(argument, other, &Type::Number);
                    Type::Any
                }
            },
            other => {
                self.mismatch(argument, &other, &Type::list(Type::Number));
                Type::Any
            }
        }
    }

    fn register(&mut self, argument: &IdedExpr) {
        let Some(name) = text(argument) else { return };
        let known = self.surface().registers.as_ref();
        if !known.contains(&name) {
            self.fault(
                argument,
                "unknown-register",
                Words::new(
                    format!("没有台账 `{name}`"),
                    format!("there is no register `{name}`"),
                ),
                suggestion(&name, known.iter().map(String::as_str)),
            );
        }
    }

    /// The id of a stage must be written out, so that a misspelt one is found before a case runs into it.
    fn stage(&mut self, function: &str, argument: &IdedExpr) -> Option<&'a KnownStage> {
        let Some(written) = text(argument) else {
            self.fault(
                argument,
                "guard-type",
                Words::new(
                    "环节的 id 要直接写在引号里",
                    "write the stage's id itself, between quotation marks",
                ),
                None,
            );
            return None;
        };
        let (id, seat) = match written.split_once('.') {
            Some((id, seat)) if function == "actor" => (id, Some(seat)),
            _ => (written.as_str(), None),
        };
        let stages = self.surface().stages.as_ref();
        let Some(known) = stages.get(id) else {
            self.fault(
                argument,
                "unknown-id",
                Words::new(
                    format!("没有环节 `{id}`"),
                    format!("there is no stage `{id}`"),
                ),
                suggestion(id, stages.keys().map(String::as_str)),
            );
            return None;
        };
        if let Some(block) = known
            .branches
            .iter()
            .find(|block| !self.surface().inside.contains(block))
        {
            self.fault(
                argument,
                "branch-local",
                Words::new(
                    format!("`{id}` 在 `{block}` 的分支里，每个分支各有一个，在分支外不能用"),
                    format!("`{id}` is there once for each branch of `{block}`, so it has no answer outside"),
                ),
                Some(Words::new(
                    format!("各分支的结论可以写 `form.{block}.exists(p, p.verdict == \"passed\")`"),
                    format!("the branches can be asked: `form.{block}.exists(p, p.verdict == \"passed\")`"),
                )),
            );
        }
        let seats = &known.seats;
        if let Some(seat) = seat.filter(|seat| !seats.iter().any(|known| known == seat)) {
            self.fault(
                argument,
                "unknown-id",
                Words::new(
                    format!("环节 `{id}` 没有席位 `{seat}`"),
                    format!("stage `{id}` has no seat `{seat}`"),
                ),
                suggestion(seat, seats.iter().map(String::as_str)),
            );
        }
        Some(known)
    }

    /// What one answer of a `per: task` section is.
    fn answers(&mut self, argument: &IdedExpr, known: Option<&KnownStage>) -> Type {
        match known {
            None => Type::Any,
            Some(KnownStage {
                answers: Some(of), ..
            }) => of.clone(),
            Some(_) => {
                self.fault(
                    argument,
                    "guard-type",
                    Words::new(
                        "这个环节不填写 `per: task` 的部分，没有可取的内容",
                        "this stage fills no section `per: task`, so there is nothing to read",
                    ),
                    None,
                );
                Type::Any
            }
        }
    }
}
