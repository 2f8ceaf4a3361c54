//! Authorisation for reading and setting feature flags: operators at the command line, and administrators.

use crate::{
    domain::{access::Denial, audit::AuditActor, token::Scope},
    usecases::{
        App, Caller, Origin, UseCaseError, accounts::chat_request::ChatRequest, fresh_sign_in::require_fresh,
    },
};

/// Proof that the caller may change flags; only the checks below construct it.
#[derive(Clone, Debug)]
pub struct FlagEditor {
    pub(in crate::usecases) actor: AuditActor,
    pub(in crate::usecases) origin: Origin,
    /// The chat request to mark as used in the transaction of the change.
    pub(in crate::usecases) chat_request: Option<ChatRequest>,
}

impl FlagEditor {
    /// An operator at the command line, whose access to the database is proof enough.
    pub fn operator(origin: Origin) -> Self {
        Self { actor: origin.operator(), origin, chat_request: None }
    }

    /// # Errors
    /// [`UseCaseError::NeedsAdministrator`], or [`Denial::NeedsScope`] for a token.
    pub fn administrator(caller: &Caller) -> Result<Self, UseCaseError> {
        may(caller, Scope::WriteSettings)?;
        Ok(Self { actor: caller.audit_actor(), origin: caller.origin.clone(), chat_request: None })
    }

    /// An administrator in the chat, whose change marks `request` as used.
    pub(in crate::usecases) fn in_chat(caller: &Caller, request: ChatRequest) -> Result<Self, UseCaseError> {
        Ok(Self { chat_request: Some(request), ..Self::administrator(caller)? })
    }

    /// An administrator on a page, which requires a recent authentication.
    pub fn at_page(app: &App, caller: &Caller) -> Result<Self, UseCaseError> {
        let editor = Self::administrator(caller)?;
        require_fresh(app, caller)?;
        Ok(editor)
    }
}

/// Proof that the caller may read flags; only the checks below construct it.
#[derive(Clone, Debug)]
pub struct FlagReader(());

impl FlagReader {
    /// An operator at the command line, as for [`FlagEditor::operator`].
    pub const fn operator() -> Self {
        Self(())
    }

    /// # Errors
    /// [`UseCaseError::NeedsAdministrator`], or [`Denial::NeedsScope`] for a token.
    pub fn administrator(caller: &Caller) -> Result<Self, UseCaseError> {
        may(caller, Scope::ReadSettings).map(Self)
    }
}

fn may(caller: &Caller, scope: Scope) -> Result<(), UseCaseError> {
    crate::usecases::load::administrator(caller)?;
    if caller.actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope).into()) }
}
