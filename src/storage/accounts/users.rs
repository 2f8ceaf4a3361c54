//! Users and their password hashes.

use crate::{
    domain::{
        accounts::email::EmailAddress,
        change::Topic,
        ids::UserId,
        time::Timestamp,
        user::{User, UserKind, UserState},
    },
    storage::{
        StorageError, UnitOfWork, on_db, repository, statements,
        text::{contains, fits_text},
        unit_of_work::{batches, fifty},
    },
};

statements! {
    LOOKUP = "SELECT id, username, name, kind, is_admin, state FROM users WHERE id = $1";
    /// For a batch of ids.
    NAMES = concat!("SELECT id, username FROM users WHERE id IN (", fifty!(), ")");
    FIND_BY_USERNAME = "SELECT id, username, name, kind, is_admin, state FROM users WHERE username_key = $1";
    FIND_BY_EMAIL = "SELECT id, username, name, kind, is_admin, state FROM users WHERE email_key = $1";
    /// What an administrator edits, with the version that a write names.
    ACCOUNT = "SELECT id, username, name, kind, is_admin, state, email, created_at, last_sign_in_at, version FROM users WHERE username_key = $1";
    EMAIL = "SELECT email FROM users WHERE id = $1";
    LIST = "SELECT id, username, name, kind, is_admin, state, email, created_at, last_sign_in_at, version FROM users ORDER BY username_key";
    SEARCH = "SELECT id, username, name, kind, is_admin, state FROM users WHERE (username_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR LOWER(name) LIKE CAST($1 AS TEXT) ESCAPE '!') AND ($4 OR state = 'active') ORDER BY username_key LIMIT $2 OFFSET $3";
    COUNT = "SELECT COUNT(*) FROM users";
    COUNT_ADMINISTRATORS = "SELECT COUNT(*) FROM users WHERE is_admin";
    /// A no-op update that locks the rows until the end of the transaction. Of two who take the right away from
    /// one another at once, the second waits, and is then no longer among them.
    HOLD_ADMINISTRATORS = "UPDATE users SET is_admin = is_admin WHERE is_admin AND kind = 'human' AND state = 'active' RETURNING id";
    IDS = "SELECT id FROM users LIMIT $1";
    PASSWORD_HASH = "SELECT password_hash FROM users WHERE id = $1";
    INSERT = "INSERT INTO users (username, username_key, name, kind, is_admin, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    INSERT_PREFERENCES = "INSERT INTO user_preferences (user_id, theme, time_format, orbit_settings, orbit_version) VALUES ($1, 'system', 'relative', '{}', 0)";
    /// A no-op update that locks the row until the end of the transaction.
    HOLD_PASSWORD_HASH = "UPDATE users SET password_hash = password_hash WHERE id = $1 AND password_hash = $2 AND state = 'active'";
    SET_PASSWORD_HASH = "UPDATE users SET password_hash = $2 WHERE id = $1";
    SET_EMAIL = "UPDATE users SET email = $2, email_key = $3, version = version + 1 WHERE id = $1";
    SET_STATE = "UPDATE users SET state = $2, version = version + 1 WHERE id = $1 AND state <> $2";
    SAVE = "UPDATE users SET username = $3, username_key = $4, name = $5, is_admin = $6, version = version + 1 WHERE id = $1 AND version = $2";
    NOTE_SIGN_IN = "UPDATE users SET last_sign_in_at = $2 WHERE id = $1 AND state = 'active'";
    DELETE = "DELETE FROM users WHERE id = $1";
}

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    id: i64,
    username: String,
    name: String,
    kind: String,
    is_admin: bool,
    state: String,
}

#[derive(sqlx::FromRow)]
pub(in crate::storage) struct AccountRow {
    #[sqlx(flatten)]
    user: UserRow,
    email: Option<String>,
    created_at: i64,
    last_sign_in_at: Option<i64>,
    version: i64,
}

/// A user as administrators see and edit them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub user: User,
    pub email: Option<String>,
    pub created_at: Timestamp,
    /// `None` for somebody who never signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Counts what was edited.
    pub version: i64,
}

impl TryFrom<AccountRow> for Account {
    type Error = StorageError;

    fn try_from(row: AccountRow) -> Result<Self, Self::Error> {
        Ok(Self {
            user: row.user.try_into()?,
            email: row.email,
            created_at: Timestamp::from_millis(row.created_at),
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_millis),
            version: row.version,
        })
    }
}

impl TryFrom<UserRow> for User {
    type Error = StorageError;

    fn try_from(row: UserRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: UserId(row.id),
            username: row.username,
            name: row.name,
            kind: kind(&row.kind)?,
            is_admin: row.is_admin,
            state: state(&row.state)?,
        })
    }
}

pub(in crate::storage) fn kind(key: &str) -> Result<UserKind, StorageError> {
    UserKind::from_key(key).ok_or_else(|| StorageError::inconsistent("users", "kind", key))
}

pub(in crate::storage) fn state(key: &str) -> Result<UserState, StorageError> {
    UserState::from_key(key).ok_or_else(|| StorageError::inconsistent("users", "state", key))
}

/// A user to create, with default preferences.
pub struct NewUser<'a> {
    pub username: &'a str,
    pub name: &'a str,
    pub kind: UserKind,
    pub is_admin: bool,
    /// `None` for a user who cannot sign in with a password.
    pub password_hash: Option<&'a str>,
    pub created_at: Timestamp,
}

pub struct Users<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(users -> Users);

impl Users<'_> {
    /// `None` when there is no such user.
    pub async fn lookup(&mut self, id: UserId) -> Result<Option<User>, StorageError> {
        let row: Option<UserRow> =
            on_db!(self.uow, |c| sqlx::query_as(LOOKUP).bind(id.0).fetch_optional(c).await)?;
        row.map(User::try_from).transpose()
    }

    /// The names of existing users, in no order.
    pub async fn names(&mut self, ids: &[UserId]) -> Result<Vec<(UserId, String)>, StorageError> {
        let mut names = Vec::with_capacity(ids.len());
        for ids in batches(ids) {
            let rows: Vec<(i64, String)> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(NAMES), |query, id| query.bind(id.0)).fetch_all(c).await
            })?;
            names.extend(rows.into_iter().map(|(id, name)| (UserId(id), name)));
        }
        Ok(names)
    }

    /// Case-insensitive. `None` when there is no such user.
    pub async fn find_by_username(&mut self, username: &str) -> Result<Option<User>, StorageError> {
        if !fits_text(username) {
            return Ok(None);
        }
        let key = username.to_ascii_lowercase();
        let row: Option<UserRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND_BY_USERNAME).bind(key).fetch_optional(c).await)?;
        row.map(User::try_from).transpose()
    }

    /// Case-insensitive. `None` when no user has the email address.
    pub async fn find_by_email(&mut self, email: &EmailAddress) -> Result<Option<User>, StorageError> {
        let row: Option<UserRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND_BY_EMAIL).bind(email.key()).fetch_optional(c).await)?;
        row.map(User::try_from).transpose()
    }

    /// `None` when there is no such user, or the user has no email address.
    pub async fn email(&mut self, id: UserId) -> Result<Option<String>, StorageError> {
        let row: Option<Option<String>> =
            on_db!(self.uow, |c| sqlx::query_scalar(EMAIL).bind(id.0).fetch_optional(c).await)?;
        Ok(row.flatten())
    }

    /// Case-insensitive. `None` when there is no such user.
    pub async fn account(&mut self, username: &str) -> Result<Option<Account>, StorageError> {
        if !fits_text(username) {
            return Ok(None);
        }
        let key = username.to_ascii_lowercase();
        let row: Option<AccountRow> =
            on_db!(self.uow, |c| sqlx::query_as(ACCOUNT).bind(key).fetch_optional(c).await)?;
        row.map(Account::try_from).transpose()
    }

    /// All users, sorted by username.
    pub async fn list(&mut self) -> Result<Vec<Account>, StorageError> {
        let rows: Vec<AccountRow> = on_db!(self.uow, |c| sqlx::query_as(LIST).fetch_all(c).await)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Users with `text` in the username or display name, case-insensitive, sorted by username.
    pub async fn search(&mut self, text: &str, limit: i64, offset: i64) -> Result<Vec<User>, StorageError> {
        self.found(text, true, limit, offset).await
    }

    /// The same, without those who are blocked.
    pub async fn search_active(&mut self, text: &str, limit: i64) -> Result<Vec<User>, StorageError> {
        self.found(text, false, limit, 0).await
    }

    async fn found(
        &mut self,
        text: &str,
        blocked: bool,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<User>, StorageError> {
        let Some(pattern) = contains(text) else { return Ok(Vec::new()) };
        let rows: Vec<UserRow> = on_db!(self.uow, |c| sqlx::query_as(SEARCH)
            .bind(&pattern)
            .bind(limit)
            .bind(offset)
            .bind(blocked)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(User::try_from).collect()
    }

    /// The administrators who are people and not blocked. Nobody else can take the right away from them until
    /// the end of the transaction.
    pub async fn hold_administrators(&mut self) -> Result<Vec<UserId>, StorageError> {
        let ids: Vec<i64> = on_db!(self.uow, |c| sqlx::query_scalar(HOLD_ADMINISTRATORS).fetch_all(c).await)?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    /// The number of administrators, bots included.
    pub async fn count_administrators(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_ADMINISTRATORS).fetch_one(c).await)?)
    }

    pub async fn count(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?)
    }

    /// User ids, in no order, at most `limit`.
    pub async fn ids(&mut self, limit: i64) -> Result<Vec<i64>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(IDS).bind(limit).fetch_all(c).await)?)
    }

    /// `None` when there is no such user, or the user has no password.
    pub async fn password_hash(&mut self, id: UserId) -> Result<Option<String>, StorageError> {
        let row: Option<Option<String>> =
            on_db!(self.uow, |c| sqlx::query_scalar(PASSWORD_HASH).bind(id.0).fetch_optional(c).await)?;
        Ok(row.flatten())
    }

    /// # Errors
    /// [`StorageError::Duplicate`] when the username is taken.
    pub async fn add(&mut self, user: &NewUser<'_>) -> Result<UserId, StorageError> {
        let id: i64 = on_db!(self.uow, |c| sqlx::query_scalar(INSERT)
            .bind(user.username)
            .bind(user.username.to_ascii_lowercase())
            .bind(user.name)
            .bind(user.kind.key())
            .bind(user.is_admin)
            .bind(user.password_hash)
            .bind(user.created_at.as_millis())
            .fetch_one(c)
            .await)?;
        on_db!(self.uow, |c| sqlx::query(INSERT_PREFERENCES).bind(id).execute(c).await.map(drop))?;
        self.uow.change_feed().touch(Topic::Users);
        Ok(UserId(id))
    }

    /// Whether the user is not blocked and still has this password hash; if so, the row is locked until the end of the
    /// transaction.
    pub async fn hold_password_hash(&mut self, id: UserId, hash: &str) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(HOLD_PASSWORD_HASH)
            .bind(id.0)
            .bind(hash)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }

    pub async fn set_password_hash(&mut self, id: UserId, hash: &str) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_PASSWORD_HASH)
            .bind(id.0)
            .bind(hash)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// `None` removes the email address.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when another user has it.
    pub async fn set_email(&mut self, id: UserId, email: Option<&EmailAddress>) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_EMAIL)
            .bind(id.0)
            .bind(email.map(EmailAddress::as_str))
            .bind(email.map(EmailAddress::key))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Blocks or unblocks. `false` when it is so already.
    pub async fn set_state(&mut self, id: UserId, state: UserState) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(SET_STATE)
            .bind(id.0)
            .bind(state.key())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows > 0 {
            self.uow.change_feed().touch(Topic::Users);
        }
        Ok(rows > 0)
    }

    /// Saves username, display name and whether they are an administrator.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when somebody edited the user since; [`StorageError::Duplicate`] when the
    /// username is taken.
    pub async fn save(&mut self, user: &User, seen_version: i64) -> Result<(), StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(SAVE)
            .bind(user.id.0)
            .bind(seen_version)
            .bind(&user.username)
            .bind(user.username.to_ascii_lowercase())
            .bind(&user.name)
            .bind(user.is_admin)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows == 0 {
            return Err(StorageError::Stale);
        }
        self.uow.change_feed().touch(Topic::Users);
        Ok(())
    }

    /// Notes that the user signs in. `false` when they are blocked or gone. No answer depends on it.
    pub async fn note_sign_in(&mut self, id: UserId, at: Timestamp) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(NOTE_SIGN_IN)
            .bind(id.0)
            .bind(at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Deletes the user and everything that belongs to the user alone; ledger and audit log keep the names.
    /// `false` when there was no such user.
    pub async fn delete(&mut self, id: UserId) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(DELETE)
            .bind(id.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        // Rows deleted by cascade need no topics of their own: whatever depends on them also depends on
        // `Users`.
        if rows > 0 {
            self.uow.change_feed().touch(Topic::Users);
        }
        Ok(rows > 0)
    }
}
