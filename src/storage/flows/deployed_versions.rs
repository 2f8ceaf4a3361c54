//! Registries of deployed flow versions, one per environment.

use crate::{
    domain::{
        change::Topic,
        environment::Environment,
        flows::deployed::{Deployed, FlowDefinition, parse_version},
        time::Timestamp,
    },
    storage::{LastChange, StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    /// A single statement, for a consistent snapshot.
    FIND = "SELECT r.version, r.changed_at, r.changed_by_username, r.changed_by_name, d.definition, d.flow_version FROM flow_version_registries r LEFT JOIN deployed_flow_versions d ON d.environment = r.environment WHERE r.environment = $1";
    SAVE = "INSERT INTO flow_version_registries (environment, version, changed_at, changed_by_username, changed_by_name) VALUES ($1, 1, $2, $3, $4) ON CONFLICT (environment) DO UPDATE SET version = flow_version_registries.version + 1, changed_at = excluded.changed_at, changed_by_username = excluded.changed_by_username, changed_by_name = excluded.changed_by_name WHERE flow_version_registries.version = $5 RETURNING version";
    CLEAR = "DELETE FROM deployed_flow_versions WHERE environment = $1";
    ADD = "INSERT INTO deployed_flow_versions (environment, definition, flow_version) VALUES ($1, $2, $3)";
}

/// An environment's registry, with the version for optimistic locking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    pub deployed: Deployed,
    /// 0 while there is no registry.
    pub version: i64,
    /// `None` while there is no registry.
    pub changed: Option<LastChange>,
}

impl Registry {
    /// The deployed versions; `None` while there is no registry, so that they are unknown.
    pub fn known(&self) -> Option<&Deployed> {
        self.changed.as_ref().map(|_| &self.deployed)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    changed_at: i64,
    changed_by_username: String,
    changed_by_name: String,
    definition: Option<String>,
    flow_version: Option<String>,
}

pub struct DeployedVersions<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(deployed_versions -> DeployedVersions);

impl DeployedVersions<'_> {
    pub async fn find(&mut self, environment: Environment) -> Result<Registry, StorageError> {
        let rows: Vec<Row> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(environment.key()).fetch_all(c).await)?;
        let Some(first) = rows.first() else { return Ok(Registry::default()) };
        let (version, changed) = (
            first.version,
            LastChange {
                at: Timestamp::from_millis(first.changed_at),
                by_username: first.changed_by_username.clone(),
                by_name: first.changed_by_name.clone(),
            },
        );
        let mut deployed = Deployed::default();
        for (definition, version) in
            rows.into_iter().filter_map(|row| Some((row.definition?, row.flow_version?)))
        {
            let unknown =
                |column, value| move |_| StorageError::inconsistent("deployed_flow_versions", column, value);
            let parsed = FlowDefinition::parse(&definition).map_err(unknown("definition", definition))?;
            let number = parse_version(&version).map_err(unknown("flow_version", version.clone()))?;
            deployed.add(parsed, number).map_err(unknown("flow_version", version))?;
        }
        Ok(Registry { deployed, version, changed: Some(changed) })
    }

    /// Replaces the whole registry, and returns the new version.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was saved since version `seen` was read.
    pub async fn save(
        &mut self,
        environment: Environment,
        deployed: &Deployed,
        change: &LastChange,
        seen: i64,
    ) -> Result<i64, StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(environment.key())
            .bind(change.at.as_millis())
            .bind(&change.by_username)
            .bind(&change.by_name)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.change_feed().touch(Topic::FlowVersions);
        let version = self.uow.saved(version, seen)?;
        on_db!(self.uow, |c| sqlx::query(CLEAR).bind(environment.key()).execute(c).await.map(drop))?;
        for (definition, versions) in deployed.iter() {
            for number in versions {
                on_db!(self.uow, |c| sqlx::query(ADD)
                    .bind(environment.key())
                    .bind(definition.as_str())
                    .bind(number.to_string())
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        Ok(version)
    }
}
