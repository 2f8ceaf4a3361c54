//! `doctor` on PostgreSQL: it reports what would keep a server from working.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{cluster::Cluster, place::Place};

fn execute(url: &str, statements: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.expect("it answers");
        for sql in statements {
            connection.execute(AssertSqlSafe((*sql).to_owned())).await.expect(sql);
        }
    });
}

fn text(url: &str, sql: &'static str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.expect("it answers");
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql)
    })
}

/// The exit code, and what a check found at worst: its status and words.
fn examined(place: &Place, url: &str, check: &str) -> (i32, String, String) {
    let run = place.run(&["doctor", "--format", "json", "--database-url", url]);
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = findings.as_array().expect("a list");
    let worst = findings.iter().filter(|it| it["check"] == check).max_by_key(|it| it["status"] != "ok");
    let worst = worst.unwrap_or_else(|| panic!("no check {check}: {run:?}"));
    let text = |name: &str| worst[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("status") == "ok", worst["advice"].is_null(), "{worst}");
    (run.code, text("status"), text("found"))
}

#[test]
fn what_makes_a_postgres_unusable_is_named() {
    let (cluster, place) = (Cluster::start(), Place::empty());
    let url = cluster.url();
    execute(
        &url,
        &[
            "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
            "CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
            "CREATE DATABASE answers",
            "ALTER DATABASE answers SET default_transaction_read_only = on",
            "CREATE ROLE plain LOGIN",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        ],
    );
    place.run(&["migrate", "--database-url", &url]).done();
    let (server, _) = url.rsplit_once('/').expect("the URL names a database");
    let database = |name: &str| format!("{server}/{name}");
    let plain = url.replacen("//postgres@", "//plain@", 1);
    for (url, check, code, status, words) in [
        (&url, "encoding", 0, "ok", "UTF8"),
        (&url, "rights", 0, "ok", "the role postgres may make and change"),
        (&database("latin"), "encoding", 1, "fail", "it is LATIN1"),
        (&database("bytes"), "encoding", 0, "warn", "it is SQL_ASCII"),
        (&database("answers"), "rights", 1, "fail", "it is set to take no changes"),
        (&plain, "rights", 1, "fail", "the role plain may not"),
    ] {
        let (is_code, is_status, found) = examined(&place, url, check);
        assert_eq!((is_code, is_status.as_str()), (code, status), "{url}: {found}");
        assert!(found.contains(words), "{url}: {found}");
    }
    let run = place.run(&["doctor", "--database-url", &plain]);
    for words in ["may not make tables in the schema public", "may not read and change: _sqlx_migrations"] {
        assert!(run.stdout.contains(words), "{words}: {run:?}");
    }
    // Reading and adding is not enough, and another program's tables are none of ours.
    let names = "SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let ours = text(&url, names);
    execute(
        &url,
        &[
            "CREATE TABLE a_neighbours (id BIGINT)",
            "GRANT CREATE ON SCHEMA public TO plain",
            "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO plain",
            "REVOKE ALL ON a_neighbours FROM plain",
        ],
    );
    let (code, status, found) = examined(&place, &plain, "rights");
    let expected = format!("the role plain may not read and change: {ours}");
    assert_eq!((code, status.as_str(), found), (1, "fail", expected));
    for (right, table) in [("UPDATE", "users"), ("DELETE", "sessions")] {
        execute(&url, &["GRANT ALL ON ALL TABLES IN SCHEMA public TO plain"]);
        execute(&url, &["REVOKE ALL ON a_neighbours FROM plain"]);
        let (code, status, found) = examined(&place, &plain, "rights");
        assert_eq!((code, status.as_str()), (0, "ok"), "{found}");
        execute(&url, &[&format!("REVOKE {right} ON {table} FROM plain")]);
        let (code, status, found) = examined(&place, &plain, "rights");
        let expected = format!("the role plain may not read and change: {table}");
        assert_eq!((code, status.as_str(), found), (1, "fail", expected));
    }
    // What it says of a start is so.
    assert!(place.run(&["migrate", "--database-url", &database("latin")]).refused().contains("LATIN1"));
    let said = place.run(&["migrate", "--database-url", &database("answers")]).refused();
    assert!(said.contains("read-only"), "{said}");
}
