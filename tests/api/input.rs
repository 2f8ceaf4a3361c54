//! Invalid input of every kind: the right status, the field at fault, and nothing changed.

use http::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, code_review_of, current_wording, flow_of};

fn question() -> Value {
    json!({"kind": "code_review", "namespace": "acme", "user": "reviewer"})
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused_by_field() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let table = [
        (json!(null), None),
        (json!([]), None),
        (json!([false, 1, null]), None),
        (json!("on"), None),
        (json!(1), None),
        (json!({}), Some("enabled")),
        (json!({"version": 1}), Some("enabled")),
        (json!({"enabled": false}), Some("version")),
        (json!({"enabled": null, "version": 1}), Some("enabled")),
        (json!({"enabled": "false", "version": 1}), Some("enabled")),
        (json!({"enabled": 0, "version": 1}), Some("enabled")),
        (json!({"enabled": [], "version": 1}), Some("enabled")),
        (json!({"enabled": false, "version": null}), Some("version")),
        (json!({"enabled": false, "version": "1"}), Some("version")),
        (json!({"enabled": false, "version": 1.0}), Some("version")),
        (json!({"enabled": false, "version": -1}), Some("version")),
        (json!({"enabled": false, "version": u64::MAX}), Some("version")),
        (json!({"enabled": false, "version": {}}), Some("version")),
        (json!({"enabled": false, "version": 1, "force": true}), Some("force")),
        (json!({"enabled": false, "version": 1, "Enabled": true}), Some("Enabled")),
        (json!({"enabled": false, "version": 1, "": true}), None),
        (json!({"enabled": false, "version": 1, "consent": []}), Some("consent")),
        (json!({"enabled": false, "version": 1, "consent": [current_wording()]}), Some("consent")),
        (json!({"enabled": false, "version": 1, "consent": "yes"}), Some("consent")),
    ];
    for (body, field) in table {
        let answer = test.put(&flow_of("acme", "developer/v1"), &body).token(&token).send().await;
        let problem = answer.refused(422, "invalid");
        assert_eq!(problem["field"].as_str(), field, "{body}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|it| it.len() > 10), "{problem}");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_member_that_stands_twice_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let ask = test.ask(Method::PUT, &flow_of("acme", "developer/v1")).token(&token);
    let ask = ask.header("content-type", "application/json");
    let answer = ask.body(r#"{"enabled": true, "version": 1, "enabled": false}"#).send().await;
    assert_eq!(answer.refused(422, "invalid")["field"], "enabled");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let deep = "[".repeat(40_000);
    let bodies: [&[u8]; 11] = [
        b"",
        b" ",
        b"{",
        b"{]",
        b"{'enabled': false}",
        b"{\"enabled\": false, \"version\": 1} {}",
        b"{\"enabled\": false, \"version\": 1,}",
        b"enabled=false&version=1",
        b"{\"enabled\": false, \"version\": 1, \"\xff\": 1}",
        b"\xef\xbb\xbf{\"enabled\": false, \"version\": 1}",
        b"{\"enabled\": nul, \"version\": 1}",
    ];
    for body in bodies.into_iter().chain([deep.as_bytes()]) {
        for (method, path) in
            [(Method::PUT, flow_of("acme", "developer/v1")), (Method::POST, "/api/v1/decisions".into())]
        {
            let ask = test.ask(method, &path).token(&token).header("content-type", "application/json");
            let answer = ask.body(body.to_vec()).send().await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            // A parser may report a wrong field or type before a syntax error.
            if answer.status == 422 {
                answer.refused(422, "invalid");
                assert!(path.ends_with("decisions") || body.len() > 1000, "{shown}");
            } else {
                let problem = answer.refused(400, "malformed_json");
                assert!(problem["detail"].is_string(), "{shown}");
            }
        }
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let body = json!({"enabled": false, "version": 1}).to_string();
    let path = flow_of("acme", "developer/v1");
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "json", "text/json", ""] {
        let ask = test.ask(Method::PUT, &path).token(&token).header("content-type", content_type);
        ask.body(body.clone()).send().await.refused(415, "unsupported_media_type");
    }
    let ask = test.ask(Method::PUT, &path).token(&token).body(body.clone());
    ask.send().await.refused(415, "unsupported_media_type");
    assert_eq!(test.snapshot().await, before);
    let ask = test.ask(Method::PUT, &path).token(&token);
    ask.header("content-type", "Application/JSON; charset=utf-8").body(body).send().await.ok();
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let padded = |size: usize, body: Value| {
        let body = body.to_string();
        format!("{body}{}", " ".repeat(size - body.len()))
    };
    for (method, path, body) in [
        (Method::PUT, flow_of("acme", "developer/v1"), json!({"enabled": false, "version": 1})),
        (Method::POST, "/api/v1/decisions".into(), json!({"decisions": [question()]})),
    ] {
        for size in [64 * 1024 + 1, 1024 * 1024] {
            let ask = test.ask(method.clone(), &path).token(&token);
            let ask = ask.header("content-type", "application/json").body(padded(size, body.clone()));
            ask.send().await.refused(413, "body_too_large");
        }
    }
    assert_eq!(test.snapshot().await, before);
    let ask = test.ask(Method::POST, "/api/v1/decisions").token(&token);
    let fits = padded(64 * 1024, json!({"decisions": [question()]}));
    ask.header("content-type", "application/json").body(fits).send().await.ok();
}

#[tokio::test]
async fn a_batch_of_the_wrong_shape_is_refused_whole_and_by_field() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let with = |name: &str, value: Value| {
        let mut question = question();
        question[name] = value;
        json!({"decisions": [self::question(), question]})
    };
    let without = |name: &str| {
        let mut question = question();
        question.as_object_mut().expect("an object").remove(name);
        json!({"decisions": [self::question(), question]})
    };
    let table = [
        (json!({}), Some("decisions")),
        (json!({"decisions": null}), Some("decisions")),
        (json!({"decisions": {}}), Some("decisions")),
        (json!({"decisions": "all"}), Some("decisions")),
        (json!({"decisions": []}), Some("decisions")),
        (json!({"decisions": vec![question(); 101]}), Some("decisions")),
        (json!({"decisions": vec![question(); 600]}), Some("decisions")),
        (json!({"decisions": [question()], "at": "now"}), Some("at")),
        (json!({"decisions": [null]}), Some("decisions[0]")),
        (json!({"decisions": ["acme"]}), Some("decisions[0]")),
        (json!({"decisions": [["code_review", "acme", "reviewer"]]}), Some("decisions[0]")),
        (json!([[question()]]), None),
        (with("kind", json!("flows")), Some("decisions[1].kind")),
        (with("kind", json!("")), Some("decisions[1].kind")),
        (with("kind", json!(null)), Some("decisions[1].kind")),
        (with("namespace", json!(null)), Some("decisions[1].namespace")),
        (with("namespace", json!(["acme"])), Some("decisions[1].namespace")),
        (with("user", json!(5)), Some("decisions[1].user")),
        (with("seat", json!(true)), Some("decisions[1].seat")),
        (without("kind"), Some("decisions[1].kind")),
        (without("namespace"), Some("decisions[1].namespace")),
        (without("user"), Some("decisions[1].user")),
    ];
    for (body, field) in table {
        let answer = test.post("/api/v1/decisions", &body).token(&token).send().await;
        let problem = answer.refused(422, "invalid");
        assert_eq!(problem["field"].as_str(), field, "{problem}");
    }
}

#[tokio::test]
async fn a_question_about_what_cannot_exist_is_refused_in_its_place() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let deep = ["a"; 22].join("/");
    let long = "a".repeat(2000);
    for (field, values) in [
        ("namespace", ["", "/", "acme/", "../acme", "a b", "acme\u{0}", "é", &*deep, &*long]),
        ("user", ["", "-x", " owner", "owner\u{0}", "owner'--", "ö", "a/b", "%", &*long]),
    ] {
        for value in values {
            let mut bad = question();
            bad[field] = json!(value);
            let body = json!({"decisions": [bad, question()]});
            let answer = test.post("/api/v1/decisions", &body).token(&token).send().await.ok();
            assert_eq!(answer["decisions"][0]["error"]["code"], "invalid", "{value}");
            assert_eq!(answer["decisions"][0]["error"]["field"], field, "{value}");
            assert_eq!(answer["decisions"][1]["engine"], "duo_code_review");
        }
    }
}

#[tokio::test]
async fn a_bad_query_is_refused_by_parameter() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let long = format!("namespace=acme&user={}", "x".repeat(3000));
    let table = [
        ("", Some("namespace")),
        ("namespace=acme", Some("user")),
        ("user=reviewer", Some("namespace")),
        ("namespace=&user=reviewer", Some("namespace")),
        ("namespace&user=reviewer", Some("namespace")),
        ("namespace=acme&user=", Some("user")),
        ("namespace=acme/&user=reviewer", Some("namespace")),
        ("namespace=acme%252Fplatform&user=reviewer", Some("namespace")),
        ("namespace=acme%00&user=reviewer", Some("namespace")),
        ("namespace=acme&user=a+b", Some("user")),
        ("namespace=acme&user=%00", Some("user")),
        ("namespace=acme&user=reviewer&user=developer", Some("user")),
        ("namespace=acme&user=reviewer&namespace=globex", Some("namespace")),
        ("namespace=acme&user=reviewer&at=now", Some("at")),
        ("namespace=acme&user=reviewer&Namespace=acme", Some("Namespace")),
        ("namespace=acme&user=reviewer&private_token=x", Some("private_token")),
        ("namespace=acme&user=%", None),
        ("namespace=acme&user=%4", None),
        ("namespace=acme&user=%zz", None),
        ("namespace=acme&user=%ff", None),
        ("namespace=acme&%ff=reviewer", None),
        (&long, Some("user")),
    ];
    for (query, field) in table {
        let path = format!("/api/v1/decisions/code_review?{query}");
        let problem = test.get(&path).token(&token).send().await.refused(400, "bad_query");
        assert_eq!(problem["field"].as_str(), field, "{query}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|it| it.len() < 400), "{problem}");
    }
}

#[tokio::test]
async fn an_address_that_takes_no_query_refuses_one_by_name() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let change = json!({"enabled": false, "version": 1});
    let flow = format!("{}?dry_run=true", flow_of("acme", "developer/v1"));
    for ask in [
        test.get("/api/v1/consents/code_review/wording?dry_run=true"),
        test.get("/api/v1/groups/acme/flows?dry_run=true"),
        test.get("/api/v1/flow_versions?dry_run=true"),
        test.post("/api/v1/decisions?dry_run=true", &json!({"decisions": [question()]})),
        test.put(&flow, &change),
    ] {
        let problem = ask.token(&token).send().await.refused(400, "bad_query");
        assert_eq!(problem["field"], "dry_run");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_bad_path_is_refused() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let change = json!({"enabled": false, "version": 1});
    let deep = ["a"; 22].join("%2F");
    let long = "a".repeat(256);
    for group in [
        "",
        "%",
        "%2",
        "%zz",
        "%ff",
        "%00",
        "%2F",
        "acme%2F",
        "acme%252Fplatform",
        "a%20b",
        "..",
        "-",
        &*deep,
        &*long,
    ] {
        let flows = format!("/api/v1/groups/{group}/flows");
        test.get(&flows).token(&token).send().await.refused(400, "bad_path");
        let flow = format!("{flows}/developer%2Fv1");
        test.put(&flow, &change).token(&token).send().await.refused(400, "bad_path");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_flow_that_the_catalogue_lacks_is_not_found() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    let change = json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}});
    for flow in ["code_review", "code_review%2Fv2", "CODE_REVIEW%2Fv1", "code_review%2Fv1%00", "x", "%20"] {
        let path = format!("/api/v1/groups/acme/flows/{flow}");
        let problem = test.put(&path, &change).token(&token).send().await.refused(404, "not_found");
        assert_eq!(problem["detail"], "There is no such flow.");
    }
    for flow in ["%ff", "%", "code_review%2"] {
        let path = format!("/api/v1/groups/acme/flows/{flow}");
        test.put(&path, &change).token(&token).send().await.refused(400, "bad_path");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_refused_and_says_which_it_takes() {
    let test = TestApp::new().await;
    let token = test.full_token("owner").await;
    let before = test.snapshot().await;
    for method in [Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::GET] {
        let answer = test.ask(method.clone(), &code_review_of("acme")).token(&token).send().await;
        answer.refused(405, "method_not_allowed");
        assert_eq!(answer.header(http::header::ALLOW), "PUT", "{method}");
    }
    assert_eq!(test.snapshot().await, before);
}
