//! `token`: personal access tokens of any user.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::caller,
        output::{Format, Row, print, print_list, say},
    },
    domain::{ids::TokenId, time::Timestamp, token::Scope},
    storage::StoredToken,
    usecases::{
        App, UseCaseError,
        accounts::{
            create_token::{CreateToken, create_token_for},
            list_tokens::list_tokens,
            revoke_token::revoke_token_for,
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum TokenCommand {
    /// Create a token and print it once
    #[command(after_help = "\
The token stands alone on stdout, so that it can be captured:
  TOKEN=$(duo-console token create --user review-bot --name ci --scope read_decisions --days 90)")]
    Create(Create),
    /// List a user's tokens, including revoked and expired ones
    List {
        /// The user name of its owner
        #[arg(long, value_name = "USERNAME")]
        user: String,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Revoke a token, permanently and at once
    #[command(after_help = "Example:\n  duo-console token revoke 3 --user review-bot")]
    Revoke {
        /// The token's id, as `token list` shows it
        id: i64,
        /// The user name of its owner
        #[arg(long, value_name = "USERNAME")]
        user: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Create {
    /// The user name of its owner
    #[arg(long, value_name = "USERNAME")]
    user: String,
    /// A name to distinguish it from others
    #[arg(long)]
    name: String,
    /// A scope that the token may use; repeatable
    #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope_parser())]
    scopes: Vec<Scope>,
    /// Expires after this many days, at most 366
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=366))]
    days: i64,
    /// Expires at the start (UTC) of this day, instead of --days
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "days", value_parser = date)]
    expires: Option<Timestamp>,
}

fn scope_parser() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(
        Scope::ALL.map(|scope| PossibleValue::new(scope.key()).help(scope.description())),
    )
    .map(|key| Scope::from_key(&key).expect("one of the possible values"))
}

fn date(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_date(text).ok_or_else(|| String::from("expected a day such as 2026-06-01"))
}

#[derive(Serialize)]
struct TokenRow {
    id: i64,
    name: String,
    scopes: Vec<Scope>,
    state: &'static str,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl TokenRow {
    fn new(token: StoredToken, now: Timestamp) -> Self {
        let state = if token.revoked_at.is_some() {
            "revoked"
        } else if token.expires_at <= now {
            "expired"
        } else {
            "active"
        };
        Self {
            id: token.id.0,
            name: token.name,
            scopes: token.scopes,
            state,
            created_at: token.created_at.rfc3339(),
            expires_at: token.expires_at.rfc3339(),
            last_used_at: token.last_used_at.map(Timestamp::rfc3339),
            revoked_at: token.revoked_at.map(Timestamp::rfc3339),
        }
    }
}

impl Row for TokenRow {
    const HEADINGS: &'static [&'static str] = &["ID", "NAME", "STATE", "SCOPES", "EXPIRES", "LAST USED"];
    const NONE: &'static str = "The user has no access tokens.";

    fn cells(&self) -> Vec<String> {
        let scopes: Vec<_> = self.scopes.iter().map(|scope| scope.key()).collect();
        vec![
            self.id.to_string(),
            self.name.clone(),
            self.state.to_owned(),
            scopes.join(" "),
            self.expires_at.clone(),
            self.last_used_at.clone().unwrap_or_else(|| String::from("never")),
        ]
    }
}

pub(in crate::cli) async fn run(app: &App, command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create(create) => run_create(app, &create).await,
        TokenCommand::List { user, format } => {
            let owner = caller(app, &user).await?;
            let now = app.now();
            let tokens = list_tokens(app, &owner).await?;
            let rows: Vec<_> = tokens.into_iter().map(|token| TokenRow::new(token, now)).collect();
            Ok(print_list(format, &rows)?)
        }
        TokenCommand::Revoke { id, user } => {
            let owner = caller(app, &user).await?;
            match revoke_token_for(app, &owner, TokenId(id)).await {
                Ok(name) => Ok(print(format_args!("Revoked the access token {name} of {user}."))?),
                Err(UseCaseError::NotFound(_)) => Err(Failure::refused(format!(
                    "{user} has no token {id} that is not revoked yet. `duo-console token list --user {user}` shows them."
                ))),
                Err(error) => Err(error.into()),
            }
        }
    }
}

async fn run_create(app: &App, create: &Create) -> Result<(), Failure> {
    let owner = caller(app, &create.user).await?;
    let expires_at = create.expires.unwrap_or_else(|| app.now().plus_days(create.days));
    let new = CreateToken { name: &create.name, scopes: &create.scopes, expires_at };
    let token = create_token_for(app, &owner, &new).await?;
    say(format_args!(
        "Made an access token for {}, until {}. It is shown only this once:",
        owner.actor.username,
        expires_at.long(false)
    ));
    Ok(print(token)?)
}
