//! Imports of the data directory beside one another and beside other work.

use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use huiqian::clock::ManualClock;
use huiqian::services::catalogue::{self, import};
use huiqian::services::{Error, Viewer};
use serde_json::json;

use crate::support::app::Fixture;
use crate::support::definitions::for_data;

/// So many resources, forwards or backwards, each at this level.
fn directory(count: usize, level: u8, backwards: bool) -> Vec<u8> {
    let mut lines: Vec<String> = (0..count)
        .map(|number| {
            format!("R-{number:03},资源{number},P,有条件共享,不得留存,{level},a,姓名,{level}")
        })
        .collect();
    if backwards {
        lines.reverse();
    }
    let head = "信息资源代码,信息资源名称,提供方代码,共享类型,共享条件,数据级别,数据项代码,数据项名称,数据项级别";
    format!("{head}\n{}\n", lines.join("\n")).into_bytes()
}

fn bring_in(fixture: &Fixture, bytes: Vec<u8>) -> Result<catalogue::Report, Error> {
    let clock: &ManualClock = &fixture.clock;
    catalogue::import(&fixture.app.db, clock, "目录.csv", bytes)
}

/// Two open cases, each with data from both ends of the directory.
fn filed(fixture: &Fixture, count: usize) {
    fixture.publish(for_data());
    for order in [[0, count - 1], [count - 1, 0]] {
        let chosen: Vec<_> = order
            .iter()
            .map(|number| json!({"resource": format!("R-{number:03}"), "item": "a"}))
            .collect();
        fixture.file("ann", "data", json!({"resources": chosen}));
    }
}

#[test]
fn two_imports_in_opposite_orders_do_not_lock_one_another_up() {
    const COUNT: usize = 60;
    Fixture::each(|fixture| {
        bring_in(fixture, directory(COUNT, 1, false)).expect("imported");
        filed(fixture, COUNT);
        for round in 0..4u8 {
            let start = Barrier::new(2);
            thread::scope(|scope| {
                let import = |level, backwards| {
                    let (start, bytes) = (&start, directory(COUNT, level, backwards));
                    scope.spawn(move || {
                        start.wait();
                        bring_in(fixture, bytes)
                    })
                };
                let both = [
                    import(1 + round % 2 * 2, false),
                    import(2 + round % 2 * 2, true),
                ];
                for one in both {
                    one.join().expect("ended").expect("imported");
                }
            });
        }
    });
}

#[test]
fn a_file_is_read_while_somebody_else_writes() {
    Fixture::each(|fixture| {
        fixture.give_posts("bea", "A", &["sysadmin"]);
        let (app, person) = (Arc::clone(&fixture.app), fixture.id("bea"));
        let viewer = app.db.read(|conn| {
            let directory = app.directory(conn)?;
            Ok::<_, Error>(Viewer::of(&directory, person, fixture.clock_now()))
        });
        let viewer = viewer.expect("read").expect("somebody");
        let (begun, has_begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let writing = Arc::clone(&fixture.app);
        let writer = thread::spawn(move || {
            writing.db.write(move |_| {
                begun.send(()).expect("heard");
                ended.recv().expect("told");
                Ok::<_, Error>(())
            })
        });
        has_begun.recv().expect("begun");

        let (looked, seen) = mpsc::channel();
        let reader = thread::spawn(move || {
            let faulty = "信息资源代码\n".as_bytes().to_vec();
            let found = import::look(&app, &viewer, "目录.csv", faulty);
            looked
                .send(found.map(|found| found.is_err()))
                .expect("heard");
        });
        let found = seen.recv_timeout(Duration::from_secs(10));
        end.send(()).expect("told");

        assert!(found.expect("it did not wait").expect("read"), "refused");
        writer.join().expect("ended").expect("written");
        reader.join().expect("ended");
    });
}

#[test]
fn faults_are_told_in_chinese_with_english_below() {
    let fixture = Fixture::new();
    let bytes = String::from_utf8(directory(1, 7, false)).expect("text");

    let refused = bring_in(&fixture, bytes.into_bytes());

    let Err(Error::Import(lines)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        lines[0],
        "目录.csv：第 2 行，数据级别：“7”不是数据级别，请写 1 至 4，或者 5 重要、6 核心\n  line 2, 数据级别: “7” is no level; write 1 to 4, 5 重要 (important) or 6 核心 (core)"
    );
}
