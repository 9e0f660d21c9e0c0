//! The data directory: imported from CSV and workbooks, taken out in the same columns, with its history; all or nothing.

use std::io::Read;

use huiqian::catalogue::Resource;
use huiqian::directory::Directory;
use huiqian::services::catalogue::browse::{self, Step};
use huiqian::services::catalogue::import::{self, Report};
use huiqian::services::catalogue::{self, export};
use huiqian::services::export::Format;
use huiqian::services::{Error, Viewer};
use huiqian::storage::catalogue::Search;
use huiqian::storage::resource_versions::Source;
use std::sync::Arc;

use crate::support::app::Fixture;

const HEAD: &str = "信息资源代码,信息资源名称,提供方代码,共享类型,共享条件,数据级别,数据项代码,数据项名称,数据项级别,数据项共享类型,数据项共享条件\n";

fn file(level: u8) -> String {
    format!(
        "{HEAD}R-1,出生医学证明,P,2,只用于核验；不得留存,{level},a,姓名,2,,\n,,,,,,b,=证件号码,{level},不予共享,生物识别信息\nR-2,医疗机构名录,P,1,,1,a,机构名称,1,,\n"
    )
}

fn bring_in(fixture: &Fixture, text: &str) -> Result<Report, Error> {
    let db = &fixture.app.db;
    catalogue::import(db, &fixture.clock, "目录.csv", text.as_bytes().to_vec())
}

fn all(fixture: &Fixture) -> Vec<Resource> {
    fixture.app.db.read(catalogue::all).expect("read")
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory: Arc<Directory> = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

fn history(fixture: &Fixture, code: &str) -> Vec<Step> {
    let seen = browse::one(&fixture.app, &viewer(fixture, "ann"), code);
    seen.expect("seen").history
}

fn taken_out(fixture: &Fixture, wanted: &Search, format: Format) -> Vec<u8> {
    let file = export(&fixture.app, &viewer(fixture, "ann"), wanted, format);
    let mut bytes = Vec::new();
    file.expect("a file").read_to_end(&mut bytes).expect("read");
    bytes
}

/// A system administrator.
fn sys(fixture: &Fixture) -> Viewer {
    fixture.give_posts("adm", "Z", &["workflow_admin", "sysadmin"]);
    viewer(fixture, "adm")
}

#[test]
fn what_is_taken_out_comes_in_again_as_it_was_from_csv_and_workbook() {
    Fixture::each(|fixture| {
        bring_in(fixture, &file(3)).expect("imported");
        let before = all(fixture);
        for format in [Format::Csv, Format::Xlsx] {
            let of_p = Search {
                text: "R".into(),
                ..Search::default()
            };
            let bytes = taken_out(fixture, &of_p, format);
            // Everything is otherwise, so that all of the file has to come in.
            let other = file(4).replace("名录", "清单").replace("姓名", "名字");
            bring_in(fixture, &other).expect("imported");
            assert_ne!(all(fixture), before);

            let report = catalogue::import(&fixture.app.db, &fixture.clock, "目录", bytes);

            assert_eq!(report.expect("imported").changed, 2);
            assert_eq!(all(fixture), before, "{format:?}");
        }
    });
}

#[test]
fn a_cell_that_looks_like_a_formula_is_text_outside_and_itself_again_inside() {
    let fixture = Fixture::new();
    bring_in(&fixture, &file(3)).expect("imported");

    let csv = taken_out(&fixture, &Search::default(), Format::Csv);

    let text = String::from_utf8(csv).expect("UTF-8");
    assert!(
        text.contains("'=证件号码") && !text.contains(",=证件号码"),
        "{text}"
    );
}

#[test]
fn the_list_narrows_by_words_department_class_and_level() {
    Fixture::each(|fixture| {
        bring_in(fixture, &file(4)).expect("imported");
        let found = |wanted: Search| -> Vec<String> {
            let page = browse::page(&fixture.app, &wanted, None, 10).expect("a page");
            page.rows.into_iter().map(|one| one.code).collect()
        };

        let by_item = Search {
            text: "证件".into(),
            ..Search::default()
        };
        assert_eq!(found(by_item), ["R-1"]);
        let by_class = Search {
            sharing: Some("unconditional".into()),
            ..Search::default()
        };
        assert_eq!(found(by_class), ["R-2"]);
        let by_level = Search {
            level: Some(4),
            ..Search::default()
        };
        assert_eq!(found(by_level), ["R-1"]);
    });
}

#[test]
fn each_change_is_kept_with_its_way_and_what_was_changed() {
    Fixture::each(|fixture| {
        bring_in(fixture, &file(3)).expect("imported");
        bring_in(fixture, &file(3)).expect("imported");
        let sys = sys(fixture);
        let plan = import::look(&fixture.app, &sys, "目录.csv", file(4).into_bytes());
        let plan = plan.expect("looked at").expect("no fault");
        assert_eq!((plan.steps.len(), plan.unchanged), (1, 1));
        assert_eq!(history(fixture, "R-1").len(), 1, "looking changes nothing");

        import::confirm(&fixture.app, &sys, &plan.digest).expect("imported");

        let steps = history(fixture, "R-1");
        let ways: Vec<_> = steps
            .iter()
            .map(|step| (step.source, step.person))
            .collect();
        assert_eq!(
            ways,
            [
                (Source::Page, Some(fixture.id("adm"))),
                (Source::File, None)
            ]
        );
        let changed: Vec<_> = steps[0]
            .differences
            .iter()
            .map(|one| (one.item.as_deref(), one.part, &*one.was, &*one.now))
            .collect();
        assert_eq!(
            changed,
            [(None, "level", "3", "4"), (Some("b"), "level", "3", "4")]
        );
        assert_eq!(steps[1].active, (false, true));
    });
}

#[test]
fn one_fault_in_a_file_and_nothing_is_kept_or_changed() {
    Fixture::each(|fixture| {
        let sys = sys(fixture);
        let wrong = file(3).replace("R-2,医疗机构名录,P", "R-2,医疗机构名录,X");

        let faults = import::look(&fixture.app, &sys, "目录.csv", wrong.clone().into_bytes());

        let faults = faults.expect("looked at").expect_err("faults");
        assert_eq!((faults[0].line, faults[0].column), (4, "提供方代码"));
        assert_eq!(import::waiting(&fixture.app, &sys).expect("read"), None);
        assert!(matches!(bring_in(fixture, &wrong), Err(Error::Import(_))));
        assert!(all(fixture).iter().all(|one| !one.code.starts_with("R-")));
    });
}

#[test]
fn a_plan_is_carried_out_as_it_was_shown_or_not_at_all() {
    Fixture::each(|fixture| {
        let sys = sys(fixture);
        let plan = import::look(&fixture.app, &sys, "目录.csv", file(4).into_bytes());
        let plan = plan.expect("looked at").expect("no fault");
        bring_in(fixture, &file(2)).expect("imported");

        let stale = import::confirm(&fixture.app, &sys, &plan.digest);

        assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
        let again = import::waiting(&fixture.app, &sys)
            .expect("read")
            .expect("a plan");
        import::confirm(&fixture.app, &sys, &again.digest).expect("imported");
        assert_eq!(import::waiting(&fixture.app, &sys).expect("read"), None);
    });
}

#[test]
fn only_a_system_administrator_imports() {
    let fixture = Fixture::new();
    let ann = viewer(&fixture, "ann");

    let refused = import::look(&fixture.app, &ann, "目录.csv", file(3).into_bytes());

    assert!(matches!(refused, Err(Error::Forbidden("catalogue"))));
}

#[test]
fn a_workbook_that_says_it_is_a_bomb_is_not_unpacked() {
    let fixture = Fixture::new();
    let mut bytes = b"PK\x03\x04 something".to_vec();
    bytes.extend_from_slice(b"PK\x05\x06");
    bytes.extend_from_slice(&[0; 18]);

    let refused = catalogue::import(&fixture.app.db, &fixture.clock, "目录.xlsx", bytes);

    let Err(Error::Import(lines)) = refused else {
        panic!("{refused:?}");
    };
    assert!(lines[0].contains("工作簿"), "{lines:?}");
}
