//! What users of other engines report as faults, each guarded against by a test that bears the report's name.

mod flowable;
mod others;
mod yudao;

use crate::support::world::{World, with_stages};

/// A check, two reviews at once, one of them by several signers, then the head.
fn several_at_once(more: &str) -> World {
    let mut world = World::filed(&several(more));
    world.on("bob", "approve", "check").unwrap();
    world
}

/// The definition of it.
fn several(more: &str) -> String {
    with_stages(&format!(
        "  - {{stage: check, title: 初审, who: section_head@applicant}}
  - parallel: reviews
    title: 会审
    branches:
      many:
        - {{stage: many, title: 会签, who: [section_head@applicant, data_security_officer@applicant], sign: all, return: {{to: [check]}}{more}}}
      one:
        - {{stage: first, title: 分管, who: dept_leader@applicant}}
        - {{stage: second, title: 主管, who: share_office_head@applicant, return: {{to: [check]}}}}
  - {{stage: head, title: 负责人, who: dept_leader@applicant}}
"
    ))
}
