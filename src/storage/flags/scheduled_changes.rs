//! Scheduled changes of feature flags. A change is claimed in the transaction that applies it, so it happens
//! exactly once, on one server.

use crate::{
    domain::{
        audit::AuditActor,
        environment::Environment,
        flags::{Ended, GateChange, PlannedChange, ScheduleState, ScheduledChange},
        ids::{ScheduledChangeId, UserId},
        jobs::job::Ending,
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

/// Selects all columns, with an additional condition.
macro_rules! select {
    ($more:literal) => {
        concat!(
            "SELECT id, flag, environment, due_at, changes, compare_with_staging, reason, by_id, by_username, by_name, planned_at, state, ended_at, outcome FROM scheduled_changes WHERE ",
            $more
        )
    };
}

statements! {
    ADD = "INSERT INTO scheduled_changes (flag, environment, due_at, changes, compare_with_staging, reason, by_id, by_username, by_name, planned_at, state, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', '') RETURNING id";
    FIND = select!("id = $1");
    /// Soonest first, up to an instant.
    PENDING = select!("state = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT $2");
    PENDING_OF = select!("state = 'pending' AND due_at <= $1 AND flag = $3 ORDER BY due_at, id LIMIT $2");
    /// Latest first.
    ENDED = select!("ended_at <= $1 ORDER BY ended_at DESC, id DESC LIMIT $2");
    ENDED_OF = select!("ended_at <= $1 AND flag = $3 ORDER BY ended_at DESC, id DESC LIMIT $2");
    /// A concurrent second claim waits for the first, then finds the row claimed.
    CLAIM = "UPDATE scheduled_changes SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'pending' RETURNING id, flag, environment, due_at, changes, compare_with_staging, reason, by_id, by_username, by_name, planned_at, state, ended_at, outcome";
    SAY = "UPDATE scheduled_changes SET outcome = $2 WHERE id = $1";
    /// Adds a job for each pending change that never had one, because a release without jobs scheduled it. A
    /// job that ends on another server meanwhile does not lead to a second one.
    ADD_MISSING_JOBS = "INSERT INTO jobs (kind, subject, unique_key, lane, priority, state, due_at, run_at, attempt, lost, failures, progress, done, outcome, created_at) SELECT 'scheduled_change', CAST(id AS TEXT), 'scheduled_change ' || id, 'flag ' || flag, 0, 'open', due_at, due_at, 0, 0, 0, '', 0, '', planned_at FROM scheduled_changes c WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM jobs WHERE unique_key = 'scheduled_change ' || c.id) ON CONFLICT (unique_key) WHERE state = 'open' DO NOTHING";
    /// Without the changes, so that a row that cannot be parsed can still be ended.
    END = "UPDATE scheduled_changes SET state = $2, ended_at = $3, outcome = $4 WHERE id = $1 AND state = 'pending' RETURNING flag, environment, by_id, by_username, by_name";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    #[sqlx(flatten)]
    whose: WhoseRow,
    due_at: i64,
    changes: String,
    compare_with_staging: bool,
    reason: Option<String>,
    planned_at: i64,
    state: String,
    ended_at: Option<i64>,
    outcome: String,
}

#[derive(sqlx::FromRow)]
struct WhoseRow {
    flag: String,
    environment: String,
    by_id: Option<i64>,
    by_username: String,
    by_name: String,
}

/// A change's flag, environment and author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    pub flag: String,
    /// The stored key: a newer release may know more environments.
    pub environment: String,
    pub by: AuditActor,
}

impl From<WhoseRow> for Whose {
    fn from(row: WhoseRow) -> Self {
        Self {
            flag: row.flag,
            environment: row.environment,
            by: AuditActor { id: row.by_id.map(UserId), username: row.by_username, name: row.by_name },
        }
    }
}

impl TryFrom<Row> for ScheduledChange {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let unknown = |column, value: &str| StorageError::inconsistent("scheduled_changes", column, value);
        let state = match (row.state.as_str(), row.ended_at) {
            (ScheduleState::PENDING, None) => ScheduleState::Pending,
            (key, Some(at)) => ScheduleState::Ended(Ended {
                how: Ending::from_key(key).ok_or_else(|| unknown("state", key))?,
                at: Timestamp::from_millis(at),
                outcome: row.outcome,
            }),
            (key, None) => return Err(unknown("state", key)),
        };
        let Whose { flag, environment, by } = row.whose.into();
        let environment =
            Environment::from_key(&environment).ok_or_else(|| unknown("environment", &environment))?;
        let plan = PlannedChange {
            flag,
            environment,
            due_at: Timestamp::from_millis(row.due_at),
            changes: serde_json::from_str(&row.changes).map_err(|_| unknown("changes", &row.changes))?,
            compare_with_staging: row.compare_with_staging,
            reason: row.reason,
            by,
            planned_at: Timestamp::from_millis(row.planned_at),
        };
        Ok(Self { id: ScheduledChangeId(row.id), plan, state })
    }
}

fn to_json(changes: &[GateChange]) -> String {
    serde_json::to_string(changes).expect("a change has no maps with odd keys")
}

pub struct ScheduledChanges<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(scheduled_changes -> ScheduledChanges);

impl ScheduledChanges<'_> {
    pub async fn add(&mut self, plan: &PlannedChange) -> Result<ScheduledChangeId, StorageError> {
        let changes = to_json(&plan.changes);
        let id = on_db!(self.uow, |c| sqlx::query_scalar(ADD)
            .bind(&plan.flag)
            .bind(plan.environment.key())
            .bind(plan.due_at.as_millis())
            .bind(&changes)
            .bind(plan.compare_with_staging)
            .bind(plan.reason.as_deref())
            .bind(plan.by.id.map(|it| it.0))
            .bind(&plan.by.username)
            .bind(&plan.by.name)
            .bind(plan.planned_at.as_millis())
            .fetch_one(c)
            .await)?;
        Ok(ScheduledChangeId(id))
    }

    /// `None` when the id never existed.
    pub async fn find(&mut self, id: ScheduledChangeId) -> Result<Option<ScheduledChange>, StorageError> {
        let row: Option<Row> = on_db!(self.uow, |c| sqlx::query_as(FIND).bind(id.0).fetch_optional(c).await)?;
        row.map(ScheduledChange::try_from).transpose()
    }

    /// Pending changes, of one flag or all: soonest first, at most `limit`.
    pub async fn pending(
        &mut self,
        flag: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ScheduledChange>, StorageError> {
        self.list(PENDING, PENDING_OF, flag, limit).await
    }

    /// Ended changes: latest first, at most `limit`.
    pub async fn ended(
        &mut self,
        flag: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ScheduledChange>, StorageError> {
        self.list(ENDED, ENDED_OF, flag, limit).await
    }

    async fn list(
        &mut self,
        all: &'static str,
        of_flag: &'static str,
        flag: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ScheduledChange>, StorageError> {
        let rows: Vec<Row> = on_db!(self.uow, |c| {
            let sql = if flag.is_some() { of_flag } else { all };
            let query = sqlx::query_as(sql).bind(i64::MAX).bind(limit);
            match flag {
                Some(flag) => query.bind(flag).fetch_all(c).await,
                None => query.fetch_all(c).await,
            }
        })?;
        rows.into_iter().map(ScheduledChange::try_from).collect()
    }

    /// Claims a pending change as done in this unit of work; `None` when it is no longer pending. Its job
    /// decides when it is due.
    pub async fn claim(
        &mut self,
        id: ScheduledChangeId,
        now: Timestamp,
    ) -> Result<Option<PlannedChange>, StorageError> {
        let row: Option<Row> = on_db!(self.uow, |c| sqlx::query_as(CLAIM)
            .bind(id.0)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await)?;
        Ok(row.map(ScheduledChange::try_from).transpose()?.map(|it| it.plan))
    }

    /// Makes sure that each pending change has a job.
    pub async fn add_missing_jobs(&mut self) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(ADD_MISSING_JOBS).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Records the outcome of a claimed change.
    pub async fn say(&mut self, id: ScheduledChangeId, outcome: &str) -> Result<(), StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(SAY).bind(id.0).bind(outcome).execute(c).await.map(drop))?)
    }

    /// Ends a pending change without applying it; `None` when it is no longer pending.
    pub async fn end(&mut self, id: ScheduledChangeId, ended: &Ended) -> Result<Option<Whose>, StorageError> {
        let row: Option<WhoseRow> = on_db!(self.uow, |c| sqlx::query_as(END)
            .bind(id.0)
            .bind(ended.how.key())
            .bind(ended.at.as_millis())
            .bind(&ended.outcome)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(Whose::from))
    }
}
