//! Sets a user's email address, by which a provider's sign-in matches users. For operators at the command
//! line.

use super::user_error::UserError;
use crate::{
    domain::{accounts::email::EmailAddress, audit::AuditKind, ids::UserId},
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// `None` removes the email address.
pub async fn set_email(
    app: &App,
    origin: &Origin,
    username: &str,
    email: Option<&str>,
) -> Result<(), UseCaseError> {
    let email = email.map(EmailAddress::parse).transpose();
    let email = email.map_err(|error| UseCaseError::invalid("email", error))?;
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let from = uow.users().email(user.id).await?.unwrap_or_default();
    set_email_of(&mut uow, user.id, email.as_ref()).await?;
    let to = email.map(|email| email.to_string()).unwrap_or_default();
    let happened = Happened { from, to, ..Happened::to(AuditKind::UserEmailChanged, &user.username) };
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    Ok(uow.commit().await?)
}

/// [`set_email`] within a unit of work of the caller, who records the event.
pub(super) async fn set_email_of(
    uow: &mut UnitOfWork,
    user: UserId,
    email: Option<&EmailAddress>,
) -> Result<(), UseCaseError> {
    match uow.users().set_email(user, email).await {
        Err(StorageError::Duplicate { .. }) => Err(UserError::EmailTaken.into()),
        other => Ok(other?),
    }
}
