//! The dependencies of all use cases.

use std::{ops::Deref, sync::Arc};

use super::{Caches, Tally, jobs::job_handlers::JobHandlers};
use crate::{
    domain::{environment::Environment, time::Timestamp},
    storage::Storage,
};

/// The dependencies of all use cases. Requests clone it several times, so it is a single `Arc`.
#[derive(Clone)]
pub struct App(Arc<Tools>);

pub struct Tools {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    pub known: Caches,
    /// The handlers for the jobs that the server runs.
    pub jobs: JobHandlers<App>,
    /// Counters for metrics.
    pub tally: Tally,
}

impl Deref for App {
    type Target = Tools;

    fn deref(&self) -> &Tools {
        &self.0
    }
}

/// The clock; injected, so that tests can fix it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The source of secrets; injected, so that tests can fix it.
pub trait Random: Send + Sync {
    /// 256 bits from a cryptographically secure generator.
    fn secret(&self) -> [u8; 32];
}

/// The operator's settings for use cases.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A session ends after this long without use, in milliseconds.
    pub session_idle_millis: i64,
    /// A session ends this long after its start, in milliseconds.
    pub session_absolute_millis: i64,
    /// Consent, new tokens and administration on pages require a re-authentication when the last one is older
    /// than this, in milliseconds; 0 disables it.
    pub fresh_sign_in_millis: i64,
    /// The environment whose flags and flow versions the server evaluates.
    pub environment: Environment,
}

impl App {
    /// With the job handlers of these capabilities.
    pub fn with_jobs(
        storage: Storage,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: Settings,
        jobs: JobHandlers<App>,
    ) -> Self {
        let (known, tally) = (Caches::default(), Tally::default());
        Self(Arc::new(Tools { storage, clock, random, settings, known, jobs, tally }))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The environment of this server.
    pub fn environment(&self) -> Environment {
        self.settings.environment
    }
}
