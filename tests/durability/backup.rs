//! `backup` under load, and what `restore` refuses.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    place::Place,
    server::{SERVE, Server},
    storm::{LANES, look, rage, switch, token, wait},
    truth::{Place as At, Truth},
};

fn execute(file: &Path, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("it opens");
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("it is done");
        connection.close().await.expect("it closes");
    });
}

#[test]
fn a_copy_made_in_a_storm_is_whole_and_private_and_can_be_restored() {
    let place = Place::with_demo_data();
    let token = token(&place, None);
    let truth = Truth::of_fresh_demo_data(At::Sqlite(place.path("duo.db")));
    let server = Server::start(place.command(SERVE));
    let over = AtomicBool::new(false);
    let known = thread::scope(|scope| {
        let storm = scope.spawn(|| rage(&server, &token, &over, || {}));
        for count in 0..8 {
            wait(60);
            let file = format!("copy-{count}.db");
            let said = place.run(&["backup", &file]).done().stdout;
            assert!(said.contains(&file) && said.contains("checked"), "{said}");
        }
        over.store(true, Ordering::Relaxed);
        storm.join().expect("a storm")
    });
    let mut events = Vec::new();
    for count in 0..8 {
        let file = place.path(&format!("copy-{count}.db"));
        assert_eq!(fs::metadata(&file).expect("a copy").permissions().mode() & 0o777, 0o600);
        let copy = truth.in_copy(file);
        copy.agrees();
        events.push(
            copy.texts("SELECT CAST(COUNT(*) AS TEXT) FROM audit_events")[0]
                .parse::<u64>()
                .expect("a number"),
        );
    }
    assert!(events.is_sorted() && events[0] < events[7], "they are of one moment each: {events:?}");

    // The last copy has nothing of what comes after it.
    place.run(&["backup", "last.db"]).done();
    let client = server.client(&token);
    let mut lane = look(&client, LANES[0]);
    assert_eq!(switch(&client, &mut lane).status, 200);
    drop(server);
    let run = place.run(&["restore", "last.db"]).done();
    assert!(run.stderr.contains("before-restore-"), "{run:?}");
    truth.agrees();
    for lane in &known {
        truth.has(lane);
    }
    let kept = names(&place)
        .into_iter()
        .find(|name| name.starts_with("duo.db.before-restore-"))
        .expect("the old one");
    let kept = truth.in_copy(place.path(&kept));
    kept.agrees();
    kept.has(&lane);
    let server = Server::start(place.command(SERVE));
    assert_eq!(look(&server.client(&token), LANES[0]).version, lane.version - 1);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_of_a_copy_that_fails() {
    let place = Place::with_demo_data();
    place.run(&["backup", "copy.db"]).done();
    let before = everything(&place);
    assert!(place.run(&["backup", "copy.db"]).refused().contains("there already"));
    assert!(place.run(&["backup", "nowhere/copy.db"]).refused().contains("nowhere"));
    assert!(
        place
            .run(&["backup", "new.db", "--database-url", "sqlite://none.db"])
            .refused()
            .contains("no database")
    );
    assert_eq!(everything(&place), before);
}

#[test]
fn a_copy_that_is_not_sound_or_not_ours_is_refused_with_nothing_changed() {
    let place = Place::with_demo_data();
    place.run(&["backup", "good.db"]).done();
    let good = fs::read(place.path("good.db")).expect("a copy");
    let write = |name: &str, bytes: &[u8]| fs::write(place.path(name), bytes).expect("a file");
    write("text.db", b"There was a database here once, and it was a good one.");
    write("empty.db", b"");
    write("short.db", &good[..good.len() / 2]);
    let mut broken = good.clone();
    for page in broken.chunks_mut(4096).skip(2) {
        page[..64].fill(0xff);
    }
    write("broken.db", &broken);
    execute(&place.path("foreign.db"), "CREATE TABLE users (id INTEGER)");
    let twins = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, installed_on TEXT, success BOOLEAN, checksum BLOB, execution_time BIGINT); INSERT INTO _sqlx_migrations VALUES (1, 'theirs', '', 1, x'00', 1)";
    execute(&place.path("theirs.db"), twins);
    write("newer.db", &good);
    execute(
        &place.path("newer.db"),
        "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
    );
    write("orphan.db", &good);
    execute(
        &place.path("orphan.db"),
        "PRAGMA foreign_keys = OFF; DELETE FROM namespaces WHERE parent_id IS NULL",
    );
    write("altered.db", &good);
    let alter =
        "DROP TRIGGER audit_events_no_update; UPDATE audit_events SET actor_username = 'nobody' WHERE id = 1";
    execute(&place.path("altered.db"), alter);
    write("live.db", &good);
    write("live.db-wal", b"the newest changes");

    let before = everything(&place);
    for (file, why) in [
        ("text.db", "not an SQLite database"),
        ("empty.db", "not an SQLite database"),
        ("short.db", "damaged"),
        ("broken.db", "damaged"),
        ("foreign.db", "not a database of Duo Console"),
        ("theirs.db", "not a database of Duo Console"),
        ("newer.db", "newer duo-console"),
        ("orphan.db", "refers to what is not there"),
        ("altered.db", "audit log was altered"),
        ("live.db", "file of a running database"),
        ("none.db", "none.db"),
    ] {
        let said = place.run(&["restore", file]).refused();
        assert!(said.contains(why), "{file}: {said}");
        assert_eq!(everything(&place), before, "{file}");
    }
    place.run(&["restore", "good.db"]).done();
}

#[test]
fn a_database_in_use_is_not_replaced_however_long_the_server_was_idle() {
    let place = Place::with_demo_data();
    place.run(&["backup", "copy.db"]).done();
    let server = Server::start(place.command(SERVE));
    let said = place.run(&["restore", "copy.db"]).refused();
    assert!(said.contains("stop it first"), "{said}");
    assert!(!names(&place).iter().any(|name| name.contains("restor")), "{:?}", names(&place));
    assert_eq!(server.client("none").get("/-/readiness").status, 200);
    drop(server);
    place.run(&["restore", "copy.db"]).done();
}

#[test]
fn a_damaged_database_is_replaced_and_kept_with_its_log() {
    let place = Place::with_demo_data();
    place.run(&["backup", "copy.db"]).done();
    fs::write(place.path("duo.db"), b"ruined").expect("a file");
    fs::write(place.path("duo.db-wal"), b"what was last").expect("a file");
    place.run(&["restore", "copy.db"]).done();
    assert!(place.run(&["flow", "list", "acme"]).done().stdout.contains("code_review/v1"));
    let kept: Vec<_> = names(&place).into_iter().filter(|name| name.contains("before-restore")).collect();
    let contents: Vec<_> = kept.iter().map(|name| fs::read(place.path(name)).expect("a file")).collect();
    assert_eq!(contents, [b"ruined".to_vec(), b"what was last".to_vec()], "{kept:?}");
}

#[test]
fn a_copy_is_restored_where_no_database_was() {
    let place = Place::with_demo_data();
    place.run(&["backup", "copy.db"]).done();
    let url = format!("sqlite://{}", place.path("new/duo.db").display());
    place.run(&["restore", "copy.db", "--database-url", &url]).done();
    assert!(
        place.run(&["flow", "list", "acme", "--database-url", &url]).done().stdout.contains("developer/v1")
    );
}

/// A client that has an id of the other history is told to begin anew, whatever is written meanwhile.
#[test]
fn a_restored_copy_gives_no_id_that_it_gave_before() {
    let place = Place::with_demo_data();
    place.run(&["backup", "copy.db"]).done();
    let set = |value: &str| place.run(&["feature", "set", "orbit_user_preference", value]).done();
    set("true");
    set("false");
    let last = || {
        let truth = Truth::of_fresh_demo_data(At::Sqlite(place.path("duo.db")));
        truth.texts("SELECT CAST(last AS TEXT) FROM change_head")[0].parse::<i64>().expect("an id")
    };
    let before = last();
    place.run(&["restore", "copy.db"]).done();
    assert!(last() > before);
    set("true");
    let feed = "SELECT CAST(MIN(id) AS TEXT) FROM changes WHERE id > ".to_owned() + &before.to_string();
    let truth = Truth::of_fresh_demo_data(At::Sqlite(place.path("duo.db")));
    let next: i64 = truth.texts(&feed)[0].parse().expect("an id");
    assert!(next > before + 1, "{before} is not followed by {next}");
}

#[test]
fn for_postgres_the_exact_command_is_said() {
    let place = Place::empty();
    let url = "postgres://duo:secret@db.example:5433/console";
    let said = place.run(&["backup", "my copy.dump", "--database-url", url]).refused();
    let command =
        "pg_dump --host=db.example --port=5433 --username=duo --format=custom --file='my copy.dump' console";
    assert!(said.contains(command) && !said.contains("secret"), "{said}");
    let said = place.run(&["restore", "my.dump", "--database-url", url]).refused();
    assert!(
        said.contains("pg_restore --host=db.example") && said.contains("--dbname=console my.dump"),
        "{said}"
    );
}

fn names(place: &Place) -> Vec<String> {
    everything(place).into_keys().collect()
}

/// Every file of the place with its bytes, but for what SQLite's readers share.
fn everything(place: &Place) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(place.path(""))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|it| it != "db-shm"))
        .map(|path| {
            (
                path.file_name().expect("a name").to_string_lossy().into_owned(),
                fs::read(&path).expect("bytes"),
            )
        })
        .collect()
}
