//! Identities at a provider, finding users by email address, and memberships granted by a provider.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, group, origin, standing, user},
};

use duo_console::{
    domain::{
        accounts::{
            email::EmailAddress,
            identity::{ClaimedEmail, Identity, ProviderClaims},
        },
        people::{grants::Source, group_map::GroupMap},
        role::Role,
    },
    storage::StorageError,
    usecases::{
        accounts::delete_user::delete_user,
        people::sign_in_with_provider::{ProviderRules, ProviderSignIn, sign_in_with_provider},
    },
};

contract! {
    an_identity_is_one_user_and_a_user_one_identity_of_an_issuer,
    an_answer_is_used_once_until_it_is_too_old,
    an_address_is_found_whatever_its_case_and_given_once,
    each_source_takes_back_only_what_it_gave,
    many_first_sign_ins_of_one_person_at_once_make_one_account,
    an_answer_that_comes_twice_at_once_signs_in_once,
}

fn identity(issuer: &str, subject: &str) -> Identity {
    Identity::new(issuer, subject).expect("an identity")
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

async fn an_identity_is_one_user_and_a_user_one_identity_of_an_issuer(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let here = identity("https://id.example", "1");
    committed(&storage, async |uow| {
        uow.identities().link(&here, ann, NOON).await.expect("linked");
        uow.identities().link(&identity("https://other.example", "1"), bob, NOON).await.expect("linked");
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.identities().find(&here).await.expect("an answer"), Some(ann));
    for other in [identity("https://id.example", "2"), identity("https://id.example/", "1")] {
        assert_eq!(view.identities().find(&other).await.expect("an answer"), None, "{other:?}");
    }
    assert!(view.identities().is_linked(ann, "https://id.example").await.expect("an answer"));
    assert!(!view.identities().is_linked(bob, "https://id.example").await.expect("an answer"));
    drop(view);

    for (identity, user) in [(&here, bob), (&identity("https://id.example", "2"), ann)] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let taken = uow.identities().link(identity, user, NOON).await;
        assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
    }
    committed(&storage, async |uow| {
        assert_eq!(uow.identities().unlink(ann).await.expect("unlinked"), ["https://id.example"]);
        assert_eq!(uow.identities().unlink(ann).await.expect("unlinked"), Vec::<String>::new());
    })
    .await;
    delete_user(&app(storage.clone()), &origin(), "bob").await.expect("the user is there");
    assert_eq!(db.number("SELECT COUNT(*) FROM identities").await, 0);
}

async fn an_answer_is_used_once_until_it_is_too_old(db: Database) {
    let storage = db.open().await;
    let later = NOON.plus_millis(10);
    committed(&storage, async |uow| {
        assert!(uow.identities().use_answer("a", NOON, later).await.expect("an answer"));
        assert!(uow.identities().use_answer("b", NOON, later).await.expect("an answer"));
        assert!(!uow.identities().use_answer("a", NOON.plus_millis(9), later).await.expect("an answer"));
    })
    .await;
    assert_eq!(db.number("SELECT COUNT(*) FROM used_provider_answers").await, 2);
    committed(&storage, async |uow| {
        assert!(uow.identities().use_answer("c", later, later.plus_millis(1)).await.expect("an answer"));
    })
    .await;
    assert_eq!(db.texts("SELECT state_hash FROM used_provider_answers").await, ["c"]);
}

async fn an_address_is_found_whatever_its_case_and_given_once(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    committed(&storage, async |uow| {
        uow.users().set_email(ann, Some(&address("Ann@Example.com"))).await.expect("set");
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    let found = view.users().find_by_email(&address("aNN@example.COM")).await.expect("an answer");
    assert_eq!(found.map(|user| user.id), Some(ann));
    assert_eq!(view.users().find_by_email(&address("an@example.com")).await.expect("an answer"), None);
    assert_eq!(view.users().email(ann).await.expect("an answer").as_deref(), Some("Ann@Example.com"));
    assert_eq!(view.users().email(bob).await.expect("an answer"), None);
    drop(view);
    let mut uow = storage.begin().await.expect("a unit of work");
    let taken = uow.users().set_email(bob, Some(&address("ann@example.com"))).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
    drop(uow);
    committed(&storage, async |uow| {
        uow.users().set_email(ann, None).await.expect("taken away");
        uow.users().set_email(bob, Some(&address("ann@example.com"))).await.expect("free now");
    })
    .await;
}

async fn each_source_takes_back_only_what_it_gave(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let acme = group(&storage, "acme").await;
    let given = async |uow: &mut duo_console::storage::UnitOfWork| {
        let list = uow.memberships().list_of_user(ann).await.expect("a list");
        list.into_iter().map(|it| (it.source, it.role.role())).collect::<Vec<_>>()
    };
    committed(&storage, async |uow| {
        for (source, role) in [(Source::Hand, Role::Guest), (Source::Provider, Role::Owner)] {
            for changes in [true, false] {
                let set = uow.memberships().set(acme.id, ann, source, &role.into(), None).await;
                assert_eq!(set.expect("an answer"), changes, "{source:?}");
            }
        }
        assert_eq!(given(uow).await, [(Source::Hand, Role::Guest), (Source::Provider, Role::Owner)]);
        assert_eq!(standing(uow, ann, acme.id).await.here, Some(Role::Owner));
        for is_there in [true, false] {
            let removed = uow.memberships().remove(acme.id, ann, Source::Provider).await;
            assert_eq!(removed.expect("an answer"), is_there);
        }
        assert_eq!(given(uow).await, [(Source::Hand, Role::Guest)]);
        assert_eq!(standing(uow, ann, acme.id).await.here, Some(Role::Guest));
    })
    .await;
}

fn claims() -> ProviderClaims {
    ProviderClaims {
        identity: identity("https://id.example", "1"),
        email: ClaimedEmail::Verified(address("ann@example.com")),
        authenticated_at: None,
        usernames: vec![String::from("ann")],
        name: None,
        groups: Some(vec![String::from("admins")]),
    }
}

async fn sign_in_at_once(db: &Database, answers: [&'static str; 6]) -> usize {
    let mut tasks = Vec::new();
    for answer_hash in answers {
        let app = app(db.open().await);
        tasks.push(async move {
            let rules = ProviderRules {
                create_users: true,
                group_map: GroupMap::parse("admins=acme:owner").expect("rules"),
            };
            let claims = claims();
            let sign_in = ProviderSignIn {
                claims: &claims,
                rules: &rules,
                answer_hash,
                answer_expires_at: NOON.plus_millis(600_000),
                old_token: None,
                user_agent: "",
            };
            sign_in_with_provider(&app, &origin(), &sign_in).await
        });
    }
    let outcomes = at_once(tasks).await;
    outcomes.into_iter().filter(|outcome| outcome.as_ref().expect("an answer").is_ok()).count()
}

async fn many_first_sign_ins_of_one_person_at_once_make_one_account(db: Database) {
    let storage = db.open().await;
    group(&storage, "acme").await;
    assert_eq!(sign_in_at_once(&db, ["1", "2", "3", "4", "5", "6"]).await, 6);
    for (table, count) in [("users", 1), ("identities", 1), ("memberships", 1), ("sessions", 6)] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table}")).await, count, "{table}");
    }
    for (kind, count) in
        [("user_created", 1), ("identity_linked", 1), ("member_created", 1), ("signed_in", 6)]
    {
        let sql = format!("SELECT COUNT(*) FROM audit_events WHERE kind = '{kind}'");
        assert_eq!(db.number(&sql).await, count, "{kind}");
    }
}

async fn an_answer_that_comes_twice_at_once_signs_in_once(db: Database) {
    let storage = db.open().await;
    group(&storage, "acme").await;
    assert_eq!(sign_in_at_once(&db, ["same"; 6]).await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM sessions").await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'sign_in_failed'").await, 5);
}
