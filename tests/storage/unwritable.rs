//! A database that refuses writes: the error says so, data is kept, and writes work again afterwards.

use crate::{
    support::{Backend, Database, run},
    world::{NOON, app, app_at, group, new_user, origin, owner, run_due, selection, switch, user},
};

use duo_console::{
    domain::flags::{FlagValue, Targets},
    storage::{DatabaseUrl, Storage, StorageError},
    usecases::{
        FlagEditor, Where,
        flags::schedule_change::{ScheduleChange, schedule_change},
        flows::set_flow::SetFlowError,
        jobs::run_jobs::Ran,
    },
};

/// Adds users until the database takes no more; how many it took.
async fn fill(storage: &Storage) -> i64 {
    for count in 0..100_000 {
        let full = async {
            let mut uow = storage.begin().await?;
            uow.users().add(&new_user(&format!("{count}-{}", "long".repeat(50)))).await?;
            uow.commit().await
        };
        if let Err(error) = full.await {
            assert!(matches!(error, StorageError::Unwritable(_)), "{error:?}");
            return count;
        }
    }
    panic!("the database is never full");
}

#[test]
fn a_full_database_refuses_every_change_whole_and_takes_them_again_once_there_is_room() {
    run(Backend::Sqlite, async |db: Database| {
        let storage = db.open().await;
        let acme = group(&storage, "acme").await;
        let ann = owner(&storage, &acme, "ann").await;
        storage.close().await;

        // SQLite answers as it does when the disk has no room for another page.
        let pages = db.number("PRAGMA page_count").await + 20;
        let DatabaseUrl::Sqlite(options) = &db.url else { panic!("SQLite") };
        let small = options.clone().pragma("max_page_count", pages.to_string());
        let storage = Storage::open(&DatabaseUrl::Sqlite(small), 2).await.expect("the database opens");
        let added = fill(&storage).await;
        assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 1 + added);

        // Whatever still fits in the pages there are, nothing of what is refused stays.
        let app = app(storage.clone());
        let mut version = 0;
        let mut refused = 0;
        for round in 0..200 {
            let on = selection(&storage, acme.id).await.state.is_on();
            match switch(&app, &ann, &acme, !on, version).await {
                Ok(set) => version = set.now.selection.version,
                Err(SetFlowError::Refused(error)) => {
                    assert!(error.is_unwritable(), "round {round}: {error:?}");
                    refused += 1;
                }
                Err(other) => panic!("round {round}: {other:?}"),
            }
            let now = selection(&storage, acme.id).await;
            assert_eq!(now.version, version, "round {round}");
            assert_eq!(db.number("SELECT COUNT(*) FROM consent_ledger").await, version);
            assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 2 * version);
            assert_eq!(db.number("SELECT COUNT(*) FROM namespace_consents").await, version % 2);
        }
        assert!(refused > 100, "{refused}");

        db.execute("DELETE FROM users WHERE username LIKE '%long'").await.expect("room");
        let on = selection(&storage, acme.id).await.state.is_on();
        switch(&app, &ann, &acme, !on, version).await.expect("there is room again");
    });
}

/// Makes a PostgreSQL database read-only, or writable again.
pub async fn set_read_only(db: &Database, value: &str) {
    let name = db.texts("SELECT current_database()::text").await.remove(0);
    db.execute("SET default_transaction_read_only = off").await.expect("this connection may");
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}");
    db.execute(&sql).await.expect("it is set");
    // It counts for new connections, so those that there are have to go.
    let others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    db.execute(others).await.expect("they end");
}

/// As after a fail-over, or when a hosted database runs out of space.
#[test]
fn a_postgres_that_only_answers_refuses_changes_and_takes_them_again_afterwards() {
    run(Backend::Postgres, async |db: Database| {
        let storage = db.open().await;
        let ann = user(&storage, "ann").await;
        set_read_only(&db, "on").await;
        let mut uow = storage.begin().await.expect("a unit of work");
        let refused = uow.users().add(&new_user("bob")).await.expect_err("it cannot be written");
        assert!(matches!(refused, StorageError::Unwritable(_)), "{refused:?}");
        drop(uow);
        let found = storage.read().await.expect("a view").users().lookup(ann).await;
        assert_eq!(found.expect("it answers").map(|it| it.username).as_deref(), Some("ann"));

        set_read_only(&db, "off").await;
        user(&storage, "bob").await;
    });
}

#[test]
fn a_scheduled_change_waits_while_the_database_takes_no_changes() {
    run(Backend::Postgres, async |db: Database| {
        let storage = db.open().await;
        let plan = ScheduleChange {
            name: String::from("orbit_user_preference"),
            value: FlagValue::Boolean(true),
            targets: Targets::default(),
            environment: Where::Here,
            due_at: NOON.plus_millis(1),
            reason: None,
            undefined_too: false,
        };
        let editor = FlagEditor::operator(origin());
        schedule_change(&app(storage.clone()), &editor, &plan).await.expect("it is scheduled");
        let then = app_at(storage.clone(), plan.due_at);
        let state = "SELECT state FROM scheduled_changes";

        set_read_only(&db, "on").await;
        let error = run_due(&then).await.expect_err("it cannot be written");
        assert!(error.is_unwritable() && error.is_passing(), "{error:?}");
        assert_eq!(db.texts(state).await, ["pending"]);

        set_read_only(&db, "off").await;
        assert_eq!(run_due(&then).await.expect("it runs"), Ran { done: 1, ..Ran::default() });
        assert_eq!(db.texts(state).await, ["done"]);
    });
}
