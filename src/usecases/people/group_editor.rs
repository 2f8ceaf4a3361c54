//! Who changes the tree of groups and projects: operators at the command line, who may do everything, and
//! callers, whose role decides.

use super::find_namespace::{find, look_up};
use crate::{
    domain::{
        access::{Action, HeldRole, may_administer},
        actor::{Actor, Proof},
        audit::{AuditActor, AuditKind},
        ids::UserId,
        namespace::{Named, Namespace, NamespaceKind},
        token::Scope,
        user::UserKind,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
        fresh_sign_in::require_fresh,
    },
};

/// Somebody who wants to change groups. What they may do is decided for each group.
#[derive(Clone, Debug)]
pub struct GroupEditor {
    who: Who,
    pub(in crate::usecases) origin: Origin,
}

#[derive(Clone, Debug)]
enum Who {
    Operator,
    Caller(Box<Caller>),
}

/// A namespace that the editor may change.
pub(in crate::usecases) struct Editable {
    pub namespace: Namespace,
    /// The role that it was granted for.
    pub held: HeldRole,
    /// The version of its tree, for [`claim`].
    pub tree_version: i64,
}

impl GroupEditor {
    /// An operator at the command line, whose access to the database is proof enough.
    pub const fn operator(origin: Origin) -> Self {
        Self { who: Who::Operator, origin }
    }

    pub fn caller(caller: &Caller) -> Self {
        Self { who: Who::Caller(Box::new(caller.clone())), origin: caller.origin.clone() }
    }

    /// Who acts, for the ledger. The operator has an id that no user has.
    pub(in crate::usecases) fn actor(&self) -> Actor {
        match &self.who {
            Who::Caller(caller) => caller.actor.clone(),
            Who::Operator => {
                let AuditActor { username, name, .. } = self.origin.operator();
                Actor {
                    id: UserId(0),
                    username,
                    name,
                    kind: UserKind::Human,
                    is_admin: true,
                    scopes: None,
                    proof: Proof::EachRequest,
                }
            }
        }
    }

    /// Requires an operator, or an administrator who authenticated recently.
    pub(in crate::usecases) fn administers(&self, app: &App) -> Result<(), UseCaseError> {
        let Who::Caller(caller) = &self.who else { return Ok(()) };
        may_administer(&caller.actor, Scope::ManageGroups)?;
        require_fresh(app, caller)
    }

    /// Requires a recent authentication, for what cannot be undone.
    pub(in crate::usecases) fn is_fresh(&self, app: &App) -> Result<(), UseCaseError> {
        match &self.who {
            Who::Operator => Ok(()),
            Who::Caller(caller) => require_fresh(app, caller),
        }
    }

    /// The namespace, if the editor may change it. Administrators who have no such role there need a
    /// recent authentication.
    pub(in crate::usecases) async fn editable(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        named: &Named,
    ) -> Result<Editable, UseCaseError> {
        const MISSING: UseCaseError = UseCaseError::NotFound(What::GroupOrProject);
        let (namespace, held) = match &self.who {
            Who::Operator => (look_up(uow, named).await?.ok_or(MISSING)?, HeldRole::Administrator),
            Who::Caller(caller) => {
                let loaded = find(uow, caller, named, Action::ManageGroup, app.now()).await?;
                if loaded.held == HeldRole::Administrator {
                    require_fresh(app, caller)?;
                }
                (loaded.namespace, loaded.held)
            }
        };
        let tree = uow.namespaces().details(namespace.root).await?.ok_or(MISSING)?;
        // Its tree may have moved between the two look-ups; what moves from now on, the claim notices.
        if uow.namespaces().lookup(namespace.id).await?.as_ref() != Some(&namespace) {
            return Err(StorageError::Stale.into());
        }
        Ok(Editable { namespace, held, tree_version: tree.version })
    }

    /// Records what happened to a namespace, as it is called now.
    pub(in crate::usecases) fn record(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        namespace: &Namespace,
        kind: AuditKind,
        (from, to): (&str, &str),
        reason: Option<&str>,
    ) {
        let happened = Happened {
            namespace: Some(namespace),
            from: from.to_owned(),
            to: to.to_owned(),
            reason: reason.map(str::to_owned),
            ..Happened::to(kind, namespace.path.as_str())
        };
        self.record_all(app, uow, happened);
    }

    pub(in crate::usecases) fn record_all(&self, app: &App, uow: &mut UnitOfWork, happened: Happened<'_>) {
        let actor = match &self.who {
            Who::Operator => self.origin.operator(),
            Who::Caller(caller) => caller.audit_actor(),
        };
        record_as(app.now(), uow, actor, &self.origin, happened);
    }
}

/// Claims the trees that a change writes to, so that what was read of them still holds.
pub(in crate::usecases) async fn claim(
    uow: &mut UnitOfWork,
    trees: &[&Editable],
) -> Result<(), StorageError> {
    let mut trees: Vec<_> = trees.iter().map(|it| (it.namespace.root, it.tree_version)).collect();
    trees.sort_unstable();
    trees.dedup();
    for (root, seen) in trees {
        uow.namespaces().claim(root, seen).await?;
    }
    Ok(())
}

/// The kind of event for a group, or for a project.
pub(in crate::usecases) const fn kind_for(
    namespace: &Namespace,
    group: AuditKind,
    project: AuditKind,
) -> AuditKind {
    match namespace.kind {
        NamespaceKind::Group => group,
        NamespaceKind::Project => project,
    }
}
