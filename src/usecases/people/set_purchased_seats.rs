//! Sets how many seats were purchased. For administrators, as the number comes from the subscription.

use super::{
    seat_error::SeatError,
    seat_keeper::{SeatAct, SeatKeeper},
};
use crate::{
    domain::{
        audit::AuditKind,
        field_edit::{FieldEdit, Overtaken},
        people::seats::{SeatCounts, SeatPlace},
    },
    usecases::{App, UseCaseError, retry::until_first},
};

/// `None` for an unknown number, which sets no limit. Idempotent.
///
/// # Errors
/// More are used, somebody else was first, or they may not.
pub async fn set_purchased_seats(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    purchased: FieldEdit<Option<i64>>,
) -> Result<SeatCounts, UseCaseError> {
    until_first(app, || try_once(app, keeper, place, purchased)).await
}

async fn try_once(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
    purchased: FieldEdit<Option<i64>>,
) -> Result<SeatCounts, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let ground = keeper.enter(app, &mut uow, place, SeatAct::SetPurchased).await?;
    let pool = ground.pool_to_change(&mut uow).await?;
    let words = |number: &Option<i64>| number.map_or_else(|| String::from("unknown"), |it| it.to_string());
    let before = pool.counts.purchased;
    let overtaken = |now: &_| Overtaken::labelled("purchased", "number of purchased seats", words(now));
    let Some(&purchased) = purchased.over(&before, overtaken)? else { return Ok(pool.counts) };
    if let Some(purchased) = purchased
        && !pool.counts.may_become(Some(purchased))
    {
        return Err(SeatError::FewerThanUsed { purchased, used: pool.counts.used }.into());
    }
    uow.seats().claim(&pool).await?;
    uow.seats().set_purchased(pool.id, purchased).await?;
    let kind = AuditKind::SeatsPurchasedUpdated;
    keeper.record(app, &mut uow, &ground, kind, &place.to_string(), [words(&before), words(&purchased)]);
    uow.commit().await?;
    Ok(SeatCounts { purchased, ..pool.counts })
}
