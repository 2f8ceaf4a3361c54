//! What is set for a feature flag, in words an operator knows.

use super::{App, UseCaseError};
use crate::{
    domain::feature::{DEFINITIONS, FlagActor, FlagDefinition, Gates},
    storage::{StorageError, UnitOfWork},
};

#[derive(Clone, Debug)]
pub struct FeatureState {
    pub definition: &'static FlagDefinition,
    pub gates: Gates,
    /// The actors of the gates by name: `user ann`, `group acme`. One that is gone keeps its id.
    pub actors: Vec<String>,
}

/// Every flag that the program knows.
pub async fn list_features(app: &App) -> Result<Vec<FeatureState>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut states = Vec::with_capacity(DEFINITIONS.len());
    for definition in &DEFINITIONS {
        states.push(state(&mut uow, definition).await?);
    }
    Ok(states)
}

pub async fn get_feature(app: &App, name: &str) -> Result<FeatureState, UseCaseError> {
    let definition = find(name)?;
    state(&mut app.storage.read().await?, definition).await
}

pub(super) fn find(name: &str) -> Result<&'static FlagDefinition, UseCaseError> {
    FlagDefinition::find(name).ok_or_else(|| {
        let known: Vec<_> = DEFINITIONS.iter().map(|flag| flag.name).collect();
        UseCaseError::invalid(
            "name",
            format!("There is no feature flag {name}. Known are: {}.", known.join(", ")),
        )
    })
}

async fn state(
    uow: &mut UnitOfWork,
    definition: &'static FlagDefinition,
) -> Result<FeatureState, UseCaseError> {
    let gates = uow.features().find(definition.name).await?.gates;
    let mut actors = Vec::with_capacity(gates.actors.len());
    for actor in &gates.actors {
        actors.push(name_of(uow, *actor).await?.unwrap_or_else(|| actor.key()));
    }
    Ok(FeatureState { definition, gates, actors })
}

/// `user ann`, `group acme`; `None` when the actor is gone.
pub(super) async fn name_of(uow: &mut UnitOfWork, actor: FlagActor) -> Result<Option<String>, StorageError> {
    Ok(match actor {
        FlagActor::User(id) => uow.users().lookup(id).await?.map(|user| format!("user {}", user.username)),
        FlagActor::Group(id) => {
            uow.namespaces().lookup(id).await?.map(|group| format!("group {}", group.path))
        }
    })
}
