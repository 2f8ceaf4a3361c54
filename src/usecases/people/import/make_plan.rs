//! Makes the plan of a file: reads the present state of what it names, in sets, and compares.

use std::collections::HashSet;

use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::GroupPath,
        people::import::{
            directory::{Directory, Person, UserKey},
            format::{ImportKind, Line, Refused},
            groups::{self, GroupOperation, Places},
            members::{self, MemberOperation},
            plan::{Counts, Planned, PlannedLine},
            seats::{self, PresentSeats, SeatOperation},
            users::{self, Account, PresentUsers, UserOperation},
        },
        time::Timestamp,
    },
    storage::{FoundPlace, StorageError, UnitOfWork},
};

/// What applying a plan writes.
pub(super) enum Operations {
    Users(Vec<UserOperation>),
    Groups(Vec<GroupOperation>),
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

/// The plan of these lines against what the unit of work sees. `refused` is what is wrong with their form.
pub(super) async fn make_plan(
    uow: &mut UnitOfWork,
    kind: ImportKind,
    lines: &[Line],
    mut refused: Vec<Refused>,
    now: Timestamp,
) -> Result<Plan, StorageError> {
    match kind {
        ImportKind::Users => {
            let lines = users::read(lines, &mut refused);
            let keys = keys(lines.iter().map(|it| it.username.to_ascii_lowercase()));
            let emails = self::keys(lines.iter().filter_map(|it| Some(it.email.as_ref()?.as_ref()?.key())));
            let mut present = PresentUsers {
                administrators: uow.bulk().count_people_who_administer().await?,
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
            let with_parents =
                lines.iter().flat_map(|it| [Some(it.path.key()), it.path.parent().map(|it| it.key())]);
            let keys = keys(with_parents.flatten());
            let places = uow.bulk().places(&keys).await?;
            let places: Places = places.into_iter().map(|it| (it.place.path.key(), it.place)).collect();
            Ok(Plan::of(groups::plan(&lines, &places, refused), Operations::Groups))
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
            let pool_of = |(place, user)| Some((present.pools.get(&place)?.id?, user));
            let pairs: Vec<_> = pairs(&directory, named).into_iter().filter_map(pool_of).collect();
            uow.bulk().held_seats(&mut present, &pairs).await?;
            let planned = seats::plan(&lines, &directory, &present, refused);
            Ok(Plan::of(planned, |operations| Operations::Seats(operations, present)))
        }
    }
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
    for Account { id, username, email, .. } in accounts {
        directory.add_person(Person { id, username, email });
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
