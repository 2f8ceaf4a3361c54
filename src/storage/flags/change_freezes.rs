//! Change freezes of environments: gates then change only with an overriding reason.

use crate::{
    domain::{environment::Environment, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    FIND = "SELECT reason, since, by_username FROM change_freezes WHERE environment = $1";
    BEGIN = "INSERT INTO change_freezes (environment, reason, since, by_username) VALUES ($1, $2, $3, $4) ON CONFLICT (environment) DO NOTHING";
    END = "DELETE FROM change_freezes WHERE environment = $1 AND since = $2";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFreeze {
    pub reason: String,
    pub since: Timestamp,
    pub by_username: String,
}

pub struct ChangeFreezes<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(change_freezes -> ChangeFreezes);

impl ChangeFreezes<'_> {
    /// `None` when there is no freeze.
    pub async fn find(&mut self, environment: Environment) -> Result<Option<ChangeFreeze>, StorageError> {
        let row: Option<(String, i64, String)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(environment.key()).fetch_optional(c).await)?;
        Ok(row.map(|(reason, since, by_username)| ChangeFreeze {
            reason,
            since: Timestamp::from_millis(since),
            by_username,
        }))
    }

    /// Whether it is new; an existing freeze is kept.
    pub async fn begin(
        &mut self,
        environment: Environment,
        freeze: &ChangeFreeze,
    ) -> Result<bool, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(BEGIN)
            .bind(environment.key())
            .bind(&freeze.reason)
            .bind(freeze.since.as_millis())
            .bind(&freeze.by_username)
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0))?)
    }

    /// Whether the freeze that began at `since` was still in place.
    pub async fn end(&mut self, environment: Environment, since: Timestamp) -> Result<bool, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(END)
            .bind(environment.key())
            .bind(since.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0))?)
    }
}
