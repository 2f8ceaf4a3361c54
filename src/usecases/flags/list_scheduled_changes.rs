//! Lists scheduled changes of feature flags, pending and ended.

use super::flag_names::describe_changes;
use crate::{
    domain::flags::ScheduledChange,
    storage::{StorageError, UnitOfWork},
    usecases::{App, FlagReader, UseCaseError},
};

/// How many pending and how many ended changes are listed.
const PENDING: i64 = 500;
const ENDED: i64 = 50;

/// A change, described in words: `on for user ann`, `25 % of actors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    pub change: ScheduledChange,
    pub what: String,
}

impl Scheduled {
    /// Time and description, for the audit log.
    pub(in crate::usecases) fn line(&self) -> String {
        let plan = &self.change.plan;
        format!("{} (scheduled change {}): {}", plan.due_at.rfc3339(), self.change.id, self.what)
    }
}

/// Of one flag or all: first the pending ones, soonest first; then the ended ones, latest first.
pub async fn list_scheduled_changes(
    app: &App,
    _reader: &FlagReader,
    flag: Option<&str>,
) -> Result<Vec<Scheduled>, UseCaseError> {
    if flag.is_some_and(|it| it.contains('\0')) {
        return Ok(Vec::new());
    }
    let mut uow = app.storage.read().await?;
    let mut changes = uow.scheduled_changes().pending(flag, PENDING).await?;
    changes.extend(uow.scheduled_changes().ended(flag, ENDED).await?);
    let mut scheduled = Vec::with_capacity(changes.len());
    for change in changes {
        scheduled.push(in_words(&mut uow, change).await?);
    }
    Ok(scheduled)
}

pub(in crate::usecases) async fn in_words(
    uow: &mut UnitOfWork,
    change: ScheduledChange,
) -> Result<Scheduled, StorageError> {
    let what = describe_changes(uow, &change.plan.changes).await?;
    Ok(Scheduled { change, what })
}
