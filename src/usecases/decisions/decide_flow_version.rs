//! Decides which version of a flow runs for a user in a namespace, with an explanation.

use std::sync::Arc;

use super::decide_code_review::{Question, action};
use crate::{
    domain::{
        error_kind::ErrorKind,
        flags::{DUO_DEVELOPER_NEXT_UNSTABLE, DUO_DEVELOPER_ORBIT, FlagActor, ORBIT_USER_PREFERENCE},
        flows::{
            catalogue::Flow,
            flow_version::{Condition, NotDeployed, VersionDecision, VersionInputs, conditions, decide},
            orbit::OrbitSetting,
        },
        namespace::NamespaceKind,
        time::Timestamp,
        user::User,
    },
    storage::StorageError,
    usecases::{
        App, Caller, Explained, UseCaseError, What, facts::Facts, flags::decision_flags, load,
        people::archived::Archived, place::Place,
    },
};

#[derive(Clone, Debug)]
pub struct FlowVersionAnswer {
    pub place: Arc<Place>,
    pub user: Arc<User>,
    pub flow: &'static Flow,
    pub decision: VersionDecision,
    pub decided_at: Timestamp,
    /// Whether it was answered from the cache while the database was out of reach.
    pub stale: bool,
}

/// No version of a flow runs for a blocked user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The user is blocked, so no flow runs for them.")]
pub struct UserBlocked;

impl Explained for UserBlocked {
    fn kind(&self) -> ErrorKind {
        ErrorKind::UserBlocked
    }
}

impl Explained for NotDeployed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::VersionNotDeployed
    }
}

/// # Errors
/// Besides errors of access, [`UserBlocked`] for a blocked user, [`Archived`] where nothing runs, and
/// [`NotDeployed`] when the version is not deployed. There is no fallback to another version.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_flow_version(
    app: &App,
    caller: &Caller,
    reference: &str,
    question: &Question,
) -> Result<FlowVersionAnswer, UseCaseError> {
    answer(&mut Facts::last_known(app), caller, reference, question).await
}

pub(in crate::usecases) async fn answer(
    facts: &mut Facts<'_>,
    caller: &Caller,
    reference: &str,
    question: &Question,
) -> Result<FlowVersionAnswer, UseCaseError> {
    let (place, _) =
        load::place(facts, caller, &question.namespace, action(caller, &question.username)).await?;
    let user = facts.user(&question.username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let flow = Flow::find(reference).ok_or(UseCaseError::NotFound(What::Flow))?;
    if user.is_blocked() {
        return Err(UserBlocked.into());
    }
    if let Some(path) = &place.archived {
        return Err(Archived(path.clone()).into());
    }
    let mut seen = Vec::new();
    for condition in conditions(flow) {
        seen.push((condition, holds(facts, condition, &place, &user).await?));
    }
    let environment = facts.environment();
    let registry = facts.registry(environment).await?;
    let decided = decide(flow, VersionInputs { conditions: seen, environment, deployed: registry.known() });
    let tally = facts.tally();
    match &decided {
        Ok(decision) => tally.flow_version(decision.rule).add(),
        Err(missing) => tally.flow_version_not_deployed(missing.rule).add(),
    }
    if facts.stale() {
        tally.stale_decisions.add();
    }
    Ok(FlowVersionAnswer {
        decision: decided?,
        flow,
        decided_at: facts.now(),
        stale: facts.stale(),
        place,
        user,
    })
}

async fn holds(
    facts: &mut Facts<'_>,
    condition: Condition,
    place: &Place,
    user: &User,
) -> Result<bool, StorageError> {
    let top_level = decision_flags::actor(place.top_level_group());
    match condition {
        Condition::OrbitUserPreference => {
            decision_flags::is_on_for_member(facts, ORBIT_USER_PREFERENCE, user.id).await
        }
        // The feature flag is a condition of its own.
        Condition::OrbitChosen => Ok(facts.orbit(user.id).await?.effective(OrbitSetting::DuoDeveloper, true)),
        Condition::DuoDeveloperOrbit => {
            decision_flags::is_on(facts, DUO_DEVELOPER_ORBIT, &[FlagActor::User(user.id), top_level]).await
        }
        Condition::DuoDeveloperNextUnstable => {
            let here = match place.namespace.kind {
                NamespaceKind::Project => decision_flags::actor(&place.namespace),
                NamespaceKind::Group => top_level,
            };
            decision_flags::is_on(facts, DUO_DEVELOPER_NEXT_UNSTABLE, &[here, top_level]).await
        }
    }
}
