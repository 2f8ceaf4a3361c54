//! Counters of what use cases did since the program started, read by the metrics; use cases know nothing of
//! those. Each is counted after it happened, whichever surface asked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::domain::{
    flows::{code_review::Rule, consent::LedgerAction, flow_version},
    ids::NamespaceId,
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
    /// Decisions to be saved, for pages.
    pub(super) decisions: DecisionTally,
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

/// A day since 1970, a top-level group, and the rule that decided.
type DecisionKey = (i64, NamespaceId, Rule);

/// Decisions about the review engine since they were last saved. As many entries as groups, rules and days.
#[derive(Debug, Default)]
pub(super) struct DecisionTally(Mutex<HashMap<DecisionKey, i64>>);

impl DecisionTally {
    pub fn add(&self, day: i64, top_level: NamespaceId, rule: Rule) {
        self.put_back([((day, top_level, rule), 1)]);
    }

    /// What was counted, in an order that all servers share; it counts from zero again.
    pub fn take(&self) -> Vec<(DecisionKey, i64)> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut taken: Vec<_> = taken.into_iter().collect();
        taken.sort_unstable_by_key(|((day, top_level, rule), _)| (*top_level, *day, *rule as usize));
        taken
    }

    /// Counts again what was taken and could not be saved.
    pub fn put_back(&self, counts: impl IntoIterator<Item = (DecisionKey, i64)>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in counts {
            *all.entry(key).or_default() += count;
        }
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
