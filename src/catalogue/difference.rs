//! What tells two states of a resource apart, part by part and item by item.

use super::{Item, Resource};

/// A part of a resource, or of one of its items, that is otherwise now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The item that it is about; `None`: the resource.
    pub item: Option<String>,
    /// Which part: the name of its field, or `item` for an item that came or went.
    pub part: &'static str,
    /// As it was; empty where there was nothing.
    pub was: String,
    /// As it is; empty where there is nothing.
    pub now: String,
}

/// What is otherwise in `now`. Against nothing, nothing is told: all of it is new.
#[must_use]
pub fn between(was: &Resource, now: &Resource) -> Vec<Difference> {
    let mut found = parts(None, &of_resource(was), &of_resource(now));
    for item in &was.items {
        match now.items.iter().find(|other| other.code == item.code) {
            Some(other) => found.extend(parts(Some(&item.code), &of_item(item), &of_item(other))),
            None => found.push(of_whole(item, |item| (item.title.clone(), String::new()))),
        }
    }
    let new = |item: &&Item| was.items.iter().all(|other| other.code != item.code);
    let came = now.items.iter().filter(new);
    found.extend(came.map(|item| of_whole(item, |item| (String::new(), item.title.clone()))));
    found
}

fn of_whole(item: &Item, words: impl Fn(&Item) -> (String, String)) -> Difference {
    let (was, now) = words(item);
    Difference {
        item: Some(item.code.clone()),
        part: "item",
        was,
        now,
    }
}

type Part = (&'static str, String);

fn parts(item: Option<&str>, was: &[Part], now: &[Part]) -> Vec<Difference> {
    let pairs = was.iter().zip(now).filter(|(was, now)| was != now);
    pairs
        .map(|((part, was), (_, now))| Difference {
            item: item.map(str::to_owned),
            part,
            was: was.clone(),
            now: now.clone(),
        })
        .collect()
}

fn of_resource(resource: &Resource) -> Vec<Part> {
    vec![
        ("title", resource.title.clone()),
        ("provider", resource.provider.0.clone()),
        ("summary", resource.summary.clone()),
        ("sharing", resource.sharing.word().to_owned()),
        ("conditions", resource.conditions.join("；")),
        ("method", resource.method.clone()),
        ("cycle", resource.cycle.clone()),
        ("format", resource.format.clone()),
        ("level", resource.level.to_string()),
        ("open", resource.open.to_string()),
    ]
}

fn of_item(item: &Item) -> Vec<Part> {
    vec![
        ("title", item.title.clone()),
        ("kind", item.kind.clone()),
        ("length", item.length.clone()),
        ("level", item.level.to_string()),
        ("personal", item.personal.to_string()),
        ("sensitive", item.sensitive.to_string()),
        ("sharing", item.sharing.word().to_owned()),
        ("conditions", item.conditions.join("；")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::from_csv;

    fn resource() -> Resource {
        let text = include_str!("../../demo/catalogue.csv");
        from_csv(text, None).unwrap().remove(0)
    }

    #[test]
    fn a_resource_is_as_it_is() {
        assert_eq!(between(&resource(), &resource()), []);
    }

    #[test]
    fn changed_parts_and_items_that_came_and_went_are_told() {
        let (was, mut now) = (resource(), resource());
        now.level = 5;
        now.items[0].level = 3;
        let gone = now.items.remove(1);

        let told: Vec<_> = between(&was, &now)
            .into_iter()
            .map(|difference| {
                (
                    difference.item,
                    difference.part,
                    difference.was,
                    difference.now,
                )
            })
            .collect();

        let first = Some(was.items[0].code.clone());
        assert_eq!(
            told,
            [
                (None, "level", "4".to_owned(), "5".to_owned()),
                (first, "level", "2".to_owned(), "3".to_owned()),
                (Some(gone.code), "item", gone.title, String::new()),
            ]
        );
    }
}
