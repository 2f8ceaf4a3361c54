//! Explains a decision for a user in a group to a caller who may see the group's settings.

use super::{
    decide_code_review::Question,
    decide_many::{About, Decided, DecisionRequest, answer},
};
use crate::{
    domain::{access::Action, namespace::GroupPath},
    usecases::{App, Caller, UseCaseError, facts::Facts, load},
};

/// The decision for the user with this name, or why there is none.
///
/// # Errors
/// The caller may not see the settings, or the database failed.
pub async fn explain(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    about: About,
    username: &str,
) -> Result<Result<Decided, UseCaseError>, UseCaseError> {
    let mut facts = Facts::current(app);
    let (place, _) = load::place(&mut facts, caller, path, Action::ReadSettings).await?;
    let question = Question { namespace: place.namespace.path.clone(), username: username.trim().to_owned() };
    match answer(&mut facts, caller, &DecisionRequest { about, question }).await {
        Err(UseCaseError::Storage(error)) => Err(error.into()),
        other => Ok(other),
    }
}
