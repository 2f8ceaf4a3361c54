//! A user's preferences about how the pages look. Orbit has a file of its own.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// `None` when `key` names no theme.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// How times are written on the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeFormat {
    /// `2 hours ago`, the exact time on hover.
    #[default]
    #[serde(rename = "relative")]
    Relative,
    /// `1 June 2026, 21:05 UTC`.
    #[serde(rename = "24_hour")]
    TwentyFourHour,
    /// `1 June 2026, 9:05 PM UTC`.
    #[serde(rename = "12_hour")]
    TwelveHour,
}

impl TimeFormat {
    pub const ALL: [Self; 3] = [Self::Relative, Self::TwentyFourHour, Self::TwelveHour];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Relative => "relative",
            Self::TwentyFourHour => "24_hour",
            Self::TwelveHour => "12_hour",
        }
    }

    /// `None` when `key` names no format.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Relative => "Relative",
            Self::TwentyFourHour => "24-hour",
            Self::TwelveHour => "12-hour",
        }
    }

    pub const fn example(self) -> &'static str {
        match self {
            Self::Relative => "2 hours ago",
            Self::TwentyFourHour => "1 June 2026, 21:05 UTC",
            Self::TwelveHour => "1 June 2026, 9:05 PM UTC",
        }
    }
}

/// What is on the page besides Orbit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    pub theme: Theme,
    pub time_format: TimeFormat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_key(theme.key()), Some(theme));
        }
        for format in TimeFormat::ALL {
            assert_eq!(TimeFormat::from_key(format.key()), Some(format));
        }
    }
}
