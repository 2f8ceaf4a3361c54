//! Groups and projects: the pages that create, edit, archive, move and delete them, and what decisions say of
//! an archived one.

use crate::{
    browser::{Browser, consent, server},
    support::{TestApp, operator},
};
use http::{StatusCode, header};
use serde_json::Value;

use duo_console::{
    domain::{
        audit::AuditKind,
        namespace::{GroupPath, NamespaceKind},
    },
    storage::AuditFilter,
    usecases::people::{
        archive_group::archive_group,
        create_group::{Below, CreateGroup, create_group},
        group_editor::GroupEditor,
    },
};

const LIST: &str = "/admin/groups";
const NEW: &str = "/groups/new";
const CREATE: &str = "/actions/create_group";
const EDIT: &str = "/actions/edit_group";
const ARCHIVE: &str = "/actions/archive_group";
const MOVE: &str = "/actions/move_group";
const DELETE: &str = "/actions/delete_group";

async fn html(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "")
}

/// Posts a form as a browser does; where it leads, and that page.
async fn done(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> (String, String) {
    let answer = browser.submit(action, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action} {fields:?}: {}", answer.text());
    let to = answer.header(header::LOCATION).to_owned();
    let page = html(browser, &to).await;
    (to, page)
}

fn path(text: &str) -> GroupPath {
    GroupPath::parse(text).expect("a path")
}

async fn kinds(test: &TestApp) -> Vec<AuditKind> {
    let mut uow = test.app.storage.read().await.expect("a view");
    let events = uow.audit_log().list(&AuditFilter::default(), 20).await.expect("the log");
    events.into_iter().filter_map(|it| it.event.kind.known()).collect()
}

#[tokio::test]
async fn an_administrator_makes_a_group_and_its_owner_what_is_below() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let list = html(&admin, LIST).await;
    for said in ["1–3 of 3", "Acme", "Ultimate", "2 subgroups, 2 projects", "href=\"/groups/new\""] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let fields =
        [("name", "Hooli XYZ"), ("tier", "ultimate"), ("duo_enterprise", "true"), ("owner", "@developer")];
    let (to, page) = done(&admin, CREATE, &fields).await;
    assert_eq!(to, "/groups/hooli-xyz/-/settings/gitlab_duo");
    for said in ["The group is created.", "Ultimate, Duo Enterprise", "No subgroups or projects yet."] {
        assert!(page.contains(said), "{said}: {page}");
    }
    admin.submit("/actions/edit_user", &[("username", "maintainer"), ("email", "mia@example.com")]).await;
    let (_, page) = done(&admin, CREATE, &[("name", "Mia's"), ("owner", "Mia@Example.com")]).await;
    assert!(page.contains("Every flow is off until an Owner turns it on."), "{page}");
    let (to, page) = done(&admin, CREATE, &[("name", "Nobody's"), ("owner", "nobody@example.com")]).await;
    assert!(to.starts_with("/groups/new") && page.contains("There is no user nobody@example.com."), "{page}");
    let (_, page) = done(&admin, CREATE, &[("name", "Bare")]).await;
    assert!(page.contains("It has no Owner yet"), "{page}");

    let owner = Browser::of(&test, "developer").await;
    let page = html(&owner, "/groups/hooli-xyz/-/settings/gitlab_duo").await;
    let link = "/groups/new?parent=hooli-xyz&amp;kind=project";
    assert!(page.contains(link) && page.contains("New subgroup"), "{page}");
    let form = html(&owner, &link.replace("&amp;", "&")).await;
    assert!(form.contains("New project") && form.contains("value=\"hooli-xyz\""), "{form}");
    let project =
        [("parent", "hooli-xyz"), ("kind", "project"), ("name", "Boxes"), ("description", "Two\r\nlines")];
    let (to, _) = done(&owner, CREATE, &project).await;
    assert_eq!(to, "/groups/hooli-xyz/boxes/-/settings/gitlab_duo");
    assert!(test.namespace("hooli-xyz/boxes").await.kind == NamespaceKind::Project);
    assert!(html(&owner, "/groups/hooli-xyz/boxes/-/edit").await.contains("Two\nlines"));
    let nav = html(&owner, "/groups/hooli-xyz/-/edit").await;
    assert!(nav.contains("An administrator can change it."), "{nav}");
    assert!(nav.contains("Only an administrator can move a top-level group"), "{nav}");
}

#[tokio::test]
async fn what_is_wrong_comes_back_with_what_was_typed_and_changes_nothing() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    for (field, value, said) in [
        ("name", "", "The name has 1 to 255"),
        ("path", "a/b", "The path is one name"),
        ("path", "new", "This path is an address of Duo Console"),
        ("path", "ACME", "There is a group or project ACME already."),
        ("owner", "nobody", "There is no user nobody."),
        ("path", "\"><script>", "The path is one name"),
    ] {
        let mut fields = vec![("name", "Typed"), ("owner", "")];
        fields.retain(|it| it.0 != field);
        fields.push((field, value));
        let (to, page) = done(&admin, CREATE, &fields).await;
        assert!(to.starts_with(NEW), "{to}");
        assert!(page.contains(said) && page.contains("role=\"alert\""), "{field} {value}: {page}");
        assert!(
            !page.contains("<script>\"") && (field == "name" || page.contains("value=\"Typed\"")),
            "{page}"
        );
        assert!(!admin.call(CREATE, &fields).await.status.is_success());
    }
    for (to, said) in [
        ("acme/platform", "A group cannot be moved below itself."),
        ("nowhere", "There is no group nowhere to move it to."),
        ("a b", "A path is made of"),
        ("globex/portal", "globex/portal is a project"),
    ] {
        let (at, page) = done(&admin, MOVE, &[("group", "acme"), ("to", to)]).await;
        assert!(at.ends_with("#move") && page.contains(said), "{to}: {page}");
    }
    let (at, page) = done(&admin, DELETE, &[("group", "acme"), ("confirmation", "acm")]).await;
    assert_eq!(at, "/groups/acme/-/edit?confirm=delete");
    assert!(page.contains("Type the full path, acme, to delete it."), "{page}");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn one_field_is_saved_and_a_stale_one_is_refused_with_what_it_is_now() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let shown = [("group", "acme/platform"), ("seen_name", "Platform"), ("seen_path", "platform")];
    let with = |more: &[(&'static str, &'static str)]| [&shown, more].concat();
    let (to, page) = done(&owner, EDIT, &with(&[("name", "Core"), ("path", "platform")])).await;
    assert!(to == "/groups/acme/platform/-/edit" && page.contains("Saved."), "{page}");
    // The form was opened before, and the name is as it was shown.
    let (to, _) = done(&owner, EDIT, &with(&[("name", "Platform"), ("path", "base")])).await;
    assert_eq!(to, "/groups/acme/base/-/edit");
    assert_eq!(test.namespace("acme/base").await.name, "Core");
    assert_eq!(test.namespace("acme/base/api").await.name, "API");
    let stale = [
        ("group", "acme/base"),
        ("seen_name", "Platform"),
        ("name", "X"),
        ("path", "base"),
        ("seen_path", "base"),
    ];
    let (_, page) = done(&owner, EDIT, &stale).await;
    for said in ["Somebody else changed the name first. It is Core now.", "value=\"X\"", "value=\"Core\""] {
        let plain = said.replace("&#x27;", "'");
        assert!(page.contains(said) || page.contains(&plain), "{said}: {page}");
    }
    assert_eq!(owner.call(EDIT, &stale).await.status, StatusCode::CONFLICT);
    assert_eq!(kinds(&test).await[..2], [AuditKind::GroupPathUpdated, AuditKind::GroupNameUpdated]);
    assert_eq!(owner.get("/groups/acme/platform/-/edit").await.status, StatusCode::NOT_FOUND);
}

async fn decision(test: &TestApp, address: &str) -> Value {
    let token = test.full_token("reviewer").await;
    test.get(address).token(&token).send().await.ok()
}

#[tokio::test]
async fn nothing_reviews_and_no_flow_runs_in_what_is_archived() {
    const REVIEW: &str = "/api/v1/decisions/code_review?namespace=acme/platform/api&user=reviewer";
    const FLOW: &str = "/api/v1/decisions/flows/developer%2Fv1?namespace=acme/platform/api&user=reviewer";

    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    consent(&owner).await;
    assert_eq!(decision(&test, REVIEW).await["engine"], "code_review_flow");
    let dialog = html(&owner, "/groups/acme/platform/-/edit?confirm=archive").await;
    assert!(dialog.contains("Archive this group?") && dialog.contains("1 subgroup, 1 project"), "{dialog}");
    let archived = [("group", "acme/platform"), ("archived", "true")];
    let (_, page) = done(&owner, ARCHIVE, &archived).await;
    assert!(page.contains("This group is archived") && page.contains("Unarchive this group"), "{page}");

    let decided = decision(&test, REVIEW).await;
    assert_eq!((&decided["engine"], &decided["rule"]), (&"none".into(), &"namespace_archived".into()));
    assert_eq!(
        (&decided["inputs"]["archived"], &decided["inputs"]["flow_on"]),
        (&true.into(), &false.into())
    );
    assert_eq!(decided["consent_id"], Value::Null);
    let token = test.full_token("reviewer").await;
    test.get(FLOW).token(&token).send().await.refused(409, "namespace_archived");
    assert_eq!(
        decision(&test, &REVIEW.replace("acme/platform/api", "acme")).await["engine"],
        "code_review_flow"
    );
    for (address, said) in [
        ("/groups/acme/platform/api/-/settings/gitlab_duo", "Archived: "),
        ("/groups/acme/platform/-/settings/gitlab_duo/configuration", "Archived: "),
        ("/groups/acme/platform/api/-/edit", "above this project"),
    ] {
        assert!(html(&owner, address).await.contains(said), "{address}");
    }
    let refused = owner.call(EDIT, &[("group", "acme/platform/api"), ("name", "X")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());

    let editor = GroupEditor::operator(operator());
    archive_group(&test.app, &editor, &path("acme"), true).await.expect("archived");
    let token = test.full_token("owner").await;
    let off = serde_json::json!({ "enabled": false, "version": 1 });
    let set = test.put("/api/v1/groups/acme/flows/code_review%2Fv1", &off).token(&token).send().await;
    set.refused(409, "namespace_archived");
    archive_group(&test.app, &editor, &path("acme"), false).await.expect("unarchived");
    done(&owner, ARCHIVE, &[("group", "acme/platform"), ("archived", "false")]).await;
    assert_eq!(decision(&test, REVIEW).await["engine"], "code_review_flow", "as it was");
}

#[tokio::test]
async fn a_move_says_what_it_ends_and_a_deletion_where_it_was() {
    let test = server().await;
    let (owner, admin) = (Browser::of(&test, "owner").await, Browser::of(&test, "admin").await);
    consent(&owner).await;
    let dialog = html(&admin, "/groups/acme/-/edit?confirm=move&to=globex").await;
    for said in [
        "Move this group?",
        "globex/acme",
        "The consent given by Group Owner is withdrawn",
        "1 Duo Enterprise seat ends.",
    ] {
        assert!(dialog.contains(said), "{said}: {dialog}");
    }
    let (to, page) = done(&admin, MOVE, &[("group", "acme"), ("to", "globex")]).await;
    assert!(
        to == "/groups/globex/acme/-/edit" && page.contains("Moved, with everything below it."),
        "{page}"
    );
    assert_eq!(owner.get("/groups/acme/-/settings/gitlab_duo").await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.get("/groups/globex/acme/platform/-/settings/gitlab_duo").await.status, StatusCode::OK);
    let (to, page) = done(&owner, DELETE, &[("group", "globex/acme"), ("confirmation", "globex/acme")]).await;
    assert!(
        to == "/groups/globex/-/settings/gitlab_duo" && page.contains("globex/acme</strong> is deleted."),
        "{page}"
    );
    let (to, page) = done(&admin, DELETE, &[("group", "initech"), ("confirmation", "initech")]).await;
    assert!(to == LIST && page.contains("initech</strong> is deleted."), "{page}");
    let (to, page) = done(&owner, DELETE, &[("group", "globex"), ("confirmation", "globex")]).await;
    assert!(to == "/dashboard/groups" && page.contains("globex</strong> is deleted."), "{page}");
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_counted() {
    let test = server().await;
    let editor = GroupEditor::operator(operator());
    for n in 0..30 {
        let subscription = duo_console::domain::namespace::Subscription {
            tier: duo_console::domain::namespace::Tier::Premium,
            duo_enterprise: false,
        };
        let new = CreateGroup {
            below: Below::Nothing { subscription, owner: None },
            name: format!("Zeta {}", 99 - n),
            path: format!("more-{n:02}"),
            description: String::new(),
        };
        create_group(&test.app, &editor, &new).await.expect("made");
    }
    let admin = Browser::of(&test, "admin").await;
    let page = html(&admin, LIST).await;
    assert!(page.contains("1–25 of 33") && page.contains("page=2\" class=\"button\">Next"), "{page}");
    let page = html(&admin, "/admin/groups?page=2&sort=name").await;
    assert!(page.contains("26–33 of 33") && page.contains("Zeta 99") && !page.contains(">Next"), "{page}");
    let page = html(&admin, "/admin/groups?search=MORE-0").await;
    assert!(page.contains("1–10 of 10"), "{page}");
    let page = html(&admin, "/admin/groups?search=nothing").await;
    assert!(page.contains("No matching group"), "{page}");
}

#[tokio::test]
async fn an_administrator_without_a_role_changes_groups_after_a_fresh_sign_in() {
    let test = server().await;
    let (owner, admin) = (Browser::of(&test, "owner").await, Browser::of(&test, "admin").await);
    for _ in 0..2 {
        test.clock.advance_millis(2_000_000);
        html(&owner, "/dashboard/groups").await;
        html(&admin, LIST).await;
    }
    for (action, fields) in [
        (EDIT, vec![("group", "acme"), ("name", "Taken")]),
        (ARCHIVE, vec![("group", "acme"), ("archived", "true")]),
        (CREATE, vec![("parent", "acme"), ("kind", "group"), ("name", "New")]),
        (MOVE, vec![("group", "acme/website"), ("to", "acme/platform")]),
    ] {
        let answer = admin.call(action, &fields).await;
        let refused = (StatusCode::FORBIDDEN, "\"confirm_sign_in\"");
        assert_eq!((answer.status, answer.text().as_str()), refused, "{action}");
    }
    let own =
        [("group", "acme"), ("seen_name", "Acme"), ("name", "Own"), ("seen_path", "acme"), ("path", "acme")];
    let answer = owner.call(EDIT, &own).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(test.namespace("acme").await.name, "Own");
}
