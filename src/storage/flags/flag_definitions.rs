//! Imported flag definitions. The built-in ones are compiled into the program.

use crate::{
    domain::{change::Topic, flags::FlagDefinition},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    FIND = "SELECT definition, version FROM flag_definitions WHERE flag = $1";
    LIST = "SELECT definition, version FROM flag_definitions";
    VERSIONS = "SELECT flag, version FROM flag_definitions";
    SAVE = "INSERT INTO flag_definitions (flag, definition, version) VALUES ($1, $2, 1) ON CONFLICT (flag) DO UPDATE SET definition = excluded.definition, version = flag_definitions.version + 1 WHERE flag_definitions.version = $3 RETURNING version";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDefinition {
    pub definition: FlagDefinition,
    /// The version for optimistic locking.
    pub version: i64,
}

pub struct FlagDefinitions<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(flag_definitions -> FlagDefinitions);

impl FlagDefinitions<'_> {
    pub async fn find(&mut self, flag: &str) -> Result<Option<StoredDefinition>, StorageError> {
        let row: Option<(String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(flag).fetch_optional(c).await)?;
        row.map(read).transpose()
    }

    /// All definitions, sorted by name.
    pub async fn list(&mut self) -> Result<Vec<FlagDefinition>, StorageError> {
        let rows: Vec<(String, i64)> = on_db!(self.uow, |c| sqlx::query_as(LIST).fetch_all(c).await)?;
        let read = |row| read(row).map(|stored| stored.definition);
        let mut definitions: Vec<_> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        definitions.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(definitions)
    }

    /// The versions of all definitions, sorted by name; a definition changes only with its version.
    pub async fn versions(&mut self) -> Result<Vec<(String, i64)>, StorageError> {
        let mut versions: Vec<(String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(VERSIONS).fetch_all(c).await)?;
        versions.sort_unstable();
        Ok(versions)
    }

    /// # Errors
    /// [`StorageError::Stale`] when it was saved since version `seen` was read; 0 means it did not exist.
    pub async fn save(&mut self, definition: &FlagDefinition, seen: i64) -> Result<(), StorageError> {
        let json = write(definition);
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(&definition.name)
            .bind(&json)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.change_feed().touch(Topic::FlagDefinitions);
        self.uow.saved(version, seen).map(drop)
    }
}

fn write(definition: &FlagDefinition) -> String {
    serde_json::to_string(definition).expect("a definition has no maps with odd keys")
}

fn read((json, version): (String, i64)) -> Result<StoredDefinition, StorageError> {
    match serde_json::from_str(&json) {
        Ok(definition) => Ok(StoredDefinition { definition, version }),
        Err(_) => Err(StorageError::inconsistent("flag_definitions", "definition", json)),
    }
}
