//! Where a form is led after what it asked for was done or refused: the same for forms that post to the
//! server's handlers and for those of islands, which post to a server function until the island wakes.

use std::sync::{Arc, OnceLock};

use super::{
    error::ActionError,
    flash::{Flash, Outcome},
};
use crate::domain::paths;

/// Where a form goes after its action.
pub enum Next {
    /// To this page, with this to be said.
    Page(String, Outcome),
    /// To this page, where it is plain what happened.
    Silently(String),
}

/// What answers a form. Islands and scripts get the result itself.
#[derive(Clone, Debug)]
pub enum FormAnswer {
    /// The page to sign in on, and then back.
    SignIn { back: String },
    /// A page, with something to be said there. The status is for where the page itself is the answer.
    Led { path: String, flash: Option<Flash>, status: u16 },
}

impl FormAnswer {
    /// What `next` says, from what came of it. Whoever has to prove first who they are does so on the way.
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

/// Where a server function leaves the answer to a form for the server.
#[derive(Clone, Debug, Default)]
pub struct AnswerSlot(Arc<OnceLock<FormAnswer>>);

impl AnswerSlot {
    pub fn get(&self) -> Option<&FormAnswer> {
        self.0.get()
    }

    /// The first answer counts.
    pub fn fill(&self, answer: FormAnswer) {
        let _ = self.0.set(answer);
    }
}
