//! Shows the seats of a top-level group or of the instance: how many, who has one, who waits.

use super::{
    group_frame::{GroupFrame, may},
    seat_keeper::{SeatAct, SeatGround, SeatKeeper},
};
use crate::{
    domain::{
        access::Action,
        ids::NamespaceId,
        namespace::GroupPath,
        people::seats::{SeatCounts, SeatOrder, SeatPlace, SeatState},
    },
    storage::{SeatHolder, StorageError, UnitOfWork},
    usecases::{App, Caller, UseCaseError, load},
};

/// Holders per page.
pub const PAGE: i64 = 25;

/// How many of those who wait are shown.
pub const WAITING_SHOWN: i64 = 100;

/// Which holders to show.
#[derive(Clone, Debug, Default)]
pub struct SeatQuery {
    /// In name or user name.
    pub search: String,
    pub order: SeatOrder,
    /// From 1.
    pub page: i64,
}

/// The seats of a top-level group or of the instance.
#[derive(Clone, Debug)]
pub struct SeatList {
    pub place: SeatPlace,
    /// `None` for the instance.
    pub group: Option<NamespaceId>,
    /// Whether the seats count.
    pub duo_enterprise: bool,
    pub counts: SeatCounts,
    pub may_change: bool,
    pub may_set_purchased: bool,
    /// The longest waiting first.
    pub waiting: Vec<SeatHolder>,
    pub holders: Vec<Holder>,
    /// How many holders match.
    pub matching: i64,
    pub query: SeatQuery,
}

/// A holder of a seat.
#[derive(Clone, Debug)]
pub struct Holder {
    pub seat: SeatHolder,
    /// Whether they still have a role in the group or below; `true` for the instance.
    pub has_role: bool,
}

/// The seats page of a group.
#[derive(Clone, Debug)]
pub struct GroupSeats {
    pub frame: GroupFrame,
    /// `None` below a top-level group, where no seats are counted.
    pub seats: Option<SeatList>,
}

/// Of a group, for Maintainers and up.
pub async fn show_group_seats(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    query: SeatQuery,
) -> Result<GroupSeats, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadSettings, app.now()).await?;
    let (namespace, may) = (loaded.namespace, may(caller, loaded.standing));
    let ancestors = uow.namespaces().ancestors(namespace.id).await?;
    let frame = GroupFrame { namespace, ancestors, may };
    if frame.namespace.root != frame.namespace.id {
        return Ok(GroupSeats { frame, seats: None });
    }
    let keeper = SeatKeeper::Caller(caller.clone());
    let place = SeatPlace::Group(frame.namespace.path.clone());
    let ground = keeper.enter(app, &mut uow, &place, SeatAct::Read).await?;
    let rights = [frame.may.manage_seats, caller.actor.is_admin];
    let seats = list(app, &mut uow, place, &ground, rights, query).await?;
    Ok(GroupSeats { frame, seats: Some(seats) })
}

/// Of the instance, for administrators.
pub async fn show_instance_seats(
    app: &App,
    caller: &Caller,
    query: SeatQuery,
) -> Result<SeatList, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let keeper = SeatKeeper::Caller(caller.clone());
    let ground = keeper.enter(app, &mut uow, &SeatPlace::Instance, SeatAct::Read).await?;
    list(app, &mut uow, SeatPlace::Instance, &ground, [true, true], query).await
}

async fn list(
    app: &App,
    uow: &mut UnitOfWork,
    place: SeatPlace,
    ground: &SeatGround,
    [may_change, may_set_purchased]: [bool; 2],
    query: SeatQuery,
) -> Result<SeatList, UseCaseError> {
    let mut seats = SeatList {
        place,
        group: ground.namespace.as_ref().map(|it| it.id),
        duo_enterprise: ground.duo_enterprise,
        counts: SeatCounts::default(),
        may_change,
        may_set_purchased,
        waiting: Vec::new(),
        holders: Vec::new(),
        matching: 0,
        query,
    };
    let Some(pool) = ground.pool(uow).await? else { return Ok(seats) };
    let SeatQuery { search, order, page } = &seats.query;
    let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
    let mut lists = uow.seat_lists();
    seats.counts = pool.counts;
    seats.matching = lists.count(pool.id, SeatState::Used, search).await?;
    let found = lists.list(pool.id, SeatState::Used, search, *order, PAGE, offset).await?;
    seats.waiting = lists.list(pool.id, SeatState::Waiting, "", SeatOrder::Since, WAITING_SHOWN, 0).await?;
    for seat in found {
        let has_role = has_role(app, uow, ground, &seat).await?;
        seats.holders.push(Holder { seat, has_role });
    }
    Ok(seats)
}

async fn has_role(
    app: &App,
    uow: &mut UnitOfWork,
    ground: &SeatGround,
    seat: &SeatHolder,
) -> Result<bool, StorageError> {
    match &ground.namespace {
        Some(group) => uow.seats().has_role(group.id, seat.id, app.now()).await,
        None => Ok(true),
    }
}

/// Everybody who has a seat, then everybody who waits for one.
pub async fn all_seats(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
) -> Result<(SeatCounts, Vec<SeatHolder>), UseCaseError> {
    /// More than any pool has.
    const ALL: i64 = i64::MAX;

    let mut uow = app.storage.read().await?;
    let ground = keeper.enter(app, &mut uow, place, SeatAct::Read).await?;
    let Some(pool) = ground.pool(&mut uow).await? else { return Ok(Default::default()) };
    let mut lists = uow.seat_lists();
    let mut all = lists.list(pool.id, SeatState::Used, "", SeatOrder::User, ALL, 0).await?;
    all.extend(lists.list(pool.id, SeatState::Waiting, "", SeatOrder::Since, ALL, 0).await?);
    Ok((pool.counts, all))
}
