//! The API under `/api` and `/ofrep`: JSON for programs, with a document that is made from the code.
//!
//! Handlers parse, call one use case and show what came back. Refusals are in `problem`, who asks in
//! `authentication`.

mod authentication;
mod changes;
mod chat;
mod consents;
mod decision_views;
mod decisions;
mod event_stream;
mod feature_change_views;
mod feature_changes;
mod feature_input;
mod feature_refusal;
mod feature_views;
mod features;
mod flow_version_views;
mod flow_versions;
mod flow_views;
mod flows;
mod input;
mod json;
mod object;
mod ofrep;
mod ofrep_views;
mod openapi;
mod parameters;
mod problem;
mod problem_document;
mod state;
mod user;
mod words;

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    extract::Request,
    middleware,
    routing::{any, get, post},
};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use self::input::shortened;
use self::{
    decision_views::CodeReviewDecision, flow_version_views::FlowVersionDecision, problem::Problem,
    problem_document::Code, state::Api,
};
use super::{ChatSecret, limits::Limits};
use crate::usecases::{App, decide_many::Decided};

/// The API at its absolute paths, to be merged into the server. It answers all of `/api` and `/ofrep`.
pub fn router(app: App, limits: Limits, chat: Option<ChatSecret>) -> Router {
    let api = Arc::new(Api::new(app, limits, chat));
    let (routes, _) = routes().split_for_parts();
    routes
        // As python-gitlab writes them.
        .route("/api/v4/features/", get(features::list))
        .route("/api/v4/features//{name}", post(features::set).delete(features::delete))
        // Not a fallback of the router: whoever merges it has one already.
        .route("/api", any(unknown_path))
        .route("/api/", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .route("/ofrep/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(limits, problem::finish))
        .with_state(api)
}

/// The API's document, as it is served at `/api/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::with_refusals(routes().into_openapi())
}

/// The same, for whoever reads it as JSON.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(openapi()).expect("the document has no maps with odd keys"));
    &DOCUMENT
}

/// The answer as the API gives it, to be shown to a person beside its explanation.
pub fn decision_json(decided: &Decided) -> String {
    match decided.clone() {
        Decided::CodeReview(answer) => CodeReviewDecision::from(answer).to_json(),
        Decided::FlowVersion(answer) => FlowVersionDecision::from(answer).to_json(),
    }
}

fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(openapi::Common::openapi())
        .routes(routes!(openapi::document))
        .routes(routes!(decisions::code_review))
        .routes(routes!(decisions::flow_version))
        .routes(routes!(decisions::many))
        .routes(routes!(flows::list))
        .routes(routes!(flows::set))
        .routes(routes!(flow_versions::list, flow_versions::set))
        .routes(routes!(consents::code_review_wording))
        .routes(routes!(features::list))
        .routes(routes!(features::definitions))
        .routes(routes!(features::set, features::delete))
        .routes(routes!(user::current))
        .routes(routes!(user::version))
        .routes(routes!(feature_changes::history))
        .routes(routes!(feature_changes::restore))
        .routes(routes!(feature_changes::list, feature_changes::add))
        .routes(routes!(feature_changes::cancel))
        .routes(routes!(chat::command))
        .routes(routes!(ofrep::evaluate))
        .routes(routes!(ofrep::evaluate_many))
        .routes(routes!(changes::follow))
        .routes(routes!(changes::follow_flags))
}

async fn unknown_path() -> Problem {
    Problem::new(
        Code::UnknownPath,
        "The API has no such address; /api/docs shows those it has, and /api/openapi.json lists them for programs. In a full path or a flow's reference write %2F for '/'.",
    )
}

async fn method_not_allowed(request: Request) -> Problem {
    let detail =
        format!("This address does not take {}; the header Allow says what it takes.", request.method());
    Problem::new(Code::MethodNotAllowed, detail)
}
