//! Places: stages and blocks as one case knows them, which inside a `foreach` are there once for each branch.

use super::model::{Kind, Node, Workflow};

/// A stage or block of a case: its id, and behind it in brackets the key of its branch for each `foreach` around it,
/// outermost first: `review`, `review[340000]`. A branch is a place of its own: `providers[340000]` of the foreach
/// `providers`, `life.open` of the parallel `life`.
pub type Place = String;

/// The id of the stage or block: `review` of `review[340000]`, `life` of `life.open`.
#[must_use]
pub fn id_of(place: &str) -> &str {
    place.split(['[', '.']).next().unwrap_or(place)
}

/// The name of the branch, of a branch of a `parallel`.
#[must_use]
pub fn branch_of(place: &str) -> Option<&str> {
    let name = place.split('[').next().unwrap_or(place);
    name.split_once('.').map(|(_, branch)| branch)
}

/// The keys of the branches that a place stands in, as they stand in it: `[hn-police]`; nothing outside of every branch.
#[must_use]
pub fn keys_in(place: &str) -> &str {
    place.find('[').map_or("", |start| &place[start..])
}

/// The keys of the branches that a place stands in, or is, outermost first.
pub fn keys_of(place: &str) -> impl Iterator<Item = &str> {
    place
        .split('[')
        .skip(1)
        .map(|key| key.strip_suffix(']').unwrap_or(key))
}

/// A key that can stand in a place: brackets are written in percents.
#[must_use]
pub fn key_of(value: &str) -> String {
    let mut key = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '%' => key.push_str("%25"),
            '[' => key.push_str("%5B"),
            ']' => key.push_str("%5D"),
            other => key.push(other),
        }
    }
    key
}

/// What a key was made of: [`key_of`] undone.
#[must_use]
pub fn word_of(key: &str) -> String {
    key.replace("%5B", "[")
        .replace("%5D", "]")
        .replace("%25", "%")
}

/// A stage or block in the branches with these keys.
#[must_use]
pub fn at<K: AsRef<str>>(id: &str, keys: &[K]) -> Place {
    let mut place = id.to_owned();
    for key in keys {
        place.push('[');
        place.push_str(key.as_ref());
        place.push(']');
    }
    place
}

impl Workflow {
    /// The places of the blocks and branches around a place, outermost first.
    #[must_use]
    pub fn around(&self, place: &str) -> Vec<Place> {
        let id = id_of(place);
        let keys: Vec<&str> = keys_of(place).collect();
        let path = self.path_to(id).unwrap_or_default();
        let mut around = Vec::new();
        let mut depth = 0;
        for (level, block) in path.iter().enumerate() {
            around.push(at(&block.id, &keys[..depth.min(keys.len())]));
            let next = path.get(level + 1).map_or(id, |inner| inner.id.as_str());
            match &block.kind {
                Kind::Foreach(_) => {
                    depth += 1;
                    around.push(at(&block.id, &keys[..depth.min(keys.len())]));
                }
                Kind::Parallel(_) => {
                    if let Some(branch) = block.branch_of(next) {
                        let name = format!("{}.{}", block.id, branch.name);
                        around.push(at(&name, &keys[..depth.min(keys.len())]));
                    }
                }
                Kind::Stage(_)
                | Kind::Group { .. }
                | Kind::Aside { .. }
                | Kind::Wait(_)
                | Kind::Start(_) => {}
            }
        }
        // A branch stands in its own block.
        if depth < keys.len() || branch_of(place).is_some() {
            around.push(at(id, &keys[..depth.min(keys.len())]));
        }
        around
    }

    /// How many `foreach` blocks there are around a stage or block.
    #[must_use]
    pub fn depth_of(&self, id: &str) -> usize {
        self.path_to(id)
            .unwrap_or_default()
            .iter()
            .filter(|block| matches!(block.kind, Kind::Foreach(_)))
            .count()
    }

    /// The place of the stage or block `id` as seen from another place: in the same branches, as far as it stands in them.
    #[must_use]
    pub fn seen_from(&self, place: &str, id: &str) -> Place {
        let keys: Vec<&str> = keys_of(place).take(self.depth_of(id)).collect();
        at(id, &keys)
    }

    /// The branch of a `foreach` or `parallel` that a place stands in, or is, innermost.
    #[must_use]
    pub fn branch_around(&self, place: &str) -> Option<Place> {
        self.around(place)
            .into_iter()
            .chain([place.to_owned()])
            .rev()
            .find(|around| self.is_branch(around))
    }

    /// The branch of a `foreach` that a place stands in, or is, innermost.
    #[must_use]
    pub fn part_around(&self, place: &str) -> Option<Place> {
        self.around(place)
            .into_iter()
            .chain([place.to_owned()])
            .rev()
            .find(|around| branch_of(around).is_none() && self.is_branch(around))
    }

    /// Whether a place is a branch of a `foreach` or `parallel`.
    #[must_use]
    pub fn is_branch(&self, place: &str) -> bool {
        branch_of(place).is_some() || self.depth_of(id_of(place)) < keys_of(place).count()
    }

    /// The list that a node stands in.
    #[must_use]
    pub fn list_of(&self, id: &str) -> &[Node] {
        self.siblings(id).map_or(&[], |(list, _)| list)
    }

    /// The node after this one in its list; those that are entered by name only are passed over.
    #[must_use]
    pub fn following(&self, id: &str) -> Option<&Node> {
        let (list, at) = self.siblings(id)?;
        list[at + 1..].iter().find(|node| node.is_on_the_way())
    }

    /// The first node of a list that the run enters.
    #[must_use]
    pub fn first_of(list: &[Node]) -> Option<&Node> {
        list.iter().find(|node| node.is_on_the_way())
    }
}

impl Node {
    /// Whether the run comes by; an `aside` is entered by name only.
    #[must_use]
    pub fn is_on_the_way(&self) -> bool {
        !matches!(self.kind, Kind::Aside { .. })
    }

    /// The place of this node's branch with this key, or of a parallel's branch of this name, given the node's own place.
    #[must_use]
    pub fn branch_place(&self, own: &str, key: &str) -> Place {
        match &self.kind {
            Kind::Parallel(_) => {
                let keys: Vec<&str> = keys_of(own).collect();
                at(&format!("{}.{key}", self.id), &keys)
            }
            _ => format!("{own}[{key}]"),
        }
    }
}
