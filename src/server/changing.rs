//! Whether something can be changed: what was found last, for all who ask.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::storage::Storage;

/// How long the database may take to answer. Less than those who ask usually wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// How long it counts whether something can be changed. To find out takes a turn among those who change
/// something, and anybody may ask.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// Whether something can be changed, as it was found last; why not, for the log.
#[derive(Default)]
pub(super) struct Changing(Mutex<Option<(Instant, Result<(), String>)>>);

impl Changing {
    /// Finds out, one for all who ask at the time.
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
