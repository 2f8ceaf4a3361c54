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
mod streams;
mod unknown;
mod user;

use std::sync::{Arc, LazyLock};

use axum::{
    Router, middleware,
    routing::{any, get, post},
};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{
    state::Api,
    unknown::{method_not_allowed, unknown_path},
};
use super::{ChatSecret, limits::Limits};
use crate::usecases::App;

pub(super) use self::input::shortened;

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
