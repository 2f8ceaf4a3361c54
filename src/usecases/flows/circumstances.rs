//! Loads what the reviews in a namespace depend on.

use crate::{
    domain::{
        flags::{DUO_CODE_REVIEW_FLOW_PRIORITY, FlagActor},
        flows::effect::Circumstances,
        ids::NamespaceId,
        namespace::{Namespace, Subscription},
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App,
        flags::{evaluate_flag::evaluate_in, flag_definitions::ours},
    },
};

/// The subscription of a top-level group.
pub(in crate::usecases) async fn subscription(
    uow: &mut UnitOfWork,
    id: NamespaceId,
) -> Result<Subscription, StorageError> {
    uow.top_level_groups().lookup(id).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "top_level_groups",
        column: "namespace_id",
        value: format!("no row for {id}"),
    })
}

/// The subscription, and everything that the namespace's reviews depend on.
pub(in crate::usecases) async fn circumstances(
    app: &App,
    uow: &mut UnitOfWork,
    namespace: &Namespace,
) -> Result<(Subscription, Circumstances), StorageError> {
    let id = namespace.root;
    let subscription = subscription(uow, id).await?;
    let chain = uow.inherited_settings().effective(namespace.id).await?.chain();
    let archived = uow.namespaces().archived(namespace.id).await?.is_some();
    let flag = ours(DUO_CODE_REVIEW_FLOW_PRIORITY);
    let gates = uow.features().find(app.environment(), &flag.name).await?.gates;
    let priority = evaluate_in(app, uow, flag, &gates, &[FlagActor::Group(id)]).await?;
    Ok((
        subscription,
        Circumstances { archived, chain, priority, duo_enterprise: subscription.duo_enterprise },
    ))
}
