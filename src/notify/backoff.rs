//! When what did not go out is tried again, and when it is given up. Pure: the caller brings time and chance.

use std::time::Duration;

use chrono::TimeDelta;

use super::sender::SendError;
use crate::calendar::Instant;

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// What has not gone out after this is given up.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(72);
/// But not before it was tried so often, which takes an hour: nobody may have been there for days, or the clock has jumped.
const LEAST_TRIES: u32 = 8;

/// What becomes of a mail after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The mail server has taken it.
    Sent,
    /// Try again then.
    RetryAt(Instant),
    /// No more tries.
    GivenUp(GivenUp),
}

/// Why there are no more tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// The mail server will never take it.
    Permanent,
    /// 72 hours have passed, and it was tried often enough.
    TooOld,
    /// What it is about has ended.
    NoLongerNeeded,
}

/// The history of a mail at the end of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// How many tries there have been, this one included.
    pub attempts: u32,
    /// When it was first to go out.
    pub queued_at: Instant,
    /// Whether the task or case that it is about still wants it.
    pub still_needed: bool,
    /// Chance, so that a thousand mails do not all come back in the same second.
    pub seed: u64,
}

/// Decides what becomes of a mail that was tried at `now`.
#[must_use]
pub fn settle(outcome: Result<(), &SendError>, tried: &Tried, now: Instant) -> Settlement {
    match outcome {
        Ok(()) => Settlement::Sent,
        Err(error) if error.is_permanent() => Settlement::GivenUp(GivenUp::Permanent),
        Err(_) if !tried.still_needed => Settlement::GivenUp(GivenUp::NoLongerNeeded),
        Err(_) => again(tried, TimeDelta::zero(), now),
    }
}

/// Another try after a growing pause, and not before the other side wants it; unless it would be too late by then.
#[must_use]
pub fn again(tried: &Tried, wanted: TimeDelta, now: Instant) -> Settlement {
    let delay = delay(tried.attempts, tried.seed);
    let delay = TimeDelta::from_std(delay).unwrap_or(TimeDelta::hours(1));
    let next = now + delay.max(wanted);
    if tried.queued_at + GIVEN_UP_AFTER < next && LEAST_TRIES <= tried.attempts {
        return Settlement::GivenUp(GivenUp::TooOld);
    }
    Settlement::RetryAt(next)
}

/// 30 s after the first try, doubling up to an hour, give or take a fifth.
#[must_use]
pub fn delay(attempts: u32, seed: u64) -> Duration {
    let doubled = FIRST * (1 << attempts.saturating_sub(1).min(10));
    let millis = u64::try_from(doubled.min(LONGEST).as_millis()).unwrap_or(u64::MAX);
    let span = millis * 2 / 5;
    let off = scramble(seed.wrapping_add(u64::from(attempts))) % (span + 1);
    Duration::from_millis(millis - span / 2 + off)
}

/// Spreads seeds that follow one another (SplitMix64's finaliser).
fn scramble(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;
    use crate::notify::sender::Fault;

    fn noon() -> Instant {
        Utc.with_ymd_and_hms(2026, 10, 13, 4, 0, 0)
            .single()
            .expect("a date")
    }

    fn tried(attempts: u32) -> Tried {
        Tried {
            attempts,
            queued_at: noon(),
            still_needed: true,
            seed: 7,
        }
    }

    const BUSY: SendError = SendError::Transient(Fault::Busy(451));
    const REFUSED: SendError = SendError::Permanent(Fault::Refused(550));

    #[test]
    fn delays_double_from_half_a_minute_to_an_hour_within_a_fifth() {
        for (attempts, seconds) in [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (99, 3600)] {
            for seed in 0..200 {
                let delay = delay(attempts, seed).as_secs_f64();
                let middle = f64::from(seconds);
                assert!(
                    (0.8 * middle..=1.2 * middle).contains(&delay),
                    "{attempts}: {delay}"
                );
            }
        }
    }

    #[test]
    fn mails_that_failed_together_do_not_come_back_together() {
        let mut delays: Vec<_> = (0..1000).map(|seed| delay(8, seed)).collect();
        delays.sort();
        delays.dedup();

        assert!(900 < delays.len(), "{}", delays.len());
    }

    #[test]
    fn what_was_taken_is_sent() {
        assert_eq!(settle(Ok(()), &tried(1), noon()), Settlement::Sent);
    }

    #[test]
    fn a_permanent_error_ends_it_at_once_and_a_transient_one_does_not() {
        assert_eq!(
            settle(Err(&REFUSED), &tried(1), noon()),
            Settlement::GivenUp(GivenUp::Permanent)
        );
        assert_eq!(
            settle(Err(&BUSY), &tried(1), noon()),
            Settlement::RetryAt(noon() + delay(1, 7))
        );
    }

    #[test]
    fn a_mail_whose_task_has_ended_is_not_tried_again() {
        let ended = Tried {
            still_needed: false,
            ..tried(1)
        };

        assert_eq!(
            settle(Err(&BUSY), &ended, noon()),
            Settlement::GivenUp(GivenUp::NoLongerNeeded)
        );
    }

    #[test]
    fn what_nobody_tried_for_days_is_tried_for_another_hour() {
        let (mut now, mut attempts) = (noon() + TimeDelta::days(5), 1);
        let since = now;
        while let Settlement::RetryAt(next) = settle(Err(&BUSY), &tried(attempts), now) {
            (now, attempts) = (next, attempts + 1);
        }

        assert_eq!(attempts, LEAST_TRIES);
        let minutes = (now - since).num_minutes();
        assert!((50..80).contains(&minutes), "{minutes}");
    }

    #[test]
    fn tries_end_after_three_days_and_not_before() {
        let mut now = noon();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match settle(Err(&BUSY), &tried(attempts), now) {
                Settlement::RetryAt(next) => now = next,
                end => {
                    assert_eq!(end, Settlement::GivenUp(GivenUp::TooOld));
                    break;
                }
            }
        }

        let hours = (now - noon()).num_hours();
        assert!((70..72).contains(&hours), "{hours}");
        assert!((60..100).contains(&attempts), "{attempts}");
    }
}
