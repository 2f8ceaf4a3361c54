//! A button that copies a text; hidden until hydrated.

use leptos::prelude::*;

use super::awake;

/// Copies `text` to the clipboard and confirms it.
#[island]
pub fn CopyButton(text: String, label: String) -> impl IntoView {
    let awake = awake();
    let (copied, set_copied) = signal(false);
    let copy = move |_| {
        // The promise is not awaited: browsers show by themselves that they refuse to copy.
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
