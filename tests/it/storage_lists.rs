//! Long lists: in order, and each row once.

use chrono::{DateTime, Utc};
use huiqian::directory::{DepartmentCode, PersonId, Post, RoleCode};
use huiqian::storage::cases::{CaseFilter, Whose};
use huiqian::storage::catalogue::{self, Entry, Resource, Search};
use huiqian::storage::tasks::{self, Holder};
use huiqian::storage::{
    Addressee, Connection, StorageError, at_once, cases, participants, search_terms,
};
use serde_json::json;

use crate::support::databases::on_each_database;
use crate::support::seed::{self, Seed, at, bureau, seed};

pub fn post(role: &str) -> Addressee {
    Addressee::Post(Post {
        role: RoleCode(role.into()),
        department: bureau(),
    })
}

/// An inbox of 60 tasks: some for a person, some for posts, some for both; half without a deadline, several due at
/// once. Answers with those that the person should see, in order.
pub fn fill_inbox(conn: &mut Connection, seed: Seed) -> Result<Vec<i64>, StorageError> {
    let case = seed::file(conn, seed, "申请")?;
    let mine = [
        Addressee::Person(seed.wang),
        post("section_head"),
        post("legal_reviewer"),
    ];
    let mut expected: Vec<(DateTime<Utc>, i64)> = Vec::new();
    for number in 1..=60u32 {
        let whose = match number % 5 {
            0 => vec![post("dept_leader")],
            1 => mine.to_vec(),
            2 => vec![mine[0].clone()],
            3 => vec![mine[1].clone(), post("dept_leader")],
            _ => vec![mine[2].clone()],
        };
        let due = (number % 2 == 0).then(|| at(i64::from(number * 37 % 11)));
        let task = seed::ask(conn, case, number, &whose, due)?;
        if whose.iter().any(|addressee| mine.contains(addressee)) {
            expected.push((due.unwrap_or(DateTime::<Utc>::MAX_UTC), task));
        }
    }
    expected.sort_unstable();
    Ok(expected.into_iter().map(|(_, task)| task).collect())
}

#[test]
fn the_inbox_is_what_a_search_through_everything_would_find_and_each_page_goes_on_where_the_last_ended()
 {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let expected = database
            .db
            .write(move |conn| fill_inbox(conn, seed))
            .unwrap();
        let mine = [
            post("section_head"),
            Addressee::Person(seed.wang),
            post("legal_reviewer"),
        ];

        for limit in [1, 7, 100] {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let page = database
                    .db
                    .read(|conn| tasks::inbox(conn, &mine, after, limit))
                    .unwrap();
                assert!(page.rows.len() <= limit);
                seen.extend(page.rows.iter().map(|row| row.task.id));
                // A cursor travels as text.
                after = page.next.map(|next| next.to_string().parse().unwrap());
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "pages of {limit}");
        }

        let counts = database
            .db
            .read(|conn| tasks::inbox_counts(conn, &mine, at(5)))
            .unwrap();
        assert_eq!(counts.open, 48);
        let overdue = database
            .db
            .read(|conn| tasks::inbox(conn, &mine, None, 100))
            .unwrap();
        let overdue = overdue
            .rows
            .iter()
            .filter(|row| row.task.due_at.is_some_and(|due| due < at(5)))
            .count();
        assert_eq!(counts.overdue, i64::try_from(overdue).unwrap());
    });
}

#[test]
fn a_task_leaves_the_inboxes_when_it_is_claimed_or_closed_and_comes_back_when_reopened() {
    on_each_database(|database| {
        let seed = seed(&database.db);

        database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let task = seed::ask(conn, case, 1, &[post("section_head")], Some(at(9)))?;
                let wang = Addressee::Person(seed.wang);
                let inbox =
                    |conn: &mut Connection, whose: &Addressee| -> Result<usize, StorageError> {
                        Ok(tasks::inbox(conn, std::slice::from_ref(whose), None, 9)?
                            .rows
                            .len())
                    };
                let claimed = Holder {
                    person: Some(seed.wang),
                    post: None,
                    inboxes: vec![wang.clone()],
                };

                tasks::hand_over(conn, task, &claimed)?;
                assert_eq!(
                    (inbox(conn, &post("section_head"))?, inbox(conn, &wang)?),
                    (0, 1)
                );
                at_once(conn, |writes| {
                    tasks::settle(writes, task, Some(seed.wang), "approved", at(5))
                })?;
                assert_eq!(inbox(conn, &wang)?, 0);
                assert!(matches!(
                    at_once(conn, |writes| tasks::cancel(writes, task, at(6))),
                    Err(StorageError::Conflict)
                ));
                assert!(matches!(
                    tasks::hand_over(conn, task, &claimed),
                    Err(StorageError::Conflict)
                ));
                let done = tasks::done_by(conn, seed.wang, None, 9)?;
                assert_eq!(
                    done.rows
                        .iter()
                        .map(|row| row.task.answer.as_deref())
                        .collect::<Vec<_>>(),
                    [Some("approved")]
                );

                tasks::reopen(conn, task, &claimed)?;
                assert_eq!(inbox(conn, &wang)?, 1);
                assert_eq!(tasks::get_by_id(conn, task)?.unwrap().revision, 4);
                assert!(tasks::done_by(conn, seed.wang, None, 9)?.rows.is_empty());
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn what_was_done_is_listed_newest_first_and_once() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let expected: Vec<i64> = database
            .db
            .write(move |conn| {
                let case = seed::file(conn, seed, "申请")?;
                let mut done = Vec::new();
                for number in 1..=20u32 {
                    let task = seed::ask(conn, case, number, &[], None)?;
                    let when = at(i64::from(number * 7 % 5));
                    at_once(conn, |writes| {
                        tasks::settle(writes, task, Some(seed.wang), "approved", when)
                    })?;
                    done.push((when, task));
                }
                done.sort_unstable();
                Ok::<_, StorageError>(done.into_iter().rev().map(|(_, task)| task).collect())
            })
            .unwrap();

        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = database
                .db
                .read(|conn| tasks::done_by(conn, seed.wang, before, 3))
                .unwrap();
            seen.extend(page.rows.iter().map(|row| row.task.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }

        assert_eq!(seen, expected);
    });
}

/// Thirty cases. Every second one the person sees, some of them for two reasons; every third one is about destruction.
pub fn fill_cases(conn: &mut Connection, seed: Seed) -> Result<Vec<i64>, StorageError> {
    let mut visible = Vec::new();
    for n in 0..30 {
        let title = if n % 3 == 0 {
            "销毁过期的体检数据"
        } else {
            "共享法人基础信息"
        };
        let case = seed::file(conn, seed, title)?;
        search_terms::replace(conn, case, [title])?;
        if n % 2 == 0 {
            at_once(conn, |writes| {
                participants::add(
                    writes,
                    case,
                    &[&(Addressee::Person(seed.wang), "asked")],
                    at(0),
                )
            })?;
            at_once(conn, |writes| {
                participants::add(
                    writes,
                    case,
                    &[&(Addressee::Person(seed.wang), "asked")],
                    at(1),
                )
            })?;
            visible.push(case);
        }
        if n % 4 == 0 {
            at_once(conn, |writes| {
                participants::add(
                    writes,
                    case,
                    &[&(Addressee::Person(seed.wang), "signed")],
                    at(0),
                )
            })?;
            at_once(conn, |writes| {
                participants::add(
                    writes,
                    case,
                    &[&(Addressee::Department(bureau()), "department")],
                    at(0),
                )
            })?;
        }
    }
    visible.reverse();
    Ok(visible)
}

fn all_pages(
    conn: &mut Connection,
    filter: &CaseFilter,
    limit: usize,
) -> Result<Vec<i64>, StorageError> {
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = cases::list(conn, filter, before, limit)?;
        assert!(page.rows.len() <= limit);
        seen.extend(page.rows.iter().map(|case| case.id));
        before = page.next;
        if before.is_none() {
            return Ok(seen);
        }
    }
}

#[test]
fn a_person_sees_the_cases_they_take_part_in_each_once_and_no_others() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        let visible = database
            .db
            .write(move |conn| fill_cases(conn, seed))
            .unwrap();
        let mine = vec![
            Addressee::Person(seed.wang),
            post("section_head"),
            Addressee::Department(bureau()),
        ];
        let stranger = vec![
            Addressee::Person(PersonId(99)),
            Addressee::Department(DepartmentCode("HN-GAT".into())),
        ];

        database
            .db
            .read(|conn| {
                for limit in [1, 4, 100] {
                    let of_wang = CaseFilter::of(Whose::VisibleTo(mine.clone()));
                    assert_eq!(
                        all_pages(conn, &of_wang, limit)?,
                        visible,
                        "pages of {limit}"
                    );
                    let filed = CaseFilter::of(Whose::FiledBy(seed.li));
                    assert_eq!(
                        all_pages(conn, &filed, limit)?.len(),
                        30,
                        "pages of {limit}"
                    );
                }
                assert!(
                    all_pages(conn, &CaseFilter::of(Whose::VisibleTo(stranger.clone())), 9)?
                        .is_empty()
                );
                assert!(cases::is_visible(conn, visible[0], &mine)?);
                assert!(!cases::is_visible(conn, visible[0], &stranger)?);
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_list_narrows_by_words_workflow_status_and_number() {
    on_each_database(|database| {
        let seed = seed(&database.db);
        database
            .db
            .write(move |conn| fill_cases(conn, seed))
            .unwrap();

        database
            .db
            .read(|conn| {
                let mine = CaseFilter::of(Whose::VisibleTo(vec![Addressee::Person(seed.wang)]));
                let narrowed = |change: &dyn Fn(&mut CaseFilter)| {
                    let mut filter = mine.clone();
                    change(&mut filter);
                    filter
                };
                let mut count = |change: &dyn Fn(&mut CaseFilter)| -> Result<usize, StorageError> {
                    Ok(all_pages(conn, &narrowed(change), 2)?.len())
                };

                assert_eq!(count(&|filter| filter.text = "体检 销毁".into())?, 5);
                assert_eq!(count(&|filter| filter.text = "毁".into())?, 5);
                assert_eq!(count(&|filter| filter.text = "%".into())?, 15);
                assert_eq!(count(&|filter| filter.text = "共享销毁".into())?, 0);
                assert_eq!(
                    count(&|filter| filter.workflow = Some("data-destruction".into()))?,
                    0
                );
                assert_eq!(count(&|filter| filter.status = Some("open".into()))?, 15);
                assert_eq!(
                    count(&|filter| filter.number = Some("数享申〔2026〕1号".into()))?,
                    0
                );
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}

fn resource(code: &str, title: &str, sharing: &str) -> Resource {
    let entry = Entry {
        code: code.into(),
        title: title.into(),
        provider: bureau(),
        summary: String::new(),
        sharing: sharing.into(),
        conditions: json!([]),
        method: "interface".into(),
        cycle: "daily".into(),
        format: "table".into(),
        level: 2,
        open: "none".into(),
        active: true,
        document: json!({}),
    };
    let item = |code: &str, title: &str| catalogue::Item {
        code: code.into(),
        title: title.into(),
        kind: "C".into(),
        length: Some(18),
        level: 3,
        personal: true,
        sensitive: false,
        sharing: sharing.into(),
        conditions: json!(["不得用于商业目的"]),
    };
    Resource {
        entry,
        items: vec![item("2", "姓名"), item("1", "出生日期")],
    }
}

#[test]
fn the_catalogue_is_searched_by_word_provider_and_class_in_the_order_of_codes() {
    on_each_database(|database| {
        database
            .db
            .write(move |conn| {
                // In code order, upper case comes first, whatever a server's locale thinks.
                for code in ["b-1", "A-2", "a-1", "B-9"] {
                    catalogue::save(conn, &resource(code, "出生医学证明", "conditional"))?;
                }
                catalogue::save(conn, &resource("c-1", "医疗机构名录", "unconditional"))?;
                catalogue::save(conn, &resource("c-1", "医疗机构名录", "unconditional"))?;
                let codes =
                    |wanted: &Search, conn: &mut Connection| -> Result<Vec<String>, StorageError> {
                        let mut found = Vec::new();
                        let mut after: Option<String> = None;
                        loop {
                            let page = catalogue::search(conn, wanted, after.as_deref(), 3)?;
                            found.extend(page.rows.into_iter().map(|resource| resource.entry.code));
                            after = page.next;
                            if after.is_none() {
                                return Ok(found);
                            }
                        }
                    };

                assert_eq!(
                    codes(&Search::default(), conn)?,
                    ["A-2", "B-9", "a-1", "b-1", "c-1"]
                );
                let by_item = Search {
                    text: "出生日期".into(),
                    ..Search::default()
                };
                assert_eq!(codes(&by_item, conn)?.len(), 5);
                let by_title = Search {
                    text: "证明".into(),
                    ..Search::default()
                };
                assert_eq!(codes(&by_title, conn)?, ["A-2", "B-9", "a-1", "b-1"]);
                let by_class = Search {
                    sharing: Some("unconditional".into()),
                    ..Search::default()
                };
                assert_eq!(codes(&by_class, conn)?, ["c-1"]);
                let by_provider = Search {
                    provider: Some(DepartmentCode("HN-GAT".into())),
                    ..Search::default()
                };
                assert!(codes(&by_provider, conn)?.is_empty());

                assert_eq!(
                    catalogue::get(conn, "c-1")?,
                    Some(resource("c-1", "医疗机构名录", "unconditional"))
                );
                catalogue::set_active(conn, "c-1", false)?;
                assert!(codes(&by_class, conn)?.is_empty());
                Ok::<_, StorageError>(())
            })
            .unwrap();
    });
}
