//! The definitions of feature flags.

use super::{App, FlagReader, UseCaseError, flag_definitions::all};
use crate::domain::feature::FlagDefinition;

/// Every flag that is defined, by name.
pub async fn list_definitions(app: &App, _reader: &FlagReader) -> Result<Vec<FlagDefinition>, UseCaseError> {
    Ok(all(&mut app.storage.read().await?).await?)
}
