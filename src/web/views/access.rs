//! Signing in and out.

use serde::Serialize;

use super::{Choice, View};
use crate::messages::{Language, text};

/// `/login`. Posted to the same address with `login`, `password`, `next`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LoginView {
    /// As typed.
    pub login: String,
    /// What is wrong; the same for known and unknown logins.
    pub error: String,
    /// Where to go afterwards; checked by the handler to be a path of ours.
    pub next: String,
    /// Why one is asked: 登录已过期，草稿已保存.
    pub why: String,
    /// The accounts of the demonstration, to try out.
    pub accounts: Vec<DemoAccount>,
    /// Their common password.
    pub demo_password: String,
    /// The address of a form that waits for its owner to log in.
    pub again: String,
    /// What was typed into it, as hidden fields.
    pub kept: Vec<Choice>,
}

/// An account of the demonstration.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// Department and posts.
    pub about: String,
}

impl View for LoginView {
    const TEMPLATE: &'static str = "pages/login";

    fn title(&self, language: Language) -> String {
        let title = text(language, "pages.login.title", &[]);
        if self.error.is_empty() {
            return title;
        }
        text(language, "pages.title.error", &[("title", &title)])
    }
}

/// After signing out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LogoutView {}

impl View for LogoutView {
    const TEMPLATE: &'static str = "pages/logout";

    fn title(&self, language: Language) -> String {
        text(language, "pages.logout.title", &[])
    }
}
