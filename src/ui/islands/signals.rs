//! Signals that several islands share.

use leptos::prelude::*;

/// Whether the island is hydrated: false in server-rendered HTML.
pub(super) fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}

/// A derived text. Erasing the closure's type keeps the wasm small: each closure would be rendered by code
/// of its own.
pub(super) fn text(text: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(text)
}
