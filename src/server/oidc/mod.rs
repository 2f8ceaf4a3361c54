//! Single sign-on through an OpenID Connect provider: the protocol, and the verification of claims. Which
//! user they belong to, the use case decides.
//!
//! The authorization code flow with PKCE. All requests to the provider go through [`http_client`], with
//! limits; `openidconnect` is used in this module only.

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
