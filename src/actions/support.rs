//! What server functions and pages find around them: who asks, for what, and what the answer is to have.
//!
//! An island gets the result of a server function, or an [`ActionError`] with its status. For a form that
//! comes before the island woke, the function leaves what answers it, and the server does the rest.
//! Server functions answer every error with 500 of their own accord: this is where that is mended.

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

/// A call of an action by somebody who is signed in.
pub struct Call {
    pub app: App,
    pub signed_in: SignedIn,
}

/// Who asks.
///
/// # Errors
/// [`ActionError::SignedOut`]: a form is sent to the sign-in page, and back to where it was.
pub fn call(back: &str) -> Result<Call, ActionError> {
    let Some(signed_in) = signed_in() else {
        leave(FormAnswer::SignIn { back: back.to_owned() });
        set_status(&ActionError::SignedOut);
        return Err(ActionError::SignedOut);
    };
    Ok(Call { app: expect_context::<App>(), signed_in })
}

/// Whoever is signed in; `None` when nobody is.
pub fn signed_in() -> Option<SignedIn> {
    handed_over()
}

/// What the server put into the request for the page; `None` when it put nothing of the kind.
pub fn handed_over<T: Clone + Send + Sync + 'static>() -> Option<T> {
    with_context(|parts: &Parts| parts.extensions.get().cloned())?
}

/// What stands below `address` in the path that was asked for, decoded; empty when nothing does. A slash at
/// the end makes no difference.
pub fn below(address: &str) -> String {
    let rest = with_context(|parts: &Parts| {
        let path = parts.uri.path();
        let rest = path.strip_suffix('/').unwrap_or(path).strip_prefix(address)?.strip_prefix('/')?;
        Some(percent_decode_str(rest).decode_utf8_lossy().into_owned())
    });
    rest.flatten().unwrap_or_default()
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

/// Leaves what answers a form.
fn leave(answer: FormAnswer) {
    if let Some(slot) = handed_over::<AnswerSlot>() {
        slot.fill(answer);
    }
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
        leave(FormAnswer::to(subject, result.as_ref(), next));
        result.inspect_err(set_status)
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
