//! What single tables promise: drafts, versions, values that can be erased, signing in, calendars.

use chrono::NaiveDate;
use huiqian::calendar::{Calendar, DayKind};
use huiqian::storage::api_tokens::{self, ApiToken};
use huiqian::storage::attachments::{self, AttachedTo, NewAttachment};
use huiqian::storage::drafts::{self, DraftContent, NewDraft};
use huiqian::storage::mailbox::{self, Mail};
use huiqian::storage::personal_values::{self, NewValue, Owner};
use huiqian::storage::sessions::{self, Session};
use huiqian::storage::workflows::{self, NewVersion, VersionStatus};
use huiqian::storage::{
    Addressee, Connection, StorageError, at_once, calendars, cases, copies, login_attempts, logins,
    participants, people,
};
use serde_json::json;
use ulid::Ulid;

use crate::support::databases::on_each_database;
use crate::support::seed::{self, Seed, at, bureau, seed};

/// Runs the test in one transaction on each database with the seed in it.
fn on_each(
    test: impl Fn(&mut Connection, Seed) -> Result<(), StorageError> + Copy + Send + 'static,
) {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database.db.write(move |conn| test(conn, seed)).unwrap();
    });
}

fn content(title: &str, minute: i64) -> DraftContent {
    DraftContent {
        title: title.into(),
        answers: json!({"purpose": title}),
        sealed: None,
        at: at(minute),
    }
}

fn draft(conn: &mut Connection, seed: Seed) -> Result<drafts::Draft, StorageError> {
    let new = NewDraft {
        ulid: Ulid::new(),
        workflow_key: "data-sharing".into(),
        author_id: seed.li,
        department: bureau(),
        from_case: None,
        content: content("初稿", 0),
    };
    drafts::insert(conn, &new)
}

#[test]
fn a_draft_is_saved_over_what_its_author_saw_and_not_after_it_was_filed() {
    on_each(|conn, seed| {
        let draft = draft(conn, seed)?;
        let private = DraftContent {
            sealed: Some(json!({"key": "k1"})),
            ..content("二稿", 1)
        };

        assert_eq!(drafts::save(conn, draft.id, 1, &private)?, 2);
        assert!(matches!(
            drafts::save(conn, draft.id, 1, &content("旧", 2)),
            Err(StorageError::Conflict)
        ));
        let saved = drafts::get(conn, draft.ulid)?.unwrap();
        assert_eq!(
            (saved.title.as_str(), saved.sealed, saved.updated_at),
            ("二稿", Some(json!({"key": "k1"})), at(1))
        );
        assert_eq!(drafts::by_author(conn, seed.li, None, 9)?.rows.len(), 1);

        let case = seed::file(conn, seed, "申请")?;
        drafts::submitted(conn, draft.id, 2, case, at(3))?;
        assert!(matches!(
            drafts::save(conn, draft.id, 3, &content("迟", 4)),
            Err(StorageError::Conflict)
        ));
        assert!(matches!(
            drafts::remove(conn, draft.id, 3),
            Err(StorageError::Conflict)
        ));
        assert!(drafts::by_author(conn, seed.li, None, 9)?.rows.is_empty());
        Ok(())
    });
}

#[test]
fn one_version_of_a_workflow_is_in_force_and_the_one_before_it_stays_readable() {
    on_each(|conn, seed| {
        let new = NewVersion {
            key: "data-sharing".into(),
            digest: "1".repeat(64),
            title: "政务数据共享申请".into(),
            source: "workflow: data-sharing # 二\n".into(),
            by: seed.li,
            at: at(5),
        };
        let given_up = workflows::propose(conn, &new)?;
        let second = workflows::propose(conn, &new)?;
        assert_eq!(
            (given_up.version, second.version, second.status),
            (2, 3, VersionStatus::Proposed)
        );
        assert_eq!(
            workflows::current(conn, "data-sharing")?.unwrap().id,
            seed.version
        );
        assert_eq!(
            workflows::proposed(conn, "data-sharing")?.unwrap().id,
            second.id
        );

        workflows::confirm(conn, second.id, seed.wang, at(6))?;

        let current = workflows::current(conn, "data-sharing")?.unwrap();
        assert_eq!(
            (current.id, current.confirmed_by, current.confirmed_at),
            (second.id, Some(seed.wang), Some(at(6)))
        );
        assert_eq!(
            workflows::get(conn, seed.version)?.unwrap().status,
            VersionStatus::Retired
        );
        assert!(matches!(
            workflows::confirm(conn, given_up.id, seed.wang, at(7)),
            Err(StorageError::Conflict)
        ));
        let versions: Vec<u32> = workflows::versions(conn, "data-sharing")?
            .iter()
            .map(|found| found.version)
            .collect();
        assert_eq!(versions, [3, 2, 1]);
        Ok(())
    });
}

#[test]
fn a_personal_value_moves_from_draft_to_case_and_can_be_erased_while_its_digest_stays() {
    on_each(|conn, seed| {
        let draft = draft(conn, seed)?;
        let case = seed::file(conn, seed, "申请")?;
        let ulid = Ulid::new();
        let value = NewValue {
            ulid,
            owner: (Owner::Draft, draft.id),
            field: "contact.phone".into(),
            salt: vec![0, 1, 255],
            envelope: vec![7; 40],
            key_id: "k1".into(),
            digest: "d".repeat(64),
            created_at: at(0),
        };
        personal_values::insert(conn, &value)?;

        assert_eq!(personal_values::adopt(conn, draft.id, case)?, 1);
        assert_eq!(personal_values::remove_of_draft(conn, draft.id)?, 0);
        let kept = personal_values::of_case(conn, case)?;
        assert_eq!(kept[0].envelope.as_deref(), Some([7; 40].as_slice()));

        assert!(personal_values::erase(conn, ulid, at(9))?);
        assert!(!personal_values::erase(conn, ulid, at(10))?);
        let erased = personal_values::get(conn, ulid)?.unwrap();
        assert_eq!(
            (erased.salt, erased.envelope, erased.erased_at),
            (None, None, Some(at(9)))
        );
        assert_eq!(erased.digest, "d".repeat(64));
        Ok(())
    });
}

#[test]
fn a_case_takes_over_its_drafts_files_and_gives_none_back() {
    on_each(|conn, seed| {
        let draft = draft(conn, seed)?;
        let case = seed::file(conn, seed, "申请")?;
        let file = |stored_as: &str| NewAttachment {
            ulid: Ulid::new(),
            to: AttachedTo::Draft(draft.id),
            uploader_id: seed.li,
            file_name: "影响评估.pdf".into(),
            media_type: "application/pdf".into(),
            size: 20 << 20,
            digest: "e".repeat(64),
            stored_as: stored_as.into(),
            created_at: at(0),
        };
        let kept = attachments::insert(conn, &file("a"))?;
        let removed = attachments::insert(conn, &file("b"))?;
        attachments::remove(conn, removed.id)?;

        at_once(conn, |writes| attachments::adopt(writes, draft.id, case))?;

        assert_eq!(attachments::of(conn, AttachedTo::Draft(draft.id))?, []);
        let of_case = attachments::of(conn, AttachedTo::Case(case))?;
        assert_eq!(
            of_case.iter().map(|file| file.ulid).collect::<Vec<_>>(),
            [kept.ulid]
        );
        assert!(matches!(
            attachments::remove(conn, kept.id),
            Err(StorageError::Conflict)
        ));
        Ok(())
    });
}

#[test]
fn failures_to_sign_in_are_counted_by_the_day() {
    on_each(|conn, _| {
        let (today, tomorrow) = (
            NaiveDate::from_ymd_opt(2026, 1, 5),
            NaiveDate::from_ymd_opt(2026, 1, 6),
        );
        let (today, tomorrow) = (today.unwrap(), tomorrow.unwrap());

        assert_eq!(
            login_attempts::failed(conn, "login:li.ming", today, at(0))?,
            1
        );
        assert_eq!(
            login_attempts::failed(conn, "login:li.ming", today, at(1))?,
            2
        );
        assert_eq!(
            login_attempts::failed(conn, "source:10.0.0.1", today, at(1))?,
            1
        );
        login_attempts::block(conn, "login:li.ming", at(5))?;
        assert_eq!(
            login_attempts::get(conn, "login:li.ming")?
                .unwrap()
                .blocked_until,
            Some(at(5))
        );
        assert_eq!(
            login_attempts::failed(conn, "login:li.ming", tomorrow, at(1500))?,
            1
        );

        login_attempts::clear(conn, "login:li.ming")?;
        assert_eq!(login_attempts::get(conn, "login:li.ming")?, None);
        assert_eq!(login_attempts::remove_old(conn, at(2))?, 1);
        Ok(())
    });
}

#[test]
fn sessions_and_tokens_end_one_by_one_all_of_a_person_or_by_time() {
    on_each(|conn, seed| {
        let session = |hash: &str, until: i64| Session {
            id_hash: hash.into(),
            person_id: seed.li,
            csrf: "c".into(),
            created_at: at(0),
            seen_at: at(0),
            expires_at: at(until),
            source: "10.0.0.1".into(),
        };
        for (hash, until) in [("a", 10), ("b", 20), ("c", 30), ("d", 30)] {
            sessions::insert(conn, &session(hash, until))?;
        }
        sessions::touch(conn, "b", at(5))?;
        assert_eq!(logins::look(conn, "b")?.session.unwrap().seen_at, at(5));
        assert_eq!(sessions::remove_expired(conn, at(10))?, 1);
        sessions::remove(conn, "b")?;
        assert_eq!(sessions::remove_of(conn, seed.li)?, 2);
        assert_eq!(logins::look(conn, "c")?.session, None);

        let token = ApiToken {
            hash: "t".into(),
            person_id: seed.li,
            name: "报表".into(),
            created_at: at(0),
            expires_at: at(99),
            revoked_at: None,
            last_used: None,
        };
        api_tokens::insert(conn, &token)?;
        api_tokens::touch(conn, "t", at(3))?;
        assert!(
            !api_tokens::revoke(conn, seed.wang, "t", at(4))?,
            "only its own person's"
        );
        assert!(api_tokens::revoke(conn, seed.li, "t", at(4))?);
        assert_eq!(api_tokens::revoke_of(conn, seed.li, at(5))?, 0);
        let found = api_tokens::of_person(conn, seed.li)?;
        assert_eq!(
            found,
            [ApiToken {
                revoked_at: Some(at(4)),
                last_used: Some(at(3)),
                ..token
            }]
        );
        Ok(())
    });
}

#[test]
fn a_calendar_imported_again_keeps_its_days_and_takes_the_new_ones() {
    on_each(|conn, _| {
        let day = |d| NaiveDate::from_ymd_opt(2026, 1, d).unwrap();
        let mut calendar = Calendar {
            name: "cn-gov".into(),
            ..Calendar::default()
        };
        calendar
            .exceptions
            .insert(day(1), (DayKind::Off, "元旦".into()));
        assert_eq!(calendars::import(conn, &calendar, at(0))?, 1);

        let mut more = Calendar {
            name: "cn-gov".into(),
            ..Calendar::default()
        };
        more.exceptions
            .insert(day(4), (DayKind::Work, "元旦".into()));
        assert_eq!(calendars::import(conn, &more, at(1))?, 2);

        calendar.exceptions.extend(more.exceptions);
        assert_eq!(calendars::get(conn, "cn-gov")?, Some(calendar.clone()));
        assert_eq!(calendars::all(conn)?, [calendar]);
        assert_eq!(calendars::get(conn, "cn-hk")?, None);
        Ok(())
    });
}

#[test]
fn copies_participants_and_mails_are_written_once_however_often() {
    on_each(|conn, seed| {
        let case = seed::file(conn, seed, "申请")?;
        for minute in [0, 1] {
            at_once(conn, |writes| {
                copies::add(writes, case, seed.wang, "passed".into(), at(minute))
            })?;
            at_once(conn, |writes| {
                participants::add(
                    writes,
                    case,
                    &[&(Addressee::Person(seed.li), "applicant")],
                    at(minute),
                )
            })?;
            copies::read(conn, case, seed.wang, at(minute + 10))?;
            let mail = Mail {
                message_id: "<1@huiqian.test>".into(),
                recipient: "wang.fang@example.cn".into(),
                subject: "待办".into(),
                headers: String::new(),
                html: "<p>待办</p>".into(),
                text: "待办".into(),
                at: at(minute),
            };
            mailbox::insert(conn, &mail)?;
        }

        let sent = copies::of_case(conn, case)?;
        assert_eq!(
            sent.iter()
                .map(|copy| (copy.at, copy.read_at))
                .collect::<Vec<_>>(),
            [(at(0), Some(at(10)))]
        );
        assert_eq!(copies::of_person(conn, seed.wang, None, 9)?.rows, sent);
        let seen_by = participants::of_case(conn, case)?;
        assert_eq!(
            seen_by
                .iter()
                .map(|found| &found.addressee)
                .collect::<Vec<_>>(),
            [&Addressee::Person(seed.li)]
        );
        let mails = mailbox::list(conn, None, 9)?;
        assert_eq!(mails.rows.len(), 1);
        assert_eq!(
            mailbox::get(conn, mails.rows[0].id)?.unwrap().mail.at,
            at(0)
        );
        Ok(())
    });
}

#[test]
fn an_account_keeps_its_password_when_the_directory_is_imported_again() {
    on_each(|conn, seed| {
        people::set_password(conn, seed.li, Some("$argon2id$…"))?;
        people::set_language(conn, seed.li, "en")?;

        people::save(conn, &seed::person("li.ming", "李明"))?;

        let account = people::by_login(conn, "li.ming")?.unwrap();
        assert_eq!(
            (account.password_hash.as_deref(), account.language.as_str()),
            (Some("$argon2id$…"), "en")
        );
        assert!(!format!("{account:?}").contains("argon2"));
        Ok(())
    });
}

#[test]
fn a_held_case_says_so() {
    on_each(|conn, seed| {
        let case = seed::file(conn, seed, "申请")?;

        assert!(cases::set_hold(conn, case, true)?);

        assert!(cases::get_by_id(conn, case)?.unwrap().hold);
        assert!(!cases::set_hold(conn, case + 1, true)?);
        Ok(())
    });
}
