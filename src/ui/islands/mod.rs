//! What runs in the browser. An island owns one interaction; before it wakes, and without
//! JavaScript, its HTML is a working form.

mod actor_picker;
mod copy_button;
mod feedback;
mod flow_toggle;
mod jump_box;
mod orbit_choices;
mod percentage_slider;

pub use actor_picker::ActorPicker;
pub use copy_button::CopyButton;
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
/// Whoever was faster than the page has switched it already: `switch` carries that out.
fn keep_checked(
    checkbox: NodeRef<html::Input>,
    on: Signal<bool>,
    feedback: Signal<Feedback>,
    switch: impl Fn(bool) + 'static,
) {
    Effect::new(move |woke: Option<()>| {
        let (on, saving) = (on.get(), feedback.with(Feedback::is_saving));
        let Some(checkbox) = checkbox.get() else { return };
        let shown = checkbox.checked();
        if woke.is_none() && shown != on {
            switch(shown);
        } else if !saving {
            checkbox.set_checked(on);
        }
    });
}

/// Gives the focus to a checkbox, for when the control that had it goes away.
fn focus(checkbox: NodeRef<html::Input>) {
    if let Some(checkbox) = checkbox.get_untracked() {
        // It is on the page, so it takes the focus.
        let _ = checkbox.focus();
    }
}
