//! Lists change freezes, for administrators.

use crate::{
    domain::environment::Environment,
    usecases::{App, Caller, ChangeFreeze, FlagReader, UseCaseError},
};

/// In roll-out order.
pub async fn list_freezes(
    app: &App,
    caller: &Caller,
) -> Result<Vec<(Environment, ChangeFreeze)>, UseCaseError> {
    FlagReader::administrator(caller)?;
    let mut uow = app.storage.read().await?;
    let mut frozen = Vec::new();
    for environment in Environment::ALL {
        if let Some(freeze) = uow.change_freezes().find(environment).await? {
            frozen.push((environment, freeze));
        }
    }
    Ok(frozen)
}
