//! Escape leads away: for a dialog that is a page of its own.

use leptos::{ev, prelude::*};

/// Leads to `href` when Escape is pressed anywhere.
#[island]
pub fn EscapeLink(href: String) -> impl IntoView {
    Effect::new(move |_| {
        let href = href.clone();
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" {
                // A browser that refuses to navigate is leaving already.
                let _ = window().location().assign(&href);
            }
        });
        on_cleanup(move || handle.remove());
    });
}
