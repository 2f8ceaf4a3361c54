//! A request of a chat program, which its signature proves. It counts once.

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

/// What the chat program sent, and provably so.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    pub sender: ChatUser,
    /// The command as it was typed.
    pub text: String,
    /// By what the request is told from every other.
    pub signature: String,
    /// Until when its signature counts, on the slowest clock of all servers.
    pub expires_at: Timestamp,
}

/// The signed request was used before: it counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This signed request was answered before, and counts once. Send the command again in the chat.")]
pub struct Replayed;

impl Explained for Replayed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Replayed
    }
}

impl ChatRequest {
    /// Uses it up along with the change that it asks for, and says in the audit log who asked in the
    /// chat and in which words.
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
