//! Scheduled changes, history and restoring of feature flags through the API.

use crate::support::{Answer, TestApp, operator};
use http::Method;
use serde_json::{Value, json};

use duo_console::{
    domain::{environment::Environment, token::Scope},
    usecases::{FlagEditor, flags::freeze_changes::begin_freeze, jobs::run_jobs::run_due_jobs},
};

const FLAG: &str = "/api/v1/feature_flags/duo_developer_orbit";
const SCHEDULED: &str = "/api/v1/feature_flags/duo_developer_orbit/scheduled_changes";
const HISTORY: &str = "/api/v1/feature_flags/duo_developer_orbit/history";
const RESTORE: &str = "/api/v1/feature_flags/duo_developer_orbit/restore";
const DAY: i64 = 86_400_000;

async fn admin() -> (TestApp, String) {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    (test, token)
}

async fn schedule(test: &TestApp, token: &str, body: &Value) -> Answer {
    test.post(SCHEDULED, body).token(token).send().await
}

async fn scheduled(test: &TestApp, token: &str, body: &Value) -> Value {
    let answer = schedule(test, token, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn set(test: &TestApp, token: &str, body: &Value) {
    let answer = test.post("/api/v4/features/duo_developer_orbit", body).token(token).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

fn tomorrow() -> Value {
    json!({"at": "2026-06-02T12:00:00+02:00", "value": "25", "key": "percentage_of_actors"})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_change_is_scheduled_listed_made_and_told_in_the_history() {
    let (test, token) = admin().await;
    let made = scheduled(&test, &token, &with(tomorrow(), "reason", json!("Step one."))).await;
    let waiting = json!({
        "id": 1,
        "flag": "duo_developer_orbit",
        "environment": "production",
        "at": "2026-06-02T10:00:00.000Z",
        "what": "25 % of actors",
        "reason": "Step one.",
        "compare_with_staging": false,
        "by": {"username": "admin", "name": "Administrator"},
        "scheduled_at": "2026-06-01T12:00:00.123Z",
        "state": "pending",
        "ended_at": null,
        "outcome": null,
    });
    assert_eq!(made["by"]["username"], "admin");
    let waiting = with(waiting, "by", made["by"].clone());
    assert_eq!(made, waiting);
    assert_eq!(test.get(SCHEDULED).token(&token).send().await.ok(), json!([waiting]));
    assert_eq!(test.get(HISTORY).token(&token).send().await.ok(), json!({"entries": [], "older": null}));

    test.clock.advance_millis(DAY);
    run_due_jobs(&test.app, "a worker").await.expect("it runs");
    let done = test.get(SCHEDULED).token(&token).send().await.ok();
    assert_eq!((&done[0]["state"], &done[0]["outcome"]), (&json!("done"), &json!("25 % of actors")));
    assert_eq!(done[0]["ended_at"], "2026-06-02T12:00:00.123Z");
    let history = test.get(HISTORY).token(&token).send().await.ok();
    let entry = &history["entries"][0];
    for (field, expected) in [
        ("environment", json!("production")),
        ("surface", json!("scheduler")),
        ("before", json!("default")),
        ("after", json!("25 % of actors")),
        ("restorable", json!(true)),
        ("reason", json!("Step one.")),
        ("request_id", json!("scheduled-change-1")),
    ] {
        assert_eq!(entry[field], expected, "{entry}");
    }
}

#[tokio::test]
async fn every_kind_of_change_can_be_scheduled() {
    let (test, token) = admin().await;
    let body = |value: &str| json!({"at": "2026-06-02T10:00:00Z", "value": value});
    let some = json!({"users": ["reviewer"], "groups": ["acme"], "projects": ["acme/website"], "feature_groups": ["administrators"]});
    let mut on_for_some = body("true");
    on_for_some.as_object_mut().expect("an object").extend(some.as_object().expect("one").clone());
    for (body, what) in [
        (body("true"), "on for everyone"),
        (body("false"), "off for everyone"),
        (
            on_for_some,
            "on for feature group administrators, on for user reviewer, on for group acme, on for project acme/website",
        ),
        (with(body("false"), "users", json!(["reviewer"])), "no longer on for user reviewer"),
        (with(body("opt_out"), "groups", json!(["acme"])), "opted out: group acme"),
        (with(body("remove_opt_out"), "groups", json!(["acme"])), "no longer opted out: group acme"),
        (with(body("0.01"), "key", json!("percentage_of_time")), "0.01 % of time"),
    ] {
        assert_eq!(scheduled(&test, &token, &body).await["what"], what);
    }
}

#[tokio::test]
async fn what_is_wrong_names_the_field_and_schedules_nothing() {
    let (test, token) = admin().await;
    let before = test.snapshot().await;
    let on = || json!({"at": "2026-06-02T10:00:00Z", "value": "true"});
    for (body, field) in [
        (with(on(), "at", json!("tomorrow")), "at"),
        (with(on(), "at", json!("2026-06-02T10:00:00")), "at"),
        (with(on(), "at", json!("2026-06-01T12:00:00Z")), "at"),
        (with(on(), "at", json!("2027-06-03T12:00:00Z")), "at"),
        (with(on(), "at", json!(7)), "at"),
        (json!({"value": "true"}), "at"),
        (json!({"at": "2026-06-02T10:00:00Z"}), "value"),
        (with(on(), "value", json!("maybe")), "value"),
        (with(on(), "value", json!(true)), "value"),
        (with(on(), "value", json!("opt_out")), "value"),
        (with(on(), "value", json!("25")), "key"),
        (with(tomorrow(), "value", json!("101")), "value"),
        (with(tomorrow(), "value", json!("0.001")), "value"),
        (with(tomorrow(), "key", json!("percentage")), "key"),
        (with(tomorrow(), "users", json!(["reviewer"])), "value"),
        (with(on(), "users", json!("reviewer")), "users"),
        (with(on(), "users", json!([])), "users"),
        (with(on(), "feature_groups", json!([])), "feature_groups"),
        (with(on(), "environment", json!("prod")), "environment"),
        (with(on(), "environment", json!("")), "environment"),
        (with(on(), "environment", Value::Null), "environment"),
        (with(on(), "users", Value::Null), "users"),
        (with(on(), "reason", json!(" ")), "reason"),
        (with(on(), "reason", json!("x".repeat(501))), "reason"),
        (with(on(), "force", json!("yes")), "force"),
        (with(on(), "until", json!("2026-06-03T10:00:00Z")), "until"),
    ] {
        let problem = schedule(&test, &token, &body).await.refused(422, "invalid");
        assert_eq!(problem["field"], field, "{body}: {problem}");
    }
    for (field, name) in
        [("users", "nobody"), ("groups", "nowhere"), ("projects", "acme"), ("feature_groups", "x")]
    {
        let problem =
            schedule(&test, &token, &with(on(), field, json!([name]))).await.refused(422, "invalid");
        assert!(problem["detail"].as_str().is_some_and(|it| it.contains(name)), "{problem}");
    }
    let nothing = test.post("/api/v1/feature_flags/nothing/scheduled_changes", &on());
    nothing.token(&token).send().await.refused(404, "not_found");
    assert_eq!(test.snapshot().await, before);
    assert_eq!(test.get(SCHEDULED).token(&token).send().await.ok(), json!([]));
    let forced = with(on(), "force", json!(true));
    let answer =
        test.post("/api/v1/feature_flags/nothing/scheduled_changes", &forced).token(&token).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[tokio::test]
async fn what_waits_is_cancelled_once() {
    let (test, token) = admin().await;
    scheduled(&test, &token, &tomorrow()).await;
    let cancel = async |address: &str| test.ask(Method::DELETE, address).token(&token).send().await;
    for nothing in ["2", "x", "", "-1", "99999999999999999999"] {
        cancel(&format!("{SCHEDULED}/{nothing}"))
            .await
            .refused(404, if nothing.is_empty() { "unknown_path" } else { "not_found" });
    }
    cancel("/api/v1/feature_flags/another/scheduled_changes/1").await.refused(404, "not_found");
    let cancelled = cancel(&format!("{SCHEDULED}/1")).await.ok();
    assert_eq!(
        (&cancelled["state"], &cancelled["outcome"]),
        (&json!("cancelled"), &json!("Cancelled by admin."))
    );
    let problem = cancel(&format!("{SCHEDULED}/1")).await.refused(409, "conflict");
    assert!(problem["detail"].as_str().is_some_and(|it| it.contains("it was cancelled on")), "{problem}");
    test.clock.advance_millis(DAY);
    assert_eq!(run_due_jobs(&test.app, "a worker").await.expect("it looks").done, 0);
}

#[tokio::test]
async fn a_failure_is_kept_and_said() {
    let (test, token) = admin().await;
    scheduled(&test, &token, &with(tomorrow(), "environment", json!("production"))).await;
    begin_freeze(&test.app, &FlagEditor::operator(operator()), Environment::Production, "Holidays.")
        .await
        .expect("it begins");
    test.clock.advance_millis(DAY);
    assert_eq!(run_due_jobs(&test.app, "a worker").await.expect("it runs").failed, 1);
    let failed = test.get(SCHEDULED).token(&token).send().await.ok();
    assert_eq!(failed[0]["state"], "failed");
    assert!(failed[0]["outcome"].as_str().is_some_and(|it| it.contains("Holidays.")), "{failed}");
    assert_eq!(test.get(HISTORY).token(&token).send().await.ok()["entries"], json!([]));
}

#[tokio::test]
async fn a_flag_goes_back_to_any_set_it_had() {
    let (test, token) = admin().await;
    set(&test, &token, &json!({"value": true, "user": "reviewer"})).await;
    set(&test, &token, &json!({"value": 25, "key": "percentage_of_actors"})).await;
    set(&test, &token, &json!({"value": false})).await;
    let history = test.get(&format!("{HISTORY}?environment=production")).token(&token).send().await.ok();
    let events: Vec<_> =
        history["entries"].as_array().expect("entries").iter().map(|it| it["event"].clone()).collect();
    let restore = async |body: Value| test.post(RESTORE, &body).token(&token).send().await;
    let restored = restore(json!({"event": events[1], "reason": "Too early."})).await.ok();
    assert_eq!((&restored["environment"], &restored["changed"]), (&json!("production"), &json!(true)));
    assert!(restored["gates"].as_str().is_some_and(|it| it.ends_with(", 25 % of actors")), "{restored}");
    let again = restore(json!({"event": events[1], "state": "after"})).await.ok();
    assert_eq!(again["changed"], false);
    let undone = restore(json!({"event": events[2], "state": "before"})).await.ok();
    assert_eq!(undone["gates"], "default");

    let before = test.snapshot().await;
    for (body, field) in [
        (json!({"event": events[1], "state": "between"}), "state"),
        (json!({"event": "1"}), "event"),
        (json!({"state": "after"}), "event"),
        (json!({"event": events[1], "reason": ""}), "reason"),
        (json!({"event": events[1], "override_reason": ""}), "override_reason"),
        (json!({"event": events[1], "compare_with_staging": true}), "override_reason"),
        (json!({"event": events[1], "environment": "dev"}), "environment"),
    ] {
        let problem = restore(body.clone()).await.refused(422, "invalid");
        assert_eq!(problem["field"], field, "{body}: {problem}");
    }
    restore(json!({"event": 1})).await.refused(404, "not_found");
    let other =
        test.post("/api/v1/feature_flags/orbit_user_preference/restore", &json!({"event": events[1]}));
    other.token(&token).send().await.refused(404, "not_found");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn the_history_is_asked_for_strictly() {
    let (test, token) = admin().await;
    for n in 1..=21 {
        set(&test, &token, &json!({"value": n, "key": "percentage_of_actors"})).await;
    }
    let first = test.get(HISTORY).token(&token).send().await.ok();
    assert_eq!(first["entries"].as_array().map(Vec::len), Some(20));
    let older = first["older"].as_str().expect("there is more");
    let second = test.get(&format!("{HISTORY}?before={older}")).token(&token).send().await.ok();
    assert_eq!((second["entries"].as_array().map(Vec::len), &second["older"]), (Some(1), &Value::Null));
    for (query, status, code, field) in [
        ("environment=prod", 422, "invalid", "environment"),
        ("before=7", 400, "bad_query", "before"),
        ("before=1-1&before=1-1", 400, "bad_query", "before"),
        ("page=2", 400, "bad_query", "page"),
    ] {
        let problem =
            test.get(&format!("{HISTORY}?{query}")).token(&token).send().await.refused(status, code);
        assert_eq!(problem["field"], field, "{query}");
    }
    test.get("/api/v1/feature_flags/nothing/history").token(&token).send().await.refused(404, "not_found");
}

#[tokio::test]
async fn a_token_needs_the_scope_for_each() {
    let (test, full) = admin().await;
    scheduled(&test, &full, &tomorrow()).await;
    let read = test.token("admin", &[Scope::ReadSettings]).await;
    let write = test.token("admin", &[Scope::WriteSettings]).await;
    for address in [SCHEDULED, HISTORY] {
        test.get(address).token(&read).send().await.ok();
        test.get(address).token(&write).send().await.refused(403, "insufficient_scope");
    }
    schedule(&test, &read, &tomorrow()).await.refused(403, "insufficient_scope");
    test.post(RESTORE, &json!({"event": 1})).token(&read).send().await.refused(403, "insufficient_scope");
    let cancel = format!("{FLAG}/scheduled_changes/1");
    test.ask(Method::DELETE, &cancel).token(&read).send().await.refused(403, "insufficient_scope");
    test.ask(Method::DELETE, &cancel).token(&write).send().await.ok();
}
