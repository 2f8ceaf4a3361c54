//! The wording of consent, and receipts.

use axum::extract::State;

use crate::{
    domain::{flows::wording::CODE_REVIEW_WORDING, ids::ConsentId},
    server::rest::{
        authentication::Authenticated,
        input::{PathParameters, QueryParameters},
        json::Json,
        problem::Problem,
    },
    usecases::{App, UseCaseError, What, flows::show_consents::show_receipt},
    wire::flows::{consent_receipt::ConsentReceipt, consent_wording::ConsentWording},
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

/// The receipt of a consent
///
/// An entry of the consent ledger: who gave or withdrew a consent, when and to which words, and whether it is as
/// it was recorded, verified against the audit chain just now. Needs the scope `read_settings` and the role
/// Maintainer in the group, or an administrator, who alone may read those of deleted groups.
#[utoipa::path(
    get,
    path = "/api/v1/consents/{id}",
    operation_id = "get_consent",
    tag = "consents",
    params(("id" = i64, Path, description = "The id of the consent, as the answers for flows and decisions give it.", example = 1)),
    responses(
        (status = 200, description = "The receipt.", body = ConsentReceipt),
        (status = 403, description = "The role or the token's scopes do not allow it."),
        (status = 404, description = "There is no such consent, or you may not see it."),
    ),
)]
pub async fn receipt(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Json<ConsentReceipt>, Problem> {
    let [] = query.exactly([])?;
    let id = path.get("id").parse().map(ConsentId).map_err(|_| UseCaseError::NotFound(What::Consent))?;
    Ok(Json(show_receipt(&app, &caller, id).await?.into()))
}
