//! Writing registers: `record` opens or changes the entries of this case, branch and element.

use serde_json::Value as Json;

use super::Halt;
use crate::catalogue;
use crate::engine::run::Run;
use crate::engine::{Entry, Event, parts};
use crate::expression::{Scope, Value};
use crate::forms::Answers;
use crate::workflow::{Place, Record, RecordAt, Register};

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
        self.fits_the_directory(record, &key, &values)?;
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

impl Run<'_> {
    /// What goes into the data directory is a resource by its rules, provided by the applicant's own department, under a
    /// code that no other department has. The form asks for all of that; what changed since then parks the case here.
    fn fits_the_directory(&self, record: &Record, key: &str, set: &Answers) -> Result<(), Halt> {
        let Some(register) = record.known.as_ref().filter(|register| register.directory) else {
            return Ok(());
        };
        let known = self.case.entries.get(key);
        let mut values = known.map(|entry| entry.values.clone()).unwrap_or_default();
        values.extend(set.clone());
        let code = values
            .get("code")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let own = self.case.department.0.as_str();
        let mut providers = self
            .context
            .registered
            .iter()
            .filter_map(|(id, value, department)| {
                (*id == register.id && value == code).then_some(department.as_str())
            });
        let provider = providers.next();
        if provider.is_some_and(|provider| provider != own) {
            return Err(Halt::Guard(format!("another department provides `{code}`")));
        }
        if record.status.as_deref() == Some(Register::REMOVED) {
            return match provider {
                Some(_) => Ok(()),
                None => Err(Halt::Guard(format!("the directory has no `{code}`"))),
            };
        }
        let resource = catalogue::from_values(&values).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Halt::Guard(faults.join("; "))
        })?;
        match resource.provider.0 == own {
            true => Ok(()),
            false => Err(Halt::Guard("the provider is another department".to_owned())),
        }
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
