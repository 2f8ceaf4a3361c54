//! Feature flags: their gates in each environment.

use crate::{
    domain::{
        change::Topic,
        environment::Environment,
        flags::{FlagActor, Gates, Glance, Percentage},
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    /// A single statement, for a consistent snapshot of gates and targets.
    FIND = "SELECT g.flag, g.boolean_gate, g.percentage_of_actors, g.percentage_of_time, g.version, t.kind, t.target FROM flag_gates g LEFT JOIN flag_gate_targets t ON t.environment = g.environment AND t.flag = g.flag WHERE g.environment = $1 AND g.flag = $2";
    LIST = "SELECT g.flag, g.boolean_gate, g.percentage_of_actors, g.percentage_of_time, g.version, t.kind, t.target FROM flag_gates g LEFT JOIN flag_gate_targets t ON t.environment = g.environment AND t.flag = g.flag WHERE g.environment = $1 AND g.boolean_gate IS NOT NULL";
    VERSION = "SELECT version FROM flag_gates WHERE environment = $1 AND flag = $2";
    VERSIONS = "SELECT flag, version FROM flag_gates WHERE environment = $1";
    GLANCE = "SELECT g.environment, g.flag, g.boolean_gate, g.percentage_of_actors, g.percentage_of_time, EXISTS (SELECT 1 FROM flag_gate_targets t WHERE t.environment = g.environment AND t.flag = g.flag AND t.kind <> 'opt_out'), EXISTS (SELECT 1 FROM flag_gate_targets t WHERE t.environment = g.environment AND t.flag = g.flag AND t.kind = 'opt_out') FROM flag_gates g";
/// Lists the environments, so that the primary key is used.
    GLANCE_AT = "SELECT g.environment, g.flag, g.boolean_gate, g.percentage_of_actors, g.percentage_of_time, EXISTS (SELECT 1 FROM flag_gate_targets t WHERE t.environment = g.environment AND t.flag = g.flag AND t.kind <> 'opt_out'), EXISTS (SELECT 1 FROM flag_gate_targets t WHERE t.environment = g.environment AND t.flag = g.flag AND t.kind = 'opt_out') FROM flag_gates g WHERE g.environment IN ('dev', 'pre', 'staging', 'staging-ref', 'production') AND g.flag = $1";
    /// `CROSS JOIN` fixes the join order: there are few flags, but many actors.
    NAMING_GROUPS = "SELECT t.target, g.flag, g.environment FROM flag_gates g CROSS JOIN flag_gate_targets t WHERE t.environment = g.environment AND t.flag = g.flag AND t.kind = 'feature_group'";
    SAVE = "INSERT INTO flag_gates (environment, flag, boolean_gate, percentage_of_actors, percentage_of_time, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (environment, flag) DO UPDATE SET boolean_gate = excluded.boolean_gate, percentage_of_actors = excluded.percentage_of_actors, percentage_of_time = excluded.percentage_of_time, version = flag_gates.version + 1 WHERE flag_gates.version = $6 RETURNING version";
    ADD_TARGET = "INSERT INTO flag_gate_targets (environment, flag, kind, target) VALUES ($1, $2, $3, $4)";
    REMOVE_TARGET = "DELETE FROM flag_gate_targets WHERE environment = $1 AND flag = $2 AND kind = $3 AND target = $4";
}

const ACTOR: &str = "actor";
const OPT_OUT: &str = "opt_out";
const FEATURE_GROUP: &str = "feature_group";

/// A flag's gates, with the version for optimistic locking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredGates {
    pub gates: Gates,
    /// 0 when never set.
    pub version: i64,
}

pub struct Features<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(features -> Features);

/// A flag joined with one of its targets.
type Row = (String, Option<bool>, i64, i64, i64, Option<String>, Option<String>);

impl Features<'_> {
    pub async fn find(&mut self, environment: Environment, flag: &str) -> Result<StoredGates, StorageError> {
        let rows: Vec<Row> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(environment.key()).bind(flag).fetch_all(c).await)?;
        Ok(flags(rows)?.pop().map_or_else(StoredGates::default, |(_, stored)| stored))
    }

    /// All flags with gates in this environment, sorted by name.
    pub async fn list(
        &mut self,
        environment: Environment,
    ) -> Result<Vec<(String, StoredGates)>, StorageError> {
        let rows: Vec<Row> =
            on_db!(self.uow, |c| sqlx::query_as(LIST).bind(environment.key()).fetch_all(c).await)?;
        flags(rows)
    }

    /// The version of a flag, which changes with its gates; 0 when never set.
    pub async fn version(&mut self, environment: Environment, flag: &str) -> Result<i64, StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(VERSION)
            .bind(environment.key())
            .bind(flag)
            .fetch_optional(c)
            .await)?;
        Ok(version.unwrap_or_default())
    }

    /// The versions of all flags ever set in this environment, sorted by name.
    pub async fn versions(&mut self, environment: Environment) -> Result<Vec<(String, i64)>, StorageError> {
        let mut versions: Vec<(String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(VERSIONS).bind(environment.key()).fetch_all(c).await)?;
        versions.sort_unstable();
        Ok(versions)
    }

    /// Summaries of all flags ever set, in all environments, or of one flag; in no order.
    pub async fn glance(
        &mut self,
        flag: Option<&str>,
    ) -> Result<Vec<(Environment, String, Glance)>, StorageError> {
        type Row = (String, String, Option<bool>, i64, i64, bool, bool);
        let rows: Vec<Row> = on_db!(self.uow, |c| match flag {
            Some(flag) => sqlx::query_as(GLANCE_AT).bind(flag).fetch_all(c).await,
            None => sqlx::query_as(GLANCE).fetch_all(c).await,
        })?;
        let glance =
            |(environment, flag, boolean, of_actors, of_time, opens_for_somebody, opts_somebody_out): Row| {
                let Some(environment) = Environment::from_key(&environment) else {
                    return Err(StorageError::inconsistent("flag_gates", "environment", environment));
                };
                let glance = Glance {
                    boolean,
                    percentage_of_actors: percentage("percentage_of_actors", of_actors)?,
                    percentage_of_time: percentage("percentage_of_time", of_time)?,
                    opens_for_somebody,
                    opts_somebody_out,
                };
                Ok((environment, flag, glance))
            };
        rows.into_iter().map(glance).collect()
    }

    /// Which flags use which feature groups in which environments, sorted by group, flag and roll-out order.
    pub async fn naming_groups(&mut self) -> Result<Vec<(String, String, Environment)>, StorageError> {
        let rows: Vec<(String, String, String)> =
            on_db!(self.uow, |c| sqlx::query_as(NAMING_GROUPS).fetch_all(c).await)?;
        let named = |(group, flag, environment): (String, String, String)| {
            let environment = Environment::from_key(&environment)
                .ok_or_else(|| StorageError::inconsistent("flag_gates", "environment", environment))?;
            Ok((group, flag, environment))
        };
        let mut all: Vec<_> = rows.into_iter().map(named).collect::<Result<_, StorageError>>()?;
        all.sort_unstable();
        Ok(all)
    }

    /// Sets the gates. Deleting a flag stores default gates; the row stays, so that versions are never reused
    /// and optimistic locking holds.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was set since `before` was read.
    pub async fn save(
        &mut self,
        environment: Environment,
        flag: &str,
        before: &StoredGates,
        gates: &Gates,
    ) -> Result<(), StorageError> {
        let seen = before.version;
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(environment.key())
            .bind(flag)
            .bind(gates.boolean)
            .bind(i64::from(gates.percentage_of_actors.hundredths()))
            .bind(i64::from(gates.percentage_of_time.hundredths()))
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        if *gates != before.gates {
            self.uow.change_feed().touch(Topic::Flags);
        }
        self.uow.saved(version, seen)?;
        // Only the differences: a flag may have thousands of targets.
        let (before, after) = (targets(&before.gates), targets(gates));
        for (statement, differing) in
            [(REMOVE_TARGET, missing(&before, &after)), (ADD_TARGET, missing(&after, &before))]
        {
            for (kind, target) in differing {
                on_db!(self.uow, |c| sqlx::query(statement)
                    .bind(environment.key())
                    .bind(flag)
                    .bind(*kind)
                    .bind(target)
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        Ok(())
    }
}

/// Groups the rows by flag, sorted by name.
fn flags(mut rows: Vec<Row>) -> Result<Vec<(String, StoredGates)>, StorageError> {
    // Sorted here, because the databases collate differently.
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut flags: Vec<(String, StoredGates)> = Vec::new();
    for (name, boolean, of_actors, of_time, version, kind, target) in rows {
        if flags.last().is_none_or(|(last, _)| *last != name) {
            let gates = Gates {
                boolean,
                percentage_of_actors: percentage("percentage_of_actors", of_actors)?,
                percentage_of_time: percentage("percentage_of_time", of_time)?,
                ..Gates::default()
            };
            flags.push((name, StoredGates { gates, version }));
        }
        let Some((_, stored)) = flags.last_mut() else { continue };
        let (Some(kind), Some(target)) = (kind, target) else { continue };
        match kind.as_str() {
            ACTOR => stored.gates.actors.push(actor(target)?),
            OPT_OUT => stored.gates.opted_out.push(actor(target)?),
            FEATURE_GROUP => stored.gates.groups.push(target),
            _ => return Err(StorageError::inconsistent("flag_gate_targets", "kind", kind)),
        }
    }
    for (_, StoredGates { gates, .. }) in &mut flags {
        gates.actors.sort_unstable();
        gates.opted_out.sort_unstable();
        gates.groups.sort_unstable();
    }
    Ok(flags)
}

fn percentage(column: &'static str, hundredths: i64) -> Result<Percentage, StorageError> {
    Percentage::from_hundredths(hundredths)
        .ok_or_else(|| StorageError::inconsistent("flag_gates", column, hundredths.to_string()))
}

fn actor(key: String) -> Result<FlagActor, StorageError> {
    FlagActor::from_key(&key).ok_or_else(|| StorageError::inconsistent("flag_gate_targets", "target", key))
}

/// All targets of the gates, sorted.
fn targets(gates: &Gates) -> Vec<(&'static str, String)> {
    let actors = gates.actors.iter().map(|it| (ACTOR, it.key()));
    let opted_out = gates.opted_out.iter().map(|it| (OPT_OUT, it.key()));
    let groups = gates.groups.iter().map(|it| (FEATURE_GROUP, it.clone()));
    let mut all: Vec<_> = actors.chain(opted_out).chain(groups).collect();
    all.sort_unstable();
    all
}

/// The items of `these` that are not in `those`, which is sorted.
fn missing<'a, T: Ord>(these: &'a [T], those: &[T]) -> Vec<&'a T> {
    these.iter().filter(|it| those.binary_search(it).is_err()).collect()
}
