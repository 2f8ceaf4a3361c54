//! Chat commands: linked users, and that a request is accepted once, on however many servers.

use crate::{
    support::{Backend, Database, at_once, committed, run},
    unwritable::set_read_only,
    world::{NOON, app, new_user, origin, own, user},
};

use duo_console::{
    domain::accounts::chat_user::ChatUser,
    storage::{NewUser, Storage, StorageError},
    usecases::{
        UseCaseError,
        accounts::delete_user::delete_user,
        chat::{
            answer_chat::{ChatReply, ChatRequest, Replayed, answer_chat},
            link_chat_user::{link_chat_user, list_chat_users, unlink_chat_user},
        },
    },
};

contract! {
    a_chat_user_is_one_user_and_a_user_one_of_each_team,
    many_links_of_one_chat_user_at_once_make_one,
    a_request_is_used_once_until_it_is_too_old,
    the_same_change_at_two_servers_at_once_is_made_once,
    the_same_refused_command_at_two_servers_at_once_is_answered_once,
}

fn chat_user(team: &str, id: &str) -> ChatUser {
    ChatUser::new(team, id).expect("ids")
}

fn request(text: &str) -> ChatRequest {
    ChatRequest {
        sender: chat_user("T1", "U1"),
        text: text.to_owned(),
        signature: String::from("a2114d57"),
        expires_at: NOON.plus_millis(600_000),
    }
}

/// `ann`, an administrator, linked to the chat user `U1`.
async fn ann(storage: &Storage) {
    let ann = NewUser { is_admin: true, ..new_user("ann") };
    committed(storage, async |uow| uow.users().add(&ann).await.expect("a user")).await;
    link_chat_user(&app(storage.clone()), &origin(), "ann", &chat_user("T1", "U1")).await.expect("linked");
}

async fn a_chat_user_is_one_user_and_a_user_one_of_each_team(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let (ann, _) = (user(&storage, "ann").await, user(&storage, "bob").await);
    let link = async |username: &str, team: &str, id: &str| {
        let linked = link_chat_user(&app, &origin(), username, &chat_user(team, id)).await;
        linked.map(|(user, is_new)| (user.username, is_new))
    };
    assert_eq!(link("Ann", "T1", "U1").await.expect("linked"), (String::from("ann"), true));
    assert_eq!(link("ann", "T1", "U1").await.expect("linked"), (String::from("ann"), false));
    assert_eq!(link("ann", "T2", "U1").await.expect("linked"), (String::from("ann"), true));
    for (username, team, id) in [("bob", "T1", "U1"), ("ann", "T1", "U2")] {
        let taken = link(username, team, id).await;
        assert!(matches!(taken, Err(UseCaseError::Invalid { .. })), "{taken:?}");
    }
    assert!(matches!(link("nobody", "T1", "U3").await, Err(UseCaseError::NotFound(_))));
    let mut view = storage.read().await.expect("a view");
    for (team, id, expected) in [("T1", "U1", Some(ann)), ("T1", "u1", None), ("T3", "U1", None)] {
        assert_eq!(view.chat().find(&chat_user(team, id)).await.expect("an answer"), expected, "{team}/{id}");
    }
    drop(view);
    let mut uow = storage.begin().await.expect("a unit of work");
    let taken = uow.chat().link(&chat_user("T1", "U2"), ann, NOON).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
    drop(uow);

    let listed = list_chat_users(&app).await.expect("a list");
    let listed: Vec<_> = listed.iter().map(|it| (it.username.as_str(), it.chat_user.to_string())).collect();
    assert_eq!(listed, [("ann", String::from("T1/U1")), ("ann", String::from("T2/U1"))]);
    assert_eq!(unlink_chat_user(&app, &origin(), "ann").await.expect("unlinked").len(), 2);
    assert_eq!(unlink_chat_user(&app, &origin(), "ann").await.expect("unlinked"), []);
    assert_eq!(link("bob", "T1", "U1").await.expect("linked"), (String::from("bob"), true));
    delete_user(&app, &origin(), "bob").await.expect("the user is there");
    assert_eq!(db.number("SELECT COUNT(*) FROM chat_users").await, 0);
    let kinds = "SELECT kind FROM audit_events WHERE kind LIKE 'chat_user%' ORDER BY id";
    assert_eq!(
        db.texts(kinds).await,
        [
            "chat_user_linked",
            "chat_user_linked",
            "chat_user_unlinked",
            "chat_user_unlinked",
            "chat_user_linked"
        ]
    );
}

async fn many_links_of_one_chat_user_at_once_make_one(db: Database) {
    let storage = db.open().await;
    for name in ["ann", "bob", "cat", "dan"] {
        user(&storage, name).await;
    }
    let tasks = ["ann", "bob", "cat", "dan"].into_iter().map(|name| {
        let app = app(storage.clone());
        async move { link_chat_user(&app, &origin(), name, &chat_user("T1", "U1")).await }
    });
    let outcomes = at_once(tasks).await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().filter(|it| matches!(it, Err(UseCaseError::Invalid { .. }))).count();
    assert_eq!(refused, 3, "{outcomes:?}");
}

async fn a_request_is_used_once_until_it_is_too_old(db: Database) {
    let storage = db.open().await;
    let later = NOON.plus_millis(10);
    committed(&storage, async |uow| {
        assert!(uow.chat().use_request("a", NOON, later).await.expect("an answer"));
        assert!(uow.chat().use_request("b", NOON, later).await.expect("an answer"));
        assert!(!uow.chat().use_request("a", NOON.plus_millis(9), later).await.expect("an answer"));
    })
    .await;
    let mut uow = storage.begin().await.expect("a unit of work");
    assert!(uow.chat().use_request("c", NOON, later).await.expect("an answer"));
    drop(uow);
    assert_eq!(db.number("SELECT COUNT(*) FROM used_chat_requests").await, 2, "what is dropped was not used");
    committed(&storage, async |uow| {
        assert!(uow.chat().use_request("c", later, later.plus_millis(1)).await.expect("an answer"));
    })
    .await;
    assert_eq!(db.texts("SELECT signature FROM used_chat_requests").await, ["c"]);
}

/// The results of sending the same request to two servers, three times each, concurrently.
async fn six_times(db: &Database, text: &str) -> Vec<Result<ChatReply, UseCaseError>> {
    let servers = [db.open().await, db.open().await];
    ann(&servers[0]).await;
    at_once((0..6).map(|at| {
        let (app, request) = (app(servers[at % 2].clone()), request(text));
        async move { answer_chat(&app, &origin(), &request).await }
    }))
    .await
}

#[track_caller]
fn one_answer(outcomes: Vec<Result<ChatReply, UseCaseError>>) -> ChatReply {
    let replayed = outcomes.iter().filter(|it| own(it) == Some(&Replayed)).count();
    assert_eq!(replayed, 5, "{outcomes:?}");
    outcomes.into_iter().find_map(Result::ok).expect("one is answered")
}

async fn the_same_change_at_two_servers_at_once_is_made_once(db: Database) {
    let text = "gitlab run feature set duo_developer_orbit true --dev --staging --production";
    let reply = one_answer(six_times(&db, text).await);
    assert!(reply.changed && reply.text.ends_with("duo_developer_orbit is on in production."), "{reply:?}");
    for (kind, count) in [("chat_command_run", 1), ("feature_flag_updated", 3)] {
        let sql = format!("SELECT COUNT(*) FROM audit_events WHERE kind = '{kind}'");
        assert_eq!(db.number(&sql).await, count, "{kind}");
    }
}

async fn the_same_refused_command_at_two_servers_at_once_is_answered_once(db: Database) {
    let reply = one_answer(six_times(&db, "gitlab run feature set duo_developer_orbit true").await);
    assert!(!reply.changed && reply.text.contains("Set staging first"), "{reply:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events WHERE kind LIKE 'feature%'").await, 0);
}

#[test]
fn a_database_that_cannot_be_written_uses_up_no_request() {
    run(Backend::Postgres, async |db: Database| {
        let storage = db.open().await;
        ann(&storage).await;
        let app = app(storage);
        for text in ["gitlab run feature set duo_developer_orbit true --dev", "gitlab run feature list"] {
            let request = ChatRequest { signature: text.to_owned(), ..request(text) };
            set_read_only(&db, "on").await;
            let refused = answer_chat(&app, &origin(), &request).await.expect_err("it cannot be written");
            assert!(refused.is_unwritable(), "{refused:?}");
            set_read_only(&db, "off").await;
            answer_chat(&app, &origin(), &request).await.expect("it counts now");
            let again = answer_chat(&app, &origin(), &request).await;
            assert!(own(&again) == Some(&Replayed), "{again:?}");
        }
    });
}
