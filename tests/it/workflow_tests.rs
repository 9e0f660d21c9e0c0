//! `huiqian workflow test`: tests beside definitions are played, failures can be read, and coverage is told.

use std::path::Path;
use std::process::Command;

use super::support::shell::{Said, Shell};

const DEFINITION: &str = "\
workflow: leave
title: {zh: 用车申请, en: Car request}
number: 车〔{year}〕{seq}号
who: applicant
settings:
  far: {title: {zh: 远途, en: Far}, value: 100, unit: 公里}
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: distance, type: integer, label: {zh: 里程, en: Distance}, required: true}
      - {id: ticket, type: file, label: {zh: 附件, en: Attachment}}
checks:
  - {that: form.distance < 1000, message: 太远了}
stages:
  - {stage: head, title: {zh: 科室同意, en: Head}, who: section_head@applicant, due: 2wd}
  - stage: leader
    title: {zh: 领导同意, en: Leader}
    when: form.distance > settings.far
    who: dept_leader@applicant
    refused: head
    due: {in: 1wd, law: 某办法第三条}
ends:
  approved: {title: {zh: 已办结, en: Completed}}
  rejected: {title: {zh: 不同意, en: Rejected}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

const HEAD: &str = "\
departments:
  z: {name: 主管部门}
  a: {name: 甲部门, authority: z}
people:
  ann: applicant@a
  bob: {name: 柏, posts: section_head@a}
  eve: dept_leader@a
  adm: workflow_admin@z
start: 2026-03-02 09:00
applicant: ann
answers: {distance: 300}
tests:
";

/// The definition with these tests beside it, played.
fn played(tests: &str) -> Said {
    played_with(tests, &[])
}

fn played_with(tests: &str, options: &[&str]) -> Said {
    let shell = Shell::new();
    shell.write("car.yaml", DEFINITION);
    shell.write("car.test.yaml", format!("{HEAD}{tests}"));
    let arguments = ["workflow", "test", "car.yaml", "car.test.yaml"];
    shell.run(&[&arguments[..], options].concat())
}

#[track_caller]
fn says(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    for word in words {
        assert!(said.out.contains(word), "no {word} in\n{}", said.out);
    }
}

#[test]
fn the_tests_of_every_shipped_definition_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows");
    let files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of workflows")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();

    let said = Command::new(env!("CARGO_BIN_EXE_huiqian"))
        .args(["workflow", "test", "--min", "95"])
        .args(&files)
        .env_clear()
        .output();

    let said: Said = said.expect("it runs").into();
    says(
        &said,
        0,
        &["政务数据共享申请", "0 项没有通过", "环节 10/10"],
    );
    assert!(!said.out.contains('✗'), "{}", said.out);
}

#[test]
fn a_test_that_passes_is_told_with_what_it_covers() {
    let said = played(
        "  - case: 远途
    steps:
      - {action: submit, expect: {open: head, tasks: {head: [bob, section_head@a]}, due: {head: 2026-03-04}}}
      - {after: 1wd, by: bob, action: approve, expect: {open: [leader], due: {leader: {law: 2026-03-04}}}}
      - {by: eve, action: approve, expect: {end: approved, outcome: approved, mails: {approved: ann}}}
",
    );

    says(
        &said,
        0,
        &[
            "car.yaml：用车申请",
            "✓ 远途",
            "1 项测试，1 项通过，0 项没有通过",
            "环节 2/2",
            "去向 0/1",
            "leader refused → head",
            "leader when: form.distance > settings.far — 没有不成立过",
        ],
    );
    assert_eq!(
        said.out.matches("用车申请").count(),
        1,
        "once for both files"
    );
}

#[test]
fn a_wrong_stage_is_told_with_the_step_and_what_had_happened() {
    let said = played(
        "  - case: 近途
    answers: {distance: 30}
    steps:
      - {action: submit}
      - by: bob
        at: 10:30
        action: approve
        expect: {open: leader}
",
    );

    says(
        &said,
        1,
        &[
            "✗ 近途",
            "第 2 步（car.test.yaml:17:9）bob approve",
            "open（car.test.yaml:20:18）：应为 leader，实为无",
            "2026-03-02 09:00  ann 提交申请",
            "2026-03-02 10:30  柏 同意：科室同意",
            "结束：已办结",
        ],
    );
}

#[test]
fn a_wrong_deadline_is_told() {
    let said = played(
        "  - case: 期限
    steps:
      - {action: submit, expect: {due: {head: 2026-03-05}, left: {head: 3wd}}}
",
    );

    says(
        &said,
        1,
        &[
            "due head（car.test.yaml:15:41）：应为 2026-03-05，实为 2026-03-04",
            "left head（car.test.yaml:15:67）：应为 3wd，实为 2wd",
        ],
    );
}

#[test]
fn a_wrong_refusal_is_told_with_the_engines_own_sentence() {
    let said = played(
        "  - case: 拒绝
    steps:
      - {action: submit, expect: {refused: {code: check, message: 太远}}}
  - case: 没有拒绝
    steps:
      - {action: submit}
      - {by: bob, action: reject, expect: {refused: excluded}}
  - case: 不该拒绝
    answers: {distance: 2000}
    steps:
      - {action: submit}
  - case: 字段
    answers: {distance: null}
    steps:
      - {action: submit, expect: {refused: {code: answers, fields: [ticket]}}}
",
    );

    says(
        &said,
        1,
        &[
            "应为被拒绝 check “太远”，实为办理成功",
            "应为被拒绝 excluded，实为被拒绝 comment-missing（“不同意”要写明意见，请填写 comment。）",
            "应为办理成功，实为被拒绝 check（太远了）",
            "应为被拒绝 answers [ticket]，实为被拒绝 answers（distance:",
            "4 项没有通过",
        ],
    );
}

#[test]
fn an_unknown_name_or_key_is_found_with_its_place_and_the_nearest() {
    let said = played(
        "  - case: 写错的
    steps:
      - {action: submitt, expect: {open: [haed]}}
      - {by: bop, actoin: approve}
      - {by: bob, action: approve, expect: {tasks: {leader: dept_laeder@a}, mails: {asigned: eve}}}
      - {action: submit, answers: {distanse: 3}}
",
    );

    says(
        &said,
        1,
        &[
            "car.test.yaml:15:18: error[unknown-action]: 没有操作“submitt”",
            "是否想写 `submit`?",
            "car.test.yaml:16:19: error[unknown-key]",
            "是否想写 `action`?",
            "car.test.yaml:17:61: error[unknown-role]: 没有角色“dept_laeder”",
            "error[bad-value]: 没有通知“asigned”",
            "car.test.yaml:18:36: error[unknown-field]: 没有字段“distanse”",
            "是否想写 `distance`?",
        ],
    );
    let stage = played(
        "  - case: 环节
    steps:
      - {action: submit, expect: {open: [haed]}}
",
    );
    says(
        &stage,
        1,
        &[
            "car.test.yaml:15:42: error[unknown-id]: 没有环节“haed”",
            "是否想写 `head`?",
        ],
    );
}

#[test]
fn too_little_coverage_fails_when_a_least_is_asked_for() {
    let tests = "  - case: 近途
    answers: {distance: 30}
    steps:
      - {action: submit}
      - {by: bob, action: approve, expect: {end: approved, skipped: leader}}
";

    says(
        &played(tests),
        0,
        &[
            "没有进入的环节：\n      leader",
            "head reject",
            "withdraw",
            "checks: form.distance < 1000 — 没有不成立过",
            "leader when: form.distance > settings.far — 没有成立过",
        ],
    );
    says(
        &played_with(tests, &["--min", "90"]),
        1,
        &["低于要求的 90%"],
    );
}

#[test]
fn deadlines_on_the_way_come_and_a_setting_can_be_otherwise() {
    let said = played(
        "  - case: 逾期
    settings: {far: 500}
    steps:
      - {action: submit}
      - {after: 3wd, expect: {mails: {overdue: bob}, open: head, due: {head: 2026-03-04}}}
      - {by: bob, action: approve, expect: {end: approved, skipped: leader}}
",
    );

    says(&said, 0, &["1 项通过", "没有成立过"]);
}

#[test]
fn time_does_not_go_back() {
    let said = played(
        "  - case: 时间
    steps:
      - {action: submit}
      - {at: 2026-03-01 09:00}
",
    );

    says(&said, 1, &["应为不早于上一步的时间，实为 2026-03-01 09:00"]);
}

#[test]
fn a_definition_without_tests_or_with_errors_is_said_so() {
    let shell = Shell::new();
    shell.write("car.yaml", DEFINITION);
    shell.write(
        "bad.yaml",
        DEFINITION.replace("who: section_head", "who: section_haed"),
    );

    says(
        &shell.run(&["workflow", "test", "car.yaml"]),
        0,
        &["没有测试"],
    );
    says(
        &shell.run(&["workflow", "test", "car.yaml", "--min", "1"]),
        1,
        &["没有测试"],
    );
    says(
        &shell.run(&["workflow", "test", "bad.yaml"]),
        1,
        &["unknown-role", "流程定义有错误"],
    );
    let gone = shell.run(&["workflow", "test", "gone.test.yaml"]);
    gone.refuses(2, &["gone.yaml"]);
}

#[test]
fn directories_and_catalogues_beside_the_file_are_read() {
    let shell = Shell::new();
    shell.write("car.yaml", DEFINITION);
    let tests = |directory: &str| {
        format!(
            "directory: {directory}\napplicant: ann\nanswers: {{distance: 3}}\nfiles: [票据.pdf]\ntests:\n  - case: 文件\n    answers: {{ticket: 票据.pdf}}\n    steps:\n      - {{action: submit, expect: {{open: head, answers: {{ticket: 票据.pdf}}}}}}\n"
        )
    };
    shell.write("people.yaml", super::support::shell::DIRECTORY);
    shell.write("car.test.yaml", tests("people.yaml"));
    says(
        &shell.run(&["workflow", "test", "car.yaml"]),
        0,
        &["✓ 文件"],
    );

    shell.write("car.test.yaml", tests("peple.yaml"));
    says(
        &shell.run(&["workflow", "test", "car.yaml"]),
        1,
        &["car.test.yaml:1:12: error[bad-value]: “peple.yaml”不能用"],
    );
}

const BLOCKS: &str = "\
workflow: supply
title: {zh: 数据供给, en: Data supply}
number: 供〔{year}〕{seq}号
who: applicant
defaults: {email_link: never}
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: chosen, type: resources, label: {zh: 目录, en: Chosen}, required: true}
      - {id: until, type: date, label: {zh: 到期, en: Until}, required: true}
      - {id: big, type: yes_no, label: {zh: 大额, en: Big}, required: true}
  - section: answer
    title: {zh: 答复, en: Answer}
    per: branch
    fields:
      - {id: use, type: text, label: {zh: 用途, en: Use}, required: true}
stages:
  - foreach: providers
    title: {zh: 各提供部门, en: Providers}
    over: form.chosen
    by: [provider]
    as: part
    due: {in: 10wd, law: 某条例第二十一条}
    stages:
      - stage: reply
        title: {zh: 答复, en: Reply}
        who: share_office_head@part.provider
        fills: [answer]
        record: {register: grants, status: agreed, set: {provider: part.provider, purpose: form.use}}
  - parallel: review
    title: {zh: 评审, en: Review}
    branches:
      law: {title: {zh: 法制, en: Law}, stages: [{stage: legal, title: {zh: 法制审核, en: Legal}, who: legal_reviewer@applicant}]}
      money:
        title: {zh: 经费, en: Money}
        when: form.big
        stages: [{stage: budget, title: {zh: 经费审核, en: Budget}, who: finance_officer@applicant}]
  - wait: in_use
    title: {zh: 使用期, en: In use}
    until: form.until
    signals:
      stop: {title: {zh: 停用, en: Stop}, by: [applicant], next: approved}
  - start: destroy
    title: {zh: 销毁, en: Destroy}
    workflow: data-destruction
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

const BLOCKS_HEAD: &str = "\
departments:
  z: {name: 主管部门}
  a: {name: 甲部门, authority: z}
  p: {name: 乙部门, authority: z}
  q: {name: 丙部门, authority: z}
people:
  ann: applicant@a
  lea: [legal_reviewer@a, finance_officer@a]
  pat: share_office_head@p
  qin: share_office_head@q
  adm: workflow_admin@z
resources:
  P1: {provider: p}
  Q1: {provider: q, sharing: unconditional}
applicant: ann
answers:
  chosen: [{resource: P1}, {resource: Q1}]
  until: 2026-06-30
  big: true
";

const BLOCKS_TESTS: &str = "\
scenes:
  agreed:
    - {action: submit}
    - {by: pat, action: approve, answers: {use: 核对}}
    - {by: qin, action: approve, answers: {use: 统计}}
tests:
  - case: 各部门答复，使用期满后销毁
    steps:
      - action: submit
        expect:
          open: [providers, 'reply[p]', 'reply[q]']
          tasks: {'reply[p]': [pat, share_office_head@p], 'reply[q]': qin}
          due: {providers: 2026-03-16, 'reply[p]': {law: 2026-03-16}}
      - by: pat
        action: approve
        answers: {use: 核对}
        expect:
          open: ['reply[q]']
          answers: {'providers[p]': {use: 核对}}
          entries: {grants: {branch: 'providers[p]', status: agreed, values: {provider: p, purpose: 核对}}}
      - {by: qin, action: approve, stage: 'reply[q]', answers: {use: 统计}, expect: {open: [review, legal, budget], done: 'providers[q]'}}
      - {by: lea, action: approve, stage: legal, expect: {open: budget}}
      - {by: lea, action: approve, expect: {open: in_use, due: {in_use: 2026-06-29}, rounds: {review: 1}}}
      - {at: 2026-07-01, expect: {open: destroy, tasks: {destroy: ann}}}
      - {started: destroy, expect: {open: destroy, tasks: {destroy: none}}}
      - {started: destroy, outcome: approved, expect: {end: approved}}
  - case: 不用了
    answers: {big: false}
    steps:
      - {scene: agreed}
      - {by: lea, action: approve, expect: {open: in_use, offered: {ann: signal}, not_offered: {lea: signal}}}
      - {after: 5wd, action: signal, signal: stop, stage: in_use, comment: 不用了, expect: {end: approved, entries: {grants: [{element: ''}, {branch: 'providers[q]'}], systems: none}}}
  - case: 一个部门不同意
    steps:
      - {action: submit}
      - {by: pat, action: reject, comment: 不行, expect: {end: rejected, entries: {grants: none}}}
";

#[test]
fn branches_waits_signals_registers_and_started_cases_are_tested_alike() {
    let shell = Shell::new();
    shell.write("supply.yaml", BLOCKS);
    shell.write("supply.test.yaml", format!("{BLOCKS_HEAD}{BLOCKS_TESTS}"));

    let said = shell.run(&["workflow", "test", "supply.yaml"]);

    says(
        &said,
        0,
        &[
            "3 项通过",
            "环节 7/7",
            "分支 3/3",
            "去向 1/1",
            "条件 1/1",
            "结果 2/3",
        ],
    );
}

#[test]
fn people_are_chosen_among_those_of_the_branch() {
    let shell = Shell::new();
    let use_field = "      - {id: use,";
    let by = "      - {id: by, type: person, from: share_office_head@part.provider, label: {zh: 经办, en: By}, required: true}\n";
    let definition = BLOCKS.replace(use_field, &format!("{by}{use_field}"));
    shell.write("supply.yaml", definition);
    let tests = "\
tests:
  - case: 各部门各选自己的人
    steps:
      - {action: submit}
      - {by: pat, action: approve, answers: {use: 核对, by: qin}, expect: {refused: {code: answers, fields: [by]}}}
      - {by: pat, action: approve, answers: {use: 核对, by: pat}, expect: {answers: {'providers[p]': {by: pat}}}}
      - {by: qin, action: approve, answers: {use: 统计, by: qin}, expect: {open: [review, legal, budget]}}
";
    shell.write("supply.test.yaml", format!("{BLOCKS_HEAD}{tests}"));

    let said = shell.run(&["workflow", "test", "supply.yaml"]);

    says(&said, 0, &["1 项通过"]);
}

#[test]
fn what_is_wrong_in_a_branch_is_told_with_its_place() {
    let shell = Shell::new();
    shell.write("supply.yaml", BLOCKS);
    let tests = "\
tests:
  - case: 分支
    steps:
      - {action: submit}
      - {by: pat, action: approve, answers: {use: 核对}, expect: {open: 'reply[p]', entries: {grants: {status: provided}}, answers: {'providers[p]': {use: 统计}}}}
  - case: 说不清是哪一项
    steps:
      - {action: submit}
      - {by: pat, action: approve, answers: {use: 核对}}
      - {by: qin, action: approve, answers: {use: 核对}}
      - {by: lea, action: approve}
";
    shell.write("supply.test.yaml", format!("{BLOCKS_HEAD}{tests}"));

    let said = shell.run(&["workflow", "test", "supply.yaml"]);

    says(
        &said,
        1,
        &[
            "应为 reply[p]，实为 reply[q]",
            "应为 {status: provided}，实为 {branch: providers[p], status: agreed, provider: \"p\", purpose: \"核对\"}",
            "answers providers[p] use",
            "应为 \"统计\"，实为 \"核对\"",
            "　分支 各提供部门 [p]",
            "有几项任务（legal, budget），请写明 stage",
        ],
    );
}

#[test]
fn blocks_are_walked_on_paper() {
    let shell = Shell::new();
    shell.write("supply.yaml", BLOCKS);
    let request = format!("{BLOCKS_HEAD}  use: 核对\nstart: 2026-03-02\n");
    shell.write("request.yaml", request);

    let said = shell.run(&[
        "workflow",
        "simulate",
        "supply.yaml",
        "--answers",
        "request.yaml",
    ]);
    let many = shell.run(&[
        "workflow",
        "simulate",
        "supply.yaml",
        "--answers",
        "request.yaml",
        "--cases",
        "5",
    ]);

    says(
        &said,
        0,
        &[
            "答复 [p] (reply[p])",
            "期限 2026-03-16（法定，各提供部门）",
            "使用期 (in_use)",
            "如果通知“停用”：已办结",
            "结果：已办结",
        ],
    );
    says(&many, 0, &["已办结 5"]);
}
