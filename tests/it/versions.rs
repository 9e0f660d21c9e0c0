//! Publishing: one proposes, another confirms, and every step says who and when.

use huiqian::services::workflows::{self, Proposed};
use huiqian::services::{Error, Viewer, definitions};
use huiqian::storage::workflows::{VersionStatus, WorkflowVersion};

use crate::support::app::Fixture;
use crate::support::definitions::{one_review, with_stages};

fn propose(fixture: &Fixture, by: &str, yaml: &str) -> Result<WorkflowVersion, Error> {
    let app = &fixture.app;
    match workflows::propose(&app.db, &*app.clock, by, "trial.yaml", yaml)? {
        Proposed::Waiting(version) | Proposed::InForce(version) => Ok(version),
    }
}

fn confirm(fixture: &Fixture, by: &str, seen: Option<u32>) -> Result<WorkflowVersion, Error> {
    let app = &fixture.app;
    workflows::confirm(&app.db, &*app.clock, "trial", by, seen)
}

fn viewer(fixture: &Fixture, login: &str) -> Viewer {
    let directory = fixture.app.directory_now().expect("a directory");
    Viewer::of(&directory, fixture.id(login), fixture.clock_now()).expect("active")
}

fn other(title: &str) -> String {
    with_stages(&format!(
        "  - {{stage: review, title: {title}, who: share_office_head@applicant, due: 10wd}}"
    ))
}

#[test]
fn a_version_is_in_force_once_a_second_person_confirms_it() {
    Fixture::each(|fixture| {
        let proposed = propose(fixture, "adm", &one_review()).expect("proposed");
        assert_eq!(
            (proposed.version, proposed.status),
            (1, VersionStatus::Proposed)
        );

        let own = confirm(fixture, "adm", None);
        assert!(
            matches!(own, Err(Error::Forbidden("second_person"))),
            "{own:?}"
        );
        let stranger = confirm(fixture, "bob", None);
        assert!(matches!(stranger, Err(Error::Forbidden("publish"))));
        let confirmed = confirm(fixture, "adi", Some(1)).expect("confirmed");

        assert_eq!(confirmed.status, VersionStatus::Current);
        assert_eq!(confirmed.proposed_by, fixture.id("adm"));
        assert_eq!(confirmed.confirmed_by, Some(fixture.id("adi")));
        assert_eq!(confirmed.confirmed_at, Some(fixture.clock_now()));
        assert!(matches!(
            confirm(fixture, "adi", None),
            Err(Error::NotFound)
        ));
    });
}

#[test]
fn what_has_an_error_is_never_proposed() {
    Fixture::each(|fixture| {
        let broken = one_review().replace("share_office_head", "chef");

        let refused = propose(fixture, "adm", &broken);

        let Err(Error::Import(lines)) = refused else {
            panic!("{refused:?}");
        };
        assert!(lines[0].starts_with("trial.yaml:"), "{lines:?}");
    });
}

#[test]
fn a_proposal_is_withdrawn_or_replaced_and_says_by_whom() {
    Fixture::each(|fixture| {
        let app = &fixture.app;
        propose(fixture, "adm", &other("一")).expect("proposed");
        propose(fixture, "adi", &other("二")).expect("in its place");
        let stale = confirm(fixture, "adm", Some(1));
        assert!(matches!(stale, Err(Error::Stale)), "another one waits");

        let withdraw =
            |by: &str, seen| workflows::withdraw(&app.db, &*app.clock, "trial", by, seen);
        assert!(matches!(
            withdraw("bob", None),
            Err(Error::Forbidden("publish"))
        ));
        assert!(matches!(withdraw("adm", Some(1)), Err(Error::Stale)));
        withdraw("adm", Some(2)).expect("withdrawn");

        assert!(matches!(
            confirm(fixture, "adm", None),
            Err(Error::NotFound)
        ));
        let seen = definitions::one(app, &viewer(fixture, "adm"), "trial").expect("seen");
        let given_up: Vec<_> = seen
            .versions
            .iter()
            .map(|version| (version.row.version, version.row.withdrawn_by))
            .collect();
        assert_eq!(
            given_up,
            [(2, Some(fixture.id("adm"))), (1, Some(fixture.id("adi")))]
        );
        assert_eq!(seen.next_number(), 3);
    });
}

#[test]
fn cases_keep_the_version_that_they_started_on() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&one_review());
        let first = fixture.file("ann", &key, serde_json::json!({}));
        propose(fixture, "adm", &other("复核")).expect("proposed");
        confirm(fixture, "adi", None).expect("confirmed");
        let second = fixture.file("ann", &key, serde_json::json!({}));

        let me = viewer(fixture, "ann");
        let version = |case| {
            huiqian::services::seen::see(&fixture.app, &me, case)
                .expect("seen")
                .version
        };
        assert_eq!((version(first), version(second)), (1, 2));
        let seen = definitions::one(&fixture.app, &viewer(fixture, "adm"), &key).expect("seen");
        let running: Vec<i64> = seen
            .versions
            .iter()
            .map(|version| version.running)
            .collect();
        assert_eq!(running, [1, 1]);
    });
}

#[test]
fn a_version_in_force_outlives_a_role_that_it_names() {
    let fixture = Fixture::new();
    fixture.write(|conn| {
        let chef = huiqian::directory::Role {
            code: huiqian::directory::RoleCode("chef".into()),
            title: "主厨".into(),
            title_en: "Chef".into(),
            leads: false,
            region: false,
        };
        huiqian::storage::roles::save(conn, &chef)?;
        huiqian::storage::directory::changed(conn).map(drop)
    });
    let yaml = with_stages(
        "  - {stage: cook, title: 烹饪, who: [chef@applicant, section_head@applicant], sign: any}",
    );
    let proposed = propose(&fixture, "adm", &yaml).expect("proposed");
    confirm(&fixture, "adi", Some(proposed.version)).expect("confirmed");
    let case = fixture.file("ann", "trial", serde_json::json!({}));

    fixture.write(|conn| {
        use diesel::RunQueryDsl;
        diesel::sql_query("DELETE FROM roles WHERE code = 'chef'").execute(conn)?;
        huiqian::storage::directory::changed(conn).map(drop)
    });
    // A server that has not read it yet.
    let app = fixture.another(|_| {});

    let seen = huiqian::services::seen::see(&app, &viewer(&fixture, "bob"), case);
    assert_eq!(seen.expect("it runs on").running.workflow.key, "trial");
}

#[test]
fn only_those_who_publish_and_the_auditor_see_definitions() {
    Fixture::each(|fixture| {
        let key = fixture.publish(&one_review());
        fixture.give_posts("dan", "A", &["auditadmin"]);
        fixture.give_posts("eve", "A", &["sysadmin"]);
        let sees = |login: &str| definitions::one(&fixture.app, &viewer(fixture, login), &key);
        let writes = |login: &str| {
            definitions::save_draft(&fixture.app, &viewer(fixture, login), &key, "x", 0)
        };

        assert!(sees("adm").is_ok() && sees("dan").is_ok());
        for login in ["ann", "bob", "eve"] {
            assert!(
                matches!(sees(login), Err(Error::Forbidden("definitions"))),
                "{login}"
            );
        }
        assert!(writes("adm").is_ok());
        assert!(matches!(writes("dan"), Err(Error::Forbidden("publish"))));
    });
}

#[test]
fn a_draft_is_kept_for_its_writer_and_never_overwritten_unseen() {
    Fixture::each(|fixture| {
        let (adm, adi) = (viewer(fixture, "adm"), viewer(fixture, "adi"));
        let app = &fixture.app;
        let save = |text: &str, seen| definitions::save_draft(app, &adm, "trial", text, seen);
        let draft = |who: &Viewer| definitions::draft(app, who, "trial").expect("read");

        save("一", 0).expect("saved");
        save("二", 1).expect("saved again");
        assert!(
            matches!(save("三", 1), Err(Error::Stale)),
            "seen an older one"
        );
        assert!(matches!(save("三", 0), Err(Error::Stale)), "seen none");
        save("二", 1).expect("the same text twice is saved once");

        let kept = draft(&adm).expect("there");
        assert_eq!((kept.source.as_str(), kept.revision), ("二", 2));
        assert_eq!(draft(&adi), None);
        definitions::discard_draft(app, &adm, "trial").expect("thrown away");
        assert_eq!(draft(&adm), None);
    });
}
