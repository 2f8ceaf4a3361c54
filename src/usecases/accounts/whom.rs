//! A user, as whoever wants something of them names them.

use crate::{
    domain::{ids::UserId, user::User},
    storage::UnitOfWork,
    usecases::{UseCaseError, What},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom<'a> {
    /// Case-insensitive.
    Username(&'a str),
    Id(UserId),
}

impl<'a> From<&'a str> for Whom<'a> {
    fn from(username: &'a str) -> Self {
        Self::Username(username)
    }
}

impl<'a> From<&'a String> for Whom<'a> {
    fn from(username: &'a String) -> Self {
        Self::Username(username)
    }
}

impl From<UserId> for Whom<'_> {
    fn from(id: UserId) -> Self {
        Self::Id(id)
    }
}

impl Whom<'_> {
    /// # Errors
    /// There is no such user.
    pub(in crate::usecases) async fn find(self, uow: &mut UnitOfWork) -> Result<User, UseCaseError> {
        let found = match self {
            Self::Username(username) => uow.users().find_by_username(username).await?,
            Self::Id(id) => uow.users().lookup(id).await?,
        };
        found.ok_or(UseCaseError::NotFound(What::User))
    }
}
