//! Tampering with the audit log, the consent ledger, the chain or its head is detected: each column, each
//! kind of tampering, on both databases.

use crate::{
    support::{Backend, Database, at_once, committed},
    world::{NOON, app, group, new_user, owner, switch, user},
};

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, AuditNamespace, NewAuditEvent, StateChange},
        audit_chain::{ChainPoint, Fault, RowId},
        environment::Environment,
        ids::{AuditEventId, ConsentId, NamespaceId, UserId},
        stored::Stored,
    },
    storage::{Storage, StorageError},
    usecases::audit::verify_audit::{Verified, verify_audit},
};

contract! {
    a_busy_log_is_intact,
    tampering_with_each_column_of_an_event_is_found,
    tampering_with_each_column_of_the_ledger_is_found,
    tampering_with_each_column_of_the_chain_is_found,
    tampering_with_each_column_of_the_head_is_found,
    a_removed_row_is_named_wherever_it_was,
    removing_a_row_with_its_entry_leaves_a_gap,
    cutting_off_the_end_is_seen_by_the_head_and_by_what_was_noted,
    two_swapped_events_are_both_named,
    an_inserted_event_is_named,
    what_has_the_smallest_or_the_largest_number_is_named_too,
    an_emptied_chain_is_named_and_no_start_makes_it_anew,
    a_consent_that_stands_past_the_ledger_is_named,
    many_writers_at_once_make_one_whole_chain,
    what_was_rolled_back_leaves_no_gap,
    what_is_older_than_the_chain_is_sealed_once_by_whoever_starts_first,
    a_log_without_its_head_takes_no_more_events,
    neither_chain_nor_head_can_be_rewritten,
}

fn event(target: &str) -> NewAuditEvent {
    let ann = AuditActor { id: Some(UserId(7)), username: "ann".into(), name: "Ann".into() };
    NewAuditEvent {
        namespace: Some(AuditNamespace { id: NamespaceId(3), path: "acme".into() }),
        from: "off".into(),
        to: "on".into(),
        remote_ip: "192.0.2.7".into(),
        request_id: "request".into(),
        environment: Some(Stored::Known(Environment::Staging)),
        reason: Some("Why not?".into()),
        states: Some(StateChange { before: "false".into(), after: "true".into() }),
        ..NewAuditEvent::new(NOON, AuditKind::FlowEnabled, ann, Surface::Api, target)
    }
}

/// Five events, then a consent with its events, given and withdrawn and given again: 5 + 3 × 3.
async fn busy(db: &Database) -> Storage {
    let storage = db.open().await;
    for n in 0..5 {
        committed(&storage, async |uow| uow.audit_log().append(event(&n.to_string()))).await;
    }
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let app = app(storage.clone());
    for (on, seen) in [(true, 0), (false, 1), (true, 2)] {
        switch(&app, &ann, &acme, on, seen).await.expect("she may");
    }
    storage
}

/// Drops the triggers, as an attacker with access to the database would.
pub async fn without_guards(db: &Database) {
    let tables = ["audit_events", "consent_ledger", "audit_chain", "audit_head"];
    for table in tables {
        let triggers = match db.backend {
            Backend::Sqlite => {
                format!("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")
            }
            Backend::Postgres => {
                format!(
                    "SELECT tgname::TEXT FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"
                )
            }
        };
        for name in db.texts(&triggers).await {
            let on = if db.backend == Backend::Postgres { format!(" ON {table}") } else { String::new() };
            db.execute(&format!("DROP TRIGGER {name}{on}")).await.expect("a trigger goes");
        }
    }
    let drop_reference = match db.backend {
        Backend::Sqlite => "PRAGMA foreign_keys = OFF",
        Backend::Postgres => {
            "ALTER TABLE namespace_consents DROP CONSTRAINT namespace_consents_ledger_id_fkey"
        }
    };
    db.execute(drop_reference).await.expect("the reference goes");
    db.without_checks().await;
}

async fn verify(storage: &Storage, noted: &[ChainPoint]) -> (Verified, Vec<Fault>) {
    let mut faults = Vec::new();
    let verified =
        verify_audit(&app(storage.clone()), noted, |fault| faults.push(fault)).await.expect("a check");
    assert_eq!(verified.faults, faults.len() as u64);
    (verified, faults)
}

async fn faults(storage: &Storage) -> Vec<Fault> {
    verify(storage, &[]).await.1
}

/// Tampers with `sql`, verifies, and reverts with `undo`.
async fn tampered(db: &Database, storage: &Storage, sql: &str, undo: &str) -> Vec<Fault> {
    assert_eq!(db.execute(sql).await.expect(sql), 1, "{sql}");
    let found = faults(storage).await;
    assert_eq!(db.execute(undo).await.expect(undo), 1, "{undo}");
    assert_eq!(faults(storage).await, [], "{undo}");
    found
}

/// The columns of a table, from the database itself: one that is added later is tried too.
async fn columns(db: &Database, table: &str) -> Vec<(String, bool)> {
    let sql = match db.backend {
        Backend::Sqlite => {
            format!("SELECT name || ' ' || type FROM pragma_table_info('{table}') ORDER BY cid")
        }
        Backend::Postgres => format!(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    let columns = db.texts(&sql).await;
    columns
        .into_iter()
        .map(|column| {
            let (name, kind) = column.split_once(' ').expect("a name and a type");
            (name.to_owned(), kind.eq_ignore_ascii_case("text"))
        })
        .collect()
}

/// Alters each column of a row in each way that fits it: what was found, by column.
async fn alter_each_column(
    db: &Database,
    storage: &Storage,
    table: &str,
    key: &str,
    number: i64,
) -> Vec<(String, Vec<Fault>)> {
    let mut all = Vec::new();
    for (column, is_text) in columns(db, table).await {
        let was = db
            .texts(&format!(
                "SELECT COALESCE(CAST({column} AS TEXT), '<null>') FROM {table} WHERE {key} = {number}"
            ))
            .await
            .remove(0);
        let back = match (was.as_str(), is_text) {
            ("<null>", _) => String::from("NULL"),
            (text, true) => format!("'{text}'"),
            (number, false) => number.to_owned(),
        };
        let mut others = vec![if is_text { "'tampered'" } else { "987654" }];
        let nullable = [
            "actor_id",
            "namespace_id",
            "namespace_path",
            "environment",
            "reason",
            "state_before",
            "state_after",
            "event_id",
            "ledger_id",
        ];
        if back != "NULL" && nullable.contains(&column.as_str()) && table != "consent_ledger" {
            others.push("NULL");
        }
        if is_text {
            others.push("''");
        }
        for other in others.into_iter().filter(|other| *other != back) {
            let now = if column == key { other.to_owned() } else { number.to_string() };
            let found = tampered(
                db,
                storage,
                &format!("UPDATE {table} SET {column} = {other} WHERE {key} = {number}"),
                &format!("UPDATE {table} SET {column} = {back} WHERE {key} = {now}"),
            )
            .await;
            assert_ne!(found, [], "{table}.{column} = {other}");
            all.push((column.clone(), found));
        }
    }
    all
}

async fn a_busy_log_is_intact(db: Database) {
    let storage = busy(&db).await;
    let (verified, faults) = verify(&storage, &[]).await;
    assert_eq!(faults, []);
    assert_eq!((verified.checked, verified.end.position), (14, 14));
    let (_, faults) = verify(&storage, std::slice::from_ref(&verified.end)).await;
    assert_eq!(faults, []);
    committed(&storage, async |uow| uow.audit_log().append(event("more"))).await;
    let (later, faults) = verify(&storage, &[verified.end]).await;
    assert_eq!((faults, later.checked), (vec![], 15));
}

async fn tampering_with_each_column_of_an_event_is_found(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    for id in [1, 3, 5] {
        let row = RowId::Event(AuditEventId(id));
        let found = alter_each_column(&db, &storage, "audit_events", "id", id).await;
        assert!(found.len() > 18, "{found:?}");
        for (column, faults) in found {
            if column == "id" {
                let moved = RowId::Event(AuditEventId(987_654));
                assert_eq!(faults, [Fault::Removed { row, position: id }, Fault::NotSealed { row: moved }]);
            } else {
                assert_eq!(faults, [Fault::Altered { row, position: id }], "{column}");
            }
        }
    }
}

async fn tampering_with_each_column_of_the_ledger_is_found(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    for id in 1..=3 {
        let row = RowId::Ledger(ConsentId(id));
        let found = alter_each_column(&db, &storage, "consent_ledger", "id", id).await;
        assert!(found.len() > 13, "{found:?}");
        for (column, faults) in found {
            let named = faults.iter().any(|fault| match fault {
                Fault::Removed { row: removed, .. } => column == "id" && *removed == row,
                Fault::Altered { row: altered, .. } => column != "id" && *altered == row,
                _ => false,
            });
            assert!(named, "{column}: {faults:?}");
        }
    }
}

async fn tampering_with_each_column_of_the_chain_is_found(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    for position in [1, 7, 14] {
        let found = alter_each_column(&db, &storage, "audit_chain", "position", position).await;
        assert!(found.len() >= 5, "{found:?}");
        for (column, faults) in found {
            if column == "hash" {
                assert_eq!(faults, [Fault::LinkAltered { position }]);
            }
        }
    }
}

async fn tampering_with_each_column_of_the_head_is_found(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    let found = alter_each_column(&db, &storage, "audit_head", "id", 1).await;
    let keys: Vec<_> = found.iter().map(|(column, faults)| (column.as_str(), faults[0].key())).collect();
    assert_eq!(
        keys,
        [("id", "head_removed"), ("position", "gap"), ("hash", "head_altered"), ("hash", "head_altered")]
    );
    db.execute("UPDATE audit_head SET position = 13").await.expect("altered");
    assert_eq!(faults(&storage).await, [Fault::HeadAltered { position: 14 }]);
    db.execute("DELETE FROM audit_head").await.expect("removed");
    assert_eq!(faults(&storage).await, [Fault::HeadRemoved]);
}

async fn a_removed_row_is_named_wherever_it_was(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    for id in [1, 3, 11] {
        db.execute(&format!("CREATE TABLE kept AS SELECT * FROM audit_events WHERE id = {id}"))
            .await
            .expect("kept");
        let position = db.number(&format!("SELECT position FROM audit_chain WHERE event_id = {id}")).await;
        let found = tampered(
            &db,
            &storage,
            &format!("DELETE FROM audit_events WHERE id = {id}"),
            "INSERT INTO audit_events SELECT * FROM kept",
        )
        .await;
        assert_eq!(found, [Fault::Removed { row: RowId::Event(AuditEventId(id)), position }]);
        db.execute("DROP TABLE kept").await.expect("gone");
    }
    db.execute("DELETE FROM consent_ledger WHERE id = 2").await.expect("removed");
    let found = faults(&storage).await;
    assert!(matches!(found[..], [Fault::Removed { row: RowId::Ledger(ConsentId(2)), .. }]), "{found:?}");
    let all = db.execute("DELETE FROM audit_events").await.expect("removed");
    assert_eq!(all, 11);
    assert_eq!(faults(&storage).await.len(), 12);
}

async fn removing_a_row_with_its_entry_leaves_a_gap(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    db.execute("DELETE FROM audit_events WHERE id IN (2, 3)").await.expect("removed");
    db.execute("DELETE FROM audit_chain WHERE event_id IN (2, 3)").await.expect("removed");
    let unproven = Fault::Unproven { row: RowId::Event(AuditEventId(4)), position: 4 };
    assert_eq!(faults(&storage).await, [Fault::Gap { from: 2, to: 3 }, unproven.clone()]);
    db.execute("DELETE FROM audit_events WHERE id = 1").await.expect("removed");
    db.execute("DELETE FROM audit_chain WHERE event_id = 1").await.expect("removed");
    assert_eq!(faults(&storage).await, [Fault::Gap { from: 1, to: 3 }, unproven]);
}

async fn cutting_off_the_end_is_seen_by_the_head_and_by_what_was_noted(db: Database) {
    let storage = db.open().await;
    let mut ends = Vec::new();
    for n in 0..3 {
        committed(&storage, async |uow| uow.audit_log().append(event(&n.to_string()))).await;
        ends.push(verify(&storage, &[]).await.0.end);
    }
    without_guards(&db).await;
    db.execute("DELETE FROM audit_events WHERE id = 3").await.expect("removed");
    db.execute("DELETE FROM audit_chain WHERE position = 3").await.expect("removed");
    assert_eq!(faults(&storage).await, [Fault::Gap { from: 3, to: 3 }]);
    // Somebody who knows the program sets the head back too: then only what was noted tells.
    let back = format!("UPDATE audit_head SET position = 2, hash = '{}'", ends[1].hash);
    db.execute(&back).await.expect("set back");
    assert_eq!(verify(&storage, &ends[..2]).await.1, []);
    let noted = ends[2].clone();
    assert_eq!(verify(&storage, &ends).await.1, [Fault::NotAsNoted { noted: noted.clone() }]);
    // The same when the chain goes on as another one.
    committed(&storage, async |uow| uow.audit_log().append(event("another"))).await;
    assert_eq!(verify(&storage, &ends).await.1, [Fault::NotAsNoted { noted }]);
}

async fn two_swapped_events_are_both_named(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    let both = [2, 4].map(|id| Fault::Altered { row: RowId::Event(AuditEventId(id)), position: id });
    let swap = async |table: &str, column: &str| {
        for (from, to) in [(2, 987_654), (4, 2), (987_654, 4)] {
            let sql = format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}");
            assert_eq!(db.execute(&sql).await.expect("moved"), 1);
        }
    };
    swap("audit_events", "id").await;
    assert_eq!(faults(&storage).await, both);
    swap("audit_events", "id").await;
    assert_eq!(faults(&storage).await, []);
    swap("audit_chain", "position").await;
    assert_ne!(faults(&storage).await, []);
    swap("audit_chain", "position").await;
    swap("audit_chain", "event_id").await;
    let named: Vec<_> = faults(&storage).await.iter().filter_map(Fault::row).collect();
    assert!(both.iter().all(|fault| named.contains(&fault.row().expect("a row"))), "{named:?}");
}

async fn an_inserted_event_is_named(db: Database) {
    const COLUMNS: &str = "at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id, environment, reason, state_before, state_after";
    let storage = busy(&db).await;
    // No trigger prevents this one: it only inserts.
    let copy = format!(
        "INSERT INTO audit_events (id, {COLUMNS}) SELECT 400, {COLUMNS} FROM audit_events WHERE id = 1"
    );
    db.execute(&copy).await.expect("inserted");
    let inserted = Fault::NotSealed { row: RowId::Event(AuditEventId(400)) };
    assert_eq!(faults(&storage).await, std::slice::from_ref(&inserted));
    // Opening the database does not repair it.
    storage.close().await;
    assert_eq!(faults(&db.open().await).await, [inserted]);
}

async fn what_has_the_smallest_or_the_largest_number_is_named_too(db: Database) {
    const EVENT: &str = "at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id, environment, reason, state_before, state_after";
    const LEDGER: &str = "at, action, namespace_id, namespace_path, feature, user_id, username, user_name, role, surface, wording, request_id";
    let storage = busy(&db).await;
    let ends = [i64::MIN, i64::MAX];
    for id in ends {
        for (table, columns) in [("audit_events", EVENT), ("consent_ledger", LEDGER)] {
            let copy = format!(
                "INSERT INTO {table} (id, {columns}) SELECT {id}, {columns} FROM {table} WHERE id = 1"
            );
            db.execute(&copy).await.expect("inserted");
        }
    }
    let events = ends.map(|id| Fault::NotSealed { row: RowId::Event(AuditEventId(id)) });
    let ledger = ends.map(|id| Fault::NotSealed { row: RowId::Ledger(ConsentId(id)) });
    let found = faults(&storage).await;
    let named: Vec<_> = found.iter().filter(|it| matches!(it, Fault::NotSealed { .. })).cloned().collect();
    assert_eq!(named, [events, ledger].concat(), "{found:?}");

    // The same for entries of the chain.
    for position in ends {
        let entry = format!(
            "INSERT INTO audit_chain (position, event_id, hash) VALUES ({position}, {position}, 'x')"
        );
        db.execute(&entry).await.expect("inserted");
    }
    let found = faults(&storage).await;
    assert!(found.contains(&Fault::LinkAltered { position: i64::MIN }), "{found:?}");
    assert!(found.iter().any(|it| matches!(it, Fault::Gap { from: 15, .. })), "{found:?}");
}

async fn an_emptied_chain_is_named_and_no_start_makes_it_anew(db: Database) {
    let storage = busy(&db).await;
    storage.close().await;
    without_guards(&db).await;
    db.execute("DELETE FROM audit_chain").await.expect("no chain");
    db.execute("DELETE FROM audit_head").await.expect("no head");
    db.execute("INSERT INTO audit_head (id, position, hash) VALUES (1, 0, '')").await.expect("a fresh head");
    for _ in 0..2 {
        let storage = db.open().await;
        let (verified, faults) = verify(&storage, &[]).await;
        let named = faults.iter().filter(|it| matches!(it, Fault::NotSealed { .. })).count();
        assert_eq!((verified.checked, named, faults.len()), (0, 14, 14));
        storage.close().await;
    }
    // Later events are chained and do not hide it.
    let storage = db.open().await;
    committed(&storage, async |uow| uow.audit_log().append(event("later"))).await;
    let (verified, faults) = verify(&storage, &[]).await;
    assert_eq!((verified.checked, faults.len()), (1, 14));
}

async fn a_consent_that_stands_past_the_ledger_is_named(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    let sql = "UPDATE namespace_consents SET ledger_id = 1";
    let undo = "UPDATE namespace_consents SET ledger_id = 3";
    let keys = |faults: Vec<Fault>| faults.iter().map(Fault::key).collect::<Vec<_>>();
    assert_eq!(keys(tampered(&db, &storage, sql, undo).await), ["standing_consent"]);
    let sql = "UPDATE namespace_consents SET feature = 'another'";
    let undo = "UPDATE namespace_consents SET feature = 'code_review_flow_dap_routing'";
    assert_eq!(keys(tampered(&db, &storage, sql, undo).await), ["standing_consent"; 2]);
    db.execute("DELETE FROM namespace_consents").await.expect("removed");
    assert_eq!(keys(faults(&storage).await), ["standing_consent"]);
}

async fn many_writers_at_once_make_one_whole_chain(db: Database) {
    const TASKS: usize = 24;
    const EACH: usize = 8;
    let storages = [db.open().await, db.open().await, db.open().await];
    let tasks = (0..TASKS).map(|task| {
        let storage = storages[task % 3].clone();
        async move {
            for n in 0..EACH {
                let mut uow = storage.begin().await.expect("a unit of work");
                // Rows of their own first, as every use case: the chain's head comes last.
                let name = format!("user-{task}-{n}");
                uow.users().add(&new_user(&name)).await.expect("a user");
                uow.audit_log().append(event(&name));
                uow.audit_log().append(event("second"));
                // Some roll back.
                if n % 4 != 3 {
                    uow.commit().await.expect("it commits");
                }
            }
        }
    });
    at_once(tasks).await;
    let (verified, faults) = verify(&storages[0], &[]).await;
    assert_eq!(faults, []);
    assert_eq!(verified.checked, (TASKS * EACH * 2 * 3 / 4) as u64);
    let out_of_order = "SELECT COUNT(*) FROM audit_chain a JOIN audit_chain b ON b.position = a.position + 1 WHERE b.event_id <= a.event_id";
    assert_eq!(db.number(out_of_order).await, 0, "numbers and positions come in one order");
}

async fn what_was_rolled_back_leaves_no_gap(db: Database) {
    let storage = busy(&db).await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.audit_log().append(event("never"));
    drop(uow);
    user(&storage, "bob").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.audit_log().append(event("never"));
    uow.users().add(&new_user("bob")).await.expect_err("there is a bob");
    assert!(matches!(uow.commit().await, Err(StorageError::RolledBack)));
    // One that fails while it is sealed: the event is written, then its entry is refused.
    let next = verify(&storage, &[]).await.0.end.position + 1;
    let taken = format!("INSERT INTO audit_chain (position, event_id, hash) VALUES ({next}, 987654, 'x')");
    db.execute(&taken).await.expect("taken");
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.audit_log().append(event("never"));
    uow.commit().await.expect_err("the position is taken");
    without_guards(&db).await;
    db.execute("DELETE FROM audit_chain WHERE event_id = 987654").await.expect("free again");
    committed(&storage, async |uow| uow.audit_log().append(event("after"))).await;
    let (verified, faults) = verify(&storage, &[]).await;
    assert_eq!((faults, verified.checked), (vec![], 15));
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events WHERE target = 'never'").await, 0);
}

async fn what_is_older_than_the_chain_is_sealed_once_by_whoever_starts_first(db: Database) {
    // As before the chain existed.
    db.migrate_to(1).await;
    for n in 0..14 {
        let sql = format!(
            "INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id) VALUES ({n}, 'signed_in', 'ann', 'Ann', 'page', 'ann', '', '', '', 'r')"
        );
        db.execute(&sql).await.expect("an event");
    }
    let open = |_| {
        let url = db.url.clone();
        async move { Storage::open(&url, 2).await.expect("it opens") }
    };
    let servers = at_once((0..6).map(open)).await;
    for storage in &servers {
        let (verified, faults) = verify(storage, &[]).await;
        assert_eq!((faults, verified.checked), (vec![], 14));
    }
    committed(&servers[0], async |uow| uow.audit_log().append(event("more"))).await;
    assert_eq!(verify(&servers[1], &[]).await.0.end.position, 15);
    let again = "INSERT INTO audit_older_rows (id) VALUES (1)";
    db.execute(again).await.expect_err("nothing becomes older than the chain");
}

async fn a_log_without_its_head_takes_no_more_events(db: Database) {
    let storage = busy(&db).await;
    without_guards(&db).await;
    db.execute("DELETE FROM audit_head").await.expect("removed");
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.users().add(&new_user("bob")).await.expect("a user");
    uow.audit_log().append(event("bob"));
    let refused = uow.commit().await;
    assert!(matches!(refused, Err(StorageError::Inconsistent { table: "audit_head", .. })), "{refused:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM users WHERE username = 'bob'").await, 0);
}

async fn neither_chain_nor_head_can_be_rewritten(db: Database) {
    busy(&db).await;
    let mut attempts = vec![
        "UPDATE audit_chain SET hash = 'x'",
        "UPDATE audit_chain SET hash = 'x' WHERE position = 3",
        "DELETE FROM audit_chain WHERE position = 14",
        "UPDATE audit_head SET position = 3",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, position, hash) VALUES (2, 1, 'x')",
    ];
    match db.backend {
        Backend::Sqlite => attempts.extend([
            "INSERT OR REPLACE INTO audit_chain (position, event_id, hash) VALUES (3, 3, 'x')",
            "INSERT OR REPLACE INTO audit_chain (position, event_id, hash) VALUES (99, 3, 'x')",
            "INSERT OR REPLACE INTO audit_head (id, position, hash) VALUES (1, 99, 'x')",
        ]),
        Backend::Postgres => attempts.extend(["TRUNCATE audit_chain", "TRUNCATE audit_head"]),
    }
    for sql in attempts {
        db.execute(sql).await.expect_err(sql);
    }
    assert_eq!(faults(&db.open().await).await, []);
}
