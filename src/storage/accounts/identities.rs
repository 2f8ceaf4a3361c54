//! Identities at OpenID Connect providers, linked to users, and which responses were already used.

use crate::{
    domain::{accounts::identity::Identity, ids::UserId, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements, used_once::UsedOnce},
};

statements! {
    FIND = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
    SUBJECT_OF_USER = "SELECT subject FROM identities WHERE user_id = $1 AND issuer = $2";
    LIST_OF_USER = "SELECT issuer, subject FROM identities WHERE user_id = $1 ORDER BY issuer";
    INSERT = "INSERT INTO identities (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4)";
    DELETE_OF_USER = "DELETE FROM identities WHERE user_id = $1 RETURNING issuer";
    DELETE_OLD_ANSWERS = "DELETE FROM used_provider_answers WHERE expires_at <= $1";
    INSERT_ANSWER = "INSERT INTO used_provider_answers (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING";
}

pub struct Identities<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(identities -> Identities);

impl Identities<'_> {
    /// The linked user; `None` when there is none.
    pub async fn find(&mut self, identity: &Identity) -> Result<Option<UserId>, StorageError> {
        let id: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(FIND)
            .bind(identity.issuer())
            .bind(identity.subject())
            .fetch_optional(c)
            .await)?;
        Ok(id.map(UserId))
    }

    /// Whether the user is linked to an identity of this issuer.
    pub async fn is_linked(&mut self, user: UserId, issuer: &str) -> Result<bool, StorageError> {
        let subject: Option<String> = on_db!(self.uow, |c| sqlx::query_scalar(SUBJECT_OF_USER)
            .bind(user.0)
            .bind(issuer)
            .fetch_optional(c)
            .await)?;
        Ok(subject.is_some())
    }

    /// The user's identities, as issuer and subject.
    pub async fn list_of_user(&mut self, user: UserId) -> Result<Vec<(String, String)>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_as(LIST_OF_USER).bind(user.0).fetch_all(c).await)?)
    }

    /// # Errors
    /// [`StorageError::Duplicate`] when the identity is linked, or the user has another one at this issuer.
    pub async fn link(
        &mut self,
        identity: &Identity,
        user: UserId,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(INSERT)
            .bind(identity.issuer())
            .bind(identity.subject())
            .bind(user.0)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Removes the links to all issuers, and returns the issuers.
    pub async fn unlink(&mut self, user: UserId) -> Result<Vec<String>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(DELETE_OF_USER).bind(user.0).fetch_all(c).await)?)
    }

    /// Marks a response as used until it expires. `false` when it already was: a replay.
    pub async fn use_answer(
        &mut self,
        state_hash: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        let used = UsedOnce { delete_old: DELETE_OLD_ANSWERS, insert: INSERT_ANSWER };
        used.note(self.uow, state_hash, now, expires_at).await
    }
}
