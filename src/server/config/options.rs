//! The options of `serve` and those common to all commands, each with its environment variable.
//!
//! clap takes every value as text; [`ServeOptions::validate`] checks them all, since clap would stop at the
//! first error.

use super::{
    ChatOptions, Config, ConfigErrors, DatabaseConfig, LogConfig, ProviderOptions, Setting, TraceOptions,
    checks::{Checks, settings},
    values::{self, Expected, ExternalUrl},
};
use crate::{
    server::{connections::ConnectionLimits, limits::Limits},
    usecases::Settings,
};

settings! {
    DATABASE_URL = "database-url" / "DATABASE_URL";
    DATABASE_MAX_CONNECTIONS = "database-max-connections" / "DUO_DATABASE_MAX_CONNECTIONS";
    LISTEN = "listen" / "DUO_LISTEN";
    EXTERNAL_URL = "external-url" / "DUO_EXTERNAL_URL";
    TRUSTED_PROXIES = "trusted-proxies" / "DUO_TRUSTED_PROXIES";
    ENVIRONMENT = "environment" / "DUO_ENVIRONMENT";
    DEMO = "demo" / "DUO_DEMO";
    DEMO_ANYWHERE = "demo-anywhere" / "DUO_DEMO_ANYWHERE";
    SESSION_IDLE_HOURS = "session-idle-hours" / "DUO_SESSION_IDLE_HOURS";
    SESSION_MAX_HOURS = "session-max-hours" / "DUO_SESSION_MAX_HOURS";
    FRESH_SIGN_IN_MINUTES = "fresh-sign-in-minutes" / "DUO_FRESH_SIGN_IN_MINUTES";
    MAX_CONNECTIONS = "max-connections" / "DUO_MAX_CONNECTIONS";
    IDLE_TIMEOUT = "idle-timeout-seconds" / "DUO_IDLE_TIMEOUT_SECONDS";
    RECEIVE_TIMEOUT = "receive-timeout-seconds" / "DUO_RECEIVE_TIMEOUT_SECONDS";
    REQUEST_TIMEOUT = "request-timeout-seconds" / "DUO_REQUEST_TIMEOUT_SECONDS";
    API_RATE = "api-rate-per-minute" / "DUO_API_RATE_PER_MINUTE";
    API_ANONYMOUS_RATE = "api-anonymous-rate-per-minute" / "DUO_API_ANONYMOUS_RATE_PER_MINUTE";
    MAX_EVENT_STREAMS = "max-event-streams" / "DUO_MAX_EVENT_STREAMS";
    SHUTDOWN_TIMEOUT = "shutdown-timeout-seconds" / "DUO_SHUTDOWN_TIMEOUT_SECONDS";
    LOG_FORMAT = "log-format" / "DUO_LOG_FORMAT";
    LOG = "log" / "DUO_LOG";
    METRICS_TOKEN = "metrics-token" / "DUO_METRICS_TOKEN";
}

/// The default database.
pub(super) const DEFAULT_DATABASE: &str = "sqlite://data/duo-console.db";

const MINUTE_MILLIS: i64 = 60 * 1000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;

/// Options of the database, common to all commands.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseOptions {
    /// `sqlite://` and a file, which is created if it does not exist, or `postgres://user:password@host/name`
    #[arg(long = DATABASE_URL.flag, env = DATABASE_URL.variable, hide_env_values = true, global = true,
        value_name = "URL", default_value = DEFAULT_DATABASE)]
    pub database_url: String,
    /// At most this many connections, 1 to 200
    ///
    /// On PostgreSQL half are for writing and half for reading, at least one each; SQLite has one more, for
    /// writing.
    #[arg(long = DATABASE_MAX_CONNECTIONS.flag, env = DATABASE_MAX_CONNECTIONS.variable, global = true,
        value_name = "COUNT", default_value = "8")]
    pub database_max_connections: String,
}

/// Raw options of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeOptions {
    /// The IP address and port to listen on; port 0 takes any that is free
    #[arg(long = LISTEN.flag, env = LISTEN.variable, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    pub listen: String,
    /// The URL by which browsers reach the server [default: http:// and the address of --listen]
    ///
    /// Scheme, host and port only. With https, cookies are Secure and carry the __Host- prefix.
    #[arg(long = EXTERNAL_URL.flag, env = EXTERNAL_URL.variable, value_name = "URL")]
    pub external_url: Option<String>,
    /// How many proxies in front append to X-Forwarded-For, 0 to 16; with 0 the header is ignored
    #[arg(long = TRUSTED_PROXIES.flag, env = TRUSTED_PROXIES.variable, value_name = "COUNT", default_value = "0")]
    pub trusted_proxies: String,
    /// The environment whose feature flags apply: dev, pre, staging, staging-ref or production
    #[arg(long = ENVIRONMENT.flag, env = ENVIRONMENT.variable, value_name = "NAME", default_value = "production")]
    pub environment: String,
    /// Create the demo data when the database is empty, and print how to sign in
    ///
    /// The passwords of the demo users are public. So --listen, and --external-url if set, must then be
    /// loopback addresses, unless --demo-anywhere is set as well.
    #[arg(long = DEMO.flag, env = DEMO.variable, value_name = "true|false", num_args = 0..=1,
        require_equals = true, default_value = "false", default_missing_value = "true")]
    pub demo: String,
    /// Allow --demo where other machines can reach the server
    #[arg(long = DEMO_ANYWHERE.flag, env = DEMO_ANYWHERE.variable, value_name = "true|false", num_args = 0..=1,
        require_equals = true, default_value = "false", default_missing_value = "true")]
    pub demo_anywhere: String,
    /// End a session after this many hours of inactivity
    #[arg(long = SESSION_IDLE_HOURS.flag, env = SESSION_IDLE_HOURS.variable, value_name = "HOURS", default_value = "168")]
    pub session_idle_hours: String,
    /// End a session after this many hours, however active it is
    #[arg(long = SESSION_MAX_HOURS.flag, env = SESSION_MAX_HOURS.variable, value_name = "HOURS", default_value = "720")]
    pub session_max_hours: String,
    /// Ask for the password again before consent, new tokens and administration when the last sign-in is older, 0 to 43200; 0 never asks
    #[arg(long = FRESH_SIGN_IN_MINUTES.flag, env = FRESH_SIGN_IN_MINUTES.variable, value_name = "MINUTES", default_value = "60")]
    pub fresh_sign_in_minutes: String,
    /// At most this many connections at once, 1 to 1000000
    ///
    /// Further ones wait until one ends, or its client has stalled it for a second.
    #[arg(long = MAX_CONNECTIONS.flag, env = MAX_CONNECTIONS.variable, value_name = "COUNT", default_value = "10000")]
    pub max_connections: String,
    /// Close a connection after this many seconds of inactivity
    ///
    /// It should be longer than the idle timeout of a proxy in front.
    #[arg(long = IDLE_TIMEOUT.flag, env = IDLE_TIMEOUT.variable, value_name = "SECONDS", default_value = "75")]
    pub idle_timeout_seconds: String,
    /// How long a client may take to send a request's headers, and again to send its body (408)
    #[arg(long = RECEIVE_TIMEOUT.flag, env = RECEIVE_TIMEOUT.variable, value_name = "SECONDS", default_value = "10")]
    pub receive_timeout_seconds: String,
    /// How long a request may take until its response starts (503)
    #[arg(long = REQUEST_TIMEOUT.flag, env = REQUEST_TIMEOUT.variable, value_name = "SECONDS", default_value = "30")]
    pub request_timeout_seconds: String,
    /// The rate limit of the API for a token, in requests a minute (429); 0 for none
    ///
    /// Each server counts separately. An idle token may use a minute's worth at once.
    #[arg(long = API_RATE.flag, env = API_RATE.variable, value_name = "COUNT", default_value = "60000")]
    pub api_rate_per_minute: String,
    /// The rate limit of the API for an IP address without a valid token, in requests a minute; 0 for none
    #[arg(long = API_ANONYMOUS_RATE.flag, env = API_ANONYMOUS_RATE.variable, value_name = "COUNT", default_value = "600")]
    pub api_anonymous_rate_per_minute: String,
    /// At most this many event streams at once, each a connection (429); 0 for none
    ///
    /// A user has at most 100.
    #[arg(long = MAX_EVENT_STREAMS.flag, env = MAX_EVENT_STREAMS.variable, value_name = "COUNT", default_value = "1000")]
    pub max_event_streams: String,
    /// How long requests in flight may take to end after SIGTERM or SIGINT, 0 to 3600
    #[arg(long = SHUTDOWN_TIMEOUT.flag, env = SHUTDOWN_TIMEOUT.variable, value_name = "SECONDS", default_value = "30")]
    pub shutdown_timeout_seconds: String,
    /// The format of the log: text or json
    #[arg(long = LOG_FORMAT.flag, env = LOG_FORMAT.variable, value_name = "FORMAT", default_value = "text")]
    pub log_format: String,
    /// What to log: a level, or directives such as info,sqlx=debug
    #[arg(long = LOG.flag, env = LOG.variable, value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// The Bearer token that reads /-/metrics; without it nobody can
    ///
    /// 16 or more letters, digits and punctuation characters.
    #[arg(long = METRICS_TOKEN.flag, env = METRICS_TOKEN.variable, hide_env_values = true, value_name = "TOKEN")]
    pub metrics_token: Option<String>,
    #[command(flatten)]
    pub traces: TraceOptions,
    #[command(flatten)]
    pub provider: ProviderOptions,
    #[command(flatten)]
    pub chat: ChatOptions,
}

/// The external URL, for commands that print URLs of the server.
#[derive(Clone, Debug, clap::Args)]
pub struct ExternalUrlOption {
    /// The URL by which browsers reach the server, as for `serve`: printed links begin with it
    #[arg(long = EXTERNAL_URL.flag, env = EXTERNAL_URL.variable, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    pub external_url: String,
}

impl ExternalUrlOption {
    /// # Errors
    /// It is not the URL of a server.
    pub fn validate(&self) -> Result<ExternalUrl, ConfigErrors> {
        Checks::only(|checks| checks.external_url(&self.external_url))
    }
}

impl Checks {
    /// The value is not repeated in the error if it may contain a password.
    fn external_url(&mut self, url: &str) -> Option<ExternalUrl> {
        self.note(EXTERNAL_URL, (!url.contains('@')).then_some(url), values::external_url(url))
    }
}

impl DatabaseOptions {
    /// # Errors
    /// All invalid settings.
    pub fn validate(&self) -> Result<DatabaseConfig, ConfigErrors> {
        Checks::only(|checks| self.check(checks))
    }

    /// Whether it is the default database.
    pub fn is_default(&self) -> bool {
        self.database_url == DEFAULT_DATABASE
    }

    fn check(&self, checks: &mut Checks) -> Option<DatabaseConfig> {
        // Not repeated in the error: it may contain a password.
        let url = checks.note(DATABASE_URL, None, values::database_url(&self.database_url));
        let max_connections = checks.whole(DATABASE_MAX_CONNECTIONS, &self.database_max_connections, 1, 200);
        Some(DatabaseConfig { url: url?, max_connections: max_connections? })
    }
}

impl ServeOptions {
    /// # Errors
    /// All invalid settings.
    pub fn validate(&self, database: &DatabaseOptions) -> Result<Config, ConfigErrors> {
        let mut checks = Checks::default();
        let config = self.check(database, &mut checks);
        match config {
            Some(config) if checks.0.is_empty() => Ok(config),
            _ => Err(ConfigErrors(checks.0)),
        }
    }

    /// Parses all options before any error is returned.
    fn check(&self, database: &DatabaseOptions, checks: &mut Checks) -> Option<Config> {
        let database = database.check(checks);
        let listen = checks.read(LISTEN, &self.listen, values::address);
        let external_url = match self.external_url.as_deref() {
            None => Some(None),
            Some(url) => checks.external_url(url).map(Some),
        };
        let trusted_proxies = checks.whole(TRUSTED_PROXIES, &self.trusted_proxies, 0, 16);
        let environment = checks.read(ENVIRONMENT, &self.environment, values::environment);
        let demo = checks.read(DEMO, &self.demo, values::switch);
        let demo_anywhere = checks.read(DEMO_ANYWHERE, &self.demo_anywhere, values::switch);
        let idle: Option<u32> = checks.whole(SESSION_IDLE_HOURS, &self.session_idle_hours, 1, 87_600);
        let max: Option<u32> = checks.whole(SESSION_MAX_HOURS, &self.session_max_hours, 1, 87_600);
        let fresh: Option<u32> = checks.whole(FRESH_SIGN_IN_MINUTES, &self.fresh_sign_in_minutes, 0, 43_200);
        let most = checks.whole(MAX_CONNECTIONS, &self.max_connections, 1, 1_000_000);
        let idle_connection = checks.seconds(IDLE_TIMEOUT, &self.idle_timeout_seconds, 1);
        let receive = checks.seconds(RECEIVE_TIMEOUT, &self.receive_timeout_seconds, 1);
        let request = checks.seconds(REQUEST_TIMEOUT, &self.request_timeout_seconds, 1);
        let api_rate = checks.whole(API_RATE, &self.api_rate_per_minute, 0, 1_000_000_000);
        let anonymous_rate =
            checks.whole(API_ANONYMOUS_RATE, &self.api_anonymous_rate_per_minute, 0, 1_000_000_000);
        let streams = checks.whole(MAX_EVENT_STREAMS, &self.max_event_streams, 0, 1_000_000);
        let shutdown_timeout = checks.seconds(SHUTDOWN_TIMEOUT, &self.shutdown_timeout_seconds, 0);
        let format = checks.read(LOG_FORMAT, &self.log_format, values::log_format);
        let filter = checks.read(LOG, &self.log, values::log_filter);
        let provider = self.provider.check(checks);
        let chat = self.chat.check(checks);
        let metrics_token = match self.metrics_token.as_deref().filter(|it| !it.is_empty()) {
            None => Some(None),
            // Not repeated in the error.
            Some(token) => checks.note(METRICS_TOKEN, None, values::metrics_token(token)).map(Some),
        };
        let traces = self.traces.check(checks);

        if let (Some(idle), Some(max)) = (idle, max)
            && max < idle
        {
            let expected =
                Expected(format!("must not be less than --{}, which is {idle}", SESSION_IDLE_HOURS.flag));
            checks.note(SESSION_MAX_HOURS, Some(&self.session_max_hours), Err::<(), _>(expected));
        }
        if demo == Some(true) && demo_anywhere != Some(true) {
            let refused = || {
                Err::<(), _>(Expected(format!(
                    "with --{}, whose passwords everybody can know, only an address of this machine; --{} allows any",
                    DEMO.flag, DEMO_ANYWHERE.flag
                )))
            };
            if listen.is_some_and(|address| !address.ip().is_loopback()) {
                checks.note(LISTEN, Some(&self.listen), refused());
            }
            if let Some(Some(url)) = &external_url
                && !url.is_loopback()
            {
                checks.note(EXTERNAL_URL, Some(url.as_str()), refused());
            }
        }

        Some(Config {
            database: database?,
            listen: listen?,
            configured_external_url: external_url?,
            trusted_proxies: trusted_proxies?,
            demo: demo?,
            settings: Settings {
                session_idle_millis: i64::from(idle?) * HOUR_MILLIS,
                session_absolute_millis: i64::from(max?) * HOUR_MILLIS,
                fresh_sign_in_millis: i64::from(fresh?) * MINUTE_MILLIS,
                environment: environment?,
            },
            connections: ConnectionLimits { most: most?, head: receive?, idle: idle_connection? },
            limits: Limits {
                body: receive?,
                request: request?,
                api_per_minute: api_rate?,
                anonymous_per_minute: anonymous_rate?,
                streams: streams?,
                heartbeat: Limits::heartbeat(idle_connection?),
            },
            shutdown_timeout: shutdown_timeout?,
            log: LogConfig { format: format?, filter: filter? },
            provider: provider?,
            chat: chat?,
            metrics_token: metrics_token?,
            traces: traces?,
        })
    }
}
