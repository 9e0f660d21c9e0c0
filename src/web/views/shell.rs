//! What stands around every page: header, navigation, language, notice, footer.

use serde::Serialize;

use super::Notice;
use crate::messages::{Language, text};

/// The entry of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nav {
    /// None of them.
    #[default]
    None,
    /// 待办
    Inbox,
    /// 已办
    Done,
    /// 我发起的
    Mine,
    /// 抄送我的
    Cc,
    /// 数据目录
    Catalogue,
    /// 台账
    Ledger,
    /// 发起申请
    New,
    /// 无人可办
    Vacant,
    /// 我的代理
    Substitutes,
    /// 流程定义
    Workflows,
    /// 系统通知
    Webhooks,
    /// 发送
    Outbox,
    /// 开发邮箱
    Mail,
}

/// Where an entry of the navigation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// 工作台, and the tabs above the lists.
    Lists,
    /// 管理, for those who manage.
    Manage,
    /// 演示
    Extra,
    /// What is the reader's own: beside their name.
    Account,
}

/// How many there are behind entries of the navigation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open tasks of mine.
    pub inbox: u64,
    /// My drafts.
    pub drafts: u64,
    /// Copies that I have not read.
    pub unread: u64,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reader {
    /// 王建国
    pub name: String,
    /// 省公安厅
    pub department: String,
}

/// What a handler knows about every page.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The reader's language.
    pub language: Language,
    /// Who is signed in; without, the page has no navigation.
    pub reader: Option<Reader>,
    /// Where the reader is.
    pub nav: Nav,
    /// Numbers beside the navigation.
    pub counts: Counts,
    /// Whether the reader may file, so that 发起申请 is offered.
    pub may_file: bool,
    /// Whether the reader administers workflows.
    pub manages: bool,
    /// Whether the reader may look at definitions.
    pub sees_definitions: bool,
    /// Whether the reader looks after the system.
    pub administers: bool,
    /// Whether nothing leaves since a restore, which those who look after the system are told.
    pub paused: bool,
    /// The token that every form sends as `csrf`.
    pub csrf: String,
    /// Path and query of this page without `lang`, for the link to the other language. Empty where a page cannot be
    /// asked for again by its address.
    pub here: String,
    /// 河南省: the place that the installation serves.
    pub place: Option<String>,
    /// Whether all data is made up.
    pub demo: bool,
    /// Whether `/dev/mail` is there.
    pub dev_mail: bool,
    /// What was just done, once after a redirect.
    pub notice: Option<Notice>,
}

/// The same as templates read it.
#[derive(Debug, Serialize)]
pub(super) struct Layout {
    lang: &'static str,
    csrf: String,
    reader: Option<Reader>,
    home: &'static str,
    place: Option<String>,
    demo: bool,
    version: &'static str,
    notice: Option<Notice>,
    paused: bool,
    may_file: bool,
    filing: bool,
    lists: Vec<Entry>,
    manage: Vec<Entry>,
    extra: Vec<Entry>,
    account: Vec<Entry>,
    search: Search,
    other_language: Option<OtherLanguage>,
}

#[derive(Debug, Clone, Serialize)]
struct Entry {
    href: &'static str,
    icon: &'static str,
    text: String,
    count: u64,
    hot: bool,
    current: bool,
}

#[derive(Debug, Serialize)]
struct Search {
    action: &'static str,
    label: String,
}

#[derive(Debug, Serialize)]
struct OtherLanguage {
    href: String,
    lang: &'static str,
    name: &'static str,
}

impl Shell {
    pub(super) fn layout(&self) -> Layout {
        let lists = self.entries(Group::Lists);
        Layout {
            lang: self.language.tag(),
            csrf: self.csrf.clone(),
            home: if self.reader.is_some() {
                "/inbox"
            } else {
                "/login"
            },
            reader: self.reader.clone(),
            place: self.place(),
            demo: self.demo,
            version: env!("CARGO_PKG_VERSION"),
            notice: self.notice.clone(),
            paused: self.paused,
            may_file: self.may_file,
            filing: self.nav == Nav::New,
            search: self.search(&lists),
            lists,
            manage: self.entries(Group::Manage),
            extra: self.entries(Group::Extra),
            account: self.entries(Group::Account),
            other_language: self.other_language(),
        }
    }

    fn place(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        if !self.demo {
            return Some(place.clone());
        }
        Some(text(
            self.language,
            "pages.shell.demo_place",
            &[("place", place)],
        ))
    }

    fn entries(&self, group: Group) -> Vec<Entry> {
        use Group::{Account, Extra, Lists, Manage};
        let all = [
            (Lists, Nav::Inbox, "/inbox", "inbox", "pages.nav.inbox"),
            (Lists, Nav::Done, "/done", "circle-check", "pages.nav.done"),
            (Lists, Nav::Mine, "/mine", "send", "pages.nav.mine"),
            (Lists, Nav::Cc, "/cc", "at-sign", "pages.nav.cc"),
            (
                Lists,
                Nav::Catalogue,
                "/catalogue",
                "layout-dashboard",
                "pages.nav.catalogue",
            ),
            (
                Lists,
                Nav::Ledger,
                "/ledger",
                "table-properties",
                "pages.nav.ledger",
            ),
            (
                Manage,
                Nav::Vacant,
                "/admin/vacant",
                "users",
                "pages.nav.vacant",
            ),
            (
                Manage,
                Nav::Workflows,
                "/admin/workflows",
                "workflow",
                "pages.nav.workflows",
            ),
            (
                Manage,
                Nav::Webhooks,
                "/admin/webhooks",
                "send",
                "pages.nav.webhooks",
            ),
            (
                Manage,
                Nav::Outbox,
                "/admin/outbox",
                "at-sign",
                "pages.nav.outbox",
            ),
            (Extra, Nav::Mail, "/dev/mail", "mail", "pages.nav.mail"),
            (
                Account,
                Nav::Substitutes,
                "/settings/substitutes",
                "users",
                "pages.nav.substitutes",
            ),
        ];
        let shown = |nav: Nav| match (group, nav) {
            (Lists | Account, _) => true,
            (Manage, Nav::Workflows) => self.sees_definitions,
            (Manage, Nav::Webhooks | Nav::Outbox) => self.administers,
            (Manage, _) => self.manages,
            (Extra, _) => self.dev_mail,
        };
        all.into_iter()
            .filter(|(of, nav, ..)| *of == group && shown(*nav))
            .map(|(_, nav, href, icon, key)| Entry {
                href,
                icon,
                text: text(self.language, key, &[]),
                count: self.count(nav),
                hot: nav == Nav::Inbox,
                current: nav == self.nav,
            })
            .collect()
    }

    fn count(&self, nav: Nav) -> u64 {
        match nav {
            Nav::Inbox => self.counts.inbox,
            Nav::Mine => self.counts.drafts,
            Nav::Cc => self.counts.unread,
            Nav::None
            | Nav::Catalogue
            | Nav::Ledger
            | Nav::Done
            | Nav::New
            | Nav::Vacant
            | Nav::Workflows
            | Nav::Webhooks
            | Nav::Outbox
            | Nav::Substitutes
            | Nav::Mail => 0,
        }
    }

    /// The field in the header searches the list that the reader is in, otherwise the inbox.
    fn search(&self, lists: &[Entry]) -> Search {
        // The directory and the registers are no lists of cases; each of them has its own filter.
        let current = lists.iter().find(|entry| entry.current);
        let list = current
            .filter(|_| !matches!(self.nav, Nav::Catalogue | Nav::Ledger))
            .or(lists.first());
        let name = list.map_or("", |entry| entry.text.as_str());
        Search {
            action: list.map_or("/inbox", |entry| entry.href),
            label: text(self.language, "pages.shell.search_in", &[("list", name)]),
        }
    }

    fn other_language(&self) -> Option<OtherLanguage> {
        if self.here.is_empty() {
            return None;
        }
        let (code, tag, name) = match self.language {
            Language::Zh => ("en", Language::En.tag(), "English"),
            Language::En => ("zh", Language::Zh.tag(), "中文"),
        };
        let joint = if self.here.contains('?') { '&' } else { '?' };
        Some(OtherLanguage {
            href: format!("{}{joint}lang={code}", self.here),
            lang: tag,
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_language_keeps_the_query() {
        let shell = Shell {
            here: "/inbox?due=late".into(),
            ..Shell::default()
        };

        let link = shell.other_language().expect("a link");

        assert_eq!(link.href, "/inbox?due=late&lang=en");
    }

    #[test]
    fn the_mailbox_is_listed_only_where_it_is() {
        let without = Shell::default();
        let with = Shell {
            dev_mail: true,
            ..Shell::default()
        };

        assert!(without.layout().extra.is_empty());
        assert_eq!(with.layout().extra.len(), 1);
    }

    #[test]
    fn a_search_stays_in_the_list_it_began_in() {
        let shell = Shell {
            nav: Nav::Mine,
            ..Shell::default()
        };

        assert_eq!(shell.layout().search.action, "/mine");
    }
}
