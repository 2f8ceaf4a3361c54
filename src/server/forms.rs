//! Forms that are no actions, because nobody is signed in: read, and shown again when refused.

use std::sync::Arc;

use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::de::DeserializeOwned;

use super::{
    ServerState,
    errors::in_a_line,
    refusal::{self, Asked},
    router::render_page,
};
use crate::usecases::UseCaseError;

/// What a form was posted with, besides its fields.
pub(super) struct Posted {
    uri: Uri,
    pub headers: HeaderMap,
}

impl Posted {
    /// The fields too.
    ///
    /// # Errors
    /// The answer to what is no such form, or too large.
    pub async fn read<T: DeserializeOwned>(
        state: &Arc<ServerState>,
        request: Request,
    ) -> Result<(Self, T), Response> {
        let posted = Self { uri: request.uri().clone(), headers: request.headers().clone() };
        let asked = Asked::by(&request);
        match Form::<T>::from_request(request, &()).await {
            Ok(Form(form)) => Ok((posted, form)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(asked.refuse(state, refusal::too_large()).await)
            }
            Err(_) => Err(asked.refuse(state, refusal::malformed()).await),
        }
    }

    /// The page of the form again, which finds `why` handed over.
    pub async fn page_again<T>(self, state: &Arc<ServerState>, why: T, status: StatusCode) -> Response
    where
        T: Clone + Send + Sync + 'static,
    {
        let mut page = Request::new(Body::empty());
        *page.uri_mut() = self.uri;
        *page.headers_mut() = self.headers;
        page.extensions_mut().insert(why);
        let mut response = render_page(state, page).await;
        *response.status_mut() = status;
        response
    }
}

/// What is said when it is nobody's fault who fills in the form.
pub(super) fn broken(error: &UseCaseError) -> (StatusCode, String) {
    tracing::error!(%error, "a form was not done");
    if error.is_unwritable() {
        let text = "Nothing can be changed at the moment, and nobody can sign in: the database takes no changes. Whoever runs this server can tell why.";
        (StatusCode::SERVICE_UNAVAILABLE, String::from(text))
    } else {
        in_a_line(error)
    }
}
