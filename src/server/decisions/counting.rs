//! Saves the counts of decisions in the background, and when the server stops.

use std::time::Duration;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::usecases::{App, decisions::save_counts::save_counts};

/// How often; what was counted since is lost in a crash.
const EVERY: Duration = Duration::from_secs(5);

/// The running task.
pub(in crate::server) struct Counting {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Counting {
    pub fn start(app: App) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(run(app, stopped)) }
    }

    /// Saves the last counts, unless that takes longer than `at_most`.
    pub async fn stop(self, at_most: Duration) {
        self.stop.send_replace(true);
        if timeout(at_most, self.task).await.is_err() {
            tracing::warn!("the last counts of decisions were not saved in time");
        }
    }
}

async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut failing = false;
    loop {
        let last = tokio::select! {
            () = sleep(EVERY) => false,
            _ = stopped.changed() => true,
        };
        match save_counts(&app, !last).await {
            Ok(()) => failing = false,
            Err(error) => {
                if last {
                    tracing::warn!(%error, "the last counts of decisions were not saved");
                } else if !failing {
                    tracing::warn!(%error, "counts of decisions could not be saved; retrying");
                }
                failing = true;
            }
        }
        if last {
            return;
        }
    }
}
