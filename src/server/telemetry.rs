//! The log: what the program says about itself while it runs, to stderr.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::config::{LogConfig, LogFormat};

/// PostgreSQL notes at every start that the table of migrations is there already.
const QUIET: &str = "sqlx::postgres::notice=warn";

/// Sends everything that is traced from here on to stderr. Once a process; later calls do nothing.
pub fn install(log: &LogConfig) {
    // A collector that went away must not take the server with it: errors of the log are not logged.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("{QUIET},{}", log.filter)))
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false)
        .with_writer(io::stderr);
    // It fails only where a log is installed already.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
