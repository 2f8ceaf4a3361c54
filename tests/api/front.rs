//! The front page, the overview for everybody, and the home of administrators.

use http::{StatusCode, header};
use serde_json::json;

use crate::{
    browser::{Browser, CONFIGURATION, PASSWORD, SET_FLOW, server},
    support::{TestApp, current_wording, operator},
};
use duo_console::{
    domain::{role::Role, token::Scope},
    usecases::{accounts::set_password::set_password, decisions::save_counts::save_counts},
};

const OVERVIEW: &str = "/groups/globex/-/settings/gitlab_duo";

/// The text of a page, without the marks between pieces.
async fn text(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "")
}

fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
}

async fn member<'a>(test: &'a TestApp, name: &str, group: &str, role: Role) -> Browser<'a> {
    test.add_member(name, group, role).await;
    set_password(&test.app, &operator(), name, PASSWORD).await.expect("a password");
    Browser::of(test, name).await
}

async fn ask(test: &TestApp, token: &str, namespace: &str, user: &str) -> StatusCode {
    let path = format!("/api/v1/decisions/code_review?namespace={namespace}&user={user}");
    test.get(&path).token(token).send().await.status
}

#[tokio::test]
async fn the_front_page_says_first_what_needs_a_decision() {
    let test = server().await;
    let says = "needs a decision: Code Review is on without consent. 1 seat holder keeps GitLab Duo Code Review until then.";
    for name in ["owner", "admin"] {
        let page = text(&Browser::of(&test, name).await, "/").await;
        assert_has(
            &page,
            &[says, "/groups/globex/-/settings/gitlab_duo/configuration?confirm=code_review/v1"],
        );
        assert_has(&page, &["Mixed: seat holders classic", "Classic for seats, else none", "1–3 of 3"]);
        assert_eq!(page.matches("button-primary").count(), 1, "{page}");
    }
    for name in ["developer", "maintainer", "reviewer", "outsider"] {
        let page = text(&Browser::of(&test, name).await, "/").await;
        assert!(!page.contains("needs a decision") && !page.contains("confirm="), "{name}: {page}");
    }
    let owner = Browser::of(&test, "owner").await;
    for path in [OVERVIEW, "/groups/globex/portal/-/settings/gitlab_duo", "/groups/globex/-/audit_events"] {
        assert_has(&text(&owner, path).await, &[says]);
    }
    assert!(!text(&owner, CONFIGURATION).await.contains("needs a decision"), "acme has none to make");
    let wording = current_wording();
    let fields = [("group", "globex"), ("flow", "code_review/v1"), ("version", "1"), ("enabled", "true")];
    let fields: Vec<_> = fields.into_iter().chain([("consent_wording", wording.as_str())]).collect();
    assert_eq!(owner.call(SET_FLOW, &fields).await.status, StatusCode::OK);
    for path in ["/", OVERVIEW, "/groups/globex/-/audit_events"] {
        assert!(!text(&owner, path).await.contains("needs a decision"), "{path}");
    }
    assert_has(&text(&owner, "/").await, &["Consented by <bdi>Group Owner</bdi>", "Flow</span>"]);
}

#[tokio::test]
async fn seats_of_the_instance_are_seen_where_they_count() {
    let test = server().await;
    let fields = [("group", ""), ("purchased", "9"), ("seen_purchased", "")];
    let admin = Browser::of(&test, "admin").await;
    assert!(!text(&admin, "/").await.contains("Instance"));
    assert_eq!(admin.call("/actions/set_purchased_seats", &fields).await.status, StatusCode::OK);
    assert_has(&text(&admin, "/").await, &["Instance: 0/9"]);
    let page = text(&Browser::of(&test, "developer").await, "/").await;
    assert_has(&page, &["Instance-wide"]);
    assert!(!page.contains("0/9"), "how many, administrators see: {page}");
}

#[tokio::test]
async fn what_is_below_a_group_is_folded_and_what_is_filtered_for_keeps_its_tree() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let page = text(&owner, "/").await;
    assert_has(&page, &["/dashboard/groups?page=1&amp;open=acme", "aria-expanded=\"false\""]);
    assert!(!page.contains("Platform"), "{page}");
    let page = text(&owner, "/dashboard/groups?open=ACME").await;
    assert_has(&page, &["aria-expanded=\"true\"", "Platform", "acme/platform/runtime", "acme/website"]);
    assert!(!page.contains("globex/portal"), "{page}");
    let page = text(&owner, "/dashboard/groups?search=platform").await;
    assert_has(&page, &["<bdi>Acme</bdi>", "acme/platform/api", "acme/platform/runtime", "1–3 of 3 matches"]);
    assert!(!page.contains("Globex</bdi></a>"), "{page}");
    let page = text(&owner, "/dashboard/groups?search=nothing-like-it").await;
    assert_has(&page, &["No matches"]);
    // Who only has a role below sees what leads there, and no more.
    let guest = member(&test, "guest", "acme/website", Role::Guest).await;
    let page = text(&guest, "/dashboard/groups?open=acme").await;
    assert_has(&page, &["Your role is below this group", "Website"]);
    assert!(!page.contains("Platform") && !page.contains("/groups/acme/-/settings"), "{page}");
    let page = text(&Browser::of(&test, "outsider").await, "/").await;
    assert_has(&page, &["No groups yet", "an administrator of this server"]);
}

#[tokio::test]
async fn many_groups_come_in_natural_order_and_pages() {
    let test = server().await;
    test.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 72)
         INSERT INTO namespaces (kind, full_path, full_path_key, name, name_key, created_at) SELECT 'group', 'team-' || i, 'team-' || i, 'Team ' || i, 'team ' || i, 0 FROM n",
    )
    .await;
    test.execute(
        "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise) SELECT id, 'premium', 1 FROM namespaces WHERE full_path LIKE 'team-%'",
    )
    .await;
    let admin = Browser::of(&test, "admin").await;
    let page = text(&admin, "/").await;
    assert_has(&page, &["1–50 of 75 top-level groups", ">Next</a>"]);
    let at = |name: &str| page.find(&format!("<bdi>{name}</bdi></a>")).unwrap_or_else(|| panic!("{name}"));
    assert!(at("Team 2") < at("Team 10") && at("Acme") < at("Team 1"));
    let page = text(&admin, "/dashboard/groups?page=2").await;
    assert_has(&page, &["51–75 of 75 top-level groups", ">Previous</a>", "<bdi>Team 72</bdi>"]);
    assert!(!page.contains(">Next</a>"));
    assert_has(&text(&admin, "/dashboard/groups?search=team&page=2").await, &["51–72 of 72 matches"]);
    assert_has(&text(&admin, "/dashboard/groups?page=9").await, &["This page is empty"]);
    assert_has(&text(&admin, "/admin/consents?page=2").await, &["51–75 of 75"]);
}

#[tokio::test]
async fn everybody_with_a_role_reads_which_engine_reviews_for_them() {
    let test = server().await;
    let minimal = member(&test, "minimal", "globex", Role::MinimalAccess).await;
    let page = text(&minimal, OVERVIEW).await;
    assert_has(
        &page,
        &["Your reviews here: Code Review Flow", "without a Duo Enterprise seat there is no other engine"],
    );
    let page = text(&Browser::of(&test, "reviewer").await, OVERVIEW).await;
    assert_has(&page, &["Your reviews here: GitLab Duo Code Review", "nobody has consented to it yet"]);
    let page = text(&Browser::of(&test, "developer").await, "/groups/acme/-/settings/gitlab_duo").await;
    assert_has(&page, &["Your reviews here: No review", "and you hold no Duo Enterprise seat"]);

    let token = test.token("minimal", &[Scope::ReadDecisions]).await;
    assert_eq!(ask(&test, &token, "globex", "minimal").await, StatusCode::OK);
    assert_eq!(ask(&test, &token, "globex", "Minimal").await, StatusCode::OK, "names have no case");
    assert_eq!(ask(&test, &token, "globex", "reviewer").await, StatusCode::FORBIDDEN);
    assert_eq!(ask(&test, &token, "globex", "nobody-there").await, StatusCode::FORBIDDEN);
    assert_eq!(ask(&test, &token, "globex/portal", "minimal").await, StatusCode::NOT_FOUND, "not inherited");
    assert_eq!(ask(&test, &token, "acme", "minimal").await, StatusCode::NOT_FOUND);
    let flow = "/api/v1/decisions/flows/code_review%2Fv1?namespace=globex&user=";
    let version = test.get(&format!("{flow}minimal")).token(&token).send().await.status;
    assert_ne!(version, StatusCode::FORBIDDEN);
    assert_eq!(test.get(&format!("{flow}reviewer")).token(&token).send().await.status, StatusCode::FORBIDDEN);
    let without = test.token("minimal", &[Scope::ReadSettings]).await;
    assert_eq!(ask(&test, &without, "globex", "minimal").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn decisions_that_services_ask_for_are_counted_and_those_of_pages_are_not() {
    let test = server().await;
    let token = test.full_token("owner").await;
    for user in ["reviewer", "developer", "owner"] {
        assert_eq!(ask(&test, &token, "globex", user).await, StatusCode::OK);
    }
    assert_eq!(ask(&test, &token, "globex", "nobody-there").await, StatusCode::NOT_FOUND);
    let question =
        |namespace: &str| json!({"kind": "code_review", "namespace": namespace, "user": "developer"});
    let batch = json!({"decisions": [question("globex/portal"), question("globex"), question("nowhere")]});
    test.post("/api/v1/decisions", &batch).token(&token).send().await.ok();
    let owner = Browser::of(&test, "owner").await;
    text(&owner, "/groups/globex/-/settings/gitlab_duo/configuration?explain_user=reviewer").await;
    let page = text(&owner, OVERVIEW).await;
    assert_has(&page, &["No service has asked for a decision here yet."]);

    save_counts(&test.app, false).await.expect("saved");
    save_counts(&test.app, false).await.expect("saved once");
    let page = text(&owner, OVERVIEW).await;
    assert_has(
        &page,
        &["Services asked 5 times in production", "Code Review Flow: 4", "GitLab Duo Code Review: 1"],
    );
    assert_has(
        &page,
        &["Code Review Flow costs $0.25 a review: $1 for 4 reviews, if each of them ran.", "2026-06-01"],
    );
    assert_has(&text(&owner, "/").await, &["5 · $1", "<svg"]);
    test.clock.advance_days(29);
    let owner = Browser::of(&test, "owner").await;
    assert_has(&text(&owner, "/").await, &["5 · $1"]);
    test.clock.advance_days(1);
    let owner = Browser::of(&test, "owner").await;
    assert!(!text(&owner, "/").await.contains("5 · $1"), "only the last 30 days");
}

#[tokio::test]
async fn counts_that_could_not_be_saved_are_counted_again() {
    let test = server().await;
    let token = test.full_token("owner").await;
    assert_eq!(ask(&test, &token, "globex", "reviewer").await, StatusCode::OK);
    test.execute("ALTER TABLE decision_counts RENAME TO gone").await;
    assert!(save_counts(&test.app, false).await.is_err());
    assert_eq!(ask(&test, &token, "globex", "reviewer").await, StatusCode::OK, "no decision waits for it");
    test.execute("ALTER TABLE gone RENAME TO decision_counts").await;
    save_counts(&test.app, false).await.expect("saved");
    let page = text(&Browser::of(&test, "owner").await, OVERVIEW).await;
    assert_has(&page, &["Services asked 2 times", "GitLab Duo Code Review: 2"]);
}

#[tokio::test]
async fn administrators_see_what_needs_attention_and_how_far_the_server_is_set_up() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let page = text(&admin, "/admin").await;
    assert_has(&page, &["Groups without consent", "/admin/consents?state=missing", "Change freezes"]);
    assert_has(
        &page,
        &["Set up this server", "Create a token for your review bot", "SQLite, connected", "On time"],
    );
    assert_eq!(page.matches("To do</span>").count(), 2, "token and Explain: {page}");
    assert_has(&text(&admin, "/").await, &[">Admin</a>"]);
    let token = test.token("admin", &[Scope::ReadDecisions]).await;
    assert_eq!(ask(&test, &token, "acme", "reviewer").await, StatusCode::OK);
    save_counts(&test.app, false).await.expect("saved");
    assert!(!text(&admin, "/admin").await.contains("Set up this server"), "everything is done");
    for name in ["owner", "outsider"] {
        let other = Browser::of(&test, name).await;
        assert!(!text(&other, "/").await.contains(">Admin</a>"));
        for path in ["/admin", "/admin/", "/admin/consents", "/-/consents/export"] {
            assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{name} {path}");
        }
    }
}

#[tokio::test]
async fn an_administrator_of_an_empty_server_is_told_how_to_start() {
    let test = server().await;
    test.execute("DELETE FROM namespaces").await;
    let page = text(&Browser::of(&test, "admin").await, "/").await;
    assert_has(&page, &["Start here", "Create a group", "href=\"/groups/new\"", "(create a group first)"]);
    let page = text(&Browser::of(&test, "owner").await, "/").await;
    assert_has(&page, &["No groups yet"]);
}

#[tokio::test]
async fn consents_are_listed_filtered_and_exported() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let page = text(&admin, "/admin/consents").await;
    assert_has(&page, &["Consent missing", "Code Review off", "1–3 of 3", "Review and consent"]);
    let page = text(&admin, "/admin/consents?state=missing").await;
    assert_has(&page, &["<bdi>Globex</bdi>", "1–1 of 1"]);
    assert!(!page.contains("<bdi>Acme</bdi>"), "{page}");
    assert_has(&text(&admin, "/admin/consents?search=nothing").await, &["No matching groups."]);

    test.execute("UPDATE namespaces SET name = '=1+1' WHERE full_path = 'initech'").await;
    let wording = current_wording();
    let fields = [("group", "globex"), ("flow", "code_review/v1"), ("version", "1"), ("enabled", "true")];
    let fields: Vec<_> = fields.into_iter().chain([("consent_wording", wording.as_str())]).collect();
    assert_eq!(admin.call(SET_FLOW, &fields).await.status, StatusCode::OK);
    let answer = admin.get("/-/consents/export").await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let csv = answer.text();
    assert_has(
        &csv,
        &["path,name,code_review,consent,given_by_username", "acme,Acme,off,,,,,,", "initech,'=1+1,off"],
    );
    assert_has(
        &csv,
        &[&format!("globex,Globex,on,given,admin,Administrator,2026-06-01T12:00:00.123Z,{wording},")],
    );
    let csv = admin.get("/-/consents/export?state=missing&search=").await.text();
    assert_eq!(csv.lines().count(), 1, "{csv}");
    assert_eq!(admin.get("/-/consents/export?state=x").await.status, StatusCode::BAD_REQUEST);
    assert_has(&text(&admin, "/admin/consents?state=given").await, &["By <bdi>Administrator</bdi> (@admin)"]);
}

#[tokio::test]
async fn a_role_below_or_of_minimal_access_reads_no_more_of_the_group() {
    let test = server().await;
    let minimal = text(&member(&test, "minimal", "globex", Role::MinimalAccess).await, OVERVIEW).await;
    assert!(!minimal.contains("Portal") && !minimal.contains("Subgroups and projects"), "{minimal}");
    assert_has(&minimal, &["Duo Enterprise, ", " used", "Decisions of the last 30 days"]);
    let guest = text(&member(&test, "guest", "globex", Role::Guest).await, OVERVIEW).await;
    assert_has(&guest, &["Portal", "Subgroups and projects"]);

    let below = member(&test, "below", "acme/platform", Role::Developer).await;
    let page = text(&below, "/groups/acme/platform/-/settings/gitlab_duo").await;
    assert_has(&page, &["Duo Enterprise", "Subgroups and projects", "Your reviews here"]);
    for hidden in [" used", "Decisions of the last 30 days"] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
}
