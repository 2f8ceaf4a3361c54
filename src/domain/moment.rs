//! An instant formatted for a page.

use serde::{Deserialize, Serialize};

use super::{preferences::TimeFormat, time::Timestamp};

/// The content of a `<time>` element.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The `datetime` attribute: RFC 3339.
    pub datetime: String,
    /// The tooltip, to the minute.
    pub exact: String,
    /// The visible text.
    pub shown: String,
}

impl Moment {
    /// Formats `at` as seen at `now`.
    pub fn new(at: Timestamp, now: Timestamp, format: TimeFormat) -> Self {
        let exact = at.long(format == TimeFormat::TwelveHour);
        let shown = match format {
            TimeFormat::Relative => at.relative_to(now),
            TimeFormat::TwentyFourHour | TimeFormat::TwelveHour => exact.clone(),
        };
        Self { datetime: at.rfc3339(), exact, shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_decides_what_is_read() {
        let at = Timestamp::from_millis(1_780_347_900_000);
        let moment = |format| Moment::new(at, at.plus_days(2), format);
        assert_eq!(moment(TimeFormat::Relative).shown, "2 days ago");
        assert_eq!(moment(TimeFormat::Relative).exact, "1 June 2026, 21:05 UTC");
        assert_eq!(moment(TimeFormat::TwentyFourHour).shown, TimeFormat::TwentyFourHour.example());
        assert_eq!(moment(TimeFormat::TwelveHour).shown, TimeFormat::TwelveHour.example());
        assert_eq!(moment(TimeFormat::TwelveHour).datetime, "2026-06-01T21:05:00.000Z");
    }
}
