//! Feature groups: named sets of actors.

use crate::{
    domain::{change::Topic, flags::FlagActor},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    FIND = "SELECT g.version, m.actor FROM feature_groups g LEFT JOIN feature_group_members m ON m.feature_group = g.name WHERE g.name = $1";
    LIST = "SELECT name FROM feature_groups";
    LIST_OF_ACTOR = "SELECT feature_group FROM feature_group_members WHERE actor = $1";
    SAVE = "INSERT INTO feature_groups (name, version) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET version = feature_groups.version + 1 WHERE feature_groups.version = $2 RETURNING version";
    CLEAR = "DELETE FROM feature_group_members WHERE feature_group = $1";
    ADD_MEMBER = "INSERT INTO feature_group_members (feature_group, actor) VALUES ($1, $2)";
}

/// A group's members, with the version for optimistic locking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFeatureGroup {
    /// Sorted.
    pub members: Vec<FlagActor>,
    pub version: i64,
}

pub struct FeatureGroups<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(feature_groups -> FeatureGroups);

impl FeatureGroups<'_> {
    pub async fn find(&mut self, name: &str) -> Result<Option<StoredFeatureGroup>, StorageError> {
        let rows: Vec<(i64, Option<String>)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(name).fetch_all(c).await)?;
        let Some(&(version, _)) = rows.first() else { return Ok(None) };
        let actor = |key: String| {
            FlagActor::from_key(&key)
                .ok_or_else(|| StorageError::inconsistent("feature_group_members", "actor", key))
        };
        let keys = rows.into_iter().filter_map(|(_, key)| key);
        let mut members: Vec<_> = keys.map(actor).collect::<Result<_, _>>()?;
        members.sort_unstable();
        Ok(Some(StoredFeatureGroup { members, version }))
    }

    /// The names of all groups, sorted.
    pub async fn list(&mut self) -> Result<Vec<String>, StorageError> {
        let mut names: Vec<String> = on_db!(self.uow, |c| sqlx::query_scalar(LIST).fetch_all(c).await)?;
        names.sort_unstable();
        Ok(names)
    }

    /// The names of the groups that the actor is in.
    pub async fn list_of(&mut self, actor: FlagActor) -> Result<Vec<String>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(LIST_OF_ACTOR).bind(actor.key()).fetch_all(c).await)?)
    }

    /// # Errors
    /// [`StorageError::Stale`] when it was saved since version `seen` was read; 0 means it did not exist.
    pub async fn save(&mut self, name: &str, members: &[FlagActor], seen: i64) -> Result<(), StorageError> {
        let version: Option<i64> =
            on_db!(self.uow, |c| sqlx::query_scalar(SAVE).bind(name).bind(seen).fetch_optional(c).await)?;
        self.uow.change_feed().touch(Topic::FeatureGroups);
        self.uow.saved(version, seen)?;
        on_db!(self.uow, |c| sqlx::query(CLEAR).bind(name).execute(c).await.map(drop))?;
        for actor in members {
            on_db!(self.uow, |c| sqlx::query(ADD_MEMBER)
                .bind(name)
                .bind(actor.key())
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
