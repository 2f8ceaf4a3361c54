//! Flash messages. They take the focus, because live regions announce nothing on page load, and so screen
//! readers continue from here.

use leptos::prelude::*;

use crate::actions::flash::Outcome;

/// A success message.
#[component]
pub fn StatusNote(children: Children) -> impl IntoView {
    view! { <div role="status" tabindex="-1" autofocus class="note note-success mt-4">{children()}</div> }
}

/// An error message, with what to do.
#[component]
pub fn AlertNote(children: Children) -> impl IntoView {
    view! { <div role="alert" tabindex="-1" autofocus class="note note-danger mt-4">{children()}</div> }
}

/// What the form before this page did: what failed says it itself, and `done` says what was done.
#[component]
pub fn OutcomeNote<D>(outcome: Option<Outcome>, done: D) -> impl IntoView
where
    D: FnOnce(Outcome) -> Option<AnyView>,
{
    match outcome {
        Some(Outcome::Failed(error)) => view! { <AlertNote>{error.message()}</AlertNote> }.into_any(),
        Some(outcome) => match done(outcome) {
            Some(text) => view! { <StatusNote>{text}</StatusNote> }.into_any(),
            None => ().into_any(),
        },
        None => ().into_any(),
    }
}
