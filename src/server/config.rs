//! The operator's configuration, validated into types. Flags and their environment variables are in
//! `options`, the rules for single values in `values`.
//!
//! An invalid configuration is reported as a whole: [`ConfigErrors`] lists every wrong setting, so that an
//! operator does not have to fix them one start at a time.

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

/// Configuration of `serve`; every value is valid, alone and together with the others.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database URL and pool size.
    pub database: DatabaseConfig,
    /// The socket address to listen on. With port 0 the system chooses one; once listening, this is the
    /// actual address.
    pub listen: SocketAddr,
    /// `None` unless configured; use [`Config::external_url`].
    pub configured_external_url: Option<ExternalUrl>,
    /// How many proxies in front of the server append to `X-Forwarded-For`. At 0 the header is ignored, since
    /// any client could have written it.
    pub trusted_proxies: usize,
    /// Whether to create the demo data in an empty database and to print the demo sign-in.
    pub demo: bool,
    /// Settings of the use cases.
    pub settings: Settings,
    /// Maximum number of connections, and client timeouts.
    pub connections: ConnectionLimits,
    /// Timeouts and rate limits of requests.
    pub limits: Limits,
    /// How long requests in flight may take to finish after the signal to stop.
    pub shutdown_timeout: Duration,
    /// Format and filter of the log.
    pub log: LogConfig,
    /// The single sign-on provider; `None` if only passwords are used.
    pub provider: Option<ProviderConfig>,
    /// The secret with which the chat program signs its requests; `None` refuses them all.
    pub chat: Option<ChatSecret>,
    /// The bearer token of the metrics endpoint; without one nobody may read it.
    pub metrics_token: Option<MetricsToken>,
    /// Where traces are exported to.
    pub traces: TraceConfig,
}

impl Config {
    /// The URL by which browsers reach the server: the configured one, or `http://` and the listening
    /// address.
    pub fn external_url(&self) -> ExternalUrl {
        self.configured_external_url.clone().unwrap_or_else(|| ExternalUrl::of_address(self.listen))
    }
}

/// The database of a command.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Its password is never printed.
    pub url: DatabaseUrl,
    /// Size of the pool. SQLite has one more connection for writing.
    pub max_connections: u32,
}

/// Format and filter of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A line of text or a JSON object per event.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`, known to parse.
    pub filter: String,
}

#[cfg(test)]
mod tests;
