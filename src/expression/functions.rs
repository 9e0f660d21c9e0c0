//! The functions of the language: how they are called, and what they answer.

use std::sync::Arc;

use cel::common::value::CowVal;
use cel::extractors::IntoResolveResult;
use cel::{Context, ExecutionError, FunctionContext};

use super::convert::{from_cel, to_cel};
use super::{Facts, StageFacts, Value};

/// The functions over the facts of a case, with what each asks for.
pub(super) const OVER_FACTS: &[(&str, &str, usize)] = &[
    ("entered", "entered(\"id\")", 1),
    ("left", "left(\"id\")", 1),
    ("done", "done(\"id\")", 1),
    ("rounds", "rounds(\"id\")", 1),
    ("choice", "choice(\"id\")", 1),
    ("late", "late(\"id\")", 1),
    ("extended", "extended(\"id\")", 1),
    ("actor", "actor(\"id\") 或 actor(\"id.seat\")", 1),
    ("answers", "answers(\"id\")", 1),
    (
        "registered",
        "registered(\"register\", value, department)",
        3,
    ),
    ("sum", "sum(list)", 1),
];

/// Whether a function asks the case; `sum` asks its list only.
pub(super) fn is_over_the_case(name: &str) -> bool {
    name != "sum" && OVER_FACTS.iter().any(|(known, _, _)| *known == name)
}

/// Makes the functions known to one evaluation.
pub(super) fn add_to(context: &mut Context<'_, '_>, facts: &Arc<Facts>) -> Result<(), String> {
    for (name, _, _) in OVER_FACTS {
        let facts = Arc::clone(facts);
        let function: cel_function::Function =
            Box::new(move |call| answer(name, &facts, call)?.into_resolve_result());
        context
            .add_function(name, function)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The crate keeps the name of its function type to itself, so it is spelt out here.
mod cel_function {
    use super::{CowVal, ExecutionError, FunctionContext};

    pub type Function = Box<
        dyn for<'context, 'call> Fn(
                &mut FunctionContext<'context, 'call>,
            ) -> Result<CowVal<'context, 'call>, ExecutionError>
            + Send
            + Sync,
    >;
}

fn answer(
    name: &str,
    facts: &Facts,
    call: &FunctionContext<'_, '_>,
) -> Result<cel::Value, ExecutionError> {
    let fault = |message: String| ExecutionError::FunctionError {
        function: name.to_owned(),
        message,
    };
    let arguments = call
        .args
        .iter()
        .map(|argument| {
            let value = cel::Value::try_from(argument.as_ref())?;
            from_cel(&value).map_err(fault)
        })
        .collect::<Result<Vec<_>, _>>()?;
    apply(name, facts, &arguments)
        .map(|value| to_cel(&value))
        .map_err(fault)
}

fn apply(name: &str, facts: &Facts, arguments: &[Value]) -> Result<Value, String> {
    match (name, arguments) {
        ("sum", [Value::List(list)]) => sum(list),
        ("registered", [Value::Text(register), value, department]) => {
            Ok(Value::Bool(registered(facts, register, value, department)))
        }
        ("actor", [Value::Text(id)]) => Ok(actor(facts, id)),
        (_, [Value::Text(id)]) => of_stage(name, facts.stages.get(id)),
        _ => Err(format!("cannot be called with {arguments:?}")),
    }
}

/// A stage that was never entered has no times, no rounds and nothing late.
fn of_stage(name: &str, facts: Option<&StageFacts>) -> Result<Value, String> {
    let absent = StageFacts::default();
    let facts = facts.unwrap_or(&absent);
    match name {
        "entered" => Ok(facts.entered.map_or(Value::Null, Value::Time)),
        "left" => Ok(facts.left.map_or(Value::Null, Value::Time)),
        "done" => Ok(Value::Bool(facts.done)),
        "rounds" => Ok(Value::Int(facts.rounds)),
        "choice" => Ok(facts.choice.clone().map_or(Value::Null, Value::Text)),
        "late" => Ok(Value::Int(facts.late)),
        "extended" => Ok(Value::Int(facts.extended)),
        "answers" => Ok(Value::List(facts.answers.clone())),
        _ => Err("is not a function of the language".to_owned()),
    }
}

fn actor(facts: &Facts, id: &str) -> Value {
    let (stage, seat) = id.split_once('.').unwrap_or((id, ""));
    facts
        .stages
        .get(stage)
        .and_then(|stage| stage.actors.get(seat))
        .map_or(Value::Null, |login| Value::Text(login.clone()))
}

fn registered(facts: &Facts, register: &str, value: &Value, department: &Value) -> bool {
    let (Value::Text(value), Value::Text(department)) = (value, department) else {
        return false;
    };
    facts
        .registered
        .iter()
        .any(|(r, v, d)| r == register && v == value && (d == department || department == "any"))
}

/// Unanswered elements count nothing; one number with a fraction makes the sum one.
fn sum(list: &[Value]) -> Result<Value, String> {
    let mut whole: i64 = 0;
    let mut fraction: Option<f64> = None;
    for element in list {
        match element {
            Value::Null => {}
            Value::Int(number) => {
                whole = whole
                    .checked_add(*number)
                    .ok_or("the sum is too large".to_owned())?;
            }
            Value::Number(number) => *fraction.get_or_insert(0.0) += number,
            other => return Err(format!("{other:?} is not a number")),
        }
    }
    // Above 2^53 a sum of yuan would lose fen, far beyond any budget.
    #[allow(clippy::cast_precision_loss)]
    Ok(fraction.map_or(Value::Int(whole), |part| Value::Number(part + whole as f64)))
}
