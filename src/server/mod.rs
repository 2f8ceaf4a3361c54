//! The web server: axum, its state, its middleware, and what is handed in from outside.

pub mod config;
pub mod system;
pub mod telemetry;

mod assets;
mod health;
mod middleware;
mod oidc;
pub mod rest;
mod router;
mod serve;
mod sign_in;
mod state;

pub use oidc::Provider;
pub use router::router;
pub use serve::{ServeError, serve};
pub use state::ServerState;
