//! A sound definition for tests, and changes to it.

use super::{Checked, Surroundings, Workflow, read};

/// Reads without a single finding, so that each change shows its own.
pub const SOUND: &str = r#"
workflow: data-loan
title: {zh: 数据借用, en: Data loan}
number: 数借〔{year}〕{seq}号
basis: 《办法》第十五条
who: applicant
withdraw: {until: approve}
keep: {for: 10y, min: 3y}
settings:
  limit: {title: {zh: 上限, en: Limit}, value: 500, unit: {zh: 万元, en: ×10k yuan}}
lists:
  level: {l1: {zh: 一级, en: One}, l3: {zh: 三级, en: Three}}
defaults:
  comment: {reject: required}
  deny: [transfer]
  not: [actor(intake)]
  email_link: {actions: [approve, reject], valid: 2wd, auth: login}
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: subject, type: text, label: {zh: 标题, en: Subject}, required: true, max_length: 128}
      - {id: phone, type: phone, label: {zh: 电话, en: Phone}, required: true, private: true}
      - {id: level, type: choice, label: {zh: 级别, en: Level}, options: level, required: true}
      - {id: amount, type: money, label: {zh: 金额, en: Amount}, required: true, min: 0}
      - {id: personal, type: yes_no, label: {zh: 个人信息, en: Personal}, required: true}
      - {id: sensitive, type: yes_no, label: {zh: 敏感, en: Sensitive}, show_when: form.personal, required: true}
      - {id: provider, type: department, label: {zh: 提供部门, en: Provider}, required: true}
      - {id: experts, type: people, label: {zh: 专家, en: Experts}, from: expert@any}
      - {id: manager, type: person, label: {zh: 负责人, en: Manager}, required: true, party: true}
      - id: items
        type: table
        label: {zh: 清单, en: Items}
        required: true
        columns:
          - {id: name, type: text, label: {zh: 名称, en: Name}, required: true}
          - {id: count, type: integer, label: {zh: 数量, en: Count}, default: 1}
          - {id: keeper, type: text, label: {zh: 保管人, en: Keeper}, private: true}
      - {id: total, type: integer, label: {zh: 合计, en: Total}, value: 'sum(form.items.map(i, i.count))'}
  - section: answer
    title: {zh: 答复, en: Answer}
    fields:
      - {id: decision, type: choice, label: {zh: 答复, en: Decision}, options: {yes_all: {zh: 同意, en: 'Yes'}, no_all: {zh: 不同意, en: 'No'}}, required: true}
checks:
  - {that: '!form.items.exists(i, i.name == "")', message: 名称不能为空}
stages:
  - stage: intake
    title: {zh: 受理, en: Intake}
    kind: work
    who: provider_intake@form.provider
    not: [applicant]
    due: 2wd
    supplement: {times: 1, clock: pause, due: 5wd}
  - group: review
    title: {zh: 审核, en: Review}
    due: {in: [{when: form.level == "l1", then: 1wd}, {then: 10wd}], law: 《条例》第二十一条, remind: [50%, 2wd before, every 1wd after], overdue: [{after: 0wd, escalate: authority_handler@authority}]}
    deny: [reject]
    stages:
      - stage: security
        title: {zh: 安全, en: Security}
        when: form.personal && form.sensitive
        who: {security: data_security_officer@applicant, legal: {who: [legal_reviewer@applicant, dept_leader@applicant], when: form.amount > settings.limit}}
        sign: {pass: 1, veto: [security]}
      - stage: section
        title: {zh: 科室, en: Section}
        who: section_head@applicant
        return: {to: [security, applicant], resume: here}
  - stage: approve
    title: {zh: 批准, en: Approve}
    who: dept_leader@parent(form.provider)
    law: 《条例》第二十条
    fills: [answer]
    due: {in: 3wd, overdue: [{after: 1wd, next: lapsed}]}
    choices:
      agree: {zh: 同意, en: Agree}
      refuse: {title: {zh: 不同意, en: Refuse}, verdict: refused, comment: required}
    next: [{when: choice == "agree" && form.decision == "no_all", goto: again}, {goto: notify}]
    refused: [{when: rounds("approve") < 3, goto: review}, {goto: rejected}]
    checks: [{that: form.decision == "yes_all" || choice == "refuse", message: 不同意要选“不同意”}]
    email_link: never
  - stage: notify
    title: {zh: 告知, en: Notify}
    kind: notice
    who: applicant
    due: {in: 30d, from: left("approve"), title: {zh: 阅知, en: Read by}}
    copy: {passed: [form.manager, each role_of_nobody@authority]}
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
  lapsed: {title: {zh: 失效, en: Lapsed}, copy: [applicant]}
"#;

/// A sound definition with every kind of block.
pub const BLOCKS: &str = r#"
workflow: data-supply
title: {zh: 数据供给, en: Data supply}
number: 供〔{year}〕{seq}号
who: applicant
defaults: {email_link: never}
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: chosen, type: resources, label: {zh: 目录, en: Chosen}, pick: item, required: true}
      - {id: experts, type: people, label: {zh: 专家, en: Experts}, from: expert@any, required: true}
      - {id: until, type: date, label: {zh: 到期, en: Until}, required: true}
      - {id: urgent, type: yes_no, label: {zh: 紧急, en: Urgent}, required: true}
  - section: answer
    title: {zh: 答复, en: Answer}
    per: branch
    fields:
      - id: decisions
        type: table
        label: {zh: 逐项答复, en: Decisions}
        rows: part.items
        columns:
          - {id: agreed, type: yes_no, label: {zh: 同意, en: Agreed}, required: true}
      - {id: use_until, type: date, label: {zh: 使用到, en: Use until}, required: true}
  - section: opinion
    title: {zh: 意见, en: Opinion}
    per: task
    fields:
      - {id: score, type: integer, label: {zh: 分数, en: Score}, required: true, min: 0, max: 100}
  - section: change
    title: {zh: 变更, en: Change}
    fields:
      - {id: wanted, type: paragraph, label: {zh: 变更内容, en: Wanted}, required: true}
stages:
  - stage: intake
    title: {zh: 受理, en: Intake}
    who: provider_intake@applicant
    due: 2wd
  - stage: notice
    title: {zh: 备案, en: Filing}
    kind: work
    who: authority_handler@authority
    await: decide
    due: 5wd
  - foreach: providers
    title: {zh: 各提供部门, en: Providers}
    over: form.chosen
    by: [provider, sharing]
    as: part
    join: {pass: 1, rest: wait}
    due: 30wd
    stages:
      - stage: answer
        title: {zh: 答复, en: Answer}
        when: part.sharing == "conditional" || part.items.exists(i, i.level > 2)
        who: share_office_head@part.provider
        fills: [answer]
        checks: [{that: 'form.decisions.all(d, d.agreed || d.level < 4)', message: 四级数据要逐项同意}]
        refused: [{when: rounds("answer") < 2, goto: repair}, {goto: refused}]
        record: {register: grants, each: 'form.decisions.filter(d, d.agreed)', status: agreed, set: {item: row.item, provider: part.provider, until: form.use_until}}
      - wait: in_use
        title: {zh: 使用期, en: In use}
        until: form.until
        remind: [7d before]
        signals:
          stop: {title: {zh: 停用, en: Stop}, by: [share_office_head@part.provider], next: passed}
      - aside: repair
        title: {zh: 整改, en: Repair}
        next: answer
        stages:
          - {stage: mend, title: {zh: 补齐, en: Mend}, kind: work, who: applicant}
  - parallel: reviews
    title: {zh: 评审, en: Reviews}
    when: form.providers.exists(p, p.verdict == "passed" && p.form.use_until != null)
    join: [panel]
    due: {in: 20wd, extend: {max: 10wd, by: authority_handler@authority, due: 2wd}}
    signals:
      change: {title: {zh: 变更, en: Change}, by: [applicant], fills: [change], next: [{when: form.wanted.contains("撤"), goto: decide}, {goto: stay}]}
    branches:
      panel:
        - {stage: experts, title: {zh: 专家, en: Experts}, who: each form.experts, sign: {pass: 2/3}, fills: [opinion]}
      urgent:
        when: form.urgent
        stages:
          - {stage: report, title: {zh: 报告, en: Report}, kind: work, who: applicant, every: 5wd}
  - stage: decide
    title: {zh: 决定, en: Decide}
    who: dept_leader@applicant
    due: 3wd
    next: [{when: 'answers("experts").exists(a, a.score < 60)', goto: reviews}, {goto: destroy}]
  - start: destroy
    title: {zh: 销毁, en: Destroy}
    workflow: data-destruction
    with: {subject: case.number}
    await: end
    record: {register: systems, status: retired}
ends:
  approved: {title: {zh: 已办结, en: Done}}
  rejected: {title: {zh: 不同意, en: Refused}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
"#;

/// What is demanded of the sound definition.
const LOANS: &str = r#"
policy: loans
title: {zh: 数据借用, en: Loans of data}
law: 《办法》
applies: workflow.key == "data-loan"
demands:
  - demand: approved_in_five_days
    law: 第十五条
    each: clocks.filter(c, c.stage == "approve")
    that: row.days <= 5
    message: {zh: 应当在 5 个工作日内批准, en: A loan is approved within 5 working days}
  - demand: read_in_a_month
    each: clocks.filter(c, c.kind == "notice")
    that: row.days <= 31
    level: warning
    message: {zh: 阅知最好不超过一个月, en: A notice had better be read within a month}
"#;

/// The names around the sound definition.
pub fn surroundings() -> Surroundings {
    let mut all = Surroundings::standard();
    all.roles.insert("role_of_nobody".to_owned());
    assert_eq!(all.demand("loans.yaml", LOANS), []);
    all
}

/// Reads a text.
pub fn check(text: &str) -> Checked {
    read("a.yaml", text, &surroundings())
}

/// The sound definition with one piece of it replaced.
pub fn changed(old: &str, new: &str) -> String {
    assert!(SOUND.contains(old), "the sound definition has no {old:?}");
    SOUND.replacen(old, new, 1)
}

/// The sound workflow.
pub fn sound() -> Workflow {
    let checked = check(SOUND);
    match checked.workflow {
        Some(workflow) => workflow,
        None => panic!("{:#?}", checked.findings),
    }
}

/// The codes of what is found after a replacement, each once.
pub fn codes(old: &str, new: &str) -> Vec<&'static str> {
    let mut codes: Vec<&str> = check(&changed(old, new))
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Holds when the replacement breaks exactly the rule `code`, at a line that has `at` on it.
pub fn breaks(code: &str, old: &str, new: &str, at: &str) {
    let text = changed(old, new);
    let findings = check(&text).findings;
    assert!(!findings.is_empty(), "{code}: nothing found");
    for finding in &findings {
        assert_eq!(finding.code, code, "{}", finding.show(&text));
    }
    let line = text.lines().nth(findings[0].line - 1).unwrap_or_default();
    assert!(line.contains(at), "{code} points at {line:?}");
}
