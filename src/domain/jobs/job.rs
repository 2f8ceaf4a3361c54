//! What is done later, or in steps: its states, and what follows a step that fails.

use crate::domain::{ids::JobId, keyed::keyed_enum, time::Timestamp};

/// How long a worker that says nothing keeps a job, in milliseconds.
pub const LEASE: i64 = 30_000;
/// How often in a row nobody may say what came of a try before nobody makes another.
const MOST_LOST: i64 = 10;
/// How often in a row a job may fail before it is given up: some twelve hours.
const MOST_FAILURES: i64 = 24;
/// How long after the first failure it is tried again, in milliseconds; each further one doubles it.
const FIRST_PAUSE: i64 = 1_000;
/// The longest pause: an hour, in milliseconds.
const LONGEST_PAUSE: i64 = 3_600_000;

/// Which of two jobs that may run now comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for the instant.
    Urgent,
    Normal,
    /// Whenever there is nothing else to do.
    Idle,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Normal, Self::Idle];

    /// The number in the database; the lowest comes first.
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// `None` when no priority has this number.
    pub fn of_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.rank() == rank)
    }

    /// Those that come before it.
    pub fn more_urgent(self) -> &'static [Self] {
        match self {
            Self::Urgent => &[],
            Self::Normal => &[Self::Urgent],
            Self::Idle => &[Self::Urgent, Self::Normal],
        }
    }
}

keyed_enum! {
    /// How something ended that was to be done.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Ending {
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// How far a job got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Where the next step begins, in the words of the job's kind; empty before the first.
    pub cursor: String,
    /// How many of what it is about are done.
    pub done: i64,
    /// Of how many; `None` when nobody knows.
    pub total: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    /// A worker has claimed it.
    Running {
        by: String,
    },
    Ended {
        how: Ending,
        at: Timestamp,
    },
}

impl JobState {
    /// The word in answers.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running { .. } => "running",
            Self::Ended { how, .. } => how.key(),
        }
    }
}

/// Something to do later, or in steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    /// Whose steps it has.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    pub priority: Priority,
    pub state: JobState,
    /// When it was to begin.
    pub due_at: Timestamp,
    /// When it may be claimed next; while it runs, when its lease ends.
    pub run_at: Timestamp,
    /// How often it was claimed.
    pub attempt: i64,
    /// How many leases in a row ended without a word.
    pub lost: i64,
    /// How many tries in a row failed.
    pub failures: i64,
    pub progress: Progress,
    /// What is about to be done outside the database, or was already, if the result was not written.
    pub intent: Option<String>,
    /// What came of it, or of the last try that failed; empty before.
    pub outcome: String,
    pub created_at: Timestamp,
}

impl Job {
    /// Whether so many tries ended without a word that it must be what stops its servers.
    pub const fn stops_its_servers(&self) -> bool {
        self.lost >= MOST_LOST
    }

    /// Whether it is not tried again after another failure.
    pub const fn is_hopeless(&self) -> bool {
        self.failures + 1 >= MOST_FAILURES || self.stops_its_servers()
    }
}

/// The pause after a failure that `failures` others came before.
pub fn pause(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 30)).unwrap_or(30);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_half_a_day() {
        assert_eq!([0, 1, 2, 11, 12, 40].map(pause), [1_000, 2_000, 4_000, 2_048_000, 3_600_000, 3_600_000]);
        let hours = (0..MOST_FAILURES).map(pause).sum::<i64>() / 3_600_000;
        assert_eq!(hours, 13);
    }

    #[test]
    fn the_rank_is_the_order() {
        assert!(Priority::ALL.map(Priority::rank).is_sorted());
        for (place, priority) in Priority::ALL.into_iter().enumerate() {
            assert_eq!(Priority::of_rank(priority.rank()), Some(priority));
            assert_eq!(priority.more_urgent(), &Priority::ALL[..place]);
        }
    }
}
