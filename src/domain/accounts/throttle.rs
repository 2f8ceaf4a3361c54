//! Throttling of failed sign-ins: how long to wait before the next attempt.
//!
//! Exponential backoff with a cap: guessing becomes hopeless, and nobody can lock a user out for good. The
//! numbers are explained in `docs/decisions/0011-throttling-sign-in.md`.

use std::net::{IpAddr, Ipv6Addr};

use crate::domain::{ids::UserId, time::Timestamp};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// The wait after the first failure beyond the free ones, in milliseconds; doubles with each further one.
const FIRST_WAIT: i64 = 15 * SECOND;

/// The count of failures resets after this many milliseconds without one.
pub const FORGOTTEN_AFTER: i64 = 24 * 60 * MINUTE;

/// What failures are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleKey<'a> {
    /// The username tried, whether or not it exists.
    Account(&'a str),
    /// The client's IP address; `None` where it is unknown.
    Address(Option<IpAddr>),
    /// A signed-in user who enters their password again. Counted separately, so that attempts of strangers on
    /// the username do not block it.
    Confirmation(UserId),
}

/// How many failures are free, and the longest wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub free: i64,
    /// In milliseconds.
    pub longest_wait: i64,
}

impl ThrottleKey<'_> {
    /// A unique key; `None` when there is nothing to count by.
    pub fn key(self) -> Option<String> {
        match self {
            Self::Account(name) => Some(format!("account {}", name.trim().to_ascii_lowercase())),
            Self::Address(address) => address.map(|it| format!("address {}", network(it))),
            Self::Confirmation(user) => Some(format!("confirmation {user}")),
        }
    }

    pub const fn limit(self) -> Limit {
        match self {
            Self::Account(_) | Self::Confirmation(_) => Limit { free: 5, longest_wait: 5 * MINUTE },
            // Many people may share an IP address.
            Self::Address(_) => Limit { free: 20, longest_wait: 15 * MINUTE },
        }
    }
}

/// The network that identifies a client: the /64 prefix for IPv6, the least that a client is assigned.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        IpAddr::V4(_) => address,
    }
}

/// The failures counted for a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub last_at: Timestamp,
}

impl Failures {
    /// Counts another failure at `now`; starts from 1 when the earlier ones have expired.
    #[must_use]
    pub fn and_one(self, now: Timestamp) -> Self {
        let count = if self.is_forgotten(now) { 1 } else { self.count.saturating_add(1) };
        Self { count, last_at: now }
    }

    fn is_forgotten(self, now: Timestamp) -> bool {
        now >= self.last_at.plus_millis(FORGOTTEN_AFTER)
    }
}

impl Limit {
    /// Seconds to wait from `now`, rounded up; 0 when an attempt is allowed.
    pub fn wait(self, failures: Failures, now: Timestamp) -> i64 {
        let excess = failures.count - self.free;
        // A failure in the future is ignored: its wait might never end.
        if excess < 0 || failures.is_forgotten(now) || failures.last_at.is_ahead_of(now) {
            return 0;
        }
        // Caps the shift: after 20 doublings `longest_wait` applies anyway.
        let wait = (FIRST_WAIT << excess.min(20)).min(self.longest_wait);
        let left = failures.last_at.plus_millis(wait).as_millis() - now.as_millis();
        // Clock skew between servers must not lengthen the wait.
        let left = left.clamp(0, wait);
        (left + SECOND - 1) / SECOND
    }
}

/// `15 seconds`, `2 minutes`: rounded up.
pub fn in_words(seconds: i64) -> String {
    let (count, unit) = if seconds < 120 { (seconds, "second") } else { ((seconds + 59) / 60, "minute") };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_000);

    fn address(ip: &str) -> ThrottleKey<'static> {
        ThrottleKey::Address(Some(ip.parse().expect("an address")))
    }

    fn account(count: i64) -> i64 {
        ThrottleKey::Account("ann").limit().wait(Failures { count, last_at: NOON }, NOON)
    }

    #[test]
    fn five_failures_are_free_and_then_the_wait_doubles_up_to_five_minutes() {
        let waits: Vec<i64> = (0..12).map(account).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 300, 300]);
        assert_eq!(account(i64::MAX), 300, "however many there were");
    }

    #[test]
    fn an_address_has_more_because_many_share_it() {
        let limit = address("192.0.2.7").limit();
        let wait = |count| limit.wait(Failures { count, last_at: NOON }, NOON);
        assert_eq!((wait(19), wait(20), wait(21), wait(40)), (0, 15, 30, 900));
    }

    #[test]
    fn a_wait_runs_out_and_is_said_in_whole_seconds() {
        let limit = ThrottleKey::Account("ann").limit();
        let failures = Failures { count: 5, last_at: NOON };
        let after = |millis| limit.wait(failures, NOON.plus_millis(millis));
        assert_eq!((after(0), after(1), after(14_001), after(14_999), after(15_000)), (15, 15, 1, 1, 0));
        assert_eq!(after(-60_000), 15, "a clock behind makes nobody wait longer");
        assert_eq!(after(FORGOTTEN_AFTER * 2), 0);
        assert_eq!(after(-2 * FORGOTTEN_AFTER), 0, "the clock was ahead: it is no wait of two days");
    }

    #[test]
    fn a_day_without_a_failure_begins_anew() {
        let many = Failures { count: 50, last_at: NOON };
        assert_eq!(many.and_one(NOON.plus_millis(FORGOTTEN_AFTER - 1)).count, 51);
        assert_eq!(many.and_one(NOON.plus_millis(FORGOTTEN_AFTER)).count, 1);
    }

    #[test]
    fn names_are_counted_as_they_are_compared_and_addresses_by_network() {
        let same = |a: ThrottleKey<'_>, b: ThrottleKey<'_>| a.key() == b.key();
        assert!(same(ThrottleKey::Account("Ann"), ThrottleKey::Account(" ann ")));
        assert!(!same(ThrottleKey::Account("ann"), ThrottleKey::Account("bob")));
        assert!(!same(ThrottleKey::Account("7"), ThrottleKey::Confirmation(UserId(7))));
        assert!(!same(ThrottleKey::Account("192.0.2.7"), address("192.0.2.7")));
        assert!(!same(address("192.0.2.7"), address("192.0.2.8")));
        assert!(same(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9")));
        assert!(!same(address("2001:db8:1:2::1"), address("2001:db8:1:3::1")));
        assert_eq!(ThrottleKey::Address(None).key(), None);
    }

    #[test]
    fn waits_are_said_in_one_unit() {
        let said = [1, 15, 119, 120, 121, 300].map(in_words);
        assert_eq!(said, ["1 second", "15 seconds", "119 seconds", "2 minutes", "3 minutes", "5 minutes"]);
    }
}
