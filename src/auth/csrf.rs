//! Values in forms that a page from elsewhere cannot know: bound to the session, or to cookie, link and action.

use super::keys::{Key, Purpose};
use super::tokens;
use crate::config::Secret;

/// Makes and checks the values.
#[derive(Debug, Clone)]
pub struct FormTokens(Key);

impl FormTokens {
    /// From the deployment's secret.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self(Key::derive(secret, Purpose::Forms))
    }

    /// The value for every form of a session; `session` is its token or the token's hash. Sessions are random, so
    /// this is too, and nothing more need be stored.
    #[must_use]
    pub fn for_session(&self, session: &str) -> String {
        self.0.mac(&["session", session])
    }

    /// Whether `value` belongs to `session`.
    #[must_use]
    pub fn is_for_session(&self, session: &str, value: &str) -> bool {
        tokens::same(&self.for_session(session), value)
    }

    /// The value for the confirm page of an action link, for one action.
    #[must_use]
    pub fn for_link(&self, cookie: &str, link: &str, action: &str) -> String {
        self.0.mac(&["link", cookie, link, action])
    }

    /// Whether `value` belongs to this cookie, link and action together.
    #[must_use]
    pub fn is_for_link(&self, cookie: &str, link: &str, action: &str, value: &str) -> bool {
        tokens::same(&self.for_link(cookie, link, action), value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms() -> FormTokens {
        FormTokens::new(&Secret::new("0123456789abcdef0123456789abcdef"))
    }

    #[test]
    fn a_value_belongs_to_one_session() {
        let value = forms().for_session("mine");

        assert!(forms().is_for_session("mine", &value));
        assert!(!forms().is_for_session("yours", &value));
        assert!(!forms().is_for_session("mine", ""));
    }

    #[test]
    fn a_value_of_a_link_is_bound_to_cookie_link_and_action() {
        let value = forms().for_link("cookie", "link", "approve");

        assert!(forms().is_for_link("cookie", "link", "approve", &value));
        assert!(!forms().is_for_link("other", "link", "approve", &value));
        assert!(!forms().is_for_link("cookie", "other", "approve", &value));
        assert!(!forms().is_for_link("cookie", "link", "reject", &value));
        assert!(!forms().is_for_session("cookie", &value));
    }
}
