//! How many decisions about the review engine were asked for, by day, top-level group, engine and rule. Neither
//! audited nor in the change feed: nothing depends on them.

use crate::{
    domain::{
        environment::Environment,
        flows::code_review::{Engine, Rule},
        ids::NamespaceId,
    },
    storage::{
        StorageError, UnitOfWork, on_db, repository, statements,
        unit_of_work::{batches, fifty},
    },
};

statements! {
    /// Nothing for a group that is gone.
    ADD = "INSERT INTO decision_counts (namespace_id, environment, day, engine, rule, asked) SELECT id, $2, $3, $4, $5, $6 FROM namespaces WHERE id = $1 ON CONFLICT (namespace_id, environment, day, engine, rule) DO UPDATE SET asked = decision_counts.asked + excluded.asked";
    /// For a batch of groups.
    OF_GROUPS = concat!("SELECT namespace_id, day, engine, CAST(SUM(asked) AS BIGINT) FROM decision_counts WHERE namespace_id IN (", fifty!(), ") AND environment = $51 AND day >= $52 GROUP BY namespace_id, day, engine");
    DELETE_OLD = "DELETE FROM decision_counts WHERE day < $1 AND (namespace_id, environment, day, engine, rule) IN (SELECT namespace_id, environment, day, engine, rule FROM decision_counts WHERE day < $1 ORDER BY day LIMIT $2)";
}

/// Decisions of the same kind on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedDecisions {
    pub top_level: NamespaceId,
    /// Days since 1970, UTC.
    pub day: i64,
    pub rule: Rule,
    pub asked: i64,
}

/// Decisions for an engine on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineCount {
    pub top_level: NamespaceId,
    /// Days since 1970, UTC.
    pub day: i64,
    pub engine: Engine,
    pub asked: i64,
}

pub struct DecisionCounts<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(decision_counts -> DecisionCounts);

impl DecisionCounts<'_> {
    /// Adds to what was counted before, by whichever server.
    pub async fn add(
        &mut self,
        environment: Environment,
        counted: &CountedDecisions,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(ADD)
            .bind(counted.top_level.0)
            .bind(environment.key())
            .bind(counted.day)
            .bind(counted.rule.engine().key())
            .bind(counted.rule.key())
            .bind(counted.asked)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The counts of top-level groups since a day, in no order. Engines of a newer release are omitted.
    pub async fn of_groups(
        &mut self,
        top_level: &[NamespaceId],
        environment: Environment,
        since_day: i64,
    ) -> Result<Vec<EngineCount>, StorageError> {
        let mut counts = Vec::new();
        for ids in batches(top_level) {
            let rows: Vec<(i64, i64, String, i64)> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(OF_GROUPS), |query, id| query.bind(id.0))
                    .bind(environment.key())
                    .bind(since_day)
                    .fetch_all(c)
                    .await
            })?;
            counts.extend(rows.into_iter().filter_map(|(id, day, engine, asked)| {
                let engine = Engine::from_key(&engine)?;
                Some(EngineCount { top_level: NamespaceId(id), day, engine, asked })
            }));
        }
        Ok(counts)
    }

    /// Deletes the counts of days before `day`, at most `limit`, and returns how many.
    pub async fn delete_old(&mut self, day: i64, limit: i64) -> Result<i64, StorageError> {
        let removed = on_db!(self.uow, |c| sqlx::query(DELETE_OLD)
            .bind(day)
            .bind(limit)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(i64::try_from(removed).unwrap_or(limit))
    }
}
