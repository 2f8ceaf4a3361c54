//! Log events of requests, as text and as JSON.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};

use duo_console::server::{
    ServerState,
    config::{LogConfig, LogFormat},
    router, telemetry,
};
use http::StatusCode;
use serde_json::Value;
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, set_default},
};
use tracing_subscriber::layer::SubscriberExt;

use crate::{
    browser::{Browser, CONFIGURATION, ORIGIN, PASSWORD, server},
    support::{Answer, TestApp},
};

const DECISION: &str = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";

/// The log of the current thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Captures the log of this thread until the guard is dropped.
    pub fn begin(format: LogFormat, filter: &str) -> (Self, DefaultGuard) {
        // With a single subscriber, tracing caches the interest of whichever thread reaches a callsite
        // first, which may be another test's. With more subscribers it asks each.
        static OTHERS: LazyLock<[Dispatch; 2]> =
            LazyLock::new(|| [(); 2].map(|()| Dispatch::new(tracing_subscriber::registry())));
        LazyLock::force(&OTHERS);
        let log = Self::default();
        let writer = log.clone();
        let config = LogConfig { format, filter: filter.to_owned() };
        let layer = telemetry::layer(&config, false, move || writer.clone());
        (log, set_default(tracing_subscriber::registry().with(layer)))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panicked").clone()).expect("text")
    }

    pub fn events(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
    }
}

fn request_id(answer: &Answer) -> &str {
    answer.headers["x-request-id"].to_str().expect("text")
}

#[tokio::test]
async fn a_request_is_one_event_with_its_pattern_its_id_and_its_user() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let session = browser.cookie("duo_session").expect("a session");
    let path = format!("{CONFIGURATION}?explain_user=somebody");

    let (log, guard) = Log::begin(LogFormat::Json, "info");
    let answer = browser.get(&path).await;
    drop(guard);
    let events = log.events();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event["level"], "INFO");
    assert_eq!(event["message"], "answered");
    assert_eq!(event["method"], "GET");
    assert_eq!(event["route"], "/groups/{group}/-/settings/gitlab_duo/configuration");
    assert_eq!(event["status"], 200);
    assert!(event["ms"].as_f64().expect("a number") > 0.0, "{event}");
    assert!(event["user_id"].as_i64().expect("a number") > 0, "{event}");
    assert_eq!(event["span"]["request_id"], request_id(&answer));
    for private in ["somebody", "acme", &session] {
        assert!(!log.text().contains(private), "{private}: {}", log.text());
    }

    let (log, guard) = Log::begin(LogFormat::Text, "info");
    let answer = browser.get(&path).await;
    drop(guard);
    let text = log.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    let id = format!("request{{request_id=\"{}\"}}", request_id(&answer));
    let route = "method=GET route=\"/groups/{group}/-/settings/gitlab_duo/configuration\" status=200 ms=";
    for part in [" INFO ", &id, route, "user_id="] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_nowhere_in_the_log() {
    let test = server().await;
    let (log, _guard) = Log::begin(LogFormat::Json, "trace");
    let wrong = Browser::new(&test).sign_in("owner", "hunter2-hunter2").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    // A secret entered into the wrong field.
    let wrong = Browser::new(&test).sign_in("hunter2-hunter2", "").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let right = Browser::new(&test).sign_in("owner", PASSWORD).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    let text = log.text();
    assert!(!text.contains("hunter2") && !text.contains(PASSWORD), "{text}");
    let refused = log.events().into_iter().find(|it| it["status"] == 401).expect("the first");
    assert_eq!((&refused["level"], &refused["user_id"]), (&Value::from("INFO"), &Value::Null));
}

#[tokio::test]
async fn what_programs_ask_all_day_is_not_logged_at_info() {
    let test = server().await;
    let token = test.full_token("owner").await;
    for (filter, expected) in [("info", 0), ("info,duo_console=debug", 3)] {
        let (log, _guard) = Log::begin(LogFormat::Json, filter);
        for path in ["/-/liveness", "/-/readiness"] {
            test.get(path).send().await;
        }
        test.get(DECISION).token(&token).send().await.ok();
        let answered = log.events().into_iter().filter(|it| it["message"] == "answered");
        assert_eq!(answered.count(), expected, "{}", log.text());
    }
    let (log, _guard) = Log::begin(LogFormat::Json, "info");
    test.get("/api/v1/groups/acme/flows").token(&token).send().await.ok();
    let events = log.events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0]["user_id"].is_i64(), "a token has a user too: {events:?}");
}

#[tokio::test]
async fn a_failure_is_an_error_with_its_cause_under_the_id_of_the_request() {
    let test = server().await;
    let token = test.full_token("owner").await;
    let browser = Browser::of(&test, "owner").await;
    test.app.storage.close().await;
    let (log, _guard) = Log::begin(LogFormat::Json, "warn");
    for answer in [test.get(DECISION).token(&token).send().await, browser.get(CONFIGURATION).await] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        let id = request_id(&answer);
        let events = log.events();
        let ours: Vec<_> = events.iter().filter(|it| it["span"]["request_id"] == id).collect();
        // The API logs the cause with the request; a page logs it before.
        let (Some(cause), Some(answered)) = (ours.first(), ours.last()) else { panic!("{events:?}") };
        assert!(cause.to_string().contains("the database is busy or out of reach: "), "{cause}");
        assert!(cause.to_string().contains("closed"), "the cause of the cause: {cause}");
        assert_eq!(answered["message"], "answered");
        assert_eq!((&answered["level"], &answered["status"]), (&Value::from("ERROR"), &Value::from(503)));
    }
}

#[tokio::test]
async fn a_trusted_proxy_gives_the_id_and_nobody_else() {
    let id = "0af7651916cd43dd8448eb211c80319c";
    for (proxies, taken) in [(0, false), (1, true)] {
        let test = TestApp::serving(|app| {
            router(ServerState::new(app, &ORIGIN.parse().expect("a URL"), proxies, true))
        })
        .await;
        let answer = test.get("/-/liveness").header("x-request-id", id).send().await;
        assert_eq!(request_id(&answer) == id, taken, "{}", request_id(&answer));
        let answer = test.get("/-/liveness").header("x-request-id", "no").send().await;
        assert_eq!(request_id(&answer).len(), 16);
    }
}
