//! Opening a database: migrations, concurrent servers, SQLite's settings.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use duo_console::storage::{DatabaseUrl, DatabaseUrlError, Storage, StorageError};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::{sleep, timeout};

use crate::{
    support::{Backend, Database, at_once, fresh_name, run},
    world::{NOON, new_user, user},
};

contract! {
    every_statement_fits_the_schema,
    opening_again_changes_nothing,
    a_migration_that_is_missing_or_another_is_named,
    eight_servers_open_one_fresh_database_at_once,
    a_view_for_reading_cannot_write,
    a_closed_database_is_unavailable_and_says_so,
    a_database_that_refuses_is_not_taken_for_a_busy_one,
    whoever_holds_up_changes_holds_up_no_reading,
}

async fn every_statement_fits_the_schema(db: Database) {
    let storage = db.open().await;
    let count = storage.check_statements().await.expect("every statement prepares");
    assert_eq!(count, storage.statements().count());
    assert!(count > 40, "{count}");
}

async fn opening_again_changes_nothing(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    storage.close().await;
    let applied = "SELECT CAST(version AS TEXT) FROM _sqlx_migrations ORDER BY version";
    let before = db.texts(applied).await;
    let storage = db.open().await;
    assert_eq!(db.texts(applied).await, before);
    let found = storage.read().await.expect("a view").users().lookup(ann).await.expect("a look-up");
    assert_eq!(found.map(|it| it.username).as_deref(), Some("ann"));
}

async fn a_migration_that_is_missing_or_another_is_named(db: Database) {
    let storage = db.open().await;
    let missing = async || storage.missing_migrations().await.expect("it answers");
    assert_eq!(missing().await, [] as [i64; 0]);
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        SELECT 9999, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    db.execute(newer).await.expect("a row");
    assert_eq!(missing().await, [] as [i64; 0], "a newer server may have been here");
    db.execute("UPDATE _sqlx_migrations SET checksum = checksum || checksum WHERE version = 1")
        .await
        .expect("a row");
    assert_eq!(missing().await, [1]);
    db.execute("DELETE FROM _sqlx_migrations").await.expect("rows");
    assert_eq!(missing().await.first(), Some(&1));
}

async fn eight_servers_open_one_fresh_database_at_once(db: Database) {
    let open = |_| {
        let url = db.url.clone();
        async move { Storage::open(&url, 2).await }
    };
    for opened in at_once((0..8).map(open)).await {
        opened.expect("the database opens").missing_migrations().await.expect("it answers");
    }
}

async fn a_view_for_reading_cannot_write(db: Database) {
    let storage = db.open().await;
    let mut view = storage.read().await.expect("a view");
    let refused = view.users().add(&new_user("ann")).await.expect_err("it is for reading");
    assert!(matches!(refused, StorageError::Unwritable(_)), "{refused:?}");
    drop(view);
    assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 0);
    user(&storage, "ann").await;
}

async fn a_closed_database_is_unavailable_and_says_so(db: Database) {
    let storage = db.open().await;
    storage.close().await;
    assert!(matches!(storage.missing_migrations().await, Err(StorageError::Unavailable(_))));
    assert!(matches!(storage.begin().await.map(drop), Err(StorageError::Unavailable(_))));
}

/// PostgreSQL's code for missing rights ends, as a number, in the bits that mean "busy" in SQLite.
async fn a_database_that_refuses_is_not_taken_for_a_busy_one(db: Database) {
    let storage = db.open().await;
    if db.backend == Backend::Postgres {
        let role = fresh_name();
        db.execute(&format!("CREATE ROLE {role} LOGIN")).await.expect("a role");
        db.execute(&format!("GRANT ALL ON SCHEMA public TO {role}")).await.expect("a right");
        db.execute(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await.expect("a right");
        let url = db.url_text.replacen("//postgres@", &format!("//{role}@"), 1);
        assert_ne!(url, db.url_text, "the URL names the user postgres");
        let url: DatabaseUrl = url.parse().expect("a URL");
        let restricted = Storage::open(&url, 2).await.expect("reading is allowed");
        let mut uow = restricted.begin().await.expect("a unit of work");
        let refused = uow.users().add(&new_user("ann")).await.expect_err("writing is not");
        assert!(matches!(refused, StorageError::Driver(_)), "{refused:?}");
        drop(uow);
        restricted.close().await;
        db.execute(&format!("DROP OWNED BY {role}")).await.expect("the rights go");
        db.execute(&format!("DROP ROLE {role}")).await.expect("the role goes");
    } else {
        let mut uow = storage.begin().await.expect("a unit of work");
        let nobody = duo_console::domain::ids::UserId(404);
        let refused = uow
            .seats()
            .give(
                duo_console::domain::ids::NamespaceId(404),
                nobody,
                duo_console::domain::people::grants::Source::Hand,
                NOON,
            )
            .await;
        assert!(matches!(refused, Err(StorageError::Driver(_))), "{refused:?}");
    }
}

/// Writes are refused while another process holds the lock that every write needs.
async fn whoever_holds_up_changes_holds_up_no_reading(db: Database) {
    /// A second, plus a margin for a busy machine.
    const CLEARLY: Duration = Duration::from_millis(1800);

    let storage = Storage::open(&db.url, 8).await.expect("the database opens");
    let ann = user(&storage, "ann").await;
    let held = db.hold_changes().await;
    // More of them than there are connections, and every other one goes away before it is answered.
    let writers: Vec<_> = (0..16)
        .map(|n: usize| {
            let storage = storage.clone();
            tokio::spawn(async move {
                let began = Instant::now();
                let changing = storage.can_be_changed();
                let changed = if n.is_multiple_of(2) {
                    changing.await
                } else {
                    timeout(Duration::from_millis(200), changing).await.unwrap_or(Ok(()))
                };
                (n, changed, began.elapsed())
            })
        })
        .collect();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        let asked = Instant::now();
        let found = storage.read().await.expect("a view").users().lookup(ann).await.expect("it answers");
        assert!(found.is_some() && asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        sleep(Duration::from_millis(10)).await;
    }
    for writer in writers {
        let (n, changed, took) = writer.await.expect("it ends");
        assert!(took < CLEARLY, "{n}: {took:?}");
        if n.is_multiple_of(2) {
            assert!(matches!(changed, Err(StorageError::Unavailable(_))), "{n}: {changed:?}");
        }
    }
    drop(held);
    let until = Instant::now() + Duration::from_secs(5);
    while let Err(error) = storage.can_be_changed().await {
        assert!(Instant::now() < until, "{error}");
    }
    user(&storage, "bob").await;
}

mod on_postgres {
    use super::{
        Backend, Database, DatabaseUrl, Duration, Instant, Storage, StorageError, fresh_name, new_user, run,
        sleep, user,
    };

    /// As a server does whose machine is paused.
    #[test]
    fn a_transaction_that_stands_still_is_ended_and_says_so() {
        run(Backend::Postgres, async |db: Database| {
            let (frozen, other) = (db.open().await, Storage::open(&db.url, 4).await.expect("it opens"));
            let ann = user(&other, "ann").await;
            let mut uow = frozen.begin().await.expect("a unit of work");
            uow.users().set_password_hash(ann, "one").await.expect("it is hers now");
            let began = Instant::now();
            let refused = async {
                let mut uow = other.begin().await?;
                uow.users().set_password_hash(ann, "two").await?;
                uow.commit().await
            };
            let refused = refused.await;
            assert!(matches!(refused, Err(StorageError::Unavailable(_))), "{refused:?}");
            sleep(Duration::from_secs(6).saturating_sub(began.elapsed())).await;
            let mut mended = other.begin().await.expect("a unit of work");
            mended.users().set_password_hash(ann, "two").await.expect("nobody holds it any more");
            mended.commit().await.expect("it commits");
            let woken = uow.users().add(&new_user("bob")).await;
            assert!(matches!(woken, Err(StorageError::Unavailable(_))), "{woken:?}");
            drop(uow);
            user(&frozen, "bob").await;
        });
    }

    #[test]
    fn a_role_that_may_no_longer_come_in_is_out_of_reach_until_it_may_again() {
        run(Backend::Postgres, async |db: Database| {
            let role = fresh_name();
            let name = db.texts("SELECT current_database()::text").await.remove(0);
            db.execute(&format!("CREATE ROLE {role} LOGIN")).await.expect("a role");
            db.execute(&format!("GRANT ALL ON SCHEMA public TO {role}")).await.expect("a right");
            let url = db.url_text.replacen("//postgres@", &format!("//{role}@"), 1);
            assert_ne!(url, db.url_text, "the URL names the user postgres");
            let storage = Storage::open(&url.parse().expect("a URL"), 4).await.expect("it opens");
            user(&storage, "ann").await;
            let end = format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role}'"
            );
            for (shut, open) in [
                (format!("ALTER ROLE {role} NOLOGIN"), format!("ALTER ROLE {role} LOGIN")),
                (
                    format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"),
                    format!("GRANT CONNECT ON DATABASE {name} TO PUBLIC"),
                ),
            ] {
                db.execute(&shut).await.expect("it is shut");
                db.execute(&end).await.expect("they end");
                for begun in [storage.read().await.map(drop), storage.begin().await.map(drop)] {
                    assert!(matches!(begun, Err(StorageError::Unavailable(_))), "{shut}: {begun:?}");
                }
                db.execute(&open).await.expect("it is open");
                storage.read().await.expect("a view").users().count().await.expect("it answers");
            }
            // A start says at once what is wrong, and does not wait for it to change.
            db.execute(&format!("ALTER ROLE {role} NOLOGIN")).await.expect("it is shut");
            let url: DatabaseUrl = url.parse().expect("a URL");
            let began = Instant::now();
            Storage::wait_for(&url, Duration::from_secs(20)).await;
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
            storage.close().await;
            db.execute(&format!("DROP OWNED BY {role} CASCADE")).await.expect("the rights go");
            db.execute(&format!("DROP ROLE {role}")).await.expect("the role goes");
        });
    }

    #[test]
    fn a_database_that_lacks_most_signs_is_refused_and_left_as_it_is() {
        run(Backend::Postgres, async |db: Database| {
            for (encoding, taken) in [("LATIN1", false), ("SQL_ASCII", true)] {
                let name = fresh_name();
                let make =
                    format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'");
                db.execute(&make).await.expect("a database");
                let (server, _) = db.url_text.rsplit_once('/').expect("the URL names a database");
                let url: DatabaseUrl = format!("{server}/{name}").parse().expect("a URL");
                match Storage::open(&url, 2).await {
                    Ok(storage) => {
                        assert!(taken, "{encoding}");
                        user(&storage, "ann").await;
                        storage.close().await;
                    }
                    Err(error) => {
                        assert!(!taken && error.to_string().contains("its encoding is LATIN1"), "{error}");
                    }
                }
                db.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("it goes");
            }
        });
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let files = std::fs::read_dir(folder).expect("the folder is there");
        files.map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[test]
fn a_database_url_is_parsed_once_and_printed_without_its_password() {
    let url: DatabaseUrl = "postgres://duo:secret@db.example:5433/console".parse().expect("a URL");
    assert_eq!(url.to_string(), "PostgreSQL database console at db.example:5433");
    assert!(!format!("{url:?}").contains("secret"));
    let error = |url: &str| url.parse::<DatabaseUrl>().expect_err("it is refused");
    assert!(matches!(error("mysql://localhost/duo"), DatabaseUrlError::Scheme));
    assert!(matches!(error("sqlite::memory:"), DatabaseUrlError::InMemory));
    assert!(matches!(error("sqlite://duo.db?mode=memory"), DatabaseUrlError::InMemory));
    assert!(matches!(error("postgres://localhost:port/duo"), DatabaseUrlError::Options(_)));
}

mod on_sqlite {
    use std::{
        fs,
        os::unix::fs::{MetadataExt, chown, symlink},
    };

    use super::{Backend, Connection, Database, DatabaseUrl, SqliteConnectOptions, SqliteConnection};
    use super::{Storage, StorageError, user};

    fn at(file: &std::path::Path) -> DatabaseUrl {
        format!("sqlite://{}", file.display()).parse().expect("a URL")
    }

    #[tokio::test]
    async fn no_file_is_emptied_whatever_the_database_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let neighbours = ["duo.lock", "duo.db.lock", "state.lock.lock"].map(|it| folder.path().join(it));
        for file in &neighbours {
            fs::write(file, "somebody else's").expect("a file");
        }
        for name in ["state.lock", "duo.db", "duo"] {
            for count in 1..=2 {
                let storage = Storage::open(&at(&folder.path().join(name)), 2).await.expect("it opens");
                user(&storage, &format!("user-{count}")).await;
                let found = storage.read().await.expect("a view").users().count().await;
                assert_eq!(found.expect("a count"), count, "{name}");
                storage.close().await;
            }
        }
        for file in &neighbours {
            assert_eq!(fs::read_to_string(file).expect("a file"), "somebody else's", "{}", file.display());
        }
    }

    #[tokio::test]
    async fn a_link_at_the_locks_name_is_refused_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, nothing) = (folder.path().join("victim"), folder.path().join("nothing"));
        fs::write(&victim, "kept").expect("a file");
        let (file, lock) = (folder.path().join("duo.db"), folder.path().join("duo.db.lock"));
        for target in [&victim, &nothing] {
            symlink(target, &lock).expect("a link");
            let error = Storage::open(&at(&file), 2).await.map(drop).expect_err("it is refused");
            assert!(matches!(error, StorageError::Io { .. }), "{error:?}");
            assert!(error.to_string().contains("symbolic link"), "{error}");
            fs::remove_file(&lock).expect("it goes");
        }
        assert_eq!(fs::read_to_string(&victim).expect("a file"), "kept");
        assert!(!nothing.exists() && !file.exists());
        Storage::open(&at(&file), 2).await.expect("it opens").close().await;
    }

    /// What root restores would be given away with it.
    #[tokio::test]
    async fn what_is_no_file_of_its_own_at_the_locks_name_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let victim = folder.path().join("victim");
        fs::write(&victim, "kept").expect("a file");
        let (file, lock) = (folder.path().join("duo.db"), folder.path().join("duo.db.lock"));
        fs::hard_link(&victim, &lock).expect("a link");
        let refused = async || {
            let error = Storage::open(&at(&file), 2).await.map(drop).expect_err("it is refused");
            assert!(matches!(error, StorageError::Io { .. }), "{error:?}");
            assert!(error.to_string().contains("no file of its own"), "{error}");
            assert!(!file.exists());
        };
        refused().await;
        assert_eq!(fs::read_to_string(&victim).expect("a file"), "kept");
        fs::remove_file(&lock).expect("it goes");
        let made = std::process::Command::new("mkfifo").arg(&lock).status().expect("it runs");
        assert!(made.success());
        refused().await;
        fs::remove_file(&lock).expect("it goes");
        Storage::open(&at(&file), 2).await.expect("it opens").close().await;
    }

    /// A command that root runs must not keep the server, which is not root, from starting.
    #[tokio::test]
    async fn what_root_makes_is_the_owners_of_the_database_or_of_its_folder() {
        /// Whoever this is.
        const SERVER: u32 = 65534;

        let folder = tempfile::tempdir().expect("a folder");
        if fs::metadata("/proc/self").expect("Linux").uid() != 0 {
            eprintln!("skipped: only root gives files away");
            return;
        }
        let (file, lock) = (folder.path().join("duo.db"), folder.path().join("duo.db.lock"));
        let owners =
            || [&file, &lock].map(|it| fs::metadata(it).map(|it| (it.uid(), it.gid())).expect("a file"));
        chown(folder.path(), Some(SERVER), Some(SERVER)).expect("it is given away");
        Storage::open(&at(&file), 2).await.expect("it opens").close().await;
        assert_eq!(owners(), [(SERVER, SERVER); 2], "the folder's");
        fs::remove_file(&lock).expect("it goes");
        chown(folder.path(), Some(0), Some(0)).expect("it is taken back");
        Storage::open(&at(&file), 2).await.expect("it opens").close().await;
        assert_eq!(owners(), [(SERVER, SERVER); 2], "the database's");
        // What was there before is nobody's to give away.
        chown(&lock, Some(0), Some(0)).expect("it is taken back");
        Storage::open(&at(&file), 2).await.expect("it opens").close().await;
        assert_eq!(owners()[1], (0, 0));
    }

    #[test]
    fn connections_are_durable_and_keep_the_references() {
        crate::support::run(Backend::Sqlite, async |db: Database| {
            db.open().await.close().await;
            // The mode stays with the file: a connection that sets nothing finds it.
            let DatabaseUrl::Sqlite(options) = &db.url else { panic!("SQLite") };
            let plain = SqliteConnectOptions::new().filename(options.get_filename());
            let mut file = SqliteConnection::connect_with(&plain).await.expect("it opens");
            assert_eq!(text(&mut file, "PRAGMA journal_mode").await, "wal");
            // The rest is each connection's own.
            let mut ours = SqliteConnection::connect_with(options).await.expect("it opens");
            assert_eq!(text(&mut ours, "PRAGMA journal_mode").await, "wal");
            assert_eq!(number(&mut ours, "PRAGMA synchronous").await, 2, "FULL");
            assert_eq!(number(&mut ours, "PRAGMA foreign_keys").await, 1);
            assert_eq!(number(&mut ours, "PRAGMA busy_timeout").await, 5000);
        });
    }

    async fn text(connection: &mut SqliteConnection, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(connection).await.expect("a pragma answers")
    }

    async fn number(connection: &mut SqliteConnection, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(connection).await.expect("a pragma answers")
    }

    #[test]
    fn every_table_is_strict() {
        crate::support::run(Backend::Sqlite, async |db: Database| {
            db.open().await;
            let ours = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_sqlx_migrations'";
            let tables = db.texts(ours).await;
            assert!(tables.len() > 12, "{tables:?}");
            let lax = db
                .texts(&format!(
                    "{ours} AND name NOT IN (SELECT name FROM pragma_table_list WHERE strict = 1)"
                ))
                .await;
            assert_eq!(lax, Vec::<String>::new());
        });
    }
}
