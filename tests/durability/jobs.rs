//! Servers are killed while jobs are due: each job is done once, in order, by the remaining servers.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use duo_console::{server::system::SystemClock, usecases::Clock};

use crate::{
    cluster::Cluster,
    place::Place,
    server::{SERVE, Server},
    storm::wait,
    truth::{Place as At, Truth},
};

const FLAG: &str = "orbit_user_preference";
/// How many changes of the flag are due at one moment.
const CHANGES: usize = 60;
/// How often each server is killed while there is work.
const KILLS: u64 = 3;

/// Kills `servers` servers again and again while the changes are made.
fn each_is_made_once(servers: u64, database: At) {
    let place = Place::empty();
    let url = match &database {
        At::Sqlite(file) => format!("sqlite://{}", file.display()),
        At::Postgres(url) => url.clone(),
    };
    let run = |arguments: &[&str]| place.run(&[arguments, &["--database-url", &url]].concat()).done().stdout;
    let command = || -> Command {
        let mut command = place.command(SERVE);
        command.args(["--database-url", &url]);
        command
    };
    run(&["demo", "--small"]);
    // Late enough for them all to be planned.
    let due = SystemClock.now().plus_millis(30_000);
    for step in 1..=CHANGES {
        run(&["feature", "schedule", FLAG, &step.to_string(), "--actors", "--at", &due.rfc3339()]);
    }
    assert!(SystemClock.now() < due, "planning took too long to test anything");
    let mut running: Vec<_> = (0..servers).map(|_| Server::start(command())).collect();
    while SystemClock.now() < due {
        wait(10);
    }
    for round in 0..KILLS {
        for server in &mut running {
            // At another moment each time.
            wait(20 + round * 37 % 90);
            std::mem::replace(server, Server::start(command())).kill();
        }
    }
    let truth = Truth::of_fresh_demo_data(database);
    let made = "SELECT value_from || ': ' || value_to FROM audit_events WHERE kind = 'feature_change_run' ORDER BY id";
    // A lease that a killed server left ends after half a minute.
    let until = Instant::now() + Duration::from_secs(150);
    while truth.texts(made).len() < CHANGES {
        assert!(Instant::now() < until, "{:?}\n{}", truth.texts(made), running[0].log());
        wait(200);
    }
    // None comes twice.
    wait(500);
    let expected: Vec<_> =
        (1..=CHANGES).map(|step| format!("scheduled change {step}: {step} % of actors")).collect();
    assert_eq!(truth.texts(made), expected);
    let versions = "SELECT CAST(version AS TEXT) FROM flag_gates WHERE flag = 'orbit_user_preference' AND environment = 'production'";
    assert_eq!(truth.texts(versions), [CHANGES.to_string()]);
    let ended = "SELECT state || ' ' || CAST(COUNT(*) AS TEXT) FROM jobs WHERE kind = 'scheduled_change' GROUP BY state";
    assert_eq!(truth.texts(ended), [format!("done {CHANGES}")]);
    run(&["audit", "verify"]);
}

#[test]
fn one_server_killed_again_and_again_does_each_job_once() {
    let folder = tempfile::tempdir().expect("a folder");
    each_is_made_once(1, At::Sqlite(folder.path().join("duo.db")));
}

#[test]
fn two_servers_killed_in_turn_do_each_job_once_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    each_is_made_once(2, At::Sqlite(folder.path().join("duo.db")));
}

#[test]
fn one_two_and_three_servers_killed_in_turn_do_each_job_once_on_postgres() {
    for servers in 1..=3 {
        let cluster = Cluster::start();
        each_is_made_once(servers, At::Postgres(cluster.url()));
    }
}
