//! Compares the schema of a database with this program's migrations.

use super::database::known_migrations;

/// A row of sqlx's table of migrations.
#[derive(sqlx::FromRow)]
pub(super) struct Applied {
    pub(super) version: i64,
    pub(super) success: bool,
    pub(super) checksum: Vec<u8>,
}

pub(super) const APPLIED: &str = "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version";

/// The state of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// Up to date.
    Current(i64),
    /// The next start migrates it.
    Behind { has: i64, knows: i64 },
    /// Migrated by a newer release.
    Newer { has: i64, knows: i64 },
    /// A migration was interrupted.
    Unfinished(i64),
    /// There are no migrations.
    Empty,
    /// Not a database of this program.
    Foreign,
}

pub(super) fn judge_sqlite(applied: &[Applied]) -> SchemaState {
    judge(applied, &known_migrations(true))
}

pub(super) fn judge_postgres(applied: &[Applied]) -> SchemaState {
    judge(applied, &known_migrations(false))
}

/// `ours` are this program's migrations: versions and checksums, in order.
fn judge(applied: &[Applied], ours: &[(i64, &[u8])]) -> SchemaState {
    let knows = ours.last().map_or(0, |(version, _)| *version);
    let Some(has) = applied.last().map(|it| it.version) else { return SchemaState::Empty };
    let is_ours =
        |it: &Applied| ours.iter().any(|(version, sum)| *version == it.version && *sum == it.checksum);
    if applied.iter().any(|it| it.version <= knows && !is_ours(it)) {
        return SchemaState::Foreign;
    }
    if let Some(stopped) = applied.iter().find(|it| !it.success) {
        return SchemaState::Unfinished(stopped.version);
    }
    if has > knows {
        return SchemaState::Newer { has, knows };
    }
    if applied.len() < ours.len() { SchemaState::Behind { has, knows } } else { SchemaState::Current(has) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(version: i64, sum: u8) -> Applied {
        Applied { version, success: true, checksum: vec![sum] }
    }

    #[test]
    fn a_schema_is_ours_only_where_every_migration_is() {
        let known: [(i64, &[u8]); 2] = [(1, &[10]), (2, &[20])];
        let table = [
            (vec![row(1, 10), row(2, 20)], SchemaState::Current(2)),
            (vec![row(1, 10)], SchemaState::Behind { has: 1, knows: 2 }),
            (vec![row(1, 10), row(2, 20), row(3, 30)], SchemaState::Newer { has: 3, knows: 2 }),
            (vec![row(1, 10), row(2, 21)], SchemaState::Foreign),
            (vec![row(1, 11), row(2, 20), row(3, 30)], SchemaState::Foreign),
            (vec![row(0, 10), row(1, 10)], SchemaState::Foreign),
            (vec![], SchemaState::Empty),
            (vec![row(1, 10), Applied { success: false, ..row(2, 20) }], SchemaState::Unfinished(2)),
        ];
        for (applied, expected) in table {
            assert_eq!(judge(&applied, &known), expected);
        }
    }
}
