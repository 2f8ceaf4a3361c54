//! What the browser may call: the server functions of islands (one file per verb, with input, result and
//! error), and the `action` URLs of forms. `server` parses and answers forms; the form of an island posts to
//! its server function, so it works before hydration and without wasm.

pub mod accounts;
pub mod error;
pub mod flags;
pub mod flows;
pub mod jobs;
pub mod people;
pub mod settings;

mod jump;

pub use flags::find_actors::{FindActors, FoundActor, find_actors};
pub use jump::{Jump, JumpResult, jump};
pub use people::find_people::{FindPeople, FoundPerson, find_people};

#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod form_answer;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod refused;
#[cfg(feature = "ssr")]
pub mod support;
