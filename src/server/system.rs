//! The real clock, the real randomness, and how many files the system lets the program have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    domain::time::Timestamp,
    usecases::{Clock, Random},
};

/// The operating system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

/// The operating system's random numbers.
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        bytes
    }
}

/// Files that are open besides connections: the database's, the log, what the runtime needs.
const OTHER_FILES: u64 = 512;

/// How many of `wanted` connections the process can hold. Each is an open file, and the limit that
/// most systems begin with is low: it is raised as far as the program may do that itself.
pub(super) fn connections_within_open_files(wanted: usize) -> usize {
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < needed) else { return wanted };
    let raised = limit.maximum.map_or(needed, |most| most.min(needed));
    let has = match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }) {
        Ok(()) => raised,
        Err(_) => current,
    };
    if has >= needed {
        return wanted;
    }
    let fit = has.saturating_sub(OTHER_FILES).max(has / 2);
    tracing::warn!(
        "the system allows {has} open files, which is enough for {fit} connections instead of {wanted}; \
         raise it to {needed} (LimitNOFILE in a systemd unit, or ulimit -n)"
    );
    usize::try_from(fit).unwrap_or(wanted)
}
