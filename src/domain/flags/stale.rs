//! Stale flags: those that outlived their purpose.

use super::{FlagDefinition, FlagType};
use crate::domain::time::Timestamp;

/// How many days a flag may be on for everyone before it is stale.
pub const LONG_DAYS: i64 = 90;

/// Why a flag is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Its expiry day has passed.
    Expired,
    /// On for everyone in production for so long that the flag is no longer needed.
    LongOn,
}

impl Stale {
    /// `on_since` is when the flag was last changed in production, if it is on for everyone there. Flags of
    /// type ops may stay on for ever. `None` when the flag is not stale.
    pub fn of(
        definition: Option<&FlagDefinition>,
        on_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let expires_on = definition.and_then(|it| it.expires_on.as_ref());
        if expires_on.is_some_and(|day| *day < now.date()) {
            return Some(Self::Expired);
        }
        let may_stay = definition.is_some_and(|it| it.flag_type == FlagType::Ops);
        let long = on_since.is_some_and(|since| since.plus_days(LONG_DAYS) <= now);
        (long && !may_stay).then_some(Self::LongOn)
    }

    /// What to do about it, for pages.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Expired => {
                "The day by which this flag should be gone is over. Remove it from the code, or give its definition a new day."
            }
            Self::LongOn => {
                "This flag has been on for everyone in production for 90 days. Remove it from the code, so that it is on for good."
            }
        }
    }

    /// The label of the badge.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expired => "Stale: expired",
            Self::LongOn => "Stale: long fully on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_stale_when_it_expired_or_was_long_on_for_everyone() {
        let now = Timestamp::from_date("2026-06-01").expect("a day").plus_millis(1);
        let flag = |flag_type, expires_on: Option<&str>| FlagDefinition {
            expires_on: expires_on.map(str::to_owned),
            ..FlagDefinition::new("a_flag", flag_type, false)
        };
        let wip = |expires_on| flag(FlagType::Wip, expires_on);
        let ago = |days: i64| Some(now.plus_days(-days));
        for (definition, on_since, stale) in [
            (Some(wip(None)), None, None),
            (Some(wip(Some("2026-05-31"))), None, Some(Stale::Expired)),
            (Some(wip(Some("2026-06-01"))), None, None),
            (Some(wip(None)), ago(89), None),
            (Some(wip(None)), ago(90), Some(Stale::LongOn)),
            (Some(flag(FlagType::Ops, None)), ago(900), None),
            (Some(flag(FlagType::Ops, Some("2020-01-01"))), None, Some(Stale::Expired)),
            (None, ago(90), Some(Stale::LongOn)),
            (None, None, None),
        ] {
            assert_eq!(Stale::of(definition.as_ref(), on_since, now), stale, "{definition:?} {on_since:?}");
        }
    }
}
