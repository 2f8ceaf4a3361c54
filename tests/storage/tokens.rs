//! Personal access tokens.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, caller, user},
};

use duo_console::{
    domain::{ids::UserId, token::Scope},
    storage::{NewToken, StorageError},
    usecases::accounts::revoke_token::revoke_token,
};

contract! {
    a_token_reads_back_with_its_user_and_scopes,
    tokens_are_listed_the_newest_first_and_to_their_owner_alone,
    a_token_is_revoked_once_and_by_its_owner,
    revoking_a_token_from_two_places_at_once_is_one_event,
    a_token_hash_is_there_once,
}

fn new<'a>(user: UserId, name: &'a str, token_hash: &'a str, scopes: &'a [Scope]) -> NewToken<'a> {
    NewToken { user, name, token_hash, scopes, created_at: NOON, expires_at: NOON.plus_days(30) }
}

async fn a_token_reads_back_with_its_user_and_scopes(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let id = committed(&storage, async |uow| {
        uow.tokens().add(&new(ann, "ci", "hash", &Scope::ALL)).await.expect("a token")
    })
    .await;
    let mut uow = storage.begin().await.expect("a unit of work");
    let found = uow.tokens().find_by_token_hash("hash").await.expect("a look-up").expect("it is there");
    assert_eq!((found.id, found.user.id, found.user.username.as_str()), (id, ann, "ann"));
    assert_eq!((found.scopes, found.expires_at), (Scope::ALL.to_vec(), NOON.plus_days(30)));
    assert_eq!((found.last_used_at, found.revoked), (None, false));
    uow.tokens().touch(id, NOON).await.expect("touched");
    let found = uow.tokens().find_by_token_hash("hash").await.expect("a look-up").expect("it is there");
    assert_eq!(found.last_used_at, Some(NOON));
    assert_eq!(uow.tokens().find_by_token_hash("Hash").await.expect("a look-up"), None);
}

async fn tokens_are_listed_the_newest_first_and_to_their_owner_alone(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let last = committed(&storage, async |uow| {
        uow.tokens().add(&new(ann, "first", "1", &[Scope::ReadSettings])).await.expect("a token");
        uow.tokens().add(&new(bob, "bob's", "2", &[Scope::ReadSettings])).await.expect("a token");
        uow.tokens().add(&new(ann, "\u{1F511}", "3", &[Scope::GiveConsent])).await.expect("a token")
    })
    .await;
    committed(&storage, async |uow| uow.tokens().revoke(last, ann, NOON).await.expect("revoked")).await;
    let tokens = storage.read().await.expect("a view").tokens().list_of_user(ann).await.expect("a list");
    let shown: Vec<_> =
        tokens.iter().map(|it| (it.name.as_str(), it.scopes.as_slice(), it.revoked_at)).collect();
    assert_eq!(
        shown,
        [
            ("\u{1F511}", [Scope::GiveConsent].as_slice(), Some(NOON)),
            ("first", [Scope::ReadSettings].as_slice(), None)
        ]
    );
}

async fn a_token_is_revoked_once_and_by_its_owner(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let id = committed(&storage, async |uow| {
        uow.tokens().add(&new(ann, "ci", "hash", &[Scope::ReadSettings])).await.expect("a token")
    })
    .await;
    let mut uow = storage.begin().await.expect("a unit of work");
    assert_eq!(uow.tokens().revoke(id, bob, NOON).await.expect("an answer"), None);
    assert_eq!(uow.tokens().revoke(id, ann, NOON).await.expect("an answer").as_deref(), Some("ci"));
    assert_eq!(uow.tokens().revoke(id, ann, NOON.plus_days(1)).await.expect("an answer"), None);
    let found = uow.tokens().find_by_token_hash("hash").await.expect("a look-up");
    assert!(found.is_some_and(|token| token.revoked));
}

async fn revoking_a_token_from_two_places_at_once_is_one_event(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    for round in 0..10 {
        let hash = round.to_string();
        let id = committed(&storage, async |uow| {
            uow.tokens().add(&new(ann, "ci", &hash, &[Scope::ReadSettings])).await.expect("a token")
        })
        .await;
        let mut tasks = Vec::new();
        for _ in 0..2 {
            let app = app(db.open().await);
            tasks.push(async move { revoke_token(&app, &caller(ann, "ann"), id).await.is_ok() });
        }
        let revoked = at_once(tasks).await.into_iter().filter(|it| *it).count();
        assert_eq!(revoked, 1);
        assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, round + 1);
    }
}

async fn a_token_hash_is_there_once(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.tokens().add(&new(ann, "ci", "hash", &[Scope::ReadSettings])).await.expect("a token");
    let taken = uow.tokens().add(&new(ann, "ci", "hash", &[Scope::ReadSettings])).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
}
