//! The audit log, and that neither it nor the ledger can be modified.

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, AuditNamespace, NewAuditEvent, StateChange},
        environment::Environment,
        ids::{NamespaceId, UserId},
        stored::Stored,
    },
    storage::AuditFilter,
    usecases::Caller,
};

use crate::{
    support::{Backend, Database, committed},
    world::{NOON, app, group, owner, switch},
};

contract! {
    every_kind_of_event_reads_back_the_newest_first,
    an_event_without_actor_or_namespace_reads_back,
    whatever_came_through_whichever_surface_is_kept,
    the_log_is_read_in_pages_and_by_namespace,
    neither_table_can_be_rewritten,
}

fn event(kind: AuditKind) -> NewAuditEvent {
    NewAuditEvent {
        at: NOON,
        kind,
        actor: AuditActor {
            id: Some(UserId(7)),
            username: String::from("ann"),
            name: String::from("Ann \u{1F469}"),
        },
        surface: Surface::Api,
        namespace: Some(AuditNamespace { id: NamespaceId(3), path: String::from("acme") }),
        target: "long ".repeat(20_000),
        from: String::from("'; --"),
        to: String::from("%s\\"),
        remote_ip: String::from("2001:db8::7"),
        request_id: String::from("request"),
        environment: Some(Stored::Known(Environment::StagingRef)),
        reason: Some(String::from("'; because")),
        states: Some(StateChange { before: String::from("{}"), after: String::from("[1]") }),
    }
}

/// As it is read.
fn stored(event: NewAuditEvent) -> NewAuditEvent<Stored<AuditKind>, Stored<Surface>> {
    NewAuditEvent {
        kind: Stored::Known(event.kind),
        surface: Stored::Known(event.surface),
        at: event.at,
        actor: event.actor,
        namespace: event.namespace,
        target: event.target,
        from: event.from,
        to: event.to,
        remote_ip: event.remote_ip,
        request_id: event.request_id,
        environment: event.environment,
        reason: event.reason,
        states: event.states,
    }
}

async fn every_kind_of_event_reads_back_the_newest_first(db: Database) {
    let storage = db.open().await;
    let mut events: Vec<_> = AuditKind::ALL.into_iter().map(event).collect();
    committed(&storage, async |uow| {
        for event in &events {
            uow.audit_log().append(event.clone());
        }
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    let read = view.audit_log().list(&AuditFilter::default(), 100).await.expect("a list");
    assert!(read.is_sorted_by(|a, b| a.id > b.id));
    events.reverse();
    let events: Vec<_> = events.into_iter().map(stored).collect();
    assert_eq!(read.into_iter().map(|it| it.event).collect::<Vec<_>>(), events);
}

async fn an_event_without_actor_or_namespace_reads_back(db: Database) {
    let storage = db.open().await;
    let bare = NewAuditEvent {
        actor: AuditActor { id: None, username: String::new(), name: String::new() },
        surface: Surface::CommandLine,
        namespace: None,
        target: String::new(),
        environment: None,
        reason: None,
        states: None,
        ..event(AuditKind::SignInFailed)
    };
    committed(&storage, async |uow| uow.audit_log().append(bare.clone())).await;
    let mut view = storage.read().await.expect("a view");
    let read = view.audit_log().list(&AuditFilter::default(), 100).await.expect("a list");
    assert_eq!(read.into_iter().map(|it| it.event).collect::<Vec<_>>(), [stored(bare)]);
}

async fn whatever_came_through_whichever_surface_is_kept(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    for (version, surface) in (0..).zip(Surface::ALL) {
        let through = Caller { origin: ann.origin.clone().through(surface), ..ann.clone() };
        // In turns given and withdrawn, and each a row of the ledger.
        switch(&app(storage.clone()), &through, &acme, version % 2 == 0, version).await.expect("she may");
    }
    for table in ["consent_ledger", "audit_events"] {
        let kept = db.texts(&format!("SELECT surface FROM {table} GROUP BY surface ORDER BY MIN(id)")).await;
        assert_eq!(kept, Surface::ALL.map(Surface::key), "{table}");
    }
    let mut view = storage.read().await.expect("a view");
    let read = view.consents().list(acme.id, 10).await.expect("a list");
    let read: Vec<_> = read.into_iter().rev().map(|it| it.surface).collect();
    assert_eq!(read, Surface::ALL);
}

async fn the_log_is_read_in_pages_and_by_namespace(db: Database) {
    let storage = db.open().await;
    committed(&storage, async |uow| {
        for n in 0..10 {
            let namespace = (n % 2 == 0).then(|| AuditNamespace { id: NamespaceId(3), path: "acme".into() });
            let numbered =
                NewAuditEvent { namespace, target: n.to_string(), ..event(AuditKind::FlowEnabled) };
            uow.audit_log().append(numbered);
        }
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    for (namespace, expected) in
        [(None, "9 8 7 6 5 4 3 2 1 0"), (Some(NamespaceId(3)), "8 6 4 2 0"), (Some(NamespaceId(4)), "")]
    {
        let mut read = Vec::new();
        let mut before = None;
        loop {
            let page = view
                .audit_log()
                .list(&AuditFilter { namespace, before, ..AuditFilter::default() }, 3)
                .await
                .expect("a page");
            assert!(page.len() <= 3);
            let Some(last) = page.last() else { break };
            before = Some(last.cursor());
            read.extend(page.into_iter().map(|it| it.event.target));
        }
        assert_eq!(read.join(" "), expected);
    }
}

async fn neither_table_can_be_rewritten(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    switch(&app(storage.clone()), &ann, &acme, true, 0).await.expect("she may");
    for table in ["consent_ledger", "audit_events"] {
        let rows =
            format!("SELECT CAST(id AS TEXT) || ' ' || at || ' ' || request_id FROM {table} ORDER BY id");
        let before = db.texts(&rows).await;
        assert!(!before.is_empty());
        let columns = if table == "consent_ledger" {
            "at, action, namespace_id, namespace_path, feature, user_id, username, user_name, role, surface, wording, request_id"
        } else {
            "at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id, environment, reason, state_before, state_after"
        };
        let copy = format!(
            "INTO {table} (id, {columns}) SELECT id, {} FROM {table}",
            columns.replacen("at", "1", 1)
        );
        let mut attempts = vec![
            format!("UPDATE {table} SET at = 1"),
            format!("UPDATE {table} SET request_id = 'x' WHERE id = (SELECT MAX(id) FROM {table})"),
            format!("DELETE FROM {table}"),
            format!("DELETE FROM {table} WHERE id = (SELECT MIN(id) FROM {table})"),
            format!("INSERT {copy} WHERE id > 0 ON CONFLICT (id) DO UPDATE SET at = 1"),
        ];
        match db.backend {
            Backend::Sqlite => {
                attempts.push(format!("INSERT OR REPLACE {copy}"));
                attempts.push(format!("REPLACE {copy}"));
                attempts.push(format!("UPDATE OR REPLACE {table} SET at = 1"));
            }
            Backend::Postgres => {
                attempts.push(format!("TRUNCATE {table} CASCADE"));
                attempts.push(format!("UPDATE ONLY {table} SET at = 1"));
            }
        }
        for sql in attempts {
            let refused = db.execute(&sql).await.expect_err(&sql).to_string();
            assert!(refused.contains(&format!("{table} is append-only")), "{sql}: {refused}");
            assert_eq!(db.texts(&rows).await, before, "{sql}");
        }
    }
}
