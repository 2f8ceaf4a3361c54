//! GraphQL: what its few fields answer to whom, in pages, and what is refused.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, NOON, TestApp};
use duo_console::domain::{people::grants::Source, role::Role, token::Scope};

const MEMBERS: &str =
    "query getGroupMembers($group: ID!, $relations: [GroupMemberRelation!], $endCursor: String) {
    group(fullPath: $group) {
        groupMembers(first: 100, relations: $relations, after: $endCursor) {
            nodes { user { id username publicEmail name state webUrl avatarUrl } }
            pageInfo { endCursor hasNextPage }
        }
    }
}";

async fn ask(test: &TestApp, token: &str, query: &str, variables: Value) -> Answer {
    let body = json!({"query": query, "variables": variables});
    test.post("/api/graphql", &body).token(token).send().await
}

/// What a query comes to, without errors.
async fn data(test: &TestApp, token: &str, query: &str, variables: Value) -> Value {
    let answer = ask(test, token, query, variables).await.ok();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

/// What is wrong with a query; the first error alone, with what was answered nevertheless.
async fn wrong(test: &TestApp, token: &str, query: &str) -> (String, Option<Value>) {
    let answer = ask(test, token, query, Value::Null).await.ok();
    let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (message.to_owned(), answer.get("data").cloned())
}

fn usernames(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().expect("nodes");
    nodes.iter().map(|it| it["user"]["username"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn members_have_the_relations_that_are_asked_for() {
    let test = TestApp::new().await;
    test.add_member("guest", "acme/platform", Role::Guest).await;
    let token = test.full_token("owner").await;
    let of = async |relations: Value| {
        let values = json!({"group": "acme/platform", "relations": relations, "endCursor": null});
        data(&test, &token, MEMBERS, values).await["group"]["groupMembers"].clone()
    };
    let direct = of(json!(["DIRECT"])).await;
    assert_eq!(usernames(&direct), ["guest"]);
    let guest = &direct["nodes"][0]["user"];
    let id = guest["id"].as_str().and_then(|it| it.strip_prefix("gid://gitlab/User/")).expect("a global id");
    assert!(id.parse::<i64>().is_ok());
    assert_eq!(
        (&guest["state"], &guest["webUrl"], &guest["publicEmail"], &guest["avatarUrl"]),
        (&json!("active"), &json!("http://localhost/admin/people/guest"), &Value::Null, &Value::Null)
    );
    assert_eq!(direct["pageInfo"]["hasNextPage"], false);
    let inherited = of(json!(["DIRECT", "INHERITED"])).await;
    assert_eq!(usernames(&inherited), ["owner", "maintainer", "developer", "reviewer", "guest"]);
    // As in GitLab, when nothing is said.
    assert_eq!(of(Value::Null).await, inherited);

    // A group that is invited to the group above.
    let somebody = test.add_member("somebody", "initech", Role::Developer).await;
    test.execute("INSERT INTO namespace_shares (namespace_id, invited_group_id, source, access_level) SELECT n.id, g.id, 'hand', 20 FROM namespaces n, namespaces g WHERE n.full_path = 'acme' AND g.full_path = 'initech'").await;
    assert_eq!(of(json!(["DIRECT", "INHERITED"])).await, inherited);
    let every = of(json!(["DIRECT", "INHERITED", "SHARED_FROM_GROUPS"])).await;
    assert!(usernames(&every).contains(&"somebody"), "{every}");
    test.execute("UPDATE users SET state = 'blocked' WHERE username = 'somebody'").await;
    let every = of(json!(["DIRECT", "INHERITED", "SHARED_FROM_GROUPS"])).await;
    let blocked =
        every["nodes"].as_array().expect("nodes").iter().find(|it| it["user"]["state"] == "blocked");
    assert_eq!(blocked.expect("one")["user"]["id"], format!("gid://gitlab/User/{}", somebody.0));

    for relations in ["[DESCENDANTS, DIRECT]", "INHERITED", "[]"] {
        let query = format!(
            "{{group(fullPath: \"acme\"){{id groupMembers(relations: {relations}){{nodes{{user{{id}}}}}}}}}}"
        );
        let (message, data) = wrong(&test, &token, &query).await;
        assert!(message.starts_with("Answered are the relations DIRECT"), "{message}");
        let data = data.expect("the rest");
        assert!(data["group"]["groupMembers"].is_null() && data["group"]["id"].is_string(), "{data}");
    }
}

#[tokio::test]
async fn what_is_below_a_group_comes_in_pages() {
    let test = TestApp::new().await;
    let token = test.full_token("reviewer").await;
    let query = "query($group: ID!, $first: Int, $endCursor: String) { group(fullPath: $group) { descendantGroups(first: $first, after: $endCursor) { nodes { id name description fullPath visibility parent { id } } pageInfo { endCursor hasNextPage } } } }";
    let (mut paths, mut cursor, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let values = json!({"group": "acme", "first": 1, "endCursor": cursor});
        let below = data(&test, &token, query, values).await["group"]["descendantGroups"].clone();
        let nodes = below["nodes"].as_array().expect("nodes").clone();
        assert_eq!(nodes.len(), 1);
        assert_eq!((&nodes[0]["visibility"], &nodes[0]["description"]), (&json!("private"), &json!("")));
        paths.extend(nodes);
        pages += 1;
        if below["pageInfo"]["hasNextPage"] == false {
            break;
        }
        cursor = below["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(pages, 2);
    assert_eq!(
        (&paths[0]["fullPath"], &paths[1]["fullPath"]),
        (&json!("acme/platform"), &json!("acme/platform/runtime"))
    );
    assert_eq!(paths[1]["parent"]["id"], paths[0]["id"]);
    let whole = json!({"group": "ACME", "first": 5000, "endCursor": ""});
    let whole = data(&test, &token, query, whole).await["group"]["descendantGroups"].clone();
    assert_eq!(whole["nodes"].as_array().map(Vec::len), Some(2));
    let after = json!({"group": "acme", "endCursor": whole["pageInfo"]["endCursor"]});
    let none = data(&test, &token, query, after).await["group"]["descendantGroups"].clone();
    assert_eq!(none, json!({"nodes": [], "pageInfo": {"endCursor": null, "hasNextPage": false}}));
    let none = data(&test, &token, query, json!({"group": "acme", "first": 0})).await;
    assert_eq!(none["group"]["descendantGroups"]["pageInfo"]["hasNextPage"], true);
    for arguments in ["after: \"x\"", "first: -1"] {
        let query = format!("{{group(fullPath: \"acme\"){{descendantGroups({arguments}){{nodes{{id}}}}}}}}");
        let (message, data) = wrong(&test, &token, &query).await;
        assert!(message.contains("is no cursor") || message.contains("not below 0"), "{message}");
        assert!(data.expect("the rest")["group"]["descendantGroups"].is_null());
    }
}

#[tokio::test]
async fn members_come_in_pages_and_each_once() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let query = MEMBERS.replace("first: 100", "first: 3");
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    for more in [true, false] {
        let values = json!({"group": "acme", "relations": ["DIRECT"], "endCursor": cursor});
        let page = data(&test, &token, &query, values).await["group"]["groupMembers"].clone();
        found.extend(usernames(&page).into_iter().map(str::to_owned));
        assert_eq!(page["pageInfo"]["hasNextPage"], more);
        cursor = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, ["owner", "maintainer", "developer", "reviewer"]);
}

#[tokio::test]
async fn everybody_sees_what_they_see_elsewhere() {
    let test = TestApp::new().await;
    test.add_member("guest", "acme/platform", Role::Guest).await;
    test.add_member("minimal", "acme", Role::MinimalAccess).await;
    let query = "{ currentUser { username state } acme: group(fullPath: \"acme\") { id groupMembers { nodes { user { username } } } descendantGroups { nodes { fullPath } } } sub: group(fullPath: \"acme/platform\") { fullPath parent { id fullPath } } project: group(fullPath: \"acme/website\") { id } none: group(fullPath: \"nowhere\") { id } odd: group(fullPath: \"a b/%/\") { id } number: group(fullPath: \"1\") { id } }";
    let token = test.full_token("outsider").await;
    let seen = data(&test, &token, query, Value::Null).await;
    assert_eq!(
        seen,
        json!({"currentUser": {"username": "outsider", "state": "active"}, "acme": null, "sub": null, "project": null, "none": null, "odd": null, "number": null})
    );
    let token = test.full_token("guest").await;
    let seen = data(&test, &token, query, Value::Null).await;
    assert_eq!((&seen["acme"], &seen["sub"]["fullPath"]), (&Value::Null, &json!("acme/platform")));
    // With its name, as its full name has.
    assert_eq!(seen["sub"]["parent"]["fullPath"], "acme");

    // Minimal access: the group, and not who is in it, nor what is below.
    let token = test.full_token("minimal").await;
    let answer = ask(&test, &token, query, Value::Null).await.ok();
    assert_eq!(answer["data"]["acme"]["groupMembers"], Value::Null);
    assert_eq!(answer["data"]["acme"]["descendantGroups"]["nodes"], json!([]));
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["errors"][0]["message"], "This needs the role Guest.");
    assert_eq!(answer["errors"][0]["path"], json!(["acme", "groupMembers"]));
    assert_eq!(answer["errors"][0]["locations"], json!([{"line": 1, "column": 69}]));

    // A token without the scope learns of itself alone, and not whether a group is there.
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    let answer = ask(
        &test,
        &token,
        "{currentUser{username} group(fullPath: \"acme\"){id} no: group(fullPath: \"nowhere\"){id}}",
        Value::Null,
    )
    .await
    .ok();
    assert_eq!(answer["data"]["currentUser"]["username"], "owner");
    assert!(answer["data"]["group"].is_null());
    assert_eq!(answer["errors"][0]["message"], "The token lacks the scope read_settings.");
    let admin = test.full_token("admin").await;
    let seen = data(&test, &admin, query, Value::Null).await;
    assert_eq!(seen["acme"]["descendantGroups"]["nodes"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_role_that_expired_counts_no_more() {
    let test = TestApp::new().await;
    let guest = test.add_user("guest").await;
    let acme = test.namespace("acme").await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let tomorrow = Some(NOON.plus_days(1));
    uow.memberships()
        .set(acme.id, guest, Source::Hand, &Role::Guest.into(), tomorrow)
        .await
        .expect("a member");
    uow.commit().await.expect("committed");
    let token = test.full_token("guest").await;
    let query = "{group(fullPath: \"acme\"){groupMembers(relations: DIRECT){nodes{user{username}}}}}";
    let seen = data(&test, &token, query, Value::Null).await;
    assert!(usernames(&seen["group"]["groupMembers"]).contains(&"guest"), "{seen}");
    test.clock.advance_days(2);
    assert_eq!(data(&test, &token, query, Value::Null).await, json!({"group": null}));
    let owner = test.full_token("owner").await;
    let seen = data(&test, &owner, query, Value::Null).await;
    assert!(!usernames(&seen["group"]["groupMembers"]).contains(&"guest"), "{seen}");
}

#[tokio::test]
async fn what_is_no_query_is_refused_and_names_the_field() {
    let test = TestApp::new().await;
    let token = test.full_token("admin").await;
    for (query, said) in [
        (
            "{ projects { nodes { id } } }",
            "Field 'projects' doesn't exist on type 'Query' here. Known are: currentUser, group.",
        ),
        (
            "{ group(fullPath: \"acme\") { id runners { id } } }",
            "Field 'runners' doesn't exist on type 'Group'",
        ),
        ("mutation { groupDelete(fullPath: \"acme\") { errors } }", "A mutation is not answered"),
        ("{ __schema { types { name } } }", "Field '__schema' doesn't exist"),
        ("{", "The query cannot be read"),
        ("", "The query cannot be read"),
    ] {
        let (message, data) = wrong(&test, &token, query).await;
        assert!(message.starts_with(said), "{query}: {message}");
        assert_eq!(data, None, "{query}");
    }
    // As many brackets as fit into a body.
    for query in ["{a".repeat(30_000), "[".repeat(60_000), format!("query($a: {}) {{a}}", "[".repeat(60_000))]
    {
        let (message, data) = wrong(&test, &token, &query).await;
        assert!(message.starts_with("The query is too large: it is nested deeper"), "{message}");
        assert_eq!(data, None);
    }
    let many: Vec<_> = (0..50).map(|at| format!("a{at}: group(fullPath: \"acme\") {{ id }}")).collect();
    let (message, _) = wrong(&test, &token, &format!("{{ {} }}", many.join(" "))).await;
    assert!(message.contains("more than 10 groups and lists"), "{message}");
}

#[tokio::test]
async fn the_request_is_one_of_graphql_or_a_problem() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let send = async |content_type: &str, body: &str| {
        let request = test.ask(Method::POST, "/api/graphql").token(&token);
        request.header("content-type", content_type).body(body.to_owned()).send().await
    };
    let fine = "{\"query\":\"{currentUser{username}}\",\"variables\":null,\"operationName\":null,\"extensions\":{\"a\":1}}";
    assert_eq!(send("application/json", fine).await.ok()["data"]["currentUser"]["username"], "owner");
    send("application/json", "{currentUser{username}}").await.refused(400, "malformed_json");
    send("application/json", "[]").await.refused(422, "invalid");
    send("application/json", "{\"query\":1}").await.refused(422, "invalid");
    send("application/json", "{\"query\":\"{a}\",\"id\":\"x\"}").await.refused(422, "invalid");
    send("application/json", "{\"query\":\"{a}\",\"variables\":\"{}\"}").await.refused(422, "invalid");
    send("application/graphql", "{currentUser{username}}").await.refused(415, "unsupported_media_type");
    let large = format!("{{\"query\":\"{}\"}}", " ".repeat(70_000));
    send("application/json", &large).await.refused(413, "body_too_large");
    let named = test.post("/api/graphql?query=x", &json!({"query": "{currentUser{id}}"})).token(&token);
    named.send().await.refused(400, "bad_query");
    let stranger = test.post("/api/graphql", &json!({"query": "{currentUser{id}}"})).send().await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.json(), json!({"message": "401 Unauthorized"}));
}
