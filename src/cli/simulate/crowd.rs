//! What came of many cases, in words and for other programs.

use serde_json::{Value as Json, json};

use super::{moment, table, told};
use crate::cli::failure::language;
use crate::engine::Party;
use crate::forms::Words as _;
use crate::trial::crowd::{Load, Missed, Plan, Summary, Time};
use crate::trial::words;

/// For people.
pub(super) fn text(plan: &Plan, summary: &Summary) -> String {
    let mut parts = vec![plan.workflow.title.zh.clone(), opening(plan, summary)];
    parts.push(String::new());
    let values = [
        ("median", days(summary.median)),
        ("ninety", days(summary.ninety)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    parts.push(told("times", &values));
    parts.push(told("reached", &[("ends", &ends(plan, summary))]));
    for (place, count) in &summary.stuck {
        let stage = words::place(&plan.workflow, place, &language());
        let values = [("stage", &*stage), ("count", &*count.to_string())];
        parts.push(told("stuck", &values));
    }
    parts.push(String::new());
    parts.push(told("missed", &[]));
    parts.push(table(&missed_rows(plan, &summary.missed)));
    parts.push(String::new());
    parts.push(told("loads", &[]));
    parts.push(table(&load_rows(plan, &summary.loads)));
    let elapsed = plan.estimates.stages.values();
    if elapsed
        .into_iter()
        .any(|one| matches!(one.time, Time::Elapsed(_)))
    {
        parts.push(told("elapsed", &[]));
    }
    parts.join("\n")
}

fn opening(plan: &Plan, summary: &Summary) -> String {
    let per_day = plan.per_day.map(|count| count.to_string());
    let arrival = match &per_day {
        Some(count) => told("per_day", &[("count", count)]),
        None => told("together", &[]),
    };
    let values = [
        ("cases", summary.cases.to_string()),
        ("from", moment(plan.request.start)),
        ("until", moment(summary.until)),
        ("arrival", arrival),
        ("seed", plan.seed.to_string()),
    ];
    told(
        "many",
        &values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str())),
    )
}

fn ends(plan: &Plan, summary: &Summary) -> String {
    let mut all: Vec<String> = summary
        .ends
        .iter()
        .map(|(end, count)| {
            let title = words::place(&plan.workflow, end, &language());
            format!("{title} {count}")
        })
        .collect();
    if 0 < summary.open {
        all.push(told("open", &[("count", &summary.open.to_string())]));
    }
    all.join("，")
}

fn missed_rows(plan: &Plan, missed: &[Missed]) -> Vec<Vec<String>> {
    let mut rows = vec![heads("missed_heads")];
    // In the order of the definition.
    let order: Vec<&str> = plan.workflow.nodes().map(|node| node.id.as_str()).collect();
    let mut sorted: Vec<&Missed> = missed.iter().collect();
    sorted.sort_by_key(|one| order.iter().position(|known| **known == one.node));
    for one in sorted {
        let mut title = words::place(&plan.workflow, &one.node, &language());
        if one.supplement {
            title = told("supplement", &[("stage", &title)]);
        }
        #[allow(clippy::cast_precision_loss)]
        let share = one.missed as f64 / one.of.max(1) as f64;
        let kind = told(if one.law { "law" } else { "internal" }, &[]);
        rows.push(vec![
            title,
            kind,
            one.of.to_string(),
            one.missed.to_string(),
            percent(share),
        ]);
    }
    rows
}

fn load_rows(plan: &Plan, loads: &[Load]) -> Vec<Vec<String>> {
    let mut rows = vec![heads("load_heads")];
    let mut sorted: Vec<&Load> = loads.iter().collect();
    sorted.sort_by(|one, two| {
        two.share
            .total_cmp(&one.share)
            .then(one.post.cmp(&two.post))
    });
    for load in sorted {
        // Of those who do not wait for one another nothing can be said.
        let counted = 0.0 < load.hours;
        let if_counted = |text: String| if counted { text } else { "–".to_owned() };
        rows.push(vec![
            post(plan, &load.post),
            load.holders.to_string(),
            load.tasks.to_string(),
            if_counted(format!("{:.1}", load.hours)),
            if_counted(percent(load.share)),
            if_counted(load.longest.to_string()),
        ]);
    }
    rows
}

fn heads(key: &str) -> Vec<String> {
    told(key, &[]).split('|').map(str::to_owned).collect()
}

/// A post by its department and role, a person by name.
fn post(plan: &Plan, post: &str) -> String {
    use crate::directory::{DepartmentCode, PersonId, Post, RoleCode};
    let party = match (post.split_once('@'), post.strip_prefix('#')) {
        (Some((role, department)), _) => Party::Post(Post {
            role: RoleCode(role.to_owned()),
            department: DepartmentCode(department.to_owned()),
        }),
        (None, Some(person)) => match person.parse() {
            Ok(person) => Party::Person(PersonId(person)),
            Err(_) => return post.to_owned(),
        },
        (None, None) => return language().say("case.applicant", &[]),
    };
    words::party(&plan.request.setting.directory, &party, &language())
}

fn days(days: f64) -> String {
    format!("{days:.1}")
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// For other programs.
pub(super) fn json(plan: &Plan, summary: &Summary) -> Json {
    let missed = summary.missed.iter().map(|one| {
        json!({
            "node": match one.supplement {
                true => format!("{}/supplement", one.node),
                false => one.node.clone(),
            },
            "law": one.law,
            "clocks": one.of,
            "missed": one.missed,
        })
    });
    let loads = summary.loads.iter().map(|load| {
        json!({
            "post": load.post,
            "holders": load.holders,
            "tasks": load.tasks,
            "hours": load.hours,
            "share": load.share,
            "longest_queue": load.longest,
        })
    });
    json!({
        "workflow": plan.workflow.key,
        "cases": summary.cases,
        "seed": plan.seed,
        "per_day": plan.per_day,
        "from": plan.request.start.to_rfc3339(),
        "until": summary.until.to_rfc3339(),
        "working_days": {"median": summary.median, "ninety": summary.ninety},
        "ends": summary.ends,
        "open": summary.open,
        "stuck": summary.stuck,
        "deadlines": missed.collect::<Vec<_>>(),
        "posts": loads.collect::<Vec<_>>(),
    })
}
