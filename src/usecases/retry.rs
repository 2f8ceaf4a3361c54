//! Trying again when somebody else saved in between.

use super::UseCaseError;
use crate::storage::StorageError;

/// How often a change is tried: more than there are hands that could be faster by chance.
const TRIES: u32 = 10;

/// Attempts a change until nobody saved in between. For a change that says what is to be, not what was
/// seen, so that it can be made anew.
///
/// # Errors
/// [`StorageError::Stale`] when others were faster every time.
pub(super) async fn until_first<T, F>(attempt: impl Fn() -> F) -> Result<T, UseCaseError>
where
    F: Future<Output = Result<T, UseCaseError>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt().await {
            Err(UseCaseError::Storage(StorageError::Stale)) if tries < TRIES => {}
            other => return other,
        }
    }
}
