use crate::place::Place;

const FLAG: &str = "orbit_user_preference";

#[test]
fn a_flag_is_set_for_some_then_for_everyone_then_forgotten() {
    let place = Place::with_demo_data();
    let get = || place.json(&["feature", "get", FLAG, "--format", "json"]);
    assert_eq!(get()["state"], "off (default)");
    let text =
        place.run(&["feature", "set", FLAG, "true", "--user", "owner", "--group", "acme"]).done().stdout;
    assert_eq!(text, "orbit_user_preference is on for user owner, group acme.\n");
    assert_eq!(get()["actors"], serde_json::json!(["user owner", "group acme"]));
    place.run(&["feature", "set", FLAG, "false", "--group", "acme"]).done();
    assert_eq!(get()["state"], "on for user owner");
    place.run(&["feature", "set", FLAG, "true"]).done();
    assert_eq!(get()["state"], "on");
    assert!(place.run(&["feature", "list"]).done().stdout.contains(FLAG));
    let text = place.run(&["feature", "delete", FLAG]).done().stdout;
    assert!(text.contains("off (default)"), "{text}");
    assert!(place.run(&["feature", "delete", FLAG]).done().stdout.contains("Nothing was set"));
}

#[test]
fn what_the_program_does_not_know_is_not_set() {
    let place = Place::with_demo_data();
    let text = place.run(&["feature", "set", "orbit", "true"]).refused();
    assert!(text.contains("Known are: orbit_user_preference"), "{text}");
    assert!(place.run(&["feature", "set", FLAG, "maybe"]).wrong().contains("true"));
    let set = |flag: &str, name: &str| place.run(&["feature", "set", FLAG, "true", flag, name]).refused();
    assert!(set("--user", "nobody").contains("There is no user nobody"));
    assert!(set("--group", "nowhere").contains("There is no group nowhere"));
    assert!(set("--group", "acme/website").contains("There is no group"), "a project is no group");
    assert_eq!(place.json(&["feature", "get", FLAG, "--format", "json"])["state"], "off (default)");
}
