//! The engine table over HTTP: single decisions and batches.

use crate::support::{TestApp, code_review_of, current_wording};
use http::StatusCode;
use serde_json::{Value, json};

use duo_console::{
    domain::{
        settings::{
            availability::{DuoAvailability, DuoChain},
            inheritance::Own,
            setting::{Setting, SettingPlace},
        },
        token::Scope,
    },
    storage::LastChange,
};

async fn ask(test: &TestApp, token: &str, namespace: &str, user: &str) -> Value {
    let path = format!("/api/v1/decisions/code_review?namespace={namespace}&user={user}");
    test.get(&path).token(token).send().await.ok()
}

async fn set_code_review(test: &TestApp, token: &str, group: &str, enabled: bool, version: i64) -> Value {
    let change = json!({"enabled": enabled, "version": version, "consent": {"wording": current_wording()}});
    test.put(&code_review_of(group), &change).token(token).send().await.ok()
}

async fn set_chain(test: &TestApp, chain: DuoChain) {
    let place = SettingPlace::Namespace(test.namespace("acme").await.id);
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let values = [
        (Setting::DuoAvailability, chain.availability.is_on(), chain.availability.is_locked()),
        (Setting::FlowExecution, chain.flow_execution, false),
    ];
    let (at, nobody) = (test.app.now(), String::new);
    let change = LastChange { at, by_username: nobody(), by_name: nobody() };
    let number = uow.inherited_settings().next_number().await.expect("a number");
    for (setting, on, locked) in values {
        let stored =
            uow.inherited_settings().path(test.namespace("acme").await.id).await.expect("what is set");
        let seen = stored.iter().find(|it| it.setting == setting).map_or(0, |it| it.version);
        let own = Own { on: Some(on), locked, number, resets: 0 };
        uow.inherited_settings().save(place, setting, own, &change, seen).await.expect("it fits");
    }
    uow.commit().await.expect("it commits");
}

#[tokio::test]
async fn the_six_rows_of_the_engine_table_are_reached_through_the_demo_data() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let check = async |namespace: &str, user: &str, engine: &str, rule: &str| {
        let decision = ask(&test, &token, namespace, user).await;
        assert_eq!(decision["engine"], engine, "{namespace} {user}: {decision}");
        assert_eq!(decision["rule"], rule, "{namespace} {user}: {decision}");
        assert_eq!(decision["consent_id"].is_i64(), rule == "flow_on_with_consent", "{decision}");
    };
    check("acme", "reviewer", "duo_code_review", "flow_off_seat").await;
    check("acme", "developer", "none", "flow_off_no_seat").await;
    check("globex", "reviewer", "duo_code_review", "flow_on_without_consent_seat").await;
    check("globex", "developer", "code_review_flow", "flow_on_without_consent_no_seat").await;

    set_code_review(&test, &token, "acme", true, 0).await;
    check("acme", "reviewer", "code_review_flow", "flow_on_with_consent").await;
    check("acme", "developer", "code_review_flow", "flow_on_with_consent").await;
    check("acme/platform/api", "developer", "code_review_flow", "flow_on_with_consent").await;

    set_code_review(&test, &token, "globex", true, 1).await;
    check("globex/portal", "reviewer", "code_review_flow", "flow_on_with_consent").await;

    // Routing follows at once, back as well; and other groups are left alone.
    set_code_review(&test, &token, "acme", false, 1).await;
    check("acme", "reviewer", "duo_code_review", "flow_off_seat").await;
    check("globex", "reviewer", "code_review_flow", "flow_on_with_consent").await;
    check("initech/tps", "developer", "none", "flow_off_no_seat").await;
}

#[tokio::test]
async fn a_decision_says_all_that_it_saw() {
    let test = TestApp::new().await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let decision = ask(&test, &token, "Acme%2FPLATFORM", "Reviewer").await;
    assert_eq!(
        decision["inputs"],
        json!({
            "namespace": "acme/platform",
            "top_level_group": "acme",
            "user": "reviewer",
            "archived": false,
            "gitlab_duo": "default_on",
            "blocked_by": null,
            "flow_selected": false,
            "flow_on": false,
            "consent": false,
            "flow_priority": true,
            "flow_priority_gate": "default",
            "duo_enterprise_seat": true,
            "user_blocked": false,
        })
    );
    assert_eq!(decision["decided_at"], "2026-06-01T12:00:00.123Z");
    assert_eq!(
        decision["explanation"],
        "Code Review Flow is off, and the user holds a Duo Enterprise seat, so GitLab Duo Code Review reviews."
    );
}

#[tokio::test]
async fn a_decision_that_rests_on_consent_names_its_row_of_the_ledger() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let flow = set_code_review(&test, &token, "acme", true, 0).await;
    let decision = ask(&test, &token, "acme", "reviewer").await;
    assert_eq!(decision["consent_id"], flow["consent"]["id"]);
    assert_eq!(decision["consent_id"], test.snapshot().await.ledger[0].id.0);
}

#[tokio::test]
async fn availability_comes_before_consent() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    set_code_review(&test, &token, "acme", true, 0).await;

    set_chain(&test, DuoChain { availability: DuoAvailability::NeverOn, ..DuoChain::ALL_ON }).await;
    let decision = ask(&test, &token, "acme/platform", "reviewer").await;
    assert_eq!((&decision["engine"], &decision["rule"]), (&json!("none"), &json!("duo_unavailable")));
    assert_eq!(decision["inputs"]["blocked_by"], "gitlab_duo");
    assert_eq!(decision["inputs"]["gitlab_duo"], "never_on");

    set_chain(&test, DuoChain { flow_execution: false, ..DuoChain::ALL_ON }).await;
    let decision = ask(&test, &token, "acme/platform", "reviewer").await;
    assert_eq!(decision["engine"], "duo_code_review");
    assert_eq!(decision["inputs"]["blocked_by"], "flow_execution");
    assert_eq!(decision["inputs"]["flow_selected"], true);
    assert_eq!(decision["inputs"]["flow_on"], false);
    assert_eq!(decision["consent_id"], Value::Null);
}

#[tokio::test]
async fn a_batch_answers_in_order_and_one_refusal_spoils_no_other() {
    let test = TestApp::new().await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let question =
        |namespace: &str, user: &str| json!({"kind": "code_review", "namespace": namespace, "user": user});
    let asked = json!({"decisions": [
        question("globex", "reviewer"),
        question("acme", "nobody"),
        question("no/such", "reviewer"),
        question("acme//platform", "reviewer"),
        question("acme", "re viewer"),
        question("globex", "developer"),
    ]});
    let answer = test.post("/api/v1/decisions", &asked).token(&token).send().await.ok();
    let decisions = answer["decisions"].as_array().expect("decisions");
    assert_eq!(decisions.len(), 6);
    assert!(decisions.iter().all(|it| it["kind"] == "code_review"));
    assert_eq!(decisions[0]["engine"], "duo_code_review");
    assert_eq!(decisions[5]["engine"], "code_review_flow");
    let refusal = |at: usize| {
        let error = &decisions[at]["error"];
        (error["code"].as_str(), error["status"].as_u64(), error["field"].as_str())
    };
    assert_eq!(refusal(1), (Some("not_found"), Some(404), None));
    assert_eq!(refusal(2), (Some("not_found"), Some(404), None));
    assert_eq!(refusal(3), (Some("invalid"), Some(422), Some("namespace")));
    assert_eq!(refusal(4), (Some("invalid"), Some(422), Some("user")));
    assert_eq!(decisions[1]["error"]["detail"], "There is no such user.");
}

#[tokio::test]
async fn a_hundred_questions_are_answered_as_if_asked_one_by_one() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let pairs: Vec<_> = ["acme", "globex/portal", "initech/tps", "acme/platform/runtime", "acme/website"]
        .iter()
        .flat_map(|namespace| ["reviewer", "developer", "owner", "outsider"].map(|user| (*namespace, user)))
        .cycle()
        .take(100)
        .collect();
    let questions: Vec<_> = pairs
        .iter()
        .map(|(namespace, user)| json!({"kind": "code_review", "namespace": namespace, "user": user}))
        .collect();
    let asked = json!({"decisions": questions});
    let answer = test.post("/api/v1/decisions", &asked).token(&token).send().await.ok();
    let decisions = answer["decisions"].as_array().expect("decisions");
    assert_eq!(decisions.len(), 100);
    for ((namespace, user), decision) in pairs.iter().zip(decisions).take(20) {
        let mut alone = ask(&test, &token, namespace, user).await;
        alone["kind"] = json!("code_review");
        assert_eq!(*decision, alone);
    }
}

#[tokio::test]
async fn a_batch_without_the_scope_is_refused_whole() {
    let test = TestApp::new().await;
    let token = test.token("owner", &[Scope::WriteSettings]).await;
    let asked = json!({"decisions": [{"kind": "code_review", "namespace": "acme", "user": "reviewer"}]});
    let problem = test.post("/api/v1/decisions", &asked).token(&token).send().await;
    assert_eq!(
        problem.refused(403, "insufficient_scope")["detail"],
        "The token lacks the scope read_decisions."
    );
}

#[tokio::test]
async fn everybody_is_known_by_the_name_that_gitlab_allows() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let service_account = format!("service_account_{}", "7".repeat(104));
    for username in ["_jane", "jane_", "j", service_account.as_str()] {
        let path = format!("/api/v1/decisions/code_review?namespace=acme&user={username}");
        assert_eq!(test.get(&path).token(&token).send().await.status, StatusCode::NOT_FOUND, "{username}");
        test.add_user(username).await;
        assert_eq!(ask(&test, &token, "acme", username).await["rule"], "flow_off_no_seat", "{username}");
    }
}
