//! Signs in a user whom an OpenID Connect provider authenticated: finds or creates the user, updates their
//! memberships from the provider's groups, and starts a session.

use crate::{
    domain::{
        accounts::{
            email::EmailAddress,
            identity::{ClaimedEmail, ProviderClaims, ProviderRefusal, display_name, usernames},
        },
        audit::{AuditActor, AuditKind},
        namespace::GroupPath,
        people::{
            grants::Source,
            group_map::{GroupMap, MembershipChange, changes},
        },
        role::Role,
        time::Timestamp,
        user::{PROVIDER, User, UserKind, UserState},
    },
    storage::{NewUser, StorageError, UnitOfWork},
    usecases::{
        App, Origin, UseCaseError,
        accounts::start_session::{StartSession, start_session},
        audit_trail::{Happened, record_as},
        tally::SignInOutcome,
    },
};

/// The operator's rules for sign-ins through the provider.
#[derive(Clone, Debug, Default)]
pub struct ProviderRules {
    /// Whether to create missing users.
    pub create_users: bool,
    pub group_map: GroupMap,
}

pub struct ProviderSignIn<'a> {
    /// From a verified ID token.
    pub claims: &'a ProviderClaims,
    pub rules: &'a ProviderRules,
    /// Identifies the provider's response, which can be used once.
    pub answer_hash: &'a str,
    /// When the response has expired on every server, clock skew allowed for.
    pub answer_expires_at: Timestamp,
    /// The browser's current session, which ends.
    pub old_token: Option<&'a str>,
    pub user_agent: &'a str,
}

/// Returns the new session's token, or why it was refused.
pub async fn sign_in_with_provider(
    app: &App,
    origin: &Origin,
    sign_in: &ProviderSignIn<'_>,
) -> Result<Result<String, ProviderRefusal>, UseCaseError> {
    match attempt(app, origin, sign_in).await {
        // A concurrent sign-in linked or created the user first; the second attempt finds it.
        Err(UseCaseError::Storage(StorageError::Duplicate { .. })) => attempt(app, origin, sign_in).await,
        other => other,
    }
}

async fn attempt(
    app: &App,
    origin: &Origin,
    sign_in: &ProviderSignIn<'_>,
) -> Result<Result<String, ProviderRefusal>, UseCaseError> {
    let claims = sign_in.claims;
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let is_new = uow.identities().use_answer(sign_in.answer_hash, now, sign_in.answer_expires_at).await?;
    let user = if is_new {
        find_or_make(app, &mut uow, origin, sign_in).await?
    } else {
        Err(ProviderRefusal::Replayed)
    };
    let user = match user {
        Ok(user) => user,
        Err(refusal) => {
            let tried = match &claims.email {
                ClaimedEmail::Verified(address) => address.as_str(),
                _ => claims.identity.subject(),
            };
            let nobody = AuditActor { id: None, username: tried.to_owned(), name: String::new() };
            let to = format!("{}: {}", claims.identity.issuer(), refusal.key());
            let happened = Happened { to, ..Happened::to(AuditKind::SignInFailed, tried) };
            record_as(now, &mut uow, nobody, origin, happened);
            uow.commit().await?;
            app.tally.provider_sign_ins(SignInOutcome::Refused).add();
            return Ok(Err(refusal));
        }
    };
    if let Some(groups) = &claims.groups {
        let wanted = sign_in.rules.group_map.memberships(groups);
        set_memberships(app, &mut uow, origin, &provider(claims), &user, &wanted).await?;
    } else {
        let username = &user.username;
        tracing::warn!(username, "the provider's groups could not be read: memberships stay as they are");
    }
    let start = StartSession {
        user: &user,
        by: claims.identity.issuer(),
        authenticated_at: claims.authenticated_at,
        old_token: sign_in.old_token,
        user_agent: sign_in.user_agent,
    };
    let token = start_session(app, &mut uow, origin, &start).await?;
    uow.commit().await?;
    app.tally.provider_sign_ins(SignInOutcome::Succeeded).add();
    Ok(Ok(token))
}

/// The provider as actor in the audit log.
fn provider(claims: &ProviderClaims) -> AuditActor {
    AuditActor { id: None, username: String::from(PROVIDER), name: claims.identity.issuer().to_owned() }
}

/// By the linked identity; otherwise by the verified email address, and links them.
async fn find_or_make(
    app: &App,
    uow: &mut UnitOfWork,
    origin: &Origin,
    sign_in: &ProviderSignIn<'_>,
) -> Result<Result<User, ProviderRefusal>, StorageError> {
    let claims = sign_in.claims;
    if let Some(id) = uow.identities().find(&claims.identity).await?
        && let Some(user) = uow.users().lookup(id).await?
    {
        return Ok(may_sign_in(user));
    }
    let address = match &claims.email {
        ClaimedEmail::Missing => return Ok(Err(ProviderRefusal::NoAddress)),
        ClaimedEmail::Unverified => return Ok(Err(ProviderRefusal::AddressNotVerified)),
        ClaimedEmail::NotSaid => return Ok(Err(ProviderRefusal::VerificationNotSaid)),
        ClaimedEmail::Verified(address) => address,
    };
    let user = match uow.users().find_by_email(address).await? {
        None if sign_in.rules.create_users => create(app, uow, origin, claims, address).await?,
        None => return Ok(Err(ProviderRefusal::UnknownUser)),
        Some(user) => match may_sign_in(user) {
            Ok(user) => user,
            refused => return Ok(refused),
        },
    };
    if uow.identities().is_linked(user.id, claims.identity.issuer()).await? {
        // Perhaps linked to this identity just now, by a first sign-in in another tab.
        let is_this = uow.identities().find(&claims.identity).await? == Some(user.id);
        return Ok(if is_this { Ok(user) } else { Err(ProviderRefusal::LinkedToAnother) });
    }
    uow.identities().link(&claims.identity, user.id, app.now()).await?;
    let to = format!("{} {}", claims.identity.issuer(), claims.identity.subject());
    let happened = Happened { to, ..Happened::to(AuditKind::IdentityLinked, &user.username) };
    record_as(app.now(), uow, provider(claims), origin, happened);
    Ok(Ok(user))
}

fn may_sign_in(user: User) -> Result<User, ProviderRefusal> {
    match user {
        User { kind: UserKind::Bot, .. } => Err(ProviderRefusal::Bot),
        User { state: UserState::Blocked, .. } => Err(ProviderRefusal::Blocked),
        user => Ok(user),
    }
}

/// Creates a user without password, never an administrator.
async fn create(
    app: &App,
    uow: &mut UnitOfWork,
    origin: &Origin,
    claims: &ProviderClaims,
    address: &EmailAddress,
) -> Result<User, StorageError> {
    let mut name = None;
    for candidate in usernames(claims) {
        if uow.users().find_by_username(&candidate).await?.is_none() {
            name = Some(candidate);
            break;
        }
    }
    let username =
        name.ok_or_else(|| StorageError::Duplicate { constraint: String::from("username_key") })?;
    let new = NewUser {
        username: &username,
        name: display_name(claims, &username),
        kind: UserKind::Human,
        is_admin: false,
        password_hash: None,
        created_at: app.now(),
    };
    let id = uow.users().add(&new).await?;
    uow.users().set_email(id, Some(address)).await?;
    let happened =
        Happened { to: new.kind.key().to_owned(), ..Happened::to(AuditKind::UserCreated, &username) };
    record_as(app.now(), uow, provider(claims), origin, happened);
    let name = new.name.to_owned();
    Ok(User { id, username, name, kind: UserKind::Human, is_admin: false, state: UserState::Active })
}

/// Brings the memberships that a provider gave in line with what it says. What others gave stays.
pub(super) async fn set_memberships(
    app: &App,
    uow: &mut UnitOfWork,
    origin: &Origin,
    by: &AuditActor,
    user: &User,
    wanted: &[(GroupPath, Role)],
) -> Result<(), StorageError> {
    let mut groups = Vec::new();
    for (path, role) in wanted {
        if let Some(group) = uow.namespaces().find_by_path(path).await? {
            groups.push((group, *role));
        } else {
            tracing::warn!(group = %path, "--oidc-group-map names a group that is not there");
        }
    }
    let mut current = Vec::new();
    let given = uow.memberships().list_of_user(user.id).await?;
    for grant in given.into_iter().filter(|it| it.source == Source::Provider) {
        if let Some(namespace) = uow.namespaces().lookup(grant.at).await? {
            current.push((namespace, grant.role.role()));
        }
    }
    for change in changes(&current, &groups) {
        let mut memberships = uow.memberships();
        let changed = match &change {
            MembershipChange::Give { namespace, role }
            | MembershipChange::Change { namespace, to: role, .. } => {
                memberships.set(namespace.id, user.id, Source::Provider, &(*role).into(), None).await?
            }
            MembershipChange::Withdraw { namespace, .. } => {
                memberships.remove(namespace.id, user.id, Source::Provider).await?
            }
        };
        if changed {
            let happened = as_event(&change, user);
            record_as(app.now(), uow, by.clone(), origin, happened);
        }
    }
    Ok(())
}

fn as_event<'a>(change: &'a MembershipChange, user: &'a User) -> Happened<'a> {
    let event = |kind, namespace, from: Option<&Role>, to: Option<&Role>| Happened {
        namespace: Some(namespace),
        from: from.map(ToString::to_string).unwrap_or_default(),
        to: to.map(ToString::to_string).unwrap_or_default(),
        ..Happened::to(kind, &user.username)
    };
    match change {
        MembershipChange::Give { namespace, role } => {
            event(AuditKind::MembershipCreated, namespace, None, Some(role))
        }
        MembershipChange::Change { namespace, from, to } => {
            event(AuditKind::MembershipUpdated, namespace, Some(from), Some(to))
        }
        MembershipChange::Withdraw { namespace, role } => {
            event(AuditKind::MembershipDeleted, namespace, Some(role), None)
        }
    }
}
