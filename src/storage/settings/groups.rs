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
    SAVE = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise, duo_availability, agent_platform_enabled, flow_execution_enabled, foundational_flows_enabled) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (namespace_id) DO UPDATE SET tier = excluded.tier, duo_enterprise = excluded.duo_enterprise, duo_availability = excluded.duo_availability, agent_platform_enabled = excluded.agent_platform_enabled, flow_execution_enabled = excluded.flow_execution_enabled, foundational_flows_enabled = excluded.foundational_flows_enabled";
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
}
