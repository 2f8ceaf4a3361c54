//! Sessions. Only the hash of a session's token is stored.

use super::users;
use crate::{
    domain::{
        change::Topic,
        ids::{SessionId, UserId},
        preferences::{Display, Theme, TimeFormat},
        time::Timestamp,
        user::User,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    INSERT = "INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, authenticated_at, expires_at, remote_ip, user_agent) VALUES ($1, $2, $3, $3, $4, $5, $6, $7)";
    FIND_BY_TOKEN_HASH = "SELECT s.id AS session_id, s.last_seen_at, s.authenticated_at, s.expires_at, u.id, u.username, u.name, u.kind, u.is_admin, u.state, p.theme, p.time_format FROM sessions s JOIN users u ON u.id = s.user_id JOIN user_preferences p ON p.user_id = u.id WHERE s.token_hash = $1";
    TOUCH = "UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1";
    LIST_OF_USER = "SELECT id, created_at, last_seen_at, remote_ip, user_agent FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id DESC";
    RENEW = "UPDATE sessions SET token_hash = $2, authenticated_at = $3, last_seen_at = $3 WHERE token_hash = $1";
    DELETE = "DELETE FROM sessions WHERE token_hash = $1";
    DELETE_BY_ID = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
    DELETE_OF_USER = "DELETE FROM sessions WHERE user_id = $1";
    DELETE_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    DELETE_ENDED = "DELETE FROM sessions WHERE (expires_at <= $1 OR last_seen_at <= $2) AND id IN (SELECT id FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2 LIMIT $3)";
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: i64,
    last_seen_at: i64,
    authenticated_at: i64,
    expires_at: i64,
    id: i64,
    username: String,
    name: String,
    kind: String,
    is_admin: bool,
    state: String,
    theme: String,
    time_format: String,
}

#[derive(sqlx::FromRow)]
struct OpenSessionRow {
    id: i64,
    created_at: i64,
    last_seen_at: i64,
    remote_ip: String,
    user_agent: String,
}

/// A new session of an authenticated user.
pub struct NewSession<'a> {
    pub token_hash: &'a str,
    pub user: UserId,
    pub created_at: Timestamp,
    /// When the user authenticated.
    pub authenticated_at: Timestamp,
    pub expires_at: Timestamp,
    pub remote_ip: &'a str,
    pub user_agent: &'a str,
}

/// A session with its user and display preferences, so that a page needs one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionUser {
    pub id: SessionId,
    pub user: User,
    pub display: Display,
    pub last_seen_at: Timestamp,
    /// When the user last authenticated.
    pub authenticated_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session in the list of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub remote_ip: String,
    pub user_agent: String,
}

pub struct Sessions<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(sessions -> Sessions);

impl Sessions<'_> {
    pub async fn add(&mut self, session: &NewSession<'_>) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(INSERT)
            .bind(session.token_hash)
            .bind(session.user.0)
            .bind(session.created_at.as_millis())
            .bind(session.authenticated_at.as_millis())
            .bind(session.expires_at.as_millis())
            .bind(session.remote_ip)
            .bind(session.user_agent)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// `None` when there is no such session. Expiry is left to the caller.
    pub async fn find_by_token_hash(&mut self, hash: &str) -> Result<Option<SessionUser>, StorageError> {
        let row: Option<SessionRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND_BY_TOKEN_HASH).bind(hash).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SessionUser {
            id: SessionId(row.session_id),
            authenticated_at: Timestamp::from_millis(row.authenticated_at),
            display: display(&row.theme, &row.time_format)?,
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
            expires_at: Timestamp::from_millis(row.expires_at),
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

    pub async fn touch(&mut self, hash: &str, at: Timestamp) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(TOUCH).bind(hash).bind(at.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The user's unexpired sessions, most recently used first.
    pub async fn list_of_user(
        &mut self,
        user: UserId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<OpenSession>, StorageError> {
        let rows: Vec<OpenSessionRow> = on_db!(self.uow, |c| sqlx::query_as(LIST_OF_USER)
            .bind(user.0)
            .bind(now.as_millis())
            .bind(idle_since.as_millis())
            .fetch_all(c)
            .await)?;
        let session = |row: OpenSessionRow| OpenSession {
            id: SessionId(row.id),
            created_at: Timestamp::from_millis(row.created_at),
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
            remote_ip: row.remote_ip,
            user_agent: row.user_agent,
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Rotates the session's token after a re-authentication at `at`. `false` when the session is gone.
    pub async fn renew(&mut self, hash: &str, new_hash: &str, at: Timestamp) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(RENEW)
            .bind(hash)
            .bind(new_hash)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.ended(rows);
        Ok(rows > 0)
    }

    /// Whether the user had such a session.
    pub async fn delete_by_id(&mut self, id: SessionId, user: UserId) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(DELETE_BY_ID)
            .bind(id.0)
            .bind(user.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.ended(rows);
        Ok(rows > 0)
    }

    /// Deletes all sessions of the user but `keep`, and returns how many.
    pub async fn delete_others(&mut self, user: UserId, keep: SessionId) -> Result<u64, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(DELETE_OTHERS)
            .bind(user.0)
            .bind(keep.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.ended(rows);
        Ok(rows)
    }

    /// Whether there was one.
    pub async fn delete(&mut self, hash: &str) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(DELETE)
            .bind(hash)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.ended(rows);
        Ok(rows > 0)
    }

    /// Deletes all sessions of the user, and returns how many.
    pub async fn delete_of_user(&mut self, user: UserId) -> Result<u64, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(DELETE_OF_USER)
            .bind(user.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.ended(rows);
        Ok(rows)
    }

    /// Invalidates caches when sessions were deleted or rotated. Creating or using one changes no answer.
    fn ended(&mut self, rows: u64) {
        if rows > 0 {
            self.uow.change_feed().touch(Topic::Sessions);
        }
    }

    /// Deletes sessions that expired or were not used since `idle_since`, at most `limit`, and returns how
    /// many. No cache is invalidated, as they were already invalid.
    pub async fn delete_ended(
        &mut self,
        now: Timestamp,
        idle_since: Timestamp,
        limit: i64,
    ) -> Result<i64, StorageError> {
        let removed = on_db!(self.uow, |c| sqlx::query(DELETE_ENDED)
            .bind(now.as_millis())
            .bind(idle_since.as_millis())
            .bind(limit)
            .execute(c)
            .await
            .map(|it| it.rows_affected()))?;
        Ok(i64::try_from(removed).unwrap_or(limit))
    }
}

pub(in crate::storage) fn display(theme: &str, time_format: &str) -> Result<Display, StorageError> {
    Ok(Display {
        theme: Theme::from_key(theme)
            .ok_or_else(|| StorageError::inconsistent("user_preferences", "theme", theme))?,
        time_format: TimeFormat::from_key(time_format)
            .ok_or_else(|| StorageError::inconsistent("user_preferences", "time_format", time_format))?,
    })
}
