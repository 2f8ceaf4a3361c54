//! Which address leads where, and through which middleware.

use std::{env, sync::Arc};

use any_spawner::Executor;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use leptos::{
    config::LeptosOptions,
    nonce::use_nonce,
    prelude::{expect_context, provide_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context, render_app_async_with_context};
use url::form_urlencoded;

use super::{
    ServerState, accounts, action_fields, assets, audit_export, health, metrics, middleware, oidc,
    refusal::{self, Asked},
    rest, sign_in,
};
use crate::{
    actions::support::{InPlaceSlot, SiteOrigin},
    domain::paths,
    ui::{ApiDocument, DecisionJson, DemoHint, ProviderButton, Refusal, shell},
};

/// What a form may weigh, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The whole server. Middleware goes around the routes in one layer, from the outside in: a layer is a
/// box that every request clones.
pub fn router(state: ServerState) -> Router {
    // Leptos loads pages on tokio. It may be told only once, and tests make many routers.
    let _ = Executor::init_tokio();
    let state = Arc::new(state);
    let pages = Router::new()
        .route(paths::SIGN_IN, get(sign_in::show).post(sign_in::sign_in))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .route(paths::PROVIDER_SIGN_IN, get(oidc::start))
        .route(paths::PROVIDER_CALLBACK, get(oidc::callback))
        .route(paths::PROVIDER_SIGN_OUT, get(oidc::sign_out))
        .route(paths::PASSWORD_RESET, get(page).post(accounts::reset_password))
        .route(paths::FIRST_ADMINISTRATOR, get(page).post(accounts::first_administrator))
        .route("/actions/{name}", post(action))
        .route(paths::AUDIT_EXPORT, get(audit_export::download))
        // It stands among the addresses of the API, which answers the rest of them.
        .route(paths::API_DOCS, any(page))
        .fallback(page)
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
        .merge(rest::router(state.app.clone(), state.limits, state.chat.clone()))
        .merge(pages)
        .layer(from_fn_with_state(state, middleware::origin))
}

/// A page, or a file that stands at the root.
async fn page(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "A page is only read. Its forms post to /actions.\n")
            .into_response();
    }
    if let Some(file) = assets::root_file(request.uri().path(), request.headers()) {
        return file;
    }
    render_page(&state, request).await
}

/// An action: a server function. What it makes of the arguments, `actions` decides; what is no form of
/// ours at all is refused here, in words.
async fn action(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    let asked = Asked::by(&request);
    let path = request.uri().path();
    if !server_fn_paths().any(|(known, _)| known == path) {
        let text = String::from("There is no such form. Go back, reload the page and try again.");
        return asked.refuse(&state, Refusal { status: 404, title: "Page not found", text }).await;
    }
    let query = request.uri().query().unwrap_or_default();
    if let Some((name, _)) = form_urlencoded::parse(query.as_bytes()).next() {
        return asked.refuse(&state, refusal::unread("address", &name)).await;
    }
    if !is_plain_form(&request) {
        return asked.refuse(&state, refusal::malformed()).await;
    }
    let (mut parts, body) = request.into_parts();
    // It fails for no other reason that anybody would be left to hear of.
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return asked.refuse(&state, refusal::too_large()).await;
    };
    if let Some(name) = action_fields::unread(parts.uri.path(), &body) {
        return asked.refuse(&state, refusal::unread("form", &name)).await;
    }
    let in_place = InPlaceSlot::default();
    parts.extensions.insert(in_place.clone());
    let request = Request::from_parts(parts, Body::from(body));
    let context = state.clone();
    let mut response =
        handle_server_fns_with_context(move || provide(&context), request).await.into_response();
    if let Some(in_place) = in_place.get() {
        let mut page = asked.in_place(&state, in_place).await;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            page.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        return page;
    }
    // What a form's page and its error make up for an address is for nobody where nothing leads there.
    if !response.status().is_redirection() {
        response.headers_mut().remove(header::LOCATION);
    }
    // An action answers a form with a redirect, whatever came of it.
    if asked.for_html() && response.status() == StatusCode::BAD_REQUEST {
        return asked.refuse(&state, refusal::malformed()).await;
    }
    response
}

/// Whether the body is of the kind that actions read.
fn is_plain_form(request: &Request) -> bool {
    let headers = request.headers();
    let is_form = |it: &HeaderValue| it.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    headers.get(header::CONTENT_TYPE).is_none_or(is_form) && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Renders the page that stands at the request's address.
pub(super) async fn render_page(state: &Arc<ServerState>, request: Request<Body>) -> Response {
    let (context, shown) = (Arc::clone(state), Arc::clone(state));
    let render = render_app_async_with_context(
        move || {
            provide(&context);
            content_security_policy(&context.leptos);
        },
        move || shell(shown.leptos.clone(), shown.assets.clone()),
    );
    render(request).await
}

/// What pages and actions find in their context.
fn provide(state: &ServerState) {
    provide_context(state.app.clone());
    provide_context(state.cookies);
    provide_context(SiteOrigin(state.origin.clone()));
    provide_context(DemoHint(state.demo));
    if let Some(provider) = &state.provider {
        provide_context(ProviderButton {
            name: provider.name().to_owned(),
            issuer: provider.issuer().to_owned(),
            available: provider.is_available(),
            ends_sessions: provider.ends_sessions(),
        });
    }
    provide_context(DecisionJson(rest::decision_json));
    provide_context(ApiDocument(rest::document()));
}

/// Only our own scripts, by name or by the nonce of this very page; the wasm is compiled from them.
fn content_security_policy(options: &LeptosOptions) {
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        live_reload(options)
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Where pages hear from `cargo leptos watch` that they changed; nowhere, in what is released.
#[expect(clippy::disallowed_methods, reason = "no setting of an operator: cargo-leptos says it so")]
fn live_reload(options: &LeptosOptions) -> String {
    if cfg!(debug_assertions) && env::var_os("LEPTOS_WATCH").is_some() {
        let port = options.reload_port;
        format!(" ws://127.0.0.1:{port} ws://localhost:{port}")
    } else {
        String::new()
    }
}
