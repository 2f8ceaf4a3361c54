//! Flash messages. They take the focus, because live regions announce nothing on page load, and so screen
//! readers continue from here.

use leptos::prelude::*;

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
