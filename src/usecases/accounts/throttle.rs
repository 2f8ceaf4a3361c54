//! Counting attempts to sign in, in the database: several servers count together, and a restart
//! forgets nothing.
//!
//! An attempt is counted before the password is looked at, and taken back when it was right. So those
//! that come at the same moment cannot all slip through before the first is counted.

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

/// As what the audit log has a name that nobody here has: which it was is not written down.
const UNKNOWN_USER: &str = "an unknown user";

/// An attempt that may be made. It counts as failed until somebody says else.
pub(in crate::usecases) struct Attempt {
    at: Timestamp,
    counted: Vec<CountedKey>,
}

struct CountedKey {
    subject_hash: String,
    limit: Limit,
    before: Failures,
    /// Of an address one success does not wipe out the failures: an attacker has an account as well.
    is_address: bool,
}

/// Counts an attempt for each subject. Everybody names an account before an address, so that two never
/// wait for each other.
///
/// # Errors
/// [`UseCaseError::Throttled`] when there were too many. Such an attempt is not counted: trying on
/// makes the wait no longer.
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

/// Refuses whoever has to wait without a write: there is one writer, and whoever tries thousands of times
/// must not have it. Those that come together are told apart when they are counted.
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
    /// The password was right: the account begins anew, the address is given this one back.
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

    /// The password was wrong: says so in the audit log, and how long the next attempt has to wait.
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

/// Begins anew for an account whose password an operator or a link has set.
pub(super) async fn forgive(uow: &mut UnitOfWork, username: &str) -> Result<(), StorageError> {
    let key = ThrottleKey::Account(username).key().expect("an account has a key");
    uow.sign_in_failures().delete(&token_hash(&key)).await
}

/// What was last counted then, or before, does not count any more.
pub(in crate::usecases) fn forgotten_until(now: Timestamp) -> Timestamp {
    now.plus_millis(-FORGOTTEN_AFTER)
}
