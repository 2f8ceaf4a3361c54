//! Signing in and out, and what keeps a session safe.

use http::{StatusCode, header};

use crate::browser::{Browser, PASSWORD, server, server_at};

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
