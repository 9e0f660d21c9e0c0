//! Every refusal and every error has its sentence in both languages, and its code.

use std::path::Path;

use super::*;
use crate::directory::PersonId;
use crate::engine::TaskId;
use crate::workflow::Text;

const BOTH: [Language; 2] = [Language::Zh, Language::En];

/// One of each. The match makes the compiler complain here when a rejection is added.
fn rejections() -> Vec<Rejection> {
    let text = || "x".to_owned();
    let message = Text {
        zh: "不行".into(),
        en: Some("no".into()),
    };
    let all = vec![
        Rejection::UnknownAction(text()),
        Rejection::TaskMissing("approve"),
        Rejection::UnknownTask(TaskId(1)),
        Rejection::TaskClosed(TaskId(1)),
        Rejection::NotYourTurn(TaskId(1)),
        Rejection::TakenBy {
            task: TaskId(1),
            by: PersonId(1),
        },
        Rejection::NotAsked("section_head@hn-police, somebody else".into()),
        Rejection::ApplicantSigns,
        Rejection::Excluded,
        Rejection::ActedAlready,
        Rejection::Clearance {
            level: 4,
            clearance: 1,
        },
        Rejection::NotOffered { action: "approve" },
        Rejection::LoginFirst,
        Rejection::NumberMissing,
        Rejection::WaitingForSupplement,
        Rejection::SupplementUsed(1),
        Rejection::TooLateToWithdraw,
        Rejection::OnlyApplicant,
        Rejection::MissingPost("workflow_admin".into()),
        Rejection::CaseClosed,
        Rejection::AlreadySubmitted,
        Rejection::CommentMissing("reject".into()),
        Rejection::CommentTooLong(5000, 4000),
        Rejection::CommentUnprintable,
        Rejection::UnknownChoice(text(), text()),
        Rejection::UnknownTarget(text(), text()),
        Rejection::UnknownField(text()),
        Rejection::FieldsMissing,
        Rejection::UnknownPerson(text()),
        Rejection::Answers(Vec::new()),
        Rejection::Check {
            level: CheckLevel::Warning,
            message,
        },
        Rejection::Guard(text()),
        Rejection::NobodyToAsk("section_head@hn-police".into()),
        Rejection::MayNotFile("applicant, section_head".into()),
        Rejection::MovedOn { seen: 1, now: 2 },
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(Rejection::code).collect();
    assert_eq!(codes.len(), all.len(), "one of each");
    all
}

#[test]
fn every_refusal_has_a_complete_sentence_in_both_languages() {
    for rejection in rejections() {
        for language in BOTH {
            let said = refusal(&rejection, language, None);

            assert!(!said.starts_with("rejection."), "{rejection:?}: {said}");
            assert!(!said.contains('{'), "{rejection:?}: {said}");
            let key = format!("rejection.{}", rejection.code());
            assert!(messages::has(language, &key), "{key}");
        }
    }
}

#[test]
fn every_action_has_a_name_in_both_languages() {
    for rule in crate::engine::actions::ALL {
        for language in BOTH {
            let key = format!("rejection.action.{}", rule.name());
            assert!(messages::has(language, &key), "{key}");
        }
    }
}

#[test]
fn both_files_have_the_same_keys() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/messages");
    let keys = |language: &str| {
        let path = root.join(language).join("rejections.toml");
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let mut keys = Vec::new();
        for (name, section) in table {
            collect(&name, &section, &mut keys);
        }
        keys.sort();
        keys
    };

    assert_eq!(keys("zh"), keys("en"));
}

fn collect(path: &str, value: &toml::Value, keys: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                collect(&format!("{path}.{name}"), value, keys);
            }
        }
        _ => keys.push(path.to_owned()),
    }
}

#[test]
fn every_error_has_a_sentence_and_a_title() {
    let errors = [
        Error::NotFound,
        Error::Forbidden("file"),
        Error::Forbidden("upload"),
        Error::Forbidden("deactivated"),
        Error::Forbidden("publish"),
        Error::Forbidden("second_person"),
        Error::Unauthenticated,
        Error::Invalid(Vec::new()),
        Error::Stale,
        Error::KeyReused,
        Error::BadRequest {
            name: "x",
            problem: "y".into(),
        },
        Error::TooMany(3),
        Error::DeadLink("used"),
        Error::Upload(Refusal::Empty { file: "a".into() }),
        Error::TooManyFiles(20),
        Error::NoRoom(1024),
        Error::Storage(StorageError::Unavailable("x".into())),
        Error::Corrupt("x".into()),
        Error::Fault("the password of the database".into()),
    ];
    for error in &errors {
        for language in BOTH {
            let problem = Problem::of(error, language, None);

            assert!(!problem.detail.starts_with("error."), "{problem:?}");
            assert!(!problem.title.starts_with("error."), "{problem:?}");
            assert!(!problem.detail.contains('{'), "{problem:?}");
            assert!(!problem.detail.contains("password"), "{problem:?}");
        }
    }
}

#[test]
fn a_full_database_is_503_and_a_broken_one_is_500() {
    let full = Error::Storage(StorageError::Unavailable("full".into()));

    assert_eq!(status(&full), 503);
    assert_eq!(status(&Error::Corrupt("x".into())), 500);
}

#[test]
fn the_highest_of_our_languages_counts() {
    for (accepted, language) in [
        ("en", Some(Language::En)),
        ("zh-CN,zh;q=0.9,en;q=0.8", Some(Language::Zh)),
        ("fr, en-GB;q=0.8, zh;q=0.5", Some(Language::En)),
        ("fr", None),
        ("*", None),
        ("en;q=0", None),
        ("en;q=x,zh;q=0.1", Some(Language::Zh)),
    ] {
        assert_eq!(preferred(accepted), language, "{accepted}");
    }
}
