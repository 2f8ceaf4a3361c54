//! Says which flow versions are deployed in an environment.

use super::{
    App, Caller, UseCaseError,
    audit_trail::{Happened, record},
};
use crate::{
    domain::{
        access::may_administer, audit::AuditKind, deployed::Deployed, environment::Environment, token::Scope,
    },
    storage::{LastChange, Registry, StorageError},
};

pub struct SetFlowVersions {
    pub environment: Environment,
    /// All that is deployed there; what it does not list is not.
    pub deployed: Deployed,
    /// The version of the registry that the caller saw.
    pub seen_version: i64,
}

/// The registry as it is then. Asking for what is so already changes nothing.
///
/// # Errors
/// Besides access: [`UseCaseError::RegistryConflict`] when somebody else was first.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_flow_versions(
    app: &App,
    caller: &Caller,
    command: SetFlowVersions,
) -> Result<Registry, UseCaseError> {
    may_administer(&caller.actor, Scope::ManageFlowVersions)?;
    let SetFlowVersions { environment, deployed, seen_version } = command;
    let mut uow = app.storage.begin().await?;
    let before = uow.deployed_versions().find(environment).await?;
    if before.known() == Some(&deployed) {
        return Ok(before);
    }
    if seen_version != before.version {
        return Err(UseCaseError::RegistryConflict(Box::new(before)));
    }
    let change = LastChange {
        at: app.now(),
        by_username: caller.actor.username.clone(),
        by_name: caller.actor.name.clone(),
    };
    match uow.deployed_versions().save(environment, &deployed, &change, before.version).await {
        Err(StorageError::Stale) => {
            drop(uow);
            let current = app.storage.read().await?.deployed_versions().find(environment).await?;
            return Err(UseCaseError::RegistryConflict(Box::new(current)));
        }
        other => other?,
    };
    let (from, to) = before.deployed.difference(&deployed);
    let happened = Happened { from, to, ..Happened::to(AuditKind::FlowVersionsUpdated, environment.key()) };
    record(app, &mut uow, caller, happened);
    let registry = uow.deployed_versions().find(environment).await?;
    uow.commit().await?;
    Ok(registry)
}
