//! Jobs: each step is done exactly once, whichever server stops in between, and with any clock skew.

use crate::{
    cancellation::at_most,
    support::{Backend, Database, at_once, committed, run},
    world::{NOON, app_at, app_with_jobs, origin, own, run_due},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, NewAuditEvent},
        ids::JobId,
        jobs::job::{Ending, Job, JobState, LEASE, Priority, Progress},
        time::Timestamp,
    },
    storage::{NewJob, Storage, UnitOfWork},
    usecases::{
        App, Effect, JobFailure, JobHandler, JobHandlers, Step, UseCaseError, What, Work,
        administrator::Administrator,
        jobs::{
            change_job::{JobError, retry_job, stop_job},
            list_jobs::{count_jobs, list_jobs},
            run_jobs::{Ran, add_standing_jobs, give_back, run_due_jobs},
        },
    },
};

contract! {
    steps_go_on_where_the_last_one_ended,
    a_key_is_taken_until_its_job_has_ended,
    those_of_a_lane_wait_for_each_other_and_the_urgent_come_first,
    a_lease_that_ended_is_another_workers_and_the_first_saves_nothing_more,
    what_fails_is_tried_again_later_and_later_and_then_given_up,
    a_job_that_stops_its_servers_is_not_run_for_ever,
    an_effect_outside_is_intended_first_and_looked_for_before_it_is_done_again,
    a_job_that_is_stopped_saves_nothing_more,
    a_worker_that_stops_gives_back_what_it_has,
    a_step_that_fails_in_the_middle_costs_no_worker,
    what_is_urgent_goes_first_between_two_steps,
    what_is_tried_again_waits_for_its_lane_and_its_key,
    a_number_is_never_given_again,
    what_failed_goes_on_where_it_was,
    a_job_that_stands_is_there_once_and_begins_anew,
    a_kind_of_another_version_is_left_alone,
    what_is_old_is_removed_in_steps,
    however_many_workers_there_are_each_step_is_saved_once,
}

const KIND: &str = "count_up";

/// Writes an event for each number up to that in its subject, and may fail on the way.
#[derive(Default)]
struct CountUp {
    /// Its effects outside the database, in order.
    outside: Mutex<Vec<String>>,
    /// At which numbers a step fails.
    fails_at: Mutex<BTreeSet<i64>>,
    /// Whether each number is sent somewhere before it is counted.
    sends: bool,
    stands: bool,
    /// At which number the program fails in the middle of a step.
    panics_at: Mutex<Option<i64>>,
    /// Whether the first step makes something urgent due.
    calls_for_help: bool,
}

impl JobHandler<App> for CountUp {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn title<'a>(&'a self, _uow: &'a mut UnitOfWork, job: &'a Job) -> Work<'a, String> {
        Box::pin(async move { Ok(format!("counts up to {}", job.subject)) })
    }

    fn standing(&self) -> Option<NewJob<'static>> {
        self.stands.then(|| NewJob { unique_key: Some(KIND), ..new_job("2") })
    }

    fn step<'a>(
        &'a self,
        app: &'a App,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        effect: Option<Effect>,
    ) -> Work<'a, Step> {
        Box::pin(async move {
            let next = job.progress.done + 1;
            let last: i64 = job.subject.parse().expect("a number");
            if self.sends && effect.is_none() {
                return Ok(Step::Intend(job.progress.clone(), format!("send {next}")));
            }
            let row = format!("{} {next}", job.id);
            uow.audit_log().append(event(&row));
            if self.fails_at.lock().expect("no panic").contains(&next) {
                return Err(UseCaseError::invalid("step", "It does not work."));
            }
            let panics_at = *self.panics_at.lock().expect("no panic");
            assert_ne!(panics_at, Some(next), "the program fails");
            if self.calls_for_help && next == 1 && last > 1 {
                uow.jobs().add(&NewJob { priority: Priority::Urgent, ..new_job("1") }).await?;
            }
            Ok(if next < last {
                Step::More(Progress { cursor: row, done: next, total: Some(last) })
            } else if self.stands {
                Step::Again(app.now().plus_millis(1000), String::from("All counted."))
            } else {
                Step::Done(String::from("All counted."))
            })
        })
    }

    fn effect<'a>(&'a self, _app: &'a App, job: &'a Job, intent: &'a str, again: bool) -> Work<'a, Effect> {
        Box::pin(async move {
            let what = format!("{} {intent}", job.id);
            let mut outside = self.outside.lock().expect("no panic");
            // As whoever receives it: it is looked for where it may be there.
            if !(again && outside.contains(&what)) {
                outside.push(what);
            }
            Ok(String::from("sent"))
        })
    }

    fn gives_up<'a>(
        &'a self,
        _app: &'a App,
        _uow: &'a mut UnitOfWork,
        _job: &'a Job,
        failure: &'a JobFailure,
    ) -> Work<'a, bool> {
        Box::pin(async move { Ok(failure.words.contains("for good")) })
    }
}

fn event(target: &str) -> NewAuditEvent {
    let nobody = AuditActor { id: None, username: String::new(), name: String::new() };
    NewAuditEvent::new(NOON, AuditKind::SignedOut, nobody, Surface::Scheduler, target)
}

fn new_job(subject: &str) -> NewJob<'_> {
    NewJob {
        kind: KIND,
        subject,
        unique_key: None,
        lane: None,
        priority: Priority::Normal,
        due_at: NOON,
        created_at: NOON,
    }
}

fn at(millis: i64) -> Timestamp {
    NOON.plus_millis(millis)
}

async fn add(storage: &Storage, job: NewJob<'_>) -> JobId {
    assert!(committed(storage, async |uow| uow.jobs().add(&job).await.expect("it is added")).await);
    let open = storage.read().await.expect("a view").jobs().open(1000).await.expect("a list");
    open.into_iter().map(|it| it.id).max().expect("it is there")
}

async fn find(storage: &Storage, id: JobId) -> Job {
    storage.read().await.expect("a view").jobs().find(id).await.expect("it answers").expect("it is there")
}

fn handlers(handler: CountUp) -> (Arc<CountUp>, JobHandlers) {
    let handler = Arc::new(handler);
    (Arc::clone(&handler), JobHandlers::new([handler as Arc<dyn JobHandler<App>>]))
}

fn counting(storage: &Storage, millis: i64) -> App {
    app_with_jobs(storage.clone(), at(millis), handlers(CountUp::default()).1)
}

async fn counted(db: &Database) -> Vec<String> {
    db.texts("SELECT target FROM audit_events WHERE kind = 'signed_out' ORDER BY id").await
}

fn ended(job: &Job) -> Option<Ending> {
    match job.state {
        JobState::Ended { how, .. } => Some(how),
        _ => None,
    }
}

async fn steps_go_on_where_the_last_one_ended(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, NewJob { due_at: at(5), ..new_job("3") }).await;
    assert_eq!(
        run_due(&counting(&storage, 4)).await.expect("it looks"),
        Ran { next: Some(at(5)), ..Ran::default() }
    );
    let app = counting(&storage, 5);
    assert_eq!(run_due(&app).await.expect("it runs"), Ran { done: 1, ..Ran::default() });
    assert_eq!(counted(&db).await, ["1 1", "1 2", "1 3"]);
    let job = find(&storage, id).await;
    assert_eq!((ended(&job), job.outcome.as_str(), job.attempt), (Some(Ending::Done), "All counted.", 1));
    let counts = app.tally.jobs.of(KIND);
    assert_eq!((counts.steps, counts.done, counts.failed, counts.retried), (3, 1, 0, 0));
}

async fn a_key_is_taken_until_its_job_has_ended(db: Database) {
    let storage = db.open().await;
    let keyed = NewJob { unique_key: Some("one"), ..new_job("1") };
    let add =
        async || committed(&storage, async |uow| uow.jobs().add(&keyed).await.expect("it answers")).await;
    assert_eq!((add().await, add().await), (true, false));
    assert_eq!(run_due(&counting(&storage, 0)).await.expect("it runs").done, 1);
    assert!(add().await);
    assert_eq!(db.number("SELECT COUNT(*) FROM jobs").await, 2);
}

async fn those_of_a_lane_wait_for_each_other_and_the_urgent_come_first(db: Database) {
    let storage = db.open().await;
    let in_lane = |lane, millis| NewJob { lane: Some(lane), due_at: at(millis), ..new_job("1") };
    // Not in the order in which they are due.
    let second = add(&storage, in_lane("a", 2)).await;
    let first = add(&storage, in_lane("a", 1)).await;
    let other = add(&storage, in_lane("b", 3)).await;
    let idle = add(&storage, NewJob { priority: Priority::Idle, due_at: at(-9), ..new_job("1") }).await;
    let urgent = add(&storage, NewJob { priority: Priority::Urgent, due_at: at(5), ..new_job("1") }).await;
    let claim = async || {
        committed(&storage, async |uow| {
            uow.jobs().claim("here", &[KIND], at(9), at(9 + LEASE)).await.expect("it answers").map(|it| it.id)
        })
        .await
    };
    let claimed = [claim().await, claim().await, claim().await, claim().await, claim().await];
    // The second waits, while its turn has not come.
    assert_eq!(claimed, [Some(urgent), Some(first), Some(other), Some(idle), None]);
    let job = find(&storage, first).await;
    committed(&storage, async |uow| uow.jobs().end(&job, Ending::Failed, at(9), "").await.expect("it ends"))
        .await;
    assert_eq!(claim().await, Some(second));
}

async fn a_lease_that_ended_is_another_workers_and_the_first_saves_nothing_more(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, new_job("1")).await;
    let claim = async |worker: &'static str, millis| {
        committed(&storage, async |uow| {
            uow.jobs().claim(worker, &[KIND], at(millis), at(millis + LEASE)).await.expect("it answers")
        })
        .await
    };
    let first = claim("here", 0).await.expect("it is due");
    assert_eq!(claim("there", LEASE - 1).await, None, "the lease holds");
    let second = claim("there", LEASE).await.expect("the lease has ended");
    assert_eq!((second.attempt, second.lost), (2, 1));
    let end = async |job: &Job| {
        committed(&storage, async |uow| {
            uow.jobs().end(job, Ending::Done, NOON, "").await.expect("it answers")
        })
        .await
    };
    assert_eq!((end(&first).await, end(&second).await), (false, true));
    assert_eq!(ended(&find(&storage, id).await), Some(Ending::Done));
    assert!(!end(&second).await, "it has ended");
}

async fn what_fails_is_tried_again_later_and_later_and_then_given_up(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, new_job("2")).await;
    let (handler, jobs) = handlers(CountUp::default());
    handler.fails_at.lock().expect("no panic").insert(2);
    let mut now = 0;
    let mut pauses = Vec::new();
    let ran = loop {
        let ran = run_due(&app_with_jobs(storage.clone(), at(now), jobs.clone())).await.expect("it runs");
        let Some(next) = ran.next else { break ran };
        pauses.push((next.as_millis() - at(now).as_millis()) / 1000);
        now = next.as_millis() - NOON.as_millis();
    };
    // The first step was saved once; the second began a row of failures of its own.
    assert_eq!(counted(&db).await, ["1 1"]);
    assert_eq!(pauses[..5], [1, 2, 4, 8, 16]);
    assert_eq!((pauses.len(), pauses.last()), (23, Some(&3600)));
    assert_eq!(ran.failed, 1);
    let job = find(&storage, id).await;
    assert_eq!((ended(&job), job.outcome.as_str()), (Some(Ending::Failed), "It does not work."));
    assert_eq!(job.progress.done, 1, "how far it got stays");
}

async fn a_job_that_stops_its_servers_is_not_run_for_ever(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, new_job("1")).await;
    for nth in 0..10 {
        let claimed = committed(&storage, async |uow| {
            uow.jobs().claim("a server that stops", &[KIND], at(nth * LEASE), at((nth + 1) * LEASE)).await
        });
        assert!(claimed.await.expect("it answers").is_some(), "{nth}");
    }
    assert_eq!(run_due(&counting(&storage, 10 * LEASE)).await.expect("it runs").failed, 1);
    assert_eq!(counted(&db).await, [""; 0]);
    let job = find(&storage, id).await;
    assert_eq!(job.outcome, "10 tries in a row ended without a word.");
}

async fn an_effect_outside_is_intended_first_and_looked_for_before_it_is_done_again(db: Database) {
    // One connection, so that the next run meets what a cancelled one leaves behind.
    let storage = Storage::open(&db.url, 1).await.expect("the database opens");
    let (handler, jobs) = handlers(CountUp { sends: true, ..CountUp::default() });
    let mut whole = 0;
    let mut now = 0;
    for polls in 1..400 {
        let id = add(&storage, NewJob { due_at: at(now), ..new_job("2") }).await;
        let app = |millis| app_with_jobs(storage.clone(), at(millis), jobs.clone());
        if at_most(polls, run_due(&app(now))).await.is_some() {
            whole += 1;
        }
        now += LEASE;
        run_due(&app(now)).await.expect("it runs");
        assert_eq!(ended(&find(&storage, id).await), Some(Ending::Done), "{polls}");
        let outside = handler.outside.lock().expect("no panic").split_off(0);
        assert_eq!(outside, [format!("{id} send 1"), format!("{id} send 2")], "{polls}");
        let of_it: Vec<_> = counted(&db).await.split_off((polls as usize - 1) * 2);
        assert_eq!(of_it, [format!("{id} 1"), format!("{id} 2")], "{polls}");
        if whole > 3 {
            return;
        }
    }
    panic!("it never came to its end");
}

async fn a_job_that_is_stopped_saves_nothing_more(db: Database) {
    let storage = db.open().await;
    let app = counting(&storage, 0);
    let operator = Administrator::operator(origin());
    let id = add(&storage, new_job("1")).await;
    let claimed = committed(&storage, async |uow| uow.jobs().claim("here", &[KIND], NOON, at(LEASE)).await)
        .await
        .expect("it answers")
        .expect("it is due");
    let stopped = stop_job(&app, &operator, id).await.expect("it is stopped");
    assert_eq!(
        (ended(&stopped.job), stopped.job.outcome.as_str()),
        (Some(Ending::Cancelled), "Stopped by operator.")
    );
    let advanced = committed(&storage, async |uow| {
        uow.jobs().advance(&claimed, &Progress::default(), None, at(LEASE)).await.expect("it answers")
    });
    assert!(!advanced.await);
    let again = stop_job(&app, &operator, id).await;
    assert!(own(&again) == Some(&JobError::Ended(Ending::Cancelled)), "{again:?}");
    let retried = retry_job(&app, &operator, id).await;
    assert!(own(&retried) == Some(&JobError::NotToRetry), "{retried:?}");
    assert!(matches!(stop_job(&app, &operator, JobId(99)).await, Err(UseCaseError::NotFound(What::Job))));
    let events =
        "SELECT kind || ' ' || target || ': ' || value_from || ', ' || actor_username FROM audit_events";
    assert_eq!(db.texts(events).await, ["job_stopped 1 (count_up): counts up to 1, operator"]);
}

async fn a_worker_that_stops_gives_back_what_it_has(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, new_job("1")).await;
    let app = counting(&storage, 7);
    let claim = async |worker: &'static str| {
        committed(&storage, async |uow| {
            uow.jobs().claim(worker, &[KIND], at(7), at(LEASE)).await.expect("it answers")
        })
        .await
    };
    assert!(claim("here").await.is_some());
    give_back(&app, "there").await.expect("it has none");
    assert_eq!(claim("there").await, None);
    give_back(&app, "here").await.expect("it has one");
    let job = find(&storage, id).await;
    assert_eq!((job.state, job.run_at, job.lost), (JobState::Waiting, at(7), 0));
    assert_eq!(run_due(&app).await.expect("it runs").done, 1);
}

async fn a_step_that_fails_in_the_middle_costs_no_worker(db: Database) {
    let storage = db.open().await;
    let (handler, jobs) = handlers(CountUp::default());
    let app = app_with_jobs(storage.clone(), NOON, jobs.clone());
    *handler.panics_at.lock().expect("no panic") = Some(2);
    let broken = add(&storage, new_job("3")).await;
    let whole = add(&storage, NewJob { due_at: at(5), ..new_job("1") }).await;
    assert_eq!(run_due(&app).await.expect("it goes on").next, Some(at(5)));
    let job = find(&storage, broken).await;
    assert_eq!((job.state, job.failures, job.progress.done), (JobState::Waiting, 1, 1));
    assert_eq!(job.outcome, "The program failed in the middle. Its log says where.");
    assert_eq!(run_due(&app_with_jobs(storage.clone(), at(5), jobs.clone())).await.expect("it runs").done, 1);
    assert_eq!(ended(&find(&storage, whole).await), Some(Ending::Done));
    *handler.panics_at.lock().expect("no panic") = None;
    assert_eq!(run_due(&app_with_jobs(storage.clone(), at(2000), jobs)).await.expect("it runs").done, 1);
    assert_eq!(counted(&db).await, ["1 1", "2 1", "1 2", "1 3"]);
}

async fn what_is_urgent_goes_first_between_two_steps(db: Database) {
    let storage = db.open().await;
    let (_, jobs) = handlers(CountUp { calls_for_help: true, ..CountUp::default() });
    add(&storage, new_job("3")).await;
    let ran = run_due(&app_with_jobs(storage.clone(), NOON, jobs)).await.expect("it runs");
    assert_eq!(ran, Ran { done: 2, ..Ran::default() });
    assert_eq!(counted(&db).await, ["1 1", "2 1", "1 2", "1 3"]);
}

async fn what_is_tried_again_waits_for_its_lane_and_its_key(db: Database) {
    let storage = db.open().await;
    let app = counting(&storage, 9);
    let operator = Administrator::operator(origin());
    let keyed = NewJob { lane: Some("a"), unique_key: Some("one"), ..new_job("1") };
    let claim = async || {
        committed(&storage, async |uow| uow.jobs().claim("here", &[KIND], at(9), at(LEASE)).await)
            .await
            .expect("it answers")
    };
    let first = add(&storage, keyed).await;
    let job = claim().await.expect("it is due");
    committed(&storage, async |uow| uow.jobs().end(&job, Ending::Failed, at(1), "").await.expect("it ends"))
        .await;
    let second = add(&storage, NewJob { due_at: at(1), ..keyed }).await;
    let refused = retry_job(&app, &operator, first).await;
    assert!(own(&refused) == Some(&JobError::NotToRetry), "another has the key: {refused:?}");
    db.execute("UPDATE jobs SET unique_key = 'two' WHERE state = 'failed'").await.expect("another key");
    assert_eq!(claim().await.map(|it| it.id), Some(second));
    retry_job(&app, &operator, first).await.expect("it failed");
    assert_eq!(claim().await, None, "it waits for the one that runs");
    // Whose server has stopped: it goes on, and the other comes after it.
    let ran = run_due(&counting(&storage, LEASE)).await.expect("it runs");
    assert_eq!((ran.done, counted(&db).await), (2, vec![format!("{second} 1"), format!("{first} 1")]));
}

async fn a_number_is_never_given_again(db: Database) {
    let storage = db.open().await;
    let first = add(&storage, new_job("1")).await;
    db.execute("DELETE FROM jobs").await.expect("it is forgotten");
    assert!(add(&storage, new_job("1")).await > first);
}

async fn what_failed_goes_on_where_it_was(db: Database) {
    let storage = db.open().await;
    let (handler, jobs) = handlers(CountUp::default());
    let app = app_with_jobs(storage.clone(), NOON, jobs);
    let operator = Administrator::operator(origin());
    let id = add(&storage, new_job("3")).await;
    handler.fails_at.lock().expect("no panic").insert(2);
    assert_eq!(run_due(&app).await.expect("it runs").next, Some(at(1000)));
    assert!(list_jobs(&app, &operator).await.expect("a list")[0].can_be_retried);
    // It does not have to wait.
    retry_job(&app, &operator, id).await.expect("it waits after a failure");
    db.execute("UPDATE jobs SET failures = 23 WHERE state = 'open'").await.expect("half a day goes by");
    assert_eq!(run_due(&app).await.expect("it runs").failed, 1);
    handler.fails_at.lock().expect("no panic").clear();
    retry_job(&app, &operator, id).await.expect("it failed");
    assert_eq!(run_due(&app).await.expect("it runs").done, 1);
    assert_eq!(counted(&db).await, ["1 1", "1 2", "1 3"]);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'job_retried'").await, 2);
}

async fn a_job_that_stands_is_there_once_and_begins_anew(db: Database) {
    let storage = db.open().await;
    let (_, jobs) = handlers(CountUp { stands: true, ..CountUp::default() });
    let app = |millis| app_with_jobs(storage.clone(), at(millis), jobs.clone());
    let starting = (0..4).map(|_| {
        let app = app(0);
        async move { add_standing_jobs(&app).await.expect("it is there") }
    });
    at_once(starting).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM jobs").await, 1);
    for round in 0..3 {
        let ran = run_due(&app(round * 1000)).await.expect("it runs");
        assert_eq!(ran, Ran { done: 1, failed: 0, next: Some(at((round + 1) * 1000)) });
    }
    assert_eq!(counted(&db).await, ["1 1", "1 2", "1 1", "1 2", "1 1", "1 2"]);
    let operator = Administrator::operator(origin());
    let stopped = stop_job(&app(0), &operator, JobId(1)).await;
    assert!(own(&stopped) == Some(&JobError::Stands), "{stopped:?}");
    retry_job(&app(2500), &operator, JobId(1)).await.expect("it can run now");
    assert_eq!(run_due(&app(2500)).await.expect("it runs").done, 1);
}

async fn a_kind_of_another_version_is_left_alone(db: Database) {
    let storage = db.open().await;
    let id = add(&storage, NewJob { kind: "of tomorrow", ..new_job("1") }).await;
    let app = counting(&storage, 0);
    assert_eq!(run_due(&app).await.expect("it looks"), Ran::default());
    let listed = list_jobs(&app, &Administrator::operator(origin())).await.expect("a list");
    assert_eq!(listed[0].title, "of tomorrow 1, of another version of the program");
    let job = find(&storage, id).await;
    assert_eq!((job.state, job.attempt, job.outcome.as_str()), (JobState::Waiting, 0, ""));
    let waiting = count_jobs(&app).await.expect("they are counted");
    assert_eq!((waiting[0].waiting, waiting[0].next), (1, None), "nobody here knows when it may run");
}

async fn what_is_old_is_removed_in_steps(db: Database) {
    let storage = db.open().await;
    let then = NOON.plus_days(31);
    let day = 24 * 3_600_000;
    for (count, ended_at) in [(1200, NOON), (3, at(2 * day))] {
        db.execute(&format!("INSERT INTO jobs (kind, subject, priority, state, due_at, run_at, attempt, lost, failures, progress, done, outcome, created_at, ended_at) SELECT 'old', '', 0, 'done', 0, 0, 0, 0, 0, '', 0, '', 0, {} FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n) numbers", ended_at.as_millis())).await.expect("rows");
    }
    let app = app_at(storage.clone(), then);
    add_standing_jobs(&app).await.expect("it is there");
    assert_eq!(run_due(&app).await.expect("it runs").next, Some(then.plus_millis(3_600_000)));
    assert_eq!(db.number("SELECT COUNT(*) FROM jobs WHERE kind = 'old'").await, 3);
    assert_eq!(db.texts("SELECT outcome FROM jobs WHERE kind = 'tidy_up'").await, ["Removed 1200 rows."]);
    assert_eq!(app.tally.jobs.of("tidy_up").steps, 3);
}

async fn however_many_workers_there_are_each_step_is_saved_once(db: Database) {
    const JOBS: usize = 40;
    let (here, there) = (db.open().await, db.open().await);
    for _ in 0..JOBS {
        add(&here, new_job("3")).await;
    }
    let tasks = (0..6).map(|nth| {
        let app = counting(if nth % 2 == 0 { &here } else { &there }, 0);
        async move {
            let mut done = 0;
            for _ in 0..1000 {
                match run_due_jobs(&app, &format!("worker {nth}")).await {
                    Ok(ran) => {
                        done += ran.done;
                        if ran.next.is_none() {
                            return done;
                        }
                    }
                    Err(error) => assert!(error.is_passing(), "{error:?}"),
                }
            }
            panic!("it never came through");
        }
    });
    assert_eq!(at_once(tasks).await.into_iter().sum::<usize>(), JOBS);
    let mut steps = counted(&db).await;
    steps.sort_unstable();
    let mut expected: Vec<_> =
        (1..=JOBS).flat_map(|id| (1..=3).map(move |step| format!("{id} {step}"))).collect();
    expected.sort_unstable();
    assert_eq!(steps, expected);
}

/// An event between two polls of a worker.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// It stops after so many polls, wherever that is.
    Killed(u32),
    Whole,
}

/// Workers that stop anywhere, on machines whose clocks jump by up to two leases: every step is saved once,
/// in order, and every job ends.
#[test]
fn whatever_stops_and_whatever_the_clocks_say_each_step_is_saved_once() {
    let then = prop_oneof![(1u32..120).prop_map(Then::Killed), Just(Then::Whole)];
    let history = prop::collection::vec((then, -2 * LEASE..2 * LEASE), 1..9);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
        let outcome = runner.run(&history, |history| {
            run(backend, async move |db: Database| {
                let storage = Storage::open(&db.url, 1).await.expect("the database opens");
                let (handler, jobs) = handlers(CountUp { sends: true, ..CountUp::default() });
                let ids = [add(&storage, new_job("3")).await, add(&storage, new_job("2")).await];
                let mut now = 0;
                for (then, jump) in history {
                    now = (now + jump).max(0);
                    let app = app_with_jobs(storage.clone(), at(now), jobs.clone());
                    match then {
                        Then::Killed(polls) => drop(at_most(polls, run_due(&app)).await),
                        Then::Whole => drop(run_due(&app).await.expect("it runs")),
                    }
                }
                // Any clock that is behind catches up.
                run_due(&app_with_jobs(storage.clone(), at(100 * LEASE), jobs)).await.expect("it runs");
                for (id, last) in ids.into_iter().zip([3, 2]) {
                    assert_eq!(ended(&find(&storage, id).await), Some(Ending::Done));
                    let of_it =
                        |what: &str| (1..=last).map(|it| format!("{id} {what}{it}")).collect::<Vec<_>>();
                    let mut steps = counted(&db).await;
                    steps.retain(|it| it.starts_with(&format!("{id} ")));
                    assert_eq!(steps, of_it(""));
                    let mut outside = handler.outside.lock().expect("no panic").clone();
                    outside.retain(|it| it.starts_with(&format!("{id} ")));
                    assert_eq!(outside, of_it("send "));
                }
            });
            Ok(())
        });
        outcome.expect("every history comes to the same");
    }
}
