//! Jobs: throughput of two workers; each job takes two durable commits.

use std::{path::Path, sync::Arc, time::Instant};

use duo_console::{
    domain::{
        environment::Environment,
        jobs::job::{Job, Priority},
    },
    server::system::{SystemClock, SystemRandom},
    storage::{NewJob, Storage, UnitOfWork},
    usecases::{
        App, Clock, Effect, JobHandler, JobHandlers, Settings, Step, Work, jobs::run_jobs::run_due_jobs,
    },
};

const JOBS: u32 = 3_000;

/// A job with one empty step.
struct Nothing;

impl JobHandler<App> for Nothing {
    fn kind(&self) -> &'static str {
        "nothing"
    }

    fn title<'a>(&'a self, _uow: &'a mut UnitOfWork, _job: &'a Job) -> Work<'a, String> {
        Box::pin(async { Ok(String::new()) })
    }

    fn step<'a>(
        &'a self,
        _app: &'a App,
        _uow: &'a mut UnitOfWork,
        _job: &'a Job,
        _effect: Option<Effect>,
    ) -> Work<'a, Step> {
        Box::pin(async { Ok(Step::Done(String::new())) })
    }
}

/// Jobs per second, with the program's SQLite settings.
#[tokio::main]
pub async fn claimed_and_finished(folder: &Path) -> f64 {
    let url = format!("sqlite://{}", folder.join("jobs.db").display()).parse().expect("a URL");
    let storage = Storage::open(&url, 4).await.expect("a database");
    let settings = Settings {
        session_idle_millis: 0,
        session_absolute_millis: 0,
        fresh_sign_in_millis: 0,
        environment: Environment::Production,
    };
    let handlers = JobHandlers::new([Arc::new(Nothing) as Arc<dyn JobHandler<App>>]);
    let app = App::with_jobs(storage, Arc::new(SystemClock), Arc::new(SystemRandom), settings, handlers);
    let now = SystemClock.now();
    let mut uow = app.storage.begin().await.expect("a unit of work");
    for _ in 0..JOBS {
        let job = NewJob {
            kind: "nothing",
            subject: "",
            unique_key: None,
            lane: None,
            priority: Priority::Normal,
            due_at: now,
            created_at: now,
        };
        uow.jobs().add(&job).await.expect("it is added");
    }
    uow.commit().await.expect("they are there");

    let begun = Instant::now();
    let (one, two) = tokio::join!(run_due_jobs(&app, "one"), run_due_jobs(&app, "two"));
    let took = begun.elapsed().as_secs_f64();
    let done = one.expect("it runs").done + two.expect("it runs").done;
    assert_eq!(done, JOBS as usize);
    f64::from(JOBS) / took
}
