//! Creates the first administrator of a server without demo data, through a single-use link that `serve`
//! prints.

use super::{
    change_password::check_new,
    reset_links::LINK_MILLIS,
    secrets::{password_hash, random_token, token_hash},
    start_session::{StartSession, start_session},
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        user::{User, UserKind, UserState, check_name, check_new_username},
    },
    storage::{NewUser, UnitOfWork},
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

pub struct FirstAdministrator<'a> {
    pub token: &'a str,
    pub username: &'a str,
    /// Empty to use the username.
    pub name: &'a str,
    pub password: &'a str,
    pub again: &'a str,
    pub user_agent: &'a str,
}

/// A link's token; `None` when there are users. Each server creates one at start; using any of them
/// invalidates all.
pub async fn make_first_administrator_link(app: &App) -> Result<Option<String>, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    if uow.users().count().await? > 0 {
        return Ok(None);
    }
    let token = random_token(app);
    uow.links().add_first_administrator(&token_hash(&token), now, now.plus_millis(LINK_MILLIS)).await?;
    uow.commit().await?;
    Ok(Some(token))
}

/// # Errors
/// [`UseCaseError::NotFound`]: the link is invalid, or there is already an administrator.
pub async fn check_first_administrator_link(app: &App, token: &str) -> Result<(), UseCaseError> {
    let mut uow = app.storage.read().await?;
    let counts = uow.links().is_first_administrator(&token_hash(token), app.now()).await?;
    nobody_yet(&mut uow, counts).await
}

/// Signs the new administrator in, and returns the session's token.
///
/// # Errors
/// The link is invalid, or username, name or password break a rule.
pub async fn create_first_administrator(
    app: &App,
    origin: &Origin,
    form: &FirstAdministrator<'_>,
) -> Result<String, UseCaseError> {
    check_first_administrator_link(app, form.token).await?;
    let username =
        check_new_username(form.username.trim()).map_err(|error| UseCaseError::invalid("username", error))?;
    let name = if form.name.trim().is_empty() { username } else { form.name };
    let name = check_name(name).map_err(|error| UseCaseError::invalid("name", error))?;
    check_new(form.password, form.again, username)?;
    let hash = password_hash(app, form.password).await;
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    // Of concurrent callers the first deletes all links, and the others find none.
    let counts = uow.links().use_first_administrator(&token_hash(form.token), now).await?;
    nobody_yet(&mut uow, counts).await?;
    let user = NewUser {
        username,
        name,
        kind: UserKind::Human,
        is_admin: true,
        password_hash: Some(&hash),
        created_at: now,
    };
    let id = uow.users().add(&user).await.map_err(super::create_user::name_taken)?;
    let who = AuditActor { id: Some(id), username: username.to_owned(), name: name.to_owned() };
    let happened =
        Happened { to: String::from("administrator"), ..Happened::to(AuditKind::UserCreated, username) };
    record_as(now, &mut uow, who, origin, happened);
    let user = User {
        id,
        username: username.to_owned(),
        name: name.to_owned(),
        kind: UserKind::Human,
        is_admin: true,
        state: UserState::Active,
    };
    let start = StartSession {
        user: &user,
        by: "password",
        authenticated_at: Some(now),
        old_token: None,
        user_agent: form.user_agent,
    };
    let token = start_session(app, &mut uow, origin, &start).await?;
    uow.commit().await?;
    Ok(token)
}

async fn nobody_yet(uow: &mut UnitOfWork, link_counts: bool) -> Result<(), UseCaseError> {
    if link_counts && uow.users().count_administrators().await? == 0 {
        Ok(())
    } else {
        Err(UseCaseError::NotFound(What::Link))
    }
}
