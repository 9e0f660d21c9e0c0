//! A walk as text, and for other programs.

use serde_json::{Value as Json, json};

use super::told;
use crate::engine::Party;
use crate::forms::Words as _;
use crate::trial::{How, Reached, Stop};
use crate::web::trials::{Leg, Told};

/// For people.
pub(super) fn text(walk: &Told<'_>) -> String {
    let mut lines = vec![
        walk.language.pick(&walk.workflow.title).to_owned(),
        walk.opening(),
        String::new(),
    ];
    let mut number = 0;
    for leg in walk.legs() {
        let Leg {
            title,
            place,
            skipped,
            facts,
            ways,
        } = leg;
        if skipped {
            lines.push(format!("   {}", told("skipped", &[("stage", &title)])));
            continue;
        }
        number += 1;
        lines.push(format!("{number:>2} {title} ({place})"));
        let about = facts.into_iter().chain(ways);
        lines.extend(about.map(|line| format!("   {line}")));
    }
    lines.push(String::new());
    lines.extend(walk.result());
    lines.push(told("all_ends", &[]));
    for (end, how) in walk.ends() {
        lines.push(format!("  {end}: {}", how.join("；")));
    }
    lines.join("\n")
}

/// For other programs.
pub(super) fn json(walk: &Told<'_>) -> Json {
    let directory = &walk.request.setting.directory;
    let login = |person| directory.person(person).map(|person| person.login.clone());
    let visits = walk.walk.visits.iter().map(|visit| {
        let asked = visit.asked.iter().map(|asked| {
            let people = asked.people.iter().filter_map(|person| login(*person));
            json!({
                "seat": asked.seat,
                "offered": asked.offered.iter().map(|party| match party {
                    Party::Person(person) => login(*person).unwrap_or_default(),
                    Party::Post(post) => post.to_string(),
                    Party::Department(code) => code.to_string(),
                }).collect::<Vec<_>>(),
                "people": people.collect::<Vec<_>>(),
            })
        });
        let due = visit
            .due
            .iter()
            .map(|due| json!({"node": due.node, "law": due.law, "at": due.at.to_rfc3339()}));
        json!({
            "stage": visit.place,
            "title": walk.place(&visit.place),
            "skipped": visit.stop == Stop::Skips,
            "waits": visit.stop == Stop::Waits,
            "from": visit.at.to_rfc3339(),
            "until": visit.left.map(|left| left.to_rfc3339()),
            "asked": asked.collect::<Vec<_>>(),
            "due": due.collect::<Vec<_>>(),
        })
    });
    let ways = walk.walk.ways.iter().map(|way| {
        let (action, which) = match &way.how {
            How::Deed(deed) => (deed.action, deed.which()),
            How::Overdue => ("overdue", None),
        };
        json!({
            "stage": way.place,
            "action": action,
            "which": which,
            "through": way.through,
            "reached": reached_json(walk, &way.reached),
        })
    });
    json!({
        "workflow": walk.workflow.key,
        "applicant": login(walk.request.applicant),
        "start": walk.request.start.to_rfc3339(),
        "stages": visits.collect::<Vec<_>>(),
        "reached": reached_json(walk, &walk.walk.reached),
        "others": ways.collect::<Vec<_>>(),
    })
}

fn reached_json(walk: &Told<'_>, reached: &Reached) -> Json {
    let said = walk.reached(reached);
    match reached {
        Reached::End(end) => json!({"end": end, "title": said}),
        Reached::Stands(place) | Reached::Refused(place, _) => {
            json!({"end": null, "stage": place, "reason": said})
        }
        Reached::InForce(place) => json!({"end": null, "in_force": place, "reason": said}),
        Reached::Parked(_) | Reached::TooLong => json!({"end": null, "reason": said}),
    }
}
