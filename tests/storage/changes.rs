//! What is remembered is used while nothing changed, and no longer.

use std::time::Duration;

use duo_console::{
    domain::{
        code_review::Engine, environment::Environment, flows::DEVELOPER, ids::UserId, namespace::Namespace,
        role::Role, token::Scope,
    },
    storage::{Knowledge, NewSession, Storage},
    usecases::{
        App, Caller, FlagEditor,
        authenticate::{TokenError, by_session, by_token},
        create_token::{CreateToken, create_token},
        decide_code_review::{Question, decide_code_review},
        decide_flow_version::decide_flow_version,
        list_tokens::list_tokens,
        revoke_token::revoke_token,
        set_feature::{SetFeature, set_feature},
        set_flow_versions::{SetFlowVersions, set_flow_versions},
    },
};
use tokio::time::{sleep, timeout};

use crate::{
    deployed_versions::deployed,
    support::{Database, committed},
    world::{NOON, app, group, member, origin, owner, switch, user},
};

contract! {
    nothing_is_known_while_nobody_watches,
    a_change_is_known_at_once_to_the_server_that_made_it,
    a_change_of_another_server_is_noticed,
    noting_that_a_session_was_used_is_no_change,
    a_decision_comes_from_memory_until_something_changes,
    a_token_that_another_server_revoked_is_refused,
    a_flow_version_comes_from_memory_until_something_changes,
}

/// Waits until it is so; for ever it does not.
macro_rules! eventually {
    ($condition:expr) => {
        timeout(Duration::from_secs(10), async {
            while !$condition {
                sleep(Duration::from_millis(2)).await;
            }
        })
        .await
        .expect(stringify!($condition))
    };
}

/// A server that watches, and knows that it does.
async fn watching(db: &Database) -> Storage {
    let storage = db.open().await;
    tokio::spawn(storage.watch());
    eventually!(matches!(storage.changes().knowledge(), Knowledge::Current(_)));
    storage
}

/// A change that says nothing else.
async fn change(app: &App, owner: &Caller, group: &Namespace, on: bool, seen: i64) {
    switch(app, owner, group, on, seen).await.expect("it is switched");
}

async fn nothing_is_known_while_nobody_watches(db: Database) {
    assert_eq!(db.open().await.changes().knowledge(), Knowledge::None);
}

async fn a_change_is_known_at_once_to_the_server_that_made_it(db: Database) {
    let app = app(watching(&db).await);
    let group = group(&app.storage, "acme").await;
    let ann = owner(&app.storage, &group, "ann").await;
    let before = app.storage.changes().knowledge();
    change(&app, &ann, &group, true, 0).await;
    assert_ne!(app.storage.changes().knowledge(), before);
}

async fn a_change_of_another_server_is_noticed(db: Database) {
    let here = watching(&db).await;
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    let ann = owner(&there.storage, &group, "ann").await;
    for seen in 0..4 {
        let before = here.changes().knowledge();
        change(&there, &ann, &group, seen % 2 == 0, seen).await;
        eventually!(here.changes().knowledge() != before);
    }
}

async fn noting_that_a_session_was_used_is_no_change(db: Database) {
    let here = watching(&db).await;
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    let ann = owner(&there.storage, &group, "ann").await;
    session(&there.storage, ann.actor.id, "hash").await;
    let before = here.changes().knowledge();
    committed(&there.storage, async |uow| uow.sessions().touch("hash", NOON).await.expect("a touch")).await;
    // What comes after it is noticed, so it was seen too.
    sleep(Duration::from_millis(100)).await;
    assert_eq!(here.changes().knowledge(), before);
    change(&there, &ann, &group, true, 0).await;
    eventually!(here.changes().knowledge() != before);
}

async fn session(storage: &Storage, user: UserId, token_hash: &str) {
    let new = NewSession {
        token_hash,
        user,
        created_at: NOON,
        authenticated_at: NOON,
        expires_at: NOON.plus_days(1),
        remote_ip: "",
        user_agent: "",
    };
    committed(storage, async |uow| uow.sessions().add(&new).await.expect("a session")).await;
}

async fn engine(app: &App, caller: &Caller, question: &Question) -> Engine {
    decide_code_review(app, caller, question).await.expect("an answer").decision.engine
}

async fn a_decision_comes_from_memory_until_something_changes(db: Database) {
    let here = app(watching(&db).await);
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    let ann = owner(&there.storage, &group, "ann").await;
    let rex = user(&there.storage, "rex").await;
    member(&there.storage, group.id, rex, Role::Developer).await;
    let question = Question { namespace: group.path.clone(), username: String::from("rex") };
    assert_eq!(engine(&here, &ann, &question).await, Engine::None);

    // Past the program: nothing tells of it, so it is not seen yet.
    db.execute(&format!(
        "INSERT INTO duo_enterprise_seats (namespace_id, user_id) VALUES ({}, {rex})",
        group.id
    ))
    .await
    .expect("a seat");
    sleep(Duration::from_millis(100)).await;
    assert_eq!(engine(&here, &ann, &question).await, Engine::None);

    change(&there, &ann, &group, true, 0).await;
    eventually!(engine(&here, &ann, &question).await == Engine::CodeReviewFlow);
    change(&here, &ann, &group, false, 1).await;
    assert_eq!(engine(&here, &ann, &question).await, Engine::DuoCodeReview);
}

async fn a_token_that_another_server_revoked_is_refused(db: Database) {
    let here = app(watching(&db).await);
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    let ann = owner(&there.storage, &group, "ann").await;
    let new = CreateToken { name: "ci", scopes: &[Scope::ReadDecisions], expires_at: NOON.plus_days(30) };
    let token = create_token(&there, &ann, &new).await.expect("a token");
    assert_eq!(by_token(&here, &token).await.expect("it counts").id, ann.actor.id);
    let id = list_tokens(&there, &ann).await.expect("a list")[0].id;
    revoke_token(&there, &ann, id).await.expect("it is revoked");
    eventually!(matches!(by_token(&here, &token).await, Err(TokenError::Revoked)));
    assert!(by_session(&here, "nobody's").await.expect("an answer").is_none());
}

/// The version, or the message that there is none.
async fn developer(app: &App, caller: &Caller, question: &Question) -> String {
    match decide_flow_version(app, caller, DEVELOPER, question).await {
        Ok(answer) => format!("{} {}", answer.decision.definition, answer.decision.version),
        Err(error) => error.to_string(),
    }
}

async fn a_flow_version_comes_from_memory_until_something_changes(db: Database) {
    let here = app(watching(&db).await);
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    let mut ann = owner(&there.storage, &group, "ann").await;
    ann.actor.is_admin = true;
    let question = Question { namespace: group.path.clone(), username: String::from("ann") };
    assert_eq!(developer(&here, &ann, &question).await, "developer/v1 2.0.0");

    // Past the program: nothing tells of it, so it is not seen yet.
    db.execute(
        "INSERT INTO flag_gates (environment, flag, boolean_gate, percentage_of_actors, percentage_of_time, version)
         VALUES ('production', 'duo_developer_next_unstable', TRUE, 0, 0, 1)",
    )
    .await
    .expect("a row");
    sleep(Duration::from_millis(100)).await;
    assert_eq!(developer(&here, &ann, &question).await, "developer/v1 2.0.0");

    // A registry without what the flag now asks for.
    let keep = |list: &[(&str, &str)], seen_version| SetFlowVersions {
        environment: Environment::Production,
        deployed: deployed(list),
        seen_version,
    };
    set_flow_versions(&there, &ann, keep(&[(DEVELOPER, "2.0.0")], 0)).await.expect("she may");
    eventually!(developer(&here, &ann, &question).await.contains("is not deployed in production"));
    let unstable = [(DEVELOPER, "2.0.0"), ("developer_unstable/experimental", "1.0.0")];
    set_flow_versions(&here, &ann, keep(&unstable, 1)).await.expect("she may");
    assert_eq!(developer(&here, &ann, &question).await, "developer_unstable/experimental 1.0.0");

    let off = SetFeature::everyone("duo_developer_next_unstable", false);
    set_feature(&there, &FlagEditor::operator(origin()), &off).await.expect("set");
    eventually!(developer(&here, &ann, &question).await == "developer/v1 2.0.0");
}
