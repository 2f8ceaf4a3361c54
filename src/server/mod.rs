//! The web server: axum, its state, its middleware, and what is handed in from outside.

pub mod config;
pub mod system;
pub mod telemetry;

mod accounts;
mod action_fields;
mod assets;
mod audit_export;
mod chat_signature;
mod compression;
mod connections;
mod forms;
mod health;
mod limits;
mod metrics;
mod middleware;
mod oidc;
mod outbound;
mod rates;
mod refusal;
mod remote_ip;
mod request_headers;
mod request_id;
mod reserved_addresses;
pub mod rest;
mod router;
mod schedule;
mod serve;
mod sign_in;
mod state;

pub use chat_signature::ChatSecret;
pub use connections::ConnectionLimits;
pub use limits::Limits;
pub use metrics::MetricsToken;
pub use oidc::Provider;
pub use router::router;
pub use serve::{ServeError, serve};
pub use state::ServerState;
