//! Mails about the days in entries of registers.

use std::collections::BTreeSet;

use crate::directory::DepartmentCode;
use crate::forms::Words;
use crate::notify::facts::{EntryFacts, EntrySaid, Hindrance, Notice};
use crate::services::dates::{About, Told};
use crate::services::{Error, Viewer, ledger};
use crate::storage::{self, Connection, register_marks, register_search};
use crate::workflow::{Register, RegisterDate};

use super::Scene;

impl Scene<'_> {
    /// What the mail says; `None` when the day does not matter any more, or has moved.
    pub(super) fn of_entry(
        &self,
        conn: &mut Connection,
        told: Told,
        about: &About,
    ) -> Result<Option<Notice>, Error> {
        let registers = self.app.registers(conn)?;
        let Some(register) = registers.get(&about.register) else {
            return Ok(None);
        };
        let Some(date) = rule(register, about) else {
            return Ok(None);
        };
        let Some((entry, case)) = register_search::get(conn, about.entry)? else {
            return Ok(None);
        };
        let Some(comes) = date.comes(about.day) else {
            return Ok(None);
        };
        let facts = |said, url| {
            Some(Notice::Entry(EntryFacts {
                register: self.language.pick(&register.title).to_owned(),
                what: self.language.pick(&date.title).to_owned(),
                said,
                url,
            }))
        };
        if let (Told::Started, Some(started)) = (told, about.started) {
            let page = format!("{}/c/{started}", self.app.settings.base_url);
            return Ok(match storage::cases::get(conn, started)? {
                Some(_) => facts(EntrySaid::Filed, page),
                None => facts(EntrySaid::Started, format!("{page}/edit")),
            });
        }
        let statuses = &date.matters;
        if !register_marks::holds(conn, entry.id, &date.field, about.day, statuses)? {
            return Ok(None);
        }
        let named = register_search::departments_of(conn, entry.id)?;
        let url = match self.sees(register, named.into_iter().collect(), case.level) {
            true => self.entry_url(register, about, case.number.as_deref()),
            false => self.case_url(),
        };
        let said = match told {
            Told::Unstarted => EntrySaid::Unstarted(about.hindrance.unwrap_or(Hindrance::Nobody)),
            Told::Due | Told::Started => EntrySaid::Due(comes, about.entries),
        };
        Ok(facts(said, url))
    }

    fn sees(&self, register: &Register, named: BTreeSet<DepartmentCode>, level: u8) -> bool {
        let viewer = Viewer::of(&self.running.directory, self.person.id, self.now);
        viewer.is_some_and(|viewer| ledger::would_see(&viewer, register, &named, level))
    }

    /// The entry's page; of several, the register narrowed to their case.
    fn entry_url(&self, register: &Register, about: &About, number: Option<&str>) -> String {
        let base = &self.app.settings.base_url;
        match (about.entries, number) {
            (2.., Some(number)) => {
                let query: String = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("k", number)
                    .finish();
                format!("{base}/ledger/{}?{query}", register.id)
            }
            _ => format!("{base}/ledger/{}/{}", register.id, about.entry),
        }
    }
}

/// The rule by which the mail was written, if the register still has it.
fn rule<'r>(register: &'r Register, about: &About) -> Option<&'r RegisterDate> {
    let mut dates = register.dates.iter();
    dates.find(|date| date.field == about.field && date.marks().contains(&about.mark))
}
