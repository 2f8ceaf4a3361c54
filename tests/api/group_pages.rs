//! The feature group pages.

use crate::{
    browser::{Browser, server},
    support::{TestApp, operator},
};
use http::{StatusCode, header};

use duo_console::{
    domain::flags::Targets,
    usecases::{
        FlagEditor, FlagReader,
        flags::{list_feature_groups::list_feature_groups, set_feature_group::set_feature_group},
    },
};

const LIST: &str = "/admin/feature_groups";
const PAGE: &str = "/admin/feature_groups/testers";
const CREATE: &str = "/actions/create_feature_group";
const ADD: &str = "/actions/add_group_member";
const REMOVE: &str = "/actions/remove_group_member";

fn member<'a>(kind: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("group", "testers"), ("kind", kind), ("name", name)]
}

async fn html(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "")
}

/// Posts a form as a browser does, and follows the redirect.
async fn done(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit(action, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action} {fields:?}");
    html(browser, answer.header(header::LOCATION)).await
}

async fn members(test: &TestApp) -> Vec<String> {
    let groups = list_feature_groups(&test.app, &FlagReader::operator()).await.expect("a list").groups;
    groups.into_iter().find(|it| it.name == "testers").expect("the group is there").members
}

async fn testers(test: &TestApp, users: &[&str]) {
    let users = users.iter().map(|it| (*it).to_owned()).collect();
    let members = Targets { users, ..Targets::default() };
    set_feature_group(&test.app, &FlagEditor::operator(operator()), "testers", &members).await.expect("made");
}

#[tokio::test]
async fn a_group_is_created_filled_and_emptied_at_its_pages() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let list = html(&admin, LIST).await;
    assert!(list.contains("Every administrator, and nobody else."), "{list}");

    let answer = admin.submit(CREATE, &[("name", " testers ")]).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, PAGE));
    let page = html(&admin, PAGE).await;
    for said in ["The group is created.", "Nobody is in it yet.", "None. A flag is opened for the group"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for (kind, name) in [("user", " @Reviewer "), ("group", "acme"), ("project", "acme/website")] {
        let page = done(&admin, ADD, &member(kind, name)).await;
        assert!(page.contains(" is in the group."), "{page}");
    }
    assert_eq!(members(&test).await, ["user reviewer", "group acme", "project acme/website"]);

    let flag = [("flag", "duo_developer_orbit"), ("environment", "staging")];
    let open = [flag[0], flag[1], ("change", "open feature_group testers")];
    assert_eq!(admin.call("/actions/change_flag", &open).await.status, StatusCode::OK);
    let list = html(&admin, LIST).await;
    for said in ["user reviewer, group acme, project acme/website", "duo_developer_orbit (staging)"] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let page = html(&admin, PAGE).await;
    assert!(page.contains("href=\"/admin/feature_flags/duo_developer_orbit?environment=staging\""), "{page}");

    let page = done(&admin, REMOVE, &member("group", "acme")).await;
    assert!(page.contains("<strong>group acme</strong> is no longer in the group."), "{page}");
    assert_eq!(members(&test).await, ["user reviewer", "project acme/website"]);
    let before = test.snapshot().await;
    done(&admin, REMOVE, &member("group", "acme")).await;
    done(&admin, ADD, &member("user", "reviewer")).await;
    assert_eq!(test.snapshot().await, before, "what is so already is no change");
}

#[tokio::test]
async fn bad_input_changes_no_group_and_comes_back_with_what_was_typed() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    testers(&test, &["reviewer"]).await;
    let before = test.snapshot().await;
    let long = "x".repeat(256);
    for (name, said) in [
        ("", "The name has 1 to 255 letters"),
        ("two words", "The name has 1 to 255 letters"),
        ("a/b", "The name has 1 to 255 letters"),
        ("\"><script>", "The name has 1 to 255 letters"),
        (long.as_str(), "The name has 1 to 255 letters"),
        ("testers", "There is a feature group testers already."),
        ("administrators", "Every administrator is in this group"),
    ] {
        let page = done(&admin, CREATE, &[("name", name)]).await;
        let typed =
            format!("value=\"{}\"", name.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;"));
        for expected in [said, "role=\"alert\"", "aria-invalid=\"true\"", &typed] {
            assert!(page.contains(expected), "{name:?}, {expected}: {page}");
        }
        assert_eq!(admin.call(CREATE, &[("name", name)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for (kind, name, said) in [
        ("user", "revi", "There is no user revi."),
        ("user", "", "Say who: a user name"),
        ("group", "acme/website", "There is no group acme/website."),
        ("team", "acme", "The form was not understood."),
        ("feature_group", "administrators", "No feature group is in another."),
        ("user", "User:1", "There is no user User:1."),
    ] {
        let page = done(&admin, ADD, &member(kind, name)).await;
        for expected in [said, "role=\"alert\"", "aria-invalid=\"true\"", &format!("value=\"{name}\"")] {
            assert!(page.contains(expected), "{kind} {name}, {expected}: {page}");
        }
        let called = admin.call(ADD, &member(kind, name)).await;
        assert_eq!(called.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {name}");
    }
    for part in ["revi", " @revi"] {
        let meant = done(&admin, ADD, &member("user", part)).await;
        let link = "href=\"/admin/feature_groups/testers?kind=user&amp;name=reviewer\"";
        assert!(meant.contains(link), "{part}: {meant}");
    }
    let page = html(&admin, "/admin/feature_groups/testers?kind=user&name=reviewer").await;
    assert!(page.contains("value=\"reviewer\"") && !page.contains("role=\"alert\""), "{page}");

    for (group, status) in [("nowhere", 404), ("../feature_flags", 404), ("administrators", 422)] {
        for action in [ADD, REMOVE] {
            let fields = [("group", group), ("kind", "user"), ("name", "reviewer")];
            assert_eq!(admin.call(action, &fields).await.status.as_u16(), status, "{action} {group}");
        }
    }
    for absent in ["nowhere", "administrators", "a%20b", "x%00", "testers/x"] {
        let answer = admin.get(&format!("{LIST}/{absent}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{absent}");
    }
    assert_eq!(test.snapshot().await, before);
    assert_eq!(members(&test).await, ["user reviewer"]);
}

#[tokio::test]
async fn whoever_is_gone_can_still_be_removed() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    testers(&test, &["owner", "reviewer"]).await;
    test.delete_user("reviewer").await;
    let page = html(&admin, PAGE).await;
    let field = "name=\"name\" value=\"User:";
    let at = page.find(field).expect("a form to remove them") + field.len();
    let id: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
    assert!(page.contains(&format!("<code>User:{id}</code> is gone")), "{page}");
    done(&admin, REMOVE, &member("user", &format!("User:{id}"))).await;
    assert_eq!(members(&test).await, ["user owner"]);
}

#[tokio::test]
async fn whoever_signed_in_long_ago_confirms_it_before_a_group_changes_and_loses_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    testers(&test, &["owner"]).await;
    test.clock.advance_millis(3_590_000);
    assert_eq!(admin.get(LIST).await.status, StatusCode::OK);
    test.clock.advance_millis(20_000);
    let before = test.snapshot().await;
    for (action, fields, back) in [
        (CREATE, vec![("name", "others")], "/admin/feature_groups%3Fname%3Dothers"),
        (ADD, member("user", "a&b"), "/admin/feature_groups/testers%3Fkind%3Duser%26name%3Da%2526b"),
        (REMOVE, member("user", "owner"), PAGE),
    ] {
        let answer = admin.submit(action, &fields).await;
        assert_eq!(answer.header(header::LOCATION), format!("/users/confirm?return_to={back}"), "{action}");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn who_may_be_meant_is_found_while_one_types() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    for (text, expected) in [
        ("@REVI", serde_json::json!([{ "kind": "user", "name": "reviewer", "words": "user reviewer" }])),
        (
            "website",
            serde_json::json!([{ "kind": "project", "name": "acme/website", "words": "project acme/website" }]),
        ),
        ("nobody%", serde_json::json!([])),
        ("a\0b", serde_json::json!([])),
    ] {
        let answer = admin.call("/actions/find_actors", &[("text", text)]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, expected), "{text:?}");
    }
}

#[tokio::test]
async fn jump_to_finds_feature_groups_for_administrators() {
    let test = server().await;
    let (admin, owner) = (Browser::of(&test, "admin").await, Browser::of(&test, "owner").await);
    assert!(html(&admin, "/-/jump?q=feature+gr").await.contains(LIST));
    assert!(!html(&owner, "/-/jump?q=feature+gr").await.contains(LIST));
}
