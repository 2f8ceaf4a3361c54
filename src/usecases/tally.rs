//! Counters of what use cases did since the program started, read by the metrics; use cases know nothing of
//! those. Each is counted after it happened, whichever surface asked.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::domain::{
    flows::{code_review::Rule, consent::LedgerAction, flow_version},
    jobs::job::Ending,
    keyed::keyed_enum,
};

/// All counters.
#[derive(Debug, Default)]
pub struct Tally {
    code_review: [Count; Rule::ALL.len()],
    flow_version: [Count; flow_version::VersionRule::ALL.len()],
    flow_version_not_deployed: [Count; flow_version::VersionRule::ALL.len()],
    sign_ins: [Count; SignInOutcome::ALL.len()],
    scheduled_changes: [Count; Ending::ALL.len()],
    /// Jobs by kind.
    pub jobs: JobTally,
    provider_sign_ins: [Count; SignInOutcome::ALL.len()],
    /// Decisions of any kind that were answered from an outdated cache.
    pub stale_decisions: Count,
    /// Consents given.
    pub consents_given: Count,
    /// Consents withdrawn.
    pub consents_withdrawn: Count,
}

keyed_enum! {
    /// The outcome of a sign-in. Attempts that fail for lack of a database have none.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SignInOutcome {
        Succeeded = "succeeded",
        /// Username or password was wrong; or the provider's user was refused.
        Refused = "refused",
        /// There were too many failures before.
        Throttled = "throttled",
    }
}

impl Tally {
    /// Decisions about the review engine made by this rule.
    pub fn code_review(&self, rule: Rule) -> &Count {
        &self.code_review[rule as usize]
    }

    /// Decisions about a flow version made by this rule.
    pub fn flow_version(&self, rule: flow_version::VersionRule) -> &Count {
        &self.flow_version[rule as usize]
    }

    /// Decisions by this rule whose version is not deployed.
    pub fn flow_version_not_deployed(&self, rule: flow_version::VersionRule) -> &Count {
        &self.flow_version_not_deployed[rule as usize]
    }

    /// Sign-ins with password that had this outcome.
    pub fn sign_ins(&self, outcome: SignInOutcome) -> &Count {
        &self.sign_ins[outcome as usize]
    }

    /// Sign-ins through the provider that had this outcome.
    pub fn provider_sign_ins(&self, outcome: SignInOutcome) -> &Count {
        &self.provider_sign_ins[outcome as usize]
    }

    /// Scheduled changes that ended this way on this server.
    pub fn scheduled_changes(&self, ending: Ending) -> &Count {
        &self.scheduled_changes[ending as usize]
    }

    pub(super) fn scheduled_change(&self, ending: Ending) {
        self.scheduled_changes(ending).add();
    }

    pub(super) fn consent(&self, action: LedgerAction) {
        match action {
            LedgerAction::Given => self.consents_given.add(),
            LedgerAction::Withdrawn => self.consents_withdrawn.add(),
        }
    }
}

/// Counters of jobs by kind.
#[derive(Debug, Default)]
pub struct JobTally(Mutex<BTreeMap<String, JobCounts>>);

/// The counters of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Committed steps.
    pub steps: u64,
    /// Jobs that ended successfully, or recurring ones that completed a round.
    pub done: u64,
    /// Jobs that were given up.
    pub failed: u64,
    /// Failed attempts that are retried.
    pub retried: u64,
}

impl JobTally {
    pub(super) fn step(&self, kind: &str) {
        self.add(kind, |it| &mut it.steps);
    }

    pub(super) fn retried(&self, kind: &str) {
        self.add(kind, |it| &mut it.retried);
    }

    pub(super) fn ended(&self, kind: &str, how: Ending) {
        match how {
            Ending::Done => self.add(kind, |it| &mut it.done),
            Ending::Failed => self.add(kind, |it| &mut it.failed),
            Ending::Cancelled => {}
        }
    }

    fn add(&self, kind: &str, of: impl FnOnce(&mut JobCounts) -> &mut u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *of(counts.entry(kind.to_owned()).or_default()) += 1;
    }

    /// The counters of this kind.
    pub fn of(&self, kind: &str) -> JobCounts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kind).copied().unwrap_or_default()
    }
}

/// A monotonic counter.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
