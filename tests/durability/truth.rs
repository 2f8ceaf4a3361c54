//! The state of the database, read directly, and its invariants.

use crate::storm::Known;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{collections::BTreeSet, path::PathBuf};

use duo_console::domain::flows::catalogue::CODE_REVIEW;

/// Where to look.
#[derive(Clone)]
pub enum Place {
    Sqlite(PathBuf),
    /// The URL.
    Postgres(String),
}

pub struct Truth {
    place: Place,
    /// The demo data were made without events.
    at_first: i64,
}

impl Truth {
    /// Of demo data that nobody changed yet.
    pub fn of_fresh_demo_data(place: Place) -> Self {
        let at_first = Self { place: place.clone(), at_first: 0 }.switched();
        Self { place, at_first }
    }

    /// Of a copy.
    pub fn in_copy(&self, file: PathBuf) -> Self {
        Self { place: Place::Sqlite(file), at_first: self.at_first }
    }

    /// How often a flow was switched without an event.
    fn switched(&self) -> i64 {
        let sql = "(SELECT SUM(version) FROM flow_selections) - (SELECT COUNT(*) FROM audit_events WHERE kind IN ('foundational_flow_enabled', 'foundational_flow_disabled'))";
        let count = self.texts(&format!("SELECT CAST({sql} AS TEXT)"));
        count[0].parse().expect("a number")
    }

    /// The first column of every row, as text.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sql = AssertSqlSafe(sql.to_owned());
        runtime.block_on(async {
            match &self.place {
                Place::Sqlite(file) => {
                    let options = SqliteConnectOptions::new().filename(file);
                    let mut connection = SqliteConnection::connect_with(&options).await.expect("it opens");
                    sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("rows")
                }
                Place::Postgres(url) => {
                    let mut connection = PgConnection::connect(url).await.expect("it answers");
                    sqlx::query_scalar(sql).fetch_all(&mut connection).await.expect("rows")
                }
            }
        })
    }

    fn texts_of(&self, column: &str, rest: &str) -> Vec<String> {
        self.texts(&format!("SELECT CAST({column} AS TEXT) FROM {rest}"))
    }

    /// Selection, consent, ledger and audit log say the same, whatever that is.
    pub fn agrees(&self) {
        if matches!(self.place, Place::Sqlite(_)) {
            assert_eq!(self.texts("PRAGMA integrity_check"), ["ok"]);
            assert_eq!(self.texts("SELECT \"table\" FROM pragma_foreign_key_check"), Vec::<String>::new());
        }
        // Every switching raised a version by one, and is one event.
        assert_eq!(self.switched(), self.at_first, "versions and events");
        // The last event says how it is.
        let apart = self.texts_of(
            "f.flow || ' in ' || n.full_path",
            "flow_selections f JOIN namespaces n ON n.id = f.namespace_id JOIN audit_events a ON a.id =
             (SELECT MAX(b.id) FROM audit_events b WHERE b.namespace_id = f.namespace_id AND b.target = f.flow AND b.kind IN ('foundational_flow_enabled', 'foundational_flow_disabled'))
             WHERE CAST(f.enabled AS INTEGER) <> CASE WHEN a.kind = 'foundational_flow_enabled' THEN 1 ELSE 0 END",
        );
        assert_eq!(apart, Vec::<String>::new(), "states and events");
        // Consent and its withdrawal: a row of the ledger each, and an event of the same request.
        let ledger = self
            .texts_of("namespace_path || ' ' || action || ' ' || request_id", "consent_ledger ORDER BY id");
        let events = self.texts_of(
            "namespace_path || CASE WHEN kind = 'namespace_consent_given' THEN ' given ' ELSE ' withdrawn ' END || request_id",
            "audit_events WHERE kind IN ('namespace_consent_given', 'namespace_consent_withdrawn') ORDER BY id",
        );
        let sorted = |list: Vec<String>| list.into_iter().collect::<BTreeSet<_>>();
        assert_eq!(sorted(ledger), sorted(events), "ledger and events");
        // Consent stands where the flow is on and was switched, and is the ledger's last word.
        let standing = self.texts_of(
            "n.full_path || ' ' || l.action || ' ' || (SELECT MAX(id) FROM consent_ledger WHERE namespace_id = n.id)",
            "namespace_consents c JOIN namespaces n ON n.id = c.namespace_id JOIN consent_ledger l ON l.id = c.ledger_id ORDER BY 1",
        );
        let on = self.texts_of(
            "n.full_path || ' given ' || (SELECT MAX(id) FROM consent_ledger WHERE namespace_id = n.id)",
            &format!(
                "flow_selections f JOIN namespaces n ON n.id = f.namespace_id WHERE f.flow = '{CODE_REVIEW}' AND CAST(f.enabled AS INTEGER) = 1 AND f.changed_by_username <> 'admin' ORDER BY 1"
            ),
        );
        assert_eq!(standing, on, "consents and flows that are on");
    }

    /// What was acknowledged is there; what was asked last and not answered is, or is not.
    pub fn has(&self, known: &Known) {
        let Known { lane, version, enabled, asked, acknowledged } = known;
        let now = self.texts_of(
            "f.version || ' ' || CAST(f.enabled AS INTEGER)",
            &format!(
                "flow_selections f JOIN namespaces n ON n.id = f.namespace_id WHERE n.full_path = '{}' AND f.flow = '{}'",
                lane.group, lane.flow
            ),
        );
        let now = now.first().map_or("0 0", String::as_str);
        let said = |version: i64, enabled: bool| format!("{version} {}", i32::from(enabled));
        let done = *asked && now == said(version + 1, !enabled);
        assert!(done || now == said(*version, *enabled), "{now}, but {known:?}");
        let recorded: BTreeSet<_> = self.texts("SELECT request_id FROM audit_events").into_iter().collect();
        let lost: Vec<_> = acknowledged.iter().filter(|id| !recorded.contains(*id)).collect();
        assert!(lost.is_empty(), "{lost:?} of {lane:?}");
    }
}
