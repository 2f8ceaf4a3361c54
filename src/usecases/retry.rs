//! Trying again when somebody else saved in between.

use std::time::Duration;

use tokio::time::sleep;

use super::{App, UseCaseError};
use crate::storage::StorageError;

/// How often a change is tried: within two or three seconds, as long as somebody waits for it.
const TRIES: u32 = 25;

/// The longest pause before the second try. It grows with each, so that many who are at it at once come
/// one after the other.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause of all.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Attempts a change until nobody saved in between. For a change that says what is to be, not what was
/// seen, so that it can be made anew.
///
/// # Errors
/// [`UseCaseError::Outrun`] when others were faster every time.
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
        // Those who lost to the same one would meet again if all waited as long.
        let of_255 = app.random.secret().into_iter().fold(0, |sum, byte| sum ^ byte);
        sleep(longest * u32::from(of_255) / 255).await;
        longest = (longest * 2).min(LONGEST_PAUSE);
    }
    match attempt().await {
        Err(UseCaseError::Storage(StorageError::Stale)) => Err(UseCaseError::Outrun),
        other => other,
    }
}
