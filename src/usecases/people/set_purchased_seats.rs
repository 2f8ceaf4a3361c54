//! Sets how many seats were purchased. For administrators, as the number comes from the subscription.

use super::{
    seat_error::SeatError,
    seat_keeper::{SeatAct, SeatKeeper},
};
use crate::{
    domain::{
        audit::AuditKind,
        people::seats::{SeatCounts, SeatPlace},
    },
    usecases::{App, UseCaseError, retry::until_first},
};

/// The number that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Whatever it is.
    Any,
    /// What a page showed; `None` for unknown. Another one that is there by now is not overwritten.
    Number(Option<i64>),
}

/// `None` for an unknown number, which sets no limit. Idempotent.
///
/// # Errors
/// More are used, somebody else was first, or they may not.
pub async fn set_purchased_seats(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    purchased: Option<i64>,
    seen: Seen,
) -> Result<SeatCounts, UseCaseError> {
    until_first(app, || try_once(app, keeper, place, purchased, seen)).await
}

async fn try_once(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    purchased: Option<i64>,
    seen: Seen,
) -> Result<SeatCounts, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let ground = keeper.enter(app, &mut uow, place, SeatAct::SetPurchased).await?;
    let pool = ground.pool_to_change(&mut uow).await?;
    let now = pool.counts.purchased;
    if now == purchased {
        return Ok(pool.counts);
    }
    if seen != Seen::Any && seen != Seen::Number(now) {
        return Err(SeatError::ChangedMeanwhile(now).into());
    }
    if let Some(purchased) = purchased
        && !pool.counts.may_become(Some(purchased))
    {
        return Err(SeatError::FewerThanUsed { purchased, used: pool.counts.used }.into());
    }
    uow.seats().claim(&pool).await?;
    uow.seats().set_purchased(pool.id, purchased).await?;
    let words = |number: Option<i64>| number.map_or_else(|| String::from("unknown"), |it| it.to_string());
    let kind = AuditKind::SeatsPurchasedUpdated;
    keeper.record(app, &mut uow, &ground, kind, &place.to_string(), [words(now), words(purchased)]);
    uow.commit().await?;
    Ok(SeatCounts { purchased, ..pool.counts })
}
