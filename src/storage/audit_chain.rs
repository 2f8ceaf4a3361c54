//! Stores the hash chain over audit log and consent ledger: sealing on commit, sealing rows older than the
//! chain, and reading for verification.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    StorageError, UnitOfWork, dialect_statements, on_db, repository,
    sealed_rows::{AuditRow, LedgerRow, Unsealed, event_columns, ledger_columns},
    statements,
    unit_of_work::Transaction,
};
use crate::domain::{
    audit_chain::{ChainHash, ChainPoint, Fault, Link, RowId, Seal, SealedRow},
    ids::{AuditEventId, ConsentId},
};

statements! {
    SAVE_HEAD = "UPDATE audit_head SET position = $1, hash = $2 WHERE id = 1";
    HEAD = "SELECT position, hash FROM audit_head WHERE id = 1";
    HAS_OLDER_ROWS = "SELECT COUNT(*) FROM audit_older_rows WHERE id = 1";
    /// Under the lock on the head: whoever deletes the row does the sealing.
    CLAIM_OLDER_ROWS = "DELETE FROM audit_older_rows WHERE id = 1";
    LINKS = "SELECT position, event_id, ledger_id, hash FROM audit_chain WHERE position >= $1 ORDER BY position LIMIT $2";
    EVENTS_OF_LINKS = concat!("SELECT id, ", event_columns!(), " FROM audit_chain c JOIN audit_events e ON e.id = c.event_id WHERE c.position >= $1 AND c.position <= $2");
    LEDGER_OF_LINKS = concat!("SELECT id, ", ledger_columns!(), " FROM audit_chain c JOIN consent_ledger l ON l.id = c.ledger_id WHERE c.position >= $1 AND c.position <= $2");
    /// With the hash of the entry before.
    LEDGER_SEAL = "SELECT c.position, c.hash, p.hash AS previous FROM audit_chain c LEFT JOIN audit_chain p ON p.position = c.position - 1 WHERE c.ledger_id = $1";
    EVENTS = concat!("SELECT id, ", event_columns!(), " FROM audit_events WHERE id >= $1 ORDER BY id LIMIT $2");
    LEDGER = concat!("SELECT id, ", ledger_columns!(), " FROM consent_ledger WHERE id >= $1 ORDER BY id LIMIT $2");
    EVENT_SEALS = "SELECT e.id, c.position FROM audit_events e LEFT JOIN audit_chain c ON c.event_id = e.id WHERE e.id >= $1 ORDER BY e.id LIMIT $2";
    LEDGER_SEALS = "SELECT l.id, c.position FROM consent_ledger l LEFT JOIN audit_chain c ON c.ledger_id = l.id WHERE l.id >= $1 ORDER BY l.id LIMIT $2";
    /// Compares the latest ledger row per namespace and feature with the current consent.
    STANDING = "SELECT n.namespace_id, n.feature, n.ledger_id FROM namespace_consents n LEFT JOIN consent_ledger l ON l.id = n.ledger_id WHERE l.id IS NULL OR l.action <> 'given' OR l.namespace_id <> n.namespace_id OR l.feature <> n.feature OR EXISTS (SELECT 1 FROM consent_ledger later WHERE later.namespace_id = n.namespace_id AND later.feature = n.feature AND later.id > n.ledger_id) UNION ALL SELECT l.namespace_id, l.feature, l.id FROM consent_ledger l JOIN namespaces s ON s.id = l.namespace_id WHERE l.action = 'given' AND NOT EXISTS (SELECT 1 FROM consent_ledger later WHERE later.namespace_id = l.namespace_id AND later.feature = l.feature AND later.id > l.id) AND NOT EXISTS (SELECT 1 FROM namespace_consents n WHERE n.namespace_id = l.namespace_id AND n.feature = l.feature)";
}

dialect_statements! {
    sqlite {
        /// Appends links, given as a JSON array of arrays, in one round trip: other writers wait for the head.
        APPEND_SQLITE = "INSERT INTO audit_chain (position, event_id, ledger_id, hash) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)";
    }
    postgres {
        LOCK_HEAD_POSTGRES = "SELECT position, hash FROM audit_head WHERE id = 1 FOR UPDATE";
        APPEND_POSTGRES = "INSERT INTO audit_chain (position, event_id, ledger_id, hash) SELECT (link ->> 0)::BIGINT, (link ->> 1)::BIGINT, (link ->> 2)::BIGINT, link ->> 3 FROM json_array_elements($1::TEXT::JSON) AS links (link)";
    }
}

/// How many rows are held in memory at a time.
const PAGE: i64 = 2_000;

/// A row of the chain: position, event id or ledger id, hash.
type LinkRow = (i64, Option<i64>, Option<i64>, String);

pub struct AuditChain<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

repository!(audit_chain -> AuditChain);

impl AuditChain<'_> {
    /// Writes and seals the rows collected by the unit of work. Must come last before the commit: whoever
    /// holds the head takes no other lock, so there are no deadlocks, and positions, ids and commits are in
    /// the same order.
    pub(super) async fn seal(&mut self, mut rows: Vec<Unsealed>) -> Result<(), StorageError> {
        let end = self.lock().await?;
        let mut events: Vec<&mut AuditRow> = rows
            .iter_mut()
            .filter_map(|row| match row {
                Unsealed::Event(event) => Some(event),
                Unsealed::Ledger(_) => None,
            })
            .collect();
        self.uow.audit_log().insert(&mut events).await?;
        let sealed = rows.iter().map(|row| match row {
            Unsealed::Event(event) => event.sealed(),
            Unsealed::Ledger(row) => row.sealed(),
        });
        self.append(end, sealed).await.map(drop)
    }

    /// Locks the head against other writers until the end of the transaction, and returns it.
    pub(super) async fn lock(&mut self) -> Result<ChainPoint, StorageError> {
        let lock = match self.uow.transaction {
            // Writers of SQLite wait for each other anyway.
            Transaction::Sqlite(_) => HEAD,
            Transaction::Postgres(_) => LOCK_HEAD_POSTGRES,
        };
        let head: Option<(i64, String)> = on_db!(self.uow, |c| sqlx::query_as(lock).fetch_optional(c).await)?;
        head.map(point).ok_or_else(|| {
            self.uow.failed = true;
            StorageError::inconsistent("audit_head", "id", "no row: the chain has no head")
        })
    }

    /// Seals `rows` after `end`, and returns the new end.
    async fn append<'r>(
        &mut self,
        mut end: ChainPoint,
        rows: impl Iterator<Item = SealedRow<'r>>,
    ) -> Result<ChainPoint, StorageError> {
        let mut links = Vec::new();
        for row in rows {
            end = end.seal(&row);
            let (event, ledger) = match row.id {
                RowId::Event(id) => (Some(id.0), None),
                RowId::Ledger(id) => (None, Some(id.0)),
            };
            links.push(json!([end.position, event, ledger, end.hash.as_str()]));
        }
        let sql = match self.uow.transaction {
            Transaction::Sqlite(_) => APPEND_SQLITE,
            Transaction::Postgres(_) => APPEND_POSTGRES,
        };
        on_db!(self.uow, |c| sqlx::query(sql)
            .bind(Value::Array(links).to_string())
            .execute(c)
            .await
            .map(drop))?;
        on_db!(self.uow, |c| sqlx::query(SAVE_HEAD)
            .bind(end.position)
            .bind(end.hash.as_str())
            .execute(c)
            .await
            .map(drop))?;
        Ok(end)
    }

    /// Seals all rows of both tables.
    async fn append_all(&mut self, mut end: ChainPoint) -> Result<ChainPoint, StorageError> {
        let mut from = Some(i64::MIN);
        while let Some(first) = from {
            let rows: Vec<AuditRow> =
                on_db!(self.uow, |c| sqlx::query_as(EVENTS).bind(first).bind(PAGE).fetch_all(c).await)?;
            from = rows.last().and_then(|last| last.id.checked_add(1));
            end = self.append(end, rows.iter().map(AuditRow::sealed)).await?;
        }
        from = Some(i64::MIN);
        while let Some(first) = from {
            let rows: Vec<LedgerRow> =
                on_db!(self.uow, |c| sqlx::query_as(LEDGER).bind(first).bind(PAGE).fetch_all(c).await)?;
            from = rows.last().and_then(|last| last.id.checked_add(1));
            end = self.append(end, rows.iter().map(LedgerRow::sealed)).await?;
        }
        Ok(end)
    }

    /// The end of the chain; `None` when its row was deleted.
    pub async fn head(&mut self) -> Result<Option<ChainPoint>, StorageError> {
        let head: Option<(i64, String)> = on_db!(self.uow, |c| sqlx::query_as(HEAD).fetch_optional(c).await)?;
        Ok(head.map(point))
    }

    /// What the chain says of a row of the ledger.
    pub(super) async fn seal_of(&mut self, row: &LedgerRow) -> Result<Seal, StorageError> {
        let entry: Option<(i64, String, Option<String>)> =
            on_db!(self.uow, |c| sqlx::query_as(LEDGER_SEAL).bind(row.id).fetch_optional(c).await)?;
        Ok(entry.map_or(Seal::Missing, |(position, hash, previous)| {
            Seal::check(previous.map(ChainHash::from_text), point((position, hash)), &row.sealed())
        }))
    }

    /// Calls `step` with each entry of the chain in order.
    pub async fn walk(&mut self, mut step: impl FnMut(&Link<'_>)) -> Result<(), StorageError> {
        let mut from = i64::MIN;
        loop {
            let links: Vec<LinkRow> =
                on_db!(self.uow, |c| sqlx::query_as(LINKS).bind(from).bind(PAGE).fetch_all(c).await)?;
            let Some(&(last, ..)) = links.last() else { return Ok(()) };
            let events: Vec<AuditRow> = on_db!(self.uow, |c| sqlx::query_as(EVENTS_OF_LINKS)
                .bind(from)
                .bind(last)
                .fetch_all(c)
                .await)?;
            let ledger: Vec<LedgerRow> = on_db!(self.uow, |c| sqlx::query_as(LEDGER_OF_LINKS)
                .bind(from)
                .bind(last)
                .fetch_all(c)
                .await)?;
            let events: HashMap<_, _> = events.iter().map(|row| (row.id, row)).collect();
            let ledger: HashMap<_, _> = ledger.iter().map(|row| (row.id, row)).collect();
            for (position, event_id, ledger_id, hash) in links {
                let (id, row) = match (event_id, ledger_id) {
                    (Some(id), None) => {
                        (Some(RowId::Event(AuditEventId(id))), events.get(&id).map(|row| row.sealed()))
                    }
                    (None, Some(id)) => {
                        (Some(RowId::Ledger(ConsentId(id))), ledger.get(&id).map(|row| row.sealed()))
                    }
                    _ => (None, None),
                };
                step(&Link { point: point((position, hash)), id, row });
            }
            let Some(next) = last.checked_add(1) else { return Ok(()) };
            from = next;
        }
    }

    /// Calls `found` with each row that has no entry in the chain.
    pub async fn not_sealed(&mut self, mut found: impl FnMut(RowId)) -> Result<(), StorageError> {
        for (sql, of_ledger) in [(EVENT_SEALS, false), (LEDGER_SEALS, true)] {
            let row = |id| {
                if of_ledger { RowId::Ledger(ConsentId(id)) } else { RowId::Event(AuditEventId(id)) }
            };
            let mut from = Some(i64::MIN);
            while let Some(first) = from {
                let rows: Vec<(i64, Option<i64>)> =
                    on_db!(self.uow, |c| sqlx::query_as(sql).bind(first).bind(PAGE).fetch_all(c).await)?;
                from = rows.last().and_then(|(last, _)| last.checked_add(1));
                rows.into_iter()
                    .filter(|(_, position)| position.is_none())
                    .for_each(|(id, _)| found(row(id)));
            }
        }
        Ok(())
    }

    /// Current consents that contradict the ledger, and the reverse.
    pub async fn standing_consents(&mut self) -> Result<Vec<Fault>, StorageError> {
        let rows: Vec<(i64, String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(STANDING).fetch_all(c).await)?;
        let fault = |(namespace, feature, id)| Fault::StandingConsent {
            namespace,
            feature,
            row: RowId::Ledger(ConsentId(id)),
        };
        Ok(rows.into_iter().map(fault).collect())
    }
}

fn point((position, hash): (i64, String)) -> ChainPoint {
    ChainPoint { position, hash: ChainHash::from_text(hash) }
}

/// Seals rows older than the chain, once. The migration that found such rows left a marker, which is deleted
/// with the sealing; without it, an unsealed row counts as inserted behind the program's back. Safe on
/// several servers at once, as the lock on the head serializes them.
pub(super) async fn seal_what_is_older(mut uow: UnitOfWork) -> Result<(), StorageError> {
    let noted: i64 = on_db!(uow, |c| sqlx::query_scalar(HAS_OLDER_ROWS).fetch_one(c).await)?;
    if noted == 0 {
        return Ok(());
    }
    let mut chain = uow.audit_chain();
    let mut end = chain.lock().await?;
    let claimed = on_db!(chain.uow, |c| sqlx::query(CLAIM_OLDER_ROWS)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if claimed == 0 {
        return Ok(());
    }
    // Only while the chain is empty: later, unsealed rows must be reported.
    if end.position == 0 {
        end = chain.append_all(end).await?;
    }
    uow.commit().await?;
    tracing::info!(rows = end.position, "sealed what is older than the audit chain");
    Ok(())
}
