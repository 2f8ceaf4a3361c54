//! Flow version decisions over HTTP, and the registry of deployed versions.

use crate::{
    browser::{Browser, CONFIGURATION, server},
    support::{TestApp, operator},
};
use http::StatusCode;
use serde_json::{Value, json};

use duo_console::{
    domain::{flows::orbit::OrbitSetting, token::Scope},
    usecases::{
        Caller, FlagEditor,
        accounts::authenticate,
        flags::set_feature::{SetFeature, set_feature},
        flows::set_orbit::set_orbit,
    },
};

const REGISTRIES: &str = "/api/v1/flow_versions";

fn about(flow: &str, namespace: &str, user: &str) -> String {
    format!("/api/v1/decisions/flows/{}?namespace={namespace}&user={user}", flow.replace('/', "%2F"))
}

async fn ask(test: &TestApp, token: &str, namespace: &str, user: &str) -> Value {
    test.get(&about("developer/v1", namespace, user)).token(token).send().await.ok()
}

/// Sets a flag for everyone, or for the actor in `whom`, such as `user reviewer` or `group acme`.
async fn flag(test: &TestApp, name: &str, on: bool, whom: &str) {
    let mut set = SetFeature::everyone(name, on);
    match whom.split_once(' ') {
        Some(("user", user)) => set.targets.users.push(user.to_owned()),
        Some((_, group)) => set.targets.groups.push(group.to_owned()),
        None => {}
    }
    set_feature(&test.app, &FlagEditor::operator(operator()), &set).await.expect("it can be set");
}

async fn choose(test: &TestApp, username: &str, setting: OrbitSetting, on: bool) {
    let actor = authenticate::by_username(&test.app, username).await.expect("the user is there");
    let caller = Caller { actor, origin: operator() };
    set_orbit(&test.app, &caller, setting, on).await.expect("the flag is on");
}

fn registry(version: i64, definitions: &[(&str, &[&str])]) -> Value {
    let definitions: Vec<_> = definitions
        .iter()
        .map(|(definition, versions)| json!({"definition": definition, "versions": versions}))
        .collect();
    json!({"environment": "production", "version": version, "definitions": definitions})
}

#[tokio::test]
async fn the_rows_of_the_developer_table_are_reached_by_flags_and_choices() {
    let test = TestApp::new().await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let check = async |namespace: &str, user: &str, definition: &str, version: &str, rule: &str| {
        let decision = ask(&test, &token, namespace, user).await;
        let found = [&decision["definition"], &decision["version"], &decision["rule"]];
        assert_eq!(found, [definition, version, rule], "{namespace} {user}: {decision}");
        assert_eq!(decision["schema"], definition.split('/').nth(1).expect("a schema"));
    };
    let plain = ("developer/v1", "2.0.0", "default");
    let orbit = ("developer/v1", "2.0.0-orbit", "duo_developer_orbit");
    let unstable = ("developer_unstable/experimental", "1.0.0", "duo_developer_next_unstable");
    let is = async |namespace, user, (definition, version, rule)| {
        check(namespace, user, definition, version, rule).await;
    };
    is("acme/website", "reviewer", plain).await;

    // The flag alone is not enough, nor with the choice of nothing.
    flag(&test, "duo_developer_orbit", true, "user reviewer").await;
    is("acme/website", "reviewer", plain).await;
    flag(&test, "orbit_user_preference", true, "").await;
    is("acme/website", "reviewer", plain).await;
    choose(&test, "reviewer", OrbitSetting::Master, true).await;
    is("acme/website", "reviewer", orbit).await;
    is("acme/website", "developer", plain).await;

    // For a top-level group it is for who opted in.
    flag(&test, "duo_developer_orbit", true, "group globex").await;
    choose(&test, "developer", OrbitSetting::Master, true).await;
    is("globex/portal", "developer", orbit).await;
    is("acme/website", "developer", plain).await;

    flag(&test, "duo_developer_next_unstable", true, "group acme").await;
    is("acme/platform/api", "developer", unstable).await;
    is("acme", "developer", unstable).await;
    is("globex/portal", "reviewer", orbit).await;
    is("acme/website", "reviewer", orbit).await;

    choose(&test, "reviewer", OrbitSetting::DuoDeveloper, false).await;
    is("acme/website", "reviewer", unstable).await;
    choose(&test, "reviewer", OrbitSetting::DuoDeveloper, true).await;
    is("acme/website", "reviewer", orbit).await;
    // What was chosen stays, and Orbit is off.
    flag(&test, "orbit_user_preference", false, "").await;
    is("acme/website", "reviewer", unstable).await;
    flag(&test, "duo_developer_next_unstable", false, "").await;
    is("acme/website", "reviewer", plain).await;
}

#[tokio::test]
async fn a_decision_says_all_that_it_saw() {
    let test = TestApp::new().await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let decision = ask(&test, &token, "Acme%2FPLATFORM", "Reviewer").await;
    let condition = |name: &str| json!({"condition": name, "holds": false});
    assert_eq!(
        decision,
        json!({
            "flow": "developer/v1",
            "definition": "developer/v1",
            "schema": "v1",
            "version": "2.0.0",
            "rule": "default",
            "explanation": "Nothing asks for another version, so the default version runs. Nobody keeps the registry of production, so it was not checked that this version is deployed there.",
            "inputs": {
                "namespace": "acme/platform",
                "top_level_group": "acme",
                "user": "reviewer",
                "environment": "production",
                "conditions": [
                    condition("orbit_user_preference"),
                    condition("orbit_chosen"),
                    condition("duo_developer_orbit"),
                    condition("duo_developer_next_unstable"),
                ],
                "wanted": "2.0.0",
                "deployed_versions": null,
                "flow_on": true,
                "blocked_by": null,
            },
            "decided_at": "2026-06-01T12:00:00.123Z",
            "stale": false,
        })
    );
    let other =
        test.get(&about("recommend_reviewers/v1", "acme", "reviewer")).token(&token).send().await.ok();
    assert_eq!((&other["version"], &other["rule"]), (&json!("1.0.0"), &json!("default")));
    assert_eq!((&other["inputs"]["conditions"], &other["inputs"]["flow_on"]), (&json!([]), &json!(false)));
    let unknown = test.get(&about("developer/v2", "acme", "reviewer")).token(&token).send().await;
    assert_eq!(unknown.refused(404, "not_found")["detail"], "There is no such flow.");
    // Without access to the namespace, nothing about the flow is revealed.
    let stranger = test.full_token("outsider").await;
    let hidden = test.get(&about("developer/v2", "acme", "reviewer")).token(&stranger).send().await;
    assert!(
        hidden.refused(404, "not_found")["detail"].as_str().is_some_and(|it| it.contains("group or project"))
    );
}

#[tokio::test]
async fn a_version_that_is_not_deployed_names_the_flag_and_switching_it_off_helps() {
    let test = TestApp::new().await;
    let (token, admin) = (test.full_token("developer").await, test.full_token("admin").await);
    let keep = async |version, list: &[(&str, &[&str])]| {
        test.put(REGISTRIES, &registry(version, list)).token(&admin).send().await.ok()
    };
    keep(0, &[("developer/v1", &["1.9.0", "2.0.0"])]).await;
    assert_eq!(
        ask(&test, &token, "acme", "reviewer").await["inputs"]["deployed_versions"],
        json!(["1.9.0", "2.0.0"])
    );

    flag(&test, "duo_developer_next_unstable", true, "group acme").await;
    let path = about("developer/v1", "acme", "reviewer");
    let problem = test.get(&path).token(&token).send().await.refused(409, "version_not_deployed");
    assert_eq!(problem["switch_off"], "duo_developer_next_unstable");
    assert_eq!(
        problem["detail"],
        "developer_unstable/experimental 1.0.0 is not deployed in production: the registry of flow versions lists no version of developer_unstable/experimental. Switch off the feature flag duo_developer_next_unstable, or deploy the version and list it."
    );
    assert_eq!(ask(&test, &token, "globex", "reviewer").await["version"], "2.0.0", "others go on");
    flag(&test, "duo_developer_next_unstable", false, "").await;
    assert_eq!(ask(&test, &token, "acme", "reviewer").await["version"], "2.0.0");

    // A pre-release does not satisfy the version, and there is no flag to switch off.
    keep(1, &[("developer/v1", &["2.0.0-orbit"])]).await;
    let problem = test.get(&path).token(&token).send().await.refused(409, "version_not_deployed");
    assert_eq!(problem.get("switch_off"), None);
    keep(2, &[("developer/v1", &["2.0.0-orbit", "2.0.0"])]).await;
    assert_eq!(ask(&test, &token, "acme", "reviewer").await["version"], "2.0.0");
}

#[tokio::test]
async fn a_batch_takes_both_kinds_and_answers_as_if_asked_one_by_one() {
    let test = TestApp::new().await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let version = |flow: &str, namespace: &str| json!({"kind": "flow_version", "flow": flow, "namespace": namespace, "user": "reviewer"});
    let asked = json!({"decisions": [
        version("developer/v1", "acme"),
        {"kind": "code_review", "namespace": "acme", "user": "reviewer"},
        version("no/such", "acme"),
        version("developer/v1", "a//b"),
        version("fix_pipeline/v1", "globex"),
    ]});
    let answer = test.post("/api/v1/decisions", &asked).token(&token).send().await.ok();
    let decisions = answer["decisions"].as_array().expect("decisions");
    let kinds: Vec<_> = decisions.iter().map(|it| it["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["flow_version", "code_review", "flow_version", "flow_version", "flow_version"]);
    let mut alone = ask(&test, &token, "acme", "reviewer").await;
    alone["kind"] = json!("flow_version");
    assert_eq!(decisions[0], alone);
    assert_eq!(decisions[1]["engine"], "duo_code_review");
    assert_eq!(decisions[2]["error"]["detail"], "There is no such flow.");
    assert_eq!(decisions[3]["error"]["field"], "namespace");
    assert_eq!(decisions[4]["version"], "1.0.0");

    for (wrong, field) in [
        (json!({"kind": "flow_version", "namespace": "acme", "user": "reviewer"}), "decisions[1].flow"),
        (
            json!({"kind": "code_review", "flow": "developer/v1", "namespace": "acme", "user": "reviewer"}),
            "decisions[1].flow",
        ),
        (
            json!({"kind": "flow_version", "flow": 1, "namespace": "acme", "user": "reviewer"}),
            "decisions[1].flow",
        ),
    ] {
        let body = json!({"decisions": [version("developer/v1", "acme"), wrong]});
        let refused = test.post("/api/v1/decisions", &body).token(&token).send().await;
        assert_eq!(refused.refused(422, "invalid")["field"], field);
    }
}

#[tokio::test]
async fn a_registry_is_kept_by_administrators_and_their_programs() {
    let test = TestApp::new().await;
    let scope = [Scope::ManageFlowVersions];
    let gateway = test.token("admin", &scope).await;
    let body = registry(0, &[("developer/v1", &["2.0.0-orbit", "10.0.0", "2.0.0"])]);
    let before = test.snapshot().await;
    for (token, code) in [
        (test.full_token("owner").await, "insufficient_role"),
        (test.full_token("outsider").await, "insufficient_role"),
        (test.token("admin", &[Scope::ReadDecisions, Scope::WriteSettings]).await, "insufficient_scope"),
    ] {
        test.put(REGISTRIES, &body).token(&token).send().await.refused(403, code);
        test.get(REGISTRIES).token(&token).send().await.refused(403, code);
    }
    // The token's scope allows nothing else.
    test.get(&about("developer/v1", "acme", "reviewer"))
        .token(&gateway)
        .send()
        .await
        .refused(403, "insufficient_scope");

    let kept = test.put(REGISTRIES, &body).token(&gateway).send().await.ok();
    assert_eq!(
        kept,
        json!({
            "environment": "production",
            "version": 1,
            "definitions": [{"definition": "developer/v1", "versions": ["2.0.0-orbit", "2.0.0", "10.0.0"]}],
            "changed_at": "2026-06-01T12:00:00.123Z",
            "changed_by": {"username": "admin", "name": "Administrator"},
        })
    );
    let all = test.get(REGISTRIES).token(&gateway).send().await.ok();
    assert_eq!(all["environment"], "production");
    let registries = all["registries"].as_array().expect("registries");
    let names: Vec<_> = registries.iter().map(|it| it["environment"].as_str().expect("a name")).collect();
    assert_eq!(names, ["dev", "pre", "staging", "staging-ref", "production"]);
    assert_eq!(registries[4], kept);
    assert_eq!((&registries[3]["version"], &registries[3]["changed_by"]), (&json!(0), &Value::Null));

    // Other environments have their own registry, which does not affect this server's decisions.
    let mut staging = registry(0, &[]);
    staging["environment"] = json!("staging-ref");
    test.put(REGISTRIES, &staging).token(&gateway).send().await.ok();
    let developer = test.full_token("developer").await;
    assert_eq!(ask(&test, &developer, "acme", "reviewer").await["version"], "2.0.0");

    let audit = test.snapshot().await.audit;
    let new: Vec<_> = audit.iter().take(audit.len() - before.audit.len()).map(|it| &it.event).collect();
    let event = new.iter().find(|it| it.target == "production").expect("an event of the change");
    assert_eq!(event.kind.key(), "flow_versions_updated");
    assert_eq!((&*event.from, &*event.to), ("", "developer/v1 2.0.0-orbit 2.0.0 10.0.0"));
}

#[tokio::test]
async fn who_did_not_see_the_last_version_overwrites_nothing() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    let put = async |version, versions: &[&str]| {
        test.put(REGISTRIES, &registry(version, &[("developer/v1", versions)])).token(&token).send().await
    };
    put(0, &["2.0.0"]).await.ok();
    let problem = put(0, &["2.1.0"]).await.refused(409, "conflict");
    assert_eq!(
        problem["detail"],
        "Administrator (@admin) changed this registry at 2026-06-01T12:00:00.123Z: it is in version 1. Look at it again, then send that version."
    );
    assert_eq!(problem["field"], "version");
    // Setting the current value again is no conflict.
    assert_eq!(put(0, &["2.0.0"]).await.ok()["version"], 1);
    assert_eq!(put(1, &["2.1.0"]).await.ok()["version"], 2);
}

#[tokio::test]
async fn a_registry_with_anything_wrong_in_it_is_refused_by_field_and_nothing_changes() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    test.put(REGISTRIES, &registry(0, &[("developer/v1", &["2.0.0"])])).token(&token).send().await.ok();
    let (before, registries) = (test.snapshot().await, test.get(REGISTRIES).token(&token).send().await.ok());
    let with = |field: &str, value: Value| {
        let mut body = registry(1, &[("developer/v1", &["2.1.0"])]);
        body[field] = value;
        body
    };
    let listed =
        |value: Value| with("definitions", json!([{"definition": "a/v1", "versions": ["1.0.0"]}, value]));
    let versions = |versions: Value| listed(json!({"definition": "b/v1", "versions": versions}));
    let many: Vec<_> = (0..101).map(|patch| format!("1.0.{patch}")).collect();
    let long = format!("1.0.0-{}", "a".repeat(100));
    for (body, field) in [
        (with("environment", json!("prod")), "environment"),
        (with("environment", json!("Production")), "environment"),
        (with("environment", json!(null)), "environment"),
        (with("version", json!(-1)), "version"),
        (with("version", json!("1")), "version"),
        (with("definitions", json!(null)), "definitions"),
        (with("definitions", json!({"developer/v1": ["2.0.0"]})), "definitions"),
        (with("force", json!(true)), "force"),
        (listed(json!("b/v1")), "definitions[1]"),
        (listed(json!({"definition": "b/v1"})), "definitions[1].versions"),
        (listed(json!({"definition": "b/v1", "versions": [], "flow": 1})), "definitions[1].flow"),
        (listed(json!({"definition": "b", "versions": ["1.0.0"]})), "definitions[1].definition"),
        (listed(json!({"definition": "B/v1", "versions": []})), "definitions[1].definition"),
        (listed(json!({"definition": "b/v\0", "versions": []})), "definitions[1].definition"),
        (listed(json!({"definition": "a/v1", "versions": ["1.0.0"]})), "definitions[1].versions[0]"),
        (versions(json!(["1.0.0", "1.0"])), "definitions[1].versions[1]"),
        (versions(json!(["^1.0.0"])), "definitions[1].versions[0]"),
        (versions(json!(["1.0.0+linux"])), "definitions[1].versions[0]"),
        (versions(json!(["1.0.0", "1.1.0", "1.0.0"])), "definitions[1].versions[2]"),
        (versions(json!([1])), "definitions[1].versions[0]"),
        (versions(json!([long])), "definitions[1].versions[0]"),
        (versions(json!(many)), "definitions[1].versions[100]"),
    ] {
        let problem = test.put(REGISTRIES, &body).token(&token).send().await.refused(422, "invalid");
        assert_eq!(problem["field"], field, "{problem}");
    }
    assert_eq!(test.snapshot().await, before);
    assert_eq!(test.get(REGISTRIES).token(&token).send().await.ok(), registries);
}

#[tokio::test]
async fn explain_shows_the_version_or_why_there_is_none() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let explained = format!("{CONFIGURATION}?explain=developer%2Fv1&explain_user=reviewer");
    let page = owner.get(&explained).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("developer/v1 2.0.0</p>"), "the answer");
    assert!(text.contains("Flag duo_developer_orbit, for the user or the top-level group"), "what it saw");

    let admin = test.full_token("admin").await;
    test.put(REGISTRIES, &registry(0, &[])).token(&admin).send().await.ok();
    flag(&test, "duo_developer_next_unstable", true, "").await;
    let page = owner.get(&explained).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Switch off the feature flag duo_developer_next_unstable"));
    // Nobody else's question: the engine is explained as ever.
    assert!(
        owner.get(&format!("{CONFIGURATION}?explain_user=reviewer")).await.text().contains("flow_off_seat")
    );
}
