//! Authorisation over HTTP: the status for every role and scope at every endpoint, and that refused requests
//! change nothing.

use duo_console::domain::{role::Role, token::Scope};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, code_review_of, current_wording, flow_of};

/// An endpoint of the API as the tests below call it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Address {
    Decision,
    /// The status of the only decision in the batch, if the batch itself succeeded.
    Batch,
    Flows,
    /// Turning off a flow without consent.
    SwitchDeveloper,
    /// Turning on the flow that needs consent, with consent.
    Consent,
    Wording,
}

use Address::{Batch, Consent, Decision, Flows, SwitchDeveloper, Wording};

const ALL: [Address; 6] = [Decision, Batch, Flows, SwitchDeveloper, Consent, Wording];

/// Decides for `below` and switches in `group`. Returns the status; checks that a refusal changed nothing.
async fn status(test: &TestApp, address: Address, token: Option<&str>, below: &str, group: &str) -> u16 {
    let ask = match address {
        Decision => test.get(&format!("/api/v1/decisions/code_review?namespace={below}&user=reviewer")),
        Batch => test.post(
            "/api/v1/decisions",
            &json!({"decisions": [{"kind": "code_review", "namespace": below, "user": "reviewer"}]}),
        ),
        Flows => test.get(&format!("/api/v1/groups/{}/flows", below.replace('/', "%2F"))),
        SwitchDeveloper => {
            test.put(&flow_of(group, "developer/v1"), &json!({"enabled": false, "version": 1}))
        }
        Consent => test.put(
            &code_review_of(group),
            &json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}}),
        ),
        Wording => test.get("/api/v1/consents/code_review/wording"),
    };
    let before = test.snapshot().await;
    let answer = match token {
        Some(token) => ask.token(token).send().await,
        None => ask.send().await,
    };
    let after = test.snapshot().await;
    if answer.status.is_success() && matches!(address, SwitchDeveloper | Consent) {
        assert_ne!(before, after, "{address:?} was granted and changed nothing");
    } else {
        assert_eq!(before, after, "{address:?} changed something");
    }
    match (address, answer.status.as_u16()) {
        (Batch, 200) => status_of_only_question(&answer),
        (_, status) => status,
    }
}

fn status_of_only_question(answer: &Answer) -> u16 {
    let outcome = &answer.json()["decisions"][0];
    outcome["error"]["status"].as_u64().map_or(200, |status| u16::try_from(status).expect("a status"))
}

/// The statuses at every endpoint, each on a fresh database.
async fn statuses(test: &TestApp, token: Option<&str>, below: &str, group: &str) -> [u16; 6] {
    let mut found = [0; 6];
    for (address, status_there) in ALL.into_iter().zip(&mut found) {
        *status_there = status(test, address, token, below, group).await;
    }
    found
}

#[tokio::test]
async fn nobody_is_told_anything_without_a_token() {
    let test = TestApp::new().await;
    assert_eq!(statuses(&test, None, "acme/platform", "acme").await, [401; 6]);
}

#[tokio::test]
async fn each_role_may_do_what_the_matrix_says_and_a_refusal_changes_nothing() {
    let matrix = [
        // who         role                     decision batch flows switch consent wording
        ("stranger", None, [404, 404, 404, 404, 404, 200]),
        ("guest", Some(Role::Guest), [403, 403, 403, 403, 403, 200]),
        ("reporter", Some(Role::Reporter), [403, 403, 403, 403, 403, 200]),
        ("dev", Some(Role::Developer), [200, 200, 403, 403, 403, 200]),
        ("maint", Some(Role::Maintainer), [200, 200, 200, 403, 403, 200]),
        ("boss", Some(Role::Owner), [200, 200, 200, 200, 200, 200]),
        ("bot-dev", Some(Role::Developer), [200, 200, 403, 403, 403, 200]),
        ("bot-boss", Some(Role::Owner), [200, 200, 200, 200, 403, 200]),
    ];
    for (who, role, expected) in matrix {
        let test = TestApp::new().await;
        match role {
            Some(role) => test.add_member(who, "acme", role).await,
            None => test.add_user(who).await,
        };
        let token = test.full_token(who).await;
        assert_eq!(statuses(&test, Some(&token), "acme/platform", "acme").await, expected, "{who}");
    }
}

#[tokio::test]
async fn an_administrator_may_do_everything() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    assert_eq!(statuses(&test, Some(&token), "acme/platform", "acme").await, [200; 6]);
}

#[tokio::test]
async fn owning_a_subgroup_opens_its_settings_and_switches_nothing() {
    let test = TestApp::new().await;
    test.add_member("lead", "acme/platform", Role::Owner).await;
    let token = test.full_token("lead").await;
    // The top-level group is not visible.
    assert_eq!(statuses(&test, Some(&token), "acme/platform", "acme").await, [200, 200, 200, 404, 404, 200]);
    assert_eq!(
        statuses(&test, Some(&token), "acme/platform/api", "acme/platform").await,
        [200, 200, 200, 403, 403, 200]
    );
    assert_eq!(status(&test, Decision, Some(&token), "acme/website", "acme").await, 404);
}

#[tokio::test]
async fn a_maintainer_who_owns_a_subgroup_is_told_which_role_it_takes() {
    let test = TestApp::new().await;
    let lead = test.add_member("lead", "acme", Role::Maintainer).await;
    let platform = test.namespace("acme/platform").await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    uow.memberships()
        .set(platform.id, lead, duo_console::domain::people::grants::Source::Hand, &Role::Owner.into(), None)
        .await
        .expect("it fits");
    uow.commit().await.expect("it commits");
    let token = test.full_token("lead").await;
    let before = test.snapshot().await;
    for group in ["acme", "acme/platform"] {
        let change = json!({"enabled": false, "version": 1});
        let answer = test.put(&flow_of(group, "developer/v1"), &change).token(&token).send().await;
        let problem = answer.refused(403, "insufficient_role");
        assert_eq!(
            problem["detail"],
            "This needs the role Owner of the top-level group, or an administrator."
        );
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn each_scope_alone_opens_its_own_addresses_only() {
    let matrix = [
        // scopes                                     decision batch flows switch consent wording
        (vec![Scope::ReadDecisions], [200, 200, 403, 403, 403, 200]),
        (vec![Scope::ReadSettings], [403, 403, 200, 403, 403, 200]),
        (vec![Scope::WriteSettings], [403, 403, 403, 200, 403, 200]),
        (vec![Scope::GiveConsent], [403, 403, 403, 403, 403, 200]),
        (vec![Scope::WriteSettings, Scope::GiveConsent], [403, 403, 403, 200, 200, 200]),
        (vec![Scope::ReadDecisions, Scope::ReadSettings, Scope::GiveConsent], [200, 200, 200, 403, 403, 200]),
    ];
    for who in ["owner", "admin"] {
        for (scopes, expected) in &matrix {
            let test = TestApp::new().await;
            let token = test.token(who, scopes).await;
            let found = statuses(&test, Some(&token), "acme/platform", "acme").await;
            assert_eq!(found, *expected, "{who} {scopes:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_scope_the_role_or_that_bots_do_not_consent() {
    let test = TestApp::new().await;
    test.add_member("bot-boss", "acme", Role::Owner).await;
    let consent = json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}});
    let put = |token: String| test.put(&code_review_of("acme"), &consent).token(&token).send();

    let answer = put(test.token("owner", &[Scope::WriteSettings]).await).await;
    let problem = answer.refused(403, "insufficient_scope");
    assert_eq!(problem["detail"], "The token lacks the scope give_consent.");
    assert_eq!(
        answer.header(http::header::WWW_AUTHENTICATE),
        "Bearer error=\"insufficient_scope\", scope=\"give_consent\""
    );

    let problem = put(test.full_token("bot-boss").await).await.refused(403, "not_for_bots");
    assert_eq!(problem["detail"], "A bot cannot give consent: a person has to.");

    let token = test.full_token("developer").await;
    let answer = test.get("/api/v1/groups/acme/flows").token(&token).send().await;
    assert_eq!(answer.refused(403, "insufficient_role")["detail"], "This needs the role Maintainer.");
}

#[tokio::test]
async fn what_is_administrators_is_refused_in_words_of_its_own() {
    const HISTORY: &str = "/api/v1/feature_flags/duo_developer_orbit/history";
    let test = TestApp::new().await;
    for who in ["owner", "maintainer", "developer", "outsider"] {
        let token = test.full_token(who).await;
        let answer = test.get(HISTORY).token(&token).send().await;
        let problem = answer.refused(403, "insufficient_role");
        assert_eq!(problem["detail"], "This needs an administrator.", "{who}");
        let answer = test.get("/api/v4/features").token(&token).send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (403, json!({"message": "403 Forbidden"})),
            "{who}"
        );
    }
    let token = test.token("admin", &[Scope::WriteSettings]).await;
    let problem = test.get(HISTORY).token(&token).send().await.refused(403, "insufficient_scope");
    assert_eq!(problem["detail"], "The token lacks the scope read_settings.");
}

#[tokio::test]
async fn what_one_may_not_see_looks_like_what_is_not_there() {
    let test = TestApp::new().await;
    let token = test.full_token("outsider").await;
    let change = json!({"enabled": false, "version": 1});
    let mut bodies: Vec<Value> = Vec::new();
    for group in ["acme", "nothing"] {
        bodies.push(
            test.put(&flow_of(group, "developer/v1"), &change)
                .token(&token)
                .send()
                .await
                .refused(404, "not_found"),
        );
    }
    assert_eq!(bodies[0], bodies[1]);
    bodies.clear();
    for group in ["acme", "nothing"] {
        let path = format!("/api/v1/decisions/code_review?namespace={group}&user=nobody");
        bodies.push(test.get(&path).token(&token).send().await.refused(404, "not_found"));
    }
    assert_eq!(bodies[0], bodies[1]);
}
