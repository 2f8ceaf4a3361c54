//! The web server: axum, its state, its middleware, and what is handed in from outside.

pub mod rest;
pub mod system;
