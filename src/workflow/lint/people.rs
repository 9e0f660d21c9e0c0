//! Who acts: that somebody is left to do it.

use std::collections::BTreeMap;

use super::Lint;
use crate::workflow::{Asks, EmailLink, Kind, LinkAuth, Node, Seat, Sign, Stage, Who};

impl Lint<'_> {
    pub fn people(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            match &node.kind {
                Kind::Stage(stage) => {
                    self.nobody_left(node, stage);
                    self.named_users(node, stage);
                    if let Sign::Vote(vote) = &stage.sign {
                        self.vote(node, stage, vote);
                    }
                }
                Kind::Group { .. }
                | Kind::Parallel(_)
                | Kind::Foreach(_)
                | Kind::Aside { .. }
                | Kind::Wait(_)
                | Kind::Start(_) => {}
            }
            if node.distinct {
                self.distinct(node);
            }
        }
        self.sensitive_links();
    }

    fn nobody_left(&mut self, node: &Node, stage: &Stage) {
        for (index, seat) in stage.seats.iter().enumerate() {
            let possible = |who: &Who| !self.excluded(node, stage, who);
            if seat.who.is_empty() || seat.who.iter().any(possible) {
                continue;
            }
            let at = self.of_seat(node, seat, index);
            let only_applicant = seat.who.iter().all(|who| *who == Who::Applicant);
            if stage.asks == Asks::Sign && only_applicant {
                self.note(
                    "nobody-left",
                    at,
                    "申请人不能签批自己的申请；由申请人办理的事写 `kind: work`".to_owned(),
                    "applicants never sign their own case; write `kind: work` for what they do"
                        .to_owned(),
                );
            } else {
                self.note(
                    "nobody-left",
                    at,
                    "按 `not` 回避以后，这里没有人可以办理".to_owned(),
                    "after `not` nobody is left to act here".to_owned(),
                );
            }
        }
    }

    fn excluded(&self, node: &Node, stage: &Stage, who: &Who) -> bool {
        let barred = node
            .rules
            .not
            .iter()
            .any(|not| same_person_or_post(not, who));
        let signs = stage.asks == Asks::Sign;
        barred || (signs && (*who == Who::Applicant || self.is_party(who)))
    }

    fn is_party(&self, who: &Who) -> bool {
        let Who::Path { path, .. } = who else {
            return false;
        };
        path.strip_prefix("form.")
            .and_then(|id| self.workflow.field(id))
            .is_some_and(|field| field.party)
    }

    pub fn of_seat(&self, node: &Node, seat: &Seat, index: usize) -> std::ops::Range<usize> {
        match &seat.name {
            Some(name) => self.of_node(&node.id, &["who", name]),
            None => self.of_node(&node.id, &["who", &index.to_string()]),
        }
    }

    fn named_users(&mut self, node: &Node, stage: &Stage) {
        for (index, seat) in stage.seats.iter().enumerate() {
            if let [Who::User(login)] = seat.who.as_slice() {
                let at = self.of_seat(node, seat, index);
                self.note(
                    "named-user",
                    at,
                    format!("只有 `{login}` 一个人可以办理；人员变动后要重新发布"),
                    format!("only `{login}` can act here; a change of people needs a new version"),
                );
            }
        }
    }

    /// The same single person in two seats that must be held by different people.
    fn distinct(&mut self, node: &Node) {
        let Some(standing) = self.map.get(&node.id) else {
            return;
        };
        let inside = &self.map.all()[standing.at..=standing.last];
        let stages = inside.iter().filter_map(|standing| standing.node.stage());
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for seat in stages.flat_map(|stage| &stage.seats) {
            if let [
                who @ (Who::Applicant
                | Who::User(_)
                | Who::Actor { .. }
                | Who::Path { each: false, .. }),
            ] = seat.who.as_slice()
            {
                *counted.entry(format!("{who:?}")).or_default() += 1;
            }
        }
        if counted.values().any(|count| 1 < *count) {
            let at = self.of_node(&node.id, &["distinct"]);
            self.note(
                "nobody-left",
                at,
                "`distinct` 要求不同的人，却有两处写的是同一个人".to_owned(),
                "`distinct` asks for different people, but the same one is named twice".to_owned(),
            );
        }
    }

    /// The level of chosen resources is not known before a case runs, so any link may come to handle level 3.
    fn sensitive_links(&mut self) {
        let resources = self
            .workflow
            .form
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .find(|field| field.kind.0.name() == "resources");
        let Some(resources) = resources else { return };
        let linked: Vec<&str> = self
            .workflow
            .nodes()
            .filter(|node| matches!(&node.kind, Kind::Stage(_)))
            .filter(|node| {
                matches!(
                    node.rules.email_link,
                    EmailLink::Offered {
                        auth: LinkAuth::Confirm,
                        ..
                    }
                )
            })
            .map(|node| node.id.as_str())
            .collect();
        if linked.is_empty() {
            return;
        }
        let at = match self
            .root
            .get("defaults")
            .filter(|tree| tree.get("email_link").is_some())
        {
            Some(defaults) => defaults.place(&["email_link"]),
            None => self.of_node(linked[0], &["email_link"]),
        };
        let list = linked.join(", ");
        self.note(
            "link-sensitive",
            at,
            format!(
                "`{}` 可能选到三级以上数据，而这些环节的邮件链接只需确认就能办理：{list}",
                resources.id
            ),
            format!(
                "`{}` may hold data of level 3 and above, and links act after a mere confirmation in: {list}",
                resources.id
            ),
        );
    }
}

pub fn same_person_or_post(not: &Who, who: &Who) -> bool {
    match (not, who) {
        (Who::Any, _) => true,
        (Who::Post { role, at, .. }, Who::Post { role: r, at: a, .. }) => role == r && at == a,
        (one, two) => one == two,
    }
}
