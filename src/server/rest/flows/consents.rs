//! The wording of consent.

use crate::{
    domain::flows::wording::CODE_REVIEW_WORDING,
    server::rest::{authentication::Authenticated, input::QueryParameters, json::Json, problem::Problem},
    wire::flows::consent_wording::ConsentWording,
};

/// The wording to confirm before Code Review is turned on
///
/// Any valid token may read it. Show it in full to whoever decides; a consent is recorded with the `id` of
/// the wording.
#[utoipa::path(
    get,
    path = "/api/v1/consents/code_review/wording",
    operation_id = "get_code_review_wording",
    tag = "consents",
    responses((status = 200, description = "The current wording.", body = ConsentWording)),
)]
pub async fn code_review_wording(
    _: Authenticated,
    query: QueryParameters,
) -> Result<Json<ConsentWording>, Problem> {
    let [] = query.exactly([])?;
    Ok(Json(ConsentWording::from(&CODE_REVIEW_WORDING)))
}
