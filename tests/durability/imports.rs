//! An import that is killed in the middle leaves nothing, and can be repeated.

use std::fs;

use crate::{
    cluster::Cluster,
    place::Place,
    storm::wait,
    truth::{Place as At, Truth},
};

const LINES: usize = 20_000;

fn killed_anywhere_it_is_all_or_nothing(database: At) {
    let place = Place::empty();
    let url = match &database {
        At::Sqlite(file) => format!("sqlite://{}", file.display()),
        At::Postgres(url) => url.clone(),
    };
    let with_url = |arguments: &[&'static str]| -> Vec<String> {
        arguments.iter().copied().chain(["--database-url"]).map(String::from).chain([url.clone()]).collect()
    };
    let run = |arguments: &[&'static str]| {
        let arguments = with_url(arguments);
        place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).done().stdout
    };
    run(&["demo", "--small"]);
    let users = (0..LINES).fold(String::from("username\n"), |file, at| file + &format!("u{at}\n"));
    let members =
        (0..LINES).fold(String::from("path,user,role\n"), |file, at| file + &format!("acme,u{at},Owner\n"));
    fs::write(place.path("users.csv"), users).expect("a file");
    fs::write(place.path("members.csv"), members).expect("a file");
    run(&["import", "users", "users.csv", "--apply"]);
    let truth = Truth::of_fresh_demo_data(database);
    let count = "SELECT CAST(COUNT(*) AS TEXT) FROM memberships WHERE source = 'import'";
    let events = "SELECT kind FROM audit_events WHERE kind IN ('people_imported', 'member_created')";
    // Those of the demo data and of the users.
    let before = truth.texts(events).len();
    let mut killed = 0;
    for round in 0..12 {
        let arguments = with_url(&["import", "members", "members.csv", "--apply"]);
        let mut import = place.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let mut import = import.stdout(std::process::Stdio::null()).spawn().expect("it runs");
        // At another moment each time.
        wait(50 + round * 130);
        import.kill().expect("it can be killed");
        import.wait().expect("it ends");
        let rows = truth.texts(count);
        if rows == ["0"] {
            killed += 1;
            assert_eq!(truth.texts(events).len(), before);
        } else {
            assert_eq!(rows, [LINES.to_string()]);
            break;
        }
    }
    assert!(killed > 2, "it was too fast to be killed");
    run(&["import", "members", "members.csv", "--apply"]);
    assert_eq!(truth.texts(count), [LINES.to_string()]);
    assert_eq!(truth.texts(events).len(), before + LINES + 1);
    run(&["audit", "verify"]);
}

#[test]
fn an_import_that_is_killed_leaves_nothing_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    killed_anywhere_it_is_all_or_nothing(At::Sqlite(folder.path().join("duo.db")));
}

#[test]
fn an_import_that_is_killed_leaves_nothing_on_postgresql() {
    let cluster = Cluster::start();
    killed_anywhere_it_is_all_or_nothing(At::Postgres(cluster.url()));
}
