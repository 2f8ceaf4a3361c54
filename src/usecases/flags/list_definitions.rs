//! The definitions of feature flags.

use super::flag_definitions::all;
use crate::{
    domain::flags::FlagDefinition,
    usecases::{App, FlagReader, UseCaseError},
};

/// Every flag that is defined, by name.
pub async fn list_definitions(app: &App, _reader: &FlagReader) -> Result<Vec<FlagDefinition>, UseCaseError> {
    Ok(all(&mut app.storage.read().await?).await?)
}
