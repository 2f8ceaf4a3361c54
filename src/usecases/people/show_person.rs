//! Shows a person to administrators: the account, what they were given, and where they are signed in.

pub use crate::storage::{Account, PersonsMembership, PersonsSeat};
use crate::{
    domain::user::UserKind,
    storage::StoredToken,
    usecases::{App, Caller, UseCaseError, What, load::administrator},
};

/// How many memberships are shown.
pub const MOST_MEMBERSHIPS: usize = 200;

#[derive(Clone, Debug)]
pub struct Person {
    pub account: Account,
    /// The roles given to the person, of every source, at most [`MOST_MEMBERSHIPS`].
    pub memberships: Vec<PersonsMembership>,
    /// Whether there are more.
    pub more_memberships: bool,
    pub seats: Vec<PersonsSeat>,
    /// Open sessions.
    pub sessions: usize,
    /// Access tokens that have neither expired nor been revoked.
    pub tokens: usize,
    /// All tokens of a bot, newest first; none of a person, who manages their own.
    pub bot_tokens: Vec<StoredToken>,
    /// At providers: issuer and subject.
    pub identities: Vec<(String, String)>,
    /// Whether it is the caller's own account.
    pub is_caller: bool,
}

/// # Errors
/// The caller is no administrator, or there is no such user.
pub async fn show_person(app: &App, caller: &Caller, username: &str) -> Result<Person, UseCaseError> {
    administrator(caller)?;
    let now = app.now();
    let idle_since = now.plus_millis(-app.settings.session_idle_millis);
    let mut uow = app.storage.read().await?;
    let account = uow.users().account(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let id = account.user.id;
    let limit = i64::try_from(MOST_MEMBERSHIPS + 1).unwrap_or(i64::MAX);
    let mut memberships = uow.people_lists().memberships_of(id, limit).await?;
    let more_memberships = memberships.len() > MOST_MEMBERSHIPS;
    memberships.truncate(MOST_MEMBERSHIPS);
    let seats = uow.people_lists().seats_of(id).await?;
    let sessions = uow.sessions().list_of_user(id, now, idle_since).await?.len();
    let all_tokens = uow.tokens().list_of_user(id).await?;
    let tokens = all_tokens.iter().filter(|it| it.revoked_at.is_none() && it.expires_at > now).count();
    let identities = uow.identities().list_of_user(id).await?;
    let is_caller = id == caller.actor.id;
    let bot_tokens = if account.user.kind == UserKind::Bot { all_tokens } else { Vec::new() };
    Ok(Person {
        account,
        memberships,
        more_memberships,
        seats,
        sessions,
        tokens,
        bot_tokens,
        identities,
        is_caller,
    })
}
