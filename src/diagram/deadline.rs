//! How long something may take, in words: 10 个工作日, 法定.

use crate::calendar::{Duration, Unit};
use crate::workflow::{Budget, ClockRule};

use super::labels::Lexicon;

impl Lexicon<'_> {
    /// 10 个工作日
    pub fn span(&self, span: Duration) -> String {
        self.spans(&[span])
    }

    /// 1 或 10 个工作日; spans of different units are each said whole.
    fn spans(&self, spans: &[Duration]) -> String {
        let say = |unit: Unit, n: &str| {
            let key = format!("case.span.{}", unit.symbol());
            self.say_common(&key, &[("n", n)])
        };
        let mut parts: Vec<(Unit, Vec<u32>)> = Vec::new();
        for span in spans {
            match parts.last_mut() {
                Some((unit, counts)) if *unit == span.unit => counts.push(span.count),
                _ => parts.push((span.unit, vec![span.count])),
            }
        }
        let or = self.say("due.or", &[]);
        let said: Vec<String> = parts
            .into_iter()
            .map(|(unit, counts)| {
                let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
                say(unit, &counts.join(&or))
            })
            .collect();
        said.join(&or)
    }

    /// The budget of a clock.
    pub fn budget(&self, clock: &ClockRule) -> String {
        match &clock.budget {
            Budget::In(alternatives) => {
                let mut spans: Vec<Duration> = Vec::new();
                for (_, span) in alternatives {
                    if !spans.contains(span) {
                        spans.push(*span);
                    }
                }
                self.spans(&spans)
            }
            Budget::At(date) => {
                let date = self.path(date.source());
                let date = date.unwrap_or_else(|| self.say("due.date", &[]));
                self.say("due.at", &[("date", &date)])
            }
        }
    }
}
