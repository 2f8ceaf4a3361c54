//! What the reviews of a top-level group depend on.

use super::{App, evaluate_flag::evaluate_in, flag_definitions::ours};
use crate::{
    domain::{
        availability::DuoChain,
        effect::Circumstances,
        feature::{DUO_CODE_REVIEW_FLOW_PRIORITY, FlagActor},
        ids::NamespaceId,
        namespace::Subscription,
    },
    storage::{StorageError, UnitOfWork},
};

/// What the top-level group bought and set.
pub(super) async fn top_level(
    uow: &mut UnitOfWork,
    id: NamespaceId,
) -> Result<(Subscription, DuoChain), StorageError> {
    uow.top_level_groups().lookup(id).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "top_level_groups",
        column: "namespace_id",
        value: format!("no row for {id}"),
    })
}

/// The same, with all else that its reviews depend on.
pub(super) async fn circumstances(
    app: &App,
    uow: &mut UnitOfWork,
    id: NamespaceId,
) -> Result<(Subscription, Circumstances), StorageError> {
    let (subscription, chain) = top_level(uow, id).await?;
    let flag = ours(DUO_CODE_REVIEW_FLOW_PRIORITY);
    let gates = uow.features().find(app.environment(), &flag.name).await?.gates;
    let priority = evaluate_in(app, uow, flag, &gates, &[FlagActor::Group(id)]).await?;
    Ok((subscription, Circumstances { chain, priority, duo_enterprise: subscription.duo_enterprise }))
}
