//! Latency of decisions under concurrent writes: some that invalidate no cache, and some that invalidate
//! all caches.

use crate::{
    DECISION, ROUNDS, median,
    report::{Figure, Report},
    requests_per_second,
    server::Console,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, NewAuditEvent},
        change::Topic,
        ids::UserId,
        jobs::job::Priority,
        time::Timestamp,
        token::Scope,
    },
    server::system::SystemClock,
    storage::{NewJob, NewSession, NewToken, Storage, UnitOfWork},
    usecases::Clock,
};

const EVERY: Duration = Duration::from_millis(20);

/// What the writer writes, fifty times a second.
#[derive(Clone, Copy)]
enum Writes {
    /// Sign-ins, tokens created and used, jobs claimed and done.
    Unrelated,
    /// Changes of every topic of the change feed.
    Everything,
}

/// A background thread that writes until it is stopped.
struct Writer {
    over: Arc<AtomicBool>,
    thread: thread::JoinHandle<u32>,
}

impl Writer {
    fn start(console: &Console, writes: Writes) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (database, until) = (console.folder().join("bench.db"), Arc::clone(&over));
        let thread = thread::spawn(move || write(database, &until, writes));
        Self { over, thread }
    }

    /// Stops it and returns the number of writes.
    fn stop(self) -> u32 {
        self.over.store(true, Ordering::Release);
        self.thread.join().expect("it writes")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn write(database: PathBuf, over: &AtomicBool, writes: Writes) -> u32 {
    let url = format!("sqlite://{}", database.display()).parse().expect("a URL");
    let storage = Storage::open(&url, 1).await.expect("a database");
    let user = storage.read().await.expect("a view").users().find_by_username("reviewer").await;
    let user = user.expect("a look-up").expect("they are there").id;
    let (mut count, begun) = (0, Instant::now());
    while !over.load(Ordering::Acquire) {
        let now = SystemClock.now();
        let mut uow = storage.begin().await.expect("a unit of work");
        match writes {
            Writes::Unrelated => unrelated(&mut uow, user, now, count).await,
            Writes::Everything => Topic::ALL.into_iter().for_each(|it| uow.change_feed().touch(it)),
        }
        uow.commit().await.expect("it commits");
        count += 1;
        tokio::time::sleep_until((begun + EVERY * count).into()).await;
    }
    count
}

async fn unrelated(uow: &mut UnitOfWork, user: UserId, now: Timestamp, count: u32) {
    let secret = format!("{}-{count}", now.as_millis());
    match count % 3 {
        0 => {
            let new = NewSession {
                token_hash: &secret,
                user,
                created_at: now,
                authenticated_at: now,
                expires_at: now.plus_days(1),
                remote_ip: "",
                user_agent: "",
            };
            uow.sessions().add(&new).await.expect("a session");
            uow.audit_log().append(event(AuditKind::SignedIn, user, now));
        }
        1 => {
            let new = NewToken {
                user,
                name: "beside",
                token_hash: &secret,
                scopes: &[Scope::ReadDecisions],
                created_at: now,
                expires_at: now.plus_days(1),
            };
            let id = uow.tokens().add(&new).await.expect("a token");
            uow.tokens().touch(id, now).await.expect("its use");
            uow.audit_log().append(event(AuditKind::TokenCreated, user, now));
        }
        _ => {
            let new = NewJob {
                kind: "beside",
                subject: "",
                unique_key: None,
                lane: None,
                priority: Priority::Normal,
                due_at: now,
                created_at: now,
            };
            uow.jobs().add(&new).await.expect("a job");
            let claimed = uow.jobs().claim("beside", &["beside"], now, now.plus_days(1)).await;
            let job = claimed.expect("a look-up").expect("a job");
            uow.jobs()
                .end(&job, duo_console::domain::jobs::job::Ending::Done, now, "")
                .await
                .expect("it ends");
        }
    }
}

fn event(kind: AuditKind, user: UserId, at: Timestamp) -> NewAuditEvent {
    let actor = AuditActor { id: Some(user), username: "reviewer".into(), name: "Reviewer".into() };
    NewAuditEvent {
        request_id: String::from("bench"),
        ..NewAuditEvent::new(at, kind, actor, Surface::Page, "reviewer")
    }
}

pub fn measure(report: &mut Report, console: &Console, as_service: &str) {
    let decision = console.url(DECISION);
    let rate = || requests_per_second(&decision, Some(as_service));
    let mut rounds: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        rounds[0].push(rate());
        for (round, writes) in [(1, Writes::Unrelated), (2, Writes::Everything)] {
            let writer = Writer::start(console, writes);
            rounds[round].push(rate());
            assert!(writer.stop() > 100, "about fifty writes a second");
        }
    }
    let [alone, unrelated, everything] = rounds.map(median);
    report.add(Figure::at_least(
        "Decision beside 50 unrelated writes a second / without",
        unrelated / alone,
        0.90,
    ));
    report.add(Figure::ratio(
        "Decision beside 50 changes of everything a second / without",
        everything / alone,
    ));
}
