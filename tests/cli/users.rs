use crate::place::{Place, Run};

const PASSWORD: &str = "correct horse battery";

#[test]
fn the_demo_data_is_made_once() {
    let place = Place::empty();
    let text = place.run(&["demo", "--small"]).done().stdout;
    assert!(text.contains("owner") && text.contains("duo-console-demo"), "{text}");
    let users = place.run(&["user", "list"]).done().stdout;
    assert_eq!(users.lines().count(), 7, "{users}");
    let text = place.run(&["demo"]).refused();
    assert!(text.contains("not empty"), "{text}");
    assert_eq!(place.run(&["user", "list"]).done().stdout, users);
}

#[test]
fn a_database_with_a_user_gets_no_demo_data() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--generate-password"]).done();
    assert!(place.run(&["demo"]).refused().contains("not empty"));
}

#[test]
fn users_are_made_listed_and_deleted() {
    let place = Place::empty();
    let run = place.run(&["user", "list"]).done();
    assert!(run.stdout.is_empty() && run.stderr.contains("user create"), "{run:?}");
    place
        .run_with_input(
            &["user", "create", "ann", "--name", "Ann Lee", "--email", "Ann@example.com", "--password-stdin"],
            PASSWORD,
        )
        .done();
    place.run(&["user", "create", "root", "--admin", "--generate-password"]).done();
    place.run(&["user", "create", "review-bot", "--bot"]).done();
    let users = place.run(&["user", "list"]).done().stdout;
    let expected = "\
USER        NAME        KIND   ADMIN  STATE   LAST SIGN-IN  EMAIL
ann         Ann Lee     human         active                Ann@example.com
review-bot  review-bot  bot           active
root        root        human  yes    active
";
    assert_eq!(users, expected);
    let users = place.json(&["user", "list", "--format", "json"]);
    assert_eq!(users[0]["username"], "ann");
    assert_eq!(users[0]["email"], "Ann@example.com");
    assert_eq!(users[1]["email"], serde_json::Value::Null);
    assert_eq!(users[1]["kind"], "bot");
    assert_eq!(users[2]["admin"], true);

    assert!(place.run(&["user", "delete", "Ann"]).done().stdout.contains("Deleted"));
    assert!(place.run(&["user", "delete", "ann"]).refused().contains("There is no user ann"));
    assert!(!place.run(&["user", "list"]).done().stdout.contains("ann"));
}

#[test]
fn a_number_is_never_given_to_somebody_else() {
    let place = Place::empty();
    let id = |name: &str| {
        place.run(&["user", "create", name, "--bot"]).done();
        let users = place.json(&["user", "list", "--format", "json"]);
        users.as_array().expect("a list").iter().find(|it| it["username"] == name).expect("made")["id"]
            .clone()
    };
    let ann = id("ann");
    place.run(&["user", "delete", "ann"]).done();
    assert_ne!(id("bob"), ann);
}

#[test]
fn a_password_never_comes_from_an_argument_and_has_to_come_from_somewhere() {
    let place = Place::empty();
    let text = place.run(&["user", "create", "ann"]).wrong();
    assert!(text.contains("--password-stdin or --generate-password"), "{text}");
    let text = place.run(&["user", "create", "ann", "--password-stdin", "--generate-password"]).wrong();
    assert!(text.contains("cannot be used with"), "{text}");
    assert!(place.run(&["user", "set-password", "ann"]).wrong().contains("--password-stdin"));
    assert_eq!(place.run(&["user", "list"]).done().stdout, "");
}

#[test]
fn a_made_up_password_stands_alone_on_stdout() {
    let place = Place::empty();
    let run = place.run(&["user", "create", "ann", "--generate-password"]).done();
    assert_eq!(run.stdout.trim().len(), 24, "{run:?}");
    assert!(run.stderr.contains("only this once"), "{run:?}");
    let again = place.run(&["user", "set-password", "ann", "--generate-password"]).done();
    assert_ne!(again.stdout, run.stdout);
    let export = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    assert!(!export.contains(run.stdout.trim()) && !export.contains(again.stdout.trim()));
    assert!(export.contains("user_password_changed"), "{export}");
}

#[test]
fn what_is_no_user_is_refused() {
    let place = Place::empty();
    let create = |name: &str, password: &str| {
        place.run_with_input(&["user", "create", name, "--password-stdin"], password).refused()
    };
    assert!(create("a b", PASSWORD).contains("A user name has"));
    assert!(create("ann", "short").contains("at least 8"));
    assert!(create("ann", "").contains("at least 8"));
    place.run_with_input(&["user", "create", "ann", "--password-stdin"], "correct horse battery\r\n").done();
    assert!(create("ANN", PASSWORD).contains("already"));
    assert!(
        place
            .run(&["user", "create", "bob", "--name", " ", "--generate-password"])
            .refused()
            .contains("name")
    );
}

#[test]
fn an_address_is_one_users_and_can_be_changed_and_taken_away() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--email", "ann@example.com"]).done();
    place.run(&["user", "create", "bob", "--bot"]).done();
    let text = place.run(&["user", "create", "eve", "--email", "ANN@example.com"]).refused();
    assert!(text.contains("Another user has this address"), "{text}");
    assert!(!place.run(&["user", "list"]).done().stdout.contains("eve"), "nothing was made");
    assert!(place.run(&["user", "set-email", "bob", "ann@example.com"]).refused().contains("Another user"));
    assert!(place.run(&["user", "set-email", "bob", "bob"]).refused().contains("name@host"));
    assert!(place.run(&["user", "set-email", "nobody", "x@example.com"]).refused().contains("no user"));
    assert!(place.run(&["user", "set-email", "bob"]).wrong().contains("ADDRESS"));
    place.run(&["user", "set-email", "ann", "--none"]).done();
    place.run(&["user", "set-email", "bob", "ann@example.com"]).done();
    let export = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    assert_eq!(export.matches("user_email_changed").count(), 2, "{export}");
}

#[test]
fn whoever_was_never_linked_is_unlinked_without_harm() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--email", "ann@example.com"]).done();
    let text = place.run(&["user", "unlink", "ann"]).done().stdout;
    assert!(text.contains("was linked to no provider"), "{text}");
    assert!(place.run(&["user", "unlink", "nobody"]).refused().contains("no user"));
}

#[test]
fn a_reset_link_stands_alone_on_stdout_and_leads_to_the_server() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--generate-password"]).done();
    let run = place.run(&["user", "reset-link", "Ann"]).done();
    let link = "http://127.0.0.1:3000/users/password/edit?reset_password_token=";
    let token = run.stdout.trim().strip_prefix(link).expect("a link");
    assert_eq!(token.len(), 43, "{run:?}");
    assert!(run.stderr.contains("only this once") && !run.stderr.contains(token), "{run:?}");
    let mut elsewhere = place.command(&["user", "reset-link", "ann"]);
    elsewhere.env("DUO_EXTERNAL_URL", "https://duo.example.com");
    let elsewhere = Run::from(elsewhere.output().expect("it runs")).done().stdout;
    assert!(elsewhere.starts_with("https://duo.example.com/users/password/edit?"), "{elsewhere}");
    let export = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    assert_eq!(export.matches("password_reset_link_created").count(), 2, "{export}");
    assert!(!export.contains(token), "{export}");

    assert!(place.run(&["user", "reset-link", "bob"]).refused().contains("There is no user bob"));
    let wrong = place.run(&["user", "reset-link", "ann", "--external-url", "duo.example.com"]).wrong();
    assert!(wrong.contains("--external-url (DUO_EXTERNAL_URL) is \"duo.example.com\""), "{wrong}");
    place.run(&["user", "create", "bot", "--bot"]).done();
    assert!(place.run(&["user", "reset-link", "bot"]).refused().contains("A bot has no password"));
}

#[test]
fn a_bot_has_no_password() {
    let place = Place::empty();
    let text = place.run(&["user", "create", "bot", "--bot", "--generate-password"]).wrong();
    assert!(text.contains("cannot be used with"), "{text}");
    place.run(&["user", "create", "bot", "--bot"]).done();
    let text = place.run(&["user", "set-password", "bot", "--generate-password"]).refused();
    assert!(text.contains("A bot has no password"), "{text}");
}

#[test]
fn who_a_user_is_at_the_provider_can_be_said_at_the_command_line() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--generate-password"]).done();
    place.run(&["user", "create", "bob", "--generate-password"]).done();
    let link = |name: &str, subject: &str| {
        place.run(&["user", "link", name, "--subject", subject, "--oidc-issuer", "https://id.example"])
    };
    let text = link("Ann", "248289761001").done().stdout;
    assert!(text.contains("Linked Ann to 248289761001 at https://id.example."), "{text}");
    assert!(link("ann", "248289761001").done().stdout.contains("Already linked"));
    assert!(link("ann", "7").refused().contains("is linked to another subject"));
    assert!(link("bob", "248289761001").refused().contains("is linked to another user"));
    assert!(link("bob", "").refused().contains("A subject has"));
    assert!(link("nobody", "7").refused().contains("There is no user nobody"));
    let wrong =
        place.run(&["user", "link", "bob", "--subject", "7", "--oidc-issuer", "http://id.example"]).wrong();
    assert!(wrong.contains("--oidc-issuer (DUO_OIDC_ISSUER) is \"http://id.example\""), "{wrong}");
    let wrong = place.run(&["user", "link", "bob", "--subject", "7"]).wrong();
    assert!(wrong.contains("--oidc-issuer"), "{wrong}");
    let export = place.run(&["audit", "export", "--format", "csv"]).done().stdout;
    assert_eq!(export.matches("identity_linked").count(), 1, "{export}");
    assert!(place.run(&["user", "unlink", "ann"]).done().stdout.contains("https://id.example"));
}

#[test]
fn a_user_is_blocked_and_gets_access_back() {
    let place = Place::empty();
    place.run(&["user", "create", "ann", "--bot"]).done();
    let run = place.run(&["user", "block", "ann"]).done();
    assert!(run.stdout.contains("ann is blocked. Their sessions have ended"), "{run:?}");
    assert!(place.run(&["user", "block", "ann"]).done().stdout.contains("blocked already"));
    let users = place.json(&["user", "list", "--format", "json"]);
    assert_eq!(
        (&users[0]["state"], &users[0]["last_sign_in_at"]),
        (&"blocked".into(), &serde_json::Value::Null)
    );
    let text = place
        .run(&["token", "create", "--user", "ann", "--name", "ci", "--scope", "read_decisions"])
        .refused();
    assert!(text.contains("blocked"), "nobody acts for them: {text}");
    assert!(place.run(&["user", "unblock", "ann"]).done().stdout.contains("ann is unblocked."));
    assert!(place.run(&["user", "unblock", "ann"]).done().stdout.contains("was not blocked"));
    assert!(place.run(&["user", "block", "nobody"]).refused().contains("There is no user nobody"));
    let export = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    let count = |kind: &str| export.lines().filter(|line| line.contains(kind)).count();
    assert_eq!((count("\"user_blocked\""), count("\"user_unblocked\"")), (1, 1), "{export}");
}

#[test]
fn a_user_is_edited_field_by_field() {
    let place = Place::empty();
    place.run(&["user", "create", "root", "--admin", "--generate-password"]).done();
    place.run(&["user", "create", "ann", "--email", "ann@example.com"]).done();
    assert!(place.run(&["user", "edit", "ann"]).wrong().contains("required"));
    place.run(&["user", "edit", "ann", "--name", "Ann Lee"]).done();
    place.run(&["user", "edit", "ann", "--username", "ann.lee", "--no-email", "--admin", "yes"]).done();
    let users = place.json(&["user", "list", "--format", "json"]);
    assert_eq!(users[0]["username"], "ann.lee");
    assert_eq!((&users[0]["name"], &users[0]["admin"]), (&"Ann Lee".into(), &true.into()));
    assert_eq!(users[0]["email"], serde_json::Value::Null);
    assert!(place.run(&["user", "edit", "ann.lee", "--username", "ROOT"]).refused().contains("already"));
    assert!(
        place.run(&["user", "edit", "ann.lee", "--username", "a b"]).refused().contains("A user name has")
    );
    place.run(&["user", "edit", "ann.lee", "--admin", "no"]).done();
    for command in [
        &["user", "edit", "root", "--admin", "no"][..],
        &["user", "block", "root"],
        &["user", "delete", "root"],
    ] {
        let text = place.run(command).refused();
        assert!(text.contains("the last administrator"), "{command:?}: {text}");
    }
}
