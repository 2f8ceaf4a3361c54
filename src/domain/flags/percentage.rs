//! Percentages with two decimals, and the bucket of an actor.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

use super::FlagActor;

/// From 0 to 100 %, in hundredths of a percent. Serialized as text, `42.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Percentage(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A percentage is a number from 0 to 100 with at most two decimals.")]
pub struct PercentageError;

/// The position of an actor, or of a random draw: 0 to 99,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(u32);

impl Percentage {
    pub const ZERO: Self = Self(0);
    pub const ALL: Self = Self(10_000);

    /// Parses `25`, `0.01`, `42.50`.
    pub fn parse(text: &str) -> Result<Self, PercentageError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        let trimmed = decimals.trim_end_matches('0');
        if !digits(whole) || !digits(decimals) || trimmed.len() > 2 {
            return Err(PercentageError);
        }
        let whole: u32 = whole.parse().map_err(|_| PercentageError)?;
        let hundredths: u32 = format!("{trimmed:0<2}").parse().map_err(|_| PercentageError)?;
        let all = whole.checked_mul(100).and_then(|it| it.checked_add(hundredths)).ok_or(PercentageError)?;
        Self::from_hundredths(i64::from(all)).ok_or(PercentageError)
    }

    /// `None` when out of range.
    pub fn from_hundredths(hundredths: i64) -> Option<Self> {
        u16::try_from(hundredths).ok().map(Self).filter(|it| *it <= Self::ALL)
    }

    pub const fn hundredths(self) -> u16 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the bucket falls within it. Monotonic: a larger percentage holds every bucket of a smaller
    /// one.
    pub const fn holds(self, bucket: Bucket) -> bool {
        // A percent is 1,000 buckets, a hundredth of a percent ten.
        bucket.0 < self.0 as u32 * 10
    }
}

/// `25`, `0.01`, `42.5`.
impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match hundredths {
            0 => write!(f, "{whole}"),
            tenths if tenths % 10 == 0 => write!(f, "{whole}.{}", tenths / 10),
            _ => write!(f, "{whole}.{hundredths:02}"),
        }
    }
}

impl From<Percentage> for String {
    fn from(percentage: Percentage) -> Self {
        percentage.to_string()
    }
}

impl TryFrom<String> for Percentage {
    type Error = PercentageError;

    fn try_from(text: String) -> Result<Self, PercentageError> {
        Self::parse(&text)
    }
}

impl Bucket {
    const COUNT: u32 = 100_000;

    /// GitLab's formula: an actor's bucket differs from flag to flag, and is the same on every installation.
    pub fn of(flag: &str, actor: FlagActor) -> Self {
        let mut hashed = Hashed(crc32fast::Hasher::new());
        let _ = write!(hashed, "{flag}{actor}");
        Self(hashed.0.finalize() % Self::COUNT)
    }

    /// The smallest percentage that holds it.
    pub fn least(self) -> Percentage {
        let hundredths = self.0 / 10 + 1;
        Percentage(u16::try_from(hundredths).unwrap_or(Percentage::ALL.0))
    }

    /// A random draw, from four random bytes.
    pub fn from_random(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes) % Self::COUNT)
    }
}

/// Hashes what is formatted into it, without allocating a string per actor and flag.
struct Hashed(crc32fast::Hasher);

impl Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{NamespaceId, UserId};

    #[test]
    fn the_hash_is_gitlabs() {
        for (flag, actor, bucket) in [
            ("duo_developer_orbit", "User:1", 92_353),
            ("duo_developer_orbit", "User:2", 32_283),
            ("duo_developer_orbit", "User:3", 20_141),
            ("duo_developer_orbit", "Group:1", 35_842),
            ("duo_developer_orbit", "Project:1", 62_994),
            ("mr_ai_resolve_conflicts", "User:3", 8_650),
            ("mr_ai_resolve_conflicts", "User:2", 17_948),
            ("mr_ai_resolve_conflicts", "Group:1", 23_804),
            ("conflict_resolver_agent", "User:1", 29_368),
            ("conflict_resolver_agent", "User:2", 77_698),
        ] {
            let actor = FlagActor::from_key(actor).expect("an actor");
            assert_eq!(Bucket::of(flag, actor), Bucket(bucket), "{flag} {actor:?}");
        }
    }

    #[test]
    fn a_percentage_holds_as_many_buckets_as_it_says() {
        for (text, first_outside) in
            [("0", 0), ("0.01", 10), ("25", 25_000), ("42.5", 42_500), ("100", 100_000)]
        {
            let percentage = Percentage::parse(text).expect(text);
            assert!(!percentage.holds(Bucket(first_outside)), "{text}");
            assert!(first_outside == 0 || percentage.holds(Bucket(first_outside - 1)), "{text}");
        }
    }

    #[test]
    fn the_least_percentage_holds_a_bucket_and_the_one_below_does_not() {
        for (bucket, least) in [(0, "0.01"), (9, "0.01"), (10, "0.02"), (92_353, "92.36"), (99_999, "100")] {
            let (bucket, least) = (Bucket(bucket), Percentage::parse(least).expect(least));
            assert_eq!(bucket.least(), least);
            assert!(least.holds(bucket) && !Percentage(least.0 - 1).holds(bucket));
        }
    }

    /// 25 % of 20,000 actors are 5,000, within four standard deviations.
    #[test]
    fn actors_spread_evenly_and_apart_for_each_flag() {
        let quarter = Percentage::parse("25").expect("a percentage");
        let within = |flag: &'static str| {
            (1..=20_000).filter(move |id| quarter.holds(Bucket::of(flag, FlagActor::User(UserId(*id)))))
        };
        let near = |found: usize, expected: f64, deviation: f64| {
            let found = f64::from(u32::try_from(found).expect("a few"));
            assert!((found - expected).abs() < 4.0 * deviation, "{found}, not about {expected}");
        };
        for flag in ["duo_developer_orbit", "mr_ai_resolve_conflicts", "conflict_resolver_agent"] {
            near(within(flag).count(), 5_000.0, 61.3);
        }
        // CRC-32 is linear, so flags are not fully independent; if they were, 1,250 would be in both.
        let both = within("duo_developer_orbit")
            .filter(|id| quarter.holds(Bucket::of("mr_ai_resolve_conflicts", FlagActor::User(UserId(*id)))))
            .count();
        assert!((625..2_500).contains(&both), "{both}");
        let groups = (1..=20_000).filter(|id| {
            quarter.holds(Bucket::of("duo_developer_orbit", FlagActor::Group(NamespaceId(*id))))
        });
        near(groups.count(), 5_000.0, 61.3);
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        for bad in [
            "",
            ".",
            "-1",
            "+1",
            "100.01",
            "101",
            "0.001",
            "1e1",
            "x",
            "1.",
            ".5",
            "99999999999",
            "1,5",
            " 1",
        ] {
            assert_eq!(Percentage::parse(bad), Err(PercentageError), "{bad}");
        }
        for (text, shown) in
            [("0.0", "0"), ("7.10", "7.1"), ("100.00", "100"), ("0.05", "0.05"), ("050", "50")]
        {
            assert_eq!(Percentage::parse(text).expect(text).to_string(), shown);
        }
    }
}
