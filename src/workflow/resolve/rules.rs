//! The keys that `defaults`, a block and a stage share, and how they are inherited.

use crate::calendar::{Duration, Unit};
use crate::directory::RoleCode;
use crate::expression::{Words, suggestion};
use crate::workflow::tree::{Kind, Tree};
use crate::workflow::{EmailLink, LinkAuth, Rules, Where, Who};

use super::Reader;
use super::keys::Keys;

/// The keys that are marked ↓ in the language.
pub(in crate::workflow) const RULE_KEYS: &[&str] = &[
    "not",
    "nobody",
    "deny",
    "comment",
    "email_link",
    "same_person",
];

/// Everything that people can do with a case or a task.
pub(in crate::workflow) const ACTIONS: &[&str] = &[
    "submit",
    "save_draft",
    "withdraw",
    "resubmit",
    "approve",
    "reject",
    "abstain",
    "choose",
    "done",
    "acknowledge",
    "recuse",
    "return",
    "supplement",
    "supply",
    "claim",
    "release",
    "transfer",
    "consult",
    "advise",
    "add_signer",
    "remove_signer",
    "take_back",
    "extend",
    "grant_extension",
    "refuse_extension",
    "urge",
    "copy",
    "comment",
    "suspend",
    "resume",
    "terminate",
    "void",
    "jump",
    "reassign",
    "signal",
    "migrate",
];

/// What one place says about the rules; `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub(in crate::workflow) struct Written {
    not: Vec<Who>,
    nobody: Option<Who>,
    deny: Vec<String>,
    comment: Option<Vec<String>>,
    email_link: Option<EmailLink>,
    skip_same_person: Option<bool>,
}

impl Written {
    /// What holds inside, where `inner` is written: `not` and `deny` add up, the rest is replaced.
    pub fn with(&self, inner: Self) -> Self {
        let add = |mut all: Vec<String>, more: Vec<String>| {
            for one in more {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
            all
        };
        let mut not = self.not.clone();
        for who in inner.not {
            if !not.contains(&who) {
                not.push(who);
            }
        }
        Self {
            not,
            nobody: inner.nobody.or_else(|| self.nobody.clone()),
            deny: add(self.deny.clone(), inner.deny),
            comment: inner.comment.or_else(|| self.comment.clone()),
            email_link: inner.email_link.or_else(|| self.email_link.clone()),
            skip_same_person: inner.skip_same_person.or(self.skip_same_person),
        }
    }

    /// With what the language gives where nobody wrote anything.
    pub fn settled(&self) -> Rules {
        let admin = Who::Post {
            role: RoleCode("workflow_admin".to_owned()),
            at: Where::Authority,
            each: false,
        };
        Rules {
            not: self.not.clone(),
            nobody: self.nobody.clone().or(Some(admin)),
            deny: self.deny.clone(),
            comment: self
                .comment
                .clone()
                .unwrap_or_else(|| vec!["reject".to_owned(), "return".to_owned()]),
            email_link: self.email_link.clone().unwrap_or_default(),
            skip_same_person: self.skip_same_person.unwrap_or(false),
        }
    }
}

impl<'t> Reader<'t> {
    pub fn rules(&mut self, keys: &Keys<'t>) -> Written {
        let not = self.who_list_at(keys, "not");
        let nobody = self.who_at(keys, "nobody");
        let deny = keys
            .get("deny")
            .map_or_else(Vec::new, |deny| self.actions(deny));
        let comment = keys.get("comment").map(|comment| self.comments(comment));
        let email_link = keys
            .get("email_link")
            .and_then(|link| self.email_link(link));
        let skip_same_person = keys
            .get("same_person")
            .and_then(|same| self.word(same, &[("ask", false), ("skip", true)]));
        Written {
            not,
            nobody,
            deny,
            comment,
            email_link,
            skip_same_person,
        }
    }

    fn actions(&mut self, tree: &'t Tree) -> Vec<String> {
        let items = self.items(tree);
        let mut found = Vec::new();
        for item in items {
            if let Some(action) = self.scalar(item) {
                self.action(action, &item.at);
                found.push(action.to_owned());
            }
        }
        found
    }

    fn action(&mut self, action: &str, place: &std::ops::Range<usize>) {
        if !ACTIONS.contains(&action) {
            self.note_with(
                "unknown-action",
                place,
                Words::new(
                    format!("没有操作 `{action}`"),
                    format!("there is no action `{action}`"),
                ),
                suggestion(action, ACTIONS.iter().copied()),
            );
        }
    }

    fn comments(&mut self, tree: &'t Tree) -> Vec<String> {
        let entries = self.named_entries(tree);
        let mut found = Vec::new();
        for entry in entries {
            self.action(&entry.key, &entry.at);
            if self.word(&entry.value, &[("required", ())]).is_some() {
                found.push(entry.key.clone());
            }
        }
        found
    }

    fn email_link(&mut self, tree: &'t Tree) -> Option<EmailLink> {
        if !matches!(tree.kind, Kind::Map(_)) {
            return self.word(tree, &[("never", ())]).map(|()| EmailLink::Never);
        }
        let keys = self.keys(tree, &["actions", "valid", "auth"])?;
        let actions = keys
            .get("actions")
            .map_or_else(Vec::new, |list| self.actions(list));
        let valid = self.duration_at(&keys, "valid");
        let auth = keys.get("auth").and_then(|auth| {
            self.word(
                auth,
                &[
                    ("confirm", LinkAuth::Confirm),
                    ("code", LinkAuth::Code),
                    ("login", LinkAuth::Login),
                ],
            )
        });
        Some(EmailLink::Offered {
            actions,
            valid: valid.unwrap_or(Duration {
                count: 3,
                unit: Unit::Wd,
            }),
            auth: auth.unwrap_or(LinkAuth::Confirm),
        })
    }
}
