//! What only a top-level group has: its subscription.

use crate::{
    domain::{change::Topic, flows::catalogue::Tier, ids::NamespaceId, namespace::Subscription},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    LOOKUP = "SELECT tier, duo_enterprise FROM top_level_groups WHERE namespace_id = $1";
    SAVE = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise) VALUES ($1, $2, $3) ON CONFLICT (namespace_id) DO UPDATE SET tier = excluded.tier, duo_enterprise = excluded.duo_enterprise";
    REMOVE = "DELETE FROM top_level_groups WHERE namespace_id = $1";
}

#[derive(sqlx::FromRow)]
pub(in crate::storage) struct SubscriptionRow {
    tier: String,
    duo_enterprise: bool,
}

impl SubscriptionRow {
    pub(in crate::storage) fn read(self) -> Result<Subscription, StorageError> {
        Ok(Subscription {
            tier: Tier::from_key(&self.tier)
                .ok_or_else(|| StorageError::inconsistent("top_level_groups", "tier", &self.tier))?,
            duo_enterprise: self.duo_enterprise,
        })
    }
}

pub struct TopLevelGroups<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(top_level_groups -> TopLevelGroups);

impl TopLevelGroups<'_> {
    /// `None` when there is no such top-level group.
    pub async fn lookup(&mut self, id: NamespaceId) -> Result<Option<Subscription>, StorageError> {
        let row: Option<SubscriptionRow> =
            on_db!(self.uow, |c| sqlx::query_as(LOOKUP).bind(id.0).fetch_optional(c).await)?;
        row.map(SubscriptionRow::read).transpose()
    }

    pub async fn save(&mut self, id: NamespaceId, subscription: Subscription) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SAVE)
            .bind(id.0)
            .bind(subscription.tier.key())
            .bind(subscription.duo_enterprise)
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// For a top-level group that becomes a subgroup, or is deleted. Its flows and its consent end with it.
    pub async fn remove(&mut self, id: NamespaceId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(REMOVE).bind(id.0).execute(c).await.map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        self.uow.change_feed().touch(Topic::Flows);
        Ok(())
    }
}
