//! Exports who has a seat and who waits for one, as CSV. An import reads it back.

use super::{
    App, SeatHolder, UseCaseError,
    people::{seat_keeper::SeatKeeper, show_seats::all_seats},
};
use crate::domain::{
    escape::without_formulas,
    people::{import::seats::INSTANCE, seats::SeatPlace},
    time::Timestamp,
};

/// The whole list with a header line.
///
/// # Errors
/// They may not read it.
pub async fn export_seats(
    app: &App,
    keeper: &SeatKeeper,
    place: &SeatPlace,
) -> Result<Vec<u8>, UseCaseError> {
    let (_, seats) = all_seats(app, keeper, place).await?;
    Ok(csv_of(place, seats))
}

fn csv_of(place: &SeatPlace, seats: Vec<SeatHolder>) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: [&str; 8]| csv.write_record(cells).expect("memory takes everything");
    write(["path", "user", "name", "state", "source", "since", "user_state", "last_sign_in_at"]);
    let path = if *place == SeatPlace::Instance { INSTANCE } else { place.group() };
    for seat in seats {
        let (user, name) = (without_formulas(&seat.username), without_formulas(&seat.name));
        let last = seat.last_sign_in_at.map(Timestamp::rfc3339).unwrap_or_default();
        let is = if seat.is_blocked { "blocked" } else { "active" };
        let (state, source, since) = (seat.state.key(), seat.source.key(), seat.since.rfc3339());
        write([path, &user, &name, state, source, &since, is, &last]);
    }
    csv.into_inner().expect("memory takes everything")
}
