//! Answers a command from a chat program: whom it is from, whether it was used before, what came of
//! it.
//!
//! A request counts once, whatever came of it. A change uses it up in its own transaction: both are
//! saved or neither, so what a broken database refused can be sent again.

use super::run_chatops::{ChatopsAnswer, run_chatops};
pub use crate::usecases::accounts::chat_request::{ChatRequest, Replayed};
use crate::{
    domain::{
        accounts::chat_user::ChatUser,
        chat::chatops::{ChatopsCommand, parse},
        ids::UserId,
    },
    usecases::{App, Caller, FlagEditor, FlagReader, Origin, UseCaseError, accounts::authenticate},
};

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatReply {
    pub text: String,
    /// Whether it is for everybody to see: something was changed.
    pub changed: bool,
    /// The sender, when it is somebody here.
    pub user: Option<UserId>,
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
