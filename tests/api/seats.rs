//! The pages and forms of seats.

use crate::{
    browser::{Browser, server},
    support::{Answer, TestApp, operator},
};
use http::{Method, StatusCode, header};

use duo_console::{
    domain::{access::Denial, field_edit::FieldEdit, people::seats::SeatPlace, role::Role, token::Scope},
    usecases::{
        Caller, UseCaseError,
        accounts::authenticate,
        people::{seat_keeper::SeatKeeper, set_purchased_seats::set_purchased_seats},
    },
};

const PAGE: &str = "/groups/acme/-/seats";
const ADMIN: &str = "/admin/seats";
const GIVE: &str = "/actions/give_seats";
const TAKE: &str = "/actions/take_seat";
const PURCHASED: &str = "/actions/set_purchased_seats";

async fn html(browser: &Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text().replace("<!>", "").replace("<bdi>", "").replace("</bdi>", "")
}

/// Posts a form as a browser does, and follows the redirect.
async fn done(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.submit(action, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action} {fields:?}");
    html(browser, answer.header(header::LOCATION)).await
}

fn of_acme<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("group", "acme")], more].concat()
}

async fn engine(test: &TestApp, token: &str, group: &str, user: &str) -> String {
    let path = format!("/api/v1/decisions/code_review?namespace={group}&user={user}");
    let answer: Answer = test.get(&path).token(token).send().await;
    answer.json()["engine"].as_str().expect("an engine").to_owned()
}

#[tokio::test]
async fn an_owner_gives_a_seat_and_takes_it_back_and_decisions_follow_at_once() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    assert_eq!(engine(&test, &token, "acme", "developer").await, "none");
    let page = html(&owner, PAGE).await;
    for said in [
        "Seat holders: GitLab Duo Code Review; others: no review.",
        "@reviewer",
        " by hand. ",
        "An administrator sets how many were purchased.",
        "1–1 of 1",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = done(&owner, GIVE, &of_acme(&[("users", "@developer, reviewer")])).await;
    let said =
        "developer has a seat now. reviewer had a seat already. developer now gets GitLab Duo Code Review.";
    assert!(page.contains(said), "{page}");
    assert_eq!(engine(&test, &token, "acme", "developer").await, "duo_code_review");
    let overview = html(&owner, "/groups/acme/-/settings/gitlab_duo").await;
    assert!(overview.contains("href=\"/groups/acme/-/seats\" class=\"link\">2 seats used</a>"), "{overview}");
    let page = done(&owner, TAKE, &of_acme(&[("user", "developer")])).await;
    assert!(page.contains("developer no longer has a seat. developer now gets no review."), "{page}");
    assert_eq!(engine(&test, &token, "acme", "developer").await, "none");
    let audit = html(&owner, "/groups/acme/-/audit_events").await;
    for said in ["gave a Duo Enterprise seat to developer", "took back the Duo Enterprise seat of developer"]
    {
        assert!(audit.contains(said), "{said}: {audit}");
    }
    // With consent the flow reviews for everybody, and the page says so.
    crate::browser::consent(&owner).await;
    let page = done(&owner, GIVE, &of_acme(&[("users", "maintainer")])).await;
    assert!(page.contains("No change: Code Review Flow reviews for everybody."), "{page}");
}

#[tokio::test]
async fn where_no_seat_is_free_people_wait_and_are_given_one_by_hand() {
    let test = server().await;
    let (owner, admin) = (Browser::of(&test, "owner").await, Browser::of(&test, "admin").await);
    let page = done(&admin, PURCHASED, &of_acme(&[("purchased", "1"), ("seen_purchased", "")])).await;
    assert!(page.contains("Saved: 1 of 1 seat used."), "{page}");
    let page = html(&owner, PAGE).await;
    assert!(page.contains("No seat is free") && page.contains("Put on the waiting list"), "{page}");
    let page = done(&owner, GIVE, &of_acme(&[("users", "developer")])).await;
    for said in ["1 seat is needed, and 0 of 1 are free.", "id=\"users-error\"", "value=\"developer\""] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for name in ["developer", "maintainer"] {
        let page = done(&owner, GIVE, &of_acme(&[("users", name), ("wait", "true")])).await;
        assert!(page.contains(&format!("{name} waits for a seat.")), "{page}");
        assert!(!page.contains("> a seat to </span>"), "none is free");
        test.clock.advance_millis(1000);
    }
    let page = done(&owner, TAKE, &of_acme(&[("user", "reviewer")])).await;
    for said in ["1 seat is free and 2 waiting.", " a seat to developer"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains(" a seat to maintainer"), "only for who waits longest: {page}");
    let page = done(&owner, GIVE, &of_acme(&[("users", "developer"), ("one", "true")])).await;
    assert!(page.contains("developer has a seat now.") && !page.contains("1 seat is free"), "{page}");
    // Somebody was faster: an alert, and no form that was never filled in.
    let page = done(&owner, GIVE, &of_acme(&[("users", "maintainer"), ("one", "true")])).await;
    assert!(page.contains("1 seat is needed") && !page.contains("users-error"), "{page}");
    let page = done(&admin, PURCHASED, &of_acme(&[("purchased", "0"), ("seen_purchased", "1")])).await;
    for said in ["0 is less than the 1 in use.", "purchased-error"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = done(&admin, PURCHASED, &of_acme(&[("purchased", "3"), ("seen_purchased", "2")])).await;
    assert!(
        page.contains("Somebody else changed the number of purchased seats first. It is 1 now."),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_refused_changes_nothing_and_says_why() {
    let test = server().await;
    test.add_member("review-bot", "acme", Role::Developer).await;
    let (owner, maintainer) = (Browser::of(&test, "owner").await, Browser::of(&test, "maintainer").await);
    // Without the head, whose nonce differs.
    let shown = async || {
        let page = html(&owner, PAGE).await;
        page[page.find("<main").expect("a page")..page.find("</main>").expect("its end")].to_owned()
    };
    let before = (shown().await, test.snapshot().await);
    let many = (0..101).map(|n| format!("u{n}")).collect::<Vec<_>>().join(" ");
    for (users, said) in [
        ("", "Enter at least one user name or email address."),
        ("nobody", "There is no such user: nobody."),
        ("outsider", "No role in acme or below it: outsider."),
        ("review-bot", "Seats are for people, not for bots: review-bot."),
        ("a\0b", "There is no such user"),
        (many.as_str(), "Enter at most 100 people at once."),
    ] {
        let answer = owner.call(GIVE, &of_acme(&[("users", users)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{users}");
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    for (action, fields, status) in [
        (GIVE, vec![("group", "acme/platform"), ("users", "developer")], 422),
        (GIVE, vec![("group", "initech"), ("users", "developer")], 422),
        (GIVE, vec![("group", "a b"), ("users", "developer")], 404),
        (GIVE, vec![("group", "acme"), ("users", "developer"), ("wait", "true")], 422),
        (GIVE, vec![("group", "acme"), ("users", "developer"), ("wait", "perhaps")], 400),
        (GIVE, vec![("group", "acme"), ("users", "developer"), ("for", "x")], 400),
        (TAKE, vec![("group", "acme"), ("user", "developer")], 422),
        (PURCHASED, vec![("group", "acme"), ("purchased", "5")], 403),
        (PURCHASED, vec![("group", "acme"), ("purchased", "many")], 422),
        (GIVE, vec![("users", "developer")], 404),
    ] {
        let answer = owner.call(action, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{action} {fields:?}: {}", answer.text());
    }
    let answer = maintainer.call(GIVE, &of_acme(&[("users", "developer")])).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains("Owner of the top-level group"), "{}", answer.text());
    assert_eq!((shown().await, test.snapshot().await), before);
    let page = html(&maintainer, PAGE).await;
    assert!(page.contains("Owners give them") && !page.contains("Take back"), "{page}");
}

#[tokio::test]
async fn below_a_top_level_group_the_page_leads_up() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let page = html(&owner, "/groups/acme/platform/-/seats").await;
    assert!(page.contains("href=\"/groups/acme/-/seats\" class=\"link\">seats of Acme</a>"), "{page}");
    let page = html(&owner, "/groups/initech/-/seats").await;
    assert!(page.contains("Initech has no Duo Enterprise") && !page.contains("Give seats"), "{page}");
}

#[tokio::test]
async fn administrators_see_every_pool_and_keep_that_of_the_instance() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let token = test.token("owner", &[Scope::ReadDecisions]).await;
    let page = html(&admin, ADMIN).await;
    for said in ["href=\"/groups/acme/-/seats\"", "href=\"/groups/globex/-/seats\"", "Seats of the instance"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("/groups/initech/-/seats"), "it has none");
    let page = done(&admin, PURCHASED, &[("group", ""), ("purchased", "2"), ("seen_purchased", "")]).await;
    assert!(page.contains("Saved: 0 of 2 seats used."), "{page}");
    let page = done(&admin, GIVE, &[("group", ""), ("users", "developer")]).await;
    let said =
        "developer has a seat now. It concerns reviews in every top-level group that has Duo Enterprise.";
    assert!(page.contains(said), "{page}");
    for (group, engine_now) in
        [("acme", "duo_code_review"), ("globex", "duo_code_review"), ("initech", "none")]
    {
        assert_eq!(engine(&test, &token, group, "developer").await, engine_now, "{group}");
    }
    let audit = html(&admin, "/admin/audit_events").await;
    for said in [
        "gave a Duo Enterprise seat to developer",
        "changed the number of purchased Duo Enterprise seats of the instance",
    ] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
    // As everything that administrators do here, it needs a fresh sign-in.
    for _ in 0..2 {
        test.clock.advance_millis(2_000_000);
        html(&admin, ADMIN).await;
    }
    let answer = admin.call(TAKE, &[("group", ""), ("user", "developer")]).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::FORBIDDEN, "\"confirm_sign_in\""));
}

#[tokio::test]
async fn holders_are_filtered_and_downloaded() {
    let test = server().await;
    let owner = Browser::of(&test, "owner").await;
    let page = html(&owner, &format!("{PAGE}?search=nobody&sort=since&page=1")).await;
    assert!(page.contains("No seat holder matches."), "{page}");
    let page = html(&owner, &format!("{PAGE}?search=view&sort=sign_in")).await;
    assert!(page.contains("@reviewer") && page.contains("selected"), "{page}");
    let answer = owner.get("/-/seats/export?group=acme").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let text = answer.text();
    let mut lines = text.lines();
    let heading = "path,user,name,state,source,since,user_state,last_sign_in_at";
    assert_eq!(lines.next().map(|it| it.trim_start_matches('\u{feff}')), Some(heading));
    let line = lines.next().expect("a holder");
    assert!(line.starts_with("acme,reviewer,Reviewer With Seat,used,hand,2026-06-01T12:00:00"), "{line}");
    let answer = owner.get("/-/seats/export?group=acme/platform").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_download_reads_back_unchanged() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    done(&admin, "/actions/edit_user", &[("username", "developer"), ("email", "dev@example.com")]).await;
    done(&admin, GIVE, &[("group", ""), ("users", "DEV@example.com maintainer")]).await;
    done(&admin, PURCHASED, &of_acme(&[("purchased", "1"), ("seen_purchased", "")])).await;
    done(&admin, GIVE, &of_acme(&[("users", "developer"), ("wait", "true")])).await;
    let token = test.token("admin", &[Scope::ManageGroups]).await;
    for (group, lines, some) in [
        ("acme", 2, "acme,developer,Developer Without Seat,waiting,hand,"),
        ("", 2, "*,maintainer,Group Maintainer,used,hand,"),
    ] {
        let text = admin.get(&format!("/-/seats/export?group={group}")).await.text();
        assert!(text.contains(some), "{text}");
        let asked = test.ask(Method::POST, "/api/v1/imports/seats?apply=true").token(&token);
        let report = asked.header("content-type", "text/csv").body(text).send().await.json();
        let counts = &report["counts"];
        assert_eq!((&counts["created"], &counts["unchanged"]), (&0.into(), &lines.into()), "{report}");
    }
}

#[tokio::test]
async fn whoever_acts_for_an_administrator_needs_the_scope_for_groups() {
    let test = server().await;
    let mut actor = authenticate::by_username(&test.app, "admin").await.expect("the user is there");
    for (scope, may) in [(Scope::ReadSettings, false), (Scope::ManageGroups, true)] {
        actor.scopes = Some(vec![Scope::ReadSettings, scope]);
        let keeper = SeatKeeper::Caller(Caller { actor: actor.clone(), origin: operator() });
        for place in ["acme", ""] {
            let place = SeatPlace::parse(place).expect("a place");
            let set = set_purchased_seats(&test.app, &keeper, &place, FieldEdit::to(Some(7))).await;
            let denied = UseCaseError::Denied(Denial::NeedsScope(Scope::ManageGroups)).to_string();
            assert_eq!(
                set.map(|it| it.purchased).map_err(|it| it.to_string()),
                if may { Ok(Some(7)) } else { Err(denied) }
            );
        }
    }
}
