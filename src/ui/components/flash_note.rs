//! What a form says on the page that follows it.

use leptos::prelude::*;

/// That something was done.
#[component]
pub fn StatusNote(children: Children) -> impl IntoView {
    view! { <div role="status" class="note note-success mt-4">{children()}</div> }
}

/// That something failed, and what to do.
#[component]
pub fn AlertNote(children: Children) -> impl IntoView {
    view! { <div role="alert" class="note note-danger mt-4">{children()}</div> }
}
