//! The OpenFeature Remote Evaluation Protocol: shapes, statuses, and when a cached response is still valid.

use crate::support::{Answer, TestApp, operator};
use http::{StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use duo_console::{
    domain::{
        flags::{FlagValue, Percentage, Targets},
        role::Role,
        token::Scope,
    },
    usecases::{
        FlagEditor, Guard,
        flags::set_feature::{SetFeature, set_feature},
    },
};

const ALL: &str = "/ofrep/v1/evaluate/flags";
const FLAG: &str = "a_flag";

fn one(flag: &str) -> String {
    format!("{ALL}/{flag}")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

/// Sets [`FLAG`] through the use case of the command line.
async fn set(test: &TestApp, value: FlagValue, targets: Targets) {
    let command = SetFeature {
        value,
        targets,
        undefined_too: true,
        guard: Guard::default(),
        ..SetFeature::everyone(FLAG, true)
    };
    set_feature(&test.app, &FlagEditor::operator(operator()), &command).await.expect("it is set");
}

async fn everyone(test: &TestApp, on: bool) {
    set(test, FlagValue::Boolean(on), Targets::default()).await;
}

async fn open_for(test: &TestApp, targets: Targets) {
    set(test, FlagValue::Boolean(true), targets).await;
}

async fn service(test: &TestApp) -> String {
    test.token("developer", &[Scope::ReadDecisions]).await
}

async fn ask(test: &TestApp, token: &str, flag: &str, context: Value) -> Answer {
    test.post(&one(flag), &json!({"context": context})).token(token).send().await
}

/// Value, reason, variant and gate.
async fn answer(test: &TestApp, token: &str, context: Value) -> (bool, String, String, String) {
    let found = ask(test, token, FLAG, context).await.ok();
    assert_eq!((&found["key"], &found["metadata"]["environment"]), (&json!(FLAG), &json!("production")));
    let text = |it: &Value| it.as_str().expect("a text").to_owned();
    (
        found["value"].as_bool().expect("a boolean"),
        text(&found["reason"]),
        text(&found["variant"]),
        text(&found["metadata"]["gate"]),
    )
}

fn is(value: bool, reason: &str, gate: &str) -> (bool, String, String, String) {
    (value, reason.into(), if value { "on" } else { "off" }.into(), gate.into())
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["errorCode"], code);
    assert!(body["errorDetails"].as_str().is_some_and(|it| !it.is_empty()), "{body}");
}

#[tokio::test]
async fn every_gate_has_its_reason_and_a_variant() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let reviewer = || json!({"targetingKey": "reviewer"});

    everyone(&test, true).await;
    assert_eq!(answer(&test, &token, json!({})).await, is(true, "STATIC", "boolean"));
    everyone(&test, false).await;
    assert_eq!(answer(&test, &token, json!({})).await, is(false, "STATIC", "closed"));

    let rex = Targets { users: names(&["reviewer"]), ..Targets::default() };
    open_for(&test, rex.clone()).await;
    assert_eq!(answer(&test, &token, reviewer()).await, is(true, "TARGETING_MATCH", "actor"));
    assert_eq!(answer(&test, &token, json!({"targetingKey": "owner"})).await, is(false, "DEFAULT", "closed"));

    everyone(&test, false).await;
    let almost = Percentage::parse("99.99").expect("a percentage");
    set(&test, FlagValue::PercentageOfActors(almost), Targets::default()).await;
    assert_eq!(answer(&test, &token, reviewer()).await, is(true, "SPLIT", "percentage_of_actors"));
    set(&test, FlagValue::OptOut(true), rex).await;
    assert_eq!(answer(&test, &token, reviewer()).await, is(false, "TARGETING_MATCH", "opt_out"));

    everyone(&test, false).await;
    let admins = Targets { feature_groups: names(&["administrators"]), ..Targets::default() };
    open_for(&test, admins).await;
    let admin = json!({"targetingKey": "admin"});
    assert_eq!(answer(&test, &token, admin).await, is(true, "TARGETING_MATCH", "feature_group"));

    let default = ask(&test, &token, "duo_code_review_flow_priority", json!({})).await.ok();
    assert_eq!((&default["value"], &default["reason"]), (&json!(true), &json!("DEFAULT")));
}

#[tokio::test]
async fn what_is_on_for_all_but_some_is_not_the_same_for_everybody() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    everyone(&test, true).await;
    let rex = Targets { users: names(&["reviewer"]), ..Targets::default() };
    set(&test, FlagValue::OptOut(true), rex).await;
    refused(&ask(&test, &token, FLAG, json!({})).await, 400, "TARGETING_KEY_MISSING");
    assert_eq!(answer(&test, &token, json!({"user": "owner"})).await, is(true, "DEFAULT", "boolean"));
    let out = answer(&test, &token, json!({"user": "reviewer"})).await;
    assert_eq!(out, is(false, "TARGETING_MATCH", "opt_out"));
}

#[tokio::test]
async fn a_context_names_actors_in_each_of_its_ways() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let acme = test.namespace("acme").await;
    let targets = Targets {
        users: names(&["reviewer"]),
        groups: names(&["acme"]),
        projects: names(&["acme/website"]),
        ..Targets::default()
    };
    open_for(&test, targets).await;
    let group_id = format!("Group:{}", acme.id);
    for context in [
        json!({"targetingKey": "reviewer"}),
        json!({"targetingKey": "user:reviewer"}),
        json!({"targetingKey": "group:acme"}),
        json!({"targetingKey": "project:acme/website"}),
        json!({"targetingKey": group_id}),
        json!({"user": "reviewer"}),
        json!({"group": "ACME"}),
        json!({"project": "acme/website", "plan": "ultimate", "count": 7}),
        // On if it is on for any of the actors.
        json!({"targetingKey": "owner", "group": "acme"}),
        json!({"targetingKey": "some-browser", "user": "reviewer"}),
        json!({"targetingKey": "", "user": "reviewer", "group": null}),
    ] {
        assert_eq!(answer(&test, &token, context.clone()).await.3, "actor", "{context}");
    }
    for context in [
        json!({"targetingKey": "owner"}),
        json!({"targetingKey": "4f2b50e1-0a86-4f4b-9d31-b9a1c1f6c7a0"}),
        json!({"targetingKey": "no name at all \u{0}"}),
        json!({"targetingKey": "User:999999"}),
        json!({"group": "acme/platform"}),
    ] {
        assert_eq!(answer(&test, &token, context.clone()).await.3, "closed", "{context}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_the_protocols_words() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let rex = Targets { users: names(&["reviewer"]), ..Targets::default() };
    open_for(&test, rex).await;

    refused(&ask(&test, &token, "no_such_flag", json!({})).await, 404, "FLAG_NOT_FOUND");
    refused(&ask(&test, &token, "no%20flag%2Fat%00all", json!({})).await, 404, "FLAG_NOT_FOUND");
    refused(&ask(&test, &token, FLAG, json!({})).await, 400, "TARGETING_KEY_MISSING");
    for context in [
        json!([]),
        json!("reviewer"),
        json!({"targetingKey": 1}),
        json!({"user": ["reviewer"]}),
        json!({"user": "nobody"}),
        json!({"user": ""}),
        json!({"group": "nowhere"}),
        json!({"group": "acme/website"}),
        json!({"project": "acme"}),
        json!({"targetingKey": "user:nobody"}),
        json!({"targetingKey": "group:no where"}),
        json!({"targetingKey": "Group:999999"}),
    ] {
        let answer = ask(&test, &token, FLAG, context.clone()).await;
        refused(&answer, 400, "INVALID_CONTEXT");
        assert_eq!(answer.json()["key"], FLAG);
    }
    let twice = r#"{"context": {"user": "owner", "user": "reviewer"}}"#;
    for path in [one(FLAG), ALL.to_owned()] {
        let answer = test.ask(http::Method::POST, &path).token(&token).body(twice).send().await;
        refused(&answer, 400, "INVALID_CONTEXT");
        assert_eq!(answer.json()["errorDetails"], "'user' is said twice.");
    }
    for body in ["{", "[]", "{\"context\":{}} x"] {
        for path in [one(FLAG), ALL.to_owned()] {
            let ask = test.ask(http::Method::POST, &path).token(&token).body(body);
            refused(&ask.send().await, 400, "PARSE_ERROR");
        }
    }
    // An evaluation does not reveal whether a group exists.
    let outsider = test.token("outsider", &[Scope::ReadDecisions]).await;
    let hidden = ask(&test, &outsider, FLAG, json!({"group": "acme"})).await.json();
    let absent = ask(&test, &outsider, FLAG, json!({"group": "nowhere"})).await.json();
    assert_eq!(hidden, absent);
    test.add_member("guest", "acme", Role::Guest).await;
    let guest = test.token("guest", &[Scope::ReadDecisions]).await;
    ask(&test, &guest, FLAG, json!({"group": "acme"})).await.refused(403, "insufficient_role");
}

#[tokio::test]
async fn who_asks_is_proved_by_a_token_in_any_of_its_headers() {
    let test = TestApp::new().await;
    everyone(&test, true).await;
    let token = service(&test).await;
    let body = json!({});
    test.post(&one(FLAG), &body).header("x-api-key", &token).send().await.ok();
    test.post(&one(FLAG), &body).header("private-token", &token).send().await.ok();
    test.post(&one(FLAG), &body).send().await.refused(401, "missing_token");
    test.post(&one(FLAG), &body).header("x-api-key", "duo-wrong").send().await.refused(401, "unknown_token");
    let other = test.token("developer", &[Scope::ReadSettings]).await;
    for path in [&one(FLAG), ALL] {
        test.post(path, &body).token(&other).send().await.refused(403, "insufficient_scope");
    }
}

async fn all(test: &TestApp, token: &str, context: Value, kept: &str) -> Answer {
    let ask = test.post(ALL, &json!({"context": context})).token(token);
    let ask = if kept.is_empty() { ask } else { ask.header("if-none-match", kept) };
    ask.send().await
}

fn tag(answer: &Answer) -> String {
    answer.header(header::ETAG).to_owned()
}

#[tokio::test]
async fn all_flags_answer_as_each_does() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    open_for(&test, Targets { users: names(&["reviewer"]), ..Targets::default() }).await;
    let context = json!({"targetingKey": "reviewer"});
    let found = all(&test, &token, context.clone(), "").await.ok();
    assert_eq!(found["metadata"]["environment"], "production");
    assert_eq!(found["eventStreams"][0]["type"], "sse");
    assert_eq!(found["eventStreams"][0]["endpoint"]["requestUri"], "/ofrep/v1/events");
    let flags = found["flags"].as_array().expect("flags");
    let keys: BTreeSet<_> = flags.iter().map(|it| it["key"].as_str().expect("a name")).collect();
    assert!(keys.contains(FLAG) && keys.contains("duo_developer_orbit"), "{keys:?}");
    assert_eq!(keys.len(), flags.len());
    for flag in flags {
        let mut alone = ask(&test, &token, flag["key"].as_str().expect("a name"), context.clone()).await.ok();
        alone["metadata"].as_object_mut().expect("metadata").remove("environment");
        assert_eq!(*flag, alone);
    }

    let nobody = all(&test, &token, json!({}), "").await.ok();
    let flag = nobody["flags"].as_array().expect("flags").iter().find(|it| it["key"] == FLAG);
    assert_eq!(flag.expect("it is there")["errorCode"], "TARGETING_KEY_MISSING");
    refused(&all(&test, &token, json!({"user": "nobody"}), "").await, 400, "INVALID_CONTEXT");
    assert!(all(&test, &token, json!({"user": "nobody"}), "").await.json()["key"].is_null());
}

#[tokio::test]
async fn an_answer_that_is_kept_counts_for_the_same_context_and_configuration_alone() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    everyone(&test, true).await;
    let reviewer = || json!({"targetingKey": "reviewer", "plan": "ultimate"});
    let first = all(&test, &token, reviewer(), "").await;
    first.ok();
    let kept = tag(&first);
    assert!(kept.starts_with('"') && kept.len() > 20, "{kept}");

    let same = all(&test, &token, reviewer(), &kept).await;
    assert_eq!((same.status, tag(&same), same.body.len()), (StatusCode::NOT_MODIFIED, kept.clone(), 0));
    for list in [format!("W/{kept}"), format!("\"other\", {kept}")] {
        assert_eq!(all(&test, &token, reviewer(), &list).await.status, StatusCode::NOT_MODIFIED, "{list}");
    }
    // The values are the same, but the context is not.
    for context in [
        json!({"targetingKey": "owner", "plan": "ultimate"}),
        json!({"targetingKey": "reviewer", "plan": "free"}),
        json!({"targetingKey": "reviewer"}),
        json!({}),
    ] {
        let other = all(&test, &token, context.clone(), &kept).await;
        other.ok();
        assert_ne!(tag(&other), kept, "{context}");
    }

    // A change of the flag that does not change its value here.
    set(&test, FlagValue::OptOut(true), Targets { users: names(&["owner"]), ..Targets::default() }).await;
    let changed = all(&test, &token, reviewer(), &kept).await;
    changed.ok();
    assert_ne!(tag(&changed), kept);
    // Changes unrelated to flags keep the ETag.
    test.add_user("somebody").await;
    let kept = tag(&changed);
    assert_eq!(all(&test, &token, reviewer(), &kept).await.status, StatusCode::NOT_MODIFIED);

    // A feature group changes the value but not the gates.
    everyone(&test, false).await;
    open_for(&test, Targets { feature_groups: names(&["administrators"]), ..Targets::default() }).await;
    let before = all(&test, &token, json!({"targetingKey": "reviewer"}), "").await;
    test.execute("UPDATE users SET is_admin = 1 WHERE username = 'reviewer'").await;
    let after = all(&test, &token, json!({"targetingKey": "reviewer"}), &tag(&before)).await;
    after.ok();
}

/// Invalid context values: lone surrogates, and numbers out of range.
#[tokio::test]
async fn what_no_gate_reads_does_not_leave_every_flag_at_its_default() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    everyone(&test, true).await;
    for odd in [r#""Ann \ud83d""#, r#"["\udc00"]"#, "1e999"] {
        let body = format!(r#"{{"context": {{"targetingKey": "reviewer", "name": {odd}}}}}"#);
        for path in [one(FLAG), ALL.to_owned()] {
            let ask = test.ask(http::Method::POST, &path).token(&token);
            let found = ask.header("content-type", "application/json").body(body.clone()).send().await.ok();
            let value = found["flags"].as_array().map_or(&found, |flags| {
                flags.iter().find(|it| it["key"] == FLAG).expect("the flag is there")
            });
            assert_eq!(value["value"], true, "{odd}: {found}");
        }
    }
}

/// Providers may send the `ETag` and time of the event that made them evaluate again, in the query.
#[tokio::test]
async fn whoever_asks_again_because_of_a_notice_may_say_so() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let path = format!("{ALL}?flagConfigEtag=abc&flagConfigLastModified=1780315200");
    test.post(&path, &json!({})).token(&token).send().await.ok();
    let problem = test.post(&format!("{ALL}?user=owner"), &json!({})).token(&token).send().await;
    assert_eq!(problem.refused(400, "bad_query")["field"], "user");
}
