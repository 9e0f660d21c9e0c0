//! The engine alone, without database and network: decisions of a four-step case, and guards, a second.
//!
//! `cargo bench --bench engine`.

// The little world of the tests; the bench needs a part of it.
#![allow(
    dead_code,
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod record;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use huiqian::directory::DepartmentCode;
use huiqian::engine::{self, Actor, Case, Command, Input};
use huiqian::expression::Expression;
use record::say;
use serde_json::json;
use support::world::{World, answering, definition};

/// How long each part takes.
const SPAN: Duration = Duration::from_secs(3);

const FIELDS: &str = "{id: subject, type: text, label: 标题, required: true}
{id: purpose, type: paragraph, label: 用途, required: true}
{id: basis, type: paragraph, label: 依据, required: true}
{id: secret, type: yes_no, label: 是否涉密, required: true}
{id: amount, type: integer, label: 数量, min: 1, max: 1000000}
{id: cost, type: money, label: 金额, min: 0}
{id: until, type: date, label: 使用到, required: true}
{id: contact, type: text, label: 联系人, required: true}
{id: unit, type: text, label: 单位}
{id: note, type: paragraph, label: 备注}";

const STAGES: &str = "  - {stage: review, title: 科室审核, who: section_head@applicant, due: 2wd, next: [{when: choice == \"approve\" && form.amount < 1000000, goto: head}, {goto: rejected}]}
  - {stage: head, title: 负责人同意, who: share_office_head@applicant, due: 3wd}";

const GUARDS: [&str; 3] = [
    "form.amount < 1000000",
    "form.secret != true && form.amount < 1000000 && form.until != null",
    "form.subject.contains(\"核验\") || [1, 2, 3].exists(n, n == form.amount)",
];

fn main() {
    let yaml = definition("", FIELDS, STAGES, "");
    let answers = json!({
        "subject": "人口信息核验", "purpose": "办理出生登记时核验父母身份，减少群众提交的材料。",
        "basis": "依据本部门职责申请共享，见机构职能第三条。", "secret": false, "amount": 5000, "cost": "12.50",
        "until": "2027-12-31", "contact": "王芳", "unit": "窗口", "note": "仅限窗口使用，不转供第三方。",
    });
    let world = World::new(&yaml);
    let cases = rate(|| case(&world, &answers));
    say("| | a second |\n|---|---|");
    say(format!(
        "| decisions and events of a whole four-step case (ten fields, two signatures) | {cases:.0} |"
    ));
    let submitted = World::submitted(&yaml, answers);
    let context = submitted.context(Actor::System);
    let scope = rate(|| {
        black_box(engine::scope(
            &submitted.workflow,
            &submitted.case,
            &context,
        ));
    });
    say(format!(
        "| what guards may read of a case, put together | {scope:.0} |"
    ));
    let read = engine::scope(&submitted.workflow, &submitted.case, &context);
    for text in GUARDS {
        let guard = Expression::compile(text).expect("it compiles");
        let guards = rate(|| {
            guard.guard(&read).expect("an answer");
        });
        say(format!("| `{}` | {guards:.0} |", text.replace('|', "\\|")));
    }
    record::keep("engine", "");
}

/// Submitted, and approved twice.
fn case(world: &World, answers: &serde_json::Value) {
    let mut case = Case::draft(
        &world.workflow.key,
        world.id("ann"),
        DepartmentCode("A".into()),
    );
    let mut act = |login: &str, action: &str, input: Input| {
        let command = Command {
            action: action.into(),
            input,
            seen: None,
        };
        let context = world.context(Actor::Person(world.id(login)));
        case = engine::handle(&world.workflow, &case, &command, &context)
            .expect("decided")
            .case;
        case.open_tasks().next().map(|task| task.id)
    };
    let mut task = act("ann", "submit", answering(answers.clone()));
    for login in ["bob", "cat"] {
        task = act(
            login,
            "approve",
            Input {
                task,
                ..Input::default()
            },
        );
    }
    assert_eq!(task, None, "nothing is left to do");
}

/// How often a second.
fn rate(mut work: impl FnMut()) -> f64 {
    let (start, mut times) = (Instant::now(), 0u32);
    while start.elapsed() < SPAN {
        for _ in 0..10 {
            work();
        }
        times += 10;
    }
    f64::from(times) / start.elapsed().as_secs_f64()
}
