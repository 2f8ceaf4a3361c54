//! What the gates of a flag name, in words for people.

use std::collections::HashMap;

use crate::{
    domain::flags::{FlagActor, GateChange, Gates},
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
    Ok(name.map(|name| in_words(actor, &name)))
}

/// The same; one that is gone keeps its id.
pub(super) async fn names_of(
    uow: &mut UnitOfWork,
    actors: &[FlagActor],
) -> Result<Vec<String>, StorageError> {
    let names = all_names(uow, actors).await?;
    Ok(actors.iter().map(|actor| names.get(actor).cloned().unwrap_or_else(|| actor.key())).collect())
}

/// The names of those who are there. There may be very many: not with a query for each.
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
pub(super) struct Recorded {
    /// In words, with the names of now; no program reads them back.
    pub gates: String,
    /// For programs: whom they name is there by id, which nobody else ever gets.
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
