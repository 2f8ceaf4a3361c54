//! A box for what is to be known beside the matter of a page.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default)]
pub enum Tone {
    #[default]
    Warning,
    Info,
    Danger,
}

/// `margin` is the class of the space above it.
#[component]
pub fn Note(
    #[prop(optional)] tone: Tone,
    #[prop(default = "mt-4")] margin: &'static str,
    children: Children,
) -> impl IntoView {
    let tone = match tone {
        Tone::Warning => "note",
        Tone::Info => "note note-info",
        Tone::Danger => "note note-danger",
    };
    view! { <div class=format!("{tone} {margin}")>{children()}</div> }
}
