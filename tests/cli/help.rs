use crate::place::Place;

#[test]
fn every_command_explains_itself() {
    let place = Place::empty();
    let commands = [
        "",
        "serve",
        "migrate",
        "backup",
        "restore",
        "doctor",
        "demo",
        "user",
        "user create",
        "user list",
        "user set-password",
        "user set-email",
        "user unlink",
        "user delete",
        "token",
        "token create",
        "token list",
        "token revoke",
        "feature",
        "feature set",
        "feature get",
        "feature list",
        "feature delete",
        "feature definitions",
        "feature import",
        "feature group",
        "feature groups",
        "feature freeze",
        "feature unfreeze",
        "chatops",
        "chatops link",
        "chatops unlink",
        "chatops links",
        "feature schedule",
        "feature scheduled",
        "feature cancel",
        "feature history",
        "feature restore",
        "user link",
        "user reset-link",
        "job",
        "job list",
        "job show",
        "job stop",
        "job retry",
        "audit verify",
        "flow",
        "flow list",
        "flow set",
        "audit",
        "audit list",
        "audit export",
    ];
    for command in commands {
        let mut arguments: Vec<_> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = place.run(&arguments).done().stdout;
        assert!(help.contains("Usage: duo-console"), "{help}");
        assert!(help.contains("DATABASE_URL"), "{help}");
        assert!(!help.contains(&place.path("").display().to_string()), "the URL may hold a password: {help}");
    }
    let help = place.run(&["--help"]).done().stdout;
    assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
    for code in ["0 done", "1 understood, and refused or failed", "2 not understood"] {
        assert!(help.contains(code), "{help}");
    }
    assert!(!place.path("duo.db").exists(), "asking for help opens no database");
}

/// The same value is judged by clap, by a use case and by the database.
#[test]
fn what_is_not_understood_is_told_from_what_is_refused() {
    let place = Place::with_demo_data();
    place.run(&["feature", "get", "duo_developer_orbit"]).done();
    for not_understood in [
        &["feature", "get"][..],
        &["feature", "get", "duo_developer_orbit", "--environment", "moon"],
        &["feature", "set", "duo_developer_orbit", "25"],
        &["chatops", "gitlab run feature fly"],
        &["user", "list", "--database-url", "mysql://db"],
    ] {
        place.run(not_understood).wrong();
    }
    for refused in [
        &["feature", "get", "no_such_flag"][..],
        &["feature", "set", "duo_developer_orbit", "true", "--user", "nobody"],
        &["feature", "cancel", "7"],
        &["flow", "set", "acme", "developer/v1", "off", "--as", "developer"],
        &["user", "delete", "nobody"],
    ] {
        place.run(refused).refused();
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = Place::empty().run(&["--version"]).done().stdout;
    assert_eq!(version.trim(), concat!("duo-console ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn without_a_command_the_usage_is_shown() {
    assert!(Place::empty().run(&[]).wrong().contains("Usage: duo-console"));
}
