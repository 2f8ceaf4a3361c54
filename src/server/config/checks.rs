//! Names of settings, and collected configuration errors.

use std::{fmt, time::Duration};

use super::values::{self, Expected};

/// Declares settings: the flag, then the variable.
macro_rules! settings {
    ($($name:ident = $flag:literal / $variable:literal;)*) => {
        $(const $name: Setting = Setting { flag: $flag, variable: $variable };)*
    };
}

pub(super) use settings;

/// The names of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The flag, without the dashes.
    pub flag: &'static str,
    /// The environment variable.
    pub variable: &'static str,
}

/// One invalid setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Which setting.
    pub setting: Setting,
    /// Its value; `None` if it may contain a password.
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{} ({})", self.setting.flag, self.setting.variable)?;
        if let Some(value) = &self.value {
            write!(f, " is {value:?}")?;
        }
        write!(f, ": {}", self.expected)
    }
}

/// All invalid settings; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 setting is wrong:")?,
            many => write!(f, "{many} settings are wrong:")?,
        }
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects configuration errors.
#[derive(Default)]
pub(super) struct Checks(pub Vec<ConfigError>);

impl Checks {
    /// The result of `read`, or all errors that it recorded.
    pub fn only<T>(read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, ConfigErrors> {
        let mut checks = Self::default();
        read(&mut checks).ok_or(ConfigErrors(checks.0))
    }

    /// Parses a value; `None` if it is invalid, which is recorded.
    pub fn read<T>(
        &mut self,
        setting: Setting,
        value: &str,
        read: fn(&str) -> Result<T, Expected>,
    ) -> Option<T> {
        self.note(setting, Some(value), read(value))
    }

    pub fn whole<T: TryFrom<u32>>(
        &mut self,
        setting: Setting,
        value: &str,
        least: u32,
        most: u32,
    ) -> Option<T> {
        self.note(setting, Some(value), values::whole(value, least, most))
    }

    /// A duration in seconds, from `least` to an hour.
    pub fn seconds(&mut self, setting: Setting, value: &str, least: u32) -> Option<Duration> {
        self.whole(setting, value, least, 3600).map(|seconds: u32| Duration::from_secs(seconds.into()))
    }

    pub fn note<T>(&mut self, setting: Setting, value: Option<&str>, read: Result<T, Expected>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(expected) => {
                self.0.push(ConfigError { setting, value: value.map(str::to_owned), expected: expected.0 });
                None
            }
        }
    }
}
