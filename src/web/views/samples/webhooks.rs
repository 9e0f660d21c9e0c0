//! Samples of the page about other programs that are told of changes.

use super::*;

pub(super) fn pages(language: Language) -> Vec<Rendered> {
    let shell = Shell {
        administers: true,
        ..shell(Nav::Webhooks, "/admin/webhooks", language)
    };
    let row = |id, next: &str| WebhookRow {
        id,
        webhook_id: "01K7A4V0M7Q9H3Z8X2B5C6D7E8".into(),
        target: "exchange".into(),
        register: "共享台账".into(),
        when: "今天 09:12".into(),
        tries: "试过 3 次".into(),
        fault: "对方没有按时应答".into(),
        next: next.into(),
    };
    let target = WebhookTargetRow {
        name: "exchange".into(),
        host: "exchange.henan.example".into(),
        registers: "共享台账".into(),
        waiting: 12,
        state: Tag::new(Tone::Ok, "正常"),
        stopped: String::new(),
    };
    let gone = WebhookTargetRow {
        name: "old".into(),
        state: Tag::new(Tone::Bad, "已停用"),
        stopped: "10月12日 16:40 起".into(),
        ..target.clone()
    };
    let view = WebhooksView {
        targets: vec![target.clone(), gone],
        failed: vec![row(1, "")],
        pager: Pager::default(),
        late: vec![row(2, "今天 10:20")],
    };
    let fine = WebhooksView {
        targets: vec![target],
        ..WebhooksView::default()
    };
    let outbox = Shell {
        administers: true,
        paused: true,
        ..super::shell(Nav::Outbox, "/admin/outbox", language)
    };
    let waiting = OutboxView {
        state: Tag::new(Tone::Bad, "已暂停"),
        paused: "自今天 09:12 起暂停".into(),
        facts: vec![Fact::new("等待发送的邮件", "12")],
        ..OutboxView::default()
    };
    let lost = OutboxView {
        state: Tag::new(Tone::Ok, "正常发送"),
        facts: vec![Fact::new("等待发送的邮件", "0")],
        lost: vec![LostMailRow {
            id: 7,
            mail: "01K7A4V0M7Q9H3Z8X2B5C6D7E8".into(),
            notice: "待办提醒".into(),
            to: "张慧敏（省卫健委）".into(),
            when: "今天 09:12".into(),
            tries: "试过 1 次".into(),
            fault: "邮件服务器拒收（550）".into(),
        }],
        again: vec![ResentRow {
            when: "今天 10:20".into(),
            who: "孙立平（省行政审批政务信息局）".into(),
            queue: "邮件".into(),
            message: "01K7A4V0M7Q9H3Z8X2B5C6D7E8".into(),
        }],
        ..OutboxView::default()
    };
    vec![
        ("outbox-paused", page(&outbox, &waiting)),
        ("outbox-lost", page(&outbox, &lost)),
        ("webhooks", page(&shell, &view)),
        ("webhooks-fine", page(&shell, &fine)),
        ("webhooks-none", page(&shell, &WebhooksView::default())),
    ]
}
