//! `user`: manages user accounts.

use serde::Serialize;

use super::{
    Failure,
    accounts::password::PasswordOptions,
    open::{no_such_user, origin},
    output::{Format, Row, print, print_list, say},
    words::yes_or_no,
};
use crate::{
    domain::{
        field_edit::FieldEdit,
        paths::reset_link,
        time::Timestamp,
        user::{UserKind, UserState},
    },
    server::config::{ExternalUrlOption, IssuerOption},
    storage::Account,
    usecases::{
        App, UseCaseError,
        accounts::{
            block_user::{block_user, unblock_user},
            create_user::{CreateUser, create_user},
            delete_user::delete_user,
            edit_user as change,
            link_user::link_user,
            list_users::list_users,
            reset_links::make_reset_link_as_operator,
            set_email::set_email,
            set_password::set_password,
        },
        administrator::Administrator,
        people::unlink_user::unlink_user,
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Create a user
    #[command(after_help = "\
Examples:
  duo-console user create ann --name 'Ann Lee' --generate-password
  duo-console user create root --admin --password-stdin < password.txt
  duo-console user create bob --email bob@example.com
  duo-console user create review-bot --bot")]
    Create(Create),
    /// List all users
    List {
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Set a user's password and end their sessions
    #[command(after_help = "\
Examples:
  duo-console user set-password ann --generate-password
  printf %s \"$PASSWORD\" | duo-console user set-password ann --password-stdin")]
    SetPassword {
        /// The user name
        username: String,
        #[command(flatten)]
        password: PasswordOptions,
    },
    /// Set or remove a user's email address, by which a sign-in through a provider finds them
    #[command(after_help = "\
Examples:
  duo-console user set-email ann ann@example.com
  duo-console user set-email ann --none")]
    SetEmail {
        /// The user name
        username: String,
        /// The email address
        #[arg(required_unless_present = "none")]
        address: Option<String>,
        /// Remove the email address
        #[arg(long, conflicts_with = "address")]
        none: bool,
    },
    /// Link a user to an account at the provider, where no verified email address does
    ///
    /// The audit log has the subject of everybody who tried to sign in and was refused. Make sure that
    /// it was them.
    #[command(after_help = "\
Examples:
  duo-console user link ann --subject 690222be-ff1a-4d56 --oidc-issuer https://id.example.com")]
    Link {
        /// The user name
        username: String,
        /// The subject at the provider (the claim `sub`)
        #[arg(long)]
        subject: String,
        #[command(flatten)]
        issuer: IssuerOption,
    },
    /// Unlink a user from the account at the provider, and end their sessions
    ///
    /// The memberships that the provider made are withdrawn. The next sign-in with a verified email
    /// address links the account again, and so does `user link`.
    Unlink {
        /// The user name
        username: String,
    },
    /// Create a reset link: it sets a new password, once, within 24 hours
    ///
    /// An earlier link becomes invalid. Send it in a way that only the user can read.
    #[command(after_help = "\
Examples:
  duo-console user reset-link ann --external-url https://duo.example.com")]
    ResetLink {
        /// The user name
        username: String,
        #[command(flatten)]
        url: ExternalUrlOption,
    },
    /// Change a user's name, user name, email address, or whether they are an administrator
    ///
    /// What is not named stays. The audit log and the ledger keep the names they have.
    #[command(after_help = "\
Examples:
  duo-console user edit ann --name 'Ann Lee' --email ann@example.com
  duo-console user edit ann --username ann.lee
  duo-console user edit bob --admin yes")]
    Edit(Edit),
    /// Block a user: they cannot sign in, and their sessions, tokens and links stop working at once
    ///
    /// What they were given (roles, seats, tokens) is kept for when they are unblocked. No engine reviews for
    /// them meanwhile.
    Block {
        /// The user name
        username: String,
    },
    /// Give a blocked user access again
    Unblock {
        /// The user name
        username: String,
    },
    /// Delete a user with their sessions, tokens, preferences and memberships
    ///
    /// Their consents and changes stay recorded, with their name.
    Delete {
        /// The user name
        username: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// The name to sign in with
    username: String,
    /// The name on pages [default: the user name]
    #[arg(long)]
    name: Option<String>,
    /// The email address, by which a sign-in through a provider finds the user; no password is needed then
    #[arg(long)]
    email: Option<String>,
    /// An account for a program: it has access tokens but no password, and never consents
    #[arg(long, conflicts_with = "PasswordOptions")]
    bot: bool,
    /// An administrator: may do everything everywhere
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    password: PasswordOptions,
}

#[derive(Debug, clap::Args)]
#[command(group(
    clap::ArgGroup::new("changes")
        .required(true)
        .multiple(true)
        .args(["new_username", "name", "email", "no_email", "admin"])
))]
pub struct Edit {
    /// The user name
    username: String,
    /// The new user name
    #[arg(long = "username", value_name = "NEW")]
    new_username: Option<String>,
    /// The name on pages
    #[arg(long)]
    name: Option<String>,
    /// The email address
    #[arg(long)]
    email: Option<String>,
    /// Remove the email address
    #[arg(long, conflicts_with = "email")]
    no_email: bool,
    /// Whether they are an administrator, who may do everything everywhere
    #[arg(long, value_parser = yes_or_no())]
    admin: Option<bool>,
}

#[derive(Serialize)]
struct UserRow {
    id: i64,
    username: String,
    name: String,
    kind: UserKind,
    admin: bool,
    state: UserState,
    /// RFC 3339; null for somebody who never signed in.
    last_sign_in_at: Option<String>,
    email: Option<String>,
}

impl From<Account> for UserRow {
    fn from(Account { user, email, last_sign_in_at, .. }: Account) -> Self {
        Self {
            id: user.id.0,
            username: user.username,
            name: user.name,
            kind: user.kind,
            admin: user.is_admin,
            state: user.state,
            last_sign_in_at: last_sign_in_at.map(Timestamp::rfc3339),
            email,
        }
    }
}

impl Row for UserRow {
    const HEADINGS: &'static [&'static str] =
        &["USER", "NAME", "KIND", "ADMIN", "STATE", "LAST SIGN-IN", "EMAIL"];
    const NONE: &'static str = "There are no users. `duo-console user create` makes one.";

    fn cells(&self) -> Vec<String> {
        let admin = if self.admin { "yes" } else { "" };
        let email = self.email.clone().unwrap_or_default();
        vec![
            self.username.clone(),
            self.name.clone(),
            self.kind.key().to_owned(),
            admin.to_owned(),
            self.state.key().to_owned(),
            self.last_sign_in_at.clone().unwrap_or_default(),
            email,
        ]
    }
}

pub(super) async fn run(app: &App, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create(create) => run_create(app, &create).await,
        UserCommand::List { format } => {
            let rows: Vec<UserRow> = list_users(app).await?.into_iter().map(UserRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        UserCommand::SetPassword { username, password } => {
            let secret = password.read(app)?;
            set_password(app, &origin(app), &username, &secret).await.map_err(named(&username))?;
            let done = format!("Set the password of {username}. Their sessions have ended.");
            announce(&done, password.is_generated().then_some(&secret))
        }
        UserCommand::SetEmail { username, address, .. } => {
            set_email(app, &origin(app), &username, address.as_deref()).await.map_err(named(&username))?;
            let done = address.map_or_else(
                || format!("{username} has no address any more."),
                |address| format!("Set the address of {username} to {address}."),
            );
            Ok(print(done)?)
        }
        UserCommand::Link { username, subject, issuer } => {
            let issuer = issuer.validate()?;
            let is_new = link_user(app, &origin(app), &username, &issuer, &subject).await;
            let done = if is_new.map_err(named(&username))? { "Linked" } else { "Already linked:" };
            Ok(print(format_args!("{done} {username} to {subject} at {issuer}."))?)
        }
        UserCommand::Unlink { username } => {
            let issuers = unlink_user(app, &origin(app), &username).await.map_err(named(&username))?;
            if issuers.is_empty() {
                return Ok(print(format_args!("{username} was linked to no provider."))?);
            }
            Ok(print(format_args!("Unlinked {username} from {}.", issuers.join(", ")))?)
        }
        UserCommand::ResetLink { username, url } => {
            let url = url.validate()?;
            let token =
                make_reset_link_as_operator(app, &origin(app), &username).await.map_err(named(&username))?;
            let done = "With this link, shown only this once, ";
            say(format_args!("{done}{username} sets a new password within 24 hours:"));
            Ok(print(reset_link(url.as_str(), &token))?)
        }
        UserCommand::Edit(edit) => run_edit(app, &edit).await,
        UserCommand::Block { username } => {
            let blocked = block_user(app, &Administrator::operator(origin(app)), &username).await;
            let done = if blocked.map_err(named(&username))? {
                "Their sessions have ended and their tokens are refused."
            } else {
                "They were blocked already."
            };
            Ok(print(format_args!("{username} is blocked. {done}"))?)
        }
        UserCommand::Unblock { username } => {
            let unblocked = unblock_user(app, &Administrator::operator(origin(app)), &username).await;
            let done =
                if unblocked.map_err(named(&username))? { "is unblocked." } else { "was not blocked." };
            Ok(print(format_args!("{username} {done}"))?)
        }
        UserCommand::Delete { username } => {
            delete_user(app, &origin(app), &username).await.map_err(named(&username))?;
            Ok(print(format_args!("Deleted the user {username}."))?)
        }
    }
}

async fn run_create(app: &App, create: &Create) -> Result<(), Failure> {
    let username = create.username.as_str();
    // A user with an email address can sign in through the provider only.
    let needs_password = !create.bot && create.email.is_none();
    let secret =
        if !needs_password && !create.password.is_given() { None } else { Some(create.password.read(app)?) };
    let new = CreateUser {
        username,
        name: create.name.as_deref().unwrap_or(username),
        kind: if create.bot { UserKind::Bot } else { UserKind::Human },
        is_admin: create.admin,
        password: secret.as_deref(),
        email: create.email.as_deref(),
    };
    create_user(app, &origin(app), &new).await?;
    let what = match (create.admin, create.bot) {
        (true, true) => "administrator (a bot)",
        (true, false) => "administrator",
        (false, true) => "bot",
        (false, false) => "user",
    };
    let done = format!("Made the {what} {username}.");
    announce(&done, secret.as_ref().filter(|_| create.password.is_generated()))
}

async fn run_edit(app: &App, edit: &Edit) -> Result<(), Failure> {
    let email =
        if edit.no_email { Some(FieldEdit::to("")) } else { edit.email.as_deref().map(FieldEdit::to) };
    let changes = change::EditUser {
        username: edit.new_username.as_deref().map(FieldEdit::to),
        name: edit.name.as_deref().map(FieldEdit::to),
        email,
        is_admin: edit.admin.map(FieldEdit::to),
    };
    let by = Administrator::operator(origin(app));
    let now = change::edit_user(app, &by, &edit.username, &changes).await.map_err(named(&edit.username))?;
    Ok(print(format_args!("Changed the user {now}."))?)
}

/// A generated password is alone on stdout, so that it can be captured.
fn announce(done: &str, generated: Option<&String>) -> Result<(), Failure> {
    match generated {
        None => print(done)?,
        Some(password) => {
            say(format_args!("{done} The password, shown only this once:"));
            print(password)?;
        }
    }
    Ok(())
}

fn named(username: &str) -> impl Fn(UseCaseError) -> Failure {
    move |error| match error {
        UseCaseError::NotFound(_) => no_such_user(username),
        other => other.into(),
    }
}
