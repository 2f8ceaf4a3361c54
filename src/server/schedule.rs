//! Has planned changes of feature flags made when their time has come. Every server does so: who is
//! first makes a change, and a server that was down makes afterwards what nobody else made.

use std::time::Duration;

use tokio::time::sleep;

use crate::usecases::{App, run_due_changes::run_due_changes};

/// The longest without looking: a clock may have been set, or the machine been asleep.
const LONGEST: Duration = Duration::from_mins(1);
/// How long after the database failed it is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// How long after a change is looked: many may come at once.
const GATHER: Duration = Duration::from_millis(50);

/// Looks when the next is due and when something changed, until it is dropped. What is under way then
/// never happened.
pub(super) async fn run(app: App) {
    let mut changes = app.storage.changes().listen();
    let mut failing = false;
    loop {
        changes.is_up_to_date();
        let pause = match run_due_changes(&app).await {
            Ok(ran) => {
                failing = false;
                let until = |due: i64| u64::try_from(due.saturating_sub(app.now().as_millis())).unwrap_or(0);
                let next = ran.next.map(|at| Duration::from_millis(until(at.as_millis())));
                next.unwrap_or(LONGEST).min(LONGEST)
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "scheduled changes have to wait");
                }
                failing = true;
                RETRY
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            goes_on = changes.next() => {
                if !goes_on {
                    return;
                }
                sleep(GATHER).await;
            }
        }
    }
}
