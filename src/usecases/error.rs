//! Why a use case did not do what it was asked. Nothing was changed when one of these comes back.

use super::{FlagError, change_job::JobError, set_flow::FlowNow};
use crate::{
    domain::{access::Denial, consent::ConsentError, flow_version::NotDeployed, throttle::in_words},
    storage::{Registry, StorageError},
};

#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// There is none, or the caller must not know that there is.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Denied(#[from] Denial),
    #[error("{message}")]
    Invalid { field: &'static str, message: String },
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// Somebody else was first; this is how it stands now.
    #[error("somebody else changed this flow first")]
    Conflict(Box<FlowNow>),
    /// Others were first, each time that it was tried.
    #[error("Others changed this at the same moment, again and again. Try again in a moment.")]
    Outrun,
    /// The same as a conflict, of a registry of flow versions.
    #[error("somebody else changed this registry first")]
    RegistryConflict(Box<Registry>),
    /// The version of a flow that should run is not there.
    #[error("{0}")]
    NotDeployed(#[from] NotDeployed),
    #[error("the feature flag {0} is off for this user")]
    FeatureOff(&'static str),
    #[error(transparent)]
    Flag(#[from] FlagError),
    #[error(transparent)]
    Job(#[from] JobError),
    /// The signed request was used before: it counts once.
    #[error("this request was used before")]
    Replayed,
    /// Too many failures: how long to wait, in seconds.
    #[error("Too many failed attempts. Try again in {}.", in_words(*.0))]
    Throttled(i64),
    /// The last sign-in is too old for this: the password is asked for again.
    #[error("this needs a fresh sign-in")]
    StaleSignIn,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl UseCaseError {
    /// Whether the same may well succeed in a moment: others are at it, or the database is busy or out of
    /// reach.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Outrun | Self::Storage(StorageError::Stale)) || self.is_unavailable()
    }

    /// Whether the database did not do it, whatever was asked.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_unavailable())
    }

    /// Whether the database answers but takes nothing: its disk is full or read-only.
    pub const fn is_unwritable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unwritable(_)))
    }

    pub fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }
}
