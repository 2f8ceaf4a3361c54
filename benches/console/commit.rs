//! The cost of one durable commit on the database's disk.

use std::{path::Path, time::Instant};

use sqlx::{
    Connection, Executor, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{median, millis};

/// Milliseconds for one row in its own transaction, with the program's SQLite settings (WAL,
/// `synchronous=FULL`).
#[tokio::main(flavor = "current_thread")]
pub async fn durable_commit(folder: &Path) -> f64 {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("commit.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.expect("a database");
    connection
        .execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        .await
        .expect("a table");
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        connection.execute("INSERT INTO rows (text) VALUES ('a row as short as most')").await.expect("a row");
        times.push(millis(begun.elapsed()));
    }
    median(times)
}
