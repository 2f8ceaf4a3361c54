//! The workers of this server, which run due jobs. Every server has them: one of them claims a job, and when
//! a server stops, another continues its jobs.

use std::time::Duration;
use tokio::{task::JoinHandle, time::sleep};

use crate::usecases::{
    App,
    jobs::run_jobs::{add_standing_jobs, give_back, run_due_jobs},
};

/// Maximum polling interval: the clock may be set, or the machine suspended.
const LONGEST: Duration = Duration::from_mins(1);
/// Minimum polling interval: a due job may belong to another worker.
const SHORTEST: Duration = Duration::from_millis(100);
/// Pause after an error of the database.
const RETRY: Duration = Duration::from_secs(2);
/// Debounce after a change: several may arrive at once.
const GATHER: Duration = Duration::from_millis(50);

/// The running workers of a server.
pub(in crate::server) struct Workers {
    app: App,
    names: [String; 2],
    task: JoinHandle<()>,
}

impl Workers {
    pub fn start(app: App) -> Self {
        let server = base16ct::lower::encode_string(&app.random.secret()[..4]);
        let names = [1, 2].map(|number| format!("{server}-{number}"));
        let task = tokio::spawn(run(app.clone(), names.clone()));
        Self { app, names, task }
    }

    /// Stops the workers at once: the steps in progress are rolled back, and their leases are released, so
    /// that other servers continue the jobs.
    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
        for worker in self.names {
            if let Err(error) = give_back(&self.app, &worker).await {
                tracing::warn!(%error, "jobs were not released: other servers continue them when the lease expires");
                return;
            }
        }
    }
}

async fn run(app: App, [one, two]: [String; 2]) {
    while let Err(error) = add_standing_jobs(&app).await {
        tracing::warn!(%error, "recurring jobs could not be added; retrying");
        sleep(RETRY).await;
    }
    tokio::join!(work(&app, one), work(&app, two));
}

/// Runs due jobs; sleeps until the next is due or something changes.
async fn work(app: &App, worker: String) {
    let mut changes = app.storage.changes().listen();
    let mut failing = false;
    loop {
        changes.is_up_to_date();
        let pause = match run_due_jobs(app, &worker).await {
            Ok(ran) => {
                failing = false;
                let until = |due: i64| u64::try_from(due.saturating_sub(app.now().as_millis())).unwrap_or(0);
                let next = ran.next.map(|at| Duration::from_millis(until(at.as_millis())));
                next.unwrap_or(LONGEST).clamp(SHORTEST, LONGEST)
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "jobs could not be run; retrying");
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
