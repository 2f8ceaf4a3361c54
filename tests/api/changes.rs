//! Change streams: their events, who receives which, where they resume, and when they end.

use crate::{
    browser::ORIGIN,
    support::{NOON, TestApp, flow_of, operator},
};
use axum::body::Body;
use http::{Response, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, NewAuditEvent},
        change::Topic,
        role::Role,
        token::Scope,
    },
    server::{Limits, ServerState, rest, router},
    usecases::{
        Caller, FlagEditor,
        accounts::{authenticate, list_tokens::list_tokens, revoke_token::revoke_token},
        flags::set_feature::{SetFeature, set_feature},
    },
};

const CHANGES: &str = "/api/v1/changes";
const FLAGS: &str = "/ofrep/v1/events";
const SOON: Duration = Duration::from_secs(10);

/// An event as a client parses it.
#[derive(Debug, Default, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

/// A stream of server-sent events.
struct Events {
    body: Body,
    read: String,
}

impl Events {
    #[track_caller]
    fn of(response: Response<Body>) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { body: response.into_body(), read: String::new() }
    }

    /// The next block, with or without data; `None` at the end of the stream.
    async fn block(&mut self) -> Option<Event> {
        self.whole_block().await.expect("no error")
    }

    /// Like [`Self::block`], or an error when the response was cut off.
    async fn whole_block(&mut self) -> Result<Option<Event>, axum::Error> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let mut event = Event::default();
                for line in block.lines() {
                    match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
                        Some(("event", value)) => value.clone_into(&mut event.name),
                        Some(("id", value)) => value.clone_into(&mut event.id),
                        Some(("data", value)) => event.data = serde_json::from_str(value).expect("JSON"),
                        _ => {}
                    }
                }
                self.read = String::from(rest);
                return Ok(Some(event));
            }
            let frame = timeout(SOON, self.body.frame()).await.expect("soon");
            let Some(frame) = frame.transpose()? else { return Ok(None) };
            let frame = frame.into_data().expect("data");
            self.read.push_str(std::str::from_utf8(&frame).expect("text"));
        }
    }

    /// The next event, skipping keep-alives.
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.block().await {
                Some(event) if event.data.is_null() => {}
                other => return other,
            }
        }
    }

    /// Kind and subject of all events until the end.
    async fn rest(mut self) -> Vec<(String, String)> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            if event.name == "change" {
                let text = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
                events.push((text("kind"), text("subject")));
            }
        }
        events
    }
}

async fn service(test: &TestApp) -> String {
    test.token("developer", &[Scope::ReadDecisions]).await
}

async fn set_flag(test: &TestApp, flag: &str, on: bool) {
    let command = SetFeature { undefined_too: true, ..SetFeature::everyone(flag, on) };
    set_feature(&test.app, &FlagEditor::operator(operator()), &command).await.expect("it is set");
}

/// As the owner of acme.
async fn switch_flow(test: &TestApp, token: &str, on: bool, version: i64) {
    let body = json!({"enabled": on, "version": version});
    test.put(&flow_of("acme", "fix_pipeline/v1"), &body).token(token).send().await.ok();
}

#[tokio::test]
async fn a_change_is_told_as_it_happens_and_a_break_is_made_good_by_its_id() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let mut events = Events::of(test.get(CHANGES).token(&token).begin().await);
    let ready = events.next().await.expect("an opening");
    assert_eq!((ready.name.as_str(), &ready.data["id"].to_string()), ("ready", &ready.id));

    set_flag(&test, "a_flag", true).await;
    let first = events.next().await.expect("a change");
    assert_eq!((first.name.as_str(), &first.data["id"].to_string()), ("change", &first.id));
    assert_eq!(
        first.data,
        json!({"id": first.data["id"], "at": "2026-06-01T12:00:00.123Z", "kind": "feature_flag_updated", "subject": "a_flag", "environment": "production"})
    );
    drop(events);

    set_flag(&test, "another_flag", true).await;
    set_flag(&test, "a_flag", false).await;
    let expected = ["another_flag", "a_flag"].map(|it| (String::from("feature_flag_updated"), it.to_owned()));
    let after = format!("{CHANGES}?follow=false&after={}", first.id);
    assert_eq!(Events::of(test.get(&after).token(&token).begin().await).rest().await, expected);
    // On a reconnect `Last-Event-ID` takes precedence over the URL's parameter.
    let old = format!("{CHANGES}?follow=false&after=0");
    let again = test.get(&old).token(&token).header("last-event-id", &first.id).begin().await;
    assert_eq!(Events::of(again).rest().await, expected);
    let again = test.get(CHANGES).token(&token).header("last-event-id", &ready.id).begin().await;
    assert_eq!(Events::of(again).next().await.expect("the first").id, first.id);
}

#[tokio::test]
async fn everybody_hears_what_they_may_know_of() {
    let test = TestApp::new().await;
    test.add_member("guest", "acme", Role::Guest).await;
    let owner = test.full_token("owner").await;
    let begin = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id");
    switch_flow(&test, &owner, false, 1).await;
    set_flag(&test, "a_flag", true).await;
    test.add_user("somebody").await;

    let flow = ("foundational_flow_disabled".to_owned(), "fix_pipeline/v1".to_owned());
    let flag = ("feature_flag_updated".to_owned(), "a_flag".to_owned());
    let user = ("user_created".to_owned(), "somebody".to_owned());
    for (who, expected) in [
        ("outsider", vec![flag.clone()]),
        ("guest", vec![flag.clone()]),
        ("developer", vec![flow.clone(), flag.clone()]),
        ("owner", vec![flow.clone(), flag.clone()]),
        ("admin", vec![flow, flag, user]),
    ] {
        let token = test.token(who, &[Scope::ReadDecisions]).await;
        let path = format!("{CHANGES}?follow=false&after={begin}");
        // Also checks the response against the document.
        test.get(&path).token(&token).send().await;
        assert_eq!(Events::of(test.get(&path).token(&token).begin().await).rest().await, expected, "{who}");
    }
}

#[tokio::test]
async fn a_provider_is_told_to_evaluate_again_when_a_flag_of_this_environment_changed() {
    let test = TestApp::new().await;
    let (token, owner) = (service(&test).await, test.full_token("owner").await);
    let mut events = Events::of(test.get(FLAGS).token(&token).begin().await);
    switch_flow(&test, &owner, false, 1).await;
    let mut staging = SetFeature { undefined_too: true, ..SetFeature::everyone("a_flag", true) };
    staging.environments = vec![duo_console::domain::environment::Environment::Staging].into();
    set_feature(&test.app, &FlagEditor::operator(operator()), &staging).await.expect("it is set");
    set_flag(&test, "a_flag", true).await;
    let notice = events.next().await.expect("a notice");
    let last = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id");
    assert_eq!((notice.name.as_str(), notice.id), ("", last.to_string()), "nothing before was about it");
    assert_eq!(notice.data, json!({"type": "refetchEvaluation", "lastModified": 1_780_315_200}));
    drop(events);

    for on in [false, true, false] {
        set_flag(&test, "a_flag", on).await;
    }
    let missed = test.get(&format!("{FLAGS}?follow=false")).token(&token);
    let mut missed = Events::of(missed.header("last-event-id", &last.to_string()).begin().await);
    assert!(missed.next().await.is_some());
    assert_eq!(missed.next().await, None, "many changes are one notice");
}

/// Makes many changes that only administrators receive.
async fn many_users(test: &TestApp) {
    let mut uow = test.app.storage.begin().await.expect("a unit of work");
    for number in 0..450 {
        let nobody = AuditActor { id: None, username: String::new(), name: String::new() };
        let target = format!("user{number}");
        let kind = AuditKind::UserCreated;
        uow.audit_log().append(NewAuditEvent::new(NOON, kind, nobody, Surface::CommandLine, target));
    }
    uow.commit().await.expect("they are written");
}

#[tokio::test]
async fn who_has_far_to_go_and_hears_nothing_gets_on_and_waits_for_nobody() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let after = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id");
    many_users(&test).await;
    // All readers are at the end.
    let _turn = test.app.storage.changes().turn().await;
    let path = format!("{CHANGES}?follow=false&after={after}");
    let mut events =
        Events::of(timeout(SOON, test.get(&path).token(&token).begin()).await.expect("an answer"));
    let mut ids = Vec::new();
    while let Some(event) = events.block().await {
        assert_eq!(event.data, Value::Null);
        ids.push(event.id.parse::<i64>().expect("an id"));
    }
    let last = after.0 + 450;
    assert_eq!(ids, [after.0 + 200, after.0 + 400, last, last], "a sign of life for each page");
}

#[tokio::test]
async fn what_was_to_be_whole_breaks_off_when_the_database_goes_away() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let path = format!("{CHANGES}?follow=false&after=0");
    many_users(&test).await;
    let mut events = Events::of(test.get(&path).token(&token).begin().await);
    test.app.storage.close().await;
    loop {
        match events.whole_block().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ends as if that were all"),
            Err(_) => break,
        }
    }
}

#[tokio::test]
async fn an_id_of_the_future_begins_anew() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let ask = |path: &str| test.get(&format!("{path}?follow=false&after=999999")).token(&token);
    let mut changes = Events::of(ask(CHANGES).begin().await);
    let reset = changes.next().await.expect("an event");
    assert_eq!(reset.name, "reset");
    assert!(reset.id.parse::<i64>().is_ok_and(|id| id < 999_999));
    let mut flags = Events::of(ask(FLAGS).begin().await);
    assert_eq!(flags.next().await.expect("an event").data, json!({"type": "refetchEvaluation"}));
}

#[tokio::test]
async fn an_id_of_too_long_ago_begins_anew() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    set_flag(&test, "a_flag", true).await;
    set_flag(&test, "a_flag", false).await;
    let last = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id").0;
    test.execute("DELETE FROM changes WHERE id < (SELECT last FROM change_head)").await;
    for (after, opening) in [(last - 2, "reset"), (last - 1, "change")] {
        let path = format!("{CHANGES}?follow=false&after={after}");
        let mut events = Events::of(test.get(&path).token(&token).begin().await);
        let first = events.next().await.expect("an event");
        assert_eq!((first.name.as_str(), first.id), (opening, last.to_string()));
        assert_eq!(events.next().await, None);
    }
    let mut flags =
        Events::of(test.get(&format!("{FLAGS}?follow=false&after=0")).token(&token).begin().await);
    assert_eq!(flags.next().await.expect("an event").data, json!({"type": "refetchEvaluation"}));
}

/// Like a client that was away for longer than changes are kept.
#[tokio::test]
async fn who_follows_and_lost_their_place_is_told_so() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    let mut changes = Events::of(test.get(CHANGES).token(&token).begin().await);
    changes.next().await.expect("an opening");
    test.execute("UPDATE change_head SET last = last + 5").await;
    set_flag(&test, "a_flag", true).await;
    let reset = changes.next().await.expect("an event");
    let last = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id");
    assert_eq!((reset.name.as_str(), reset.id), ("reset", last.to_string()));
    set_flag(&test, "a_flag", false).await;
    let next = changes.next().await.expect("an event");
    assert_eq!((next.name.as_str(), next.id), ("change", (last.0 + 1).to_string()));
}

/// Changes that only invalidate caches are no events, but they advance the cursor.
#[tokio::test]
async fn what_nobody_is_told_moves_the_place_on() {
    let test = TestApp::new().await;
    let admin = test.token("admin", &[Scope::ReadDecisions]).await;
    let after = test.app.storage.read().await.expect("a view").change_feed().last().await.expect("an id");
    let mut uow = test.app.storage.begin().await.expect("a unit of work");
    uow.change_feed().touch(Topic::Sessions);
    uow.change_feed().touch(Topic::People);
    uow.commit().await.expect("it commits");
    let path = format!("{CHANGES}?follow=false&after={after}");
    let mut events = Events::of(test.get(&path).token(&admin).begin().await);
    let block = events.block().await.expect("where it is");
    assert_eq!((block.data, block.id), (Value::Null, (after.0 + 2).to_string()));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let test = TestApp::new().await;
    let token = service(&test).await;
    for path in [CHANGES, FLAGS] {
        for query in ["after=x", "after=-1", "after=", "after=1&after=2", "follow=maybe", "since=1"] {
            test.get(&format!("{path}?{query}")).token(&token).send().await.refused(400, "bad_query");
        }
        test.get(path).token(&token).header("last-event-id", "x").send().await.refused(400, "bad_query");
        test.get(path).send().await.refused(401, "missing_token");
        let other = test.token("developer", &[Scope::ReadSettings]).await;
        test.get(path).token(&other).send().await.refused(403, "insufficient_scope");
    }
}

#[tokio::test]
async fn a_stream_shows_that_it_is_there_and_where() {
    let limits = Limits { heartbeat: Duration::from_millis(10), ..Limits::default() };
    let test = TestApp::serving(|app| rest::router(app, limits, None)).await;
    let token = service(&test).await;
    let mut events = Events::of(test.get(CHANGES).token(&token).begin().await);
    let ready = events.next().await.expect("an opening");
    test.add_user("somebody").await;
    // None of it is visible to this client, but its cursor advances.
    loop {
        let beat = events.block().await.expect("a sign of life");
        assert_eq!(beat.data, Value::Null);
        if beat.id.parse::<i64>().expect("an id") > ready.id.parse().expect("an id") {
            break;
        }
    }
}

#[tokio::test]
async fn a_sign_of_life_waits_for_no_database() {
    let limits = Limits { heartbeat: Duration::from_millis(10), ..Limits::default() };
    let test = TestApp::serving(|app| rest::router(app, limits, None)).await;
    let token = service(&test).await;
    let mut events = Events::of(test.get(CHANGES).token(&token).begin().await);
    events.next().await.expect("an opening");
    // A reader that makes no progress.
    let _turn = test.app.storage.changes().turn().await;
    assert_eq!(events.block().await.expect("a sign of life").data, Value::Null);
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_revoked_and_when_the_server_stops() {
    let test = TestApp::new().await;
    let (mine, other) = (service(&test).await, test.token("owner", &[Scope::ReadDecisions]).await);
    let mut ends = Events::of(test.get(CHANGES).token(&mine).begin().await);
    let mut stays = Events::of(test.get(CHANGES).token(&other).begin().await);
    ends.next().await.expect("an opening");
    stays.next().await.expect("an opening");
    let actor = authenticate::by_username(&test.app, "developer").await.expect("they are there");
    let caller = Caller { actor, origin: operator() };
    for token in list_tokens(&test.app, &caller).await.expect("a list") {
        revoke_token(&test.app, &caller, token.id).await.expect("it is revoked");
    }
    assert_eq!(ends.next().await, None);
    set_flag(&test, "a_flag", true).await;
    assert!(stays.next().await.is_some());
    test.app.storage.changes().end();
    assert_eq!(stays.next().await, None);
}

#[tokio::test]
async fn only_so_many_streams_are_open_and_one_that_closes_makes_room() {
    let test =
        TestApp::serving(|app| rest::router(app, Limits { streams: 2, ..Limits::default() }, None)).await;
    let token = service(&test).await;
    let first = Events::of(test.get(CHANGES).token(&token).begin().await);
    let _second = Events::of(test.get(FLAGS).token(&token).begin().await);
    let answer = test.get(CHANGES).token(&token).send().await;
    answer.refused(429, "too_many_streams");
    assert_eq!(answer.header(header::RETRY_AFTER), "10");
    drop(first);
    Events::of(test.get(CHANGES).token(&token).begin().await);
}

#[tokio::test]
async fn a_stream_is_not_held_back_to_be_compressed() {
    let url = ORIGIN.parse().expect("a URL");
    let test = TestApp::serving(|app| router(ServerState::new(app, &url, 0, true))).await;
    let token = service(&test).await;
    let response = test.get(CHANGES).token(&token).header("accept-encoding", "gzip, br").begin().await;
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    assert!(Events::of(response).next().await.is_some());
}

/// A newer server may run beside this one.
#[tokio::test]
async fn what_a_newer_release_did_ends_no_stream() {
    const NEWER: &str = "INSERT INTO changes (id, at, topic, key, kind) SELECT last + 1, 1, 'workflows', 'build/v2', 'workflow_approved' FROM change_head; UPDATE change_head SET last = last + 1";
    let test = TestApp::new().await;
    let last = |test: &TestApp| {
        let storage = test.app.storage.clone();
        async move { storage.read().await.expect("a view").change_feed().last().await.expect("a number") }
    };
    let before = last(&test).await;
    test.execute(NEWER).await;
    let newer = last(&test).await;
    set_flag(&test, "a_flag", true).await;
    let admin = test.token("admin", &[Scope::ReadDecisions]).await;
    for (token, expected) in [
        (admin, vec!["workflow_approved", "feature_flag_updated"]),
        (service(&test).await, vec!["feature_flag_updated"]),
    ] {
        let address = format!("{CHANGES}?after={before}&follow=false");
        let told = Events::of(test.get(&address).token(&token).begin().await).rest().await;
        let kinds: Vec<_> = told.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, expected);
        // When only such changes are left, the stream ends without an error.
        let address = format!("{CHANGES}?after={newer}&follow=false");
        assert!(!Events::of(test.get(&address).token(&token).begin().await).rest().await.is_empty());
        // An unknown kind of change may have changed a flag.
        let address = format!("{FLAGS}?after={before}&follow=false");
        let refetch = Events::of(test.get(&address).token(&token).begin().await).next().await;
        assert_eq!(refetch.expect("an event").data["type"], "refetchEvaluation");
    }
}
