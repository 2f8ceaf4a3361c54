//! Copies a text. Hidden until it works.

use leptos::prelude::*;

use super::awake;

/// Copies `text` and says so.
#[island]
pub fn CopyButton(text: String, label: String) -> impl IntoView {
    let awake = awake();
    let (copied, set_copied) = signal(false);
    let copy = move |_| {
        // The promise is not waited for: a browser that refuses to copy shows so itself.
        let _ = window().navigator().clipboard().write_text(&text);
        set_copied.set(true);
    };
    view! {
        <button type="button" class="button button-small" class:invisible=move || !awake.get() on:click=copy>
            {label}
        </button>
        <span role="status" class="text-muted text-sm">
            {super::text(move || if copied.get() { "Copied".to_owned() } else { String::new() })}
        </span>
    }
}
