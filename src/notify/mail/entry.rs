//! Mails about the days in entries of registers.

use chrono::NaiveDate;

use super::{Row, View, Writer};
use crate::calendar::{Duration, Unit};
use crate::notify::facts::{EntryFacts, EntrySaid, Hindrance};

impl Writer<'_> {
    pub(super) fn entry(&self, entry: &EntryFacts) -> View {
        match entry.said {
            EntrySaid::Due(comes, entries) => self.entry_due(entry, comes, entries),
            EntrySaid::Started => self.about_entry("entry.started", "start", entry),
            EntrySaid::Filed => self.about_entry("entry.filed", "case", entry),
            EntrySaid::Unstarted(why) => {
                let kind = match why {
                    Hindrance::Nobody => "entry.unstarted.nobody",
                    Hindrance::NotInForce => "entry.unstarted.not_in_force",
                    Hindrance::Unreadable => "entry.unstarted.unreadable",
                };
                self.about_entry(kind, "entry", entry)
            }
        }
    }

    fn entry_due(&self, entry: &EntryFacts, comes: NaiveDate, entries: usize) -> View {
        let days = (comes - self.words.today).num_days();
        let kind = match days {
            1.. => "entry.due",
            0 => "entry.today",
            _ => "entry.over",
        };
        let count = u32::try_from(days.unsigned_abs()).unwrap_or(u32::MAX);
        let left = self.words.amount(Duration::new(count, Unit::D));
        let mut view = self.start(kind, &[("what", &entry.what), ("left", &left)]);
        self.add_entry(&mut view, entry);
        let day = self.words.full_day(comes);
        view.rows.push(match entries {
            0 | 1 => self.strong_row("comes", day),
            _ => Row {
                plain: self
                    .words
                    .say("entries", &[("count", &entries.to_string())]),
                ..self.strong_row("comes", day)
            },
        });
        view.buttons.push(self.open("entry", &entry.url));
        view
    }

    fn about_entry(&self, kind: &str, button: &str, entry: &EntryFacts) -> View {
        let mut view = self.start(kind, &[("what", &entry.what)]);
        self.add_entry(&mut view, entry);
        view.buttons.push(self.open(button, &entry.url));
        view
    }

    fn add_entry(&self, view: &mut View, entry: &EntryFacts) {
        self.add_applicant(view);
        view.rows
            .push(self.plain_row("register", entry.register.clone()));
    }
}
