//! Pages as routes: rendering, and the context that a page finds.

use std::sync::{Arc, PoisonError};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{MethodRouter, get},
};
use leptos::{
    nonce::use_nonce,
    prelude::{AnyView, IntoAny, IntoView, expect_context, provide_context},
};
use leptos_axum::ResponseOptions;

use super::{ServerState, assets, rest};
use crate::ui::{ApiDocument, DemoHint, NotFoundPage, ProviderButton};

/// The route of a page that only answers GET.
pub(super) fn page<V: IntoView + 'static>(view: fn() -> V) -> MethodRouter<Arc<ServerState>> {
    read(view).fallback(only_read)
}

/// As [`page`], for a path to which forms are posted as well.
pub(super) fn read<V: IntoView + 'static>(view: fn() -> V) -> MethodRouter<Arc<ServerState>> {
    get(move |State(state): State<Arc<ServerState>>, request: Request| async move {
        render(&state, request, view).await
    })
}

/// The fallback of all routes: a file at the root, or a 404 page.
pub(super) async fn otherwise(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return only_read().await;
    }
    match assets::root_file(request.uri().path(), request.headers()) {
        Some(file) => file,
        None => render(&state, request, NotFoundPage).await,
    }
}

async fn only_read() -> Response {
    let allow = [(header::ALLOW, "GET, HEAD")];
    (StatusCode::METHOD_NOT_ALLOWED, allow, "A page is only read. Its forms post to /actions.\n")
        .into_response()
}

/// Renders a page for this request.
pub(super) async fn render<V: IntoView + 'static>(
    state: &Arc<ServerState>,
    request: Request<Body>,
    view: fn() -> V,
) -> Response {
    document(state, request, &move || view().into_any()).await
}

/// Not generic, so that it is compiled once for all pages.
async fn document(
    state: &Arc<ServerState>,
    request: Request<Body>,
    page: &(dyn Fn() -> AnyView + Send + Sync),
) -> Response {
    let options = ResponseOptions::default();
    let (parts, _) = request.into_parts();
    let context = || {
        provide_context(parts);
        provide_context(options.clone());
        provide(state);
        content_security_policy();
    };
    let mut response = Html(state.shell.document(context, page).await).into_response();
    let mut set = options.0.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(status) = set.status {
        *response.status_mut() = status;
    }
    response.headers_mut().extend(std::mem::take(&mut set.headers));
    response
}

/// Provides the context of pages and server functions.
pub(super) fn provide(state: &ServerState) {
    provide_context(state.app.clone());
    provide_context(state.cookies);
    provide_context(DemoHint(state.demo));
    provide_context(ApiDocument(rest::document()));
    if let Some(provider) = &state.provider {
        provide_context(ProviderButton {
            name: provider.name().to_owned(),
            issuer: provider.issuer().to_owned(),
            available: provider.is_available(),
            ends_sessions: provider.ends_sessions(),
        });
    }
}

/// Allows only our own scripts, by source or by the nonce of this page, and the wasm that they compile.
fn content_security_policy() {
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        expect_context::<ResponseOptions>().insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
