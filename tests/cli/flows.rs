use std::process::Command;

use crate::place::Place;

const CODE_REVIEW: &str = "code_review/v1";

fn set<'a>(group: &'a str, flow: &'a str, state: &'a str, user: &'a str) -> [&'a str; 7] {
    ["flow", "set", group, flow, state, "--as", user]
}

fn kinds(place: &Place) -> Vec<String> {
    let events = place.json(&["audit", "list", "--format", "json"]);
    events
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["kind"].as_str().expect("a word").to_owned())
        .collect()
}

#[test]
fn a_flow_without_consent_is_switched_and_recorded() {
    let place = Place::with_demo_data();
    let text = place.run(&set("acme", "developer/v1", "off", "owner")).done().stdout;
    assert_eq!(text, "developer/v1 is off in acme.\n");
    assert_eq!(place.flow("acme", "developer/v1")["on"], false);
    let text = place.run(&set("acme", "developer/v1", "off", "owner")).done().stdout;
    assert_eq!(text, "developer/v1 was off in acme already.\n");
    place.run(&set("acme", "developer/v1", "on", "admin")).done();
    let events = place.json(&["audit", "list", "--format", "json"]);
    assert_eq!(events[0]["actor_username"], "admin");
    assert_eq!(events[0]["surface"], "command_line");
    assert_eq!(events[0]["namespace_path"], "acme");
    let id = events[0]["request_id"].as_str().expect("an id");
    assert!(id.len() == 20 && id.starts_with("cli-"), "{id}");
    assert_eq!(kinds(&place)[..2], ["foundational_flow_enabled", "foundational_flow_disabled"]);
}

#[test]
fn turning_code_review_on_without_the_wording_changes_nothing_and_says_how_to_consent() {
    let place = Place::with_demo_data();
    let before = place.flow("acme", CODE_REVIEW);
    let events = kinds(&place);
    let text = place.run(&set("acme", CODE_REVIEW, "on", "owner")).refused();
    assert!(text.contains("Enable GitLab Duo Code Review Flow?") && text.contains("$0.25/review"), "{text}");
    assert_eq!(place.flow("acme", CODE_REVIEW), before);
    assert_eq!(kinds(&place), events);

    let again = text.lines().find(|line| line.contains("--consent-wording")).expect("a command");
    let mut shell = Command::new("sh");
    shell.args(["-c", again]).current_dir(place.path(""));
    // It names the database as well.
    shell.env_remove("DATABASE_URL");
    let output = shell.output().expect("a shell");
    assert!(output.status.success(), "{again}\n{output:?}");

    let after = place.flow("acme", CODE_REVIEW);
    assert_eq!(after["on"], true);
    assert_eq!(after["consented_by"], "owner");
    assert_eq!(kinds(&place)[..2], ["namespace_consent_given", "foundational_flow_enabled"]);
    let text = place.run(&set("acme", CODE_REVIEW, "off", "owner")).done().stdout;
    assert!(text.contains("the consent to it is withdrawn"), "{text}");
    assert!(text.ends_with(" Seat holders: GitLab Duo Code Review; others: no review.\n"), "{text}");
    assert_eq!(place.flow("acme", CODE_REVIEW)["consent_id"], serde_json::Value::Null);
}

#[test]
fn a_consent_to_other_words_is_refused() {
    let place = Place::with_demo_data();
    let mut arguments = set("acme", CODE_REVIEW, "on", "owner").to_vec();
    arguments.extend(["--consent-wording", "0-beef"]);
    let text = place.run(&arguments).refused();
    assert!(text.contains("the words are other ones by now") && text.contains("$0.25/review"), "{text}");
    assert_eq!(place.flow("acme", CODE_REVIEW)["on"], false);
}

#[test]
fn a_group_from_before_consent_says_so() {
    let place = Place::with_demo_data();
    assert_eq!(place.flow("globex", CODE_REVIEW)["transitional"], true);
    let text = place.run(&["flow", "list", "globex"]).done().stdout;
    assert!(text.contains("on since before consent was asked for"), "{text}");
    place.run(&set("globex", CODE_REVIEW, "on", "owner")).refused();
    place.run(&set("globex", CODE_REVIEW, "off", "owner")).done();
    assert_eq!(place.flow("globex", CODE_REVIEW)["on"], false);
}

#[test]
fn a_bot_never_consents_be_it_an_administrator() {
    let place = Place::with_demo_data();
    place.run(&["user", "create", "bot", "--bot", "--admin"]).done();
    let text = place.run(&set("acme", CODE_REVIEW, "on", "bot")).refused();
    assert!(text.contains("A bot cannot give consent"), "{text}");
    assert!(!text.contains("--consent-wording"), "{text}");
    assert_eq!(place.flow("acme", CODE_REVIEW)["on"], false);
    place.run(&set("acme", "developer/v1", "off", "bot")).done();
}

#[test]
fn only_who_may_switches() {
    let place = Place::with_demo_data();
    let refused = |group: &str, user: &str| place.run(&set(group, "developer/v1", "off", user)).refused();
    assert!(refused("acme", "maintainer").contains("Owner of the top-level group"));
    assert!(refused("acme", "outsider").contains("There is no group acme, or outsider may not see it"));
    assert!(refused("nowhere", "admin").contains("There is no group nowhere"));
    assert!(refused("acme", "nobody").contains("There is no user nobody"));
    assert!(refused("acme/platform", "owner").contains("top-level group"));
    assert_eq!(place.flow("acme", "developer/v1")["on"], true);
}

#[test]
fn a_subgroup_has_the_flows_of_its_top_level_group() {
    let place = Place::with_demo_data();
    let run = place.run(&["flow", "list", "acme/platform"]).done();
    assert!(run.stderr.contains("As the top-level group acme has it"), "{run:?}");
    assert_eq!(run.stdout, place.run(&["flow", "list", "ACME"]).done().stdout);
    assert!(place.run(&["flow", "list", "nowhere"]).refused().contains("There is no such group"));
}

#[test]
fn what_is_no_flow_or_no_group_is_wrong_usage() {
    let place = Place::with_demo_data();
    assert!(place.run(&set("acme", "code_review", "on", "owner")).wrong().contains(CODE_REVIEW));
    assert!(place.run(&set("a b", CODE_REVIEW, "on", "owner")).wrong().contains("A path is made of"));
    assert!(
        place.run(&set("acme", CODE_REVIEW, "maybe", "owner")).wrong().contains("[possible values: on, off]")
    );
}
