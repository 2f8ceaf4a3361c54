//! Limits on size, time and rate: exceeding one is refused with a message, on every surface.

use std::{future::pending, time::Duration};

use axum::body::{Body, Bytes};
use duo_console::{
    domain::token::Scope,
    server::{Limits, ServerState, rest, router},
};
use http::{Method, StatusCode, header};
use serde_json::json;

use crate::{
    browser::{Browser, ORIGIN, PASSWORD, SET_FLOW, server},
    support::{TestApp, code_review_of, operator},
};

const WORDING: &str = "/api/v1/consents/code_review/wording";
const FORM: &str = "application/x-www-form-urlencoded";
/// One byte more than the limit.
const TOO_MUCH: usize = 64 * 1024 + 1;

async fn with(limits: Limits) -> TestApp {
    let url = ORIGIN.parse().expect("a URL");
    TestApp::serving(|app| router(ServerState::new(app, &url, 0, true).with_limits(limits))).await
}

async fn api_with(limits: Limits) -> TestApp {
    TestApp::serving(|app| rest::router(app, limits, None)).await
}

fn from_address(remote_ip: &str) -> duo_console::usecases::Origin {
    duo_console::usecases::Origin { remote_ip: remote_ip.parse().ok(), ..operator() }
}

/// A body that never arrives.
struct Never;

impl hyper::body::Body for Never {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        std::pin::pin!(pending()).poll(context)
    }
}

#[tokio::test]
async fn a_token_is_answered_so_often_and_then_told_to_wait() {
    let test = api_with(Limits { api_per_minute: 3, ..Limits::default() }).await;
    let (mine, other) = (test.full_token("owner").await, test.full_token("owner").await);
    for _ in 0..3 {
        test.get(WORDING).token(&mine).send().await.ok();
    }
    let answer = test.get(WORDING).token(&mine).send().await;
    let problem = answer.refused(429, "too_many_requests");
    assert_eq!(problem["detail"], "3 requests a minute are answered. Try again in 20 s.");
    for (name, value) in [
        ("retry-after", "20"),
        ("ratelimit-limit", "3"),
        ("ratelimit-remaining", "0"),
        ("ratelimit-reset", "20"),
    ] {
        assert_eq!(answer.headers[name], value, "{name}");
    }
    test.get(WORDING).header("private-token", &mine).send().await.refused(429, "too_many_requests");
    test.get(WORDING).token(&other).send().await.ok();
    test.clock.advance_millis(20_000);
    test.get(WORDING).token(&mine).send().await.ok();
    test.get(WORDING).token(&mine).send().await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn what_was_refused_for_its_number_changed_nothing() {
    let test = api_with(Limits { api_per_minute: 1, ..Limits::default() }).await;
    let token = test.full_token("owner").await;
    test.get(WORDING).token(&token).send().await.ok();
    let before = test.snapshot().await;
    let off = json!({ "enabled": false, "version": 0 });
    test.put(&code_review_of("globex"), &off).token(&token).send().await.refused(429, "too_many_requests");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn an_address_without_a_valid_token_is_answered_so_often() {
    let test = api_with(Limits { anonymous_per_minute: 3, ..Limits::default() }).await;
    let token = test.full_token("owner").await;
    let ask = |address: &str| test.get(WORDING).with_origin(from_address(address));
    ask("10.0.0.1").send().await.refused(401, "missing_token");
    ask("10.0.0.1").token("duo-wrong").send().await.refused(401, "unknown_token");
    test.get("/api/openapi.json").with_origin(from_address("10.0.0.1")).send().await.ok();
    for _ in 0..2 {
        let answer = ask("10.0.0.1").token("duo-wrong").send().await;
        answer.refused(429, "too_many_requests");
        assert_eq!(answer.headers["retry-after"], "20");
    }
    test.get("/api/openapi.json")
        .with_origin(from_address("10.0.0.1"))
        .send()
        .await
        .refused(429, "too_many_requests");
    ask("10.0.0.2").send().await.refused(401, "missing_token");
    // Another client behind the same proxy is not affected.
    ask("10.0.0.1").token(&token).send().await.ok();
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_everywhere() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let token = test.token("owner", &[Scope::WriteSettings]).await;
    let before = test.snapshot().await;

    let mut body = String::from("{\"decisions\":[]}");
    body.push_str(&" ".repeat(TOO_MUCH - body.len()));
    let ask = test.ask(Method::POST, "/api/v1/decisions").token(&token);
    ask.header("content-type", "application/json").body(body).send().await.refused(413, "body_too_large");

    let large = format!("group=acme&flow={}", "x".repeat(TOO_MUCH - 16));
    for path in [SET_FLOW, "/actions/set_orbit", "/actions/create_token", "/users/sign_in"] {
        for accept in ["text/html", "application/json"] {
            let headers = [("accept", accept), ("sec-fetch-site", "same-origin"), ("content-type", FORM)];
            let answer = owner.send(Method::POST, path, &headers, large.clone()).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path} {accept}: {}", answer.text());
            assert!(answer.text().contains("64 KiB") || accept != "text/html", "{path}: {}", answer.text());
        }
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let test = with(Limits { body: Duration::from_millis(50), ..Limits::default() }).await;
    let token = test.full_token("owner").await;
    let never = || Body::new(Never);
    let api = test.ask(Method::POST, "/api/v1/decisions").token(&token);
    api.header("content-type", "application/json").body(never()).send().await.refused(408, "body_too_slow");
    for path in ["/users/sign_in", SET_FLOW] {
        let form = test.ask(Method::POST, path).header("content-type", FORM).body(never());
        let answer = form.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{path}: {}", answer.text());
        assert!(answer.text().contains("nothing was changed"), "{}", answer.text());
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let test = with(Limits { request: Duration::from_millis(50), ..Limits::default() }).await;
    let token = test.full_token("owner").await;
    // Both need to write while another writer holds the lock.
    let _held = test.app.storage.begin().await.expect("a unit of work");
    let change = json!({"enabled": false, "version": 0});
    let answer = test.put(&code_review_of("acme"), &change).token(&token).send().await;
    answer.refused(503, "too_slow");
    assert_eq!(answer.headers["retry-after"], "1");
    let answer = Browser::new(&test).sign_in("owner", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().contains("given up"), "{}", answer.text());
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
}
