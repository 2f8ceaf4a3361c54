//! Cached feature flags and feature groups.

use std::sync::Arc;

use super::flag_set::{CachedFlag, FlagSet};
use crate::{
    domain::{
        environment::Environment,
        flags::{ADMINISTRATORS, FlagActor, Gates},
    },
    storage::{StorageError, UnitOfWork},
    usecases::facts::Facts,
};

impl Facts<'_> {
    /// The flag's gates in this server's environment.
    pub async fn gates(&mut self, flag: &str) -> Result<Arc<Gates>, StorageError> {
        Ok(Arc::clone(&self.flag(flag).await?.gates))
    }

    /// A flag in this server's environment, whether or not it exists.
    pub async fn flag(&mut self, name: &str) -> Result<Arc<CachedFlag>, StorageError> {
        let (memory, environment) = (&self.app.known.flags, self.app.environment());
        let read = async |uow: &mut UnitOfWork| {
            CachedFlag::read(uow, environment, name, memory.last(name).as_deref()).await.map(Some)
        };
        let flag = self.known(memory, name, read).await?;
        Ok(flag.unwrap_or_else(|| Arc::new(CachedFlag::unknown(name))))
    }

    /// All flags known in this server's environment.
    pub async fn flags(&mut self) -> Result<Arc<FlagSet>, StorageError> {
        self.flags_in(self.app.environment()).await
    }

    /// All flags known in an environment.
    pub async fn flags_in(&mut self, environment: Environment) -> Result<Arc<FlagSet>, StorageError> {
        let memory = &self.app.known.flag_sets;
        let read = async |uow: &mut UnitOfWork| {
            FlagSet::read(uow, environment, memory.last(&environment).as_deref()).await.map(Some)
        };
        Ok(self.known(memory, &environment, read).await?.unwrap_or_default())
    }

    /// The feature groups that an actor is in.
    pub async fn feature_groups(&mut self, actor: FlagActor) -> Result<Arc<Vec<String>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| feature_groups_of(uow, actor).await.map(Some);
        let groups = self.known(&self.app.known.feature_groups, &actor, read).await?;
        Ok(groups.unwrap_or_default())
    }
}

/// The feature groups that an actor is in, that of administrators included; in no order.
pub(super) async fn feature_groups_of(
    uow: &mut UnitOfWork,
    actor: FlagActor,
) -> Result<Vec<String>, StorageError> {
    let mut groups = uow.feature_groups().list_of(actor).await?;
    if let FlagActor::User(id) = actor
        && uow.users().lookup(id).await?.is_some_and(|user| user.is_admin)
    {
        groups.push(ADMINISTRATORS.to_owned());
    }
    Ok(groups)
}
