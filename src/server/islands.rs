//! Server functions, which islands call. Until an island is hydrated, its HTML is a form that posts to the
//! same URL; the function puts the response for a form into an [`AnswerSlot`].

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::server_fn::ServerFn;
use leptos_axum::handle_server_fns_with_context;
use serde::de::DeserializeOwned;

use super::{ServerState, form_fields, forms::Posted, pages::provide};
use crate::actions::{error::ActionError, form_answer::AnswerSlot};

pub(super) async fn call<F>(State(state): State<Arc<ServerState>>, request: Request) -> Response
where
    F: ServerFn + DeserializeOwned + Send + 'static,
{
    let (posted, body) = match Posted::read(&state, request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    // Parsed here and again by leptos, which would ignore unknown fields and word its errors itself.
    if let Err(misread) = form_fields::read::<F>(&body) {
        return posted.misread(misread).await;
    }
    let slot = AnswerSlot::default();
    let mut parts = posted.parts().clone();
    parts.extensions.insert(slot.clone());
    // Content negotiation is done here, not in leptos.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let request = Request::from_parts(parts, Body::from(body));
    let context = Arc::clone(&state);
    let response = handle_server_fns_with_context(move || provide(&context), request).await.into_response();
    if !posted.is_for_html() {
        return response;
    }
    if let Some(answer) = slot.get() {
        return posted.answered(answer.clone()).await;
    }
    let not_found = response.status() == StatusCode::NOT_FOUND;
    posted.refused(if not_found { ActionError::NotFound } else { ActionError::Internal }).await
}
