//! Deletes a user and everything that belongs to the user alone. Ledger and audit log keep their acts.

use super::{block_user::expendable, whom::Whom};
use crate::{
    domain::audit::AuditKind,
    usecases::{
        App, Origin, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

/// By an operator at the command line.
///
/// # Errors
/// There is no such user, or it is the last administrator.
pub async fn delete_user(app: &App, origin: &Origin, username: &str) -> Result<(), UseCaseError> {
    delete_account(app, &Administrator::operator(origin.clone()), username.into()).await
}

/// By an administrator, who types the username to confirm.
///
/// # Errors
/// As [`delete_user`]; the typed name is another, or the user is the caller.
pub async fn delete_person(
    app: &App,
    by: &Administrator,
    username: &str,
    typed: &str,
) -> Result<(), UseCaseError> {
    if !typed.trim().eq_ignore_ascii_case(username) {
        return Err(UseCaseError::invalid(
            "confirmation",
            format!("Type {username} to delete this account."),
        ));
    }
    delete_account(app, by, username.into()).await
}

/// By an administrator's program, which names the user by id.
///
/// # Errors
/// As [`delete_user`]; the user is the caller.
pub async fn delete_account(app: &App, by: &Administrator, whom: Whom<'_>) -> Result<(), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = expendable(&mut uow, by, whom).await?;
    if !uow.users().delete(user.id).await? {
        // Deleted concurrently since the look-up.
        return Err(UseCaseError::NotFound(What::User));
    }
    let happened = Happened::to(AuditKind::UserDeleted, &user.username);
    record_as(app.now(), &mut uow, by.actor.clone(), &by.origin, happened);
    Ok(uow.commit().await?)
}
