//! Revokes a personal access token, for good and at once.

use super::{
    App, Caller, UseCaseError,
    audit_trail::{Happened, record},
};
use crate::domain::{audit::AuditKind, ids::TokenId};

/// The token's name.
pub async fn revoke_token(app: &App, caller: &Caller, id: TokenId) -> Result<String, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let name = uow.tokens().revoke(id, caller.actor.id, app.now()).await?;
    let name = name.ok_or(UseCaseError::NotFound("access token"))?;
    record(app, &mut uow, caller, Happened::to(AuditKind::TokenRevoked, &name)).await?;
    uow.commit().await?;
    Ok(name)
}
