//! Groups, projects, members, users, audit events and Duo settings in GitLab's shapes.

use http::{Method, header};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, current_wording, flow_of, operator};
use duo_console::{
    domain::{
        people::{grants::Source, members::Membership},
        role::Role,
        token::Scope,
    },
    usecases::people::{archive_group::archive_group, group_editor::GroupEditor},
};

async fn ask(test: &TestApp, token: &str, path: &str) -> Answer {
    test.get(&format!("/api/v4/{path}")).token(token).send().await
}

/// The values of one member of each row.
fn each<'a>(rows: &'a Value, member: &str) -> Vec<&'a Value> {
    rows.as_array().expect("an array").iter().map(|it| &it[member]).collect()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(message), "{}", answer.text());
}

#[tokio::test]
async fn everybody_lists_the_groups_that_they_may_see() {
    let test = TestApp::new().await;
    let admin = test.full_token("admin").await;
    let reviewer = test.full_token("reviewer").await;
    let outsider = test.full_token("outsider").await;
    let all = ask(&test, &admin, "groups").await.ok();
    assert_eq!(
        each(&all, "full_path"),
        ["acme", "globex", "initech", "acme/platform", "acme/platform/runtime"]
    );
    let own = ask(&test, &reviewer, "groups?order_by=path").await.ok();
    assert_eq!(each(&own, "full_path"), ["acme", "acme/platform", "acme/platform/runtime", "globex"]);
    assert_eq!(ask(&test, &outsider, "groups").await.ok(), json!([]));
    for (query, expected) in [
        ("top_level_only=true&sort=desc", &["initech", "globex", "acme"][..]),
        ("search=PLAT&order_by=id", &["acme/platform", "acme/platform/runtime"]),
        ("owned=true", &[]),
        ("all_available=false", &[]),
        ("min_access_level=30", &[]),
        ("archived=true", &[]),
        (
            "active=true&top_level_only=1&statistics=true&with_custom_attributes=false",
            &["acme", "globex", "initech"],
        ),
        ("visibility=public", &[]),
    ] {
        let found = ask(&test, &admin, &format!("groups?{query}")).await.ok();
        assert_eq!(each(&found, "full_path"), expected, "{query}");
    }
    let acme = all[0]["id"].as_i64().expect("an id");
    let skipped = ask(&test, &admin, &format!("groups?skip_groups[]={acme}&top_level_only=true")).await.ok();
    assert_eq!(each(&skipped, "full_path"), ["globex", "initech"]);
    let owner = test.full_token("owner").await;
    let owned = ask(&test, &owner, "groups?min_access_level=50&top_level_only=true").await.ok();
    assert_eq!(each(&owned, "full_path"), ["acme", "globex", "initech"]);
}

#[tokio::test]
async fn a_group_is_found_by_its_id_or_its_path() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let by_path = ask(&test, &token, "groups/acme%2Fplatform").await.ok();
    let by_id = ask(&test, &token, &format!("groups/{}", by_path["id"])).await.ok();
    assert_eq!(by_path, by_id);
    assert_eq!(
        (&by_path["full_name"], &by_path["path"], &by_path["visibility"], &by_path["archived"]),
        (&json!("Acme / Platform"), &json!("platform"), &json!("private"), &json!(false))
    );
    assert_eq!(by_path["web_url"], "http://localhost/groups/acme/platform/-/settings/gitlab_duo");
    assert_eq!(
        (&by_path["duo_availability"], &by_path["duo_features_enabled"]),
        (&json!("default_on"), &json!(true))
    );
    let acme = ask(&test, &token, "groups/acme").await.ok();
    assert_eq!((&by_path["parent_id"], &acme["parent_id"]), (&acme["id"], &Value::Null));
    // Who may not read the settings sees none.
    let reviewer = test.full_token("reviewer").await;
    let seen = ask(&test, &reviewer, "groups/acme").await.ok();
    assert!(seen.get("duo_availability").is_none() && seen["full_path"] == "acme", "{seen}");

    let outsider = test.full_token("outsider").await;
    for (token, path, what) in [
        (&outsider, "groups/acme", "404 Group Not Found"),
        (&token, "groups/nowhere", "404 Group Not Found"),
        (&token, "groups/acme%2Fwebsite", "404 Group Not Found"),
        (&token, "groups/999999", "404 Group Not Found"),
        (&token, "groups/%20", "404 Group Not Found"),
        (&token, "projects/acme", "404 Project Not Found"),
        (&token, "projects/acme%2Fnothing", "404 Project Not Found"),
    ] {
        let answer = ask(&test, token, path).await;
        refused(&answer, 404, what);
        assert_eq!(answer.json(), json!({"message": what}));
    }
    for below in ["subgroups", "descendant_groups", "projects", "members", "members/all", "audit_events"] {
        refused(&ask(&test, &outsider, &format!("groups/acme/{below}")).await, 404, "404 Group Not Found");
    }
}

#[tokio::test]
async fn what_is_below_a_group_is_listed_directly_or_all_of_it() {
    let test = TestApp::new().await;
    let token = test.full_token("reviewer").await;
    let paths = async |path: &str| {
        let rows = ask(&test, &token, path).await.ok();
        let member = if path.contains("projects") { "path_with_namespace" } else { "full_path" };
        each(&rows, member).into_iter().map(|it| it.as_str().expect("a path").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths("groups/acme/subgroups").await, ["acme/platform"]);
    assert_eq!(paths("groups/acme/descendant_groups").await, ["acme/platform", "acme/platform/runtime"]);
    assert_eq!(paths("groups/acme/projects?with_shared=false&simple=true").await, ["acme/website"]);
    assert_eq!(
        paths("groups/acme/projects?include_subgroups=true&order_by=path&sort=asc").await,
        ["acme/platform/api", "acme/website"]
    );
    assert_eq!(
        paths("projects?order_by=path&sort=asc&membership=true").await,
        ["acme/platform/api", "acme/website", "globex/portal"]
    );
    let project = ask(&test, &token, "projects/acme%2Fplatform%2Fapi").await.ok();
    assert_eq!(
        (&project["name_with_namespace"], &project["namespace"]["full_path"], &project["default_branch"]),
        (&json!("Acme / Platform / API"), &json!("acme/platform"), &Value::Null)
    );
}

#[tokio::test]
async fn members_have_the_role_that_counts() {
    let test = TestApp::new().await;
    test.add_member("guest", "acme/platform", Role::Guest).await;
    let token = test.full_token("guest").await;
    let direct = ask(&test, &token, "groups/acme%2Fplatform/members").await.ok();
    assert_eq!(each(&direct, "username"), ["guest"]);
    assert_eq!((&direct[0]["access_level"], &direct[0]["expires_at"]), (&json!(10), &Value::Null));
    let all = ask(&test, &token, "projects/acme%2Fplatform%2Fapi/members/all").await.ok();
    assert_eq!(each(&all, "username"), ["owner", "maintainer", "developer", "reviewer", "guest"]);
    assert_eq!(each(&all, "access_level"), [50, 40, 30, 30, 10]);
    let owner = &all[0]["id"];
    let one = ask(&test, &token, &format!("groups/acme%2Fplatform/members/all/{owner}")).await.ok();
    assert_eq!(one, all[0]);
    refused(
        &ask(&test, &token, &format!("groups/acme%2Fplatform/members/{owner}")).await,
        404,
        "404 Member Not Found",
    );
    let asked = ask(&test, &token, "groups/acme%2Fplatform/members/all?query=REV").await.ok();
    assert_eq!(each(&asked, "username"), ["reviewer"]);
    let asked = format!("groups/acme%2Fplatform/members/all?user_ids[]={owner}&state=active");
    assert_eq!(each(&ask(&test, &token, &asked).await.ok(), "username"), ["owner"]);
    let waiting = ask(&test, &token, "groups/acme%2Fplatform/members/all?state=awaiting").await.ok();
    assert_eq!(waiting, json!([]));
    // The group above is not the guest's.
    refused(&ask(&test, &token, "groups/acme/members").await, 404, "404 Group Not Found");
}

#[tokio::test]
async fn only_administrators_read_who_has_an_account() {
    let test = TestApp::new().await;
    let admin = test.full_token("admin").await;
    let owner = test.full_token("owner").await;
    let all = ask(&test, &admin, "users?order_by=username&sort=asc").await.ok();
    assert_eq!(each(&all, "username"), ["admin", "developer", "maintainer", "outsider", "owner", "reviewer"]);
    assert!(all[0]["is_admin"] == true && all[0].get("identities").is_some() && all[0]["external"] == false);
    assert_eq!(each(&ask(&test, &owner, "users").await.ok(), "username"), ["owner"]);
    let found = ask(&test, &owner, "users?username=Reviewer&active=true&humans=true").await.ok();
    assert_eq!(each(&found, "username"), ["reviewer"]);
    assert!(found[0].get("email").is_none() && found[0].get("is_admin").is_none(), "{found}");
    let id = &found[0]["id"];
    refused(&ask(&test, &owner, &format!("users/{id}")).await, 404, "404 User Not Found");
    assert_eq!(ask(&test, &admin, &format!("users/{id}")).await.ok()["username"], "reviewer");
    for none in ["blocked=true", "external=true", "extern_uid=7&provider=openid_connect", "username=nobody"] {
        let answer = ask(&test, &admin, &format!("users?{none}")).await;
        assert_eq!((answer.ok(), answer.headers["x-total"].to_str().ok()), (json!([]), Some("0")), "{none}");
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_with_gitlabs_headers() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    let second = ask(&test, &token, "groups?per_page=2&page=2&order_by=path").await;
    assert_eq!(each(&second.ok(), "full_path"), ["acme/platform/runtime", "globex"]);
    for (name, value) in [
        ("x-page", "2"),
        ("x-per-page", "2"),
        ("x-prev-page", "1"),
        ("x-next-page", "3"),
        ("x-total", "5"),
        ("x-total-pages", "3"),
    ] {
        assert_eq!(second.headers[name], value, "{name}");
    }
    let links = second.header(header::LINK);
    for (page, relation) in [(1, "prev"), (3, "next"), (1, "first"), (3, "last")] {
        let link = format!(
            "<http://localhost/api/v4/groups?order_by=path&page={page}&per_page=2>; rel=\"{relation}\""
        );
        assert!(links.contains(&link), "{links}");
    }
    let last = ask(&test, &token, "groups?per_page=2&page=3").await;
    assert_eq!(
        (last.headers["x-next-page"].as_bytes(), last.header(header::LINK).contains("next")),
        (&b""[..], false)
    );
    let beyond = ask(&test, &token, "groups?page=9").await;
    assert_eq!((beyond.ok(), &beyond.headers["x-total"]), (json!([]), &"5".parse().expect("a value")));

    for path in ["users?order_by=id&sort=asc", "projects?order_by=id&sort=desc", "audit_events?"] {
        let mut next = Some(format!("/api/v4/{path}&pagination=keyset&per_page=1"));
        let mut found = Vec::new();
        while let Some(address) = next {
            let answer = test.get(&address).token(&token).send().await;
            found.extend(each(&answer.ok(), "id").into_iter().cloned());
            assert!(answer.headers.get("x-total").is_none());
            next = answer.header(header::LINK).strip_prefix("<http://localhost").map(|link| {
                let (address, relation) = link.split_once('>').expect("an address");
                assert_eq!(relation, "; rel=\"next\"");
                address.to_owned()
            });
        }
        let all = ask(&test, &token, &format!("{path}&per_page=100")).await.ok();
        assert_eq!(found.iter().collect::<Vec<_>>(), each(&all, "id"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    for (path, status, message) in [
        ("groups?topic=x", 400, "topic is unknown"),
        ("groups?order_by=size", 400, "order_by does not have a valid value"),
        ("groups?sort=up", 400, "sort does not have a valid value"),
        ("groups?owned=maybe", 400, "owned is invalid"),
        ("groups?min_access_level=31", 400, "min_access_level does not have a valid value"),
        ("groups?page=x", 400, "page is invalid"),
        ("groups?per_page=0", 400, "per_page does not have a valid value"),
        ("groups?pagination=pages", 400, "pagination does not have a valid value"),
        ("groups?pagination=keyset", 400, "order_by is invalid"),
        ("groups?page=600&per_page=100", 405, "maximum allowed offset"),
        ("groups?skip_groups=a", 400, "skip_groups is invalid"),
        ("users?extern_uid=1", 400, "provider is missing"),
        ("users?extern_uid=1&provider=ldap", 400, "provider is invalid"),
        ("users?active=true&blocked=true", 400, "blocked is invalid"),
        ("audit_events?created_after=yesterday", 400, "created_after is invalid"),
        ("audit_events?entity_type=User&entity_id=1", 400, "entity_type does not have a valid value"),
        ("audit_events?entity_type=Group", 400, "entity_id is missing"),
        ("audit_events?sort=asc", 400, "sort is invalid"),
        ("audit_events?pagination=keyset&cursor=x", 400, "cursor is invalid"),
        ("groups/acme/members?pagination=keyset", 400, "pagination does not have a valid value"),
    ] {
        refused(&ask(&test, &token, path).await, status, message);
    }
    let without = test.token("admin", &[Scope::WriteSettings]).await;
    for path in
        ["groups", "groups/acme", "projects", "users", "users/1", "audit_events", "groups/acme/members"]
    {
        refused(&ask(&test, &without, path).await, 403, "insufficient_scope");
    }
}

#[tokio::test]
async fn clients_read_their_token_and_the_metadata() {
    let test = TestApp::new().await;
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    let own = ask(&test, &token, "personal_access_tokens/self").await.ok();
    assert_eq!(
        (&own["name"], &own["scopes"], &own["active"], &own["expires_at"]),
        (&json!("test"), &json!(["read_decisions"]), &json!(true), &json!("2026-07-01"))
    );
    let metadata = ask(&test, &token, "metadata").await.ok();
    assert_eq!((&metadata["revision"], &metadata["enterprise"]), (&json!("duo-console"), &json!(false)));
}

#[tokio::test]
async fn the_audit_log_is_read_by_time_and_place() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let admin = test.full_token("admin").await;
    let on = json!({"enabled": false, "version": 1});
    test.put(&flow_of("acme", "developer/v1"), &on).token(&token).send().await.ok();
    let events = ask(&test, &token, "groups/acme/audit_events?created_after=2026-06-01").await.ok();
    let newest = &events[0];
    assert_eq!(
        (&newest["event_name"], &newest["entity_type"], &newest["details"]["entity_path"]),
        (&json!("foundational_flow_disabled"), &json!("Group"), &json!("acme"))
    );
    assert_eq!((&newest["details"]["from"], &newest["details"]["to"]), (&json!("on"), &json!("off")));
    let none = ask(&test, &token, "groups/acme/audit_events?created_before=2026-06-01T12:00:00Z").await.ok();
    assert_eq!(none, json!([]));
    refused(&ask(&test, &token, "audit_events").await, 403, "403 Forbidden - This needs an administrator.");
    let all = ask(&test, &admin, "audit_events?per_page=100").await;
    assert_eq!(
        all.headers["x-total"].to_str().ok(),
        Some(all.json().as_array().map_or(0, Vec::len).to_string().as_str())
    );
    assert!(each(&all.ok(), "entity_type").contains(&&json!("Gitlab::Audit::InstanceScope")));
    let of_acme = format!("audit_events?entity_type=Group&entity_id={}", newest["entity_id"]);
    assert_eq!(ask(&test, &admin, &of_acme).await.ok()[0], *newest);
}

async fn update(test: &TestApp, token: &str, group: &str, body: &Value) -> Answer {
    test.put(&format!("/api/v4/groups/{group}"), body).token(token).send().await
}

#[tokio::test]
async fn duo_settings_are_changed_one_by_one() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = ask(&test, &token, "groups/acme").await.ok();
    let off = update(&test, &token, "acme", &json!({"duo_remote_flows_availability": false})).await.ok();
    assert_eq!((&off["duo_remote_flows_enabled"], &off["ignored"]), (&json!(false), &json!([])));
    assert_eq!(off["duo_availability"], before["duo_availability"]);
    assert_eq!(off["enabled_foundational_flows"], before["enabled_foundational_flows"]);
    let form = test
        .ask(Method::PUT, "/api/v4/groups/acme")
        .header("content-type", "application/x-www-form-urlencoded")
        .token(&token)
        .body("duo_availability=never_on&duo_foundational_flows_availability=false")
        .send()
        .await
        .ok();
    assert_eq!(
        (&form["duo_availability"], &form["lock_duo_features_enabled"], &form["duo_remote_flows_enabled"]),
        (&json!("never_on"), &json!(true), &json!(false))
    );
    let events = ask(&test, &token, "groups/acme/audit_events?per_page=3").await.ok();
    let mut kinds: Vec<_> = each(&events, "event_name");
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(
        kinds,
        [
            "duo_features_enabled_updated",
            "duo_foundational_flows_enabled_updated",
            "duo_remote_flows_enabled_updated"
        ]
    );
    // The same again changes nothing.
    let audit = test.snapshot().await;
    update(&test, &token, "acme", &json!({"duo_availability": "never_on"})).await.ok();
    assert_eq!(test.snapshot().await, audit);
    let decision = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";
    let decided = test.get(decision).token(&token).send().await.ok();
    assert_eq!(decided["rule"], "duo_unavailable", "decisions follow at once");
}

#[tokio::test]
async fn the_flows_that_are_on_are_a_set() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let set = json!({"enabled_foundational_flows": ["fix_pipeline/v1", "developer/v1"]});
    let now = update(&test, &token, "acme", &set).await.ok();
    assert_eq!(now["enabled_foundational_flows"], json!(["developer/v1", "fix_pipeline/v1"]));
    let audit = test.snapshot().await;
    update(&test, &token, "acme", &set).await.ok();
    assert_eq!(test.snapshot().await, audit, "the second time changes nothing");
    let none = update(&test, &token, "acme", &json!({"enabled_foundational_flows": []})).await.ok();
    assert_eq!(none["enabled_foundational_flows"], json!([]));

    let before = test.snapshot().await;
    for (group, body, message) in [
        (
            "acme",
            json!({"enabled_foundational_flows": ["nothing/v9"]}),
            "There is no foundational flow 'nothing/v9'.",
        ),
        (
            "acme",
            json!({"duo_availability": "default_off", "enabled_foundational_flows": ["developer/v1"]}),
            "only applies when GitLab Duo is on",
        ),
        (
            "globex",
            json!({"enabled_foundational_flows": ["code_review/v1", "sast_fp_detection/v1"]}),
            "needs the tier Ultimate",
        ),
        ("acme", json!({"duo_availability": "sometimes"}), "duo_availability does not have a valid value"),
        (
            "acme",
            json!({"duo_remote_flows_availability": "maybe"}),
            "duo_remote_flows_availability is invalid",
        ),
        (
            "acme",
            json!({"duo_remote_flows_availability": false, "unheard_of": 1}),
            "unheard_of is unknown. Nothing was changed",
        ),
        ("acme", json!({"enabled_foundational_flows": {"a": 1}}), "enabled_foundational_flows is invalid"),
    ] {
        refused(&update(&test, &token, group, &body).await, 400, message);
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_subgroup_may_differ_unless_it_is_locked() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let off =
        update(&test, &token, "acme%2Fplatform", &json!({"duo_availability": "default_off"})).await.ok();
    assert_eq!((&off["duo_availability"], &off["ignored"]), (&json!("default_off"), &json!([])));
    let acme = ask(&test, &token, "groups/acme").await.ok();
    assert_eq!(acme["duo_availability"], "default_on");
    let below = ask(&test, &token, "groups/acme%2Fplatform%2Fruntime").await.ok();
    assert_eq!(below["duo_features_enabled"], false);
    let decision = |namespace: &'static str| {
        let path = format!("/api/v1/decisions/code_review?namespace={namespace}&user=reviewer");
        let (test, token) = (&test, token.clone());
        async move { test.get(&path).token(&token).send().await.ok() }
    };
    assert_eq!(decision("acme/platform/api").await["rule"], "duo_unavailable");
    assert_ne!(decision("acme/website").await["rule"], "duo_unavailable");

    update(&test, &token, "acme", &json!({"duo_availability": "always_on"})).await.ok();
    assert_ne!(decision("acme/platform/api").await["rule"], "duo_unavailable");
    let locked = json!({"duo_availability": "never_on", "auto_duo_code_review_enabled": true});
    let locked = update(&test, &token, "acme%2Fplatform", &locked).await.ok();
    assert_eq!(locked["duo_availability"], "always_on");
    assert_eq!(locked["auto_duo_code_review_enabled"], true, "one locked field does not keep the others");
    let ignored = &locked["ignored"];
    assert_eq!(each(ignored, "param"), [&json!("duo_availability")]);
    assert_eq!(ignored[0]["locked_by"], "acme");
    let before = test.snapshot().await;
    let flows = json!({"enabled_foundational_flows": []});
    let elsewhere = update(&test, &token, "acme%2Fplatform", &flows).await.ok();
    assert_eq!(elsewhere["ignored"][0]["locked_by"], "acme");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_consent_names_the_wording() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let on = |more: Value| {
        let mut body = json!({"enabled_foundational_flows": ["code_review/v1"]});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let before = test.snapshot().await;
    let consent = "create_code_review_flow_consent";
    for (more, status, message) in [
        (json!({}), 400, "GET /api/v1/consents/code_review/wording"),
        (json!({consent: true}), 400, "consent_wording"),
        (json!({consent: true, "consent_wording": "1-old"}), 409, "is not the current one"),
        (json!({"consent_wording": current_wording()}), 400, "create_code_review_flow_consent is missing"),
    ] {
        refused(&update(&test, &token, "acme", &on(more)).await, status, message);
    }
    let given = json!({consent: true, "consent_wording": current_wording()});
    let without = test.token("owner", &[Scope::WriteSettings]).await;
    refused(&update(&test, &without, "acme", &on(given.clone())).await, 403, "give_consent");
    test.add_member("a_bot", "acme", Role::Owner).await;
    let bot = test.full_token("a_bot").await;
    refused(&update(&test, &bot, "acme", &on(given.clone())).await, 403, "A bot cannot give consent");
    assert_eq!(test.snapshot().await.ledger, before.ledger);

    // Nothing needs it while the flow is off.
    let needless = update(&test, &token, "acme", &given).await.ok();
    assert_eq!(each(&needless["ignored"], "param"), [consent]);
    let now = update(&test, &token, "acme", &on(given.clone())).await.ok();
    assert_eq!(
        (&now["enabled_foundational_flows"], &now["ignored"]),
        (&json!(["code_review/v1"]), &json!([]))
    );
    let ledger = test.snapshot().await.ledger;
    assert_eq!(
        (ledger.len(), ledger[0].wording.as_str()),
        (before.ledger.len() + 1, current_wording().as_str())
    );
    update(&test, &token, "acme", &on(given.clone())).await.ok();
    assert_eq!(test.snapshot().await.ledger, ledger, "it is given once");
    // A transitional group: the flow is on already.
    update(&test, &token, "globex", &given).await.ok();
    assert_eq!(test.snapshot().await.ledger.len(), ledger.len() + 1);
    update(&test, &token, "acme", &json!({"enabled_foundational_flows": []})).await.ok();
    assert_eq!(test.snapshot().await.ledger.len(), ledger.len() + 2, "turning it off withdraws it");
}

#[tokio::test]
async fn what_changes_nothing_is_named_with_the_reason() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let body = json!({"visibility": "public", "duo_features_enabled": true, "duo_availability": "always_on", "ai_settings_attributes": {"duo_workflow_mcp_enabled": true}});
    let answer = update(&test, &token, "acme", &body).await;
    let changed = answer.ok();
    assert_eq!(
        each(&changed["ignored"], "param"),
        ["ai_settings_attributes", "duo_features_enabled", "visibility"]
    );
    assert_eq!(
        answer.headers["x-duo-console-ignored"],
        "ai_settings_attributes, duo_features_enabled, visibility"
    );
    assert_eq!(
        each(&changed["ignored"], "reason"),
        [
            "Set on the page Availability of the group.",
            "Set by duo_availability.",
            "Not a setting of Duo Console: change it in GitLab."
        ]
    );
    assert_eq!(
        (&changed["visibility"], &changed["ignored"][2]["locked_by"]),
        (&json!("private"), &Value::Null)
    );
    let body =
        json!({"auto_duo_code_review_enabled": true, "lfs_enabled": true, "duo_features_enabled": false});
    let project = test.put("/api/v4/projects/acme%2Fwebsite", &body).token(&token).send().await.ok();
    assert_eq!(
        each(&project["ignored"], "reason"),
        [
            "Set on the page Availability of the project.",
            "Set on the page Availability of the project.",
            "Not a setting of Duo Console: change it in GitLab."
        ]
    );
    // What the group above locks.
    let body = json!({"duo_availability": "never_on"});
    let below = update(&test, &token, "acme%2Fplatform", &body).await.ok();
    assert_eq!(
        (&below["ignored"][0]["param"], &below["ignored"][0]["locked_by"]),
        (&json!("duo_availability"), &json!("acme"))
    );
    assert_eq!(below["duo_availability"], "always_on");
    for (who, status) in [("developer", 403), ("maintainer", 403), ("outsider", 404)] {
        let token = test.full_token(who).await;
        assert_eq!(update(&test, &token, "acme", &body).await.status, status, "{who}");
    }
}

#[tokio::test]
async fn an_archived_group_keeps_its_settings_and_its_ledger() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let path = test.namespace("acme").await.path;
    archive_group(&test.app, &GroupEditor::operator(operator()), &path, true).await.expect("archived");
    let before = test.snapshot().await;
    for body in [
        json!({"duo_availability": "never_on"}),
        json!({"enabled_foundational_flows": []}),
        json!({
            "enabled_foundational_flows": ["code_review/v1"],
            "create_code_review_flow_consent": true,
            "consent_wording": current_wording(),
        }),
    ] {
        refused(&update(&test, &token, "acme", &body).await, 409, "acme is archived");
    }
    update(&test, &token, "acme", &json!({"duo_availability": "default_on"})).await.ok();
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn invited_groups_are_named_to_whoever_may_see_them() {
    let test = TestApp::new().await;
    test.add_member("guest", "acme", Role::Guest).await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let given = Membership { role: Role::Guest.into(), expires_at: None };
    let globex = test.namespace("globex").await.id;
    for at in ["acme", "acme/website"] {
        let at = test.namespace(at).await.id;
        uow.shares().save(at, globex, Source::Hand, None, &given).await.expect("invited");
    }
    uow.commit().await.expect("it commits");
    // The reviewer is a member of both groups.
    for (who, named) in [("guest", false), ("reviewer", true), ("owner", true), ("admin", true)] {
        let token = test.full_token(who).await;
        for path in ["groups/acme", "projects/acme%2Fwebsite"] {
            let shown = ask(&test, &token, path).await.ok();
            let expected: &[&str] = if named { &["globex"] } else { &[] };
            assert_eq!(each(&shown["shared_with_groups"], "group_full_path"), expected, "{who} {path}");
        }
    }
}
