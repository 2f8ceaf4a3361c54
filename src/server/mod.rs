//! The web server: axum, its state, its middleware, and what is handed in from outside.

pub mod config;
pub mod serve;
pub mod system;
pub mod telemetry;
