//! The parts of pages that run in the browser. An island owns one interaction; before hydration, and without
//! JavaScript, its HTML is a working form.

mod checkbox;
mod copy_button;
mod feedback;
pub mod flags;
pub mod flows;
mod jump_box;
pub mod people;
mod signals;

pub use copy_button::CopyButton;
pub use feedback::Feedback;
pub use flags::{actor_picker::ActorPicker, percentage_slider::PercentageSlider};
pub use flows::{
    flow_toggle::{Dialog, FlowRow, FlowToggle},
    orbit_choices::OrbitChoices,
};
pub use jump_box::JumpBox;
pub use people::person_picker::PersonPicker;

use self::{
    checkbox::{focus, keep_checked},
    signals::{awake, text},
};
