//! Retries changes that failed because of concurrent ones.

use std::time::Duration;

use tokio::time::sleep;

use super::{App, UseCaseError};
use crate::storage::StorageError;

/// The maximum number of attempts, which takes two or three seconds.
const TRIES: u32 = 25;

/// The upper bound of the first backoff. It doubles each time, so that concurrent callers spread out.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The upper bound of any backoff.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Retries a change until no concurrent one interferes. Only for changes that state the desired result,
/// regardless of what was seen.
///
/// # Errors
/// [`UseCaseError::Outrun`] when every attempt was overtaken.
pub(super) async fn until_first<T, F>(app: &App, attempt: impl Fn() -> F) -> Result<T, UseCaseError>
where
    F: Future<Output = Result<T, UseCaseError>>,
{
    let mut longest = FIRST_PAUSE;
    for _ in 1..TRIES {
        match attempt().await {
            Err(UseCaseError::Storage(StorageError::Stale)) => {}
            other => return other,
        }
        // Random jitter: with equal waits, the losers of a conflict would meet again.
        let of_255 = app.random.secret().into_iter().fold(0, |sum, byte| sum ^ byte);
        sleep(longest * u32::from(of_255) / 255).await;
        longest = (longest * 2).min(LONGEST_PAUSE);
    }
    match attempt().await {
        Err(UseCaseError::Storage(StorageError::Stale)) => Err(UseCaseError::Outrun),
        other => other,
    }
}
