//! What runs in the browser. An island owns one interaction; before it wakes, and without
//! JavaScript, its HTML is a working form.

mod actor_picker;
mod copy_button;
mod escape_link;
mod feedback;
mod flow_toggle;
mod jump_box;
mod orbit_choices;
mod percentage_slider;

pub use actor_picker::ActorPicker;
pub use copy_button::CopyButton;
pub use escape_link::EscapeLink;
pub use feedback::Feedback;
pub use flow_toggle::{Dialog, FlowRow, FlowToggle};
pub use jump_box::JumpBox;
pub use orbit_choices::OrbitChoices;
pub use percentage_slider::PercentageSlider;

use leptos::{html, prelude::*};

/// Whether the island runs: false in what the server renders, true soon after it woke.
fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}

/// A text that changes. One type for all of them: every closure would be code of its own, and a
/// visitor pays for each.
fn text(text: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(text)
}

/// Keeps a checkbox as `on` says, except while it is being saved: then it shows what was asked for.
fn keep_checked(checkbox: NodeRef<html::Input>, on: Signal<bool>, feedback: Signal<Feedback>) {
    Effect::new(move |_| {
        let (on, saving) = (on.get(), feedback.with(Feedback::is_saving));
        if let Some(checkbox) = checkbox.get()
            && !saving
        {
            checkbox.set_checked(on);
        }
    });
}
