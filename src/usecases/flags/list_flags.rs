//! Lists feature flags for administrators: how far each is open in which environment, and which are stale.

use std::collections::{BTreeMap, HashMap};

use super::flag_definitions;
use crate::{
    domain::{
        environment::Environment,
        flags::{FlagDefinition, FlagType, Glance, LONG_DAYS, Stale, State},
        keyed::keyed_enum,
        stored::Stored,
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{App, Caller, FlagReader, UseCaseError},
};

/// Flags per page.
const PAGE: usize = 50;

/// Changes within this many days count as recent.
pub const LATELY_DAYS: i64 = 7;

/// Which flags to list; all by default.
#[derive(Clone, Debug, Default)]
pub struct FlagFilter {
    /// Matches the name or the description.
    pub search: String,
    /// The state in `environment`.
    pub state: Option<State>,
    pub environment: Environment,
    pub flag_type: Option<FlagType>,
    pub age: Option<Age>,
}

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Age {
        /// Changed recently, in any environment.
        Lately = "lately",
        /// Set at some time, and not changed for long.
        Old = "old",
        Stale = "stale",
    }
}

#[derive(Clone, Debug)]
pub struct FlagSummary {
    pub name: String,
    /// `None` when the flag has no definition.
    pub definition: Option<FlagDefinition>,
    /// In roll-out order.
    pub glances: [(Environment, Glance); Environment::ALL.len()],
    /// The last change in any environment; `None` when never changed.
    pub changed_at: Option<Timestamp>,
    pub stale: Option<Stale>,
}

impl FlagSummary {
    /// The state while no gate is set.
    pub fn default_enabled(&self) -> bool {
        self.definition.as_ref().is_some_and(|it| it.default_enabled)
    }

    pub fn glance(&self, environment: Environment) -> Glance {
        let found = self.glances.iter().find(|it| it.0 == environment);
        found.map(|it| it.1).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
pub struct FlagList {
    pub flags: Vec<FlagSummary>,
    /// The number of matches on all pages.
    pub count: usize,
    /// Whether there is another page.
    pub more: bool,
}

/// Matching flags, sorted by name; `page` starts at 1.
pub async fn list_flags(
    app: &App,
    caller: &Caller,
    filter: &FlagFilter,
    page: usize,
) -> Result<FlagList, UseCaseError> {
    FlagReader::administrator(caller)?;
    let mut uow = app.storage.read().await?;
    let mut flags = summaries(&mut uow, None, app.now()).await?;
    let now = app.now();
    flags.retain(|flag| fits(flag, filter, now));
    let count = flags.len();
    let start = page.saturating_sub(1).saturating_mul(PAGE).min(count);
    let flags: Vec<_> = flags.drain(start..count.min(start.saturating_add(PAGE))).collect();
    Ok(FlagList { more: start + flags.len() < count, flags, count })
}

/// All flags with a definition or ever set, or only the given one, sorted by name.
pub(super) async fn summaries(
    uow: &mut UnitOfWork,
    only: Option<&str>,
    now: Timestamp,
) -> Result<Vec<FlagSummary>, StorageError> {
    let known = match only {
        Some(name) => flag_definitions::find(uow, name).await?.into_iter().collect(),
        None => flag_definitions::all(uow).await?,
    };
    let mut definitions: BTreeMap<_, _> = known.into_iter().map(|it| (it.name.clone(), Some(it))).collect();
    let mut glances: HashMap<(String, Environment), Glance> = HashMap::new();
    for (environment, name, glance) in uow.features().glance(only).await? {
        definitions.entry(name.clone()).or_insert(None);
        glances.insert((name, environment), glance);
    }
    let changed = last_changes(uow, only).await?;
    let summary = |(name, definition): (String, Option<FlagDefinition>)| {
        let changed_in = |environment| changed.get(&(name.clone(), environment)).copied();
        let glances =
            Environment::ALL.map(|it| (it, glances.get(&(name.clone(), it)).copied().unwrap_or_default()));
        let changed_at = Environment::ALL.into_iter().filter_map(changed_in).max();
        let production = glances.iter().find(|it| it.0 == Environment::Production).map(|it| it.1);
        let fully_on = production
            .is_some_and(|it| it.boolean.is_some() && !it.opts_somebody_out && it.state(false) == State::On);
        let on_since = if fully_on { changed_in(Environment::Production) } else { None };
        let stale = Stale::of(definition.as_ref(), on_since, now);
        FlagSummary { name, definition, glances, changed_at, stale }
    };
    Ok(definitions.into_iter().map(summary).collect())
}

/// When each flag, or only the given one, was last changed in each environment.
async fn last_changes(
    uow: &mut UnitOfWork,
    only: Option<&str>,
) -> Result<HashMap<(String, Environment), Timestamp>, StorageError> {
    let last = uow.audit_log().last_changes_of_flags(only).await?;
    let known = |(flag, environment, at): (_, Stored<_>, _)| Some(((flag, environment.known()?), at));
    Ok(last.into_iter().filter_map(known).collect())
}

fn fits(flag: &FlagSummary, filter: &FlagFilter, now: Timestamp) -> bool {
    let words = filter.search.trim().to_lowercase();
    let description = flag.definition.as_ref().map_or("", |it| it.description.as_str());
    let ago = |days: i64| now.plus_days(-days);
    (words.is_empty()
        || flag.name.to_lowercase().contains(&words)
        || description.to_lowercase().contains(&words))
        && filter
            .state
            .is_none_or(|state| flag.glance(filter.environment).openness(flag.default_enabled()) == state)
        && filter.flag_type.is_none_or(|kind| flag.definition.as_ref().is_some_and(|it| it.flag_type == kind))
        && match filter.age {
            None => true,
            Some(Age::Lately) => flag.changed_at.is_some_and(|at| at > ago(LATELY_DAYS)),
            Some(Age::Old) => flag.changed_at.is_some_and(|at| at <= ago(LONG_DAYS)),
            Some(Age::Stale) => flag.stale.is_some(),
        }
}
