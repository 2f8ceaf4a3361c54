//! What every use case is handed.

use std::{ops::Deref, sync::Arc};

use super::{Caches, Tally, jobs::job_handlers::JobHandlers};
use crate::{
    domain::{environment::Environment, time::Timestamp},
    storage::Storage,
};

/// What every use case needs. Each request clones it several times, so that is one counter.
#[derive(Clone)]
pub struct App(Arc<Tools>);

pub struct Tools {
    pub storage: Storage,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    pub known: Caches,
    /// Whose jobs the server runs.
    pub jobs: JobHandlers<App>,
    /// What was done, counted.
    pub tally: Tally,
}

impl Deref for App {
    type Target = Tools;

    fn deref(&self) -> &Tools {
        &self.0
    }
}

/// What the time is. Handed in, so that tests can fix it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Where secrets come from. Handed in, so that tests can fix it.
pub trait Random: Send + Sync {
    /// 256 bits that nobody can guess.
    fn secret(&self) -> [u8; 32];
}

/// What an operator may set about the use cases.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A session that is not used for so long ends, in milliseconds.
    pub session_idle_millis: i64,
    /// A session ends after so long however much it is used, in milliseconds.
    pub session_absolute_millis: i64,
    /// Consent, new tokens and administration at a page ask for the password again when the last proof
    /// is older, in milliseconds; 0 never asks.
    pub fresh_sign_in_millis: i64,
    /// Whose flags and flow versions the server answers for.
    pub environment: Environment,
}

impl App {
    /// With the jobs of these capabilities.
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

    /// The environment that this server is in and answers for.
    pub fn environment(&self) -> Environment {
        self.settings.environment
    }
}
