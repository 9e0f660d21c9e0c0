//! How long somebody who keeps failing to log in must wait: pure arithmetic over what storage has counted.

use chrono::Days;

use crate::calendar::{Instant, beijing, day_of};

/// What is known about earlier tries of an account, or from an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tries {
    /// Failures in a row, since the last success.
    pub failures: u32,
    /// Tries evaluated today (Beijing), failed or not.
    pub today: u32,
    /// When the last failure was.
    pub last_failure: Option<Instant>,
}

/// The measure for one kind of counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Failures that cost nothing: typing errors.
    free: u32,
    /// Tries that are evaluated in a day.
    per_day: u32,
}

/// For the tries of one account, known or not.
pub const ACCOUNT: Measure = Measure {
    free: 3,
    per_day: 100,
};

/// For the tries from one address. A whole office may share one, so it is wider.
pub const SOURCE: Measure = Measure {
    free: 20,
    per_day: 1000,
};

const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// Whether a try is evaluated now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Allowed,
    /// No; the answer is the same as for a wrong password, with this many seconds to wait.
    Wait(u32),
}

impl Measure {
    /// Decides for `tries` at `now`.
    #[must_use]
    pub fn admit(&self, tries: &Tries, now: Instant) -> Admission {
        if self.per_day <= tries.today {
            return Admission::Wait(seconds_to_midnight(now));
        }
        let Some(last) = tries.last_failure else {
            return Admission::Allowed;
        };
        // A failure of a time that has not come yet must not count until then: the clock was ahead.
        let left = self.delay(tries.failures) - (now - last).num_seconds().abs();
        match u32::try_from(left) {
            Ok(0) | Err(_) => Admission::Allowed,
            Ok(left) => Admission::Wait(left),
        }
    }

    /// 2, 4, 8 … seconds after the free failures, up to a quarter of an hour.
    fn delay(&self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            None | Some(0) => 0,
            Some(beyond) => (1_i64 << beyond.min(20)).min(LONGEST_WAIT_SECONDS),
        }
    }
}

/// The stricter of two admissions: an account's and a source's.
#[must_use]
pub fn stricter(one: Admission, other: Admission) -> Admission {
    match (one, other) {
        (Admission::Wait(a), Admission::Wait(b)) => Admission::Wait(a.max(b)),
        (Admission::Wait(a), Admission::Allowed) | (Admission::Allowed, Admission::Wait(a)) => {
            Admission::Wait(a)
        }
        (Admission::Allowed, Admission::Allowed) => Admission::Allowed,
    }
}

fn seconds_to_midnight(now: Instant) -> u32 {
    let zone = *beijing(now).offset();
    let left = day_of(now)
        .checked_add_days(Days::new(1))
        .and_then(|tomorrow| tomorrow.and_hms_opt(0, 0, 0))
        .and_then(|midnight| midnight.and_local_timezone(zone).single())
        .map_or(86_400, |midnight| {
            (midnight.to_utc() - now).num_seconds().max(1)
        });
    u32::try_from(left).unwrap_or(86_400)
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone, Utc};

    use super::*;

    fn noon() -> Instant {
        Utc.with_ymd_and_hms(2026, 10, 13, 4, 0, 0)
            .single()
            .expect("a date")
    }

    fn failed(failures: u32, seconds_ago: i64) -> Tries {
        Tries {
            failures,
            today: failures,
            last_failure: Some(noon() - Duration::seconds(seconds_ago)),
        }
    }

    #[test]
    fn three_typing_errors_cost_nothing() {
        assert_eq!(ACCOUNT.admit(&failed(3, 0), noon()), Admission::Allowed);
        assert_eq!(ACCOUNT.admit(&failed(4, 0), noon()), Admission::Wait(2));
    }

    #[test]
    fn the_delay_doubles_up_to_a_quarter_of_an_hour() {
        assert_eq!(ACCOUNT.admit(&failed(5, 0), noon()), Admission::Wait(4));
        assert_eq!(ACCOUNT.admit(&failed(12, 0), noon()), Admission::Wait(512));
        assert_eq!(ACCOUNT.admit(&failed(90, 0), noon()), Admission::Wait(900));
    }

    #[test]
    fn waiting_is_enough() {
        assert_eq!(ACCOUNT.admit(&failed(5, 3), noon()), Admission::Wait(1));
        assert_eq!(ACCOUNT.admit(&failed(5, 4), noon()), Admission::Allowed);
    }

    #[test]
    fn a_clock_set_back_keeps_nobody_waiting_until_it_has_caught_up() {
        assert_eq!(ACCOUNT.admit(&failed(5, -1), noon()), Admission::Wait(3));
        assert_eq!(ACCOUNT.admit(&failed(5, -3600), noon()), Admission::Allowed);
    }

    #[test]
    fn after_a_hundred_tries_the_account_waits_for_the_next_day_in_beijing() {
        let hundred = Tries {
            today: 100,
            ..Tries::default()
        };

        assert_eq!(
            ACCOUNT.admit(&hundred, noon()),
            Admission::Wait(12 * 60 * 60)
        );
        assert_eq!(SOURCE.admit(&hundred, noon()), Admission::Allowed);
    }

    #[test]
    fn no_attacker_gets_more_than_a_hundred_answers_a_day() {
        let mut tries = Tries::default();
        let mut now = noon();
        let mut evaluated = 0;
        while day_of(now) == day_of(noon()) {
            match ACCOUNT.admit(&tries, now) {
                Admission::Allowed => {
                    evaluated += 1;
                    tries.failures += 1;
                    tries.today += 1;
                    tries.last_failure = Some(now);
                }
                Admission::Wait(seconds) => now += Duration::seconds(i64::from(seconds)),
            }
        }

        assert!(evaluated <= 100, "{evaluated}");
    }

    #[test]
    fn the_stricter_of_account_and_source_counts() {
        assert_eq!(
            stricter(Admission::Wait(2), Admission::Wait(9)),
            Admission::Wait(9)
        );
        assert_eq!(
            stricter(Admission::Allowed, Admission::Wait(1)),
            Admission::Wait(1)
        );
    }
}
