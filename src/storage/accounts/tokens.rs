//! Personal access tokens. Only a token's hash is stored.

use super::users;
use crate::{
    domain::{
        change::Topic,
        ids::{TokenId, UserId},
        time::Timestamp,
        token::Scope,
        user::User,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    INSERT = "INSERT INTO personal_access_tokens (user_id, name, token_hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    FIND_BY_TOKEN_HASH = "SELECT t.id AS token_id, t.scopes, t.expires_at, t.last_used_at, t.revoked_at, u.id, u.username, u.name, u.kind, u.is_admin, u.state FROM personal_access_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1";
    LIST_OF_USER = "SELECT id, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM personal_access_tokens WHERE user_id = $1 ORDER BY id DESC";
    TOUCH = "UPDATE personal_access_tokens SET last_used_at = $2 WHERE id = $1";
    REVOKE = "UPDATE personal_access_tokens SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING name";
}

#[derive(sqlx::FromRow)]
struct TokenUserRow {
    token_id: i64,
    scopes: String,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    id: i64,
    username: String,
    name: String,
    kind: String,
    is_admin: bool,
    state: String,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: i64,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

fn scopes(keys: &str) -> Result<Vec<Scope>, StorageError> {
    let scope = |key| {
        Scope::from_key(key)
            .ok_or_else(|| StorageError::inconsistent("personal_access_tokens", "scopes", keys))
    };
    keys.split_whitespace().map(scope).collect()
}

pub struct NewToken<'a> {
    pub user: UserId,
    pub name: &'a str,
    pub token_hash: &'a str,
    pub scopes: &'a [Scope],
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A token with its user: what authenticating a request needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUser {
    pub id: TokenId,
    pub user: User,
    pub scopes: Vec<Scope>,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked: bool,
}

/// A token in the list of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    pub id: TokenId,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

pub struct Tokens<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(tokens -> Tokens);

impl Tokens<'_> {
    pub async fn add(&mut self, token: &NewToken<'_>) -> Result<TokenId, StorageError> {
        let keys: Vec<_> = token.scopes.iter().map(|scope| scope.key()).collect();
        let id: i64 = on_db!(self.uow, |c| sqlx::query_scalar(INSERT)
            .bind(token.user.0)
            .bind(token.name)
            .bind(token.token_hash)
            .bind(keys.join(" "))
            .bind(token.created_at.as_millis())
            .bind(token.expires_at.as_millis())
            .fetch_one(c)
            .await)?;
        Ok(TokenId(id))
    }

    /// `None` when there is no such token. Expiry and revocation are left to the caller.
    pub async fn find_by_token_hash(&mut self, hash: &str) -> Result<Option<TokenUser>, StorageError> {
        let row: Option<TokenUserRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND_BY_TOKEN_HASH).bind(hash).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TokenUser {
            id: TokenId(row.token_id),
            scopes: scopes(&row.scopes)?,
            expires_at: Timestamp::from_millis(row.expires_at),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
            revoked: row.revoked_at.is_some(),
            user: User {
                id: UserId(row.id),
                kind: users::kind(&row.kind)?,
                username: row.username,
                name: row.name,
                is_admin: row.is_admin,
                state: users::state(&row.state)?,
            },
        }))
    }

    /// Newest first, revoked and expired ones included.
    pub async fn list_of_user(&mut self, user: UserId) -> Result<Vec<StoredToken>, StorageError> {
        let rows: Vec<TokenRow> =
            on_db!(self.uow, |c| sqlx::query_as(LIST_OF_USER).bind(user.0).fetch_all(c).await)?;
        let token = |row: TokenRow| {
            Ok(StoredToken {
                id: TokenId(row.id),
                name: row.name,
                scopes: scopes(&row.scopes)?,
                created_at: Timestamp::from_millis(row.created_at),
                expires_at: Timestamp::from_millis(row.expires_at),
                last_used_at: row.last_used_at.map(Timestamp::from_millis),
                revoked_at: row.revoked_at.map(Timestamp::from_millis),
            })
        };
        rows.into_iter().map(token).collect()
    }

    pub async fn touch(&mut self, id: TokenId, at: Timestamp) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(TOUCH).bind(id.0).bind(at.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Revokes the token and returns its name; `None` when the user has no such unrevoked token.
    pub async fn revoke(
        &mut self,
        id: TokenId,
        user: UserId,
        at: Timestamp,
    ) -> Result<Option<String>, StorageError> {
        let name = on_db!(self.uow, |c| sqlx::query_scalar(REVOKE)
            .bind(id.0)
            .bind(user.0)
            .bind(at.as_millis())
            .fetch_optional(c)
            .await)?;
        if name.is_some() {
            self.uow.change_feed().touch(Topic::Tokens);
        }
        Ok(name)
    }
}
