//! Gives seats, takes them back, and puts people on the waiting list.
//!
//! Each change claims the pool before it writes, so that of two who give the last seat one is told that there
//! is none.

use super::{
    seat_error::SeatError,
    seat_keeper::{SeatAct, SeatGround, SeatKeeper},
};
use crate::{
    domain::{
        audit::AuditKind,
        ids::{NamespaceId, UserId},
        people::{
            grants::Source,
            seats::{SeatPlace, SeatState, listed_names, read_names},
        },
        user::{User, UserKind},
    },
    storage::UnitOfWork,
    usecases::{App, UseCaseError, accounts::find_user::find_user, retry::until_first},
};

/// How many seats are given at once at most.
pub const AT_ONCE: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatChange {
    Give,
    /// Also takes off the waiting list.
    Take,
    Wait,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatsChanged {
    pub change: SeatChange,
    /// The top-level group; `None` for the instance.
    pub group: Option<NamespaceId>,
    /// The user names of those who got a seat, lost one, or wait.
    pub changed: Vec<String>,
    /// Those of `changed` whom a seat of the instance covers in this group, whatever happened to this one.
    pub covered: Vec<String>,
    /// Those for whom it was so already.
    pub unchanged: Vec<String>,
    /// Those who were taken off the waiting list.
    pub no_longer_waiting: Vec<String>,
}

impl SeatsChanged {
    /// What was done, in sentences.
    pub fn words(&self) -> String {
        let said = |names: &[String], one: &str, many: &str| {
            let rest = if names.len() == 1 { one } else { many };
            (!names.is_empty()).then(|| format!("{} {rest}.", listed_names(names)))
        };
        let (one, many) = match self.change {
            SeatChange::Give => ("has a seat now", "have seats now"),
            SeatChange::Take => ("no longer has a seat", "no longer have seats"),
            SeatChange::Wait => ("waits for a seat", "wait for a seat"),
        };
        let (already, all_already) = match self.change {
            SeatChange::Wait => ("has a seat or waits already", "have a seat or wait already"),
            _ => ("had a seat already", "had seats already"),
        };
        let sentences = [
            said(&self.changed, one, many),
            said(&self.no_longer_waiting, "no longer waits", "no longer wait"),
            said(&self.unchanged, already, all_already),
        ];
        sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Changes the seats of the users with these user names or email addresses, of all or of none. Idempotent, but that taking what
/// nobody has is refused.
///
/// # Errors
/// [`SeatError`], or they may not.
pub async fn change_seats(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    change: SeatChange,
    users: &str,
) -> Result<SeatsChanged, UseCaseError> {
    let names = read_names(users);
    until_first(app, || try_once(app, keeper, place, change, &names)).await
}

async fn try_once(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    change: SeatChange,
    names: &[String],
) -> Result<SeatsChanged, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let ground = keeper.enter(app, &mut uow, place, SeatAct::Change).await?;
    let users = found(&mut uow, names).await?;
    if change != SeatChange::Take {
        check(app, &mut uow, &ground, &users).await?;
    }
    let done = change_in(app, &mut uow, keeper, &ground, change, &users).await?;
    uow.commit().await?;
    Ok(done)
}

/// The users who are named.
async fn found(uow: &mut UnitOfWork, names: &[String]) -> Result<Vec<User>, UseCaseError> {
    if names.is_empty() {
        return Err(SeatError::Nobody.into());
    }
    if names.len() > AT_ONCE {
        return Err(SeatError::TooMany(AT_ONCE).into());
    }
    let (mut users, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        match find_user(uow, name).await? {
            // Named by user name and by address.
            Some(user) if users.contains(&user) => {}
            Some(user) => users.push(user),
            None => unknown.push(name.clone()),
        }
    }
    if unknown.is_empty() { Ok(users) } else { Err(SeatError::UnknownUsers(unknown).into()) }
}

/// Seats are for active people who have a role somewhere in the group.
async fn check(
    app: &App,
    uow: &mut UnitOfWork,
    ground: &SeatGround,
    users: &[User],
) -> Result<(), UseCaseError> {
    let named = |wrong: fn(&User) -> bool| {
        users.iter().filter(|it| wrong(it)).map(|it| it.username.clone()).collect::<Vec<_>>()
    };
    let path = ground.namespace.as_ref().map(|it| it.path.to_string()).unwrap_or_default();
    if !ground.duo_enterprise {
        return Err(SeatError::NoDuoEnterprise(path).into());
    }
    let bots = named(|it| it.kind == UserKind::Bot);
    if !bots.is_empty() {
        return Err(SeatError::Bots(bots).into());
    }
    let blocked = named(User::is_blocked);
    if !blocked.is_empty() {
        return Err(SeatError::Blocked(blocked).into());
    }
    let Some(group) = &ground.namespace else { return Ok(()) };
    let mut without = Vec::new();
    for user in users {
        if !uow.seats().has_role(group.id, user.id, app.now()).await? {
            without.push(user.username.clone());
        }
    }
    if without.is_empty() { Ok(()) } else { Err(SeatError::NoRole { group: path, users: without }.into()) }
}

async fn change_in(
    app: &App,
    uow: &mut UnitOfWork,
    keeper: &SeatKeeper,
    ground: &SeatGround,
    change: SeatChange,
    users: &[User],
) -> Result<SeatsChanged, UseCaseError> {
    let pool = ground.pool_to_change(uow).await?;
    let mut done = SeatsChanged {
        change,
        group: ground.namespace.as_ref().map(|it| it.id),
        changed: Vec::new(),
        covered: Vec::new(),
        unchanged: Vec::new(),
        no_longer_waiting: Vec::new(),
    };
    let mut to_change = Vec::new();
    for user in users {
        let held = uow.seats().find(pool.id, user.id).await?;
        match (change, held) {
            (SeatChange::Give, Some((SeatState::Used, _))) | (SeatChange::Wait, Some(_)) => {
                done.unchanged.push(user.username.clone());
            }
            (SeatChange::Take, None) => {
                return Err(SeatError::NoSeat { user: user.username.clone() }.into());
            }
            // What is imported is so by hand, too, and does not come back by itself.
            (SeatChange::Take, Some((_, by))) if !matches!(by, Source::Hand | Source::Import) => {
                return Err(SeatError::GivenByAnother { user: user.username.clone(), by }.into());
            }
            (_, held) => to_change.push((user, held)),
        }
    }
    let asked = i64::try_from(to_change.len()).unwrap_or(i64::MAX);
    match (change, pool.counts.free()) {
        (SeatChange::Give, _) if !pool.counts.has_room_for(asked) => {
            return Err(SeatError::NotEnough { asked, counts: pool.counts }.into());
        }
        (SeatChange::Wait, free) if asked > 0 && free != Some(0) => {
            return Err(SeatError::SeatsFree(free.unwrap_or(asked)).into());
        }
        _ => {}
    }
    if to_change.is_empty() {
        return Ok(done);
    }
    uow.seats().claim(&pool).await?;
    for (user, held) in to_change {
        let (kind, from) = match change {
            SeatChange::Give => {
                uow.seats().assign(pool.id, user.id, Source::Hand, app.now()).await?;
                (AuditKind::SeatAssigned, String::new())
            }
            SeatChange::Wait => {
                uow.seats().wait(pool.id, user.id, Source::Hand, app.now()).await?;
                (AuditKind::SeatWaitBegun, String::new())
            }
            SeatChange::Take => {
                uow.seats().remove(pool.id, user.id).await?;
                match held {
                    Some((SeatState::Used, by)) => (AuditKind::SeatUnassigned, by.phrase().to_owned()),
                    _ => (AuditKind::SeatWaitEnded, String::new()),
                }
            }
        };
        keeper.record(app, uow, ground, kind, &user.username, [from, String::new()]);
        let (name, covered) = (user.username.clone(), is_covered(uow, ground, user.id).await?);
        if kind == AuditKind::SeatWaitEnded {
            done.no_longer_waiting.push(name);
        } else {
            done.covered.extend(covered.then(|| name.clone()));
            done.changed.push(name);
        }
    }
    Ok(done)
}

/// Whether a seat of the instance counts in this group for the user.
async fn is_covered(uow: &mut UnitOfWork, ground: &SeatGround, user: UserId) -> Result<bool, UseCaseError> {
    Ok(ground.namespace.is_some() && uow.seats().has_instance_seat(user).await?)
}
