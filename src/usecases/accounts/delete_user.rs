//! Deletes a user and everything that belongs to the user alone. Ledger and audit log keep their acts.

use crate::{
    domain::audit::AuditKind,
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

pub async fn delete_user(app: &App, origin: &Origin, username: &str) -> Result<(), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if !uow.users().delete(user.id).await? {
        // Deleted concurrently since the look-up.
        return Err(UseCaseError::NotFound(What::User));
    }
    let happened = Happened::to(AuditKind::UserDeleted, &user.username);
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    Ok(uow.commit().await?)
}
