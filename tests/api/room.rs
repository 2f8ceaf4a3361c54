//! Proxies limit the size of response headers (nginx: 4 KiB). Form input that would not fit into the redirect
//! is preserved nevertheless.

use http::{StatusCode, header};

use crate::{
    browser::{Browser, PASSWORD, server},
    support::Answer,
};

const FREEZE: &str = "/actions/begin_freeze";
const CONFIRM: &str = "/actions/confirm_sign_in";
const FLAGS: &str = "/admin/feature_flags";

/// nginx's default buffer for response headers.
#[track_caller]
fn fits_a_proxy(answer: &Answer) {
    let fields = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    let size = fields.sum::<usize>() + "HTTP/1.1 422 Unprocessable Entity\r\ndate: \r\n\r\n".len() + 29;
    assert!(size < 4096, "{size}: {:?}", answer.headers);
}

/// A page that is rendered as the response, with the input.
#[track_caller]
fn kept(answer: &Answer, status: StatusCode, typed: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.text());
    fits_a_proxy(answer);
    let page = answer.text();
    assert!(page.contains(typed), "it is lost: {page}");
    page
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_however_long_it_is() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    for typed in ["x".repeat(10_000), "й".repeat(2_000), "\u{1f980}".repeat(1_500)] {
        let typed = typed.as_str();
        let flag = [("flag", "duo_developer_orbit"), ("environment", "staging"), ("change", "on")];
        for (address, fields) in [
            ("/actions/create_token", vec![("name", typed), ("expires_at", "2026-07-01")]),
            (FREEZE, vec![("environment", "production"), ("reason", typed)]),
            ("/actions/change_flag", [&flag[..], &[("reason", typed)]].concat()),
            (
                "/actions/schedule_flag_change",
                [&flag[..], &[("reason", typed), ("due_at", "2026-06-02T12:00")]].concat(),
            ),
            ("/actions/create_feature_group", vec![("name", typed)]),
        ] {
            let answer = admin.submit(address, &fields).await;
            let page = kept(&answer, StatusCode::UNPROCESSABLE_ENTITY, typed);
            assert!(page.contains("role=\"alert\""), "{address} says why: {page}");
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        }
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn what_fits_is_kept_in_the_address_as_ever() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let typed = "x".repeat(501);
    let answer = admin.submit(FREEZE, &[("environment", "production"), ("reason", &typed)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    fits_a_proxy(&answer);
    let page = admin.get(answer.header(header::LOCATION)).await;
    kept(&page, StatusCode::OK, &typed);
}

#[tokio::test]
async fn what_was_typed_outlives_the_page_that_asks_for_the_password() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    test.clock.advance_millis(3_590_000);
    admin.get(FLAGS).await;
    test.clock.advance_millis(20_000);
    // The longest reason; percent-encoded twice it is much longer.
    let typed = "й".repeat(250);
    let fields = [("environment", "production"), ("reason", typed.as_str())];
    let asked = admin.submit(FREEZE, &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "{}", asked.text());
    fits_a_proxy(&asked);
    let page = asked.text();
    assert!(page.contains("Confirm it is you"), "{page}");
    let field = "name=\"return_to\" value=\"";
    let at = page.find(field).expect("the way back") + field.len();
    let back = page[at..].split('"').next().expect("its end").replace("&amp;", "&");

    let wrong = admin.submit(CONFIRM, &[("password", "wrong"), ("return_to", &back)]).await;
    kept(&wrong, StatusCode::UNPROCESSABLE_ENTITY, "The password is wrong.");
    let right = admin.submit(CONFIRM, &[("password", PASSWORD), ("return_to", &back)]).await;
    if right.status == StatusCode::SEE_OTHER {
        fits_a_proxy(&right);
        kept(&admin.get(right.header(header::LOCATION)).await, StatusCode::OK, &typed);
    } else {
        kept(&right, StatusCode::OK, &typed);
    }
    let done = admin.submit(FREEZE, &fields).await;
    assert_eq!(
        (done.status, done.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, FLAGS),
        "the new session"
    );
}

/// A completed action always redirects: rendered in place, a reload would repeat it.
#[tokio::test]
async fn what_was_done_redirects_however_long_the_way_back_is() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let made = admin.submit("/actions/make_reset_link", &[("username", "reviewer")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    assert_eq!(made.header(header::LOCATION), "/admin/people/reviewer");
    fits_a_proxy(&made);
    let page = admin.get("/admin/people/reviewer").await.text();
    assert!(page.contains("reset_password_token="), "the link is shown: {page}");
    // What was refused is answered in place, with what was typed.
    for name in ["x".repeat(10_000), "й".repeat(600)] {
        let fields = [("username", "zoe"), ("name", name.as_str())];
        let refused = admin.submit("/actions/create_user", &fields).await;
        kept(&refused, StatusCode::UNPROCESSABLE_ENTITY, &name);
        let fields = [("username", "reviewer"), ("name", name.as_str())];
        let refused = admin.submit("/actions/edit_user", &fields).await;
        kept(&refused, StatusCode::UNPROCESSABLE_ENTITY, &name);
    }
}

#[tokio::test]
async fn whoever_is_signed_out_by_now_is_told_how_to_keep_what_was_typed() {
    let test = server().await;
    let browser = Browser::new(&test);
    let before = test.snapshot().await;
    let typed = "x".repeat(5_000);
    let answer = browser.submit(FREEZE, &[("environment", "production"), ("reason", &typed)]).await;
    kept(&answer, StatusCode::UNAUTHORIZED, "what you typed is still there");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn no_way_back_is_too_long_for_a_header() {
    let test = server().await;
    let browser = Browser::new(&test);
    let long = "&".repeat(5_000);
    for (address, back) in [
        (format!("/admin/audit_events?person={}", "x".repeat(900)), "/admin/audit_events%3Fperson%3Dx"),
        (format!("/admin/audit_events?person={long}"), "/admin/audit_events"),
        (format!("/-/audit_events/export?format=csv&person={long}"), "/-/audit_events/export"),
        (format!("/groups/{}", "x".repeat(5_000)), ""),
    ] {
        let answer = browser.get(&address).await;
        fits_a_proxy(&answer);
        let location = answer.header(header::LOCATION);
        let expected = format!("/users/sign_in?return_to={back}");
        assert!(location.starts_with(&expected) || back.is_empty(), "{location}");
    }
    let to = format!("/admin/audit_events?person={long}");
    let fields = [("username", "admin"), ("password", PASSWORD), ("return_to", to.as_str())];
    let answer = browser.submit("/users/sign_in", &fields).await;
    fits_a_proxy(&answer);
    assert_eq!(answer.header(header::LOCATION), "/admin/audit_events");
}
