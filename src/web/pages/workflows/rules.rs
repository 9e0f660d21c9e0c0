//! `/admin/workflow-rules`: the rules of the check, each with what breaks it, and the demands of the policies; findings
//! lead here.

use actix_web::http::StatusCode;

use super::Sheet;
use crate::services::definitions::{self, Definition};
use crate::web::pages::answer::Answer;
use crate::web::session::Visit;
use crate::web::views::{PolicyRow, RuleRow, RulesView, Tag, Tone};
use crate::workflow::policy::Policy;
use crate::workflow::{RULES, Rule, Severity};

/// The documentation of the rules, which a test writes from the rules and their examples.
const PAGE: &str = include_str!("../../../../docs/lint.md");

/// Where a rule is explained.
pub(super) fn address(code: &str) -> String {
    format!("/admin/workflow-rules#rule-{code}")
}

/// `GET /admin/workflow-rules`
pub async fn show(visit: Visit) -> Answer {
    visit
        .show(|visit| {
            let reader = visit.reader()?;
            definitions::may_see(&reader.viewer)?;
            let sheet = Sheet::of(visit, &reader, Definition::default())?;
            let view = RulesView {
                rows: RULES.iter().map(|rule| row(&sheet, rule)).collect(),
                policies: definitions::policies(&visit.app)?
                    .iter()
                    .map(demanded)
                    .collect(),
            };
            sheet.page(StatusCode::OK, &view)
        })
        .await
}

fn row(sheet: &Sheet<'_>, rule: &Rule) -> RuleRow {
    let (tone, key) = match rule.severity {
        Severity::Error => (Tone::Bad, "workflows.checks.error"),
        Severity::Warning => (Tone::Warn, "workflows.checks.warning"),
    };
    RuleRow {
        code: rule.code,
        severity: Tag::new(tone, sheet.say(key, &[])),
        title: rule.title,
        explanation: rule.explanation,
        example: example(rule.code),
    }
}

fn demanded(policy: &Policy) -> PolicyRow {
    let demands = policy.demands.iter();
    PolicyRow {
        id: policy.id.clone(),
        title: policy.title.zh.clone(),
        demands: demands.map(|demand| policy.complaint(demand).zh).collect(),
    }
}

/// The lines that break a rule.
fn example(code: &str) -> &'static str {
    let heading = format!("\n## {code}\n");
    let section = PAGE.split_once(&heading).map_or("", |(_, section)| section);
    let section = section.split("\n## ").next().unwrap_or_default();
    let fenced = section.split_once("```yaml\n").map(|(_, rest)| rest);
    fenced
        .and_then(|rest| Some(rest.split_once("\n```")?.0))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_lines_that_break_it() {
        let without: Vec<&str> = RULES
            .iter()
            .map(|rule| rule.code)
            .filter(|code| example(code).is_empty())
            .collect();

        assert!(without.is_empty(), "{without:?}");
    }
}
