//! 我的代理: who acts for whom, and the form that names somebody.

use serde::Serialize;

use super::{Choice, ErrorLink, Tag, View, error_title};
use crate::messages::{Language, text};

/// `/settings/substitutes`. Posted to the same address.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SubstitutesView {
    /// Who acts for the reader, now or soon.
    pub mine: Vec<SubstituteRow>,
    /// For whom the reader acts, now or soon.
    pub for_others: Vec<SubstituteRow>,
    /// Of others, for those who administer them.
    pub managed: Vec<SubstituteRow>,
    /// What is over.
    pub earlier: Vec<SubstituteRow>,
    /// The form, where there is a post that can be given to somebody.
    pub form: Option<SubstituteForm>,
    /// Whether the reader may set substitutes for others.
    pub administers: bool,
    /// The login of whom it is set for, as typed; empty for the reader.
    pub of: String,
    /// What is wrong with that login.
    pub of_error: String,
    /// The mistakes of the last try.
    pub errors: Vec<ErrorLink>,
    /// Their heading.
    pub error_heading: String,
}

/// Somebody acts for somebody.
#[derive(Debug, Clone, Serialize)]
pub struct SubstituteRow {
    /// Its id.
    pub id: String,
    /// 省公安厅科室负责人
    pub post: String,
    /// Who holds it.
    pub holder: String,
    /// Who acts for them.
    pub substitute: String,
    /// 3月2日 至 3月6日
    pub days: String,
    /// 代理中, 未开始, 已到期, 已结束
    pub state: Tag,
    /// Who named the substitute, or ended it, and when.
    pub by: String,
    /// Whether it can be ended.
    pub lasts: bool,
}

/// The form that names a substitute.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SubstituteForm {
    /// 指定代理人, or for whom.
    pub heading: String,
    /// The posts, all of them first.
    pub posts: Vec<Choice>,
    /// What is wrong with the post.
    pub post_error: String,
    /// Who can be named.
    pub people: Vec<Choice>,
    /// What is wrong with whoever was chosen.
    pub substitute_error: String,
    /// The first day, as typed.
    pub from: String,
    /// What is wrong with it.
    pub from_error: String,
    /// The last day, as typed.
    pub until: String,
    /// What is wrong with it.
    pub until_error: String,
    /// Today: nothing begins before.
    pub today: String,
}

impl View for SubstitutesView {
    const TEMPLATE: &'static str = "pages/substitutes";

    fn title(&self, language: Language) -> String {
        let title = text(language, "pages.substitutes.title", &[]);
        error_title(language, title, &self.errors)
    }
}
