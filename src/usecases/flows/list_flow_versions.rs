//! Lists the registries of deployed flow versions of all environments.

use crate::{
    domain::{access::may_administer, environment::Environment, token::Scope},
    storage::Registry,
    usecases::{App, Caller, UseCaseError},
};

pub async fn list_flow_versions(
    app: &App,
    caller: &Caller,
) -> Result<Vec<(Environment, Registry)>, UseCaseError> {
    may_administer(&caller.actor, Scope::ManageFlowVersions)?;
    let mut uow = app.storage.read().await?;
    let mut registries = Vec::with_capacity(Environment::ALL.len());
    for environment in Environment::ALL {
        registries.push((environment, uow.deployed_versions().find(environment).await?));
    }
    Ok(registries)
}
