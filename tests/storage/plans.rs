//! SQLite's query plans: statements of every request use an index.

use duo_console::storage::all_statements;
use sqlx::{AssertSqlSafe, Row};

use crate::support::{Backend, Database, run};

/// Statements that may scan a whole table, because they list or count it.
const MAY_SCAN: [&str; 34] = [
    // Once an import.
    "bulk::COUNT_PEOPLE_WHO_ADMINISTER",
    "chat::LIST",
    // Of those that have not ended.
    "jobs::COUNTS",
    "feature_groups::LIST",
    "flag_definitions::LIST",
    "flag_definitions::VERSIONS",
    "features::GLANCE",
    "features::NAMING_GROUPS",
    "database::APPLIED_MIGRATIONS",
    "people_lists::BY_NAME",
    "people_lists::BY_NAME_DESCENDING",
    "people_lists::BY_USERNAME",
    "people_lists::BY_USERNAME_DESCENDING",
    "people_lists::LONGEST_AWAY",
    "people_lists::LAST_SIGN_IN",
    "people_lists::OLDEST",
    "people_lists::NEWEST",
    "people_lists::COUNT",
    // Along an index that has administrators alone.
    "users::HOLD_ADMINISTRATORS",
    "users::LIST",
    "users::SEARCH",
    "users::COUNT",
    "users::IDS",
    "namespaces::COUNT_PROJECTS",
    "namespaces::PROJECT_IDS",
    "users::COUNT_ADMINISTRATORS",
    "namespaces::LIST_ALL",
    // For administrators: of all pools together.
    "seat_lists::TOTALS",
    "overview::FOUND",
    // What is set at all, which is little.
    "inherited::EVERYWHERE",
    // Invitations of groups to projects, of which there are few.
    "overview::ROOTS_OF_USER",
    // Stops at the first rows.
    "overview::STARTED",
    // At start: whether there is any row at all.
    "audit_chain::NEVER_SEALED",
    // A check of everything.
    "audit_chain::STANDING",
];

/// The query plan of a statement, a line per step.
async fn plan(db: &Database, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(sql).fetch_all(db.sqlite()).await.expect("a plan");
    rows.iter().map(|row| row.get("detail")).collect()
}

#[test]
fn no_statement_is_planned_anew_for_each_pattern() {
    run(Backend::Sqlite, async |db: Database| {
        let storage = db.open().await;
        let anew = storage.statements().filter(|(_, _, sql)| sql.contains("LIKE $"));
        let anew: Vec<_> = anew.map(|(file, name, _)| format!("{file}::{name}")).collect();
        assert!(anew.is_empty(), "write LIKE CAST($1 AS TEXT), as `storage/text.rs` says: {anew:?}");
    });
}

#[test]
fn no_look_up_reads_a_whole_table() {
    run(Backend::Sqlite, async |db: Database| {
        let storage = db.open().await;
        // For an INSERT or DELETE the plan shows what keeps the references, whether or not it has work.
        let reads = |sql: &str| ["SELECT", "WITH", "UPDATE"].iter().any(|word| sql.starts_with(word));
        for (file, name, sql) in storage.statements().filter(|(_, _, sql)| reads(sql)) {
            let name = format!("{file}::{name}");
            // A scan of a temporary result, such as a chain of ancestors, is not one of a table.
            for step in plan(&db, sql).await {
                let table = step.strip_prefix("SCAN ").map(|rest| rest.split(' ').next().unwrap_or(rest));
                let temporary = matches!(
                    table,
                    Some("chain" | "c" | "i" | "r" | "h" | "o" | "reached" | "any_child" | "CONSTANT")
                ) || table.is_some_and(|it| it.starts_with("(subquery"));
                assert!(
                    table.is_none() || temporary || MAY_SCAN.contains(&name.as_str()),
                    "{name} reads a whole table: {step}"
                );
            }
        }
    });
}

#[test]
fn the_hot_look_ups_use_the_index_made_for_them() {
    run(Backend::Sqlite, async |db: Database| {
        let storage = db.open().await;
        for (wanted, index) in [
            ("sessions::FIND_BY_TOKEN_HASH", "s USING INDEX sqlite_autoindex_sessions_1 (token_hash=?)"),
            (
                "tokens::FIND_BY_TOKEN_HASH",
                "t USING INDEX sqlite_autoindex_personal_access_tokens_1 (token_hash=?)",
            ),
            (
                "namespaces::FIND_BY_PATH",
                "namespaces USING INDEX sqlite_autoindex_namespaces_1 (full_path_key=?)",
            ),
            ("namespaces::LIST_VISIBLE", "memberships USING INDEX memberships_user_id (user_id=?)"),
            ("memberships::GRANTS", "m USING INDEX memberships_user_id (user_id=? AND namespace_id=?)"),
            ("users::FIND_BY_USERNAME", "users USING INDEX sqlite_autoindex_users_1 (username_key=?)"),
            ("jobs::CLAIM_SQLITE", "j USING INDEX jobs_claim (priority=? AND run_at<?)"),
            ("jobs::NEXT", "j USING INDEX jobs_claim (priority=?)"),
            ("jobs::ENDED", "jobs USING INDEX jobs_ended (ended_at<?)"),
            ("jobs::CANCEL_BY_KEY", "jobs USING INDEX jobs_unique_key (unique_key=?)"),
            ("scheduled_changes::PENDING", "scheduled_changes USING INDEX scheduled_changes_due (due_at<?)"),
            ("flows::FIND", "f USING INDEX sqlite_autoindex_flow_selections_1 (namespace_id=? AND flow=?)"),
            ("flows::LIST", "f USING INDEX sqlite_autoindex_flow_selections_1 (namespace_id=?)"),
        ] {
            let (_, _, sql) = storage
                .statements()
                .find(|(file, name, _)| format!("{file}::{name}") == wanted)
                .expect("the statement is there");
            let steps = plan(&db, sql).await;
            assert!(
                steps.iter().any(|step| step.starts_with("SEARCH ") && step.ends_with(index)),
                "{wanted}: {steps:#?}"
            );
        }
    });
}

/// The lists of the audit log, each with the index that it goes along: without sorting, however many
/// events there are.
const LISTS: [(&str, &str); 10] = [
    ("LIST", "audit_events_at"),
    ("LIST_OF_KIND", "audit_events_kind_at"),
    ("LIST_OF_FLAG", "audit_events_flag"),
    ("LIST_OF_FLAG_IN", "audit_events_flag"),
    ("LIST_OF_PERSON", "audit_events_actor_at"),
    ("LIST_OF_PERSON_AND_KIND", "audit_events_"),
    ("LIST_OF_NAMESPACE", "audit_events_namespace_at"),
    ("LIST_OF_NAMESPACE_AND_KIND", "audit_events_"),
    ("LIST_OF_NAMESPACE_AND_PERSON", "audit_events_"),
    ("LIST_OF_NAMESPACE_PERSON_AND_KIND", "audit_events_"),
];

/// Such a list as somebody asks for it in the middle of many events.
fn list_of(name: &str) -> String {
    let (_, _, sql) = all_statements()
        .find(|(file, it, _)| *file == "audit" && *it == name)
        .expect("the statement is there");
    let more: &[&str] = match name {
        "LIST" => &[],
        "LIST_OF_KIND" => &["'kind-3'"],
        "LIST_OF_FLAG" => &["'flag-3'"],
        "LIST_OF_FLAG_IN" => &["'flag-3'", "'staging'"],
        "LIST_OF_PERSON" => &["'person-3'"],
        "LIST_OF_PERSON_AND_KIND" => &["'person-3'", "'kind-3'"],
        "LIST_OF_NAMESPACE" => &["3"],
        "LIST_OF_NAMESPACE_AND_KIND" => &["3", "'kind-3'"],
        "LIST_OF_NAMESPACE_AND_PERSON" => &["3", "'person-3'"],
        _ => &["3", "'person-3'", "'kind-3'"],
    };
    let values = ["10000", "10000", "5000", "51"].iter().chain(more);
    values.enumerate().fold(sql.to_owned(), |sql, (nth, value)| sql.replace(&format!("${}", nth + 1), value))
}

async fn many_events(db: &Database) {
    const ROW: &str = "SELECT n, 'kind-' || (n % 17), 'person-' || (n % 50), '', 'page', n % 20, 'acme', '', '', '', '', '' FROM";
    const INTO: &str = "INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id)";
    let sql = match db.backend {
        Backend::Sqlite => format!(
            "{INTO} WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 20000) {ROW} t"
        ),
        Backend::Postgres => format!("{INTO} {ROW} generate_series(1, 20000) AS n"),
    };
    db.execute(&sql).await.expect("events");
    db.execute("ANALYZE").await.expect("statistics");
}

#[test]
fn the_audit_log_is_read_along_its_indexes_on_sqlite() {
    run(Backend::Sqlite, async |db: Database| {
        db.open().await;
        many_events(&db).await;
        for (name, index) in LISTS {
            let steps = plan(&db, &list_of(name)).await;
            assert!(
                steps.iter().any(|step| step.contains(&format!("SEARCH e USING INDEX {index}"))),
                "{name}: {steps:#?}"
            );
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {steps:#?}");
        }
    });
}

#[test]
fn the_audit_log_is_read_along_its_indexes_on_postgresql() {
    run(Backend::Postgres, async |db: Database| {
        db.open().await;
        many_events(&db).await;
        // Which of them is the cheapest, PostgreSQL decides from its statistics.
        for (name, _) in LISTS {
            let steps = db.texts(&format!("EXPLAIN {}", list_of(name))).await;
            let along = |step: &String| step.contains("Index Scan") && step.contains(" audit_events_");
            assert!(steps.iter().any(along), "{name}: {steps:#?}");
            assert!(
                !steps.iter().any(|step| step.contains("Seq Scan on audit_events")),
                "{name}: {steps:#?}"
            );
        }
    });
}
