//! Applies a plan: writes in sets, and records what has to be known of each.
//!
//! The audit log gets one event for the file, with counts and hash, and one each for an administrator, a
//! blocked user, an Owner and a seat. The rest is in the file, which the hash identifies.

use std::collections::HashMap;

use super::make_plan::{Operations, Plan};
use crate::{
    domain::{
        audit::AuditKind,
        ids::NamespaceId,
        people::{
            grants::Source,
            import::{
                members::MemberOperation,
                seats::{PresentSeats, SeatOperation},
                users::UserOperation,
            },
            seats::SeatState,
        },
        time::Timestamp,
        user::UserState,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

/// Within a unit of work that saw what the plan was made from.
pub(super) async fn apply_plan(
    uow: &mut UnitOfWork,
    who: &Administrator,
    plan: &Plan,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut record = Recorder { who, now };
    match &plan.operations {
        Operations::Users(operations) => write_users(uow, &mut record, operations).await,
        Operations::Groups(operations, trees) => {
            for (root, seen) in trees {
                uow.namespaces().claim(*root, *seen).await?;
            }
            uow.bulk().write_groups(operations, trees, now).await
        }
        Operations::Members(operations) => write_members(uow, &mut record, operations).await,
        Operations::Seats(operations, present) => write_seats(uow, &mut record, operations, present).await,
    }
}

struct Recorder<'a> {
    who: &'a Administrator,
    now: Timestamp,
}

impl Recorder<'_> {
    fn happened(&self, uow: &mut UnitOfWork, happened: Happened<'_>) {
        record_as(self.now, uow, self.who.actor.clone(), &self.who.origin, happened);
    }
}

async fn write_users(
    uow: &mut UnitOfWork,
    record: &mut Recorder<'_>,
    operations: &[UserOperation],
) -> Result<(), StorageError> {
    uow.bulk().write_users(operations, record.now).await?;
    for UserOperation { before, after } in operations {
        let was_admin = before.as_ref().is_some_and(|it| it.is_admin);
        if was_admin != after.is_admin {
            let words = |is_admin| String::from(if is_admin { "administrator" } else { "regular" });
            let happened = match before {
                None => Happened { to: words(true), ..Happened::to(AuditKind::UserCreated, &after.username) },
                Some(_) => Happened {
                    from: words(was_admin),
                    to: words(after.is_admin),
                    ..Happened::to(AuditKind::UserAdminStatusUpdated, &after.username)
                },
            };
            record.happened(uow, happened);
        }
        let was = before.as_ref().map_or(UserState::Active, |it| it.state);
        if was != after.state {
            let kind = match after.state {
                UserState::Blocked => AuditKind::UserBlocked,
                UserState::Active => AuditKind::UserUnblocked,
            };
            if let (UserState::Blocked, Some(before)) = (after.state, before) {
                uow.sessions().delete_of_user(before.id).await?;
                uow.links().delete_reset_of_user(before.id).await?;
            }
            record.happened(uow, Happened::to(kind, &after.username));
        }
    }
    Ok(())
}

async fn write_members(
    uow: &mut UnitOfWork,
    record: &mut Recorder<'_>,
    operations: &[MemberOperation],
) -> Result<(), StorageError> {
    let given = operations.iter().filter_map(|it| {
        let (role, expires_at) = it.gives.as_ref()?;
        Some((it.namespace, it.user, role, *expires_at))
    });
    uow.bulk().set_members(given).await?;
    let taken = operations.iter().filter(|it| it.gives.is_none()).map(|it| (it.namespace, it.user));
    uow.bulk().remove_members(taken).await?;
    for (operation, owner) in operations.iter().filter_map(|it| Some((it, it.owner.as_ref()?))) {
        let after = operation.gives.as_ref().map(|(role, _)| role.to_string());
        let kind = match (&owner.before, &after) {
            (None, _) => AuditKind::MembershipCreated,
            (Some(_), Some(_)) => AuditKind::MembershipUpdated,
            (Some(_), None) => AuditKind::MembershipDeleted,
        };
        let happened = Happened {
            namespace: Some(&owner.namespace),
            from: owner.before.as_ref().map(ToString::to_string).unwrap_or_default(),
            to: after.unwrap_or_default(),
            ..Happened::to(kind, &owner.username)
        };
        record.happened(uow, happened);
    }
    Ok(())
}

async fn write_seats(
    uow: &mut UnitOfWork,
    record: &mut Recorder<'_>,
    operations: &[SeatOperation],
    present: &PresentSeats,
) -> Result<(), StorageError> {
    let mut pools: HashMap<Option<NamespaceId>, i64> = HashMap::new();
    for operation in operations {
        let key = operation.place.as_ref().map(|place| place.id);
        if pools.contains_key(&key) {
            continue;
        }
        let mut pool = present.pools.get(&key).copied().unwrap_or_default();
        if pool.id.is_none() {
            pool = uow.bulk().add_pool(key).await?;
        }
        let Some(id) = pool.id else { continue };
        uow.bulk().bump_pool(id, pool.version).await?;
        pools.insert(key, id);
    }
    let pool = |it: &SeatOperation| pools.get(&it.place.as_ref().map(|place| place.id)).copied();
    let taken = operations.iter().filter(|it| it.after.is_none());
    uow.bulk().take_seats(taken.filter_map(|it| Some((pool(it)?, it.user)))).await?;
    let given = operations.iter().filter_map(|it| Some((pool(it)?, it.user, it.after?)));
    uow.bulk().give_seats(given, record.now).await?;
    for SeatOperation { place, username, before, after, .. } in operations {
        let (kind, from) = match (before, after) {
            (_, Some(SeatState::Used)) => (AuditKind::SeatAssigned, String::new()),
            (_, Some(SeatState::Waiting)) => (AuditKind::SeatWaitBegun, String::new()),
            (Some(SeatState::Waiting), None) => (AuditKind::SeatWaitEnded, String::new()),
            (_, None) => (AuditKind::SeatUnassigned, Source::Import.phrase().to_owned()),
        };
        record.happened(uow, Happened { namespace: place.as_ref(), from, ..Happened::to(kind, username) });
    }
    Ok(())
}
