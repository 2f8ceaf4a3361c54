//! Where traces go: a flag of ours, and a variable that platforms set for all programs alike.

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

/// A collector of traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

impl OtlpEndpoint {
    /// Where it takes traces.
    pub fn traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }

    /// Where the collector is.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// Where traces go, as it was written, and by whom.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    otlp_endpoint: Option<String>,
    /// By the variable, which may not have been set for this program.
    is_of_environment: bool,
}

/// What comes of it.
#[derive(Clone, Debug, Default)]
pub struct TraceConfig {
    /// `None` when nobody collects traces.
    pub endpoint: Option<OtlpEndpoint>,
    /// A variable that names what cannot be sent to.
    pub ignored: Option<ConfigError>,
}

impl TraceOptions {
    /// A flag that is wrong is refused. A variable that is wrong is no reason not to start: there are no
    /// traces then, which is said.
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

/// By hand, because what clap derives does not say where a value came from.
impl Args for TraceOptions {
    fn augment_args(command: Command) -> Command {
        command.arg(
            Arg::new(OTLP_ENDPOINT.flag)
                .long(OTLP_ENDPOINT.flag)
                .env(OTLP_ENDPOINT.variable)
                .value_name("URL")
                .help(
                    "The OpenTelemetry collector that takes traces by HTTP, `http://` only, such as `http://127.0.0.1:4318`",
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
