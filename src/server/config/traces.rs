//! The export of traces: our flag, and the standard variable that platforms set for all programs.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};
use url::Url;

use super::{
    ConfigError, Setting,
    checks::{Checks, settings},
    values::Expected,
};

settings! {
    OTLP_ENDPOINT = "otlp-endpoint" / "OTEL_EXPORTER_OTLP_ENDPOINT";
}

/// The URL of an OpenTelemetry collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

impl OtlpEndpoint {
    /// The URL for traces.
    pub fn traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }

    /// The host of the collector.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// Raw options of traces, and where they come from.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    otlp_endpoint: Option<String>,
    /// Whether the variable set it, which may not have been meant for this program.
    is_of_environment: bool,
}

/// The validated options.
#[derive(Clone, Debug, Default)]
pub struct TraceConfig {
    /// `None` if traces are not exported.
    pub endpoint: Option<OtlpEndpoint>,
    /// An unusable value of the variable, to be logged.
    pub ignored: Option<ConfigError>,
}

impl TraceOptions {
    /// An invalid flag is an error. An invalid variable does not prevent the start: no traces are exported
    /// then, which is logged.
    pub(super) fn check(&self, checks: &mut Checks) -> Option<TraceConfig> {
        let Some(url) = self.otlp_endpoint.as_deref().filter(|it| !it.is_empty()) else {
            return Some(TraceConfig::default());
        };
        let shown = (!url.contains('@')).then_some(url);
        match read(url) {
            Ok(endpoint) => Some(TraceConfig { endpoint: Some(endpoint), ignored: None }),
            Err(Expected(expected)) if self.is_of_environment => {
                let value = shown.map(str::to_owned);
                let ignored = Some(ConfigError { setting: OTLP_ENDPOINT, value, expected });
                Some(TraceConfig { endpoint: None, ignored })
            }
            wrong => checks.note(OTLP_ENDPOINT, shown, wrong).map(|_| TraceConfig::default()),
        }
    }
}

fn read(text: &str) -> Result<OtlpEndpoint, Expected> {
    let expected = || {
        Expected(String::from(
            "expected http://, a host and a port, such as http://127.0.0.1:4318; a collector beside the \
             server passes traces on with TLS",
        ))
    };
    let url = Url::parse(text).map_err(|_| expected())?;
    let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    if !plain || url.query().is_some() || url.fragment().is_some() {
        return Err(expected());
    }
    Ok(OtlpEndpoint(url))
}

/// By hand, since a derived `Args` does not tell where a value came from.
impl Args for TraceOptions {
    fn augment_args(command: Command) -> Command {
        command.arg(
            Arg::new(OTLP_ENDPOINT.flag)
                .long(OTLP_ENDPOINT.flag)
                .env(OTLP_ENDPOINT.variable)
                .value_name("URL")
                .help(
                    "The OpenTelemetry collector that receives traces over HTTP, `http://` only, such as `http://127.0.0.1:4318`",
                ),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for TraceOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self {
            otlp_endpoint: matches.get_one(OTLP_ENDPOINT.flag).cloned(),
            is_of_environment: matches.value_source(OTLP_ENDPOINT.flag) == Some(ValueSource::EnvVariable),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
