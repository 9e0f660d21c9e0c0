//! Resources as lines of the file that [`from_csv`](super::from_csv) reads: one for each item.

use super::row::{OF_ITEM, OF_RESOURCE};
use super::words;
use super::{Item, Resource};

/// What stands beside the provider's code for people to read; an import does not keep it.
const PROVIDER: &str = "信息资源提供方";

/// The columns, in the order of the cells of [`lines`].
#[must_use]
pub fn heads() -> Vec<&'static str> {
    let (own, items) = (OF_RESOURCE.into_iter(), OF_ITEM);
    own.chain([PROVIDER]).chain(items).collect()
}

/// A line for each item. The columns of the resource stand on the first one, its code and name on every one.
#[must_use]
pub fn lines(resource: &Resource, provider: &str) -> Vec<Vec<String>> {
    let own = of_resource(resource, provider);
    let items = resource.items.iter().zip(0usize..);
    items
        .map(|(item, position)| {
            let mut line = own.clone();
            if position != 0 {
                // Code and name.
                line.iter_mut().skip(2).for_each(String::clear);
            }
            line.extend(of_item(item, resource));
            line
        })
        .collect()
}

/// As [`OF_RESOURCE`] has them, and the provider's name.
fn of_resource(resource: &Resource, provider: &str) -> Vec<String> {
    vec![
        resource.code.clone(),
        resource.title.clone(),
        resource.provider.0.clone(),
        resource.summary.clone(),
        words::sharing_word(resource.sharing).to_owned(),
        resource.conditions.join("；"),
        resource.method.clone(),
        resource.cycle.clone(),
        resource.format.clone(),
        resource.level.to_string(),
        words::truth_word(resource.open).to_owned(),
        "非涉密".to_owned(),
        provider.to_owned(),
    ]
}

/// As [`OF_ITEM`] has them; class and conditions are blank where they are the resource's.
fn of_item(item: &Item, resource: &Resource) -> Vec<String> {
    let inherits = item.sharing == resource.sharing && item.conditions == resource.conditions;
    let (sharing, conditions) = match inherits {
        true => ("", String::new()),
        false => (
            words::sharing_word(item.sharing),
            item.conditions.join("；"),
        ),
    };
    vec![
        item.code.clone(),
        item.title.clone(),
        item.kind.clone(),
        item.length.clone(),
        item.level.to_string(),
        words::truth_word(item.personal).to_owned(),
        words::truth_word(item.sensitive).to_owned(),
        sharing.to_owned(),
        conditions,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::from_csv;

    #[test]
    fn what_is_written_reads_as_it_was() {
        let text = include_str!("../../demo/catalogue.csv");
        let known = from_csv(text, None).unwrap();

        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(heads()).unwrap();
        for resource in &known {
            for line in lines(resource, "某部门") {
                writer.write_record(line).unwrap();
            }
        }
        let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();

        assert_eq!(from_csv(&written, None), Ok(known));
    }
}
