use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use crate::place::Place;

/// A place where four things happened after the demo data was made, and how many events that makes.
fn busy() -> (Place, usize) {
    let place = Place::with_demo_data();
    let made = place.json(&["audit", "list", "--format", "json"]).as_array().expect("a list").len();
    for on in ["true", "false", "true"] {
        place.run(&["feature", "set", "orbit_user_preference", on]).done();
    }
    place.run(&["flow", "set", "acme", "developer/v1", "off", "--as", "owner"]).done();
    (place, made + 4)
}

#[test]
fn the_list_is_for_people_and_the_newest_first() {
    let (place, _) = busy();
    let text = place.run(&["audit", "list", "--limit", "2"]).done().stdout;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("TIME"), "{text}");
    assert!(lines[1].contains("owner") && lines[1].contains("foundational_flow_disabled"), "{text}");
    assert!(lines[2].contains("operator") && lines[2].contains("feature_flag_updated"), "{text}");
    assert!(place.run(&["audit", "list", "--limit", "0"]).wrong().contains("--limit"));
}

#[test]
fn the_export_as_csv_has_everything() {
    let (place, events) = busy();
    let text = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let headings = csv.headers().expect("headings").clone();
    let column = |name: &str| headings.iter().position(|it| it == name).expect("a column");
    let rows: Vec<_> = csv.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), events, "{text}");
    assert_eq!(&rows[0][column("kind")], "foundational_flow_disabled");
    assert_eq!(&rows[0][column("actor_username")], "owner");
    assert_eq!(&rows[0][column("namespace_path")], "acme");
    assert_eq!(&rows[4][column("kind")], "demo_data_created");
    assert_eq!(&rows[5][column("kind")], "project_created", "the history of the demo data: {text}");
    assert_eq!(&rows[events - 1][column("kind")], "user_created", "{text}");
}

#[test]
fn the_export_as_ndjson_has_an_object_a_line() {
    let (place, events) = busy();
    let text = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(rows.len(), events, "{text}");
    assert_eq!(rows[1]["from"], "off");
    assert_eq!(rows[1]["to"], "on");
    assert_eq!(rows[1]["namespace_id"], serde_json::Value::Null);
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_i64().expect("a number")).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
}

#[test]
fn an_export_of_nothing_is_headings_or_nothing() {
    let place = Place::empty();
    let text = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    assert!(text.starts_with("id,at,kind,") && text.lines().count() == 1, "{text}");
    assert_eq!(place.run(&["audit", "export", "--format", "ndjson"]).done().stdout, "");
    assert_eq!(place.json(&["audit", "list", "--format", "json"]), serde_json::json!([]));
    assert!(place.run(&["audit", "export"]).wrong().contains("--format"));
}

#[test]
fn nobody_has_to_read_on() {
    let (place, _) = busy();
    for command in [
        &["audit", "export", "--format", "csv"][..],
        &["audit", "export", "--format", "ndjson"],
        &["audit", "list"],
        &["user", "list", "--format", "json"],
        &["--help"],
    ] {
        let mut child = place
            .command(command)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        let mut words = String::new();
        BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut words).expect("text");
        assert_eq!((child.wait().expect("it ends").code(), words.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[test]
fn a_log_that_nobody_touched_verifies_and_says_where_it_ends() {
    let (place, events) = busy();
    let text = place.run(&["audit", "verify"]).done().stdout;
    let end = text.trim_end().rsplit(' ').next().expect("the end").to_owned();
    let said = format!("{events} entries of the audit chain checked; it ends at {events}:");
    assert!(text.starts_with(&said), "{text}");
    let json = place.json(&["audit", "verify", "--format", "json"]);
    assert_eq!((&json["intact"], &json["checked"]), (&true.into(), &events.into()));
    assert_eq!(format!("{events}:{}", json["end"]["hash"].as_str().expect("a hash")), end);
    place.run(&["feature", "set", "orbit_user_preference", "false"]).done();
    assert!(
        place
            .run(&["audit", "verify", "--expect", &end])
            .done()
            .stdout
            .starts_with(&format!("{} entries", events + 1))
    );
    assert!(
        place.run(&["audit", "verify", "--expect", "5"]).wrong().contains("a position, a colon and a hash")
    );
    assert_eq!(Place::empty().json(&["audit", "verify", "--format", "json"])["checked"], 0);
}

#[test]
fn a_log_that_is_not_what_was_noted_ends_with_exit_code_1() {
    let (place, _) = busy();
    let noted = format!("3:{}", "0".repeat(64));
    let run = place.run(&["audit", "verify", "--expect", &noted]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.starts_with("position 3 is not what was noted"), "{run:?}");
    assert!(run.stderr.contains("One thing is not as the program wrote it."), "{run:?}");
    let run = place.run(&["audit", "verify", "--format", "json", "--expect", &noted]);
    assert_eq!(run.code, 1, "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["faults"][0]["fault"], "not_as_noted");
    assert_eq!((&json["faults"][0]["position"], &json["intact"]), (&3.into(), &false.into()));
}

#[test]
fn a_flag_for_somebody_is_recorded_with_the_name() {
    let place = Place::with_demo_data();
    place
        .run(&["feature", "set", "orbit_user_preference", "true", "--user", "owner", "--group", "acme"])
        .done();
    let events = place.json(&["audit", "list", "--format", "json"]);
    let to = events[0]["to"].as_str().expect("text");
    assert!(to.contains("user owner (User:") && to.contains("group acme (Group:"), "{to}");
}
