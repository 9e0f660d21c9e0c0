//! Who acts: that somebody is left to do it, and that a vote can be won.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::workflow::{Asks, EmailLink, Kind, LinkAuth, Node, Seat, Share, Sign, Stage, Vote, Who};

impl Lint<'_> {
    pub fn people(&mut self) {
        let workflow = self.workflow;
        for node in workflow.nodes() {
            match &node.kind {
                Kind::Stage(stage) => {
                    self.nobody_left(node, stage);
                    self.named_users(node, stage);
                    self.actors(node, stage);
                    if let Sign::Vote(vote) = &stage.sign {
                        self.vote(node, stage, vote);
                    }
                    if node.distinct {
                        self.distinct(&node.id, &[stage.as_ref()]);
                    }
                }
                Kind::Group { .. }
                | Kind::Parallel(_)
                | Kind::Foreach(_)
                | Kind::Aside { .. }
                | Kind::Wait(_)
                | Kind::Start(_) => {
                    if node.distinct {
                        self.distinct_block(node);
                    }
                }
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

    fn of_seat(&self, node: &Node, seat: &Seat, index: usize) -> std::ops::Range<usize> {
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

    /// Seats named in `actor(stage.seat)`.
    fn actors(&mut self, node: &Node, stage: &Stage) {
        let named = stage
            .seats
            .iter()
            .flat_map(|seat| &seat.who)
            .map(|who| ("who", who))
            .chain(node.rules.not.iter().map(|who| ("not", who)));
        let mut found = Vec::new();
        for (key, who) in named {
            let Who::Actor {
                stage: of,
                seat: Some(seat),
            } = who
            else {
                continue;
            };
            let Some(Kind::Stage(other)) = self.workflow.node(of).map(|node| &node.kind) else {
                continue;
            };
            if !other
                .seats
                .iter()
                .any(|known| known.name.as_ref() == Some(seat))
            {
                found.push((key, of.clone(), seat.clone()));
            }
        }
        for (key, of, seat) in found {
            let at = self.of_node(&node.id, &[key]);
            self.note(
                "unknown-id",
                at,
                format!("环节 `{of}` 没有席位 `{seat}`"),
                format!("stage `{of}` has no seat `{seat}`"),
            );
        }
    }

    fn vote(&mut self, node: &Node, stage: &Stage, vote: &Vote) {
        let id = node.id.as_str();
        if let Some(most) = most_tasks(stage) {
            for (share, key) in [(Some(&vote.pass), "pass"), (vote.quorum.as_ref(), "quorum")] {
                if let Some(Share::Count(need)) = share.filter(|share| beyond(share, most)) {
                    let at = self.of_node(id, &["sign", key]);
                    self.note(
                        "too-many-passes",
                        at,
                        format!("要 {need} 票，却最多只有 {most} 个席位"),
                        format!("{need} votes are needed, but there are at most {most} seats"),
                    );
                }
            }
        }
        let seats: BTreeSet<&str> = stage
            .seats
            .iter()
            .filter_map(|seat| seat.name.as_deref())
            .collect();
        let named = [
            ("must", vote.must.as_slice()),
            ("veto", vote.veto.as_slice()),
            ("casting", vote.casting.as_slice()),
        ];
        for (key, names) in named {
            for (index, name) in names.iter().enumerate() {
                if !seats.contains(name.as_str()) {
                    let at = self.of_node(id, &["sign", key, &index.to_string()]);
                    self.note(
                        "unknown-id",
                        at,
                        format!("这里没有席位 `{name}`"),
                        format!("there is no seat `{name}` here"),
                    );
                }
            }
        }
        let around = self.workflow.path_to(id).unwrap_or_default();
        let timed = !node.due.is_empty() || around.iter().any(|block| !block.due.is_empty());
        if vote.until_due && !timed {
            let at = self.of_node(id, &["sign", "until"]);
            self.note(
                "vote-without-due",
                at,
                "`until: due` 要有 `due`，否则永远不计票".to_owned(),
                "`until: due` needs a `due`, or the votes are never counted".to_owned(),
            );
        }
    }

    fn distinct_block(&mut self, block: &Node) {
        let inside: Vec<&Stage> = self
            .workflow
            .nodes()
            .filter(|node| {
                self.workflow
                    .path_to(&node.id)
                    .is_some_and(|path| path.iter().any(|around| around.id == block.id))
            })
            .filter_map(Node::stage)
            .collect();
        self.distinct(&block.id, &inside);
    }

    /// The same single person in two seats that must be held by different people.
    fn distinct(&mut self, id: &str, stages: &[&Stage]) {
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for seat in stages.iter().flat_map(|stage| &stage.seats) {
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
            let at = self.of_node(id, &["distinct"]);
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

fn same_person_or_post(not: &Who, who: &Who) -> bool {
    match (not, who) {
        (Who::Any, _) => true,
        (Who::Post { role, at, .. }, Who::Post { role: r, at: a, .. }) => role == r && at == a,
        (one, two) => one == two,
    }
}

/// How many tasks there can be; `None` when only the case tells.
fn most_tasks(stage: &Stage) -> Option<u32> {
    let each = stage.seats.iter().flat_map(|seat| &seat.who).any(|who| {
        matches!(
            who,
            Who::Post { each: true, .. } | Who::Path { each: true, .. }
        )
    });
    if each {
        return None;
    }
    // Someone named twice signs once.
    let different: BTreeSet<String> = stage
        .seats
        .iter()
        .enumerate()
        .map(|(index, seat)| match seat.who.as_slice() {
            [person @ (Who::User(_) | Who::Applicant)] => format!("{person:?}"),
            _ => index.to_string(),
        })
        .collect();
    u32::try_from(different.len()).ok()
}

fn beyond(share: &Share, most: u32) -> bool {
    matches!(share, Share::Count(need) if most < *need)
}
