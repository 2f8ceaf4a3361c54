//! All open connections, and which of them are closed in favour of new ones at the limit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, Instant},
};

use super::pulse::Pulse;

/// How long a client may stall a connection while another waits for its place.
const PATIENCE: Duration = Duration::from_secs(1);

/// Polling interval for connections to close while another waits.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// At most this fraction (1/64) is closed at once, so that a burst of new connections does not scan all of
/// them each time.
const SHARE: usize = 64;

/// All open connections.
pub(super) struct Crowd {
    most: usize,
    free: Arc<Semaphore>,
    seated: Mutex<Seated>,
}

#[derive(Default)]
struct Seated {
    next: u64,
    pulses: HashMap<u64, Arc<Pulse>>,
}

/// A connection's place; freed on drop.
pub(super) struct Seat {
    crowd: Arc<Crowd>,
    number: u64,
    pub pulse: Arc<Pulse>,
    _taken: OwnedSemaphorePermit,
}

impl Crowd {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, free: Arc::new(Semaphore::new(most)), seated: Mutex::default() })
    }

    /// Waits for a place. When all are taken, the connections whose clients have stalled longest are closed.
    pub async fn seat(self: &Arc<Self>) -> Seat {
        let taken = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(taken) => taken,
            Err(_) => self.somebody_leaves().await,
        };
        let pulse = Arc::new(Pulse::new());
        let mut seated = self.seated();
        let number = seated.next;
        seated.next += 1;
        seated.pulses.insert(number, Arc::clone(&pulse));
        drop(seated);
        Seat { crowd: Arc::clone(self), number, pulse, _taken: taken }
    }

    async fn somebody_leaves(&self) -> OwnedSemaphorePermit {
        loop {
            self.ask_to_leave(Instant::now());
            if let Ok(taken) = time::timeout(LOOK_EVERY, Arc::clone(&self.free).acquire_owned()).await {
                return taken.expect("nobody closes it");
            }
        }
    }

    fn ask_to_leave(&self, now: Instant) {
        let seated = self.seated();
        let mut waited_for: Vec<_> = seated
            .pulses
            .values()
            .filter_map(|pulse| Some((pulse.kept_waiting_since()?, pulse)))
            .filter(|(since, _)| now.duration_since(*since) >= PATIENCE)
            .collect();
        waited_for.sort_unstable_by_key(|(since, _)| *since);
        for (_, pulse) in waited_for.into_iter().take((self.most / SHARE).max(1)) {
            pulse.leave.notify_one();
        }
    }

    /// Waits until all connections are closed.
    pub async fn gone(&self) {
        // Acquiring every permit means that no connection is left.
        let all = u32::try_from(self.most).expect("the options allow no more");
        let _ = self.free.acquire_many(all).await;
    }

    fn seated(&self) -> MutexGuard<'_, Seated> {
        self.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.crowd.seated().pulses.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, poll};

    use super::*;
    use crate::server::connections::pulse::Phase;

    /// Indexes of the connections that are asked to close after this time.
    fn asked(crowd: &Crowd, seats: &[Seat], after: Duration) -> Vec<usize> {
        crowd.ask_to_leave(Instant::now() + after);
        let is_asked = |(n, seat): (usize, &Seat)| seat.pulse.leave.notified().now_or_never().map(|()| n);
        seats.iter().enumerate().filter_map(is_asked).collect()
    }

    #[tokio::test]
    async fn whoever_is_waited_for_longest_goes_first_and_nobody_at_work() {
        let crowd = Crowd::new(5);
        let mut seats = Vec::new();
        for phase in [Phase::Working, Phase::Reading, Phase::Waiting, Phase::Answering, Phase::Receiving] {
            let seat = crowd.seat().await;
            seat.pulse.note(phase);
            seats.push(seat);
        }
        assert!(asked(&crowd, &seats, Duration::ZERO).is_empty(), "none was waited for long enough");
        for expected in [vec![1], vec![2], vec![4], vec![]] {
            assert_eq!(asked(&crowd, &seats, PATIENCE), expected);
            if let Some(n) = expected.first() {
                seats[*n].pulse.note(Phase::Working);
            }
        }
    }

    #[tokio::test]
    async fn of_many_some_go_at_once() {
        let crowd = Crowd::new(640);
        let mut seats = Vec::new();
        for _ in 0..640 {
            seats.push(crowd.seat().await);
        }
        assert_eq!(asked(&crowd, &seats, PATIENCE), (0..10).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_newcomer_waits_for_a_crowd_at_work_and_takes_the_first_place_that_is_free() {
        let crowd = Crowd::new(2);
        let mut seats = vec![crowd.seat().await, crowd.seat().await];
        for seat in &seats {
            seat.pulse.note(Phase::Working);
        }
        let mut newcomer = Box::pin(crowd.seat());
        assert!(poll!(&mut newcomer).is_pending());
        assert!(asked(&crowd, &seats, PATIENCE * 100).is_empty());
        seats.pop();
        seats.push(newcomer.await);
        assert_eq!(crowd.seated().pulses.len(), 2);
        drop(seats);
        crowd.gone().await;
        assert!(crowd.seated().pulses.is_empty());
    }
}
