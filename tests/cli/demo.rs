//! The whole demo data, as `demo` and `serve --demo` make them.

use crate::place::Place;

#[test]
fn the_whole_demo_is_a_company_with_a_past_that_holds() {
    let place = Place::empty();
    place.run(&["demo"]).done();
    let groups = place.json(&["group", "list", "--format", "json"]);
    assert!(groups.as_array().is_some_and(|it| it.len() > 20), "{groups}");
    let users = place.json(&["user", "list", "--format", "json"]);
    assert!(users.as_array().is_some_and(|it| it.len() > 35), "{users}");
    let checked = place.run(&["audit", "verify"]).done();
    assert!(!checked.stdout.is_empty(), "{checked:?}");
    let seats = place.run(&["seat", "list", "--group", "globex"]).done().stdout;
    assert!(seats.contains("globex-developer-3"), "{seats}");
    let refused = place.run(&["demo", "--small"]).refused();
    assert!(refused.contains("not empty"), "{refused}");
}

#[test]
fn doctor_knows_the_passwords_of_everybody_in_the_demo() {
    let place = Place::empty();
    place.run(&["demo"]).done();
    let found = place.run(&["doctor", "--format", "json"]).stdout;
    for user in ["admin", "outsider", "umbrella-owner", "new-starter"] {
        assert!(found.contains(user), "{user}: {found}");
    }
}
