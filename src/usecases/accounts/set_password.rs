//! Sets a user's password and ends their sessions, for operators at the command line.

use super::{secrets::password_hash, throttle::forgive};
use crate::{
    domain::{accounts::password::check_password, audit::AuditKind, user::UserKind},
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

pub async fn set_password(
    app: &App,
    origin: &Origin,
    username: &str,
    password: &str,
) -> Result<(), UseCaseError> {
    check_password(password, username).map_err(|error| UseCaseError::invalid("password", error))?;
    let hash = password_hash(app, password).await;
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if user.kind == UserKind::Bot {
        return Err(UseCaseError::invalid("username", "A bot has no password: it uses access tokens."));
    }
    uow.users().set_password_hash(user.id, &hash).await?;
    uow.sessions().delete_of_user(user.id).await?;
    uow.links().delete_reset_of_user(user.id).await?;
    forgive(&mut uow, &user.username).await?;
    let happened = Happened::to(AuditKind::UserPasswordChanged, &user.username);
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    Ok(uow.commit().await?)
}
