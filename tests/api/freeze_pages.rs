//! Change freezes on the feature flag pages.

use crate::{
    browser::{Browser, server},
    support::operator,
};
use http::{StatusCode, header};

use duo_console::{
    domain::environment::Environment,
    usecases::{FlagEditor, flags::freeze_changes::begin_freeze},
};

const PAGE: &str = "/admin/feature_flags";
const BEGIN: &str = "/actions/begin_freeze";
const END: &str = "/actions/end_freeze";

fn freeze<'a>(environment: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("environment", environment), ("reason", reason)]
}

async fn html(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "")
}

#[tokio::test]
async fn a_freeze_begins_with_a_reason_and_ends() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    assert!(html(&admin, PAGE).await.contains("No environment is frozen."));
    let events = async || test.snapshot().await.audit.len();
    let before = events().await;

    let answer = admin.submit(BEGIN, &freeze("production", " The <b>launch</b> & more. ")).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, PAGE));
    let page = html(&admin, PAGE).await;
    for said in [
        "<strong>production</strong> is frozen.",
        "<strong>production</strong>: <bdi>The &lt;b&gt;launch&lt;/b&gt; &amp; more.</bdi>",
        "by @admin",
        "End the freeze",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let form = page.split("id=\"freeze-environment\"").nth(1).and_then(|it| it.split("</select>").next());
    let form = form.expect("the others can be frozen, too");
    assert!(form.contains("value=\"staging\"") && !form.contains("value=\"production\""), "{form}");
    assert!(!html(&admin, PAGE).await.contains("is frozen."), "a flash is shown once");
    assert!(html(&admin, "/admin/feature_flags/duo_developer_orbit").await.contains("Change freeze"));

    assert_eq!(admin.submit(END, &[("environment", "production")]).await.header(header::LOCATION), PAGE);
    let page = html(&admin, PAGE).await;
    assert!(page.contains("There is no change freeze in <strong>production</strong> any more."), "{page}");
    assert!(page.contains("No environment is frozen."), "{page}");
    assert_eq!(events().await, before + 2);
    admin.submit(END, &[("environment", "production")]).await;
    assert_eq!(events().await, before + 2, "what has ended does not end again");
}

#[tokio::test]
async fn a_freeze_that_cannot_begin_comes_back_with_what_was_typed() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let staging = Environment::Staging;
    begin_freeze(&test.app, &FlagEditor::operator(operator()), staging, "The first.")
        .await
        .expect("a freeze");
    let before = test.snapshot().await;
    let long = "é".repeat(251);
    for (environment, reason, said) in [
        ("production", "", "The reason has 1 to 500 bytes."),
        ("dev", " \t ", "The reason has 1 to 500 bytes."),
        ("dev", "\u{200b}", "The reason has 1 to 500 bytes."),
        ("pre", long.as_str(), "The reason has 1 to 500 bytes."),
        ("staging", "Once & more", "There is a change freeze in staging already."),
    ] {
        let answer = admin.submit(BEGIN, &freeze(environment, reason)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let page = html(&admin, answer.header(header::LOCATION)).await;
        let typed = format!("value=\"{}\"", reason.replace('&', "&amp;"));
        for expected in [said, "role=\"alert\"", "aria-invalid=\"true\"", "<details open", &typed] {
            assert!(page.contains(expected), "{environment} {reason:?}, {expected}: {page}");
        }
        if environment != "staging" {
            assert!(page.contains(&format!("<option value=\"{environment}\" selected>")), "{page}");
        }
        let called = admin.call(BEGIN, &freeze(environment, reason)).await;
        assert_eq!(called.status, StatusCode::UNPROCESSABLE_ENTITY, "{environment} {reason:?}");
    }
    for address in [BEGIN, END] {
        let nowhere = admin.call(address, &freeze("nowhere", "Why not.")).await;
        assert_eq!(nowhere.status, StatusCode::BAD_REQUEST, "{address}");
    }
    assert_eq!(test.snapshot().await, before);
    assert!(html(&admin, PAGE).await.contains("The first."));
}

#[tokio::test]
async fn a_freeze_that_began_since_is_not_ended_with_the_one_that_was_shown() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    admin.submit(BEGIN, &freeze("production", "The first.")).await;
    let page = html(&admin, PAGE).await;
    let field = "name=\"seen\" value=\"";
    let at = page.find(field).expect("what was shown") + field.len();
    let seen: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
    let shown = [("environment", "production"), ("seen", seen.as_str())];
    test.clock.advance_millis(1);
    admin.submit(END, &[("environment", "production")]).await;
    admin.submit(BEGIN, &freeze("production", "The second.")).await;
    let before = test.snapshot().await;
    assert_eq!(admin.submit(END, &shown).await.header(header::LOCATION), PAGE);
    let page = html(&admin, PAGE).await;
    for said in ["Another change freeze has begun in production since.", "The second."] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn whoever_signed_in_long_ago_confirms_it_before_a_freeze_and_loses_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    begin_freeze(&test.app, &FlagEditor::operator(operator()), Environment::Dev, "Why.")
        .await
        .expect("a freeze");
    test.clock.advance_millis(3_590_000);
    assert_eq!(admin.get(PAGE).await.status, StatusCode::OK);
    test.clock.advance_millis(20_000);
    let before = test.snapshot().await;
    let answer = admin.submit(BEGIN, &freeze("production", "A & b")).await;
    assert_eq!(
        answer.header(header::LOCATION),
        "/users/confirm?return_to=/admin/feature_flags%3Ffreeze%3Dproduction%26reason%3DA%2520%2526%2520b"
    );
    let answer = admin.submit(END, &[("environment", "dev")]).await;
    assert_eq!(answer.header(header::LOCATION), "/users/confirm?return_to=/admin/feature_flags");
    assert_eq!(test.snapshot().await, before);
}
