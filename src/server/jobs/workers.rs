//! The workers of this server: they run the jobs whose time has come. Every server has them; who is
//! first claims a job, and what a server leaves behind when it stops another one goes on with.

use std::time::Duration;
use tokio::{task::JoinHandle, time::sleep};

use crate::usecases::{
    App,
    jobs::run_jobs::{add_standing_jobs, give_back, run_due_jobs},
};

/// The longest without looking: a clock may have been set, or the machine been asleep.
const LONGEST: Duration = Duration::from_mins(1);
/// The shortest: what is due may be another worker's.
const SHORTEST: Duration = Duration::from_millis(100);
/// How long after the database failed it is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// How long after a change is looked: many may come at once.
const GATHER: Duration = Duration::from_millis(50);

/// The workers of a server, while they run.
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

    /// Stops them wherever they are: the steps under way never happened, and other servers go on with
    /// the jobs at once.
    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
        for worker in self.names {
            if let Err(error) = give_back(&self.app, &worker).await {
                tracing::warn!(%error, "jobs were not given back: others go on with them when the lease ends");
                return;
            }
        }
    }
}

async fn run(app: App, [one, two]: [String; 2]) {
    while let Err(error) = add_standing_jobs(&app).await {
        tracing::warn!(%error, "the jobs of the program have to wait");
        sleep(RETRY).await;
    }
    tokio::join!(work(&app, one), work(&app, two));
}

/// Looks when the next is due and when something changed.
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
                    tracing::warn!(%error, "jobs have to wait");
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
