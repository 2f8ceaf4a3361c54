//! A user's display preferences. Those for Orbit are in `flows/orbit.rs`.

use super::keyed::keyed_enum;

keyed_enum! {
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum Theme: serde {
        /// Follows the operating system.
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
    /// How times are displayed.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum TimeFormat: serde {
        /// `2 hours ago`, with the exact time as tooltip.
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

/// All display preferences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    pub theme: Theme,
    pub time_format: TimeFormat,
}
