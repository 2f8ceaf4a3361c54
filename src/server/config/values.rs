//! Parsers of single values. Their errors say what was expected.

use std::{convert::Infallible, fmt, fs, net::SocketAddr, str::FromStr};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use url::{Host, Url};

use crate::{
    domain::{environment::Environment, people::group_map::GroupMap},
    server::MetricsToken,
    storage::DatabaseUrl,
};

/// What was expected, to follow the name of the setting.
#[derive(Debug)]
pub(super) struct Expected(pub String);

impl Expected {
    fn because(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The format of log events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: a line of text per event.
    Text,
    /// For collectors: a JSON object per event.
    Json,
}

/// The URL by which browsers reach the server: scheme, host and port, serialised as an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalUrl {
    url: Url,
    origin: String,
}

impl ExternalUrl {
    /// `https://duo.example.com`: without a trailing slash and without the scheme's default port.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// The parsed URL.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    /// Whether the host is a loopback address.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The URL of a server that listens on `address`; for the unspecified address, the loopback one.
    pub(super) fn of_address(address: SocketAddr) -> Self {
        let host = match address {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => String::from("127.0.0.1"),
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => String::from("[::1]"),
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        };
        external_url(&format!("http://{host}:{}", address.port())).expect("an address makes a URL")
    }
}

impl fmt::Display for ExternalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Whether the URL's host is a loopback address.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A secret that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads the first line of a file.
    pub(super) fn read(file: &str) -> Result<Self, Expected> {
        let text = fs::read_to_string(file).map_err(|error| Expected(format!("cannot be read: {error}")))?;
        Self(text.lines().next().unwrap_or_default().to_owned()).checked()
    }

    pub(super) fn checked(self) -> Result<Self, Expected> {
        if self.0.trim().is_empty() { Err(Expected::because("it is empty")) } else { Ok(self) }
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

pub(super) fn group_map(text: &str) -> Result<GroupMap, Expected> {
    GroupMap::parse(text).map_err(|error| Expected(error.to_string()))
}

pub(super) fn external_url(text: &str) -> Result<ExternalUrl, Expected> {
    let expected = || {
        Expected::because(
            "expected http:// or https://, a host and perhaps a port, such as https://duo.example.com",
        )
    };
    let url = Url::parse(text).map_err(|_| expected())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(expected());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Expected::because(
            "expected no path and no query: the server answers at the root of its host",
        ));
    }
    Ok(ExternalUrl { origin: url.origin().ascii_serialization(), url })
}

/// Long enough not to be guessed, and valid in a header.
pub(super) fn metrics_token(text: &str) -> Result<MetricsToken, Expected> {
    if text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(MetricsToken::new(text))
    } else {
        Err(Expected::because("expected 16 or more letters, digits and signs, without spaces"))
    }
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, Expected> {
    text.parse().map_err(|error| Expected(format!("{error}")))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Expected> {
    text.parse().map_err(|_| {
        Expected::because("expected an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000")
    })
}

/// An integer from `least` to `most`.
pub(super) fn whole<T: TryFrom<u32>>(text: &str, least: u32, most: u32) -> Result<T, Expected> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| Expected(format!("expected a whole number from {least} to {most}")))
}

pub(super) fn switch(text: &str) -> Result<bool, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Expected::because("expected true or false")),
    }
}

pub(super) fn environment(text: &str) -> Result<Environment, Expected> {
    let known = || Environment::ALL.map(Environment::key).join(", ");
    Environment::from_key(text).ok_or_else(|| Expected(format!("expected one of {}", known())))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Expected> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Expected::because("expected text or json")),
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, Expected> {
    let expected = "expected off, error, warn, info, debug or trace, or directives such as info,sqlx=debug";
    // EnvFilter parses an unknown level as a module, so a typo would silence the log.
    let is_level_or_directive = |part: &str| match part.split_once('=') {
        Some((place, _)) => place.chars().all(|c| c.is_ascii_alphanumeric() || "_:[]{}-".contains(c)),
        None => !part.is_empty() && part.parse::<LevelFilter>().is_ok(),
    };
    if !text.split(',').map(str::trim).all(is_level_or_directive) {
        return Err(Expected::because(expected));
    }
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| Expected::because(expected))
}
