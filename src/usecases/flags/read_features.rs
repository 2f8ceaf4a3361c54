//! Reads feature flags: definitions and gates.

use std::sync::Arc;

use super::{
    flag_definitions::{self, unknown},
    flag_names::names_of,
};
use crate::{
    domain::{
        environment::Environment,
        flags::{FlagDefinition, Gates},
    },
    storage::{StorageError, UnitOfWork},
    usecases::{App, FlagReader, FlagSet, UseCaseError, facts::Facts},
};

#[derive(Clone, Debug)]
pub struct FlagState {
    pub name: String,
    pub environment: Environment,
    /// `None` when the flag has no definition.
    pub definition: Option<FlagDefinition>,
    pub gates: Gates,
}

/// A flag with the names of its actors.
#[derive(Clone, Debug)]
pub struct FlagInWords {
    pub feature: FlagState,
    /// The actors of the gates by name: `user ann`, `group acme`; deleted ones by id.
    pub actors: Vec<String>,
    /// Opted-out actors, named in the same way.
    pub opted_out: Vec<String>,
}

impl FlagInWords {
    /// `on`, `off (default)`, `on for user ann, 25 % of actors, but not for user bob`.
    pub fn in_words(&self) -> String {
        self.feature.gates.in_words(self.feature.default_enabled(), &self.actors, &self.opted_out)
    }

    /// The same as a sentence. With `alone`, production is not mentioned.
    pub fn sentence(&self, alone: bool) -> String {
        let place = match self.feature.environment {
            Environment::Production if alone => String::new(),
            other => format!(" in {other}"),
        };
        format!("{} is {}{place}.", self.feature.name, self.in_words())
    }
}

impl FlagState {
    /// The state while no gate is set.
    pub fn default_enabled(&self) -> bool {
        self.definition.as_ref().is_some_and(|it| it.default_enabled)
    }
}

/// All flags with a definition or gates, sorted by name.
pub async fn list_features(
    app: &App,
    _reader: &FlagReader,
    environment: Environment,
) -> Result<Vec<FlagInWords>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut states = Vec::new();
    for feature in all(&mut uow, environment).await? {
        states.push(named(&mut uow, feature).await?);
    }
    Ok(states)
}

/// All flags, of which [`FlagSet::written`] has those with gates, sorted by name; from the cache while nothing
/// changed, as programs ask all the time.
pub async fn list_set_features(
    app: &App,
    _reader: &FlagReader,
    environment: Environment,
) -> Result<Arc<FlagSet>, UseCaseError> {
    Ok(Facts::current(app).flags_in(environment).await?)
}

/// A single flag.
///
/// # Errors
/// It has neither a definition nor gates.
pub async fn get_feature(
    app: &App,
    _reader: &FlagReader,
    environment: Environment,
    name: &str,
) -> Result<FlagInWords, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let definition = flag_definitions::find(&mut uow, name).await?;
    let gates = uow.features().find(environment, name).await?.gates;
    if definition.is_none() && !gates.is_set() {
        return Err(unknown(&mut uow, name).await?);
    }
    Ok(named(&mut uow, FlagState { name: name.to_owned(), environment, definition, gates }).await?)
}

async fn all(uow: &mut UnitOfWork, environment: Environment) -> Result<Vec<FlagState>, StorageError> {
    let defined = flag_definitions::all(uow).await?.into_iter().map(|definition| FlagState {
        name: definition.name.clone(),
        environment,
        definition: Some(definition),
        gates: Gates::default(),
    });
    let mut features: Vec<_> = defined.collect();
    for (name, stored) in uow.features().list(environment).await? {
        match features.binary_search_by(|it| it.name.cmp(&name)) {
            Ok(at) => features[at].gates = stored.gates,
            Err(at) => {
                features.insert(at, FlagState { name, environment, definition: None, gates: stored.gates });
            }
        }
    }
    Ok(features)
}

/// Looks up the names of the actors.
pub(in crate::usecases) async fn named(
    uow: &mut UnitOfWork,
    feature: FlagState,
) -> Result<FlagInWords, StorageError> {
    let actors = names_of(uow, &feature.gates.actors).await?;
    let opted_out = names_of(uow, &feature.gates.opted_out).await?;
    Ok(FlagInWords { feature, actors, opted_out })
}
