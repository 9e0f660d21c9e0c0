//! Writing registers: `record` opens or changes the entries of this case, branch and element.

use super::Halt;
use crate::engine::run::Run;
use crate::engine::{Entry, Event, parts};
use crate::expression::{Scope, Value};
use crate::forms::Answers;
use crate::workflow::{Place, Record, RecordAt};

impl Run<'_> {
    /// Writes what a stage, block or end leaves at this moment. What stands so already is not written again.
    pub(super) fn write_records(
        &mut self,
        records: &[Record],
        id: &str,
        at: RecordAt,
    ) -> Result<(), Halt> {
        for record in records.iter().filter(|record| record.at == at) {
            self.write_record(record, id)?;
        }
        Ok(())
    }

    fn write_record(&mut self, record: &Record, id: &str) -> Result<(), Halt> {
        let branch = self.workflow.part_around(id);
        let mut scope = self.scope(id);
        let chosen = self.case.stage(id).choice;
        scope
            .variables
            .insert("choice".into(), chosen.map_or(Value::Null, Value::Text));
        let Some(each) = &record.each else {
            let values = values(record, &scope)?;
            for element in self.elements(&record.register, branch.as_deref()) {
                self.write_entry(record, id, branch.as_ref(), element, values.clone())?;
            }
            return Ok(());
        };
        let Value::List(rows) = each.value(&scope)? else {
            return Ok(());
        };
        for (index, row) in rows.into_iter().enumerate() {
            let element = parts::element_key(&row, index);
            scope.variables.insert("row".into(), row);
            let values = values(record, &scope)?;
            self.write_entry(record, id, branch.as_ref(), element, values)?;
        }
        Ok(())
    }

    /// The elements of the entries that there are; where there is none, one without an element.
    fn elements(&self, register: &str, branch: Option<&str>) -> Vec<String> {
        let known = self.case.entries.values();
        let mut elements: Vec<String> = known
            .filter(|entry| entry.register == register && entry.branch.as_deref() == branch)
            .map(|entry| entry.element.clone())
            .collect();
        if elements.is_empty() {
            elements.push(String::new());
        }
        elements
    }

    fn write_entry(
        &mut self,
        record: &Record,
        id: &str,
        branch: Option<&Place>,
        element: String,
        mut values: Answers,
    ) -> Result<(), Halt> {
        let key = Entry::key(&record.register, branch.map(String::as_str), &element);
        let mut status = record.status.clone();
        if let Some(entry) = self.case.entries.get(&key) {
            values.retain(|field, value| entry.values.get(field) != Some(value));
            status = status.filter(|status| entry.status.as_ref() != Some(status));
            if values.is_empty() && status.is_none() {
                return Ok(());
            }
            allowed(record, entry.status.as_deref(), status.as_deref())?;
        }
        self.record(Event::Recorded {
            id: id.to_owned(),
            register: record.register.clone(),
            branch: branch.cloned(),
            element,
            status,
            values,
        });
        Ok(())
    }
}

/// An entry goes only where its register says that it may.
fn allowed(record: &Record, from: Option<&str>, to: Option<&str>) -> Result<(), Halt> {
    let (Some(register), Some(to)) = (&record.known, to) else {
        return Ok(());
    };
    if register.allows(from, to) {
        return Ok(());
    }
    let from = from.unwrap_or_default();
    Err(Halt::Guard(format!(
        "the register `{}` has no move `{from} > {to}`",
        record.register
    )))
}

fn values(record: &Record, scope: &Scope) -> Result<Answers, Halt> {
    let mut values = Answers::new();
    for (field, value) in &record.set {
        values.insert(field.clone(), parts::json(&value.value(scope)?));
    }
    Ok(values)
}
