//! Files that an administrator looks at before they are applied. The latest of each kind is kept for a day.

use crate::{
    domain::{ids::UserId, people::import::format::ImportKind, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    REPLACE = "DELETE FROM staged_imports WHERE user_id = $1 AND kind = $2";
    ADD = "INSERT INTO staged_imports (user_id, kind, file, staged_at) VALUES ($1, $2, $3, $4) RETURNING id";
    FIND = "SELECT kind, file FROM staged_imports WHERE id = $1 AND user_id = $2";
    DELETE = "DELETE FROM staged_imports WHERE id = $1";
    DELETE_OLD = "DELETE FROM staged_imports WHERE staged_at <= $1";
}

pub struct StagedImports<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(staged_imports -> StagedImports);

impl StagedImports<'_> {
    /// Keeps the file in place of the user's last one of this kind; its id.
    pub async fn add(
        &mut self,
        user: UserId,
        kind: ImportKind,
        file: &[u8],
        now: Timestamp,
    ) -> Result<i64, StorageError> {
        on_db!(self.uow, |c| sqlx::query(REPLACE).bind(user.0).bind(kind.key()).execute(c).await.map(drop))?;
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(ADD)
            .bind(user.0)
            .bind(kind.key())
            .bind(file)
            .bind(now.as_millis())
            .fetch_one(c)
            .await)?)
    }

    /// `None` when there is no such file, or it is somebody else's.
    pub async fn find(
        &mut self,
        id: i64,
        user: UserId,
    ) -> Result<Option<(ImportKind, Vec<u8>)>, StorageError> {
        let row: Option<(String, Vec<u8>)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(id).bind(user.0).fetch_optional(c).await)?;
        row.map(|(kind, file)| {
            let known = ImportKind::from_key(&kind);
            let known = known.ok_or_else(|| StorageError::inconsistent("staged_imports", "kind", &kind));
            Ok((known?, file))
        })
        .transpose()
    }

    pub async fn delete(&mut self, id: i64) -> Result<(), StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(DELETE).bind(id).execute(c).await.map(drop))?)
    }

    /// Deletes files that were kept at `until` or before.
    pub async fn delete_old(&mut self, until: Timestamp) -> Result<(), StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(DELETE_OLD).bind(until.as_millis()).execute(c).await.map(drop))?)
    }
}
