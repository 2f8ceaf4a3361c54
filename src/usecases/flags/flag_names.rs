//! Names for the actors in gates.

use std::collections::HashMap;

use crate::{
    domain::flags::{FlagActor, GateChange, Gates},
    storage::{StorageError, UnitOfWork},
};

/// `user ann`, `group acme`, `project acme/website`; `None` when the actor was deleted.
pub(super) async fn name_of(uow: &mut UnitOfWork, actor: FlagActor) -> Result<Option<String>, StorageError> {
    let name = match actor {
        FlagActor::User(id) => uow.users().lookup(id).await?.map(|user| user.username),
        FlagActor::Group(id) | FlagActor::Project(id) => {
            uow.namespaces().lookup(id).await?.map(|namespace| namespace.path.to_string())
        }
    };
    Ok(name.map(|name| in_words(actor, &name)))
}

/// [`name_of`] for several actors; deleted ones are named by their id.
pub(in crate::usecases) async fn names_of(
    uow: &mut UnitOfWork,
    actors: &[FlagActor],
) -> Result<Vec<String>, StorageError> {
    let names = all_names(uow, actors).await?;
    Ok(actors.iter().map(|actor| names.get(actor).cloned().unwrap_or_else(|| actor.key())).collect())
}

/// The names of existing actors, read in batches, as there may be thousands.
pub(super) async fn all_names(
    uow: &mut UnitOfWork,
    actors: impl IntoIterator<Item = &FlagActor> + Clone,
) -> Result<HashMap<FlagActor, String>, StorageError> {
    let (mut users, mut namespaces) = (Vec::new(), Vec::new());
    for actor in actors.clone() {
        match *actor {
            FlagActor::User(id) => users.push(id),
            FlagActor::Group(id) | FlagActor::Project(id) => namespaces.push(id),
        }
    }
    let users: HashMap<_, _> = uow.users().names(&users).await?.into_iter().collect();
    let paths: HashMap<_, _> = uow.namespaces().paths(&namespaces).await?.into_iter().collect();
    let name = |actor: FlagActor| match actor {
        FlagActor::User(id) => users.get(&id),
        FlagActor::Group(id) | FlagActor::Project(id) => paths.get(&id),
    };
    let named = |actor: &FlagActor| name(*actor).map(|it| (*actor, in_words(*actor, it)));
    Ok(actors.into_iter().filter_map(named).collect())
}

fn in_words(actor: FlagActor, name: &str) -> String {
    format!("{} {name}", actor.kind().to_lowercase())
}

/// In GitLab's notation: `@ann`, `@acme`, `acme/website`; the id of a deleted actor.
pub(super) async fn reference_of(uow: &mut UnitOfWork, actor: FlagActor) -> Result<String, StorageError> {
    let Some(name) = name_of(uow, actor).await? else { return Ok(actor.key()) };
    let name = name.split_once(' ').map_or(name.as_str(), |(_, name)| name);
    Ok(match actor {
        FlagActor::User(_) | FlagActor::Group(_) => format!("@{name}"),
        FlagActor::Project(_) => name.to_owned(),
    })
}

/// Gates as recorded in the audit log.
pub(super) struct Recorded {
    /// In words, with current names; never parsed.
    pub gates: String,
    /// Machine-readable, with actors by id, as ids are never reused.
    pub json: String,
}

pub(super) async fn record_of(uow: &mut UnitOfWork, gates: &Gates) -> Result<Recorded, StorageError> {
    let names = all_names(uow, gates.actors.iter().chain(&gates.opted_out)).await?;
    Ok(Recorded {
        gates: gates.recorded_words(|actor| names.get(&actor).cloned()),
        json: serde_json::to_string(gates).expect("writing to memory cannot fail, and no key is a number"),
    })
}

/// Changes in words: `on for user ann, 25 % of actors`.
pub(super) async fn describe_changes(
    uow: &mut UnitOfWork,
    changes: &[GateChange],
) -> Result<String, StorageError> {
    let actors = changes.iter().filter_map(|change| match change {
        GateChange::Actor(actor, _) | GateChange::OptOut(actor, _) => Some(actor),
        _ => None,
    });
    let names = all_names(uow, actors).await?;
    let named = |actor: FlagActor| names.get(&actor).cloned().unwrap_or_else(|| actor.key());
    Ok(changes.iter().map(|change| change.in_words(named)).collect::<Vec<_>>().join(", "))
}
