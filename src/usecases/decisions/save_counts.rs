//! Saves how many decisions this server was asked for.
//!
//! Decisions are only counted in memory; a server adds its counts every few seconds and when it stops. A crash
//! loses those since. What could not be written is counted again; after a commit whose outcome is unknown it is
//! not, as too few is better here than twice.

use crate::{
    storage::{CountedDecisions, StorageError},
    usecases::App,
};

/// Maximum number of rows per transaction.
const BATCH: usize = 500;

/// Saves all counts. With `hurry`, gives up at once while others are writing; the next call tries again.
pub async fn save_counts(app: &App, hurry: bool) -> Result<(), StorageError> {
    let taken = app.tally.decisions.take();
    for (at, batch) in taken.chunks(BATCH).enumerate() {
        let begun = if hurry { app.storage.begin_if_free().await } else { app.storage.begin().await };
        let written = async {
            let mut uow = begun?;
            for &((day, top_level, rule), asked) in batch {
                let counted = CountedDecisions { top_level, day, rule, asked };
                uow.decision_counts().add(app.environment(), &counted).await?;
            }
            Ok(uow)
        };
        let (saved, unwritten) = match written.await {
            Ok(uow) => (uow.commit().await, (at + 1) * BATCH),
            Err(error) => (Err(error), at * BATCH),
        };
        if let Err(error) = saved {
            app.tally.decisions.put_back(taken.iter().skip(unwritten).copied());
            return Err(error);
        }
    }
    Ok(())
}
