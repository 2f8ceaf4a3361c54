//! How saving goes, said beside what is saved and to screen readers.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actions::error::ActionError;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Feedback {
    /// Nothing was done yet.
    Quiet,
    Saving,
    Saved,
    Failed(ActionError),
}

impl Feedback {
    pub const fn is_saved(&self) -> bool {
        matches!(self, Self::Saved)
    }

    pub const fn is_saving(&self) -> bool {
        matches!(self, Self::Saving)
    }
}

/// *Saving…*, *Saved*, or *Couldn't save* with the reason. The two live regions are always there, so
/// that what appears in them is announced.
#[component]
pub fn FeedbackLine(#[prop(into)] feedback: Signal<Feedback>) -> impl IntoView {
    view! {
        <span role="status" class="text-muted">
            {move || match feedback.get() {
                Feedback::Saving => "Saving…",
                Feedback::Saved => "Saved",
                Feedback::Quiet | Feedback::Failed(_) => "",
            }}
        </span>
        <span role="alert" class="text-danger">
            {move || match feedback.get() {
                Feedback::Failed(error) => format!("Couldn't save. {}", error.message()),
                _ => String::new(),
            }}
        </span>
    }
}
