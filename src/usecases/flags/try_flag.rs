//! *Evaluate for…*: evaluates a flag for actors in an environment, and shows the gate that decided.

use super::{evaluate_flag::evaluate_in, flag_definitions, set_feature::actors};
use crate::{
    domain::{
        environment::Environment,
        flags::{Bucket, Evaluation, FlagActor, FlagDefinition, Gates, Targets, check_flag_name},
    },
    usecases::{App, Caller, FlagError, FlagReader, UseCaseError},
};

#[derive(Clone, Debug)]
pub struct Tried {
    pub evaluation: Evaluation,
    /// The actors, with their buckets for the percentage of actors.
    pub actors: Vec<(FlagActor, Bucket)>,
    pub gates: Gates,
}

/// Targets may be empty, which evaluates the flag for nobody in particular.
pub async fn try_flag(
    app: &App,
    caller: &Caller,
    flag: &str,
    environment: Environment,
    targets: &Targets,
) -> Result<Tried, UseCaseError> {
    FlagReader::administrator(caller)?;
    check_flag_name(flag).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.read().await?;
    let definition = flag_definitions::find(&mut uow, flag).await?;
    let definition = definition.unwrap_or_else(|| FlagDefinition::undefined(flag));
    let gates = uow.features().find(environment, flag).await?.gates;
    let actors = actors(&mut uow, targets).await?;
    let evaluation = evaluate_in(app, &mut uow, &definition, &gates, &actors).await?;
    let actors = actors.into_iter().map(|actor| (actor, Bucket::of(flag, actor))).collect();
    Ok(Tried { evaluation, actors, gates })
}
