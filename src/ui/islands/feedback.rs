//! Progress and result of saving, shown beside the control and announced to screen readers.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::text;
use crate::actions::error::ActionError;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Feedback {
    /// Nothing saved yet.
    Quiet,
    Saving,
    /// With the consequence; empty where the page shows it elsewhere.
    Saved(String),
    /// With the reason and what to do.
    Failed(String),
}

impl Feedback {
    pub const fn is_saved(&self) -> bool {
        matches!(self, Self::Saved(_))
    }

    pub const fn is_saving(&self) -> bool {
        matches!(self, Self::Saving)
    }

    /// The feedback for an action's error.
    pub fn failed(error: &ActionError) -> Self {
        Self::Failed(error.message())
    }

    fn status(&self) -> String {
        match self {
            Self::Saving => "Saving…".into(),
            Self::Saved(so) if so.is_empty() => "Saved".into(),
            Self::Saved(so) => format!("Saved. {so}"),
            Self::Quiet | Self::Failed(_) => String::new(),
        }
    }

    fn alert(&self) -> String {
        match self {
            Self::Failed(why) => format!("Couldn't save. {why}"),
            _ => String::new(),
        }
    }
}

/// *Saving…*, *Saved*, or *Couldn't save* with the reason. Both live regions are always in the document:
/// only then are changes in them announced.
#[component]
pub fn FeedbackLine(feedback: Signal<Feedback>) -> impl IntoView {
    view! {
        <span>
            <span role="status" class="text-muted">{text(move || feedback.with(Feedback::status))}</span>
            <span role="alert" class="text-danger">{text(move || feedback.with(Feedback::alert))}</span>
        </span>
    }
}
