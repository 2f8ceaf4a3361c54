//! How SQLite finds its rows: what runs with every request uses an index.

use duo_console::storage::all_statements;
use sqlx::{AssertSqlSafe, Row};

use crate::support::{Backend, Database, run};

/// What may read a whole table: it lists it or counts it.
const MAY_SCAN: [&str; 5] = [
    "users::LIST",
    "users::COUNT",
    "namespaces::LIST_ALL",
    // At start: whether there is any row at all.
    "audit_chain::NEVER_SEALED",
    // A check of everything.
    "audit_chain::STANDING",
];

/// How one statement is run, a line a step.
async fn plan(db: &Database, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(sql).fetch_all(db.sqlite()).await.expect("a plan");
    rows.iter().map(|row| row.get("detail")).collect()
}

#[test]
fn no_look_up_reads_a_whole_table() {
    run(Backend::Sqlite, async |db: Database| {
        db.open().await;
        // For an INSERT or DELETE the plan shows what keeps the references, whether or not it has work.
        let reads = |sql: &str| ["SELECT", "WITH", "UPDATE"].iter().any(|word| sql.starts_with(word));
        for (file, name, sql) in all_statements().filter(|(_, _, sql)| reads(sql)) {
            let name = format!("{file}::{name}");
            // A scan of a temporary result, such as a chain of ancestors, is not one of a table.
            for step in plan(&db, sql).await {
                let table = step.strip_prefix("SCAN ").map(|rest| rest.split(' ').next().unwrap_or(rest));
                let temporary = matches!(table, Some("chain" | "c" | "r" | "reached" | "CONSTANT"));
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
        db.open().await;
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
            ("memberships::STANDING", "m USING INDEX memberships_user_id (user_id=?)"),
            ("users::FIND_BY_USERNAME", "users USING INDEX sqlite_autoindex_users_1 (username_key=?)"),
            ("flows::LIST", "f USING INDEX sqlite_autoindex_flow_selections_1 (namespace_id=?)"),
        ] {
            let (_, _, sql) = all_statements()
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
