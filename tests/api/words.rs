//! Unknown parameters are never ignored: a write with one is refused, wherever and in whatever encoding it is
//! sent. It might have limited the change to an actor or an environment.

use std::collections::BTreeMap;

use duo_console::server::rest;
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use crate::{
    browser::{Browser, server},
    chat,
    scan::{Row, TABLE, with_ids},
    support::{Answer, TestApp},
};

/// A parameter that no endpoint knows.
const UNKNOWN: &str = "unheard_of";

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=XX";
const CHAT: &str = "/api/v1/chat/commands";

/// A way to send an unknown parameter.
struct Said {
    how: &'static str,
    query: &'static str,
    content_type: &'static str,
    encoding: Option<&'static str>,
    body: String,
}

/// All operations that write or use POST, with a valid body for each. Taken from the table of all URLs, so
/// that new ones are included.
async fn operations(test: &TestApp) -> BTreeMap<String, (&'static Row, Map<String, Value>)> {
    let document: Value = serde_json::to_value(rest::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths");
    let mut found = BTreeMap::new();
    for (path, item) in paths {
        for method in item.as_object().expect("operations").keys().filter(|it| *it != "get") {
            let called = format!("{method} {path}");
            let row = TABLE.iter().find(|row| row.2 == called).expect("a row of the table");
            let body = if path == CHAT {
                let text = "gitlab run feature set mr_ai_resolve_conflicts true --dev";
                json!({"team_id": "T1", "user_id": "U1", "text": text})
            } else {
                serde_json::from_str(&with_ids(test, row.3).await).unwrap_or_default()
            };
            let body = body.as_object().cloned().unwrap_or_default();
            found.insert(called, (row, body));
        }
    }
    found
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn as_form(fields: &Map<String, Value>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields.iter().map(|(name, value)| (name, text_of(value)))).finish()
}

fn as_multipart(fields: &Map<String, Value>) -> String {
    let part = |(name, value): (&String, &Value)| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", text_of(value))
    };
    fields.iter().map(part).collect::<String>() + "--XX--\r\n"
}

fn sayings(taken: &Map<String, Value>) -> Vec<Said> {
    let with = |name: &str, value: Value| {
        let mut body = taken.clone();
        body.insert(name.to_owned(), value);
        body
    };
    let json_of = |body: Map<String, Value>| Value::from(body).to_string();
    let whole = if taken.is_empty() { String::new() } else { json_of(taken.clone()) };
    let more = with(UNKNOWN, json!("staging"));
    let say = |how, content_type, body| Said { how, query: "", content_type, encoding: None, body };
    let query = |how, query, body| Said { how, query, content_type: JSON, encoding: None, body };
    vec![
        query("in the query", "?unheard_of=staging", whole.clone()),
        query("in the query, said twice", "?unheard_of=a&unheard_of=b", whole.clone()),
        query("as a list in the query", "?unheard_of[]=a&unheard_of[]=b", whole.clone()),
        query("nested in the query", "?unheard_of[user]=a", whole.clone()),
        query("in the query without a body", "?unheard_of=staging", String::new()),
        query("as nothing in the query", "?unheard_of=", whole.clone()),
        query("by its name alone in the query", "?unheard_of", whole.clone()),
        say("in a form", FORM, as_form(&more)),
        say("as a list in a form", FORM, as_form(&with("unheard_of[]", json!("a")))),
        say("nested in a form", FORM, as_form(&with("unheard_of[user]", json!("a")))),
        say("as nothing in a form", FORM, as_form(&with(UNKNOWN, json!("")))),
        say("as nothing in a form of parts", MULTIPART, as_multipart(&with(UNKNOWN, json!("")))),
        say("in a form of parts", MULTIPART, as_multipart(&more)),
        say("in JSON", JSON, json_of(more.clone())),
        say("as nothing in JSON", JSON, json_of(with(UNKNOWN, json!("")))),
        say("as null in JSON", JSON, json_of(with(UNKNOWN, Value::Null))),
        say("as a list in JSON", JSON, json_of(with(UNKNOWN, json!(["a", "b"])))),
        say("nested in JSON", JSON, json_of(with(UNKNOWN, json!({"user": "a"})))),
        say("in an array of JSON", JSON, format!("[{}]", json_of(more.clone()))),
        say("in a text", "text/plain", json_of(more.clone())),
        say("in YAML", "application/yaml", format!("{UNKNOWN}: staging")),
        say("in XML", "application/xml", format!("<{UNKNOWN}>staging</{UNKNOWN}>")),
        say("in what nobody names", "", json_of(more.clone())),
        Said { encoding: Some("gzip"), ..say("compressed", JSON, json_of(more.clone())) },
        Said { encoding: Some("br"), ..say("compressed, as a form", FORM, as_form(&more)) },
    ]
}

async fn send(test: &TestApp, token: &str, row: &Row, said: &Said) -> Answer {
    let method = row.0;
    let path = &*with_ids(test, row.1).await;
    let method: Method = method.parse().expect("a method");
    let mut headers = HeaderMap::new();
    if !said.content_type.is_empty() {
        headers.insert("content-type", said.content_type.parse().expect("a value"));
    }
    if let Some(encoding) = said.encoding {
        headers.insert("content-encoding", encoding.parse().expect("a value"));
    }
    let path = format!("{path}{}", said.query);
    let mut ask = if path.starts_with(CHAT) {
        chat::signing(test, &path, said.body.as_bytes())
    } else {
        test.ask(method, &path).token(token).body(said.body.clone())
    };
    ask = ask.without("content-type").headers(headers);
    ask.send().await
}

#[tokio::test]
async fn a_word_that_is_not_understood_refuses_every_change_of_every_api() {
    let test = server().await;
    chat::link(&test, "admin", "U1").await;
    let token = test.full_token("admin").await;
    let before = test.snapshot().await;
    let operations = operations(&test).await;
    assert!(operations.len() >= 10, "{:?}", operations.keys());
    let mut wrong = Vec::new();
    for (called, (row, taken)) in &operations {
        for said in sayings(taken) {
            // Slack's forms have many fields besides the command, and may get more.
            if row.1 == CHAT && said.content_type == FORM && said.encoding.is_none() {
                continue;
            }
            let answer = send(&test, &token, row, &said).await;
            let (status, text) = (answer.status.as_u16(), answer.text());
            if !matches!(status, 400 | 415 | 422) {
                wrong.push(format!("{called}: {}: {status} {text}", said.how));
            } else if said.query.contains(UNKNOWN)
                && !said.how.ends_with("without a body")
                && !text.contains(UNKNOWN)
            {
                wrong.push(format!("{called}: {}: {status} does not name it: {text}", said.how));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(test.snapshot().await, before, "nothing was changed");
    // Without that word each does what it is there for, or knows nothing of what it names.
    for (called, (row, taken)) in &operations {
        let (content_type, body) = match row.1 {
            CHAT => (FORM, as_form(taken)),
            "/api/v1/imports/members" => ("text/csv", String::from("path,user,role\n")),
            _ if taken.is_empty() => ("", String::new()),
            _ => (JSON, Value::from(taken.clone()).to_string()),
        };
        let said = Said { how: "", query: "", content_type, encoding: None, body };
        let answer = send(&test, &token, row, &said).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 200..=204 | 404), "{called}: {status} {}", answer.text());
    }
}

/// A form is only its URL-encoded body: a query, other encodings and unknown fields are refused.
#[tokio::test]
async fn what_is_said_beside_a_form_refuses_it() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    let actions: Vec<_> = TABLE.iter().filter(|row| row.0 == "POST" && is_action(row.1)).collect();
    assert!(actions.len() > 15, "{}", actions.len());
    for row in actions {
        let (path, body) = (row.1, row.3);
        let fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let part = |(name, value): &(String, String)| {
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = fields.iter().map(part).collect::<String>() + "--XX--\r\n";
        let more = format!("{body}&{UNKNOWN}=staging");
        let list = format!("{body}&{UNKNOWN}%5B%5D=staging");
        let nothing = format!("{body}&{UNKNOWN}=");
        let fields = [("", FORM, None, more), ("", FORM, None, list), ("", FORM, None, nothing)];
        let beside = [
            ("?user=reviewer", FORM, None, body.to_owned()),
            ("?environment[]=staging", FORM, None, body.to_owned()),
            ("", MULTIPART, None, parts),
            ("", JSON, None, body.to_owned()),
            ("", FORM, Some("gzip"), body.to_owned()),
        ];
        for (query, content_type, encoding, body) in beside.into_iter().chain(fields) {
            // The one form with a file.
            if path == "/actions/upload_import" && content_type == MULTIPART {
                continue;
            }
            for accept in ["application/json", "text/html"] {
                let mut headers = vec![
                    ("accept", accept),
                    ("sec-fetch-site", "same-origin"),
                    ("content-type", content_type),
                ];
                headers.extend(encoding.map(|it| ("content-encoding", it)));
                let answer =
                    admin.send(Method::POST, &format!("{path}{query}"), &headers, body.clone()).await;
                assert_eq!(answer.status, 400, "{path}{query} {content_type}: {}", answer.text());
                let named = match query {
                    "" if body.contains(UNKNOWN) => UNKNOWN,
                    query => query.trim_start_matches('?').split(['=', '[']).next().unwrap_or_default(),
                };
                assert!(answer.text().contains(named), "{path} {named}: {}", answer.text());
            }
        }
    }
    assert_eq!(test.snapshot().await, before, "nothing was changed");
}

/// Whatever it is called: nothing of it becomes a part of the page, and it is not repeated without end.
#[tokio::test]
async fn the_name_of_a_field_is_repeated_with_care() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let long = "x".repeat(5000);
    for (name, shown) in [
        ("<b>user</b>", "&lt;b&gt;user&lt;/b&gt;"),
        ("user\nname", "user\\nname"),
        ("\u{202e}resu", "\\u{202e}resu"),
        (long.as_str(), "xxx…"),
    ] {
        let fields = [("environment", "staging"), ("reason", "A test."), (name, "x")];
        let answer = admin.submit("/actions/begin_freeze", &fields).await;
        assert_eq!(answer.status, 400, "{name}");
        let page = answer.text();
        assert!(page.contains(shown) && !page.contains(name), "{shown}: {page}");
    }
}

fn is_action(path: &str) -> bool {
    path.starts_with("/actions/") && path != "/actions/nothing"
}

#[tokio::test]
async fn a_command_of_the_chat_is_said_once() {
    let test = server().await;
    chat::link(&test, "admin", "U1").await;
    let command = "text=gitlab+run+feature+set+mr_ai_resolve_conflicts+true";
    for twice in ["text=x", "user_id=U2", "team_id=T2"] {
        let form = format!("team_id=T1&user_id=U1&{command}&{twice}");
        let problem = chat::signed(&test, form.as_bytes()).await.refused(400, "malformed_form");
        let name = twice.split('=').next().expect("a name");
        assert_eq!(problem["field"], name, "{problem}");
    }
}
