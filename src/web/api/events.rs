//! `GET /cases/{id}/events`: what happened to a case, with the links of its chain.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Caller;
use super::shapes::PersonBody;
use crate::directory::{Directory, PersonId};
use crate::engine::Event;
use crate::services::Error;
use crate::services::seen::{self, Happened};
use crate::web::problem::{Problem, ProblemBody};
use chrono::{DateTime, Utc};

/// The history of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    /// What happened, oldest first.
    items: Vec<EventBody>,
}

/// An event.
#[derive(Serialize, ToSchema)]
pub(super) struct EventBody {
    /// Its place in the case, from 1.
    seq: i64,
    /// What happened: `answered`.
    kind: String,
    /// The case's revision that it belongs to.
    revision: i64,
    /// When.
    at: DateTime<Utc>,
    /// Who did it; null: time.
    actor: Option<PersonBody>,
    /// For whom.
    on_behalf: Option<PersonBody>,
    /// By which way: `page`, `link`, `api`, `cli`, `timer`.
    channel: String,
    /// What belongs to its kind.
    #[schema(value_type = Object)]
    parameters: Value,
    /// Its hash in the chain.
    hash: String,
}

/// The history of a case.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/events", tag = "cases",
    params(("id" = String, Path, description = "A ULID")),
    responses(
        (status = 200, body = History),
        (status = 404, description = "It is not there, or not for the caller to see", body = ProblemBody),
    )
)]
pub(super) async fn history(caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = caller.id(&id)?;
    let history = caller
        .run(move |app, viewer| {
            let seen = seen::see(app, viewer, id)?;
            let directory = &viewer.directory;
            let items: Result<_, Error> = seen
                .history
                .iter()
                .map(|event| EventBody::of(event, directory))
                .collect();
            Ok(History { items: items? })
        })
        .await?;
    Ok(HttpResponse::Ok().json(history))
}

impl EventBody {
    fn of(happened: &Happened, directory: &Directory) -> Result<Self, Error> {
        let person = |id: PersonId| PersonBody::of(id, directory);
        Ok(Self {
            seq: happened.seq,
            kind: happened.body.event.kind().to_owned(),
            revision: happened.body.revision,
            at: happened.at,
            actor: happened.actor.map(person),
            on_behalf: happened.on_behalf.map(person),
            channel: happened.channel.clone(),
            parameters: parameters(&happened.body.event, directory)?,
            hash: happened.hash.clone(),
        })
    }
}

/// An event's own members, with people by login instead of our keys, and of private answers only which there are.
fn parameters(event: &Event, directory: &Directory) -> Result<Value, Error> {
    let mut all = serde_json::to_value(event)?;
    if let Some(members) = all.as_object_mut() {
        members.remove("kind");
        // What is put back is told by the case.
        members.remove("before");
        if let Some(Value::Object(private)) = members.remove("private") {
            let names = private.keys().cloned().map(Value::String).collect();
            members.insert("private".to_owned(), names);
        }
        name_people(members, directory);
    }
    Ok(all)
}

fn name_people(members: &mut Map<String, Value>, directory: &Directory) {
    for (name, value) in members.iter_mut() {
        match value {
            // What people typed is theirs, and what came of it in registers and branches.
            _ if matches!(name.as_str(), "answers" | "values" | "with" | "part") => {}
            Value::Number(number)
                if matches!(name.as_str(), "person" | "applicant" | "automatic" | "by") =>
            {
                let login = number
                    .as_i64()
                    .and_then(|id| directory.person(PersonId(id)))
                    .map(|person| person.login.clone());
                *value = login.map_or(Value::Null, Value::String);
            }
            Value::Object(inside) => name_people(inside, directory),
            Value::Array(list) => {
                for inside in list.iter_mut().filter_map(Value::as_object_mut) {
                    name_people(inside, directory);
                }
            }
            _ => {}
        }
    }
}
