//! Jobs at the command line.

use serde_json::Value;

use crate::place::Place;

fn jobs(place: &Place) -> Vec<Value> {
    let listed = place.json(&["job", "list", "--format", "json"]);
    listed.as_array().expect("a list").clone()
}

#[test]
fn jobs_are_listed_shown_and_stopped_with_what_they_are_about() {
    let place = Place::with_demo_data();
    assert!(place.run(&["job", "list"]).done().stderr.contains("There are no jobs."));
    let at = "2099-01-01T00:00:00Z";
    assert!(
        place.run(&["feature", "schedule", "orbit_user_preference", "25", "--actors", "--at", at]).code != 0
    );
    let tomorrow = {
        use duo_console::{server::system::SystemClock, usecases::Clock};
        SystemClock.now().plus_days(1).rfc3339()
    };
    place.run(&["feature", "schedule", "orbit_user_preference", "25", "--actors", "--at", &tomorrow]).done();
    let listed = jobs(&place);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        [&listed[0]["kind"], &listed[0]["state"], &listed[0]["about"], &listed[0]["due_at"]],
        ["scheduled_change", "waiting", "orbit_user_preference in production: 25 % of actors", &tomorrow]
    );
    assert_eq!(place.json(&["job", "show", "1"]), listed[0]);
    assert!(place.run(&["job", "list"]).done().stdout.starts_with("ID  KIND"));

    let refused = place.run(&["job", "retry", "1"]).refused();
    assert!(refused.contains("told to run now"), "{refused}");
    for command in ["show", "stop", "retry"] {
        assert!(place.run(&["job", command, "9"]).refused().contains("There is no such job."));
    }
    let said = place.run(&["job", "stop", "1"]).done().stderr;
    assert_eq!(said, "Stopped: orbit_user_preference in production: 25 % of actors.\n");
    assert_eq!(jobs(&place)[0]["state"], "cancelled");
    // What it was for has ended with it.
    let scheduled = place.json(&["feature", "scheduled", "--format", "json"]);
    assert_eq!(scheduled[0]["outcome"], "Cancelled by operator.");
    assert_eq!((&listed[0]["subject"], &listed[0]["ended_at"]), (&"1".into(), &Value::Null));
    let ended = place.json(&["job", "show", "1"]);
    assert!(ended["run_at"].is_null() && ended["ended_at"].is_string(), "{ended}");
    assert!(place.run(&["job", "stop", "1"]).refused().contains("has ended already"));
}

#[test]
fn a_change_that_is_cancelled_ends_its_job() {
    use duo_console::{server::system::SystemClock, usecases::Clock};

    let place = Place::with_demo_data();
    let tomorrow = SystemClock.now().plus_days(1).rfc3339();
    place.run(&["feature", "schedule", "orbit_user_preference", "25", "--actors", "--at", &tomorrow]).done();
    place.run(&["feature", "cancel", "1"]).done();
    let listed = jobs(&place);
    assert_eq!([&listed[0]["state"], &listed[0]["outcome"]], ["cancelled", "Cancelled by operator."]);
}
