//! Who reads and changes seats, and what they may.

use super::seat_error::SeatError;
use crate::{
    domain::{
        access::{Action, may_administer},
        audit::{AuditActor, AuditKind},
        namespace::Namespace,
        people::seats::SeatPlace,
        token::Scope,
    },
    storage::{SeatPool, UnitOfWork},
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
        fresh_sign_in::require_fresh,
        load,
    },
};

/// Who reads or changes seats: an operator at the command line, or a caller with their roles.
#[derive(Clone, Debug)]
pub enum SeatKeeper {
    Operator(Origin),
    Caller(Caller),
}

/// What is to be done with a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeatAct {
    /// Maintainers of the top-level group; of the instance's, administrators.
    Read,
    /// Owners of the top-level group; of the instance's, administrators.
    Change,
    /// Administrators: the number comes from the subscription.
    SetPurchased,
}

/// Where seats are changed, with permission.
pub(super) struct SeatGround {
    /// The top-level group; `None` for the instance.
    pub namespace: Option<Namespace>,
    /// Whether seats count there at all.
    pub duo_enterprise: bool,
}

impl SeatGround {
    pub async fn pool_to_change(&self, uow: &mut UnitOfWork) -> Result<SeatPool, UseCaseError> {
        Ok(uow.seats().pool_to_change(self.namespace.as_ref().map(|it| it.id)).await?)
    }

    pub async fn pool(&self, uow: &mut UnitOfWork) -> Result<Option<SeatPool>, UseCaseError> {
        Ok(uow.seats().pool(self.namespace.as_ref().map(|it| it.id)).await?)
    }
}

impl SeatKeeper {
    fn origin(&self) -> &Origin {
        match self {
            Self::Operator(origin) => origin,
            Self::Caller(caller) => &caller.origin,
        }
    }

    fn actor(&self) -> AuditActor {
        match self {
            Self::Operator(origin) => origin.operator(),
            Self::Caller(caller) => caller.audit_actor(),
        }
    }

    /// Adds an audit event to the unit of work.
    pub(super) fn record(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        ground: &SeatGround,
        kind: AuditKind,
        target: &str,
        [from, to]: [String; 2],
    ) {
        let namespace = ground.namespace.as_ref();
        let happened = Happened { namespace, from, to, ..Happened::to(kind, target) };
        record_as(app.now(), uow, self.actor(), self.origin(), happened);
    }

    /// Requires the permission for `act`.
    ///
    /// # Errors
    /// There is no such group for them, it is not a top-level one, or they may not.
    pub(super) async fn enter(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        place: &SeatPlace,
        act: SeatAct,
    ) -> Result<SeatGround, UseCaseError> {
        let SeatPlace::Group(path) = place else {
            if let Self::Caller(caller) = self {
                match act {
                    SeatAct::Read => Administrator::reading(caller)?,
                    SeatAct::Change | SeatAct::SetPurchased => {
                        // For anybody else there is no such page, whatever their token may do.
                        Administrator::reading(caller)?;
                        may_administer(&caller.actor, Scope::ManageGroups)?;
                        Administrator::at_page(app, caller)?
                    }
                };
            }
            return Ok(SeatGround { namespace: None, duo_enterprise: true });
        };
        let namespace = match self {
            Self::Operator(_) => {
                let found = uow.namespaces().find_by_path(path).await?;
                found.ok_or(UseCaseError::NotFound(What::GroupOrProject))?
            }
            Self::Caller(caller) => {
                let action = if act == SeatAct::Change { Action::ManageSeats } else { Action::ReadSettings };
                let loaded = load::namespace(uow, caller, path, action, app.now()).await?;
                if act == SeatAct::SetPurchased {
                    may_administer(&caller.actor, Scope::ManageGroups)?;
                    require_fresh(app, caller)?;
                }
                loaded.namespace
            }
        };
        if namespace.root != namespace.id {
            let top = uow.namespaces().lookup(namespace.root).await?;
            return Err(SeatError::NotTopLevel(top.map_or_else(String::new, |it| it.path.to_string())).into());
        }
        let subscription = uow.top_level_groups().lookup(namespace.id).await?;
        let duo_enterprise = subscription.is_some_and(|it| it.duo_enterprise);
        Ok(SeatGround { namespace: Some(namespace), duo_enterprise })
    }
}
