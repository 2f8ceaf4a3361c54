//! Readiness and metrics, and the dashboard and alert rules that use them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use duo_console::server::{MetricsToken, ServerState, router};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, CONFIGURATION, ORIGIN, consent},
    support::{Answer, TestApp, code_review_of},
};

pub const TOKEN: &str = "a-token-for-metrics";
const DECISION: &str = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";

pub async fn server() -> TestApp {
    TestApp::serving(|app| {
        let mut state = ServerState::new(app, &ORIGIN.parse().expect("a URL"), 0, true);
        state.metrics_token = Some(MetricsToken::new(TOKEN));
        router(state)
    })
    .await
}

/// The samples of `/-/metrics`: name with labels, and the value as text.
async fn scrape(test: &TestApp) -> BTreeMap<String, String> {
    let answer = test.get("/-/metrics").token(TOKEN).send().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header(header::CONTENT_TYPE), form);
    assert!(answer.text().ends_with("# EOF\n"));
    let text = answer.text();
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (series, value) = line.rsplit_once(' ').expect("a name and a number");
        (series.to_owned(), value.to_owned())
    });
    samples.collect()
}

async fn readiness(test: &TestApp) -> (StatusCode, Value) {
    let answer: Answer = test.get("/-/readiness").send().await;
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    (answer.status, answer.json())
}

#[tokio::test]
async fn readiness_says_which_check_failed() {
    let test = server().await;
    let checks = |migrations, changes| {
        json!([
            {"name": "database", "ok": true},
            {"name": "migrations", "ok": migrations},
            {"name": "changes", "ok": changes}
        ])
    };
    let well = (StatusCode::OK, json!({"ready": true, "checks": checks(true, true)}));
    assert_eq!(readiness(&test).await, well);

    test.execute("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    let (status, body) = readiness(&test).await;
    assert_eq!(
        (status, body),
        (StatusCode::SERVICE_UNAVAILABLE, json!({"ready": false, "checks": checks(false, true)}))
    );

    test.app.storage.close().await;
    let (status, body) = readiness(&test).await;
    let failed = json!({"ready": false, "checks": [{"name": "database", "ok": false}]});
    assert_eq!((status, body), (StatusCode::SERVICE_UNAVAILABLE, failed));
    assert_eq!(test.get("/-/liveness").send().await.status, StatusCode::OK);
}

/// Both formats have the same values; in the text format counters are described under their sample names.
#[tokio::test]
async fn the_metrics_come_in_the_form_that_was_asked_for() {
    let test = server().await;
    let classic = test.get("/-/metrics").token(TOKEN).header("accept", "text/plain").send().await;
    assert_eq!(classic.header(header::CONTENT_TYPE), "text/plain; version=0.0.4; charset=utf-8");
    assert!(classic.header(header::VARY).contains("accept"));
    let text = classic.text();
    assert!(!text.contains("# EOF"), "{text}");
    let kinds: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    assert_eq!(kinds["duo_sign_ins_total"], "counter");
    assert_eq!(kinds["duo_http_request_duration_seconds"], "histogram");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().expect("a name");
        let of_histogram =
            ["_bucket", "_sum", "_count"].into_iter().filter_map(|part| name.strip_suffix(part));
        assert!(of_histogram.chain([name]).any(|name| kinds.contains_key(name)), "{line}");
    }
    scrape(&test).await;
}

#[tokio::test]
async fn readiness_says_that_nothing_can_be_changed() {
    let test = server().await;
    let held = test.app.storage.begin().await.expect("a transaction");
    let began = Instant::now();
    // Concurrent requests share one check.
    let answers = futures_util::future::join_all((0..20).map(|_| readiness(&test))).await;
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    for (status, body) in answers {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
        assert_eq!(body["checks"][0], json!({"name": "database", "ok": true}), "reading goes on");
        assert_eq!(body["checks"][2], json!({"name": "changes", "ok": false}));
    }
    drop(held);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(readiness(&test).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_metrics_are_not_for_everybody() {
    let test = server().await;
    let refused = test.get("/-/metrics").send().await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.header(header::WWW_AUTHENTICATE), "Bearer");
    let token = test.full_token("admin").await;
    assert_eq!(test.get("/-/metrics").token(&token).send().await.status, StatusCode::UNAUTHORIZED);
    let test = crate::browser::server().await;
    let refused = test.get("/-/metrics").token(TOKEN).send().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "no token is set");
}

#[tokio::test]
async fn nobody_reads_the_metrics_through_a_proxy_on_this_machine_that_says_nothing_of_it() {
    let test = crate::browser::server().await;
    let refused = test.get("/-/metrics").with_peer("127.0.0.1:50123").send().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(refused.text().contains("--metrics-token"), "{}", refused.text());
}

#[tokio::test]
async fn decisions_are_counted_whoever_asks() {
    let test = server().await;
    let token = test.full_token("owner").await;
    test.get(DECISION).token(&token).send().await.ok();
    let asked = json!({"decisions": [
        {"kind": "code_review", "namespace": "acme", "user": "reviewer"},
        {"kind": "code_review", "namespace": "acme", "user": "developer"},
        {"kind": "code_review", "namespace": "acme", "user": "nobody"},
    ]});
    test.post("/api/v1/decisions", &asked).token(&token).send().await.ok();
    let browser = Browser::of(&test, "owner").await;
    browser.get(&format!("{CONFIGURATION}?explain_user=reviewer")).await;
    browser.get(CONFIGURATION).await;

    let samples = scrape(&test).await;
    let count = |result: &str, rule: &str| {
        samples[&format!("duo_decisions_total{{kind=\"code_review\",result=\"{result}\",rule=\"{rule}\"}}")]
            .as_str()
    };
    assert_eq!(count("duo_code_review", "flow_off_seat"), "3");
    assert_eq!(count("none", "flow_off_no_seat"), "1");
    assert_eq!(count("code_review_flow", "flow_on_with_consent"), "0");
}

#[tokio::test]
async fn a_version_that_is_not_deployed_is_counted_by_its_rule() {
    let test = server().await;
    let token = test.full_token("admin").await;
    let path = "/api/v1/decisions/flows/developer%2Fv1?namespace=acme&user=reviewer";
    test.get(path).token(&token).send().await.ok();
    let nothing = json!({"environment": "production", "version": 0, "definitions": []});
    test.put("/api/v1/flow_versions", &nothing).token(&token).send().await.ok();
    for _ in 0..2 {
        test.get(path).token(&token).send().await.refused(409, "version_not_deployed");
    }
    let samples = scrape(&test).await;
    for (result, rule, expected) in [
        ("deployed", "default", "1"),
        ("not_deployed", "default", "2"),
        ("not_deployed", "duo_developer_orbit", "0"),
    ] {
        let series =
            format!("duo_decisions_total{{kind=\"flow_version\",result=\"{result}\",rule=\"{rule}\"}}");
        assert_eq!(samples[&series], expected, "{series}");
    }
}

#[tokio::test]
async fn consents_and_sign_ins_are_counted_once_they_happened() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    Browser::new(&test).sign_in("owner", "wrong").await;
    assert_eq!(consent(&browser).await.status, StatusCode::SEE_OTHER);
    let token = test.full_token("owner").await;
    let off = json!({"enabled": false, "version": 0});
    test.put(&code_review_of("acme"), &off).token(&token).send().await.refused(409, "conflict");
    let off = json!({"enabled": false, "version": 1});
    test.put(&code_review_of("acme"), &off).token(&token).send().await.ok();

    let samples = scrape(&test).await;
    for (series, expected) in [
        ("duo_consents_total{action=\"given\"}", "1"),
        ("duo_consents_total{action=\"withdrawn\"}", "1"),
        ("duo_jobs_total{kind=\"scheduled_change\",outcome=\"done\"}", "0"),
        ("duo_jobs_total{kind=\"tidy_up\",outcome=\"retried\"}", "0"),
        ("duo_job_steps_total{kind=\"tidy_up\"}", "0"),
        ("duo_jobs_waiting{kind=\"scheduled_change\"}", "0.0"),
        ("duo_jobs_running{kind=\"tidy_up\"}", "0.0"),
        ("duo_scheduled_changes_total{outcome=\"done\"}", "0"),
        ("duo_scheduled_changes_total{outcome=\"failed\"}", "0"),
        ("duo_sign_ins_total{method=\"password\",outcome=\"succeeded\"}", "1"),
        ("duo_sign_ins_total{method=\"password\",outcome=\"refused\"}", "1"),
        ("duo_database_up", "1.0"),
    ] {
        assert_eq!(samples[series], expected, "{series}");
    }
    test.app.storage.close().await;
    assert_eq!(scrape(&test).await["duo_database_up"], "0.0");
}

#[tokio::test]
async fn requests_are_counted_by_pattern_and_strangers_add_none() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    for group in ["acme", "globex", "initech", "nothing"] {
        browser.get(&format!("/groups/{group}/-/audit_events?before=7")).await;
        browser.get(&format!("/somewhere/{group}")).await;
        browser.get(&format!("/api/v1/{group}")).await;
        browser.submit(&format!("/actions/{group}"), &[]).await;
    }
    let strange = http::Method::from_bytes(b"BREW").expect("a method");
    browser.send(strange, "/coffee", &[("sec-fetch-site", "none")], String::new()).await;

    let samples = scrape(&test).await;
    let count = |method: &str, route: &str, status: &str| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        samples.get(&format!("duo_http_request_duration_seconds_count{labels}")).map(String::as_str)
    };
    assert_eq!(count("GET", "/groups/{group}/-/audit_events", "2xx"), Some("3"));
    assert_eq!(count("GET", "/groups/{group}/-/audit_events", "4xx"), Some("1"));
    assert_eq!(count("GET", "other", "4xx"), Some("4"));
    assert_eq!(count("GET", "/api/{*rest}", "4xx"), Some("4"));
    assert_eq!(count("POST", "/users/sign_in", "3xx"), Some("1"));
    assert_eq!(count("other", "other", "4xx"), Some("1"));
    for series in samples.keys() {
        for private in ["acme", "globex", "nothing", "before", "coffee", "BREW"] {
            assert!(!series.contains(private), "{series}");
        }
    }
    let all = samples.keys().filter(|series| series.contains("_bucket{le=\"+Inf\""));
    let counts = samples.keys().filter(|series| series.contains("duration_seconds_count{"));
    assert_eq!(all.count(), counts.count(), "the last bucket of each has no end");
    let ends =
        samples.keys().filter_map(|series| series.split_once("le=\"")?.1.split('"').next()?.parse().ok());
    let shortest = ends.fold(f64::MAX, f64::min);
    assert!((shortest - 50e-6).abs() < 1e-12, "a bucket for what takes 50 µs: {shortest}");
}

/// The metric names and labels in a `PromQL` expression: `name{label="…"}`, `sum by (label) (…)`.
fn asked_for(promql: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut metrics, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let bytes = promql.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (mut at, mut in_text) = (0, false);
    while at < bytes.len() {
        if bytes[at] == b'"' {
            in_text = !in_text;
        }
        if in_text || !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        let word = &promql[start..at];
        let before = promql[..start].trim_end().chars().next_back();
        let after = promql[at..].trim_start();
        let compared = ["=", "!="].iter().any(|sign| after.starts_with(sign)) && !after.starts_with("==");
        if word.starts_with("duo_") || word.starts_with("process_") {
            metrics.insert(word.to_owned());
        } else if matches!(before, Some('{' | ',')) && compared {
            labels.insert(word.to_owned());
        }
    }
    for (place, _) in promql.match_indices("by (") {
        let list = promql[place + 4..].split(')').next().unwrap_or_default();
        labels.extend(list.split(',').map(|label| label.trim().to_owned()));
    }
    (metrics, labels)
}

/// All expressions of the dashboard and the alert rules.
fn expressions() -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| collect(field, found));
            }
            Value::Array(list) => list.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let dashboard: Value = serde_json::from_str(include_str!("../../ops/grafana/duo-console.json"))
        .expect("a dashboard is JSON");
    let mut found = Vec::new();
    collect(&dashboard, &mut found);
    let charts = found.len();
    let rules = include_str!("../../ops/prometheus/alerts.yml");
    found.extend(rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).map(str::to_owned));
    assert!(charts >= 10 && found.len() - charts == rules.matches("- alert:").count(), "{found:#?}");
    found
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_ask_only_for_what_there_is() {
    let test = server().await;
    consent(&Browser::of(&test, "owner").await).await;
    let token = test.full_token("owner").await;
    test.get(DECISION).token(&token).send().await.ok();
    let samples = scrape(&test).await;
    let metrics: BTreeSet<&str> =
        samples.keys().map(|series| series.split('{').next().expect("a name")).collect();
    let labels: BTreeSet<&str> = samples
        .keys()
        .filter_map(|series| series.split_once('{'))
        .flat_map(|(_, labels)| labels.trim_end_matches('}').split("\","))
        .filter_map(|label| Some(label.split_once('=')?.0))
        .chain(["instance", "job"])
        .collect();
    for expression in expressions() {
        let (asked_metrics, asked_labels) = asked_for(&expression);
        assert!(!asked_metrics.is_empty() || expression.contains("up{"), "{expression}");
        for metric in asked_metrics {
            assert!(metrics.contains(metric.as_str()), "{metric} in {expression}; there are {metrics:#?}");
        }
        for label in asked_labels {
            assert!(labels.contains(label.as_str()), "{label} in {expression}; there are {labels:?}");
        }
    }
}

#[test]
fn a_name_that_is_not_there_would_be_seen() {
    let (metrics, labels) = asked_for(
        "sum by (le, route) (rate(duo_x_bucket{status=~\"5..,duo_no\", job=\"a\"}[5m])) > process_y",
    );
    assert_eq!(metrics.into_iter().collect::<Vec<_>>(), ["duo_x_bucket", "process_y"]);
    assert_eq!(labels.into_iter().collect::<Vec<_>>(), ["job", "le", "route", "status"]);
}
