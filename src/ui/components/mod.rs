//! Pieces of markup that know nothing of addresses.

mod actor_fields;
mod consent_text;
mod field;
mod flash_note;
mod markdown;
mod pager;
mod password_fields;
mod problem;
mod time;

pub use actor_fields::{ActorFields, WrongActor};
pub use consent_text::ConsentText;
pub use field::{Field, FieldError, PasswordField, UsernameField, Wrong, described_by};
pub use flash_note::{AlertNote, StatusNote};
pub use markdown::Markdown;
pub use pager::Pager;
pub use password_fields::PasswordFields;
pub use problem::Problem;
pub use time::Time;
