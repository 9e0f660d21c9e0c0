//! 删除个人信息: what an erasure takes out of the database beside the event that tells of it, wherever a copy lies.

use serde_json::Value;

use super::cases::Running;
use super::vault::{self, Values};
use super::{App, Error};
use crate::engine::{Decision, Event, Rejection, column_of};
use crate::forms::Answers;
use crate::storage::drafts::{Draft, DraftContent};
use crate::storage::opinions::{Content, Desk};
use crate::storage::{Connection, drafts, idempotency_keys, opinions, personal_values};

/// Drafts that are looked through at once.
const AT_ONCE: usize = 100;

/// A reason with fewer letters in common with a value tells nothing of it.
const TELLING: usize = 2;

/// An answer that goes, with its path.
type Gone = (String, Value);

/// Takes out what the decision erases: the values with their salts, and the copies of them that people have typed or were
/// given to go on from. A reason that holds one of them is refused, as it would stay.
pub(super) fn carry_out(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    decision: &Decision,
    values: &Values,
) -> Result<(), Error> {
    let mut gone: Vec<Gone> = Vec::new();
    for event in &decision.events {
        let Event::Erased {
            values: erased,
            comment,
            ..
        } = event
        else {
            continue;
        };
        for value in erased {
            let missing = || Error::Corrupt(format!("no value {}", value.sealed));
            let stored = values.get(&value.sealed).ok_or_else(missing)?;
            if let Some(plain) = vault::plain(app, running.ulid, stored)? {
                if tells(comment, &plain) {
                    return Err(Rejection::ReasonTells.into());
                }
                gone.push((value.path.clone(), plain));
            }
            personal_values::erase(conn, stored.ulid, app.now())?;
        }
    }
    strip_opinions(app, conn, running, &gone)?;
    strip_drafts(app, conn, running, &gone)?;
    idempotency_keys::forget_bodies(conn, running.ulid)?;
    Ok(())
}

/// Whether a reason holds a text of the value.
fn tells(reason: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let text = text.trim();
            TELLING <= text.chars().count() && reason.contains(text)
        }
        Value::Number(number) => {
            let text = number.to_string();
            TELLING <= text.len() && reason.contains(&text)
        }
        Value::Array(items) => items.iter().any(|item| tells(reason, item)),
        Value::Object(parts) => parts.values().any(|part| tells(reason, part)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// What is typed on tasks and not given yet.
fn strip_opinions(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    gone: &[Gone],
) -> Result<(), Error> {
    for (person, typed) in opinions::of_case(conn, running.id)? {
        let private = vault::open_draft(app, running.ulid, typed.sealed.as_ref())?;
        let Some(left) = without(private, gone) else {
            continue;
        };
        let content = Content {
            comment: typed.comment,
            answers: typed.answers,
            sealed: vault::seal_draft(app, running.ulid, &left)?,
            at: typed.saved_at,
        };
        let desk = Desk {
            case: running.id,
            person,
            stage: &typed.stage,
            asks: &typed.asks,
        };
        opinions::save(conn, desk, &content)?;
    }
    Ok(())
}

/// The revision that is being written, and what the applicant was given to file it again.
fn strip_drafts(
    app: &App,
    conn: &mut Connection,
    running: &Running,
    gone: &[Gone],
) -> Result<(), Error> {
    if let Some(draft) = drafts::get(conn, running.ulid)? {
        strip(app, conn, &draft, gone)?;
    }
    let mut before = None;
    loop {
        let page = drafts::by_author(conn, running.case.applicant, before, AT_ONCE)?;
        for draft in &page.rows {
            if draft.workflow_key == running.case.workflow && draft.ulid != running.ulid {
                strip(app, conn, draft, gone)?;
            }
        }
        match page.next {
            Some(next) => before = Some(next),
            None => return Ok(()),
        }
    }
}

fn strip(app: &App, conn: &mut Connection, draft: &Draft, gone: &[Gone]) -> Result<(), Error> {
    let private = vault::open_draft(app, draft.ulid, draft.sealed.as_ref())?;
    let Some(left) = without(private, gone) else {
        return Ok(());
    };
    let content = DraftContent {
        title: draft.title.clone(),
        answers: draft.answers.clone(),
        sealed: vault::seal_draft(app, draft.ulid, &left)?,
        at: app.now(),
    };
    drafts::save(conn, draft.id, draft.revision, &content)?;
    Ok(())
}

/// Private answers without those that go: the same answer, or the same value in another row. `None` where none goes.
fn without(mut private: Answers, gone: &[Gone]) -> Option<Answers> {
    let before = private.len();
    private.retain(|path, value| {
        !gone.iter().any(|(known, plain)| {
            column_of(known) == column_of(path) && (known == path || plain == value)
        })
    });
    (private.len() < before).then_some(private)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_value_goes_from_every_row_of_its_column() {
        let private = Answers::from([
            ("phone".to_owned(), json!("13800138000")),
            ("users.0.name".to_owned(), json!("张三")),
            ("users.1.name".to_owned(), json!("李四")),
            ("users.2.name".to_owned(), json!("张三")),
        ]);

        let left = without(private, &[("users.0.name".to_owned(), json!("张三"))]).expect("some");

        let names: Vec<&String> = left.keys().collect();
        assert_eq!(names, ["phone", "users.1.name"]);
    }

    #[test]
    fn a_reason_tells_a_value_by_any_text_of_it() {
        assert!(tells("张三本人申请", &json!({"name": "张三", "phone": ""})));
        assert!(tells("电话13800138000", &json!(["13800138000"])));
        assert!(!tells("本人申请", &json!("本")));
        assert!(!tells("本人申请", &json!(true)));
    }
}
