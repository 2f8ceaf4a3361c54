//! Cached look-ups of users, sessions and tokens.

use std::sync::Arc;

use crate::{
    domain::user::User,
    storage::{SessionUser, StorageError, TokenUser, UnitOfWork},
    usecases::{facts::Facts, known::Used},
};

impl Facts<'_> {
    /// `None` when there is no such session. Expiry is left to the caller.
    pub async fn session(&mut self, hash: &str) -> Result<Option<Arc<Used<SessionUser>>>, StorageError> {
        self.known(&self.app.known.sessions, hash, async |uow| read_session(uow, hash).await).await
    }

    /// [`Self::session`] without the cache: another server may have recorded a later use.
    pub async fn session_anew(&mut self, hash: &str) -> Result<Option<Arc<Used<SessionUser>>>, StorageError> {
        self.learn(&self.app.known.sessions, hash, async |uow| read_session(uow, hash).await).await
    }

    /// `None` when there is no such token. Expiry and revocation are left to the caller.
    pub async fn token(&mut self, hash: &str) -> Result<Option<Arc<Used<TokenUser>>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            let found = uow.tokens().find_by_token_hash(hash).await?;
            Ok(found.map(|token| {
                let noted = token.last_used_at;
                Used::new(token, noted)
            }))
        };
        self.known(&self.app.known.tokens, hash, read).await
    }

    /// `None` when there is no such user.
    pub async fn user(&mut self, username: &str) -> Result<Option<Arc<User>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.users().find_by_username(username).await;
        self.known(&self.app.known.users, username, read).await
    }
}

async fn read_session(uow: &mut UnitOfWork, hash: &str) -> Result<Option<Used<SessionUser>>, StorageError> {
    let found = uow.sessions().find_by_token_hash(hash).await?;
    Ok(found.map(|session| {
        let noted = Some(session.last_seen_at);
        Used::new(session, noted)
    }))
}
