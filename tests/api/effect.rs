//! The effect that pages show for a flow that is on matches the decisions.

use crate::{
    browser::{Browser, CONFIGURATION, SET_FLOW, code_review_form, consent, server},
    support::{Answer, TestApp, current_wording},
};
use http::{Method, StatusCode};

use duo_console::domain::flows::wording::ACTIVE_HELPER_TEXT;

const OVERVIEW: &str = "/groups/acme/-/settings/gitlab_duo";
const ALL_ON: &str = "DELETE FROM settings";
/// For each level: the SQL that turns it off, its name, and who reviews then.
const LEVELS: [(&str, &str, &str); 4] = [
    (
        "INSERT INTO settings (namespace_id, setting, enabled, locked, seq, reset_seq, version, changed_at, changed_by_username, changed_by_name) SELECT namespace_id, 'duo_availability', FALSE, TRUE, 1, 0, 1, 0, 'admin', 'Administrator' FROM top_level_groups",
        "GitLab Duo",
        "Everybody: no review.",
    ),
    (
        "INSERT INTO settings (namespace_id, setting, enabled, locked, seq, reset_seq, version, changed_at, changed_by_username, changed_by_name) SELECT namespace_id, 'agent_platform', FALSE, FALSE, 1, 0, 1, 0, 'admin', 'Administrator' FROM top_level_groups",
        "GitLab Duo Agent Platform",
        SEATS,
    ),
    (
        "INSERT INTO settings (namespace_id, setting, enabled, locked, seq, reset_seq, version, changed_at, changed_by_username, changed_by_name) SELECT namespace_id, 'flow_execution', FALSE, FALSE, 1, 0, 1, 0, 'admin', 'Administrator' FROM top_level_groups",
        "Flow execution",
        SEATS,
    ),
    (
        "INSERT INTO settings (namespace_id, setting, enabled, locked, seq, reset_seq, version, changed_at, changed_by_username, changed_by_name) SELECT namespace_id, 'foundational_flows', FALSE, FALSE, 1, 0, 1, 0, 'admin', 'Administrator' FROM top_level_groups",
        "Foundational flows",
        SEATS,
    ),
];
const SEATS: &str = "Seat holders: GitLab Duo Code Review; others: no review.";
const NOT_REACHED: &str = "Consented; not in effect, because Code Review Flow is being rolled out and has not reached this group. Seat holders: GitLab Duo Code Review; others: Code Review Flow.";

async fn set_priority(test: &TestApp, on: &'static str) {
    let token = test.full_token("admin").await;
    let ask = test.ask(Method::POST, "/api/v4/features/duo_code_review_flow_priority").token(&token);
    let ask = ask.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(ask.body(on).send().await.status, StatusCode::CREATED);
}

/// The visible text of a page, without markup and attributes.
fn read(page: &Answer) -> String {
    let html = page.text();
    let mut words = String::new();
    for part in html.split('<').skip(1) {
        words.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    words.replace("&#x27;", "'")
}

#[tokio::test]
async fn the_helper_text_stands_only_where_the_flow_reviews_for_everybody() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    let pages = [CONFIGURATION, "/groups/acme/platform/-/settings/gitlab_duo/configuration"];
    for page in pages {
        let text = read(&owner.get(page).await);
        assert!(text.contains(ACTIVE_HELPER_TEXT) && !text.contains("ot in effect"), "{text}");
    }
    for (off, level, reviews) in LEVELS {
        test.execute(off).await;
        for page in pages {
            let text = read(&owner.get(page).await);
            assert!(!text.contains(ACTIVE_HELPER_TEXT), "{level}: {text}");
            let why = format!("Consented; not in effect, because {level} is off for this group. {reviews}");
            assert!(text.contains(&why), "{level}: {text}");
            // The other flows that are on are not shown as running either.
            let without = format!("Without effect, because {level} is off for this group.");
            assert!(text.matches(&without).count() >= 3, "{level}: {text}");
        }
        test.execute(ALL_ON).await;
    }
    set_priority(&test, "value=false").await;
    let text = read(&owner.get(CONFIGURATION).await);
    assert!(text.contains(NOT_REACHED) && !text.contains(ACTIVE_HELPER_TEXT), "{text}");
}

#[tokio::test]
async fn a_consent_that_changes_nothing_yet_is_said_to_before_it_is_given_and_after() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let before = "Not in effect for now, because Code Review Flow is being rolled out";
    let dialog = format!("{CONFIGURATION}?confirm=code_review/v1");
    assert!(!read(&owner.get(&dialog).await).contains(before));
    set_priority(&test, "value=false").await;
    // Both in the island's dialog and in the dialog that is a page.
    assert_eq!(read(&owner.get(&dialog).await).matches(before).count(), 2);
    let set = owner.call(SET_FLOW, &code_review_form(true, "0", Some(&current_wording()))).await;
    assert_eq!(set.json()["effect"], NOT_REACHED);
    assert_eq!(set.json()["hindered"], true);
    // A stale request gets the same text.
    let late = owner.call(SET_FLOW, &code_review_form(false, "0", None)).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains(NOT_REACHED), "{}", late.text());
}

#[tokio::test]
async fn a_missing_consent_is_not_made_the_reason_for_what_has_another() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let page = "/groups/globex/-/settings/gitlab_duo/configuration";
    let reason = "Reviews for Duo Enterprise seat holders still use GitLab Duo Code Review, because nobody has consented";
    assert!(read(&owner.get(page).await).contains(reason));
    for (off, level, reviews) in LEVELS {
        test.execute(off).await;
        let text = read(&owner.get(page).await);
        let why = format!("Consent would not be in effect, because {level} is off for this group. {reviews}");
        assert!(!text.contains(reason) && text.contains(&why), "{level}: {text}");
        test.execute(ALL_ON).await;
    }
    set_priority(&test, "value=false").await;
    let text = read(&owner.get(page).await);
    assert!(!text.contains(reason) && text.contains("has not reached this group. Seat holders:"), "{text}");
}

#[tokio::test]
async fn switching_off_says_what_it_did() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    let off = owner.call(SET_FLOW, &code_review_form(false, "1", None)).await;
    assert_eq!(off.json()["consequence"], format!("Consent withdrawn. {SEATS}"));
    // A form gets it on the page after the redirect.
    owner.submit(SET_FLOW, &code_review_form(true, "2", Some(&current_wording()))).await;
    let text = read(&owner.get(CONFIGURATION).await);
    assert!(text.contains("Saved") && !text.contains("Saved."), "{text}");
    owner.submit(SET_FLOW, &code_review_form(false, "3", None)).await;
    let text = read(&owner.get(CONFIGURATION).await);
    assert!(text.contains(&format!("Saved. Consent withdrawn. {SEATS}")), "{text}");
    let globex = [("group", "globex"), ("flow", "code_review/v1"), ("version", "1")];
    let off = owner.call(SET_FLOW, &globex).await;
    assert_eq!(off.json()["consequence"], SEATS, "there was no consent to withdraw");
    let developer = [("group", "acme"), ("flow", "developer/v1"), ("version", "1")];
    assert_eq!(owner.call(SET_FLOW, &developer).await.json()["consequence"], "");
}

#[tokio::test]
async fn what_is_under_a_level_that_is_off_is_without_effect() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    let text = read(&owner.get(OVERVIEW).await);
    assert!(!text.contains("effect"), "{text}");
    for (nth, (off, level, _)) in LEVELS.into_iter().enumerate() {
        test.execute(off).await;
        let text = read(&owner.get(OVERVIEW).await);
        let overruled = format!("On, without effect: {level} is off");
        assert_eq!(text.matches(&overruled).count(), 3 - nth, "{level}: {text}");
        assert!(text.contains("Given by Group Owner, not in effect"), "{level}: {text}");
        assert!(text.contains("of 9, without effect"), "{level}: {text}");
        test.execute(ALL_ON).await;
    }
    set_priority(&test, "value=false").await;
    let text = read(&owner.get(OVERVIEW).await);
    assert!(
        text.contains("Given by Group Owner, not in effect") && !text.contains("without effect"),
        "{text}"
    );
}

/// Initech has no seats: Code Review Flow is its only engine, whatever the flag for the roll-out says.
#[tokio::test]
async fn a_group_without_seats_is_told_nothing_of_seats() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let [page, overview] =
        ["/configuration", ""].map(|it| format!("/groups/initech/-/settings/gitlab_duo{it}"));
    set_priority(&test, "value=false").await;
    let wording = current_wording();
    let on = [
        ("group", "initech"),
        ("flow", "code_review/v1"),
        ("version", "0"),
        ("enabled", "true"),
        ("consent_wording", wording.as_str()),
    ];
    let dialog = read(&owner.get(&format!("{page}?confirm=code_review/v1")).await);
    assert!(dialog.contains("Enable GitLab Duo Code Review Flow?"), "{dialog}");
    assert!(!dialog.contains("Not in effect for now"), "{dialog}");
    let set = owner.call(SET_FLOW, &on).await;
    assert_eq!((&set.json()["effect"], &set.json()["hindered"]), (&ACTIVE_HELPER_TEXT.into(), &false.into()));
    for priority in ["value=false", "value=true"] {
        set_priority(&test, priority).await;
        let text = read(&owner.get(&page).await);
        assert!(text.contains(ACTIVE_HELPER_TEXT), "{text}");
        assert!(!text.contains("ot in effect") && !text.contains("has not reached this group"), "{text}");
        let text = read(&owner.get(&overview).await);
        assert!(text.contains("EverybodyCode Review Flow"), "{text}");
        assert!(text.contains("Given by Group Owner") && !text.contains("not in effect"), "{text}");
    }
    // Transitional: on since before consent existed.
    test.execute("DELETE FROM namespace_consents").await;
    let text = read(&owner.get(&page).await);
    assert!(text.contains("This group has no Duo Enterprise seats, so it reviews for everybody"), "{text}");
    assert!(!text.contains("seat holders"), "{text}");
}
