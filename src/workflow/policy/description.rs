//! A definition as policies see it: the values behind the names of `parts`.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::UNBOUNDED;
use super::people::{asked, departments, needed, spelt};
use super::spans::{days, hours, years};
use super::unavoidable::unavoidable;
use crate::calendar::Duration;
use crate::expression::{Expression, Scope, Value};
use crate::forms::{Field, Options, Required};
use crate::workflow::lint::law::passes;
use crate::workflow::lint::map::{Map, Standing};
use crate::workflow::lint::ways::may_refuse;
use crate::workflow::{
    Asks, Budget, Check, CheckLevel, ClockRule, Kind, Node, OverdueAct, Stage, Who, Workflow,
};

/// What is described, with what does not depend on the case that is supposed.
pub struct Description<'a> {
    workflow: &'a Workflow,
    map: &'a Map<'a>,
    unavoidable: BTreeSet<&'a str>,
}

/// What a demand supposes of the case (`given`), by the names of guards.
pub type Given = BTreeMap<String, Value>;

/// The value of `workflow`, which is all that `applies` reads.
pub fn of_workflow(workflow: &Workflow) -> Value {
    let fields = all_fields(workflow);
    let required = fields
        .iter()
        .filter(|(_, field, _)| field.required == Required::Yes && field.show_when.is_none());
    let nodes = || workflow.nodes();
    let written = nodes()
        .flat_map(|node| &node.record)
        .chain(workflow.ends.iter().flat_map(|end| &end.record));
    let started = nodes().filter_map(starts);
    record([
        ("key", text(&workflow.key)),
        ("kind", text(&workflow.kind)),
        ("calendar", text(&workflow.calendar)),
        ("withdraw_until", maybe(workflow.withdraw_until.as_deref())),
        ("keep_years", Value::Int(years(workflow.keep.span))),
        (
            "keep_min_years",
            Value::Int(workflow.keep.min.map_or(0, years)),
        ),
        ("required", texts(required.map(|(id, _, _)| id))),
        ("registers", texts(written.map(|record| &record.register))),
        ("starts", texts(started)),
    ])
}

impl<'a> Description<'a> {
    pub fn of(workflow: &'a Workflow, map: &'a Map<'a>) -> Self {
        Self {
            workflow,
            map,
            unavoidable: unavoidable(workflow, map),
        }
    }

    /// The values of all variables.
    pub fn scope(&self, given: &Given) -> Scope {
        let supposed = self.supposed(given);
        let all = self.map.all().iter();
        let stages = all.clone().map(|one| self.stage(one, &supposed));
        let clocks = all.clone().flat_map(|one| self.clocks(one, &supposed));
        let signals = all.flat_map(signals);
        let fields = all_fields(self.workflow);
        let variables = [
            ("workflow", of_workflow(self.workflow)),
            ("stages", Value::List(stages.collect())),
            ("clocks", Value::List(clocks.collect())),
            ("signals", Value::List(signals.collect())),
            ("checks", Value::List(self.checks())),
            ("fields", Value::List(fields.iter().map(field).collect())),
            (
                "options",
                Value::List(fields.iter().flat_map(options).collect()),
            ),
        ];
        Scope {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            ..Scope::default()
        }
    }

    /// What guards of the workflow are read with: what is given, and its own settings.
    fn supposed(&self, given: &Given) -> Scope {
        let settings = self.workflow.settings.iter();
        let settings = settings.map(|(name, one)| (name.clone(), Value::from(one.value.clone())));
        let mut variables = given.clone();
        // Guards know the element of a foreach by its own name, policies as `part`.
        if let Some(part) = given.get("part") {
            let loops = self.workflow.nodes().filter_map(|node| match &node.kind {
                Kind::Foreach(foreach) => Some(foreach.name.clone()),
                _ => None,
            });
            variables.extend(loops.map(|name| (name, part.clone())));
        }
        variables.insert("settings".to_owned(), Value::Record(settings.collect()));
        Scope {
            variables,
            ..Scope::default()
        }
    }

    fn stage(&self, at: &Standing<'a>, supposed: &Scope) -> Value {
        let node = at.node;
        let stage = node.stage();
        let inside = at.around.iter().map(|block| &block.id);
        let order = i64::try_from(at.at).unwrap_or(i64::MAX);
        let actors = node.rules.not.iter().filter_map(|who| match who {
            Who::Actor { stage, .. } => Some(stage),
            _ => None,
        });
        let spelt = |who: &Who| spelt(who, at);
        let distinct = node.distinct || at.around.iter().any(|block| block.distinct);
        record([
            ("id", text(&node.id)),
            ("place", text(&format!("stages.{}", node.id))),
            ("kind", text(kind(node))),
            ("order", Value::Int(order)),
            ("inside", texts(inside)),
            ("law", maybe(node.law.as_deref())),
            ("sure", Value::Bool(is_sure(at, supposed))),
            (
                "unavoidable",
                Value::Bool(self.unavoidable.contains(node.id.as_str())),
            ),
            ("who", texts(asked(stage).map(spelt))),
            ("signed_by", texts(needed(stage).map(spelt))),
            ("departments", texts(departments(stage, at))),
            ("distinct", Value::Bool(distinct)),
            ("barred", texts(node.rules.not.iter().map(spelt))),
            ("bars", texts(actors)),
            ("deny", texts(&node.rules.deny)),
            (
                "reasoned",
                Value::Bool(stage.is_none_or(|stage| is_reasoned(node, stage))),
            ),
            (
                "refusable",
                Value::Bool(stage.is_some_and(|stage| may_refuse(node, stage))),
            ),
            (
                "supplement",
                Value::Int(
                    stage
                        .and_then(|stage| stage.supplement.as_ref())
                        .map_or(0, |supplement| supplement.times.into()),
                ),
            ),
            ("fills", texts(node.fills())),
            (
                "every",
                Value::Int(node.every.as_ref().map_or(0, |every| {
                    longest(&every.clock, supposed).map_or(UNBOUNDED, days)
                })),
            ),
            (
                "registers",
                texts(node.record.iter().map(|record| &record.register)),
            ),
            ("told", texts(node.copy.passed.iter().map(spelt))),
            ("starts", maybe(starts(node))),
        ])
    }

    fn clocks(&self, at: &'a Standing<'a>, supposed: &'a Scope) -> impl Iterator<Item = Value> {
        let node = at.node;
        let covered = &self.map.all()[at.at..=at.last];
        let of_covered =
            move |pick: fn(&Standing<'a>) -> Vec<String>| texts(covered.iter().flat_map(pick));
        node.due.iter().enumerate().map(move |(index, clock)| {
            let longest = longest(clock, supposed);
            let entry = format!("entered(\"{}\")", node.id);
            let from = clock.from.as_ref();
            let silent = clock.overdue.iter().any(|overdue| match &overdue.act {
                OverdueAct::Next(target) => passes(self.workflow, self.map, node, target),
                OverdueAct::Escalate(_) | OverdueAct::Assign(_) => false,
            });
            record([
                ("stage", text(&node.id)),
                ("place", text(&format!("stages.{}.due.{index}", node.id))),
                ("kind", text(kind(node))),
                ("law", maybe(clock.law.as_deref())),
                ("days", Value::Int(longest.map_or(UNBOUNDED, days))),
                ("hours", Value::Int(longest.map_or(UNBOUNDED, hours))),
                (
                    "at_entry",
                    Value::Bool(from.is_none_or(|from| from.source() == entry)),
                ),
                ("extend", extend(clock, at)),
                ("silent", Value::Bool(silent)),
                ("covers", texts(covered.iter().map(|one| &one.node.id))),
                (
                    "who",
                    of_covered(|at| asked(at.node.stage()).map(|who| spelt(who, at)).collect()),
                ),
                (
                    "signed_by",
                    of_covered(|at| needed(at.node.stage()).map(|who| spelt(who, at)).collect()),
                ),
                (
                    "departments",
                    of_covered(|at| departments(at.node.stage(), at).collect()),
                ),
            ])
        })
    }

    fn checks(&self) -> Vec<Value> {
        let at_submission = self.workflow.checks.iter().enumerate();
        let at_submission =
            at_submission.map(|(index, check)| of_check(check, None, &format!("checks.{index}")));
        let of_stages = self.workflow.nodes().flat_map(|node| {
            let checks = node.stage().into_iter().flat_map(|stage| &stage.checks);
            checks.enumerate().map(|(index, check)| {
                let place = format!("stages.{}.checks.{index}", node.id);
                of_check(check, Some(&node.id), &place)
            })
        });
        at_submission.chain(of_stages).collect()
    }
}

fn of_check(check: &Check, stage: Option<&str>, place: &str) -> Value {
    let level = match check.level {
        CheckLevel::Error => "error",
        CheckLevel::Warning => "warning",
        CheckLevel::Stop => "stop",
    };
    record([
        ("stage", maybe(stage)),
        ("place", text(place)),
        ("level", text(level)),
        (
            "reads",
            texts(check.that.reads().into_iter().map(|read| read.path)),
        ),
    ])
}

fn signals(at: &Standing<'_>) -> Vec<Value> {
    let signals = at.node.signals.iter();
    signals
        .map(|signal| {
            let place = format!("stages.{}.signals.{}", at.node.id, signal.name);
            record([
                ("stage", text(&at.node.id)),
                ("place", text(&place)),
                ("name", text(&signal.name)),
                ("by", texts(signal.by.iter().map(|who| spelt(who, at)))),
                ("fills", texts(&signal.fills)),
            ])
        })
        .collect()
}

/// The fields with their ids and sections, each before its columns.
fn all_fields(workflow: &Workflow) -> Vec<(String, &Field, &str)> {
    let mut all = Vec::new();
    for section in &workflow.form.sections {
        for field in &section.fields {
            all.push((field.id.clone(), field, section.id.as_str()));
            for column in &field.columns {
                let id = format!("{}.{}", field.id, column.id);
                all.push((id, column, section.id.as_str()));
            }
        }
    }
    all
}

fn field((id, field, section): &(String, &Field, &str)) -> Value {
    let from = match &field.options {
        Options::From(from) => Some(from.source()),
        Options::None | Options::Fixed(_) => None,
    };
    record([
        ("id", text(id)),
        ("place", text(&format!("fields.{id}"))),
        ("section", text(section)),
        ("type", text(field.kind.0.name())),
        ("required", Value::Bool(field.required == Required::Yes)),
        ("needed", Value::Bool(field.required != Required::No)),
        ("options_from", maybe(from)),
        ("checked", Value::Bool(field.check.is_some())),
    ])
}

fn options((id, field, _): &(String, &Field, &str)) -> Vec<Value> {
    let Options::Fixed(options) = &field.options else {
        return Vec::new();
    };
    let one = |(option, title): &(String, crate::workflow::Text)| {
        record([
            ("field", text(id)),
            ("id", text(option)),
            ("title", text(&title.zh)),
        ])
    };
    options.iter().map(one).collect()
}

/// What a stage or block is: the kind of a stage, the word of a block.
fn kind(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Stage(stage) => match stage.asks {
            Asks::Sign => "sign",
            Asks::Work => "work",
            Asks::Notice => "notice",
        },
        Kind::Group { .. } => "group",
        Kind::Parallel(_) => "parallel",
        Kind::Foreach(_) => "foreach",
        Kind::Aside { .. } => "aside",
        Kind::Wait(_) => "wait",
        Kind::Start(_) => "start",
    }
}

fn starts(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Start(start) => Some(&start.workflow),
        _ => None,
    }
}

/// Whether a guard holds in the supposed case; `None` where that cannot be told.
fn holds(guard: &Expression, supposed: &Scope) -> Option<bool> {
    match guard.asks_the_case() {
        true => None,
        false => guard.guard(supposed).ok(),
    }
}

fn is_sure(at: &Standing<'_>, supposed: &Scope) -> bool {
    let around = at.around.iter().copied().chain([at.node]);
    let aside = around
        .clone()
        .any(|node| matches!(node.kind, Kind::Aside { .. }));
    let by_node = around.filter_map(|node| node.when.as_ref());
    let by_branch = at
        .ways
        .iter()
        .filter_map(|(_, branch)| branch.when.as_ref());
    !aside
        && by_node
            .chain(by_branch)
            .all(|when| holds(when, supposed) == Some(true))
}

/// The longest budget that a clock can have in the supposed case; `None` for a date.
fn longest(clock: &ClockRule, supposed: &Scope) -> Option<Duration> {
    let Budget::In(alternatives) = &clock.budget else {
        return None;
    };
    let mut possible = Vec::new();
    for (when, budget) in alternatives {
        let answer = when
            .as_ref()
            .map_or(Some(true), |when| holds(when, supposed));
        if answer != Some(false) {
            possible.push(*budget);
        }
        if answer == Some(true) {
            break;
        }
    }
    possible.into_iter().max_by_key(|budget| hours(*budget))
}

fn extend(clock: &ClockRule, at: &Standing<'_>) -> Value {
    let Some(extend) = &clock.extend else {
        return Value::Null;
    };
    record([
        ("days", Value::Int(days(extend.max))),
        ("times", Value::Int(extend.times.into())),
        (
            "by",
            extend
                .by
                .as_ref()
                .map_or(Value::Null, |who| text(&spelt(who, at))),
        ),
        ("copy", texts(extend.copy.iter().map(|who| spelt(who, at)))),
        ("law", maybe(extend.law.as_deref())),
    ])
}

/// Whether whoever refuses has to say why.
fn is_reasoned(node: &Node, stage: &Stage) -> bool {
    if !may_refuse(node, stage) {
        return true;
    }
    match stage.choices.as_slice() {
        [] => node.rules.comment.iter().any(|action| action == "reject"),
        choices => choices
            .iter()
            .all(|choice| !choice.refuses || choice.comment),
    }
}

fn record<const N: usize>(parts: [(&str, Value); N]) -> Value {
    Value::Record(parts.map(|(name, value)| (name.to_owned(), value)).into())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null, self::text)
}

fn texts<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> Value {
    Value::List(all.into_iter().map(|one| text(one.as_ref())).collect())
}
