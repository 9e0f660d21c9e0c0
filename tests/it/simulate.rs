//! `huiqian workflow simulate`: a case on paper, and many cases.

use std::path::Path;
use std::process::Command;

use huiqian::engine::EDITING;
use huiqian::services::trials;
use huiqian::trial::crowd::Time;
use serde_json::{Value, json};

use super::support::office::{Office, request};
use super::support::shell::{Said, Shell};

const DEFINITION: &str = "\
workflow: leave
title: {zh: 用车申请, en: Car request}
number: 车〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: distance, type: integer, label: {zh: 里程, en: Distance}, required: true}
  - section: car
    title: {zh: 派车, en: Car}
    fields:
      - {id: plate, type: text, label: {zh: 车牌, en: Plate}, required: true}
stages:
  - {stage: head, title: {zh: 科室同意, en: Head}, who: section_head@applicant, due: 2wd}
  - stage: leader
    title: {zh: 领导同意, en: Leader}
    when: form.distance > 100
    who: dept_leader@applicant
    due: {in: 1wd, overdue: [{after: 1wd, next: lapsed}]}
  - stage: send
    title: {zh: 派车, en: Send}
    kind: work
    who: duty_officer@authority
    fills: [car]
    choices:
      sent: {title: {zh: 已派车, en: Sent}}
      none: {title: {zh: 无车可派, en: None}, verdict: refused}
ends:
  approved: {title: {zh: 已办结, en: Completed}}
  lapsed: {title: {zh: 已失效, en: Lapsed}, outcome: lapsed}
  rejected: {title: {zh: 不同意, en: Rejected}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

fn simulated(answers: &str, options: &[&str]) -> Said {
    let shell = Shell::new();
    shell.write("car.yaml", DEFINITION);
    shell.write("request.yaml", answers);
    shell.write(
        "estimates.yaml",
        "default: {hours: 2}\nstages:\n  send: {hours: 1/1/1, choices: {none: 100%}}\n",
    );
    let arguments = [
        "workflow",
        "simulate",
        "car.yaml",
        "--answers",
        "request.yaml",
    ];
    shell.run(&[&arguments[..], options].concat())
}

#[track_caller]
fn says(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    for word in words {
        assert!(said.out.contains(word), "no {word} in\n{}", said.out);
    }
}

fn read(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn a_case_is_walked_on_paper_with_every_way_that_it_may_end() {
    let said = simulated("distance: 300\nplate: 豫A00001\n", &[]);

    says(
        &said,
        0,
        &[
            "没有给出人员",
            " 1 科室同意 (head)",
            "期限 2026-03-04（内部）",
            "由 申请部门科室负责人 办理",
            "如果不同意：不同意",
            "如果退回到申请人修改：申请人修改 → 科室同意 → … → 已办结",
            "如果逾期不办：已失效",
            "由 主管部门值班员 办理",
            "如果无车可派：不同意",
            "结果：已办结",
            "已失效 (lapsed): 领导同意 逾期不办",
            "已撤回 (withdrawn): 撤回",
        ],
    );
}

#[test]
fn what_is_passed_over_and_what_cannot_be_answered_is_said() {
    let near = simulated("distance: 30\nplate: 豫A00001\n", &["--at-once"]);
    let unanswered = simulated("distance: 30\n", &[]);
    let refused = simulated("plate: 豫A00001\n", &[]);
    let misspelt = simulated("answers: {distanse: 3}\n", &[]);

    says(
        &near,
        0,
        &["跳过 领导同意", "2026-03-02 09:00 办结，用 0 个工作日"],
    );
    says(&unanswered, 0, &["“派车”办不了：plate: 填写车牌"]);
    says(&refused, 1, &["这份申请不能提交：distance: 填写里程"]);
    says(
        &misspelt,
        1,
        &["request.yaml:1:11: error[unknown-field]", "`distance`"],
    );
}

#[test]
fn people_are_named_where_there_is_a_directory_and_programs_read_all_of_it() {
    let people = "\
departments: {z: {name: 主管部门}, a: {name: 甲部门, authority: z}}
people:
  ann: applicant@a
  bob: section_head@a
  bea: section_head@a
  eve: dept_leader@a
  dan: duty_officer@z
applicant: ann
start: 2026-03-02 10:00
answers: {distance: 300, plate: 豫A00001}
stages: {send: {choice: none}}
";

    let walked = read(&simulated(people, &["--format", "json"]));

    assert_eq!(
        walked["stages"][0]["asked"][0]["people"],
        json!(["bob", "bea"])
    );
    assert_eq!(
        walked["stages"][0]["asked"][0]["offered"],
        json!(["section_head@a"])
    );
    assert_eq!(walked["reached"]["end"], "rejected");
    let others = walked["others"].as_array().expect("a list");
    let lapses = others.iter().find(|way| way["action"] == "overdue");
    assert_eq!(lapses.expect("listed")["reached"]["end"], "lapsed");
    let sent = others.iter().find(|way| way["which"] == "sent");
    assert_eq!(sent.expect("listed")["reached"]["end"], "approved");
}

#[test]
fn many_cases_wait_for_people_who_do_one_thing_at_a_time() {
    let arguments = [
        "--cases",
        "12",
        "--estimates",
        "estimates.yaml",
        "--format",
        "json",
    ];

    let run = read(&simulated("distance: 30\nplate: 豫A00001\n", &arguments));

    // Two hours each for one head: the eleventh is done after 22 hours, and within the hour after that there is no car.
    assert_eq!(run["ends"], json!({"rejected": 12}));
    let days = &run["working_days"];
    assert_eq!(
        days["ninety"].as_f64().map(|days| (days * 7.0).round()),
        Some(23.0)
    );
    let posts = run["posts"].as_array().expect("a list");
    let head = posts
        .iter()
        .find(|post| post["post"] == "section_head@applicant");
    let head = head.expect("listed");
    assert_eq!(
        (&head["tasks"], &head["hours"], &head["longest_queue"]),
        (&json!(12), &json!(24.0), &json!(11))
    );
    // The deadline is the evening of the second working day after the first, when 21 hours have been worked.
    let deadlines = run["deadlines"].as_array().expect("a list");
    assert_eq!(
        deadlines[0],
        json!({"node": "head", "law": false, "clocks": 12, "missed": 2})
    );
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_one_another() {
    let shell = Shell::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let run = |seed: &str| -> Said {
        let said = Command::new(env!("CARGO_BIN_EXE_huiqian"))
            .current_dir(root)
            .args(["workflow", "simulate", "workflows/data-sharing.yaml"])
            .args([
                "--answers",
                "demo/requests/data-sharing.yaml",
                "--estimates",
                "demo/estimates.yaml",
            ])
            .args(["--cases", "12", "--per-day", "4", "--seed", seed])
            .env_clear()
            .env("TMPDIR", shell.path())
            .output();
        said.expect("it runs").into()
    };

    let (one, again, other) = (run("7"), run("7"), run("8"));

    says(
        &one,
        0,
        &[
            "12 件",
            "九成不超过",
            "提供部门审核与答复",
            "省公安厅提供部门受理人",
        ],
    );
    assert_eq!(one.out, again.out);
    assert_ne!(one.out, other.out);
}

#[test]
fn every_shipped_workflow_has_a_request_that_walks_to_an_end() {
    let requests = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/requests");
    let mut walked = 0;
    for request in std::fs::read_dir(requests).expect("the requests") {
        let name = request.expect("a file").file_name();
        let name = name.to_string_lossy();
        let said = Command::new(env!("CARGO_BIN_EXE_huiqian"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["workflow", "simulate", &format!("workflows/{name}")])
            .args(["--answers", &format!("demo/requests/{name}")])
            .env_clear()
            .output();
        let said: Said = said.expect("it runs").into();

        let result = said.out.lines().find(|line| line.starts_with("结果："));
        let result = result.unwrap_or_else(|| panic!("{name}: {} {}", said.out, said.err));
        assert!(!result.contains("办不了"), "{name}: {result}");
        walked += 1;
    }
    assert_eq!(walked, 7);
}

#[test]
fn a_wrong_estimate_is_found_with_its_place() {
    let shell = Shell::new();
    shell.write("car.yaml", DEFINITION);
    shell.write("request.yaml", "distance: 30\nplate: 豫A00001\n");
    shell.write(
        "estimates.yaml",
        "stages:\n  haed: {hours: 1}\n  head: {hours: 3/2/1, refuse: 0.5, retrun: 5%}\n  send: {choices: {snet: 5%}}\n",
    );

    let said = shell.run(&[
        "workflow",
        "simulate",
        "car.yaml",
        "--answers",
        "request.yaml",
        "--cases",
        "3",
        "--estimates",
        "estimates.yaml",
    ]);

    says(
        &said,
        1,
        &[
            "estimates.yaml:2:3: error[unknown-id]: 没有环节“haed”",
            "estimates.yaml:3:17: error[shape]: 这里应当是工作小时",
            "estimates.yaml:3:32: error[shape]: 这里应当是百分比",
            "estimates.yaml:3:37: error[unknown-key]",
            "estimates.yaml:4:20: error[unknown-name]: 没有选项“snet”",
        ],
    );
    shell
        .run(&[
            "workflow",
            "simulate",
            "car.yaml",
            "--answers",
            "request.yaml",
            "--seed",
            "3",
        ])
        .refuses(2, &["--cases"]);
}

#[test]
fn an_empty_database_remembers_nothing_and_the_default_holds() {
    let shell = Shell::with_directory();
    shell.write("car.yaml", DEFINITION);
    shell.write("request.yaml", "distance: 30\nplate: 豫A00001\n");

    let said = shell.run(&[
        "workflow",
        "simulate",
        "car.yaml",
        "--answers",
        "request.yaml",
        "--cases",
        "3",
        "--from-database",
    ]);

    says(&said, 0, &["3 件", "已办结 3"]);
}

#[test]
fn the_database_remembers_how_long_stages_lay_and_how_they_were_answered() {
    let office = Office::new();
    for (day, answer) in [("02", "approve"), ("03", "return")] {
        office.until(&format!("2026-03-{day} 10:00"));
        let ulid = office.file(request(json!({}))).expect("filed");
        office.until(&format!("2026-03-{day} 15:30"));
        office.does(ulid, "zhang.huimin", answer);
    }

    let found = trials::estimates(&office.app.db, "data-sharing", "cn-gov").expect("read");

    let review = &found["section_review"];
    assert_eq!(review.time, Time::Elapsed(vec![4.0, 4.0]));
    assert_eq!((review.back, review.refuse), (0.5, 0.0));
    assert!(!found.contains_key(EDITING), "nobody has revised yet");
    let other = trials::estimates(&office.app.db, "another", "cn-gov").expect("read");
    assert!(other.is_empty());
}

#[test]
fn what_is_in_force_for_good_ends_the_walk_and_what_comes_again_comes_once() {
    let shell = Shell::new();
    let lasting = "  - parallel: life
    title: {zh: 使用期间, en: While used}
    join: [open]
    branches:
      open:
        - {wait: opened, title: {zh: 使用, en: In use}, signals: {stop: {title: {zh: 停用, en: Stop}, by: [applicant], next: passed}}}
      yearly:
        - {stage: review, title: {zh: 年度复审, en: Review}, every: 12mo, who: section_head@applicant}
ends:
";
    shell.write("car.yaml", DEFINITION.replace("ends:\n", lasting));
    shell.write("request.yaml", "distance: 50\nplate: 豫A00001\n");
    let walk = |format: &str| {
        let file = [
            "workflow",
            "simulate",
            "car.yaml",
            "--answers",
            "request.yaml",
        ];
        shell.run(&[&file[..], &["--format", format]].concat())
    };

    let read = read(&walk("json"));
    let stages = read["stages"].as_array().expect("a list");
    let reviews = stages.iter().filter(|one| one["stage"] == "review");
    assert_eq!(reviews.count(), 1, "{read:#}");
    assert_eq!(read["reached"]["end"], "approved");

    let others = read["others"].as_array().expect("a list");
    let returned = others
        .iter()
        .find(|one| one["reached"]["in_force"] == "opened");
    assert!(returned.is_some(), "{read:#}");
    says(&walk("text"), 0, &["在“使用”持续有效"]);
}
