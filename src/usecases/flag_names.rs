//! What the gates of a flag name, in words for people.

use std::collections::HashMap;

use crate::{
    domain::feature::{FlagActor, GateChange, Gates, Recorded},
    storage::{StorageError, UnitOfWork},
};

/// `user ann`, `group acme`, `project acme/website`; `None` when the actor is gone.
pub(super) async fn name_of(uow: &mut UnitOfWork, actor: FlagActor) -> Result<Option<String>, StorageError> {
    let name = match actor {
        FlagActor::User(id) => uow.users().lookup(id).await?.map(|user| user.username),
        FlagActor::Group(id) | FlagActor::Project(id) => {
            uow.namespaces().lookup(id).await?.map(|namespace| namespace.path.to_string())
        }
    };
    Ok(name.map(|name| format!("{} {name}", actor.kind().to_lowercase())))
}

/// The same; one that is gone keeps its id.
pub(super) async fn names_of(
    uow: &mut UnitOfWork,
    actors: &[FlagActor],
) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::with_capacity(actors.len());
    for actor in actors {
        names.push(named(uow, *actor).await?);
    }
    Ok(names)
}

/// As GitLab refers to somebody: `@ann`, `@acme`, `acme/website`; the id of one that is gone.
pub(super) async fn reference_of(uow: &mut UnitOfWork, actor: FlagActor) -> Result<String, StorageError> {
    let Some(name) = name_of(uow, actor).await? else { return Ok(actor.key()) };
    let name = name.split_once(' ').map_or(name.as_str(), |(_, name)| name);
    Ok(match actor {
        FlagActor::User(_) | FlagActor::Group(_) => format!("@{name}"),
        FlagActor::Project(_) => name.to_owned(),
    })
}

/// The gates as the audit log keeps them.
pub(super) async fn record_of(uow: &mut UnitOfWork, gates: &Gates) -> Result<Recorded, StorageError> {
    let mut names = HashMap::new();
    for actor in gates.actors.iter().chain(&gates.opted_out) {
        names.insert(*actor, name_of(uow, *actor).await?);
    }
    Ok(Recorded::new(gates, |actor| names.get(&actor).cloned().flatten()))
}

/// Changes in words: `on for user ann, 25 % of actors`.
pub(super) async fn describe_changes(
    uow: &mut UnitOfWork,
    changes: &[GateChange],
) -> Result<String, StorageError> {
    let mut parts = Vec::with_capacity(changes.len());
    for change in changes {
        let no_longer = |so: bool| if so { "" } else { "no longer " };
        parts.push(match change {
            GateChange::Boolean(on) => format!("{} for everyone", if *on { "on" } else { "off" }),
            GateChange::Actor(actor, on) => {
                format!("{}on for {}", no_longer(*on), named(uow, *actor).await?)
            }
            GateChange::FeatureGroup(group, on) => format!("{}on for feature group {group}", no_longer(*on)),
            GateChange::OptOut(actor, out) => {
                format!("{}opted out: {}", no_longer(*out), named(uow, *actor).await?)
            }
            GateChange::PercentageOfActors(percentage) => format!("{percentage} % of actors"),
            GateChange::PercentageOfTime(percentage) => format!("{percentage} % of time"),
        });
    }
    Ok(parts.join(", "))
}

async fn named(uow: &mut UnitOfWork, actor: FlagActor) -> Result<String, StorageError> {
    Ok(name_of(uow, actor).await?.unwrap_or_else(|| actor.key()))
}
