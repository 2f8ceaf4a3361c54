//! Pieces of markup that know nothing of addresses.

mod consent_text;
mod flash_note;
mod problem;
mod time;

pub use consent_text::ConsentText;
pub use flash_note::{AlertNote, StatusNote};
pub use problem::Problem;
pub use time::Time;
