//! Rate limits: token buckets, one per token or IP address, refilled over time.
//!
//! They are kept in memory by each server for itself, and bounded: once there are too many keys, all further
//! ones share a single bucket.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use crate::domain::{accounts::throttle::network, time::Timestamp};

/// Maximum number of buckets; about 5 MB.
const MOST: usize = 100_000;

/// Minimum interval between sweeps for full buckets, in milliseconds.
const SWEEP_EVERY: i64 = 1000;

const MINUTE: f64 = 60_000.0;

/// The buckets of one rate limit.
pub struct Rates {
    /// Capacity and refill per minute; 0 for no limit.
    per_minute: u32,
    hasher: RandomState,
    kept: Mutex<Kept>,
}

struct Kept {
    /// Keyed by a hash with a random seed: tokens are not kept in memory, and collisions cannot be chosen.
    allowances: HashMap<u64, Allowance>,
    swept_at: Timestamp,
}

/// A bucket: what was left of a minute's worth, and when.
struct Allowance {
    left: f64,
    at: Timestamp,
}

/// The rate limit is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    pub per_minute: u32,
    /// Seconds until the next request is allowed; at least 1.
    pub retry_after: u64,
}

impl Rates {
    pub fn new(per_minute: u32) -> Self {
        let kept = Kept { allowances: HashMap::new(), swept_at: Timestamp::from_millis(0) };
        Self { per_minute, hasher: RandomState::new(), kept: Mutex::new(kept) }
    }

    /// Takes one request from the bucket of `who`.
    ///
    /// # Errors
    /// The bucket is empty.
    pub fn take(&self, who: &(impl Hash + ?Sized), now: Timestamp) -> Result<(), Exhausted> {
        if self.per_minute == 0 { Ok(()) } else { self.take_of(self.hasher.hash_one(who), now) }
    }

    /// As [`Rates::take`], for the network that one client's IP address belongs to.
    pub fn take_for_address(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), Exhausted> {
        self.take(&address.map(network), now)
    }

    fn take_of(&self, key: u64, now: Timestamp) -> Result<(), Exhausted> {
        let full = f64::from(self.per_minute);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = if kept.has_room_for(key, full, now) { key } else { 0 };
        let allowance = kept.allowances.entry(key).or_insert(Allowance { left: full, at: now });
        allowance.refill(full, now);
        if allowance.left >= 1.0 {
            allowance.left -= 1.0;
            return Ok(());
        }
        let seconds = (1.0 - allowance.left) / full * MINUTE / 1000.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 60")]
        let retry_after = (seconds.ceil() as u64).max(1);
        Err(Exhausted { per_minute: self.per_minute, retry_after })
    }
}

impl Kept {
    /// Whether there is a bucket for `key` or room for one, if need be after dropping full buckets, which
    /// loses nothing.
    fn has_room_for(&mut self, key: u64, full: f64, now: Timestamp) -> bool {
        if self.allowances.len() >= MOST
            && !self.allowances.contains_key(&key)
            && !self.swept_at.is_within(SWEEP_EVERY, now)
        {
            self.swept_at = now;
            self.allowances.retain(|_, allowance| {
                allowance.refill(full, now);
                allowance.left < full
            });
        }
        self.allowances.len() < MOST || self.allowances.contains_key(&key)
    }
}

impl Allowance {
    fn refill(&mut self, full: f64, now: Timestamp) {
        let passed = now.as_millis().saturating_sub(self.at.as_millis());
        // The clock may have been set back; that neither costs nor grants anything.
        self.at = now;
        if passed > 0 {
            #[expect(clippy::cast_precision_loss, reason = "beyond 2⁵³ milliseconds it is full anyway")]
            let refilled = self.left + passed as f64 * full / MINUTE;
            self.left = refilled.min(full);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_780_315_200_000 + millis)
    }

    #[test]
    fn a_minutes_worth_may_be_used_at_once_and_comes_back_with_time() {
        let rates = Rates::new(60);
        for _ in 0..60 {
            assert_eq!(rates.take("ann", at(0)), Ok(()));
        }
        assert_eq!(rates.take("ann", at(0)), Err(Exhausted { per_minute: 60, retry_after: 1 }));
        assert_eq!(rates.take("bob", at(0)), Ok(()), "nobody pays for others");
        assert!(rates.take("ann", at(999)).is_err());
        assert_eq!(rates.take("ann", at(1000)), Ok(()));
        assert!(rates.take("ann", at(1000)).is_err());
        assert_eq!((0..100).filter(|_| rates.take("ann", at(3_600_000)).is_ok()).count(), 60);
    }

    #[test]
    fn one_is_told_how_long_to_wait() {
        let rates = Rates::new(1);
        assert_eq!(rates.take("ann", at(0)), Ok(()));
        assert_eq!(rates.take("ann", at(0)), Err(Exhausted { per_minute: 1, retry_after: 60 }));
        assert_eq!(rates.take("ann", at(45_500)), Err(Exhausted { per_minute: 1, retry_after: 15 }));
        assert_eq!(rates.take("ann", at(60_000)), Ok(()));
    }

    #[test]
    fn zero_is_any_number() {
        let rates = Rates::new(0);
        assert!((0..10_000).all(|_| rates.take("ann", at(0)).is_ok()));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let rates = Rates::new(1);
        let take = |address: &str| rates.take_for_address(address.parse().ok(), at(0));
        assert!(take("2001:db8::1").is_ok());
        assert!(take("2001:db8::ffff:1").is_err());
        assert!(take("2001:db8:0:1::1").is_ok());
        assert!(take("10.0.0.1").is_ok());
        assert!(take("10.0.0.2").is_ok());
    }

    #[test]
    fn a_crowd_takes_no_more_memory_and_shares_one_allowance() {
        let rates = Rates::new(2);
        for n in 0..MOST {
            assert!(rates.take(&n.to_string(), at(0)).is_ok());
        }
        assert!(rates.take("late", at(1)).is_ok() && rates.take("later", at(1)).is_ok());
        assert!(rates.take("latest", at(1)).is_err());
        assert!(rates.take("7", at(1)).is_ok(), "whoever was there before is still known");
        assert!(rates.kept.lock().unwrap().allowances.len() <= MOST + 1);
        // Buckets are dropped once they are full again.
        assert!(rates.take("new", at(60_001)).is_ok());
        assert!(rates.kept.lock().unwrap().allowances.len() < 10);
    }

    proptest! {
        #[test]
        fn no_order_of_requests_gets_more_than_the_rate(
            per_minute in 1u32..100,
            gaps in proptest::collection::vec(-5_000i64..20_000, 1..200),
        ) {
            let rates = Rates::new(per_minute);
            let (mut now, mut forward, mut taken) = (0, 0, 0.0);
            for gap in gaps {
                now += gap;
                forward += gap.max(0);
                if rates.take("ann", at(now)).is_ok() {
                    taken += 1.0;
                }
                let allowed = f64::from(per_minute) * (1.0 + f64::from(i32::try_from(forward).unwrap()) / MINUTE);
                prop_assert!(taken <= allowed + 1e-6, "{taken} of {allowed}");
            }
        }
    }
}
