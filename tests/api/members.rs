//! The members page: what it shows to whom, its forms, and its download.

use crate::{
    browser::{Browser, server},
    support::{NOON, TestApp, operator},
};
use http::{StatusCode, header};

use duo_console::{
    domain::{
        namespace::GroupPath,
        people::{grants::Source, members::Membership},
        role::{GivenRole, Role},
        token::Scope,
    },
    usecases::people::{
        member_editor::{MemberEditor, Seen},
        set_member::{SetMember, set_member},
    },
};

const PAGE: &str = "/groups/acme/-/group_members";
const ADD: &str = "/actions/add_member";
const CHANGE: &str = "/actions/change_member";
const REMOVE: &str = "/actions/remove_member";

async fn html(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "")
}

/// Posts a form; returns where it leads, and the page there.
async fn submit(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let answer = browser.submit(path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let led = answer.header(header::LOCATION).to_owned();
    let page = html(browser, &led).await;
    (led, page)
}

async fn set(test: &TestApp, username: &str, group: &str, source: Source, role: &GivenRole) {
    let group = test.namespace(group).await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let user = uow.users().find_by_username(username).await.expect("an answer").expect("a user");
    uow.memberships().set(group.id, user.id, source, role, None).await.expect("a member");
    uow.commit().await.expect("it commits");
}

fn add<'a>(user: &'a str, role: &'a str, expires_on: &'a str) -> [(&'a str, &'a str); 4] {
    [("namespace", "acme"), ("user", user), ("role", role), ("expires_on", expires_on)]
}

#[tokio::test]
async fn a_guest_sees_who_is_a_member_and_no_form() {
    let test = server().await;
    let role = GivenRole::new(30, Some("Release lead".into())).expect("a role");
    set(&test, "outsider", "acme", Source::Provider, &Role::Guest.into()).await;
    set(&test, "developer", "acme", Source::Gitlab, &role).await;
    let guest = Browser::of(&test, "outsider").await;
    let page = html(&guest, PAGE).await;
    for said in
        ["5 members", "Group Owner", "by the identity provider", "Release lead (Developer)", "by GitLab"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    for hidden in [ADD, "Add a member", "change=", "Invite the group", "Reviews: ", "Leave"] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    let developer = html(&Browser::of(&test, "developer").await, PAGE).await;
    assert!(
        developer.contains("Reviews: No review") && developer.contains("Reviews: GitLab Duo Code Review")
    );
    assert!(html(&guest, "/groups/acme/platform/api/-/group_members").await.contains("inherited from "));
}

#[tokio::test]
async fn an_owner_adds_changes_and_takes_back() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let (led, page) = submit(&owner, ADD, &add("@Outsider", "developer", "2026-07-01")).await;
    assert_eq!(led, PAGE);
    assert!(page.contains("@outsider is Developer until 2026-07-01 now."), "{page}");
    let dialog = html(&owner, &format!("{PAGE}?change=outsider")).await;
    assert!(dialog.contains("Role of @outsider") && dialog.contains("value=\"2026-07-01\""), "{dialog}");

    let change = [
        ("namespace", "acme"),
        ("user", "outsider"),
        ("role", "reporter"),
        ("expires_on", "2026-07-01"),
        ("seen_role", "developer"),
        ("seen_expires_on", "2026-07-01"),
    ];
    let (_, page) = submit(&owner, CHANGE, &change).await;
    assert!(page.contains("@outsider is Reporter until 2026-07-01 now."), "{page}");
    let mut stale = change;
    stale[2].1 = "owner";
    let (led, page) = submit(&owner, CHANGE, &stale).await;
    assert!(page.contains("Somebody else changed the role first. It is Reporter now."), "{page}");
    assert!(led.contains("change=outsider&role=owner"), "what was entered is kept: {led}");

    let ask = html(&owner, &format!("{PAGE}?remove=outsider")).await;
    assert!(ask.contains("They have no other role here"), "{ask}");
    let (_, page) = submit(&owner, REMOVE, &[("namespace", "acme"), ("user", "outsider")]).await;
    assert!(page.contains("@outsider is no longer a member."), "{page}");
    let kinds: Vec<_> =
        test.snapshot().await.audit.iter().take(3).map(|it| it.event.kind.key().to_owned()).collect();
    assert_eq!(kinds, ["member_destroyed", "member_updated", "member_created"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_what_was_entered_is_kept() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let before = test.snapshot().await;
    for (user, role, day, message, field) in [
        ("nobody", "guest", "", "There is no user nobody.", "add-user-error"),
        ("", "guest", "", "Enter a user name or an email address.", "add-user-error"),
        ("nobody@example.com", "guest", "", "There is no user nobody@example.com.", "add-user-error"),
        ("outsider", "", "", "Choose a role.", "add-role-error"),
        ("outsider", "boss", "", "Choose a role.", "add-role-error"),
        (
            "outsider",
            "guest",
            "2026-06-01",
            "A role may end tomorrow at the earliest.",
            "add-expires-on-error",
        ),
        ("outsider", "guest", "soon", "The expiry is a day such as", "add-expires-on-error"),
    ] {
        let (led, page) = submit(&owner, ADD, &add(user, role, day)).await;
        assert!(page.contains(message), "{message}: {page}");
        if !user.is_empty() {
            assert!(page.contains(&format!("id=\"{field}\"")), "{field}: {page}");
            assert!(led.contains(&format!("user={user}")), "{led}");
        }
    }
    let (_, page) = submit(&owner, ADD, &add("developer", "guest", "")).await;
    assert!(page.contains("@developer already has a role by hand here: Developer."), "{page}");
    let sub = [("namespace", "acme/platform"), ("user", "outsider"), ("role", "minimal_access")];
    let (_, page) = submit(&owner, ADD, &sub).await;
    assert!(page.contains("Minimal Access exists in top-level groups only"), "{page}");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn the_last_owner_is_asked_and_can_say_yes() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    assert!(html(&owner, PAGE).await.contains("@owner is the only Owner."));
    let leave = [("namespace", "acme")];
    let (led, page) = submit(&owner, "/actions/leave_group", &leave).await;
    assert_eq!(led, format!("{PAGE}?leave=yes&last_owner=yes"));
    assert!(page.contains("After this, nobody owns the group acme"), "{page}");
    assert!(page.contains("name=\"confirmed\""), "{page}");
    let confirmed = [("namespace", "acme"), ("confirmed", "yes")];
    let answer = owner.submit("/actions/leave_group", &confirmed).await;
    assert_eq!(answer.header(header::LOCATION), "/dashboard/groups");
    assert_eq!(owner.get(PAGE).await.status, StatusCode::NOT_FOUND);
    let maintainer = html(&Browser::of(&test, "maintainer").await, PAGE).await;
    assert!(maintainer.contains("This group has no active Owner"), "{maintainer}");
}

#[tokio::test]
async fn a_group_is_invited_and_its_members_appear() {
    let test = server().await;
    test.add_member("guest", "globex", Role::Guest).await;
    let owner = Browser::of(&test, "owner").await;
    let invite = |group: &'static str, role: &'static str| {
        [("namespace", "acme/website"), ("group", group), ("role", role)]
    };
    let page_of = "/groups/acme/website/-/group_members";
    for (group, message) in [
        ("nowhere", "There is no group nowhere that you can see."),
        ("globex/portal", "Only groups are invited, and globex/portal is a project."),
        ("a b", "A path is made of"),
    ] {
        let (_, page) = submit(&owner, "/actions/invite_group", &invite(group, "guest")).await;
        assert!(page.contains(message), "{message}: {page}");
    }
    let (led, page) = submit(&owner, "/actions/invite_group", &invite("Globex", "reporter")).await;
    assert_eq!(led, page_of);
    assert!(page.contains("through the invited group "), "{page}");
    let guest = Browser::new(&test);
    duo_console::usecases::accounts::set_password::set_password(
        &test.app,
        &operator(),
        "guest",
        crate::browser::PASSWORD,
    )
    .await
    .expect("a password");
    assert_eq!(guest.sign_in("guest", crate::browser::PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert!(html(&guest, page_of).await.contains("@guest"));
    let uninvite = [("namespace", "acme/website"), ("group", "globex")];
    let (_, page) = submit(&owner, "/actions/uninvite_group", &uninvite).await;
    assert!(page.contains("globex is no longer invited."), "{page}");
    assert_eq!(guest.get(page_of).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_is_filtered_and_downloaded_as_it_is_filtered() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let page = html(&owner, &format!("{PAGE}?role=developer&sort=role")).await;
    assert!(page.contains("2 members") && !page.contains("Group Maintainer"), "{page}");
    let page = html(&owner, &format!("{PAGE}?by=magic")).await;
    assert!(page.contains("has an unknown value") && !page.contains("Group Maintainer"), "{page}");
    let page = html(&owner, &format!("{PAGE}?search=nobody")).await;
    assert!(page.contains("No member matches the filter."), "{page}");

    let answer = owner.get("/-/group_members/export?group=acme&role=developer").await;
    let csv = answer.text();
    assert_eq!(answer.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    assert!(lines.next().expect("headings").starts_with("path,user,name,role,"), "{csv}");
    assert_eq!(
        lines.next(),
        Some("acme,developer,Developer Without Seat,developer,30,,hand,,,true,developer,active,false")
    );
    assert_eq!(lines.count(), 1, "{csv}");
    for (query, status) in
        [("group=acme&role=boss", 400), ("group=acme&group=globex", 400), ("group=nowhere", 404)]
    {
        let answer = owner.get(&format!("/-/group_members/export?{query}")).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn names_that_run_from_right_to_left_are_isolated() {
    let test = server().await;
    let new = duo_console::usecases::accounts::create_user::CreateUser {
        username: "sarah",
        name: "שרה (admin)",
        kind: duo_console::domain::user::UserKind::Human,
        is_admin: false,
        password: None,
        email: Some("sarah@example.com"),
    };
    duo_console::usecases::accounts::create_user::create_user(&test.app, &operator(), &new)
        .await
        .expect("a user");
    let owner = Browser::of(&test, "owner").await;
    let (_, page) = submit(&owner, ADD, &add("Sarah@Example.com", "guest", "")).await;
    assert!(page.contains(">שרה (admin)</bdi>"), "{page}");
}

#[tokio::test]
async fn a_token_ends_with_the_role_at_the_instant_of_its_expiry() {
    let test = TestApp::new().await;
    let origin = operator();
    let group = GroupPath::parse("acme").expect("a path");
    let command = SetMember {
        namespace: &group,
        user: "outsider",
        role: Role::Developer,
        expires_at: Some(NOON.plus_days(1)),
        seen: Seen::Whatever,
        confirmed: false,
    };
    let now = set_member(&test.app, MemberEditor::Operator(&origin), &command).await.expect("a member");
    assert_eq!(now.counts, Some(Role::Developer));
    let token = test.token("outsider", &[Scope::ReadDecisions]).await;
    let decision = "/api/v1/decisions/code_review?namespace=acme/website&user=outsider";
    let status = async || test.get(decision).token(&token).send().await.status.as_u16();
    assert_eq!(status().await, 200);
    test.clock.advance_millis(24 * 60 * 60 * 1000 - 1);
    assert_eq!(status().await, 200, "to the last millisecond, from what is remembered");
    test.clock.advance_millis(1);
    assert_eq!(status().await, 404);
}

#[tokio::test]
async fn an_owner_below_is_not_told_which_hidden_groups_are_invited_above() {
    let test = server().await;
    set(&test, "outsider", "acme/platform", Source::Hand, &Role::Owner.into()).await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let given = Membership { role: Role::Guest.into(), expires_at: None };
    let (acme, globex) = (test.namespace("acme").await.id, test.namespace("globex").await.id);
    uow.shares().save(acme, globex, Source::Hand, None, &given).await.expect("invited");
    uow.commit().await.expect("it commits");
    let page_of = "/groups/acme/platform/-/group_members";
    let below = Browser::of(&test, "outsider").await;
    let page = html(&below, page_of).await;
    assert!(page.contains("A group that you cannot see"), "{page}");
    assert!(page.contains("through an invited group that you cannot see"), "{page}");
    let main = &page[page.find("<main").expect("a page")..];
    assert!(!main.to_lowercase().contains("globex"), "{main}");
    for name in ["owner", "admin"] {
        let page = html(&Browser::of(&test, name).await, page_of).await;
        assert!(page.contains("Globex") && !page.contains("you cannot see"), "{name}: {page}");
    }
}

#[tokio::test]
async fn no_engine_reviews_for_a_blocked_member() {
    let test = server().await;
    test.execute("UPDATE users SET state = 'blocked' WHERE username = 'reviewer'").await;
    let page = html(&Browser::of(&test, "developer").await, PAGE).await;
    assert!(page.contains("Blocked") && page.contains("Reviews: No review"), "{page}");
    // The only one who has a seat.
    assert!(!page.contains("Reviews: GitLab Duo Code Review"), "{page}");
}

#[tokio::test]
async fn people_are_suggested_to_those_who_see_them_anyway() {
    let test = server().await;
    let found = async |who: &str, group: &str, text: &str| {
        let browser = Browser::of(&test, who).await;
        let answer = browser.call("/actions/find_people", &[("group", group), ("text", text)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{who} in {group}: {}", answer.text());
        let people = answer.json().as_array().expect("people").clone();
        people.iter().map(|it| it["username"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("owner", "acme", "REVIEW").await, ["reviewer"]);
    assert_eq!(found("owner", "acme", "@reviewer").await, ["reviewer"]);
    assert!(found("owner", "acme", "outsider").await.is_empty(), "no account is betrayed");
    assert!(found("owner", "acme", " ").await.is_empty());
    assert_eq!(found("admin", "acme", "outsider").await, ["outsider"]);
    assert_eq!(found("admin", "", "outsider").await, ["outsider"]);
    // Whoever is blocked takes nobody's place.
    for number in 1..=8 {
        test.add_member(&format!("crowd{number}"), "acme", Role::Guest).await;
    }
    test.execute("UPDATE users SET state = 'blocked' WHERE username LIKE 'crowd%'").await;
    test.add_member("crowded", "acme", Role::Guest).await;
    for (who, group) in [("owner", "acme"), ("admin", "acme"), ("admin", "")] {
        assert_eq!(found(who, group, "crowd").await, ["crowded"]);
    }

    let page =
        html(&Browser::of(&test, "owner").await, &format!("{PAGE}?user=review&role=guest&find=people")).await;
    let link = "/groups/acme/-/group_members?user=reviewer&amp;role=guest#add";
    assert!(page.contains(&format!("href=\"{link}\"")), "{page}");
    let page = html(&Browser::of(&test, "owner").await, &format!("{PAGE}?user=outsid&find=people")).await;
    assert!(page.contains("Nobody whom you may know has that in the name."), "{page}");
}
