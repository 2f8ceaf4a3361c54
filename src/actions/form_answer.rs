//! How a form is answered: where it redirects to, and with which flash. Shared by forms that post to the
//! server's handlers and by those of islands, which post to a server function until hydrated.

use std::sync::{Arc, OnceLock};

use super::{
    error::ActionError,
    flash::{Flash, Outcome},
};
use crate::domain::paths;

/// The page to redirect to after a form.
pub enum Next {
    /// This page, with a flash.
    Page(String, Outcome),
    /// This page, without a flash, because it shows the result itself.
    Silently(String),
}

/// The response to a form. Islands and scripts get the result itself.
#[derive(Clone, Debug)]
pub enum FormAnswer {
    /// Redirect to the sign-in page, which returns to `back`.
    SignIn { back: String },
    /// Redirect to `path` with a flash. `status` is used where the page is rendered as the response instead.
    Led { path: String, flash: Option<Flash>, status: u16 },
}

impl FormAnswer {
    /// The response that `next` chooses for `result`. [`ActionError::ConfirmSignIn`] makes a detour to the
    /// page that confirms the sign-in.
    pub fn to<T>(
        subject: &str,
        result: Result<&T, &ActionError>,
        next: impl FnOnce(Result<&T, &ActionError>) -> Next,
    ) -> Self {
        let status = result.err().map_or(200, ActionError::status);
        let must_confirm = matches!(result, Err(ActionError::ConfirmSignIn));
        let (path, flash) = match next(result) {
            Next::Silently(path) | Next::Page(path, _) if must_confirm => {
                (paths::confirm_returning_to(&path), None)
            }
            Next::Silently(path) => (path, None),
            Next::Page(path, outcome) => (path, Some(Flash { subject: subject.to_owned(), outcome })),
        };
        Self::Led { path, flash, status }
    }
}

/// A request extension in which a server function leaves the response to a form for the server.
#[derive(Clone, Debug, Default)]
pub struct AnswerSlot(Arc<OnceLock<FormAnswer>>);

impl AnswerSlot {
    pub fn get(&self) -> Option<&FormAnswer> {
        self.0.get()
    }

    /// Sets the response; later calls are ignored.
    pub fn fill(&self, answer: FormAnswer) {
        let _ = self.0.set(answer);
    }
}
