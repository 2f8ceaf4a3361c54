//! Cached places, registries and Orbit settings.

use std::sync::Arc;

use super::circumstances::subscription;
use crate::{
    domain::{environment::Environment, flows::orbit::OrbitSettings, ids::UserId, namespace::GroupPath},
    storage::{Registry, StorageError, UnitOfWork},
    usecases::{facts::Facts, place::Place},
};

impl Facts<'_> {
    /// `None` when there is no such namespace.
    pub async fn place(&mut self, path: &GroupPath) -> Result<Option<Arc<Place>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            let Some(namespace) = uow.namespaces().find_by_path(path).await? else { return Ok(None) };
            Ok(Some(Place {
                subscription: subscription(uow, namespace.root).await?,
                chain: uow.inherited_settings().effective(namespace.id).await?.chain(),
                flows: uow.flow_selections().list(namespace.root).await?,
                archived: uow.namespaces().archived(namespace.id).await?,
                ancestors: uow.namespaces().ancestors(namespace.id).await?,
                namespace,
            }))
        };
        self.known(&self.app.known.places, path.key().as_str(), read).await
    }

    /// The user's Orbit settings; all unset when the user does not exist.
    pub async fn orbit(&mut self, user: UserId) -> Result<OrbitSettings, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            Ok(Some(uow.preferences().orbit(user).await?.map(|stored| stored.settings).unwrap_or_default()))
        };
        let settings = self.known(&self.app.known.orbit, &user, read).await?;
        Ok(settings.map_or_else(OrbitSettings::default, |settings| *settings))
    }

    /// The registry of an environment.
    pub async fn registry(&mut self, environment: Environment) -> Result<Arc<Registry>, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.deployed_versions().find(environment).await.map(Some);
        Ok(self.known(&self.app.known.registries, &environment, read).await?.unwrap_or_default())
    }
}
