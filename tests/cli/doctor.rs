use std::{fs, os::unix::fs::PermissionsExt};

use crate::place::{Place, Run};

/// A place with a server's database and an administrator.
fn well() -> Place {
    let place = Place::empty();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o700)).expect("it is ours");
    place.run(&["user", "create", "root", "--admin", "--generate-password"]).done();
    place
}

fn finding(run: &Run, check: &str) -> serde_json::Value {
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = findings.as_array().expect("a list");
    let worst = findings.iter().filter(|it| it["check"] == check).max_by_key(|it| it["status"] != "ok");
    worst.unwrap_or_else(|| panic!("no check {check}: {run:?}")).clone()
}

fn examined(place: &Place, more: &[&str]) -> Run {
    place.run(&[&["doctor", "--format", "json"], more].concat())
}

#[test]
fn a_good_set_up_is_well_and_nothing_is_changed_by_looking() {
    let place = well();
    let before = fs::read(place.path("duo.db")).expect("a database");
    let run = place.run(&["doctor"]).done();
    for check in [
        "configuration",
        "external-url",
        "permissions",
        "database",
        "durability",
        "schema",
        "clock",
        "administrator",
    ] {
        let line = run.stdout.lines().find(|line| line.split_whitespace().nth(1) == Some(check));
        assert!(line.is_some_and(|line| line.starts_with("ok ")), "{check}: {run:?}");
    }
    assert!(run.stdout.contains("disk"), "{run:?}");
    assert_eq!(fs::read(place.path("duo.db")).expect("a database"), before);
    assert_eq!(finding(&examined(&place, &[]), "schema")["status"], "ok");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let place = well();
    let table: [(&[&str], i32, &str, &str, &str); 6] = [
        (&["--listen", "nowhere"], 1, "configuration", "fail", "--listen"),
        (&["--listen", "0.0.0.0:3000"], 0, "external-url", "warn", "listens at 0.0.0.0:3000"),
        (&["--external-url", "http://duo.example.com"], 0, "external-url", "warn", "not encrypted"),
        (&["--external-url", "https://duo.example.com"], 0, "proxies", "warn", "trusted-proxies"),
        (&["--database-url", "sqlite://none.db"], 0, "database", "warn", "no SQLite at none.db yet"),
        (&["--database-url", "postgres://duo@127.0.0.1:1/duo"], 1, "database", "fail", "cannot open"),
    ];
    for (options, code, check, status, words) in table {
        let run = examined(&place, options);
        assert_eq!(run.code, code, "{run:?}");
        let finding = finding(&run, check);
        assert_eq!(finding["status"], status, "{finding}");
        assert!(finding["found"].as_str().expect("words").contains(words), "{finding}");
        assert!(!finding["advice"].as_str().expect("what to do").is_empty(), "{finding}");
    }
    assert!(!place.path("none.db").exists(), "looking makes no database");
}

#[test]
fn a_file_that_everybody_reads_is_named() {
    let place = well();
    let mode = fs::metadata(place.path("duo.db")).expect("a database").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the program makes it private");
    fs::set_permissions(place.path("duo.db"), fs::Permissions::from_mode(0o644)).expect("it is ours");
    let finding = finding(&examined(&place, &[]), "permissions");
    assert!(finding["advice"].as_str().expect("what to do").contains("chmod o-rwx"), "{finding}");
}

#[test]
fn demo_passwords_fail_where_it_is_not_a_demo() {
    let place = Place::with_demo_data();
    let run = examined(&place, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let passwords = finding(&run, "passwords");
    assert!(passwords["found"].as_str().expect("words").contains("admin, owner"), "{passwords}");
    assert_eq!(examined(&place, &["--demo"]).code, 0);
    for user in ["admin", "owner", "maintainer", "developer", "reviewer", "outsider"] {
        place.run(&["user", "set-password", user, "--generate-password"]).done();
    }
    assert_eq!(examined(&place, &[]).code, 0);
}

#[test]
fn a_server_without_an_administrator_is_warned_of() {
    let place = Place::empty();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o700)).expect("it is ours");
    place.run(&["user", "create", "ann", "--generate-password"]).done();
    let run = examined(&place, &[]);
    assert_eq!(finding(&run, "administrator")["status"], "warn");
}

#[test]
fn a_damaged_file_and_one_of_another_program_fail() {
    let place = well();
    fs::write(place.path("text.db"), b"no database").expect("a file");
    let run = examined(&place, &["--database-url", "sqlite://text.db"]);
    assert_eq!((run.code, &finding(&run, "database")["status"]), (1, &"fail".into()), "{run:?}");
    let mut bytes = fs::read(place.path("duo.db")).expect("a database");
    for page in bytes.chunks_mut(4096).skip(2) {
        page[..64].fill(0xff);
    }
    fs::write(place.path("duo.db"), bytes).expect("it is ours");
    assert_eq!(examined(&place, &[]).code, 1);
}
