//! Settings of a top-level group: its subscription and the levels above the flows.

use crate::{
    domain::{
        change::Topic,
        flows::catalogue::Tier,
        ids::NamespaceId,
        namespace::Subscription,
        settings::availability::{DuoAvailability, DuoChain},
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    LOOKUP = "SELECT tier, duo_enterprise, duo_availability, agent_platform_enabled, flow_execution_enabled, foundational_flows_enabled FROM top_level_groups WHERE namespace_id = $1";
    /// Only over the values that were read, $6 to $9.
    SAVE_CHAIN = "UPDATE top_level_groups SET duo_availability = $2, agent_platform_enabled = $3, flow_execution_enabled = $4, foundational_flows_enabled = $5 WHERE namespace_id = $1 AND duo_availability = $6 AND agent_platform_enabled = $7 AND flow_execution_enabled = $8 AND foundational_flows_enabled = $9 RETURNING CAST(1 AS BIGINT)";
    SAVE = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise, duo_availability, agent_platform_enabled, flow_execution_enabled, foundational_flows_enabled) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (namespace_id) DO UPDATE SET tier = excluded.tier, duo_enterprise = excluded.duo_enterprise, duo_availability = excluded.duo_availability, agent_platform_enabled = excluded.agent_platform_enabled, flow_execution_enabled = excluded.flow_execution_enabled, foundational_flows_enabled = excluded.foundational_flows_enabled";
    SET_SUBSCRIPTION = "UPDATE top_level_groups SET tier = $2, duo_enterprise = $3 WHERE namespace_id = $1";
    COPY = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise, duo_availability, agent_platform_enabled, flow_execution_enabled, foundational_flows_enabled) SELECT $2, tier, $3, duo_availability, agent_platform_enabled, flow_execution_enabled, foundational_flows_enabled FROM top_level_groups WHERE namespace_id = $1";
    REMOVE = "DELETE FROM top_level_groups WHERE namespace_id = $1";
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of the table")]
pub(in crate::storage) struct TopLevelRow {
    tier: String,
    duo_enterprise: bool,
    duo_availability: String,
    agent_platform_enabled: bool,
    flow_execution_enabled: bool,
    foundational_flows_enabled: bool,
}

impl TopLevelRow {
    pub(in crate::storage) fn read(self) -> Result<(Subscription, DuoChain), StorageError> {
        let subscription = Subscription {
            tier: Tier::from_key(&self.tier)
                .ok_or_else(|| StorageError::inconsistent("top_level_groups", "tier", &self.tier))?,
            duo_enterprise: self.duo_enterprise,
        };
        let chain = DuoChain {
            availability: DuoAvailability::from_key(&self.duo_availability).ok_or_else(|| {
                StorageError::inconsistent("top_level_groups", "duo_availability", &self.duo_availability)
            })?,
            agent_platform: self.agent_platform_enabled,
            flow_execution: self.flow_execution_enabled,
            foundational_flows: self.foundational_flows_enabled,
        };
        Ok((subscription, chain))
    }
}

pub struct TopLevelGroups<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(top_level_groups -> TopLevelGroups);

impl TopLevelGroups<'_> {
    /// `None` when there is no such top-level group.
    pub async fn lookup(
        &mut self,
        id: NamespaceId,
    ) -> Result<Option<(Subscription, DuoChain)>, StorageError> {
        let row: Option<TopLevelRow> =
            on_db!(self.uow, |c| sqlx::query_as(LOOKUP).bind(id.0).fetch_optional(c).await)?;
        row.map(TopLevelRow::read).transpose()
    }

    pub async fn save(
        &mut self,
        id: NamespaceId,
        subscription: Subscription,
        chain: DuoChain,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SAVE)
            .bind(id.0)
            .bind(subscription.tier.key())
            .bind(subscription.duo_enterprise)
            .bind(chain.availability.key())
            .bind(chain.agent_platform)
            .bind(chain.flow_execution)
            .bind(chain.foundational_flows)
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// For a new top-level group: every level is on, so that flows can be turned on.
    pub async fn create(&mut self, id: NamespaceId, subscription: Subscription) -> Result<(), StorageError> {
        self.save(id, subscription, DuoChain::ALL_ON).await
    }

    /// Leaves the levels above the flows as they are.
    pub async fn set_subscription(
        &mut self,
        id: NamespaceId,
        subscription: Subscription,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_SUBSCRIPTION)
            .bind(id.0)
            .bind(subscription.tier.key())
            .bind(subscription.duo_enterprise)
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// For a subgroup that becomes a top-level group: tier and levels of the group it leaves, without Duo
    /// Enterprise, which was bought for that one.
    pub async fn copy(&mut self, left: NamespaceId, id: NamespaceId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(COPY)
            .bind(left.0)
            .bind(id.0)
            .bind(false)
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// For a top-level group that becomes a subgroup. Its flows and its consent end with it.
    pub async fn remove(&mut self, id: NamespaceId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(REMOVE).bind(id.0).execute(c).await.map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        self.uow.change_feed().touch(Topic::Flows);
        Ok(())
    }

    /// Changes the levels above the flows.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when they are no longer as `before`.
    pub async fn save_chain(
        &mut self,
        id: NamespaceId,
        before: DuoChain,
        after: DuoChain,
    ) -> Result<(), StorageError> {
        let saved: Option<i64> = on_db!(self.uow, |c| {
            let query = sqlx::query_scalar(SAVE_CHAIN).bind(id.0);
            [after, before]
                .into_iter()
                .fold(query, |query, chain| {
                    query
                        .bind(chain.availability.key())
                        .bind(chain.agent_platform)
                        .bind(chain.flow_execution)
                        .bind(chain.foundational_flows)
                })
                .fetch_optional(c)
                .await
        })?;
        self.uow.change_feed().touch(Topic::Namespaces);
        self.uow.saved(saved, 0).map(drop)
    }
}
