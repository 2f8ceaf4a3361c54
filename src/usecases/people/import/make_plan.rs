//! Makes the plan of a file: reads the present state of what it names, in sets, and compares.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::GroupPath,
        people::{
            import::{
                directory::{Directory, Person, UserKey},
                format::{ImportKind, Line, Refused},
                groups::{self, GroupLine, GroupOperation, Places},
                members::{self, MemberOperation},
                plan::{Counts, Planned, PlannedLine},
                seats::{self, PresentSeats, SeatOperation},
                users::{self, Account, PresentUsers, UserOperation},
            },
            seats::SeatState,
        },
        time::Timestamp,
        user::UserState,
    },
    storage::{FoundPlace, StorageError, UnitOfWork},
};

/// What applying a plan writes.
pub(super) enum Operations {
    Users(Vec<UserOperation>),
    /// With the top-level groups whose trees they change, sorted, and the versions that were read: to be claimed.
    Groups(Vec<GroupOperation>, Vec<(NamespaceId, i64)>),
    Members(Vec<MemberOperation>),
    Seats(Vec<SeatOperation>, PresentSeats),
}

pub(super) struct Plan {
    pub lines: Vec<PlannedLine>,
    pub counts: Counts,
    /// Sorted by line.
    pub refused: Vec<Refused>,
    pub operations: Operations,
}

impl Plan {
    fn of<T>(planned: Planned<T>, operations: impl FnOnce(Vec<T>) -> Operations) -> Self {
        let Planned { lines, counts, mut refused, operations: all } = planned;
        refused.sort_by_key(|it| it.line);
        Self { lines, counts, refused, operations: operations(all) }
    }
}

/// The plan of these lines against what the unit of work sees. `refused` is what is wrong with their form, and
/// `acting` whose file it is.
pub(super) async fn make_plan(
    uow: &mut UnitOfWork,
    kind: ImportKind,
    lines: &[Line],
    mut refused: Vec<Refused>,
    acting: Option<UserId>,
    now: Timestamp,
) -> Result<Plan, StorageError> {
    match kind {
        ImportKind::Users => {
            let lines = users::read(lines, &mut refused);
            let keys = keys(lines.iter().map(|it| it.username.to_ascii_lowercase()));
            let emails = self::keys(lines.iter().filter_map(|it| Some(it.email.as_ref()?.as_ref()?.key())));
            let mut present = PresentUsers {
                administrators: uow.bulk().count_people_who_administer().await?,
                acting,
                ..PresentUsers::default()
            };
            for account in uow.bulk().accounts(&keys).await? {
                present.accounts.insert(account.username.to_ascii_lowercase(), account);
            }
            for Account { id, email, .. } in uow.bulk().accounts_by_email(&emails).await? {
                present.holders.insert(email.unwrap_or_default().to_ascii_lowercase(), id);
            }
            Ok(Plan::of(users::plan(&lines, &present, refused), Operations::Users))
        }
        ImportKind::Groups => {
            let lines = groups::read(lines, &mut refused);
            let (places, roots) = places(uow, &lines).await?;
            let planned = groups::plan(&lines, &places, refused);
            let changed = planned.operations.iter().filter_map(|it| roots.get(&root_key(&it.after.path)));
            let mut claims: Vec<_> = changed.copied().collect();
            claims.sort_unstable();
            claims.dedup();
            Ok(Plan::of(planned, |operations| Operations::Groups(operations, claims)))
        }
        ImportKind::Members => {
            let lines = members::read(lines, &mut refused);
            let named = lines.iter().map(|it| (Some(&it.path), &it.user));
            let (directory, _) = directory(uow, named.clone()).await?;
            let pairs = pairs(&directory, named).into_iter();
            let pairs: Vec<_> = pairs.filter_map(|(place, user)| Some((place?, user))).collect();
            let held = uow.bulk().held(&pairs).await?;
            Ok(Plan::of(members::plan(&lines, &directory, &held, now, refused), Operations::Members))
        }
        ImportKind::Seats => {
            let lines = seats::read(lines, &mut refused);
            let named = lines.iter().map(|it| (it.path.as_ref(), &it.user));
            let (directory, places) = directory(uow, named.clone()).await?;
            let mut present = PresentSeats::default();
            present.pools.insert(None, uow.bulk().instance_pool().await?);
            for FoundPlace { namespace, pool, .. } in places {
                present.pools.insert(Some(namespace.id), pool);
            }
            let pairs = pairs(&directory, named);
            let pool_of = |(place, user): &(_, _)| Some((present.pools.get(place)?.id?, *user));
            let in_pools: Vec<_> = pairs.iter().filter_map(pool_of).collect();
            uow.bulk().held_seats(&mut present, &in_pools).await?;
            let has_seat = |pair| present.seats.get(&pair).is_some_and(|seat| seat.state == SeatState::Used);
            let without = pairs.into_iter().filter(|pair| !has_seat(*pair));
            let without: Vec<_> = without.filter_map(|(group, user)| Some((group?, user))).collect();
            present.with_role = uow.bulk().with_role(&without, now).await?;
            let planned = seats::plan(&lines, &directory, &present, refused);
            Ok(Plan::of(planned, |operations| Operations::Seats(operations, present)))
        }
    }
}

/// The groups and projects that lines name, and their parents; and the top-level groups of all, by the keys of
/// their paths, with their versions.
async fn places(
    uow: &mut UnitOfWork,
    lines: &[GroupLine],
) -> Result<(Places, HashMap<String, (NamespaceId, i64)>), StorageError> {
    // First: while a top-level group has the version that was read, all that is read after it still holds.
    let top_level = keys(lines.iter().map(|it| root_key(&it.path)));
    let top_level = uow.bulk().places(&top_level).await?;
    let roots: HashMap<_, _> =
        top_level.iter().map(|it| (it.place.path.key(), (it.place.id, it.place.version))).collect();
    let with_parents = lines.iter().flat_map(|it| [Some(it.path.key()), it.path.parent().map(|it| it.key())]);
    let found = uow.bulk().places(&keys(with_parents.flatten())).await?;
    let is_rooted = |it: &FoundPlace| {
        roots.get(&root_key(&it.place.path)).is_some_and(|(root, _)| *root == it.namespace.root)
    };
    if !found.iter().all(is_rooted) {
        // It came there in between.
        return Err(StorageError::Stale);
    }
    let ids: Vec<_> = found.iter().map(|it| it.place.id).collect();
    let mut archived = uow.bulk().archived(&ids).await?;
    let with_key = |FoundPlace { mut place, .. }: FoundPlace| {
        place.archived = archived.remove(&place.id);
        (place.path.key(), place)
    };
    Ok((found.into_iter().map(with_key).collect(), roots))
}

/// The key of the path's first name.
fn root_key(path: &GroupPath) -> String {
    let key = path.key();
    key.split('+').next().map(str::to_owned).unwrap_or(key)
}

/// The users and places that lines name.
async fn directory<'a>(
    uow: &mut UnitOfWork,
    named: impl Iterator<Item = (Option<&'a GroupPath>, &'a UserKey)> + Clone,
) -> Result<(Directory, Vec<FoundPlace>), StorageError> {
    let paths = keys(named.clone().filter_map(|(path, _)| path.map(GroupPath::key)));
    let usernames = keys(named.clone().filter_map(|(_, user)| match user {
        UserKey::Username(key) => Some(key.clone()),
        UserKey::Email(_) => None,
    }));
    let emails = keys(named.filter_map(|(_, user)| match user {
        UserKey::Email(key) => Some(key.clone()),
        UserKey::Username(_) => None,
    }));
    let mut directory = Directory::default();
    let mut accounts = uow.bulk().accounts(&usernames).await?;
    accounts.extend(uow.bulk().accounts_by_email(&emails).await?);
    for Account { id, username, email, kind, state, .. } in accounts {
        let is_blocked = state == UserState::Blocked;
        directory.add_person(Person { id, username, email, kind, is_blocked });
    }
    let places = uow.bulk().places(&paths).await?;
    for place in &places {
        directory.add_namespace(place.namespace.clone());
    }
    Ok((directory, places))
}

/// The pairs of place and user that are there, each once; `None` is the instance.
fn pairs<'a>(
    directory: &Directory,
    named: impl Iterator<Item = (Option<&'a GroupPath>, &'a UserKey)>,
) -> HashSet<(Option<NamespaceId>, UserId)> {
    named
        .filter_map(|(path, user)| {
            let place = match path {
                Some(path) => Some(directory.namespace(path)?.id),
                None => None,
            };
            Some((place, directory.person(user)?.id))
        })
        .collect()
}

/// Each key once.
fn keys(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
