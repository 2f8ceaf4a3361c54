//! The OpenAPI document: it is valid, it lists what is served, and every response conforms to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use duo_console::server::rest;
use http::{Method, header};
use serde_json::{Map, Value};

use crate::support::{Answer, TestApp};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&rest::openapi().to_json().expect("the document is JSON")).expect("it is")
});

/// Panics unless the response conforms to the document.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    if method == Method::HEAD {
        return;
    }
    // Some clients of GitLab's API send superfluous slashes.
    let gitlabs = path.starts_with("/api/v4/").then(|| path.trim_end_matches('/').replace("//", "/"));
    let Some(item) = path_item(gitlabs.as_deref().unwrap_or(path)) else {
        answer.refused(404, "unknown_path");
        return;
    };
    let Some(operation) = item.get(&method.as_str().to_lowercase()) else {
        answer.refused(405, "method_not_allowed");
        return;
    };
    let what = format!("{method} {path} {}", answer.status);
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "{what} is not in the document: {}", answer.text());
    if matches!(answer.status, http::StatusCode::NO_CONTENT | http::StatusCode::NOT_MODIFIED) {
        assert!(answer.body.is_empty() && response["content"].is_null(), "{what}");
        return;
    }
    let content_type = answer.header(header::CONTENT_TYPE);
    let media_type = content_type.split(';').next().unwrap_or_default();
    let schema = &response["content"][media_type]["schema"];
    assert!(schema.is_object(), "{what} as {content_type} is not in the document");
    if content_type == "text/event-stream" {
        for data in answer.text().lines().filter_map(|line| line.strip_prefix("data: ")) {
            let event: Value = serde_json::from_str(data).expect("JSON");
            // The opening event has only an id.
            if event.as_object().is_some_and(|it| it.len() > 1 || !it.contains_key("id")) {
                fits(schema, &event).unwrap_or_else(|why| panic!("{what}: {why}\n{data}"));
            }
        }
        return;
    }
    if media_type == "text/csv" {
        return;
    }
    if let Err(why) = fits(schema, &answer.json()) {
        panic!("{what} is not as the document says: {why}\n{}", answer.text());
    }
}

/// The document's entry for a path: the one with the fewest parameters that matches.
fn path_item(path: &str) -> Option<&'static Map<String, Value>> {
    let matches = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(name, given)| name.starts_with('{') || name == given)
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let found = paths.iter().filter(|(template, _)| matches(template));
    found.min_by_key(|(template, _)| template.matches('{').count()).and_then(|(_, item)| item.as_object())
}

fn resolve(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        None => schema,
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("a reference into the document");
            DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
    }
}

/// The allowed and the required members of an object, including its `allOf` parts.
fn members(
    schema: &'static Value,
    properties: &mut BTreeMap<&'static str, &'static Value>,
    required: &mut BTreeSet<&'static str>,
) {
    let schema = resolve(schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        members(part, properties, required);
    }
    properties
        .extend(schema["properties"].as_object().into_iter().flatten().map(|(name, it)| (name.as_str(), it)));
    required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether `value` conforms to `schema`, without unlisted members.
fn fits(schema: &'static Value, value: &Value) -> Result<(), String> {
    let schema = resolve(schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let misfits: Vec<_> = choices.iter().filter_map(|choice| fits(choice, value).err()).collect();
        let fitting = choices.len() - misfits.len();
        return if fitting == 1 { Ok(()) } else { Err(format!("{fitting} choices fit: {misfits:?}")) };
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{value} is none of {words:?}"));
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.contains(&type_of(value)) {
        return Err(format!("{value} is not of the type {types:?}"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(&schema["items"], item).map_err(|why| format!("[{at}]: {why}"))?;
    }
    let (mut properties, mut required) = (BTreeMap::new(), BTreeSet::new());
    members(schema, &mut properties, &mut required);
    let Some(object) = value.as_object().filter(|_| !properties.is_empty()) else { return Ok(()) };
    if let Some(missing) = required.iter().find(|name| !object.contains_key(**name)) {
        return Err(format!("{missing} is missing"));
    }
    for (name, member) in object {
        let schema = properties.get(name.as_str()).ok_or(format!("{name} is not listed"))?;
        fits(schema, member).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path's operations");
        item.iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[tokio::test]
async fn the_document_is_served_to_anybody_as_it_was_made() {
    let answer = TestApp::new().await.get("/api/openapi.json").send().await;
    assert_eq!(answer.ok(), *DOCUMENT);
    assert_eq!(answer.header(header::CACHE_CONTROL), "public, max-age=300");
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    assert_eq!(DOCUMENT["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_document_lists_these_operations() {
    let listed: BTreeSet<_> = operations().map(|(path, method, _)| (method, path)).collect();
    let expected = [
        ("get", "/api/openapi.json"),
        ("get", "/api/v1/changes"),
        ("get", "/api/v1/consents/code_review/wording"),
        ("get", "/api/v1/consents/{id}"),
        ("get", "/api/v1/decisions/code_review"),
        ("get", "/api/v1/exports/{kind}"),
        ("post", "/api/v1/imports/{kind}"),
        ("get", "/api/v1/decisions/flows/{flow}"),
        ("get", "/api/v1/feature_flags/{name}/history"),
        ("post", "/api/v1/feature_flags/{name}/restore"),
        ("get", "/api/v1/feature_flags/{name}/scheduled_changes"),
        ("post", "/api/v1/feature_flags/{name}/scheduled_changes"),
        ("delete", "/api/v1/feature_flags/{name}/scheduled_changes/{id}"),
        ("get", "/api/v1/flow_versions"),
        ("get", "/api/v1/groups/{full_path}/flows"),
        ("get", "/api/v4/features"),
        ("get", "/api/v4/features/definitions"),
        ("get", "/api/v4/user"),
        ("get", "/api/v4/version"),
        ("get", "/api/v4/metadata"),
        ("get", "/api/v4/personal_access_tokens/self"),
        ("get", "/api/v4/groups"),
        ("get", "/api/v4/groups/{id}"),
        ("get", "/api/v4/groups/{id}/subgroups"),
        ("get", "/api/v4/groups/{id}/descendant_groups"),
        ("get", "/api/v4/groups/{id}/projects"),
        ("get", "/api/v4/groups/{id}/members"),
        ("get", "/api/v4/groups/{id}/members/all"),
        ("get", "/api/v4/groups/{id}/members/{user_id}"),
        ("get", "/api/v4/groups/{id}/members/all/{user_id}"),
        ("get", "/api/v4/groups/{id}/audit_events"),
        ("get", "/api/v4/projects"),
        ("get", "/api/v4/projects/{id}"),
        ("get", "/api/v4/projects/{id}/members"),
        ("get", "/api/v4/projects/{id}/members/all"),
        ("get", "/api/v4/projects/{id}/members/{user_id}"),
        ("get", "/api/v4/projects/{id}/members/all/{user_id}"),
        ("get", "/api/v4/projects/{id}/audit_events"),
        ("get", "/api/v4/users"),
        ("get", "/api/v4/users/{id}"),
        ("get", "/api/v4/audit_events"),
        ("post", "/api/graphql"),
        ("put", "/api/v4/groups/{id}"),
        ("post", "/api/v4/groups"),
        ("delete", "/api/v4/groups/{id}"),
        ("post", "/api/v4/groups/{id}/transfer"),
        ("post", "/api/v4/groups/{id}/archive"),
        ("post", "/api/v4/groups/{id}/unarchive"),
        ("post", "/api/v4/groups/{id}/share"),
        ("delete", "/api/v4/groups/{id}/share/{group_id}"),
        ("post", "/api/v4/groups/{id}/members"),
        ("put", "/api/v4/groups/{id}/members/{user_id}"),
        ("delete", "/api/v4/groups/{id}/members/{user_id}"),
        ("post", "/api/v4/projects"),
        ("put", "/api/v4/projects/{id}"),
        ("delete", "/api/v4/projects/{id}"),
        ("put", "/api/v4/projects/{id}/transfer"),
        ("post", "/api/v4/projects/{id}/archive"),
        ("post", "/api/v4/projects/{id}/unarchive"),
        ("post", "/api/v4/projects/{id}/share"),
        ("delete", "/api/v4/projects/{id}/share/{group_id}"),
        ("post", "/api/v4/projects/{id}/members"),
        ("put", "/api/v4/projects/{id}/members/{user_id}"),
        ("delete", "/api/v4/projects/{id}/members/{user_id}"),
        ("post", "/api/v4/users"),
        ("put", "/api/v4/users/{id}"),
        ("delete", "/api/v4/users/{id}"),
        ("post", "/api/v4/users/{id}/block"),
        ("post", "/api/v4/users/{id}/unblock"),
        ("post", "/api/v4/features/{name}"),
        ("delete", "/api/v4/features/{name}"),
        ("post", "/api/v1/chat/commands"),
        ("get", "/ofrep/v1/events"),
        ("post", "/ofrep/v1/evaluate/flags"),
        ("post", "/ofrep/v1/evaluate/flags/{key}"),
        ("post", "/api/v1/decisions"),
        ("put", "/api/v1/flow_versions"),
        ("put", "/api/v1/groups/{full_path}/flows/{flow}"),
    ];
    assert_eq!(listed, BTreeSet::from(expected));
}

/// The methods that the router accepts at a path are in `Allow`, in the response to any other.
#[tokio::test]
async fn the_router_takes_at_each_path_what_the_document_lists_and_nothing_else() {
    let test = TestApp::new().await;
    for (path, item) in DOCUMENT["paths"].as_object().expect("paths") {
        let answer = test.ask(Method::PATCH, path).send().await;
        answer.refused(405, "method_not_allowed");
        let allowed: BTreeSet<_> = answer.header(header::ALLOW).split(',').map(str::to_lowercase).collect();
        let mut listed: BTreeSet<_> = item.as_object().expect("operations").keys().cloned().collect();
        if listed.contains("get") {
            listed.insert(String::from("head"));
        }
        assert_eq!(allowed, listed, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_address_is_a_problem_and_names_no_page() {
    let test = TestApp::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/decisions",
        "/api/v1/decisions/",
        "/api/v1/decisions/nothing",
        "/api/v1/groups/acme/platform/flows",
        "/api/v1/groups/acme/flows/code_review/v1",
        "/api/../admin",
        "/ofrep/v1",
        "/ofrep/v1/configuration",
    ] {
        for method in [Method::GET, Method::POST] {
            test.ask(method, path).send().await.refused(404, "unknown_path");
        }
    }
}

#[test]
fn every_operation_is_described_in_full() {
    let tags: Vec<_> = DOCUMENT["tags"].as_array().expect("tags").iter().map(|it| &it["name"]).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations() {
        let what = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().expect(&what)), "{what}: the id is taken");
        assert!(!operation["summary"].as_str().expect(&what).contains('\n'), "{what}");
        assert!(operation["description"].as_str().is_some_and(|it| it.len() > 20), "{what}");
        assert!(operation["tags"].as_array().expect(&what).iter().all(|tag| tags.contains(&tag)), "{what}");

        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let in_path: BTreeSet<_> =
            parameters.iter().filter(|it| it["in"] == "path").filter_map(|it| it["name"].as_str()).collect();
        let in_template: BTreeSet<_> =
            path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(in_path, in_template, "{what}");
        assert!(
            parameters.iter().all(|it| it["required"].is_boolean() && it["description"].is_string()),
            "{what}"
        );
        assert_eq!(operation["requestBody"].is_object(), matches!(method, "put" | "post"), "{what}");

        let responses = operation["responses"].as_object().expect(&what);
        assert!(responses.values().all(|it| it["description"].as_str().is_some_and(|it| !it.is_empty())));
        if path.starts_with("/api/v1/") {
            let own_security = path == "/api/v1/chat/commands";
            assert_eq!(operation["security"].is_array(), own_security, "{what} has the security of all");
            assert!(responses.contains_key("200") || responses.contains_key("201"), "{what}");
            for status in ["400", "401", "500", "503"] {
                assert!(responses.contains_key(status), "{what} {status}");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_scheme_is_there() {
    fn references(value: &'static Value, found: &mut usize) {
        match value {
            Value::Object(object) => {
                if object.contains_key("$ref") {
                    resolve(value);
                    *found += 1;
                }
                object.values().for_each(|it| references(it, found));
            }
            Value::Array(items) => items.iter().for_each(|it| references(it, found)),
            _ => {}
        }
    }
    let mut found = 0;
    references(&DOCUMENT, &mut found);
    assert!(found > 20, "{found}");
    let schemes = DOCUMENT["components"]["securitySchemes"].as_object().expect("schemes");
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(schemes["private_token"]["name"], "PRIVATE-TOKEN");
    assert_eq!(schemes["slack_signature"]["name"], "X-Slack-Signature");
    let own = operations().filter_map(|(_, _, operation)| operation["security"].as_array()).flatten();
    for requirement in DOCUMENT["security"].as_array().expect("security").iter().chain(own) {
        assert!(requirement.as_object().expect("a scheme").keys().all(|name| schemes.contains_key(name)));
    }
}

/// The patterns of the document and the parsers accept the same texts.
#[test]
fn the_patterns_of_the_document_are_those_of_the_parsers() {
    use duo_console::domain::{namespace::GroupPath, user::check_username};
    use proptest::{
        prelude::*,
        string::string_regex,
        test_runner::{Config, TestRunner},
    };

    fn takes(name: &str, text: &str) -> Option<bool> {
        match name {
            "namespace" | "full_path" => Some(GroupPath::parse(text).is_ok()),
            "user" => Some(check_username(text).is_ok()),
            _ => None,
        }
    }
    let mut seen = 0;
    for (path, _, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            let pattern = parameter["schema"]["pattern"].as_str();
            if takes(name, "").is_none() {
                assert_eq!(pattern, None, "{path} {name}: which parser is it?");
                continue;
            }
            let pattern =
                pattern.unwrap_or_else(|| panic!("{path} {name} takes not everything and does not say so"));
            let whole = pattern.strip_prefix('^').and_then(|it| it.strip_suffix('$')).expect("anchors");
            let config = Config { failure_persistence: None, ..Config::default() };
            let texts = string_regex(whole).expect("a pattern");
            TestRunner::new(config)
                .run(&texts, |text| {
                    prop_assert_eq!(takes(name, &text), Some(true), "{}", text);
                    Ok(())
                })
                .unwrap_or_else(|error| panic!("{path} {name}: {error}"));
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}
