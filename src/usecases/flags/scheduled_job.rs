//! The job that applies a scheduled change of a feature flag.

use crate::{
    domain::{change::Topic, ids::ScheduledChangeId, jobs::job::Priority, time::Timestamp},
    storage::{NewJob, StorageError, UnitOfWork},
};

/// The kind in the database.
pub(in crate::usecases) const KIND: &str = "scheduled_change";

fn key(id: ScheduledChangeId) -> String {
    format!("{KIND} {id}")
}

/// Adds a job for the due time. All changes of a flag share a lane, even across environments, because
/// production is compared with staging.
pub(super) async fn add_job(
    uow: &mut UnitOfWork,
    id: ScheduledChangeId,
    flag: &str,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    let job = NewJob {
        kind: KIND,
        subject: &id.to_string(),
        unique_key: Some(&key(id)),
        lane: Some(&format!("flag {flag}")),
        priority: Priority::Urgent,
        due_at,
        created_at: now,
    };
    uow.change_feed().touch(Topic::Jobs);
    uow.jobs().add(&job).await.map(drop)
}

/// Ends the job of a cancelled change.
pub(super) async fn end_job(
    uow: &mut UnitOfWork,
    id: ScheduledChangeId,
    at: Timestamp,
    outcome: &str,
) -> Result<(), StorageError> {
    uow.change_feed().touch(Topic::Jobs);
    uow.jobs().cancel_by_key(&key(id), at, outcome).await.map(drop)
}
