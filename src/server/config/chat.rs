//! Options of chat commands.

use super::{
    Setting,
    checks::{Checks, settings},
    values::{Expected, Secret},
};
use crate::server::ChatSecret;

settings! {
    SIGNING_SECRET = "chat-signing-secret" / "DUO_CHAT_SIGNING_SECRET";
    SIGNING_SECRET_FILE = "chat-signing-secret-file" / "DUO_CHAT_SIGNING_SECRET_FILE";
}

/// Raw options of chat commands.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Chat commands")]
pub struct ChatOptions {
    /// The secret with which Slack signs its requests. Set the variable or the file: other users of the
    /// machine can see flags
    ///
    /// 16 or more characters. Without it there is no `/api/v1/chat/commands`.
    #[arg(long = SIGNING_SECRET.flag, env = SIGNING_SECRET.variable, hide_env_values = true, value_name = "SECRET")]
    chat_signing_secret: Option<Secret>,
    /// A file whose first line is this secret
    #[arg(long = SIGNING_SECRET_FILE.flag, env = SIGNING_SECRET_FILE.variable, value_name = "FILE")]
    chat_signing_secret_file: Option<String>,
}

impl ChatOptions {
    /// `Some(None)` if chat commands are not configured, `None` on an error, which is recorded.
    #[expect(clippy::option_option, reason = "wrong, or right and none")]
    pub(super) fn check(&self, checks: &mut Checks) -> Option<Option<ChatSecret>> {
        match (&self.chat_signing_secret, &self.chat_signing_secret_file) {
            (None, None) => Some(None),
            (Some(secret), None) => checks.note(SIGNING_SECRET, None, long_enough(secret.clone())).map(Some),
            (None, Some(file)) => {
                let secret = Secret::read(file).and_then(long_enough);
                checks.note(SIGNING_SECRET_FILE, Some(file), secret).map(Some)
            }
            (Some(_), Some(file)) => {
                let both = Expected(format!("--{} is set too: one of them", SIGNING_SECRET.flag));
                checks.note(SIGNING_SECRET_FILE, Some(file), Err(both))
            }
        }
    }
}

/// Slack's secrets have 32 characters.
fn long_enough(secret: Secret) -> Result<ChatSecret, Expected> {
    let text = secret.expose();
    if text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(ChatSecret::new(&secret))
    } else {
        Err(Expected(String::from(
            "expected what Slack shows as the Signing Secret: 16 or more letters and digits",
        )))
    }
}
