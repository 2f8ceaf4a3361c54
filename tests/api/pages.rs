//! The pages: who sees which, their status, headers and content.

use http::{StatusCode, header};

use crate::browser::{Browser, CONFIGURATION, consent, server};

const OVERVIEW: &str = "/groups/acme/-/settings/gitlab_duo";
const AUDIT: &str = "/groups/acme/-/audit_events";

#[tokio::test]
async fn the_table_of_pages_and_people() {
    let test = server().await;
    let pages = [
        "/",
        "/dashboard/groups?search=acme&page=1",
        "/-/profile/preferences",
        "/-/user_settings/personal_access_tokens",
        "/-/jump?q=plat",
        OVERVIEW,
        CONFIGURATION,
        AUDIT,
        "/groups/acme/platform/runtime/-/settings/gitlab_duo/configuration",
        "/groups/ACME/Website/-/settings/gitlab_duo",
        "/groups/acme",
        "/groups/nowhere/-/settings/gitlab_duo",
        "/groups/acme/-/settings/nothing",
        "/groups/a%20b",
        "/nothing",
        "/pkg/nothing.js",
    ];
    let table = [
        ("owner", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 404, 404, 404, 404, 404]),
        ("admin", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 404, 404, 404, 404, 404]),
        ("maintainer", [200, 200, 200, 200, 200, 200, 200, 403, 200, 200, 200, 404, 404, 404, 404, 404]),
        ("developer", [200, 200, 200, 200, 200, 200, 403, 403, 403, 200, 200, 404, 404, 404, 404, 404]),
        ("outsider", [200, 200, 200, 200, 200, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404]),
    ];
    for (username, statuses) in table {
        let browser = Browser::of(&test, username).await;
        for (page, status) in pages.iter().zip(statuses) {
            let answer = browser.get(page).await;
            assert_eq!(answer.status.as_u16(), status, "{username} {page}");
        }
    }
    let anonymous = Browser::new(&test);
    for page in &pages[..13] {
        assert_eq!(anonymous.get(page).await.status, StatusCode::FOUND, "{page}");
    }
    assert_eq!(anonymous.get("/users/sign_in").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_one_may_not_see_looks_as_if_it_were_not_there() {
    let test = server().await;
    let browser = Browser::of(&test, "outsider").await;
    let hidden = browser.get(OVERVIEW).await.text();
    let absent = browser.get("/groups/nowhere/-/settings/gitlab_duo").await.text();
    let body = |page: &str| {
        page[page.find("<main").expect("a main")..page.find("</main>").expect("its end")].to_owned()
    };
    assert_eq!(body(&hidden), body(&absent));
}

#[tokio::test]
async fn who_may_not_is_told_which_role_could() {
    let test = server().await;
    let developer = Browser::of(&test, "developer").await.get(CONFIGURATION).await.text();
    assert!(developer.contains("role Maintainer"));
    let maintainer = Browser::of(&test, "maintainer").await.get(CONFIGURATION).await.text();
    assert!(maintainer.contains("Only an Owner of the top-level group or an administrator can change this."));
    assert!(maintainer.contains("disabled"));
}

#[tokio::test]
async fn whoever_is_refused_is_sent_to_somebody_who_can_help() {
    let test = server().await;
    for (username, page, role) in [
        ("developer", CONFIGURATION, "This needs the role Maintainer."),
        ("developer", AUDIT, "This needs the role Owner."),
        ("maintainer", AUDIT, "This needs the role Owner."),
    ] {
        let text = Browser::of(&test, username).await.get(page).await.text();
        assert!(text.contains(&format!("{role} Ask an Owner of the group.")), "{username} {page}: {text}");
    }
    let administrators = [
        "/admin",
        "/admin/consents",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/reviewer",
        "/admin/audit_events",
        "/admin/feature_flags",
        "/admin/feature_flags/duo_developer_orbit",
        "/admin/feature_groups",
        "/admin/jobs",
        "/admin/nothing",
    ];
    for username in ["owner", "maintainer", "developer", "outsider"] {
        let browser = Browser::of(&test, username).await;
        for page in administrators {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{username} {page}");
            let text = answer.text();
            // Group Owners are no administrators: existing pages look like missing ones.
            assert!(!text.contains("Owner of the group"), "{username} {page}");
            assert!(text.contains("ask an administrator of this server."), "{username} {page}: {text}");
        }
        let text = browser.get("/groups/nowhere/-/settings/gitlab_duo").await.text();
        assert!(text.contains("ask an Owner of the group to add you."), "{username}: {text}");
    }
}

#[tokio::test]
async fn every_page_carries_its_defences() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let mut nonces = Vec::new();
    for page in ["/users/sign_in", "/", CONFIGURATION, "/nothing"] {
        let answer = browser.get(page).await;
        let policy = answer.header(header::CONTENT_SECURITY_POLICY).to_owned();
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{page}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let Some(at) = policy.find("'nonce-") else { continue };
        let nonce: String = policy[at + 7..].chars().take_while(|c| *c != '\'').collect();
        assert!(nonce.len() >= 22, "128 bits: {nonce}");
        let html = answer.text();
        let scripts = html.matches("<script").count();
        assert!(scripts > 0);
        assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{page}");
        assert!(!html.contains("style=\"") && !html.contains("onclick"), "nothing inline");
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each page has a nonce of its own");
}

#[tokio::test]
async fn the_configuration_says_who_consented_and_ties_the_text_to_the_box() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    consent(&browser).await;
    let page = browser.get(CONFIGURATION).await.text();
    assert!(page.contains("aria-describedby=\"code-review-v1-help code-review-v1-effect\""));
    assert!(page.contains("id=\"code-review-v1-effect\""));
    let audit = browser.get(AUDIT).await.text();
    for text in ["Group Owner", "gave consent", "As Owner, on the page, to wording version 1", "turned on"] {
        assert!(audit.replace("<!>", "").contains(text), "{text}");
    }
}

#[tokio::test]
async fn what_people_call_things_never_becomes_markup() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E%22%3E";
    for page in [
        format!("/dashboard/groups?search={evil}"),
        format!("/-/jump?q={evil}"),
        format!("{CONFIGURATION}?explain_user={evil}"),
        format!("{CONFIGURATION}?confirm={evil}"),
        format!("/-/user_settings/personal_access_tokens?name={evil}&expires_at={evil}&scopes={evil}"),
        format!("/users/sign_in?return_to={evil}"),
        format!("{AUDIT}?before={evil}"),
    ] {
        let answer = browser.get(&page).await;
        assert!(!answer.text().contains("<script>alert"), "{page}");
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{page}");
    }
}

#[tokio::test]
async fn the_explanation_copies_what_the_api_answers() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let page = browser.get(&format!("{CONFIGURATION}?explain_user=reviewer")).await.text();
    assert!(page.contains("GitLab Duo Code Review") && page.contains("flow_off_seat"));
    let token = test.full_token("owner").await;
    let ask = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";
    let answer = test.get(ask).token(&token).send().await.ok();
    let explanation = answer["explanation"].as_str().expect("a text");
    assert!(page.contains(explanation));
    let unknown = browser.get(&format!("{CONFIGURATION}?explain_user=nobody")).await;
    assert_eq!(unknown.status, StatusCode::OK);
    assert!(unknown.text().contains("There is no user"));
}
