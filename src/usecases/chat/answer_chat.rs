//! Answers a command from a chat program: identifies the sender, prevents replays, and runs it.
//!
//! A request can be used once, whatever its result. A change marks it as used in its own transaction, so that
//! a request that failed for lack of a database can be sent again.

use super::run_chatops::{ChatopsAnswer, run_chatops};
pub use crate::usecases::accounts::chat_request::{ChatRequest, Replayed};
use crate::{
    domain::{
        accounts::chat_user::ChatUser,
        chat::chatops::{ChatopsCommand, parse},
        ids::UserId,
    },
    usecases::{
        App, Caller, FlagEditor, FlagReader, Origin, UseCaseError,
        accounts::{authenticate, user_error::UserError},
    },
};

/// The reply to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatReply {
    pub text: String,
    /// Whether something changed; the reply is then visible to the whole channel.
    pub changed: bool,
    /// The sender, when linked to a user.
    pub user: Option<UserId>,
}

/// Refused commands are replies, too.
///
/// # Errors
/// [`Replayed`] for a request that was used before; [`UseCaseError::Storage`] when it was not used up.
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

/// The reply, and whether the request was already marked as used.
async fn reply(app: &App, origin: &Origin, request: &ChatRequest) -> Result<(ChatReply, bool), UseCaseError> {
    let nobody = |text| Ok((ChatReply { text, changed: false, user: None }, false));
    let actor = match authenticate::by_chat_user(app, &request.sender).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return nobody(not_linked(&request.sender)),
        Err(error) if error.own::<UserError>().is_some() => {
            return nobody(format!("{error} Nothing was done."));
        }
        Err(error) => return Err(error),
    };
    let user = Some(actor.id);
    let private = |text| (ChatReply { text, changed: false, user }, false);
    let caller = Caller { actor, origin: origin.clone() };
    let Ok(reader) = FlagReader::administrator(&caller) else {
        let text = format!(
            "You are {} here, who is no administrator. Only administrators read and set feature flags. Nothing was changed.",
            caller.actor.username
        );
        return Ok(private(text));
    };
    let command = match parse(&request.text) {
        Ok(command) => command,
        Err(error) => return Ok(private(error.to_string())),
    };
    let changes = matches!(command, ChatopsCommand::Set(_) | ChatopsCommand::Delete { .. });
    let editor = FlagEditor::in_chat(&caller, request.clone())?;
    match run_chatops(app, (&reader, &editor), &command).await {
        // The use is recorded even when nothing changed.
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
