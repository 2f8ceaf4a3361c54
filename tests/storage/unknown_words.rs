//! Enumeration values written by another release: an unknown one is an error that names table and column,
//! and is never mistaken for another. In the logs it is kept unchanged.

use crate::{
    support::{Database, committed},
    world::{NOON, app, below, group, owner, path, switch},
};

use duo_console::{
    domain::{
        audit::AuditKind,
        audit_query::AuditSelection,
        environment::Environment,
        flows::consent::LedgerAction,
        ids::{ChangeId, NamespaceId, ScheduledChangeId},
        namespace::NamespaceKind,
    },
    storage::{AuditFilter, NewToken, Storage, StorageError},
};

contract! {
    the_schema_refuses_unknown_words,
    an_unknown_word_is_named_with_its_table_and_column,
    what_a_newer_release_wrote_into_the_logs_is_carried_as_it_is,
}

const ALIEN_IN_THE_LEDGER: &str = "INSERT INTO consent_ledger (at, action, namespace_id, namespace_path, feature, user_id, username, user_name, role, surface, wording, request_id) VALUES (1, 'alien', 1, 'acme', 'code_review_flow_dap_routing', 1, 'ann', 'Ann', 'Owner', 'page', 'w', 'r')";
const ALIEN_SURFACE: &str = "INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id) VALUES (1, 'signed_in', 'ann', 'Ann', 'alien', '', '', '', '', '')";

/// Values that a CHECK constraint keeps out.
const CHECKED: [&str; 14] = [
    "UPDATE users SET kind = 'alien'",
    "UPDATE users SET state = 'alien'",
    "UPDATE user_preferences SET theme = 'alien'",
    "UPDATE user_preferences SET time_format = 'alien'",
    "UPDATE namespaces SET kind = 'alien' WHERE parent_id IS NOT NULL",
    "UPDATE top_level_groups SET tier = 'alien'",
    "UPDATE memberships SET access_level = 4",
    "UPDATE memberships SET source = 'alien'",
    ALIEN_IN_THE_LEDGER,
    "INSERT INTO flag_gates (environment, flag, percentage_of_actors, percentage_of_time, version) VALUES ('alien', 'flag', 0, 0, 1)",
    "INSERT INTO change_freezes (environment, reason, since, by_username) VALUES ('alien', '', 1, '')",
    "INSERT INTO flow_version_registries VALUES ('alien', 1, 1, 'ann', 'Ann')",
    "INSERT INTO scheduled_changes (flag, environment, due_at, changes, compare_with_staging, by_username, by_name, planned_at, state, ended_at, outcome) VALUES ('flag', 'dev', 1, '[]', FALSE, 'ann', 'Ann', 1, 'alien', 1, '')",
    "INSERT INTO scheduled_changes (flag, environment, due_at, changes, compare_with_staging, by_username, by_name, planned_at, state, ended_at, outcome) VALUES ('flag', 'dev', 1, '[]', FALSE, 'ann', 'Ann', 1, 'done', NULL, '')",
];

async fn the_schema_refuses_unknown_words(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    owner(&storage, &acme, "ann").await;
    below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    for sql in CHECKED {
        let refused = db.execute(sql).await.expect_err(sql);
        assert!(
            refused.as_database_error().is_some_and(sqlx::error::DatabaseError::is_check_violation),
            "{sql}: {refused}"
        );
    }
}

async fn an_unknown_word_is_named_with_its_table_and_column(db: Database) {
    // A connection for each view: all of them stay until the end.
    let storage = Storage::open(&db.url, 64).await.expect("the database opens");
    db.without_checks().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    switch(&app(storage.clone()), &ann, &acme, true, 0).await.expect("she may");
    let id = ann.actor.id;
    committed(&storage, async |uow| {
        let token = NewToken {
            user: id,
            name: "ci",
            token_hash: "hash",
            scopes: &[],
            created_at: NOON,
            expires_at: NOON,
        };
        uow.tokens().add(&token).await.expect("a token");
    })
    .await;
    let after = async |sql: &str| {
        db.execute(sql).await.expect(sql);
        storage.read().await.expect("a view")
    };

    let mut view = after("UPDATE memberships SET source = 'alien'").await;
    names("memberships.source", view.memberships().list_of_user(id).await);
    let mut view = after("UPDATE memberships SET access_level = 4, source = 'hand'").await;
    names("memberships.access_level", view.memberships().grants(id, acme.id).await);
    names("memberships.access_level", view.namespaces().list_visible(Some(id), "", NOON, 10, 0).await);

    let mut view = after("UPDATE top_level_groups SET tier = 'alien'").await;
    names("top_level_groups.tier", view.top_level_groups().lookup(acme.id).await);

    let mut view = after("UPDATE user_preferences SET time_format = 'alien'").await;
    names("user_preferences.time_format", view.preferences().display(id).await);
    let mut view = after("UPDATE user_preferences SET theme = 'alien'").await;
    names("user_preferences.theme", view.preferences().display(id).await);
    for settings in [r#"{"alien":true}"#, r#"{"enabled":null}"#, r#"{"enabled":"yes"}"#, "7", "null"] {
        let mut view = after(&format!("UPDATE user_preferences SET orbit_settings = '{settings}'")).await;
        names("user_preferences.orbit_settings", view.preferences().orbit(id).await);
    }

    let mut view = after("UPDATE personal_access_tokens SET scopes = 'read_settings alien'").await;
    names("personal_access_tokens.scopes", view.tokens().find_by_token_hash("hash").await);
    names("personal_access_tokens.scopes", view.tokens().list_of_user(id).await);

    let mut view = after("UPDATE users SET kind = 'alien'").await;
    names("users.kind", view.users().find_by_username("ann").await);

    let here = Environment::Production;
    db.execute("INSERT INTO flag_gates (environment, flag, percentage_of_actors, percentage_of_time, version) VALUES ('production', 'flag', 0, 0, 1)").await.expect("a row");
    let mut view =
        after("INSERT INTO flag_gate_targets VALUES ('production', 'flag', 'actor', 'Alien:1')").await;
    names("flag_gate_targets.target", view.features().find(here, "flag").await);
    let mut view = after("UPDATE flag_gate_targets SET kind = 'alien'").await;
    names("flag_gate_targets.kind", view.features().find(here, "flag").await);
    let mut view = after("UPDATE flag_gates SET percentage_of_actors = 10001").await;
    names("flag_gates.percentage_of_actors", view.features().find(here, "flag").await);
    let mut view = after("INSERT INTO flag_definitions VALUES ('flag', '{\"type\":\"alien\"}', 1)").await;
    names("flag_definitions.definition", view.flag_definitions().find("flag").await);
    db.execute("INSERT INTO feature_groups VALUES ('staff', 1)").await.expect("a row");
    let mut view = after("INSERT INTO feature_group_members VALUES ('staff', 'Alien:1')").await;
    names("feature_group_members.actor", view.feature_groups().find("staff").await);

    db.execute("INSERT INTO flow_version_registries VALUES ('dev', 1, 1, 'ann', 'Ann')")
        .await
        .expect("a row");
    let mut view = after("INSERT INTO deployed_flow_versions VALUES ('dev', 'a/v1', '2.x')").await;
    names("deployed_flow_versions.flow_version", view.deployed_versions().find(Environment::Dev).await);
    let mut view = after("UPDATE deployed_flow_versions SET definition = 'alien'").await;
    names("deployed_flow_versions.definition", view.deployed_versions().find(Environment::Dev).await);

    db.execute("INSERT INTO scheduled_changes (flag, environment, due_at, changes, compare_with_staging, by_username, by_name, planned_at, state, ended_at, outcome) VALUES ('flag', 'dev', 1, '[]', FALSE, 'ann', 'Ann', 1, 'pending', NULL, '')").await.expect("a row");
    let change = ScheduledChangeId(1);
    for (set, column) in [
        ("environment = 'alien'", "environment"),
        ("environment = 'dev', state = 'alien'", "state"),
        ("state = 'pending', changes = '[{\"luck\":true}]'", "changes"),
    ] {
        let mut view = after(&format!("UPDATE scheduled_changes SET {set}")).await;
        let place = format!("scheduled_changes.{column}");
        names(&place, view.scheduled_changes().find(change).await);
    }

    let mut view = after("UPDATE namespaces SET kind = 'alien' WHERE parent_id IS NOT NULL").await;
    names("namespaces.kind", view.namespaces().lookup(sub.id).await);
    let mut view = after("UPDATE namespaces SET full_path = '-/-' WHERE parent_id IS NULL").await;
    names("namespaces.full_path", view.namespaces().find_by_path(&path("acme")).await);

    assert_eq!(acme.id, NamespaceId(1), "the ledger's row below is about it");
}

/// The logs outlive releases: a newer server may run beside this one, or have run before it.
async fn what_a_newer_release_wrote_into_the_logs_is_carried_as_it_is(db: Database) {
    let storage = db.open().await;
    db.without_checks().await;
    let acme = group(&storage, "acme").await;
    assert_eq!(acme.id, NamespaceId(1), "the ledger's row is about it");
    for sql in [
        ALIEN_IN_THE_LEDGER,
        &ALIEN_IN_THE_LEDGER.replace("'alien'", "'given'").replace("'page'", "'alien'"),
        ALIEN_SURFACE,
        &ALIEN_SURFACE.replace("alien", "page").replace("signed_in", "alien"),
    ] {
        db.execute(sql).await.expect(sql);
    }
    let mut view = storage.read().await.expect("a view");
    let ledger = view.consents().list(acme.id, 10).await.expect("the ledger");
    let words: Vec<_> = ledger.iter().map(|it| (it.action.key(), it.surface.key())).collect();
    assert_eq!(words, [("given", "alien"), ("alien", "page")]);
    assert_eq!(ledger[0].action, LedgerAction::Given);

    let events = view.audit_log().list(&AuditFilter::default(), 10).await.expect("the log");
    let words: Vec<_> = events.iter().map(|it| (it.event.kind.key(), it.event.surface.key())).collect();
    assert_eq!(words, [("alien", "page"), ("signed_in", "alien")]);
    assert_eq!(events[1].event.kind, AuditKind::SignedIn);
    let one = AuditSelection { event: Some(events[0].id), ..AuditSelection::default() };
    let found = view.audit_log().list(&AuditFilter { selection: one, ..AuditFilter::default() }, 1).await;
    assert_eq!(found.expect("the log"), events[..1]);
    drop(view);

    db.execute("INSERT INTO changes (id, at, topic, key, kind) SELECT last + 1, 1, 'alien', 'x', 'alien' FROM change_head").await.expect("a row");
    db.execute("UPDATE change_head SET last = last + 1").await.expect("a row");
    let mut view = storage.read().await.expect("a view");
    let last = view.change_feed().last().await.expect("an id");
    let changes = view.change_feed().following(ChangeId(last.0 - 1), 10).await.expect("the feed");
    let words: Vec<_> = changes.expect("it goes on").iter().map(|it| it.topic.key().to_owned()).collect();
    assert_eq!(words, ["alien"]);
}

fn names<T: std::fmt::Debug>(place: &str, read: Result<T, StorageError>) {
    match read {
        Err(StorageError::Inconsistent { table, column, .. }) => {
            assert_eq!(format!("{table}.{column}"), place);
        }
        other => panic!("{place}: {other:?}"),
    }
}
