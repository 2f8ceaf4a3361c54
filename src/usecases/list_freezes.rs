//! Where there is a change freeze, for administrators.

use super::{App, Caller, ChangeFreeze, UseCaseError, may_read_flags};
use crate::domain::environment::Environment;

/// In the order of a roll-out.
pub async fn list_freezes(
    app: &App,
    caller: &Caller,
) -> Result<Vec<(Environment, ChangeFreeze)>, UseCaseError> {
    may_read_flags(caller)?;
    let mut uow = app.storage.read().await?;
    let mut frozen = Vec::new();
    for environment in Environment::ALL {
        if let Some(freeze) = uow.change_freezes().find(environment).await? {
            frozen.push((environment, freeze));
        }
    }
    Ok(frozen)
}
