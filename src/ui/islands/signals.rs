//! Signals that several islands have.

use leptos::prelude::*;

/// Whether the island runs: false in what the server renders, true soon after it woke.
pub(super) fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}

/// A text that changes. One type for all of them: every closure would be code of its own, and a
/// visitor pays for each.
pub(super) fn text(text: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(text)
}
