//! Answers a command from a chat program: whom it is from, whether it was used before, what came of
//! it.
//!
//! A request counts once, whatever came of it. A change uses it up in its own transaction: both are
//! saved or neither, so what a broken database refused can be sent again.

use super::{
    App, Caller, Explained, FlagEditor, Origin, UseCaseError,
    audit_trail::{Happened, record_as},
    authenticate,
    run_chatops::{ChatopsAnswer, run_chatops},
};
use crate::{
    domain::{
        audit::AuditKind,
        chat_user::ChatUser,
        chatops::{ChatopsCommand, parse},
        error_kind::ErrorKind,
        ids::UserId,
        time::Timestamp,
    },
    storage::UnitOfWork,
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

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatReply {
    pub text: String,
    /// Whether it is for everybody to see: something was changed.
    pub changed: bool,
    /// The sender, when it is somebody here.
    pub user: Option<UserId>,
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

/// Refusals are replies, too.
///
/// # Errors
/// [`Replayed`] for a request that was used before; [`UseCaseError::Storage`], and then
/// it was not used.
pub async fn answer_chat(
    app: &App,
    origin: &Origin,
    request: &ChatRequest,
) -> Result<ChatReply, UseCaseError> {
    let (reply, used_up) = reply(app, origin, request).await?;
    if !used_up {
        let mut uow = app.storage.begin().await?;
        request.use_up(app, &mut uow).await?;
        uow.commit().await?;
    }
    Ok(reply)
}

/// The reply, and whether the request was used up on the way.
async fn reply(app: &App, origin: &Origin, request: &ChatRequest) -> Result<(ChatReply, bool), UseCaseError> {
    let Some(actor) = authenticate::by_chat_user(app, &request.sender).await? else {
        let text = not_linked(&request.sender);
        return Ok((ChatReply { text, changed: false, user: None }, false));
    };
    let user = Some(actor.id);
    let private = |text| (ChatReply { text, changed: false, user }, false);
    if !actor.is_admin {
        let text = format!(
            "You are {} here, who is no administrator. Only administrators read and set feature flags. Nothing was changed.",
            actor.username
        );
        return Ok(private(text));
    }
    let command = match parse(&request.text) {
        Ok(command) => command,
        Err(error) => return Ok(private(error.to_string())),
    };
    let changes = matches!(command, ChatopsCommand::Set(_) | ChatopsCommand::Delete { .. });
    let editor = FlagEditor::in_chat(&Caller { actor, origin: origin.clone() }, request.clone())?;
    match run_chatops(app, &editor, &command).await {
        // It was saved, if only that somebody asked for what was so already.
        Ok(answer) => Ok((ChatReply { text: in_words(&answer), changed: answer.changed, user }, changes)),
        Err(error) if matches!(error, UseCaseError::Storage(_)) || error.own::<Replayed>().is_some() => {
            Err(error)
        }
        Err(error) if changes => Ok(private(format!("{error} Nothing was changed."))),
        Err(error) => Ok(private(error.to_string())),
    }
}

fn not_linked(sender: &ChatUser) -> String {
    format!(
        "Nobody here is linked to you in the chat, so nothing was done. Ask an operator to run: \
         duo-console chatops link USERNAME --team {} --user {}",
        sender.team(),
        sender.id()
    )
}

fn in_words(answer: &ChatopsAnswer) -> String {
    let warnings = answer.warnings.iter().map(|warning| format!("Warning: {}", warning.text()));
    answer.lines.iter().cloned().chain(warnings).collect::<Vec<_>>().join("\n")
}

impl ChatRequest {
    /// Uses it up along with the change that it asks for, and says in the audit log who asked in the
    /// chat and in which words.
    pub(super) async fn use_up_with_change(
        &self,
        app: &App,
        uow: &mut UnitOfWork,
        editor: &FlagEditor,
    ) -> Result<(), UseCaseError> {
        self.use_up(app, uow).await?;
        let happened = Happened {
            to: self.sender.to_string(),
            ..Happened::to(AuditKind::ChatCommandRun, self.text.trim())
        };
        record_as(app.now(), uow, editor.actor.clone(), &editor.origin, happened);
        Ok(())
    }

    async fn use_up(&self, app: &App, uow: &mut UnitOfWork) -> Result<(), UseCaseError> {
        let is_new = uow.chat().use_request(&self.signature, app.now(), self.expires_at).await?;
        if is_new { Ok(()) } else { Err(Replayed.into()) }
    }
}
