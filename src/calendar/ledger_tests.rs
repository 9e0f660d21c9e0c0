//! What a ledger promises, example by example and as laws.

use proptest::prelude::*;

use super::super::testing::*;
use super::*;

fn started(budget: &str, at: &str) -> Ledger {
    Ledger::start(span(budget), time(at))
}

fn deadline(ledger: &Ledger) -> Option<Instant> {
    ledger.deadline(&Calendar::cn_gov())
}

#[test]
fn ten_working_days_end_at_midnight_of_the_tenth() {
    let ledger = started("10wd", "2026-09-18 16:00");

    assert_eq!(deadline(&ledger), Some(time("2026-10-10 00:00")));
}

#[test]
fn the_hour_of_receipt_does_not_matter_but_the_day_does() {
    for received in ["2026-10-12 00:00", "2026-10-12 08:00", "2026-10-12 23:59"] {
        assert_eq!(
            deadline(&started("1wd", received)),
            Some(time("2026-10-14 00:00")),
            "{received}"
        );
    }
}

#[test]
fn what_is_received_on_a_day_off_is_received_on_the_next_working_day() {
    for received in ["2026-10-01 10:00", "2026-10-07 10:00", "2026-10-08 10:00"] {
        assert_eq!(
            deadline(&started("1wd", received)),
            Some(time("2026-10-10 00:00")),
            "{received}"
        );
    }
}

#[test]
fn no_budget_ends_with_the_day_of_receipt() {
    assert_eq!(
        deadline(&started("0wd", "2026-10-12 10:00")),
        Some(time("2026-10-13 00:00"))
    );
    assert_eq!(
        deadline(&started("0h", "2026-10-12 10:00")),
        Some(time("2026-10-12 10:00"))
    );
}

#[test]
fn the_days_of_a_pause_and_of_a_resumption_do_not_count() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("5wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-15 11:00"));

    assert_eq!(ledger.deadline(&calendar), None, "paused");
    assert_eq!(
        ledger.used(&calendar, time("2026-10-19 10:00")),
        span("2wd"),
        "the 13th and the 14th"
    );

    ledger.resume(time("2026-10-20 09:00"));

    assert_eq!(
        ledger.deadline(&calendar),
        Some(time("2026-10-24 00:00")),
        "the 21st, 22nd and 23rd are left"
    );
    assert_eq!(
        ledger.left(&calendar, time("2026-10-22 10:00")),
        span("2wd")
    );
}

#[test]
fn a_resumption_on_a_day_off_costs_no_working_day() {
    let mut ledger = started("2wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-14 10:00"));
    ledger.resume(time("2026-10-17 10:00"));

    assert_eq!(deadline(&ledger), Some(time("2026-10-20 00:00")));
}

#[test]
fn a_pause_within_the_weekend_of_receipt_does_not_win_a_day() {
    let mut ledger = started("1wd", "2026-10-17 10:00");
    ledger.pause(time("2026-10-17 11:00"));
    ledger.resume(time("2026-10-17 12:00"));

    assert_eq!(
        deadline(&ledger),
        Some(time("2026-10-21 00:00")),
        "Monday is day 0 all the same"
    );
}

#[test]
fn a_pause_at_midnight_keeps_the_day_before() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("5wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-14 00:00"));

    assert_eq!(
        ledger.used(&calendar, time("2026-10-20 10:00")),
        span("1wd")
    );
}

#[test]
fn working_hours_pause_and_go_on() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("4wh", "2026-10-12 16:30");
    ledger.pause(time("2026-10-13 09:30"));
    ledger.resume(time("2026-10-13 14:00"));

    assert_eq!(
        ledger.deadline(&calendar),
        Some(time("2026-10-13 16:30")),
        "1 h on Monday, half an hour in the morning, 2.5 h in the afternoon"
    );
    assert_eq!(
        ledger.used(&calendar, time("2026-10-13 14:10")),
        span("1wh")
    );
    assert_eq!(
        ledger.left(&calendar, time("2026-10-13 14:10")),
        span("3wh")
    );
}

#[test]
fn wall_clock_units_are_exact_and_ignore_holidays() {
    for (budget, end) in [
        ("30min", "2026-10-01 10:30"),
        ("24h", "2026-10-02 10:00"),
        ("30d", "2026-10-31 10:00"),
        ("1mo", "2026-11-01 10:00"),
        ("1y", "2027-10-01 10:00"),
    ] {
        assert_eq!(
            deadline(&started(budget, "2026-10-01 10:00")),
            Some(time(end)),
            "{budget}"
        );
    }
}

#[test]
fn months_end_on_the_same_day_number_or_the_last() {
    for (budget, from, end) in [
        ("1mo", "2026-01-31 10:00", "2026-02-28 10:00"),
        ("1mo", "2024-01-31 10:00", "2024-02-29 10:00"),
        ("3mo", "2026-11-30 23:00", "2027-02-28 23:00"),
        ("1y", "2024-02-29 10:00", "2025-02-28 10:00"),
        ("1mo", "2026-03-01 02:00", "2026-04-01 02:00"),
    ] {
        assert_eq!(
            deadline(&started(budget, from)),
            Some(time(end)),
            "{from} + {budget}"
        );
    }
}

#[test]
fn a_pause_moves_the_end_of_a_month_by_its_length() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("1mo", "2026-10-01 10:00");
    ledger.pause(time("2026-10-05 10:00"));
    ledger.resume(time("2026-10-07 12:00"));

    assert_eq!(ledger.deadline(&calendar), Some(time("2026-11-03 12:00")));
    assert_eq!(
        ledger.used(&calendar, time("2026-11-03 11:00")),
        span("0mo")
    );
    assert_eq!(
        ledger.used(&calendar, time("2026-11-03 12:00")),
        span("1mo")
    );
}

#[test]
fn an_extension_counts_in_the_same_unit_only() {
    let mut ledger = started("10wd", "2026-11-23 10:00");

    assert!(ledger.extend(span("10d")).is_err());
    ledger.extend(span("10wd")).expect("same unit");

    assert_eq!(deadline(&ledger), Some(time("2026-12-22 00:00")));
}

#[test]
fn late_counts_working_days_begun_and_freezes_when_the_work_is_done() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("1wd", "2026-10-21 10:00");
    for (now, days) in [
        ("2026-10-22 23:59", 0),
        ("2026-10-23 00:00", 1),
        ("2026-10-23 10:00", 1),
        ("2026-10-24 10:00", 1),
        ("2026-10-26 10:00", 2),
        ("2026-10-27 10:00", 3),
    ] {
        assert_eq!(ledger.late(&calendar, time(now)), days, "{now}");
    }

    ledger.stop(time("2026-10-26 10:00"));

    assert_eq!(ledger.late(&calendar, time("2026-12-01 10:00")), 2);
}

#[test]
fn late_is_one_at_least_even_on_a_day_off() {
    let calendar = Calendar::cn_gov();
    let ledger = started("1wd", "2026-10-22 10:00");

    assert_eq!(ledger.late(&calendar, time("2026-10-24 10:00")), 1);
}

#[test]
fn late_leaves_out_what_passes_while_the_clock_stands_still() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("1wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-14 10:00"));
    ledger.resume(time("2026-10-20 10:00"));

    assert_eq!(ledger.late(&calendar, time("2026-10-16 10:00")), 1);
    assert_eq!(ledger.late(&calendar, time("2026-10-20 11:00")), 2);
}

#[test]
fn a_clock_that_stopped_in_time_is_never_late() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("1wd", "2026-10-12 10:00");
    ledger.stop(time("2026-10-13 23:00"));

    assert_eq!(ledger.late(&calendar, time("2026-12-01 10:00")), 0);
    assert_eq!(ledger.ran_out(&calendar), None);
}

#[test]
fn wall_clock_lateness_is_in_natural_days() {
    let calendar = Calendar::cn_gov();
    let ledger = started("4h", "2026-10-01 10:00");

    assert_eq!(ledger.late(&calendar, time("2026-10-01 13:59")), 0);
    assert_eq!(ledger.late(&calendar, time("2026-10-01 14:00")), 1);
    assert_eq!(ledger.late(&calendar, time("2026-10-02 14:01")), 2);
}

#[test]
fn a_start_in_the_past_may_be_late_at_once() {
    let calendar = Calendar::cn_gov();
    let ledger = started("4h", "2026-10-01 10:00");

    assert_eq!(ledger.deadline(&calendar), Some(time("2026-10-01 14:00")));
}

#[test]
fn shares_of_the_budget_fall_in_office_hours() {
    let calendar = Calendar::cn_gov();
    for (budget, percent, when) in [
        ("10wd", 50, "2026-10-20 09:00"),
        ("10wd", 75, "2026-10-22 14:00"),
        ("1wd", 50, "2026-10-13 14:00"),
        ("20wd", 50, "2026-10-27 09:00"),
        ("10wd", 100, "2026-10-27 00:00"),
        ("4wh", 50, "2026-10-12 12:00"),
        ("24h", 50, "2026-10-12 22:00"),
    ] {
        assert_eq!(
            started(budget, "2026-10-12 10:00").at_share(percent, &calendar),
            Some(time(when)),
            "{percent}% of {budget}"
        );
    }
}

#[test]
fn a_share_knows_of_pauses_and_is_silent_during_one() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("4wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-14 10:00"));

    assert_eq!(ledger.at_share(50, &calendar), None);

    ledger.resume(time("2026-10-19 10:00"));

    assert_eq!(
        ledger.at_share(50, &calendar),
        Some(time("2026-10-21 09:00")),
        "the 13th and the 20th are used"
    );
}

#[test]
fn a_reminder_outside_the_budget_is_dropped() {
    let calendar = Calendar::cn_gov();
    let ledger = started("1wd", "2026-10-12 08:00");

    assert_eq!(
        ledger.before(span("1wd"), &calendar),
        Some(time("2026-10-13 09:00"))
    );
    assert_eq!(ledger.before(span("2wd"), &calendar), None);
    assert_eq!(ledger.before(span("3d"), &calendar), None);
}

#[test]
fn an_overdue_step_is_silent_while_the_clock_stands_still() {
    let calendar = Calendar::cn_gov();
    let mut ledger = started("1wd", "2026-10-12 10:00");

    assert_eq!(
        ledger.after(span("0wd"), &calendar),
        Some(time("2026-10-14 00:00"))
    );
    assert_eq!(
        ledger.after(span("1wd"), &calendar),
        Some(time("2026-10-15 00:00"))
    );

    ledger.pause(time("2026-10-13 10:00"));

    assert_eq!(ledger.after(span("0wd"), &calendar), None);
}

#[test]
fn on_a_calendar_without_rest_working_days_are_natural_days() {
    let ledger = started("2wd", "2026-10-02 10:00");

    assert_eq!(
        ledger.deadline(&Calendar::always()),
        Some(time("2026-10-05 00:00"))
    );
}

#[test]
fn pausing_twice_and_resuming_twice_change_nothing() {
    let mut ledger = started("2wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-13 10:00"));
    let paused = ledger.clone();
    ledger.pause(time("2026-10-14 10:00"));

    assert_eq!(ledger, paused);

    ledger.resume(time("2026-10-15 10:00"));
    let resumed = ledger.clone();
    ledger.resume(time("2026-10-16 10:00"));

    assert_eq!(ledger, resumed);
}

#[test]
fn snapshots_keep_their_shape() {
    let mut ledger = started("10wd", "2026-10-12 10:00");
    ledger.pause(time("2026-10-13 10:00"));
    let stored = serde_json::to_string(&ledger).expect("JSON");

    assert_eq!(
        stored,
        r#"{"budget":{"count":10,"unit":"wd"},"intervals":[{"from":"2026-10-12T02:00:00Z","until":"2026-10-13T02:00:00Z"}]}"#
    );
    assert_eq!(
        serde_json::from_str::<Ledger>(&stored).expect("reads"),
        ledger
    );
}

fn instants() -> impl Strategy<Value = Instant> {
    // Minutes of 2025 and 2026.
    (0i64..1_051_200).prop_map(|minute| time("2025-01-01 00:00") + TimeDelta::minutes(minute))
}

fn units() -> impl Strategy<Value = Unit> {
    proptest::sample::select(Unit::ALL.to_vec())
}

fn with_pauses(budget: Duration, from: Instant, gaps: &[(i64, i64)]) -> Ledger {
    let mut ledger = Ledger::start(budget, from);
    let mut now = from;
    for (run, stand) in gaps {
        now += TimeDelta::minutes(*run);
        ledger.pause(now);
        now += TimeDelta::minutes(*stand);
        ledger.resume(now);
    }
    ledger
}

fn gaps() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((0i64..6_000, 0i64..6_000), 0..4)
}

proptest! {
    #[test]
    fn more_budget_never_ends_earlier(unit in units(), from in instants(), count in 0u32..60, gaps in gaps()) {
        let calendar = Calendar::cn_gov();
        let less = with_pauses(Duration::new(count, unit), from, &gaps);
        let more = with_pauses(Duration::new(count + 1, unit), from, &gaps);

        prop_assert!(less.deadline(&calendar) <= more.deadline(&calendar));
    }

    #[test]
    fn a_pause_never_ends_it_earlier(
        unit in units(), from in instants(), count in 0u32..30, gaps in gaps(),
        run in 0i64..6_000, stand in 0i64..6_000,
    ) {
        let calendar = Calendar::cn_gov();
        let without = with_pauses(Duration::new(count, unit), from, &gaps);
        let mut longer = gaps.clone();
        longer.push((run, stand));
        let with = with_pauses(Duration::new(count, unit), from, &longer);

        prop_assert!(without.deadline(&calendar) <= with.deadline(&calendar));
    }

    #[test]
    fn nothing_is_left_from_the_deadline_on_and_something_before_it(
        unit in units(), from in instants(), count in 1u32..30, gaps in gaps(),
    ) {
        let calendar = Calendar::cn_gov();
        let ledger = with_pauses(Duration::new(count, unit), from, &gaps);
        let end = ledger.deadline(&calendar).expect("running");

        prop_assert_eq!(ledger.left(&calendar, end).count, 0);
        prop_assert!(1 <= ledger.left(&calendar, end - TimeDelta::seconds(1)).count);
        prop_assert!(1 <= ledger.late(&calendar, end));
        prop_assert_eq!(ledger.late(&calendar, end - TimeDelta::seconds(1)), 0);
    }

    #[test]
    fn shares_come_in_order_and_not_after_the_deadline(
        unit in units(), from in instants(), count in 1u32..30, low in 1u8..99,
    ) {
        let calendar = Calendar::cn_gov();
        let ledger = Ledger::start(Duration::new(count, unit), from);

        prop_assert!(ledger.at_share(low, &calendar) <= ledger.at_share(low + 1, &calendar));
        prop_assert!(ledger.at_share(low, &calendar) <= ledger.deadline(&calendar));
    }
}
