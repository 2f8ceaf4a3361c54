//! Forms of seats, and the download of who has one.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, State},
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{error::ActionError, flash::Outcome, form_answer::Next, people::seats::SUBJECT},
    domain::{
        field_edit::FieldEdit,
        people::seats::{SeatPlace, read_purchased},
    },
    server::{
        ServerState,
        downloads::{self, refusal},
        forms::{ByUser, Form},
    },
    usecases::{
        SignedIn, UseCaseError, What,
        export_seats::export_seats,
        people::{
            change_seats::{SeatChange, change_seats},
            seat_error::SeatError,
            seat_keeper::SeatKeeper,
            set_purchased_seats::set_purchased_seats,
        },
        seat_effect::consequence,
    },
};

/// What was done, for a script.
#[derive(Serialize)]
struct Done {
    done: String,
    /// What it means for reviews; empty when it means nothing.
    consequence: String,
}

impl Done {
    fn words(&self) -> String {
        [self.done.as_str(), self.consequence.as_str()].join(" ").trim_end().to_owned()
    }
}

#[derive(Deserialize)]
pub(super) struct Give {
    /// The path of a top-level group; empty for the instance.
    #[serde(default)]
    group: String,
    #[serde(default)]
    users: String,
    /// Whether to put them on the waiting list instead.
    #[serde(default)]
    wait: bool,
    /// Whether a button beside a name posted it, which has no field to fill in again.
    #[serde(default)]
    one: bool,
}

/// Gives seats, or puts people on the waiting list.
pub(super) async fn give(Form { posted, fields }: Form<Give>) -> Result<Response, Response> {
    let (posted, place) = posted.with(SeatPlace::parse(&fields.group)).await?;
    let page = place.page();
    let filled_in = if fields.one { page.clone() } else { place.page_with_users(&fields.users) };
    let by = posted.signed_in(&filled_in).await?;
    let change = if fields.wait { SeatChange::Wait } else { SeatChange::Give };
    let done = changed(&by, &place, change, &fields.users).await;
    let next = |result: Result<&Done, &ActionError>| match result {
        Ok(done) => Next::Page(page, Outcome::SeatsChanged { words: done.words() }),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, done, next).await)
}

#[derive(Deserialize)]
pub(super) struct Take {
    #[serde(default)]
    group: String,
    #[serde(default)]
    user: String,
}

/// Takes a seat back, or somebody off the waiting list.
pub(super) async fn take(Form { posted, fields }: Form<Take>) -> Result<Response, Response> {
    let (posted, place) = posted.with(SeatPlace::parse(&fields.group)).await?;
    let page = place.page();
    let by = posted.signed_in(&page).await?;
    let done = changed(&by, &place, SeatChange::Take, &fields.user).await;
    let outcome = |done: &Done| Outcome::SeatsChanged { words: done.words() };
    Ok(by.answer_on(&page, SUBJECT, done, outcome).await)
}

async fn changed(
    by: &ByUser,
    place: &SeatPlace,
    change: SeatChange,
    users: &str,
) -> Result<Done, UseCaseError> {
    let keeper = SeatKeeper::Caller(by.caller().clone());
    let changed = change_seats(by.app(), &keeper, place, change, users).await?;
    // It is done: an error here must not look as if it were not.
    let consequence = consequence(by.app(), &changed).await.unwrap_or_else(|error| {
        tracing::error!(%error, "what a change of seats means could not be told");
        String::new()
    });
    Ok(Done { done: changed.words(), consequence })
}

#[derive(Deserialize)]
pub(super) struct Number {
    #[serde(default)]
    group: String,
    /// A number; empty when unknown.
    #[serde(default)]
    purchased: String,
    /// What the page showed.
    #[serde(default)]
    seen_purchased: String,
}

/// Sets how many seats were purchased.
pub(super) async fn set_purchased(Form { posted, fields }: Form<Number>) -> Result<Response, Response> {
    let (posted, place) = posted.with(SeatPlace::parse(&fields.group)).await?;
    let page = place.page();
    let filled_in = place.page_with_purchased(&fields.purchased);
    let by = posted.signed_in(&filled_in).await?;
    let done = purchased(&by, &place, &fields).await;
    let next = |result: Result<&Done, &ActionError>| match result {
        Ok(done) => Next::Page(page, Outcome::SeatsChanged { words: done.words() }),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, done, next).await)
}

async fn purchased(by: &ByUser, place: &SeatPlace, fields: &Number) -> Result<Done, UseCaseError> {
    let number = |text: &str| read_purchased(text).map_err(SeatError::BadNumber);
    let edit = FieldEdit::from(number(&fields.seen_purchased)?, number(&fields.purchased)?);
    let keeper = SeatKeeper::Caller(by.caller().clone());
    let counts = set_purchased_seats(by.app(), &keeper, place, edit).await?;
    let consequence = match counts.purchased {
        None => String::from("There is no limit."),
        Some(_) => String::new(),
    };
    Ok(Done { done: format!("Saved: {}.", counts.words()), consequence })
}

/// Who has a seat of a group or of the instance, as CSV.
pub(super) async fn download(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let (caller, asked) = match downloads::asked(signed_in, &uri) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let Ok(place) = SeatPlace::parse(&asked.text("group")) else {
        return refusal(&UseCaseError::NotFound(What::GroupOrProject));
    };
    let keeper = SeatKeeper::Caller(caller);
    let csv = match export_seats(&state.app, &keeper, &place).await {
        Ok(csv) => csv,
        Err(error) => return refusal(&error),
    };
    let of = if place == SeatPlace::Instance { "instance" } else { place.group() };
    let name = format!("seats-{of}-{}.csv", state.app.now().date());
    downloads::csv(&name, &csv)
}
