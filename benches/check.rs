//! How long it takes to check the largest definition that is allowed, and how much memory.
//!
//! `cargo bench --bench check` builds a definition of nearly 256 KB out of chapters, each with its part of the form and a
//! region of stages of every kind, and checks it some times over.

// A bench may panic.
#![allow(clippy::expect_used, clippy::panic)]

mod record;

use std::time::Instant;

use huiqian::workflow::{Severity, Surroundings, read};
use record::say;

const LARGEST: usize = 256 * 1024;
const TIMES: u32 = 10;

fn main() {
    let text = definition();
    let surroundings = Surroundings::standard();
    let mut best = f64::MAX;
    let mut total = 0.0;
    for _ in 0..TIMES {
        let start = Instant::now();
        let checked = read("big.yaml", &text, &surroundings);
        let took = start.elapsed().as_secs_f64() * 1000.0;
        let errors = checked
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        for error in errors.take(3) {
            println!("{}", error.show(&text));
        }
        assert!(checked.workflow.is_some(), "the definition is sound");
        best = best.min(took);
        total += took;
    }
    say("| the definition | best | mean | memory at most |\n|---|---|---|---|");
    say(format!(
        "| {} bytes, {} chapters | {best:.0} ms | {:.0} ms | {} MB |",
        text.len(),
        chapters(&text),
        total / f64::from(TIMES),
        peak()
    ));
    record::keep("check", "");
}

fn chapters(text: &str) -> usize {
    text.matches("- group: part").count()
}

/// The most memory that this process ever had, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
    kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// As many chapters as there is room for.
fn definition() -> String {
    let (mut form, mut stages) = (String::new(), String::new());
    let mut number = 0;
    loop {
        let (more_form, more_stages) = chapter(number);
        let length = HEAD.len() + form.len() + stages.len() + ENDS.len() + 20;
        if LARGEST < length + more_form.len() + more_stages.len() {
            break;
        }
        form.push_str(&more_form);
        stages.push_str(&more_stages);
        number += 1;
    }
    format!("{HEAD}{form}stages:\n{stages}{ENDS}")
}

const HEAD: &str = "\
workflow: big
title: {zh: 大流程, en: Big}
number: 大〔{year}〕{seq}号
who: applicant
settings:
  limit: {title: {zh: 上限, en: Limit}, value: 500}
lists:
  level: {l1: {zh: 一级, en: One}, l2: {zh: 二级, en: Two}, l3: {zh: 三级, en: Three}, l4: {zh: 四级, en: Four}}
defaults: {email_link: never, comment: {reject: required}}
form:
";

const ENDS: &str = "\
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
";

fn chapter(n: usize) -> (String, String) {
    let form = format!(
        "  - section: asked{n}
    title: {{zh: 申请{n}, en: Asked {n}}}
    fields:
      - {{id: level{n}, type: choice, label: {{zh: 数据级别, en: Level of the data}}, help: 按照《政务数据分类分级指南》确定，不确定时从高, options: level, required: true}}
      - {{id: amount{n}, type: money, label: {{zh: 金额, en: Amount}}, help: 含税，按合同或者预算填写，单位为万元, required: true, min: 0}}
      - {{id: personal{n}, type: yes_no, label: {{zh: 是否含个人信息, en: Personal data}}, help: 能够单独或者与其他信息结合识别特定自然人的信息, required: true}}
      - {{id: sensitive{n}, type: yes_no, label: {{zh: 敏感, en: Sensitive}}, show_when: form.personal{n}, required: true}}
      - {{id: chosen{n}, type: resources, label: {{zh: 目录, en: Chosen}}, pick: item, required: true}}
      - {{id: until{n}, type: date, label: {{zh: 到期, en: Until}}, required: true}}
  - section: answered{n}
    title: {{zh: 答复{n}, en: Answer {n}}}
    about: 由数据提供部门逐项答复；不同意的要写明理由和依据的条款，材料不全的应当一次性告知补正。
    per: branch
    fields:
      - {{id: decisions{n}, type: table, label: {{zh: 逐项, en: Each}}, rows: part{n}.items, columns: [{{id: agreed, type: yes_no, label: {{zh: 同意, en: Agreed}}, required: true}}]}}
      - {{id: use_until{n}, type: date, label: {{zh: 使用到, en: Use until}}, required: true}}
"
    );
    let stages = format!(
        "  - group: part{n}_group
    title: {{zh: 第{n}部分, en: Part {n}}}
    due: {{in: [{{when: form.level{n} == \"l1\", then: 3wd}}, {{then: 10wd}}], remind: [50%, 1wd before], overdue: [{{after: 1wd, escalate: dept_leader@applicant}}]}}
    stages:
      - stage: review{n}
        title: {{zh: 审核, en: Review}}
        about: 核对申请内容是否属实、合法、必要，范围是否与履行职责相适应，安全措施是否落实。
        basis: 《政务数据共享条例》第二十、二十一、二十二条；《河南省政务数据安全管理暂行办法》第十五条
        when: form.personal{n} && form.sensitive{n} || form.amount{n} > settings.limit
        who: {{head: section_head@applicant, security: {{who: data_security_officer@applicant, when: 'form.level{n} in [\"l3\", \"l4\"]'}}}}
        sign: all
      - foreach: providers{n}
        title: {{zh: 提供部门, en: Providers}}
        over: form.chosen{n}
        by: [provider, sharing]
        as: part{n}
        join: {{pass: 1, rest: wait}}
        stages:
          - stage: answer{n}
            title: {{zh: 答复, en: Answer}}
            about: 自收到申请之日起在规定时限内答复；无条件共享的一个工作日，有条件共享的十个工作日。
            when: part{n}.items.exists(i, i.level > 1)
            who: share_office_head@part{n}.provider
            fills: [answered{n}]
            checks: [{{that: 'form.decisions{n}.all(d, d.agreed || d.level < 4)', message: 要逐项同意}}]
            refused: [{{when: rounds(\"answer{n}\") < 2, goto: again}}, {{goto: refused}}]
            record: {{register: grants, each: 'form.decisions{n}.filter(d, d.agreed)', status: agreed, set: {{item: row.item, provider: part{n}.provider, until: form.use_until{n}}}}}
          - wait: in_use{n}
            title: {{zh: 使用期, en: In use}}
            until: form.until{n}
            signals: {{stop{n}: {{title: {{zh: 停用, en: Stop}}, by: [share_office_head@part{n}.provider], next: passed}}}}
      - parallel: both{n}
        title: {{zh: 会签, en: Both}}
        when: form.providers{n}.exists(p, p.verdict == \"passed\")
        branches:
          one:
            - {{stage: one{n}, title: {{zh: 甲, en: One}}, who: section_head@applicant}}
          two:
            when: form.amount{n} > 3.0
            stages:
              - {{stage: two{n}, title: {{zh: 乙, en: Two}}, who: finance_officer@applicant, next: [{{when: choice == \"approve\" && done(\"one{n}\"), goto: passed}}, {{goto: again}}]}}
"
    );
    (form, stages)
}
