//! 待办, 已办, 我发起的, 抄送我的: lists whose rows say what is awaited, not just a status.

use serde::Serialize;

use super::{Choice, DueView, Link, Tag, Tone, View};
use crate::messages::{Language, text};

/// The fields above a list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Filter {
    /// 编号、部门或数据目录, as typed (`k`).
    pub text: String,
    /// Workflows to choose from (`workflow`); the first means all.
    pub workflows: Vec<Choice>,
    /// How cases can stand (`status`); empty where a list does not ask.
    pub statuses: Vec<Choice>,
    /// Kinds of deadlines to choose from (`due`); empty where a list has none.
    pub dues: Vec<Choice>,
    /// Whether anything is filtered, so that clearing is offered.
    pub active: bool,
}

impl Filter {
    /// The kinds of deadlines that the inbox can be narrowed to; `chosen` is what the query said.
    #[must_use]
    pub fn dues(chosen: &str, language: Language) -> Vec<Choice> {
        [
            ("", "pages.filter.all"),
            ("late", "pages.filter.late"),
            ("soon", "pages.filter.soon"),
            ("paused", "pages.filter.paused"),
        ]
        .into_iter()
        .map(|(value, key)| Choice::new(value, text(language, key, &[]), value == chosen))
        .collect()
    }

    /// How the cases of a list can stand; `chosen` is what the query said.
    #[must_use]
    pub fn statuses(chosen: &str, language: Language) -> Vec<Choice> {
        [
            ("", "pages.filter.all"),
            ("open", "case.state.open"),
            ("in_force", "branch.state.in_force"),
            ("suspended", "branch.state.suspended"),
            ("ended", "branch.state.ended"),
        ]
        .into_iter()
        .map(|(value, key)| Choice::new(value, text(language, key, &[]), value == chosen))
        .collect()
    }

    /// All workflows, and each of `known` (key, title).
    #[must_use]
    pub fn workflows(
        known: &[(String, String)],
        chosen: Option<&str>,
        language: Language,
    ) -> Vec<Choice> {
        let all = text(language, "pages.filter.all_workflows", &[]);
        std::iter::once(Choice::new("", all, chosen.is_none()))
            .chain(known.iter().map(|(key, title)| {
                Choice::new(key.clone(), title.clone(), chosen == Some(key.as_str()))
            }))
            .collect()
    }
}

/// The way to the rest of a list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pager {
    /// Back to the beginning, on later pages.
    pub first: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// `/inbox`
#[derive(Debug, Clone, Default, Serialize)]
pub struct InboxView {
    /// Made by [`InboxView::lead`].
    pub lead: String,
    /// The fields above the list.
    pub filter: Filter,
    /// 已逾期, 今天到期, 办理中; only those with rows.
    pub groups: Vec<InboxGroup>,
    /// Whether there are notices among them, which can be acknowledged together. Posted to `/inbox/acknowledge` with
    /// `task`, one for each.
    pub batch: bool,
    /// Where mail about new tasks goes, masked or not; shown when the list is empty.
    pub address: String,
    /// The rest.
    pub pager: Pager,
}

/// A group of the inbox.
#[derive(Debug, Clone, Serialize)]
pub struct InboxGroup {
    /// `bad`, `warn` or nothing.
    pub tone: &'static str,
    /// 已逾期
    pub title: String,
    /// 1 件
    pub count: String,
    /// Soonest first.
    pub rows: Vec<InboxRow>,
}

/// A task in the inbox.
#[derive(Debug, Clone, Serialize)]
pub struct InboxRow {
    /// The case's page.
    pub href: String,
    /// 省卫生健康委申请“人口基础信息”
    pub title: String,
    /// 豫数共申〔2026〕0137号
    pub number: String,
    /// 含敏感个人信息, 已升级至 张志远.
    pub marks: Vec<String>,
    /// 补正后重新提交
    pub tags: Vec<Tag>,
    /// What is asked of me: 业务审核.
    pub asked: String,
    /// 会签 2 人，还差您 1 人; 昨天 16:20 交办.
    pub asked_more: String,
    /// The task's deadline: the earliest of its clocks.
    pub due: Option<DueView>,
    /// Whether it is offered to several, and nobody took it yet: the button says 去签收.
    pub offered: bool,
    /// Of a notice: its task, to be ticked for 批量知悉.
    pub notice: String,
}

/// What became of several notices that were acknowledged at once.
#[derive(Debug, Clone, Serialize)]
pub struct BatchView {
    /// 已知悉 3 件，1 件没有成功
    pub lead: String,
    /// In the order in which they were ticked.
    pub rows: Vec<BatchRow>,
}

/// One of them.
#[derive(Debug, Clone, Serialize)]
pub struct BatchRow {
    /// The case's page; empty where it may not be seen.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// 已知悉, or why not.
    pub result: Tag,
}

impl View for BatchView {
    const TEMPLATE: &'static str = "pages/batch";

    fn title(&self, language: Language) -> String {
        text(language, "pages.batch.title", &[])
    }
}

impl InboxView {
    /// 7 件等您办理，1 件已逾期，1 件今天到期。今天是 10月13日（周二），工作日。
    #[must_use]
    pub fn lead(
        open: u64,
        late: u64,
        today: u64,
        date: &str,
        working_day: bool,
        language: Language,
    ) -> String {
        let mut parts = vec![counted(language, "pages.inbox.open", open)];
        if late > 0 {
            parts.push(counted(language, "pages.inbox.late", late));
        }
        if today > 0 {
            parts.push(counted(language, "pages.inbox.today", today));
        }
        let tasks = parts.join(&text(language, "pages.list.comma", &[]));
        let kind = if working_day {
            text(language, "pages.inbox.working_day", &[])
        } else {
            text(language, "pages.inbox.day_off", &[])
        };
        let values = [("tasks", &*tasks), ("date", date), ("kind", &*kind)];
        text(language, "pages.inbox.lead", &values)
    }
}

impl InboxGroup {
    /// 已逾期
    #[must_use]
    pub fn late(rows: Vec<InboxRow>, language: Language) -> Self {
        Self::new("bad", "pages.inbox.group_late", rows, language)
    }

    /// 今天到期
    #[must_use]
    pub fn today(rows: Vec<InboxRow>, language: Language) -> Self {
        Self::new("warn", "pages.inbox.group_today", rows, language)
    }

    /// 办理中
    #[must_use]
    pub fn open(rows: Vec<InboxRow>, language: Language) -> Self {
        Self::new("", "pages.inbox.group_open", rows, language)
    }

    fn new(tone: &'static str, key: &str, rows: Vec<InboxRow>, language: Language) -> Self {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Self {
            tone,
            title: text(language, key, &[]),
            count: counted(language, "pages.list.count", count),
            rows,
        }
    }
}

fn counted(language: Language, key: &str, count: u64) -> String {
    text(language, key, &[("n", &count.to_string())])
}

impl View for InboxView {
    const TEMPLATE: &'static str = "pages/inbox";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.inbox", &[])
    }
}

/// `/admin/vacant`
#[derive(Debug, Clone, Default, Serialize)]
pub struct VacantView {
    /// The fields above the list.
    pub filter: Filter,
    /// Soonest deadline first.
    pub rows: Vec<VacantRow>,
    /// The rest.
    pub pager: Pager,
}

/// A task that no one can hold.
#[derive(Debug, Clone, Serialize)]
pub struct VacantRow {
    /// Where a holder is named, on the case's page.
    pub href: String,
    /// The case's title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// What is asked: 业务审核.
    pub asked: String,
    /// For whom it is: a post that nobody holds, a person who has left.
    pub whom: String,
    /// Its deadline.
    pub due: Option<DueView>,
}

impl View for VacantView {
    const TEMPLATE: &'static str = "pages/vacant";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.vacant", &[])
    }
}

/// `/done`
#[derive(Debug, Clone, Default, Serialize)]
pub struct DoneView {
    /// The fields above the list.
    pub filter: Filter,
    /// Latest first.
    pub rows: Vec<DoneRow>,
    /// The rest.
    pub pager: Pager,
}

/// A task that I finished.
#[derive(Debug, Clone, Serialize)]
pub struct DoneRow {
    /// The case's page.
    pub href: String,
    /// The case's title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// The stage that I acted in.
    pub stage: String,
    /// What I said: 同意, 退回补正.
    pub mine: Tag,
    /// When, in words.
    pub when: String,
    /// For the `datetime` attribute.
    pub machine: String,
    /// Where the case is now: 办理中，等待 王建国（省公安厅）; 已办结，同意共享.
    pub result: Tag,
    /// Whom it waits for, or when it ended.
    pub result_more: String,
}

impl View for DoneView {
    const TEMPLATE: &'static str = "pages/done";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.done", &[])
    }
}

/// `/mine`
#[derive(Debug, Clone, Default, Serialize)]
pub struct MineView {
    /// The fields above the list.
    pub filter: Filter,
    /// Not submitted yet; first.
    pub drafts: Vec<Draft>,
    /// Submitted, those that wait for me first.
    pub rows: Vec<MineRow>,
    /// Whether the reader may file.
    pub may_file: bool,
    /// The rest.
    pub pager: Pager,
}

/// A draft.
#[derive(Debug, Clone, Serialize)]
pub struct Draft {
    /// `/c/ID/edit/SECTION`: where it was left.
    pub href: String,
    /// `/c/ID/discard`
    pub discard_href: String,
    /// Its title, or the workflow's.
    pub title: String,
    /// The workflow.
    pub workflow: String,
    /// 今天 10:32 保存，已填 2 步，共 5 步
    pub state: String,
    /// Whether it came back for changes: then it has a number and a deadline.
    pub returned: Option<Tag>,
    /// Its number, if it came back.
    pub number: String,
    /// When it must be back.
    pub due: Option<DueView>,
}

/// A case that I filed.
#[derive(Debug, Clone, Serialize)]
pub struct MineRow {
    /// The case's page.
    pub href: String,
    /// The case's title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// 审核中, 已办结 …
    pub state: Tag,
    /// On whom it waits: 等待 王建国（省公安厅）签署; or how it ended.
    pub waiting: String,
    /// Since when, or when it ended.
    pub since: String,
    /// The deadline of the stage that it is in.
    pub due: Option<DueView>,
    /// What I am asked to do: 去补正. Otherwise the button says 查看.
    pub action: Option<Link>,
}

impl View for MineView {
    const TEMPLATE: &'static str = "pages/mine";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.mine", &[])
    }
}

/// `/cc`
#[derive(Debug, Clone, Default, Serialize)]
pub struct CcView {
    /// The fields above the list.
    pub filter: Filter,
    /// How many are unread.
    pub unread: u64,
    /// Unread first.
    pub rows: Vec<CcRow>,
    /// The rest.
    pub pager: Pager,
}

/// A case that I was sent a copy of.
#[derive(Debug, Clone, Serialize)]
pub struct CcRow {
    /// The case's page.
    pub href: String,
    /// The case's title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Why I got it: 综合审批通过后抄送.
    pub why: String,
    /// When.
    pub when: String,
    /// For the `datetime` attribute.
    pub machine: String,
    /// Where the case is now.
    pub state: Tag,
    /// Whether I have not opened it.
    pub unread: bool,
}

impl View for CcView {
    const TEMPLATE: &'static str = "pages/cc";

    fn title(&self, language: Language) -> String {
        text(language, "pages.nav.cc", &[])
    }
}

impl Tag {
    /// 等待您办理, 办理中: the colour of what runs.
    #[must_use]
    pub fn running(words: impl Into<String>) -> Self {
        Self::new(Tone::Run, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_names_only_what_there_is() {
        let all = InboxView::lead(7, 1, 1, "10月13日（周二）", true, Language::Zh);
        let calm = InboxView::lead(2, 0, 0, "10月10日（周六）", false, Language::Zh);

        assert_eq!(
            all,
            "7 件等您办理，1 件已逾期，1 件今天到期。今天是 10月13日（周二），工作日。"
        );
        assert_eq!(calm, "2 件等您办理。今天是 10月10日（周六），休息日。");
    }
}
