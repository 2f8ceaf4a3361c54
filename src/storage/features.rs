//! Feature flags: the gates that somebody set.

use super::{StorageError, UnitOfWork, on_db, statements};
use crate::domain::feature::{FlagActor, Gates};

statements! {
    /// One statement, so that the gates are those of one moment.
    FIND = "SELECT f.boolean_gate, f.version, a.actor FROM features f LEFT JOIN feature_actors a ON a.feature = f.name WHERE f.name = $1";
    SAVE = "INSERT INTO features (name, boolean_gate, version) VALUES ($1, $2, 1) ON CONFLICT (name) DO UPDATE SET boolean_gate = excluded.boolean_gate, version = features.version + 1 WHERE features.version = $3 RETURNING version";
    CLEAR_ACTORS = "DELETE FROM feature_actors WHERE feature = $1";
    ADD_ACTOR = "INSERT INTO feature_actors (feature, actor) VALUES ($1, $2)";
}

/// What is set for a flag, and the version to say when saving over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredFlag {
    pub gates: Gates,
    /// 0 while nothing was ever set.
    pub version: i64,
}

pub struct Features<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl Features<'_> {
    pub async fn find(&mut self, name: &str) -> Result<StoredFlag, StorageError> {
        let rows: Vec<(Option<bool>, i64, Option<String>)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(name).fetch_all(c).await)?;
        let Some(&(boolean, version, _)) = rows.first() else { return Ok(StoredFlag::default()) };
        let actor = |key: String| {
            FlagActor::from_key(&key)
                .ok_or_else(|| StorageError::inconsistent("feature_actors", "actor", key))
        };
        let keys = rows.into_iter().filter_map(|(_, _, key)| key);
        let mut actors: Vec<_> = keys.map(actor).collect::<Result<_, _>>()?;
        actors.sort_unstable();
        Ok(StoredFlag { gates: Gates { boolean, actors }, version })
    }

    /// # Errors
    /// [`StorageError::Stale`] when it was set since version `seen` was read.
    pub async fn save(&mut self, name: &str, gates: &Gates, seen: i64) -> Result<(), StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(name)
            .bind(gates.boolean)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.saved(version, seen)?;
        on_db!(self.uow, |c| sqlx::query(CLEAR_ACTORS).bind(name).execute(c).await.map(drop))?;
        for actor in &gates.actors {
            on_db!(self.uow, |c| sqlx::query(ADD_ACTOR)
                .bind(name)
                .bind(actor.key())
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Forgets what is set. The row stays, so that its version never comes again and nobody saves
    /// over what they did not see.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was set since version `seen` was read.
    pub async fn delete(&mut self, name: &str, seen: i64) -> Result<(), StorageError> {
        self.save(name, &Gates::default(), seen).await
    }
}
