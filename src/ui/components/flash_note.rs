//! What a form says on the page that follows it. It has the focus there: a page that is loaded anew
//! announces nothing by itself, and whoever reads on reads on from here.

use leptos::prelude::*;

/// That something was done.
#[component]
pub fn StatusNote(children: Children) -> impl IntoView {
    view! { <div role="status" tabindex="-1" autofocus class="note note-success mt-4">{children()}</div> }
}

/// That something failed, and what to do.
#[component]
pub fn AlertNote(children: Children) -> impl IntoView {
    view! { <div role="alert" tabindex="-1" autofocus class="note note-danger mt-4">{children()}</div> }
}
