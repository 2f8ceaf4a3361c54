//! Chat users linked to users, and which chat requests were already used.

use crate::{
    domain::{accounts::chat_user::ChatUser, ids::UserId, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements, used_once::UsedOnce},
};

statements! {
    FIND = "SELECT user_id FROM chat_users WHERE team = $1 AND chat_user = $2";
    OF_USER = "SELECT team, chat_user FROM chat_users WHERE user_id = $1 ORDER BY team";
    LIST = "SELECT c.team, c.chat_user, u.username, c.linked_at FROM chat_users c JOIN users u ON u.id = c.user_id ORDER BY u.username_key, c.team";
    INSERT = "INSERT INTO chat_users (team, chat_user, user_id, linked_at) VALUES ($1, $2, $3, $4)";
    DELETE_OF_USER = "DELETE FROM chat_users WHERE user_id = $1";
    DELETE_OLD_REQUESTS = "DELETE FROM used_chat_requests WHERE expires_at <= $1";
    INSERT_REQUEST = "INSERT INTO used_chat_requests (signature, expires_at) VALUES ($1, $2) ON CONFLICT (signature) DO NOTHING";
}

/// A chat user who is linked to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedChatUser {
    pub chat_user: ChatUser,
    pub username: String,
    pub linked_at: Timestamp,
}

pub struct Chat<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(chat -> Chat);

impl Chat<'_> {
    /// The linked user; `None` when there is none.
    pub async fn find(&mut self, chat_user: &ChatUser) -> Result<Option<UserId>, StorageError> {
        let id: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(FIND)
            .bind(chat_user.team())
            .bind(chat_user.id())
            .fetch_optional(c)
            .await)?;
        Ok(id.map(UserId))
    }

    /// The user's chat users: at most one per team.
    pub async fn of_user(&mut self, user: UserId) -> Result<Vec<ChatUser>, StorageError> {
        let rows: Vec<(String, String)> =
            on_db!(self.uow, |c| sqlx::query_as(OF_USER).bind(user.0).fetch_all(c).await)?;
        rows.into_iter().map(|(team, id)| chat_user(&team, &id)).collect()
    }

    /// All linked chat users, sorted by username.
    pub async fn list(&mut self) -> Result<Vec<LinkedChatUser>, StorageError> {
        let rows: Vec<(String, String, String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(LIST).fetch_all(c).await)?;
        let linked = |(team, id, username, linked_at): (String, String, String, i64)| {
            let chat_user = chat_user(&team, &id)?;
            Ok(LinkedChatUser { chat_user, username, linked_at: Timestamp::from_millis(linked_at) })
        };
        rows.into_iter().map(linked).collect()
    }

    /// # Errors
    /// [`StorageError::Duplicate`] when the chat user is linked, or the user has another one in the team.
    pub async fn link(
        &mut self,
        chat_user: &ChatUser,
        user: UserId,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(INSERT)
            .bind(chat_user.team())
            .bind(chat_user.id())
            .bind(user.0)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Removes the user's links in all teams.
    pub async fn unlink(&mut self, user: UserId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(DELETE_OF_USER).bind(user.0).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Marks a request as used until it expires. `false` when it already was: a replay.
    pub async fn use_request(
        &mut self,
        signature: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        let used = UsedOnce { delete_old: DELETE_OLD_REQUESTS, insert: INSERT_REQUEST };
        used.note(self.uow, signature, now, expires_at).await
    }
}

fn chat_user(team: &str, id: &str) -> Result<ChatUser, StorageError> {
    ChatUser::new(team, id)
        .ok_or_else(|| StorageError::inconsistent("chat_users", "chat_user", format!("{team}/{id}")))
}
