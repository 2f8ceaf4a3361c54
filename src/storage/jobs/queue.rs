//! The job queue. A claim is valid as long as its lease; every write for a job names its claim, so that
//! nothing is written for a job that another worker has taken over or that was cancelled.

use crate::{
    domain::{
        ids::JobId,
        jobs::job::{Ending, Job, JobState, Priority, Progress},
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, dialect_statements, on_db, repository, statements},
};

macro_rules! columns {
    () => {
        "id, kind, subject, priority, state, due_at, run_at, attempt, lease_by, lost, failures, progress, done, total, intent, outcome, created_at, ended_at"
    };
}

/// The condition for claiming a job `j`: its kind is one of `$kinds`, each surrounded by spaces; and in its
/// lane no other job is running or due earlier. A job that already ran may continue.
macro_rules! may_run {
    ($kinds:literal) => {
        concat!("REPLACE(", $kinds, ", ' ' || j.kind || ' ', '') <> ", $kinds, " AND (j.lane IS NULL OR j.lease_by IS NOT NULL OR NOT EXISTS (SELECT 1 FROM jobs e WHERE e.lane = j.lane AND e.state = 'open' AND e.id <> j.id AND (e.lease_by IS NOT NULL OR (e.due_at, e.id) < (j.due_at, j.id))))")
    };
}

/// Claims the next job of a priority; `$lock` is a locking clause.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET attempt = attempt + 1, lost = CASE WHEN lease_by IS NULL THEN lost ELSE lost + 1 END, lease_by = $4, run_at = $5 WHERE id = (SELECT id FROM jobs j WHERE state = 'open' AND priority = $1 AND run_at <= $3 AND ",
            may_run!("$2"),
            " ORDER BY run_at, id LIMIT 1",
            $lock,
            ") RETURNING ",
            columns!()
        )
    };
}

dialect_statements! {
    sqlite {
        CLAIM_SQLITE = claim!("");
    }
    postgres {
        /// Two workers that look at once do not wait for each other.
        CLAIM_POSTGRES = claim!(" FOR UPDATE SKIP LOCKED");
    }
}

/// Whether the statement affected its one row.
macro_rules! changed {
    ($jobs:ident, $sql:expr, $($value:expr),*) => {
        on_db!($jobs.uow, |c| sqlx::query($sql)
            $(.bind($value))*
            .execute(c)
            .await
            .map(|it| it.rows_affected() == 1))
    };
}

statements! {
    ADD = "INSERT INTO jobs (kind, subject, unique_key, lane, priority, state, due_at, run_at, attempt, lost, failures, progress, done, outcome, created_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $6, 0, 0, 0, '', 0, '', $7) ON CONFLICT (unique_key) WHERE state = 'open' DO NOTHING";
    /// When the next job of a priority may run.
    NEXT = concat!("SELECT run_at FROM jobs j WHERE state = 'open' AND priority = $1 AND ", may_run!("$2"), " ORDER BY run_at, id LIMIT 1");
    /// After a step: extends the lease.
    ADVANCE = "UPDATE jobs SET progress = $3, done = $4, total = $5, intent = $6, run_at = $7, lost = 0, failures = 0, outcome = '' WHERE id = $1 AND attempt = $2 AND state = 'open'";
    /// Gives up the claim.
    RELEASE = "UPDATE jobs SET run_at = $3, lost = 0, failures = $4, outcome = $5, lease_by = NULL WHERE id = $1 AND attempt = $2 AND state = 'open'";
    /// Gives up all claims of a worker that stops.
    GIVE_BACK = "UPDATE jobs SET run_at = $2, lease_by = NULL WHERE lease_by = $1";
    /// Gives up the claim of a recurring job, which starts over.
    AGAIN = "UPDATE jobs SET due_at = $3, run_at = $3, lost = 0, failures = 0, outcome = $4, progress = '', done = 0, total = NULL, intent = NULL, lease_by = NULL WHERE id = $1 AND attempt = $2 AND state = 'open'";
    END = "UPDATE jobs SET state = $3, ended_at = $4, outcome = $5, lease_by = NULL WHERE id = $1 AND attempt = $2 AND state = 'open'";
    /// Regardless of a claim, which becomes invalid.
    CANCEL = "UPDATE jobs SET state = 'cancelled', ended_at = $2, outcome = $3, lease_by = NULL WHERE id = $1 AND state = 'open'";
    CANCEL_BY_KEY = "UPDATE jobs SET state = 'cancelled', ended_at = $2, outcome = $3, lease_by = NULL WHERE unique_key = $1 AND state = 'open'";
    /// Makes a job due now unless it is running.
    HURRY = "UPDATE jobs SET run_at = $2, failures = 0 WHERE id = $1 AND state = 'open' AND lease_by IS NULL";
    /// Lets a failed job resume where it was, at the end of its lane, unless its unique key is taken again.
    REOPEN = "UPDATE jobs SET state = 'open', ended_at = NULL, due_at = $2, run_at = $2, lost = 0, failures = 0 WHERE id = $1 AND state = 'failed' AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.unique_key = jobs.unique_key AND o.state = 'open')";
    FIND = concat!("SELECT ", columns!(), " FROM jobs WHERE id = $1");
    OPEN = concat!("SELECT ", columns!(), " FROM jobs WHERE state = 'open' AND priority = $1 ORDER BY run_at, id LIMIT $2");
    /// Latest first.
    ENDED = concat!("SELECT ", columns!(), " FROM jobs WHERE ended_at <= $1 ORDER BY ended_at DESC, id DESC LIMIT $2");
    COUNTS = concat!("SELECT kind, COUNT(*), COUNT(lease_by), MIN(CASE WHEN ", may_run!("$1"), " THEN run_at END) FROM jobs j WHERE state = 'open' GROUP BY kind ORDER BY kind");
    DELETE_ENDED = "DELETE FROM jobs WHERE ended_at <= $1 AND id IN (SELECT id FROM jobs WHERE ended_at <= $1 ORDER BY ended_at, id LIMIT $2)";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    subject: String,
    priority: i64,
    state: String,
    due_at: i64,
    run_at: i64,
    attempt: i64,
    lease_by: Option<String>,
    lost: i64,
    failures: i64,
    progress: String,
    done: i64,
    total: Option<i64>,
    intent: Option<String>,
    outcome: String,
    created_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Job {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let unknown = || StorageError::inconsistent("jobs", "state", &row.state);
        let state = match (row.state.as_str(), row.lease_by, row.ended_at) {
            ("open", None, None) => JobState::Waiting,
            ("open", Some(by), None) => JobState::Running { by },
            (key, None, Some(at)) => JobState::Ended {
                how: Ending::from_key(key).ok_or_else(unknown)?,
                at: Timestamp::from_millis(at),
            },
            _ => return Err(unknown()),
        };
        Ok(Self {
            id: JobId(row.id),
            kind: row.kind,
            subject: row.subject,
            priority: Priority::of_rank(row.priority)
                .ok_or_else(|| StorageError::inconsistent("jobs", "priority", row.priority.to_string()))?,
            state,
            due_at: Timestamp::from_millis(row.due_at),
            run_at: Timestamp::from_millis(row.run_at),
            attempt: row.attempt,
            lost: row.lost,
            failures: row.failures,
            progress: Progress { cursor: row.progress, done: row.done, total: row.total },
            intent: row.intent,
            outcome: row.outcome,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

/// A job to add.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    pub kind: &'a str,
    pub subject: &'a str,
    /// At most one open job has this key.
    pub unique_key: Option<&'a str>,
    /// Jobs in a lane run one at a time, in order of their due times.
    pub lane: Option<&'a str>,
    pub priority: Priority,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
}

/// The open jobs of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenJobs {
    pub kind: String,
    pub waiting: i64,
    pub running: i64,
    /// When the first job may run that is not blocked by its lane; in the past while workers lag behind.
    pub next: Option<Timestamp>,
}

pub struct Jobs<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(jobs -> Jobs);

impl Jobs<'_> {
    /// Adds the job; `false` when an open one has its unique key.
    pub async fn add(&mut self, job: &NewJob<'_>) -> Result<bool, StorageError> {
        let added = on_db!(self.uow, |c| sqlx::query(ADD)
            .bind(job.kind)
            .bind(job.subject)
            .bind(job.unique_key)
            .bind(job.lane)
            .bind(job.priority.rank())
            .bind(job.due_at.as_millis())
            .bind(job.created_at.as_millis())
            .execute(c)
            .await
            .map(|it| it.rows_affected()))?;
        Ok(added == 1)
    }

    /// Claims the next job for `worker`, with a lease until `until`.
    pub async fn claim(
        &mut self,
        worker: &str,
        kinds: &[&str],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Job>, StorageError> {
        let claim = match self.uow.transaction {
            crate::storage::unit_of_work::Transaction::Sqlite(_) => CLAIM_SQLITE,
            crate::storage::unit_of_work::Transaction::Postgres(_) => CLAIM_POSTGRES,
        };
        let kinds = spaced(kinds);
        for priority in Priority::ALL {
            let row: Option<Row> = on_db!(self.uow, |c| sqlx::query_as(claim)
                .bind(priority.rank())
                .bind(&kinds)
                .bind(now.as_millis())
                .bind(worker)
                .bind(until.as_millis())
                .fetch_optional(c)
                .await)?;
            if let Some(row) = row {
                return row.try_into().map(Some);
            }
        }
        Ok(None)
    }

    /// When the next job of these priorities and kinds may run.
    pub async fn next(
        &mut self,
        priorities: &[Priority],
        kinds: &[&str],
    ) -> Result<Option<Timestamp>, StorageError> {
        let kinds = spaced(kinds);
        let mut soonest: Option<i64> = None;
        for priority in priorities {
            let next: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(NEXT)
                .bind(priority.rank())
                .bind(&kinds)
                .fetch_optional(c)
                .await)?;
            soonest = soonest.into_iter().chain(next).min();
        }
        Ok(soonest.map(Timestamp::from_millis))
    }

    /// Stores the progress of the claimed `job`, and extends the lease to `until`. `false` when the claim is
    /// no longer valid: nothing of the step may be committed.
    pub async fn advance(
        &mut self,
        job: &Job,
        progress: &Progress,
        intent: Option<&str>,
        until: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(changed!(
            self,
            ADVANCE,
            job.id.0,
            job.attempt,
            &progress.cursor,
            progress.done,
            progress.total,
            intent,
            until.as_millis()
        )?)
    }

    /// Gives up the claim after `failures` in a row, for a retry at `run_at`.
    pub async fn release(
        &mut self,
        job: &Job,
        run_at: Timestamp,
        failures: i64,
        outcome: &str,
    ) -> Result<bool, StorageError> {
        Ok(changed!(self, RELEASE, job.id.0, job.attempt, run_at.as_millis(), failures, outcome)?)
    }

    /// Gives up all claims of `worker`, so that others can continue at `now`.
    pub async fn give_back(&mut self, worker: &str, now: Timestamp) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(GIVE_BACK)
            .bind(worker)
            .bind(now.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Gives up the claim of a completed recurring job, which is due again at `due_at`.
    pub async fn again(&mut self, job: &Job, due_at: Timestamp, outcome: &str) -> Result<bool, StorageError> {
        Ok(changed!(self, AGAIN, job.id.0, job.attempt, due_at.as_millis(), outcome)?)
    }

    /// Ends a claimed job.
    pub async fn end(
        &mut self,
        job: &Job,
        how: Ending,
        at: Timestamp,
        outcome: &str,
    ) -> Result<bool, StorageError> {
        Ok(changed!(self, END, job.id.0, job.attempt, how.key(), at.as_millis(), outcome)?)
    }

    /// Ends a job, claimed or not. `false` when it had already ended.
    pub async fn cancel(&mut self, id: JobId, at: Timestamp, outcome: &str) -> Result<bool, StorageError> {
        Ok(changed!(self, CANCEL, id.0, at.as_millis(), outcome)?)
    }

    /// [`Self::cancel`] by unique key.
    pub async fn cancel_by_key(
        &mut self,
        unique_key: &str,
        at: Timestamp,
        outcome: &str,
    ) -> Result<bool, StorageError> {
        Ok(changed!(self, CANCEL_BY_KEY, unique_key, at.as_millis(), outcome)?)
    }

    /// Lets a waiting job run at `now`, or retries a failed one. `false` when it is neither.
    pub async fn retry(&mut self, id: JobId, now: Timestamp) -> Result<bool, StorageError> {
        for statement in [HURRY, REOPEN] {
            if changed!(self, statement, id.0, now.as_millis())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub async fn find(&mut self, id: JobId) -> Result<Option<Job>, StorageError> {
        let row: Option<Row> = on_db!(self.uow, |c| sqlx::query_as(FIND).bind(id.0).fetch_optional(c).await)?;
        row.map(Job::try_from).transpose()
    }

    /// Open jobs in the order they will run; at most `limit` of each priority.
    pub async fn open(&mut self, limit: i64) -> Result<Vec<Job>, StorageError> {
        let mut jobs = Vec::new();
        for priority in Priority::ALL {
            let rows: Vec<Row> = on_db!(self.uow, |c| sqlx::query_as(OPEN)
                .bind(priority.rank())
                .bind(limit)
                .fetch_all(c)
                .await)?;
            jobs.extend(rows);
        }
        jobs.into_iter().map(Job::try_from).collect()
    }

    /// Ended jobs, latest first, at most `limit`.
    pub async fn ended(&mut self, limit: i64) -> Result<Vec<Job>, StorageError> {
        let rows: Vec<Row> =
            on_db!(self.uow, |c| sqlx::query_as(ENDED).bind(i64::MAX).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(Job::try_from).collect()
    }

    /// The number of open jobs by kind. For kinds other than `kinds`, `next` is unknown.
    pub async fn counts(&mut self, kinds: &[&str]) -> Result<Vec<OpenJobs>, StorageError> {
        let rows: Vec<(String, i64, i64, Option<i64>)> =
            on_db!(self.uow, |c| sqlx::query_as(COUNTS).bind(spaced(kinds)).fetch_all(c).await)?;
        let counts = rows.into_iter().map(|(kind, open, running, next)| OpenJobs {
            kind,
            waiting: open - running,
            running,
            next: next.map(Timestamp::from_millis),
        });
        Ok(counts.collect())
    }

    /// Deletes jobs that ended at `until` or before, at most `limit`, and returns how many.
    pub async fn delete_ended(&mut self, until: Timestamp, limit: i64) -> Result<i64, StorageError> {
        let removed = on_db!(self.uow, |c| sqlx::query(DELETE_ENDED)
            .bind(until.as_millis())
            .bind(limit)
            .execute(c)
            .await
            .map(|it| it.rows_affected()))?;
        Ok(i64::try_from(removed).unwrap_or(limit))
    }
}

/// Joins the kinds with a space around each.
fn spaced(kinds: &[&str]) -> String {
    format!(" {} ", kinds.join("  "))
}
