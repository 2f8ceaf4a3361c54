//! Links chat users to users, for operators at the command line.

use crate::{
    domain::{
        accounts::chat_user::ChatUser,
        audit::AuditKind,
        user::{User, UserKind},
    },
    storage::{LinkedChatUser, StorageError},
    usecases::{
        App, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// The linked user, and whether the link is new.
pub async fn link_chat_user(
    app: &App,
    origin: &Origin,
    username: &str,
    chat_user: &ChatUser,
) -> Result<(User, bool), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if user.kind == UserKind::Bot {
        let message = "A bot is nobody in the chat: it has access tokens.";
        return Err(UseCaseError::invalid("username", message));
    }
    let linked = uow.chat().find(chat_user).await?;
    if linked == Some(user.id) {
        return Ok((user, false));
    }
    let there = uow.chat().of_user(user.id).await?;
    let other = there.iter().find(|it| it.team() == chat_user.team());
    if linked.is_some() || other.is_some() {
        return Err(taken());
    }
    uow.chat().link(chat_user, user.id, app.now()).await.map_err(|error| match error {
        StorageError::Duplicate { .. } => taken(),
        other => other.into(),
    })?;
    let happened =
        Happened { to: chat_user.to_string(), ..Happened::to(AuditKind::ChatUserLinked, &user.username) };
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    uow.commit().await?;
    Ok((user, true))
}

fn taken() -> UseCaseError {
    let message = "The user, or whom they should be in the chat, is linked to somebody else in this team. \
                   `duo-console chatops links` shows who is who; unlink first.";
    UseCaseError::invalid("username", message)
}

/// The user's former chat users; when empty, nothing changed.
pub async fn unlink_chat_user(
    app: &App,
    origin: &Origin,
    username: &str,
) -> Result<Vec<ChatUser>, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let linked = uow.chat().of_user(user.id).await?;
    if linked.is_empty() {
        return Ok(linked);
    }
    uow.chat().unlink(user.id).await?;
    for chat_user in &linked {
        let happened = Happened {
            from: chat_user.to_string(),
            ..Happened::to(AuditKind::ChatUserUnlinked, &user.username)
        };
        record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    }
    uow.commit().await?;
    Ok(linked)
}

/// All linked chat users, sorted by username.
pub async fn list_chat_users(app: &App) -> Result<Vec<LinkedChatUser>, UseCaseError> {
    Ok(app.storage.read().await?.chat().list().await?)
}
