//! The web server: axum, its state, its middleware, and what is handed in from outside.

pub mod system;

mod assets;
mod health;
mod middleware;
pub mod rest;
mod router;
mod sign_in;
mod state;

pub use router::router;
pub use state::ServerState;
