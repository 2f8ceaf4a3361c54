//! The log: what the program says about itself while it runs, to stderr. And the traces, for those
//! who collect them.

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

/// PostgreSQL notes at every start that the table of migrations is there already.
const QUIET: &str = "sqlx::postgres::notice=warn";

/// Sends everything that is traced from here on to stderr, and spans to the collector if there is one.
/// Once a process; later calls do nothing. What comes back has to be told when the program ends.
///
/// # Panics
/// With a collector, outside of the runtime.
pub fn install(log: &LogConfig, collector: Option<&OtlpEndpoint>) -> Option<Traces> {
    let traces = collector.map(Traces::new);
    let to_collector = traces.as_ref().map(Traces::layer::<Registry>);
    let to_stderr = layer(log, io::stderr().is_terminal(), io::stderr);
    // It fails only where a log is installed already.
    if tracing_subscriber::registry().with(to_collector).with(to_stderr).try_init().is_ok() {
        // So that a panic stands in the log as everything else, with the request that it happened in.
        panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    }
    traces
}

/// What writes the log in its form.
pub fn layer<S, W>(log: &LogConfig, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    // A reader that went away must not take the server with it: errors of the log are not logged.
    let layer =
        tracing_subscriber::fmt::layer().log_internal_errors(false).with_ansi(colours).with_writer(writer);
    let filter = EnvFilter::new(format!("{QUIET},{}", log.filter));
    match log.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        // The fields of the event beside its time and level; those of the request in `span`.
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed(),
    }
}
