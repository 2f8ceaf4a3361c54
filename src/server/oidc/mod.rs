//! Signing in by an OpenID Connect provider: what is said to it, what it says, and what of that is
//! believed. Who it is here, the use case decides.
//!
//! The authorization code flow with PKCE. All that is asked of the provider goes through
//! [`http_client`], with limits; `openidconnect` stands in this room alone.

mod answer;
mod attempt;
mod claims;
mod discovery;
mod error;
mod http_client;
mod pages;
mod token;
mod token_answer;
mod user_info;

pub use discovery::Provider;
pub(super) use pages::{SESSION_MARK, callback, sign_out, start};
