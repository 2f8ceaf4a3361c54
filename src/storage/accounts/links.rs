//! Single-use links: to reset a password, and to create the first administrator. Only the hash of a link's
//! token is stored.

use crate::{
    domain::{ids::UserId, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    SET_RESET = "INSERT INTO password_reset_links (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at";
    FIND_RESET = "SELECT user_id FROM password_reset_links WHERE token_hash = $1 AND expires_at > $2";
    USE_RESET = "DELETE FROM password_reset_links WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id";
    DELETE_RESET_OF_USER = "DELETE FROM password_reset_links WHERE user_id = $1";
    ADD_FIRST = "INSERT INTO first_administrator_links (token_hash, created_at, expires_at) VALUES ($1, $2, $3)";
    FIND_FIRST = "SELECT COUNT(*) FROM first_administrator_links WHERE token_hash = $1 AND expires_at > $2";
    /// Deletes all: of concurrent callers the first gets the rows, the others none.
    USE_FIRST = "DELETE FROM first_administrator_links RETURNING token_hash, expires_at";
}

pub struct Links<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(links -> Links);

impl Links<'_> {
    /// Stores the user's only reset link; replaces an earlier one.
    pub async fn set_reset(
        &mut self,
        user: UserId,
        token_hash: &str,
        created_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_RESET)
            .bind(user.0)
            .bind(token_hash)
            .bind(created_at.as_millis())
            .bind(expires_at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The user whose password the link resets; `None` when it is unknown, used or expired.
    pub async fn find_reset(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<UserId>, StorageError> {
        self.user_of_reset(FIND_RESET, token_hash, now).await
    }

    /// Like [`Self::find_reset`], and consumes the link.
    pub async fn use_reset(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<UserId>, StorageError> {
        self.user_of_reset(USE_RESET, token_hash, now).await
    }

    async fn user_of_reset(
        &mut self,
        sql: &'static str,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<UserId>, StorageError> {
        let id: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(sql)
            .bind(token_hash)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await)?;
        Ok(id.map(UserId))
    }

    /// Deletes the user's reset link, if any.
    pub async fn delete_reset_of_user(&mut self, user: UserId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(DELETE_RESET_OF_USER).bind(user.0).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Adds a link that creates the first administrator.
    pub async fn add_first_administrator(
        &mut self,
        token_hash: &str,
        created_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(ADD_FIRST)
            .bind(token_hash)
            .bind(created_at.as_millis())
            .bind(expires_at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether the link is valid.
    pub async fn is_first_administrator(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let count: i64 = on_db!(self.uow, |c| sqlx::query_scalar(FIND_FIRST)
            .bind(token_hash)
            .bind(now.as_millis())
            .fetch_one(c)
            .await)?;
        Ok(count > 0)
    }

    /// Like [`Self::is_first_administrator`], and consumes all such links.
    pub async fn use_first_administrator(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let ended: Vec<(String, i64)> = on_db!(self.uow, |c| sqlx::query_as(USE_FIRST).fetch_all(c).await)?;
        Ok(ended.iter().any(|(hash, expires_at)| hash == token_hash && *expires_at > now.as_millis()))
    }
}
