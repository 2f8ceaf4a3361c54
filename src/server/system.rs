//! The system clock, system randomness, and the limit of open files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    domain::time::Timestamp,
    usecases::{Clock, Random},
};

/// The clock of the operating system.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}

/// The random number generator of the operating system.
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        bytes
    }
}

/// Files open besides connections: those of the database, the log and the runtime.
const OTHER_FILES: u64 = 512;

/// How many of `wanted` connections the process can hold. Each is an open file, and the default soft limit is
/// low on most systems: it is raised as far as the hard limit allows.
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
