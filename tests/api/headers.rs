//! Headers that every response has, whatever produced it.

use http::{HeaderName, Method, header};

use crate::{
    browser::{Browser, CONFIGURATION, SET_FLOW, server, server_at},
    support::Answer,
};

const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// For each URL: its status, `Cache-Control`, and whether it is a page.
#[rustfmt::skip]
const ANSWERS: [(&str, &str, &str, u16, &str, bool); 19] = [
    // how    address                              accepts      status  Cache-Control              page
    ("GET",  "/users/sign_in",                     "text/html", 303, "no-store",                    false),
    ("GET",  "/",                                  "text/html", 200, "no-store",                    true),
    ("GET",  CONFIGURATION,                        "text/html", 200, "no-store",                    true),
    ("GET",  "/nothing",                           "text/html", 404, "no-store",                    true),
    ("GET",  "/favicon.svg",                       "*/*",       200, "public, max-age=3600",        false),
    ("GET",  "/pkg/nothing.js",                    "*/*",       404, "no-store",                    false),
    ("GET",  "/-/liveness",                        "*/*",       200, "no-store",                    false),
    ("GET",  "/-/readiness",                       "*/*",       200, "no-store",                    false),
    ("GET",  "/api/openapi.json",                  "*/*",       200, "public, max-age=300",         false),
    ("GET",  "/api/v1/consents/code_review/wording", "*/*",     401, "no-store",                    false),
    ("GET",  "/api/nothing",                       "*/*",       404, "no-store",                    false),
    ("POST", "/api/openapi.json",                  "*/*",       405, "no-store",                    false),
    ("POST", SET_FLOW,                             "text/html", 400, "no-store",                    true),
    ("POST", SET_FLOW,                             "*/*",       400, "no-store",                    false),
    ("POST", "/actions/nothing",                   "text/html", 404, "no-store",                    true),
    ("POST", "/actions/nothing",                   "*/*",       404, "no-store",                    false),
    ("PUT",  "/",                                  "text/html", 405, "no-store",                    false),
    ("TRACE", "/",                                 "text/html", 405, "no-store",                    false),
    ("TRACE", "/api/openapi.json",                 "*/*",       405, "no-store",                    false),
];

fn text(answer: &Answer, name: &'static str) -> String {
    answer.header(HeaderName::from_static(name)).to_owned()
}

#[tokio::test]
async fn every_answer_carries_its_defences() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    for (method, path, accept, status, cache, page) in ANSWERS {
        let headers = [
            ("accept", accept),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let what = format!("{method} {path} as {accept}");
        let answer = browser.send(method.parse().expect("a method"), path, &headers, String::new()).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
        let kind = text(&answer, "content-type");
        let of_text = kind.starts_with("text/") || kind.contains("+xml");
        assert_eq!(kind.ends_with("; charset=utf-8"), of_text, "{what}: {kind}");
        for (name, value) in FIXED {
            assert_eq!(text(&answer, name), value, "{what} {name}");
        }
        assert_eq!(answer.header(header::CACHE_CONTROL), cache, "{what}");
        assert_eq!(text(&answer, "strict-transport-security"), "", "{what}: not over http");
        assert!(!text(&answer, "x-request-id").is_empty(), "{what}");
        assert_eq!(text(&answer, "server"), "", "{what}: nobody needs to know");
        let kind = text(&answer, "content-type");
        let said = !kind.starts_with("text/") || kind.ends_with("charset=utf-8");
        assert!(said && (answer.body.is_empty() || !kind.is_empty()), "{what} is of the type {kind:?}");
        check_policy(&text(&answer, "content-security-policy"), page, &what);
    }
}

#[tokio::test]
async fn an_answer_is_compressed_for_whoever_takes_it_so_and_where_it_is_worth_it() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    #[rustfmt::skip]
    let cases = [
        // address            what is taken               what comes
        ("/",                 Some("gzip, deflate, br"),  "br"),
        (CONFIGURATION,       Some("gzip"),               "gzip"),
        ("/nothing",          Some("br;q=0, gzip;q=0.5"), "gzip"),
        ("/api/openapi.json", Some("identity"),           ""),
        ("/api/openapi.json", Some("zstd"),               ""),
        ("/api/openapi.json", None,                       ""),
        ("/",                 None,                       ""),
        ("/-/liveness",       Some("gzip"),               ""),
        ("/api/nothing",      Some("gzip"),               ""),
    ];
    for (path, takes, expected) in cases {
        let accepts: Vec<_> = takes.map(|takes| ("accept-encoding", takes)).into_iter().collect();
        let answer = browser.send(Method::GET, path, &accepts, String::new()).await;
        assert_eq!(text(&answer, "content-encoding"), expected, "{path} {takes:?}");
        let kept = text(&answer, "cache-control") != "no-store" || !expected.is_empty();
        assert_eq!(text(&answer, "vary") == "accept-encoding", kept, "{path} {takes:?}");
        if expected == "gzip" {
            assert_eq!(answer.body[..2], [0x1f, 0x8b], "{path}");
        }
    }
    let kept = test.get("/api/openapi.json").header("accept-encoding", "gzip").begin().await;
    assert_eq!(kept.headers()["content-encoding"], "gzip");
    assert_eq!(kept.headers()["vary"], "accept-encoding");
}

fn check_policy(policy: &str, page: bool, what: &str) {
    if !page {
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'", "{what}");
        return;
    }
    let mut directives: Vec<_> = policy.split(';').map(str::trim).collect();
    let scripts = directives.remove(1);
    let expected = [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ];
    assert_eq!(directives, expected, "{what}");
    let nonce = scripts
        .strip_prefix("script-src 'self' 'nonce-")
        .and_then(|it| it.strip_suffix("' 'wasm-unsafe-eval'"));
    assert!(nonce.is_some_and(|it| it.len() >= 22 && !it.contains('\'')), "{what}: {scripts}");
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there() {
    let test = server_at("https://console.test").await;
    for path in ["/users/sign_in", "/api/openapi.json", "/favicon.svg", "/nothing", "/-/liveness"] {
        let answer = Browser::new(&test).get(path).await;
        assert_eq!(text(&answer, "strict-transport-security"), "max-age=31536000; includeSubDomains");
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_in_words() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    for (accept, page) in [("text/html", true), ("application/json", false)] {
        let headers = [("accept", accept), ("sec-fetch-site", "cross-site")];
        let answer = browser.send(Method::POST, SET_FLOW, &headers, String::new()).await;
        assert_eq!(answer.status.as_u16(), 403);
        assert!(answer.text().contains("did not come from this site"), "{}", answer.text());
        assert_eq!(answer.text().contains("<main"), page, "{accept}");
    }
}

/// No error response reveals implementation details.
#[tokio::test]
async fn no_refusal_speaks_of_the_insides() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let form = "application/x-www-form-urlencoded";
    let broken = [
        ("POST", "/actions/nothing", form, "a=b"),
        ("POST", "/actions/set_flow/x", form, "a=b"),
        ("POST", SET_FLOW, form, "%%%"),
        ("POST", SET_FLOW, form, "group=acme&flow=developer/v1&version=99999999999999999999"),
        ("POST", SET_FLOW, "text/plain", "x"),
        ("POST", SET_FLOW, "multipart/form-data; boundary=x", "--x"),
        ("POST", "/actions/set_orbit", form, "setting=nothing"),
        ("POST", "/actions/create_token", form, "name=x"),
        ("POST", "/actions/revoke_token", form, "id=one"),
        ("POST", "/users/sign_in", "application/json", "{}"),
        ("POST", "/users/sign_in", form, "username=%FF&password=%00"),
        ("GET", "/groups/%FF%FE", form, ""),
        ("GET", "/pkg/%FF", form, ""),
        ("GET", "/-/jump?q=%FF", form, ""),
        ("GET", "/%00", form, ""),
        ("DELETE", "/users/sign_in", form, ""),
        ("DELETE", "/-/liveness", form, ""),
    ];
    let insides = [
        "panicked",
        "src/",
        ".rs:",
        "axum",
        "leptos",
        "server function",
        "serde",
        "sqlx",
        "stack",
        "RUST_",
        "Deserializ",
        "missing field",
        "invalid digit",
        "unwrap",
        "Args|",
        "ServerFn",
    ];
    for (method, path, content_type, body) in broken {
        for accept in ["text/html", "application/json"] {
            let headers =
                [("accept", accept), ("sec-fetch-site", "same-origin"), ("content-type", content_type)];
            let answer =
                browser.send(method.parse().expect("a method"), path, &headers, body.to_owned()).await;
            let (what, page) = (format!("{method} {path} {content_type} {accept}"), answer.text());
            // The page without its inline script.
            let said = page.find("<main").map_or(page.as_str(), |main| &page[main..]);
            let said = said.split("</main>").next().unwrap_or_default();
            assert!(
                answer.status.is_client_error() || answer.status.is_success(),
                "{what}: {}",
                answer.status
            );
            for word in insides {
                assert!(!said.contains(word), "{what} says {word}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_is_kept_is_not_sent_again_whatever_a_proxy_made_of_its_tag() {
    let test = server().await;
    let browser = Browser::new(&test);
    let ask = async |kept: &str| {
        let headers = [("if-none-match", kept)];
        browser.send(Method::GET, "/favicon.svg", &headers, String::new()).await
    };
    let first = ask("\"another\"").await;
    assert_eq!(first.status.as_u16(), 200);
    let tag = first.header(header::ETAG).to_owned();
    for kept in [tag.clone(), format!("W/{tag}"), format!("\"another\", W/{tag}")] {
        let answer = ask(&kept).await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (304, ""), "{kept}");
        assert_eq!(answer.header(header::ETAG), tag);
    }
}
