//! Places in lists as other programs carry them: signed, so that none can be made up or taken to another list.

use super::keys::{Key, Purpose};
use super::tokens;
use crate::config::Secret;

/// Between a place and its signature.
const SEAL: char = '~';

/// Writes and reads places.
#[derive(Debug, Clone)]
pub struct Places(Key);

impl Places {
    /// From the deployment's secret.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self(Key::derive(secret, Purpose::Lists))
    }

    /// A place in somebody's list, safe in an address.
    #[must_use]
    pub fn write(&self, list: &str, person: i64, place: &str) -> String {
        format!("{place}{SEAL}{}", self.seal(list, person, place))
    }

    /// The place, if it was written for this list of this person.
    #[must_use]
    pub fn read<'t>(&self, list: &str, person: i64, text: &'t str) -> Option<&'t str> {
        let (place, seal) = text.rsplit_once(SEAL)?;
        tokens::same(&self.seal(list, person, place), seal).then_some(place)
    }

    fn seal(&self, list: &str, person: i64, place: &str) -> String {
        let mut seal = self.0.mac(&[list, &person.to_string(), place]);
        seal.truncate(32);
        seal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_good_only_where_it_was_given() {
        let places = Places::new(&Secret::new("0123456789abcdef0123456789abcdef"));
        let place = places.write("cases", 7, "17.4");

        assert_eq!(places.read("cases", 7, &place), Some("17.4"));
        assert_eq!(places.read("tasks", 7, &place), None);
        assert_eq!(places.read("cases", 8, &place), None);
        assert_eq!(
            places.read("cases", 7, &place.replace("17.4", "17.5")),
            None
        );
        assert_eq!(places.read("cases", 7, "17.4"), None);
        assert_eq!(places.read("cases", 7, ""), None);
    }
}
