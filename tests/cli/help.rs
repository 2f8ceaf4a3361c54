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
    assert!(!place.path("duo.db").exists(), "asking for help opens no database");
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
