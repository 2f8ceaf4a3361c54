//! Unlinks a user from providers, and removes what a provider granted. For operators at the command line.

use super::sign_in_with_provider::set_memberships;
use crate::{
    domain::audit::AuditKind,
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// Returns the issuers that the user was linked to; when empty, nothing changed. Ends the user's sessions and
/// withdraws memberships made by a provider; the next sign-in with a verified email address links again.
pub async fn unlink_user(app: &App, origin: &Origin, username: &str) -> Result<Vec<String>, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let issuers = uow.identities().unlink(user.id).await?;
    if issuers.is_empty() {
        return Ok(issuers);
    }
    for issuer in &issuers {
        let happened =
            Happened { from: issuer.clone(), ..Happened::to(AuditKind::IdentityUnlinked, &user.username) };
        record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    }
    set_memberships(app, &mut uow, origin, &origin.operator(), &user, &[]).await?;
    uow.sessions().delete_of_user(user.id).await?;
    uow.commit().await?;
    Ok(issuers)
}
