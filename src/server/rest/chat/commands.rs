//! Chat commands for feature flags: Slack's slash commands.
//!
//! The request is authenticated by its signature, with a secret shared with the chat program, and not by a
//! token. The result is shown to the sender, refusals included.

use axum::extract::{Request, State};
use http::HeaderMap;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::timeout;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::{
    domain::{accounts::chat_user::ChatUser, actor::Surface},
    server::{
        chat::signature::{SignatureError, Signed},
        limits::Late,
        request_headers::media_type,
        request_log::RequestUser,
        rest::{
            authentication::origin,
            input::{QueryParameters, whole_body},
            json::Json,
            problem::Problem,
            problem_document::Code,
            state::Api,
            unknown::unknown_path,
        },
    },
    usecases::chat::answer_chat::{ChatReply, ChatRequest, answer_chat},
};

/// Timeout of a command. Slack waits for three seconds.
const PATIENCE: Duration = Duration::from_millis(2500);

/// Longer answers are truncated, in characters.
const LONGEST: usize = 3000;

/// A slash command, as Slack sends it: `text` holds the whole command. Slack's other fields, about the
/// channel and the sender, are ignored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the API's document alone; it is read field by field")]
pub struct ChatCommand {
    /// The id of the workspace.
    #[schema(example = "T0123ABCD")]
    team_id: String,
    /// The id of the user who sent the command.
    #[schema(example = "U0456EFGH")]
    user_id: String,
    /// The text after the slash command.
    #[schema(example = "gitlab run feature get duo_developer_orbit")]
    text: String,
}

/// The response that Slack shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatAnswer {
    response_type: Audience,
    text: String,
}

/// Changes are shown to everybody in the channel; other answers only to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Audience {
    InChannel,
    Ephemeral,
}

impl From<ChatReply> for ChatAnswer {
    fn from(reply: ChatReply) -> Self {
        let response_type = if reply.changed { Audience::InChannel } else { Audience::Ephemeral };
        Self { response_type, text: for_slack(&reply.text) }
    }
}

/// Run a command of the chat
///
/// A slash command of Slack's, such as `/chatops gitlab run feature set duo_developer_orbit true --dev`.
/// The request is authenticated by its signature (`X-Slack-Signature`, version 0, and
/// `X-Slack-Request-Timestamp`, at most five minutes old), which is valid once; tokens and cookies are
/// ignored. The sender has to be linked to an administrator here. A command that is refused is
/// answered with 200 and the reason, as Slack wants it.
#[utoipa::path(
    post,
    path = "/api/v1/chat/commands",
    operation_id = "run_chat_command",
    tag = "chat",
    security(("slack_signature" = [])),
    request_body(content = ChatCommand, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The result of the command, or why it was refused.", body = ChatAnswer),
        (status = 400, description = "The form is malformed."),
        (status = 401, description = "The signature is missing, wrong or too old."),
        (status = 404, description = "This server accepts no chat commands."),
        (status = 409, description = "The request was used before."),
        (status = 500, description = "The server failed; its log has the cause under the `request_id`."),
    ),
)]
pub async fn command(
    State(api): State<Arc<Api>>,
    query: Result<QueryParameters, Problem>,
    request: Request,
) -> Result<Json<ChatAnswer>, Problem> {
    let Some(secret) = &api.chat else { return Err(unknown_path().await) };
    let extensions = request.extensions().clone();
    let headers = request.headers().clone();
    let origin = origin(&extensions, Surface::Chat);
    let verified = async {
        let body = whole_body(request).await?;
        let signed = secret.verify(&headers, &body, api.app.now())?;
        Ok::<_, Problem>((body, signed))
    };
    let (body, signed) = match verified.await {
        Ok(verified) => verified,
        Err(problem) => {
            api.addresses.take_for_address(origin.remote_ip, api.app.now())?;
            return Err(problem);
        }
    };
    // The signature does not cover the URL.
    let [] = query?.exactly([])?;
    let form = form(&headers, &body)?;
    if form.is_check {
        return Ok(Json(ChatAnswer { response_type: Audience::Ephemeral, text: String::new() }));
    }
    let request = form.into_request(signed)?;
    // All requests of the chat come from a few IP addresses, so the rate limit is per sender.
    api.tokens.take(&format!("chat {}", request.sender), api.app.now())?;
    let reply =
        timeout(PATIENCE, answer_chat(&api.app, &origin, &request)).await.map_err(|_| Late::Answer)??;
    if let Some(user) = reply.user {
        RequestUser::note(&extensions, user);
    }
    Ok(Json(reply.into()))
}

/// The fields that are read: workspace, sender, command, and whether it is a certificate check.
const FIELDS: [&str; 4] = ["team_id", "user_id", "text", "ssl_check"];

struct ChatForm {
    team: String,
    user: String,
    text: String,
    /// Slack checks the server's certificate from time to time.
    is_check: bool,
}

fn form(headers: &HeaderMap, body: &[u8]) -> Result<ChatForm, Problem> {
    const FORM: &str = "application/x-www-form-urlencoded";
    if media_type(headers) != FORM {
        return Err(Problem::new(
            Code::MalformedForm,
            format!("Send a form and say so: \"Content-Type: {FORM}\"."),
        ));
    }
    let mut said: BTreeMap<_, _> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if said.insert(name.clone(), value.into_owned()).is_some() && FIELDS.contains(&name.as_ref()) {
            return Err(Problem::new(Code::MalformedForm, format!("The form says '{name}' twice.")).at(name));
        }
    }
    let [team, user, text, check] = FIELDS.map(|name| said.remove(name).unwrap_or_default());
    Ok(ChatForm { team, user, text, is_check: check == "1" })
}

impl ChatForm {
    fn into_request(self, Signed { signature, expires_at }: Signed) -> Result<ChatRequest, Problem> {
        let sender = ChatUser::new(&self.team, &self.user).ok_or_else(|| {
            let detail = "The form has to say who sends it: team_id and user_id, of letters and digits.";
            Problem::new(Code::MalformedForm, detail)
        })?;
        Ok(ChatRequest { sender, text: self.text, signature, expires_at })
    }
}

impl From<SignatureError> for Problem {
    fn from(error: SignatureError) -> Self {
        Self::new(Code::BadSignature, error.to_string()).challenging("Slack-Signature")
    }
}

/// Escapes the three characters that have a meaning in Slack, such as mentioning everybody, and truncates
/// long text at a line break.
fn for_slack(text: &str) -> String {
    let text = match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => {
            let shown = text[..end].rsplit_once('\n').map_or(&text[..end], |(whole_lines, _)| whole_lines);
            format!("{shown}\n… and more. Ask for one flag, or narrow the list with `--match=…`.")
        }
    };
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_by_what_somebody_typed() {
        assert_eq!(for_slack("no user <!channel> & co"), "no user &lt;!channel&gt; &amp; co");
    }

    #[test]
    fn what_is_too_long_ends_at_a_line_and_says_so() {
        let line = "é".repeat(99);
        let whole = vec![line.as_str(); 30].join("\n");
        assert_eq!(for_slack(&whole), whole);
        let long = vec![line.as_str(); 31].join("\n");
        let expected = format!("{whole}\n… and more. Ask for one flag, or narrow the list with `--match=…`.");
        assert_eq!(for_slack(&long), expected);
        assert!(for_slack(&"x".repeat(5000)).starts_with(&format!("{}\n… and more.", "x".repeat(3000))));
    }
}
