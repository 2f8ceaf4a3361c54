//! What is set for feature flags, in words an operator knows.

use super::{App, UseCaseError, flag_definitions, flag_names::names_of, set_feature::unknown};
use crate::{
    domain::feature::{Environment, FlagDefinition, Gates, State},
    storage::{StorageError, UnitOfWork},
};

#[derive(Clone, Debug)]
pub struct FeatureState {
    pub name: String,
    pub environment: Environment,
    /// `None` when nothing says what the flag is for.
    pub definition: Option<FlagDefinition>,
    pub gates: Gates,
    /// The actors of the gates by name: `user ann`, `group acme`. One that is gone keeps its id.
    pub actors: Vec<String>,
    /// Those who are opted out, in the same words.
    pub opted_out: Vec<String>,
}

impl FeatureState {
    /// The answer while nothing is set.
    pub fn default_enabled(&self) -> bool {
        self.definition.as_ref().is_some_and(|it| it.default_enabled)
    }

    pub fn state(&self) -> State {
        self.gates.state(self.default_enabled())
    }
}

/// Every flag that is defined or set, by name.
pub async fn list_features(app: &App, environment: Environment) -> Result<Vec<FeatureState>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut flags: Vec<_> = flag_definitions::all(&mut uow)
        .await?
        .into_iter()
        .map(|definition| (definition.name.clone(), Some(definition), Gates::default()))
        .collect();
    for (name, stored) in uow.features().list(environment).await? {
        match flags.binary_search_by(|(it, ..)| it.cmp(&name)) {
            Ok(at) => flags[at].2 = stored.gates,
            Err(at) => flags.insert(at, (name, None, stored.gates)),
        }
    }
    let mut states = Vec::with_capacity(flags.len());
    for (name, definition, gates) in flags {
        states.push(state(&mut uow, environment, name, definition, gates).await?);
    }
    Ok(states)
}

pub async fn get_feature(
    app: &App,
    environment: Environment,
    name: &str,
) -> Result<FeatureState, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let definition = flag_definitions::find(&mut uow, name).await?;
    let gates = uow.features().find(environment, name).await?.gates;
    if definition.is_none() && !gates.is_set() {
        return Err(unknown(&mut uow, name).await?);
    }
    Ok(state(&mut uow, environment, name.to_owned(), definition, gates).await?)
}

async fn state(
    uow: &mut UnitOfWork,
    environment: Environment,
    name: String,
    definition: Option<FlagDefinition>,
    gates: Gates,
) -> Result<FeatureState, StorageError> {
    let actors = names_of(uow, &gates.actors).await?;
    let opted_out = names_of(uow, &gates.opted_out).await?;
    Ok(FeatureState { name, environment, definition, gates, actors, opted_out })
}
