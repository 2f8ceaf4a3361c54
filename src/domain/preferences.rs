//! A user's preferences about how the pages look. Orbit has a file of its own.

use super::keyed::keyed_enum;

keyed_enum! {
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Theme: serde {
        /// As the operating system has it.
        #[default]
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

impl Theme {
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

keyed_enum! {
    /// How times are written on the pages.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum TimeFormat: serde {
        /// `2 hours ago`, the exact time on hover.
        #[default]
        Relative = "relative",
        /// `1 June 2026, 21:05 UTC`.
        TwentyFourHour = "24_hour",
        /// `1 June 2026, 9:05 PM UTC`.
        TwelveHour = "12_hour",
    }
}

impl TimeFormat {
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
