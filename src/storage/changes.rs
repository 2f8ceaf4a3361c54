//! Cache invalidation: a new row in the change feed, written by any process, means that something in its
//! topic changed.
//!
//! SQLite is polled every few milliseconds with `PRAGMA data_version` on a dedicated connection; when it
//! differs, the feed is read. PostgreSQL sends `NOTIFY` from a trigger on the feed, as part of the commit.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Executor, SqliteConnection, SqlitePool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::{
    sync::{Mutex, watch},
    time::{sleep, timeout},
};

use super::statements;
use crate::domain::change::{Topic, Topics};

/// SQLite only.
const DATA_VERSION: &str = "PRAGMA data_version";
statements! {
    LAST = "SELECT last FROM change_head WHERE id = 1";
    TOPICS_AFTER = "SELECT topic FROM changes WHERE id > $1";
}

/// The channel that the feed's trigger notifies; the payload is the topic.
const CHANNEL: &str = "duo_console_changes";

/// The polling interval on SQLite.
const POLL: Duration = Duration::from_millis(15);
/// The heartbeat interval on PostgreSQL, and its timeout.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// The delay before reconnecting.
const RETRY: Duration = Duration::from_millis(200);

/// What is known about changes at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// Nobody watches: cached values cannot be trusted.
    None,
    /// Values read in these generations are still valid.
    Current(Generations),
    /// The database is out of reach, so validity is unknown.
    Lost,
}

/// The number of changes per topic. Take it before reading, so that a change during the read makes the value
/// outdated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generations([u64; Topic::ALL.len()]);

impl Generations {
    /// The generation of values that depend on all of `topics`. Counters only grow, so the sum is equal
    /// exactly when none of them changed.
    pub fn of(&self, topics: Topics) -> Generation {
        Generation(topics.iter().map(|topic| self.0[topic as usize]).sum())
    }
}

/// Identifies the period between two changes of the topics that a value depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u64);

impl Generation {
    /// For values read while nobody watched. Never current, as generations start at 1.
    pub const UNWATCHED: Self = Self(0);
}

/// Change counters and their broadcast. Cheap to clone; clones share state.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter {
    generations: [AtomicU64; Topic::ALL.len()],
    watch: AtomicU8,
    /// Wakes listeners; `true` at shutdown.
    bell: watch::Sender<bool>,
    turn: Mutex<()>,
}

const NOT_WATCHED: u8 = 0;
const WATCHED: u8 = 1;
const LOST: u8 = 2;

impl Changes {
    pub fn knowledge(&self) -> Knowledge {
        match self.0.watch.load(Ordering::Acquire) {
            NOT_WATCHED => Knowledge::None,
            LOST => Knowledge::Lost,
            _ => {
                let counted = self.0.generations.each_ref().map(|it| it.load(Ordering::Acquire));
                Knowledge::Current(Generations(counted))
            }
        }
    }

    /// Counts a change of these topics, which outdates cached values that depend on them.
    pub(super) fn happened(&self, topics: Topics) {
        for topic in topics.iter() {
            self.0.generations[topic as usize].fetch_add(1, Ordering::AcqRel);
        }
        self.0.bell.send_modify(|_| {});
    }

    /// A listener for changes from now on.
    pub fn listen(&self) -> Listener {
        Listener(self.0.bell.subscribe())
    }

    /// Locks a mutex for reading the changes: the broadcast wakes all listeners at once, and what one of them
    /// reads serves the others.
    pub async fn turn(&self) -> impl Drop + '_ {
        self.0.turn.lock().await
    }

    /// Ends all listeners, at shutdown.
    pub fn end(&self) {
        self.0.bell.send_replace(true);
    }

    /// Marks changes as watched from now on. Earlier ones may have been missed, so all topics count as
    /// changed.
    fn found(&self) {
        self.happened(Topics::ALL);
        self.0.watch.store(WATCHED, Ordering::Release);
    }

    fn lost(&self, error: &sqlx::Error) {
        if self.0.watch.swap(LOST, Ordering::AcqRel) != LOST {
            tracing::warn!(%error, "lost the database: decisions go on from what is known");
        }
    }
}

/// Waits for changes by any process.
pub struct Listener(watch::Receiver<bool>);

impl Listener {
    /// Marks all changes so far as seen. Call it before reading, so that none is missed.
    pub fn is_up_to_date(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits for a change since the last call; `false` at shutdown.
    pub async fn next(&mut self) -> bool {
        !*self.0.borrow() && self.0.changed().await.is_ok() && !*self.0.borrow()
    }

    /// Whether the server is shutting down.
    pub fn has_ended(&self) -> bool {
        *self.0.borrow()
    }
}

/// The connection to watch.
pub(super) enum WatchedDatabase {
    /// A pool of one connection, so that closing the database waits for it.
    Sqlite(SqlitePool),
    Postgres(Arc<PgConnectOptions>),
}

/// Watches until dropped; reconnects when the database is lost.
pub(super) async fn watch(database: WatchedDatabase, changes: Changes) {
    loop {
        let watching = async {
            match &database {
                WatchedDatabase::Sqlite(pool) => watch_sqlite(pool, &changes).await,
                WatchedDatabase::Postgres(options) => watch_postgres(options, &changes).await,
            }
        };
        let Err(error) = watching.await;
        changes.lost(&error);
        sleep(RETRY).await;
    }
}

async fn watch_sqlite(pool: &SqlitePool, changes: &Changes) -> Result<Infallible, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    // Do not reuse a connection that failed.
    connection.close_on_drop();
    let (mut version, mut last) = (None, None);
    loop {
        let now: i64 = sqlx::query_scalar(DATA_VERSION).fetch_one(&mut *connection).await?;
        if version.replace(now) != Some(now) {
            // Many writes are no change, for example that a session was used.
            let until: i64 = sqlx::query_scalar(LAST).fetch_one(&mut *connection).await?;
            match last.replace(until) {
                None => changes.found(),
                Some(before) if before != until => {
                    let topics = topics_after(&mut connection, before, until).await?;
                    changes.happened(topics);
                }
                Some(_) => {}
            }
        }
        sleep(POLL).await;
    }
}

/// The topics of the changes after `before`, up to `until`.
async fn topics_after(
    connection: &mut SqliteConnection,
    before: i64,
    until: i64,
) -> Result<Topics, sqlx::Error> {
    let topics: Vec<String> = sqlx::query_scalar(TOPICS_AFTER).bind(before).fetch_all(connection).await?;
    // Rows were deleted meanwhile, or a backup was restored: anything may have changed.
    if i64::try_from(topics.len()).is_ok_and(|count| before >= until || count < until - before) {
        return Ok(Topics::ALL);
    }
    Ok(topics.iter().fold(Topics::NONE, |all, word| all.union(Topics::of_word(word))))
}

async fn watch_postgres(options: &PgConnectOptions, changes: &Changes) -> Result<Infallible, sqlx::Error> {
    let lone = PgPoolOptions::new().max_connections(1).acquire_timeout(HEARTBEAT);
    let mut listener = PgListener::connect_with(&lone.clone().connect_with(options.clone()).await?).await?;
    listener.listen(CHANNEL).await?;
    changes.found();
    let listening = async {
        loop {
            match listener.try_recv().await? {
                Some(change) => changes.happened(Topics::of_word(change.payload())),
                // It would reconnect by itself and hide that notifications were missed.
                None => return Err(sqlx::Error::PoolClosed),
            }
        }
    };
    // A network that drops packets silently would leave the listener waiting for ever.
    let pulse = lone.connect_with(options.clone()).await?;
    let beating = async {
        loop {
            sleep(HEARTBEAT).await;
            timeout(HEARTBEAT, pulse.execute("SELECT 1")).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        }
    };
    tokio::select! {
        ended = listening => ended,
        ended = beating => ended,
    }
}
