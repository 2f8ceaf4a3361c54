use crate::place::Place;

const CREATE: [&str; 8] = ["token", "create", "--user", "owner", "--name", "ci", "--scope", "read_decisions"];

fn create<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CREATE.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_token_stands_alone_on_stdout_and_is_not_kept() {
    let place = Place::with_demo_data();
    let run = place.run(&create(&["--scope", "read_settings", "--days", "90"])).done();
    let token = run.stdout.trim();
    assert!(token.starts_with("duo-") && !token.contains(char::is_whitespace), "{run:?}");
    assert!(run.stderr.contains("owner") && run.stderr.contains("only this once"), "{run:?}");

    let tokens = place.json(&["token", "list", "--user", "owner", "--format", "json"]);
    assert_eq!(tokens[0]["name"], "ci");
    assert_eq!(tokens[0]["scopes"], serde_json::json!(["read_decisions", "read_settings"]));
    assert_eq!(tokens[0]["state"], "active");
    let export = place.run(&["audit", "export", "--format", "ndjson"]).done().stdout;
    assert!(export.contains("personal_access_token_created") && export.contains("for owner"), "{export}");
    assert!(!export.contains(token));
}

#[test]
fn a_token_is_revoked_once_and_the_operator_did_it() {
    let place = Place::with_demo_data();
    place.run(&create(&[])).done();
    let revoke = ["token", "revoke", "1", "--user", "owner"];
    assert!(
        place.run(&["token", "revoke", "1", "--user", "admin"]).refused().contains("admin has no token 1")
    );
    assert!(place.run(&revoke).done().stdout.contains("Revoked the access token ci of owner"));
    assert!(place.run(&revoke).refused().contains("token list --user owner"));
    let list = place.run(&["token", "list", "--user", "owner"]).done().stdout;
    assert!(list.contains("revoked"), "{list}");
    let events = place.json(&["audit", "list", "--format", "json"]);
    assert_eq!(events[0]["kind"], "personal_access_token_revoked");
    assert_eq!(events[0]["actor_username"], "operator");
    assert_eq!(events[0]["from"], "of owner");
}

#[test]
fn the_end_of_a_token_is_a_day_within_a_year() {
    let place = Place::with_demo_data();
    for past in ["2020-01-01", "2999-01-01"] {
        let text = place.run(&create(&["--expires", past])).refused();
        assert!(text.contains("from tomorrow to a year from today"), "{text}");
    }
    assert!(place.run(&create(&["--expires", "soon"])).wrong().contains("2026-06-01"));
    assert!(place.run(&create(&["--days", "367"])).wrong().contains("1..=366"));
    assert!(
        place.run(&create(&["--days", "5", "--expires", "2026-01-01"])).wrong().contains("cannot be used")
    );
    let run = place.run(&["token", "list", "--user", "owner"]).done();
    assert!(run.stdout.is_empty() && run.stderr.contains("no access tokens"), "{run:?}");
}

#[test]
fn a_token_needs_a_scope_that_there_is_and_a_user_who_there_is() {
    let place = Place::with_demo_data();
    let text = place.run(&["token", "create", "--user", "owner", "--name", "ci"]).wrong();
    assert!(text.contains("--scope"), "{text}");
    let text = place.run(&create(&["--scope", "everything"])).wrong();
    assert!(text.contains("give_consent"), "{text}");
    let text = place.run(&["token", "list", "--user", "nobody"]).refused();
    assert!(text.contains("There is no user nobody"), "{text}");
}
