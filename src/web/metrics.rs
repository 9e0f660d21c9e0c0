//! `GET /metrics`: what the server did and what is waiting, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::services::health::Load;

/// Requests by route and answer. Routes are patterns and methods a few words, so that nobody can make up new labels.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<Served, Total>>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Served {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, Copy, Default)]
struct Total {
    count: u64,
    time: Duration,
}

impl Requests {
    /// A request was answered.
    pub fn answered(&self, method: &str, route: Option<String>, status: u16, took: Duration) {
        let served = Served {
            method: known(method),
            route: route.unwrap_or_else(|| "none".to_owned()),
            status,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = all.entry(served).or_default();
        total.count += 1;
        total.time += took;
    }
}

fn known(method: &str) -> &'static str {
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

/// Everything as Prometheus reads it.
#[must_use]
pub fn text(requests: &Requests, actions: &[(&'static str, bool, u64)], load: &Load) -> String {
    let mut out = Lines::default();
    let all = requests
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    out.head(
        "huiqian_http_requests_total",
        "counter",
        "Answered requests",
    );
    for (served, total) in &all {
        out.line("huiqian_http_requests_total", &served.labels(), total.count);
    }
    out.head(
        "huiqian_http_request_seconds_total",
        "counter",
        "Time spent on answered requests",
    );
    for (served, total) in &all {
        out.line(
            "huiqian_http_request_seconds_total",
            &served.labels(),
            total.time.as_secs_f64(),
        );
    }
    out.head(
        "huiqian_actions_total",
        "counter",
        "Actions asked for on cases",
    );
    for (action, taken, count) in actions {
        let result = if *taken { "taken" } else { "refused" };
        let labels = format!("action=\"{action}\",result=\"{result}\"");
        out.line("huiqian_actions_total", &labels, count);
    }
    out.head(
        "huiqian_outbox_messages",
        "gauge",
        "Messages that have not gone out",
    );
    out.line(
        "huiqian_outbox_messages",
        "state=\"waiting\"",
        load.outbox.waiting,
    );
    out.line(
        "huiqian_outbox_messages",
        "state=\"failed\"",
        load.outbox.failed,
    );
    out.head(
        "huiqian_webhook_messages",
        "gauge",
        "Changes that other programs have not been told",
    );
    for (state, count) in [
        ("waiting", load.webhooks.waiting),
        ("failed", load.webhooks.failed),
    ] {
        let labels = format!("state=\"{state}\"");
        out.line("huiqian_webhook_messages", &labels, count);
    }
    out.head(
        "huiqian_webhook_targets_stopped",
        "gauge",
        "Programs that want to be told no more",
    );
    out.line("huiqian_webhook_targets_stopped", "", load.webhooks_stopped);
    waiting(&mut out, load);
    out.head(
        "huiqian_database_connections",
        "gauge",
        "Connections to the database",
    );
    for (state, count) in [
        ("open", load.pool.open),
        ("idle", load.pool.idle),
        ("most", load.pool.most),
    ] {
        out.line(
            "huiqian_database_connections",
            &format!("state=\"{state}\""),
            count,
        );
    }
    out.head("huiqian_build_info", "gauge", "The version that runs");
    let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    out.line("huiqian_build_info", &version, 1);
    out.0
}

/// How long things wait, and how far the log is behind.
fn waiting(out: &mut Lines, load: &Load) {
    let gauges = [
        (
            "huiqian_outbox_oldest_seconds",
            "How long the longest waiting mail could have gone out",
            load.oldest_mail,
        ),
        (
            "huiqian_webhook_oldest_seconds",
            "How long ago the longest waiting change happened",
            load.oldest_webhook,
        ),
        ("huiqian_timers_due", "Timers that are due", load.timers_due),
        (
            "huiqian_timers_overdue_seconds",
            "How long the longest waiting timer is overdue",
            load.oldest_timer,
        ),
        (
            "huiqian_timers_stuck",
            "Timers that are left to an administrator",
            load.timers_stuck,
        ),
        (
            "huiqian_outbox_paused",
            "Whether nothing leaves since a restore",
            i64::from(load.paused),
        ),
        (
            "huiqian_log_lag_events",
            "Events that have no place in the log yet",
            load.log_lag,
        ),
        (
            "huiqian_checkpoints_unanchored",
            "Checkpoints that are not written outside yet",
            load.checkpoints_to_anchor,
        ),
    ];
    for (name, help, value) in gauges {
        out.head(name, "gauge", help);
        out.line(name, "", value);
    }
    // No checkpoint has no age; an alert asks whether the line is there.
    if let Some(age) = load.checkpoint_age {
        let name = "huiqian_checkpoint_age_seconds";
        out.head(name, "gauge", "How long ago the latest checkpoint was made");
        out.line(name, "", age);
    }
}

impl Served {
    fn labels(&self) -> String {
        let Self {
            method,
            route,
            status,
        } = self;
        // Patterns are ours, but a quote or a backslash in one would break the whole text.
        let route = route.replace('\\', "\\\\").replace('"', "\\\"");
        format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"")
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    // Writing to a text cannot fail.
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}.\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::connection::PoolState;
    use crate::storage::outbox::OutboxCounts;

    #[test]
    fn requests_are_counted_by_pattern_and_made_up_methods_together() {
        let requests = Requests::default();
        let took = Duration::from_millis(500);

        for method in ["GET", "GET", "BREW", "X"] {
            requests.answered(method, Some("/api/v1/cases/{id}".into()), 200, took);
        }
        let load = Load {
            outbox: OutboxCounts {
                waiting: 3,
                failed: 1,
            },
            webhooks: OutboxCounts {
                waiting: 5,
                failed: 2,
            },
            webhooks_stopped: 1,
            timers_due: 2,
            pool: PoolState {
                open: 4,
                idle: 1,
                most: 8,
            },
            oldest_mail: 40,
            oldest_timer: 7,
            paused: true,
            log_lag: 6,
            checkpoint_age: Some(9),
            ..Load::default()
        };
        let text = text(&requests, &[("approve", false, 5)], &load);

        for line in [
            "huiqian_http_requests_total{method=\"GET\",route=\"/api/v1/cases/{id}\",status=\"200\"} 2",
            "huiqian_http_request_seconds_total{method=\"GET\",route=\"/api/v1/cases/{id}\",status=\"200\"} 1",
            "huiqian_http_requests_total{method=\"other\",route=\"/api/v1/cases/{id}\",status=\"200\"} 2",
            "huiqian_actions_total{action=\"approve\",result=\"refused\"} 5",
            "huiqian_outbox_messages{state=\"waiting\"} 3",
            "huiqian_webhook_messages{state=\"failed\"} 2",
            "huiqian_webhook_targets_stopped 1",
            "huiqian_timers_due 2",
            "huiqian_outbox_oldest_seconds 40",
            "huiqian_timers_overdue_seconds 7",
            "huiqian_timers_stuck 0",
            "huiqian_outbox_paused 1",
            "huiqian_log_lag_events 6",
            "huiqian_checkpoint_age_seconds 9",
            "huiqian_database_connections{state=\"idle\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
