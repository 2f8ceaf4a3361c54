//! Shows the overview of a group, and what the caller's own reviews there are; and reminds those who could
//! consent to Code Review.

use super::{
    App, Caller, UseCaseError, What,
    decisions::decide_code_review::engine,
    facts::Facts,
    flags::decision_flags::review_priority,
    flows::show_group::{GroupOverview, show_group},
    front_page::NeedsConsent,
    load,
};
use crate::{
    domain::{
        access::{Access, Action, can},
        decisions::counts::RecentDecisions,
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            code_review::EngineDecision,
            effect::Circumstances,
        },
        namespace::GroupPath,
    },
    storage::TopLevelFacts,
};

#[derive(Clone, Debug)]
pub struct OwnOverview {
    pub overview: GroupOverview,
    /// Which engine reviews for the caller; `None` for a caller who may not ask.
    pub own: Option<EngineDecision>,
    /// What was asked for in the top-level group; `None` for a caller who has a role only below it.
    pub recent: Option<RecentDecisions>,
}

pub async fn show_overview(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<OwnOverview, UseCaseError> {
    let overview = show_group(app, caller, path).await?;
    let mut facts = Facts::current(app);
    let own = match load::place(&mut facts, caller, path, Action::AskOwnDecision).await {
        Ok((place, _)) => {
            let user = facts.user(&caller.actor.username).await?.ok_or(UseCaseError::NotFound(What::User))?;
            Some(engine(&mut facts, &place, &user).await?)
        }
        Err(UseCaseError::Denied(_)) => None,
        Err(error) => return Err(error),
    };
    // They read of the top-level group what they read of its seats.
    if overview.seats.is_none() {
        return Ok(OwnOverview { overview, own, recent: None });
    }
    let mut recent = RecentDecisions::none_until(app.now());
    let (root, since) = (overview.frame.namespace.root, RecentDecisions::first_day(app.now()));
    let counts = facts.uow().await?.decision_counts().of_groups(&[root], app.environment(), since).await?;
    for it in counts {
        recent.add(it.day, it.engine, it.asked);
    }
    Ok(OwnOverview { overview, own, recent: Some(recent) })
}

/// Whether Code Review is on without consent in the top-level group of a namespace, and the caller could give
/// it. From cached facts, so that every page of a group can ask.
#[expect(clippy::missing_panics_doc, reason = "the catalogue has the flow")]
pub async fn consent_needed(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<Option<NeedsConsent>, UseCaseError> {
    let mut facts = Facts::current(app);
    let Some(place) = facts.place(path).await? else { return Ok(None) };
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    if place.archived.is_some() || !place.flow(flow).is_some_and(|it| it.state.is_transitional()) {
        return Ok(None);
    }
    let standing = facts.standing(caller.actor.id, place.namespace.id).await?;
    if !matches!(can(&caller.actor, Action::GiveConsent, standing), Access::Granted(_)) {
        return Ok(None);
    }
    let top = place.top_level_group();
    let priority = review_priority(&mut facts, top.id).await?;
    let used = facts.uow().await?.seats().count_used(top.id).await?;
    let (chain, subscription) = (place.chain, place.subscription);
    let facts = TopLevelFacts {
        namespace: top.clone(),
        subscription,
        chain,
        purchased: None,
        used,
        archived: false,
        has_below: false,
    };
    let duo_enterprise = subscription.duo_enterprise;
    Ok(Some(NeedsConsent {
        facts,
        circumstances: Circumstances { archived: false, chain, priority, duo_enterprise },
    }))
}
