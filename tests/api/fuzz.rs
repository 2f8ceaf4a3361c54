//! Property tests with arbitrary input at everything that parses requests: it is answered, or refused with
//! the right status and a problem document, and never a 500. As in every test here, responses of the API are
//! checked against the OpenAPI document.

use duo_console::domain::token::Scope;
use http::{HeaderValue, Method};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value};

use crate::{
    browser::{Browser, server},
    chat,
    support::{Answer, TestApp},
};

/// Runs `test` on this many values, against one server.
fn with_anything<S: Strategy>(
    cases: u32,
    values: S,
    test: impl AsyncFn(&TestApp, &Browser<'_>, &str, S::Value),
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (app, token) = runtime.block_on(async {
        let app = server().await;
        let token = app.token("owner", &Scope::ALL).await;
        (app, token)
    });
    let browser = runtime.block_on(Browser::of(&app, "owner"));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&values, |value| {
        runtime.block_on(test(&app, &browser, &token, value));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[track_caller]
fn never_fails(answer: &Answer) {
    assert!(!answer.status.is_server_error(), "{}: {}", answer.status, answer.text());
}

/// Text that is likely to break parsers: their delimiters, cut and mixed with arbitrary characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "[/.%=&?#:;,\\[\\]\"'\\\\\u{0}\u{202e}é😀0-9a-f+ -]{0,30}",
        "(acme|globex|platform|code_review|developer|v1|-|/|%2F|owner|reviewer){0,6}",
        Just("x".repeat(5_000)),
    ]
}

/// A URL of arbitrary bytes, percent-encoded or as allowed literally.
fn address() -> impl Strategy<Value = String> {
    let raw = "[A-Za-z0-9/._~!$&'()*+,;=:@%-]{0,40}";
    let start = prop_oneof![
        Just("/"),
        Just("/api/"),
        Just("/api/v1/groups/"),
        Just("/api/v1/decisions/"),
        Just("/groups/"),
        Just("/groups/acme/-/"),
        Just("/-/"),
        Just("/pkg/"),
        Just("/actions/"),
        Just("/users/"),
    ];
    let rest = prop_oneof![raw.boxed(), vec(any::<u8>(), 0..20).prop_map(|it| encoded(&it)).boxed()];
    let query = prop_oneof![Just(String::new()), "\\?[A-Za-z0-9/._~!$&'()*+,;=:@%-]{0,40}"];
    (start, rest, query).prop_map(|(start, rest, query)| format!("{start}{rest}{query}"))
}

fn encoded(bytes: &[u8]) -> String {
    percent_encode(bytes, NON_ALPHANUMERIC).to_string()
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just(String::from("decisions")),
        Just(String::from("kind")),
        Just(String::from("namespace")),
        Just(String::from("user")),
        Just(String::from("enabled")),
        Just(String::from("version")),
        Just(String::from("consent")),
        Just(String::from("wording")),
        Just(String::from("name")),
        Just(String::from("path")),
        Just(String::from("access_level")),
        Just(String::from("user_id")),
        Just(String::from("expires_at")),
        Just(String::from("parent_id")),
        text(),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name.clone(), inner), 0..6)
                .prop_map(|it| Value::from(it.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn any_address_is_answered() {
    let methods = prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT), Just(Method::HEAD)];
    with_anything(400, (methods, address()), async |test, browser, token, (method, path)| {
        let Ok(uri) = path.parse::<http::Uri>() else { return };
        if uri.path().starts_with("/api") {
            never_fails(&test.ask(method, &path).token(token).send().await);
        } else {
            let headers = [("accept", "text/html"), ("sec-fetch-site", "same-origin")];
            never_fails(&browser.send(method, &path, &headers, String::new()).await);
        }
    });
}

#[test]
fn any_query_is_answered() {
    let pairs = vec((text(), text()), 0..4);
    with_anything(300, pairs, async |test, browser, token, pairs| {
        let known =
            ["namespace", "user", "filter", "search", "page", "q", "before", "explain_user", "return_to"];
        let mut query = String::new();
        for (at, (name, value)) in pairs.iter().enumerate() {
            let name = if at == 0 { known[value.len() % known.len()] } else { name };
            query.extend([encoded(name.as_bytes()), "=".into(), encoded(value.as_bytes()), "&".into()]);
        }
        never_fails(&test.get(&format!("/api/v1/decisions/code_review?{query}")).token(token).send().await);
        for page in [
            "/dashboard/groups",
            "/-/jump",
            "/groups/acme/-/audit_events",
            "/groups/acme/-/settings/gitlab_duo/configuration",
        ] {
            never_fails(&browser.get(&format!("{page}?{query}")).await);
        }
        never_fails(&Browser::new(test).get(&format!("/users/sign_in?{query}")).await);
    });
}

#[test]
fn any_json_is_answered() {
    with_anything(400, json(), async |test, _, token, body| {
        never_fails(&test.post("/api/v1/decisions", &body).token(token).send().await);
        let wrapped = serde_json::json!({ "decisions": [body] });
        never_fails(&test.post("/api/v1/decisions", &wrapped).token(token).send().await);
        never_fails(&test.put("/api/v1/flow_versions", &body).token(token).send().await);
        let wrapped = serde_json::json!({ "environment": "dev", "version": 0, "definitions": [body] });
        never_fails(&test.put("/api/v1/flow_versions", &wrapped).token(token).send().await);
        let path = "/api/v1/groups/acme/flows/code_review%2Fv1";
        never_fails(&test.put(path, &body).token(token).send().await);
        for path in ["/api/v4/groups", "/api/v4/groups/acme/members", "/api/v4/projects"] {
            never_fails(&test.post(path, &body).token(token).send().await);
        }
        never_fails(&test.put("/api/v4/projects/acme%2Fwebsite", &body).token(token).send().await);
    });
}

#[test]
fn any_bytes_are_answered() {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..200),
        "[\\[\\]{}\",:0-9a-z\\\\ ]{0,60}".prop_map(String::into_bytes),
        (1..3000_usize).prop_map(|depth| "[".repeat(depth).into_bytes()),
    ];
    with_anything(300, bytes, async |test, _, token, body| {
        for content_type in ["application/json", "text/plain"] {
            let ask =
                test.ask(Method::POST, "/api/v1/decisions").token(token).header("content-type", content_type);
            never_fails(&ask.body(body.clone()).send().await);
        }
        for path in ["/actions/set_flow", "/actions/create_token", "/users/sign_out"] {
            let ask = test.ask(Method::POST, path).header("sec-fetch-site", "same-origin");
            let ask = ask.header("content-type", "application/x-www-form-urlencoded");
            never_fails(&ask.body(body.clone()).send().await);
        }
    });
}

#[test]
fn any_command_of_the_chat_is_answered() {
    let line = prop_oneof![
        text(),
        "(gitlab|run|feature|set|get|list|delete|orbit_user_preference|true|25|--user=owner|--dev|--actors|--match|--force|[ '\"=`—-]){0,12}",
        "[ -~]{0,30}".prop_map(|rest| format!("gitlab run feature set {rest}")),
        text().prop_map(|rest| format!(
            "gitlab run feature set orbit_user_preference true --force --user={rest}"
        )),
        text().prop_map(|flag| format!("run feature delete \"{flag}\" --dev")),
    ];
    with_anything(300, (line, vec(any::<u8>(), 0..60)), async |test, _, _, (line, bytes)| {
        chat::link(test, "admin", "U1").await;
        never_fails(&chat::say(test, "U1", &line).await);
        never_fails(&chat::signed(test, &bytes).await);
        let ask = test.ask(Method::POST, "/api/v1/chat/commands").body(bytes.clone());
        let Ok(value) = HeaderValue::from_bytes(&bytes) else { return };
        let ask = ask.raw_header("x-slack-signature", value.clone());
        never_fails(&ask.raw_header("x-slack-request-timestamp", value).send().await);
    });
}

#[test]
fn any_form_is_answered() {
    with_anything(150, vec(text(), 6), async |_, browser, _, values| {
        let forms: [(&str, &[&str]); 6] = [
            ("/actions/set_flow", &["group", "flow", "version", "enabled", "consent_wording"]),
            ("/actions/set_orbit", &["setting", "enabled"]),
            ("/actions/set_display", &["theme", "time_format"]),
            ("/actions/create_token", &["name", "scopes[0]", "scopes[1]", "expires_at"]),
            ("/actions/revoke_token", &["id"]),
            ("/actions/jump", &["query"]),
        ];
        for (path, names) in forms {
            let fields: Vec<_> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
            never_fails(&browser.submit(path, &fields).await);
            never_fails(&browser.call(path, &fields).await);
        }
    });
}

#[test]
fn any_header_is_answered() {
    let value = prop_oneof![
        vec(any::<u8>(), 0..60),
        "(Bearer |bearer|Basic |duo-)[ -~]{0,50}".prop_map(String::into_bytes),
        "(duo_session|duo_flash)=[ -~]{0,60}".prop_map(String::into_bytes),
    ];
    let names = [
        "authorization",
        "private-token",
        "cookie",
        "user-agent",
        "accept",
        "accept-encoding",
        "origin",
        "sec-fetch-site",
        "x-forwarded-for",
        "if-none-match",
        "referer",
        "content-type",
        "x-request-id",
    ];
    with_anything(300, (0..names.len(), value), async |test, _, _, (name, value)| {
        let Ok(value) = HeaderValue::from_bytes(&value) else { return };
        for path in ["/api/v1/consents/code_review/wording", "/dashboard/groups", "/favicon.svg"] {
            never_fails(&test.get(path).raw_header(names[name], value.clone()).send().await);
        }
        let ask = test.ask(Method::POST, "/actions/jump").raw_header(names[name], value);
        never_fails(&ask.body("query=acme").send().await);
    });
}

/// Few cases: checking a password is slow.
#[test]
fn anybody_may_try_to_sign_in_from_any_browser() {
    let user_agent = vec(any::<u8>(), 0..300);
    with_anything(
        30,
        (text(), text(), text(), user_agent),
        async |test, _, _, (name, password, to, agent)| {
            let body = [("username", name), ("password", password), ("return_to", to)]
                .map(|(name, value)| format!("{name}={}", encoded(value.as_bytes())))
                .join("&");
            let mut ask = test.ask(Method::POST, "/users/sign_in").header("sec-fetch-site", "same-origin");
            ask = ask.header("content-type", "application/x-www-form-urlencoded");
            if let Ok(agent) = HeaderValue::from_bytes(&agent) {
                ask = ask.raw_header("user-agent", agent);
            }
            never_fails(&ask.body(body).send().await);
        },
    );
}
