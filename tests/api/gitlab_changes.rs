//! Groups, projects, members and users are changed by GitLab's API.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Snapshot, TestApp, current_wording};
use duo_console::{
    domain::{
        audit::AuditKind, ids::UserId, people::grants::Source, role::Role, stored::Stored, token::Scope,
    },
    storage::AuditFilter,
};

async fn ask(test: &TestApp, token: &str, path: &str) -> Answer {
    test.get(&format!("/api/v4/{path}")).token(token).send().await
}

async fn post(test: &TestApp, token: &str, path: &str, body: Value) -> Answer {
    test.post(&format!("/api/v4/{path}"), &body).token(token).send().await
}

async fn put(test: &TestApp, token: &str, path: &str, body: Value) -> Answer {
    test.put(&format!("/api/v4/{path}"), &body).token(token).send().await
}

async fn delete(test: &TestApp, token: &str, path: &str) -> Answer {
    test.ask(Method::DELETE, &format!("/api/v4/{path}")).token(token).send().await
}

#[track_caller]
fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(message), "{}", answer.text());
}

async fn id_of(test: &TestApp, path: &str) -> i64 {
    test.namespace(path).await.id.0
}

async fn user_id(test: &TestApp, username: &str) -> i64 {
    let mut uow = test.app.storage.read().await.expect("a transaction");
    uow.users().find_by_username(username).await.expect("it answers").expect("they are there").id.0
}

/// What a refused request must not change; the tokens of the test are no matter.
async fn state(test: &TestApp) -> Snapshot {
    let mut state = test.snapshot().await;
    state.audit.retain(|it| it.event.kind != Stored::Known(AuditKind::TokenCreated));
    state
}

/// The kinds of the newest events, oldest first.
async fn newest(test: &TestApp, count: usize) -> Vec<String> {
    let mut uow = test.app.storage.read().await.expect("a transaction");
    let audit = uow.audit_log().list(&AuditFilter::default(), 100).await.expect("the audit log");
    let mut kinds: Vec<_> = audit.iter().take(count).map(|it| it.event.kind.key().to_owned()).collect();
    kinds.reverse();
    kinds
}

#[tokio::test]
async fn a_group_is_created_changed_moved_archived_and_deleted() {
    let test = TestApp::new().await;
    let admin = test.token("admin", &[Scope::ManageGroups, Scope::ReadSettings]).await;
    let top = made(&post(&test, &admin, "groups", json!({"name": "Made", "path": "made"})).await);
    assert_eq!(
        (&top["full_path"], &top["parent_id"], &top["duo_availability"], &top["ignored"]),
        (&json!("made"), &Value::Null, &json!("default_on"), &json!([]))
    );
    assert_eq!(newest(&test, 2).await, ["group_created", "member_created"], "the creator owns it");
    let body = json!({"name": "Sub", "path": "sub", "parent_id": top["id"], "description": "Ours", "visibility": "public", "duo_availability": "never_on", "auto_duo_code_review_enabled": true});
    let answer = post(&test, &admin, "groups", body).await;
    let sub = made(&answer);
    assert_eq!(
        (&sub["full_name"], &sub["description"], &sub["visibility"], &sub["parent_id"]),
        (&json!("Made / Sub"), &json!("Ours"), &json!("private"), &top["id"])
    );
    assert_eq!(
        answer.headers["x-duo-console-ignored"],
        "auto_duo_code_review_enabled, duo_availability, visibility"
    );
    assert!(sub["ignored"][0]["reason"].as_str().is_some_and(|it| it.contains("PUT /api/v4/groups/:id")));

    let sub_path = format!("groups/{}", sub["id"]);
    let body = json!({"name": "Renamed", "path": "moved", "description": ""});
    let renamed = put(&test, &admin, &sub_path, body).await.ok();
    assert_eq!(
        (&renamed["full_path"], &renamed["name"], &renamed["description"]),
        (&json!("made/moved"), &json!("Renamed"), &json!(""))
    );
    assert_eq!(
        newest(&test, 3).await,
        ["group_path_updated", "group_name_updated", "group_description_updated"]
    );
    let other = json!({"id": 999_999, "name": "Another"});
    refused(&put(&test, &admin, &sub_path, other).await, 400, "id is 999999, and");
    let same = json!({"id": sub["id"], "name": "Renamed"});
    assert_eq!(put(&test, &admin, &sub_path, same).await.ok()["name"], "Renamed");
    let kept = put(&test, &admin, &sub_path, json!({"description": "Only this"})).await.ok();
    assert_eq!((&kept["name"], &kept["path"]), (&json!("Renamed"), &json!("moved")), "per field");
    let audit = state(&test).await;
    put(&test, &admin, &sub_path, json!({"description": "Only this"})).await.ok();
    assert_eq!(state(&test).await, audit, "the same again changes nothing");

    let acme = id_of(&test, "acme").await;
    let there = made(&post(&test, &admin, &format!("{sub_path}/transfer"), json!({"group_id": acme})).await);
    assert_eq!(there["full_path"], "acme/moved");
    let up = made(&post(&test, &admin, &format!("{sub_path}/transfer"), json!({})).await);
    assert_eq!((&up["full_path"], &up["parent_id"]), (&json!("moved"), &Value::Null));
    let archived = made(&post(&test, &admin, "groups/moved/archive", json!({})).await);
    assert_eq!(archived["archived"], true);
    refused(&put(&test, &admin, "groups/moved", json!({"name": "No"})).await, 409, "moved is archived");
    made(&post(&test, &admin, "groups/moved/archive", json!({})).await);
    assert_eq!(made(&post(&test, &admin, "groups/moved/unarchive", json!({})).await)["archived"], false);

    refused(&delete(&test, &admin, &sub_path).await, 400, "full_path is missing");
    refused(&delete(&test, &admin, &format!("{sub_path}?full_path=made")).await, 400, "full_path: Type");
    let no = delete(&test, &admin, "groups/moved?permanently_remove=false").await;
    refused(&no, 400, "deleted at once");
    let gone = delete(&test, &admin, &format!("{sub_path}?full_path=moved&permanently_remove=true")).await;
    assert_eq!((gone.status.as_u16(), gone.json()), (202, json!({"message": "202 Accepted"})));
    assert_eq!(delete(&test, &admin, "groups/made").await.status, 202, "the address has the path");
    refused(&ask(&test, &admin, "groups/made").await, 404, "404 Group Not Found");
    assert_eq!(newest(&test, 1).await, ["group_destroyed"]);
}

#[tokio::test]
async fn a_name_and_settings_are_changed_together_or_not_at_all() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = state(&test).await;
    for (body, status, message) in [
        (json!({"name": "New", "enabled_foundational_flows": ["code_review/v1"]}), 400, "needs consent"),
        (json!({"name": "New", "duo_availability": "sometimes"}), 400, "duo_availability"),
        (json!({"path": "globex", "duo_availability": "never_on"}), 400, "path: There is a group"),
        (json!({"name": "", "duo_availability": "never_on"}), 400, "name: The name has"),
        (json!({"name": null}), 400, "name: The name has"),
        (json!({"name": "New", "unheard_of": 1}), 400, "unheard_of is unknown. Nothing was changed"),
        (json!({"name": "New", "name_": 1}), 400, "name_ is unknown"),
    ] {
        refused(&put(&test, &token, "groups/acme", body).await, status, message);
    }
    // Each needs its own scope.
    let both = json!({"name": "New", "duo_availability": "default_on"});
    let settings = test.token("owner", &[Scope::WriteSettings]).await;
    refused(&put(&test, &settings, "groups/acme", both.clone()).await, 403, "manage_groups");
    let names = test.token("owner", &[Scope::ManageGroups]).await;
    refused(&put(&test, &names, "groups/acme", both.clone()).await, 403, "write_settings");
    assert_eq!(state(&test).await, before);

    let body = json!({
        "name": "Acme Ltd",
        "path": "acme-ltd",
        "duo_remote_flows_availability": false,
        "enabled_foundational_flows": ["code_review/v1"],
        "create_code_review_flow_consent": true,
        "consent_wording": current_wording(),
    });
    let obstacle = put(&test, &token, "groups/acme", body.clone()).await;
    refused(&obstacle, 400, "code_review/v1 cannot be turned on");
    let mut body = body;
    body["duo_remote_flows_availability"] = json!(true);
    let now = put(&test, &token, "groups/acme", body).await.ok();
    assert_eq!(
        (&now["full_path"], &now["name"], &now["enabled_foundational_flows"]),
        (&json!("acme-ltd"), &json!("Acme Ltd"), &json!(["code_review/v1"]))
    );
    let kinds = newest(&test, 12).await;
    for kind in ["group_path_updated", "group_name_updated", "foundational_flow_enabled"] {
        assert!(kinds.iter().any(|it| it == kind), "{kind}: {kinds:?}");
    }
    // A name alone needs one scope, and shows no settings to who may not read them.
    let alone = put(&test, &names, "groups/acme-ltd", json!({"name": "Acme"})).await.ok();
    assert!(alone["name"] == "Acme" && alone.get("duo_availability").is_none(), "{alone}");
}

#[tokio::test]
async fn an_owner_of_a_subgroup_changes_its_name_and_what_it_inherits() {
    let test = TestApp::new().await;
    test.add_member("lead", "acme/platform", Role::Owner).await;
    let token = test.full_token("lead").await;
    let path = "groups/acme%2Fplatform";
    assert_eq!(put(&test, &token, path, json!({"name": "Base"})).await.ok()["name"], "Base");
    let both = json!({"name": "Other", "duo_availability": "never_on"});
    let changed = put(&test, &token, path, both).await.ok();
    assert_eq!(
        (&changed["name"], &changed["duo_availability"], &changed["ignored"]),
        (&json!("Other"), &json!("never_on"), &json!([]))
    );
    // Which flows are on is of the top-level group, whoever asks.
    let owner = test.full_token("owner").await;
    assert_eq!(ask(&test, &owner, "groups/acme").await.ok()["duo_availability"], "default_on");
    let before = state(&test).await;
    for token in [&token, &owner] {
        let flows = json!({"enabled_foundational_flows": []});
        let ignored = put(&test, token, path, flows).await.ok();
        assert_eq!(
            (&ignored["ignored"][0]["param"], &ignored["ignored"][0]["locked_by"]),
            (&json!("enabled_foundational_flows"), &json!("acme"))
        );
    }
    assert_eq!(state(&test).await, before);
}

#[tokio::test]
async fn what_is_wrong_with_a_group_changes_nothing() {
    let test = TestApp::new().await;
    let admin = test.full_token("admin").await;
    let owner = test.full_token("owner").await;
    let (acme, website) = (id_of(&test, "acme").await, id_of(&test, "acme/website").await);
    let (platform, globex) = (id_of(&test, "acme/platform").await, id_of(&test, "globex").await);
    let before = state(&test).await;
    let named = |path: &str| json!({"name": "X", "path": path});
    for (token, path, body, status, message) in [
        (&admin, "groups", json!({"name": "X"}), 400, "path is missing"),
        (&admin, "groups", json!({"path": "x"}), 400, "name is missing"),
        (&admin, "groups", named("acme"), 400, "path: There is a group or project acme already."),
        (&admin, "groups", named("new"), 400, "path: This path is an address of Duo Console"),
        (&admin, "groups", named("a/b"), 400, "path: The path is one name"),
        (&admin, "groups", json!({"name": "X", "path": "x", "parent_id": 999}), 404, "404 Group Not Found"),
        (&admin, "groups", json!({"name": "X", "path": "x", "parent_id": website}), 404, "404 Group Not"),
        (
            &admin,
            "groups",
            json!({"name": "X", "path": "x", "parent_id": "acme"}),
            400,
            "parent_id is invalid",
        ),
        (&admin, "groups", json!({"name": "X", "path": "x", "topic": 1}), 400, "topic is unknown"),
        (&owner, "groups", named("x"), 403, "This needs an administrator."),
        (&admin, "groups/nowhere/transfer", json!({}), 404, "404 Group Not Found"),
        (&admin, "groups/acme/transfer", json!({"group_id": platform}), 400, "moved below itself"),
        (&admin, "groups/acme/transfer", json!({"group_id": 999}), 404, "404 Group Not Found"),
        (&owner, "groups/acme/transfer", json!({"group_id": globex}), 403, "administrator"),
        (&owner, "groups/acme%2Fplatform/transfer", json!({}), 403, "administrator"),
        (&admin, "projects", json!({"namespace_id": acme}), 400, "name, path are missing"),
        (&admin, "projects", json!({"name": "X"}), 400, "namespace_id is missing"),
        (&admin, "projects", json!({"name": "X", "namespace_id": 999}), 404, "404 Namespace Not Found"),
        (&admin, "projects", json!({"name": "Website", "namespace_id": acme}), 400, "acme/website already"),
    ] {
        refused(&post(&test, token, path, body).await, status, message);
    }
    let form = test
        .ask(Method::POST, "/api/v4/groups")
        .header("content-type", "application/x-www-form-urlencoded")
        .token(&admin)
        .body("name=X&path=x&parent_id=")
        .send()
        .await;
    refused(&form, 400, "parent_id is empty. Nothing was changed");
    for (path, body, status, message) in [
        ("projects/acme", json!({"name": "X"}), 404, "404 Project Not Found"),
        ("projects/acme%2Fwebsite", json!({"path": "platform"}), 400, "acme/platform already"),
        ("projects/acme%2Fwebsite/transfer", json!({}), 400, "namespace is missing"),
        ("projects/acme%2Fwebsite/transfer", json!({"namespace": "x"}), 404, "404 Namespace Not Found"),
    ] {
        refused(&put(&test, &admin, path, body).await, status, message);
    }
    for who in ["maintainer", "developer"] {
        let token = test.full_token(who).await;
        for path in ["groups/acme", "projects/acme%2Fwebsite"] {
            refused(&delete(&test, &token, path).await, 403, "This needs the role Owner.");
            refused(&put(&test, &token, path, json!({"name": "X"})).await, 403, "This needs the role Owner.");
        }
    }
    let outsider = test.full_token("outsider").await;
    refused(&delete(&test, &outsider, "groups/acme").await, 404, "404 Group Not Found");
    refused(&delete(&test, &outsider, "projects/acme%2Fwebsite").await, 404, "404 Project Not Found");
    let reading = test.token("admin", &[Scope::ReadSettings, Scope::WriteSettings]).await;
    for (method, path) in [
        (Method::DELETE, "groups/acme"),
        (Method::POST, "groups/acme/archive"),
        (Method::POST, "groups/acme/transfer"),
        (Method::DELETE, "projects/acme%2Fwebsite"),
        (Method::POST, "projects/acme%2Fwebsite/archive"),
    ] {
        let answer = test.ask(method, &format!("/api/v4/{path}")).token(&reading).send().await;
        refused(&answer, 403, "\"scope\":\"manage_groups\"");
    }
    assert_eq!(state(&test).await, before);
}

#[tokio::test]
async fn a_project_is_created_changed_moved_archived_and_deleted() {
    let test = TestApp::new().await;
    let owner = test.full_token("owner").await;
    let acme = id_of(&test, "acme").await;
    let body = json!({"name": "My Tool", "namespace_id": acme, "visibility": "internal"});
    let answer = post(&test, &owner, "projects", body).await;
    let project = made(&answer);
    assert_eq!(
        (&project["path_with_namespace"], &project["namespace"]["id"]),
        (&json!("acme/my-tool"), &json!(acme))
    );
    assert_eq!(answer.headers["x-duo-console-ignored"], "visibility");
    let by_path = made(&post(&test, &owner, "projects", json!({"path": "bare", "namespace_id": acme})).await);
    assert_eq!((&by_path["name"], &by_path["path"]), (&json!("bare"), &json!("bare")));
    let path = format!("projects/{}", project["id"]);
    let renamed = put(&test, &owner, &path, json!({"path": "tool", "topics": ["a"]})).await.ok();
    assert_eq!(
        (&renamed["path"], &renamed["name"], &renamed["ignored"][0]["param"]),
        (&json!("tool"), &json!("My Tool"), &json!("topics"))
    );
    for to in [json!("globex"), json!(acme), json!("acme/platform")] {
        put(&test, &owner, &format!("{path}/transfer"), json!({"namespace": to})).await.ok();
    }
    let there = ask(&test, &owner, &path).await.ok();
    assert_eq!(there["path_with_namespace"], "acme/platform/tool");
    assert_eq!(made(&post(&test, &owner, &format!("{path}/archive"), json!({})).await)["archived"], true);
    assert_eq!(made(&post(&test, &owner, &format!("{path}/unarchive"), json!({})).await)["archived"], false);
    refused(&delete(&test, &owner, &path).await, 400, "full_path is missing");
    assert_eq!(delete(&test, &owner, "projects/acme%2Fplatform%2Ftool").await.status, 202);
    refused(&ask(&test, &owner, &path).await, 404, "404 Project Not Found");
    assert_eq!(newest(&test, 1).await, ["project_destroyed"]);
}

#[tokio::test]
async fn members_are_added_changed_and_removed() {
    let test = TestApp::new().await;
    let owner = test.token("owner", &[Scope::ManageGroups]).await;
    for name in ["ann", "bob", "cleo"] {
        test.add_user(name).await;
    }
    let ann = user_id(&test, "ann").await;
    let body = json!({"user_id": ann, "access_level": 30, "expires_at": "2026-12-31", "member_role_id": 7});
    let added = made(&post(&test, &owner, "groups/acme/members", body).await);
    assert_eq!(
        (&added["username"], &added["access_level"], &added["expires_at"], &added["ignored"][0]["param"]),
        (&json!("ann"), &json!(30), &json!("2026-12-31"), &json!("member_role_id"))
    );
    assert_eq!(newest(&test, 1).await, ["member_created"]);
    let again = post(&test, &owner, "groups/acme/members", json!({"user_id": ann, "access_level": 30})).await;
    assert_eq!((again.status.as_u16(), again.json()), (409, json!({"message": "Member already exists"})));

    let member = format!("groups/acme/members/{ann}");
    let higher = put(&test, &owner, &member, json!({"access_level": 40})).await.ok();
    assert_eq!(
        (&higher["access_level"], &higher["expires_at"]),
        (&json!(40), &json!("2026-12-31")),
        "the expiry stays"
    );
    for nothing in [json!(null), json!("")] {
        let body = json!({"access_level": 40, "expires_at": nothing});
        assert_eq!(put(&test, &owner, &member, body).await.ok()["expires_at"], Value::Null);
    }
    let snapshot = state(&test).await;
    put(&test, &owner, &member, json!({"access_level": 40, "user_id": ann})).await.ok();
    assert_eq!(state(&test).await, snapshot, "the same again changes nothing");
    let below = json!({"username": "ANN", "access_level": 20});
    let answer = post(&test, &owner, "projects/acme%2Fwebsite/members", below).await;
    let lower = made(&answer);
    assert_eq!((&lower["access_level"], &lower["ignored"][0]["param"]), (&json!(20), &json!("access_level")));
    assert!(answer.text().contains("a higher role counts: Maintainer"), "{}", answer.text());

    let several = json!({"username": "bob,cleo", "access_level": 10});
    let both = made(&post(&test, &owner, "groups/acme/members", several).await);
    assert_eq!(both, json!({"status": "success"}));
    assert_eq!(newest(&test, 2).await, ["member_created", "member_created"]);

    let form = test
        .ask(Method::PUT, &format!("/api/v4/{member}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .token(&owner)
        .body("access_level=15&expires_at=2027-01-01")
        .send()
        .await
        .ok();
    assert_eq!((&form["access_level"], &form["expires_at"]), (&json!(15), &json!("2027-01-01")));
    let gone =
        delete(&test, &owner, &format!("{member}?skip_subresources=true&unassign_issuables=false")).await;
    assert_eq!((gone.status.as_u16(), &*gone.text()), (204, ""));
    assert_eq!(gone.headers["x-duo-console-ignored"], "unassign_issuables");
    refused(&delete(&test, &owner, &member).await, 404, "404 Member Not Found");
    refused(&put(&test, &owner, &member, json!({"access_level": 10})).await, 404, "404 Member Not Found");
    // Below it stays.
    let reading = test.full_token("owner").await;
    let stays = ask(&test, &reading, &format!("projects/acme%2Fwebsite/members/{ann}")).await.ok();
    assert_eq!(stays["access_level"], 20);
    // Whose role ended is no member any more, and may be added again.
    let bob = user_id(&test, "bob").await;
    let cleo = user_id(&test, "cleo").await;
    let ends = json!({"access_level": 10, "expires_at": "2026-06-02"});
    for ending in [bob, cleo] {
        put(&test, &owner, &format!("groups/acme/members/{ending}"), ends.clone()).await.ok();
    }
    test.clock.advance_days(2);
    refused(
        &put(&test, &owner, &format!("groups/acme/members/{bob}"), json!({"access_level": 10})).await,
        404,
        "404 Member Not Found",
    );
    made(&post(&test, &owner, "groups/acme/members", json!({"user_id": bob, "access_level": 20})).await);
    // Who is one by another source gets a role by hand again, without the end of the one before.
    let acme = test.namespace("acme").await.id;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    uow.memberships()
        .set(acme, UserId(cleo), Source::Import, &Role::Guest.into(), None)
        .await
        .expect("a member");
    uow.commit().await.expect("committed");
    let again = put(&test, &owner, &format!("groups/acme/members/{cleo}"), json!({"access_level": 20})).await;
    let again = again.ok();
    assert_eq!((&again["access_level"], &again["expires_at"]), (&json!(20), &Value::Null));
}

#[tokio::test]
async fn what_is_wrong_with_a_member_changes_nothing() {
    let test = TestApp::new().await;
    let owner = test.full_token("owner").await;
    let (own, developer) = (user_id(&test, "owner").await, user_id(&test, "developer").await);
    test.add_member("lead", "acme/platform", Role::Owner).await;
    let before = state(&test).await;
    let outsider = user_id(&test, "outsider").await;
    for (body, status, message) in [
        (json!({"access_level": 30}), 400, "user_id, username are missing"),
        (json!({"user_id": outsider}), 400, "access_level is missing"),
        (json!({"user_id": outsider, "username": "outsider", "access_level": 30}), 400, "mutually exclusive"),
        (json!({"user_id": 9999, "access_level": 30}), 404, "404 User Not Found"),
        (json!({"username": "nobody", "access_level": 30}), 404, "404 User Not Found"),
        (json!({"username": "outsider,nobody", "access_level": 30}), 404, "404 User Not Found"),
        (json!({"username": "outsider,developer", "access_level": 30}), 409, "Member already exists"),
        (json!({"user_id": "x", "access_level": 30}), 400, "user_id is invalid"),
        (json!({"user_id": outsider, "access_level": 37}), 400, "access_level does not have a valid value"),
        (json!({"user_id": outsider, "access_level": 60}), 400, "access_level does not have a valid value"),
        (json!({"user_id": outsider, "access_level": "Owner"}), 400, "access_level is invalid"),
        (
            json!({"user_id": outsider, "access_level": 30, "expires_at": "2026-06-01"}),
            400,
            "expires_at: A role",
        ),
        (
            json!({"user_id": outsider, "access_level": 30, "expires_at": "soon"}),
            400,
            "expires_at is invalid",
        ),
        (json!({"user_id": outsider, "access_level": 30, "role": "x"}), 400, "role is unknown"),
        (json!({"user_id": developer, "access_level": 40}), 409, "Member already exists"),
    ] {
        refused(&post(&test, &owner, "groups/acme/members", body).await, status, message);
    }
    let minimal = json!({"user_id": outsider, "access_level": 5});
    refused(
        &post(&test, &owner, "groups/acme%2Fplatform/members", minimal).await,
        400,
        "access_level: Minimal Access exists in top-level groups only",
    );
    let member = format!("groups/acme/members/{developer}");
    for (path, body, status, message) in [
        (member.clone(), json!({}), 400, "access_level is missing"),
        (member.clone(), json!({"access_level": 30, "user_id": own}), 400, "user_id is invalid"),
        (String::from("groups/acme/members/x"), json!({"access_level": 30}), 404, "404 Member Not Found"),
        (format!("groups/acme/members/{own}"), json!({"access_level": 40}), 409, "without_owner=true"),
        (
            format!("groups/acme/members/{own}"),
            json!({"access_level": 50, "expires_at": "2027-01-01"}),
            409,
            "without_owner=true",
        ),
    ] {
        refused(&put(&test, &owner, &path, body).await, status, message);
    }
    refused(&delete(&test, &owner, &format!("groups/acme/members/{own}")).await, 409, "without_owner=true");
    for (who, status) in [("maintainer", 403), ("developer", 403), ("outsider", 404)] {
        let token = test.full_token(who).await;
        let body = json!({"user_id": outsider, "access_level": 10});
        assert_eq!(post(&test, &token, "groups/acme/members", body).await.status, status, "{who}");
        assert_eq!(put(&test, &token, &member, json!({"access_level": 50})).await.status, status, "{who}");
        if who != "developer" {
            assert_eq!(delete(&test, &token, &member).await.status, status, "{who}");
        }
    }
    assert_eq!(state(&test).await, before);
    // Anybody leaves, and a confirmed loss is a loss.
    let token = test.full_token("developer").await;
    assert_eq!(delete(&test, &token, &member).await.status, 204);
    let last = format!("groups/acme/members/{own}?without_owner=true");
    assert_eq!(delete(&test, &owner, &last).await.status, 204);
    refused(&ask(&test, &owner, "groups/acme").await, 404, "404 Group Not Found");
}

#[tokio::test]
async fn groups_are_shared() {
    let test = TestApp::new().await;
    let owner = test.full_token("owner").await;
    let globex = id_of(&test, "globex").await;
    let body = json!({"group_id": globex, "group_access": 20, "expires_at": "2027-01-01"});
    let shared = made(&post(&test, &owner, "groups/acme/share", body.clone()).await);
    let invited = &shared["shared_with_groups"][0];
    assert_eq!(
        (&invited["group_full_path"], &invited["group_access_level"], &invited["expires_at"]),
        (&json!("globex"), &json!(20), &json!("2027-01-01"))
    );
    refused(&post(&test, &owner, "groups/acme/share", body.clone()).await, 409, "globex is invited already");
    let project = made(&post(&test, &owner, "projects/acme%2Fwebsite/share", body).await);
    assert_eq!(
        (&project["project_id"], &project["group_id"], &project["group_access"]),
        (&json!(id_of(&test, "acme/website").await), &json!(globex), &json!(20))
    );
    let before = state(&test).await;
    let acme = id_of(&test, "acme").await;
    for (path, body, status, message) in [
        ("groups/acme/share", json!({"group_access": 20}), 400, "group_id is missing"),
        ("groups/acme/share", json!({"group_id": globex}), 400, "group_access is missing"),
        ("groups/acme/share", json!({"group_id": 999, "group_access": 20}), 404, "404 Group Not Found"),
        ("groups/acme/share", json!({"group_id": acme, "group_access": 20}), 400, "invited to itself"),
        ("groups/acme/share", json!({"group_id": globex, "group_access": 21}), 400, "group_access does not"),
        ("groups/acme/share", json!({"group_id": globex, "group_access": 30}), 409, "invited already"),
        (
            "groups/globex/share",
            json!({"group_id": acme, "group_access": 20, "expires_at": "2026-01-01"}),
            400,
            "expires_at",
        ),
    ] {
        refused(&post(&test, &owner, path, body).await, status, message);
    }
    assert_eq!(state(&test).await, before);
    for path in ["groups/acme", "projects/acme%2Fwebsite"] {
        let gone = delete(&test, &owner, &format!("{path}/share/{globex}")).await;
        assert_eq!(gone.status, 204, "{}", gone.text());
        refused(&delete(&test, &owner, &format!("{path}/share/{globex}")).await, 404, "404 Group Link Not");
    }
    assert_eq!(newest(&test, 2).await[0], newest(&test, 2).await[1]);
    // An invitation that has ended is none.
    let ends = json!({"group_id": globex, "group_access": 20, "expires_at": "2026-06-02"});
    made(&post(&test, &owner, "groups/acme/share", ends.clone()).await);
    test.clock.advance_days(2);
    refused(&post(&test, &owner, "groups/acme/share", ends).await, 400, "expires_at");
    let ever = json!({"group_id": globex, "group_access": 30});
    let again = made(&post(&test, &owner, "groups/acme/share", ever).await);
    assert_eq!(again["shared_with_groups"][0]["group_access_level"], 30);
}

#[tokio::test]
async fn administrators_create_edit_block_and_delete_users() {
    let test = TestApp::new().await;
    let admin = test.token("admin", &[Scope::ManageUsers]).await;
    let body = json!({"username": "ann", "name": "Ann", "email": "ann@example.com", "password": "correct horse battery", "note": "x"});
    let answer = post(&test, &admin, "users", body).await;
    let ann = made(&answer);
    assert_eq!(
        (&ann["username"], &ann["email"], &ann["state"], &ann["is_admin"], &ann["ignored"][0]["param"]),
        (&json!("ann"), &json!("ann@example.com"), &json!("active"), &json!(false), &json!("note"))
    );
    assert!(ann.get("reset_password_url").is_none() && !answer.text().contains("horse"), "{ann}");
    let linked = json!({"username": "bob", "name": "Bob", "email": "bob@example.com", "reset_password": true, "admin": false, "state": "blocked", "provider": "x"});
    let bob = made(&post(&test, &admin, "users", linked).await);
    let url = bob["reset_password_url"].as_str().expect("a link");
    assert!(url.starts_with("http://localhost/users/password/edit?reset_password_token="), "{url}");
    let reasons = [&bob["ignored"][0]["reason"], &bob["ignored"][1]["reason"]];
    assert_eq!(
        reasons,
        ["Linked when somebody signs in by the provider.", "Blocked by POST /users/:id/block."]
    );
    assert_eq!(newest(&test, 2).await, ["user_created", "password_reset_link_created"]);

    let path = format!("users/{}", ann["id"]);
    let edited = put(&test, &admin, &path, json!({"name": "Anna", "admin": false})).await.ok();
    assert_eq!(
        (&edited["name"], &edited["is_admin"], &edited["email"]),
        (&json!("Anna"), &json!(false), &json!("ann@example.com"))
    );
    let emptied = put(&test, &admin, &path, json!({"email": "", "admin": "false"})).await.ok();
    assert_eq!((&emptied["email"], &emptied["is_admin"]), (&Value::Null, &json!(false)));

    let before = state(&test).await;
    let new = |more: Value| {
        let mut body = json!({"username": "cleo", "name": "Cleo", "email": "cleo@example.com", "force_random_password": true});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    for (body, status, message) in [
        (
            json!({"username": "cleo", "name": "Cleo", "email": "c@example.com"}),
            400,
            "password, reset_password",
        ),
        (json!({"username": "cleo", "name": "Cleo", "force_random_password": true}), 400, "email is missing"),
        (new(json!({"username": "BOB"})), 409, "Username has already been taken"),
        (new(json!({"email": "bob@example.com"})), 409, "Email has already been taken"),
        (new(json!({"email": "nowhere"})), 400, "email: "),
        (new(json!({"username": "a b"})), 400, "username: "),
        (new(json!({"password": "correct horse battery"})), 400, "mutually exclusive"),
        (new(json!({"password": "x", "force_random_password": false})), 400, "password: "),
        (new(json!({"admin": "maybe"})), 400, "admin is invalid"),
        (new(json!({"unheard_of": 1})), 400, "unheard_of is unknown"),
    ] {
        refused(&post(&test, &admin, "users", body).await, status, message);
    }
    let own = user_id(&test, "admin").await;
    for (body, status, message) in [
        (json!({"username": "bob"}), 409, "Username has already been taken"),
        (json!({"email": "bob@example.com"}), 409, "Email has already been taken"),
        (json!({"name": ""}), 400, "name: "),
        (json!({"password": "correct horse battery"}), 400, "password is not set by this API"),
    ] {
        refused(&put(&test, &admin, &path, body).await, status, message);
    }
    refused(
        &put(&test, &admin, &format!("users/{own}"), json!({"admin": false})).await,
        403,
        "your own account",
    );
    refused(&post(&test, &admin, &format!("users/{own}/block"), json!({})).await, 403, "your own account");
    refused(&delete(&test, &admin, &format!("users/{own}")).await, 403, "your own account");
    for nobody in ["users/9999", "users/x"] {
        refused(&put(&test, &admin, nobody, json!({"name": "X"})).await, 404, "404 User Not Found");
        refused(&delete(&test, &admin, nobody).await, 404, "404 User Not Found");
        refused(&post(&test, &admin, &format!("{nobody}/block"), json!({})).await, 404, "404 User Not Found");
    }
    let owner = test.full_token("owner").await;
    refused(&delete(&test, &owner, &path).await, 403, "This needs an administrator.");
    let other = test.token("admin", &[Scope::ManageGroups, Scope::ReadSettings]).await;
    refused(&delete(&test, &other, &path).await, 403, "\"scope\":\"manage_users\"");
    assert_eq!(state(&test).await, before);

    for _ in 0..2 {
        assert_eq!(made(&post(&test, &admin, &format!("{path}/block"), json!({})).await), json!(true));
    }
    assert_eq!(newest(&test, 2).await[1], "user_blocked");
    let shown = put(&test, &admin, &path, json!({})).await.ok();
    assert_eq!(shown["state"], "blocked");
    for _ in 0..2 {
        assert_eq!(made(&post(&test, &admin, &format!("{path}/unblock"), json!({})).await), json!(true));
    }
    let gone = delete(&test, &admin, &format!("{path}?hard_delete=true")).await;
    assert_eq!(
        (gone.status.as_u16(), &gone.headers["x-duo-console-ignored"]),
        (204, &"hard_delete".parse().expect("a value"))
    );
    refused(&delete(&test, &admin, &path).await, 404, "404 User Not Found");
}

#[tokio::test]
async fn nobody_becomes_an_administrator() {
    let test = TestApp::new().await;
    let admin = test.token("admin", &[Scope::ManageUsers]).await;
    let reviewer = format!("users/{}", user_id(&test, "reviewer").await);
    let before = state(&test).await;
    let elsewhere = "Administrators are made on the page of the person, or at the command line.";
    let new = json!({"username": "cleo", "name": "Cleo", "email": "cleo@example.com", "password": "correct horse battery", "admin": true});
    refused(&post(&test, &admin, "users", new).await, 403, elsewhere);
    refused(&put(&test, &admin, &reviewer, json!({"name": "No", "admin": true})).await, 403, elsewhere);
    refused(&put(&test, &admin, "users/9999", json!({"admin": true})).await, 404, "404 User Not Found");
    assert_eq!(state(&test).await, before);
    // Whoever is one stays one, and the right is taken away.
    test.execute("UPDATE users SET is_admin = 1 WHERE username = 'reviewer'").await;
    let same = put(&test, &admin, &reviewer, json!({"name": "Rita", "admin": true})).await.ok();
    assert_eq!((&same["name"], &same["is_admin"]), (&json!("Rita"), &json!(true)));
    assert_eq!(put(&test, &admin, &reviewer, json!({"admin": false})).await.ok()["is_admin"], false);
}

#[tokio::test]
async fn two_who_change_different_fields_at_once_both_succeed() {
    let test = TestApp::new().await;
    let admin = test.full_token("admin").await;
    let owner = test.full_token("owner").await;
    let reviewer = user_id(&test, "reviewer").await;
    let member = format!("groups/acme/members/{reviewer}");
    let user = format!("users/{reviewer}");
    for _ in 0..3 {
        let (name, text, role, end, person, address) = tokio::join!(
            put(&test, &admin, "groups/acme", json!({"name": "One"})),
            put(&test, &owner, "groups/acme", json!({"description": "Two"})),
            put(&test, &admin, &member, json!({"access_level": 40})),
            put(&test, &owner, &member, json!({"access_level": 40, "expires_at": "2027-01-01"})),
            put(&test, &admin, &user, json!({"name": "Three"})),
            put(&test, &admin, &user, json!({"email": "four@example.com"})),
        );
        for answer in [name, text, role, end, person, address] {
            answer.ok();
        }
    }
    let group = ask(&test, &owner, "groups/acme").await.ok();
    assert_eq!((&group["name"], &group["description"]), (&json!("One"), &json!("Two")));
    let member = ask(&test, &owner, &member).await.ok();
    assert_eq!((&member["access_level"], &member["expires_at"]), (&json!(40), &json!("2027-01-01")));
    let user = ask(&test, &admin, &user).await.ok();
    assert_eq!((&user["name"], &user["email"]), (&json!("Three"), &json!("four@example.com")));
}
