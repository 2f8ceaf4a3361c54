//! Tokens: which are valid, how they are sent, and the errors for invalid ones.

use crate::support::{TestApp, code_review_of, current_wording, operator};
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

use duo_console::{
    domain::{actor::Surface, token::Scope},
    usecases::{
        Caller, Origin,
        accounts::{authenticate, list_tokens::list_tokens, revoke_token::revoke_token},
    },
};

const WORDING: &str = "/api/v1/consents/code_review/wording";

#[tokio::test]
async fn a_token_is_taken_from_either_header_whatever_the_case_of_the_scheme() {
    let test = TestApp::new().await;
    let token = test.full_token("outsider").await;
    test.get(WORDING).token(&token).send().await.ok();
    test.get(WORDING).header("authorization", &format!("bearer  {token}")).send().await.ok();
    let wording = test.get(WORDING).header("private-token", &token).send().await.ok();
    assert_eq!(wording["id"], current_wording());
    assert_eq!(wording["title"], "Enable GitLab Duo Code Review Flow?");
    assert_eq!(wording["changes"].as_array().map(Vec::len), Some(2));
    // A proxy's own `Authorization` next to GitLab's header is ignored.
    let proxied = test.get(WORDING).header("private-token", &token).header("authorization", "Basic eDp5");
    proxied.send().await.ok();
}

#[tokio::test]
async fn a_request_without_a_token_is_told_how_to_send_one() {
    let test = TestApp::new().await;
    let answer = test.get(WORDING).send().await;
    let problem = answer.refused(401, "missing_token");
    assert!(problem["detail"].as_str().expect("a detail").contains("Authorization: Bearer duo-…"));
    assert_eq!(answer.header(WWW_AUTHENTICATE), "Bearer");
}

#[tokio::test]
async fn another_scheme_a_cookie_and_the_query_are_no_way_to_send_one() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    for scheme in ["Basic", "Token", "Digest", ""] {
        let ask = test.get(WORDING).header("authorization", &format!("{scheme} {token}"));
        ask.send().await.refused(401, "missing_token");
    }
    test.get(WORDING).header("authorization", &token).send().await.refused(401, "missing_token");
    let cookie = test.get(WORDING).header("cookie", &format!("session={token}; private_token={token}"));
    cookie.send().await.refused(401, "missing_token");
    for name in ["private_token", "access_token", "token"] {
        let path = format!("{WORDING}?{name}={token}");
        test.get(&path).send().await.refused(401, "missing_token");
    }
}

#[tokio::test]
async fn an_unknown_token_is_said_to_be_unknown() {
    let test = TestApp::new().await;
    for token in ["duo-nothing", "", "x", "duo-", "' OR 1=1 --"] {
        let answer = test.get(WORDING).token(token).send().await;
        answer.refused(401, "unknown_token");
        assert_eq!(
            answer.header(WWW_AUTHENTICATE),
            "Bearer error=\"invalid_token\", error_description=\"The token is not known.\""
        );
        test.get(WORDING).header("private-token", token).send().await.refused(401, "unknown_token");
    }
    let mut not_text = test.ask(http::Method::GET, WORDING);
    not_text = not_text.header("private-token", "dü\u{f6}");
    not_text.send().await.refused(401, "unknown_token");
}

#[tokio::test]
async fn a_revoked_token_is_said_to_be_revoked_and_changes_nothing() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    test.get(WORDING).token(&token).send().await.ok();
    let actor = authenticate::by_username(&test.app, "owner").await.expect("the owner");
    let caller = Caller { actor, origin: operator() };
    let id = list_tokens(&test.app, &caller).await.expect("tokens")[0].id;
    revoke_token(&test.app, &caller, id).await.expect("it is there");

    let before = test.snapshot().await;
    let change = json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}});
    let answer = test.put(&code_review_of("acme"), &change).token(&token).send().await;
    answer.refused(401, "revoked_token");
    assert_eq!(
        answer.header(WWW_AUTHENTICATE),
        "Bearer error=\"invalid_token\", error_description=\"The token was revoked.\""
    );
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_token_counts_until_its_end_and_not_after() {
    let test = TestApp::new().await;
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    test.clock.advance_days(29);
    test.get(WORDING).token(&token).send().await.ok();
    test.clock.advance_days(1);
    let answer = test.get(WORDING).token(&token).send().await;
    answer.refused(401, "expired_token");
    assert_eq!(
        answer.header(WWW_AUTHENTICATE),
        "Bearer error=\"invalid_token\", error_description=\"The token has expired.\""
    );
}

#[tokio::test]
async fn a_token_goes_with_its_user() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    test.delete_user("owner").await;
    test.get(WORDING).token(&token).send().await.refused(401, "unknown_token");
}

#[tokio::test]
async fn what_is_written_names_the_api_and_the_request() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let origin = Origin {
        surface: Surface::Page,
        request_id: String::from("req-17"),
        remote_ip: Some([192, 0, 2, 7].into()),
    };
    let change = json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}});
    let ask = test.put(&code_review_of("acme"), &change).token(&token).with_origin(origin.clone());
    ask.send().await.ok();
    let after = test.snapshot().await;
    let entry = &after.ledger[0];
    assert_eq!((entry.surface.known(), entry.request_id.as_str()), (Some(Surface::Api), "req-17"));
    for event in after.audit.iter().take(2).map(|it| &it.event) {
        assert_eq!(event.surface, Surface::Api);
        assert_eq!((event.request_id.as_str(), event.remote_ip.as_str()), ("req-17", "192.0.2.7"));
    }

    let refused = test.get("/api/v1/nothing").with_origin(origin).send().await;
    assert_eq!(refused.refused(404, "unknown_path")["request_id"], "req-17");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_503_and_the_cause_stays_in_the_log() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    test.app.storage.close().await;
    let answer = test.get("/api/v1/groups/acme/flows").token(&token).send().await;
    answer.refused(503, "unavailable");
    assert_eq!(answer.header(http::header::RETRY_AFTER), "1");
    assert!(!answer.text().to_lowercase().contains("pool"), "{}", answer.text());
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_500_and_the_cause_stays_in_the_log() {
    use duo_console::{
        domain::namespace::{GroupPath, NamespaceKind},
        storage::NewNamespace,
    };
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    let path = GroupPath::parse("half").expect("a path");
    let new = NewNamespace {
        parent: None,
        kind: NamespaceKind::Group,
        path: &path,
        name: "Half",
        created_at: test.app.now(),
    };
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    uow.namespaces().add(&new).await.expect("it fits");
    uow.commit().await.expect("it commits");
    let answer = test.get("/api/v1/groups/half/flows").token(&token).send().await;
    answer.refused(500, "internal");
    assert!(!answer.text().contains("top_level_groups"), "{}", answer.text());
}
