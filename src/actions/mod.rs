//! What the browser may ask for: the server functions that islands call, one file a verb, with their
//! input, their result and their error; and where forms post to. Forms are read and answered in `server`;
//! those of an island post to its server function, so they work before the wasm wakes and without it.

pub mod accounts;
pub mod error;
pub mod flags;
pub mod flows;
pub mod jobs;

mod jump;

pub use flags::find_actors::{FindActors, FoundActor, find_actors};
pub use jump::{Jump, JumpResult, jump};

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
