//! What the use cases did since the program started, counted. Whoever shows the numbers reads them
//! here; the use cases know nothing of it. Each is counted once it has happened, whether a page, the
//! API or Explain asked.

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

/// All counts of a program.
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
    /// Decisions of any kind that rest on what was known before, because the database was out of reach.
    pub stale_decisions: Count,
    /// Consents that were recorded as given.
    pub consents_given: Count,
    /// And as withdrawn.
    pub consents_withdrawn: Count,
}

keyed_enum! {
    /// What came of a sign-in. One that the database kept from being judged has no outcome.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SignInOutcome {
        Succeeded = "succeeded",
        /// The name or the password was wrong; or the provider vouched for somebody who may not come in.
        Refused = "refused",
        /// There were too many failures before it.
        Throttled = "throttled",
    }
}

impl Tally {
    /// Decisions which engine reviews that this rule made.
    pub fn code_review(&self, rule: Rule) -> &Count {
        &self.code_review[rule as usize]
    }

    /// Decisions which version of a flow runs that this rule made.
    pub fn flow_version(&self, rule: flow_version::VersionRule) -> &Count {
        &self.flow_version[rule as usize]
    }

    /// Those of this rule that could not be made, because the version is not deployed.
    pub fn flow_version_not_deployed(&self, rule: flow_version::VersionRule) -> &Count {
        &self.flow_version_not_deployed[rule as usize]
    }

    /// Sign-ins with a password that ended so.
    pub fn sign_ins(&self, outcome: SignInOutcome) -> &Count {
        &self.sign_ins[outcome as usize]
    }

    /// The same by the provider.
    pub fn provider_sign_ins(&self, outcome: SignInOutcome) -> &Count {
        &self.provider_sign_ins[outcome as usize]
    }

    /// Scheduled changes that this server ended so.
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

/// What this server did with jobs, by kind.
#[derive(Debug, Default)]
pub struct JobTally(Mutex<BTreeMap<String, JobCounts>>);

/// Of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Steps that were saved.
    pub steps: u64,
    /// Jobs that ended, or began anew, with all done.
    pub done: u64,
    /// Jobs that were given up.
    pub failed: u64,
    /// Tries that failed, of jobs that are tried again.
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

    /// What was done with those of this kind so far.
    pub fn of(&self, kind: &str) -> JobCounts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kind).copied().unwrap_or_default()
    }
}

/// A number that only grows.
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
