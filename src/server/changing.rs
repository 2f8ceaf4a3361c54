//! Whether the database accepts writes: a health check whose result is cached for all callers.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::storage::Storage;

/// Timeout of the database. Shorter than the usual timeout of a health check.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// How long a result is cached. The check takes the write lock of the database, and anybody may ask for it.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// The last result with its time; the error is for the log.
#[derive(Default)]
pub(super) struct Changing(Mutex<Option<(Instant, Result<(), String>)>>);

impl Changing {
    /// Returns the cached result or runs the check; concurrent callers wait for one run.
    pub async fn check(&self, storage: &Storage) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < KNOWN_FOR
        {
            return found.clone();
        }
        let found = match timeout(PATIENCE, storage.can_be_changed()).await {
            Ok(found) => found.map_err(|error| error.to_string()),
            Err(_) => Err(format!("the database took no change within {} s", PATIENCE.as_secs())),
        };
        *last = Some((Instant::now(), found.clone()));
        found
    }
}
