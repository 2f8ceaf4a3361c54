//! A user's preferences: display and Orbit. Saving one does not affect the other.

use serde::Deserialize;
use sqlx::types::Json;

use crate::{
    domain::{change::Topic, flows::orbit::OrbitSettings, ids::UserId, preferences::Display},
    storage::{StorageError, UnitOfWork, accounts::sessions::display, on_db, repository, statements},
};

statements! {
    DISPLAY = "SELECT theme, time_format FROM user_preferences WHERE user_id = $1";
    SAVE_DISPLAY = "UPDATE user_preferences SET theme = $2, time_format = $3 WHERE user_id = $1";
    ORBIT = "SELECT orbit_settings, orbit_version FROM user_preferences WHERE user_id = $1";
    SAVE_ORBIT = "UPDATE user_preferences SET orbit_settings = $2, orbit_version = orbit_version + 1 WHERE user_id = $1 AND orbit_version = $3 RETURNING orbit_version";
}

#[derive(sqlx::FromRow)]
struct OrbitRow {
    orbit_settings: Json<serde_json::Value>,
    orbit_version: i64,
}

/// A user's Orbit settings, with the version for optimistic locking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredOrbit {
    pub settings: OrbitSettings,
    pub version: i64,
}

pub struct Preferences<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(preferences -> Preferences);

impl Preferences<'_> {
    /// `None` when there is no such user.
    pub async fn display(&mut self, user: UserId) -> Result<Option<Display>, StorageError> {
        let row: Option<(String, String)> =
            on_db!(self.uow, |c| sqlx::query_as(DISPLAY).bind(user.0).fetch_optional(c).await)?;
        row.map(|(theme, time_format)| display(&theme, &time_format)).transpose()
    }

    pub async fn save_display(&mut self, user: UserId, display: Display) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SAVE_DISPLAY)
            .bind(user.0)
            .bind(display.theme.key())
            .bind(display.time_format.key())
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Preferences);
        Ok(())
    }

    /// `None` when there is no such user.
    pub async fn orbit(&mut self, user: UserId) -> Result<Option<StoredOrbit>, StorageError> {
        let row: Option<OrbitRow> =
            on_db!(self.uow, |c| sqlx::query_as(ORBIT).bind(user.0).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let Json(stored) = row.orbit_settings;
        let settings = OrbitSettings::deserialize(&stored).map_err(|_| {
            StorageError::inconsistent("user_preferences", "orbit_settings", stored.to_string())
        })?;
        Ok(Some(StoredOrbit { settings, version: row.orbit_version }))
    }

    /// Returns the new version.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was saved since version `seen` was read.
    pub async fn save_orbit(
        &mut self,
        user: UserId,
        settings: OrbitSettings,
        seen: i64,
    ) -> Result<i64, StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE_ORBIT)
            .bind(user.0)
            .bind(Json(settings))
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.change_feed().touch(Topic::Preferences);
        self.uow.saved(version, seen)
    }
}
