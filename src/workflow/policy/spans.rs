//! Budgets in the units of policies: the most days and hours that they can be, the fewest years.

use crate::calendar::{Duration, Unit};

/// A working day with the longest holiday before it, in hours on the wall.
const LONGEST_WORKING_DAY: i64 = 12 * 24;

/// The most working days that a budget can be.
pub(super) fn days(budget: Duration) -> i64 {
    let count = i64::from(budget.count);
    match budget.unit {
        Unit::Wd | Unit::D => count,
        // Seven and a half hours a day.
        Unit::Wh => up(count * 2, 15),
        Unit::H => up(count, 24),
        Unit::Min => up(count, 24 * 60),
        Unit::Mo => count * 31,
        Unit::Y => count * 366,
    }
}

/// The most hours on the wall that a budget can be.
pub(super) fn hours(budget: Duration) -> i64 {
    let count = i64::from(budget.count);
    match budget.unit {
        Unit::Wd | Unit::Wh => days(budget) * LONGEST_WORKING_DAY,
        Unit::H => count,
        Unit::Min => up(count, 60),
        Unit::D | Unit::Mo | Unit::Y => days(budget) * 24,
    }
}

/// The whole years that a span is at least.
pub(super) fn years(span: Duration) -> i64 {
    let count = i64::from(span.count);
    match span.unit {
        Unit::Y => count,
        Unit::Mo => count / 12,
        Unit::D | Unit::Wd => count / 366,
        Unit::H | Unit::Wh => count / (366 * 24),
        Unit::Min => count / (366 * 24 * 60),
    }
}

/// `count / of`, rounded up.
fn up(count: i64, of: i64) -> i64 {
    count.div_euclid(of) + i64::from(count.rem_euclid(of) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_never_fewer_and_years_never_more_than_a_budget_can_be() {
        for (budget, most_days, most_hours, least_years) in [
            ("10wd", 10, 2880, 0),
            ("10d", 10, 240, 0),
            ("25h", 2, 25, 0),
            ("61min", 1, 2, 0),
            ("8wh", 2, 576, 0),
            ("1mo", 31, 744, 0),
            ("3y", 1098, 26_352, 3),
            ("35mo", 1085, 26_040, 2),
            ("1097d", 1097, 26_328, 2),
        ] {
            let span: Duration = budget.parse().expect(budget);

            assert_eq!(
                (days(span), hours(span), years(span)),
                (most_days, most_hours, least_years),
                "{budget}"
            );
        }
    }
}
