//! Markup that several pages share. Components know no URLs.

pub mod accounts;
mod choice;
mod confirm;
pub mod decisions;
mod field;
pub mod flags;
mod flash_note;
pub mod flows;
mod markdown;
mod note;
mod pager;
pub mod people;
mod problem;
mod time;

pub use accounts::password_fields::PasswordFields;
pub use choice::Choice;
pub use confirm::Confirm;
pub use decisions::{chart::DecisionChart, sparkline::Sparkline};
pub use field::{Field, FieldError, PasswordField, UsernameField, Wrong, described_by};
pub use flags::actor_fields::{ActorFields, WrongActor};
pub use flash_note::{AlertNote, OutcomeNote, StatusNote};
pub use flows::consent_text::ConsentText;
pub use markdown::Markdown;
pub use note::{Note, Tone};
pub use pager::Pager;
pub use people::found_people::{FindPeople, FoundPeople};
pub use problem::Problem;
pub use time::Time;
