//! The API under `/api` and `/ofrep`: JSON for programs, with a document that is made from the code.
//!
//! Handlers parse, call one use case and show what came back. Refusals are in `problem`, who asks in
//! `authentication`.

mod authentication;
pub mod chat;
pub mod decisions;
mod event_stream;
pub mod flags;
pub mod flows;
mod input;
mod json;
mod object;
mod openapi;
mod problem;
mod problem_document;
mod state;
mod streams;
mod unknown;

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
        .route("/api/v4/features/", get(flags::features::list))
        .route("/api/v4/features//{name}", post(flags::features::set).delete(flags::features::delete))
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
        .routes(routes!(decisions::routes::code_review))
        .routes(routes!(decisions::routes::flow_version))
        .routes(routes!(decisions::routes::many))
        .routes(routes!(flows::selections::list))
        .routes(routes!(flows::selections::set))
        .routes(routes!(flows::flow_versions::list, flows::flow_versions::set))
        .routes(routes!(flows::consents::code_review_wording))
        .routes(routes!(flags::features::list))
        .routes(routes!(flags::features::definitions))
        .routes(routes!(flags::features::set, flags::features::delete))
        .routes(routes!(flags::user::current))
        .routes(routes!(flags::user::version))
        .routes(routes!(flags::feature_changes::history))
        .routes(routes!(flags::feature_changes::restore))
        .routes(routes!(flags::feature_changes::list, flags::feature_changes::add))
        .routes(routes!(flags::feature_changes::cancel))
        .routes(routes!(chat::commands::command))
        .routes(routes!(flags::ofrep::evaluate))
        .routes(routes!(flags::ofrep::evaluate_many))
        .routes(routes!(decisions::changes::follow))
        .routes(routes!(decisions::changes::follow_flags))
}
