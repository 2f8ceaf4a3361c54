//! Forms: extractors, authentication, and the one way to turn a result into a response.
//!
//! A browser form is redirected to a page with a flash message; nothing secret is put into the URL. A refusal
//! too long for that renders the page in place. A script gets the result as JSON, with its status.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt;
use url::form_urlencoded;

use super::{
    ServerState,
    errors::in_a_line,
    form_fields::{self, Misread},
    pages::render,
    refusal::{self, Requester},
    request_headers::media_type,
};
use crate::{
    actions::{
        cookies::SESSION_COOKIE,
        error::ActionError,
        flash::{Flash, Outcome},
        form_answer::{FormAnswer, Next},
        support::Call,
    },
    domain::{paths, people::import::format::MAX_BYTES},
    ui::Refusal,
    usecases::{App, Caller, SignedIn, UseCaseError, administrator::Administrator},
};

/// Maximum size of a form, in bytes.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// Maximum size of a form with a file, in bytes.
const UPLOAD_LIMIT: usize = MAX_BYTES + BODY_LIMIT;

/// Maximum size of URL and flash in the response headers, in bytes. Some proxies allow only 4 KiB for all
/// headers; the others need a quarter of that.
const HEADER_ROOM: usize = 2048;

/// The extractor of handlers: a parsed form.
pub(super) struct Form<T> {
    pub posted: Posted,
    pub fields: T,
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<ServerState>> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<ServerState>) -> Result<Self, Response> {
        let (posted, body) = Posted::read(state, request).await?;
        match form_fields::read(&body) {
            Ok(fields) => Ok(Self { posted, fields }),
            Err(misread) => Err(posted.misread(misread).await),
        }
    }
}

/// The request of a form, without its fields.
pub(super) struct Posted {
    state: Arc<ServerState>,
    parts: Parts,
    html: bool,
}

impl Posted {
    /// Reads the body as well.
    ///
    /// # Errors
    /// The response to a request that is not a form or too large.
    pub async fn read(state: &Arc<ServerState>, request: Request) -> Result<(Self, Bytes), Response> {
        Self::read_up_to(state, request, BODY_LIMIT, is_plain_form, refusal::too_large).await
    }

    /// [`Self::read`] for a form that may have a file: of at most [`MAX_BYTES`] from an administrator, and no
    /// larger than another form from anybody else.
    pub async fn read_upload(state: &Arc<ServerState>, request: Request) -> Result<(Self, Bytes), Response> {
        let is_form = |headers: &HeaderMap| is_plain_form(headers) || is_multipart(headers);
        let (most, too_large): (usize, fn() -> Refusal) = match request.extensions().get::<SignedIn>() {
            None => (BODY_LIMIT, refusal::signed_out),
            Some(by) if Administrator::reading(&by.caller).is_err() => (BODY_LIMIT, refusal::too_large),
            Some(_) => (UPLOAD_LIMIT, refusal::file_too_large),
        };
        Self::read_up_to(state, request, most, is_form, too_large).await
    }

    /// Goes on with what a field names. What does not parse is not found: it could not be part of a URL.
    pub async fn with<T, E>(self, named: Result<T, E>) -> Result<(Self, T), Response> {
        match named {
            Ok(it) => Ok((self, it)),
            Err(_) => Err(self.refused(ActionError::NotFound).await),
        }
    }

    async fn read_up_to(
        state: &Arc<ServerState>,
        request: Request,
        most: usize,
        is_form: impl Fn(&HeaderMap) -> bool,
        too_large: fn() -> Refusal,
    ) -> Result<(Self, Bytes), Response> {
        let asked = Requester::by(&request);
        let html = asked.is_for_html();
        let query = request.uri().query().unwrap_or_default();
        if let Some((name, _)) = form_urlencoded::parse(query.as_bytes()).next() {
            return Err(asked.refuse(state, refusal::unread("address", &name)).await);
        }
        if !is_form(request.headers()) {
            return Err(asked.refuse(state, refusal::malformed()).await);
        }
        let (parts, body) = request.into_parts();
        // No other error would leave a client to answer.
        match to_bytes(body, most).await {
            Ok(body) => Ok((Self { state: Arc::clone(state), parts, html }, body)),
            Err(_) => Err(asked.refuse(state, too_large()).await),
        }
    }

    pub fn state(&self) -> &Arc<ServerState> {
        &self.state
    }

    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Whether a browser posted it and expects a page; otherwise it was a script.
    pub const fn is_for_html(&self) -> bool {
        self.html
    }

    /// The session token of the request's cookie.
    pub fn session_token(&self) -> Option<String> {
        self.state.cookies.read(&self.parts.headers, SESSION_COOKIE)
    }

    /// Requires a signed-in user.
    ///
    /// # Errors
    /// A redirect to the sign-in page that leads back to the page `back`.
    pub async fn signed_in(self, back: &str) -> Result<ByUser, Response> {
        let Some(signed_in) = self.parts.extensions.get::<SignedIn>().cloned() else {
            return Err(if self.html {
                self.answered(FormAnswer::SignIn { back: back.to_owned() }).await
            } else {
                json::<()>(&Err(ActionError::SignedOut))
            });
        };
        let call = Call { app: self.state.app.clone(), signed_in };
        Ok(ByUser { call, posted: self, cookies: Vec::new() })
    }

    /// Refuses a request that no page of ours sends.
    pub async fn refused(self, error: ActionError) -> Response {
        if !self.html {
            return json::<()>(&Err(error));
        }
        let refusal = match error {
            ActionError::NotFound => refusal::no_such_form(),
            ActionError::Malformed => refusal::malformed(),
            other => Refusal { status: other.status(), title: "Something went wrong", text: other.message() },
        };
        self.refuse(refusal).await
    }

    /// Refuses a form that could not be parsed.
    pub async fn misread(self, misread: Misread) -> Response {
        match misread {
            Misread::Unread(name) => self.refuse(refusal::unread("form", &name)).await,
            Misread::Malformed => self.refused(ActionError::Malformed).await,
        }
    }

    /// Redirects a form to its page.
    pub async fn answered(self, answer: FormAnswer) -> Response {
        match answer {
            FormAnswer::SignIn { back } if paths::short_return(&back) != back => {
                self.refuse(refusal::signed_out()).await
            }
            FormAnswer::SignIn { back } => see_other(&paths::sign_in_returning_to(&back), None),
            FormAnswer::Led { path, flash, status } => self.lead(path, flash, status).await,
        }
    }

    /// Renders the page of the form again, with `why` in its context.
    pub async fn page_again<V, T>(self, view: fn() -> V, why: T, status: StatusCode) -> Response
    where
        V: IntoView + 'static,
        T: Clone + Send + Sync + 'static,
    {
        let mut page = Request::new(Body::empty());
        *page.uri_mut() = self.parts.uri;
        *page.headers_mut() = self.parts.headers;
        page.extensions_mut().insert(why);
        let mut response = render(&self.state, page, view).await;
        *response.status_mut() = status;
        response
    }

    async fn refuse(self, refusal: Refusal) -> Response {
        Requester::of(&self.parts.headers, &self.parts.extensions).refuse(&self.state, refusal).await
    }

    /// Redirects to a page with a flash message. If both exceed [`HEADER_ROOM`], the page is rendered in
    /// place, unless something was changed: a reload must not repeat that, and the input is no longer needed.
    async fn lead(self, mut path: String, flash: Option<Flash>, status: u16) -> Response {
        let cookie = flash.as_ref().map(|flash| flash.cookie(self.state.cookies));
        if path.len() + cookie.as_ref().map_or(0, HeaderValue::len) > HEADER_ROOM {
            let done = flash.is_some() && status < StatusCode::BAD_REQUEST.as_u16();
            if !done {
                return self.page_in_place(&path, flash, status).await;
            }
            path = String::from(paths::short_return(&path));
        }
        see_other(&path, cookie)
    }

    /// Renders the page that a form would have been redirected to, with `why` in its context and this status.
    async fn page_in_place<T>(self, path: &str, why: T, status: u16) -> Response
    where
        T: Clone + Send + Sync + 'static,
    {
        let mut page = Request::new(Body::empty());
        // A URL has a maximum length, too.
        let Ok(address) = path.parse() else { return self.refuse(refusal::too_large()).await };
        *page.uri_mut() = address;
        page.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        page.extensions_mut().insert(why);
        if let Some(signed_in) = self.parts.extensions.get::<SignedIn>() {
            page.extensions_mut().insert(signed_in.clone());
        }
        let pages = self.state.pages.clone().with_state(self.state);
        let mut response = pages.oneshot(page).await.into_response();
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        }
        response
    }
}

/// A form of a signed-in user.
pub(super) struct ByUser {
    call: Call,
    posted: Posted,
    cookies: Vec<HeaderValue>,
}

impl ByUser {
    pub const fn app(&self) -> &App {
        &self.call.app
    }

    pub const fn signed_in(&self) -> &SignedIn {
        &self.call.signed_in
    }

    pub const fn caller(&self) -> &Caller {
        &self.call.signed_in.caller
    }

    pub const fn posted(&self) -> &Posted {
        &self.posted
    }

    /// Replaces the session's token in the cookie.
    pub fn keep_session(&mut self, token: String) {
        let seconds = self.call.app.settings.session_absolute_millis / 1000;
        self.cookies.push(self.posted.state.cookies.set(SESSION_COOKIE, token, seconds));
    }

    /// Returns the result: as JSON to a script, as a redirect to a form. `next` computes the target from the
    /// result.
    pub async fn answer<T: Serialize>(
        self,
        subject: &str,
        result: Result<T, UseCaseError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Response {
        let result = result.map_err(ActionError::from);
        let mut response = if self.posted.html {
            self.posted.answered(FormAnswer::to(subject, result.as_ref(), next)).await
        } else {
            json(&result)
        };
        for cookie in self.cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Renders the page again, with `why` in its context, for input that no address could carry.
    pub async fn page_in_place<T>(self, page: &str, why: T, error: &ActionError) -> Response
    where
        T: Clone + Send + Sync + 'static,
    {
        self.posted.page_in_place(page, why, error.status()).await
    }

    /// As [`ByUser::answer`], for a form that returns to one page, which says what was done or why not.
    pub async fn answer_on<T: Serialize>(
        self,
        page: &str,
        subject: &str,
        result: Result<T, UseCaseError>,
        done: impl FnOnce(&T) -> Outcome,
    ) -> Response {
        let next = |result: Result<&T, &ActionError>| {
            let outcome = result.map_or_else(|error| Outcome::Failed(error.clone()), done);
            Next::Page(page.to_owned(), outcome)
        };
        self.answer(subject, result, next).await
    }
}

/// The JSON response for a script.
fn json<T: Serialize>(result: &Result<T, ActionError>) -> Response {
    match result {
        Ok(done) => Json(done).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, Json(error)).into_response();
            if let ActionError::Throttled { seconds } = error {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            response
        }
    }
}

/// A redirect that the browser follows with GET.
fn see_other(path: &str, flash: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(flash) = flash {
        response.headers_mut().append(header::SET_COOKIE, flash);
    }
    response
}

/// Whether the content type is that of an HTML form.
fn is_plain_form(headers: &HeaderMap) -> bool {
    let is_form = |it: &HeaderValue| it.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    headers.get(header::CONTENT_TYPE).is_none_or(is_form) && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Whether it is an HTML form with a file.
fn is_multipart(headers: &HeaderMap) -> bool {
    media_type(headers) == "multipart/form-data" && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The message for an error that is not the user's fault; logs it.
pub(super) fn broken(error: &UseCaseError) -> (StatusCode, String) {
    tracing::error!(%error, "a form failed");
    if error.is_unwritable() {
        let text = "Nothing can be changed at the moment, and nobody can sign in: the database takes no changes. Whoever runs this server can tell why.";
        (StatusCode::SERVICE_UNAVAILABLE, String::from(text))
    } else {
        in_a_line(error)
    }
}
