//! Shows a feature flag to administrators: its definition, and its gates in an environment.

use super::{
    flag_names::all_names,
    list_flags::{FlagSummary, summaries},
};
use crate::{
    domain::{
        environment::Environment,
        flags::{ADMINISTRATORS, FlagActor, Gates, Target, TargetKind, check_flag_name},
        namespace::NamespaceKind,
        time::Timestamp,
    },
    storage::{ChangeFreeze, StorageError, UnitOfWork},
    usecases::{App, Caller, FlagReader, UseCaseError, What},
};

/// How many actors of a gate are listed.
pub(super) const NAMED: usize = 100;

/// How many users, and how many namespaces, are suggested.
const SUGGESTED: i64 = 50;

/// How many actors of a kind a search returns.
const FOUND: i64 = 5;

#[derive(Clone, Debug)]
pub struct FlagDetails {
    pub summary: FlagSummary,
    pub environment: Environment,
    pub gates: Gates,
    pub actors: NamedActors,
    pub opted_out: NamedActors,
    /// The change freeze, if any, which changes need a reason to override.
    pub freeze: Option<ChangeFreeze>,
    /// All feature groups, including those the flag is open for.
    pub feature_groups: Vec<String>,
    /// Actors to suggest in the form.
    pub suggestions: Vec<Target>,
}

/// The listed actors of a gate.
#[derive(Clone, Debug, Default)]
pub struct NamedActors {
    pub named: Vec<Target>,
    /// Deleted actors, named by their id.
    pub gone: Vec<Target>,
    /// How many are not listed.
    pub more: usize,
}

/// # Errors
/// [`UseCaseError::NeedsAdministrator`], or [`UseCaseError::NotFound`] when there is no such flag.
pub async fn show_flag(
    app: &App,
    caller: &Caller,
    name: &str,
    environment: Environment,
) -> Result<FlagDetails, UseCaseError> {
    const PAGE: UseCaseError = UseCaseError::NotFound(What::Page);

    FlagReader::administrator(caller)?;
    check_flag_name(name).map_err(|_| PAGE)?;
    let mut uow = app.storage.read().await?;
    let summary = summaries(&mut uow, Some(name), app.now()).await?.pop().ok_or(PAGE)?;
    let gates = uow.features().find(environment, name).await?.gates;
    let mut feature_groups = uow.feature_groups().list().await?;
    feature_groups.insert(0, ADMINISTRATORS.to_owned());
    Ok(FlagDetails {
        actors: named(&mut uow, &gates.actors).await?,
        opted_out: named(&mut uow, &gates.opted_out).await?,
        freeze: uow.change_freezes().find(environment).await?,
        suggestions: suggestions(&mut uow, app.now()).await?,
        feature_groups,
        gates,
        environment,
        summary,
    })
}

pub(in crate::usecases) async fn named(
    uow: &mut UnitOfWork,
    actors: &[FlagActor],
) -> Result<NamedActors, StorageError> {
    let (shown, more) = actors.split_at(actors.len().min(NAMED));
    let names = all_names(uow, shown).await?;
    let mut named = NamedActors { more: more.len(), ..NamedActors::default() };
    for actor in shown {
        let kind = TargetKind::of(*actor);
        match names.get(actor) {
            Some(words) => {
                let name = words.split_once(' ').map_or(words.as_str(), |(_, name)| name).to_owned();
                named.named.push(Target { kind, name });
            }
            None => named.gone.push(Target { kind, name: actor.key() }),
        }
    }
    Ok(named)
}

/// Users, groups and projects with `text` in their name; a leading `@` is ignored.
pub async fn find_actors(app: &App, caller: &Caller, text: &str) -> Result<Vec<Target>, UseCaseError> {
    FlagReader::administrator(caller)?;
    let text = text.trim().trim_start_matches('@');
    Ok(actors_like(&mut app.storage.read().await?, text, app.now(), FOUND).await?)
}

/// Actors to suggest in a form.
pub(super) async fn suggestions(uow: &mut UnitOfWork, now: Timestamp) -> Result<Vec<Target>, StorageError> {
    actors_like(uow, "", now, SUGGESTED).await
}

async fn actors_like(
    uow: &mut UnitOfWork,
    text: &str,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Target>, StorageError> {
    let users = uow.users().search(text, most, 0).await?.into_iter();
    let mut all: Vec<_> = users.map(|user| Target { kind: TargetKind::User, name: user.username }).collect();
    for found in uow.namespaces().list_visible(None, text, now, most, 0).await? {
        let kind = match found.namespace.kind {
            NamespaceKind::Group => TargetKind::Group,
            NamespaceKind::Project => TargetKind::Project,
        };
        all.push(Target { kind, name: found.namespace.path.to_string() });
    }
    Ok(all)
}
