use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{place::Place, serve::Server};

const FLAG: &str = "orbit_user_preference";
/// Far enough ahead to wait, and within the year that can be planned.
fn ahead(seconds: i64) -> String {
    use duo_console::{server::system::SystemClock, usecases::Clock};
    SystemClock.now().plus_millis(seconds * 1000).rfc3339()
}

fn scheduled(place: &Place) -> Value {
    place.json(&["feature", "scheduled", "--format", "json"])
}

/// Waits until the first scheduled change no longer waits.
fn ended(place: &Place) -> Value {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let changes = scheduled(place);
        if changes[0]["state"] != "pending" {
            return changes;
        }
        assert!(Instant::now() < until, "it still waits: {changes}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn what_is_scheduled_is_listed_and_cancelled() {
    let place = Place::with_demo_data();
    let at = ahead(86_400);
    let schedule = ["feature", "schedule", FLAG, "25", "--actors", "--at", &at, "--reason", "Step one."];
    let text = place.run(&schedule).done().stdout;
    assert_eq!(text, format!("Scheduled as 1: {FLAG} in production at {at}: 25 % of actors.\n"));
    let changes = scheduled(&place);
    assert_eq!((&changes[0]["state"], &changes[0]["reason"]), (&"pending".into(), &"Step one.".into()));
    assert!(place.run(&["feature", "scheduled", FLAG]).done().stdout.contains("25 % of actors"));
    let none = place.run(&["feature", "scheduled", "duo_developer_orbit"]).done();
    assert!(none.stderr.contains("Nothing is scheduled."), "{none:?}");
    let text = place.run(&["feature", "cancel", "1"]).done().stdout;
    assert_eq!(text, format!("Cancelled 1: {FLAG} in production: 25 % of actors.\n"));
    assert!(place.run(&["feature", "cancel", "1"]).refused().contains("it was cancelled on"));
    assert!(place.run(&["feature", "cancel", "2"]).refused().contains("no such scheduled change"));
    assert_eq!(scheduled(&place)[0]["outcome"], "Cancelled by operator.");
}

#[test]
fn what_is_wrong_is_not_scheduled() {
    let place = Place::with_demo_data();
    let at = ahead(3_600);
    let schedule = |arguments: &[&str]| place.run(&[&["feature", "schedule"][..], arguments].concat());
    assert!(schedule(&[FLAG, "true"]).wrong().contains("--at"));
    assert!(schedule(&[FLAG, "true", "--at", "tomorrow"]).wrong().contains("offset"));
    assert!(schedule(&[FLAG, "25", "--at", &at]).wrong().contains("--actors"));
    assert!(schedule(&[FLAG, "true", "--at", &at, "--environment", "prod"]).wrong().contains("staging-ref"));
    assert!(schedule(&[FLAG, "true", "--at", "2020-01-01T00:00:00Z"]).refused().contains("over already"));
    assert!(schedule(&["orbit", "true", "--at", &at]).refused().contains("Known are"));
    assert!(schedule(&[FLAG, "true", "--at", &at, "--user", "nobody"]).refused().contains("no user nobody"));
    assert_eq!(scheduled(&place), serde_json::json!([]));
}

#[test]
fn a_running_server_makes_what_is_scheduled_and_one_that_starts_what_was() {
    let place = Place::with_demo_data();
    {
        let _one = Server::start(&place, &[], "one.log");
        let _other = Server::start(&place, &[], "other.log");
        place.run(&["feature", "schedule", FLAG, "true", "--at", &ahead(2)]).done();
        let changes = ended(&place);
        assert_eq!(
            (&changes[0]["state"], &changes[0]["outcome"]),
            (&"done".into(), &"on".into()),
            "{changes}"
        );
        assert_eq!(place.json(&["feature", "get", FLAG, "--format", "json"])["state"], "on");
    }
    place.run(&["feature", "schedule", FLAG, "false", "--at", &ahead(1)]).done();
    thread::sleep(Duration::from_millis(1_100));
    assert_eq!(scheduled(&place)[0]["state"], "pending", "no server runs");
    let _server = Server::start(&place, &[], "again.log");
    let changes = ended(&place);
    assert_eq!((&changes[0]["state"], &changes[0]["outcome"]), (&"done".into(), &"off".into()), "{changes}");
    let history = place.json(&["feature", "history", FLAG, "--format", "json"]);
    assert_eq!(history.as_array().map(Vec::len), Some(2), "each was made once: {history}");
}

#[test]
fn a_flag_is_restored_from_its_history() {
    let place = Place::with_demo_data();
    assert!(place.run(&["feature", "history", FLAG]).done().stderr.contains("never set"));
    place.run(&["feature", "set", FLAG, "true", "--user", "owner"]).done();
    place.run(&["feature", "set", FLAG, "false"]).done();
    let history = place.json(&["feature", "history", FLAG, "--format", "json"]);
    let [off, on] = [0, 1].map(|nth: usize| history[nth]["event"].to_string());
    assert!(history[1]["after"].as_str().is_some_and(|it| it.starts_with("user owner (User:")), "{history}");
    let text = place.run(&["feature", "restore", FLAG, &on, "--reason", "Too early."]).done().stdout;
    assert!(text.starts_with(&format!("Restored: {FLAG} in production: user owner (User:")), "{text}");
    let text = place.run(&["feature", "restore", FLAG, &off, "--before"]).done().stdout;
    assert!(text.starts_with("It is so already"), "{text}");
    let text = place.run(&["feature", "restore", FLAG, &on, "--before"]).done().stdout;
    assert!(text.ends_with("in production: default.\n"), "{text}");
    assert!(place.run(&["feature", "history", FLAG]).done().stdout.contains("Too early."));
    assert!(
        place.run(&["feature", "restore", FLAG, "999"]).refused().contains("no such change of this flag")
    );
    place.run(&["feature", "freeze", "production", "--reason", "Holidays."]).done();
    assert!(place.run(&["feature", "restore", FLAG, &on]).refused().contains("Holidays."));
    place.run(&["feature", "restore", FLAG, &on, "--override-reason", "An incident."]).done();
}
