//! Secrets never appear in the log, not even at the most verbose level.

use std::time::Duration;

use crate::{place::Place, serve::Server};

const PASSWORD: &str = "duo-console-demo";

/// The value of a cookie that an answer sets.
fn cookie(answer: &str, name: &str) -> String {
    let line =
        answer.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("set-cookie: {name}=")));
    let value = line.and_then(|line| line.split(['=', ';']).nth(1));
    value.unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}

fn post(path: &str, cookies: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nCookie: {cookies}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn no_log_holds_a_password_or_a_token() {
    let place = Place::empty();
    let server = Server::start(&place, &["--log", "trace"], "log");

    let wrong = "a password nobody has";
    let failed = server.ask(&post(
        "/users/sign_in",
        "",
        &format!("username=owner&password={}", wrong.replace(' ', "+")),
    ));
    assert!(failed.starts_with("HTTP/1.1 401 "), "{failed}");
    let signed_in = server.ask(&post("/users/sign_in", "", &format!("username=owner&password={PASSWORD}")));
    assert!(signed_in.starts_with("HTTP/1.1 303 "), "{signed_in}");
    let session = cookie(&signed_in, "duo_session");

    let tomorrow = "2099-01-01"; // refused: the form comes back, and with it what was typed
    let form = format!("name=ci&scopes[0]=read_decisions&expires_at={tomorrow}");
    let refused = server.ask(&post("/actions/create_token", &format!("duo_session={session}"), &form));
    assert!(refused.starts_with("HTTP/1.1 422 "), "{refused}");
    let made = place
        .run(&["token", "create", "--user", "owner", "--name", "ci", "--scope", "read_decisions"])
        .done();
    let token = made.stdout.trim().to_owned();
    for header in [format!("Authorization: Bearer {token}"), format!("PRIVATE-TOKEN: {token}")] {
        let ask = format!(
            "GET /api/v1/decisions/code_review?namespace=acme&user=reviewer HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n"
        );
        let answer = server.ask(&ask);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let unknown = format!("duo-{}", "unknown".repeat(6));
    let answer = server.ask(&format!(
        "GET /api/v1/decisions/code_review HTTP/1.1\r\nHost: localhost\r\nPRIVATE-TOKEN: {unknown}\r\nConnection: close\r\n\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");

    // The log is written as it happens; this is for what is still on its way.
    std::thread::sleep(Duration::from_millis(200));
    let log = std::fs::read_to_string(place.path("log")).expect("a log");
    assert!(log.contains("DEBUG") && log.contains("/users/sign_in"), "it is talkative");
    for secret in [wrong, PASSWORD, &session, &token, &unknown] {
        for part in [secret, &secret[..secret.len() / 2]] {
            let line =
                log.lines().find(|line| line.contains(part) && !line.contains("password duo-console-demo"));
            assert_eq!(line, None, "{secret}");
        }
    }
}
