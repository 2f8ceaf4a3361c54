//! What runs in the browser. An island owns one interaction; before it wakes, and without
//! JavaScript, its HTML is a working form.

mod actor_picker;
mod checkbox;
mod copy_button;
mod feedback;
mod flow_toggle;
mod jump_box;
mod orbit_choices;
mod percentage_slider;
mod signals;

pub use actor_picker::ActorPicker;
pub use copy_button::CopyButton;
pub use feedback::Feedback;
pub use flow_toggle::{Dialog, FlowRow, FlowToggle};
pub use jump_box::JumpBox;
pub use orbit_choices::OrbitChoices;
pub use percentage_slider::PercentageSlider;

use self::{
    checkbox::{focus, keep_checked},
    signals::{awake, text},
};
