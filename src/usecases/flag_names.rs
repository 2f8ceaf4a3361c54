//! What the gates of a flag name, in words for people.

use crate::{
    domain::feature::{FlagActor, Gates},
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
        names.push(name_of(uow, *actor).await?.unwrap_or_else(|| actor.key()));
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

/// The gates in a line of the audit log: an actor's name for people, and the id, which no other ever
/// gets. `default` when nothing is set.
pub(super) async fn describe(uow: &mut UnitOfWork, gates: &Gates) -> Result<String, StorageError> {
    let mut parts: Vec<String> = Vec::new();
    match gates.boolean {
        None => return Ok(String::from("default")),
        Some(true) => parts.push(String::from("on")),
        Some(false) if !gates.is_conditional() => parts.push(String::from("off")),
        Some(false) => {}
    }
    for (word, actors) in [("", &gates.actors), ("opted out: ", &gates.opted_out)] {
        for actor in actors {
            let key = actor.key();
            let name = name_of(uow, *actor).await?;
            let name = name.map_or(key.clone(), |name| format!("{name} ({key})"));
            parts.push(format!("{word}{name}"));
        }
    }
    parts.extend(gates.groups.iter().map(|group| format!("feature group {group}")));
    for (percentage, of) in [(gates.percentage_of_actors, "actors"), (gates.percentage_of_time, "time")] {
        if !percentage.is_zero() {
            parts.push(format!("{percentage} % of {of}"));
        }
    }
    Ok(parts.join(", "))
}
