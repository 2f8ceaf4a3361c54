//! Background jobs: states, leases and retries.

use crate::domain::{ids::JobId, keyed::keyed_enum, time::Timestamp};

/// The length of a worker's lease, in milliseconds.
pub const LEASE: i64 = 30_000;
/// How many leases in a row may expire without a result before the job is given up.
const MOST_LOST: i64 = 10;
/// How many failures in a row before a job is given up: about twelve hours.
const MOST_FAILURES: i64 = 24;
/// The backoff after the first failure, in milliseconds; doubles with each further one.
const FIRST_PAUSE: i64 = 1_000;
/// The longest backoff: an hour, in milliseconds.
const LONGEST_PAUSE: i64 = 3_600_000;

/// Which of two ready jobs runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Due at a promised instant.
    Urgent,
    Normal,
    /// Only when nothing else is ready.
    Idle,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Normal, Self::Idle];

    /// The number in the database; lower runs first.
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// `None` for an unknown number.
    pub fn of_rank(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.rank() == rank)
    }

    /// The priorities that run before it.
    pub fn more_urgent(self) -> &'static [Self] {
        match self {
            Self::Urgent => &[],
            Self::Normal => &[Self::Urgent],
            Self::Idle => &[Self::Urgent, Self::Normal],
        }
    }
}

keyed_enum! {
    /// How a job or scheduled change ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Ending {
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// A job's progress.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Where the next step resumes, in a format of the job's kind; empty before the first step.
    pub cursor: String,
    /// How many items are done.
    pub done: i64,
    /// Out of how many; `None` when unknown.
    pub total: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    /// Claimed by a worker.
    Running {
        by: String,
    },
    Ended {
        how: Ending,
        at: Timestamp,
    },
}

impl JobState {
    /// The key in responses.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running { .. } => "running",
            Self::Ended { how, .. } => how.key(),
        }
    }
}

/// A background job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    /// Selects the handler that runs its steps.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    pub priority: Priority,
    pub state: JobState,
    /// The due time it was created with.
    pub due_at: Timestamp,
    /// When it may be claimed next; while it runs, when its lease expires.
    pub run_at: Timestamp,
    /// How many times it was claimed.
    pub attempt: i64,
    /// How many leases in a row expired without a result.
    pub lost: i64,
    /// How many attempts in a row failed.
    pub failures: i64,
    pub progress: Progress,
    /// The external effect that is about to happen, or has happened without its result being stored.
    pub intent: Option<String>,
    /// The result, or the error of the last failed attempt; empty before.
    pub outcome: String,
    pub created_at: Timestamp,
}

impl Job {
    /// Whether so many leases expired without a result that the job itself probably crashes its workers.
    pub const fn stops_its_servers(&self) -> bool {
        self.lost >= MOST_LOST
    }

    /// Whether another failure is final.
    pub const fn is_hopeless(&self) -> bool {
        self.failures + 1 >= MOST_FAILURES || self.stops_its_servers()
    }
}

/// The backoff in milliseconds after a failure that followed `failures` others.
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
