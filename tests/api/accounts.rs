//! Account security: throttling, sessions, passwords, one-time links, re-authentication.

use crate::{
    browser::{Browser, CONFIGURATION, ORIGIN, PASSWORD, SET_FLOW, code_review_form, consent, server},
    support::{Answer, TestApp, current_wording, operator},
};
use http::{StatusCode, header};

use duo_console::{
    domain::audit::AuditEvent,
    server::{ServerState, router},
    usecases::accounts::{
        first_administrator::make_first_administrator_link, reset_links::make_reset_link_as_operator,
    },
};

const NEW_PASSWORD: &str = "another horse battery";
const SIGN_IN: &str = "/users/sign_in";
const SESSIONS: &str = "/-/user_settings/active_sessions";
const PASSWORD_PAGE: &str = "/-/user_settings/password";
const USERS: &str = "/admin/people";
const DEVELOPER: &str = "/admin/people/developer";
const RESET: &str = "/users/password/edit";
const FIRST: &str = "/users/first_administrator";
const MAKE_LINK: &str = "/actions/make_reset_link";
/// After how long the test server asks for re-authentication.
const HOUR: i64 = 3_600_000;

/// The kinds of the latest events, newest first.
async fn kinds(test: &TestApp, count: usize) -> Vec<String> {
    let audit = test.snapshot().await.audit;
    audit.iter().take(count).map(|event| event.event.kind.key().to_owned()).collect()
}

async fn newest(test: &TestApp) -> AuditEvent {
    test.snapshot().await.audit.remove(0)
}

/// The page's main content, without the comments between its text nodes.
fn main_of(answer: &Answer) -> String {
    let page = answer.text().replace("<!>", "");
    page[page.find("<main").expect("a main")..page.find("</main>").expect("its end")].to_owned()
}

/// Submits the form that changes the password in this browser.
async fn change(browser: &Browser<'_>, current: &str, new: &str, again: &str) -> Answer {
    let fields = [("current_password", current), ("password", new), ("password_confirmation", again)];
    browser.call("/actions/change_password", &fields).await
}

async fn confirm(browser: &Browser<'_>, password: &str, return_to: &str) -> Answer {
    browser.submit("/actions/confirm_sign_in", &[("password", password), ("return_to", return_to)]).await
}

#[tokio::test]
async fn after_five_failures_a_name_has_to_wait_whether_or_not_it_exists() {
    let test = server().await;
    let mut pages = Vec::new();
    for username in ["owner", "nobody"] {
        let browser = Browser::new(&test);
        for _ in 0..5 {
            assert_eq!(browser.sign_in(username, "wrong").await.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(kinds(&test, 2).await, ["sign_in_throttled", "sign_in_failed"]);
        let refused = browser.sign_in(username, PASSWORD).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "the right password is refused too");
        assert_eq!(refused.header(header::RETRY_AFTER), "15");
        assert!(browser.cookie("duo_session").is_none());
        let page = main_of(&refused);
        assert!(page.contains("Too many failed attempts. Try again in 15 seconds."), "{page}");
        pages.push(page.replace(&format!("value=\"{username}\""), "…"));
    }
    assert_eq!(pages[0], pages[1], "nobody learns who exists");

    let browser = Browser::new(&test);
    let elsewhere = browser.sign_in(" OWNER ", PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::TOO_MANY_REQUESTS, "however the name is written");
    assert_eq!(browser.sign_in("reviewer", PASSWORD).await.status, StatusCode::SEE_OTHER, "others get in");

    test.clock.advance_millis(14_999);
    assert_eq!(browser.sign_in("owner", PASSWORD).await.header(header::RETRY_AFTER), "1");
    test.clock.advance_millis(1);
    assert_eq!(browser.sign_in("owner", "wrong").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.sign_in("owner", PASSWORD).await.header(header::RETRY_AFTER), "30", "it doubles");
    test.clock.advance_millis(30_000);
    assert_eq!(browser.sign_in("owner", PASSWORD).await.status, StatusCode::SEE_OTHER);
    for _ in 0..5 {
        let again = Browser::new(&test).sign_in("owner", "wrong").await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED, "a success began anew");
    }
}

#[tokio::test]
async fn a_refused_attempt_neither_counts_nor_fills_the_audit_log() {
    let test = server().await;
    let browser = Browser::new(&test);
    for _ in 0..5 {
        browser.sign_in("owner", "wrong").await;
    }
    let before = test.snapshot().await;
    for _ in 0..10 {
        assert_eq!(browser.sign_in("owner", "wrong").await.header(header::RETRY_AFTER), "15");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn after_twenty_failures_an_address_has_to_wait_whatever_names_it_tries() {
    let url = ORIGIN.parse().expect("a URL");
    let test = TestApp::serving(|app| router(ServerState::new(app, &url, 1, true))).await;
    let attempt = async |ip: &str, username: &str, password: &str| {
        let headers = [("accept", "text/html"), ("sec-fetch-site", "same-origin"), ("x-forwarded-for", ip)];
        let fields = [("username", username), ("password", password)];
        Browser::new(&test).post(SIGN_IN, &headers, &fields).await.status
    };
    for n in 0..20 {
        let name = format!("name-{n}");
        assert_eq!(attempt(&format!("2001:db8::{n:x}"), &name, "wrong").await, StatusCode::UNAUTHORIZED);
        if n == 10 {
            let right = attempt("2001:db8::1", "reviewer", PASSWORD).await;
            assert_eq!(right, StatusCode::SEE_OTHER, "a success is no failure, and wipes none out");
        }
    }
    let throttled = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(attempt("2001:db8::ffff", "owner", PASSWORD).await, throttled, "one network of IPv6");
    assert_eq!(attempt("2001:db8:0:1::1", "owner", PASSWORD).await, StatusCode::SEE_OTHER, "another");
    test.clock.advance_millis(15_000);
    assert_eq!(attempt("2001:db8::ffff", "owner", PASSWORD).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_session_is_listed_in_plain_words_and_never_with_its_token() {
    let test = server().await;
    let phone = Browser::new(&test);
    let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
    let headers = [("accept", "text/html"), ("sec-fetch-site", "same-origin"), ("user-agent", agent)];
    let fields = [("username", "owner"), ("password", PASSWORD)];
    phone.post(SIGN_IN, &headers, &fields).await;
    test.clock.advance_millis(120_000);
    let here = Browser::of(&test, "owner").await;
    Browser::of(&test, "maintainer").await;

    let page = main_of(&here.get(SESSIONS).await);
    assert!(page.contains("Safari on iPhone") && page.contains("2 minutes ago"), "{page}");
    assert_eq!(page.matches("<li").count(), 2, "only one's own: {page}");
    assert_eq!(page.matches("This session").count(), 1);
    assert_eq!(page.matches("/actions/revoke_session").count(), 1, "not for this session: {page}");
    for browser in [&phone, &here] {
        let token = browser.cookie("duo_session").expect("signed in");
        let hash = format!("{:x}", <sha2::Sha256 as sha2::Digest>::digest(&token));
        assert!(!page.contains(&token) && !page.contains(&hash));
    }
}

/// The id in the first button that revokes a session.
async fn other_session(browser: &Browser<'_>) -> String {
    let page = main_of(&browser.get(SESSIONS).await);
    let at = page.find("name=\"id\" value=\"").expect("another session") + 17;
    page[at..].chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn a_session_that_is_revoked_ends_at_once_and_only_its_owner_can() {
    let test = server().await;
    let lost = Browser::of(&test, "owner").await;
    let here = Browser::of(&test, "owner").await;
    let id = other_session(&here).await;
    let stranger = Browser::of(&test, "admin").await;
    let fields = [("id", id.as_str())];
    let refused = stranger.call("/actions/revoke_session", &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "not even an administrator");
    assert_eq!(lost.get("/").await.status, StatusCode::OK);

    let answer = here.submit("/actions/revoke_session", &fields).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, SESSIONS));
    assert!(here.get(SESSIONS).await.text().contains("The session has ended."));
    assert_eq!(lost.get("/").await.status, StatusCode::FOUND);
    assert_eq!(here.get("/").await.status, StatusCode::OK);
    assert_eq!(here.call("/actions/revoke_session", &fields).await.status, StatusCode::NOT_FOUND, "twice");
    assert_eq!(kinds(&test, 1).await, ["session_revoked"]);
}

#[tokio::test]
async fn signing_out_everywhere_else_keeps_this_session_and_other_peoples() {
    let test = server().await;
    let lost = [Browser::of(&test, "owner").await, Browser::of(&test, "owner").await];
    let other = Browser::of(&test, "maintainer").await;
    let here = Browser::of(&test, "owner").await;
    here.submit("/actions/end_other_sessions", &[]).await;
    let page = here.get(SESSIONS).await.text();
    assert!(page.contains("2 other sessions have ended."));
    assert!(!page.contains("Sign out everywhere else"), "there is nothing else");
    for browser in &lost {
        assert_eq!(browser.get("/").await.status, StatusCode::FOUND);
    }
    assert_eq!(other.get("/").await.status, StatusCode::OK);
    assert_eq!(newest(&test).await.event.from, "2 sessions");
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_gives_this_one_another_token() {
    let test = server().await;
    let lost = Browser::of(&test, "owner").await;
    let here = Browser::of(&test, "owner").await;
    let old = here.cookie("duo_session").expect("signed in");
    let fields =
        [("current_password", PASSWORD), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
    let answer = here.submit("/actions/change_password", &fields).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, PASSWORD_PAGE));
    assert!(here.get(PASSWORD_PAGE).await.text().contains("Your password is changed."));
    assert_eq!(lost.get("/").await.status, StatusCode::FOUND);
    assert_ne!(here.cookie("duo_session").as_deref(), Some(old.as_str()));
    lost.set_cookie("duo_session", &old);
    assert_eq!(lost.get("/").await.status, StatusCode::FOUND, "the old token is worth nothing");
    assert_eq!(Browser::new(&test).sign_in("owner", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(Browser::new(&test).sign_in("owner", NEW_PASSWORD).await.status, StatusCode::SEE_OTHER);
    let audit = test.snapshot().await.audit;
    assert!(
        audit.iter().any(|it| it.event.kind.key() == "user_password_changed" && it.event.target == "owner")
    );
    assert!(!format!("{audit:?}").contains(NEW_PASSWORD));
}

#[tokio::test]
async fn a_password_that_may_not_be_is_refused_and_nothing_changes() {
    let test = server().await;
    let here = Browser::of(&test, "maintainer").await;
    let before = test.snapshot().await;
    let long = "x".repeat(257);
    for (current, new, again, field) in [
        (PASSWORD, "short77", "short77", "password"),
        (PASSWORD, long.as_str(), long.as_str(), "password"),
        (PASSWORD, "Password1", "Password1", "password"),
        (PASSWORD, "maintainer1", "maintainer1", "password"),
        (PASSWORD, NEW_PASSWORD, "something else", "password_confirmation"),
    ] {
        let answer = change(&here, current, new, again).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert_eq!(answer.json()["invalid"]["field"], field, "{new}");
    }
    assert_eq!(test.snapshot().await, before);
    let wrong = change(&here, "wrong", NEW_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(wrong.json()["invalid"]["field"], "current_password");
    assert_eq!(Browser::new(&test).sign_in("maintainer", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn guessing_the_current_password_in_an_open_browser_is_throttled_apart_from_signing_in() {
    let test = server().await;
    let here = Browser::of(&test, "owner").await;
    for _ in 0..5 {
        let wrong = change(&here, "wrong", NEW_PASSWORD, NEW_PASSWORD).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = change(&here, PASSWORD, NEW_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header(header::RETRY_AFTER), "15");
    assert_eq!(refused.json()["throttled"]["seconds"], 15);
    confirm(&here, PASSWORD, "/").await;
    let page = here.get("/users/confirm").await.text();
    assert!(page.contains("Too many failed attempts. Try again in 15 seconds."), "one count for both");
    assert_eq!(Browser::new(&test).sign_in("owner", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_old_sign_in_is_confirmed_before_consent_and_leads_back_to_the_dialog() {
    let test = server().await;
    let here = Browser::of(&test, "owner").await;
    test.clock.advance_millis(HOUR / 2);
    here.get("/").await;
    test.clock.advance_millis(HOUR / 2);
    let before = test.snapshot().await;
    let wording = current_wording();
    let island = here.call(SET_FLOW, &code_review_form(true, "0", Some(&wording))).await;
    assert_eq!((island.status, island.json()), (StatusCode::FORBIDDEN, "confirm_sign_in".into()));
    let form = consent(&here).await;
    let dialog = format!("{CONFIGURATION}?confirm=code_review/v1");
    let confirm_page = "/users/confirm?return_to=/groups/acme/-/settings/gitlab_duo/configuration%3Fconfirm%3Dcode_review/v1";
    assert_eq!((form.status, form.header(header::LOCATION)), (StatusCode::SEE_OTHER, confirm_page));
    assert_eq!(test.snapshot().await, before, "nothing was done yet");
    // Actions that need no re-authentication still work.
    let off = [("group", "acme"), ("flow", "developer/v1"), ("version", "1")];
    assert_eq!(here.call(SET_FLOW, &off).await.status, StatusCode::OK);

    assert!(here.get(confirm_page).await.text().contains("Confirm it is you"));
    let wrong = confirm(&here, "wrong", &dialog).await;
    assert_eq!(wrong.header(header::LOCATION), confirm_page);
    assert!(here.get(confirm_page).await.text().contains("The password is wrong."));
    assert_eq!(consent(&here).await.header(header::LOCATION), confirm_page, "still");

    let old = here.cookie("duo_session");
    let right = confirm(&here, PASSWORD, &dialog).await;
    assert_eq!((right.status, right.header(header::LOCATION)), (StatusCode::SEE_OTHER, dialog.as_str()));
    assert_ne!(here.cookie("duo_session"), old, "another token");
    assert_eq!(kinds(&test, 2).await, ["sign_in_confirmed", "sign_in_confirmation_failed"]);
    assert!(here.get(&dialog).await.text().contains("<dialog open"));
    consent(&here).await;
    assert_eq!(kinds(&test, 2).await, ["namespace_consent_given", "foundational_flow_enabled"]);
    let elsewhere = confirm(&here, PASSWORD, "https://evil.example/").await;
    assert_eq!(elsewhere.header(header::LOCATION), "/", "never to another site");
}

#[tokio::test]
async fn an_old_sign_in_is_confirmed_before_a_new_token_and_what_was_typed_is_kept() {
    let test = server().await;
    let here = Browser::of(&test, "owner").await;
    test.clock.advance_millis(HOUR - 1);
    let form = [("name", "ci & 100%25"), ("scopes[]", "read_decisions"), ("expires_at", "2026-07-01")];
    let fresh = here.submit("/actions/create_token", &form).await;
    assert_eq!(fresh.header(header::LOCATION), "/-/user_settings/personal_access_tokens", "just in time");
    test.clock.advance_millis(1);
    let asked = here.submit("/actions/create_token", &form).await;
    let to_confirm = asked.header(header::LOCATION).to_owned();
    assert!(to_confirm.starts_with("/users/confirm?return_to="), "{to_confirm}");
    let page = here.get(&to_confirm).await.text();
    let at = page.find("name=\"return_to\" value=\"").expect("the way back") + 24;
    let back: String = page[at..].chars().take_while(|c| *c != '"').collect();
    let back = back.replace("&amp;", "&");
    let led = confirm(&here, PASSWORD, &back).await;
    let page = here.get(led.header(header::LOCATION)).await.text();
    assert!(page.contains("value=\"ci &amp; 100%25\"") && page.contains("value=\"2026-07-01\""), "{back}");
    let scope = page.split("<input").find(|tag| tag.contains("value=\"read_decisions\"")).expect("a scope");
    assert!(scope.split('>').next().is_some_and(|tag| tag.contains(" checked")), "{scope}");
    assert_eq!(here.submit("/actions/create_token", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(kinds(&test, 1).await, ["personal_access_token_created"]);
    // A token authenticates every request, so it is never stale.
    let token = test.full_token("owner").await;
    test.clock.advance_days(2);
    let change =
        serde_json::json!({"enabled": true, "version": 0, "consent": {"wording": current_wording()}});
    test.put(&crate::support::code_review_of("acme"), &change).token(&token).send().await.ok();
}

#[tokio::test]
async fn administration_exists_for_administrators_only() {
    let test = server().await;
    for username in ["owner", "outsider"] {
        let browser = Browser::of(&test, username).await;
        assert_eq!(browser.get(USERS).await.status, StatusCode::NOT_FOUND, "{username}");
        assert!(!browser.get("/").await.text().contains(USERS), "{username}");
        let made = browser.call(MAKE_LINK, &[("username", "outsider")]).await;
        assert_eq!(made.status, StatusCode::NOT_FOUND, "{username}");
    }
    assert_eq!(Browser::new(&test).get(USERS).await.status, StatusCode::FOUND);
    let admin = Browser::of(&test, "admin").await;
    let page = main_of(&admin.get("/admin/people?search=GROUP").await);
    assert!(page.contains("@owner") && page.contains("@maintainer") && !page.contains("@reviewer"));
    assert!(admin.get("/admin/people?search=%25").await.text().contains("Nobody matches."));
}

/// The one-time link on the page.
fn shown_link(page: &str) -> String {
    let shown = page.find("<code class=\"token").expect("the link is shown");
    let start = shown + page[shown..].find(ORIGIN).expect("it begins so") + ORIGIN.len();
    page[start..].chars().take_while(|c| !matches!(c, '<' | '"')).collect()
}

async fn set_password(browser: &Browser<'_>, link: &str, new: &str) -> Answer {
    let token = link.split('=').nth(1).expect("a token");
    browser.submit(RESET, &[("token", token), ("password", new), ("password_confirmation", new)]).await
}

#[tokio::test]
async fn a_reset_link_is_shown_once_works_once_and_ends_what_was_before() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let thief = Browser::of(&test, "developer").await;
    let answer = admin.submit(MAKE_LINK, &[("username", "developer")]).await;
    assert_eq!(answer.header(header::LOCATION), DEVELOPER);
    let link = shown_link(&admin.get(DEVELOPER).await.text());
    assert!(link.starts_with("/users/password/edit?reset_password_token="), "{link}");
    assert!(!admin.get(DEVELOPER).await.text().contains(&link), "only once");
    let token = link.split('=').nth(1).expect("a token");
    assert_eq!(token.len(), 43, "256 bits");
    assert!(!test.database_bytes().windows(43).any(|bytes| bytes == token.as_bytes()), "only its hash");
    assert!(!format!("{:?}", test.snapshot().await.audit).contains(token));

    let browser = Browser::new(&test);
    let page = browser.get(&link).await;
    assert_eq!(page.header(header::REFERRER_POLICY), "same-origin", "the address is told to nobody else");
    assert!(main_of(&page).contains("For <strong>@developer</strong>"));
    let refused = set_password(&browser, &link, "password").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("among the most common"), "and the link still works");
    for _ in 0..5 {
        browser.sign_in("developer", "wrong").await;
    }
    let done = set_password(&browser, &link, NEW_PASSWORD).await;
    assert_eq!((done.status, done.header(header::LOCATION)), (StatusCode::SEE_OTHER, SIGN_IN));
    assert!(browser.get(SIGN_IN).await.text().contains("Your new password is set."));
    assert_eq!(kinds(&test, 1).await, ["password_reset"]);
    assert_eq!(thief.get("/").await.status, StatusCode::FOUND, "every session ended");
    assert_eq!(set_password(&browser, &link, "a third password").await.status, StatusCode::NOT_FOUND);
    let signed_in = browser.sign_in("developer", NEW_PASSWORD).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "and no wait is left");
}

#[tokio::test]
async fn a_reset_link_ends_after_a_day_with_a_newer_one_and_with_a_new_password() {
    let test = server().await;
    let make =
        async || make_reset_link_as_operator(&test.app, &operator(), "developer").await.expect("a link");
    let works = async |token: &str| {
        let answer = Browser::new(&test).get(&format!("{RESET}?reset_password_token={token}")).await;
        assert!(answer.text().contains("This link does not work") != answer.status.is_success());
        answer.status == StatusCode::OK
    };
    let first = make().await;
    assert!(works(&first).await);
    let second = make().await;
    assert!(!works(&first).await && works(&second).await);
    test.clock.advance_millis(24 * HOUR - 1);
    assert!(works(&second).await);
    test.clock.advance_millis(1);
    assert!(!works(&second).await);
    let third = make().await;
    change(&Browser::of(&test, "developer").await, PASSWORD, NEW_PASSWORD, NEW_PASSWORD).await;
    assert!(!works(&third).await);
    assert!(!works("").await && !works("%00").await);
}

#[tokio::test]
async fn a_reset_link_needs_a_fresh_sign_in_and_bots_have_none() {
    let test = server().await;
    test.add_user("review-bot").await;
    let admin = Browser::of(&test, "admin").await;
    let bot = admin.call(MAKE_LINK, &[("username", "review-bot")]).await;
    assert_eq!(bot.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.call(MAKE_LINK, &[("username", "nobody")]).await.status, StatusCode::NOT_FOUND);
    test.clock.advance_millis(HOUR - 1);
    admin.get("/").await;
    test.clock.advance_millis(1);
    let island = admin.call(MAKE_LINK, &[("username", "owner")]).await;
    assert_eq!((island.status, island.json()), (StatusCode::FORBIDDEN, "confirm_sign_in".into()));
    let form = admin.submit(MAKE_LINK, &[("username", "owner")]).await;
    assert_eq!(form.header(header::LOCATION), "/users/confirm?return_to=/admin/people/owner");
}

#[tokio::test]
async fn the_first_administrator_is_made_with_the_link_and_then_there_is_no_such_page() {
    let test = server().await;
    let token = make_first_administrator_link(&test.app).await.expect("an answer");
    assert_eq!(token, None, "there are users already");
    assert_eq!(Browser::new(&test).get(&format!("{FIRST}?token=x")).await.status, StatusCode::NOT_FOUND);

    for user in ["admin", "owner", "maintainer", "developer", "reviewer", "outsider"] {
        test.delete_user(user).await;
    }
    let token = make_first_administrator_link(&test.app).await.expect("an answer").expect("a link");
    let another =
        make_first_administrator_link(&test.app).await.expect("an answer").expect("of another server");
    let page = format!("{FIRST}?token={token}");
    let browser = Browser::new(&test);
    assert_eq!(browser.get(&format!("{FIRST}?token=x")).await.status, StatusCode::NOT_FOUND);
    assert!(browser.get(&page).await.text().contains("Create the administrator"));
    let create = async |token: &str, username: &str, password: &str| {
        let fields = [
            ("token", token),
            ("username", username),
            ("name", "Ann & Co"),
            ("password", password),
            ("password_confirmation", password),
        ];
        browser.submit(FIRST, &fields).await
    };
    for (username, password) in [("a b", NEW_PASSWORD), ("ann", "password")] {
        let refused = create(&token, username, password).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("value=\"Ann &amp; Co\""), "what was typed is kept");
    }
    assert_eq!(create("x", "eve", NEW_PASSWORD).await.status, StatusCode::NOT_FOUND);
    let made = create(&token, "ann", NEW_PASSWORD).await;
    assert_eq!((made.status, made.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get(USERS).await.status, StatusCode::OK, "an administrator, signed in");
    assert_eq!(kinds(&test, 2).await, ["signed_in", "user_created"]);
    for token in [&token, &another] {
        let used = browser.get(&format!("{FIRST}?token={token}")).await;
        assert_eq!(used.status, StatusCode::NOT_FOUND);
        assert!(used.text().contains("It was used, or it has expired."), "{}", used.text());
        assert_eq!(create(token, "eve", NEW_PASSWORD).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(browser.sign_in("ann", NEW_PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(USERS).await.status, StatusCode::OK, "an administrator");
    let created = test.snapshot().await.audit.remove(2).event;
    assert_eq!(
        (created.kind.key(), created.target.as_str(), created.to.as_str()),
        ("user_created", "ann", "administrator")
    );
}

#[tokio::test]
async fn a_link_for_the_first_administrator_ends_after_a_day() {
    let test = server().await;
    for user in ["admin", "owner", "maintainer", "developer", "reviewer", "outsider"] {
        test.delete_user(user).await;
    }
    let token = make_first_administrator_link(&test.app).await.expect("an answer").expect("a link");
    test.clock.advance_millis(24 * HOUR);
    let answer = Browser::new(&test).get(&format!("{FIRST}?token={token}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
