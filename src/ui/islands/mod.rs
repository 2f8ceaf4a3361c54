//! What runs in the browser. An island owns one interaction; before it wakes, and without
//! JavaScript, its HTML is a working form.

mod copy_button;
mod escape_link;
mod feedback;
mod flow_toggle;
mod jump_box;
mod orbit_choices;

pub use copy_button::CopyButton;
pub use escape_link::EscapeLink;
pub use feedback::Feedback;
pub use flow_toggle::{Dialog, FlowRow, FlowToggle};
pub use jump_box::JumpBox;
pub use orbit_choices::OrbitChoices;

use leptos::prelude::*;

/// Whether the island runs: false in what the server renders, true soon after it woke.
fn awake() -> ReadSignal<bool> {
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    awake
}
