//! Timestamps. Nothing here reads a clock.

use serde::{Deserialize, Serialize};

/// Tolerated clock skew, between servers or after a clock was corrected, in milliseconds.
const CLOCKS_APART: i64 = 60_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Adds `millis`; saturates.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(24 * 60 * 60 * 1000))
    }

    /// Days since 1970, UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1000)
    }

    /// Midnight UTC of a day, as of [`Self::day`].
    pub const fn from_day(day: i64) -> Self {
        Self(0).plus_days(day)
    }

    /// Whether this was less than `millis` before `now`. `false` in the future beyond clock skew: one of the
    /// clocks was wrong, so the real age is unknown.
    pub const fn is_within(self, millis: i64, now: Self) -> bool {
        now.0 < self.plus_millis(millis).0 && !self.is_ahead_of(now)
    }

    /// Whether this is in the future by more than clock skew.
    pub const fn is_ahead_of(self, now: Self) -> bool {
        self.0 > now.plus_millis(CLOCKS_APART).0
    }

    /// `2026-06-01T09:30:00.000Z`, for the API and `<time datetime>`.
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.instant())
    }

    /// `2026-06-01`.
    pub fn date(self) -> String {
        self.instant().strftime("%Y-%m-%d").to_string()
    }

    /// Midnight UTC of a day such as `2026-06-01`; `None` when malformed.
    pub fn from_date(date: &str) -> Option<Self> {
        let day: jiff::civil::Date = date.parse().ok()?;
        // The parser also accepts a date with a time, and drops the time.
        if day.to_string() != date {
            return None;
        }
        let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(midnight.timestamp().as_millisecond()))
    }

    /// Parses `2026-06-01T09:30:00Z`, or with another offset; `None` when malformed.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|it| Self(it.as_millisecond()))
    }

    /// Parses the UTC value of a `datetime-local` input, `2026-06-01T09:30`; `None` when malformed.
    pub fn from_field(text: &str) -> Option<Self> {
        let (day, time) = text.split_once('T')?;
        Self::from_date(day)?;
        let seconds = match time.len() {
            5 => ":00",
            8 => "",
            _ => return None,
        };
        Self::from_rfc3339(&format!("{day}T{time}{seconds}Z"))
    }

    /// The value for such an input, to the minute.
    pub fn field(self) -> String {
        self.instant().strftime("%Y-%m-%dT%H:%M").to_string()
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }

    /// `1 June 2026, 09:30 UTC`, or with `twelve_hours` `1 June 2026, 9:30 AM UTC`.
    pub fn long(self, twelve_hours: bool) -> String {
        let pattern = if twelve_hours { "%-d %B %Y, %-I:%M %p UTC" } else { "%-d %B %Y, %H:%M UTC" };
        self.instant().strftime(pattern).to_string()
    }

    /// Relative to `now`: `just now`, `5 minutes ago`, `2 days ago`; in the future, `in 5 minutes`.
    pub fn relative_to(self, now: Self) -> String {
        let seconds = now.0.saturating_sub(self.0) / 1000;
        if seconds.abs() < 45 {
            return String::from("just now");
        }
        let minutes = (seconds.abs() + 30) / 60;
        let (count, unit) = match minutes {
            0..60 => (minutes.max(1), "minute"),
            60..1440 => (minutes / 60, "hour"),
            1440..43_200 => (minutes / 1440, "day"),
            43_200..525_600 => (minutes / 43_200, "month"),
            _ => (minutes / 525_600, "year"),
        };
        let plural = if count == 1 { "" } else { "s" };
        if seconds > 0 { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_123);

    #[test]
    fn an_instant_reads_the_same_everywhere() {
        assert_eq!(NOON.rfc3339(), "2026-06-01T12:00:00.123Z");
        assert_eq!(NOON.date(), "2026-06-01");
        assert_eq!(NOON.long(false), "1 June 2026, 12:00 UTC");
        assert_eq!(NOON.long(true), "1 June 2026, 12:00 PM UTC");
        assert_eq!(Timestamp::from_date("2026-06-01").map(Timestamp::date).as_deref(), Some("2026-06-01"));
        assert_eq!(Timestamp::from_day(NOON.day()).rfc3339(), "2026-06-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(-1).day(), -1);
        assert_eq!(Timestamp::from_date("2026-13-01"), None);
        assert_eq!(Timestamp::from_date("tomorrow"), None);
        for other in
            ["2026-06-01T12:00", "2026-06-01T12:00:00Z", "2026-06-01 12:00", "20260601", " 2026-06-01"]
        {
            assert_eq!(Timestamp::from_date(other), None, "{other}");
        }
    }

    #[test]
    fn what_lies_in_the_future_is_not_recent() {
        let hour = 3_600_000;
        let recent = |ago: i64| NOON.plus_millis(-ago).is_within(hour, NOON);
        assert!(recent(0) && recent(hour - 1) && !recent(hour));
        assert!(recent(-60_000), "clocks are a little apart");
        assert!(!recent(-60_001) && !recent(-48 * hour));
        assert!(!Timestamp::from_millis(i64::MAX).is_within(hour, NOON));
        assert!(!Timestamp::from_millis(0).is_within(i64::MAX, Timestamp::from_millis(i64::MAX)));
    }

    #[test]
    fn an_instant_is_read_with_its_offset_and_not_without_one() {
        for text in ["2026-06-01T12:00:00.123Z", "2026-06-01T14:00:00.123+02:00", "2026-06-01 12:00:00.123Z"]
        {
            assert_eq!(Timestamp::from_rfc3339(text), Some(NOON), "{text}");
        }
        for text in
            ["", "tomorrow", "2026-06-01", "2026-06-01T12:00:00", "2026-06-01T25:00:00Z", "1780315200"]
        {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_field_for_a_time_is_read_as_utc() {
        assert_eq!(NOON.field(), "2026-06-01T12:00");
        let whole_minute = NOON.plus_millis(-123);
        assert_eq!(Timestamp::from_field("2026-06-01T12:00"), Some(whole_minute));
        assert_eq!(Timestamp::from_field("2026-06-01T12:00:30"), Some(whole_minute.plus_millis(30_000)));
        for bad in [
            "",
            "2026-06-01",
            "2026-06-01T",
            "2026-06-01T12:00Z",
            "2026-06-01T25:00",
            "T12:00",
            "2026-06-01T12",
        ] {
            assert_eq!(Timestamp::from_field(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_read_as_it_was_written_and_nothing_else_is(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9T:+ -]{0,20}|.*") {
            if let Some(day) = Timestamp::from_date(&text) {
                prop_assert_eq!(day.date(), text);
            }
        }

        #[test]
        fn any_instant_can_be_said(millis: i64, now: i64) {
            let at = Timestamp::from_millis(millis);
            prop_assert!(!at.rfc3339().is_empty() && !at.long(true).is_empty());
            prop_assert!(!at.relative_to(Timestamp::from_millis(now)).is_empty());
        }
    }

    #[test]
    fn ages_are_said_in_one_unit() {
        let ago = |seconds: i64| NOON.plus_millis(-seconds * 1000).relative_to(NOON);
        assert_eq!(ago(0), "just now");
        assert_eq!(ago(60), "1 minute ago");
        assert_eq!(ago(59 * 60), "59 minutes ago");
        assert_eq!(ago(2 * 3600), "2 hours ago");
        assert_eq!(ago(30 * 3600), "1 day ago");
        assert_eq!(ago(400 * 24 * 3600), "1 year ago");
        assert_eq!(ago(-3600), "in 1 hour");
    }
}
