//! What every action does around its use case: who asks, and how the answer travels.
//!
//! An island gets the result, or an [`ActionError`] with its status. A plain form gets a redirect to
//! the page it came from, with a flash that says how it went; nothing of it stands in the address. A
//! refusal that is too long for that is answered with the page itself.
//! Server functions answer every error with 500 of their own accord: this is where that is mended.

use std::sync::{Arc, OnceLock};

use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::{
    prelude::{expect_context, use_context},
    reactive::owner::with_context,
};
use leptos_axum::{ResponseOptions, redirect};

use super::{
    cookies::{CookiePolicy, SESSION_COOKIE},
    error::ActionError,
    flash::{Flash, Outcome},
};
use crate::{
    domain::paths,
    usecases::{App, SignedIn, UseCaseError},
};

/// A call of an action by somebody who is signed in.
pub struct Call {
    pub app: App,
    pub signed_in: SignedIn,
    html: bool,
}

/// How browsers reach the program: scheme, host and port.
#[derive(Clone, Debug)]
pub struct SiteOrigin(pub String);

/// Where a form goes after its action.
pub enum Next {
    /// To this page, with this to be said.
    Page(String, Outcome),
    /// To this page, where it is plain what happened.
    Silently(String),
}

/// What an address and a flash may take of an answer's headers, in bytes. Proxies have as little as 4 KiB for
/// all of them, and the others take a quarter of that.
const HEADER_ROOM: usize = 2048;

/// What answers a form instead of a redirect, where what has to be kept fits into no header.
#[derive(Clone, Debug)]
pub enum InPlace {
    /// The page that it would have led to, with this status.
    Page { path: String, flash: Option<Flash>, status: u16 },
    /// That nobody is signed in, and nothing is lost.
    SignedOut,
}

/// Where an action leaves it for the server.
#[derive(Clone, Debug, Default)]
pub struct InPlaceSlot(Arc<OnceLock<InPlace>>);

impl InPlaceSlot {
    pub fn get(&self) -> Option<&InPlace> {
        self.0.get()
    }

    fn fill(in_place: InPlace) {
        if let Some(Self(slot)) = handed_over() {
            let _ = slot.set(in_place);
        }
    }
}

/// Who asks.
///
/// # Errors
/// [`ActionError::SignedOut`]: a form is sent to the sign-in page, and back to where it was.
pub fn call(back: &str) -> Result<Call, ActionError> {
    let html = wants_html();
    let Some(signed_in) = signed_in() else {
        if html && paths::short_return(back) != back {
            InPlaceSlot::fill(InPlace::SignedOut);
        } else if html {
            see_other(&paths::sign_in_returning_to(back));
        } else {
            set_status(&ActionError::SignedOut);
        }
        return Err(ActionError::SignedOut);
    };
    Ok(Call { app: expect_context::<App>(), signed_in, html })
}

/// Whoever is signed in; `None` when nobody is.
pub fn signed_in() -> Option<SignedIn> {
    handed_over()
}

/// What the server put into the request for the page; `None` when it put nothing of the kind.
pub fn handed_over<T: Clone + Send + Sync + 'static>() -> Option<T> {
    with_context(|parts: &Parts| parts.extensions.get().cloned())?
}

/// The path of the address that was asked for.
pub fn path() -> String {
    with_context(|parts: &Parts| parts.uri.path().to_owned()).unwrap_or_default()
}

/// Sends whoever asked for this page to sign in, and back here.
pub fn send_to_sign_in() {
    let here = with_context(|parts: &Parts| parts.uri.path_and_query().map(ToString::to_string));
    redirect(&paths::sign_in_returning_to(here.flatten().as_deref().unwrap_or(paths::HOME)));
    // Leptos redirects only those who ask for HTML; the others must not take it for a success.
    answer_with(StatusCode::FOUND.as_u16());
}

fn wants_html() -> bool {
    with_context(|parts: &Parts| {
        let accept = parts.headers.get(header::ACCEPT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        accept.is_some_and(|accept| accept.contains("text/html"))
    })
    .unwrap_or_default()
}

/// Leads a form to a page, which is then asked for with GET.
fn see_other(path: &str) {
    redirect(path);
    answer_with(StatusCode::SEE_OTHER.as_u16());
}

/// Leads a form to a page with something to be said there. Where that is too much for the headers, the page
/// is the answer, unless something was done: a reload must not do it again, and nothing that was typed is
/// still needed.
fn lead(mut path: String, flash: Option<Flash>, status: u16) {
    let cookie = flash.as_ref().map(|flash| flash.cookie(expect_context::<CookiePolicy>()));
    if path.len() + cookie.as_ref().map_or(0, HeaderValue::len) > HEADER_ROOM {
        let done = flash.is_some() && status < StatusCode::BAD_REQUEST.as_u16();
        if !done {
            InPlaceSlot::fill(InPlace::Page { path, flash, status });
            return;
        }
        path = String::from(paths::short_return(&path));
    }
    if let Some(cookie) = cookie {
        set_cookie(cookie);
    }
    see_other(&path);
}

/// Gives the answer the status of the error.
pub fn set_status(error: &ActionError) {
    if let (ActionError::Throttled { seconds }, Some(options)) = (error, use_context::<ResponseOptions>()) {
        options.insert_header(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    answer_with(error.status());
}

/// Gives the answer, or the page, this status.
pub fn answer_with(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

fn set_cookie(cookie: HeaderValue) {
    expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, cookie);
}

impl Call {
    /// Hands the result on: to an island as it is, to a form as a redirect. `next` says where a form
    /// goes, from what came of it.
    pub fn answer<T>(
        &self,
        subject: &str,
        result: Result<T, UseCaseError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Result<T, ActionError> {
        self.hand_on(subject, result.map_err(ActionError::from), next)
    }

    /// The same of what the action itself made an [`ActionError`] of.
    pub fn hand_on<T>(
        &self,
        subject: &str,
        result: Result<T, ActionError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Result<T, ActionError> {
        if self.html {
            let status = result.as_ref().err().map_or(200, ActionError::status);
            match next(result.as_ref()) {
                Next::Silently(path) | Next::Page(path, _)
                    if matches!(result, Err(ActionError::ConfirmSignIn)) =>
                {
                    lead(paths::confirm_returning_to(&path), None, status);
                }
                Next::Silently(path) => lead(path, None, status),
                Next::Page(path, outcome) => {
                    lead(path, Some(Flash { subject: subject.to_owned(), outcome }), status);
                }
            }
        } else if let Err(error) = &result {
            set_status(error);
        }
        let no_store = HeaderValue::from_static("no-store");
        expect_context::<ResponseOptions>().insert_header(header::CACHE_CONTROL, no_store);
        result
    }

    /// The token of the session that the request came with.
    pub fn session_token(&self) -> String {
        let policy = expect_context::<CookiePolicy>();
        with_context(|parts: &Parts| policy.read(&parts.headers, SESSION_COOKIE))
            .flatten()
            .unwrap_or_default()
    }

    /// The session goes on with another token.
    pub fn keep_session(&self, token: String) {
        let seconds = self.app.settings.session_absolute_millis / 1000;
        set_cookie(expect_context::<CookiePolicy>().set(SESSION_COOKIE, token, seconds));
    }

    /// The same where a form comes back to one page, which says *Saved* or why not.
    pub fn answer_on<T>(
        &self,
        subject: &str,
        page: &str,
        result: Result<T, UseCaseError>,
    ) -> Result<T, ActionError> {
        self.answer(subject, result, |result| {
            let outcome = result.err().map_or(Outcome::Saved, |error| Outcome::Failed(error.clone()));
            Next::Page(page.to_owned(), outcome)
        })
    }
}
