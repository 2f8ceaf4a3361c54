//! Whether what was read before is still so: a row of the change feed, of whichever process, means that
//! something of its topic changed.
//!
//! SQLite tells by `PRAGMA data_version`, asked every few milliseconds on a connection of its own, that
//! something was written; the feed tells what. PostgreSQL tells by `NOTIFY`, which a trigger on the feed
//! sends as part of the commit.

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

/// Only SQLite has it.
const DATA_VERSION: &str = "PRAGMA data_version";
statements! {
    LAST = "SELECT last FROM change_head WHERE id = 1";
    TOPICS_AFTER = "SELECT topic FROM changes WHERE id > $1";
}

/// Where the trigger of the feed says the topic.
const CHANNEL: &str = "duo_console_changes";

/// How often SQLite is asked.
const POLL: Duration = Duration::from_millis(15);
/// How often PostgreSQL has to show that it is still there, and how long it may take.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How long after a loss the next try begins.
const RETRY: Duration = Duration::from_millis(200);

/// What is known about changes, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// Nobody watches: what was read before is worth nothing.
    None,
    /// What was read in these generations still holds.
    Current(Generations),
    /// The database is out of reach: nobody can know.
    Lost,
}

/// How often something of each topic changed. Take it before reading, so that a change during the reading
/// makes it old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generations([u64; Topic::ALL.len()]);

impl Generations {
    /// Of what rests on all of these. Each counts forward only, so the sum is the same as before exactly
    /// when nothing of them changed.
    pub fn of(&self, topics: Topics) -> Generation {
        Generation(topics.iter().map(|topic| self.0[topic as usize]).sum())
    }
}

/// Between two changes of what something rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u64);

impl Generation {
    /// Of what was read while nobody watched: never the current one, the first of which is 1.
    pub const UNWATCHED: Self = Self(0);
}

/// Counts the changes. Cheap to clone; all clones count the same.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter {
    generations: [AtomicU64; Topic::ALL.len()],
    watch: AtomicU8,
    /// Wakes those who wait for the next; true at the end.
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

    /// Something of these topics changed: what was read so far and rests on them is old.
    pub(super) fn happened(&self, topics: Topics) {
        for topic in topics.iter() {
            self.0.generations[topic as usize].fetch_add(1, Ordering::AcqRel);
        }
        self.0.bell.send_modify(|_| {});
    }

    /// To wait for changes. Those from here on are heard of.
    pub fn listen(&self) -> Listener {
        Listener(self.0.bell.subscribe())
    }

    /// Waits until nobody else reads what changed: the bell wakes all who wait at once, and what one has
    /// read serves the others.
    pub async fn turn(&self) -> impl Drop + '_ {
        self.0.turn.lock().await
    }

    /// Lets go whoever waits: the server stops.
    pub fn end(&self) {
        self.0.bell.send_replace(true);
    }

    /// From here on every change is noticed; those before may not have been.
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

/// Waits for changes, of whichever process.
pub struct Listener(watch::Receiver<bool>);

impl Listener {
    /// What happened until now is known. To be called before reading, so that nothing falls in between.
    pub fn is_up_to_date(&mut self) {
        self.0.mark_unchanged();
    }

    /// Waits for something that happened since; false when nobody is to wait any longer.
    pub async fn next(&mut self) -> bool {
        !*self.0.borrow() && self.0.changed().await.is_ok() && !*self.0.borrow()
    }

    /// Whether nobody is to wait any longer.
    pub fn has_ended(&self) -> bool {
        *self.0.borrow()
    }
}

/// How a database is watched.
pub(super) enum WatchedDatabase {
    /// A pool of one connection, so that closing the database waits for it.
    Sqlite(SqlitePool),
    Postgres(Arc<PgConnectOptions>),
}

/// Watches until it is dropped, through every loss of the database.
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
    // What failed once is not used again.
    connection.close_on_drop();
    let (mut version, mut last) = (None, None);
    loop {
        let now: i64 = sqlx::query_scalar(DATA_VERSION).fetch_one(&mut *connection).await?;
        if version.replace(now) != Some(now) {
            // Much that is written is no change: that a session was used, for one.
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

/// What was written after one change, up to another.
async fn topics_after(
    connection: &mut SqliteConnection,
    before: i64,
    until: i64,
) -> Result<Topics, sqlx::Error> {
    let topics: Vec<String> = sqlx::query_scalar(TOPICS_AFTER).bind(before).fetch_all(connection).await?;
    // Some were removed meanwhile, or an older copy was put back: it may have been anything.
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
                // It would connect again by itself, and nobody would know what was missed.
                None => return Err(sqlx::Error::PoolClosed),
            }
        }
    };
    // A network that swallows packets lets a listener wait for ever.
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
