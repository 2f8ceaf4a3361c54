//! Lists flag definitions.

use super::flag_definitions::all;
use crate::{
    domain::flags::FlagDefinition,
    usecases::{App, FlagReader, UseCaseError},
};

/// All definitions, sorted by name.
pub async fn list_definitions(app: &App, _reader: &FlagReader) -> Result<Vec<FlagDefinition>, UseCaseError> {
    Ok(all(&mut app.storage.read().await?).await?)
}
