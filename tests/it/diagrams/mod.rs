//! Diagrams of definitions and of cases, in each format.

mod bpmn;
mod cases;
mod formats;
mod words;

use huiqian::diagram::{self, Labels, Progress, Sketch, StandardNames};
use huiqian::messages::Language;
use huiqian::workflow::Workflow;

use crate::support::world::{definition, workflow};

/// One of each: a group, a parallel, a foreach, asides, waits with a time and with signals, a child case.
pub fn of_all_kinds() -> Workflow {
    workflow(&definition(
        "",
        "{id: resources, type: resources, label: 数据, pick: item, required: true}
         {id: personal, type: yes_no, label: 含个人信息, required: true}
         {id: until, type: date, label: 使用期限, required: true}",
        "  - {stage: section, title: 科室审核, who: section_head@applicant, due: 1wd}
  - stage: safeguards
    title: 安全会签
    when: form.personal
    who: {security: data_security_officer@applicant, legal: legal_reviewer@applicant}
    sign: all
    return: {to: [applicant], resume: here}
  - foreach: providers
    title: 提供部门办理
    over: form.resources
    by: [provider]
    as: part
    join: {pass: 1, rest: wait}
    stages:
      - group: reply
        title: 答复
        due: {in: [{when: form.personal, then: 1wd}, {then: 10wd}], law: 《条例》第二十一条}
        stages:
          - {stage: intake, title: 受理, who: provider_intake@part.provider, supplement: {times: 1, due: {in: 5wd, overdue: [{after: 5wd, next: void}]}}}
          - stage: answer
            title: 负责人答复
            who: share_office_head@part.provider
            choices: {agree: 同意, refuse: {title: 不予共享, verdict: refused}}
            refused: dispute
      - wait: in_use
        title: 使用期
        until: form.until
        signals:
          renew: {title: 申请续期, by: [applicant], next: renewal}
      - aside: dispute
        title: 争议处理
        next: refused
        stages:
          - stage: coordinate
            title: 协调
            who: coordinator@common(applicant, part.provider)
            choices: {upheld: 支持, overturned: 应当共享}
            next: [{when: choice == \"overturned\", goto: reply}, {goto: refused}]
            due: 15wd
      - aside: renewal
        title: 续期
        next: in_use
        stages:
          - {stage: prolong, title: 同意续期, who: share_office_head@part.provider, refused: in_use, due: 5wd}
  - parallel: life
    title: 使用情况
    join: [use]
    branches:
      use:
        - {stage: report, title: 填报, kind: work, who: applicant, due: 30d}
      yearly:
        when: form.personal
        stages:
          - {stage: review, title: 年度检查, who: data_security_officer@applicant, every: 12mo, due: 20wd}
          - {stage: tell, title: 告知, kind: notice, who: authority_handler@authority, due: 5wd}
  - start: destroy
    title: 数据销毁
    workflow: data-destruction
    with: {subject: case.number}
    await: never",
        "",
    ))
}

/// What a diagram of a definition, or of a case, shows in Chinese.
pub fn sketch(workflow: &Workflow, progress: Option<&Progress>) -> Sketch {
    sketch_in(Language::Zh, workflow, progress)
}

pub fn sketch_in(language: Language, workflow: &Workflow, progress: Option<&Progress>) -> Sketch {
    let names = StandardNames(&language);
    let labels = Labels {
        words: &language,
        names: &names,
    };
    diagram::sketch(workflow, labels, progress)
}
