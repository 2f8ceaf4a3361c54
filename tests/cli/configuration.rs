use crate::place::{Place, Run};

#[test]
fn everything_that_is_wrong_is_listed_flags_and_variables_alike() {
    let place = Place::empty();
    let mut serve =
        place.command(&["serve", "--listen", "nowhere", "--trusted-proxies=many", "--demo=maybe"]);
    serve
        .env("DUO_ENVIRONMENT", "prod")
        .env("DUO_EXTERNAL_URL", "ftp://x")
        .env("DUO_SESSION_MAX_HOURS", "1")
        .env("DUO_LOG_FORMAT", "xml");
    serve.env("DATABASE_URL", "mysql://duo:hunter2@db").env("DUO_DATABASE_MAX_CONNECTIONS", "201");
    let text = Run::from(serve.output().expect("it runs")).wrong();
    assert!(text.starts_with("error: 9 settings are wrong:\n"), "{text}");
    for line in [
        "--database-url (DATABASE_URL): a database URL begins with sqlite:// or postgres://",
        "--database-max-connections (DUO_DATABASE_MAX_CONNECTIONS) is \"201\": expected a whole number from 1 to 200",
        "--listen (DUO_LISTEN) is \"nowhere\": expected an IP address and a port",
        "--external-url (DUO_EXTERNAL_URL) is \"ftp://x\": expected http:// or https://",
        "--trusted-proxies (DUO_TRUSTED_PROXIES) is \"many\": expected a whole number",
        "--environment (DUO_ENVIRONMENT) is \"prod\": expected one of dev, pre, staging, staging-ref, production",
        "--demo (DUO_DEMO) is \"maybe\": expected true or false",
        "--session-max-hours (DUO_SESSION_MAX_HOURS) is \"1\": must not be less than --session-idle-hours, which is 168",
        "--log-format (DUO_LOG_FORMAT) is \"xml\": expected text or json",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!place.path("data").exists(), "nothing was opened");
}

/// The variables that the help of `serve` and of `feature list` name.
fn variables(place: &Place) -> Vec<String> {
    let mut names = Vec::new();
    for command in [&["serve", "--help"][..], &["feature", "list", "--help"]] {
        let help = place.run(command).done().stdout;
        let after = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
        names.extend(after.map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 30, "{names:?}");
    names
}

#[test]
fn an_empty_variable_is_as_none_whichever_it_is() {
    let place = Place::empty();
    let names = variables(&place);
    let run = |arguments: &[&str], names: &[String]| {
        let mut command = place.command(arguments);
        command.envs(names.iter().map(|name| (name, "")));
        Run::from(command.output().expect("it runs"))
    };
    // A wrong flag besides, so that it ends: that is all that is wrong.
    for name in &names {
        let wrong = run(&["serve", "--trusted-proxies=many"], std::slice::from_ref(name)).wrong();
        assert!(wrong.starts_with("error: 1 setting is wrong:\n  --trusted-proxies"), "{name}: {wrong}");
    }
    let wrong = run(&["serve", "--trusted-proxies=many"], &names).wrong();
    assert!(wrong.starts_with("error: 1 setting is wrong:\n"), "{wrong}");
    run(&["feature", "list"], &names).done();
    assert!(place.path("data/duo-console.db").exists(), "the database of those who name none");
    // What was typed is judged.
    let typed = run(&["serve", "--listen="], &[]).wrong();
    assert!(typed.contains("--listen (DUO_LISTEN) is \"\""), "{typed}");
}

#[test]
fn every_command_checks_its_database_options() {
    let place = Place::empty();
    for command in [&["migrate"][..], &["user", "list"], &["audit", "export", "--format", "csv"]] {
        let mut arguments = command.to_vec();
        arguments.extend(["--database-url", "hunter2", "--database-max-connections", "0"]);
        let text = place.run(&arguments).wrong();
        assert!(text.starts_with("error: 2 settings are wrong:\n"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_flag_goes_before_its_variable_wherever_it_stands() {
    let place = Place::with_demo_data();
    let other = format!("sqlite://{}", place.path("other.db").display());
    for arguments in [["--database-url", &other, "user", "list"], ["user", "list", "--database-url", &other]]
    {
        assert_eq!(place.run(&arguments).done().stdout, "");
    }
    assert!(place.run(&["user", "list"]).done().stdout.contains("owner"));
}

#[test]
fn the_demo_is_not_put_on_the_network_by_accident() {
    let place = Place::empty();
    let text = place.run(&["serve", "--demo", "--listen", "0.0.0.0:0"]).wrong();
    assert!(text.contains("--listen (DUO_LISTEN)") && text.contains("--demo-anywhere"), "{text}");
    assert!(!place.path("duo.db").exists());
}

#[test]
fn unknown_flags_and_commands_are_wrong_usage() {
    let place = Place::empty();
    assert!(place.run(&["serve", "--lisen", "x"]).wrong().contains("--listen"));
    assert!(place.run(&["sevre"]).wrong().contains("serve"));
    assert!(place.run(&["user", "create", "ann", "--password", "hunter2hunter2"]).code == 2);
}

#[test]
fn a_database_that_cannot_be_opened_is_said_without_its_password() {
    let place = Place::empty();
    let text =
        place.run(&["user", "list", "--database-url", "postgres://duo:hunter2@127.0.0.1:1/duo"]).refused();
    assert!(text.contains("PostgreSQL database duo at 127.0.0.1:1"), "{text}");
    assert!(text.contains("--database-url") && !text.contains("hunter2"), "{text}");
    std::fs::write(place.path("notes.txt"), "This is no database, however long it may be. ".repeat(50))
        .expect("a file");
    let text = place.run(&["user", "list", "--database-url", "sqlite://notes.txt"]).refused();
    assert!(text.contains("SQLite at notes.txt"), "{text}");
}

#[test]
fn migrating_says_where_it_got_to_and_can_be_done_again() {
    let place = Place::empty();
    let migrations =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).expect("a folder");
    let number = |name: String| name.split('_').next().and_then(|number| number.parse::<u32>().ok());
    let last = migrations.filter_map(|it| number(it.expect("a file").file_name().into_string().ok()?)).max();
    let schema = format!("is up to date: schema {}, all ", last.expect("there are migrations"));
    for _ in 0..2 {
        let text = place.run(&["migrate"]).done().stdout;
        assert!(text.contains(&schema) && text.contains(" statements"), "{text}");
    }
}
