//! A signed request of a chat program. It can be used once.

use crate::{
    domain::{
        accounts::chat_user::ChatUser,
        audit::{AuditActor, AuditKind},
        error_kind::ErrorKind,
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{
        App, Explained, Origin, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// A request whose signature was verified.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    pub sender: ChatUser,
    /// The command as typed.
    pub text: String,
    /// Unique per request; prevents replays.
    pub signature: String,
    /// When the signature expires, with clock skew between servers allowed for.
    pub expires_at: Timestamp,
}

/// The signed request was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This signed request was answered before, and counts once. Send the command again in the chat.")]
pub struct Replayed;

impl Explained for Replayed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Replayed
    }
}

impl ChatRequest {
    /// Marks the request as used in the transaction of its change, and records in the audit log who sent
    /// which command.
    pub(in crate::usecases) async fn use_up_with_change(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        (actor, origin): (&AuditActor, &Origin),
    ) -> Result<(), UseCaseError> {
        self.use_up(app, uow).await?;
        let happened = Happened {
            to: self.sender.to_string(),
            ..Happened::to(AuditKind::ChatCommandRun, self.text.trim())
        };
        record_as(app.now(), uow, actor.clone(), origin, happened);
        Ok(())
    }

    pub(in crate::usecases) async fn use_up(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
    ) -> Result<(), UseCaseError> {
        let is_new = uow.chat().use_request(&self.signature, app.now(), self.expires_at).await?;
        if is_new { Ok(()) } else { Err(Replayed.into()) }
    }
}
