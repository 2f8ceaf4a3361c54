//! What an operator sets, checked into types. The flags and their environment variables stand in
//! `options`, the rules for single values in `values`.
//!
//! A wrong configuration is reported as a whole: [`ConfigErrors`] names every setting that is wrong,
//! so that nobody mends them one start at a time.

mod chat;
mod checks;
mod options;
mod provider;
mod traces;
mod values;

use std::{net::SocketAddr, time::Duration};

pub use chat::ChatOptions;
pub use checks::{ConfigError, ConfigErrors, Setting};
pub use options::{DatabaseOptions, ExternalUrlOption, ServeOptions};
pub use provider::{IssuerOption, ProviderConfig, ProviderOptions};
pub use traces::{OtlpEndpoint, TraceConfig, TraceOptions};
pub use values::{ExternalUrl, LogFormat, Secret};

use super::{ChatSecret, MetricsToken, connections::ConnectionLimits, limits::Limits};
use crate::{storage::DatabaseUrl, usecases::Settings};

/// How `serve` runs: every value is valid, alone and together.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database and how many connections to it.
    pub database: DatabaseConfig,
    /// Where to accept connections. Port 0 leaves the choice to the system; once listening, this is
    /// the address that was chosen.
    pub listen: SocketAddr,
    /// `None` when nobody set it; ask [`Config::external_url`].
    pub configured_external_url: Option<ExternalUrl>,
    /// How many proxies in front of the server append to `X-Forwarded-For`. At 0 the header is
    /// ignored: anybody could have written it.
    pub trusted_proxies: usize,
    /// Whether to make the demo data on an empty database, and to print how to sign in.
    pub demo: bool,
    /// What the use cases need to know.
    pub settings: Settings,
    /// How many connections, and how long clients may keep them waiting.
    pub connections: ConnectionLimits,
    /// What a request, and whoever sends many, may take of the server.
    pub limits: Limits,
    /// How long requests in flight may take to end after the signal to stop.
    pub shutdown_timeout: Duration,
    /// What is logged, and how.
    pub log: LogConfig,
    /// By whom people sign in besides passwords; `None` when nobody asked for it.
    pub provider: Option<ProviderConfig>,
    /// What a chat program signs its requests with; `None` when none may send any.
    pub chat: Option<ChatSecret>,
    /// What opens the metrics; `None` leaves them to this machine.
    pub metrics_token: Option<MetricsToken>,
    /// Where traces are collected.
    pub traces: TraceConfig,
}

impl Config {
    /// How browsers reach the server: what was set, or `http://` and the address listened on.
    pub fn external_url(&self) -> ExternalUrl {
        self.configured_external_url.clone().unwrap_or_else(|| ExternalUrl::of_address(self.listen))
    }
}

/// The database that a command opens.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Its password is never printed.
    pub url: DatabaseUrl,
    /// The size of the pool. SQLite has one writer besides.
    pub max_connections: u32,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A line or an object for each event.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`; they parse.
    pub filter: String,
}

#[cfg(test)]
mod tests;
