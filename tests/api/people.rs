//! Administration of people, on its pages and forms; and what blocking somebody does to the API.

use crate::{
    browser::{Browser, ORIGIN, PASSWORD, server},
    support::{Answer, TestApp},
};
use http::{StatusCode, header};

use duo_console::domain::token::Scope;

const PEOPLE: &str = "/admin/people";
const CREATE: &str = "/actions/create_user";
const EDIT: &str = "/actions/edit_user";
const BLOCK: &str = "/actions/block_user";
const UNBLOCK: &str = "/actions/unblock_user";
const END_SESSIONS: &str = "/actions/end_user_sessions";
const DELETE: &str = "/actions/delete_user";

/// The page that a form led to.
async fn followed(browser: &Browser<'_>, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    browser.get(answer.header(header::LOCATION)).await.text().replace("<!>", "")
}

async fn newest(test: &TestApp) -> (String, String, String, String) {
    let event = test.snapshot().await.audit.remove(0).event;
    (event.kind.key().to_owned(), event.target, event.from, event.to)
}

#[tokio::test]
async fn a_person_is_created_with_a_link_that_lets_them_in() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let fields =
        [("username", "zoe"), ("name", "Zoë שרה"), ("email", "zoe@example.com"), ("is_admin", "true")];
    let made = admin.submit(CREATE, &fields).await;
    assert_eq!(made.header(header::LOCATION), "/admin/people/zoe");
    let page = followed(&admin, &made).await;
    assert!(page.contains("<bdi>Zoë שרה</bdi>") && page.contains("zoe@example.com"), "{page}");
    assert!(page.contains("Administrator"), "{page}");
    let at = page.find(&format!("{ORIGIN}/users/password/edit")).expect("the link") + ORIGIN.len();
    let link: String = page[at..].chars().take_while(|c| *c != '<').collect();
    let audit = test.snapshot().await.audit;
    let kinds: Vec<_> = audit.iter().take(2).map(|it| it.event.kind.key()).collect();
    assert_eq!(kinds, ["password_reset_link_created", "user_created"]);
    assert_eq!(audit[1].event.actor.username, "admin");

    let zoe = Browser::new(&test);
    let token = link.split('=').nth(1).expect("a token");
    let new = "another horse battery";
    let set = [("token", token), ("password", new), ("password_confirmation", new)];
    assert_eq!(zoe.submit("/users/password/edit", &set).await.status, StatusCode::SEE_OTHER);
    assert_eq!(zoe.sign_in("zoe", new).await.status, StatusCode::SEE_OTHER);
    assert_eq!(zoe.get(PEOPLE).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_person_is_refused_with_what_was_typed() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    for (field, value, message) in [
        ("username", "a b", "A user name has"),
        ("username", "REVIEWER", "There is a user of this name already."),
        ("username", "", "A user name has"),
        ("name", "\u{202e}", "A name has"),
        ("email", "nobody", "address"),
    ] {
        let mut fields = vec![("username", "zoe"), ("name", "Zoe & Co"), ("email", "zoe@example.com")];
        fields.iter_mut().find(|(name, _)| *name == field).expect("a field").1 = value;
        fields.push(("is_admin", "true"));
        let refused = admin.submit(CREATE, &fields).await;
        let page = followed(&admin, &refused).await;
        assert!(page.contains(message) && page.contains("aria-invalid=\"true\""), "{field} {value}: {page}");
        if field != "name" {
            assert!(page.contains("value=\"Zoe &amp; Co\""), "{field}: {page}");
        }
        let tick = page.split("<input").find(|tag| tag.contains("id=\"is_admin\"")).expect("a checkbox");
        assert!(tick.split('>').next().is_some_and(|tag| tag.contains(" checked")), "{tick}");
    }
    let unread = admin.submit(CREATE, &[("username", "zoe"), ("password", "x")]).await;
    assert_eq!(unread.status, StatusCode::BAD_REQUEST, "no word is dropped");
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_bot_gets_no_link() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let made = admin.submit(CREATE, &[("username", "ci"), ("bot", "true")]).await;
    let page = followed(&admin, &made).await;
    assert!(page.contains("The bot is created.") && !page.contains("reset_password_token"), "{page}");
    assert!(!page.contains("Make a reset link"), "{page}");
}

#[tokio::test]
async fn only_what_was_edited_is_saved() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let form = |fields: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("username", "reviewer"),
            ("new_username", "reviewer"),
            ("name", "Seat"),
            ("seen_name", "Seat"),
            ("email", ""),
            ("seen_email", ""),
            ("seen_is_admin", "false"),
        ];
        for (name, value) in fields {
            match all.iter_mut().find(|(it, _)| it == name) {
                Some(field) => field.1 = value,
                None => all.push((name, value)),
            }
        }
        all
    };
    // The name in the form is not the one there is: it was not edited, so it does not matter.
    let saved = admin.submit(EDIT, &form(&[("email", "rev@example.com")])).await;
    assert!(followed(&admin, &saved).await.contains("Saved."));
    assert_eq!(
        newest(&test).await,
        ("user_email_changed".into(), "reviewer".into(), String::new(), "rev@example.com".into())
    );
    // It was edited, and is another by now.
    let refused = admin.submit(EDIT, &form(&[("name", "Rev"), ("email", "")])).await;
    assert!(refused.header(header::LOCATION).ends_with("/reviewer?name=Rev"));
    let page = followed(&admin, &refused).await;
    assert!(page.contains("Somebody else changed the name first."), "{page}");
    assert!(page.contains("value=\"Rev\"") && page.contains("value=\"rev@example.com\""), "{page}");
    let same = admin.call(EDIT, &form(&[])).await;
    assert_eq!((same.status, same.json()), (StatusCode::OK, "reviewer".into()));

    let admin_now = admin.submit(EDIT, &form(&[("is_admin", "true")])).await;
    assert_eq!(admin_now.status, StatusCode::SEE_OTHER);
    assert_eq!(
        newest(&test).await,
        ("user_admin_status_updated".into(), "reviewer".into(), "regular".into(), "administrator".into())
    );
    let renamed = admin.submit(EDIT, &form(&[("new_username", "new")])).await;
    assert_eq!(renamed.header(header::LOCATION), "/admin/people/%6Eew");
    assert!(followed(&admin, &renamed).await.contains("@new"), "not the form for a new person");
    assert!(admin.get("/admin/people/new").await.text().contains("New person"));
    let gone = admin.call(EDIT, &form(&[("name", "x")])).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_blocked_is_out_at_once_and_decisions_say_so() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let developer = Browser::of(&test, "developer").await;
    let token = test.token("developer", &[Scope::ReadDecisions]).await;
    let bot = test.token("owner", &[Scope::ReadDecisions]).await;
    let review = "/api/v1/decisions/code_review?namespace=globex&user=developer";
    let version = "/api/v1/decisions/flows/developer%2Fv1?namespace=globex&user=developer";
    assert_eq!(test.get(review).token(&token).send().await.ok()["inputs"]["user_blocked"], false);

    let blocked = admin.submit(BLOCK, &[("username", "developer")]).await;
    let page = followed(&admin, &blocked).await;
    assert!(page.contains("Blocked. Their sessions have ended") && page.contains("Unblock"), "{page}");
    assert!(!page.contains("Make a reset link"), "{page}");
    assert_eq!(newest(&test).await.0, "user_blocked");
    assert_eq!(developer.get("/").await.status, StatusCode::FOUND);
    let refused = test.get(review).token(&token).send().await;
    refused.refused(401, "account_blocked");
    assert!(refused.header(header::WWW_AUTHENTICATE).contains("invalid_token"));
    let told = developer.sign_in("developer", PASSWORD).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert!(told.text().contains("This account is blocked."), "{}", told.text());
    assert_eq!(developer.sign_in("developer", "wrong").await.status, StatusCode::UNAUTHORIZED);

    let decision = test.get(review).token(&bot).send().await.ok();
    assert_eq!((&decision["engine"], &decision["rule"]), (&"none".into(), &"user_blocked".into()));
    assert_eq!(decision["inputs"]["user_blocked"], true);
    assert!(decision["explanation"].as_str().is_some_and(|it| it.contains("blocked")), "{decision}");
    test.get(version).token(&bot).send().await.refused(409, "user_blocked");
    let owner = Browser::of(&test, "owner").await;
    let explained = "/groups/globex/-/settings/gitlab_duo/configuration?explain_user=developer";
    assert!(owner.get(explained).await.text().contains("The user is blocked, so no engine reviews"));
    let explained = format!("{explained}&explain=developer%2Fv1");
    assert!(owner.get(&explained).await.text().contains("The user is blocked, so no flow runs for them."));

    let back = admin.submit(UNBLOCK, &[("username", "developer")]).await;
    assert!(followed(&admin, &back).await.contains("Unblocked."));
    assert_eq!(test.get(review).token(&token).send().await.ok()["rule"], "flow_on_without_consent_no_seat");
    assert_eq!(developer.sign_in("developer", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn administrators_neither_shut_themselves_out_nor_the_last_of_them() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let before = test.snapshot().await;
    for (address, more) in
        [(BLOCK, vec![]), (EDIT, vec![("seen_is_admin", "true")]), (DELETE, vec![("confirmation", "admin")])]
    {
        let fields: Vec<_> = [("username", "admin")].into_iter().chain(more).collect();
        let refused = admin.submit(address, &fields).await;
        let page = followed(&admin, &refused).await;
        assert!(page.contains("This is your own account."), "{address}: {page}");
        let refused = admin.call(address, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn a_user_is_deleted_by_whoever_types_the_name() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let wrong = admin.submit(DELETE, &[("username", "reviewer"), ("confirmation", "review")]).await;
    let page = followed(&admin, &wrong).await;
    assert!(page.contains("Type reviewer to delete this account."), "{page}");
    let done = admin.submit(DELETE, &[("username", "reviewer"), ("confirmation", " Reviewer ")]).await;
    assert_eq!(done.header(header::LOCATION), PEOPLE);
    assert!(followed(&admin, &done).await.contains("The account @reviewer is deleted."));
    assert_eq!(admin.get("/admin/people/reviewer").await.status, StatusCode::NOT_FOUND);
    let again = admin.call(DELETE, &[("username", "reviewer"), ("confirmation", "reviewer")]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_sessions_of_a_user_are_ended() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    let developer = Browser::of(&test, "developer").await;
    let ended = admin.submit(END_SESSIONS, &[("username", "developer")]).await;
    assert!(followed(&admin, &ended).await.contains("1 session has ended."));
    assert_eq!(developer.get("/").await.status, StatusCode::FOUND);
    let event = newest(&test).await;
    assert_eq!(
        (event.0.as_str(), event.1.as_str(), event.2.as_str()),
        ("sessions_ended", "developer", "1 session")
    );
}

#[tokio::test]
async fn forms_of_people_need_a_fresh_sign_in_and_keep_what_was_typed() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    test.clock.advance_millis(3_599_999);
    admin.get("/").await;
    test.clock.advance_millis(1);
    let before = test.snapshot().await;
    let create = admin.submit(CREATE, &[("username", "zoe"), ("name", "Zoe")]).await;
    let back = "/users/confirm?return_to=/admin/people/new%3Fusername%3Dzoe%26name%3DZoe";
    assert_eq!(create.header(header::LOCATION), back);
    for address in [BLOCK, UNBLOCK, END_SESSIONS] {
        let refused = admin.submit(address, &[("username", "owner")]).await;
        assert_eq!(
            refused.header(header::LOCATION),
            "/users/confirm?return_to=/admin/people/owner",
            "{address}"
        );
    }
    assert_eq!(test.snapshot().await, before);
}

#[tokio::test]
async fn the_list_has_filters_an_order_a_total_and_a_file() {
    let test = server().await;
    for nth in 0..30 {
        test.add_user(&format!("zed-{nth:02}")).await;
    }
    let admin = Browser::of(&test, "admin").await;
    let page = async |address: &str| admin.get(address).await.text().replace("<!>", "");
    let first = page(&format!("{PEOPLE}?search=zed")).await;
    assert!(
        first.contains("1–25 of 30") && first.contains("@zed-00") && !first.contains("@zed-25"),
        "{first}"
    );
    let last = page(&format!("{PEOPLE}?search=zed&page=2")).await;
    assert!(last.contains("26–30 of 30") && last.contains("@zed-29"), "{last}");
    assert!(page(&format!("{PEOPLE}?search=zed&page=99")).await.contains("26–30 of 30"), "the last there is");
    let turned = page(&format!("{PEOPLE}?search=zed&sort=username_desc")).await;
    assert!(turned.contains("@zed-29") && !turned.contains("@zed-00"));
    assert!(turned.contains("/-/people/export?search=zed&amp;sort=username_desc"), "{turned}");
    let administrators = page(&format!("{PEOPLE}?filter=administrators")).await;
    assert!(administrators.contains("1–1 of 1") && administrators.contains("@admin"));
    assert!(page(&format!("{PEOPLE}?filter=blocked")).await.contains("Show everybody"));

    admin.submit(EDIT, &[("username", "zed-00"), ("name", "=1+1")]).await;
    let file = admin.get("/-/people/export?search=zed&sort=username_desc").await;
    assert_eq!(file.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    let text = file.text();
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 31, "{text}");
    assert!(lines[0].starts_with("username,name,email,state,kind,administrator,last_sign_in_at"), "{text}");
    assert!(lines[1].starts_with("zed-29,zed-29,,active,human,false,,"), "{text}");
    assert!(lines[30].starts_with("zed-00,'=1+1,"), "no formula: {text}");
    let moved = admin.get("/admin/users?search=zed").await;
    assert_eq!(moved.header(header::LOCATION), "/admin/people?search=zed");
}

#[tokio::test]
async fn a_persons_page_says_what_they_were_given() {
    let test = server().await;
    let admin = Browser::of(&test, "admin").await;
    Browser::of(&test, "reviewer").await;
    let page = admin.get("/admin/people/reviewer").await.text().replace("<!>", "");
    for text in
        ["@reviewer", "given by hand", "Developer", "Duo Enterprise seats", "Open sessions", "End sessions"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let fresh = test.add_user("zoe").await;
    let page = admin.get("/admin/people/zoe").await.text().replace("<!>", "");
    assert!(page.contains("In no group yet.") && page.contains("never"), "{fresh}: {page}");
}

#[tokio::test]
async fn administrators_make_and_revoke_a_bots_tokens_and_nobody_elses() {
    const CREATE_TOKEN: &str = "/actions/create_token";
    const REVOKE_TOKEN: &str = "/actions/revoke_token";

    let test = server().await;
    let bot = test.add_user("review-bot").await;
    let admin = Browser::of(&test, "admin").await;
    let form = |bot: &'static str, scope: &'static str| {
        [("bot", bot), ("name", "ci"), ("scopes[]", scope), ("expires_at", "2026-06-20")]
    };
    let refused = admin.submit(CREATE_TOKEN, &form("review-bot", "everything")).await;
    let led = refused.header(header::LOCATION).to_owned();
    assert!(led.starts_with("/admin/people/review-bot?token=ci"), "{led}");
    let page = followed(&admin, &refused).await;
    assert!(page.contains("Choose from the scopes") && page.contains("value=\"ci\""), "{page}");
    // The field of the bot's own name is not mistaken for the token's.
    assert!(page.contains("value=\"review-bot\""), "{page}");

    let made = admin.submit(CREATE_TOKEN, &form("review-bot", "read_decisions")).await;
    assert_eq!(made.header(header::LOCATION), "/admin/people/review-bot");
    let page = followed(&admin, &made).await;
    let token = page.split("<code class=\"token break-all\">").nth(1).and_then(|it| it.split('<').next());
    let token = token.expect("the token").to_owned();
    assert!(!admin.get("/admin/people/review-bot").await.text().contains(&token), "shown once");
    let ask = async || {
        let path = "/api/v1/decisions/code_review?namespace=acme&user=reviewer";
        test.get(path).token(&token).send().await.status
    };
    assert_eq!(ask().await, StatusCode::NOT_FOUND, "it may what the bot may");
    let acme = test.namespace("acme").await;
    let mut uow = test.app.storage.begin().await.expect("a transaction");
    let role = duo_console::domain::role::Role::Developer.into();
    let by_hand = duo_console::domain::people::grants::Source::Hand;
    uow.memberships().set(acme.id, bot, by_hand, &role, None).await.expect("a member");
    uow.commit().await.expect("it commits");
    assert_eq!(ask().await, StatusCode::OK);
    let audit = test.snapshot().await.audit;
    let event = &audit
        .iter()
        .find(|it| it.event.kind.key() == "personal_access_token_created")
        .expect("an event")
        .event;
    assert_eq!((event.actor.username.as_str(), event.target.as_str()), ("admin", "ci"));
    assert_eq!(event.to, "read_decisions until 2026-06-20 for review-bot");

    let id = page.split("name=\"id\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("an id");
    let owner = Browser::of(&test, "owner").await;
    for fields in
        [&[("id", id)][..], &[("id", id), ("bot", "review-bot")], &[("id", id), ("bot", "reviewer")]]
    {
        assert_eq!(owner.call(REVOKE_TOKEN, fields).await.status, StatusCode::NOT_FOUND, "{fields:?}");
    }
    assert_eq!(admin.call(REVOKE_TOKEN, &[("id", id)]).await.status, StatusCode::NOT_FOUND, "not their own");
    let revoked = admin.submit(REVOKE_TOKEN, &[("id", id), ("bot", "review-bot")]).await;
    let page = followed(&admin, &revoked).await;
    assert!(page.contains("is revoked. It stopped working at once."), "{page}");
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
    assert_eq!(newest(&test).await.0, "personal_access_token_revoked");

    let before = test.snapshot().await;
    for (browser, whose) in
        [(&admin, "reviewer"), (&admin, "nobody"), (&owner, "review-bot"), (&owner, "owner")]
    {
        let refused = browser.call(CREATE_TOKEN, &form(whose, "read_decisions")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{whose}");
    }
    assert_eq!(test.snapshot().await, before);
    let person = admin.get("/admin/people/reviewer").await.text();
    assert!(!person.contains("New token"), "people make their own");
}
