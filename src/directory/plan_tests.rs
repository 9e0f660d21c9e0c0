//! What an import changes, and what it leaves alone.

use super::super::lookup::testing::*;
use super::*;

fn today() -> NaiveDate {
    "2026-03-02".parse().expect("a date")
}

fn file(text: &str) -> DirectoryFile {
    DirectoryFile::parse(text).expect(text)
}

fn current() -> Directory {
    directory(
        vec![person(1, "wang"), person(2, "li")],
        vec![held(1, "section_head@police"), held(2, "applicant@police")],
    )
}

fn changes(text: &str) -> Vec<Change> {
    file(text).plan(&current(), today()).expect(text).changes
}

#[test]
fn a_partial_file_may_refer_to_what_is_there_and_leaves_the_rest_alone() {
    let changes = changes(
        "people:\n  - {login: zhao, name: 赵明, email: zhao@henan.example, department: police}\n\
         posts:\n  - {person: zhao, role: applicant, department: police}\n  \
         - {person: wang, role: section_head, department: police}\n",
    );

    assert!(
        matches!(
            changes.as_slice(),
            [Change::AddPerson(zhao), Change::AddPost(post)]
                if zhao.login == "zhao" && post.person == "zhao"
        ),
        "{changes:?}"
    );
}

#[test]
fn what_is_unknown_here_and_there_is_named() {
    let faults = file("posts:\n  - {person: wnag, role: applicant, department: polic}\n")
        .plan(&current(), today())
        .expect_err("two unknown names");

    assert_eq!(faults.len(), 2);
    assert!(faults[0].message.contains("“wang”"), "{}", faults[0]);
    assert!(faults[1].message.contains("“police”"), "{}", faults[1]);
}

#[test]
fn an_administrator_cannot_be_made_of_somebody_with_a_business_post() {
    let text = "posts:\n  - {person: wang, role: sysadmin, department: police}\n";
    let faults = file(text)
        .plan(&current(), today())
        .expect_err("he is a section head");

    assert!(faults[0].message.contains("互斥"), "{}", faults[0]);

    let ended = "posts:\n  - {person: wang, role: section_head, department: police, until: 2026-02-28}\n  \
                 - {person: wang, role: sysadmin, department: police, from: 2026-03-01}\n";
    let plan = file(ended)
        .plan(&current(), today())
        .expect("one after the other");
    assert!(
        matches!(
            plan.changes.as_slice(),
            [Change::ChangePost { .. }, Change::AddPost(_)]
        ),
        "{plan:?}"
    );
}

#[test]
fn a_complete_file_ends_what_it_does_not_list() {
    let changes = changes(
        "complete: true\n\
         departments:\n  - {code: authority, name: authority, region: '410000', level: province}\n  \
         - {code: police, name: police, region: '410000', level: province, authority: authority}\n\
         people:\n  - {login: wang, name: 王建国, email: wang@henan.example, department: police, clearance: 3}\n",
    );

    assert!(
        matches!(
            changes.as_slice(),
            [
                Change::ChangePerson(PersonId(1), _),
                Change::EndPost { .. },
                Change::EndPost { until, .. },
                Change::DeactivatePerson(PersonId(2)),
                Change::DeactivateDepartment(health),
            ] if health.0 == "health" && *until < today()
        ),
        "{changes:?}"
    );
}

#[test]
fn importing_again_changes_nothing() {
    let changes = changes(
        "people:\n  - {login: wang, name: wang, email: wang@henan.example, department: police, clearance: 3}\n\
         posts:\n  - {person: wang, role: section_head, department: police}\n",
    );

    assert_eq!(changes, []);
}

#[test]
fn parents_come_before_their_children() {
    let plan = file(
        "complete: true\ndepartments:\n  \
         - {code: c, name: 丙, region: '410100', level: city, parent: b, authority: a}\n  \
         - {code: b, name: 乙, region: '410000', level: province, parent: a, authority: a}\n  \
         - {code: a, name: 甲, region: '410000', level: province}\n",
    )
    .plan(&Directory::default(), today())
    .expect("a plan");
    let codes: Vec<_> = plan
        .changes
        .iter()
        .map(|change| match change {
            Change::AddDepartment(one) => one.code.0.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();

    assert_eq!(codes, ["a", "b", "c"]);
}

const DEMO: &str = include_str!("../../demo/directory.yaml");

#[test]
fn the_demo_directory_can_be_imported_at_once() {
    let demo = file(DEMO);
    let plan = demo
        .plan(&Directory::default(), today())
        .expect("holds together");

    assert_eq!(demo.departments.len(), 15);
    assert_eq!(demo.people.len(), 57);
    assert_eq!(plan.changes.len(), 15 + 57 + demo.posts.len());
}

#[test]
fn every_demo_department_has_the_posts_that_data_sharing_asks() {
    let demo = file(DEMO);
    let held = |role: &str, department: &DepartmentCode| {
        demo.posts
            .iter()
            .filter(|one| one.post.role.0 == role && one.post.department == *department)
            .count()
    };
    let provider = [
        "applicant",
        "section_head",
        "data_security_officer",
        "legal_reviewer",
        "secrecy_reviewer",
        "provider_intake",
        "share_office_head",
        "dept_leader",
    ];
    let authority = [
        "authority_intake",
        "authority_handler",
        "authority_leader",
        "coordinator",
        "sysadmin",
        "secadmin",
        "auditadmin",
    ];

    // Bodies that sign with the others share nothing.
    let bodies = ["hn-cac", "hn-crypto", "hn-secrecy", "hn-ndrc"];
    let share = demo.departments.iter();
    for department in share.filter(|one| !bodies.contains(&one.code.0.as_str())) {
        let needed: &[&str] = match department.authority {
            Some(_) => &provider,
            None => &authority,
        };
        for role in needed {
            assert!(
                1 <= held(role, &department.code),
                "{role}@{}",
                department.code
            );
        }
    }
    assert_eq!(
        held("workflow_admin", &code("hn-data")),
        2,
        "publishing takes two"
    );
}

#[test]
fn the_demo_directory_has_every_post_of_the_other_approvals_and_different_people_where_they_must_differ()
 {
    let demo = file(DEMO);
    let holders = |role: &str| -> Vec<&str> {
        let held = demo.posts.iter().filter(|one| one.post.role.0 == role);
        held.map(|one| one.person.as_str()).collect()
    };
    let asked = "archivist destroyer witness duty_officer incident_team finance_officer expert government_leader cac crypto \
                 police finance ndrc secrecy_bureau";
    for role in asked.split_whitespace() {
        assert!(!holders(role).is_empty(), "nobody is {role}");
    }
    assert_eq!(holders("witness").len(), 2);
    assert_eq!(holders("expert").len(), 3, "a panel has three");
    let of_approval = [
        "applicant",
        "section_head",
        "archivist",
        "data_security_officer",
        "dept_leader",
    ];
    for role in ["destroyer", "witness"] {
        for person in holders(role) {
            let also = of_approval
                .iter()
                .find(|other| holders(other).contains(&person));
            assert_eq!(
                also, None,
                "{person} destroys or watches, and decides about it"
            );
        }
    }
}
