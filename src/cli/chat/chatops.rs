//! `chatops`: runs chat commands, and links users of the chat.

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::{no_such_user, origin},
        output::{Format, Row, print, print_list, say},
    },
    domain::{
        accounts::chat_user::ChatUser,
        chat::chatops::{parse, parse_words},
    },
    usecases::{
        App, FlagEditor, FlagReader, LinkedChatUser, UseCaseError,
        chat::{
            link_chat_user::{link_chat_user, list_chat_users, unlink_chat_user},
            run_chatops::run_chatops,
        },
    },
};

#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Chat commands:
  gitlab run feature get FLAG
  gitlab run feature set FLAG true|false|PERCENTAGE
      [--user=… --group=… --project=… --namespace=… --feature-group=…]
      [--actors | --random --ignore-random-deprecation-check]
  gitlab run feature list [--match=TEXT]
  gitlab run feature delete FLAG
each in [--dev --pre --staging --staging-ref --production], production if none is named. Production
may not be further open than staging, and a change freeze holds; --override-reason=… overrides both,
with --ignore-production-check or --ignore-feature-flag-consistency-check only the one.

Examples:
  duo-console chatops 'gitlab run feature set --user=reviewer duo_developer_orbit true --dev --staging'
  duo-console chatops 'gitlab run feature set duo_developer_orbit 25 --actors --staging --production'
  duo-console chatops link ann --team T0123ABCD --user U0456EFGH"
)]
pub struct Chatops {
    #[command(subcommand)]
    command: Option<ChatUserCommand>,
    /// The command, as typed in the chat
    #[arg(value_name = "LINE", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    line: Vec<String>,
}

#[derive(Debug, clap::Subcommand)]
enum ChatUserCommand {
    /// Link a user of the chat to a user here; only administrators can run commands
    #[command(after_help = "Example:\n  duo-console chatops link ann --team T0123ABCD --user U0456EFGH")]
    Link {
        /// The user name here
        username: String,
        /// The id of the workspace in the chat
        #[arg(long)]
        team: String,
        /// The id of the user in the chat
        #[arg(long)]
        user: String,
    },
    /// Unlink a user from the chat
    Unlink {
        /// The user name here
        username: String,
    },
    /// List the linked users
    Links {
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Serialize)]
struct LinkRow {
    username: String,
    team: String,
    user: String,
    linked_at: String,
}

impl From<LinkedChatUser> for LinkRow {
    fn from(linked: LinkedChatUser) -> Self {
        Self {
            username: linked.username,
            team: linked.chat_user.team().to_owned(),
            user: linked.chat_user.id().to_owned(),
            linked_at: linked.linked_at.rfc3339(),
        }
    }
}

impl Row for LinkRow {
    const HEADINGS: &'static [&'static str] = &["USER", "TEAM", "USER IN THE CHAT", "LINKED"];
    const NONE: &'static str = "Nobody is linked. `duo-console chatops link` says who is who.";

    fn cells(&self) -> Vec<String> {
        vec![self.username.clone(), self.team.clone(), self.user.clone(), self.linked_at.clone()]
    }
}

pub(in crate::cli) async fn run(app: &App, Chatops { command, line }: Chatops) -> Result<(), Failure> {
    match command {
        None => run_line(app, &line).await,
        Some(ChatUserCommand::Link { username, team, user }) => link(app, &username, &team, &user).await,
        Some(ChatUserCommand::Unlink { username }) => {
            let unlinked = unlink_chat_user(app, &origin(app), &username).await.map_err(named(&username))?;
            if unlinked.is_empty() {
                return Ok(print(format_args!("{username} was nobody in the chat."))?);
            }
            let unlinked: Vec<_> = unlinked.iter().map(ToString::to_string).collect();
            Ok(print(format_args!("{username} is no longer {} in the chat.", unlinked.join(", ")))?)
        }
        Some(ChatUserCommand::Links { format }) => {
            let rows: Vec<_> = list_chat_users(app).await?.into_iter().map(LinkRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
    }
}

async fn run_line(app: &App, line: &[String]) -> Result<(), Failure> {
    let command = match line {
        [line] => parse(line),
        // The shell has split it into words already.
        words => parse_words(words),
    };
    let command = command.map_err(|error| Failure::Usage(error.to_string()))?;
    let may = (&FlagReader::operator(), &FlagEditor::operator(origin(app)));
    let answer = run_chatops(app, may, &command).await?;
    for warning in answer.warnings {
        say(format_args!("warning: {}", warning.text()));
    }
    for line in answer.lines {
        print(line)?;
    }
    Ok(())
}

async fn link(app: &App, username: &str, team: &str, user: &str) -> Result<(), Failure> {
    let chat_user = ChatUser::new(team, user).ok_or_else(|| {
        Failure::Usage(String::from(
            "--team and --user take the ids of the chat: letters and digits, such as T0123ABCD and U0456EFGH.",
        ))
    })?;
    let linked = link_chat_user(app, &origin(app), username, &chat_user).await;
    let (user, is_new) = linked.map_err(named(username))?;
    if !user.is_admin {
        say(format_args!("warning: {} is no administrator, so their commands are refused.", user.username));
    }
    let done = if is_new { "is now" } else { "was already" };
    Ok(print(format_args!("{} {done} {chat_user} in the chat.", user.username))?)
}

fn named(username: &str) -> impl Fn(UseCaseError) -> Failure {
    move |error| match error {
        UseCaseError::NotFound(_) => no_such_user(username),
        other => other.into(),
    }
}
