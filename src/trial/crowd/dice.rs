//! The random numbers of one case: the same for the same seed, whatever other cases do.

use chrono::TimeDelta;

use super::estimates::{Spread, Time};

/// Keeps the cases' numbers apart: the golden ratio in 64 bits.
const APART: u64 = 0x9E37_79B9_7F4A_7C15;

/// The dice of one case.
pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(seed: u64, case: usize) -> Self {
        let case = u64::try_from(case).unwrap_or(u64::MAX);
        let own = seed.wrapping_add(case.wrapping_add(1).wrapping_mul(APART));
        Self(fastrand::Rng::with_seed(own))
    }

    /// Whether something with this chance happens.
    pub fn happens(&mut self, chance: f64) -> bool {
        0.0 < chance && self.0.f64() < chance
    }

    /// How long it takes, in working time.
    pub fn time(&mut self, time: &Time) -> TimeDelta {
        let hours = match time {
            Time::Work(spread) => triangular(spread, self.0.f64()),
            Time::Elapsed(found) => match self.0.choice(found) {
                Some(hours) => *hours,
                None => 0.0,
            },
        };
        // To the second: the calendar of a thousand days has no use for more.
        #[allow(clippy::cast_possible_truncation)]
        let seconds = (hours * 3600.0).round() as i64;
        TimeDelta::seconds(seconds.max(1))
    }

    /// One of these by their chances; `None` for what is left of the whole.
    pub fn pick<'c>(
        &mut self,
        chances: impl IntoIterator<Item = (&'c String, f64)>,
    ) -> Option<&'c str> {
        let drawn = self.0.f64();
        let mut sum = 0.0;
        for (name, chance) in chances {
            sum += chance;
            if drawn < sum {
                return Some(name);
            }
        }
        None
    }
}

/// The triangular distribution, by its inverse.
fn triangular(spread: &Spread, drawn: f64) -> f64 {
    let Spread { least, usual, most } = *spread;
    let whole = most - least;
    if whole <= 0.0 {
        return usual;
    }
    let before = (usual - least) / whole;
    match drawn < before {
        true => least + (drawn * whole * (usual - least)).sqrt(),
        false => most - ((1.0 - drawn) * whole * (most - usual)).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_each_case_the_same_numbers() {
        let draw = |seed, case| {
            let mut dice = Dice::new(seed, case);
            (0..5).map(|_| dice.0.f64()).collect::<Vec<_>>()
        };

        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(8, 3));
    }

    #[test]
    fn times_lie_between_the_least_and_the_most_around_their_mean() {
        let spread = Spread {
            least: 1.0,
            usual: 2.0,
            most: 6.0,
        };
        let mut dice = Dice::new(1, 0);
        let drawn: Vec<f64> = (0..10_000)
            .map(|_| triangular(&spread, dice.0.f64()))
            .collect();

        assert!(drawn.iter().all(|hours| (1.0..=6.0).contains(hours)));
        let mean = drawn.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 3.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn what_has_no_chance_never_happens_and_the_rest_is_nothing() {
        let mut dice = Dice::new(1, 0);
        let (one, two) = ("one".to_owned(), "two".to_owned());

        assert!((0..100).all(|_| !dice.happens(0.0)));
        assert!((0..100).all(|_| dice.happens(1.0)));
        assert_eq!(dice.pick([(&one, 0.0), (&two, 1.0)]), Some("two"));
        assert_eq!(dice.pick([(&one, 0.0)]), None);
    }
}
