//! Sets the registry of deployed flow versions of an environment.

use std::{error::Error, fmt};

use crate::{
    domain::{
        access::may_administer, audit::AuditKind, environment::Environment, error_kind::ErrorKind,
        flows::deployed::Deployed, token::Scope,
    },
    storage::{LastChange, Registry, StorageError},
    usecases::{
        App, Caller, Explained, UseCaseError,
        audit_trail::{Happened, record},
    },
};

pub struct SetFlowVersions {
    pub environment: Environment,
    /// The complete list of deployed versions.
    pub deployed: Deployed,
    /// The version of the registry that the caller saw, for optimistic locking.
    pub seen_version: i64,
}

/// Another change of the registry was first; this is its current state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryConflict(pub Box<Registry>);

impl fmt::Display for RegistryConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Registry { changed, version, .. } = &*self.0;
        if let Some(LastChange { at, by_username, by_name }) = changed {
            write!(f, "{by_name} (@{by_username}) changed this registry at {}: ", at.rfc3339())?;
        }
        write!(f, "it is in version {version}. Look at it again, then send that version.")
    }
}

impl Error for RegistryConflict {}

impl Explained for RegistryConflict {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }

    fn field(&self) -> Option<&'static str> {
        Some("version")
    }
}

/// Returns the new registry. Idempotent.
///
/// # Errors
/// Besides errors of access: [`RegistryConflict`] when another change was first.
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
        return Err(RegistryConflict(Box::new(before)).into());
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
            return Err(RegistryConflict(Box::new(current)).into());
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
