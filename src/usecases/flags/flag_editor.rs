//! Who may read and set feature flags: operators at the command line, and administrators.

use crate::{
    domain::{access::Denial, audit::AuditActor, token::Scope},
    usecases::{
        App, Caller, Origin, UseCaseError, accounts::chat_request::ChatRequest, fresh_sign_in::require_fresh,
    },
};

/// Somebody who may. There is no other way to have one than to be allowed.
#[derive(Clone, Debug)]
pub struct FlagEditor {
    pub(in crate::usecases) actor: AuditActor,
    pub(in crate::usecases) origin: Origin,
    /// What has to be used up by the change, together with it.
    pub(in crate::usecases) chat_request: Option<ChatRequest>,
}

impl FlagEditor {
    /// Whoever works at the command line: they have the database, so nobody asks who they are.
    pub fn operator(origin: Origin) -> Self {
        Self { actor: origin.operator(), origin, chat_request: None }
    }

    /// # Errors
    /// [`UseCaseError::NeedsAdministrator`] for whoever is no administrator.
    pub fn administrator(caller: &Caller) -> Result<Self, UseCaseError> {
        may(caller, Scope::WriteSettings)?;
        Ok(Self { actor: caller.audit_actor(), origin: caller.origin.clone(), chat_request: None })
    }

    /// An administrator whose change counts only together with the request from the chat.
    pub(in crate::usecases) fn in_chat(caller: &Caller, request: ChatRequest) -> Result<Self, UseCaseError> {
        Ok(Self { chat_request: Some(request), ..Self::administrator(caller)? })
    }

    /// The same at a page, where they have to have proved lately who they are.
    pub fn at_page(app: &App, caller: &Caller) -> Result<Self, UseCaseError> {
        let editor = Self::administrator(caller)?;
        require_fresh(app, caller)?;
        Ok(editor)
    }
}

/// Somebody who may read how the flags are set. There is no other way to have one than to be allowed.
#[derive(Clone, Debug)]
pub struct FlagReader(());

impl FlagReader {
    /// Whoever works at the command line, as for [`FlagEditor::operator`].
    pub const fn operator() -> Self {
        Self(())
    }

    /// # Errors
    /// [`UseCaseError::NotFound`] for whoever is no administrator.
    pub fn administrator(caller: &Caller) -> Result<Self, UseCaseError> {
        may(caller, Scope::ReadSettings).map(Self)
    }
}

fn may(caller: &Caller, scope: Scope) -> Result<(), UseCaseError> {
    crate::usecases::load::administrator(caller)?;
    if caller.actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope).into()) }
}
