//! What the browser may ask for: one server function a verb, with its input, its result and its
//! error. Each is the target of an HTML form, so it works without the wasm; an island calls the same
//! function and gets the new state back.

pub mod confirm;
pub mod error;
pub mod feature_groups;
pub mod flags;
pub mod freezes;
pub mod jobs;
pub mod password;
pub mod sessions;
pub mod set_display;
pub mod set_flow;
pub mod set_orbit;
pub mod tokens;
pub mod users;

mod find_actors;
mod jump;

pub use find_actors::{FoundActor, find_actors};
pub use jump::{JumpResult, jump};

#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod refused;
#[cfg(feature = "ssr")]
pub mod support;
