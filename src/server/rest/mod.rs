//! The API under `/api` and `/ofrep`: JSON for programs, with an OpenAPI document generated from the code.
//!
//! Handlers parse, call one use case and serialise the result. Errors are in `problem`, authentication is in
//! `authentication`.

mod accounts;
mod audit;
mod authentication;
mod chat;
mod decisions;
mod event_stream;
mod flags;
mod flows;
mod gitlab;
mod input;
mod json;
mod namespaces;
mod object;
mod openapi;
mod people;
mod problem;
mod problem_document;
mod state;
mod streams;
mod unknown;

use std::sync::{Arc, LazyLock};

use axum::{Router, middleware, routing::any};
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

/// The router of the API with absolute paths, to be merged into the server's. It answers all of `/api` and
/// `/ofrep`.
pub fn router(app: App, limits: Limits, chat: Option<ChatSecret>) -> Router {
    router_at(app, limits, chat, String::from("http://localhost"))
}

/// [`router`] of a server whose external URL has this origin.
pub fn router_at(app: App, limits: Limits, chat: Option<ChatSecret>, origin: String) -> Router {
    let api = Arc::new(Api::new(app, limits, chat, origin));
    let (routes, _) = routes().split_for_parts();
    routes
        // Not the router's fallback: the router that it is merged into has one already.
        .route("/api", any(unknown_path))
        .route("/api/", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .route("/ofrep/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(limits, problem::finish))
        .with_state(api)
}

/// The OpenAPI document, as served at `/api/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::with_refusals(routes().into_openapi())
}

/// The OpenAPI document as a JSON value.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(openapi()).expect("the document has no maps with odd keys"));
    &DOCUMENT
}

/// The routes of all capabilities.
fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(openapi::Common::openapi())
        .routes(routes!(openapi::document))
        .merge(decisions::routes())
        .merge(flows::routes())
        .merge(flags::routes())
        .merge(people::routes())
        .merge(namespaces::routes())
        .routes(routes!(gitlab::graphql::query))
        .merge(accounts::routes())
        .merge(audit::routes())
        .merge(chat::routes())
}
