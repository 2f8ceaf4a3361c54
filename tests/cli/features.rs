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
    assert!(text.contains("Known are: duo_code_review_flow_priority, "), "{text}");
    assert!(place.run(&["feature", "set", FLAG, "maybe"]).wrong().contains("true"));
    let set = |flag: &str, name: &str| place.run(&["feature", "set", FLAG, "true", flag, name]).refused();
    assert!(set("--user", "nobody").contains("There is no user nobody"));
    assert!(set("--group", "nowhere").contains("There is no group nowhere"));
    assert!(set("--group", "acme/website").contains("There is no group"), "a project is no group");
    assert_eq!(place.json(&["feature", "get", FLAG, "--format", "json"])["state"], "off (default)");
}

#[test]
fn a_flag_that_lost_its_definition_can_be_forgotten_and_who_tries_is_told_how() {
    let place = Place::with_demo_data();
    let text = place.run(&["feature", "delete", "old_flag"]).refused();
    assert!(text.contains("Known are: ") && !text.contains("--force"), "a slip of the pen: {text}");
    place.run(&["feature", "set", "old_flag", "true", "--environment", "staging", "--force"]).done();
    for command in [&["feature", "delete", "old_flag"][..], &["feature", "set", "old_flag", "false"]] {
        let text = place.run(command).refused();
        assert!(text.contains("There is no feature flag old_flag.") && text.contains("`--force`"), "{text}");
    }
    let gone = place.run(&["feature", "delete", "old_flag", "--environment", "staging", "--force"]).done();
    assert!(gone.stdout.contains("Forgot how it was set"), "{gone:?}");
}

#[test]
fn a_roll_out_goes_through_staging_and_says_what_may_surprise() {
    let place = Place::with_demo_data();
    let set = |arguments: &[&str]| {
        let all: Vec<_> =
            ["feature", "set", "duo_developer_orbit"].iter().chain(arguments).copied().collect();
        place.run(&all)
    };
    assert!(set(&["25"]).wrong().contains("One of `--actors` or `--random` must be set"));
    assert!(set(&["true", "--actors"]).wrong().contains("--actors"));
    assert!(set(&["0.001", "--actors"]).wrong().contains("two decimals"));
    assert!(set(&["true", "--environment", "prod"]).wrong().contains("staging-ref"));
    let text = set(&["25", "--actors", "--environment", "production"]).refused();
    assert!(text.contains("Set staging first"), "{text}");
    let both = ["--environment", "staging", "--environment", "production"];
    let text = set(&[&["12.5", "--actors"][..], &both].concat()).done().stdout;
    assert!(text.contains("duo_developer_orbit is on for 12.5 % of actors in production."), "{text}");
    set(&["opt_out", "--user", "owner"]).done();
    let text = set(&["true", "--user", "reviewer", "--feature-group", "administrators"]).done().stdout;
    assert_eq!(
        text,
        "duo_developer_orbit is on for user reviewer, feature group administrators, 12.5 % of actors, but not for user owner.\n"
    );
    assert!(set(&["true", "--user", "owner"]).refused().contains("Opt-out exists for @owner"));
    let run = set(&["false"]).done();
    assert!(run.stderr.contains("warning: This took away"), "{}", run.stderr);
    assert!(set(&["50", "--random"]).done().stderr.contains("deprecated"));
}

#[test]
fn a_freeze_holds_until_it_ends_or_somebody_says_why() {
    let place = Place::with_demo_data();
    let freeze = |reason: &str| place.run(&["feature", "freeze", "production", "--reason", reason]);
    assert_eq!(freeze("Holidays.").done().stdout, "Began a change freeze in production.\n");
    assert_eq!(freeze("Holidays.").done().stdout, "There is a change freeze in production.\n");
    assert!(freeze("An audit.").refused().contains("a change freeze in production already. End it first."));
    assert!(place.run(&["feature", "set", FLAG, "true"]).refused().contains("Holidays."));
    place.run(&["feature", "set", FLAG, "true", "--override-reason", "An incident."]).done();
    place.run(&["feature", "unfreeze", "production"]).done();
    place.run(&["feature", "set", FLAG, "false"]).done();
    let log = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    assert!(log.contains("An incident."), "{log}");
}

/// The command line's rows of the tables in `tests/api/flag_surfaces.rs`.
#[test]
fn production_waits_for_staging_where_it_is_named_and_what_nothing_defines_needs_force() {
    let place = Place::with_demo_data();
    let set = |arguments: &[&str]| place.run(&[&["feature", "set"], arguments].concat());
    let named = ["duo_developer_orbit", "true", "--environment", "production"];
    assert!(set(&named).refused().contains("Set staging first"));
    set(&named[..2]).done();
    assert!(set(&["nobody_defined_it", "true"]).refused().contains("no feature flag nobody_defined_it"));
    set(&["nobody_defined_it", "true", "--force"]).done();
    let delete =
        |arguments: &[&str]| place.run(&[&["feature", "delete", "nobody_defined_it"], arguments].concat());
    assert!(delete(&[]).refused().contains("no feature flag nobody_defined_it"));
    assert_eq!(delete(&["--force"]).done().stdout, "Forgot how it was set: nobody_defined_it.\n");
}

#[test]
fn definitions_go_out_and_come_in_again() {
    let place = Place::with_demo_data();
    let yaml = place.run(&["feature", "definitions", "--format", "yaml"]).done().stdout;
    assert!(yaml.contains("name: mr_ai_resolve_conflicts"), "{yaml}");
    let file = place.path("flags.yml");
    let mine =
        "name: my_flag\ntype: derisk\ngroup: group::mine\ndefault_enabled: false\nexpires_on: '2027-01-01'\n";
    std::fs::write(&file, format!("{yaml}---\n{mine}")).expect("a file");
    let file = file.display().to_string();
    assert!(place.run(&["feature", "set", "my_flag", "true"]).refused().contains("no feature flag my_flag"));
    assert!(place.run(&["feature", "import", &file]).done().stdout.starts_with("1 definitions"));
    place.run(&["feature", "set", "my_flag", "true"]).done();
    assert!(place.run(&["feature", "definitions"]).done().stdout.contains("2027-01-01"));
    std::fs::write(&file, mine.replace("false", "true")).expect("a file");
    assert!(place.run(&["feature", "import", &file]).refused().contains("default_enabled"));
    assert!(place.run(&["feature", "import", "nowhere.yml"]).refused().contains("nowhere.yml"));
}

#[test]
fn the_command_line_sets_the_flags_of_its_own_environment() {
    let place = Place::with_demo_data();
    let there = |arguments: &[&str]| {
        let output = place.command(arguments).env("DUO_ENVIRONMENT", "staging").output();
        String::from_utf8(output.expect("the program runs").stdout).expect("text")
    };
    assert_eq!(there(&["feature", "set", FLAG, "true"]), format!("{FLAG} is on in staging.\n"));
    assert!(there(&["feature", "get", FLAG, "--format", "json"]).contains("\"environment\": \"staging\""));
    assert_eq!(place.json(&["feature", "get", FLAG, "--format", "json"])["state"], "off (default)");
}
