//! Counts sign-in attempts in the database, so that counts are shared between servers and survive restarts.
//!
//! An attempt is counted before the password is verified, and taken back on success, so that concurrent
//! attempts cannot exceed the limit.

use super::secrets::token_hash;
use crate::{
    domain::{
        accounts::throttle::{FORGOTTEN_AFTER, Failures, Limit, ThrottleKey, in_words},
        audit::{AuditActor, AuditKind},
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Origin, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// The audit log's name for unknown users; what was typed is not recorded.
const UNKNOWN_USER: &str = "an unknown user";

/// A permitted attempt. It counts as failed unless it is reported as successful.
pub(in crate::usecases) struct Attempt {
    at: Timestamp,
    counted: Vec<CountedKey>,
}

struct CountedKey {
    subject_hash: String,
    limit: Limit,
    before: Failures,
    /// A success does not reset an IP address's count: an attacker may own an account, too.
    is_address: bool,
}

/// Counts an attempt for each subject. All callers list accounts before IP addresses, so that there are no
/// deadlocks.
///
/// # Errors
/// [`UseCaseError::Throttled`] after too many. Such an attempt is not counted and does not extend the wait.
pub(in crate::usecases) async fn attempt(
    app: &App,
    at: Timestamp,
    subjects: &[ThrottleKey<'_>],
) -> Result<Attempt, UseCaseError> {
    refuse_early(app, at, subjects).await?;
    let mut uow = app.storage.begin().await?;
    let (mut counted, mut wait) = (Vec::new(), 0);
    for subject in subjects {
        let Some(key) = subject.key() else { continue };
        let (subject_hash, limit) = (token_hash(&key), subject.limit());
        let before = uow.sign_in_failures().hold(&subject_hash, at).await?;
        wait = wait.max(limit.wait(before, at));
        let is_address = matches!(subject, ThrottleKey::Address(_));
        counted.push(CountedKey { subject_hash, limit, before, is_address });
    }
    if wait > 0 {
        return Err(UseCaseError::Throttled(wait));
    }
    for it in &counted {
        uow.sign_in_failures().save(&it.subject_hash, it.before.and_one(at)).await?;
    }
    uow.commit().await?;
    Ok(Attempt { at, counted })
}

/// Rejects throttled callers without a write, so that thousands of attempts do not occupy SQLite's only
/// writer. Concurrent attempts are told apart when they are counted.
async fn refuse_early(app: &App, at: Timestamp, subjects: &[ThrottleKey<'_>]) -> Result<(), UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut wait = 0;
    for subject in subjects {
        let Some(key) = subject.key() else { continue };
        if let Some(before) = uow.sign_in_failures().find(&token_hash(&key)).await? {
            wait = wait.max(subject.limit().wait(before, at));
        }
    }
    if wait > 0 { Err(UseCaseError::Throttled(wait)) } else { Ok(()) }
}

impl Attempt {
    /// The password was correct: resets the account's count, and takes this attempt back from the IP
    /// address's.
    pub async fn succeeded(&self, uow: &mut UnitOfWork) -> Result<(), StorageError> {
        for it in &self.counted {
            if it.is_address {
                uow.sign_in_failures().take_back(&it.subject_hash, self.at, it.before.last_at).await?;
            } else {
                uow.sign_in_failures().delete(&it.subject_hash).await?;
            }
        }
        Ok(())
    }

    /// The password was wrong: records it in the audit log, and the throttling, if the next attempt has to
    /// wait.
    pub fn failed(&self, uow: &mut UnitOfWork, origin: &Origin, who: AuditActor, kind: AuditKind) {
        let target = if who.username.is_empty() { UNKNOWN_USER.to_owned() } else { who.username.clone() };
        record_as(self.at, uow, who.clone(), origin, Happened::to(kind, &target));
        let wait = |it: &CountedKey| it.limit.wait(it.before.and_one(self.at), self.at);
        let wait = self.counted.iter().map(wait).max().unwrap_or(0);
        if wait > 0 {
            let happened =
                Happened { to: in_words(wait), ..Happened::to(AuditKind::SignInThrottled, &target) };
            record_as(self.at, uow, who, origin, happened);
        }
    }
}

/// Resets the count of an account whose password was set by an operator or a link.
pub(super) async fn forgive(uow: &mut UnitOfWork, username: &str) -> Result<(), StorageError> {
    let key = ThrottleKey::Account(username).key().expect("an account has a key");
    uow.sign_in_failures().delete(&token_hash(&key)).await
}

/// Counts last updated at or before this instant have expired.
pub(in crate::usecases) fn forgotten_until(now: Timestamp) -> Timestamp {
    now.plus_millis(-FORGOTTEN_AFTER)
}
