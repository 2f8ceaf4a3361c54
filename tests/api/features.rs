//! Feature flags through GitLab's API: shapes, statuses and error messages.

use duo_console::domain::token::Scope;
use http::{Method, header};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, server},
    support::{Answer, TestApp},
};

const FLAG: &str = "/api/v4/features/my_feature";

async fn admin() -> (TestApp, String) {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    (test, token)
}

/// The response without our extensions.
fn gitlabs(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut feature = answer.json();
    feature.as_object_mut().expect("an object").remove("warnings").expect("warnings");
    feature
}

async fn form(test: &TestApp, token: &str, path: &str, body: &'static str) -> Answer {
    let ask = test.ask(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    ask.token(token).body(body).send().await
}

fn feature(state: &str, gates: Value) -> Value {
    json!({"name": "my_feature", "state": state, "gates": gates, "definition": null})
}

#[tokio::test]
async fn the_examples_of_gitlabs_own_tests_are_answered_the_same() {
    let (test, token) = admin().await;
    let off = json!({"key": "boolean", "value": false});
    let on = json!([{"key": "boolean", "value": true}]);
    let cases = [
        ("value=true", feature("on", on.clone())),
        ("value=false", feature("off", json!([off]))),
        (
            "value=true&feature_group=administrators",
            feature("conditional", json!([off, {"key": "groups", "value": ["administrators"]}])),
        ),
        ("value=false&feature_group=administrators", feature("off", json!([off]))),
        ("value=50", feature("conditional", json!([off, {"key": "percentage_of_time", "value": 50}]))),
        ("value=30", feature("conditional", json!([off, {"key": "percentage_of_time", "value": 30}]))),
        ("value=100.0", feature("on", on.clone())),
        ("value=0.0", feature("off", json!([off]))),
        (
            "value=0.01&key=percentage_of_actors",
            feature("conditional", json!([off, {"key": "percentage_of_actors", "value": 0.01}])),
        ),
        (
            "value=42&key=percentage_of_actors",
            feature("conditional", json!([off, {"key": "percentage_of_actors", "value": 42}])),
        ),
        ("value=100&key=percentage_of_actors", feature("on", on)),
        ("value=0", feature("off", json!([off]))),
    ];
    for (body, expected) in cases {
        assert_eq!(gitlabs(&form(&test, &token, FLAG, body).await), expected, "{body}");
    }
    let listed = test.get("/api/v4/features").token(&token).send().await.ok();
    assert_eq!(listed, json!([feature("off", json!([off]))]));
    for _ in 0..2 {
        let answer = test.ask(Method::DELETE, FLAG).token(&token).send().await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    }
    assert_eq!(test.get("/api/v4/features").token(&token).send().await.ok(), json!([]));
}

#[tokio::test]
async fn several_kinds_of_targets_go_in_one_call_and_opt_outs_are_actors() {
    let (test, token) = admin().await;
    let body = json!({"value": true, "user": "owner, reviewer,,", "group": "acme", "namespace": "acme/platform", "project": "acme/website"});
    let answer = test.post(FLAG, &body).token(&token).send().await;
    let actors = &gitlabs(&answer)["gates"][1];
    assert_eq!(actors["key"], "actors");
    let names = actors["value"].as_array().expect("a list");
    assert_eq!(names.len(), 5, "{names:?}");
    let starting =
        |word: &str| names.iter().filter(|it| it.as_str().is_some_and(|it| it.starts_with(word))).count();
    assert_eq!((starting("User:"), starting("Group:"), starting("Project:")), (2, 2, 1));
    assert_eq!(answer.json()["warnings"].as_array().map(Vec::len), Some(2), "mixed actors, and not defined");

    test.ask(Method::DELETE, FLAG).token(&token).send().await;
    let answer = form(&test, &token, FLAG, "value=opt_out&user=owner").await;
    let key = answer.json()["gates"][1]["value"][0].as_str().expect("an actor").to_owned();
    assert!(key.starts_with("User:") && key.ends_with(":opt_out"), "{key}");
    let refused = form(&test, &token, FLAG, "value=true&user=owner").await;
    assert_eq!(
        refused.json(),
        json!({"message": "400 Bad request - Opt-out exists for @owner - remove opt-out before enabling"})
    );
    assert_eq!(form(&test, &token, FLAG, "value=remove_opt_out&user=owner").await.status, 201);
    assert_eq!(
        form(&test, &token, FLAG, "value=remove_opt_out&user=owner").await.json(),
        json!({"message": "400 Bad request - No opt-out exists for @owner"})
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_in_gitlabs_words_and_changes_nothing() {
    let (test, token) = admin().await;
    assert_eq!(form(&test, &token, FLAG, "value=25&key=percentage_of_actors").await.status, 201);
    let before = test.get("/api/v4/features").token(&token).send().await.ok();
    let events = test.snapshot().await.audit;
    let message = |text: &str| json!({"message": format!("400 Bad request - {text}")});
    let error = |text: &str| json!({"error": text});
    for (body, expected) in [
        ("", error("value is missing")),
        ("key=percentage_of_actors", error("value is missing")),
        ("value=", message("Cannot set 'my_feature' to \"\"")),
        ("value=wat", message("Cannot set 'my_feature' to \"wat\"")),
        ("value=-1", message("Cannot set 'my_feature' to \"-1\"")),
        ("value=1&key=wat", message("Cannot set 'my_feature' (\"wat\") to \"1\"")),
        ("value=wat&key=percentage_of_actors", message("Not a percentage")),
        ("value=40&user=owner", message("Cannot set 'my_feature' to \"40\" for owner")),
        ("value=40&key=percentage_of_time&user=owner", error("key, user are mutually exclusive")),
        ("value=true&user=owner,nobody", message("nobody is not found!")),
        ("value=true&user=owner&group=nowhere", message("nowhere is not found!")),
        ("value=true&group=acme/website", message("acme/website is not found!")),
        ("value=true&project=acme", message("acme is not found!")),
        ("value=true&namespace=nowhere", message("nowhere is not found!")),
        ("value=true&repository=acme/website.git", message("acme/website.git is not found!")),
        ("value=true&feature_group=nobodys", message("nobodys is not found!")),
        ("value=true&user=,", message(", is not found!")),
        ("value=true&environment=prod", error("environment does not have a valid value")),
        (
            "value=101&key=percentage_of_actors",
            message("A percentage is a number from 0 to 100 with at most two decimals."),
        ),
        (
            "value=0.001&key=percentage_of_actors",
            message("A percentage is a number from 0 to 100 with at most two decimals."),
        ),
    ] {
        let answer = form(&test, &token, FLAG, body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.json(), expected, "{body}");
    }
    for bad in ["[]", "\"x\"", "{", "{\"value\":[]}", "{\"value\":true,\"user\":{}}", "{\"value\":null}"] {
        let ask = test.ask(Method::POST, FLAG).header("content-type", "application/json").body(bad);
        let answer = ask.token(&token).send().await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
        assert!(answer.json()["error"].is_string(), "{bad}");
    }
    for bad in ["a%20b", "a%00b", "%2F", &"x".repeat(256)] {
        let answer = form(&test, &token, &format!("/api/v4/features/{bad}"), "value=true").await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
    }
    assert_eq!(test.get("/api/v4/features").token(&token).send().await.ok(), before);
    assert_eq!(test.snapshot().await.audit, events);
    assert_eq!(form(&test, &token, FLAG, "value=true").await.status, 201);
    assert_eq!(
        form(&test, &token, FLAG, "value=25&key=percentage_of_actors").await.json(),
        message("Cannot enable percentage of actors for a fully-enabled flag")
    );
}

#[tokio::test]
async fn what_real_clients_send_is_understood() {
    let (test, token) = admin().await;
    let state = async |ask: crate::support::Ask<'_>| {
        let answer = ask.header("private-token", &token).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["gates"].as_array().expect("gates").last().expect("one")["key"].clone()
    };
    // python-gitlab: JSON booleans and numbers; arguments it does not know go into the query.
    let path = format!("{FLAG}?key=percentage_of_actors");
    assert_eq!(state(test.post(&path, &json!({"value": 42.5}))).await, "percentage_of_actors");
    let nothing = json!({"value": true, "feature_group": null, "user": null, "group": null, "project": null});
    assert_eq!(state(test.post(FLAG, &nothing)).await, "boolean");
    let path = FLAG.replace("features/", "features//");
    assert_eq!(state(test.post(&path, &json!({"value": false}))).await, "boolean");
    let listed = test.get("/api/v4/features/").token(&token).send().await.ok();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    // client-go: empty strings for omitted fields.
    let empty = json!({"value": "false", "key": "", "feature_group": "", "user": "", "group": "", "namespace": "", "project": "", "repository": "", "force": false});
    assert_eq!(state(test.post(FLAG, &empty)).await, "boolean");
    // Everything in the query, and no body.
    assert_eq!(state(test.ask(Method::POST, &format!("{FLAG}?value=7&key="))).await, "percentage_of_time");
    // The body takes precedence over the query.
    let both = test.post(&format!("{FLAG}?value=true"), &json!({"value": "false"}));
    let answer = both.token(&token).send().await;
    assert_eq!(answer.json()["state"], "off");
    // Parameters that limit neither actors nor environments may be empty.
    for (content_type, body) in
        [(URLENCODED, "key=&force=&override_reason="), (JSON, r#"{"key": null, "user": "", "group": null}"#)]
    {
        let ask = test.ask(Method::POST, &format!("{FLAG}?value=true&user=owner")).token(&token);
        let answer = ask.header("content-type", content_type).body(body).send().await;
        assert_eq!(answer.json()["state"], "conditional", "{body}: {}", answer.text());
    }
    // `true` and `0` mean everyone and nobody, whatever the key.
    for (value, state) in [("true", "on"), ("0", "off")] {
        let keyed = test.ask(Method::POST, &format!("{FLAG}?value={value}&key=percentage_of_actors"));
        assert_eq!(keyed.token(&token).send().await.json()["state"], state);
    }
}

/// A body that is parsed as GitLab parses it.
async fn send(test: &TestApp, token: &str, method: Method, content_type: &str, body: &str) -> Answer {
    let ask = test.ask(method, FLAG).token(token).header("content-type", content_type);
    ask.body(body.to_owned()).send().await
}

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=\"a b\"";
const JSON: &str = "application/json";

fn parts(fields: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--a b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(part).collect::<String>() + "--a b--\r\n"
}

#[tokio::test]
async fn lists_and_forms_of_parts_are_understood_as_gitlab_does() {
    let (test, token) = admin().await;
    for (content_type, body) in [
        (URLENCODED, String::from("value=true&user[]=owner&user[]=reviewer")),
        (URLENCODED, String::from("value=true&user%5B%5D=owner&user%5B%5D=reviewer&user[]=")),
        (URLENCODED, String::from("value=true&user[]=owner,reviewer")),
        (JSON, json!({"value": true, "user": ["owner", "reviewer"]}).to_string()),
        (JSON, json!({"value": "true", "user": "owner,reviewer", "group": null}).to_string()),
        ("application/json; charset=utf-8", json!({"value": true, "user": ["owner, reviewer"]}).to_string()),
        (MULTIPART, parts(&[("value", "true"), ("user", "owner,reviewer")])),
        (MULTIPART, parts(&[("value", "true"), ("user[]", "owner"), ("user[]", "reviewer"), ("key", "")])),
    ] {
        test.ask(Method::DELETE, FLAG).token(&token).send().await;
        let answer = send(&test, &token, Method::POST, content_type, &body).await;
        let gates = &gitlabs(&answer)["gates"];
        assert_eq!(gates[0]["value"], false, "{body}: not for everyone");
        assert_eq!(gates[1]["value"].as_array().map(Vec::len), Some(2), "{body}: {gates}");
    }
    // Partly in the query, partly in the body.
    let split = test.ask(Method::POST, &format!("{FLAG}?value=true")).token(&token);
    let split = split.header("content-type", MULTIPART).body(parts(&[("user", "admin")]));
    assert_eq!(gitlabs(&split.send().await)["gates"][1]["value"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn whatever_might_narrow_a_change_is_taken_or_named_and_refused() {
    let (test, token) = admin().await;
    let before = test.snapshot().await;
    let unsaid = parts(&[("value", "true"), ("", "owner")]);
    let file = "--a b\r\nContent-Disposition: form-data; name=\"user\"; filename=\"users.txt\"\r\n\r\nowner\r\n--a b--\r\n";
    let cut = parts(&[("user", "owner")]).replace("--a b--\r\n", "");
    for (query, content_type, body, status, names) in [
        // Lists of nobody, of more than names, of what is one.
        ("?value=true", URLENCODED, "user[]=", 400, "is not found!"),
        ("?value=true", JSON, r#"{"user": []}"#, 400, "user is empty"),
        ("?value=true", JSON, r#"{"user": [["owner"]]}"#, 400, "user is invalid"),
        ("?value=true", JSON, r#"{"user": [null]}"#, 400, "user is invalid"),
        ("?value=true", JSON, r#"{"user": {"name": "owner"}}"#, 400, "user is invalid"),
        ("?value=true", JSON, r#"{"environment": ["staging"]}"#, 400, "environment is invalid"),
        ("", URLENCODED, "value[]=true", 400, "value is invalid"),
        ("?value=true", URLENCODED, "environment[]=staging", 400, "environment is invalid"),
        // Unknown names.
        ("?value=true", URLENCODED, "user[0]=owner", 400, "user[0] is unknown"),
        ("?value=true", URLENCODED, "user[name]=owner", 400, "user[name] is unknown"),
        ("?value=true", URLENCODED, "users=owner", 400, "users is unknown"),
        ("?value=true", URLENCODED, "User=owner", 400, "User is unknown"),
        ("?value=true", JSON, r#"{"user[]": "owner"}"#, 400, "user[] is unknown"),
        ("?value=true", JSON, r#"{"environments": null}"#, 400, "environments is unknown"),
        ("?value=true", JSON, r#"{"users": ""}"#, 400, "users is unknown"),
        ("?value=true&users=", JSON, "", 400, "users is unknown"),
        ("?value=true&users", JSON, "", 400, "users is unknown"),
        ("?value=true", URLENCODED, "environments=", 400, "environments is unknown"),
        // What a variable that nobody set leaves of for whom and where.
        ("?value=true&user=", JSON, "", 400, "user is empty"),
        ("?value=true&user", JSON, "", 400, "user is empty"),
        ("?value=true&user=", JSON, r#"{"user": ""}"#, 400, "user is empty"),
        ("?value=true", URLENCODED, "user=", 400, "user is empty"),
        ("?value=true", URLENCODED, "group=", 400, "group is empty"),
        ("?value=true", URLENCODED, "namespace=", 400, "namespace is empty"),
        ("?value=true", URLENCODED, "project=", 400, "project is empty"),
        ("?value=true", URLENCODED, "repository=", 400, "repository is empty"),
        ("?value=true", URLENCODED, "feature_group=", 400, "feature_group is empty"),
        ("?value=true", URLENCODED, "user=owner&group=", 400, "group is empty"),
        ("?value=true&environment=", JSON, "", 400, "environment is empty"),
        ("?value=true", URLENCODED, "environment=", 400, "environment is empty"),
        ("?value=true", MULTIPART, &parts(&[("user", "")]), 400, "user is empty"),
        ("?value=true", JSON, r#"{"environment": ""}"#, 400, "environment is empty"),
        ("?value=true", JSON, r#"{"environment": null}"#, 400, "environment is empty"),
        // What is no key may have been meant for whom, and a percentage is not everyone.
        ("?value=true&key=actors", JSON, "", 400, "key does not have a valid value"),
        ("?value=100", URLENCODED, "key=user:owner", 400, "key does not have a valid value"),
        ("?value=25&key=percentage_of_actors", URLENCODED, "value=true", 400, "value is said twice"),
        ("?value=25", JSON, r#"{"value": 50}"#, 400, "value is said twice"),
        ("?value=false", JSON, r#"{"value": true}"#, 400, "value is said twice"),
        ("?value=true&sudo=owner", JSON, "", 400, "sudo is unknown"),
        ("?value=true", MULTIPART, &unsaid, 400, " is unknown"),
        // Repeated.
        ("?value=true", URLENCODED, "user=owner&user=reviewer", 400, "user is said twice"),
        ("?value=true", URLENCODED, "user=owner&user[]=reviewer", 400, "user is said twice"),
        ("?value=true", JSON, r#"{"user": "owner", "user": "reviewer"}"#, 400, "user is said twice"),
        ("?value=true", JSON, r#"{"user": "", "user": "reviewer"}"#, 400, "user is said twice"),
        ("?value=true&user=owner", JSON, r#"{"user": "reviewer"}"#, 400, "user is said twice"),
        ("?value=true&environment=dev", URLENCODED, "environment=pre", 400, "environment is said twice"),
        // Unsupported bodies.
        ("?value=true", "text/plain", "user=owner", 415, "'text/plain' is not supported"),
        ("?value=true", "application/octet-stream", "user=owner", 415, "is not supported"),
        ("?value=true", "text/json", r#"{"user": "owner"}"#, 415, "'text/json' is not supported"),
        ("?value=true", "", "user=owner", 415, "is not said"),
        ("?value=true", JSON, r#"["user", "owner"]"#, 400, "no JSON object"),
        ("?value=true", "multipart/form-data", &parts(&[("user", "owner")]), 400, "cannot be read"),
        ("?value=true", MULTIPART, &cut, 400, "cannot be read"),
        ("?value=true", MULTIPART, file, 400, "user is invalid"),
    ] {
        let ask = test.ask(Method::POST, &format!("{FLAG}{query}")).token(&token);
        let answer = ask.header("content-type", content_type).body(body.to_owned()).send().await;
        assert_eq!(answer.status, status, "{query} {content_type} {body}: {}", answer.text());
        assert!(answer.text().contains(names), "{body}: {}", answer.text());
        assert_eq!(test.get("/api/v4/features").token(&token).send().await.ok(), json!([]), "{body}");
    }
    for method in [Method::POST, Method::DELETE] {
        let ask = test.ask(method, &format!("{FLAG}?value=true")).token(&token).header("sudo", "owner");
        let answer = ask.send().await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains("sudo is unknown"), "{}", answer.text());
    }
    assert_eq!(test.snapshot().await, before, "nothing was changed");
    let packed = test.ask(Method::POST, &format!("{FLAG}?value=true")).token(&token);
    let packed = packed.header("content-type", URLENCODED).header("content-encoding", "gzip");
    packed.body("user=owner").send().await.refused(415, "unsupported_media_type");
}

#[tokio::test]
async fn forgetting_a_flag_reads_its_body_and_forgets_it_nowhere_else() {
    let (test, token) = admin().await;
    for environment in ["staging", "production"] {
        let body = json!({"value": true, "environment": environment});
        assert_eq!(test.post(FLAG, &body).token(&token).send().await.status, 201);
    }
    let is_set = async |environment: &str| {
        let path = format!("/api/v4/features?environment={environment}");
        test.get(&path).token(&token).send().await.ok() != json!([])
    };
    for (query, content_type, body, status) in [
        ("", JSON, r#"{"user": "owner"}"#, 400),
        ("", JSON, r#"{"environment": ["dev"]}"#, 400),
        ("?environment=", JSON, "", 400),
        ("?environment", JSON, "", 400),
        ("", URLENCODED, "environment=", 400),
        ("", JSON, r#"{"environment": ""}"#, 400),
        ("", JSON, r#"{"environment": null}"#, 400),
        ("", JSON, r#"{"user": null}"#, 400),
        ("?user=", JSON, "", 400),
        ("?user=owner", JSON, "", 400),
        ("?environment=dev", JSON, r#"{"environment": "pre"}"#, 400),
        ("", "text/plain", r#"{"environment": "dev"}"#, 415),
        ("", "", "environment=dev", 415),
    ] {
        let ask = test.ask(Method::DELETE, &format!("{FLAG}{query}")).token(&token);
        let answer = ask.header("content-type", content_type).body(body).send().await;
        assert_eq!(answer.status, status, "{query} {body}: {}", answer.text());
    }
    assert!(is_set("staging").await && is_set("production").await);
    let nowhere = test.get("/api/v4/features?environment=").token(&token).send().await;
    assert_eq!(nowhere.status, 400, "{}", nowhere.text());
    let reason = json!({"environment": "staging", "override_reason": "A test."}).to_string();
    assert_eq!(send(&test, &token, Method::DELETE, JSON, &reason).await.status, 204);
    assert!(!is_set("staging").await && is_set("production").await, "where the body says, and nowhere else");
    for (content_type, body) in [
        (URLENCODED, String::from("environment=production")),
        (MULTIPART, parts(&[("environment", "production")])),
    ] {
        assert_eq!(test.post(FLAG, &json!({"value": true})).token(&token).send().await.status, 201);
        assert_eq!(send(&test, &token, Method::DELETE, content_type, &body).await.status, 204);
        assert!(!is_set("production").await, "{body}");
    }
}

#[tokio::test]
async fn a_feature_group_is_not_opted_out_in_silence() {
    let (test, token) = admin().await;
    let answer = form(&test, &token, FLAG, "value=opt_out&user=owner&feature_group=administrators").await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("A feature group cannot be opted out."), "{}", answer.text());
    assert_eq!(test.get("/api/v4/features").token(&token).send().await.ok(), json!([]));
}

#[tokio::test]
async fn clients_that_begin_with_who_they_are_are_told() {
    let test = TestApp::new().await;
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    let user = test.get("/api/v4/user").header("private-token", &token).send().await.ok();
    assert!(user["id"].as_i64().is_some_and(|id| id > 0), "{user}");
    assert_eq!(
        (&user["username"], &user["state"], &user["bot"], &user["is_admin"]),
        (&json!("owner"), &json!("active"), &json!(false), &json!(false))
    );
    let version = test.get("/api/v4/version").token(&token).send().await.ok();
    assert_eq!(
        (&version["version"], &version["revision"], &version["enterprise"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!("duo-console"), &json!(false))
    );
    for path in ["/api/v4/user", "/api/v4/version"] {
        let anonymous = test.get(path).send().await;
        assert_eq!(
            (anonymous.status.as_u16(), anonymous.json()),
            (401, json!({"message": "401 Unauthorized"}))
        );
    }
}

#[tokio::test]
async fn only_administrators_with_the_scope_are_answered() {
    let test = TestApp::new().await;
    let anonymous = test.get("/api/v4/features").send().await;
    assert_eq!((anonymous.status.as_u16(), anonymous.json()), (401, json!({"message": "401 Unauthorized"})));
    let wrong = test.get("/api/v4/features").token("duo-wrong").send().await;
    assert_eq!((wrong.status.as_u16(), wrong.json()), (401, json!({"message": "401 Unauthorized"})));
    let owner = test.full_token("owner").await;
    let refused = form(&test, &owner, FLAG, "value=wat").await;
    assert_eq!((refused.status.as_u16(), refused.json()), (403, json!({"message": "403 Forbidden"})));
    let reader = test.token("admin", &[Scope::ReadSettings]).await;
    assert_eq!(test.get("/api/v4/features/definitions").token(&reader).send().await.status, 200);
    let refused = form(&test, &reader, FLAG, "value=true").await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        (&refused.json()["error"], &refused.json()["scope"]),
        (&json!("insufficient_scope"), &json!("write_settings"))
    );
    assert_eq!(refused.header(header::CONTENT_TYPE), "application/json");
    let reader = test.token("admin", &[Scope::WriteSettings]).await;
    assert_eq!(test.get("/api/v4/features").token(&reader).send().await.status, 403);
}

#[tokio::test]
async fn definitions_have_gitlabs_fields() {
    let (test, token) = admin().await;
    let definitions = test.get("/api/v4/features/definitions").token(&token).send().await.ok();
    let names: Vec<_> = definitions.as_array().expect("a list").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(
        names,
        [
            "duo_code_review_flow_priority",
            "duo_developer_next_unstable",
            "duo_developer_orbit",
            "mr_ai_resolve_conflicts",
            "orbit_user_preference"
        ]
    );
    for field in [
        "introduced_by_url",
        "rollout_issue_url",
        "milestone",
        "intended_to_rollout_by",
        "log_state_changes",
        "type",
        "group",
        "default_enabled",
    ] {
        assert!(definitions[0].get(field).is_some(), "{field}");
    }
    let answer = form(&test, &token, "/api/v4/features/duo_developer_orbit", "value=true").await;
    assert_eq!(gitlabs(&answer)["definition"], definitions[2]);
    assert_eq!(answer.json()["warnings"], json!([]));
}

#[tokio::test]
async fn gitlabs_traps_are_kept_and_warned_of() {
    let (test, token) = admin().await;
    let priority = "/api/v4/features/duo_code_review_flow_priority";
    let warnings = async |body| {
        let answer = form(&test, &token, priority, body).await;
        answer.json()["warnings"]
            .as_array()
            .expect("a list")
            .iter()
            .map(ToString::to_string)
            .collect::<String>()
    };
    // Closing it for one group closes a flag that is on by default for all.
    assert!(warnings("value=false&group=acme").await.contains("on by default"));
    assert!(warnings("value=true&user=owner").await.contains("on by default"));
    assert!(warnings("value=true").await.contains("took away actors"));
    assert_eq!(warnings("value=true").await, "");
}

#[tokio::test]
async fn a_flag_of_another_environment_is_set_there_and_staging_comes_first() {
    let (test, token) = admin().await;
    let path = "/api/v4/features/duo_developer_orbit";
    let refused = form(&test, &token, path, "value=true&environment=production").await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(form(&test, &token, path, "value=true&environment=staging").await.status, 201);
    assert_eq!(test.get("/api/v4/features").token(&token).send().await.ok(), json!([]));
    let there = test.get("/api/v4/features?environment=staging").token(&token).send().await.ok();
    assert_eq!(there[0]["name"], "duo_developer_orbit");
    assert_eq!(form(&test, &token, path, "value=true&environment=production").await.status, 201);
}

#[tokio::test]
async fn who_changed_a_flag_is_kept() {
    let (test, token) = admin().await;
    form(&test, &token, FLAG, "value=25&key=percentage_of_actors").await;
    let event = test.snapshot().await.audit.remove(0).event;
    assert_eq!((event.kind.key(), event.actor.username.as_str()), ("feature_flag_updated", "admin"));
    assert_eq!(
        (event.target.as_str(), event.from.as_str(), event.to.as_str()),
        ("my_feature", "default", "25 % of actors")
    );
}

/// While the flag is off for the group, seats decide; the decision follows at once, from the cache as well.
#[tokio::test]
async fn the_flag_routes_reviews_and_the_decision_says_so() {
    let test = server().await;
    let token = test.full_token("admin").await;
    let flow = crate::support::code_review_of("acme");
    let change =
        json!({"enabled": true, "version": 0, "consent": {"wording": crate::support::current_wording()}});
    test.put(&flow, &change).token(&token).send().await.ok();
    let owner = Browser::of(&test, "owner").await;
    let check = async |user: &str, engine: &str, rule: &str, gate: &str| {
        let path = format!("/api/v1/decisions/code_review?namespace=acme/platform&user={user}");
        for _ in 0..2 {
            let decision = test.get(&path).token(&token).send().await.ok();
            assert_eq!(
                (&decision["engine"], &decision["rule"]),
                (&json!(engine), &json!(rule)),
                "{decision}"
            );
            assert_eq!(decision["inputs"]["flow_priority_gate"], gate);
            let names_it = decision["explanation"]
                .as_str()
                .is_some_and(|it| it.contains("duo_code_review_flow_priority"));
            assert_eq!(names_it, rule.starts_with("priority_off"));
        }
        let page = owner.get("/groups/acme/-/settings/gitlab_duo/configuration").await.text();
        assert_eq!(page.contains("has not reached this group"), rule.starts_with("priority_off"), "{rule}");
    };
    let priority = "/api/v4/features/duo_code_review_flow_priority";
    check("reviewer", "code_review_flow", "flow_on_with_consent", "default").await;
    form(&test, &token, priority, "value=false").await;
    check("reviewer", "duo_code_review", "priority_off_seat", "closed").await;
    check("developer", "code_review_flow", "priority_off_no_seat", "closed").await;
    form(&test, &token, priority, "value=true&group=acme").await;
    check("reviewer", "code_review_flow", "flow_on_with_consent", "actor").await;
    form(&test, &token, priority, "value=true").await;
    form(&test, &token, priority, "value=opt_out&group=acme").await;
    check("reviewer", "duo_code_review", "priority_off_seat", "opt_out").await;
    test.ask(Method::DELETE, priority).token(&token).send().await;
    check("reviewer", "code_review_flow", "flow_on_with_consent", "default").await;
}

/// The response is read in the transaction of the change, even if another change follows before it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_says_what_this_change_did_whoever_was_next() {
    let (test, token) = admin().await;
    for round in 0..8 {
        let changes = (1..=25).map(|percent| {
            let (test, token) = (&test, &token);
            async move {
                let body = json!({"value": percent, "key": "percentage_of_actors"});
                let answer = test.post(FLAG, &body).token(token).send().await;
                (percent, gitlabs(&answer))
            }
        });
        for (percent, said) in futures_util::future::join_all(changes).await {
            let gates = json!([
                {"key": "boolean", "value": false},
                {"key": "percentage_of_actors", "value": percent},
            ]);
            assert_eq!(said, feature("conditional", gates), "round {round}");
        }
    }
}
