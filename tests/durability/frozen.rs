//! A server that is paused in the middle of a write keeps the lock that every write needs. The others keep
//! serving as far as possible, and report errors where they cannot.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use sqlx::{Connection, Executor, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    cluster::Cluster,
    place::Place,
    server::{SERVE, Server},
    storm::{LANES, look, switch, token, wait},
    truth::{Place as At, Truth},
};

/// What a change may take that cannot be made: a second, and what a busy machine adds. Without limits of
/// ours it would be five.
const CLEARLY: Duration = Duration::from_millis(1800);

fn signal(server: &Server, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &server.id()]).status().expect("kill").success());
}

/// Whether the lock that every write needs is held.
fn is_held(at: &At) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match at {
            At::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::ZERO);
                let mut connection = SqliteConnection::connect_with(&options).await.expect("it opens");
                connection.execute("BEGIN IMMEDIATE; ROLLBACK").await.is_err()
            }
            At::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.expect("it answers");
                connection.execute("SELECT 1 FROM audit_head FOR UPDATE NOWAIT").await.is_err()
            }
        }
    })
}

/// `until_woken`: whether only waking the server ends it.
fn the_others_go_on(place: &Place, at: &At, arguments: &[&str], until_woken: bool) {
    let token = match at {
        At::Sqlite(_) => token(place, None),
        At::Postgres(url) => token(place, Some(url)),
    };
    let truth = Truth::of_fresh_demo_data(at.clone());
    let start = || Server::start(place.command(&[SERVE, arguments].concat()));
    let (frozen, other) = (start(), start());
    let (here, there, over) = (frozen.client(&token), other.client(&token), AtomicBool::new(false));
    let lane = thread::scope(|scope| {
        for lane in [LANES[0], LANES[1], LANES[2]] {
            let (here, over) = (&here, &over);
            scope.spawn(move || {
                let mut known = look(here, lane);
                while !over.load(Ordering::Relaxed) {
                    let answer = switch(here, &mut known);
                    match answer.status {
                        200 => {}
                        0 | 503 | 409 => known = look(here, lane),
                        _ => panic!("{answer:?}"),
                    }
                }
            });
        }
        let mut lane = look(&there, LANES[3]);
        assert_eq!(switch(&there, &mut lane).status, 200);
        let amid_a_change = (0..200).any(|round| {
            wait(10 + round * 7 % 30);
            signal(&frozen, "STOP");
            // What it had sent already is done by then.
            wait(100);
            let held = is_held(at);
            if !held {
                signal(&frozen, "CONT");
            }
            held
        });
        assert!(amid_a_change, "it never stood still amid a change");

        let asked = Instant::now();
        let answer = switch(&there, &mut lane);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"), "{answer:?}");
        assert!(asked.elapsed() < CLEARLY, "{:?}", asked.elapsed());
        let readiness = there.get("/-/readiness");
        assert_eq!(readiness.status, 503, "{readiness:?}");
        assert!(readiness.body.contains(r#"{"name":"database","ok":true}"#), "{readiness:?}");
        assert!(readiness.body.contains(r#"{"name":"changes","ok":false}"#), "{readiness:?}");
        let asked = Instant::now();
        assert_eq!(look(&there, LANES[3]).version, lane.version);
        assert!(asked.elapsed() < CLEARLY, "{:?}", asked.elapsed());

        if until_woken {
            signal(&frozen, "CONT");
        }
        let mut changed = switch(&there, &mut lane);
        while changed.status != 200 {
            assert_eq!(changed.status, 503, "{changed:?}");
            assert!(asked.elapsed() < Duration::from_secs(10), "{}", other.log());
            wait(50);
            changed = switch(&there, &mut lane);
        }
        eprintln!("changes go on after {:?}", asked.elapsed());
        if !until_woken {
            signal(&frozen, "CONT");
        }
        while there.get("/-/readiness").status != 200 || here.get("/-/readiness").status != 200 {
            assert!(asked.elapsed() < Duration::from_secs(20), "{}", frozen.log());
            wait(50);
        }
        over.store(true, Ordering::Relaxed);
        lane
    });
    truth.agrees();
    truth.has(&lane);
    place.run(&[&["audit", "verify"], arguments].concat()).done();
}

#[test]
fn on_postgres_the_others_change_again_within_seconds() {
    let (cluster, place) = (Cluster::start(), Place::empty());
    let url = cluster.url();
    place.run(&["demo", "--small", "--database-url", &url]).done();
    the_others_go_on(&place, &At::Postgres(url.clone()), &["--database-url", &url], false);
}

#[test]
fn on_sqlite_the_others_read_on_and_change_again_once_it_wakes() {
    let place = Place::with_demo_data();
    the_others_go_on(&place, &At::Sqlite(place.path("duo.db")), &[], true);
}
