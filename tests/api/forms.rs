//! Form actions: authorisation, validation, and that a refused form changes nothing.

use http::{Method, StatusCode, header};

use crate::{
    browser::{Browser, CONFIGURATION, ORIGIN, SET_FLOW, code_review_form, consent, server},
    support::{TestApp, current_wording},
};

const CONFIRMING: &str = "/groups/acme/-/settings/gitlab_duo/configuration?confirm=code_review/v1";

async fn code_review(test: &TestApp) -> (bool, bool) {
    let snapshot = test.snapshot().await;
    let (_, acme) = &snapshot.selections[0];
    (acme[0].state.is_on(), acme[0].state.consent().is_some())
}

#[tokio::test]
async fn a_path_that_forms_post_to_says_so_when_it_is_opened() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    for path in ["/users/sign_out", SET_FLOW] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.header(header::ALLOW).contains("POST"));
        assert!(answer.text().contains("A form posts to this path"), "{path}");
    }
}

#[tokio::test]
async fn turning_code_review_on_leads_through_the_dialog_before_anything_is_saved() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let before = test.snapshot().await;
    let answer = browser.submit(SET_FLOW, &code_review_form(true, "0", None)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::LOCATION), CONFIRMING);
    assert_eq!(test.snapshot().await, before);

    let page = browser.get(CONFIRMING).await.text();
    assert!(page.contains("<dialog open") && page.contains("Enable GitLab Duo Code Review Flow?"));
    assert!(page.contains("inert"), "nothing behind the dialog can be reached");

    let answer = consent(&browser).await;
    assert_eq!(answer.header(header::LOCATION), format!("{CONFIGURATION}#code-review-v1"), "back to its row");
    assert_eq!(code_review(&test).await, (true, true));
    let page = browser.get(CONFIGURATION).await.text();
    assert!(page.contains("Saved"));
    assert!(!browser.get(CONFIGURATION).await.text().contains(">Saved<"), "a flash is shown once");
}

#[tokio::test]
async fn an_island_is_told_the_status_of_a_refusal() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let before = test.snapshot().await;
    let wording = current_wording();
    let garbage = "1-0000";
    let table = [
        (code_review_form(true, "0", None), 422, "consent_required"),
        (code_review_form(true, "0", Some(garbage)), 409, "consent_outdated"),
        (code_review_form(true, "0", Some("")), 422, "consent_required"),
        (code_review_form(true, "7", Some(&wording)), 409, "conflict"),
        (vec![("group", "acme"), ("flow", "nothing/v1"), ("version", "0")], 404, "not_found"),
        (vec![("group", "nowhere"), ("flow", "developer/v1"), ("version", "1")], 404, "not_found"),
        (vec![("group", "../etc"), ("flow", "developer/v1"), ("version", "1")], 404, "not_found"),
        (vec![("group", "acme/platform"), ("flow", "developer/v1"), ("version", "1")], 422, "invalid"),
        (vec![("group", "acme"), ("flow", "developer/v1"), ("version", "one")], 400, "malformed"),
        (vec![("group", "acme"), ("flow", "developer/v1")], 400, "malformed"),
        (
            vec![("group", "acme"), ("flow", "developer/v1"), ("version", "1"), ("enabled", "maybe")],
            400,
            "malformed",
        ),
    ];
    for (fields, status, code) in table {
        let answer = browser.call(SET_FLOW, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{fields:?}: {}", answer.text());
        assert!(answer.text().contains(code), "{fields:?}: {}", answer.text());
        assert_eq!(test.snapshot().await, before, "{fields:?}");
    }
    let nonsense = browser
        .send(
            Method::POST,
            SET_FLOW,
            &[("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")],
            "%%%&&==".to_owned(),
        )
        .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    let huge = browser.call(SET_FLOW, &[("group", &"a".repeat(100_000))]).await;
    assert!(huge.status.is_client_error(), "{}", huge.status);
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn only_an_owner_of_the_top_level_group_or_an_administrator_may() {
    let wording = current_wording();
    for (username, status) in [
        ("outsider", 404),
        ("developer", 403),
        ("reviewer", 403),
        ("maintainer", 403),
        ("owner", 200),
        ("admin", 200),
    ] {
        let test = server().await;
        let browser = Browser::of(&test, username).await;
        let before = test.snapshot().await;
        let answer = browser.call(SET_FLOW, &code_review_form(true, "0", Some(&wording))).await;
        assert_eq!(answer.status.as_u16(), status, "{username}: {}", answer.text());
        if status == 200 {
            assert_eq!(code_review(&test).await, (true, true), "{username}");
            let entry = test.snapshot().await.ledger.remove(0);
            assert_eq!(entry.username, username);
            assert_eq!(entry.surface.key(), "page");
        } else {
            assert_eq!(test.snapshot().await, before, "{username}");
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_changes_nothing() {
    let test = server().await;
    let browser = Browser::new(&test);
    let before = test.snapshot().await;
    let island = browser.call(SET_FLOW, &code_review_form(false, "0", None)).await;
    assert_eq!(island.status, StatusCode::UNAUTHORIZED);
    let form = browser.submit(SET_FLOW, &code_review_form(false, "0", None)).await;
    assert_eq!(form.status, StatusCode::SEE_OTHER);
    assert!(form.header(header::LOCATION).starts_with("/users/sign_in?return_to=/groups/acme"));
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let before = test.snapshot().await;
    let wording = current_wording();
    let fields = code_review_form(true, "0", Some(&wording));
    let attacks: [&[(&'static str, &str)]; 6] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for headers in attacks {
        for path in
            [SET_FLOW, "/actions/set_display", "/actions/create_token", "/users/sign_out", "/users/sign_in"]
        {
            let answer = browser.post(path, headers, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    assert_eq!(test.snapshot().await, before);
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "still signed in");
    let own = browser.post(SET_FLOW, &[("origin", ORIGIN), ("accept", "application/json")], &fields).await;
    assert_eq!(own.status, StatusCode::OK, "an old browser says where the form is from by Origin alone");
}

#[tokio::test]
async fn an_action_is_never_a_link() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let answer = browser.get("/actions/set_flow?group=acme&flow=developer/v1&version=1").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(browser.get("/users/sign_out").await.status, StatusCode::METHOD_NOT_ALLOWED);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let own = [("sec-fetch-site", "same-origin")];
        let answer = browser.send(method.clone(), CONFIGURATION, &own, String::new()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header(header::ALLOW), "GET, HEAD");
    }
    assert_eq!(browser.call("/actions/nothing", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_later_of_two_owners_is_told_who_was_first() {
    let test = server().await;
    let (owner, admin) = (Browser::of(&test, "owner").await, Browser::of(&test, "admin").await);
    let off = [("group", "acme"), ("flow", "developer/v1"), ("version", "1")];
    assert_eq!(owner.call(SET_FLOW, &off).await.status, StatusCode::OK);
    let on_again = [("group", "acme"), ("flow", "developer/v1"), ("version", "2"), ("enabled", "true")];
    assert_eq!(owner.call(SET_FLOW, &on_again).await.status, StatusCode::OK);
    let before = test.snapshot().await;
    let late = admin.call(SET_FLOW, &off).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let now = &late.json()["conflict"];
    assert_eq!((&now["enabled"], &now["version"]), (&true.into(), &3.into()));
    assert_eq!(now["changed"]["by"], "Group Owner");
    assert_eq!(test.snapshot().await, before);
    let form = admin.submit(SET_FLOW, &off).await;
    assert_eq!(form.status, StatusCode::SEE_OTHER);
    assert!(admin.get(CONFIGURATION).await.text().contains("Group Owner turned this on first."));
    assert_eq!(test.snapshot().await.selections, before.selections);
}

#[tokio::test]
async fn orbit_is_refused_while_its_flag_is_off_and_kept_when_other_preferences_are_saved() {
    use duo_console::{
        domain::flags::Targets,
        usecases::{
            FlagEditor,
            flags::set_feature::{SetFeature, set_feature},
        },
    };

    let test = server().await;
    let browser = Browser::of(&test, "reviewer").await;
    let choose = [("setting", "enabled"), ("enabled", "true")];
    let before = test.snapshot().await;
    assert_eq!(browser.call("/actions/set_orbit", &choose).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.snapshot().await, before);
    assert!(!browser.get("/-/profile/preferences").await.text().contains("Use Orbit in GitLab Duo"));

    let flag = |on| SetFeature {
        targets: Targets { users: vec!["reviewer".into()], ..Targets::default() },
        ..SetFeature::everyone("orbit_user_preference", on)
    };
    let editor = FlagEditor::operator(crate::support::operator());
    set_feature(&test.app, &editor, &flag(true)).await.expect("the flag can be set");
    assert!(browser.get("/-/profile/preferences").await.text().contains("Use Orbit in GitLab Duo"));
    let answer = browser.call("/actions/set_orbit", &choose).await;
    assert_eq!(answer.ok(), serde_json::json!({"enabled": true}));
    let sub = [("setting", "duo_developer_orbit_enabled")];
    assert_eq!(
        browser.call("/actions/set_orbit", &sub).await.ok(),
        serde_json::json!({"enabled": true, "duo_developer_orbit_enabled": false})
    );
    for bad in [
        vec![("setting", "orbit_enabled"), ("enabled", "true")],
        vec![("setting", ""), ("enabled", "true")],
        vec![("enabled", "true")],
        vec![("setting", "enabled"), ("enabled", "2")],
    ] {
        assert_eq!(browser.call("/actions/set_orbit", &bad).await.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }

    let stored = test.orbit_of("reviewer").await;
    let display = [("theme", "dark"), ("time_format", "12_hour")];
    assert_eq!(browser.submit("/actions/set_display", &display).await.status, StatusCode::SEE_OTHER);
    let page = browser.get("/-/profile/preferences").await.text();
    assert!(page.contains("data-theme=\"dark\""));
    assert_eq!(test.orbit_of("reviewer").await, stored, "version and all");
    for bad in [[("theme", "pink"), ("time_format", "relative")], [("theme", "dark"), ("time_format", "")]] {
        assert_eq!(browser.call("/actions/set_display", &bad).await.status, StatusCode::BAD_REQUEST);
    }

    set_feature(&test.app, &editor, &flag(false)).await.expect("the flag can be set");
    assert_eq!(browser.call("/actions/set_orbit", &sub).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.orbit_of("reviewer").await, stored, "what was stored stays");
}

#[tokio::test]
async fn orbit_opened_for_a_group_is_open_for_its_members() {
    use duo_console::{
        domain::flags::Targets,
        usecases::{
            FlagEditor,
            flags::set_feature::{SetFeature, set_feature},
        },
    };

    let test = server().await;
    let acme = SetFeature {
        targets: Targets { groups: vec!["acme/platform".into()], ..Targets::default() },
        ..SetFeature::everyone("orbit_user_preference", true)
    };
    let editor = FlagEditor::operator(crate::support::operator());
    set_feature(&test.app, &editor, &acme).await.expect("the flag can be set");
    for (username, offered) in
        [("maintainer", true), ("reviewer", true), ("outsider", false), ("admin", false)]
    {
        let page = Browser::of(&test, username).await.get("/-/profile/preferences").await.text();
        assert_eq!(page.contains("Use Orbit in GitLab Duo"), offered, "{username}");
    }
}

#[tokio::test]
async fn a_token_made_on_the_page_is_shown_once_and_works_until_it_is_revoked() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let form = [
        ("name", "ci"),
        ("scopes[]", "read_decisions"),
        ("scopes[]", "read_settings"),
        ("expires_at", "2026-07-01"),
    ];
    let answer = browser.submit("/actions/create_token", &form).await;
    assert_eq!(answer.header(header::LOCATION), "/-/user_settings/personal_access_tokens");
    let page = browser.get("/-/user_settings/personal_access_tokens").await.text();
    let shown = page.find("<code class=\"token").expect("the token is shown");
    let start = shown + page[shown..].find("duo-").expect("it begins so");
    let token: String =
        page[start..].chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
    assert_eq!(token.len(), 4 + 43);
    let again = browser.get("/-/user_settings/personal_access_tokens").await.text();
    assert!(!again.contains(&token), "only once");
    assert!(!test.database_bytes().windows(token.len()).any(|bytes| bytes == token.as_bytes()));

    let ask = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";
    assert_eq!(test.get(ask).token(&token).send().await.status, StatusCode::OK);
    let strangers = Browser::of(&test, "maintainer").await;
    assert_eq!(strangers.call("/actions/revoke_token", &[("id", "1")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.call("/actions/revoke_token", &[("id", "1")]).await.status, StatusCode::OK);
    assert_eq!(test.get(ask).token(&token).send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.call("/actions/revoke_token", &[("id", "1")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_token_that_may_not_be_is_refused_and_what_was_typed_is_kept() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let scope = ("scopes[]", "read_decisions");
    for (fields, field) in [
        (vec![("name", ""), scope, ("expires_at", "2026-07-01")], "name"),
        (vec![("name", "ci"), ("expires_at", "2026-07-01")], "scopes"),
        (vec![("name", "ci"), ("scopes[]", "everything"), ("expires_at", "2026-07-01")], "scopes"),
        (vec![("name", "ci"), scope, ("expires_at", "tomorrow")], "expires_at"),
        (vec![("name", "ci"), scope, ("expires_at", "2026-06-01")], "expires_at"),
        (vec![("name", "ci"), scope, ("expires_at", "2036-06-01")], "expires_at"),
    ] {
        let answer = browser.call("/actions/create_token", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert_eq!(answer.json()["invalid"]["field"], field, "{fields:?}");
    }
    let form = [("name", "<b>ci</b>"), scope, ("expires_at", "2036-06-01")];
    let answer = browser.submit("/actions/create_token", &form).await;
    let page = browser.get(answer.header(header::LOCATION)).await.text();
    assert!(page.contains("Choose an expiry date"), "it says what to do");
    assert!(
        page.contains("value=\"&lt;b&gt;ci&lt;/b&gt;\"") || page.contains("value=\"<b>ci</b>\""),
        "the name is kept"
    );
    assert!(page.contains("value=\"2036-06-01\""), "so is the date");
    assert!(!page.contains("<b>ci"), "and nothing of it becomes markup");
    assert!(
        test.snapshot()
            .await
            .audit
            .iter()
            .all(|event| event.event.kind.key() != "personal_access_token_created")
    );
}

#[tokio::test]
async fn a_form_that_is_none_of_ours_is_answered_with_a_page() {
    let test = server().await;
    let browser = Browser::of(&test, "owner").await;
    let before = test.snapshot().await;
    for fields in
        [vec![], vec![("group", "acme")], vec![("group", "acme"), ("flow", "x"), ("version", "one")]]
    {
        let answer = browser.submit(SET_FLOW, &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
        let page = answer.text();
        assert!(page.contains("<h1") && page.contains("The form was not understood"), "{page}");
        assert!(page.contains("Sign out"), "whoever is signed in still is");
    }
    assert_eq!(test.snapshot().await, before);
}
