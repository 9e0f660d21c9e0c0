//! Mails about no case: a program that wants to be told no more, somebody who acts for somebody.

use super::{View, Writer};
use crate::notify::facts::SubstituteFacts;

impl Writer<'_> {
    pub(super) fn webhook_gone(&self, target: &str, url: &str) -> View {
        let mut view = self.beside("webhook_gone", &[("target", target)]);
        view.rows.push(self.plain_row("program", target.to_owned()));
        view.buttons.push(self.open("webhooks", url));
        view
    }

    pub(super) fn substitute(&self, kind: &str, of: &SubstituteFacts) -> View {
        let words = &self.words;
        let days = words.say(
            "span",
            &[
                ("from", &words.full_day(of.from)),
                ("until", &words.full_day(of.until)),
            ],
        );
        let values = [("holder", of.holder.as_str()), ("days", &days)];
        let mut view = self.beside(&format!("substitute.{kind}"), &values);
        if !self.facts.hide_details {
            view.rows.push(self.plain_row("post", of.post.clone()));
        }
        view.rows.push(self.strong_row("days", days));
        view.buttons.push(self.open("substitutes", &of.url));
        view
    }

    /// There is no number and no matter.
    fn beside(&self, kind: &str, values: &[(&str, &str)]) -> View {
        View {
            rows: Vec::new(),
            ..self.start(kind, values)
        }
    }
}
