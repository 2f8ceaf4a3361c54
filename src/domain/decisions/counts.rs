//! How many decisions about the review engine were asked for, day by day.

use crate::domain::{
    flows::{code_review::Engine, wording::cost},
    time::Timestamp,
};

/// How many days pages show.
pub const DAYS: usize = 30;

/// The decisions of a top-level group on the last [`DAYS`] days, today included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentDecisions {
    /// Days since 1970, UTC.
    first_day: i64,
    /// By day, and by engine in their order.
    days: [[i64; Engine::ALL.len()]; DAYS],
}

impl RecentDecisions {
    /// No decisions so far, at `now`.
    pub fn none_until(now: Timestamp) -> Self {
        Self { first_day: Self::first_day(now), days: [[0; Engine::ALL.len()]; DAYS] }
    }

    /// The first of the days, since 1970.
    pub fn first_day(now: Timestamp) -> i64 {
        now.day() + 1 - i64::try_from(DAYS).unwrap_or(0)
    }

    /// Adds decisions of a day; those of other days are ignored.
    pub fn add(&mut self, day: i64, engine: Engine, asked: i64) {
        let at = usize::try_from(day - self.first_day).ok();
        if let Some(counts) = at.and_then(|at| self.days.get_mut(at)) {
            counts[engine as usize] += asked;
        }
    }

    /// Each day, oldest first, with its decisions by engine.
    pub fn days(&self) -> Vec<(Timestamp, [i64; Engine::ALL.len()])> {
        (self.first_day..).map(Timestamp::from_day).zip(self.days).collect()
    }

    /// The decisions for an engine on all days.
    pub fn of(&self, engine: Engine) -> i64 {
        self.days.iter().map(|counts| counts[engine as usize]).sum()
    }

    /// The decisions for any engine that reviews.
    pub fn reviews(&self) -> i64 {
        self.of(Engine::CodeReviewFlow) + self.of(Engine::DuoCodeReview)
    }

    /// All decisions.
    pub fn all(&self) -> i64 {
        self.reviews() + self.of(Engine::None)
    }

    /// What the reviews by Code Review Flow cost, if each of them ran: `$103`.
    pub fn cost(&self) -> String {
        cost(self.of(Engine::CodeReviewFlow))
    }

    /// The decisions of the busiest day.
    pub fn highest_day(&self) -> i64 {
        self.days.iter().map(|counts| counts.iter().sum()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_are_counted_and_no_others() {
        let now = Timestamp::from_date("2026-06-30").expect("a day").plus_millis(5);
        let mut recent = RecentDecisions::none_until(now);
        assert_eq!((recent.all(), recent.cost(), recent.highest_day()), (0, String::from("$0"), 0));
        let today = now.day();
        for (ago, engine, asked) in [
            (0, Engine::CodeReviewFlow, 3),
            (0, Engine::DuoCodeReview, 2),
            (29, Engine::CodeReviewFlow, 1),
            (29, Engine::None, 9),
            (30, Engine::CodeReviewFlow, 100),
            (-1, Engine::CodeReviewFlow, 100),
        ] {
            recent.add(today - ago, engine, asked);
        }
        assert_eq!((recent.reviews(), recent.all(), recent.highest_day()), (6, 15, 10));
        assert_eq!(recent.cost(), "$1");
        let days = recent.days();
        assert_eq!(days.len(), DAYS);
        assert_eq!((days[0].0.date().as_str(), days[0].1), ("2026-06-01", [1, 0, 9]));
        assert_eq!((days[29].0.date().as_str(), days[29].1), ("2026-06-30", [3, 2, 0]));
    }
}
