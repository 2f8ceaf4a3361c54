//! With the whole demo data every page has something to show.

use http::StatusCode;

use crate::{
    browser::{Browser, whole_server},
    scan::TABLE,
};

/// What pages say where there is nothing.
const EMPTY: [&str; 19] = [
    "No group is like that",
    "There are no groups yet",
    "No job waits",
    "Nothing was changed here yet",
    "Nobody has given or withdrawn consent yet",
    "Nobody is in it yet",
    "No flag is open for it",
    "Nobody has set it here yet",
    "Nothing is below this group yet",
    "You are in no group yet",
    "You have none yet",
    "Nobody is a member yet",
    "Nobody owns this group",
    "Nobody has a seat",
    "Nobody matches",
    "No group is invited",
    "In no group yet",
    "There is no group yet",
    "No service has asked which engine reviews here",
];

/// What is rightly empty: an address, and what it says.
const RIGHTLY: [(&str, &str); 8] = [
    // The tutorial sets it.
    ("/admin/feature_flags/duo_developer_orbit", "Nobody has set it here yet"),
    // The built-in group of administrators.
    ("/admin/feature_groups", "No flag is open for it"),
    ("/groups/acme/-/group_members", "No group is invited"),
    // Code Review is off there.
    ("/groups/acme/-/audit_events", "Nobody has given or withdrawn consent yet"),
    ("/groups/acme/-/audit_events/", "Nobody has given or withdrawn consent yet"),
    ("/admin/feature_flags/duo_developer_orbit/", "Nobody has set it here yet"),
    // Of the instance; groups have seats of their own.
    ("/admin/seats", "Nobody has a seat"),
    ("/groups/umbrella/-/group_members", "No group is invited"),
];

/// The addresses with names that only the whole demo data have.
const MORE: [&str; 13] = [
    "/",
    "/-/user_settings/personal_access_tokens",
    "/admin/people/data-lead",
    "/admin/people/review-bot",
    "/admin/feature_groups/early_adopters",
    "/admin/feature_flags/mr_ai_resolve_conflicts?environment=staging",
    "/groups/umbrella/-/settings/gitlab_duo",
    "/groups/umbrella/-/settings/gitlab_duo/configuration",
    "/groups/umbrella/-/audit_events",
    "/groups/umbrella/-/group_members",
    "/groups/umbrella/-/seats",
    "/groups/globex/-/seats",
    "/groups/acme/data/event-stream.v2/-/settings/gitlab_duo",
];

async fn text(browser: &Browser<'_>, address: &str) -> String {
    let answer = browser.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}");
    answer.text().replace("<!>", "")
}

#[tokio::test]
async fn no_page_of_the_demo_is_empty() {
    let test = whole_server().await;
    let (admin, owner) = (Browser::of(&test, "admin").await, Browser::of(&test, "owner").await);
    let listed = TABLE.iter().filter(|row| {
        let is_page = row.1.starts_with("/admin") || row.1.starts_with("/groups/acme/-/");
        // The feature group is made by an earlier line of the table.
        row.0 == "GET"
            && is_page
            && !row.1.contains(['?', '%'])
            && !row.1.ends_with("/testers")
            && row.4[7] == 200
    });
    let mut empty = Vec::new();
    for address in listed.map(|row| row.1).chain(MORE) {
        let browser = if address.contains("user_settings") { &owner } else { &admin };
        let page = text(browser, address).await;
        empty.extend(EMPTY.iter().filter(|it| page.contains(**it)).map(|it| (address, *it)));
    }
    assert_eq!(empty, RIGHTLY);
}

#[tokio::test]
async fn the_demo_shows_each_state_once() {
    let test = whole_server().await;
    let admin = Browser::of(&test, "admin").await;
    for (address, words) in [
        ("/", &["1–4 of 4", "globex", "Consented by <bdi>Umbrella Owner</bdi>"][..]),
        ("/admin", &["Flags cannot be changed in pre."]),
        ("/admin/consents", &["Missing", "Given", "Off", "Umbrella Owner"]),
        ("/admin/people?filter=blocked", &["former-developer", "former-intern"]),
        ("/admin/people/data-lead", &["given by hand", "given by an import"]),
        ("/admin/people/new-starter", &["never"]),
        ("/groups/acme/-/group_members", &["Release Manager (Developer)", "Minimal Access", "Planner"]),
        ("/groups/acme/platform/-/group_members", &["acme/security", "Owner", "Guest"]),
        ("/groups/acme/website/-/group_members", &["acme/mobile", "contractor", "until"]),
        ("/groups/acme/legacy/-/settings/gitlab_duo", &["Archived"]),
        ("/groups/acme/-/settings/gitlab_duo", &["7 of 12 seats used"]),
        ("/groups/globex/-/settings/gitlab_duo", &["3 of 3 seats used"]),
        ("/groups/globex/-/seats", &["Waiting for a seat", "globex-developer-3"]),
        ("/admin/jobs", &["mr_ai_resolve_conflicts"]),
    ] {
        let page = text(&admin, address).await;
        for words in words {
            assert!(page.contains(words), "{words} at {address}: {page}");
        }
    }
}
