//! Logging to stderr, and the export of traces if a collector is configured.

pub mod traces;

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::MakeWriter,
    layer::SubscriberExt,
    registry::{LookupSpan, Registry},
    util::SubscriberInitExt,
};

use self::traces::Traces;
use super::config::{LogConfig, LogFormat, OtlpEndpoint};

/// PostgreSQL sends a notice at every start that the table of migrations exists.
const QUIET: &str = "sqlx::postgres::notice=warn";

/// Installs the global subscriber: the log to stderr, and spans to the collector if there is one. Once per
/// process; later calls do nothing. The returned [`Traces`] must be finished when the program ends.
///
/// # Panics
/// With a collector, outside of a tokio runtime.
pub fn install(log: &LogConfig, collector: Option<&OtlpEndpoint>) -> Option<Traces> {
    let traces = collector.map(Traces::new);
    let to_collector = traces.as_ref().map(Traces::layer::<Registry>);
    let to_stderr = layer(log, io::stderr().is_terminal(), io::stderr);
    // Fails only if a subscriber is installed already.
    if tracing_subscriber::registry().with(to_collector).with(to_stderr).try_init().is_ok() {
        // Logs panics like everything else, within the span of their request.
        panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    }
    traces
}

/// The layer that formats and writes the log.
pub fn layer<S, W>(log: &LogConfig, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    // A closed stderr must not take the server down: errors of the log itself are not reported.
    let layer =
        tracing_subscriber::fmt::layer().log_internal_errors(false).with_ansi(colours).with_writer(writer);
    let filter = EnvFilter::new(format!("{QUIET},{}", log.filter));
    match log.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        // Fields of the event are flattened beside its time and level; those of the request are in `span`.
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed(),
    }
}
