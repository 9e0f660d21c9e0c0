//! The value of a key, read as what it should be; nothing where the key is not there.

use crate::calendar::Duration;
use crate::expression::Expression;
use crate::workflow::{Next, Text, Who};

use super::keys::Keys;
use super::{Reader, Site};

impl<'t> Reader<'t> {
    pub fn words_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<Text> {
        keys.get(key).and_then(|tree| self.words(tree))
    }

    /// A text that must be there.
    pub fn words_needed(&mut self, keys: &Keys<'t>, key: &str) -> Option<Text> {
        if keys.get(key).is_none() {
            self.missing(keys.tree, key);
        }
        self.words_at(keys, key)
    }

    pub fn scalar_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<&'t str> {
        keys.get(key).and_then(|tree| self.scalar(tree))
    }

    pub fn switch_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<bool> {
        keys.get(key).and_then(|tree| self.switch(tree))
    }

    pub fn count_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<u32> {
        keys.get(key).and_then(|tree| self.count(tree))
    }

    pub fn duration_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<Duration> {
        keys.get(key).and_then(|tree| self.duration(tree))
    }

    pub fn guard_at(&mut self, keys: &Keys<'t>, key: &str, site: &Site) -> Option<Expression> {
        keys.get(key)
            .and_then(|tree| self.guard(tree, site.clone()))
    }

    pub fn who_at(&mut self, keys: &Keys<'t>, key: &str) -> Option<Who> {
        keys.get(key).and_then(|tree| self.who(tree))
    }

    pub fn who_list_at(&mut self, keys: &Keys<'t>, key: &str) -> Vec<Who> {
        keys.get(key)
            .map_or_else(Vec::new, |tree| self.who_list(tree))
    }

    pub fn next_at(&mut self, keys: &Keys<'t>, key: &str, site: &Site) -> Next {
        keys.get(key)
            .map_or_else(Vec::new, |tree| self.next(tree, site))
    }

    pub fn fills_at(&mut self, keys: &Keys<'t>, key: &str) -> Vec<String> {
        keys.get(key).map_or_else(Vec::new, |tree| self.fills(tree))
    }

    /// One of a few words.
    pub fn word_at<T: Copy>(
        &mut self,
        keys: &Keys<'t>,
        key: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        keys.get(key).and_then(|tree| self.word(tree, known))
    }
}
