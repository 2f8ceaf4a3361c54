//! The router: all routes and the order of the middleware.

use any_spawner::Executor;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::from_fn_with_state,
    response::Response,
    routing::{get, post},
};
use std::sync::Arc;

use super::{
    ServerState, accounts, assets, audit, flags, flows,
    forms::BODY_LIMIT,
    health, home, jobs, metrics, middleware, pages, people,
    refusal::{self, Requester},
    rest,
    routes::Routes,
    settings,
};
use crate::{domain::paths, ui::ApiDocsPage};

/// The pages and forms of each capability.
fn site() -> Routes {
    Routes::default()
        .and(home::routes())
        .and(accounts::routes::routes())
        .and(people::routes::routes())
        .and(flags::routes::routes())
        .and(settings::routes::routes())
        .and(flows::routes::routes())
        .and(jobs::forms::routes())
        .and(audit::export::routes())
        .page(paths::API_DOCS, ApiDocsPage)
}

/// The paths of all pages and forms in axum's syntax, with parameters in braces.
pub fn addresses() -> Vec<&'static str> {
    site().addresses
}

/// The whole server. The middleware is one layer around all routes, from the outside in, since each layer is
/// a box that every request clones.
pub fn router(mut state: ServerState) -> Router {
    // Leptos loads pages on tokio's executor. It can be set only once, and tests make many routers.
    let _ = Executor::init_tokio();
    state.pages = site()
        .router
        .route("/actions/{name}", post(no_such_form))
        .fallback(pages::otherwise)
        .method_not_allowed_fallback(only_posted);
    let state = Arc::new(state);
    let pages = state
        .pages
        .clone()
        .layer((
            from_fn_with_state(state.clone(), middleware::in_time),
            DefaultBodyLimit::max(BODY_LIMIT),
            from_fn_with_state(state.clone(), middleware::same_origin),
            from_fn_with_state(state.clone(), middleware::session),
        ))
        .with_state(state.clone());
    Router::new()
        .route("/pkg/{name}", get(assets::package_file))
        .route("/-/liveness", get(health::liveness))
        .route("/-/readiness", get(health::readiness))
        .route("/-/metrics", get(metrics::show))
        .with_state(state.clone())
        .merge(rest::router_at(state.app.clone(), state.limits, state.chat.clone(), state.origin.clone()))
        .merge(pages)
        .layer(from_fn_with_state(state, middleware::origin))
}

/// A path that forms only post to, opened as a page.
async fn only_posted(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    Requester::by(&request).refuse(&state, refusal::only_posted()).await
}

/// 404 for an action that no capability registers.
async fn no_such_form(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    Requester::by(&request).refuse(&state, refusal::no_such_form()).await
}
