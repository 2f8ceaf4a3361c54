//! Opens and closes the gates of a feature flag. For operators at the command line.

use super::{
    App, Origin, UseCaseError,
    audit_trail::{Happened, record_as},
    read_features::{find, name_of},
};
use crate::{
    domain::{
        audit::AuditKind,
        feature::{FlagActor, GateChange, Gates},
        namespace::{GroupPath, NamespaceKind},
    },
    storage::{StorageError, UnitOfWork},
};

/// For whom a flag is set: for everyone when nobody is named.
#[derive(Clone, Debug, Default)]
pub struct SetFeature {
    pub name: String,
    pub on: bool,
    pub users: Vec<String>,
    pub groups: Vec<String>,
}

pub async fn set_feature(app: &App, origin: &Origin, command: &SetFeature) -> Result<(), UseCaseError> {
    let definition = find(&command.name)?;
    let mut uow = app.storage.begin().await?;
    let changes = changes(&mut uow, command).await?;
    let stored = uow.features().find(definition.name).await?;
    let gates = changes.into_iter().fold(stored.gates.clone(), Gates::apply);
    if gates == stored.gates {
        return Ok(());
    }
    uow.features().save(definition.name, &gates, stored.version).await.map_err(not_first)?;
    let happened = Happened {
        from: describe(&mut uow, &stored.gates).await?,
        to: describe(&mut uow, &gates).await?,
        ..Happened::to(AuditKind::FeatureFlagUpdated, definition.name)
    };
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    Ok(uow.commit().await?)
}

/// Forgets all gates: the flag is what its default says. Whether anything was set.
pub async fn delete_feature(app: &App, origin: &Origin, name: &str) -> Result<bool, UseCaseError> {
    let definition = find(name)?;
    let mut uow = app.storage.begin().await?;
    let stored = uow.features().find(definition.name).await?;
    if stored.gates == Gates::default() {
        return Ok(false);
    }
    uow.features().delete(definition.name, stored.version).await.map_err(not_first)?;
    let happened = Happened {
        from: describe(&mut uow, &stored.gates).await?,
        ..Happened::to(AuditKind::FeatureFlagDeleted, definition.name)
    };
    record_as(app.now(), &mut uow, origin.operator(), origin, happened);
    uow.commit().await?;
    Ok(true)
}

/// Says in words that another operator set the flag in between.
fn not_first(error: StorageError) -> UseCaseError {
    match error {
        StorageError::Stale => {
            let message = "Somebody else set this flag at the same moment. Look at it, then set it again.";
            UseCaseError::invalid("name", message)
        }
        other => other.into(),
    }
}

async fn changes(uow: &mut UnitOfWork, command: &SetFeature) -> Result<Vec<GateChange>, UseCaseError> {
    if command.users.is_empty() && command.groups.is_empty() {
        return Ok(vec![GateChange::Boolean(command.on)]);
    }
    let mut changes = Vec::new();
    for name in &command.users {
        let user = uow.users().find_by_username(name).await?;
        let user = user.ok_or_else(|| UseCaseError::invalid("user", format!("There is no user {name}.")))?;
        changes.push(GateChange::Actor(FlagActor::User(user.id), command.on));
    }
    for path in &command.groups {
        let unknown = || UseCaseError::invalid("group", format!("There is no group {path}."));
        let parsed = GroupPath::parse(path).map_err(|_| unknown())?;
        let group = uow.namespaces().find_by_path(&parsed).await?;
        let group = group.filter(|it| it.kind == NamespaceKind::Group).ok_or_else(unknown)?;
        changes.push(GateChange::Actor(FlagActor::Group(group.id), command.on));
    }
    Ok(changes)
}

/// The gates in a line of the audit log: an actor's name for people, and the id, which no other ever
/// gets.
async fn describe(uow: &mut UnitOfWork, gates: &Gates) -> Result<String, StorageError> {
    let mut parts: Vec<String> = Vec::new();
    if let Some(on) = gates.boolean {
        parts.push(if on { "on" } else { "off" }.to_owned());
    }
    for actor in &gates.actors {
        let key = actor.key();
        parts.push(name_of(uow, *actor).await?.map_or(key.clone(), |name| format!("{name} ({key})")));
    }
    Ok(if parts.is_empty() { String::from("default") } else { parts.join(", ") })
}
