//! Lists how many seats there are in every top-level group and on the instance.

use crate::{
    domain::people::seats::SeatCounts,
    storage::ListedPool,
    usecases::{App, UseCaseError, administrator::Administrator},
};

/// Groups per page.
pub const PAGE: i64 = 50;

#[derive(Clone, Debug)]
pub struct SeatPools {
    pub instance: SeatCounts,
    /// Those with Duo Enterprise or seats, by path.
    pub groups: Vec<ListedPool>,
    /// How many groups there are on all pages.
    pub count: i64,
    /// Of the instance and all groups. `purchased` sums up the known numbers.
    pub total: SeatCounts,
}

/// `page` starts at 1; `None` for all.
pub async fn list_seat_pools(
    app: &App,
    _: &Administrator,
    page: Option<i64>,
) -> Result<SeatPools, UseCaseError> {
    let (limit, offset) = match page {
        Some(page) => (PAGE, page.saturating_sub(1).max(0).saturating_mul(PAGE)),
        None => (i64::MAX, 0),
    };
    let mut uow = app.storage.read().await?;
    let instance = uow.seats().pool(None).await?;
    let mut lists = uow.seat_lists();
    Ok(SeatPools {
        instance: instance.map(|it| it.counts).unwrap_or_default(),
        groups: lists.pools(limit, offset).await?,
        count: lists.count_pools().await?,
        total: lists.totals().await?,
    })
}
