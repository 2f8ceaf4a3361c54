//! Creates a user, for administrators and operators.

use super::{
    reset_links::LINK_MILLIS,
    secrets::{password_hash, random_token, token_hash},
    set_email::set_email_of,
    user_error::UserError,
};
use crate::{
    domain::{
        accounts::{email::EmailAddress, password::check_password},
        audit::AuditKind,
        ids::UserId,
        user::{UserKind, check_name, check_new_username},
    },
    storage::{NewUser, StorageError},
    usecases::{
        App, Origin, UseCaseError,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

pub struct CreateUser<'a> {
    pub username: &'a str,
    pub name: &'a str,
    pub kind: UserKind,
    pub is_admin: bool,
    /// `None` for a bot, which cannot sign in.
    pub password: Option<&'a str>,
    /// Used to match the user at a provider's sign-in.
    pub email: Option<&'a str>,
}

/// By an operator at the command line.
pub async fn create_user(app: &App, origin: &Origin, new: &CreateUser<'_>) -> Result<UserId, UseCaseError> {
    Ok(create_account(app, &Administrator::operator(origin.clone()), new, false).await?.0)
}

/// By an administrator, who hands over a link with which the person sets a password: its token, which cannot
/// be shown again. A bot gets none, as it has no password.
pub async fn create_person(
    app: &App,
    by: &Administrator,
    new: &CreateUser<'_>,
) -> Result<Option<String>, UseCaseError> {
    Ok(create_account(app, by, new, new.kind == UserKind::Human).await?.1)
}

/// By an administrator's program. Returns the id, and the token of the link if there is one.
///
/// # Errors
/// A field breaks a rule or is taken.
pub async fn create_account(
    app: &App,
    by: &Administrator,
    new: &CreateUser<'_>,
    with_link: bool,
) -> Result<(UserId, Option<String>), UseCaseError> {
    let username =
        check_new_username(new.username).map_err(|error| UseCaseError::invalid("username", error))?;
    let name = check_name(new.name).map_err(|error| UseCaseError::invalid("name", error))?;
    let email = new.email.map(EmailAddress::parse).transpose();
    let email = email.map_err(|error| UseCaseError::invalid("email", error))?;
    if new.kind == UserKind::Bot && new.password.is_some() {
        return Err(UseCaseError::invalid("password", "A bot has no password: it uses access tokens."));
    }
    let hash = match new.password {
        None => None,
        Some(password) => {
            check_password(password, username).map_err(|error| UseCaseError::invalid("password", error))?;
            Some(password_hash(app, password).await)
        }
    };
    let mut uow = app.storage.begin().await?;
    let user = NewUser {
        username,
        name,
        kind: new.kind,
        is_admin: new.is_admin,
        password_hash: hash.as_deref(),
        created_at: app.now(),
    };
    let id = uow.users().add(&user).await.map_err(name_taken)?;
    if email.is_some() {
        set_email_of(&mut uow, id, email.as_ref()).await?;
    }
    let now = app.now();
    let what = if new.is_admin { "administrator" } else { new.kind.key() };
    let happened = Happened { to: what.to_owned(), ..Happened::to(AuditKind::UserCreated, username) };
    record_as(now, &mut uow, by.actor.clone(), &by.origin, happened);
    let link = with_link.then(|| random_token(app));
    if let Some(token) = &link {
        uow.links().set_reset(id, &token_hash(token), now, now.plus_millis(LINK_MILLIS)).await?;
        let happened = Happened::to(AuditKind::PasswordResetLinkCreated, username);
        record_as(now, &mut uow, by.actor.clone(), &by.origin, happened);
    }
    uow.commit().await?;
    Ok((id, link))
}

/// Maps a uniqueness violation to an error of the form.
pub(super) fn name_taken(error: StorageError) -> UseCaseError {
    match error {
        StorageError::Duplicate { .. } => UserError::UsernameTaken.into(),
        other => other.into(),
    }
}
