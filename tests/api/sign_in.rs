//! Signing in and out, and session security.

use duo_console::server::{ServerState, router};
use http::{HeaderValue, StatusCode, header};

use crate::{
    browser::{Browser, ORIGIN, PASSWORD, server, server_at},
    support::TestApp,
};

const SIGN_IN: &str = "/users/sign_in";
const TWO_DAYS: i64 = 2 * 24 * 3_600_000;

#[tokio::test]
async fn a_right_password_opens_a_session_and_leads_home() {
    let test = server().await;
    let browser = Browser::new(&test);
    let answer = browser.sign_in("owner", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/");
    let cookie = answer.header(header::SET_COOKIE);
    assert!(cookie.starts_with("duo_session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "not over plain HTTP");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn over_tls_the_cookie_is_secure_and_bound_to_the_host() {
    let test = server_at("https://console.test").await;
    let answer = Browser::new(&test).sign_in("owner", PASSWORD).await;
    let cookie = answer.header(header::SET_COOKIE);
    assert!(cookie.starts_with("__Host-duo_session="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_the_same_and_keep_the_name() {
    let test = server().await;
    let mut pages = Vec::new();
    for username in ["owner", "nobody"] {
        let browser = Browser::new(&test);
        let answer = browser.sign_in(username, "not the password").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(browser.cookie("duo_session").is_none());
        let page = answer.text();
        assert!(page.contains("The user name or the password is wrong."));
        assert!(page.contains(&format!("value=\"{username}\"")), "the name is kept");
        pages.push(page.contains("role=\"alert\""));
    }
    assert_eq!(pages, [true, true]);
    let nul = Browser::new(&test).sign_in("own\0er", PASSWORD).await;
    assert_eq!(nul.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_was_and_never_to_another_site() {
    let test = server().await;
    let script = test.get("/groups/acme").send().await;
    assert_eq!(script.status, StatusCode::FOUND, "whoever does not ask for HTML is not told of a success");
    let asked = Browser::new(&test).get("/groups/acme/-/audit_events?before=9").await;
    assert_eq!(asked.status, StatusCode::FOUND);
    assert_eq!(
        asked.header(header::LOCATION),
        "/users/sign_in?return_to=/groups/acme/-/audit_events%3Fbefore%3D9"
    );
    for (wanted, expected) in [
        ("/groups/acme/-/audit_events?before=9", "/groups/acme/-/audit_events?before=9"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\0x", "/"),
        ("/\u{7f}x", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let fields = [("username", "owner"), ("password", PASSWORD), ("return_to", wanted)];
        let answer = Browser::new(&test).submit("/users/sign_in", &fields).await;
        assert_eq!(answer.header(header::LOCATION), expected, "{wanted}");
    }
}

#[tokio::test]
async fn signing_in_again_gives_a_new_session_and_ends_the_old_one() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let first = browser.cookie("duo_session").expect("signed in");
    browser.sign_in("owner", PASSWORD).await;
    let second = browser.cookie("duo_session").expect("signed in");
    assert_ne!(first, second);
    let thief = Browser::new(&test);
    thief.set_cookie("duo_session", &first);
    assert_eq!(thief.get("/").await.status, StatusCode::FOUND, "the old token is worth nothing");
    thief.set_cookie("duo_session", &second);
    assert_eq!(thief.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let token = browser.cookie("duo_session").expect("signed in");
    let answer = browser.submit("/users/sign_out", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), "/users/sign_in");
    assert!(browser.cookie("duo_session").is_none());
    browser.set_cookie("duo_session", &token);
    assert_eq!(browser.get("/").await.status, StatusCode::FOUND);
    let again = browser.submit("/users/sign_out", &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "twice is harmless");
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_last_however_much_it_is_used() {
    let test = server().await;
    let idle = Browser::of(&test, "owner").await;
    test.clock.advance_millis(3_600_000 - 1);
    assert_eq!(idle.get("/").await.status, StatusCode::OK, "used in time");
    test.clock.advance_millis(3_600_000 - 1);
    assert_eq!(idle.get("/").await.status, StatusCode::OK, "use prolongs it");
    test.clock.advance_millis(3_600_000);
    assert_eq!(idle.get("/").await.status, StatusCode::FOUND, "idle too long");

    let busy = Browser::of(&test, "owner").await;
    for _ in 0..47 {
        test.clock.advance_millis(1_800_000);
        assert_eq!(busy.get("/").await.status, StatusCode::OK);
    }
    test.clock.advance_millis(1_800_000);
    assert_eq!(busy.get("/").await.status, StatusCode::FOUND, "a day is the most");
}

#[tokio::test]
async fn only_hashes_of_tokens_are_stored_and_every_sign_in_is_in_the_audit_log() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let token = browser.cookie("duo_session").expect("signed in");
    Browser::new(&test).sign_in("owner", "wrong password").await;
    browser.submit("/users/sign_out", &[]).await;
    let audit = test.snapshot().await.audit;
    let kinds: Vec<_> = audit.iter().take(3).map(|event| event.event.kind.key()).collect();
    assert_eq!(kinds, ["signed_out", "sign_in_failed", "signed_in"]);
    assert!(!format!("{audit:?}").contains(&token), "no secret in the log");
    assert!(!test.database_bytes().windows(token.len()).any(|bytes| bytes == token.as_bytes()));
}

#[tokio::test]
async fn a_cookie_of_another_program_signs_nobody_out() {
    let test = server().await;
    let token = Browser::of(&test, "owner").await.cookie("duo_session").expect("signed in");
    for other in ["café".as_bytes(), b"caf\xe9"] {
        for cookies in [
            [b"name=", other, b"; duo_session=", token.as_bytes()].concat(),
            [b"duo_session=", token.as_bytes(), b"; ", other, b"=1"].concat(),
        ] {
            let cookies = HeaderValue::from_bytes(&cookies).expect("a header's value");
            let ask = test.get("/").header("accept", "text/html").raw_header("cookie", cookies.clone());
            assert_eq!(ask.send().await.status, StatusCode::OK, "{cookies:?}");
        }
    }
}

#[tokio::test]
async fn a_browser_of_whatever_name_is_listed() {
    let test = server().await;
    let agent = HeaderValue::from_bytes("Café/1.0".as_bytes()).expect("a header's value");
    let form = format!("username=owner&password={PASSWORD}");
    let ask = test.ask(http::Method::POST, SIGN_IN).header("sec-fetch-site", "same-origin");
    let ask = ask.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(ask.raw_header("user-agent", agent).send().await.status, StatusCode::SEE_OTHER);
    let kept = test.database_bytes();
    let agent = "Café/1.0".as_bytes();
    assert!(kept.windows(agent.len()).any(|bytes| bytes == agent), "what it calls itself is kept");
}

/// Signs in behind one proxy, with this `X-Forwarded-For`.
async fn behind_a_proxy(test: &TestApp, said: &[u8], username: &str, password: &str) -> StatusCode {
    let ask = test.ask(http::Method::POST, SIGN_IN).header("sec-fetch-site", "same-origin");
    let ask = ask.header("content-type", "application/x-www-form-urlencoded");
    let said = HeaderValue::from_bytes(said).expect("a header's value");
    let ask = ask.raw_header("x-forwarded-for", said).with_peer("10.0.0.1:50123");
    ask.body(format!("username={username}&password={password}")).send().await.status
}

#[tokio::test]
async fn one_guesser_behind_a_proxy_keeps_nobody_else_out_however_it_writes_addresses() {
    let (wait, welcome) = (StatusCode::TOO_MANY_REQUESTS, StatusCode::SEE_OTHER);
    let table = [
        ("a port", "192.0.2.9:500#", "192.0.2.10:50000", wait, "192.0.2.9"),
        ("brackets", "[2001:db8::9]", "[2001:db8:1::9]", wait, "2001:db8::9"),
        ("both", "[2001:db8::9]:500#", "[2001:db8:1::9]:50000", wait, "2001:db8::9"),
        ("a byte before", "\u{ff}, 192.0.2.9", "192.0.2.10", wait, "192.0.2.9"),
        ("a byte", "192.0.2.\u{ff}", "192.0.2.10", welcome, ""),
        ("a word", "unknown", "unknown", welcome, ""),
    ];
    // In Latin-1, and each time with another port.
    let by = |said: &str, n: u8| -> Vec<u8> {
        let byte =
            |sign: char| if sign == '#' { b'0' + n % 10 } else { u8::try_from(sign).expect("Latin-1") };
        said.chars().map(byte).collect()
    };
    for (case, guesser, other, again, logged) in table {
        let url = ORIGIN.parse().expect("a URL");
        let test = TestApp::serving(|app| router(ServerState::new(app, &url, 1, true))).await;
        for n in 0..20 {
            let refused = behind_a_proxy(&test, &by(guesser, n), &format!("name-{n}"), "wrong").await;
            assert_eq!(refused, StatusCode::UNAUTHORIZED, "{case} {n}");
        }
        let event = test.snapshot().await.audit.remove(0).event;
        assert_eq!(event.remote_ip, logged, "{case}");
        assert_eq!(behind_a_proxy(&test, &by(other, 0), "owner", PASSWORD).await, welcome, "{case}");
        assert_eq!(behind_a_proxy(&test, &by(guesser, 21), "admin", PASSWORD).await, again, "{case}");
    }
}

#[tokio::test]
async fn what_is_typed_into_the_name_field_by_mistake_is_kept_nowhere() {
    const SECRET: &str = "correct-horse-battery";
    let test = server().await;
    let browser = Browser::new(&test);
    for _ in 0..6 {
        browser.sign_in(SECRET, "").await;
    }
    browser.sign_in(" OWNER ", "wrong").await;
    let audit = test.snapshot().await.audit;
    let said: Vec<_> = audit[..7]
        .iter()
        .map(|it| (it.event.kind.key(), it.event.actor.username.as_str(), it.event.target.as_str()))
        .collect();
    assert_eq!(said[0], ("sign_in_failed", "owner", "owner"), "who is here is named as they are called here");
    assert_eq!(said[1], ("sign_in_throttled", "", "an unknown user"));
    assert_eq!(said[2..7], [("sign_in_failed", "", "an unknown user"); 5]);
    assert!(!format!("{audit:?}").contains(SECRET));
    let kept = test.database_bytes();
    assert!(!kept.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()), "it is in the database");
    let admin = Browser::of(&test, "admin").await;
    let page = admin.get("/admin/audit_events").await.text().replace("<!>", "");
    for said in ["failed to sign in as an unknown user", "has to wait before trying again as an unknown user"]
    {
        assert!(
            page.contains(&format!("<strong><bdi>Somebody</bdi></strong> <bdi>{said}</bdi>")),
            "{said}: {page}"
        );
    }
}

#[tokio::test]
async fn a_sign_in_of_the_future_is_no_proof_of_now() {
    let test = server().await;
    test.clock.advance_millis(TWO_DAYS);
    let browser = Browser::of(&test, "owner").await;
    test.clock.advance_millis(-TWO_DAYS);
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "the session itself is good");
    let fields = [("name", "ci"), ("scopes[]", "read_decisions"), ("expires_at", "2026-07-01")];
    let asked = browser.call("/actions/create_token", &fields).await;
    assert_eq!((asked.status, asked.json()), (StatusCode::FORBIDDEN, "confirm_sign_in".into()));
    browser.submit("/actions/confirm_sign_in", &[("password", PASSWORD)]).await;
    assert_eq!(browser.call("/actions/create_token", &fields).await.status, StatusCode::OK);

    test.clock.advance_millis(3_600_000);
    assert_eq!(browser.get("/").await.status, StatusCode::FOUND, "it is idle as any other");
}

#[tokio::test]
async fn failures_of_the_future_keep_nobody_out_for_days() {
    let test = server().await;
    let browser = Browser::new(&test);
    test.clock.advance_millis(TWO_DAYS);
    for _ in 0..5 {
        browser.sign_in("owner", "wrong").await;
    }
    assert_eq!(browser.sign_in("owner", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    test.clock.advance_millis(-TWO_DAYS);
    assert_eq!(browser.sign_in("owner", "wrong").await.status, StatusCode::UNAUTHORIZED);
    let counted = browser.sign_in("owner", PASSWORD).await;
    assert_eq!(counted.header(header::RETRY_AFTER), "30", "and they still count");
    test.clock.advance_millis(30_000);
    assert_eq!(browser.sign_in("owner", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_sign_in_that_has_to_wait_does_not_wait_for_the_one_writer() {
    let test = server().await;
    let browser = Browser::new(&test);
    for _ in 0..5 {
        browser.sign_in("owner", "wrong").await;
    }
    let owner = Browser::of(&test, "admin").await;
    for _ in 0..5 {
        owner.submit("/actions/confirm_sign_in", &[("password", "wrong")]).await;
    }
    let writer = test.app.storage.begin().await.expect("the writer");
    let refused = browser.sign_in("owner", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text());
    let refused = owner.call("/actions/confirm_sign_in", &[("password", PASSWORD)]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text());
    drop(writer);
}
