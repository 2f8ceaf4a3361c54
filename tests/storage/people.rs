//! People as administrators manage them: blocking, editing, the last administrator, the list.

use crate::{
    changes::watching,
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, group, member, new_user, origin, own, owner, switch, user},
};

use duo_console::{
    domain::{
        accounts::chat_user::ChatUser,
        field_edit::{FieldEdit, Overtaken},
        ids::UserId,
        people::{
            directory::{PeopleFilter, PeopleOrder, PeopleQuery},
            grants::Source,
        },
        role::Role,
        token::Scope,
        user::UserKind,
    },
    storage::{NewUser, Storage},
    usecases::{
        App, UseCaseError,
        accounts::{
            authenticate::{TokenError, by_chat_user, by_session, by_token, by_username},
            block_user::{block_user, unblock_user},
            create_token::{CreateToken, create_token},
            create_user::{CreateUser, create_user},
            delete_user::delete_user,
            edit_user::{EditUser, edit_user},
            reset_links::{make_reset_link_as_operator, user_of_reset_link},
            sign_in::{SignIn, sign_in},
            user_error::UserError,
        },
        administrator::Administrator,
        chat::link_chat_user::link_chat_user,
    },
};

contract! {
    who_is_blocked_is_shut_out_and_gets_everything_back,
    a_blocked_user_is_refused_on_another_server_at_once,
    of_administrators_who_shut_each_other_out_at_once_one_stays,
    nobody_shuts_themselves_out,
    of_two_changes_of_one_field_at_once_the_second_is_refused,
    changes_of_two_fields_at_once_are_both_kept,
    a_new_name_leaves_ledger_and_log_as_they_are,
    a_sign_in_is_noted_with_its_time,
    people_are_found_ordered_and_counted,
}

const PASSWORD: &str = "correct horse battery";

fn operator() -> Administrator {
    Administrator::operator(origin())
}

async fn with_password(app: &App, username: &str) -> UserId {
    let new = CreateUser {
        username,
        name: username,
        kind: UserKind::Human,
        is_admin: false,
        password: Some(PASSWORD),
        email: None,
    };
    create_user(app, &origin(), &new).await.expect("a user")
}

async fn begin_session(app: &App, username: &str) -> Result<Option<String>, UseCaseError> {
    sign_in(app, &origin(), SignIn { username, password: PASSWORD, old_token: None, user_agent: "" }).await
}

async fn add_administrator(storage: &Storage, username: &str) -> UserId {
    let new = NewUser { is_admin: true, ..new_user(username) };
    committed(storage, async |uow| uow.users().add(&new).await.expect("a user")).await
}

async fn token_of(app: &App, username: &str) -> String {
    let actor = by_username(app, username).await.expect("they are there");
    let caller = duo_console::usecases::Caller { actor, origin: origin() };
    let new = CreateToken { name: "ci", scopes: &[Scope::ReadDecisions], expires_at: NOON.plus_days(30) };
    create_token(app, &caller, &new).await.expect("a token")
}

async fn who_is_blocked_is_shut_out_and_gets_everything_back(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = with_password(&app, "ann").await;
    member(&storage, acme.id, ann, Role::Developer).await;
    committed(&storage, async |uow| {
        uow.seats().give(acme.id, ann, Source::Hand, NOON).await.expect("a seat");
    })
    .await;
    let in_chat = ChatUser::new("T1", "U1").expect("ids");
    link_chat_user(&app, &origin(), "ann", &in_chat).await.expect("linked");
    let session = begin_session(&app, "ann").await.expect("an answer").expect("a session");
    let token = token_of(&app, "ann").await;
    let link = make_reset_link_as_operator(&app, &origin(), "ann").await.expect("a link");

    assert!(block_user(&app, &operator(), "ANN").await.expect("blocked"));
    assert!(!block_user(&app, &operator(), "ann").await.expect("nothing to do"));
    assert!(by_session(&app, &session).await.expect("an answer").is_none());
    assert!(matches!(by_token(&app, &token).await, Err(TokenError::Blocked)));
    let blocked = Some(&UserError::Blocked);
    assert_eq!(own(&by_chat_user(&app, &in_chat).await), blocked);
    assert_eq!(own(&begin_session(&app, "ann").await), blocked, "who knows the password is told");
    assert_eq!(own(&by_username(&app, "ann").await), blocked);
    let wrong = SignIn { username: "ann", password: "wrong", old_token: None, user_agent: "" };
    assert!(sign_in(&app, &origin(), wrong).await.expect("an answer").is_none(), "and nobody else");
    assert!(user_of_reset_link(&app, &link).await.is_err());
    let again = make_reset_link_as_operator(&app, &origin(), "ann").await;
    assert_eq!(own(&again), Some(&UserError::IsBlocked(String::from("ann"))));
    assert_eq!(db.number("SELECT COUNT(*) FROM sessions").await, 0);
    for table in ["memberships", "duo_enterprise_seats", "personal_access_tokens", "chat_users"] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table}")).await, 1, "{table} is kept");
    }

    assert!(unblock_user(&app, &operator(), "ann").await.expect("unblocked"));
    assert!(!unblock_user(&app, &operator(), "ann").await.expect("nothing to do"));
    assert!(by_session(&app, &session).await.expect("an answer").is_none(), "what ended stays so");
    assert_eq!(by_token(&app, &token).await.expect("it counts").id, ann);
    assert!(by_chat_user(&app, &in_chat).await.expect("an answer").is_some());
    assert!(begin_session(&app, "ann").await.expect("an answer").is_some());
    let kinds = "SELECT kind FROM audit_events WHERE kind IN ('user_blocked', 'user_unblocked') ORDER BY id";
    assert_eq!(db.texts(kinds).await, ["user_blocked", "user_unblocked"]);
}

async fn a_blocked_user_is_refused_on_another_server_at_once(db: Database) {
    let (here, there) = (app(watching(&db).await), app(db.open().await));
    with_password(&there, "ann").await;
    let session = begin_session(&there, "ann").await.expect("an answer").expect("a session");
    let token = token_of(&there, "ann").await;
    assert!(by_session(&here, &session).await.expect("an answer").is_some(), "it is remembered now");
    assert!(by_token(&here, &token).await.is_ok());
    block_user(&there, &operator(), "ann").await.expect("blocked");
    tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while by_token(&here, &token).await.is_ok()
            || by_session(&here, &session).await.expect("an answer").is_some()
        {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    })
    .await
    .expect("it is refused");
    assert!(matches!(by_token(&here, &token).await, Err(TokenError::Blocked)));
}

/// Blocking, demoting and deleting, each against each.
async fn of_administrators_who_shut_each_other_out_at_once_one_stays(db: Database) {
    let storage = db.open().await;
    // A bot cannot stand in for a person, and neither can who is blocked.
    let bot = NewUser { kind: UserKind::Bot, is_admin: true, ..new_user("bot") };
    committed(&storage, async |uow| uow.users().add(&bot).await.expect("a bot")).await;
    let off = EditUser { is_admin: Some(FieldEdit::to(false)), ..EditUser::default() };
    for round in 0..9 {
        let names = [format!("a-{round}"), format!("b-{round}")];
        for name in &names {
            add_administrator(&storage, name).await;
        }
        let mut tasks = Vec::new();
        for (nth, name) in names.iter().enumerate() {
            let (app, name) = (app(db.open().await), name.clone());
            let how = if nth == 0 { round % 3 } else { round / 3 };
            tasks.push(async move {
                match how {
                    0 => block_user(&app, &operator(), &name).await.map(drop),
                    1 => edit_user(&app, &operator(), &name, &off).await.map(drop),
                    _ => delete_user(&app, &origin(), &name).await,
                }
            });
        }
        let outcomes = at_once(tasks).await;
        let done = outcomes.iter().filter(|it| it.is_ok()).count();
        let last = outcomes.iter().filter(|it| own(it) == Some(&UserError::LastAdministrator)).count();
        assert_eq!((done, last), (1, 1), "round {round}: {outcomes:?}");
        let left = "SELECT COUNT(*) FROM users WHERE is_admin AND kind = 'human' AND state = 'active'";
        assert_eq!(db.number(left).await, 1, "round {round}");
        db.execute("DELETE FROM users WHERE kind = 'human'").await.expect("the next round");
    }
}

async fn nobody_shuts_themselves_out(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let ann = add_administrator(&storage, "ann").await;
    add_administrator(&storage, "bob").await;
    let mut caller = crate::world::caller(ann, "ann");
    caller.actor.is_admin = true;
    let by = Administrator::at_page(&app, &caller).expect("she is one");
    let yourself = Some(&UserError::Yourself);
    assert_eq!(own(&block_user(&app, &by, "ann").await), yourself);
    let off = EditUser { is_admin: Some(FieldEdit::to(false)), ..EditUser::default() };
    assert_eq!(own(&edit_user(&app, &by, "ann", &off).await), yourself);
    let name = EditUser { name: Some(FieldEdit::to("Ann Lee")), ..EditUser::default() };
    assert_eq!(edit_user(&app, &by, "ann", &name).await.expect("her own name"), "ann");
    block_user(&app, &by, "bob").await.expect("another");
    assert_eq!(own(&block_user(&app, &operator(), "ann").await), Some(&UserError::LastAdministrator));
}

async fn of_two_changes_of_one_field_at_once_the_second_is_refused(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    let mut seen = String::from("ann");
    for round in 0..10 {
        let mut tasks = Vec::new();
        for to in [format!("Ann {round}"), format!("Anna {round}")] {
            let (app, seen) = (app(db.open().await), seen.clone());
            tasks.push(async move {
                let name = Some(FieldEdit { to: to.as_str(), seen: Some(seen.as_str()) });
                let edited =
                    edit_user(&app, &operator(), "ann", &EditUser { name, ..EditUser::default() }).await;
                (to.clone(), edited)
            });
        }
        let outcomes = at_once(tasks).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, it)| it.is_ok());
        assert_eq!((won.len(), lost.len()), (1, 1), "{won:?} {lost:?}");
        let now = won[0].0.clone();
        let expected = Overtaken::of("name", &now);
        assert_eq!(own(&lost[0].1), Some(&expected));
        assert_eq!(db.texts("SELECT name FROM users").await, [now.as_str()]);
        seen = now;
    }
    let events = "SELECT COUNT(*) FROM audit_events WHERE kind = 'user_name_updated'";
    assert_eq!(db.number(events).await, 10);
}

async fn changes_of_two_fields_at_once_are_both_kept(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    for round in 0..10 {
        let (name, email) = (format!("Ann {round}"), format!("ann{round}@example.com"));
        let account = storage.read().await.expect("a view").users().account("ann").await.expect("a look-up");
        let account = account.expect("she is there");
        let mut tasks = Vec::new();
        for nth in 0..2 {
            let (app, name, email) = (app(db.open().await), name.clone(), email.clone());
            let (seen_name, seen_email) =
                (account.user.name.clone(), account.email.clone().unwrap_or_default());
            tasks.push(async move {
                // Each form has both fields, and one of them as it was.
                let (name, email) = if nth == 0 { (&name, &seen_email) } else { (&seen_name, &email) };
                let edit = EditUser {
                    name: Some(FieldEdit { to: name, seen: Some(&seen_name) }),
                    email: Some(FieldEdit { to: email, seen: Some(&seen_email) }),
                    ..EditUser::default()
                };
                edit_user(&app, &operator(), "ann", &edit).await
            });
        }
        for outcome in at_once(tasks).await {
            outcome.expect("nothing in its way");
        }
        let kept = db.texts("SELECT name || ' ' || email FROM users").await;
        assert_eq!(kept, [format!("{name} {email}")], "round {round}");
    }
}

async fn a_new_name_leaves_ledger_and_log_as_they_are(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    user(&storage, "bob").await;
    switch(&app, &ann, &acme, true, 0).await.expect("she may");
    let edit = |to| EditUser { username: Some(FieldEdit::to(to)), ..EditUser::default() };
    let taken = edit_user(&app, &operator(), "ann", &edit("BOB")).await.expect_err("it is taken");
    assert_eq!(taken.own(), Some(&UserError::UsernameTaken), "{taken:?}");
    assert_eq!(edit_user(&app, &operator(), "ANN", &edit("Anna")).await.expect("renamed"), "Anna");
    assert_eq!(db.texts("SELECT username FROM consent_ledger").await, ["ann"]);
    let log = "SELECT actor_username FROM audit_events WHERE kind = 'namespace_consent_given'";
    assert_eq!(db.texts(log).await, ["ann"]);
    let event = "SELECT target || ' ' || value_from || ' ' || value_to FROM audit_events WHERE kind = 'user_username_updated'";
    assert_eq!(db.texts(event).await, ["ann ann Anna"]);
    let mut view = storage.read().await.expect("a view");
    assert_eq!(
        view.users().find_by_username("anna").await.expect("a look-up").map(|it| it.id),
        Some(ann.actor.id)
    );
    assert!(view.users().find_by_username("ann").await.expect("a look-up").is_none());
}

async fn a_sign_in_is_noted_with_its_time(db: Database) {
    let storage = db.open().await;
    let noon = app(storage.clone());
    with_password(&noon, "ann").await;
    let last = async || {
        let mut view = storage.read().await.expect("a view");
        view.users().account("ann").await.expect("a look-up").expect("she is there").last_sign_in_at
    };
    assert_eq!(last().await, None);
    begin_session(&noon, "ann").await.expect("an answer").expect("a session");
    assert_eq!(last().await, Some(NOON));
    let later = NOON.plus_days(1);
    begin_session(&app_at(storage.clone(), later), "ann").await.expect("an answer").expect("a session");
    assert_eq!(last().await, Some(later));
}

async fn people_are_found_ordered_and_counted(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let bob = user(&storage, "bob").await;
    member(&storage, acme.id, bob, Role::Owner).await;
    add_administrator(&storage, "ann").await;
    let bot = NewUser { kind: UserKind::Bot, created_at: NOON.plus_days(1), ..new_user("zed_bot") };
    committed(&storage, async |uow| {
        uow.users().add(&bot).await.expect("a bot");
        uow.memberships()
            .set(acme.id, bob, Source::Provider, &Role::Guest.into(), None)
            .await
            .expect("a role");
        uow.seats().give(acme.id, bob, Source::Hand, NOON).await.expect("a seat");
        assert!(uow.users().note_sign_in(bob, NOON).await.expect("noted"));
    })
    .await;
    let edit = EditUser {
        name: Some(FieldEdit::to("Zoe")),
        email: Some(FieldEdit::to("Ann@example.com")),
        ..EditUser::default()
    };
    edit_user(&app, &operator(), "ann", &edit).await.expect("edited");
    block_user(&app, &operator(), "zed_bot").await.expect("blocked");

    let mut view = storage.read().await.expect("a view");
    for (text, filter, order, expected) in [
        ("", PeopleFilter::All, PeopleOrder::Username, &["ann", "bob", "zed_bot"][..]),
        ("", PeopleFilter::All, PeopleOrder::UsernameDescending, &["zed_bot", "bob", "ann"]),
        ("", PeopleFilter::All, PeopleOrder::Name, &["bob", "zed_bot", "ann"]),
        ("", PeopleFilter::All, PeopleOrder::NameDescending, &["ann", "zed_bot", "bob"]),
        ("", PeopleFilter::All, PeopleOrder::LastSignIn, &["bob", "ann", "zed_bot"]),
        ("", PeopleFilter::All, PeopleOrder::LongestAway, &["ann", "zed_bot", "bob"]),
        ("", PeopleFilter::All, PeopleOrder::Newest, &["zed_bot", "ann", "bob"]),
        ("", PeopleFilter::All, PeopleOrder::Oldest, &["bob", "ann", "zed_bot"]),
        ("", PeopleFilter::Active, PeopleOrder::Username, &["ann", "bob"]),
        ("", PeopleFilter::Blocked, PeopleOrder::Username, &["zed_bot"]),
        ("", PeopleFilter::Administrators, PeopleOrder::Username, &["ann"]),
        ("", PeopleFilter::Bots, PeopleOrder::Username, &["zed_bot"]),
        ("EXAMPLE", PeopleFilter::All, PeopleOrder::Username, &["ann"]),
        ("zoe", PeopleFilter::All, PeopleOrder::Username, &["ann"]),
        ("d_b", PeopleFilter::All, PeopleOrder::Username, &["zed_bot"]),
        ("o_b", PeopleFilter::All, PeopleOrder::Username, &[]),
        ("\0", PeopleFilter::All, PeopleOrder::Username, &[]),
    ] {
        let query = PeopleQuery { text: text.to_owned(), filter, order };
        let found = view.people_lists().list(&query, 10, 0).await.expect("a list");
        let names: Vec<_> = found.iter().map(|it| it.account.user.username.as_str()).collect();
        assert_eq!(names, expected, "{query:?}");
        let count = view.people_lists().count(text, filter).await.expect("a count");
        assert_eq!(usize::try_from(count), Ok(expected.len()), "{query:?}");
    }
    let query = PeopleQuery { text: String::new(), filter: PeopleFilter::All, order: PeopleOrder::Username };
    let second = view.people_lists().list(&query, 1, 1).await.expect("a page");
    assert_eq!((second.len(), second[0].groups, second[0].seats), (1, 1, 1), "{second:?}");
    let roles = view.people_lists().memberships_of(bob, 10).await.expect("roles");
    let roles: Vec<_> = roles.iter().map(|it| (it.path.as_str(), it.source, it.role.role())).collect();
    assert_eq!(roles, [("acme", Source::Hand, Role::Owner), ("acme", Source::Provider, Role::Guest)]);
    let seats = view.people_lists().seats_of(bob).await.expect("seats");
    assert_eq!((seats[0].path.as_deref(), seats[0].waiting), (Some("acme"), false));
}
