//! The request context of server functions and pages: caller, path, status of the response.
//!
//! An island gets the result of a server function, or an [`ActionError`] with its status. When a form is
//! posted to it before hydration, the function leaves a [`FormAnswer`] from which the server makes the
//! response. Leptos answers every error of a server function with 500; [`set_status`] corrects that.

use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::{
    prelude::{expect_context, use_context},
    reactive::owner::with_context,
};
use leptos_axum::{ResponseOptions, redirect};
use percent_encoding::percent_decode_str;

use super::{
    error::ActionError,
    flash::Outcome,
    form_answer::{AnswerSlot, FormAnswer},
};
use crate::{
    domain::paths,
    usecases::{App, SignedIn, UseCaseError},
};

pub use super::form_answer::Next;

/// A call by a signed-in user.
pub struct Call {
    pub app: App,
    pub signed_in: SignedIn,
}

/// The call of the current request.
///
/// # Errors
/// [`ActionError::SignedOut`] without a session; a form is redirected to sign in and returns to `back`.
pub fn call(back: &str) -> Result<Call, ActionError> {
    let Some(signed_in) = signed_in() else {
        leave(FormAnswer::SignIn { back: back.to_owned() });
        set_status(&ActionError::SignedOut);
        return Err(ActionError::SignedOut);
    };
    Ok(Call { app: expect_context::<App>(), signed_in })
}

/// The signed-in user, if any.
pub fn signed_in() -> Option<SignedIn> {
    handed_over()
}

/// A request extension that the server set for the page; `None` when there is none of this type.
pub fn handed_over<T: Clone + Send + Sync + 'static>() -> Option<T> {
    with_context(|parts: &Parts| parts.extensions.get().cloned())?
}

/// The rest of the request's path after `address`, percent-decoded; empty when there is none. A trailing
/// slash is ignored.
pub fn below(address: &str) -> String {
    let rest = with_context(|parts: &Parts| {
        let path = parts.uri.path();
        let rest = path.strip_suffix('/').unwrap_or(path).strip_prefix(address)?.strip_prefix('/')?;
        Some(percent_decode_str(rest).decode_utf8_lossy().into_owned())
    });
    rest.flatten().unwrap_or_default()
}

/// The path of the request.
pub fn path() -> String {
    with_context(|parts: &Parts| parts.uri.path().to_owned()).unwrap_or_default()
}

/// Redirects to the sign-in page, which returns to this page.
pub fn send_to_sign_in() {
    let here = with_context(|parts: &Parts| parts.uri.path_and_query().map(ToString::to_string));
    redirect(&paths::sign_in_returning_to(here.flatten().as_deref().unwrap_or(paths::HOME)));
    // Leptos redirects only clients that accept HTML; others must not see a 200.
    answer_with(StatusCode::FOUND.as_u16());
}

/// Leaves the response to a form for the server.
fn leave(answer: FormAnswer) {
    if let Some(slot) = handed_over::<AnswerSlot>() {
        slot.fill(answer);
    }
}

/// Sets the response's status, and `Retry-After` where the error has one.
pub fn set_status(error: &ActionError) {
    if let (ActionError::Throttled { seconds }, Some(options)) = (error, use_context::<ResponseOptions>()) {
        options.insert_header(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    answer_with(error.status());
}

/// Sets the status of the response or page.
pub fn answer_with(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

impl Call {
    /// Answers with `result`: to an island as it is, to a form as the redirect that `next` chooses.
    pub fn answer<T>(
        &self,
        subject: &str,
        result: Result<T, UseCaseError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Result<T, ActionError> {
        self.hand_on(subject, result.map_err(ActionError::from), next)
    }

    /// Like [`Self::answer`], for a result that already has an [`ActionError`].
    pub fn hand_on<T>(
        &self,
        subject: &str,
        result: Result<T, ActionError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Result<T, ActionError> {
        leave(FormAnswer::to(subject, result.as_ref(), next));
        result.inspect_err(set_status)
    }

    /// Like [`Self::answer`], for a form that always returns to `page`, with *Saved* or the error.
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
